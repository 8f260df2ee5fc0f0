# frozen_string_literal: true

require_relative "api_surface/report"
require_relative "api_surface/signature"

# api_surface.yml lists the names that apps and suites use. api_surface_later.yml says what is not
# here yet and with which issue it comes; api_surface_never.yml what never will be, and why.
RSpec.describe "The API surface" do
  report = ApiSurface::Report.load

  # RSpec shortens values but not messages.
  def expect_none(rows, headline)
    expect(rows).to be_empty, -> { "#{headline}\n#{ApiSurface::Report.table(rows)}" }
  end

  it "has every name, parameter, superclass, event, setting and flag that is not listed as later or never" do
    expect_none(report.gaps, report.summary)
  end

  %w[later never].each do |name|
    it "has nothing of what is listed as #{name}" do
      expect_none(report.stale(name), "take these off api_surface_#{name}.yml, they exist:")
    end

    it "lists as #{name} only what the surface knows" do
      expect_none(report.strays(name), "no such names in api_surface.yml:")
    end
  end

  describe ApiSurface::Signature do
    def misfit(text, &method)
      described_class.new(text).misfit(method.binding.receiver.method(method.call))
    end

    def example_method(message, offset = nil, reset_offset: true) = [message, offset, reset_offset]

    it "accepts a method that can be called as promised" do
      ["m(a)", "m(a, b=)", "m(a, b=, reset_offset:=)", "m(*args, **, &block)"].each do |text|
        expect(misfit(text) { :example_method }).to be_nil
      end
    end

    it "names what does not fit" do
      {
        "m" => /needs more/, "m(a, b=, c=)" => /fewer/, "m(a, *)" => /list/, "m(a, at:=)" => /at/
      }.each { |text, reason| expect(misfit(text) { :example_method }).to match(reason) }
    end

    it "refuses a keyword that only ours needs" do
      expect(misfit("m(a)") { :needy }).to match(/needs key/)
    end

    def needy(message, key:) = [message, key]
  end
end
