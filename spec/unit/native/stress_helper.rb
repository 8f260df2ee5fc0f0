# frozen_string_literal: true

require_relative "native_helper"
require "waterdrop"

# Native calls while the collector runs at every allocation of theirs; then everything that can move moves.
module StressedCalls
  NATIVE = Karafka::Native

  # Methods that neither make nor keep an object: they answer with numbers, true, false, nil or Symbols.
  PLAIN = {
    "Admin" => %w[closed? set_token_failure],
    "Batch" => %w[size partition first_offset last_offset received_at offset timestamp leader_epoch],
    "Broker" => %w[stop running? local?],
    "Connection" => %w[closed? wake unsubscribe assignment_lost? store_marks begin_close poll_close close
                       set_token_failure],
    "Deliveries" => %w[size plain? release],
    "Gate" => %w[count shut? shut open],
    "Jobs" => %w[complete unlock defer release_worker wake close],
    "Opened" => %w[prepare],
    "Partition" => %w[covers? pause position running? hold transactional? eof? attached? next_offset move_to
                      ever_marked? revoked? revoke begin_batch end_reached enter_run collapsed? linear?
                      collapse_until failing? begin_job end_job enter_tick leave_tick begin_lane
                      marked_by_transaction marks_by_transaction marks_committed marked? attempt
                      user_paused? expire_pause paused?
                      user_sought sought? filter],
    "Pass" => %w[enter leave],
    "Poller" => %w[wake unregister],
    "Producer" => %w[queue_size queue_length closed? purge_queue flush begin_transaction hurry
                     set_token_failure plainly_valid?],
    "Reader" => %w[closed? unsubscribe set_token_failure],
    "Rebalance" => %w[lost? kind],
    "Sealer" => %w[rotate],
    "Switch" => %w[set on?]
  }.freeze

  # Answers that only a real broker gives: see spec/integration/admin/garbage_spec.rb.
  ON_A_BROKER = {
    "Admin" => %w[create_topic delete_topic create_partitions delete_group list_offsets describe_configs
                  alter_configs create_acl describe_acls delete_acls]
  }.freeze

  # Ruby classes with a native part.
  PARTLY = [Rdkafka::Producer::DeliveryHandle, WaterDrop::Instrumentation::Acknowledgement].freeze

  # Which file drives which classes; stress_producers_spec.rb all others.
  FILES = {
    values: %w[Batch Documents Extractor FanOut Gate Jobs Opened Opener Partition Pass Sealer Switch],
    clients: %w[Admin Connection Reader Rebalance]
  }.freeze

  # @return [Array<String>] of all methods that are native, `Class.method` or `Class#method`
  def self.all
    owners = NATIVE.constants.map { |name| NATIVE.const_get(name) }.grep(Module)
    [*owners, *PARTLY, NATIVE].flat_map do |owner|
      name = owner.name.split("::").last
      own(owner, :singleton_methods, :method).map { |method| "#{name}.#{method}" } +
        own(owner, :instance_methods, :instance_method).map { |method| "#{name}##{method}" }
    end
  end

  # @param file [Symbol] `:values`, `:clients` or `:producers`
  # @return [Array<String>] what it has to drive
  def self.wanted(file)
    (all - elsewhere).select do |name|
      (FILES.find { |_, classes| classes.include?(name[/\w+/]) }&.first || :producers) == file
    end
  end

  def self.own(owner, list, get)
    owner.public_send(list, false).select { |method| owner.public_send(get, method).source_location.nil? }
  end

  # @return [Array<String>] those that need no example here
  def self.elsewhere
    [PLAIN, ON_A_BROKER].flat_map do |listed|
      listed.flat_map { |name, methods| methods.flat_map { |one| ["#{name}##{one}", "#{name}.#{one}"] } }
    end
  end

  # What a group of examples can say.
  module Group
    # @return [Array<String>] what its examples drive
    def driven = @driven ||= []

    # An example of these methods; its body calls each of them inside of {StressedCalls#stressed}.
    def drives(*names, &body)
      driven.concat(names)
      it(names.join(", ")) do
        instance_exec(&body)
        expect(names - called).to eq([])
      end
    end
  end

  # @return [Array<String>] native methods that were called under stress
  def called = @called ||= []

  # Collects at each allocation what is young: enough to find what nobody holds, and quicker.
  YOUNG = 1

  # @param stress [true, Integer] as GC.stress= takes it
  # @return [Object] of the block
  def stressed(stress = true) # rubocop:disable Style/OptionalBooleanParameter
    calls = []
    # Makes no object of its own, which would cost a collection each.
    noting = TracePoint.new(:c_call) { |call| calls << call.defined_class << call.self << call.method_id }
    noting.enable(target_thread: Thread.current)
    GC.stress = stress
    yield
  ensure
    GC.stress = false
    noting.disable
    GC.compact
    note(calls)
  end

  private

  def note(calls)
    calls.each_slice(3) do |owner, receiver, method|
      singleton = owner.singleton_class?
      name = (singleton ? receiver : owner).then { |one| one.is_a?(Module) ? one.name.to_s : "" }
      called << "#{name.split("::").last}#{singleton ? "." : "#"}#{method}"
    end
  end
end

# Loading a file would be worked off under stress, too.
Karafka::Setup::EagerLoad.call
[Rdkafka::Producer, WaterDrop, WaterDrop::Instrumentation].each do |namespace|
  namespace.constants.each { |name| namespace.const_get(name) }
end

RSpec.configure do |config|
  config.include StressedCalls, :stressed
  config.extend StressedCalls::Group, :stressed
end
