//! `Karafka::Native::Sealer`, `Opener` and `Opened`: encryption at rest. Keys stay behind them: nothing here
//! shows one.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

use karafka_engine::cipher::opener::Recent;
use karafka_engine::cipher::{self, CipherError, Limits, PrivateKey, PublicKey, Sealed};
use magnus::r_hash::ForEach;
use magnus::{function, method, Class, Error, Module, Object, RHash, RModule, RString, Ruby};

use super::batch::Batch;
use crate::vm::{errors, gc, lock};

/// Largest payload that is sealed with the VM lock kept: tens of microseconds.
const QUICK: usize = 64 * 1024;

/// A copy of a String's bytes, so that they stay while the VM lock is released.
fn bytes(string: RString) -> Vec<u8> {
    // SAFETY: copied before Ruby runs again.
    unsafe { string.as_slice() }.to_vec()
}

fn to_ruby<T>(ruby: &Ruby, result: Result<T, CipherError>) -> Result<T, Error> {
    result.map_err(|error| errors::from_cipher(ruby, &error))
}

/// Encrypts payloads under one public key.
#[magnus::wrap(class = "Karafka::Native::Sealer", free_immediately)]
pub struct Sealer(cipher::Sealer);

impl Sealer {
    /// `max_age` in milliseconds.
    fn new(ruby: &Ruby, pem: RString, version: RString, messages: u64, max_age: u64) -> Result<Self, Error> {
        let limits = Limits { messages, age: Duration::from_millis(max_age) };
        let sealer = PublicKey::parse(&bytes(pem))
            .and_then(|public| cipher::Sealer::new(public, &bytes(version), limits));
        to_ruby(ruby, sealer).map(Self)
    }

    /// One RSA encryption. Raises `PayloadTooLargeError`.
    fn encrypt(ruby: &Ruby, rb_self: &Self, plain: RString) -> Result<RString, Error> {
        // SAFETY: no Ruby code runs before the bytes were used.
        let sealed = to_ruby(ruby, rb_self.0.encrypt(unsafe { plain.as_slice() }))?;
        Ok(ruby.str_from_slice(&sealed))
    }

    /// An envelope bound to `topic`. Large payloads are sealed without the VM lock.
    fn seal(ruby: &Ruby, rb_self: &Self, topic: RString, plain: RString) -> Result<RString, Error> {
        let topic = bytes(topic);
        let sealed = if plain.len() <= QUICK {
            // SAFETY: no Ruby code runs before the bytes were used.
            rb_self.0.seal(&topic, unsafe { plain.as_slice() }, Instant::now())
        } else {
            let plain = bytes(plain);
            lock::release(ruby, || rb_self.0.seal(&topic, &plain, Instant::now()), lock::no_wake)?
        };
        Ok(ruby.str_from_slice(&to_ruby(ruby, sealed)?))
    }

    /// The next envelope gets a new data key.
    fn rotate(&self) {
        self.0.rotate();
    }
}

/// Decrypts payloads with private keys by version.
#[magnus::wrap(class = "Karafka::Native::Opener", free_immediately)]
pub struct Opener(Arc<cipher::Opener>);

impl Opener {
    /// `keys` maps versions to PEMs; remembers `size` data keys, each for `ttl` milliseconds.
    fn new(ruby: &Ruby, keys: RHash, size: usize, ttl: u64) -> Result<Self, Error> {
        let mut parsed = Vec::new();
        keys.foreach(|version: RString, pem: RString| {
            parsed.push((bytes(version), to_ruby(ruby, PrivateKey::parse(&bytes(pem)))?));
            Ok(ForEach::Continue)
        })?;
        to_ruby(ruby, cipher::Opener::new(parsed, size, Duration::from_millis(ttl)))
            .map(|opener| Self(Arc::new(opener)))
    }

    /// The plaintext of one payload; `place` is topic, partition, offset; `accepted` are the topics that an
    /// envelope may be bound to. Raises an error of `Karafka::Encryption::Errors`.
    fn open(
        ruby: &Ruby,
        rb_self: &Self,
        payload: RString,
        version: RString,
        envelope: bool,
        place: (String, i32, i64),
        accepted: Vec<String>,
    ) -> Result<RString, Error> {
        let (payload, version) = (bytes(payload), bytes(version));
        let sealed = Sealed { payload: &payload, version: &version, envelope };
        let open = || rb_self.0.open(sealed, &accepted, &mut Recent::default(), Instant::now());
        let opened = if rb_self.0.is_quick(sealed, Instant::now()) {
            open()
        } else {
            lock::release(ruby, open, lock::no_wake)?
        };
        let (topic, partition, offset) = place;
        let plain = to_ruby(ruby, opened.map_err(|error| error.at(&topic, partition, offset)))?;
        Ok(ruby.str_from_slice(&plain))
    }

