# frozen_string_literal: true

require_relative "../spec_helper"
require_relative "child_suite"

RSpec.describe "The README's example of a suite" do
  include ChildSuite

  it "passes as it stands there" do
    readme = File.read(File.expand_path("../../../README.md", __dir__))
    example = readme[/^## Testing your consumers$.*?^```ruby$(.*?)^```$/m, 1]
    output, passed = run_rspec(example)
    expect(passed).to be(true), output
    expect(output).to include("1 example, 0 failures")
  end
end
