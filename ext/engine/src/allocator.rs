//! The allocator of librdkafka: mimalloc.
//!
//! A consumed message is allocated by the broker's thread and freed by the one that polled it; a produced one
//! goes the other way. glibc takes the lock of the arena for each of them, and both threads wait for it, which
//! is half of what consuming costs. mimalloc gives memory back to a thread's own heap without a lock.
//!
//! `.cargo/config.toml` compiles librdkafka, and nothing else, with these names in place of the C library's. What
//! librdkafka shall free comes from `rd_kafka_mem_malloc`, what it hands over goes to `rd_kafka_mem_free`.

use std::ffi::{c_char, c_void};

use libmimalloc_sys as mimalloc;

/// `malloc` for librdkafka.
///
/// # Safety
/// As in the C standard.
#[no_mangle]
pub unsafe extern "C" fn karafka_malloc(size: usize) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { mimalloc::mi_malloc(size) }
}

/// `calloc` for librdkafka.
///
/// # Safety
/// As in the C standard.
#[no_mangle]
pub unsafe extern "C" fn karafka_calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { mimalloc::mi_calloc(count, size) }
}

/// `realloc` for librdkafka.
///
/// # Safety
/// As in the C standard, for memory of this module.
#[no_mangle]
pub unsafe extern "C" fn karafka_realloc(memory: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { mimalloc::mi_realloc(memory, size) }
}

/// `free` for librdkafka.
///
/// # Safety
/// As in the C standard, for memory of this module.
#[no_mangle]
pub unsafe extern "C" fn karafka_free(memory: *mut c_void) {
    // SAFETY: the same contract.
    unsafe { mimalloc::mi_free(memory) }
}

/// `strdup` for librdkafka.
///
/// # Safety
/// As in POSIX.
#[no_mangle]
pub unsafe extern "C" fn karafka_strdup(text: *const c_char) -> *mut c_char {
    // SAFETY: the same contract.
    unsafe { mimalloc::mi_strdup(text) }
}

/// `strndup` for librdkafka.
///
/// # Safety
/// As in POSIX.
#[no_mangle]
pub unsafe extern "C" fn karafka_strndup(text: *const c_char, size: usize) -> *mut c_char {
    // SAFETY: the same contract.
    unsafe { mimalloc::mi_strndup(text, size) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys;

    #[test]
    fn librdkafka_allocates_here() {
        // SAFETY: a list of librdkafka's, looked at and destroyed.
        unsafe {
            let list = sys::rd_kafka_topic_partition_list_new(1);
            let ours = mimalloc::mi_is_in_heap_region(list.cast());
            sys::rd_kafka_topic_partition_list_destroy(list);

            assert!(ours, "librdkafka was compiled without the CPPFLAGS of .cargo/config.toml");
        }
    }
}
