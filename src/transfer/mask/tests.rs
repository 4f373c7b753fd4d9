//! Rules against records that are made up.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::model::Header;

const CUSTOMER: &str = r#"{"id":9007199254740993,"name":"Ann","card":{"number":"4111111111111234","cvc":"987"},"items":[{"sku":"a","n":1},{"sku":"b","n":1.50}],"x":1,"x":2}"#;

fn record(value: &str) -> NewRecord {
    NewRecord { key: Some("ann".into()), value: Some(value.to_owned().into()), ..NewRecord::default() }
}

fn masked(rules: &str, value: &str) -> Option<String> {
    let record = Mask::parse(rules).unwrap().apply("t", record(value))?;
    record.value.map(|value| String::from_utf8(value.to_vec()).unwrap())
}

#[test]
fn each_rule_does_what_it_says_and_leaves_the_rest() {
    let rules = "# cards\ndrop $.card.cvc\nreplace $.name \"Jane # Doe\"  # not her\nkeep-last 4 $.card.number\n\
                 replace $.items[*].n 0\ndrop $.x\n";
    let wanted = r#"{"id":9007199254740993,"name":"Jane # Doe","card":{"number":"************1234"},"items":[{"sku":"a","n":0},{"sku":"b","n":0}]}"#;
    assert_eq!(masked(rules, CUSTOMER).unwrap(), wanted);
    assert_eq!(masked("drop $.items[1]", r#"{"items":[1,2,3]}"#).unwrap(), r#"{"items":[1,3]}"#);
    assert_eq!(
        masked("keep-last 2 $.*", r#"{"a":"xyz","b":12345,"c":null,"d":"q"}"#).unwrap(),
        r#"{"a":"*yz","b":"***45","c":null,"d":"*"}"#
    );
    assert_eq!(masked("drop $.none.there", "{\"a\": 1.0}").unwrap(), "{\"a\":1.0}");
    assert_eq!(masked("other: drop $.a", "not JSON").unwrap(), "not JSON");
    assert_eq!(masked("t: drop $.a", "{\"a\":1}").unwrap(), "{}");
}

#[test]
fn whole_parts_and_headers_are_masked_whatever_they_hold() {
    let mask = Mask::parse("salt s\nhash key\nreplace $ \"gone\"\ndrop header.trace\nhash header.user").unwrap();
    let header = |key: &'static str, value: &'static str| Header { key: key.into(), value: Some(value.into()) };
    let headers = vec![header("trace", "1"), header("user", "ann"), header("other", "x"), header("trace", "2")];
    let mut before = record("not JSON");
    before.headers = headers;
    let after = mask.apply("t", before).unwrap();
    assert_eq!(after.value, Some("gone".into()));
    assert_eq!(after.key.as_ref().map(Bytes::len), Some(32));
    assert_eq!(after.headers.len(), 2);
    assert_eq!(after.headers[0].value, after.key, "the same text gives the same hash everywhere");
    assert_eq!(after.headers[1], header("other", "x"));
}

#[test]
fn what_cannot_be_masked_stays_behind() {
    assert_eq!(masked("drop $.a", "not JSON"), None);
    let mask = Mask::parse("drop $.a\ndrop key.b").unwrap();
    assert_eq!(mask.apply("t", record("{}")), None, "the key is no JSON");
    let tombstone = NewRecord { value: None, key: Some("{\"b\":1}".into()), ..NewRecord::default() };
    assert_eq!(mask.apply("t", tombstone).unwrap().key, Some("{}".into()));
}

#[test]
fn lines_that_are_no_rules_are_named() {
    for (line, words) in [
        ("hide $.a", "\"hide\" is no rule"),
        ("drop", "path is missing"),
        ("drop a.b", "\"a.b\" cannot be read"),
        ("drop $..b", "cannot be read"),
        ("drop $.a[x]", "cannot be read"),
        ("drop header.", "cannot be read"),
        ("replace $.a", "needs JSON"),
        ("keep-last $.a", "needs a number"),
        ("hash $.a", "needs a salt"),
        ("drop $.a $.b", "nothing may follow"),
    ] {
        let error = Mask::parse(&format!("\n# one\n{line}")).unwrap_err();
        assert_eq!(error.line, 3, "{line}");
        assert!(error.to_string().contains(words), "{line}: {error}");
    }
    assert!(Mask::parse("# nothing\n\n").unwrap().is_empty());
}

fn json(depth: u32) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        "[a-z0-9]{0,8}".prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(depth, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec(("[abc]", inner), 0..4).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    /// After a drop nothing is at the path any more; twice is once; and it is the same every time.
    #[test]
    fn a_drop_leaves_nothing_and_other_fields_alone(value in json(4)) {
        let once = masked("drop $.a.b", &value).unwrap();
        prop_assert_eq!(&masked("drop $.a.b", &once).unwrap(), &once);
        let tree = JsonValue::parse(&once).unwrap();
        let member = |node: &JsonValue, name: &str| match node {
            JsonValue::Object(members) => members.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect(),
            _ => Vec::new(),
        };
        prop_assert!(member(&tree, "a").iter().all(|a| member(a, "b").is_empty()));
        let before = JsonValue::parse(&value).unwrap();
        prop_assert_eq!(member(&tree, "c"), member(&before, "c"));
    }

    /// Equal values have equal hashes, other values other ones, and another salt gives other hashes.
    #[test]
    fn hashes_keep_joins(a in "[ -~]{0,20}", b in "[ -~]{0,20}") {
        let hash = |salt: &str, text: &str| {
            let mut value = b"{\"k\":".to_vec();
            crate::payload::json::encode_string_into(text, &mut value);
            value.push(b'}');
            masked(&format!("salt {salt}\nhash $.k"), std::str::from_utf8(&value).unwrap()).unwrap()
        };
        prop_assert_eq!(hash("s", &a), hash("s", &a));
        prop_assert_eq!(a == b, hash("s", &a) == hash("s", &b));
        prop_assert_ne!(hash("s", &a), hash("other", &a));
        prop_assert!(a.len() < 4 || !hash("s", &a).contains(&a));
    }

    /// Never more of a text is kept than was allowed, and never the whole.
    #[test]
    fn the_end_of_a_text_is_all_that_is_kept(text in "[a-z]{1,30}", keep in 0_usize..12) {
        let shown = masked(&format!("keep-last {keep} $.k"), &format!("{{\"k\":\"{text}\"}}")).unwrap();
        let shown = shown.trim_start_matches("{\"k\":\"").trim_end_matches("\"}");
        prop_assert_eq!(shown.len(), text.len());
        prop_assert_ne!(shown, &text);
        let kept = shown.trim_start_matches('*');
        prop_assert!(kept.len() <= keep && text.ends_with(kept));
    }

    /// Whatever the rules and the records are, nothing panics.
    #[test]
    fn no_rule_and_no_record_is_too_much(rules in "\\PC{0,60}", value in "\\PC{0,60}") {
        if let Ok(mask) = Mask::parse(&rules) {
            mask.apply("t", record(&value));
        }
    }
}
