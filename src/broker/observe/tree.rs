//! Requests and answers as a tree of fields that can be shown.
//!
//! The protocol crate gives every message a `Debug` form and nothing else that works for all of them. It is printed, up
//! to a limit, when a request comes, and read back into fields when somebody opens the request.

use std::fmt::{self, Debug, Write};

use super::Field;

/// Longest form that is kept of a request or an answer.
const PRINTED_BYTES_MAX: usize = 4 * 1024;
/// Deepest nesting that is read.
const DEPTH_MAX: usize = 16;

/// Prints a message; true where it was cut.
pub fn print(message: &impl Debug) -> (Box<str>, bool) {
    let mut text = Bounded(String::with_capacity(256));
    let cut = write!(text, "{message:?}").is_err();
    (text.0.into_boxed_str(), cut)
}

/// Stops the printing where it is full.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        if self.0.len() + words.len() > PRINTED_BYTES_MAX {
            return Err(fmt::Error);
        }
        self.0.push_str(words);
        Ok(())
    }
}

/// The fields of a printed message. A message that was cut gives the fields up to there.
pub fn fields(printed: &str) -> Vec<Field> {
    let mut reader = Reader { rest: printed };
    let mut message = reader.value(String::new(), 0);
    // The name of the kind of message around the message itself.
    while message.fields.len() == 1 && message.fields[0].name.is_empty() {
        message = message.fields.remove(0);
    }
    message.fields
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn value(&mut self, name: String, depth: usize) -> Field {
        let mut field = Field { name, ..Field::default() };
        if depth > DEPTH_MAX {
            self.rest = "";
            return field;
        }
        self.rest = self.rest.trim_start();
        let quoted = self.is_quoted();
        let word = self.word();
        match self.rest.chars().next() {
            Some('{') => field.fields = self.named(depth),
            Some('(') => {
                let mut inner = self.list(')', depth);
                if inner.len() == 1 {
                    // A wrapper, such as `Some(3)` or `TopicName("orders")`: what is inside counts.
                    let inner = inner.remove(0);
                    field.value = inner.value;
                    field.fields = inner.fields;
                } else {
                    field.fields = inner;
                }
            }
            Some('[') => {
                field.fields = self.list(']', depth);
                if field.fields.is_empty() {
                    field.value = "[]".to_owned();
                }
            }
            // What Rust calls a value that is not there; a text of these letters stands in quotes.
            _ if word == "None" && !quoted => field.value = "null".to_owned(),
            _ => field.value = word,
        }
        field
    }

    /// A word, a number or a text in quotes, which may have `b` in front.
    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let end = if self.is_quoted() { self.quote_end() } else { self.rest.find(['{', '}', '(', ')', '[', ']', ',']) };
        let end = end.unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word.trim_end().trim_matches('"').to_owned()
    }

    fn is_quoted(&self) -> bool {
        self.rest.starts_with('"') || self.rest.starts_with("b\"")
    }

    fn quote_end(&self) -> Option<usize> {
        let open = self.rest.find('"')?;
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(open + 1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return Some(at + 1),
                _ => {}
            }
        }
        None
    }

    fn named(&mut self, depth: usize) -> Vec<Field> {
        let mut fields = Vec::new();
        self.skip(1);
        while !self.rest.is_empty() && !self.rest.starts_with('}') {
            let Some((name, rest)) = self.rest.split_once(':') else {
                self.rest = "";
                break;
            };
            let name = name.trim().trim_matches('"').to_owned();
            self.rest = rest;
            let field = self.value(name, depth + 1);
            // Tags that no version gave a name; there are none, as a rule.
            if field.name != "unknown_tagged_fields" || !field.fields.is_empty() {
                fields.push(field);
            }
            self.comma('}');
        }
        self.skip(1);
        fields
    }

    fn list(&mut self, close: char, depth: usize) -> Vec<Field> {
        let mut fields = Vec::new();
        self.skip(1);
        while !self.rest.is_empty() && !self.rest.starts_with(close) {
            let name = if close == ']' { fields.len().to_string() } else { String::new() };
            fields.push(self.value(name, depth + 1));
            self.comma(close);
        }
        self.skip(1);
        fields
    }

    /// Takes the comma after a value; what stands there instead, because the form is not as expected, ends the reading.
    fn comma(&mut self, close: char) {
        self.rest = self.rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest.trim_start();
        } else if !self.rest.starts_with(close) {
            self.rest = "";
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default().trim_start();
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::{
        messages::{FetchRequest, RequestKind, TopicName, fetch_request::FetchTopic},
        protocol::StrBytes,
    };

    use super::*;

    #[test]
    fn a_printed_message_becomes_fields_again() {
        let topic = FetchTopic::default().with_topic(TopicName(StrBytes::from_static_str("a \"b\", {c}")));
        let request = FetchRequest::default().with_max_wait_ms(500).with_topics(vec![topic]);
        let (printed, cut) = print(&RequestKind::Fetch(request));
        assert!(!cut);
        let fields = fields(&printed);
        let field = |name: &str| fields.iter().find(|field| field.name == name).unwrap();
        assert_eq!(field("max_wait_ms").value, "500");
        let topic = &field("topics").fields[0];
        assert_eq!((topic.name.as_str(), topic.fields[0].name.as_str()), ("0", "topic"));
        assert_eq!(topic.fields[0].value, r#"a \"b\", {c}"#);
        assert!(fields.iter().all(|field| field.name != "unknown_tagged_fields"));
        let absent = super::fields("A { a: None, b: Some(\"None\"), c: [None] }");
        let values: Vec<_> = absent.iter().map(|field| field.value.as_str()).collect();
        assert_eq!((values, absent[2].fields[0].value.as_str()), (vec!["null", "None", ""], "null"));
    }

    #[test]
    fn what_is_cut_or_odd_still_ends() {
        for text in ["", "{", "a {b: [1, 2", "a {b: \"c", "((((", "]]]", "a {b}", "{:{:{:{:", "x { y: ) }"] {
            let _ = fields(text);
        }
        assert_eq!(fields("A { b: [1, 2").first().map(|b| b.fields.len()), Some(2));
        let long = "x".repeat(PRINTED_BYTES_MAX);
        assert!(print(&long).1);
    }
}
