//! What went wrong, told in the words of the task; and phrases that the window says in the reader's language.

use std::borrow::Cow;

use super::client_words;

/// A sentence by its id in the text catalogue, with what it names. `session` never holds a translated text.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// Id in `assets/text/*.ftl`; with no id, `args` holds one text that is shown as it is.
    pub id: Cow<'static, str>,
    pub args: Vec<(&'static str, PhraseArg)>,
}

/// What a phrase names.
#[derive(Debug, Clone, PartialEq)]
pub enum PhraseArg {
    Text(String),
    /// A count; the catalogue writes it with thousands separated.
    Count(u64),
    /// A part that is a sentence itself.
    Phrase(Box<Phrase>),
}

impl From<Phrase> for PhraseArg {
    fn from(phrase: Phrase) -> Self {
        Self::Phrase(Box::new(phrase))
    }
}

impl From<u64> for PhraseArg {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<String> for PhraseArg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for PhraseArg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl Phrase {
    /// A sentence of the catalogue.
    pub fn new(id: &'static str) -> Self {
        Self { id: Cow::Borrowed(id), args: Vec::new() }
    }

    /// A text that came from outside (an error's words, a file's name) and is shown as it is.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { id: Cow::Borrowed(""), args: vec![("text", PhraseArg::Text(text.into()))] }
    }

    /// Fills one place of the sentence.
    pub fn with(mut self, name: &'static str, value: impl Into<PhraseArg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// The text itself when it is not from the catalogue.
    pub fn as_plain(&self) -> Option<&str> {
        match self.args.first() {
            Some((_, PhraseArg::Text(text))) if self.id.is_empty() => Some(text),
            _ => None,
        }
    }
}

/// Something that failed: what was tried, why it did not work, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What failed, on what: "Could not delete orders".
    pub what: Phrase,
    /// Why, in the words of who refused.
    pub why: Phrase,
    /// What to do next.
    pub next: Option<Phrase>,
    /// Kafka's error name or the error chain, for behind the fold.
    pub technical: Option<String>,
}

impl Problem {
    /// A problem whose reason comes from an error's own words.
    pub fn new(what: Phrase, why: impl Into<String>) -> Self {
        Self { what, why: Phrase::plain(why), next: None, technical: None }
    }

    /// From an error with everything below it as the technical part.
    pub fn from_error(what: Phrase, error: &dyn std::error::Error) -> Self {
        let mut chain = String::new();
        let mut below = error.source();
        while let Some(cause) = below {
            if !chain.is_empty() {
                chain.push('\n');
            }
            chain.push_str(&cause.to_string());
            below = cause.source();
        }
        let technical = (!chain.is_empty()).then_some(chain);
        Self { what, why: Phrase::plain(error.to_string()), next: None, technical }
    }

    /// From an error of the client, which knows why and what to do.
    pub fn from_client(what: Phrase, error: &crate::client::ClientError) -> Self {
        let technical = Some(format!("{}: {}: {}", error.name(), error.asked(), error.why()));
        Self { what, why: client_words::why(error), next: Some(client_words::next(error)), technical }
    }

    /// Why the client failed, in the reader's language.
    pub fn why_of(error: &crate::client::ClientError) -> Phrase {
        client_words::why(error)
    }

    /// With what to do next.
    pub fn next(mut self, next: Phrase) -> Self {
        self.next = Some(next);
        self
    }

    /// With the technical name.
    pub fn technical(mut self, technical: impl Into<String>) -> Self {
        self.technical = Some(technical.into());
        self
    }
}

/// What reasons begin with that are written large: another first word may be somebody's name.
const BEGINNINGS: [&str; 9] = ["a", "an", "it", "its", "no", "nothing", "the", "there", "this"];

/// A hint of an error, which stands at the end of a sentence there, as a sentence of its own. It begins with a verb; what
/// looks like a setting or an address is left as it is.
pub fn sentence(mut hint: String) -> String {
    let first = hint.split(' ').next().unwrap_or_default();
    if first.bytes().all(|byte| byte.is_ascii_lowercase())
        && let Some(letter) = hint.get_mut(..1)
    {
        letter.make_ascii_uppercase();
    }
    hint
}

/// The same of a reason, which may begin with the name of a topic or host.
pub fn sentence_of_reason(why: String) -> String {
    let begins = BEGINNINGS.contains(&why.split(' ').next().unwrap_or_default());
    if begins { sentence(why) } else { why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_are_written_large() {
        assert_eq!(sentence("check the name".to_owned()), "Check the name");
        for left in ["ssl.ca.location is missing", "", "水", "127.0.0.1:1 is closed", "Check"] {
            assert_eq!(sentence(left.to_owned()), left);
        }
        assert_eq!(sentence_of_reason("there is no such topic".to_owned()), "There is no such topic");
        assert_eq!(sentence_of_reason("orders has 3 partitions".to_owned()), "orders has 3 partitions");
    }
}
