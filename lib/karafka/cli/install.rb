# frozen_string_literal: true

require "erb"
require "fileutils"

module Karafka
  class Cli
    # `karafka install`
    class Install < Base
      desc "Creates the files of a new app, overwriting those that exist"

      FOLDERS = %w[app/consumers log].freeze
      # Template => where it goes; nil is the boot file.
      FILES = {
        "karafka.rb.erb" => nil,
        "application_consumer.rb.erb" => "app/consumers/application_consumer.rb",
        "example_consumer.rb.erb" => "app/consumers/example_consumer.rb"
      }.freeze
      # Gems that make an app one of Rails.
      RAILS = %w[rails railties].freeze
      private_constant :FOLDERS, :FILES, :RAILS

      # Ends the process with exit code 1 if the app has no lockfile.
      def call
        # Before anything is written: this fails without a lockfile.
        dependencies
        FOLDERS.each { |folder| FileUtils.mkdir_p(Karafka.root.join(folder)) }
        FILES.each { |template, target| write(template, target) }
        advise
        puts
        puts "Installation completed. Have fun!"
      end

      # @return [Boolean] the app's own dependencies, not what they bring along, include Rails
      def rails?
        dependencies.any? { |gem| RAILS.include?(gem) }
      end

      private

      # The framework itself brings no gem along.
      def advise
        return if rails? || dependencies.include?("zeitwerk")

        puts "#{yellow("Add")} gem \"zeitwerk\" to the Gemfile: the boot file loads app/consumers with it."
      end

      def write(template, target)
        path = target ? Karafka.root.join(target) : Karafka.boot_file
        File.write(path, render(template))
        puts "#{green("Created")} #{target || File.expand_path(path)}"
      end

      def render(template)
        ERB.new(Karafka.core_root.join("templates", template).read, trim_mode: "-").result(binding)
      end

      # @return [Array<String>] names of gems
      def dependencies
        require "bundler"
        @dependencies ||= ::Bundler::LockfileParser.new(::Bundler.default_lockfile.read).dependencies.keys
      rescue ::Bundler::GemfileNotFound, Errno::ENOENT
        abort "karafka install: there is no Gemfile.lock here, which tells an app of Rails from others; " \
              "put `gem \"karafka-native\"` into a Gemfile and run `bundle install` first"
      end
    end
  end
end
