# frozen_string_literal: true

require_relative "combinations"

RSpec.describe "Features of which more than two meet", :combinations, :fresh_app do
  Compatibility.beyond_pairs.each do |features|
    it "keep every message and offset: #{features.map(&:title).join(", ")}" do
      go_through(features)
    end
  end
end
