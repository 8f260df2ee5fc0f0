# frozen_string_literal: true

module Karafka
  module Instrumentation
    # Shows the state of the app in the title of its process.
    class ProctitleListener
      Status::STATES.each_key do |state|
        define_method(:"on_app_#{state}") { |_event| title(state) }
      end

      # @return [String] what tells this process from others
      def client_id
        App.config.client_id
      end

      private

      def title(state)
        ::Process.setproctitle("karafka #{client_id} (#{state})")
      end
    end
  end
end
