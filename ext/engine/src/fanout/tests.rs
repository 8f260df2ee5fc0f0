use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::batch::{ArenaPool, Batch, Builder};
use crate::json::PointerError;

type Row<'a> = (Option<&'a [u8]>, Option<&'a [u8]>, &'a [(&'a [u8], Option<&'a [u8]>)]);

fn batch(rows: &[Row<'_>]) -> Batch {
    let mut builder = Builder::new(Arc::from("topic"), 0, ArenaPool::default());
    for (offset, (payload, key, headers)) in rows.iter().enumerate() {
        builder.append(offset as i64, *payload, *key, headers);
    }
    builder.finish(0)
}

fn lanes(count: u64) -> NonZeroU64 {
    NonZeroU64::new(count).expect("not zero")
}

fn find(pointer: &str, json: &str) -> Result<String, AskRuby> {
    let batch = Batch::of(&[Some(json.as_bytes())]);
    let extractor = Extractor::json(pointer).expect("a pointer");
    extractor.extract(&batch, 0).map(|key| String::from_utf8_lossy(key.text()).into_owned())
}

#[test]
fn byte_sums_wrap_at_65_536_before_lanes_are_counted() {
    assert_eq!(byte_sum(b"abc"), 294);
    assert_eq!(byte_sum(&[255; 257]), (255 * 257) as u16);
    assert_eq!(byte_sum(&[255; 1_000]), ((255 * 1_000) % 65_536) as u16);
    assert_eq!(lane_of(byte_sum(&[255; 1_000]), lanes(7)), ((255 * 1_000) % 65_536) % 7);
    assert_eq!(byte_sum(b""), 0);
}

#[test]
fn balanced_lanes_follow_the_example_of_the_specification() {
    let sizes = [50, 10, 10, 10, 10, 10];
    let groups: Vec<u32> = (0..6).flat_map(|group| vec![group as u32; sizes[group]]).collect();
    let shared = by_groups(&groups, lanes(2));
    assert_eq!(
        shared.iter().map(|lane| (lane.id, lane.indexes.len())).collect::<Vec<_>>(),
        [(0, 50), (1, 50)]
    );
}

#[test]
fn balanced_ties_go_to_the_first_message_and_the_lowest_lane() {
    let shared = by_groups(&[0, 1, 2, 2, 1, 0], lanes(2));
    assert_eq!(shared[0], Lane { id: 0, indexes: vec![0, 2, 3, 5] });
    assert_eq!(shared[1], Lane { id: 1, indexes: vec![1, 4] });
    assert!(by_groups(&[], lanes(3)).is_empty());
}

#[test]
fn ids_of_reducers_stay_as_they_are() {
    let shared = by_ids([-3, i64::MAX, -3, 4_095, 4_096]);
    let ids: Vec<i64> = shared.iter().map(|lane| lane.id).collect();
    assert_eq!(ids, [-3, i64::MAX, 4_095, 4_096]);
    assert_eq!(shared[0].indexes, [0, 2]);
}

#[test]
fn keys_come_from_where_the_extractor_says() {
    let headers: [(&[u8], Option<&[u8]>); 4] =
        [(b"tenant", Some(b"acme")), (b"none", None), (b"two", Some(b"a")), (b"two", Some(b"b"))];
    let batch = batch(&[(Some(b"body"), Some(b"key"), &headers), (None, None, &[])]);
    let header = |name: &[u8]| Extractor::Header(name.into());
    let text = |extractor: &Extractor, index| {
        extractor.extract(&batch, index).map(|key| (key.text().to_vec(), key == Key::Nil))
    };
    assert_eq!(text(&Extractor::MessageKey, 0), Ok((b"key".to_vec(), false)));
    assert_eq!(text(&Extractor::MessageKey, 1), Ok((vec![], true)));
    assert_eq!(text(&Extractor::Payload, 0), Ok((b"body".to_vec(), false)));
    assert_eq!(text(&header(b"tenant"), 0), Ok((b"acme".to_vec(), false)));
    assert_eq!(text(&header(b"none"), 0), Ok((vec![], false)));
    assert_eq!(text(&header(b"other"), 0), Ok((vec![], true)));
    assert_eq!(text(&header(b"two"), 0), Err(AskRuby));
    let several = Extractor::Several([Extractor::MessageKey, header(b"tenant")].into());
    assert_eq!(text(&several, 0), Ok((b"key\0acme".to_vec(), false)));
    assert_eq!(several.sum(&batch, 0), Ok(byte_sum(b"key\0acme")));
    assert_eq!(text(&Extractor::json("/a").expect("a pointer"), 1), Ok((vec![], true)));
}

#[test]
fn remainders_are_those_of_ruby() {
    let integer = |text: &'static str| Key::Integer(Cow::Borrowed(text.as_bytes()));
    assert_eq!((integer("17").modulo(5), integer("-17").modulo(5), integer("-15").modulo(5)), (2, 3, 0));
    assert_eq!(
        integer("123456789012345678901234567890").modulo(1_000_007),
        123_456_789_012_345_678_901_234_567_890u128.rem_euclid(1_000_007) as u64
    );
    assert_eq!(Key::Text(Cow::Borrowed(b"17")).modulo(5), (49 + 55) % 5);
    assert_eq!(Key::Nil.modulo(5), 0);
}

#[test]
fn pointers_walk_objects_and_lists() {
    let json =
        r#" {"order": {"id": "a\u00e9\n", "items": [1, {"sku": -12}], "~/": true}, "": null, "f": 1.5} "#;
    assert_eq!(find("/order/id", json).as_deref(), Ok("aé\n"));
    assert_eq!(find("/order/items/1/sku", json).as_deref(), Ok("-12"));
    assert_eq!(find("/order/~0~1", json).as_deref(), Ok("true"));
    for nothing in ["/order/items/2", "/order/items/-", "/order/items/01", "/order/id/x", "/", "/no", "/f/x"]
    {
        assert_eq!(find(nothing, json).as_deref(), Ok(""), "{nothing}");
    }
    for rubys in ["", "/order", "/order/items", "/f"] {
        assert_eq!(find(rubys, json), Err(AskRuby), "{rubys}");
    }
    assert_eq!(find("", "12345678901234567890123").as_deref(), Ok("12345678901234567890123"));
}

#[test]
fn what_ruby_reads_in_its_own_way_is_left_to_it() {
    let deep = format!("{}{}", "[".repeat(101), "]".repeat(101));
    let odd = [
        "",
        " ",
        "nul",
        "{",
        r#"{"a":1"#,
        r#"{"a":1,}"#,
        r#"{"a":1} x"#,
        r#"{"a":01}"#,
        r#"{"a":-0}"#,
        r#"{"a":1,"a":2}"#,
        "{\"a\":1/**/}",
        "{\"a\":\"\u{1}\"}",
        r#"{"a":1,"b":"\ud800"}"#,
        r#"{"a":"\q"}"#,
        r#"{"a":1,"b":NaN}"#,
        r#"{"a":-}"#,
        r#"{"a":1.}"#,
        r#"{"a":1e}"#,
        r#"["a" "b"]"#,
        r#"{"a"}"#,
        &deep,
    ];
    for json in odd {
        assert_eq!(find("/a", json), Err(AskRuby), "{json}");
    }
    let binary = Batch::of(&[Some(b"{\"a\":1,\"b\":\"\xff\"}")]);
    assert_eq!(Extractor::json("/a").map(|one| one.extract(&binary, 0)), Ok(Err(AskRuby)));
    let allowed = format!("{{\"b\":{}1{},\"a\":2}}", "[".repeat(99), "]".repeat(99));
    assert_eq!(find("/a", &allowed).as_deref(), Ok("2"));
}

#[test]
fn malformed_pointers_are_refused() {
    for text in ["a", "/~", "/~2", "/a~"] {
        let named = |error: PointerError| error.to_string().contains(&format!("{text:?}"));
        assert!(Extractor::json(text).is_err_and(named), "{text}");
    }
}

#[test]
fn large_batches_get_the_same_keys_from_the_pool() {
    let payload = format!("{{\"pad\":\"{}\",\"id\":7}}", "x".repeat(4_000));
    let batch = Batch::of(&vec![Some(payload.as_bytes()); 300]);
    let extractor = Extractor::json("/id").expect("a pointer");
    assert!(pays(&batch, &extractor) || pool::threads() == 1);
    assert_eq!(sums(&batch, &extractor), vec![Some(55); 300]);
    assert_eq!(Keys::extract(&batch, &extractor).groups(), Some(vec![0; 300]));
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c~/é\"]{0,2}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn expected(found: Option<&Value>) -> Result<String, AskRuby> {
    match found {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Bool(one)) => Ok(one.to_string()),
        Some(Value::Number(number)) if number.is_i64() => Ok(number.to_string()),
        Some(_) => Err(AskRuby),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_scanner_finds_what_a_parser_finds(
        document in json(),
        tokens in prop::collection::vec("[a-c~/é\"]{0,2}|[0-3]", 0..4),
        pretty in any::<bool>(),
    ) {
        let pointer: String =
            tokens.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1"))).collect();
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) };
        let text = text.expect("serializable");
        prop_assert_eq!(find(&pointer, &text), expected(document.pointer(&pointer)), "{} in {}", pointer, text);
    }

    #[test]
    fn the_scanner_survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..60), cut in 0..200usize) {
        let extractor = Extractor::json("/a/0").expect("a pointer");
        let _ = extractor.extract(&Batch::of(&[Some(&bytes)]), 0);
        let whole = r#"{"b":[1,2.5e3,"\u00e9\ud83d\ude00"],"a":["\n",{"c":[]},null,true,false]}"#.as_bytes();
        let part = &whole[..cut.min(whole.len())];
        let found = extractor.extract(&Batch::of(&[Some(part)]), 0).is_ok();
        prop_assert_eq!(found, part.len() == whole.len());
    }

    #[test]
    fn every_message_is_in_one_lane_and_offsets_ascend(ids in prop::collection::vec(-3..5_000i64, 0..200)) {
        let shared = by_ids(ids.iter().copied());
        let mut model: BTreeMap<i64, Vec<u32>> = BTreeMap::new();
        for (index, id) in ids.iter().enumerate() {
            model.entry(*id).or_default().push(index as u32);
        }
        let found: BTreeMap<i64, Vec<u32>> = shared.iter().map(|lane| (lane.id, lane.indexes.clone())).collect();
        prop_assert_eq!(shared.len(), model.len());
        prop_assert_eq!(found, model);
        prop_assert!(shared.windows(2).all(|pair| pair[0].indexes[0] < pair[1].indexes[0]));
    }

    /// The slow model: walk the sorted groups, look at all lanes each time.
    #[test]
    fn balancing_agrees_with_a_slow_model(keys in prop::collection::vec(0..40u8, 0..300), count in 1..9u64) {
        let mut order: Vec<u8> = Vec::new();
        for key in &keys {
            if !order.contains(key) {
                order.push(*key);
            }
        }
        let size = |key: &u8| keys.iter().filter(|one| *one == key).count();
        let mut sorted = order.clone();
        sorted.sort_by_key(|key| std::cmp::Reverse(size(key)));
        let (mut loads, mut lane_of) = (vec![0; count as usize], BTreeMap::new());
        for key in &sorted {
            let lane = (0..loads.len()).min_by_key(|lane| (loads[*lane], *lane)).expect("a lane");
            loads[lane] += size(key);
            lane_of.insert(*key, lane as i64);
        }
        let groups: Vec<u32> =
            keys.iter().map(|key| order.iter().position(|one| one == key).expect("known") as u32).collect();
        let expected = by_ids(keys.iter().map(|key| lane_of[key]));
        prop_assert_eq!(by_groups(&groups, lanes(count)), expected);
    }

    #[test]
    fn keys_group_as_ruby_compares_them(keys in prop::collection::vec(prop::option::of("[ab]{0,2}"), 0..50)) {
        let rows: Vec<Row<'_>> = keys.iter().map(|key| (None, key.as_deref().map(str::as_bytes), &[][..])).collect();
        let batch = batch(&rows);
        let groups = Keys::extract(&batch, &Extractor::MessageKey).groups().expect("no questions");
        for (one, left) in keys.iter().enumerate() {
            for (other, right) in keys.iter().enumerate() {
                prop_assert_eq!(groups[one] == groups[other], left == right);
            }
        }
    }
}
