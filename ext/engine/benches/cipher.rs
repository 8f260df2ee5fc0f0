//! Speed of sealing and opening beside the primitives alone. `bin/bench cipher` runs it and makes a table.
//!
//! Prints `name<TAB>figure` lines. Single-threaded figures are per second of this thread's CPU, so a busy
//! machine changes them little; those of batches are wall time, as threads are what they are about.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aes_gcm::aead::AeadInPlace;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use karafka_engine::batch::{ArenaPool, Batch, Builder};
use karafka_engine::cipher::opener::Recent;
use karafka_engine::cipher::{Limits, Opened, Opener, PrivateKey, PublicKey, Sealed, Sealer};
use openssl::cipher::Cipher;
use openssl::cipher_ctx::CipherCtx;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};

const RECORD: usize = 1_024;
const TOPIC: &str = "orders";
/// CPU time a figure takes.
const SPAN: f64 = 0.7;

fn cpu() -> f64 {
    // SAFETY: a valid clock and an out parameter of this frame.
    let time = unsafe {
        let mut time = std::mem::zeroed::<libc::timespec>();
        libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time);
        time
    };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Calls a second of CPU; the best of three runs.
fn rate(mut call: impl FnMut(u64)) -> f64 {
    let mut count = 0;
    let mut best: f64 = 0.0;
    for _ in 0..3 {
        let (start, first) = (cpu(), count);
        while cpu() - start < SPAN / 3.0 {
            for _ in 0..32 {
                call(count);
                count += 1;
            }
        }
        best = best.max((count - first) as f64 / (cpu() - start));
    }
    best
}

fn tell(name: &str, figure: f64) {
    println!("{name}\t{figure}");
}

fn nonce(count: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&count.to_be_bytes());
    nonce
}

struct Sides {
    rsa: Rsa<Private>,
    sealer: Sealer,
    opener: Arc<Opener>,
}

fn sides() -> Sides {
    let rsa = Rsa::generate(2048).unwrap();
    let public = PublicKey::parse(&rsa.public_key_to_pem().unwrap()).unwrap();
    let private = PrivateKey::parse(&rsa.private_key_to_pem().unwrap()).unwrap();
    let limits = Limits { messages: 65_536, age: Duration::from_secs(300) };
    let opener = Opener::new([(b"1".to_vec(), private)], 1_024, Duration::from_secs(600)).unwrap();
    Sides { rsa, sealer: Sealer::new(public, b"1", limits).unwrap(), opener: Arc::new(opener) }
}

/// GB/s of 1 KiB records: the `aes-gcm` crate and OpenSSL alone, then ours.
fn sealing(sides: &Sides) {
    let (key, plain, gigabytes) = ([7; 32], vec![1; RECORD], RECORD as f64 / 1e9);
    let bare = Aes256Gcm::new(&key.into());
    tell(
        "seal, aes-gcm crate",
        gigabytes
            * rate(|count| {
                let mut sealed = plain.clone();
                let tag = bare.encrypt_in_place_detached(Nonce::from_slice(&nonce(count)), b"", &mut sealed);
                black_box((sealed, tag.unwrap()));
            }),
    );
    let mut context = CipherCtx::new().unwrap();
    context.encrypt_init(Some(Cipher::aes_256_gcm()), Some(&key), None).unwrap();
    tell(
        "seal, OpenSSL",
        gigabytes
            * rate(|count| {
                let (mut sealed, mut tag) = (vec![0; RECORD], [0; 16]);
                context.encrypt_init(None, None, Some(&nonce(count))).unwrap();
                context.cipher_update(&plain, Some(&mut sealed)).unwrap();
                context.cipher_final(&mut []).unwrap();
                context.tag(&mut tag).unwrap();
                black_box((sealed, tag));
            }),
    );
    let additional = [3; 310];
    tell(
        "seal, OpenSSL with as much additional data",
        gigabytes
            * rate(|count| {
                let (mut sealed, mut tag) = (vec![0; RECORD], [0; 16]);
                context.encrypt_init(None, None, Some(&nonce(count))).unwrap();
                context.cipher_update(&additional, None).unwrap();
                context.cipher_update(&plain, Some(&mut sealed)).unwrap();
                context.cipher_final(&mut []).unwrap();
                context.tag(&mut tag).unwrap();
                black_box((sealed, tag));
            }),
    );
    let now = Instant::now();
    let ours = rate(|_| {
        black_box(sides.sealer.seal(TOPIC.as_bytes(), &plain, now).unwrap());
    });
    tell("seal, envelope", gigabytes * ours);
}

