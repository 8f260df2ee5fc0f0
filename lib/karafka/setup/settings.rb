# frozen_string_literal: true

module Karafka
  module Setup
    # Declarations of the settings. Units are milliseconds unless a comment says otherwise.
    module Settings
      autoload :ENCRYPTION, "karafka/setup/settings/encryption"
      autoload :INTERNAL, "karafka/setup/settings/internal"
      autoload :ROOT, "karafka/setup/settings/root"
      autoload :SCHEDULED_MESSAGES, "karafka/setup/settings/scheduled_messages"
    end
  end
end
