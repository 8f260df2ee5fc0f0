# frozen_string_literal: true

module Karafka
  # What an app consumes: consumer groups, their connections (subscription groups) and topics.
  #
  # A draw collects groups and topics ({Builder}, {Draw}), checks them ({Validation}) and splits
  # each group into connections ({SubscriptionGroupsBuilder}). Features of a topic are one file
  # each, listed in {Features}; what this version does not have yet is listed in `later.rb`.
  module Routing
    # Stands for an argument that was not given, where nil and false are values.
    NOT_GIVEN = Object.new.freeze

    autoload :ActivityManager, "karafka/routing/activity_manager"
    autoload :Builder, "karafka/routing/builder"
    autoload :ConnectionSettings, "karafka/routing/connection_settings"
    autoload :ConsumerGroup, "karafka/routing/consumer_group"
    autoload :DeadLetterLoops, "karafka/routing/dead_letter_loops"
    autoload :Discovery, "karafka/routing/discovery"
    autoload :Draw, "karafka/routing/draw"
    autoload :Features, "karafka/routing/features"
    autoload :PassingGroupIds, "karafka/routing/passing_group_ids"
    autoload :Pattern, "karafka/routing/pattern"
    autoload :Proxy, "karafka/routing/proxy"
    autoload :Router, "karafka/routing/router"
    autoload :SubscriptionGroup, "karafka/routing/subscription_group"
    autoload :SubscriptionGroupBlock, "karafka/routing/subscription_group_block"
    autoload :SubscriptionGroupsBuilder, "karafka/routing/subscription_groups_builder"
    autoload :Topic, "karafka/routing/topic"
    autoload :Topics, "karafka/routing/topics"
    autoload :Validation, "karafka/routing/validation"
  end
end

require "karafka/routing/topic_kafka"
require "karafka/routing/features"
require "karafka/routing/later"
