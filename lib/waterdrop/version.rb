# frozen_string_literal: true

module WaterDrop
  # The release whose API this serves; gems that extend the producer compare it.
  VERSION = "2.10.3"
end
