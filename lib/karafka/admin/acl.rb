# frozen_string_literal: true

module Karafka
  class Admin
    # An access rule (frozen), and the operations on them. Without `resource_type:` an instance is only
    # there for the operations. Kafka spreads a change among brokers after it has accepted it.
    class Acl < Admin
      # Symbols of each attribute and their number in the protocol. `any` is for looking up only.
      MAPS = {
        resource_type: { any: 1, topic: 2, consumer_group: 3, broker: 4, transactional_id: 5 },
        resource_pattern_type: { any: 1, match: 2, literal: 3, prefixed: 4 },
        operation: {
          any: 1, all: 2, read: 3, write: 4, create: 5, delete: 6, alter: 7, describe: 8, cluster_action: 9,
          describe_configs: 10, alter_configs: 11, idempotent_write: 12
        },
        permission_type: { any: 1, deny: 2, allow: 3 }
      }.each_value(&:freeze).freeze
      NOT_GIVEN = Object.new.freeze
      private_constant :MAPS, :NOT_GIVEN

      # @return [Symbol, nil]
      attr_reader :resource_type, :resource_pattern_type, :operation, :permission_type
      # @return [String, nil]
      attr_reader :resource_name, :principal, :host

      class << self
        # @see Acl#create
        def create(acl)
          new.create(acl)
        end

        # @see Acl#delete
        def delete(acl)
          new.delete(acl)
        end

        # @see Acl#describe
        def describe(acl)
          new.describe(acl)
        end

        # @see Acl#all
        def all
          new.all
        end
      end

      # @param resource_type [Symbol, Integer]
      # @param resource_name [String, nil] nil matches all, in a lookup
      # @param resource_pattern_type [Symbol, Integer]
      # @param principal [String, nil] like `User:alice`; nil matches all, in a lookup
      # @param host [String, nil] `*` is a rule for all hosts; nil matches all, in a lookup
      # @param operation [Symbol, Integer]
      # @param permission_type [Symbol, Integer]
      # @param kafka [Hash{Symbol => Object}]
      # @param external_client [Client, nil]
      # @raise [Errors::UnsupportedCaseError] a value that Kafka does not know
      def initialize(resource_type: NOT_GIVEN, resource_name: nil, resource_pattern_type: nil, principal: nil,
                     host: "*", operation: nil, permission_type: nil, kafka: {}, external_client: nil)
        super(kafka:, external_client:)
        return if resource_type.equal?(NOT_GIVEN)

        @resource_type = symbol(:resource_type, resource_type)
        @resource_name = resource_name
        @resource_pattern_type = symbol(:resource_pattern_type, resource_pattern_type)
        @principal = principal
        @host = host
        @operation = symbol(:operation, operation)
        @permission_type = symbol(:permission_type, permission_type)
        freeze
      end

      # Creates a rule; one that exists may be created again.
      #
      # @param acl [Acl]
      # @return [Array<Acl>]
      # @raise [Rdkafka::Config::ConfigError] it has an `any`
      # @raise [TypeError] it has no name or no principal
      def create(acl)
        with_admin { |admin| admin.create_acl(acl.to_native_hash.values) }
        [acl]
      end

      # @param acl [Acl] what to look for
      # @return [Array<Acl>] those that were deleted
      def delete(acl)
        build(with_admin { |admin| admin.delete_acls(acl.to_native_hash.values) })
      end

      # @param acl [Acl] what to look for
      # @return [Array<Acl>]
      def describe(acl)
        build(with_admin { |admin| admin.describe_acls(acl.to_native_hash.values) })
      end

      # @return [Array<Acl>]
      def all
        any = MAPS.transform_values { :any }
        describe(self.class.new(host: nil, **any))
      end

      # @return [Hash{Symbol => Integer, String, nil}] as the protocol has it
      def to_native_hash
        {
          resource_type: number(:resource_type), resource_name:,
          resource_pattern_type: number(:resource_pattern_type), principal:, host:,
          operation: number(:operation), permission_type: number(:permission_type)
        }.freeze
      end

      private

      def symbol(attribute, value)
        map = MAPS.fetch(attribute)
        return value if map.key?(value)

        map.key(value) || raise(Errors::UnsupportedCaseError, "#{value.inspect} is no #{attribute} of an ACL")
      end

      def number(attribute)
        MAPS.fetch(attribute)[public_send(attribute)]
      end

      def build(rows)
        names = %i[resource_type resource_name resource_pattern_type principal host operation permission_type]
        rows.map { |row| self.class.new(**names.zip(row).to_h) }
      end
    end
  end
end