fn opening(sides: &Sides) {
    let (key, gigabytes) = ([7; 32], RECORD as f64 / 1e9);
    let bare = Aes256Gcm::new(&key.into());
    let mut sealed = vec![1; RECORD];
    let tag = bare.encrypt_in_place_detached(Nonce::from_slice(&nonce(0)), b"", &mut sealed).unwrap();
    tell(
        "open, aes-gcm crate",
        gigabytes
            * rate(|_| {
                let mut plain = sealed.clone();
                bare.decrypt_in_place_detached(Nonce::from_slice(&nonce(0)), b"", &mut plain, &tag).unwrap();
                black_box(plain);
            }),
    );
    let mut context = CipherCtx::new().unwrap();
    context.decrypt_init(Some(Cipher::aes_256_gcm()), Some(&key), None).unwrap();
    tell(
        "open, OpenSSL",
        gigabytes
            * rate(|_| {
                let mut plain = vec![0; RECORD];
                context.decrypt_init(None, None, Some(&nonce(0))).unwrap();
                context.cipher_update(&sealed, Some(&mut plain)).unwrap();
                context.set_tag(&tag).unwrap();
                context.cipher_final(&mut []).unwrap();
                black_box(plain);
            }),
    );
    let now = Instant::now();
    let (additional, mut sealed) = ([3; 310], vec![1; RECORD]);
    let mut sealing = CipherCtx::new().unwrap();
    sealing.encrypt_init(Some(Cipher::aes_256_gcm()), Some(&key), Some(&nonce(0))).unwrap();
    sealing.cipher_update(&additional, None).unwrap();
    sealing.cipher_update(&[1; RECORD], Some(&mut sealed)).unwrap();
    sealing.cipher_final(&mut []).unwrap();
    let mut tag = [0; 16];
    sealing.tag(&mut tag).unwrap();
    tell(
        "open, OpenSSL with as much additional data",
        gigabytes
            * rate(|_| {
                let mut plain = vec![0; RECORD];
                context.decrypt_init(None, None, Some(&nonce(0))).unwrap();
                context.cipher_update(&additional, None).unwrap();
                context.cipher_update(&sealed, Some(&mut plain)).unwrap();
                context.set_tag(&tag).unwrap();
                context.cipher_final(&mut []).unwrap();
                black_box(plain);
            }),
    );
    let payload = sides.sealer.seal(TOPIC.as_bytes(), &[1; RECORD], now).unwrap();
    let sealed = Sealed { payload: &payload, version: b"1", envelope: true };
    let accepted = [TOPIC.to_owned()];
    let ours = rate(|_| {
        black_box(sides.opener.open(sealed, &accepted, &mut Recent::default(), now).unwrap());
    });
    tell("open, envelope", gigabytes * ours);
    let mut recent = Recent::default();
    let ours = rate(|_| {
        black_box(sides.opener.open(sealed, &accepted, &mut recent, now).unwrap());
    });
    tell("open, envelope, one of a batch opened together", gigabytes * ours);
}

