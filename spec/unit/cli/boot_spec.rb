# frozen_string_literal: true

require "tmpdir"
require_relative "cli_helper"

RSpec.describe Karafka::Cli::Boot do
  around do |example|
    Dir.mktmpdir do |folder|
      Dir.chdir(folder) { example.run }
    end
  end

  before do
    stub_const("BOOTED", [])
    stub_const("ENV", ENV.to_h.merge("KARAFKA_BOOT_FILE" => boot_file))
    allow(Karafka).to receive(:rails?).and_return(false)
  end

  let(:boot_file) { File.join(Dir.pwd, "karafka.rb") }

  def with_rails
    Dir.mkdir("config")
    File.write("config/environment.rb", "BOOTED << :rails")
    allow(Karafka).to receive(:rails?).and_return(true)
  end

  def with_boot_file = File.write(boot_file, "BOOTED << :app")

  def boot(*arguments) = described_class.new(arguments).call

  it "loads the boot file once" do
    with_boot_file
    2.times { boot("server") }

    expect(BOOTED).to eq([:app])
  end

  it "loads the environment of Rails before the boot file" do
    with_rails
    with_boot_file
    boot("server")

    expect(BOOTED).to eq(%i[rails app])
  end

  it "misses a boot file, unless the command can do without" do
    expect { boot("server") }.to raise_error(Karafka::Errors::MissingBootFileError, /karafka\.rb/)
    %w[install -h --help --version].each { |word| expect { boot(word) }.not_to raise_error }
    expect { boot("topics", "create", "--help") }.not_to raise_error
    expect { boot }.to raise_error(Karafka::Errors::MissingBootFileError)
  end

  context "when the boot file is disabled" do
    let(:boot_file) { "false" }

    it "loads the environment of Rails alone" do
      with_rails
      boot("server")

      expect(BOOTED).to eq([:rails])
    end

    it "misses it outside of Rails" do
      expect { boot("server") }.to raise_error(Karafka::Errors::MissingBootFileError)
    end
  end
end
