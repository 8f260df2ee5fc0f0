//! Keys of messages, as Ruby would see them.

use std::borrow::Cow;

/// A key by whose text a lane is found. Two keys are equal where Ruby's `eql?` says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key<'a> {
    /// `nil`, which reads as the empty text.
    Nil,
    /// `true`.
    True,
    /// `false`.
    False,
    /// An Integer of any size: its decimal digits, with a minus where it is negative.
    Integer(Cow<'a, [u8]>),
    /// A String.
    Text(Cow<'a, [u8]>),
}

/// Only Ruby can say what the key is: a Float, a list, or something that its parser reads in its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskRuby;

/// `String#sum`: all bytes, modulo 65,536.
pub fn byte_sum(bytes: &[u8]) -> u16 {
    // 65,536 divides what the accumulator wraps at.
    bytes.iter().fold(0u32, |sum, byte| sum.wrapping_add(u32::from(*byte))) as u16
}

impl Key<'_> {
    /// What Ruby's `to_s` gives.
    pub fn text(&self) -> &[u8] {
        match self {
            Self::Nil => b"",
            Self::True => b"true",
            Self::False => b"false",
            Self::Integer(text) | Self::Text(text) => text,
        }
    }

    /// Ruby's `Integer#%` for an Integer, the byte sum's remainder for everything else.
    pub fn modulo(&self, divisor: u64) -> u64 {
        let Self::Integer(text) = self else { return u64::from(byte_sum(self.text())) % divisor };
        let (negative, digits) = match text.split_first() {
            Some((b'-', digits)) => (true, digits),
            _ => (false, &**text),
        };
        let wide = u128::from(divisor);
        let rest = digits
            .iter()
            .fold(0u128, |rest, digit| (rest * 10 + u128::from(digit.wrapping_sub(b'0'))) % wide);
        let rest = rest as u64;
        // Ruby rounds quotients down, so the rest of a negative number counts from the other end.
        if negative && rest != 0 {
            divisor - rest
        } else {
            rest
        }
    }
}
