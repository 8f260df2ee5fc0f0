# frozen_string_literal: true

require_relative "../spec_helper"

# Consumers that tick, and what came of it. Needs `topic`.
module Ticking
  # What an instance knew when it ticked.
  Seen = Struct.new(:partition, :size, :used, :seek_offset)

  # Starts a server whose consumer notes its ticks; `tick`, if any, goes on from there.
  #
  # @param periodic [Hash] options
  # @return [Specs::Run]
  def ticking(periodic: { interval: 100 }, routing: nil, tick: nil, name: topic, **options, &body)
    noted = ticks
    both = lambda do
      periodic(**periodic)
      instance_exec(&routing) if routing
    end
    consume(name, routing: both, **options) do
      define_method(:consume) { nil }
      define_method(:tick) do
        noted << Seen.new(partition, messages.size, used?, seek_offset)
        instance_exec(&tick) if tick
      end
      class_eval(&body) if body
    end
  end

  # @return [Queue<Seen>]
  def ticks = @ticks ||= Queue.new

  # @return [Array<Seen>] noted since the last call
  def noted = Array.new(ticks.size) { ticks.pop }

  # @return [Hash{Integer => Integer}]
  def committed = peer.committed(spec_group, topic)

  # @return [Array<Specs::Run::Published>] of these names, in order, from one event on
  def after(run, event, *names)
    all = run.events
    all.drop(all.index(event)).select { |one| names.include?(one.name) }
  end

  def await_tick_behind(run, event)
    run.await("a tick behind it") { after(run, event, "consumer.ticked").any? }
  end

  # @return [Integer] ticks from an event up to the next one of that name
  def ticks_between(run, event, last)
    after(run, event, "consumer.tick", last).take_while { |one| one.name == "consumer.tick" }.size
  end

  # @return [Float] s between a tick's scheduling and the end of the last job before it
  def rests(run)
    run.events("consumer.before_schedule_tick").filter_map do |tick|
      ended = run.events("worker.completed").select { |one| one[:job] && one.at <= tick.at }.last
      tick.at - ended.at if ended
    end
  end
end

RSpec.configure { |config| config.include Ticking, :ticking }
