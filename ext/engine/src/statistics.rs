//! A client's statistics document, reduced to what its owner is assigned.
//!
//! Duty: drop partitions outside the assignment before anybody builds objects of them. Works on the
//! text: what stays keeps its bytes, so unknown fields, integers of any size and the order survive.
//! Owner: nobody, these are functions. It never parses numbers and never fails: a document that it
//! does not understand comes back as it came.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::client::PartitionOffset;

/// librdkafka's pseudo-partition for messages that have no partition yet; it always stays.
const UNASSIGNED: &str = "-1";

/// The document without partitions for which `assigned(topic, partition)` is false.
///
/// Borrowed when nothing had to go. Linear in the document's length.
pub fn reduce<'a>(document: &'a str, assigned: &dyn Fn(&str, i32) -> bool) -> Cow<'a, str> {
    replaced(document, &|key, topics| {
        if key != "topics" {
            return None;
        }
        changed(topics, &|topic, body| {
            let keep = |partition: &str| keeps(topic, partition, assigned);
            changed(body, &|key, partitions| (key == "partitions").then(|| kept(partitions, &keep)).flatten())
        })
    })
}

/// The document without partitions that are not among `assigned`.
pub fn reduce_to(document: String, assigned: &[PartitionOffset]) -> String {
    let assigned: HashSet<(&str, i32)> =
        assigned.iter().map(|one| (one.topic.as_ref(), one.partition)).collect();
    match reduce(&document, &|topic, partition| assigned.contains(&(topic, partition))) {
        Cow::Owned(reduced) => reduced,
        Cow::Borrowed(_) => document,
    }
}

fn keeps(topic: &str, partition: &str, assigned: &dyn Fn(&str, i32) -> bool) -> bool {
    partition == UNASSIGNED || partition.parse().map_or(true, |number| assigned(topic, number))
}

/// An object's members in their order, keys decoded, values as text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

/// Writes members of an object as compact JSON.
struct Writer(String);

/// The object with each value replaced for which `change` has a new text.
fn replaced<'a>(object: &'a str, change: &dyn Fn(&str, &str) -> Option<String>) -> Cow<'a, str> {
    changed(object, change).map_or(Cow::Borrowed(object), Cow::Owned)
}

/// As [`replaced`]; `None` when nothing changed or `object` is none.
fn changed(object: &str, change: &dyn Fn(&str, &str) -> Option<String>) -> Option<String> {
    let members = Members::parse(object)?;
    let changes: Vec<_> = members.0.iter().map(|(key, value)| change(key, value.get())).collect();
    if changes.iter().all(Option::is_none) {
        return None;
    }
    let mut writer = Writer::new(object.len());
    for ((key, value), change) in members.0.iter().zip(changes) {
        writer.member(key, change.as_deref().unwrap_or_else(|| value.get()));
    }
    Some(writer.finish())
}

/// The object without members that `keep` refuses; `None` when all stay or `object` is none.
fn kept(object: &str, keep: &dyn Fn(&str) -> bool) -> Option<String> {
    let members = Members::parse(object)?;
    if members.0.iter().all(|(key, _)| keep(key)) {
        return None;
    }
    let mut writer = Writer::new(object.len());
    for (key, value) in members.0.iter().filter(|(key, _)| keep(key)) {
        writer.member(key, value.get());
    }
    Some(writer.finish())
}

