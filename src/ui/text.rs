//! The message catalogue: every text of the window in English and Simplified Chinese, embedded, from `assets/text`.
//!
//! `assets/text/en/NAME.ftl` and `assets/text/zh-CN/NAME.ftl` hold the same ids, one pair of files a screen. Fluent's
//! syntax: `id = text with { $name }`; counts choose their plural with `{ $n -> [one] … *[other] … }`.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use super::{ctx::LanguageChoice, format};
use crate::session::{Phrase, PhraseArg};

macro_rules! catalogue {
    ($($name:literal),* $(,)?) => {
        const ENGLISH: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../assets/text/en/", $name, ".ftl")))),*];
        const CHINESE: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../assets/text/zh-CN/", $name, ".ftl")))),*];
    };
}

catalogue![
    "window",
    "command",
    "widgets",
    "overview",
    "settings",
    "session",
    "topics",
    "topic",
    "messages",
    "produce",
    "consume",
    "groups",
    "queue",
    "connections",
    "connect",
    "copy",
    "clusters",
    "walk",
    "brokers",
    "access",
    "errors",
    "life",
    "group",
    "transfers",
    "labs",
    "story",
];

/// A language that the window speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    English,
    Chinese,
}

/// A value for a place in a text: `n.into()` for a number (thousands get separated), `name.into()` for a text.
pub type Arg<'a> = FluentValue<'a>;

/// The texts of one language.
pub struct Text {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    /// Texts without arguments that were asked for before.
    plain: RefCell<HashMap<String, Arc<str>>>,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// What was chosen, or else what the system speaks; English for any language that we do not have.
    pub fn of(choice: LanguageChoice) -> Self {
        match choice {
            LanguageChoice::English => Self::English,
            LanguageChoice::Chinese => Self::Chinese,
            LanguageChoice::System => {
                let first = sys_locale::get_locales().next().unwrap_or_default();
                if first.to_ascii_lowercase().starts_with("zh") { Self::Chinese } else { Self::English }
            }
        }
    }

    fn tag(self) -> LanguageIdentifier {
        match self {
            Self::English => LanguageIdentifier::from_bytes(b"en"),
            Self::Chinese => LanguageIdentifier::from_bytes(b"zh-CN"),
        }
        .unwrap_or_default()
    }

    fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::English => ENGLISH,
            Self::Chinese => CHINESE,
        }
    }
}

impl Text {
    /// Reads the catalogue of that language.
    pub fn new(language: Language) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.tag()]);
        // The isolating marks are for mixed writing directions and would show as boxes.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(|value, _| match value {
            FluentValue::Number(n) if n.value.fract() == 0.0 => Some(format::integer(n.value as i64)),
            _ => None,
        }));
        for (name, source) in language.files() {
            // A fault in a catalogue is found by the tests; a running window shows what could be read.
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(read, faults)| {
                tracing::warn!(?faults, name, "a text file has faults");
                read
            });
            if let Err(faults) = bundle.add_resource(resource) {
                tracing::warn!(?faults, name, "a text stands twice");
            }
        }
        Self { language, bundle, plain: RefCell::default() }
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// A text without arguments; its id where the catalogue lacks it.
    pub fn get(&self, id: &str) -> Arc<str> {
        if let Some(known) = self.plain.borrow().get(id) {
            return Arc::clone(known);
        }
        let text: Arc<str> = self.format(id, None).into();
        self.plain.borrow_mut().insert(id.to_owned(), Arc::clone(&text));
        text
    }

    /// A text with its places filled.
    pub fn with(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        self.format(id, Some(&args))
    }

    /// What the session has to say.
    pub fn say(&self, phrase: &Phrase) -> String {
        if let Some(plain) = phrase.as_plain() {
            return plain.to_owned();
        }
        let args: FluentArgs<'_> = phrase.args.iter().map(|(name, arg)| (*name, self.value_of(arg))).collect();
        self.format(&phrase.id, Some(&args))
    }

    /// Fluent counts in f64; what that cannot hold exactly goes in as text.
    fn value_of<'a>(&self, arg: &'a PhraseArg) -> FluentValue<'a> {
        const EXACT_MAX: u64 = 1 << 53;
        match arg {
            PhraseArg::Text(text) => text.as_str().into(),
            PhraseArg::Count(n) if *n <= EXACT_MAX => (*n as f64).into(),
            PhraseArg::Count(n) => format::count(*n).into(),
            PhraseArg::Phrase(phrase) => self.say(phrase).into(),
        }
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        let mut faults = Vec::new();
        self.bundle.format_pattern(pattern, args, &mut faults).into_owned()
    }
}

#[cfg(test)]
mod tests;
