//! librdkafka's allocator: the C library's, as in any program, or with `ALLOCATOR=core` in the environment that
//! of karafka-native's core, `ext/engine/src/allocator.rs`.

use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use libmimalloc_sys as mimalloc;

static CORE: AtomicBool = AtomicBool::new(false);

/// Before the first call of librdkafka.
pub fn choose() {
    CORE.store(std::env::var("ALLOCATOR").is_ok_and(|name| name == "core"), Relaxed);
}

/// Defines what librdkafka was compiled to call; each has the contract of the C library's function.
macro_rules! either {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $returns:ty, $core:ident, $plain:ident;)*) => {$(
        #[no_mangle]
        unsafe extern "C" fn $name($($argument: $kind),*) -> $returns {
            // SAFETY: the same contract; one allocator for the whole life of the process.
            unsafe {
                if CORE.load(Relaxed) { mimalloc::$core($($argument),*) } else { libc::$plain($($argument),*) }
            }
        }
    )*};
}

either! {
    karafka_malloc(size: usize) -> *mut c_void, mi_malloc, malloc;
    karafka_calloc(count: usize, size: usize) -> *mut c_void, mi_calloc, calloc;
    karafka_realloc(memory: *mut c_void, size: usize) -> *mut c_void, mi_realloc, realloc;
    karafka_free(memory: *mut c_void) -> (), mi_free, free;
    karafka_strdup(text: *const c_char) -> *mut c_char, mi_strdup, strdup;
    karafka_strndup(text: *const c_char, size: usize) -> *mut c_char, mi_strndup, strndup;
}
