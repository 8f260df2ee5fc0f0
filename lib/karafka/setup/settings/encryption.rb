# frozen_string_literal: true

module Karafka
  module Setup
    module Settings
      # Payloads encrypted at rest. See docs/encryption.md; checked by {Karafka::Encryption::Contract}.
      ENCRYPTION = proc do
        setting :active, default: false
        # `:direct`: one RSA operation a payload, which may be as long as the key less 11 bytes.
        # `:envelope`: any length, in a format of this gem.
        setting :mode, default: :direct
        # Name of the key that encrypts, as the header `encryption` tells it.
        setting :version, default: ""
        # PEM of the key that encrypts.
        setting :public_key, default: ""
        # Version => PEM of the keys that decrypt; empty in apps that only produce.
        setting :private_keys, default: {}
        # Answers `hexdigest`, such as `Digest::SHA256`; false adds and checks none.
        setting :fingerprinter, default: false

        setting(:envelope) do
          # A data key is replaced after so many messages, or milliseconds.
          setting :max_messages, default: 65_536
          setting :max_age, default: 300_000
          # Data keys that a consumer remembers, and for how many milliseconds.
          setting :cache_size, default: 1_024
          setting :cache_ttl, default: 600_000
          # Topic => topics whose envelopes may lie there as well, because something copies them.
          setting :accepted_origins, default: {}
          # Reads what another implementation sealed: `call(bytes, version, private_key)`.
          setting :foreign_decoder, default: nil
        end
      end
    end
  end
end
