# frozen_string_literal: true

module Karafka
  class Cli
    class Doctor < Base
      # Reads the Gemfile.lock.
      class Bundle
        # The gem that stands for the original ones.
        OURS = "karafka-native"
        # Its library defines `Rdkafka` as well, and brings another librdkafka into the process.
        SECOND_CLIENT = "rdkafka"
        # The oldest Rails whose reloading the Railtie speaks to.
        OLDEST_RAILS = "6.0"
        private_constant :OURS, :SECOND_CLIENT, :OLDEST_RAILS

        # @param root [Pathname] folder of the app
        # @return [Bundle]
        def self.of(root)
          path = root.join("Gemfile.lock")
          new(path.exist? ? path.read : nil)
        end

        # @param lockfile [String, nil] its text
        def initialize(lockfile)
          return unless lockfile

          require "bundler"
          @lock = ::Bundler::LockfileParser.new(lockfile)
        end

        # @return [Array<Finding>]
        def findings
          return [without_lockfile] unless @lock

          found = [*rivals, *second_client, *missing, *rails]
          found.empty? ? [Finding.new(level: :fine, area: "bundle", text: "#{OURS} #{version} alone")] : found
        end

        private

        def without_lockfile
          Finding.new(level: :differs, area: "bundle", text: "no Gemfile.lock in #{Karafka.root}",
                      advice: "run `bundle install` there first if the app has a Gemfile")
        end

        def specs
          @specs ||= @lock.specs.to_h { |spec| [spec.name, spec] }
        end

        def version = specs[OURS]&.version

        def rivals
          conflicts = GemConflicts.new(loaded: {}, gemfile: @lock.dependencies.keys, locked: specs)
          conflicts.advices.map do |name, advice|
            must("#{name} cannot be in a process with #{OURS}", advice, blocking: true)
          end
        end

        def second_client
          return [] unless specs.key?(SECOND_CLIENT)

          [must("#{SECOND_CLIENT} brings another librdkafka, under the same constants",
                "remove it: what rescues `Rdkafka::RdkafkaError` finds that class here", blocking: true)]
        end

        def missing
          return [] if specs.key?(OURS)

          [must("#{OURS} is not in it", "put `gem \"#{OURS}\"` into the Gemfile and run `bundle install`")]
        end

        def rails
          found = specs["railties"]&.version
          return [] if found.nil? || found >= Gem::Version.new(OLDEST_RAILS)

          [must("Rails #{found} is too old", "use Rails #{OLDEST_RAILS} or newer")]
        end

        def must(text, advice, **more)
          Finding.new(level: :must, area: "bundle", text:, advice:, **more)
        end
      end
    end
  end
end
