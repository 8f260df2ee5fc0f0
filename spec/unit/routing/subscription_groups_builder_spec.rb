# frozen_string_literal: true

require "digest"
require "open3"
require "rbconfig"
require_relative "routes_context"

RSpec.describe Karafka::Routing::SubscriptionGroupsBuilder do
  include_context "with empty routes"

  def groups
    routes.flat_map(&:subscription_groups)
  end

  def members
    groups.map { |group| group.topics.map(&:name) }
  end

  describe "what shares a connection" do
    it "is what is equal in all settings of a connection, in the order of first appearance" do
      draw("a")
      draw("b") { max_wait_time 50 }
      draw("c") { kafka(inherit: true) }
      draw("d") { max_wait_time 50 }

      expect(members).to eq([%w[a c], %w[b d]])
    end

    {
      kafka: { "bootstrap.servers": "other:1" }, max_messages: 5, max_wait_time: 50, batch_linger: 5,
      initial_offset: "latest"
    }.each do |option, value|
      it "is split by #{option}" do
        draw("a")
        draw("b") { public_send(option, value) }

        expect(members).to eq([%w[a], %w[b]])
        expect(groups.map(&:name).uniq.size).to eq(1)
        expect(groups.map(&:id).uniq.size).to eq(2)
      end
    end

    it "is not split by options of topics" do
      draw("a")
      draw("b") { [manual_offset_management(true), consumer_persistence(false), pause(timeout: 5)] }

      expect(members).to eq([%w[a b]])
    end

    it "is split by a subscription group block between topics" do
      klass = consumer
      routes.draw do
        topic(:a) { consumer(klass) }
        subscription_group(:fast) { topic(:b) { consumer(klass) } }
        topic(:c) { consumer(klass) }
        subscription_group("fast") { topic(:d) { consumer(klass) } }
      end

      expect(members).to eq([%w[a], %w[b d], %w[c]])
    end

    it "is split by consumer groups" do
      draw("a", group: "one")
      draw("a", group: "two")

      expect(groups.map(&:group_id)).to eq(%w[one two])
    end
  end

  describe "positions" do
    it "count on over groups and draws" do
      draw("a", group: "one")
      draw("a", group: "two") { max_messages 5 }
      draw("b", group: "two")

      positions = groups.map(&:position)
      expect(positions).to eq([positions[0], positions[0] + 1, positions[0] + 2])
      expect(groups.map(&:id)).to eq(groups.map do |group|
                                       "#{group.group_id}_#{group.name}_#{group.position}"
                                     end)
    end

    it "stay where a group was when it is reopened, and may meet those of later groups" do
      draw("a", group: "one")
      draw("a", group: "two")
      first = groups[0].position
      draw("b", group: "one") { max_messages 5 }

      expect(groups.map do |group|
               [group.group_id, group.position - first]
             end).to eq([["one", 0], ["one", 1], ["two", 1]])
    end

    it "of later groups never fall back to those of a group that was reopened" do
      %w[one two one three].each_with_index { |group, index| draw("topic#{index}", group:) }

      first = groups.first.position
      expect(groups.map { |group| group.position - first }).to eq([0, 1, 2])
    end

    it "do not start again after a redraw" do
      draw("a")
      position = groups.first.position
      klass = consumer
      routes.redraw { topic(:a) { consumer(klass) } }

      expect(routes.first.subscription_groups.first.position).to eq(position + 1)
    end

    it "are not moved by filters" do
      names = %w[a b c]
      names.each { |name| draw(name, group: name) { kafka(inherit: true, "group.instance.id": "host") } }
      before = groups.map { |group| [group.id, group.position, group.kafka[:"group.instance.id"]] }

      activity_manager.include(:topics, "b")
      routes.each { |group| group.subscription_groups.each(&:refresh) }

      expect(groups.map do |group|
               [group.id, group.position, group.kafka[:"group.instance.id"]]
             end).to eq(before)
    end
  end

  it "builds a reopened group anew and leaves the others alone" do
    draw("a", group: "one")
    draw("a", group: "two")
    one, two = groups
    draw("b", group: "one")

    expect(routes.first.subscription_groups.first).not_to be(one)
    expect(routes.last.subscription_groups.first).to be(two)
    expect(routes.first.topics.map(&:subscription_group).uniq).to eq(routes.first.subscription_groups)
  end

  describe "anonymous names" do
    def generated(number)
      Digest::SHA256.hexdigest(number.to_s)[0, 12]
    end

    # Names that a new process gives, run with filters of `options`.
    def names_in_new_process(filter)
      script = <<~RUBY
        require "karafka"
        Karafka::App.config.kafka = { "bootstrap.servers": "127.0.0.1:9092", "group.instance.id": "host" }
        #{filter}
        Karafka::App.routes.draw do
          defaults { consumer Object }
          topic(:a)
          subscription_group { topic(:b) }
          topic(:c)
          consumer_group(:other) { topic(:d) }
        end
        groups = Karafka::App.routes.flat_map(&:subscription_groups)
        puts groups.map { |group| [group.id, group.kafka[:"group.instance.id"]].join(" ") }
      RUBY
      output, status = Open3.capture2e(RbConfig.ruby, "-I", File.expand_path("../../../lib", __dir__), "-e",
                                       script)
      expect(status).to be_success, output
      output.split("\n")
    end

    it "are the same in every process, whatever it filters" do
      manager = "Karafka::App.config.internal.routing.activity_manager"
      expected = [
        "app_#{generated(1)}_0 host_0", "app_#{generated(2)}_1 host_1", "app_#{generated(3)}_2 host_2",
        "other_#{generated(4)}_3 host_3"
      ]

      ["", "#{manager}.include(:topics, 'c')", "#{manager}.exclude(:consumer_groups, 'app')"].each do |filter|
        expect(names_in_new_process(filter)).to eq(expected)
      end
    end

    it "are taken by a group at its creation and after each block, and by an unnamed block first" do
      before = Karafka::Routing::SubscriptionGroup.id
      number = (1..10_000).find { |candidate| generated(candidate) == before }
      klass = consumer
      routes.draw do
        subscription_group { topic(:a) { consumer(klass) } }
        topic(:b) { consumer(klass) }
      end

      expect(groups.map(&:name)).to eq([generated(number + 1), generated(number + 3)])
    end
  end
end
