//! Numbers of a document.

use super::tape::Span;

/// A number as its text gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i64),
    /// An integer of more than 64 bits, as text.
    Big(Span),
    Float(f64),
}

/// More digits are left to Ruby, whose `strtod` ignores those behind the 61st: that can move the last bit.
const DIGITS: usize = 40;

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Reads the number that begins at `start`, and finds the first byte behind it. `None` for what is no
/// number, and for those that are rounded to zero, to infinity, or below full precision.
#[inline]
pub(super) fn read(source: &[u8], start: usize) -> Option<(Number, usize)> {
    let negative = source.get(start) == Some(&b'-');
    let begin = start + usize::from(negative);
    let (mantissa, at) = digits(source, begin, 0);
    if at == begin || (at > begin + 1 && source[begin] == b'0') {
        return None;
    }
    if let Some(b'.' | b'e' | b'E') = source.get(at) {
        return float(source, (start, begin, at), negative, mantissa);
    }
    // Eighteen digits always fit.
    if at - begin <= 18 {
        let value = mantissa as i64;
        return Some((Number::Int(if negative { -value } else { value }), at));
    }
    Some((integer(source, start, at)?, at))
}

#[cold]
fn integer(source: &[u8], start: usize, end: usize) -> Option<Number> {
    let text = std::str::from_utf8(&source[start..end]).ok()?;
    let big = Number::Big(Span { start: start as u32, length: (end - start) as u32 });
    Some(text.parse().map_or(big, Number::Int))
}

/// Finds the first byte behind the number that begins at `start`, and whether that is an integer: what
/// [`read`] would, for who does not need its value, however long or small.
#[inline]
pub(super) fn pass(source: &[u8], start: usize) -> Option<(bool, usize)> {
    let begin = start + usize::from(source.get(start) == Some(&b'-'));
    let mut at = past_digits(source, begin)?;
    if at > begin + 1 && source[begin] == b'0' {
        return None;
    }
    let integer = at;
    if source.get(at) == Some(&b'.') {
        at = past_digits(source, at + 1)?;
    }
    if let Some(b'e' | b'E') = source.get(at) {
        at = past_digits(source, at + 1 + usize::from(matches!(source.get(at + 1), Some(b'+' | b'-'))))?;
    }
    Some((at == integer, at))
}

/// The first byte behind the digits from `at` on, of which there must be one.
#[inline]
fn past_digits(source: &[u8], at: usize) -> Option<usize> {
    let count = source.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then_some(at + count)
}

/// Appends the digits from `at` on to `value`, which wraps around; the first byte behind them.
#[inline]
fn digits(source: &[u8], mut at: usize, mut value: u64) -> (u64, usize) {
    while let Some(digit) = source.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (value, at)
}

/// Goes on behind the integer part. `places` are the start, the first digit, and the end of that part.
fn float(
    source: &[u8],
    places: (usize, usize, usize),
    negative: bool,
    mantissa: u64,
) -> Option<(Number, usize)> {
    let (start, begin, mut at) = places;
    let (mut mantissa, mut length, mut exponent) = (mantissa, at - begin, 0);
    if source.get(at) == Some(&b'.') {
        let (all, end) = digits(source, at + 1, mantissa);
        let fraction = end - at - 1;
        if fraction == 0 || length + fraction > DIGITS {
            return None;
        }
        (mantissa, length, exponent, at) = (all, length + fraction, -(fraction as i64), end);
    }
    if let Some(b'e' | b'E') = source.get(at) {
        let sign = source.get(at + 1).copied();
        let first = at + 1 + usize::from(matches!(sign, Some(b'+' | b'-')));
        let (value, end) = digits(source, first, 0);
        // Four digits of an exponent say more than a double can hold.
        if end == first || end - first > 4 {
            return None;
        }
        (exponent, at) = (exponent + if sign == Some(b'-') { -(value as i64) } else { value as i64 }, end);
    }
    if length > DIGITS {
        return None;
    }
    let value = match exact(mantissa, length, exponent) {
        Some(value) => {
            if negative {
                -value
            } else {
                value
            }
        }
        None => rounded(source, start, at)?,
    };
    Some((Number::Float(value), at))
}

/// The value where both parts of it are exact, so that one operation rounds correctly.
#[inline]
fn exact(mantissa: u64, length: usize, exponent: i64) -> Option<f64> {
    if length > 19 || mantissa > 1 << 53 {
        return None;
    }
    let power = *POWERS.get(exponent.unsigned_abs() as usize)?;
    Some(if exponent < 0 { mantissa as f64 / power } else { mantissa as f64 * power })
}

#[cold]
fn rounded(source: &[u8], start: usize, end: usize) -> Option<f64> {
    let value: f64 = std::str::from_utf8(&source[start..end]).ok()?.parse().ok()?;
    value.is_normal().then_some(value)
}
