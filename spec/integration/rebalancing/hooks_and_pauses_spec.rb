# frozen_string_literal: true

require_relative "../spec_helper"

# What must survive a rebalance: raising subscribers and hooks, pauses, retries, blocking commits.
RSpec.describe "Over a rebalance" do
  include Specs::Members

  let(:topic) { create_topic("over", partitions: 2) }
  let(:group) { unique("group") }

  def fill(payload)
    peer.produce(topic, [0, 1].map { |partition| { payload:, partition: } })
  end

  # Makes another member come and go, so that `app` loses a partition and gets it back.
  def lose_and_regain(app, settings)
    place = app.lines.size
    other = member(group, topic, kafka: settings)
    lost = other.await_line(/^rebalance assigned (\d)$/)[1].to_i
    place_of_loss = app.lines.size
    terminate(other)
    app.await_line(/^rebalance assigned (0,1|#{lost})$/, after: place_of_loss)
    [lost, place]
  end

  %i[eager cooperative consumer].each do |protocol|
    it "subscribers that raise, and a revoked hook that raises, are told and hold nobody up (#{protocol})" do
      raising = %w[assign assigned revoke revoked].map do |name|
        "Karafka.monitor.subscribe('rebalance.partitions_#{name}') { raise '#{name} failed' }"
      end
      fill("1")
      app = member(group, topic, more: raising.join("\n"), kafka: protocol(protocol),
                                 methods: "def revoked = raise('hook failed')")
      [0, 1].each { |partition| app.await_line(/^batch #{partition} /) }
      lose_and_regain(app, protocol(protocol))
      fill("2")
      [0, 1].each { |partition| app.await_line(/^batch #{partition} \d 1 /) }
      terminate(app)

      told = app.lines.grep(/^error/).map { |line| line.split[1] }.uniq
      expect(told).to match_array(%w[assign assigned revoke revoked].map do |name|
        "callbacks.rebalance.partitions_#{name}.error"
      end + ["consumer.revoked.error"])
      expect(app.lines).not_to include("reset")
    end

    it "a pause of an hour ends: the partition that comes back is read (#{protocol})" do
      fill("1")
      pause = 'say("paused", partition); pause(messages.first.offset, 3_600_000)'
      once = "unless $paused&.include?(partition)\n($paused ||= []) << partition\n#{pause}\nend"
      app = member(group, topic, consume: once, kafka: protocol(protocol))
      [0, 1].each { |partition| app.await_line("paused #{partition}") }
      lost, place = lose_and_regain(app, protocol(protocol))
      fill("2")
      # Nothing was marked during the pause, so the other member may have worked off the first message.
      app.await_line(/^batch #{lost} \d 1 1 /, after: place)
      terminate(app)
    end
  end

  it "a failing run starts to count anew" do
    fill("1")
    failing = 'raise "again" if messages.first.raw_payload == "1" && !File.exist?(ENV.fetch("GOOD"))'
    good = File.join(folder, "good")
    app = member(group, topic, consume: failing, env: { "GOOD" => good },
                               setup: "config.pause.timeout = 100; config.pause.max_timeout = 100")
    [0, 1].each { |partition| app.await_line(/^batch #{partition} 0 0 [3-9] /) }
    place = app.lines.size
    other = member(group, topic, consume: 'raise "too"')
    other.await_line(/^rebalance assigned \d$/)
    kept = app.await_line(/^rebalance assigned (\d)$/, after: place)[1].to_i
    app.await_line(/^batch #{kept} 0 0 1 /, after: app.lines.index do |line|
                                                     line == "rebalance assigned #{kept}"
                                                   end)
    app.await_line(/^batch #{kept} 0 0 2 /, after: app.lines.index do |line|
                                                     line == "rebalance assigned #{kept}"
                                                   end)
    File.write(good, "")
    [app, other].each { |one| terminate(one) }
  end

  it "users' pauses, seeks and failures lose and repeat nothing that was marked" do
    peer.produce(topic, (0..1).flat_map { |partition| Array.new(500) { { payload: "x", partition: } } })
    work = <<~RUBY
      messages.each do |message|
        say("done", partition, message.offset)
        mark_as_consumed(message)
        next unless message.offset % 37 == 36

        case message.offset % 3
        when 0 then return pause(message.offset + 1, 50)
        when 1 then return seek(message.offset + 1, reset_offset: false)
        else raise "failed"
        end
      end
    RUBY
    given = { consume: work, setup: "config.pause.timeout = 50; config.pause.max_timeout = 50",
              route: "manual_offset_management true" }
    app = member(group, topic, **given)
    others = Array.new(3) do
      member(group, topic, **given).tap do |other|
        other.await_line(/^rebalance assigned/)
        terminate(other)
      end
    end
    await("the commits") { peer.committed(group, topic) == { 0 => 500, 1 => 500 } }
    terminate(app)

    expect(done(app, *others).sort).to eq([0, 1].product((0..499).to_a))
  end

  it "blocking commits answer true or false, and neither raise nor reset anything (cooperative)" do
    marks = 'messages.each { |message| say("mark", mark_as_consumed!(message)) }'
    kafka = protocol(:cooperative)
    app = member(group, topic, consume: marks, kafka:, setup: "config.max_messages = 5")
    stop = false
    producing = Thread.new do
      until stop
        fill("x")
        # Slower than the commits.
        IO.select(nil, nil, nil, 0.05)
      end
    end
    app.await_line(/^mark/)
    3.times { lose_and_regain(app, kafka) }
    stop = true
    producing.value
    high = [0, 1].to_h { |partition| [partition, peer.watermarks(topic, partition).last] }
    await("the commits") { peer.committed(group, topic) == high }
    terminate(app)

    expect(app.lines.grep(/^error/)).to eq([])
    expect(app.lines).not_to include("reset")
    expect(app.lines.grep(/^mark/).uniq - ["mark true", "mark false"]).to eq([])
    expect(app.lines.grep("mark false").size).to be < 30
  end

  it "members of different protocols are told at once that they do not fit together" do
    fill("1")
    app = member(group, topic, kafka: protocol(:cooperative))
    app.await_line(/^rebalance assigned 0,1/)
    other = member(group, topic, kafka: protocol(:eager))
    other.await_line(/^error connection.client.poll.error inconsistent_group_protocol/)
    fill("2")
    [0, 1].each { |partition| app.await_line(/^batch #{partition} \d 1 /) }
    [app, other].each { |one| terminate(one) }
    expect(app.lines.grep(/^error/)).to eq([])
  end

  %i[eager consumer].each do |protocol|
    it "a frozen process that wakes up late does not take back what the others have done (#{protocol})" do
      fill("1")
      work = <<~RUBY
        say("working", partition)
        $stdin.gets unless ENV.key?("FREE") || $awake
        $awake = true
        say("mark", mark_as_consumed!(messages.last))
      RUBY
      kafka = protocol(protocol).merge(protocol == :eager ? { "session.timeout.ms" => 2_000 } : {})
      app = member(group, topic, consume: work, kafka:, setup: "config.concurrency = 1")
      partition = app.await_line(/^working (\d)/)[1].to_i
      app.signal("STOP")
      other = member(group, topic, consume: work, kafka:, env: { "FREE" => "1" })
      [0, 1].each { |number| other.await_line("working #{number}", within: 40) }
      fill("2")
      await("the other's commits") { peer.committed(group, topic) == { 0 => 2, 1 => 2 } }
      app.signal("CONT")
      app.say("go on")
      app.await_line("mark false")
      app.await_line(/^rebalance revoked .*#{partition}/)
      expect(peer.committed(group, topic)).to eq({ 0 => 2, 1 => 2 })
      # A run of the other partition may begin before the loss is known; no mark of it is taken.
      working = app.lines.grep(/^working/)
      expect(working).to eq(working.uniq)
      expect(app.lines).not_to include("mark true")
      [app, other].each { |one| terminate(one) }
    end
  end
end