impl<'a> Members<'a> {
    fn parse(object: &'a str) -> Option<Self> {
        serde_json::from_str(object).ok()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(access.size_hint().unwrap_or(32));
                while let Some(member) = access.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Writer {
    fn new(capacity: usize) -> Self {
        let mut text = String::with_capacity(capacity);
        text.push('{');
        Self(text)
    }

    fn member(&mut self, key: &str, value: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        // A string always has a JSON form.
        self.0.push_str(&serde_json::Value::from(key).to_string());
        self.0.push(':');
        self.0.push_str(value);
    }

    fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{json, Value};

    fn only(topic: &'static str, partition: i32) -> impl Fn(&str, i32) -> bool {
        move |name, number| name == topic && number == partition
    }

    #[test]
    fn partitions_of_others_go_and_the_pseudo_partition_stays() {
        let document = json!({"name": "a", "topics": {
            "orders": {"age": 1, "partitions": {"0": {"lag": 1}, "1": {"lag": 2}, "-1": {"lag": -1}}},
            "other": {"partitions": {"0": {}, "-1": {}}}
        }});
        let reduced = reduce(&document.to_string(), &only("orders", 1)).into_owned();
        let expected = json!({"name": "a", "topics": {
            "orders": {"age": 1, "partitions": {"1": {"lag": 2}, "-1": {"lag": -1}}},
            "other": {"partitions": {"-1": {}}}
        }});
        assert_eq!(serde_json::from_str::<Value>(&reduced).unwrap(), expected);
    }

    #[test]
    fn what_stays_keeps_its_bytes_and_order() {
        let document = r#"{"z":123456789012345678901234567890,"topics":{"\u00e9\"":{"b":[1.50,{}],"partitions":{"7":{"y":1e3,"x":null},"8":{}},"a":""}},"b":-9223372036854775809}"#;
        let reduced = reduce(document, &|topic, partition| topic == "é\"" && partition == 7);
        let expected = r#"{"z":123456789012345678901234567890,"topics":{"é\"":{"b":[1.50,{}],"partitions":{"7":{"y":1e3,"x":null}},"a":""}},"b":-9223372036854775809}"#;
        assert_eq!(reduced, expected);
    }

    #[test]
    fn a_document_with_nothing_to_drop_is_not_copied() {
        let document = r#"{ "topics": {"orders": {"partitions": {"0": {}, "-1": {}}}} }"#;
        assert!(matches!(reduce(document, &|_, _| true), Cow::Borrowed(same) if same == document));
    }

    #[test]
    fn an_assignment_decides() {
        let document =
            json!({"topics": {"a": {"partitions": {"0": 1, "1": 2}}, "b": {"partitions": {"0": 3}}}});
        let assigned = [PartitionOffset::new("a", 1)];
        let reduced: Value = serde_json::from_str(&reduce_to(document.to_string(), &assigned)).unwrap();
        let expected = json!({"topics": {"a": {"partitions": {"1": 2}}, "b": {"partitions": {}}}});
        assert_eq!(reduced, expected);
    }

    #[test]
    fn what_is_not_understood_comes_back() {
        for document in ["", "[]", "{", "null", r#"{"topics":[1]}"#, r#"{"topics":{"a":{"partitions":3}}}"#] {
            assert_eq!(reduce(document, &|_, _| false), document);
        }
    }

    fn leaf() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ]
    }

    fn anything() -> impl Strategy<Value = Value> {
        leaf().prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,6}", inner, 0..4)
                    .prop_map(|map| Value::from_iter(map.into_iter())),
            ]
        })
    }

    fn document() -> impl Strategy<Value = Value> {
        let key = prop_oneof![
            (-1..6_i32).prop_map(|number| number.to_string()),
            "[a-z0-9]{0,3}".prop_map(String::from)
        ];
        let partitions = prop::collection::btree_map(key, anything(), 0..6).prop_map(Value::from_iter);
        let topic = (anything(), prop_oneof![4 => partitions, 1 => leaf()])
            .prop_map(|(extra, partitions)| json!({"extra": extra, "partitions": partitions, "age": 1}));
        let topics = prop::collection::btree_map("[a-d\"\\\\é]{1,2}", topic, 0..5).prop_map(Value::from_iter);
        (anything(), topics).prop_map(|(extra, topics)| json!({"extra": extra, "topics": topics, "ts": 1}))
    }

    /// The slow, obvious way.
    fn model(mut document: Value, assigned: &dyn Fn(&str, i32) -> bool) -> Value {
        let Some(topics) = document.get_mut("topics").and_then(Value::as_object_mut) else { return document };
        for (name, topic) in topics.iter_mut() {
            if let Some(partitions) = topic.get_mut("partitions").and_then(Value::as_object_mut) {
                partitions.retain(|key, _| {
                    key == "-1" || key.parse::<i32>().map_or(true, |number| assigned(name, number))
                });
            }
        }
        document
    }

    proptest! {
        #[test]
        fn it_equals_removing_from_the_parsed_document(document in document(), modulus in 1..4_i32) {
            let assigned = |topic: &str, partition: i32| (topic.len() as i32 + partition) % modulus == 0;
            let text = document.to_string();
            let reduced: Value = serde_json::from_str(&reduce(&text, &assigned)).unwrap();
            prop_assert_eq!(reduced, model(document, &assigned));
        }

        #[test]
        fn any_text_is_survived(text in ".{0,64}") {
            reduce(&text, &|_, _| false);
        }
    }
}
