# frozen_string_literal: true

require "open3"

module Bench
  # What does encryption cost beside the primitives alone? The figures come from
  # `ext/engine/benches/cipher.rs`, and OpenSSL's own `openssl speed`.
  class Cipher
    PROGRAM = %w[cargo bench --quiet --locked --package karafka-engine --bench cipher --].freeze

    # Rows that are not a primitive alone.
    OURS = /envelope|direct/

    # @param options [CommandLine::Options]
    def initialize(options)
      @options = options
    end

    def run
      warn "  1 KiB records, RSA 2048"
      rates = measure.transform_values(&:max)
      puts "", primitives(rates, own_speed), "", batches
    end

    private

    # @return [Hash{String => Array<Float>}] the figures of all runs, by name
    def measure(*arguments, **env)
      program = Program.new("cipher", [*PROGRAM, *arguments], env.transform_keys(&:to_s))
      output = Array.new(@options.repeat) { program.run({}, within: 600) }.join
      figures = output.scan(/^(.+)\t([\d.e-]+)$/).group_by(&:first)
      figures.transform_values { |pairs| pairs.map { |_, figure| Float(figure) } }
    end

    def own_speed
      out, = Open3.capture2("openssl", "speed", "-seconds", "1", "-bytes", "1024", "-evp", "aes-256-gcm",
                            err: File::NULL)
      out[/^AES-256-GCM\s+([\d.]+)k/i, 1].to_f / 1e6
    end

    def primitives(figures, speed)
      table = Table.new("One core", "a second of CPU", "of the best alone")
      table << ["`openssl speed`, AES-256-GCM", "#{Sample.format(speed, 2)} GB", ""]
      figures.group_by { |name, _| name[/\w+/] }.each_value do |rows|
        best = rows.reject { |name, _| name.match?(OURS) }.map(&:last).max
        rows.each { |name, rate| table << [name, amount(rate), Sample.format(rate / best, 2)] }
      end
      table
    end

    def amount(rate) = rate > 1_000 ? Sample.format(rate, 0) : "#{Sample.format(rate, 2)} GB"

    def batches
      table = Table.new("A batch, ms", "one by one", "together, 1 core", "2 cores")
      one, two = %w[1 2].map { |cores| measure("batches", RAYON_NUM_THREADS: cores).transform_values(&:min) }
      one.each_key do |name|
        next unless (what = name[/\Aone by one, (.*)/, 1])

        together = "together, #{what}"
        figures = [one[name], one[together], two[together]]
        table << [what, *figures.map { |figure| Sample.format(figure, 3) }]
      end
      table
    end
  end
end
