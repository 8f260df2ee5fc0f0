//! Native memory that only Ruby's collector can give back.
//!
//! A batch lives until no Ruby object counts on it, so batches that were worked off pile up until the
//! collector runs. Telling Ruby of each as if it were malloc'ed memory makes it mark its whole old
//! generation every few megabytes, to find garbage that is always young. So the bytes are counted here,
//! and every so many a minor collection is asked for; what survives it is somebody's, and the next one
//! waits until as much has come on top.

use std::sync::atomic::{AtomicUsize, Ordering};

use magnus::value::ReprValue;
use magnus::{kwargs, Error, Module, Ruby, Value};

/// Bytes between two collections. Together with what the app keeps, this bounds what floats.
const STEP: usize = 32 * 1024 * 1024;

static HELD: AtomicUsize = AtomicUsize::new(0);
static NEXT: AtomicUsize = AtomicUsize::new(STEP);

/// Counts native memory of a new Ruby object. Calls nothing, so whoever has the object loses it to no
/// interrupt.
pub fn held(bytes: usize) {
    HELD.fetch_add(bytes, Ordering::Relaxed);
}

/// Collects where enough has piled up. For the start of a call, before it took what must not be lost: the
/// collector is called through Ruby, which may handle an interrupt then.
///
/// # Errors
/// What an interrupt or a finalizer raised.
pub fn collect_if_due(ruby: &Ruby) -> Result<(), Error> {
    if HELD.load(Ordering::Relaxed) < NEXT.load(Ordering::Relaxed) {
        return Ok(());
    }
    let collector: Value = ruby.class_object().const_get("GC")?;
    collector.funcall::<_, _, Value>("start", (kwargs!(ruby, "full_mark" => false),))?;
    NEXT.store(HELD.load(Ordering::Relaxed) + STEP, Ordering::Relaxed);
    Ok(())
}

/// The memory is given back. Called while Ruby frees the object.
pub fn freed(bytes: usize) {
    HELD.fetch_sub(bytes, Ordering::Relaxed);
}
