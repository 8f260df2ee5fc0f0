# frozen_string_literal: true

module Karafka
  module Instrumentation
    module Vendors
      module Kubernetes
        # For how long each connection has been in the same unsettled state of joining its group.
        # Not locked: the listener that owns it locks.
        class JoinStates
          # In these nothing is waited for, or what is waited for may rightly never come (a topic).
          SETTLED = %w[steady init wait-metadata].freeze
          private_constant :SETTLED

          def initialize
            @since = {}
          end

          # Moving from one unsettled state to another is progress: it starts anew.
          #
          # @param subscription_group_id [String]
          # @param state [String, nil] `cgrp.join_state`; nil without a group
          # @param now [Float] milliseconds
          def seen(subscription_group_id, state, now)
            return forget(subscription_group_id) if state.nil? || SETTLED.include?(state)

            known, = @since[subscription_group_id]
            @since[subscription_group_id] = [state, now] unless known == state
          end

          # @param subscription_group_id [String]
          def forget(subscription_group_id)
            @since.delete(subscription_group_id)
          end

          # @param limit [Float] milliseconds
          # @param now [Float] milliseconds
          # @return [Boolean] is one of them stuck for longer
          def stuck?(limit, now)
            @since.any? { |_, (_, since)| now - since > limit }
          end

          # @return [Boolean] is none unsettled
          def empty?
            @since.empty?
          end
        end
      end
    end
  end
end
