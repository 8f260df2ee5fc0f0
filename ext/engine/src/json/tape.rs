//! Parsed documents as a flat row of nodes.

use super::build;

/// One value or key. Containers come before what they contain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Node {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction and exponent.
    Int(i64),
    /// The same, above 64 bits: its digits, and perhaps a sign, to be read with [`Document::text`].
    Big(Span),
    /// Any other number.
    Float(f64),
    /// A string, to be read with [`Document::text`].
    Text(Span),
    /// A name in an object, in front of its value; with a hash of its bytes, for caches of names.
    Key(Span, u32),
    /// So many elements, up to the node at `end`, which is the first behind them.
    Array {
        /// Number of elements.
        count: u32,
        /// First node behind the last element.
        end: u32,
    },
    /// So many pairs, duplicate names counted, up to the node at `end`.
    Object {
        /// Number of pairs.
        count: u32,
        /// First node behind the last pair.
        end: u32,
    },
}

/// Place of a string: in the source, or behind its end among the strings that had escapes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub(super) start: u32,
    pub(super) length: u32,
}

/// Memory of one or many documents, which can be used again.
#[derive(Default)]
pub struct Tape {
    pub(super) nodes: Vec<Node>,
    /// Strings whose escapes were resolved, one behind the other.
    pub(super) decoded: String,
}

impl Tape {
    /// Parses `source` and appends it; its first node, or `None` for what Ruby's parser must decide.
    pub fn push(&mut self, source: &[u8]) -> Option<u32> {
        let (nodes, decoded) = (self.nodes.len(), self.decoded.len());
        let parsed = build::append(self, source);
        if parsed.is_none() {
            self.nodes.truncate(nodes);
            self.decoded.truncate(decoded);
        }
        parsed
    }

    /// Forgets all documents and keeps the memory, unless that is large.
    pub fn clear(&mut self) {
        const KEPT_NODES: usize = 64 * 1024;
        self.nodes.clear();
        self.nodes.shrink_to(KEPT_NODES);
        self.decoded.clear();
        self.decoded.shrink_to(KEPT_NODES);
    }

    /// The bytes of a string of a document whose source this is.
    pub(super) fn text<'a>(&'a self, source: &'a [u8], span: Span) -> &'a [u8] {
        let (start, length) = (span.start as usize, span.length as usize);
        match start.checked_sub(source.len()) {
            None => source.get(start..start + length),
            Some(start) => self.decoded.as_bytes().get(start..start + length),
        }
        .unwrap_or_default()
    }

    /// The document that begins at node `first`, which `push` answered for this very `source`.
    pub fn document<'a>(&'a self, first: u32, source: &'a [u8]) -> Document<'a> {
        Document { tape: self, source, first }
    }

    /// Native memory held, in bytes.
    pub fn memory(&self) -> usize {
        self.nodes.capacity() * std::mem::size_of::<Node>() + self.decoded.capacity()
    }
}

/// A parsed document beside its source.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    tape: &'a Tape,
    source: &'a [u8],
    first: u32,
}

impl<'a> Document<'a> {
    /// The node at which the document begins.
    pub fn first(&self) -> u32 {
        self.first
    }

    /// Node `index`; null behind the end, which no index of this document reaches.
    pub fn node(&self, index: u32) -> Node {
        self.tape.nodes.get(index as usize).copied().unwrap_or(Node::Null)
    }

    /// The nodes from `index` on.
    pub fn nodes(&self, index: u32) -> &'a [Node] {
        self.tape.nodes.get(index as usize..).unwrap_or_default()
    }

    /// The bytes of a string, valid UTF-8.
    pub fn text(&self, span: Span) -> &'a [u8] {
        self.tape.text(self.source, span)
    }

    /// First node behind the value at `index`.
    pub fn behind(&self, index: u32) -> u32 {
        match self.node(index) {
            Node::Array { end, .. } | Node::Object { end, .. } => end,
            _ => index + 1,
        }
    }
}
