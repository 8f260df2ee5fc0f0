//! What every raw client can be asked, whatever else it is for.

use std::ops::Deref;
use std::time::Duration;

use super::{Call, ClusterMetadata, Event, Handle};
use crate::error::EngineError;

/// A client that is open until it is closed. Any thread may ask.
pub trait RawClient {
    /// The handle behind it, which stays open as long as somebody holds it.
    ///
    /// # Errors
    /// The client's own "it is closed", naming `call`.
    fn handle(&self, call: &'static str)
        -> Result<impl Deref<Target = Handle> + Send + 'static, EngineError>;

    /// Gives the client back; a second call does nothing. What is under way keeps it until it ends.
    fn close(&self) -> Option<Call<()>>;

    /// Whether [`RawClient::close`] was called.
    fn is_closed(&self) -> bool;

    /// Ends a running or coming wait for an event. It holds no handle of its own, as it runs where nobody may
    /// become the last holder: that one takes the client down.
    fn wake_events(&self);

    /// Waits up to `timeout` for one event of the client; `None` after a timeout, or when closed.
    fn poll_event(&self, timeout: Duration) -> Option<Event> {
        self.handle("poll_event").ok()?.poll_event(timeout)
    }

    /// Metadata of one topic, or of the whole cluster. A topic that is asked for is created only where the
    /// settings say so.
    ///
    /// # Errors
    /// As [`RawClient::handle`]; the call's result holds what Kafka said.
    fn metadata(
        &self,
        topic: Option<String>,
        timeout: Duration,
    ) -> Result<Call<ClusterMetadata>, EngineError> {
        let handle = self.handle("metadata")?;
        Ok(Call::start(move || ClusterMetadata::query(&handle, topic.as_deref(), timeout)))
    }
}
