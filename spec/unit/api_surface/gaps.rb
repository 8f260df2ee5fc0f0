# frozen_string_literal: true

# `ruby spec/unit/api_surface/gaps.rb [WORD]`: what of the API surface is missing and not excused,
# as an aligned list; with a word, only lines that contain it.

require_relative "report"

report = ApiSurface::Report.load
gaps = report.gaps.select { |fact, _| fact.include?(ARGV.first.to_s) }
puts ApiSurface::Report.table(gaps) if gaps.any?
puts report.summary