/// Operations a second: RSA of OpenSSL alone, then direct mode.
fn direct(sides: &Sides) {
    let (plain, mut out) = ([1; 200], vec![0; 256]);
    tell(
        "encrypt, RSA",
        rate(|_| {
            black_box(sides.rsa.public_encrypt(&plain, &mut out, Padding::PKCS1).unwrap());
        }),
    );
    tell(
        "encrypt, direct",
        rate(|_| {
            black_box(sides.sealer.encrypt(&plain).unwrap());
        }),
    );
    let payload = sides.sealer.encrypt(&plain).unwrap();
    // As ours does: the key as OpenSSL 3 wants it, not through its older functions.
    let key = PKey::from_rsa(sides.rsa.clone()).unwrap();
    tell(
        "decrypt, RSA",
        rate(|_| {
            let mut decrypter = openssl::encrypt::Decrypter::new(&key).unwrap();
            decrypter.set_rsa_padding(Padding::PKCS1).unwrap();
            black_box(decrypter.decrypt(&payload, &mut out).unwrap());
        }),
    );
    let sealed = Sealed { payload: &payload, version: b"1", envelope: false };
    tell(
        "decrypt, direct",
        rate(|_| {
            black_box(sides.opener.open(sealed, &[], &mut Recent::default(), Instant::now()).unwrap());
        }),
    );
}

fn batch(payloads: impl Iterator<Item = Vec<u8>>) -> Arc<Batch> {
    let mut builder = Builder::new(TOPIC.into(), 0, ArenaPool::default());
    for (offset, payload) in payloads.enumerate() {
        builder.append(offset as i64, Some(&payload), None, &[(b"encryption", Some(b"1"))]);
    }
    Arc::new(builder.finish(0))
}

/// Seconds that a batch takes: one by one, and together.
fn batch_times(sides: &Sides, batch: &Arc<Batch>) -> (f64, f64) {
    let opened = || Opened::new(Arc::clone(&sides.opener), Arc::clone(batch), vec![TOPIC.to_owned()]);
    let best = |work: &dyn Fn(&Opened)| {
        let times = (0..7).map(|_| {
            let opened = opened();
            let start = Instant::now();
            work(&opened);
            start.elapsed().as_secs_f64()
        });
        times.fold(f64::MAX, f64::min)
    };
    // As a consumer that asks for all payloads keeps them.
    let take_all = |opened: &Opened| {
        black_box((0..batch.len()).map(|index| opened.take(index)).collect::<Vec<_>>());
    };
    let alone = best(&take_all);
    let together = best(&|opened| {
        opened.open_all(&AtomicBool::new(false));
        take_all(opened);
    });
    (alone, together)
}

fn batches(sides: &Sides) {
    let envelopes = |count: usize, size: usize| {
        let now = Instant::now();
        batch((0..count).map(|_| sides.sealer.seal(TOPIC.as_bytes(), &vec![1; size], now).unwrap()))
    };
    let direct = |count: usize| batch((0..count).map(|_| sides.sealer.encrypt(&[1; 200]).unwrap()));
    for (name, batch) in [
        ("16 KiB of envelopes of 1 KiB", envelopes(16, RECORD)),
        ("64 KiB of envelopes of 1 KiB", envelopes(64, RECORD)),
        ("256 KiB of envelopes of 1 KiB", envelopes(256, RECORD)),
        ("1,000 envelopes of 1 KiB", envelopes(1_000, RECORD)),
        ("1,000 envelopes of 4 KiB", envelopes(1_000, 4 * RECORD)),
        ("2 direct", direct(2)),
        ("4 direct", direct(4)),
        ("8 direct", direct(8)),
        ("16 direct", direct(16)),
        ("100 direct", direct(100)),
    ] {
        let (alone, together) = batch_times(sides, &batch);
        tell(&format!("one by one, {name}"), alone * 1e3);
        tell(&format!("together, {name}"), together * 1e3);
    }
}

fn main() {
    let sides = sides();
    if std::env::args().any(|argument| argument == "batches") {
        return batches(&sides);
    }
    sealing(&sides);
    opening(&sides);
    direct(&sides);
}
