# frozen_string_literal: true

require_relative "../spec_helper"
require_relative "../../../ext/install/preflight"
require "tmpdir"

RSpec.describe "What an installation looks for first" do
  let(:folder) { Dir.mktmpdir("karafka-preflight") }
  let(:missing) { Install::Preflight.new.missing.map(&:last) }

  before do
    stub_const("Install::Preflight::LIBCLANG", [folder])
    allow(ENV).to receive(:fetch).and_call_original
    allow(ENV).to receive(:fetch).with("LIBCLANG_PATH", nil).and_return(nil)
  end

  after { FileUtils.rm_rf(folder) }

  %w[libclang.so libclang.so.1 libclang-14.so.1 libclang.dylib].each do |name|
    it "takes #{name} for libclang" do
      FileUtils.touch(File.join(folder, name))

      expect(missing).not_to include(:libclang)
    end
  end

  it "does not take the C++ interface for it" do
    FileUtils.touch(File.join(folder, "libclang-cpp.so.14"))

    expect(missing).to include(:libclang)
  end
end
