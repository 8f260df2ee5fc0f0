//! What the process has used: CPU time, peak memory, and the clock that all bench programs share.

use std::mem::MaybeUninit;

/// CPU seconds of all threads since the process began.
pub fn cpu() -> f64 {
    seconds(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Nanoseconds of the monotonic clock, the same in every process of this machine.
pub fn monotonic_ns() -> u128 {
    let (whole, ns) = seconds_and_ns(libc::CLOCK_MONOTONIC);
    whole as u128 * 1_000_000_000 + ns as u128
}

/// Seconds of the monotonic clock.
pub fn now() -> f64 {
    seconds(libc::CLOCK_MONOTONIC)
}

/// Prints the closing line of a bench program.
pub fn report(messages: usize, seconds: f64, cpu: f64) {
    println!(
        "{{\"messages\":{messages},\"seconds\":{seconds:.6},\"cpu\":{cpu:.6},\"rss\":{:.1}}}",
        peak_mb()
    );
}

fn peak_mb() -> f64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `getrusage` fills the structure, which is valid when zeroed as well.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let unit = if cfg!(target_os = "macos") { 1e6 } else { 1e3 };
    usage.ru_maxrss as f64 / unit
}

fn seconds_and_ns(clock: libc::clockid_t) -> (i64, i64) {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure outlives the call.
    unsafe { libc::clock_gettime(clock, &mut time) };
    (time.tv_sec, time.tv_nsec)
}

fn seconds(clock: libc::clockid_t) -> f64 {
    let (whole, ns) = seconds_and_ns(clock);
    whole as f64 + ns as f64 / 1e9
}
