//! The catalogues agree with each other and with the code that asks for texts.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use fluent_bundle::FluentResource;

use super::*;

/// Ids of a language with the places each has.
fn ids(language: Language) -> BTreeMap<String, (BTreeSet<String>, &'static str)> {
    let mut found = BTreeMap::new();
    for (name, source) in language.files() {
        let resource = FluentResource::try_new((*source).to_owned())
            .unwrap_or_else(|(_, faults)| panic!("{language:?} {name}.ftl: {faults:?}"));
        drop(resource);
        let mut current: Option<String> = None;
        for line in source.lines() {
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                let id = line.split([' ', '=']).next().unwrap_or_default().to_owned();
                assert!(
                    found.insert(id.clone(), (BTreeSet::new(), *name)).is_none(),
                    "{language:?} {name}.ftl: {id} stands twice"
                );
                current = Some(id);
            }
            if let Some((places, _)) = current.as_ref().and_then(|id| found.get_mut(id)) {
                for rest in line.split('$').skip(1) {
                    places.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
                }
            }
        }
    }
    found
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_places() {
    let (english, chinese) = (ids(Language::English), ids(Language::Chinese));
    let missing: Vec<_> = english.keys().filter(|id| !chinese.contains_key(*id)).collect();
    let extra: Vec<_> = chinese.keys().filter(|id| !english.contains_key(*id)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "not in Chinese: {missing:?}; not in English: {extra:?}");
    for (id, (places, file)) in &english {
        // An error's own English words may be left out where a translation says the same, and may say it all here.
        let said = |places: &BTreeSet<String>| places.contains("said");
        if !said(places) {
            assert_eq!(*places, chinese[id].0, "places of {id}");
        }
        assert_eq!(*file, chinese[id].1, "file of {id}");
    }
}

#[test]
fn every_text_that_the_code_asks_for_exists() {
    let english = ids(Language::English);
    let mut missing = Vec::new();
    for room in ["ui", "app", "session", "labs"] {
        for file in files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room)) {
            let code = std::fs::read_to_string(&file).unwrap();
            let code = code.split("#[cfg(test)]").next().unwrap();
            for call in ["text.get(\"", "text.with(\"", "ctx.t(\"", "ctx.tw(\"", ".t(\"", "Phrase::new(\""] {
                for rest in code.split(call).skip(1) {
                    let id = rest.split('"').next().unwrap();
                    if !english.contains_key(id) {
                        missing.push(format!("{} wants {id}", file.display()));
                    }
                }
            }
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_common_error_of_a_broker_has_its_words() {
    let english = ids(Language::English);
    for word in crate::session::CLIENT_ERROR_WORDS {
        for kind in ["why", "next"] {
            assert!(english.contains_key(&format!("kafka-{kind}-{word}")), "kafka-{kind}-{word}");
        }
    }
}

#[test]
fn every_way_in_which_a_connection_fails_has_its_words() {
    use crate::session::connections::{WALK_WORDS, WalkStage};
    let english = ids(Language::English);
    let of_causes = WALK_WORDS.iter().flat_map(|word| [format!("walk-why-{word}"), format!("walk-next-{word}")]);
    let of_stages = WalkStage::ALL.map(WalkStage::word).into_iter();
    let of_stages = of_stages.flat_map(|word| [format!("walk-stage-{word}"), format!("walk-failed-{word}")]);
    for id in of_causes.chain(of_stages) {
        assert!(english.contains_key(&id), "{id}");
    }
}

#[test]
fn counts_choose_their_plural_and_get_separators() {
    let text = Text::new(Language::English);
    assert_eq!(text.with("count-records", &[("n", 1.into())]), "1 record");
    assert_eq!(text.with("count-records", &[("n", 1_843_220.into())]), "1,843,220 records");
    let text = Text::new(Language::Chinese);
    assert_eq!(text.with("count-records", &[("n", 1_707.into())]), "1,707 条消息");
}

#[test]
fn an_id_that_is_missing_shows_itself() {
    assert_eq!(&*Text::new(Language::English).get("no-such-text"), "no-such-text");
}

fn files_below(path: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}
