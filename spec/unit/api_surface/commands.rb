# frozen_string_literal: true

require "optparse"

module ApiSurface
  # Commands, aliases and flags of the command line; consumer helpers.
  class Commands
    def initialize(list)
      @list = list
    end

    # @return [Hash{String => String, nil}] fact => what is wrong with it
    def facts
      @list["cli"].each_with_object(helpers) do |(name, entry), facts|
        command = find(name)
        facts["cli #{name}"] = command ? nil : "no such command"
        entry["aliases"].each { |one| facts["cli #{name} alias #{one}"] = alias_of(command, one) }
        entry["options"].flatten.each { |flag| facts["cli #{name} #{flag}"] = flag(command, flag) }
      end
    end

    private

    def find(name)
      Karafka::Cli::Base.commands.find { |command| command.name == name }
    rescue NameError, LoadError
      nil
    end

    def alias_of(command, name)
      return "missing with its command" unless command

      "no such alias" unless command.names.include?(name)
    end

    # Parses the flag as the command itself would.
    def flag(command, flag)
      return "missing with its command" unless command

      ARGV.replace([flag, "value"])
      command.parse_options
      nil
    rescue OptionParser::MissingArgument, OptionParser::InvalidArgument
      nil
    rescue OptionParser::ParseError => e
      e.message
    ensure
      ARGV.clear
    end

    # What a consumer's own code may call, public or not, once it is built.
    def helpers
      consumer = built_consumer
      @list["consumer_helpers"].to_h do |text|
        signature = Signature.new(text)
        ["consumer helper #{signature.name}", helper(consumer, signature)]
      end
    end

    def helper(consumer, signature)
      return "no such method" unless consumer.respond_to?(signature.name, true)

      signature.misfit(consumer.method(signature.name))
    end

    def built_consumer
      selector = Karafka::App.config.internal.processing.consumer_groups.strategy_selector
      Class.new(Karafka::BaseConsumer).new.extend(selector.find(nil))
    rescue NameError, LoadError
      nil
    end
  end
end
