//! JSON Pointer (RFC 6901): one value of a document.

use std::borrow::Cow;

use super::tape::{Document, Node};

/// Why a pointer is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// A pointer is empty or begins with a slash.
    #[error("JSON pointer {0:?} must be empty or begin with \"/\"")]
    NoSlash(String),
    /// Only `~0` and `~1` exist.
    #[error("JSON pointer {0:?} has a \"~\" that is neither \"~0\" nor \"~1\"")]
    Escape(String),
}

/// A checked pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer<'a>(&'a str);

impl<'a> Pointer<'a> {
    /// Checks `text`.
    ///
    /// # Errors
    /// See [`PointerError`].
    pub fn new(text: &'a str) -> Result<Self, PointerError> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(PointerError::NoSlash(text.to_owned()));
        }
        if !text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1'])) {
            return Err(PointerError::Escape(text.to_owned()));
        }
        Ok(Self(text))
    }

    /// Its reference tokens, unescaped.
    pub fn tokens(self) -> impl Iterator<Item = Cow<'a, str>> {
        // In front of the first slash there is nothing.
        self.0.split('/').skip(1).map(|token| match token.contains('~') {
            false => Cow::Borrowed(token),
            // In this order: "~01" is "~1".
            true => Cow::Owned(token.replace("~1", "/").replace("~0", "~")),
        })
    }

    /// The node that it points to; `None` where the document has nothing there.
    pub fn find(self, document: &Document) -> Option<u32> {
        self.tokens().try_fold(document.first(), |at, token| step(document, at, &token))
    }
}

fn step(document: &Document, at: u32, token: &str) -> Option<u32> {
    match document.node(at) {
        Node::Object { count, .. } => member(document, at + 1, count, token.as_bytes()),
        Node::Array { count, .. } => {
            let index = index(token).filter(|index| *index < count)?;
            Some((0..index).fold(at + 1, |element, _| document.behind(element)))
        }
        _ => None,
    }
}

/// The value of the last pair of that name, as in a Hash.
fn member(document: &Document, first: u32, count: u32, name: &[u8]) -> Option<u32> {
    let (mut found, mut at) = (None, first);
    for _ in 0..count {
        if let Node::Key(span, _) = document.node(at) {
            if document.text(span) == name {
                found = Some(at + 1);
            }
        }
        at = document.behind(at + 1);
    }
    found
}

/// Digits without leading zeros.
pub(super) fn index(token: &str) -> Option<u32> {
    let plain = token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    plain.then(|| token.parse().ok())?
}
