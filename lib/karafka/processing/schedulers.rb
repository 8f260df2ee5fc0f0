# frozen_string_literal: true

module Karafka
  module Processing
    # In which order jobs reach the workers.
    module Schedulers
      autoload :Base, "karafka/processing/schedulers/base"
      autoload :Durations, "karafka/processing/schedulers/durations"
      autoload :Default, "karafka/processing/schedulers/default"
    end
  end
end
