# frozen_string_literal: true

# What Bundler requires for `gem "karafka-native"`. By path: `require "karafka"` may find another gem.
require_relative "karafka"
