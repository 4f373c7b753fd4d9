//! Rules applied to a record.

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{
    Deed, Mask,
    path::{Part, Path, Step},
};
use crate::model::NewRecord;
use crate::payload::json::JsonValue;

/// Bytes of a hash that are kept; it is written as twice as many hex digits.
const HASH_BYTES: usize = 16;

/// See [`Mask::apply`].
pub(super) fn apply(mask: &Mask, topic: &str, mut record: NewRecord) -> Option<NewRecord> {
    for part in [Part::Key, Part::Value] {
        let rules = || mask.rules_for(topic).filter(|rule| rule.path.part == part);
        if rules().next().is_none() {
            continue;
        }
        let field = if part == Part::Key { &mut record.key } else { &mut record.value };
        let Some(bytes) = field.take() else { continue };
        let rules: Vec<_> = rules().map(|rule| (&rule.path, &rule.deed)).collect();
        *field = field_masked(mask, &rules, bytes)?;
    }
    for rule in mask.rules_for(topic) {
        let Part::Header(name) = &rule.path.part else { continue };
        let named = |key: &Bytes| key[..] == *name.as_bytes();
        if rule.deed == Deed::Drop {
            record.headers.retain(|header| !named(&header.key));
            continue;
        }
        for header in record.headers.iter_mut().filter(|header| named(&header.key)) {
            header.value = header.value.take().and_then(|value| whole(mask, &rule.deed, &value));
        }
    }
    Some(record)
}

/// A key or value; `None`: a rule goes inside and it is no JSON. Answers what it becomes, which may be null.
fn field_masked(mask: &Mask, rules: &[(&Path, &Deed)], bytes: Bytes) -> Option<Option<Bytes>> {
    let mut bytes = bytes;
    let mut at = 0;
    while let Some((path, deed)) = rules.get(at) {
        if path.steps.is_empty() {
            let Some(next) = whole(mask, deed, &bytes) else { return Some(None) };
            bytes = next;
            at += 1;
            continue;
        }
        // All rules in a row that go inside, with the text read once.
        let inside = rules[at..].iter().take_while(|(path, _)| !path.steps.is_empty()).count();
        let mut tree = JsonValue::from_bytes(&bytes)?;
        for (path, deed) in &rules[at..at + inside] {
            walk(&mut tree, &path.steps, &|found| changed(mask, deed, found));
        }
        bytes = tree.to_compact().into();
        at += inside;
    }
    Some(Some(bytes))
}

/// What a rule makes of a whole key, value or header, whatever its bytes are; `None` is null.
fn whole(mask: &Mask, deed: &Deed, bytes: &Bytes) -> Option<Bytes> {
    match deed {
        Deed::Drop => None,
        Deed::Replace(JsonValue::Null) => None,
        // A text stands for itself, without quotes.
        Deed::Replace(JsonValue::String(text)) => Some(text.clone().into()),
        Deed::Replace(json) => Some(json.to_compact().into()),
        Deed::Hash => Some(hash(&mask.salt, bytes).into()),
        Deed::KeepLast(count) => match std::str::from_utf8(bytes) {
            Ok(text) => Some(starred(text, *count).into()),
            // Bytes that are no text have no characters to keep.
            Err(_) => Some("*".into()),
        },
    }
}

/// What a field becomes; `None`: it goes.
fn changed(mask: &Mask, deed: &Deed, found: &JsonValue) -> Option<JsonValue> {
    match deed {
        Deed::Drop => None,
        Deed::Replace(json) => Some(json.clone()),
        Deed::Hash => Some(on_text(found, |text| hash(&mask.salt, text.as_bytes()))),
        Deed::KeepLast(count) => Some(on_text(found, |text| starred(text, *count))),
    }
}

type Change<'a> = &'a dyn Fn(&JsonValue) -> Option<JsonValue>;

/// Null has nothing to hide; a number and the text of the same digits become the same, so that joins still work.
fn on_text(found: &JsonValue, change: impl FnOnce(&str) -> String) -> JsonValue {
    match found {
        JsonValue::Null => JsonValue::Null,
        JsonValue::String(text) => JsonValue::String(change(text)),
        other => JsonValue::String(change(&other.to_compact())),
    }
}

/// Goes to every field that the steps name, and changes or drops it.
fn walk(node: &mut JsonValue, steps: &[Step], change: Change<'_>) {
    let Some((step, rest)) = steps.split_first() else { return };
    match node {
        JsonValue::Object(members) => members.retain_mut(|(name, child)| match step {
            Step::EveryMember => keep(child, rest, change),
            Step::Member(wanted) if wanted == name => keep(child, rest, change),
            _ => true,
        }),
        JsonValue::Array(items) => {
            let mut at = 0;
            items.retain_mut(|child| {
                let named = matches!(step, Step::EveryItem) || *step == Step::Item(at);
                at += 1;
                !named || keep(child, rest, change)
            });
        }
        _ => {}
    }
}

/// Whether the field stays.
fn keep(child: &mut JsonValue, rest: &[Step], change: Change<'_>) -> bool {
    if !rest.is_empty() {
        walk(child, rest, change);
        return true;
    }
    match change(child) {
        Some(next) => {
            *child = next;
            true
        }
        None => false,
    }
}

/// HMAC-SHA-256 under the salt, as hex.
fn hash(salt: &[u8], bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    // A key of any length is taken; nothing instead of a hash would hide as much.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(salt) else { return String::new() };
    let hash = mac.chain_update(bytes).finalize().into_bytes();
    hash.iter().take(HASH_BYTES).fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// All characters but the last `count` as stars; a text that is no longer than that is all stars, or it would be whole.
fn starred(text: &str, count: usize) -> String {
    let length = text.chars().count();
    let hidden = if length <= count { length } else { length - count };
    text.chars().enumerate().map(|(at, c)| if at < hidden { '*' } else { c }).collect()
}
