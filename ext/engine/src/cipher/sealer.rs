//! The producer's side: seals payloads under one public key.
//!
//! A data key serves a bounded number of messages, bytes and milliseconds, is drawn at the first seal that
//! needs one, and never leaves the process that drew it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::data_key::{Bound, DataKey, Usage};
use super::error::{CipherError, Kind};
use super::frame;
use super::local::{Inherited, Local};
use super::rsa::PublicKey;
use crate::locks::Mutex;

/// Plaintext under one data key, in bytes.
const MOST_BYTES: u64 = 1 << 36;

/// When a data key is replaced.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Seals under one key, 1 to 2^32.
    pub messages: u64,
    /// How long one key is used.
    pub age: Duration,
}

/// The data key in use, for the topic that it last served; `None` until the first seal.
#[derive(Default)]
struct Current(Mutex<Option<(Arc<Bound>, Usage)>>);

impl Inherited for Current {
    fn wipe(&self) {
        // Taken where the parent sealed at the moment of the fork: out of reach then, and never used.
        if let Some(mut key) = self.0.try_lock() {
            *key = None;
        }
    }
}

/// Seals payloads for whoever has the private key of `version`. For any number of threads.
pub struct Sealer {
    public: PublicKey,
    /// Additional data before each frame: names the key version.
    prefix: Vec<u8>,
    limits: Limits,
    current: Local<Current>,
}

impl Sealer {
    /// A sealer without a data key.
    ///
    /// # Errors
    /// [`Kind::Key`] for a version that no header could hold.
    pub fn new(public: PublicKey, version: &[u8], limits: Limits) -> Result<Self, CipherError> {
        let prefix = frame::prefix(version).ok_or(Kind::Key("has a version of more than 65,535 bytes"))?;
        Ok(Self { public, prefix, limits, current: Local::new(Current::default) })
    }

    /// One RSA encryption.
    ///
    /// # Errors
    /// [`Kind::PayloadTooLarge`].
    pub fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        self.public.encrypt(plain)
    }

    /// A frame bound to `topic`.
    ///
    /// # Errors
    /// [`Kind::TopicLength`], [`Kind::Internal`].
    pub fn seal(&self, topic: &[u8], plain: &[u8], now: Instant) -> Result<Vec<u8>, CipherError> {
        let (key, count) = self.reserve(topic, plain.len() as u64, now)?;
        key.seal(count, plain)
    }

    /// Gives up the data key: the next seal draws a new one. Seals under way end with the old one.
    pub fn rotate(&self) {
        *self.current.get().0.lock() = None;
    }

    /// A data key and a count that nobody else gets, whatever happens to this seal.
    fn reserve(&self, topic: &[u8], bytes: u64, now: Instant) -> Result<(Arc<Bound>, u64), CipherError> {
        let mut current = self.current.get().0.lock();
        if let Some((key, usage)) = current.as_mut().filter(|(_, usage)| self.serves(usage, bytes, now)) {
            let count = usage.count;
            usage.count += 1;
            usage.bytes += bytes;
            if !key.fits(topic) {
                *key = Arc::new(key.rebind(&self.prefix, topic)?);
            }
            return Ok((Arc::clone(key), count));
        }
        *current = None;
        let key = Arc::new(DataKey::draw(&self.public)?);
        let key = Arc::new(Bound::new(key, &self.prefix, topic)?);
        *current = Some((Arc::clone(&key), Usage { count: 1, bytes, born: now }));
        Ok((key, 0))
    }

    fn serves(&self, usage: &Usage, bytes: u64, now: Instant) -> bool {
        usage.count < self.limits.messages
            && usage.bytes.saturating_add(bytes) <= MOST_BYTES
            && now.saturating_duration_since(usage.born) < self.limits.age
    }
}

#[cfg(test)]
mod tests {
    use super::super::rsa::tests::pair;
    use super::*;
    use crate::cipher::frame::Frame;
    use std::collections::HashSet;

