# frozen_string_literal: true

require_relative "../../spec_helper"
require_relative "../child_suite"

RSpec.describe "A user's RSpec suite with jobs" do
  include ChildSuite

  it "sees the jobs that were enqueued, and runs those that are delivered" do
    output, passed = run_rspec(<<~RUBY)
      require "active_job"
      require "active_job/karafka"
      require "karafka/testing/rspec/helpers"
      ActiveJob::Base.logger = Logger.new(nil)
      ActiveJob::Base.queue_adapter = :karafka
      class MailJob < ActiveJob::Base
        queue_as :mail
        def perform(name) = (@@ran ||= []) << name
        def self.ran = @@ran
      end
      Karafka::App.routes.draw { active_job_topic :mail }

      RSpec.describe MailJob do
        include Karafka::Testing::RSpec::Helpers

        it "runs" do
          consumer = karafka.consumer_for(:mail)
          described_class.perform_later("Ann")
          described_class.perform_later("Bob")
          expect(karafka.produced_messages.map { |message| message[:topic] }).to eq(%w[mail mail])
          expect(consumer.messages.map(&:offset)).to eq([0, 1])
          consumer.consume
          expect([described_class.ran, consumer.seek_offset]).to eq([%w[Ann Bob], 2])
        end
      end
    RUBY
    expect(passed).to be(true), output
    expect(output).to include("1 example, 0 failures")
  end
end
