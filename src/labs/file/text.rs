//! A text in both languages.

use serde::{Deserialize, Serialize};

/// What a person reads, in English and Simplified Chinese.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub en: String,
    pub zh: String,
}

impl Text {
    /// The same word in both languages, such as a name.
    pub fn same(word: impl Into<String>) -> Self {
        let word = word.into();
        Self { en: word.clone(), zh: word }
    }

    /// The text in one of the languages.
    pub fn get(&self, chinese: bool) -> &str {
        if chinese { &self.zh } else { &self.en }
    }

    /// Nothing in either language.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.zh.is_empty()
    }
}
