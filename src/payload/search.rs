//! Substring search over the bytes of records, at the speed of memory.

use std::ops::Range;

use memchr::{memchr2_iter, memmem};

use crate::model::{Header, Record};

/// Whether `A` and `a` are the same. Only ASCII letters have two cases here: other scripts are compared as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CaseRule {
    /// `water` finds `Water`.
    #[default]
    Ignore,
    Exact,
}

/// Where a search looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SearchFields {
    pub key: bool,
    pub value: bool,
    /// Names and values of headers.
    pub headers: bool,
}

impl Default for SearchFields {
    fn default() -> Self {
        Self { key: true, value: true, headers: true }
    }
}

/// A text to look for, prepared once for many records.
#[derive(Debug, Clone)]
pub struct Search {
    needle: Vec<u8>,
    fields: SearchFields,
    case: CaseRule,
    exact: memmem::Finder<'static>,
    /// Index in the needle of a byte that is rare in text: candidates are found by it when case is ignored.
    rare: usize,
}

impl Search {
    /// Looks for `text` in key, value and headers. An empty text matches every record.
    pub fn new(text: &str, case: CaseRule) -> Self {
        Self::in_fields(text, case, SearchFields::default())
    }

    /// Looks for `text` in some of the fields.
    pub fn in_fields(text: &str, case: CaseRule, fields: SearchFields) -> Self {
        let needle = match case {
            CaseRule::Exact => text.as_bytes().to_vec(),
            CaseRule::Ignore => text.to_ascii_lowercase().into_bytes(),
        };
        // Text without letters has no case: the exact search is the faster one.
        let has_letters = needle.iter().any(u8::is_ascii_alphabetic);
        let case = if has_letters { case } else { CaseRule::Exact };
        let rare = (0..needle.len()).min_by_key(|i| commonness(needle[*i])).unwrap_or(0);
        let exact = memmem::Finder::new(&needle).into_owned();
        Self { needle, fields, case, exact, rare }
    }

    /// Whether it matches everything because it looks for nothing.
    pub fn is_empty(&self) -> bool {
        self.needle.is_empty()
    }

    /// Whether any of the record's chosen fields holds the text.
    pub fn matches(&self, record: &Record) -> bool {
        self.matches_parts(record.key.as_deref(), record.value.as_deref(), &record.headers)
    }

    /// As [`matches`](Self::matches), for a record that is not put together yet.
    pub fn matches_parts(&self, key: Option<&[u8]>, value: Option<&[u8]>, headers: &[Header]) -> bool {
        let found = |bytes: Option<&[u8]>| bytes.is_some_and(|bytes| self.find(bytes).is_some());
        self.is_empty()
            || (self.fields.value && found(value))
            || (self.fields.key && found(key))
            || (self.fields.headers && headers.iter().any(|h| found(Some(&h.key)) || found(h.value.as_deref())))
    }

    /// Where the text stands first, in bytes.
    pub fn find(&self, bytes: &[u8]) -> Option<Range<usize>> {
        let length = self.needle.len();
        if length > bytes.len() {
            return None;
        }
        let start = match self.case {
            CaseRule::Exact => self.exact.find(bytes),
            CaseRule::Ignore => self.find_ignoring_case(bytes),
        }?;
        Some(start..start + length)
    }

    /// Every place the text stands at, without overlap, at most `hits_max`: for marking hits on screen.
    pub fn find_all(&self, bytes: &[u8], hits_max: usize) -> Vec<Range<usize>> {
        let mut hits = Vec::new();
        let mut from = 0;
        while hits.len() < hits_max && !self.is_empty() {
            let Some(hit) = self.find(&bytes[from..]) else { break };
            hits.push(from + hit.start..from + hit.end);
            from += hit.end;
        }
        hits
    }

    fn find_ignoring_case(&self, bytes: &[u8]) -> Option<usize> {
        let byte = self.needle[self.rare];
        memchr2_iter(byte, byte.to_ascii_uppercase(), bytes).find_map(|at| {
            let start = at.checked_sub(self.rare)?;
            let candidate = bytes.get(start..start + self.needle.len())?;
            candidate.eq_ignore_ascii_case(&self.needle).then_some(start)
        })
    }
}

/// A rough order of how often a byte stands in text and JSON; the least common one makes the fewest false candidates.
fn commonness(byte: u8) -> u8 {
    match byte {
        b'"' | b' ' | b'e' | b't' | b'a' | b':' | b',' => 9,
        b'o' | b'i' | b'n' | b's' | b'r' | b'0' | b'1' | b'2' => 8,
        b'h' | b'l' | b'd' | b'c' | b'u' | b'm' | b'3'..=b'9' | b'.' | b'-' | b'_' => 6,
        b'j' | b'q' | b'x' | b'z' => 1,
        b'a'..=b'z' => 4,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;

    #[test]
    fn looks_where_it_is_told_to() {
        let headers = [Header { key: Bytes::from_static(b"Trace"), value: None }];
        let search = Search::new("trace", CaseRule::Ignore);
        assert!(search.matches_parts(None, None, &headers));
        assert!(!Search::new("trace", CaseRule::Exact).matches_parts(None, None, &headers));
        let value_alone = SearchFields { key: false, value: true, headers: false };
        let search = Search::in_fields("a", CaseRule::Ignore, value_alone);
        assert!(!search.matches_parts(Some(b"a"), Some(b"b"), &headers));
        assert!(search.matches_parts(None, Some(b"xA"), &[]));
        assert!(Search::new("", CaseRule::Exact).matches_parts(None, None, &[]));
    }

    #[test]
    fn hits_do_not_overlap() {
        let search = Search::new("aa", CaseRule::Ignore);
        assert_eq!(search.find_all(b"aAaaa", 10), vec![0..2, 2..4]);
        assert_eq!(search.find_all(b"aAaaa", 1), vec![0..2]);
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(hay in "[aAbBz\\. ]{0,40}", needle in "[aAbBz\\. ]{1,4}") {
            let ignoring = hay.to_ascii_lowercase().find(&needle.to_ascii_lowercase());
            prop_assert_eq!(Search::new(&needle, CaseRule::Ignore).find(hay.as_bytes()).map(|r| r.start), ignoring);
            prop_assert_eq!(Search::new(&needle, CaseRule::Exact).find(hay.as_bytes()).map(|r| r.start), hay.find(&needle));
        }
    }
}
