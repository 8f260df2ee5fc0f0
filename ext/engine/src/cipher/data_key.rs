//! The data key of a sealer and its nonces.

use std::sync::Arc;
use std::time::Instant;

use zeroize::Zeroizing;

use super::error::{CipherError, Kind};
use super::frame::{self, Additional};
use super::gcm::{Gcm, IV, KEY};
use super::rsa::PublicKey;

/// One data key: made here, never shown, wiped when its last user is done.
pub(super) struct DataKey {
    gcm: Gcm,
    wrapped: Vec<u8>,
    /// The fixed field of every nonce under this key (SP 800-38D, 8.2.1).
    field: [u8; 4],
}

impl DataKey {
    /// Draws a key from the system and wraps it.
    pub(super) fn draw(public: &PublicKey) -> Result<Self, CipherError> {
        let mut key = Zeroizing::new([0; KEY]);
        let mut field = [0; 4];
        for bytes in [&mut key[..], &mut field] {
            getrandom::fill(bytes).map_err(|_| Kind::Internal("the system's source of randomness"))?;
        }
        let wrapped = public.wrap(&key[..])?;
        Ok(Self { gcm: Gcm::new(key), wrapped, field })
    }

    /// The nonce of invocation `count`, which never repeats under this key.
    fn nonce(&self, count: u64) -> [u8; IV] {
        let mut nonce = [0; IV];
        nonce[..4].copy_from_slice(&self.field);
        nonce[4..].copy_from_slice(&count.to_be_bytes());
        nonce
    }
}

/// A data key for the frames of one topic.
pub(super) struct Bound {
    key: Arc<DataKey>,
    topic: Vec<u8>,
    additional: Additional,
}

impl Bound {
    /// `prefix` names the key version, as [`frame::prefix`] gives it.
    pub(super) fn new(key: Arc<DataKey>, prefix: &[u8], topic: &[u8]) -> Result<Self, CipherError> {
        let head = frame::head(topic, &key.wrapped).ok_or(Kind::TopicLength(topic.len()))?;
        Ok(Self { key, topic: topic.to_vec(), additional: Additional::new(prefix, &head) })
    }

    /// The same key for another topic.
    pub(super) fn rebind(&self, prefix: &[u8], topic: &[u8]) -> Result<Self, CipherError> {
        Self::new(Arc::clone(&self.key), prefix, topic)
    }

    /// Whether this is what frames of `topic` take.
    pub(super) fn fits(&self, topic: &[u8]) -> bool {
        self.topic == topic
    }

    /// The frame of invocation `count`, which the caller gives once.
    pub(super) fn seal(&self, count: u64, plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        let head = self.additional.head();
        let mut sealed = Vec::with_capacity(frame::length(head, plain.len()));
        sealed.extend_from_slice(head);
        let nonce = self.key.nonce(count);
        let done = self.key.gcm.seal(&nonce, self.additional.bytes(), plain, &mut sealed);
        done.map_err(|_| Kind::Internal("AES-GCM"))?;
        Ok(sealed)
    }
}

/// How far a data key has been used. Whoever counts holds the sealer's lock, so no count is given twice.
pub(super) struct Usage {
    /// Seals so far, also those that failed.
    pub(super) count: u64,
    /// Plaintext bytes so far.
    pub(super) bytes: u64,
    /// When the key was drawn.
    pub(super) born: Instant,
}
