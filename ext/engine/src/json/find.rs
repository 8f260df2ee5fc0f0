//! Finds what a pointer names while a document is walked, without keeping anything else of it.
//!
//! Nothing is decided before the last byte was seen: a document that breaks at its end is none.

use std::borrow::Cow;

use super::number;
use super::pointer::{self, Pointer};
use super::reader::{self, Sink};
use super::text;

/// A pointer that many documents are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(Box<[Step]>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    name: Box<[u8]>,
    /// The name as a place in an array.
    index: Option<u32>,
}

/// A value that is no container and no Float.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// `null`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// The digits of a number without fraction and exponent, with a minus where it is negative.
    Integer(&'a [u8]),
    /// A string without its escapes, valid UTF-8.
    Text(Cow<'a, [u8]>),
}

impl From<Pointer<'_>> for Path {
    fn from(pointer: Pointer<'_>) -> Self {
        let step = |token: Cow<'_, str>| Step {
            index: pointer::index(&token),
            name: token.into_owned().into_bytes().into(),
        };
        Self(pointer.tokens().map(step).collect())
    }
}

impl Path {
    /// What it names in `source`. `None` for what Ruby's parser must decide: documents that are not taken
    /// here, values that only it writes as text (containers, Floats, a zero with a sign), and a way on
    /// which a name comes twice. Allocates for escapes alone.
    pub fn find<'a>(&self, source: &'a [u8]) -> Option<Scalar<'a>> {
        let mut finder = Finder { path: &self.0, taken: 0, around: 0, here: true, index: 0, found: None };
        reader::read(source, &mut finder)?;
        Some(match finder.found {
            None => Scalar::Null,
            Some(Found::Word(value)) => value.map_or(Scalar::Null, Scalar::Bool),
            Some(Found::Integer(start, end)) => Scalar::Integer(source.get(start..end)?),
            Some(Found::Plain(start, end)) => Scalar::Text(Cow::Borrowed(source.get(start..end)?)),
            Some(Found::Escaped(start)) => Scalar::Text(text::value(source, start)?.0),
        })
    }
}

/// Places of the wanted value in the source.
enum Found {
    Word(Option<bool>),
    Integer(usize, usize),
    Plain(usize, usize),
    Escaped(usize),
}

struct Finder<'p> {
    path: &'p [Step],
    /// Steps that were taken, once and for all: nothing on the way comes twice.
    taken: usize,
    /// Open containers on the way; others are beside it, with all that is in them.
    around: usize,
    /// Whether the next value is on the way.
    here: bool,
    /// Elements that the innermost array on the way has had.
    index: u32,
    found: Option<Found>,
}

impl Finder<'_> {
    fn wanted(&self) -> bool {
        self.here && self.around == self.path.len()
    }
}

impl Sink for Finder<'_> {
    #[inline]
    fn open(&mut self, depth: usize, _is_object: bool) -> Option<()> {
        if self.here {
            if self.wanted() {
                return None;
            }
            self.around = depth;
            self.index = 0;
        }
        Some(())
    }

    #[inline]
    fn close(&mut self, depth: usize) {
        self.around = self.around.min(depth - 1);
    }

    #[inline]
    fn element(&mut self, depth: usize) {
        self.here = false;
        if self.around == depth && self.taken < depth {
            self.here = self.path.get(depth - 1).is_some_and(|step| step.index == Some(self.index));
            self.taken += usize::from(self.here);
            self.index += 1;
        }
    }

    #[inline]
    fn name(&mut self, source: &[u8], at: usize, depth: usize) -> Option<usize> {
        self.here = false;
        let step = if self.around == depth { self.path.get(depth - 1) } else { None };
        let Some(step) = step else { return text::pass(source, at).map(|(_, behind)| behind) };
        let (same, behind) = text::compare(source, at, &step.name)?;
        if same {
            if self.taken >= depth {
                return None;
            }
            self.here = true;
            self.taken = depth;
        }
        Some(behind)
    }

    #[inline]
    fn string(&mut self, source: &[u8], at: usize) -> Option<usize> {
        let (plain, behind) = text::pass(source, at)?;
        if self.wanted() {
            self.found = Some(if plain { Found::Plain(at, behind - 1) } else { Found::Escaped(at) });
        }
        Some(behind)
    }

    #[inline]
    fn number(&mut self, source: &[u8], at: usize) -> Option<usize> {
        let (is_integer, behind) = number::pass(source, at)?;
        if self.wanted() {
            if !is_integer || source.get(at..behind)? == b"-0" {
                return None;
            }
            self.found = Some(Found::Integer(at, behind));
        }
        Some(behind)
    }

    #[inline]
    fn word(&mut self, value: Option<bool>) {
        if self.wanted() {
            self.found = Some(Found::Word(value));
        }
    }
}
