# frozen_string_literal: true

require_relative "filters_context"

RSpec.describe Karafka::Processing::ConsumerGroups::Filters::Base do
  it "is known by the original's names" do
    names = [Karafka::Pro::Processing::Filters, Karafka::Pro::Processing::ConsumerGroups::Filters]
    expect(names.map { |name| name::Base }).to all(equal(described_class))
    expect(names.last.constants).to include(:Actions, :Delayer, :Expirer, :Throttler)
  end

  it "wants nothing and is abstract" do
    filter = described_class.allocate
    expect { filter.apply!([]) }.to raise_error(NotImplementedError, /must define apply!/)
    expect([filter.applied?, filter.action, filter.timeout, filter.cursor, filter.mark_as_consumed?,
            filter.marking_method, filter.marking_cursor])
      .to eq([false, :skip, nil, nil, false, :mark_as_consumed, nil])
  end

  it "answers by what subclasses set, without a `super` in `initialize`" do
    filter = Class.new(described_class) do
      def initialize = @given = 1

      def apply!(messages)
        @applied = true
        @cursor = messages.first
      end

      def action = :pause
    end.new
    filter.apply!([:message])
    expect([filter.applied?, filter.cursor, filter.marking_cursor]).to eq([true, :message, :message])
    expect([filter.skip?, filter.pause?, filter.seek?]).to eq([false, true, false])
  end

  it "names the actions" do
    actions = Karafka::Pro::Processing::ConsumerGroups::Filters::Actions
    expect(actions::ALL).to eq([actions.skip, actions.pause, actions.seek])
    expect(actions::ALL).to eq(%i[skip pause seek])
  end
end
