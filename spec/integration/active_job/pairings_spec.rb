# frozen_string_literal: true

require_relative "jobs_helper"

# Jobs beside virtual partitions, long-running jobs and dead letters, each alone and all three at once.
RSpec.describe "Jobs beside other features", :fresh_app, :jobs do
  # Keys share the jobs out to three lanes.
  lanes = -> { virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 3) }
  long = -> { long_running_job true }
  dead = ->(topic) { -> { dead_letter_queue(topic:, max_retries: 1) } }
  combined = lambda do |*routings|
    -> { routings.each { |routing| instance_exec(&routing) } }
  end

  # Three jobs a key, keys in turn.
  def fill_keys(job, numbers = 0..11)
    peer.produce(queue, numbers.map do |number|
      { payload: JSON.generate(job.new(number).serialize), key: (number % 4).to_s }
    end)
  end

  def in_order_of_keys
    told.group_by { |number| number % 4 }.each_value { |numbers| expect(numbers).to eq(numbers.sort) }
  end

  { "virtual partitions" => lanes, "long-running jobs" => long, "both" => combined.call(lanes, long) }
    .each do |name, routing|
    it "run once, the one that fails again, and keep the order of their keys: #{name}" do
      ran = self.ran
      lock = Mutex.new
      failing = [true]
      job = job_class do |number|
        raise "no" if number == 5 && lock.synchronize { failing.pop }

        lock.synchronize { ran << number }
      end
      fill_keys(job)
      run = work_off(config: Jobs::QUICK, routing:)
      run.await("all jobs") { told.size >= 12 }
      run.await("the commit") { committed == { 0 => 12 } }
      run.stop

      expect(told).to match_array(0..11)
      in_order_of_keys
      expect(run.events("consumer.consuming.retry").map { |event| event[:attempt] }).to eq([1])
    end
  end

  { "alone" => [], "in lanes" => [lanes], "long-running" => [long], "all at once" => [lanes, long] }
    .each do |name, routings|
    it "that fail again and again end as dead letters and count as done, #{name}" do
      letters = create_topic
      ran = self.ran
      lock = Mutex.new
      job = job_class { |number| number == 5 ? raise("no") : lock.synchronize { ran << number } }
      fill_keys(job)
      run = work_off(config: Jobs::QUICK, routing: combined.call(dead.call(letters), *routings))
      run.await("all jobs but one") { told.uniq.size == 11 }
      run.await("the commit") { committed == { 0 => 12 } }
      run.stop

      expect(told).to match_array([*0..11] - [5])
      in_order_of_keys
      letter = peer.read(letters, count: 1).first
      expect(JSON.parse(letter.payload)["arguments"]).to eq([5])
    end
  end

  it "never run again after a clean stop in the middle of lanes" do
    fill_keys(job_class)
    routing = "virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 3)"
    app = start_app(wait_in: 5, routing:)
    app.await_line("began 5")
    app.signal("TERM")
    app.await_line("event app.stopping")
    app.say("go on")
    expect(app.exit_status(within: 60)).to eq(0), app.output

    expect(ended(app)).to match_array(0..11)
    expect(committed).to eq({ 0 => 12 })
  end

  in_lanes = "virtual_partitions(partitioner: lambda(&:raw_key), max_partitions: 3)"
  { "in the middle of lanes" => in_lanes, "in a long-running job" => "long_running_job true",
    "beside dead letters" => "%<dead>s", "in all of that" => "#{in_lanes}; long_running_job true; %<dead>s" }
    .each do |name, routing|
    it "lose none when killed, and none counts as failed: #{name}" do
      letters = create_topic
      routing = format(routing, dead: "dead_letter_queue(topic: #{letters.inspect}, max_retries: 1)")
      fill_keys(job_class)
      app = start_app(wait_in: 5, routing:)
      app.await_line("began 5")
      app.kill
      other = start_app(routing:)
      ([*0..11] - ended(app)).each { |number| other.await_line("ended #{number}") }
      terminate(other)

      expect((ended(app) + ended(other)).uniq).to match_array(0..11)
      expect(committed).to eq({ 0 => 12 })
      expect(peer.watermarks(letters)).to eq([0, 0])
    end
  end

  # Lanes at work, and what the topic is described with.
  { "in every lane" => [3, [lanes, long]], "without lanes" => [1, [long]],
    "beside dead letters" => [3, [lanes, long, :dead]] }.each do |name, (busy, routings)|
    it "stop when the partition is lost, and another member runs the rest: #{name}" do
      letters = create_topic
      ran = self.ran
      lock = Mutex.new
      gate = Queue.new
      job = job_class do |number|
        lock.synchronize { ran << number }
        gate.pop unless gate.closed?
      end
      fill_keys(job)
      routings = routings.map { |routing| routing == :dead ? dead.call(letters) : routing }
      run = work_off(routing: combined.call(*routings))
      run.await("a job in each lane") { told.size >= busy }
      # First where partitions are dealt out, so that it really gets this one.
      peer.join("thief", spec_group, queue, settings: { "client.id": "a-thief" })
      run.await_event("consumer.revoked", busy)
      gate.close
      run.await_event("worker.completed", 2 * busy)
      expect(told.size).to be < 12
      peer.leave("thief")
      run.await("the rest") { told.uniq.size == 12 }
      run.stop

      expect(committed).to eq({ 0 => 12 })
      expect(peer.watermarks(letters)).to eq([0, 0])
    end
  end
end
