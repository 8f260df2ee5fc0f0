//! Writes a document to a tape.

use super::number::{self, Number};
use super::reader::{self, Sink};
use super::tape::{Node, Span, Tape};
use super::text;

/// Parses `source` to the end of `tape`; the first node, or `None` where it is not taken.
pub(super) fn append(tape: &mut Tape, source: &[u8]) -> Option<u32> {
    // Nodes and places are 32-bit; a document has fewer nodes than bytes, and decoded text shrinks.
    u32::try_from(2 * source.len() + tape.decoded.len()).ok()?;
    let first = u32::try_from(source.len() + tape.nodes.len()).ok()? - source.len() as u32;
    reader::read(source, &mut Build { tape, inner: 0, count: 0 })?;
    Some(first)
}

struct Build<'a> {
    tape: &'a mut Tape,
    /// Node of the innermost open container, if one is open.
    inner: u32,
    /// What it has so far.
    count: u32,
}

impl Build<'_> {
    #[inline]
    fn span(&mut self, source: &[u8], at: usize) -> Option<(Span, usize)> {
        text::read(source, at, &mut self.tape.decoded)
    }
}

impl Sink for Build<'_> {
    /// As long as it is open, a container keeps what the one around it has so far, and its node as the end.
    #[inline]
    fn open(&mut self, _depth: usize, is_object: bool) -> Option<()> {
        let (count, end) = (self.count, self.inner);
        self.inner = self.tape.nodes.len() as u32;
        self.count = 0;
        self.tape.nodes.push(if is_object {
            Node::Object { count, end }
        } else {
            Node::Array { count, end }
        });
        Some(())
    }

    #[inline]
    fn close(&mut self, _depth: usize) {
        let behind = self.tape.nodes.len() as u32;
        if let Some(Node::Array { count, end } | Node::Object { count, end }) =
            self.tape.nodes.get_mut(self.inner as usize)
        {
            self.count = std::mem::replace(count, self.count);
            self.inner = std::mem::replace(end, behind);
        }
    }

    #[inline]
    fn element(&mut self, _depth: usize) {
        self.count += 1;
    }

    #[inline]
    fn name(&mut self, source: &[u8], at: usize, _depth: usize) -> Option<usize> {
        self.count += 1;
        let (span, behind) = self.span(source, at)?;
        let hash = text::hash(self.tape.text(source, span));
        self.tape.nodes.push(Node::Key(span, hash));
        Some(behind)
    }

    #[inline]
    fn string(&mut self, source: &[u8], at: usize) -> Option<usize> {
        let (span, behind) = self.span(source, at)?;
        self.tape.nodes.push(Node::Text(span));
        Some(behind)
    }

    #[inline]
    fn number(&mut self, source: &[u8], at: usize) -> Option<usize> {
        let (number, behind) = number::read(source, at)?;
        self.tape.nodes.push(match number {
            Number::Int(value) => Node::Int(value),
            Number::Big(span) => Node::Big(span),
            Number::Float(value) => Node::Float(value),
        });
        Some(behind)
    }

    #[inline]
    fn word(&mut self, value: Option<bool>) {
        self.tape.nodes.push(value.map_or(Node::Null, Node::Bool));
    }
}
