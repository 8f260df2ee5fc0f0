//! The consumer's side: opens what was sealed for any of its private keys.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::cache::{Cache, Found, Known};
use super::error::{quoted, CipherError, Kind};
use super::frame::{self, Frame};
use super::gcm::{Gcm, KEY};
use super::local::Local;
use super::rsa::PrivateKey;

/// Largest payload that is opened while others wait: a few microseconds.
const QUICK: usize = 16 * 1024;

/// One encrypted payload and what its record says about it.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// The payload.
    pub payload: &'a [u8],
    /// Value of the header `encryption`.
    pub version: &'a [u8],
    /// Whether the header `encryption_envelope` is there.
    pub envelope: bool,
}

struct Key {
    private: PrivateKey,
    prefix: Vec<u8>,
}

/// What the last payload was opened with: those that follow mostly take the same. For who opens many, so
/// that threads that do so at once do not ask the opener's cache for each.
#[derive(Default)]
pub struct Recent(Option<Arc<Known>>);

/// Opens payloads. For any number of threads.
pub struct Opener {
    /// By version: mostly one or two, which are compared faster than hashed.
    keys: BTreeMap<Vec<u8>, Key>,
    cache: Local<Cache>,
}

impl Opener {
    /// An opener for these versions, remembering `size` data keys, each for `ttl`.
    ///
    /// # Errors
    /// [`Kind::Key`] for a version that no header could hold.
    pub fn new(
        keys: impl IntoIterator<Item = (Vec<u8>, PrivateKey)>,
        size: usize,
        ttl: Duration,
    ) -> Result<Self, CipherError> {
        let with_prefix = |(version, private): (Vec<u8>, PrivateKey)| {
            let prefix =
                frame::prefix(&version).ok_or(Kind::Key("has a version of more than 65,535 bytes"))?;
            Ok((version, Key { private, prefix }))
        };
        let keys = keys.into_iter().map(with_prefix).collect::<Result<_, CipherError>>()?;
        Ok(Self { keys, cache: Local::new(move || Cache::new(size, ttl)) })
    }

    /// The plaintext. `accepted` are the topics that a frame may be bound to.
    ///
    /// # Errors
    /// Every [`Kind`] of a consumer. Nothing of the plaintext remains then.
    pub fn open(
        &self,
        sealed: Sealed<'_>,
        accepted: &[String],
        recent: &mut Recent,
        now: Instant,
    ) -> Result<Vec<u8>, CipherError> {
        let key = self.key(sealed.version)?;
        let modulus = key.private.modulus();
        if sealed.payload.len() == modulus {
            if sealed.envelope {
                return Err(Kind::MalformedEnvelope("it is as long as a direct payload").into());
            }
            return key.private.decrypt(sealed.payload);
        }
        if sealed.payload.len() < modulus || !Frame::is_ours(sealed.payload) {
            return Err(Kind::UnsupportedFormat { bytes: sealed.payload.len(), modulus }.into());
        }
        let frame = Frame::parse(sealed.payload, modulus).map_err(Kind::MalformedEnvelope)?;
        if !accepted.iter().any(|topic| topic.as_bytes() == frame.topic) {
            return Err(Kind::TopicMismatch(quoted_topic(frame.topic)).into());
        }
        self.open_frame(key, sealed.version, &frame, recent, now)
            .ok_or_else(|| Kind::EnvelopeAuthentication.into())
    }

    /// Whether opening takes microseconds: small, symmetric, and its data key is known.
    pub fn is_quick(&self, sealed: Sealed<'_>, now: Instant) -> bool {
        if sealed.payload.len() > QUICK {
            return false;
        }
        let Ok(key) = self.key(sealed.version) else { return true };
        match Frame::parse(sealed.payload, key.private.modulus()) {
            Ok(frame) => {
                let cache = self.cache.get();
                cache.last(sealed.version, &frame, now).is_some()
                    || cache.has(&id(sealed.version, frame.wrapped), now)
            }
            Err(_) => sealed.payload.len() != key.private.modulus(),
        }
    }

    /// Whether the payload takes an RSA operation of its own.
    pub(super) fn is_direct(&self, sealed: Sealed<'_>) -> bool {
        self.key(sealed.version).is_ok_and(|key| key.private.modulus() == sealed.payload.len())
    }

    fn key(&self, version: &[u8]) -> Result<&Key, CipherError> {
        self.keys.get(version).ok_or_else(|| Kind::UnknownKeyVersion(quoted(version)).into())
    }

    fn open_frame(
        &self,
        key: &Key,
        version: &[u8],
        frame: &Frame<'_>,
        recent: &mut Recent,
        now: Instant,
    ) -> Option<Vec<u8>> {
        let cache = self.cache.get();
        let known = recent.0.take().filter(|known| known.fits(version, frame));
        if let Some(known) = known.or_else(|| cache.last(version, frame, now)) {
            let plain = known.key.open(known.additional.bytes(), frame);
            recent.0 = Some(known);
            return plain;
        }
        let id = id(version, frame.wrapped);
        let known = |gcm| Known::new(version, &key.prefix, frame.head, gcm);
        let (plain, known) = match cache.find(&id, now) {
            Found::Key(gcm) => open_with(known(gcm), frame)?,
            Found::Flight(flight) => {
                let opened = open_with(known(Arc::new(unwrap(&key.private, frame.wrapped)?)), frame)?;
                flight.land(Arc::clone(&opened.1.key), now);
                opened
            }
        };
        cache.remember(Arc::clone(&known), id);
        recent.0 = Some(known);
        Some(plain)
    }
}

fn open_with(known: Arc<Known>, frame: &Frame<'_>) -> Option<(Vec<u8>, Arc<Known>)> {
    known.key.open(known.additional.bytes(), frame).map(|plain| (plain, known))
}

fn unwrap(private: &PrivateKey, wrapped: &[u8]) -> Option<Gcm> {
    let unwrapped = private.unwrap(wrapped)?;
    let mut key = Zeroizing::new([0; KEY]);
    if unwrapped.len() != KEY {
        return None;
    }
    key.copy_from_slice(&unwrapped);
    Some(Gcm::new(key))
}

/// A data key's name. The length keeps two of different versions apart, whatever those are called.
fn id(version: &[u8], wrapped: &[u8]) -> Vec<u8> {
    [&wrapped.len().to_be_bytes()[..], wrapped, version].concat()
}

/// A topic as the error keeps it: whole, because the caller may accept it and try again.
fn quoted_topic(topic: &[u8]) -> String {
    String::from_utf8_lossy(topic).into_owned()
}
