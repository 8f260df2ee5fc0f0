//! Strings of a document: where they end, and what their escapes mean.

use std::borrow::Cow;

use super::tape::Span;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Reads the string whose opening quote is in front of `at`: its place, and the first byte behind its
/// closing quote. What has escapes is written to `decoded`. `None` for what not every version of Ruby's
/// parser takes: control characters, unknown escapes, halves of surrogate pairs.
#[inline]
pub(super) fn read(source: &[u8], at: usize, decoded: &mut String) -> Option<(Span, usize)> {
    let end = special(source, at)?;
    if source[end] == b'"' {
        return Some((Span { start: at as u32, length: (end - at) as u32 }, end + 1));
    }
    let begin = decoded.len();
    let behind = unescape(source, at, end, |part| decoded.push_str(part))?;
    // Decoded strings are addressed behind the end of the source.
    let (place, length) = (source.len() + begin, decoded.len() - begin);
    Some((Span { start: place as u32, length: length as u32 }, behind))
}

/// The same string itself, and the first byte behind its closing quote.
#[inline]
pub(super) fn value(source: &[u8], at: usize) -> Option<(Cow<'_, [u8]>, usize)> {
    let end = special(source, at)?;
    if source[end] == b'"' {
        return Some((Cow::Borrowed(&source[at..end]), end + 1));
    }
    let mut decoded = Vec::new();
    let behind = unescape(source, at, end, |part| decoded.extend_from_slice(part.as_bytes()))?;
    Some((Cow::Owned(decoded), behind))
}

/// Whether it has no escapes, and the first byte behind its closing quote.
#[inline(always)] // As a call it made a document of many small values cost a tenth more.
pub(super) fn pass(source: &[u8], at: usize) -> Option<(bool, usize)> {
    let end = special(source, at)?;
    if source[end] == b'"' {
        return Some((true, end + 1));
    }
    unescape(source, at, end, |_| ()).map(|behind| (false, behind))
}

/// Whether it is `text`, and the first byte behind its closing quote.
#[inline]
pub(super) fn compare(source: &[u8], at: usize, text: &[u8]) -> Option<(bool, usize)> {
    let (plain, behind) = pass(source, at)?;
    let same = if plain { source[at..behind - 1] == *text } else { *value(source, at)?.0 == *text };
    Some((same, behind))
}

/// Bytes that are looked at together where a string is long: as much as two or four vector registers.
const STRIDE: usize = 32;

/// Place of the first quote, backslash or control character from `at` on.
#[inline]
fn special(source: &[u8], at: usize) -> Option<usize> {
    // Most strings end within their first bytes.
    match word_at(source, at) {
        Some(word) => match in_word(word) {
            Some(found) => Some(at + found),
            None => far_special(source, at + 8),
        },
        None => special_byte(source, at),
    }
}

fn far_special(source: &[u8], mut at: usize) -> Option<usize> {
    if let Some(word) = word_at(source, at) {
        if let Some(found) = in_word(word) {
            return Some(at + found);
        }
        at += 8;
    }
    // Without an early end of the inner loop, so that the compiler uses vectors.
    while let Some(stride) = source.get(at..).and_then(<[u8]>::first_chunk::<STRIDE>) {
        let words = stride.chunks_exact(8).filter_map(<[u8]>::first_chunk).copied().map(u64::from_le_bytes);
        if words.fold(0, |found, word| found | specials(word)) != 0 {
            break;
        }
        at += STRIDE;
    }
    while let Some(word) = word_at(source, at) {
        if let Some(found) = in_word(word) {
            return Some(at + found);
        }
        at += 8;
    }
    special_byte(source, at)
}

fn special_byte(source: &[u8], at: usize) -> Option<usize> {
    let special = |byte: &u8| matches!(byte, ..0x20 | b'"' | b'\\');
    source.get(at..)?.iter().position(special).map(|found| at + found)
}

#[inline]
fn word_at(source: &[u8], at: usize) -> Option<u64> {
    source.get(at..)?.first_chunk().copied().map(u64::from_le_bytes)
}

#[inline]
fn in_word(word: u64) -> Option<usize> {
    let found = specials(word);
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// The highest bits of such bytes, of which the first one is right: those behind it may be wrong.
#[inline]
fn specials(word: u64) -> u64 {
    let (quote, escape) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
    let found = (quote.wrapping_sub(ONES) & !quote)
        | (escape.wrapping_sub(ONES) & !escape)
        | (word.wrapping_sub(ONES * 0x20) & !word);
    found & HIGHS
}

/// Goes on at the backslash, or control character, at `found`; the first byte behind the closing quote.
#[cold]
fn unescape(source: &[u8], start: usize, found: usize, mut write: impl FnMut(&str)) -> Option<usize> {
    let (mut from, mut at) = (start, found);
    loop {
        // Cut at ASCII characters of a valid document, so this is always text.
        write(std::str::from_utf8(&source[from..at]).ok()?);
        match source[at] {
            b'"' => return Some(at + 1),
            b'\\' => (),
            _ => return None,
        }
        let (character, behind) = escaped(source, at + 1)?;
        write(character.encode_utf8(&mut [0; 4]));
        from = behind;
        at = special(source, behind)?;
    }
}

/// The character behind a backslash, and the first byte behind it.
fn escaped(source: &[u8], at: usize) -> Option<(char, usize)> {
    let character = match source.get(at)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(source, at + 1),
        _ => return None,
    };
    Some((character, at + 1))
}

fn unicode(source: &[u8], at: usize) -> Option<(char, usize)> {
    let first = four_digits(source, at)?;
    if !(0xd800..0xdc00).contains(&first) {
        // None for the second half of a pair.
        return char::from_u32(first).map(|character| (character, at + 4));
    }
    if source.get(at + 4..at + 6)? != b"\\u" {
        return None;
    }
    let second = four_digits(source, at + 6)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + second).map(|character| (character, at + 10))
}

fn four_digits(source: &[u8], at: usize) -> Option<u32> {
    let digits = source.get(at..at + 4)?.iter();
    digits.copied().map(char::from).try_fold(0, |number, digit| Some(number << 4 | digit.to_digit(16)?))
}

/// A quick hash of a name: of its length, beginning and end. For caches, which need speed more than a
/// perfect spread.
#[inline]
pub(super) fn hash(bytes: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (begin, end) = if let (Some(begin), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (u64::from_le_bytes(*begin), u64::from_le_bytes(*end))
    } else if let (Some(begin), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        (u64::from(u32::from_le_bytes(*begin)), u64::from(u32::from_le_bytes(*end)))
    } else {
        (bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0)
    };
    let mixed = (begin ^ bytes.len() as u64).wrapping_mul(FACTOR) ^ end.rotate_left(17);
    (mixed.wrapping_mul(FACTOR) >> 32) as u32
}
