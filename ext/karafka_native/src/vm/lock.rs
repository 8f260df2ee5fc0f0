//! The only door out of the VM lock.

use std::any::Any;
use std::ffi::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};

use karafka_engine::error::EngineError;
use magnus::rb_sys::protect;
use magnus::{Error, Ruby};

use super::errors;

struct Call<W, T> {
    work: Option<W>,
    done: Option<Result<T, Box<dyn Any + Send>>>,
}

/// Runs `work` without the VM lock and returns what it gave.
///
/// `wake` must make a running, a coming and a finished `work` end or do nothing: Ruby calls it, from
/// another thread and any number of times, when this thread is killed, raised into or asked for a
/// signal. Interrupts are handled only before `work` began (it has done nothing then); what it
/// returned is never thrown away, and Ruby handles interrupts itself after the method returned.
///
/// Both closures see engine values only, never a Ruby object.
///
/// # Errors
/// The exception of a pending interrupt, or `Karafka::Native::Error` for a panic in `work`.
pub fn release<T, W, U>(ruby: &Ruby, work: W, wake: U) -> Result<T, Error>
where
    W: FnOnce() -> T,
    U: Fn(),
{
    let mut call = Call { work: Some(work), done: None };
    loop {
        // SAFETY: both trampolines match the pointers given; `call` and `wake` outlive the call, as
        // Ruby never runs the unblock function after the released section ended.
        unsafe {
            rb_sys::rb_thread_call_without_gvl2(
                Some(run::<T, W>),
                (&raw mut call).cast(),
                Some(unblock::<U>),
                (&raw const wake).cast_mut().cast(),
            );
        }
        match call.done.take() {
            Some(Ok(value)) => return Ok(value),
            Some(Err(panic)) => return Err(errors::from_engine(ruby, panicked(&*panic))),
            // An interrupt was pending, so nothing ran: handle it, then try again.
            None => check_interrupts()?,
        }
    }
}

/// Runs what ends within microseconds, with the VM lock kept.
///
/// # Errors
/// The Ruby exception of its error, or `Karafka::Native::Error` for a panic: an ordinary exception that
/// a rescue finds, where the binding library would raise `fatal`.
pub fn keep<T>(ruby: &Ruby, work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, Error> {
    let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(&*panic)));
    errors::to_ruby(ruby, done)
}

/// Lets Ruby handle signals, kills and raises that wait for this thread.
///
/// # Errors
/// The exception that an interrupt raised.
pub fn check_interrupts() -> Result<(), Error> {
    protect(|| {
        // SAFETY: under `protect`, so an exception becomes an error and jumps over nothing of ours.
        unsafe { rb_sys::rb_thread_check_ints() };
        rb_sys::Qnil.into()
    })
    .map(|_| ())
}

/// For waits that end by themselves within milliseconds.
pub fn no_wake() {}

fn panicked(panic: &(dyn Any + Send)) -> EngineError {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned());
    EngineError::Panic(text)
}

unsafe extern "C" fn run<T, W: FnOnce() -> T>(data: *mut c_void) -> *mut c_void {
    // SAFETY: `release` passes its own `Call` of these very types and waits for us.
    let call = unsafe { &mut *data.cast::<Call<W, T>>() };
    if let Some(work) = call.work.take() {
        call.done = Some(catch_unwind(AssertUnwindSafe(work)));
    }
    std::ptr::null_mut()
}

unsafe extern "C" fn unblock<U: Fn()>(data: *mut c_void) {
    // SAFETY: `release` passes its own closure and outlives us.
    let wake = unsafe { &*data.cast::<U>() };
    // A panic must not unwind into the VM.
    let _ = catch_unwind(AssertUnwindSafe(wake));
}
