//! Names that both sides know, looked up once a process, and texts that Ruby keeps once.

use std::ffi::CStr;
use std::os::raw::{c_char, c_long};
use std::sync::OnceLock;

use rb_sys::{ID, VALUE};

/// A name that Ruby is asked for once. Interned ids of literals are never collected, also over a fork.
pub struct Name {
    id: OnceLock<ID>,
    text: &'static CStr,
}

impl Name {
    /// The name of an instance variable.
    pub const fn new(text: &'static CStr) -> Self {
        Self { id: OnceLock::new(), text }
    }

    /// Its id. The caller holds the VM lock.
    pub fn id(&self) -> ID {
        // SAFETY: called with the VM lock; a static C string.
        *self.id.get_or_init(|| unsafe { rb_sys::rb_intern(self.text.as_ptr().cast::<c_char>()) })
    }
}

/// Symbols, the keys of a Hash for instance. Interned from C, so they never move and never die.
pub struct Symbols<const N: usize> {
    texts: [&'static CStr; N],
    values: OnceLock<[VALUE; N]>,
}

impl<const N: usize> Symbols<N> {
    /// The Symbols of these texts.
    pub const fn new(texts: [&'static CStr; N]) -> Self {
        Self { texts, values: OnceLock::new() }
    }

    /// What they are called.
    pub fn texts(&self) -> &[&'static CStr; N] {
        &self.texts
    }

    /// All of them, in their order. The caller holds the VM lock.
    pub fn all(&self) -> &[VALUE; N] {
        self.values.get_or_init(|| {
            // SAFETY: called with the VM lock; static C strings.
            self.texts.map(|text| unsafe { rb_sys::rb_id2sym(rb_sys::rb_intern(text.as_ptr())) })
        })
    }
}

/// The frozen String of this UTF-8 text, one for all who ask.
///
/// # Safety
/// The caller holds the VM lock, and is ready for what Ruby raises without memory.
pub unsafe fn interned(text: &[u8]) -> VALUE {
    let length = c_long::try_from(text.len()).unwrap_or(c_long::MAX);
    // SAFETY: the caller's promise; the bytes live through the call, which copies them.
    unsafe { rb_sys::rb_enc_interned_str(text.as_ptr().cast::<c_char>(), length, rb_sys::rb_utf8_encoding()) }
}

/// The native batch of a message.
pub static BATCH: Name = Name::new(c"@batch");
/// Its place in there.
pub static INDEX: Name = Name::new(c"@index");
/// Metadata of its own, once somebody asked for it.
pub static METADATA: Name = Name::new(c"@metadata");
/// Its raw payload, once somebody read or replaced it.
pub static RAW_PAYLOAD: Name = Name::new(c"@raw_payload");
/// Of a batch: the topic of the routes that it belongs to.
pub static ROUTE: Name = Name::new(c"@route");
/// Of a batch: its topic's deserializers.
pub static DESERIALIZERS: Name = Name::new(c"@deserializers");
/// Of a batch: the one String with its topic's name.
pub static TOPIC_NAME: Name = Name::new(c"@topic_name");
/// Whether the payloads of a batch are decrypted together.
pub static PARALLEL_DECRYPTION: Name = Name::new(c"@parallel_decryption");
/// Of a view: its messages, made before it was.
pub static MADE: Name = Name::new(c"@made");
