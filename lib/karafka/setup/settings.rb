# frozen_string_literal: true

module Karafka
  module Setup
    # Declarations of the settings. Units are milliseconds unless a comment says otherwise.
    module Settings
      autoload :ENCRYPTION, "karafka/setup/settings/encryption"
      autoload :INTERNAL, "karafka/setup/settings/internal"
      autoload :ROOT, "karafka/setup/settings/root"
    end
  end
end
