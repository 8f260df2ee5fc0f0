# frozen_string_literal: true

RSpec.describe Karafka::Errors do
  it "lets one rescue catch them all" do
    base = described_class::BaseError
    classes = described_class.constants.map { |name| described_class.const_get(name) } - [base]

    expect(classes.map(&:superclass)).to all(eq(base))
    expect(base.superclass).to eq(StandardError)
    expect(classes.size).to eq(26)
  end

  it "names the missing boot file and what to do, without a stack" do
    raise described_class::MissingBootFileError, "/app/karafka.rb"
  rescue described_class::MissingBootFileError => e
    expect(e.message).to include("/app/karafka.rb").and(include("KARAFKA_BOOT_FILE"))
    expect(e.backtrace).to eq([])
  end

  it "shows an unrecognized command without a stack" do
    raise described_class::UnrecognizedCommandError, "x"
  rescue described_class::UnrecognizedCommandError => e
    expect([e.message, e.backtrace]).to eq(["x", []])
  end
end
