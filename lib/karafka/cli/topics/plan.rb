# frozen_string_literal: true

module Karafka
  class Cli
    class Topics
      # Prints what {Migrate} would do.
      class Plan < Base
        # @return [Boolean] it would change something
        def call
          sort
          report_ignored
          return nothing if @created.empty? && @widened.empty? && @aligned.empty?

          puts "Karafka will perform the following actions:"
          report_created
          report_widened
          report_aligned
          @created.any? || @widened.any? || @aligned.values.flatten.any?(&:from)
        end

        private

        def sort
          present, @created = declared.partition { |topic| existing.key?(topic.name) }
          @widened = present.select { |topic| topic.partitions > partitions_of(topic) }
          @narrower = present.select { |topic| topic.partitions < partitions_of(topic) }
          @aligned = ConfigChanges.new(present).call
        end

        def nothing
          puts "Karafka will not perform any actions. No changes needed."
          false
        end

        def report_created
          section("Topics to be #{green("created")}", @created) do |topic|
            puts "  #{green("+")} #{topic.name}:"
            { partitions: topic.partitions, **topic.details }.each do |name, value|
              puts "    #{green("+")} #{name}: \"#{value}\""
            end
          end
        end

        def report_widened
          section("Topics to get more #{yellow("partitions")}", @widened) do |topic|
            puts "  #{yellow("~")} #{topic.name}:"
            puts "    #{yellow("~")} partitions: \"#{partitions_of(topic)}\" => \"#{topic.partitions}\""
          end
        end

        def report_aligned
          section("Topics to get other #{yellow("settings")}", @aligned) do |topic, changes|
            puts "  #{yellow("~")} #{topic.name}:"
            changes.each do |change|
              sign = change.from ? yellow("~") : green("+")
              puts "    #{sign} #{change.name}: \"#{change.from}\" => \"#{change.to}\""
            end
          end
        end

        def report_ignored
          section("Fewer #{grey("partitions")} than there are, which Kafka cannot do", @narrower) do |topic|
            puts "  #{grey("=")} #{topic.name}: #{partitions_of(topic)} stay, declared: #{topic.partitions}"
          end
        end

        def section(title, members, &block)
          return if members.empty?

          puts
          puts "#{title}:"
          puts
          members.each(&block)
          puts
        end
      end
    end
  end
end
