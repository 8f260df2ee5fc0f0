//! The envelope as bytes; `docs/envelope.md` is its description for other languages.
//!
//! Reads foreign bytes: every length is checked before it is used, nothing is copied.

use super::gcm::{IV, TAG};

/// First bytes of every frame.
pub const MAGIC: &[u8; 4] = b"KNE1";
/// RSAES-OAEP with SHA-256, AES-256-GCM.
const SUITE: u8 = 1;
/// Bytes before the topic.
const FIXED: usize = 10;
/// Longest topic that Kafka allows.
const TOPIC: usize = 249;
/// What the additional data starts with.
const DOMAIN: &[u8] = b"karafka-native/envelope/1\0";

/// The parts of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Everything before the nonce: authenticated as it stands.
    pub head: &'a [u8],
    /// The topic that the frame is bound to.
    pub topic: &'a [u8],
    /// The wrapped data key.
    pub wrapped: &'a [u8],
    /// The nonce.
    pub iv: &'a [u8; IV],
    /// As long as the plaintext.
    pub ciphertext: &'a [u8],
    /// The authentication tag.
    pub tag: &'a [u8; TAG],
}

impl<'a> Frame<'a> {
    /// Whether `bytes` claim to be a frame of ours.
    pub fn is_ours(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Takes `bytes` apart; `modulus` is the length of the RSA key's modulus.
    ///
    /// # Errors
    /// What breaks the format.
    pub fn parse(bytes: &'a [u8], modulus: usize) -> Result<Self, &'static str> {
        const SHORT: &str = "it is cut short";
        let fixed = bytes.get(..FIXED).ok_or(SHORT)?;
        if !Self::is_ours(fixed) {
            return Err("wrong magic");
        }
        if fixed[4] != SUITE {
            return Err("unknown suite");
        }
        if fixed[5] != 0 {
            return Err("unknown flags");
        }
        let topic = usize::from(u16::from_be_bytes([fixed[6], fixed[7]]));
        let wrapped = usize::from(u16::from_be_bytes([fixed[8], fixed[9]]));
        if !(1..=TOPIC).contains(&topic) {
            return Err("wrong length of the topic");
        }
        if wrapped != modulus {
            return Err("wrong length of the wrapped key");
        }
        let (head, rest) = bytes.split_at_checked(FIXED + topic + wrapped).ok_or(SHORT)?;
        let (iv, rest) = rest.split_first_chunk().ok_or(SHORT)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(SHORT)?;
        let (topic, wrapped) = head[FIXED..].split_at(topic);
        Ok(Self { head, topic, wrapped, iv, ciphertext, tag })
    }
}

/// A frame's bytes before its nonce. `None` where a length does not fit.
pub(super) fn head(topic: &[u8], wrapped: &[u8]) -> Option<Vec<u8>> {
    if !(1..=TOPIC).contains(&topic.len()) {
        return None;
    }
    let lengths = [topic.len(), wrapped.len()].map(u16::try_from);
    let [Ok(topic_length), Ok(wrapped_length)] = lengths else { return None };
    let lengths = [topic_length.to_be_bytes(), wrapped_length.to_be_bytes()].concat();
    Some([&MAGIC[..], &[SUITE, 0], &lengths, topic, wrapped].concat())
}

/// Length of a frame of this head around `plain` bytes.
pub(super) fn length(head: &[u8], plain: usize) -> usize {
    head.len() + IV + plain + TAG
}

/// The additional data before the frame's own bytes. `None` for a version that no header could hold.
pub(super) fn prefix(version: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(version.len()).ok()?;
    Some([DOMAIN, &length.to_be_bytes(), version].concat())
}

/// What is authenticated with every frame of one head: put together once, not for each.
pub(super) struct Additional {
    bytes: Vec<u8>,
    head: usize,
}

impl Additional {
    /// `prefix` as [`prefix`] gives it, and the head.
    pub(super) fn new(prefix: &[u8], head: &[u8]) -> Self {
        Self { bytes: [prefix, head].concat(), head: prefix.len() }
    }

    /// All of it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The head alone.
    pub(super) fn head(&self) -> &[u8] {
        &self.bytes[self.head..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(topic: &[u8], body: usize) -> Vec<u8> {
        let mut frame = head(topic, &[9; 256]).unwrap();
        frame.extend((0..IV + body + TAG).map(|byte| byte as u8));
        frame
    }

    #[test]
    fn parts_lie_where_the_format_says() {
        let bytes = frame(b"orders", 5);
        assert_eq!((bytes.len(), length(&bytes[..272], 5)), (38 + 6 + 256 + 5, bytes.len()));
        let parts = Frame::parse(&bytes, 256).unwrap();
        assert_eq!((parts.topic, parts.wrapped), (&b"orders"[..], &[9; 256][..]));
        assert_eq!((parts.head, &parts.iv[..]), (&bytes[..272], &bytes[272..284]));
        assert_eq!((parts.ciphertext, &parts.tag[..]), (&bytes[284..289], &bytes[289..]));
        assert_eq!(prefix(b"v1").unwrap(), b"karafka-native/envelope/1\0\0\x02v1");
    }

    #[test]
    fn whatever_breaks_the_format_is_named() {
        let whole = frame(b"orders", 0);
        for cut in 0..whole.len() {
            assert!(Frame::parse(&whole[..cut], 256).is_err(), "{cut}");
        }
        for (index, value, text) in [(4, 2, "suite"), (5, 1, "flags"), (7, 0, "topic"), (9, 1, "wrapped")] {
            let mut broken = whole.clone();
            broken[index] = value;
            assert!(Frame::parse(&broken, 256).unwrap_err().contains(text), "{index}");
        }
        assert!(Frame::parse(&whole, 512).is_err());
        let mut long = whole.clone();
        long[6] = 1;
        assert!(Frame::parse(&long, 256).unwrap_err().contains("topic"));
        assert_eq!((head(b"", b""), head(&[b'a'; 250], b"")), (None, None));
    }

    proptest! {
        // In CI instead of a fuzzer's long run: `ext/engine/fuzz` has the target.
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn no_bytes_whatever_make_it_panic_or_lose_any(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..700), ours: bool, modulus in 0usize..300
        ) {
            if ours {
                let header = [&MAGIC[..], &[1, 0, 0, 3], &(modulus as u16).to_be_bytes()].concat();
                let length = header.len().min(bytes.len());
                bytes[..length].copy_from_slice(&header[..length]);
            }
            if let Ok(parts) = Frame::parse(&bytes, modulus) {
                let whole = [parts.head, &parts.iv[..], parts.ciphertext, &parts.tag[..]].concat();
                prop_assert_eq!(whole, bytes);
            }
        }
    }
}
