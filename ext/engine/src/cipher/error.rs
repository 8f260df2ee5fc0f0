//! What can go wrong with a sealed payload. Names versions, lengths and places, never key or content.

use std::fmt;

/// Longest piece of a foreign text (key version, topic) that a message repeats.
const QUOTED: usize = 64;

/// Where a record lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The record's topic.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Kind {
    /// The record names a key version that this process has no private key for.
    #[error("no private key of version {0:?} is configured")]
    UnknownKeyVersion(String),
    /// More than one RSA encryption takes.
    #[error("a payload of {bytes} bytes is too large: the key takes {limit} at most in direct mode")]
    PayloadTooLarge {
        /// Length of the payload.
        bytes: usize,
        /// The key's limit.
        limit: usize,
    },
    /// RSA refused, or the record says twice how it is encrypted.
    #[error("{0}")]
    Decryption(&'static str),
    /// Neither direct nor a frame of ours.
    #[error("{bytes} bytes are neither as long as the key's modulus ({modulus}) nor an envelope of ours")]
    UnsupportedFormat {
        /// Length of the payload.
        bytes: usize,
        /// Length of the key's modulus in bytes.
        modulus: usize,
    },
    /// A frame of ours that breaks the format.
    #[error("malformed envelope: {0}")]
    MalformedEnvelope(&'static str),
    /// The wrapped key or the tag does not fit: one text for both, so that nobody learns which.
    #[error("the envelope cannot be authenticated: wrong key, or changed bytes")]
    EnvelopeAuthentication,
    /// The frame was sealed for another topic.
    #[error("the envelope belongs to topic {0:?}")]
    TopicMismatch(String),
    /// A key that cannot be used.
    #[error("{0}")]
    Key(&'static str),
    /// A topic whose name no frame can hold.
    #[error("a topic name of {0} bytes cannot be bound to an envelope")]
    TopicLength(usize),
    /// OpenSSL or the system failed where no input is to blame.
    #[error("{0} failed")]
    Internal(&'static str),
}

/// An error with the record that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CipherError {
    /// What went wrong.
    pub kind: Kind,
    /// Where; `None` while nothing was produced yet.
    pub place: Option<Place>,
}

impl CipherError {
    /// The same error, naming its record.
    pub fn at(mut self, topic: &str, partition: i32, offset: i64) -> Self {
        self.place = Some(Place { topic: topic.to_owned(), partition, offset });
        self
    }
}

impl From<Kind> for CipherError {
    fn from(kind: Kind) -> Self {
        Self { kind, place: None }
    }
}

impl fmt::Display for CipherError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(out)?;
        match &self.place {
            Some(place) => write!(out, " [{}/{} offset {}]", place.topic, place.partition, place.offset),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CipherError {}

/// Foreign bytes as text that an error may repeat: bounded, and escaped where it is printed.
pub(super) fn quoted(foreign: &[u8]) -> String {
    String::from_utf8_lossy(&foreign[..foreign.len().min(QUOTED)]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_record_and_bounds_what_it_repeats() {
        let error = CipherError::from(Kind::UnknownKeyVersion(quoted(&[b'v'; 1_000]))).at("orders", 3, 42);
        let text = error.to_string();
        assert!(text.ends_with("[orders/3 offset 42]"), "{text}");
        assert!(text.len() < 150, "{text}");
        assert_eq!(quoted(b"\xff"), "\u{fffd}");
    }
}
