//! AES-256-GCM under one key, for any number of threads.

use openssl::error::ErrorStack;
use zeroize::{Zeroize, Zeroizing};

use super::context::Context;
use super::frame::Frame;
use crate::locks::Mutex;

/// Bytes of a key.
pub(super) const KEY: usize = 32;
/// Bytes of a nonce.
pub(super) const IV: usize = 12;
/// Bytes of an authentication tag.
pub(super) const TAG: usize = 16;

/// Prepared contexts that are kept: as many as threads that work at once, seldom more.
const CONTEXTS: usize = 16;

/// A key ready for use, in one direction: it seals or it opens. Preparing a context costs more than a
/// small payload, so used ones are kept; OpenSSL wipes the key in them when they are freed.
pub(super) struct Gcm {
    key: Zeroizing<[u8; KEY]>,
    contexts: Mutex<Vec<Context>>,
}

impl Gcm {
    /// Takes the key over.
    pub(super) fn new(key: Zeroizing<[u8; KEY]>) -> Self {
        Self { key, contexts: Mutex::default() }
    }

    /// Appends `iv`, ciphertext and tag to `out`; `additional` is authenticated with them. The caller never
    /// gives the same `iv` twice.
    pub(super) fn seal(
        &self,
        iv: &[u8; IV],
        additional: &[u8],
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ErrorStack> {
        let mut context = self.context(Context::sealing)?;
        context.start(iv)?;
        context.additional(additional)?;
        out.extend_from_slice(iv);
        context.append(plain, out)?;
        context.finish()?;
        out.extend_from_slice(&context.tag()?);
        self.keep(context);
        Ok(())
    }

    /// The plaintext; `None` unless the tag fits, and then nothing of it remains.
    pub(super) fn open(&self, additional: &[u8], frame: &Frame<'_>) -> Option<Vec<u8>> {
        let mut plain = Vec::with_capacity(frame.ciphertext.len());
        if self.open_into(additional, frame, &mut plain).is_err() {
            plain.zeroize();
            return None;
        }
        Some(plain)
    }

    fn open_into(&self, additional: &[u8], frame: &Frame<'_>, plain: &mut Vec<u8>) -> Result<(), ErrorStack> {
        let mut context = self.context(Context::opening)?;
        context.start(frame.iv)?;
        context.additional(additional)?;
        context.append(frame.ciphertext, plain)?;
        context.expect(frame.tag)?;
        context.finish()?;
        self.keep(context);
        Ok(())
    }

    fn context(&self, make: fn(&[u8; KEY]) -> Result<Context, ErrorStack>) -> Result<Context, ErrorStack> {
        let kept = self.contexts.lock().pop();
        kept.map_or_else(|| make(&self.key), Ok)
    }

    fn keep(&self, context: Context) {
        let mut contexts = self.contexts.lock();
        if contexts.len() < CONTEXTS {
            contexts.push(context);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes_gcm::aead::{Aead, Payload};
    use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_the_aes_gcm_crate_in_both_directions(
            key: [u8; KEY], iv: [u8; IV], prefix: Vec<u8>, head: Vec<u8>, plain: Vec<u8>
        ) {
            let other = Aes256Gcm::new(&key.into());
            let all = [prefix.clone(), head.clone()].concat();
            let expected =
                other.encrypt(Nonce::from_slice(&iv), Payload { msg: &plain, aad: &all }).unwrap();
            let mut sealed = head.clone();
            Gcm::new(Zeroizing::new(key)).seal(&iv, &all, &plain, &mut sealed).unwrap();
            prop_assert_eq!(&sealed, &[&head[..], &iv[..], &expected[..]].concat());
            let (ciphertext, tag) = expected.split_last_chunk().unwrap();
            let frame = Frame { head: &head, topic: b"", wrapped: b"", iv: &iv, ciphertext, tag };
            let opener = Gcm::new(Zeroizing::new(key));
            prop_assert_eq!(opener.open(&all, &frame), Some(plain.clone()));
            // A kept context opens as a new one does.
            prop_assert_eq!(opener.open(&all, &frame), Some(plain));
            prop_assert_eq!(opener.open(&[&all[..], b"x"].concat(), &frame), None);
        }
    }
}
