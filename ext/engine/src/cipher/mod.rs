//! Payloads encrypted at rest: what a producer seals and a consumer opens.
//!
//! Two formats, told apart by content (`docs/envelope.md`). *Direct*: one RSA encryption of the payload
//! (PKCS#1 v1.5, so that stock OpenSSL reads it), exactly as long as the modulus. *Envelope*: a frame with
//! an AES-256-GCM ciphertext and its data key, wrapped by RSA-OAEP; a [`Sealer`] uses one data key for a
//! bounded number of messages, an [`Opener`] unwraps it once.
//!
//! All primitives are OpenSSL's: constant-time, linked for TLS anyway, allowed in FIPS mode, and at 1 KiB 1.6
//! times as fast as the `aes-gcm` crate (`bin/bench cipher`), which checks it in the tests.
//!
//! Owner: any thread may seal and open. Nothing here crosses a fork: keys in use belong to one process
//! (`local.rs`). Never: a key or a plaintext in an error or in `Debug`; a key, or a plaintext whose tag did
//! not fit, left in freed memory.
//!
//! # Locks
//! `Sealer` and the cache of `Opener` hold theirs for lookups, the former also while it wraps a new data
//! key. None is held while a payload is worked on, except the slot of that very message ([`opened`]).

mod cache;
mod context;
mod data_key;
pub mod error;
pub mod frame;
mod gcm;
mod local;
pub mod opened;
pub mod opener;
mod rsa;
pub mod sealer;

pub use error::{CipherError, Kind, Place};
pub use opened::Opened;
pub use opener::{Opener, Sealed};
pub use rsa::{PrivateKey, PublicKey};
pub use sealer::{Limits, Sealer};

/// Compares secrets in a time that depends on their lengths only.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && openssl::memcmp::eq(one, other)
}
