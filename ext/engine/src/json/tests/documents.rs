//! Which documents are taken, and that they are read right.

use proptest::prelude::*;
use serde_json::{json, Value};

use super::parse;
use crate::json::{Node, Tape, MAX_DEPTH};

#[test]
fn reads_what_every_parser_reads_alike() {
    let documents: [(&str, Value); 14] = [
        ("null", json!(null)),
        (" true\r\n\t", json!(true)),
        ("false", json!(false)),
        ("[]", json!([])),
        ("{}", json!({})),
        ("[ ]", json!([])),
        ("{ }", json!({})),
        (r#"[1 , [ ] ,{"a" : {}}]"#, json!([1, [], {"a": {}}])),
        (r#""""#, json!("")),
        (r#""zażółć 😀""#, json!("zażółć 😀")),
        (r#""\"\\\/\b\f\n\r\t\u0000\u00e9\uD83D\ude00""#, json!("\"\\/\u{8}\u{c}\n\r\t\0é😀")),
        (r#"{"a\nb":"c\u0064e","":""}"#, json!({"a\nb": "cde", "": ""})),
        ("\"a\u{7f}\"", json!("a\u{7f}")),
        (r#"{"a":1,"b":2,"a":3}"#, json!({"a": 3, "b": 2})),
    ];
    for (source, expected) in documents {
        assert_eq!(parse(source.as_bytes()), Some(expected), "{source}");
    }
}

#[test]
fn leaves_everything_else_to_ruby() {
    let documents: [&[u8]; 56] = [
        b"",
        b" ",
        b"nul",
        b"nulll",
        b"True",
        b"truex",
        b"[",
        b"]",
        b"{",
        b"}",
        b"[1",
        b"[1,",
        b"[1,]",
        b"[,]",
        b"[1 2]",
        b"[1}",
        b"{]",
        b"{\"a\"",
        b"{\"a\":",
        b"{\"a\":}",
        b"{\"a\":1",
        b"{\"a\":1,",
        b"{\"a\":1,}",
        b"{\"a\":1]",
        b"{\"a\" 1}",
        b"{\"a\",1}",
        b"{a:1}",
        b"{1:1}",
        b"{,}",
        b"{\"a\":1 \"b\":2}",
        b"[]x",
        b"[] []",
        b"1 2",
        b"\"",
        b"\"a",
        b"\"\\",
        b"\"\\\"",
        b"\"a\\x\"",
        b"\"\\u12\"",
        b"\"\\u12g4\"",
        b"\"\t\"",
        b"\"\n\"",
        b"\"\0\"",
        b"\"\xff\"",
        b"\"\xed\xa0\x80\"",
        b"\"\\ud800\"",
        b"\"\\ude00\"",
        b"\"\\ud800x\"",
        b"\"\\ud800\\u0041\"",
        b"\"\\ud83d\\n\"",
        b"/**/1",
        b"1//\n",
        b"[1,/**/2]",
        b"\xef\xbb\xbf1",
        b"\x0c1",
        b"1\0",
    ];
    for source in documents {
        assert_eq!(parse(source), None, "{}", source.escape_ascii());
    }
}

#[test]
fn stops_at_the_depth_where_ruby_does() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let nested = |depth| format!("{}0{}", open.repeat(depth), close.repeat(depth));
        assert!(parse(nested(MAX_DEPTH).as_bytes()).is_some());
        assert_eq!(parse(nested(MAX_DEPTH + 1).as_bytes()), None);
    }
    assert_eq!(parse("[".repeat(1_000_000).as_bytes()), None);
}

#[test]
fn keeps_documents_apart_and_nothing_of_refused_ones() {
    let (first, broken, second) = (br#"["a\n",1]"#, br#"["b\n","#, br#"{"c":"\t"}"#);
    let mut tape = Tape::default();
    let one = tape.push(first).expect("taken");
    assert_eq!(tape.push(broken), None);
    let two = tape.push(second).expect("taken");
    assert_eq!((one, two), (0, 3));
    let (one, two) = (tape.document(one, first), tape.document(two, second));
    assert_eq!(super::value(&one, one.first()), json!(["a\n", 1]));
    assert_eq!(super::value(&two, two.first()), json!({"c": "\t"}));
    assert_eq!(two.node(100), Node::Null);
    tape.clear();
    assert_eq!(tape.push(b"[]"), Some(0));
}

#[test]
fn gives_equal_names_one_hash() {
    let source = br#"[{"price":1,"a":1},{"\u0070rice":2,"b":1}]"#;
    let mut tape = Tape::default();
    tape.push(source).expect("taken");
    let hashes: Vec<u32> = tape
        .nodes
        .iter()
        .filter_map(|node| match node {
            Node::Key(_, hash) => Some(*hash),
            _ => None,
        })
        .collect();
    assert_eq!(hashes[0], hashes[2]);
    assert_ne!(hashes[1], hashes[3]);
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[a-z]{0,20}", any::<String>(), "[\"\\\\\u{0}-\u{20}é]{0,12}"];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1_000_000i64..1_000_000).prop_map(|number| json!(number as f64 / 100.0)),
        text.clone().prop_map(Value::from),
    ];
    scalar.prop_recursive(6, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn reads_any_document_as_serde_does(document in any_value(), pretty in any::<bool>()) {
        let source = if pretty { serde_json::to_vec_pretty(&document) } else { serde_json::to_vec(&document) };
        prop_assert_eq!(parse(&source.expect("JSON")), Some(document));
    }

    /// The bounded form of the fuzz target: a document with a few bytes changed, cut or doubled.
    #[test]
    fn takes_nothing_that_serde_refuses(
        document in any_value(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..6),
    ) {
        let mut source = serde_json::to_vec(&document).expect("JSON");
        for (index, byte, how) in changes {
            let at = index.index(source.len().max(1));
            match how {
                0 => source.truncate(at),
                1 => source.insert(at.min(source.len()), b"{}[]\":,\\0.eE-/ "[usize::from(byte) % 15]),
                2 if at < source.len() => source[at] = byte,
                _ => source.extend_from_within(at.min(source.len())..),
            }
        }
        if let Some(found) = parse(&source) {
            let expected: Value = serde_json::from_slice(&source).expect("refused by serde");
            prop_assert_eq!(super::numbers::as_bits(&found), super::numbers::as_bits(&expected));
        }
    }

    #[test]
    fn reads_any_bytes_without_harm(source in prop::collection::vec(any::<u8>(), 0..200)) {
        if parse(&source).is_some() {
            prop_assert!(serde_json::from_slice::<Value>(&source).is_ok());
        }
    }
}
