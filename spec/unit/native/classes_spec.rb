# frozen_string_literal: true

RSpec.describe "Classes of the native extension" do
  let(:sources) { File.expand_path("../../../ext/karafka_native/src", __dir__) }

  # The binding library's own way, a look-up at the first object, cannot be seen from Ruby until a thread
  # is killed in the midst of it: so the list itself is compared.
  it "are all looked up when it loads, not at their first object" do
    wrapped = Dir["#{sources}/**/*.rs"].flat_map do |path|
      File.read(path).scan(/^#\[magnus(?:::wrap)?\(class = "Karafka::Native::(\w+)"/).flatten
    end
    looked_up = File.read("#{sources}/ruby/mod.rs").scan(/^ +\w+::(\w+)::class,$/).flatten

    expect(wrapped.size).to be > 10
    expect(looked_up).to match_array(wrapped)
  end
end
