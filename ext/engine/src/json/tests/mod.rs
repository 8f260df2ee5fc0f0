//! The tape against `serde_json`; what only some parsers take; paths; reading ahead.

mod ahead;
mod documents;
mod numbers;
mod paths;
mod pointers;

use serde_json::{Map, Value};

use super::{Document, Node, Tape};

/// What a tape makes of `source`, as another library's value; `None` where it is refused.
fn parse(source: &[u8]) -> Option<Value> {
    let mut tape = Tape::default();
    let first = tape.push(source)?;
    Some(value(&tape.document(first, source), first))
}

fn value(document: &Document, at: u32) -> Value {
    let text = |span| String::from_utf8(document.text(span).to_vec()).expect("UTF-8");
    match document.node(at) {
        Node::Null => Value::Null,
        Node::Bool(value) => value.into(),
        Node::Int(value) => value.into(),
        Node::Float(value) => value.into(),
        // The other library has no number for it.
        Node::Big(span) => Value::String(format!("integer {}", text(span))),
        Node::Text(span) => text(span).into(),
        Node::Key(..) => panic!("a name where a value belongs"),
        Node::Array { count, end } => {
            let mut at = at + 1;
            let elements = (0..count).map(|_| {
                let element = value(document, at);
                at = document.behind(at);
                element
            });
            let elements: Vec<_> = elements.collect();
            assert_eq!(at, end);
            elements.into()
        }
        Node::Object { count, end } => {
            let (mut members, mut at) = (Map::new(), at + 1);
            for _ in 0..count {
                let Node::Key(name, _) = document.node(at) else { panic!("no name") };
                members.insert(text(name), value(document, at + 1));
                at = document.behind(at + 1);
            }
            assert_eq!(at, end);
            members.into()
        }
    }
}
