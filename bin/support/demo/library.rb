# frozen_string_literal: true

require "rbconfig"

module Demo
  # The compiled core: built when it is missing or older than its sources.
  module Library
    ROOT = File.expand_path("../../..", __dir__)
    BUILT = File.join(ROOT, "lib/karafka_native/karafka_native.#{RbConfig::CONFIG["DLEXT"]}")
    SOURCES = %w[Cargo.toml Cargo.lock ext/**/Cargo.toml ext/**/*.rs].freeze
    private_constant :SOURCES

    class << self
      # Ends the process if the build fails; its output says why.
      def build
        return if current?

        puts "Building the library (a minute or two the first time) ..."
        built = system("rake", "--silent", "compile", chdir: ROOT, out: File::NULL)
        abort "bin/demo: the library could not be built: run `rake compile` to see why" unless built
      end

      private

      def current?
        File.exist?(BUILT) && sources.all? { |source| File.mtime(source) <= File.mtime(BUILT) }
      end

      def sources
        SOURCES.flat_map { |pattern| Dir.glob(pattern, base: ROOT) }.map { |path| File.join(ROOT, path) }
      end
    end
  end
end
