# frozen_string_literal: true

require_relative "combinations"

# Each allowed pair on a real broker.
RSpec.describe "Features in pairs", :combinations, :fresh_app do
  Compatibility.pairs.each do |features|
    it "keep every message and offset: #{features.map(&:title).join(" and ")}" do
      go_through(features)
    end
  end
end
