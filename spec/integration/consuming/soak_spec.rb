# frozen_string_literal: true

require_relative "../spec_helper"

RSpec.describe "Consumers that fail, pause, mark and stop at random", :fresh_app do
  # Oracle: within a partition no offset is worked on before everything below it was.
  #
  # @return [Array] jumps over what nobody had worked on
  def gaps(walked)
    done = -1
    walked.each_with_object([]) do |offset, jumps|
      jumps << [done, offset] if offset > done + 1
      done = [done, offset].max
    end
  end

  [["eager", {}],
   ["cooperative", { "partition.assignment.strategy": "cooperative-sticky" }]].each do |protocol, settings|
    [true, false].each do |by_hand|
      manner = by_hand ? "by hand" : "automatic"

      it "skip nothing and commit nothing unworked (#{protocol}, offsets #{manner})" do
        topic = create_topic(partitions: 3)
        random = Random.new(RSpec.configuration.seed)
        walked = Hash.new { |hash, key| hash[key] = [] }
        body = proc do
          define_method(:consume) do
            messages.each do |message|
              chance = random.rand(400)
              raise "at random" if chance.zero?

              walked[partition] << message.offset
              mark_as_consumed(message) if by_hand || chance < 60
              mark_as_consumed!(message) if chance == 100
              # Not behind the very last one: a batch that pauses is not marked, and nothing comes after it.
              return pause(message.offset + 1, 20) if chance == 200 && message.offset < 1_499
            end
          end
        end
        config = { max_messages: 40, max_wait_time: 20, pause: { timeout: 5, max_timeout: 20 } }
        routing = -> { manual_offset_management(by_hand) }
        3.times do |round|
          peer.produce(topic, Array.new(1_500) { |n| { payload: n.to_s, partition: n % 3 } })
          run = consume(topic, kafka: { "auto.commit.interval.ms": 30, **settings }, config:, routing:, &body)
          run.await_event("consumer.consumed", 5)
          if round.zero?
            peer.join("other", spec_group, topic, settings: settings.merge("enable.auto.commit": false))
            peer.take("other", count: 1, within: 2)
            peer.leave("other")
          end
          if round == 2
            run.await("the end", within: 60) do
              walked.values.sum do |seen|
                seen.uniq.size
              end == 4_500
            end
          end
          run.stop
          committed = peer.committed(spec_group, topic)
          walked.each { |partition, offsets| expect(committed[partition]).to be <= offsets.max + 1 }
          expect(run.errors.map { |event| event[:type] }.uniq - ["consumer.consume.error"]).to be_empty
        end

        expect(walked.transform_values { |offsets| gaps(offsets) }).to eq({ 0 => [], 1 => [], 2 => [] })
        expect(peer.committed(spec_group, topic)).to eq({ 0 => 1_500, 1 => 1_500, 2 => 1_500 })
      end
    end
  end
end
