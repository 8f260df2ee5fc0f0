# frozen_string_literal: true

module Karafka
  class Cli
    # Loads the app before a command.
    class Boot
      # First words that work without an app.
      WITHOUT_APP = %w[install -v --version].freeze
      # Flags that do, of every command: whoever asks how it is used may have no app yet.
      USAGE = %w[-h --help].freeze
      # First words whose commands load the app themselves.
      LOADING = %w[doctor].freeze
      # Value of KARAFKA_BOOT_FILE that disables it.
      DISABLED = "false"
      private_constant :WITHOUT_APP, :USAGE, :LOADING, :DISABLED

      # @param argv [Array<String>]
      def initialize(argv)
        @argv = argv
      end

      # Loads the app, unless the command does.
      #
      # @raise [Errors::MissingBootFileError]
      def call
        load_app unless LOADING.include?(@argv.first)
      end

      # @raise [Errors::MissingBootFileError]
      def load_app
        rails = Karafka.rails? && File.exist?(environment)
        return require(environment) if rails && boot_file.to_s == DISABLED

        if File.exist?(boot_file)
          require(environment) if rails
          require(File.expand_path(boot_file))
        elsif !WITHOUT_APP.include?(@argv.first) && (@argv & USAGE).empty?
          raise Errors::MissingBootFileError, boot_file
        end
      end

      private

      def boot_file
        @boot_file ||= Karafka.boot_file
      end

      def environment
        File.join(Dir.pwd, "config", "environment.rb")
      end
    end
  end
end
