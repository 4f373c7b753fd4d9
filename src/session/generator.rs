//! Records by the handful: a template for key, value and headers, rendered at a pace, produced as a background job.

mod chance;
mod job;

mod pace;
mod placeholders;
mod template;

use bytes::Bytes;

use crate::model::{Acks, Compression, Header, NewRecord, PartitionId, TimestampMillis};

use self::template::Engine;
pub use self::{
    job::start,
    pace::{CATCH_UP_MILLIS_MAX, Pacer, RATE_PER_SECOND_MAX, Until},
    placeholders::{EXAMPLES, Example, PLACEHOLDERS, Placeholder, Topic as PlaceholderTopic},
    template::{FUEL_PER_RENDER, Field, RENDERED_BYTES_MAX, TEMPLATE_BYTES_MAX, TemplateError, TemplateErrorKind},
};

/// Headers that a template may have.
pub const TEMPLATE_HEADERS_MAX: usize = 64;

/// What every generated record looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordTemplate {
    /// `None`: a null key.
    pub key: Option<String>,
    /// `None`: a null value.
    pub value: Option<String>,
    /// Key and value of each header, templates both; at most [`TEMPLATE_HEADERS_MAX`].
    pub headers: Vec<(String, String)>,
    /// The same seed gives the same records (times apart).
    pub seed: u64,
}

/// A whole generator: what, where to, how fast, how long.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratorPlan {
    pub topic: String,
    pub template: RecordTemplate,
    /// `None`: by key, else evenly.
    pub partition: Option<PartitionId>,
    pub acks: Acks,
    pub compression: Compression,
    pub per_second: f64,
    pub until: Until,
}

/// Renders record after record from a template.
pub struct Generator {
    engine: Engine,
    has_key: bool,
    has_value: bool,
    headers: usize,
    partition: Option<PartitionId>,
    next: u64,
}

impl Generator {
    /// Reads the templates.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn new(template: &RecordTemplate, partition: Option<PartitionId>) -> Result<Self, TemplateError> {
        let mut engine = Engine::new(template.seed);
        if let Some(key) = &template.key {
            engine.add(Field::Key, key)?;
        }
        if let Some(value) = &template.value {
            engine.add(Field::Value, value)?;
        }
        let headers = template.headers.len().min(TEMPLATE_HEADERS_MAX);
        for (n, (key, value)) in template.headers.iter().take(headers).enumerate() {
            engine.add(Field::HeaderKey(n), key)?;
            engine.add(Field::HeaderValue(n), value)?;
        }
        let (has_key, has_value) = (template.key.is_some(), template.value.is_some());
        Ok(Self { engine, has_key, has_value, headers, partition, next: 1 })
    }

    /// The next record, as of `now`. Its timestamp is left to the time of sending.
    ///
    /// # Errors
    /// When a template asks for what there is not, or for too much.
    pub fn next_record(&mut self, now: TimestampMillis) -> Result<NewRecord, TemplateError> {
        let n = self.next;
        let render = |field, key: Option<&str>| self.engine.render(field, n, now, key);
        let key = if self.has_key { Some(render(Field::Key, None)?) } else { None };
        let value = if self.has_value { Some(render(Field::Value, key.as_deref())?) } else { None };
        let mut headers = Vec::with_capacity(self.headers);
        for h in 0..self.headers {
            headers.push(Header {
                key: render(Field::HeaderKey(h), key.as_deref())?.into(),
                value: Some(render(Field::HeaderValue(h), key.as_deref())?.into()),
            });
        }
        self.next += 1;
        Ok(NewRecord {
            partition: self.partition,
            timestamp: None,
            key: key.map(Bytes::from),
            value: value.map(Bytes::from),
            headers,
        })
    }
}

/// The first `count` records that a template gives, or the first mistake in it. Cheap enough for each keystroke.
///
/// # Errors
/// As [`Generator::new`] and [`Generator::next_record`].
pub fn preview(template: &RecordTemplate, count: usize, now: TimestampMillis) -> Result<Vec<NewRecord>, TemplateError> {
    let mut generator = Generator::new(template, None)?;
    (0..count).map(|_| generator.next_record(now)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: TimestampMillis = 1_767_225_600_123;

    fn template(key: &str, value: &str) -> RecordTemplate {
        RecordTemplate { key: Some(key.into()), value: Some(value.into()), headers: Vec::new(), seed: 5 }
    }

    fn text(bytes: &Option<Bytes>) -> &str {
        std::str::from_utf8(bytes.as_ref().unwrap()).unwrap()
    }

    #[test]
    fn every_placeholder_renders_as_it_is_inserted() {
        for placeholder in PLACEHOLDERS {
            let records = preview(&template("k", placeholder.example), 3, NOW);
            let records = records.unwrap_or_else(|e| panic!("{}: {e}", placeholder.example));
            assert!(!text(&records[0].value).is_empty(), "{}", placeholder.example);
        }
    }

    #[test]
    fn every_example_gives_json_again_and_again() {
        for example in EXAMPLES {
            for record in preview(&template(example.key, example.value), 200, NOW).unwrap() {
                let value = text(&record.value);
                serde_json::from_str::<serde_json::Value>(value)
                    .unwrap_or_else(|e| panic!("{}: {e}: {value}", example.name));
            }
        }
    }

    #[test]
    fn a_seed_decides_all_records() {
        let of =
            |seed| preview(&RecordTemplate { seed, ..template("{{ uuid() }}", EXAMPLES[0].value) }, 20, NOW).unwrap();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn headers_keep_order_and_duplicates_and_nulls_stay_null() {
        let template = RecordTemplate {
            key: None,
            value: None,
            headers: vec![("a".into(), "{{ n }}".into()), ("b".into(), "x".into()), ("a".into(), "{{ n }}".into())],
            seed: 0,
        };
        let record = preview(&template, 2, NOW).unwrap().remove(1);
        assert_eq!((record.key, record.value), (None, None));
        let headers: Vec<_> = record.headers.iter().map(|h| (&h.key[..], h.value.as_deref().unwrap())).collect();
        assert_eq!(headers, [(&b"a"[..], &b"2"[..]), (b"b", b"x"), (b"a", b"2")]);
    }

    #[test]
    fn a_mistake_names_the_field() {
        let mut bad = template("k", "{{ n }}");
        bad.headers = vec![("a".into(), "{{ nosuch }}".into())];
        assert_eq!(preview(&bad, 1, NOW).unwrap_err().field, Field::HeaderValue(0));
        assert_eq!(preview(&template("{{", "v"), 1, NOW).unwrap_err().field, Field::Key);
    }
}
