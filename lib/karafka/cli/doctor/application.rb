# frozen_string_literal: true

module Karafka
  class Cli
    class Doctor < Base
      # Loads the app and reads its settings and routes.
      class Application
        # Properties that librdkafka accepts for old times' sake (its table of 2.12).
        DEPRECATED = %w[
          api.version.fallback.ms api.version.request auto.commit.enable broker.version.fallback
          metadata.request.timeout.ms msg_order_cmp offset.store.method offset.store.path
          offset.store.sync.interval.ms produce.offset.report queuing.strategy reconnect.backoff.jitter.ms
          socket.blocking.max.ms ssl.engine.location topic.metadata.refresh.fast.cnt
        ].freeze
        # What helps when loading fails, by the error's class; the first that fits.
        REMEDIES = {
          "Karafka::Errors::UnsupportedOptionError" =>
            "this version cannot do that: take it out, or stay with the original for now",
          "Karafka::Errors::InvalidConfigurationError" => "correct what is named",
          "Karafka::Errors::MissingBootFileError" =>
            "name it in KARAFKA_BOOT_FILE, or run `karafka install` for a new app",
          "Karafka::Errors::DependencyConstraintsError" => "do what the lines above say",
          "LoadError" => "put the missing library into the Gemfile",
          "Exception" => "mend it; `karafka info` shows where it was raised"
        }.freeze
        private_constant :DEPRECATED, :REMEDIES

        # @param argv [Array<String>]
        def initialize(argv)
          @argv = argv
        end

        # @return [Array<Finding>]
        def findings
          failure = load
          return [failure] if failure

          [*licence, *deprecated, *pace, routes]
        end

        private

        # @return [Finding, nil] nil when it is loaded
        def load
          Boot.new(@argv).load_app
          nil
        rescue StandardError, ScriptError => e
          remedy = REMEDIES.find { |name, _| e.class.ancestors.any? { |one| one.name == name } }.last
          Finding.new(level: :must, area: "app", text: "does not load: #{e.class}: #{e.message.strip}",
                      advice: remedy, blocking: true)
        end

        def licence
          return [] unless App.config.license.token

          [differs("app", "a licence is configured; none is needed, nor verified",
                   "remove `config.license` once you do not go back")]
        end

        def deprecated
          scopes.flat_map do |place, kafka|
            DEPRECATED.select { |name| kafka.key?(name.to_sym) }.map do |name|
              Finding.new(level: :deprecated, area: place, text: "librdkafka has deprecated `#{name}`",
                          advice: "remove it from `kafka`")
            end
          end
        end

        # @return [Hash{String => Hash}] the root settings, and those of topics that have others
        def scopes
          own = topics.to_h { |topic| ["topic #{topic.name}", topic.kafka] }
          { "app" => App.config.kafka }.merge(own.reject { |_, kafka| kafka == App.config.kafka })
        end

        def pace
          return [] if App.config.kafka.key?(:"fetch.queue.backoff.ms")

          [differs("app", "busy topics' batches arrive sooner: a full queue waits 10 ms, not 1,000, for more",
                   "nothing; where the pause was a brake, lower `max_messages`")]
        end

        def routes
          return differs("app", "no routes: there is nothing to consume", nil) if topics.empty?

          groups = App.routes.map(&:id).join(", ")
          text = "#{topics.size} topics; groups keep their names and go on at their offsets: #{groups}"
          Finding.new(level: :fine, area: "app", text:)
        end

        def topics
          App.routes.flat_map { |group| group.topics.to_a }
        end

        def differs(area, text, advice)
          Finding.new(level: :differs, area:, text:, advice:)
        end
      end
    end
  end
end
