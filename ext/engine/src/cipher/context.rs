//! An AES-256-GCM context of OpenSSL: the calls that one payload takes, and no other.
//!
//! Of a kilobyte's time the calls are a third, and what a wrapper checks at each of them is felt. One
//! thread at a time; the key in it is wiped when OpenSSL frees it. Output is appended where a `Vec` has
//! room already, so that nothing is zeroed to be overwritten.

use std::ffi::c_int;
use std::ptr::{null, null_mut, NonNull};

use openssl::error::ErrorStack;
use openssl_sys as ffi;

use super::gcm::{IV, KEY, TAG};

/// OpenSSL's word for "as before".
const SAME: c_int = -1;

/// A context with a key, for one direction.
pub(super) struct Context(NonNull<ffi::EVP_CIPHER_CTX>);

// SAFETY: a context belongs to no thread; all use goes through `&mut self`.
unsafe impl Send for Context {}

impl Context {
    /// Prepares `key` for sealing.
    pub(super) fn sealing(key: &[u8; KEY]) -> Result<Self, ErrorStack> {
        Self::new(key, 1)
    }

    /// Prepares `key` for opening.
    pub(super) fn opening(key: &[u8; KEY]) -> Result<Self, ErrorStack> {
        Self::new(key, 0)
    }

    fn new(key: &[u8; KEY], direction: c_int) -> Result<Self, ErrorStack> {
        ffi::init();
        // SAFETY: no arguments; null is looked for.
        let made = NonNull::new(unsafe { ffi::EVP_CIPHER_CTX_new() });
        let context = Self(made.ok_or_else(ErrorStack::get)?);
        // SAFETY: a live context, and a key as long as the cipher reads.
        done(unsafe {
            let cipher = ffi::EVP_aes_256_gcm();
            ffi::EVP_CipherInit_ex(context.0.as_ptr(), cipher, null_mut(), key.as_ptr(), null(), direction)
        })?;
        Ok(context)
    }

    /// Begins a payload.
    pub(super) fn start(&mut self, iv: &[u8; IV]) -> Result<(), ErrorStack> {
        // SAFETY: a live context, and a nonce as long as the cipher's default, which nobody changed.
        done(unsafe {
            ffi::EVP_CipherInit_ex(self.0.as_ptr(), null(), null_mut(), null(), iv.as_ptr(), SAME)
        })
    }

    /// What is authenticated and not encrypted.
    pub(super) fn additional(&mut self, bytes: &[u8]) -> Result<(), ErrorStack> {
        // SAFETY: null as output means additional data; the input is readable as a whole.
        unsafe { self.update(bytes, null_mut()) }
    }

    /// Works on the payload, whole, and appends what becomes of it.
    pub(super) fn append(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), ErrorStack> {
        out.reserve(input.len());
        // SAFETY: this mode of the cipher writes as many bytes as it reads, and there is room for them.
        unsafe { self.update(input, out.as_mut_ptr().add(out.len()))? };
        // SAFETY: just written.
        unsafe { out.set_len(out.len() + input.len()) };
        Ok(())
    }

    /// # Safety
    /// `out` is null, or as many bytes as `input` has may be written there.
    unsafe fn update(&mut self, input: &[u8], out: *mut u8) -> Result<(), ErrorStack> {
        let length = c_int::try_from(input.len()).map_err(|_| ErrorStack::get())?;
        let mut written = 0;
        // SAFETY: a live context, and the caller's promise.
        done(unsafe { ffi::EVP_CipherUpdate(self.0.as_ptr(), out, &mut written, input.as_ptr(), length) })?;
        debug_assert_eq!(written, length);
        Ok(())
    }

    /// What the tag must be; before [`Context::finish`] of what is opened.
    pub(super) fn expect(&mut self, tag: &[u8; TAG]) -> Result<(), ErrorStack> {
        // SAFETY: a live context, which copies the tag.
        done(unsafe {
            let tag = tag.as_ptr().cast_mut().cast();
            ffi::EVP_CIPHER_CTX_ctrl(self.0.as_ptr(), ffi::EVP_CTRL_GCM_SET_TAG, TAG as c_int, tag)
        })
    }

    /// Ends the payload. An error where the tag is not the one expected: OpenSSL compares in constant time.
    pub(super) fn finish(&mut self) -> Result<(), ErrorStack> {
        let (mut nothing, mut written) = ([0u8; 16], 0);
        // SAFETY: a live context; this mode writes nothing at the end, a block is there all the same.
        done(unsafe { ffi::EVP_CipherFinal(self.0.as_ptr(), nothing.as_mut_ptr(), &mut written) })
    }

    /// The tag of what was sealed, after [`Context::finish`].
    pub(super) fn tag(&mut self) -> Result<[u8; TAG], ErrorStack> {
        let mut tag = [0; TAG];
        // SAFETY: a live context, which writes as many bytes as it is told.
        done(unsafe {
            let tag = tag.as_mut_ptr().cast();
            ffi::EVP_CIPHER_CTX_ctrl(self.0.as_ptr(), ffi::EVP_CTRL_GCM_GET_TAG, TAG as c_int, tag)
        })?;
        Ok(tag)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: live until here, and the only owner.
        unsafe { ffi::EVP_CIPHER_CTX_free(self.0.as_ptr()) };
    }
}

/// Errors are taken out of the thread's queue, so that nobody else finds them there.
fn done(code: c_int) -> Result<(), ErrorStack> {
    if code > 0 {
        Ok(())
    } else {
        Err(ErrorStack::get())
    }
}
