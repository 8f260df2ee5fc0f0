# frozen_string_literal: true

require_relative "../spec_helper"

# What a member sees when another one joins and leaves, with every protocol.
RSpec.describe "A rebalance" do
  include Specs::Members

  let(:topic) { create_topic("rebalance", partitions: 2) }
  let(:group) { unique("group") }

  def fill(count = 10)
    peer.produce(topic, Array.new(count) do |i|
                          [0, 1].map do |partition|
                            { payload: i.to_s, partition: }
                          end
                        end.flatten)
  end

  # Lines about the life of a partition, without the id's.
  def life(app, partition, after: 0)
    app.lines.drop(after).filter_map do |line|
      words = line.split
      case words.first
      when "rebalance" then words.first(2).join(" ") if words[2].to_s.split(",").include?(partition.to_s)
      when "initialized", "revoked", "batch" then words.first if words[1] == partition.to_s
      end
    end
  end

  def id_of(app, partition, after: 0)
    app.lines.drop(after).reverse.find { |line| line.start_with?("initialized #{partition} ") }.split.last
  end

  it "takes everything away with the eager protocol: hooks in order, new instances, attempts anew" do
    fill
    app = member(group, topic, kafka: protocol(:eager))
    [0, 1].each { |partition| app.await_line(/^batch #{partition} /) }
    before = [id_of(app, 0), id_of(app, 1)]
    place = app.lines.size
    other = member(group, topic, kafka: protocol(:eager))
    other.await_line(/^rebalance assigned \d$/)
    kept = app.await_line(/^rebalance assigned (\d)$/, after: place)[1].to_i
    app.await_line(/^revoked #{kept} /, after: place)
    app.await_line(/^revoked #{1 - kept} /, after: place)
    fill(1)
    app.await_line(/^batch #{kept} /, after: place)

    expect(app.lines.drop(place).grep(/^rebalance/)).to eq(
      ["rebalance revoke 0,1", "rebalance revoked 0,1", "rebalance assign #{kept}",
       "rebalance assigned #{kept}"]
    )
    expect(life(app, kept, after: place) - ["rebalance assign", "rebalance assigned"])
      .to eq(["rebalance revoke", "rebalance revoked", "revoked", "initialized", "batch"])
    expect(id_of(app, kept, after: place)).not_to eq(before[kept])
    # `revoked?`, and a repeated mark of what is marked already.
    expect(app.lines.grep(/^revoked/).map { |line| line.split.drop(3) }).to eq([%w[true true]] * 2)
    expect(app.lines.grep(/^batch/).map { |line| line.split[4] }.uniq).to eq(["1"])
    [app, other].each { |one| terminate(one) }
    expect(app.lines.grep(/^shutdown/).size).to eq(1)
  end

  %i[cooperative consumer].each do |name|
    it "takes only what moves with the #{name} protocol" do
      fill
      app = member(group, topic, kafka: protocol(name))
      [0, 1].each { |partition| app.await_line(/^batch #{partition} /) }
      place = app.lines.size
      other = member(group, topic, kafka: protocol(name))
      moved = app.await_line(/^rebalance revoked (\d)$/, after: place)[1].to_i
      other.await_line("rebalance assigned #{moved}")
      fill(1)
      app.await_line(/^batch #{1 - moved} /, after: place)
      other.await_line(/^batch #{moved} 10 10 1/)

      expect(life(app, moved, after: place)).to eq(["rebalance revoke", "rebalance revoked", "revoked"])
      expect(life(app, 1 - moved, after: place)).to eq(["batch"])

      terminate(other)
      app.await_line("rebalance assigned #{moved}", after: place)
      fill(1)
      app.await_line(/^batch #{moved} 11 11 1/, after: place)
      terminate(app)
    end
  end

  %i[eager cooperative consumer].each do |name|
    it "commits marks before partitions are given away with the #{name} protocol: nothing comes twice" do
      fill
      lazy = { "auto.commit.interval.ms" => 600_000 }
      say = 'messages.each { |message| say("done", partition, message.offset) }'
      app = member(group, topic, consume: say, kafka: protocol(name).merge(lazy))
      [0, 1].each { |partition| app.await_line("done #{partition} 9") }
      expect(peer.committed(group, topic)).to eq({})
      other = member(group, topic, consume: say, kafka: protocol(name).merge(lazy))
      moved = other.await_line(/^rebalance assigned (\d)$/)[1].to_i
      expect(peer.committed(group, topic)[moved]).to eq(10)
      fill(1)
      other.await_line("done #{moved} 10")
      app.await_line("done #{1 - moved} 10")
      [app, other].each { |one| terminate(one) }

      expect(done(app, other).tally.values.uniq).to eq([1])
      expect(done(app, other).size).to eq(22)
      expect(peer.committed(group, topic)).to eq({ 0 => 11, 1 => 11 })
    end
  end
end
