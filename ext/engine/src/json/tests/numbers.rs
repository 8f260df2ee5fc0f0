//! Numbers, to the last bit.

use proptest::prelude::*;
use serde_json::{json, Value};

use super::parse;

/// As text in which floats show their bits, and integers above 64 bits their digits or, as the other
/// library reads them, nothing.
pub(super) fn as_bits(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => {
            let value = number.as_f64().unwrap_or_default();
            // Where it may have been an integer, or a minus sign of zero, the libraries differ.
            if value.abs() >= 9.2e18 || value == 0.0 {
                "?".to_owned()
            } else {
                format!("f{:x}", value.to_bits())
            }
        }
        Value::Number(number) if number.as_u64() == Some(0) || number.as_i64().is_none() => "?".to_owned(),
        Value::String(text) if text.starts_with("integer ") => "?".to_owned(),
        Value::Array(elements) => elements.iter().map(as_bits).collect::<Vec<_>>().join(","),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name:?}{}", as_bits(value))).collect()
        }
        other => other.to_string(),
    }
}

fn float(source: &str) -> Option<u64> {
    parse(source.as_bytes()).map(|value| value.as_f64().expect("a number").to_bits())
}

#[test]
fn reads_integers() {
    let numbers = [
        "0",
        "7",
        "-1",
        "999999999999999999",
        "1000000000000000000",
        "9223372036854775807",
        "-9223372036854775808",
    ];
    for number in numbers {
        assert_eq!(parse(number.as_bytes()), Some(json!(number.parse::<i64>().expect("64 bits"))));
    }
    // Ruby's parsers agree that it has no sign.
    assert_eq!(parse(b"-0"), Some(json!(0)));
}

#[test]
fn keeps_the_digits_of_integers_above_64_bits() {
    for number in ["9223372036854775808", "-9223372036854775809", "18446744073709551616", &"7".repeat(500)] {
        assert_eq!(parse(number.as_bytes()), Some(json!(format!("integer {number}"))));
    }
}

#[test]
fn reads_floats() {
    let numbers = [
        "0.0",
        "-0.0",
        "0e0",
        "-0e9",
        "1.0",
        "1e5",
        "1E+5",
        "1e-5",
        "0.1",
        "-12.50",
        "1e22",
        "1e23",
        "1e308",
        "9007199254740993.0",
        "9007199254740992.5",
        "123456789012345678.9e-10",
        "2.2250738585072014e-308",
        "1.7976931348623157e308",
        "8.41e21",
        "5e-20",
        "1.00000000000000011102230246251565404236",
    ];
    for number in numbers {
        assert_eq!(float(number), Some(number.parse::<f64>().expect("a number").to_bits()), "{number}");
    }
}

#[test]
fn leaves_to_ruby_what_is_no_number_or_rounded_by_its_own_rules() {
    let numbers = [
        "-",
        "+1",
        "00",
        "01",
        "-01",
        "1.",
        ".5",
        "-.5",
        "1.e1",
        "1e",
        "1e+",
        "1.5e",
        "0x1",
        "1_0",
        "- 1",
        "1.0.0",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "-1e400",
        "1e-400",
        "5e-324",
        "2.2250738585072011e-308",
        "1e00005",
        "1.00000000000000011102230246251565404236316680908203125",
        "10000000000000000000000000000000000000000000e1",
    ];
    for number in numbers {
        assert_eq!(parse(number.as_bytes()), None, "{number}");
        assert_eq!(parse(format!("[{number}]").as_bytes()), None, "[{number}]");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn reads_every_normal_float_to_the_last_bit(bits in any::<u64>(), digits in 0usize..30) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_normal());
        for text in [format!("{value:e}"), format!("{value:.digits$e}")] {
            let exact: f64 = text.parse().expect("a number");
            prop_assume!(exact.is_normal());
            // Without a sign of a float it would be an integer, and with an exponent it is none.
            prop_assert_eq!(float(&text), Some(exact.to_bits()), "{}", text);
        }
    }

    #[test]
    fn reads_decimal_fractions_to_the_last_bit(whole in any::<u64>(), fraction in "[0-9]{1,20}", cut in 0u32..64) {
        let text = format!("{}.{fraction}", whole >> cut);
        prop_assert_eq!(float(&text), Some(text.parse::<f64>().expect("a number").to_bits()), "{}", text);
    }

    #[test]
    fn reads_integers_of_any_length(number in "-?[1-9][0-9]{0,40}") {
        let expected = number.parse::<i64>().map_or_else(|_| json!(format!("integer {number}")), Value::from);
        prop_assert_eq!(parse(number.as_bytes()), Some(expected));
    }
}
