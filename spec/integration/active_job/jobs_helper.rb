# frozen_string_literal: true

require_relative "../spec_helper"
require "active_job/karafka"
require "active_support/current_attributes"
require "karafka/active_job/current_attributes"

ActiveJob::Base.logger = Logger.new(nil)

# Jobs of examples, and servers in this process that run them. Apps in processes of their own are in
# `AppsWithJobs`.
module Jobs
  QUICK = { pause: { timeout: 50, max_timeout: 100 } }.freeze

  # Where jobs of this example put what they have to tell.
  def ran = @ran ||= []
  def told = ran.dup

  def queue = @queue ||= create_topic("jobs")

  # @param perform [Proc] work of the job; called with its arguments
  # @return [Class] on the adapter, in this example's queue
  def job_class(name = "WorkJob", topic: queue, options: {}, &perform)
    ran = self.ran
    perform ||= ->(*given) { ran << given }
    stub_const(name, Class.new(ActiveJob::Base)).tap do |klass|
      klass.queue_adapter = :karafka
      klass.queue_as(topic)
      klass.karafka_options(options)
      klass.define_method(:perform, &perform)
    end
  end

  # Writes jobs with the independent client, so that a server finds them in one batch.
  def fill(*jobs, topic: queue)
    peer.produce(topic, jobs.map { |job| job.is_a?(String) || job.nil? ? job : JSON.generate(job.serialize) })
  end

  # @param routing [Proc] what the topic is described with
  # @return [Specs::Run] a started server of this example's queue
  def work_off(topic: queue, routing: nil, **given)
    serve(**given) { active_job_topic(topic) { instance_exec(&routing) if routing } }
  end

  # Makes the producer ready without a server.
  def set_up(kafka = {}) = configure(kafka, {})

  def committed(topic = queue) = peer.committed(spec_group, topic)
end

# An app with jobs in a process of its own: `say`s each job before it begins and after it ended.
module AppsWithJobs
  SCRIPT = <<~'RUBY'
    require "active_job/karafka"
    def say(text) = $stdout.syswrite("#{text}\n")

    ActiveJob::Base.logger = Logger.new(nil)
    ActiveJob::Base.queue_adapter = :karafka

    class WorkJob < ActiveJob::Base
      queue_as ENV.fetch("TOPIC")

      def perform(number)
        say "began #{number}"
        $stdin.gets if ENV["WAIT_IN"] == number.to_s
        say "ended #{number}"
      end
    end

    class App < Karafka::App
      setup do |config|
        config.kafka = { "bootstrap.servers": ENV.fetch("KAFKA"), "session.timeout.ms": 6_000 }
        config.group_id = ENV.fetch("GROUP")
        config.max_wait_time = 200
        config.shutdown_timeout = 20_000
        config.logger = Logger.new(nil)
      end

      routes.draw do
        active_job_topic(ENV.fetch("TOPIC")) { instance_eval(ENV.fetch("ROUTING", "")) }
      end
    end

    %w[app.quiet app.stopping error.occurred].each do |name|
      Karafka.monitor.subscribe(name) { |event| say "event #{name} #{event.payload[:error]&.class}" }
    end
    Karafka::Server.run
  RUBY

  # @param routing [String] Ruby that describes the topic
  def start_app(wait_in: nil, routing: nil)
    run_app(SCRIPT, { "TOPIC" => queue, "GROUP" => spec_group, "WAIT_IN" => wait_in&.to_s,
                      "ROUTING" => routing }.compact)
  end

  # @return [Array<Integer>] jobs that ended
  def ended(app) = app.lines.filter_map { |line| line[/\Aended (\d+)/, 1]&.to_i }
  def begun(app) = app.lines.filter_map { |line| line[/\Abegan (\d+)/, 1]&.to_i }

  # @param numbers [Array<Integer>] arguments of the jobs that are written
  def fill_numbers(numbers) = fill(*numbers.map { |number| job_class.new(number) })

  def terminate(app)
    app.signal("TERM")
    expect(app.exit_status(within: 60)).to eq(0), app.output
  end
end

RSpec.configure do |config|
  config.include Jobs, :jobs
  config.include AppsWithJobs, :jobs
  config.after(:each, :jobs) do
    Karafka::ActiveJob::CurrentAttributes.instance_variable_set(:@registered, {}.freeze)
  end
end
