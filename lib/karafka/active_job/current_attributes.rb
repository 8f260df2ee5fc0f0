# frozen_string_literal: true

require "karafka"

module Karafka
  module ActiveJob
    # Attributes of the code that enqueues, set again around the job: who is signed in, which tenant.
    #
    #   require "karafka/active_job/current_attributes"
    #   Karafka::ActiveJob::CurrentAttributes.persist("Current")
    #
    # The order of registering must be the same in processes that enqueue and processes that run
    # jobs: places, not names, travel with the job. Values travel as JSON, so Symbols come back as
    # Strings.
    module CurrentAttributes
      # Passed on in place of the job, which stays as it is.
      class Carrier
        # @param job [#serialize]
        # @param attributes [Hash{String => Hash}]
        def initialize(job, attributes)
          @job = job
          @attributes = attributes
        end

        # @return [Hash{String => Object}] what the job says, and what it does not say
        def serialize
          @job.serialize.merge(@attributes) { |_key, own, _| own }
        end
      end
      private_constant :Carrier

      # Names by the key under which their attributes travel.
      @registered = {}.freeze
      @registering = Mutex.new

      class << self
        # @param klasses [Array<Class, String, Array>] of `ActiveSupport::CurrentAttributes`; known ones
        #   keep their place
        # @return [Array<String>] their names
        def persist(*klasses)
          names = names_of(klasses)
          @registering.synchronize do
            known = @registered.values | names
            @registered = known.each_with_index.to_h { |name, index| ["cattr_#{index}", name] }.freeze
          end
          names
        end

        # @param job [#serialize]
        # @return [#serialize] the job, or a carrier that adds what is set right now
        def carry(job)
          attributes = current
          attributes.empty? ? job : Carrier.new(job, attributes)
        end

        # Sets the attributes that came with the job, whose Hash loses them; resets those classes at
        # the end, however it ends.
        #
        # @param job [Hash{String => Object}]
        # @yield
        def restored(job)
          carried = take(job)
          carried.each { |klass, attributes| assign(klass, attributes) }
          yield
        ensure
          reset(carried&.map(&:first))
        end

        private

        # Not `flatten`, which asks each element for `to_ary`: these classes pass that on and raise.
        def names_of(klasses)
          klasses.flat_map { |one| one.is_a?(Array) ? names_of(one) : [one.to_s] }
        end

        def current
          @registered.each_with_object({}) do |(key, name), attributes|
            values = Object.const_get(name).attributes
            attributes[key] = values.dup unless values.empty?
          end
        end

        def take(job)
          @registered.filter_map do |key, name|
            [Object.const_get(name), job.delete(key)] if job.key?(key)
          end
        end

        # All of them, even if one has a callback that raises.
        def reset(klasses)
          klass, *others = klasses
          klass&.reset
        ensure
          reset(others) unless others.empty?
        end

        def assign(klass, attributes)
          attributes.each { |name, value| klass.public_send("#{name}=", value) }
        end
      end
    end
  end
end
