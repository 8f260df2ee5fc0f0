# frozen_string_literal: true

require_relative "native_helper"

# What can only be seen from outside: loading, the end of the VM, other threads of control.
RSpec.describe "The native extension in a process", :native do
  consume = <<~RUBY
    connection = Karafka::Native::Connection.new("bootstrap.servers": ENV["BROKER"], "group.id": "g\#{rand(1 << 64)}")
    connection.subscribe(["some-topic"])
    connection.poll(10, 50, nil)
  RUBY

  it "loads without a warning" do
    status, output = run_ruby(<<~RUBY, "-w")
      require "karafka"
      Karafka::Native.constants.each { |name| Karafka::Native.const_get(name) }
      [Karafka::BaseConsumer, Karafka::Server, WaterDrop::Producer, Rdkafka::Config].each(&:name)
      puts "loaded"
    RUBY
    expect([status.exitstatus, output]).to eq([0, "loaded\n"])
  end

  %w[before after].each do |order|
    it "shares the process with openssl that was loaded #{order} it" do
      lines = ['require "openssl"', 'require "karafka"; Karafka::Native']
      lines.reverse! if order == "after"
      status, output = run_ruby(<<~RUBY)
        #{lines.join("\n")}
        key = OpenSSL::PKey::RSA.new(2048)
        signed = key.sign("SHA256", "text")
        tls = Karafka::Native::Connection.new("bootstrap.servers": "127.0.0.1:1", "group.id": "g",
                                              "security.protocol": "ssl", log_level: 0)
        #{consume}
        puts key.verify("SHA256", signed, "text"), OpenSSL::Digest::SHA256.hexdigest("a")[0, 6]
        begin
          OpenSSL::PKey::RSA.new("no key")
        rescue OpenSSL::PKey::RSAError => e
          puts e.class
        end
        tls.close(1_000)
      RUBY
      expect([status.exitstatus, output]).to eq([0, "true\nca9781\nOpenSSL::PKey::RSAError\n"])
    end
  end

  it "raises in a Ractor, and the process goes on" do
    status, output = run_ruby(<<~RUBY, "-W0")
      require "karafka"
      Karafka::Native
      begin
        Ractor.new { Karafka::Native.librdkafka_version }.take
      rescue Ractor::RemoteError => e
        puts e.cause.class
      end
      connection = Karafka::Native::Connection.new("bootstrap.servers": "127.0.0.1:1", "group.id": "g", log_level: 0)
      begin
        Ractor.new(connection) { |moved| moved.name }.take
      rescue StandardError => e
        puts "refused"
      end
      connection.close(100)
      puts Karafka::Native.librdkafka_version
    RUBY
    expect(status.exitstatus).to eq(0), output
    expect(output).to match(/^Ractor::UnsafeError\nrefused\n\d+\.\d+\.\d+\n\z/)
  end

  it "has no native thread that signals could reach, so the embedded broker survives a storm of them" do
    connection = connect
    thread = Thread.new { connection.watermarks("t", 0, 500) rescue nil } # rubocop:disable Style/RescueModifier
    masks = Dir["/proc/self/task/*/status"].filter_map do |path|
      status = File.read(path)
      name = status[/^Name:\s*(.*)/, 1]
      [name, status[/^SigBlk:\s*(\h+)/, 1]] if name.match?(/\A(rdk:|karafka\.)/)
    rescue Errno::ENOENT, Errno::ESRCH
      # It ended while it was looked at.
      nil
    end
    term = 1 << (Signal.list.fetch("TERM") - 1)
    expect(masks).not_to be_empty
    expect(masks.reject { |_name, mask| mask.hex.anybits?(term) }).to be_empty
    thread.join
    trap("USR2") { nil }
    500.times { Process.kill("USR2", Process.pid) }
    expect(topic_with("still here")).to be_a(String)
  end

  it "works inside fibers, and enumerators over them" do
    topic = topic_with("a", "b")
    connection = connect
    fiber = Fiber.new do
      connection.subscribe([topic])
      Fiber.yield connection.name
      Fiber.yield read(connection, 2).sum(&:size)
      connection.commit(true, 1_000)
    end
    expect(fiber.resume).to match(/consumer-/)
    expect(fiber.resume).to eq(2)
    expect(fiber.resume).to be(true).or(be(false))
    second = connect.tap { |made| made.subscribe([topic]) }
    lazily = Enumerator.new { |out| read(second, 2).each { |batch| out << batch } }
    expect(lazily.next.raw_payload(0)).to eq("a")
  end

  it "ends at any moment of its clients' life, however it ends" do
    ends = { "" => 0, "exit" => 0, "exit(3)" => 3, "exit!(4)" => 4, "abort" => 1,
             "Thread.new { exit(5) }.join" => 5 }
    states = { "at work" => "Thread.new { connection.poll(10, 60_000, nil) }; Thread.pass",
               "asked" => "Thread.report_on_exception = false; " \
                          "Thread.new { connection.watermarks('t', 0, 60_000) }; sleep(0.01)",
               "closing" => "Thread.new { connection.close(1_000) }",
               "dropped" => "connection = nil; GC.start",
               "producing" => "switch = Karafka::Native::Switch.new(false); " \
                              "settings = { 'bootstrap.servers': ENV['BROKER'] }; " \
                              "made = Karafka::Native::Producer.new(settings, switch); " \
                              "made.produce(topic: 'x', payload: 'p')" }
    states.each do |state, code|
      ends.each do |ending, exit_code|
        status, output = run_ruby(%(require "karafka"\n#{consume}\n#{code}\n#{ending}), within: 30)
        expect([status.exitstatus, output]).to eq([exit_code, ""]), "#{state}, #{ending}: #{status} #{output}"
      end
    end
  end

  it "has ordinary exceptions for panics and for use in a child, which a rescue finds" do
    expect(Karafka::Native::Error.ancestors).to include(StandardError)
    expect(Karafka::Native::ForkedHandleError.superclass).to be(Karafka::Native::Error)
  end
end
