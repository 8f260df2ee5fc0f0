# frozen_string_literal: true

require "puma/plugin"

# Consumes within a Puma that has no workers.
Puma::Plugin.create do
  def start(launcher)
    launcher.events.on_booted { Karafka::Embedded.start }
    launcher.events.register(:on_stopped) { Karafka::Embedded.stop }
  end
end
