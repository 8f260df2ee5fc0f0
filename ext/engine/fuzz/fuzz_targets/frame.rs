//! Any bytes either break the format or come apart without a byte lost.
#![no_main]

use karafka_engine::cipher::frame::Frame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (modulus, bytes) = input;
    if let Ok(frame) = Frame::parse(bytes, usize::from(modulus)) {
        assert_eq!([frame.head, &frame.iv[..], frame.ciphertext, &frame.tag[..]].concat(), bytes);
        assert_eq!(frame.wrapped.len(), usize::from(modulus));
    }
});
