# frozen_string_literal: true

# Compiles the crate for `gem install`. RubyGems has a builder for crates too, but it offers no
# moment to name what is missing, shows nothing for two minutes, names the library after the gem
# (which has a dash) and leaves 450 MB of build tree. So this is a Makefile that runs Cargo.

require_relative "../install/preflight"

preflight = Install::Preflight.new
exit 1 unless preflight.pass?

build = File.expand_path("../install/build.rb", __dir__)
ruby = RbConfig.ruby

# Where to install is said by RubyGems: older ones by changing RbConfig, newer ones by giving the
# variable to `make`.
File.write("Makefile", <<~MAKE)
  sitearchdir = #{RbConfig::CONFIG.fetch("sitearchdir")}

  all:
  \t@"#{ruby}" "#{build}" compile

  install:
  \t@"#{ruby}" "#{build}" install "$(DESTDIR)$(sitearchdir)/karafka_native"

  clean:
  \t@"#{ruby}" "#{build}" clean

  .PHONY: all install clean
MAKE
