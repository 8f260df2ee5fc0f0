# frozen_string_literal: true

module WaterDrop
  class Producer
    # The ends: for good, for now, and of what is on its way.
    module Closing
      # Seconds that a close which was cut short waits for the end of its client.
      CUT_SHORT_WAIT = 1
      private_constant :CUT_SHORT_WAIT

      # Sends what is buffered, waits until everything has its verdict, and ends the connection.
      #
      # @param force [Boolean] give up after `max_wait_timeout`: what is left then is lost
      # @return [:closed, nil] nil if there was nothing to do
      # @raise [Errors::ProducerTransactionalCloseAttemptError] inside its own transaction
      def close(force: false)
        return close_elsewhere(force) if in_callback?
        return close_in_trap(force) if trap?

        close_here(force)
      end

      # @see #close
      def close!
        close(force: true)
      end

      # Ends the connection until the next use, if nothing is going on.
      #
      # @return [Boolean] it did
      def disconnect
        return disconnect_inherited if inherited_client?
        return false if in_callback? || !disconnectable? || !@transaction_mutex.try_lock

        begin
          @operating_mutex.synchronize { disconnectable_now? && disconnect_here }
        ensure
          @transaction_mutex.unlock
        end
      end

      # @return [Boolean] {#disconnect} would go through now
      def disconnectable?
        @status.connected? && @messages.empty? && @gate.count.zero? &&
          !@transaction_mutex.locked? && !@operating_mutex.locked? && !@buffer_mutex.locked?
      end

      # Throws away everything that is buffered, queued or in flight, and waits until that is done.
      #
      # @return [true, nil] nil without a client
      def purge
        return if @client.nil?
        raise ::Rdkafka::ClosedProducerError, "the client belongs to the parent process" if inherited_client?

        purge_buffer
        purge_client
      end

      private

      # Until each message that is lost has told so.
      def purge_client
        @client.purge
        @callbacks_poller&.settle
        true
      end

      def in_callback?
        !!@callbacks_poller&.in_poller_thread?
      end

      # A callback cannot wait for callbacks.
      def close_elsewhere(force)
        Thread.new { close(force:) }
        nil
      end

      def close_here(force)
        if inherited_client?
          forget_inherited_client
          return
        end
        raise Errors::ProducerTransactionalCloseAttemptError, id if transaction?

        @transaction_mutex.synchronize do
          @operating_mutex.synchronize { finish(force) if @status.active? }
        end
      end

      def finish(force)
        @gate.shut
        @status.closing!
        failures = []
        attempt(failures) { @monitor.instrument("producer.closing", producer_id: id) }
        @monitor.instrument("producer.closed", producer_id: id) do
          attempt(failures) { wait_until_nobody_operates(@interrupted) }
          attempt(failures) { flush_for_good }
          attempt(failures) { end_client(force) }
          @status.closed!
        end
        failures.empty? ? :closed : raise(failures.first)
      ensure
        cut_short unless @status.closed?
        Registry.release(self)
      end

      # Whoever closes gave up: `Timeout`, Ctrl-C, `Thread#kill`. What is on its way is lost, and says so. A
      # listener that blocks the callbacks keeps that waiting, but not the caller.
      def cut_short
        Thread.new { purge_client && drop_client }.join(CUT_SHORT_WAIT) if @client
      ensure
        @status.closed!
      end

      # Teardown goes on whatever one step raises.
      def attempt(failures)
        yield
      rescue StandardError => e
        failures << e
      end

      # What fails stays readable in {#messages}.
      def flush_for_good
        with_buffer { |*batch| dispatch_many_sync(*batch) } unless @messages.empty?
      rescue Errors::ProduceManyError
        nil
      end

      def end_client(force)
        return purge_buffer_if(force) unless @client

        @client.flush(current_variant.max_wait_timeout)
        if force
          purge
        elsif @client.is_a?(Karafka::Native::Producer)
          @client.flush(nil)
        end
        drop_client
      end

      def purge_buffer_if(force)
        purge_buffer if force && !@messages.empty?
      end

      # Ends the client and tells what it had left to say.
      def drop_client
        dropped = @client
        return unless dropped

        callbacks = @callbacks_poller&.unregister(self)
        left = dropped.close
        @client = @client_epoch = @shortcut = nil
        left.each { |happening| callbacks.handle(happening) } if callbacks && left.is_a?(Array)
      end

      def disconnectable_now?
        return false unless @status.connected? && @messages.empty?

        @gate.shut
        return true if @gate.count.zero?

        @gate.open
        false
      end

      def disconnect_here
        @status.disconnecting!
        @monitor.instrument("producer.disconnecting", producer_id: id)
        @monitor.instrument("producer.disconnected", producer_id: id) do
          @client.flush(nil)
          drop_client
          @status.disconnected!
        end
        Registry.release(self)
        true
      rescue StandardError => e
        report(e, "producer.disconnect.error")
        false
      ensure
        # Whatever stood in the way may have left the client in use.
        @client ? @status.connected! : @status.disconnected!
        @gate.open
      end

      def disconnect_inherited
        @monitor.instrument("producer.disconnecting", producer_id: id)
        @monitor.instrument("producer.disconnected", producer_id: id) do
          forget_inherited_client
          @status.disconnected! if @status.active?
        end
        true
      end
    end
  end
end
