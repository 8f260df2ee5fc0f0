//! Pointers, with the examples of RFC 6901.

use crate::json::{Pointer, PointerError, Tape};
use serde_json::{json, Value};

fn at(source: &str, pointer: &str) -> Option<Value> {
    let mut tape = Tape::default();
    let first = tape.push(source.as_bytes()).expect("taken");
    let document = tape.document(first, source.as_bytes());
    let found = Pointer::new(pointer).expect("a pointer").find(&document)?;
    Some(super::value(&document, found))
}

#[test]
fn finds_the_examples_of_the_rfc() {
    let source =
        r#"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#;
    let whole = serde_json::from_str::<Value>(source).expect("JSON");
    assert_eq!(at(source, ""), Some(whole.clone()));
    for pointer in [
        "/foo", "/foo/0", "/foo/1", "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n",
        "/none",
    ] {
        assert_eq!(at(source, pointer).as_ref(), whole.pointer(pointer), "{pointer}");
    }
}

#[test]
fn finds_nothing_where_nothing_is() {
    let source = r#"{"a":[1,{"b":null}],"c":"text"}"#;
    for pointer in [
        "/b",
        "/a/2",
        "/a/-",
        "/a/01",
        "/a/+1",
        "/a/",
        "/a/x",
        "/a/99999999999",
        "/c/0",
        "/a/0/0",
        "/a/1/b/c",
    ] {
        assert_eq!(at(source, pointer), None, "{pointer}");
    }
    assert_eq!(at(source, "/a/1/b"), Some(json!(null)));
    assert_eq!(at("1", "/a"), None);
    assert_eq!(at("[[[1],2],3]", "/0/1"), Some(json!(2)));
    assert_eq!(at("{}", "/a"), None);
}

#[test]
fn takes_the_last_of_equal_names_as_a_hash_does() {
    assert_eq!(at(r#"{"a":1,"b":{"a":9},"\u0061":[3]}"#, "/a/0"), Some(json!(3)));
}

#[test]
fn unescapes_in_the_right_order() {
    assert_eq!(at(r#"{"~1":1,"/":2,"~":3}"#, "/~01"), Some(json!(1)));
    assert_eq!(at(r#"{"~1":1,"/":2,"~":3}"#, "/~1"), Some(json!(2)));
    assert_eq!(Pointer::new("/~01/~1~0").expect("a pointer").tokens().collect::<Vec<_>>(), ["~1", "/~"]);
}

#[test]
fn refuses_what_is_no_pointer() {
    assert_eq!(Pointer::new("a"), Err(PointerError::NoSlash("a".to_owned())));
    assert_eq!(Pointer::new("/a~"), Err(PointerError::Escape("/a~".to_owned())));
    assert_eq!(Pointer::new("/~2/b"), Err(PointerError::Escape("/~2/b".to_owned())));
}
