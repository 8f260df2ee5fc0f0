# frozen_string_literal: true

require_relative "../spec_helper"

# Examples with a command line of their own.
module CommandLine
  def self.included(group)
    group.around do |example|
      before = ARGV.dup
      example.run
    ensure
      ARGV.replace(before)
    end
  end

  # @return [String] what was printed, without colors
  def plain(text) = text.gsub(/\e\[\d+m/, "")

  # Runs the block with these arguments.
  #
  # @return [Array(String, Integer, nil)] output, and the exit code if it ended the process
  def with_arguments(*arguments)
    ARGV.replace(arguments)
    output = StringIO.new
    status = nil
    stdout = $stdout
    $stdout = output
    begin
      yield
    rescue SystemExit => e
      status = e.status
    ensure
      $stdout = stdout
    end
    [plain(output.string), status]
  end
end
