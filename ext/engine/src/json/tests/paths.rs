//! What a path finds beside what the tape has at the same pointer.

use std::borrow::Cow;

use proptest::prelude::*;

use crate::json::{Document, Node, Path, Pointer, Scalar, Tape};

fn path(pointer: &str) -> Path {
    Pointer::new(pointer).expect("a pointer").into()
}

fn find(source: &str, pointer: &str) -> Option<String> {
    path(pointer).find(source.as_bytes()).map(|found| format!("{found:?}"))
}

/// What a path must say of a document that the tape took and whose names differ.
fn expected<'a>(document: &Document<'a>, pointer: &str) -> Option<Scalar<'a>> {
    let Some(at) = Pointer::new(pointer).expect("a pointer").find(document) else {
        return Some(Scalar::Null);
    };
    match document.node(at) {
        Node::Null => Some(Scalar::Null),
        Node::Bool(value) => Some(Scalar::Bool(value)),
        Node::Text(span) => Some(Scalar::Text(Cow::Borrowed(document.text(span)))),
        Node::Big(span) => Some(Scalar::Integer(document.text(span))),
        _ => None,
    }
}

#[test]
fn finds_values_at_every_place() {
    let source = r#"{"a":[[0],[1,[2,{"b":-3}],4]],"b":{"b":{"b":true,"a":"x\ny"}},"":null,"c":1.5,"z":-0}"#;
    let found = |pointer| find(source, pointer);
    assert_eq!(found("/a/0/0").as_deref(), Some("Integer([48])"));
    assert_eq!(found("/a/1/1/0").as_deref(), Some("Integer([50])"));
    assert_eq!(found("/a/1/1/1/b").as_deref(), Some("Integer([45, 51])"));
    assert_eq!(found("/a/1/2").as_deref(), Some("Integer([52])"));
    assert_eq!(found("/b/b/b").as_deref(), Some("Bool(true)"));
    assert_eq!(found("/b/b/a").as_deref(), Some("Text([120, 10, 121])"));
    for nothing in ["/", "/a/2", "/a/1/3", "/a/b", "/b/a", "/b/b/b/b", "/0", "/c/0", "/a/0/0/0"] {
        assert_eq!(found(nothing).as_deref(), Some("Null"), "{nothing}");
    }
    for rubys in ["", "/a", "/a/0", "/a/1/1/1", "/b", "/b/b", "/c", "/z"] {
        assert_eq!(found(rubys), None, "{rubys}");
    }
}

#[test]
fn leaves_names_that_come_twice_on_the_way_to_ruby() {
    assert_eq!(find(r#"{"a":1,"b":2,"\u0061":3}"#, "/a"), None);
    assert_eq!(find(r#"{"a":{"b":1},"a":{"c":1}}"#, "/a/b"), None);
    assert_eq!(find(r#"{"b":[{"a":1},{"a":2}],"a":3,"c":{"a":4}}"#, "/a").as_deref(), Some("Integer([51])"));
}

#[test]
fn passes_numbers_that_the_tape_leaves_to_ruby() {
    for number in
        ["1e999", "1E-999", "10E00000000000000000", "0.00000000000000000000000000000000000000000001"]
    {
        let source = format!(r#"{{"a":{number},"b":7}}"#);
        assert_eq!(find(&source, "/b").as_deref(), Some("Integer([55])"), "{number}");
        assert_eq!(find(&source, "/a"), None, "{number}");
        assert_eq!(Tape::default().push(source.as_bytes()), None, "{number}");
    }
}

#[test]
fn borrows_all_but_escapes() {
    let source = r#"{"plain":"value","escaped":"\u0041"}"#.as_bytes();
    assert!(matches!(path("/plain").find(source), Some(Scalar::Text(Cow::Borrowed(b"value")))));
    assert!(matches!(path("/escaped").find(source), Some(Scalar::Text(Cow::Owned(text))) if text == b"A"));
}

#[test]
fn sees_the_end_of_strings_of_any_length() {
    for length in 0..150 {
        let (plain, id) = ("x".repeat(length), path("/id"));
        let at = |middle: &str| {
            let source = format!(r#"{{"pad":"{plain}{middle}{plain}","id":"{plain}"}}"#);
            id.find(source.as_bytes()).map(|found| found == Scalar::Text(plain.as_bytes().into()))
        };
        for fine in ["", "\\\"", "\\\\", "\\u00e9", "é", "\u{7f}", "!", "#", "[", "]", " "] {
            assert_eq!(at(fine), Some(true), "{length} {fine:?}");
        }
        for broken in ["\"", "\\", "\\x", "\u{0}", "\n", "\u{1f}"] {
            assert_eq!(at(broken), None, "{length} {broken:?}");
        }
    }
}

/// Documents whose names differ within each object, in the order of the alphabet, with such numbers.
fn document(numbers: &'static str) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        numbers,
        any::<String>().prop_map(|text| serde_json::to_string(&text).expect("text")),
        Just(r#""\u00e9\/\ud83d\ude00""#.to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let space = prop_oneof![Just(""), Just(" \n\t\r")];
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..4), space.clone())
                .prop_map(|(values, space)| format!("[{space}{}]", values.join(&format!("{space},{space}")))),
            (prop::collection::btree_map("[a-c]{0,2}", inner, 0..4), space).prop_map(|(pairs, space)| {
                let pairs = pairs.iter().map(|(name, value)| format!("\"{name}\"{space}:{space}{value}"));
                format!("{{{space}{}{space}}}", pairs.collect::<Vec<_>>().join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn finds_what_the_tape_has(source in document("-?[1-9][0-9]{19,24}"), tokens in prop::collection::vec("[a-c]{0,2}|[0-3]", 0..4)) {
        let pointer: String = tokens.iter().map(|token| format!("/{token}")).collect();
        let mut tape = Tape::default();
        let first = tape.push(source.as_bytes()).expect("taken");
        let document = tape.document(first, source.as_bytes());
        prop_assert_eq!(path(&pointer).find(source.as_bytes()), expected(&document, &pointer), "{} in {}", pointer, source);
    }

    /// Both walk the same grammar: one damaged byte is taken by both or by none. Of single digits it makes
    /// no number that the tape leaves to Ruby for its size.
    #[test]
    fn takes_what_the_tape_takes(source in document("-?[0-9]"), place in any::<prop::sample::Index>(), byte in any::<u8>(), cut: bool) {
        let mut source = source.into_bytes();
        let place = place.index(source.len());
        if cut { source.truncate(place) } else { source[place] = byte }
        // Nothing is there, so no value and no name on the way can be a reason to ask Ruby.
        let found = path("/none/of/this").find(&source);
        prop_assert_eq!(found.is_some(), Tape::default().push(&source).is_some());
        prop_assert!(found.is_none_or(|found| found == Scalar::Null));
    }
}
