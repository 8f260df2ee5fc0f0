# frozen_string_literal: true

module ApiSurface
  # Settings with their defaults, and events.
  class Settings
    KAFKA = { "bootstrap.servers": "x:1" }.freeze

    def initialize(list)
      @list = list
    end

    # @return [Hash{String => String, nil}] fact => what is wrong with it
    def facts
      events.merge(
        defaults("karafka", @list["karafka_config"]) { karafka },
        internal,
        defaults("waterdrop", @list["waterdrop_config"]) { waterdrop }
      )
    end

    private

    def events
      {
        "karafka" => ["karafka_events", -> { Karafka.monitor.notifications_bus }],
        "waterdrop" => ["waterdrop_events", -> { WaterDrop::Instrumentation::Notifications.new }],
        "waterdrop class" => ["waterdrop_class_events", -> { WaterDrop.monitor.notifications_bus }]
      }.each_with_object({}) do |(name, (key, bus)), facts|
        known, problem = attempt { bus.call.available_events }
        @list[key].each do |event|
          facts["#{name} event #{event}"] = problem || (known.include?(event) ? nil : "no such event")
        end
      end
    end

    def karafka
      # A setup that failed half-way still shows the defaults of all that it can do.
      attempt { Karafka::App.setup { |config| config.kafka = KAFKA } } unless @configured
      @configured = true
      Karafka::App.config
    end

    def waterdrop
      WaterDrop::Producer.new { |config| config.kafka = KAFKA }.config
    end

    def internal
      config, problem = attempt { karafka.internal }
      @list["karafka_config_internal"].to_h do |path|
        ["karafka setting internal.#{path}", problem || read(config, path.split(".")).last]
      end
    end

    def defaults(owner, list, &reader)
      config, problem = attempt(&reader)
      flatten(list).to_h do |path, wanted|
        ["#{owner} setting #{path.join(".")}", problem || compare(config, path, wanted)]
      end
    end

    # Keys below `kafka` are one Hash of librdkafka names, not settings.
    def flatten(list, path = [])
      list.flat_map do |key, value|
        here = [*path, key]
        value.is_a?(Hash) && key != "kafka" ? flatten(value, here) : [[here, value]]
      end
    end

    def compare(config, path, wanted)
      value, problem = read(config, path)
      return problem if problem
      return if equal?(value, wanted)

      "default #{value.inspect[0, 80]}, wanted #{wanted.inspect}"
    end

    def read(config, path)
      attempt { path.reduce(config) { |node, name| node.public_send(name) } }
    end

    def equal?(value, wanted)
      case wanted
      when Hash then wanted.all? { |key, one| equal?(value[key.to_sym], one) }
      when Array then value.is_a?(Array) && value.zip(wanted).all? { |ours, one| equal?(ours, one) }
      when /\A<(.+)>\z/ then value.class.ancestors.map(&:to_s).include?(Regexp.last_match(1))
      when /\A:(.+)/ then value == Regexp.last_match(1).to_sym
      else value == wanted
      end
    end

    def attempt
      [yield, nil]
    rescue StandardError, LoadError, NotImplementedError => e
      [nil, "#{e.class}: #{e.message.lines.first&.strip}"[0, 120]]
    end
  end
end
