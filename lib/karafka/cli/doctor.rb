# frozen_string_literal: true

module Karafka
  class Cli
    # `karafka doctor`: one line a finding, each with what to do.
    class Doctor < Base
      autoload :Application, "karafka/cli/doctor/application"
      autoload :Bundle, "karafka/cli/doctor/bundle"
      autoload :Cluster, "karafka/cli/doctor/cluster"
      autoload :Finding, "karafka/cli/doctor/finding"

      desc "Says what to do before this app runs, what is deprecated, and what differs from Karafka"

      option(:offline, "Does not connect to Kafka", TrueClass, %w[--offline])

      # How each level is shown, in the order of their urgency.
      LEVELS = { must: :red, deprecated: :yellow, differs: :yellow, fine: :green }.freeze
      private_constant :LEVELS

      # Ends the process with 1 when something must be done. Changes nothing, in the app or in Kafka.
      def call
        findings = examine
        LEVELS.each_key { |level| findings.select { |one| one.level == level }.each { |one| report(one) } }
        close(findings.count(&:must?))
      end

      private

      # An app is not loaded beside gems that take its constants, nor a cluster asked for an app that
      # does not load.
      def examine
        bundle = Bundle.of(Karafka.root).findings
        return bundle if bundle.any?(&:blocking)

        app = Application.new(ARGV).findings
        return bundle + app if app.any?(&:blocking) || options[:offline]

        bundle + app + Cluster.new.findings
      end

      def close(open)
        puts
        if open.zero?
          puts "#{green("Nothing must be done.")} Deprecations and differences are for you to judge."
        else
          puts "#{red("#{open} to do")}, then run `karafka doctor` again."
          exit(1)
        end
      end

      def report(finding)
        label = public_send(LEVELS.fetch(finding.level), finding.level.to_s.ljust(10))
        puts "#{label} #{finding.area}: #{finding.text}"
        puts "#{" " * 11}-> #{finding.advice}" if finding.advice
      end
    end
  end
end
