//! Whatever the bytes: what the tape takes, serde_json takes too, and both read the same in it.

#![no_main]

use karafka_engine::json::{Document, Node, Path, Pointer, Scalar, Tape};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|source: &[u8]| {
    let mut tape = Tape::default();
    // Something in front of it, so that the places of the document are not the tape's.
    tape.push(br#"["\n"]"#);
    let Some(first) = tape.push(source) else { return };
    let document = tape.document(first, source);
    let Some(theirs) = fuzzing::theirs(source) else {
        let digits = source.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).max();
        assert!(digits > Some(300), "what rounds to infinity is left to Ruby");
        return;
    };
    let ours = value(&document, first);
    assert!(equal(&ours, &theirs), "{ours} is not {theirs}");
    if let Ok(pointer) = Pointer::new(std::str::from_utf8(source).unwrap_or_default()) {
        pointer.find(&document);
    }
    for pointer in ["", "/0", "/a", "/a/0", "/~0/~1"] {
        let path = Path::from(Pointer::new(pointer).expect("a pointer"));
        if let Some(scalar) = path.find(source) {
            assert!(same(&scalar, theirs.pointer(pointer).unwrap_or(&Value::Null)), "{pointer}: {scalar:?}");
        }
        let found = Pointer::new(pointer).expect("a pointer").find(&document);
        let found = found.map(|at| value(&document, at));
        let expected = theirs.pointer(pointer);
        assert_eq!(found.is_some(), expected.is_some(), "{pointer}");
        assert!(found.iter().zip(expected).all(|(ours, theirs)| equal(ours, theirs)), "{pointer}");
    }
});

fn value(document: &Document, at: u32) -> Value {
    let text = |span| String::from_utf8(document.text(span).to_vec()).expect("UTF-8");
    match document.node(at) {
        Node::Null => Value::Null,
        Node::Bool(value) => value.into(),
        Node::Int(value) => value.into(),
        Node::Float(value) => value.into(),
        Node::Big(span) => text(span).parse::<f64>().expect("digits").into(),
        Node::Text(span) => text(span).into(),
        Node::Key(..) => panic!("a name where a value belongs"),
        Node::Array { count, end } => {
            let mut at = at + 1;
            let mut elements = Vec::new();
            for _ in 0..count {
                elements.push(value(document, at));
                at = document.behind(at);
            }
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

/// Where a path found something. It leaves names that come twice to Ruby, so both have the same value.
fn same(ours: &Scalar<'_>, theirs: &Value) -> bool {
    match ours {
        Scalar::Null => theirs.is_null(),
        Scalar::Bool(value) => theirs.as_bool() == Some(*value),
        Scalar::Text(text) => theirs.as_str().map(str::as_bytes) == Some(text),
        Scalar::Integer(digits) => {
            let value = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<f64>().ok());
            value.is_some() && value == theirs.as_f64()
        }
    }
}

/// Equal to the last bit, except that `-0` is a float to serde_json and an integer to Ruby, and that an
/// integer above 64 bits is a float, or an unsigned integer, to serde_json.
fn equal(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => {
            let bits = |number: &serde_json::Number| number.as_f64().map(f64::to_bits);
            bits(ours) == bits(theirs) || (ours.as_i64() == Some(0) && theirs.as_f64() == Some(-0.0))
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| equal(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|((name, ours), (other, theirs))| name == other && equal(ours, theirs))
        }
        _ => ours == theirs,
    }
}
