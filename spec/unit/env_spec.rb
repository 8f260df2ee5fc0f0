# frozen_string_literal: true

RSpec.describe Karafka::Env do
  let(:env) { described_class.new.replace("staging") }

  it "is a String" do
    expect(env).to be_a(String).and(eq("staging"))
  end

  it "answers any predicate by comparing its name" do
    expect([env.staging?, env.production?, env.respond_to?(:whatever?)]).to eq([true, false, true])
  end

  it "keeps the predicates of a String" do
    expect([env.empty?, env.frozen?]).to eq([false, false])
  end

  it "answers nothing else, and takes no arguments" do
    expect { env.staging }.to raise_error(NoMethodError)
    expect { env.staging?(1) }.to raise_error(NoMethodError)
  end
end
