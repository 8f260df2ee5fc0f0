# frozen_string_literal: true

require "shellwords"

module Karafka
  class Cli
    # `karafka console`
    class Console < Base
      desc "Starts a console with the app loaded"
      aliases :c

      # Defines `reload!` in IRB.
      RELOAD = File.expand_path("console/reload.rb", __dir__)
      # The library of this very process, wherever IRB would find another.
      LIB = File.expand_path("../..", __dir__)
      private_constant :RELOAD, :LIB

      class << self
        # @return [String] command line of IRB with the boot file
        def console
          files = [RELOAD, Karafka.boot_file.to_s].flat_map { |file| ["-r", file.shellescape] }
          ["KARAFKA_CONSOLE=true", *bundle, "irb", "-I", LIB.shellescape, *files].join(" ")
        end

        # @return [String] command line of the console of Rails
        def rails_console
          "KARAFKA_CONSOLE=true bundle exec rails console"
        end

        private

        # Apps without a Gemfile have an IRB as well.
        def bundle
          ENV.key?("BUNDLE_GEMFILE") || File.exist?(Karafka.root.join("Gemfile")) ? %w[bundle exec] : []
        end
      end

      # Replaces this process by the console.
      def call
        Info.new.call
        exec(Karafka.rails? ? self.class.rails_console : self.class.console)
      end
    end
  end
end
