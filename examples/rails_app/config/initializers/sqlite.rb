# frozen_string_literal: true

# Consumers and jobs write from several threads, SQLite lets one write at a time. Its own timeout waits with
# Ruby's VM lock held, so that the thread that writes cannot end. This wait lets it go.
ActiveSupport.on_load(:active_record_sqlite3adapter) do
  set_callback(:checkout, :after) do
    pauses = Integer(pool.db_config.configuration_hash.fetch(:timeout)) / 5
    raw_connection.busy_handler { |count| sleep(0.005) && count < pauses }
  end
end
