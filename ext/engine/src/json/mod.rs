//! JSON documents, read without building the objects that they describe.
//!
//! [`Tape`] holds parsed documents as flat rows of [`Node`]s that point into the bytes they came from;
//! a [`Pointer`] finds a single value there, [`ReadAhead`] parses the messages of a batch before they are
//! asked for. A [`Path`] finds the same value of many documents, of which nothing else is kept:
//! [`crate::fanout`] shares messages out by it. What comes out must be exactly what Ruby's `JSON.parse`
//! gives, in every version of it. So only documents on which all versions agree are taken: what RFC 8259
//! allows, in valid UTF-8, at most [`MAX_DEPTH`] deep, with numbers that no reader rounds in its own way.
//! Everything else (comments, lone surrogates, broken documents) is refused here, without a verdict, and
//! belongs to Ruby's own parser. Pure computation: no lock, no thread but those of the pool.

mod ahead;
mod build;
mod find;
mod number;
mod pointer;
mod reader;
mod tape;
#[cfg(test)]
mod tests;
mod text;

pub use ahead::{Found, ReadAhead};
pub use find::{Path, Scalar};
pub use pointer::{Pointer, PointerError};
pub use tape::{Document, Node, Span, Tape};

/// Levels of arrays and objects that Ruby's `JSON.parse` allows unless told otherwise.
pub const MAX_DEPTH: usize = 100;
