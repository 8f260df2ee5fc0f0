# frozen_string_literal: true

module Karafka
  module Testing
    class LiveApp
      # What somebody wants to know whose block did not come true.
      class Report
        # @param reason [String]
        # @param trace [Trace] of the run, which still goes on
        def initialize(reason, trace)
          @reason = reason
          @trace = trace
        end

        # @return [String]
        def to_s
          sections = { "Offsets" => offsets, "Lanes" => lanes, "Errors" => errors }
          [@reason, *sections.map { |title, lines| section(title, lines) }].join("\n")
        end

        private

        def section(title, lines)
          lines = ["none"] if lines.empty?
          "#{title}:\n#{lines.map { |line| "  #{line}" }.join("\n")}"
        end

        # What is committed, of each partition.
        def offsets
          Admin.read_lags_with_offsets.flat_map do |group, topics|
            topics.flat_map do |topic, partitions|
              partitions.map { |partition, at| "group #{group}, #{topic}/#{partition}: #{position(**at)}" }
            end
          end
        rescue ::Rdkafka::RdkafkaError => e
          ["unknown: #{e.message}"]
        end

        def position(offset:, lag:)
          offset.negative? ? "nothing committed" : "committed #{offset}, #{lag} behind the end"
        end

        # What works, and what the partitions that were consumed wait for.
        def lanes
          working = @trace.jobs.map { |job| lane(job) }
          working + @trace.coordinators.map do |coordinator|
            "#{place(coordinator)}: next offset #{coordinator.seek_offset.inspect}, " \
              "attempt #{coordinator.attempt}#{", partition lost" if coordinator.revoked?}"
          end
        end

        def lane(job)
          text = "#{place(job.executor)}: #{job.class.action} is queued or at work"
          messages = job.messages.to_a if job.respond_to?(:messages)
          messages ? "#{text}, offsets #{messages.first.offset} to #{messages.last.offset}" : text
        end

        def place(one) = "#{one.topic.name}/#{one.partition}"

        def errors
          @trace.errors.flat_map do |told|
            where = " at #{told.place}" if told.place
            ["#{told.type}#{where}, #{told.count} times: #{told.error.class}: #{told.error.message}",
             *told.error.backtrace&.first(2)&.map { |line| "  #{line}" }]
          end
        end
      end
    end
  end
end
