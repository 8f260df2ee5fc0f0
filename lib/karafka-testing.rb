# frozen_string_literal: true

require "karafka/testing"
