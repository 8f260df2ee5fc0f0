# frozen_string_literal: true

module TestRun
  # The longest that a source file may be: what does not fit holds two ideas.
  module Lengths
    LIMITS = {
      "lib/**/*.rb" => 200, "bin/support/**/*.rb" => 200, "bench/**/*.rb" => 200,
      "ext/{engine,karafka_native}/src/**/*.rs" => 400
    }.freeze

    # @return [Tally]
    def self.check
      long = LIMITS.flat_map { |pattern, limit| beyond(pattern, limit) }
      puts long
      long.empty? ? Tally.new(1, 0, 0, []) : Tally.new(0, 1, 0, long)
    end

    def self.beyond(pattern, limit)
      Dir.chdir(ROOT) { Dir[pattern].to_h { |path| [path, File.foreach(path).count] } }
         .select { |_, lines| lines > limit }
         .map { |path, lines| "#{path} has #{lines} lines, more than #{limit}" }
    end
    private_class_method :beyond
  end
end
