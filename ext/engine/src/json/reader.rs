//! The grammar of a document: walks it in one pass and without recursion, and tells a [`Sink`] what it
//! meets. Two sinks: the tape keeps everything, a [`super::Path`] waits for one value.
//!
//! `serde_json` did this at first. It keeps neither the text of integers above 64 bits nor the place of
//! a number, and took 1.6 times the time; now it is what the tests compare with.

use super::MAX_DEPTH;

/// What becomes of a document. `depth` counts the containers around a name or an element, a container that
/// begins or ends included; `at` is a place in the source. Where there is an answer, `None` leaves the
/// document to Ruby's parser.
pub(super) trait Sink {
    /// An array or object begins.
    fn open(&mut self, depth: usize, is_object: bool) -> Option<()>;
    /// The innermost container ends.
    fn close(&mut self, depth: usize);
    /// An element of an array begins.
    fn element(&mut self, depth: usize);
    /// The name of a pair, whose opening quote is in front of `at`. The first byte behind its closing quote.
    fn name(&mut self, source: &[u8], at: usize, depth: usize) -> Option<usize>;
    /// A string as a value, in the same way.
    fn string(&mut self, source: &[u8], at: usize) -> Option<usize>;
    /// What must be a number, from `at` on. The first byte behind it.
    fn number(&mut self, source: &[u8], at: usize) -> Option<usize>;
    /// `null`, or `true` or `false`.
    fn word(&mut self, value: Option<bool>);
}

/// Tells `sink` all of `source`. `None` where the document is not taken, at once or at its last byte.
pub(super) fn read(source: &[u8], sink: &mut impl Sink) -> Option<()> {
    // Without an early end, so that the compiler uses vectors: most documents are ASCII.
    if source.iter().fold(0, |all, byte| all | byte) >= 0x80 {
        std::str::from_utf8(source).ok()?;
    }
    Reader { sink, source, at: 0, depth: 0, objects: 0 }.document()
}

/// As many bits as there may be levels.
type Levels = u128;
const _: () = assert!(MAX_DEPTH <= Levels::BITS as usize);

struct Reader<'a, S> {
    sink: &'a mut S,
    source: &'a [u8],
    at: usize,
    depth: usize,
    /// Whether each open container is an object, the innermost one in the lowest bit.
    objects: Levels,
}

impl<S: Sink> Reader<'_, S> {
    fn document(&mut self) -> Option<()> {
        let mut byte = self.next()?;
        loop {
            let opened = match byte {
                b'"' => {
                    self.at = self.sink.string(self.source, self.at)?;
                    false
                }
                b'{' | b'[' => self.open(byte == b'{')?,
                _ => self.scalar(byte)?,
            };
            if !opened && !self.goes_on()? {
                return Some(());
            }
            byte = self.begin()?;
        }
    }

    /// Opens a container; false if it is empty and has ended.
    #[inline]
    fn open(&mut self, is_object: bool) -> Option<bool> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.objects = self.objects << 1 | Levels::from(is_object);
        self.sink.open(self.depth, is_object)?;
        let empty = self.next()? == if is_object { b'}' } else { b']' };
        if empty {
            self.close();
        } else {
            self.at -= 1;
        }
        Some(!empty)
    }

    /// Behind a value: goes on to the next one, or to the end of the document, which answers false.
    #[inline]
    fn goes_on(&mut self) -> Option<bool> {
        while self.depth > 0 {
            match (self.next()?, self.in_object()) {
                (b',', _) => return Some(true),
                (b'}', true) | (b']', false) => self.close(),
                _ => return None,
            }
        }
        self.space();
        (self.at == self.source.len()).then_some(false)
    }

    /// Begins an element, or a pair with its name and colon: goes on to the first byte of the value, and
    /// behind it.
    #[inline]
    fn begin(&mut self) -> Option<u8> {
        if self.in_object() {
            if self.next()? != b'"' {
                return None;
            }
            self.at = self.sink.name(self.source, self.at, self.depth)?;
            if self.next()? != b':' {
                return None;
            }
        } else {
            self.sink.element(self.depth);
        }
        self.next()
    }

    #[inline]
    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    #[inline]
    fn close(&mut self) {
        self.sink.close(self.depth);
        self.depth -= 1;
        self.objects >>= 1;
    }

    /// Anything else; always false, as nothing was opened.
    #[inline]
    fn scalar(&mut self, byte: u8) -> Option<bool> {
        match byte {
            b't' => self.word(b"rue", Some(true))?,
            b'f' => self.word(b"alse", Some(false))?,
            b'n' => self.word(b"ull", None)?,
            _ => self.at = self.sink.number(self.source, self.at - 1)?,
        }
        Some(false)
    }

    #[inline]
    fn word(&mut self, rest: &[u8], value: Option<bool>) -> Option<()> {
        if !self.source.get(self.at..)?.starts_with(rest) {
            return None;
        }
        self.at += rest.len();
        self.sink.word(value);
        Some(())
    }

    /// The next byte that is no space; the place is behind it then. It may be a control character, which no
    /// caller takes for anything.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = *self.source.get(self.at)?;
        if byte > b' ' {
            self.at += 1;
            return Some(byte);
        }
        self.space();
        let byte = *self.source.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.source.get(self.at) {
            self.at += 1;
        }
    }
}
