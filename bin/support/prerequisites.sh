# Sourced by bin/test and bin/demo: makes sure that what they need is there. As root on a system with
# apt-get it is installed, else the user is told exactly what to install. Sets nothing but PATH.

# Cargo's own installer puts it into the home folder without telling the shell.
case ":$PATH:" in
  *":$HOME/.cargo/bin:"*) ;;
  *) [ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH" && export PATH ;;
esac

# Debian 12's own cargo is 1.63, too old; its packages for building browsers are recent.
rust_packages() {
  case "$(cat /etc/debian_version 2>/dev/null)" in
    12*) echo "cargo-web rustc-web rustfmt-web rust-web-clippy" ;;
    *) echo "cargo rustc rustfmt rust-clippy" ;;
  esac
}

recent_cargo() {
  command -v cargo >/dev/null && cargo --version 2>/dev/null | {
    IFS=' .' read -r _ major minor _
    [ "${major:-0}" -gt 1 ] || [ "${minor:-0}" -ge 85 ]
  }
}

# need PACKAGE COMMAND...: PACKAGE is missing unless COMMAND succeeds.
need() {
  local package="$1"
  shift
  "$@" >/dev/null 2>&1 || MISSING="$MISSING $package"
}

header() { echo "#include <$1>" | cc -E - ; }
# The C++ interface (libclang-cpp) that other packages bring along is another library.
libclang() { ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* 2>/dev/null | grep -qv libclang-cpp ; }
ruby_header() { ruby -rrbconfig -e 'exit File.exist?(File.join(RbConfig::CONFIG["rubyhdrdir"], "ruby.h"))'; }
python_venv() { python3 -c 'import venv, ensurepip'; }

# What compiles and loads the gem.
need_build() {
  need ruby command -v ruby
  need ruby-dev ruby_header
  need build-essential command -v cc
  need build-essential command -v make
  need pkg-config command -v pkg-config
  need libssl-dev header openssl/ssl.h
  need libclang-dev libclang
  need "$(rust_packages)" recent_cargo
}

# What runs a real Kafka.
need_kafka() {
  need default-jdk-headless command -v java
  need maven command -v mvn
}

# What the checks and specs use beyond that.
need_checks() {
  need ruby-rspec command -v rspec
  need ruby-connection-pool ruby -e 'require "connection_pool"'
  need ruby-activejob ruby -e 'require "active_job"'
  need ruby-activesupport ruby -e 'require "active_support"'
  need ruby-rails ruby -e 'require "rails/all"'
  need ruby-sqlite3 ruby -e 'require "sqlite3"'
  need ruby-rspec-rails gem specification rspec-rails
  need puma command -v puma
  need ruby-bundler command -v bundle
  need ruby-minitest ruby -e 'require "minitest"'
  need ruby-mocha ruby -e 'require "mocha/version"'
  need rubocop command -v rubocop
  need "$(rust_packages)" cargo fmt --version
  need "$(rust_packages)" cargo clippy --version
  need python3-venv python_venv
  need python3-cryptography python3 -c 'import cryptography'
}

# install_missing WHAT...: WHAT is build, kafka or checks. Installs, or ends the script.
install_missing() {
  MISSING=""
  for what in "$@"; do "need_$what"; done
  MISSING="$(echo "$MISSING" | tr ' ' '\n' | sed '/^$/d' | sort -u | tr '\n' ' ')"
  [ -n "$MISSING" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing what is missing: $MISSING"
    DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $MISSING </dev/null
    hash -r
    MISSING=""
    for what in "$@"; do "need_$what"; done
    [ -z "$MISSING" ] || { echo "Still missing after the installation: $MISSING" >&2; exit 1; }
  else
    echo "This is missing, by the names of Debian's packages: $MISSING" >&2
    echo "Install it with: sudo apt-get install $MISSING" >&2
    echo "(Rust may as well come from https://rustup.rs)" >&2
    exit 1
  fi
}
