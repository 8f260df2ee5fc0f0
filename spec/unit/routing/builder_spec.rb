# frozen_string_literal: true

require_relative "routes_context"

RSpec.describe Karafka::Routing::Builder do
  include_context "with empty routes"

  def names
    routes.to_h { |group| [group.name, group.topics.map(&:name)] }
  end

  describe "forms of routes" do
    it "puts topics and connections drawn outside of a group into the group of the configuration" do
      klass = consumer
      config.group_id = "shop"
      routes.draw do
        topic(:a) { consumer(klass) }
        subscription_group(:fast) { topic("b") { consumer(klass) } }
      end

      expect(names).to eq("shop" => %w[a b])
      expect(routes.first.subscription_groups.map(&:name)).to include("fast")
    end

    it "takes the group of the configuration anew at each draw" do
      klass = consumer
      routes.draw { topic(:a) { consumer(klass) } }
      config.group_id = "other"
      routes.draw { topic(:b) { consumer(klass) } }

      expect(names).to eq("app" => %w[a], "other" => %w[b])
    end

    it "opens a group of that name again, be the name a String or a Symbol" do
      draw("a", group: :shop)
      draw("b", group: "shop")

      expect(names).to eq("shop" => %w[a b])
    end

    it "routes one topic in two groups as two topics" do
      draw("a", group: "one")
      draw("a", group: "two")

      expect(routes.map { |group| group.topics.first.id }).to eq(%w[one_a two_a])
    end

    it "takes topics without a block when they are inactive by default" do
      routes.draw do
        defaults { active false }
        topic(:plain)
      end

      expect(names).to eq("app" => %w[plain])
    end

    it "may be empty and answers the builder" do
      expect(routes.draw).to be(routes)
      expect(routes.draw).to be(routes)
      expect(routes).to be_empty
    end

    it "reads names inside of blocks" do
      klass = consumer
      seen = []
      routes.draw do
        consumer_group(:shop) do
          seen << name
          subscription_group(:fast) do
            seen << name
            topic(:a) do
              seen << name
              consumer klass
            end
          end
        end
      end

      expect(seen).to eq(%w[shop fast a])
    end

    it "knows no groups inside of groups or topics" do
      expect { routes.draw { consumer_group(:a) { consumer_group(:b) } } }.to raise_error(NoMethodError)
      expect { routes.draw { consumer_group(:a) { defaults } } }.to raise_error(NoMethodError)
      expect { routes.draw { subscription_group(:a) { subscription_group(:b) } } }
        .to raise_error(NoMethodError)
      expect { routes.draw { topic(:a) { topic(:b) } } }.to raise_error(NoMethodError)
    end

    it "refuses unknown words with NoMethodError at each level" do
      expect { routes.draw { nothing } }.to raise_error(NoMethodError, /nothing/)
      expect { routes.draw { consumer_group(:a) { nothing 1 } } }.to raise_error(NoMethodError, /nothing/)
      expect { routes.draw { topic(:a) { nothing } } }.to raise_error(NoMethodError, /nothing/)
    end

    it "routes topics and groups named after methods of objects" do
      words = %w[name method hash send class object_id topics]
      draw(*words, group: "send")

      expect(names).to eq("send" => words)
      expect(words.map { |word| routes.first.topics.find(word).name }).to eq(words)
    end
  end

  describe "a draw inside a draw" do
    it "raises ThreadError" do
      outer = routes
      expect { routes.draw { outer.draw } }.to raise_error(ThreadError)
      expect { routes.draw { outer.redraw } }.to raise_error(ThreadError)
    end

    it "leaves the builder usable" do
      outer = routes
      expect { routes.draw { outer.draw } }.to raise_error(ThreadError)

      expect { draw("a") }.not_to raise_error
    end
  end

  describe "what stays after an error" do
    it "keeps refused routes, so that each later draw fails, until they are cleared" do
      expect { routes.draw { topic(:a) } }.to refuse("routes.app.a.consumer": /active/)
      expect { routes.draw }.to refuse("routes.app.a.consumer": /active/)

      routes.clear
      expect { routes.draw }.not_to raise_error
    end

    it "keeps refused routes until a redraw" do
      klass = consumer
      expect { routes.draw { topic(:a) } }.to raise_error(Karafka::Errors::InvalidConfigurationError)
      routes.redraw { topic(:b) { consumer(klass) } }

      expect(names).to eq("app" => %w[b])
    end

    it "leaves out a topic whose block raises, and a new group with it" do
      klass = consumer
      expect { routes.draw { topic(:a) { raise "broken" } } }.to raise_error("broken")
      expect(routes).to be_empty

      draw("kept", group: "shop")
      expect do
        routes.draw do
          consumer_group(:shop) do
            topic(:b) do
              raise "broken"
            end
          end
        end
      end.to raise_error("broken")
      routes.draw { topic(:c) { consumer(klass) } }
      expect(names).to eq("shop" => %w[kept], "app" => %w[c])
    end

    it "leaves out a new group whose block raises after its topics" do
      klass = consumer
      broken = proc do
        consumer_group(:shop) do
          topic(:a) { consumer(klass) }
          raise "broken"
        end
      end

      expect { routes.draw(&broken) }.to raise_error("broken")
      expect(routes).to be_empty
    end

    it "leaves no declaration of refused routes" do
      expect do
        draw("a") do
          config(partitions: 0)
        end
      end.to raise_error(Karafka::Errors::InvalidConfigurationError)
      routes.clear
      draw("a") { config(partitions: 3) }

      expect(declaratives.find_topic("a").partitions).to eq(3)
    end
  end

  describe "#defaults" do
    it "applies to topics declared later only" do
      draw("before")
      routes.defaults { max_messages 7 }
      draw("after")

      expect(routes.first.topics.map(&:max_messages)).to eq([100, 7])
    end

    it "never beats what a topic says itself, whichever of both wins when repeated" do
      routes.defaults do
        max_messages 7
        initial_offset "latest"
        kafka(inherit: true, "fetch.min.bytes": 7)
        consumer_persistence true
        batch_linger 7
        manual_offset_management true
        active true
        pause(timeout: 7)
        inline_insights true
      end
      topic = draw_topic do
        max_messages 3
        initial_offset "earliest"
        kafka(inherit: true)
        consumer_persistence false
        batch_linger nil
        manual_offset_management false
        active false
        pause(timeout: 3)
        inline_insights false
      end

      expect(topic.to_h).to include(
        max_messages: 3, initial_offset: "earliest", kafka: config.kafka, consumer_persistence: false,
        batch_linger: nil, manual_offset_management: { active: false }, active: false,
        pause: { active: true, timeout: 3, max_timeout: 30_000, with_exponential_backoff: true },
        inline_insights: { active: false, required: false }
      )
    end

    it "applies its own last word where it repeats itself" do
      routes.defaults do
        max_messages 7
        max_messages 8
      end

      expect(draw_topic.max_messages).to eq(8)
    end

    it "applies whole options: the rest of a partly given one is the framework's" do
      routes.defaults { config(partitions: 5, replication_factor: 3) }
      topic = draw_topic { config(partitions: 2) }

      expect(topic.config.to_h).to include(partitions: 2, replication_factor: 1)
    end

    it "answers the current defaults without a block, also through the app" do
      defaults = proc { max_messages 7 }
      routes.defaults(&defaults)

      expect(routes.defaults).to be(defaults)
      expect(Karafka::App.defaults).to be(defaults)
    end

    it "survives a redraw, not a clear" do
      routes.defaults { max_messages 7 }
      routes.redraw
      expect(draw_topic("a").max_messages).to eq(7)

      routes.clear
      expect(draw_topic("b").max_messages).to eq(100)
    end

    it "may be said inside a draw" do
      klass = consumer
      routes.draw do
        defaults { max_messages 7 }
        topic(:a) { consumer(klass) }
      end

      expect(routes.first.topics.first.max_messages).to eq(7)
    end
  end

  describe "#active" do
    it "lists the groups that the filters of the process leave" do
      draw("a", group: "one")
      draw("b", group: "two")
      activity_manager.exclude(:consumer_groups, "one")

      expect(routes.active.map(&:name)).to eq(%w[two])
      expect(routes.map(&:name)).to eq(%w[one two])
    end
  end

  describe "drawing from several threads" do
    it "keeps every topic" do
      klass = consumer
      threads = Array.new(8) do |number|
        Thread.new { routes.draw { consumer_group(:shop) { topic("t#{number}") { consumer(klass) } } } }
      end
      threads.each(&:join)

      expect(names["shop"]).to match_array(Array.new(8) { |number| "t#{number}" })
    end
  end
end