    fn sealer(messages: u64) -> Sealer {
        let public = PublicKey::parse(&pair(2048).1).unwrap();
        Sealer::new(public, b"1", Limits { messages, age: Duration::from_secs(300) }).unwrap()
    }

    /// Wrapped key and nonce of a frame.
    fn used(sealed: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let frame = Frame::parse(sealed, 256).unwrap();
        (frame.wrapped.to_vec(), frame.iv.to_vec())
    }

    fn distinct_keys(sealed: &[Vec<u8>]) -> usize {
        sealed.iter().map(|one| used(one).0).collect::<HashSet<_>>().len()
    }

    #[test]
    fn one_key_serves_so_many_messages_and_no_more() {
        let (sealer, now) = (sealer(3), Instant::now());
        let sealed: Vec<_> = (0..7).map(|_| sealer.seal(b"t", b"x", now).unwrap()).collect();
        assert_eq!(distinct_keys(&sealed), 3);
    }

    #[test]
    fn ten_thousand_seals_wrap_once_and_never_repeat_a_nonce() {
        let (sealer, now) = (sealer(65_536), Instant::now());
        let sealed: Vec<_> = (0..10_000).map(|_| sealer.seal(b"t", b"x", now).unwrap()).collect();
        assert_eq!(distinct_keys(&sealed), 1);
        let nonces: HashSet<_> = sealed.iter().map(|one| used(one).1).collect();
        assert_eq!(nonces.len(), 10_000);
    }

    #[test]
    fn a_key_is_replaced_by_age_by_bytes_and_on_demand() {
        let (sealer, now) = (sealer(1_000), Instant::now());
        let first = used(&sealer.seal(b"t", b"x", now).unwrap()).0;
        let young = now + Duration::from_millis(299_999);
        assert_eq!(used(&sealer.seal(b"t", b"x", young).unwrap()).0, first);
        let second = used(&sealer.seal(b"t", b"x", now + Duration::from_secs(300)).unwrap()).0;
        assert_ne!(second, first);
        sealer.rotate();
        let later = now + Duration::from_secs(301);
        let third = used(&sealer.seal(b"t", b"x", later).unwrap()).0;
        assert_ne!(third, second);
        if let Some((_, usage)) = sealer.current.get().0.lock().as_mut() {
            usage.bytes = MOST_BYTES - 1;
        }
        assert_eq!(used(&sealer.seal(b"t", b"x", later).unwrap()).0, third);
        assert_ne!(used(&sealer.seal(b"t", b"x", later).unwrap()).0, third);
    }

    #[test]
    fn threads_that_seal_across_rotations_never_share_key_and_nonce() {
        let sealer = sealer(100);
        let pairs: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..32)
                .map(|_| {
                    scope.spawn(|| {
                        let seal = |_| used(&sealer.seal(b"t", b"x", Instant::now()).unwrap());
                        (0..200).map(seal).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(pairs.iter().collect::<HashSet<_>>().len(), 6_400);
        assert_eq!(pairs.iter().map(|pair| &pair.0).collect::<HashSet<_>>().len(), 64);
    }

    #[test]
    fn a_forked_child_never_uses_the_key_of_its_parent() {
        let (sealer, now) = (sealer(1_000), Instant::now());
        let before = used(&sealer.seal(b"t", b"x", now).unwrap()).0;
        // SAFETY: the child only seals and leaves without running handlers.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let own = sealer.seal(b"t", b"x", now).ok();
            let fine = own.is_some_and(|own| used(&own).0 != before);
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(i32::from(!fine)) };
        }
        let mut status = -1;
        // SAFETY: waits for the child that was just forked.
        unsafe { libc::waitpid(child, &mut status, 0) };
        assert_eq!(status, 0);
        assert_eq!(used(&sealer.seal(b"t", b"x", now).unwrap()).0, before);
    }
}
