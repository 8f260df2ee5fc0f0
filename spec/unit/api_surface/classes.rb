# frozen_string_literal: true

require_relative "signature"

module ApiSurface
  # Constants, superclasses, methods and errors of the list against the running code.
  class Classes
    # The list names classes which it does not list as constants this way.
    ALIASES = { "base" => "Karafka::Cli::Base" }.freeze
    # Options that exist so that they can say that they are missing.
    REFUSING = "karafka/routing/later.rb"

    def initialize(list)
      @list = list
    end

    # @return [Hash{String => String, nil}] fact => what is wrong with it
    def facts
      @list["classes"].each_with_object(errors) do |(name, entry), facts|
        facts.merge!(constant(name, entry))
      end
    end

    private

    def constant(name, entry)
      found = resolve(name)
      facts = { name => found ? nil : "no such constant" }
      Array(entry["superclasses"]).each { |one| facts["#{name} < #{one}"] = ancestor(found, one) }
      methods(entry["class_methods"]) { |one| facts["#{name}.#{one.name}"] = class_method(found, one) }
      methods(entry["instance_methods"]) { |one| facts["#{name}##{one.name}"] = instance_method(found, one) }
      facts
    end

    def methods(list, &block)
      Array(list).map { |text| Signature.new(text) }.each(&block)
    end

    def errors
      @list["errors"].each_with_object({}) do |(name, superclass), facts|
        found = resolve(name)
        facts[name] = "no such error" unless found
        facts["#{name} < #{superclass}"] = ancestor(found, superclass)
      end
    end

    def ancestor(found, name)
      return "missing with its class" unless found

      wanted = resolve(ALIASES.fetch(name, name))
      return if wanted && found.ancestors.include?(wanted)

      "ours: #{found.is_a?(Class) ? found.superclass : "a module"}"
    end

    def class_method(found, signature)
      return "missing with its class" unless found
      return "no such method" unless found.respond_to?(signature.name)

      signature.misfit(found.method(signature.name))
    end

    def instance_method(found, signature)
      return "missing with its class" unless found
      # A singleton that the list shows by its own methods.
      return class_method(found, signature) unless found.is_a?(Module)

      name = signature.name
      return "no such method" unless callable?(found, name)

      method = found.instance_method(name)
      return "refuses: not in this version" if method.source_location&.first&.end_with?(REFUSING)

      signature.misfit(method)
    end

    def callable?(found, name)
      found.public_method_defined?(name) ||
        (name == "method_missing" && found.private_method_defined?(name))
    end

    def resolve(name)
      Object.const_get(name)
    rescue NameError, LoadError
      nil
    end
  end
end
