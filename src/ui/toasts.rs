//! Short notes at the lower right that leave by themselves.

use super::place::Place;

/// What a note says about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Note,
    Care,
    Bad,
}

/// One note.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    pub tone: Tone,
    pub text: String,
    /// The technical words, shown under the text.
    pub detail: Option<String>,
    /// A link: its words and where it leads.
    pub link: Option<(String, Place)>,
}

impl Toast {
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into(), detail: None, link: None }
    }

    pub fn good(text: impl Into<String>) -> Self {
        Self::new(Tone::Good, text)
    }

    pub fn bad(text: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(Tone::Bad, text) }
    }
}