    /// The payloads of a batch, none opened yet.
    fn batch(&self, batch: &Batch, accepted: Vec<String>) -> Opened {
        let payloads = cipher::Opened::new(Arc::clone(&self.0), batch.share(), accepted);
        Opened { payloads, held: AtomicUsize::new(0) }
    }
}

/// The payloads of one batch on their way to plaintext.
#[magnus::wrap(class = "Karafka::Native::Opened", free_immediately)]
pub struct Opened {
    payloads: cipher::Opened,
    /// Bytes that `vm/gc.rs` was told of.
    held: AtomicUsize,
}

impl Opened {
    /// Opens the whole batch on all cores without the VM lock, once, if `asked` or if that is faster than
    /// one by one. `Thread#kill` ends it.
    fn prepare(ruby: &Ruby, rb_self: &Self, asked: bool) -> Result<(), Error> {
        if !rb_self.payloads.begin(asked) {
            return Ok(());
        }
        let stop = AtomicBool::new(false);
        let kept =
            lock::release(ruby, || rb_self.payloads.open_all(&stop), || stop.store(true, Ordering::Relaxed))?;
        rb_self.held.fetch_add(kept, Ordering::Relaxed);
        gc::held(kept);
        gc::collect_if_due(ruby)
    }

    /// The plaintext of message `index`, nil where it is not encrypted. Raises what opening it met.
    fn take(ruby: &Ruby, rb_self: &Self, index: usize) -> Result<Option<RString>, Error> {
        let take = || rb_self.payloads.take(index);
        let taken =
            if rb_self.payloads.is_quick(index) { take() } else { lock::release(ruby, take, lock::no_wake)? };
        let plain = taken.map(|plain| to_ruby(ruby, plain)).transpose()?;
        Ok(plain.map(|plain| ruby.str_from_slice(&plain)))
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        gc::freed(self.held.load(Ordering::Relaxed));
    }
}

/// nil, or why `pem` is no public key to encrypt with; `seals`: long enough for envelopes.
fn public_key_problem(pem: RString, seals: bool) -> Option<String> {
    match PublicKey::parse(&bytes(pem)) {
        Err(error) => Some(error.to_string()),
        Ok(public) if seals && !public.may_seal() => {
            Some(format!("has {} bits: envelopes need 2048 at least", public.modulus() * 8))
        }
        Ok(_) => None,
    }
}

/// nil, or why `pem` is no private key to decrypt with.
fn private_key_problem(pem: RString) -> Option<String> {
    PrivateKey::parse(&bytes(pem)).err().map(|error| error.to_string())
}

/// Compares in a time that depends on the lengths only.
fn same(one: RString, other: RString) -> bool {
    cipher::same(&bytes(one), &bytes(other))
}

pub fn init(ruby: &Ruby, native: RModule) -> Result<(), Error> {
    native.define_singleton_method("public_key_problem", function!(public_key_problem, 2))?;
    native.define_singleton_method("private_key_problem", function!(private_key_problem, 1))?;
    native.define_singleton_method("same?", function!(same, 2))?;

    let class = native.define_class("Sealer", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Sealer::new, 4))?;
    class.define_method("encrypt", method!(Sealer::encrypt, 1))?;
    class.define_method("seal", method!(Sealer::seal, 2))?;
    class.define_method("rotate", method!(Sealer::rotate, 0))?;

    let class = native.define_class("Opener", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_singleton_method("new", function!(Opener::new, 3))?;
    class.define_method("open", method!(Opener::open, 5))?;
    class.define_method("batch", method!(Opener::batch, 2))?;

    let class = native.define_class("Opened", ruby.class_object())?;
    class.undef_default_alloc_func();
    class.define_method("prepare", method!(Opened::prepare, 1))?;
    class.define_method("take", method!(Opened::take, 1))?;
    Ok(())
}
