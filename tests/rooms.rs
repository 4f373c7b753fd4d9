//! The one direction of imports: each room may use only the rooms that the table in `src/lib.rs` grants it. Also keeps
//! two habits of the house: a file opens with `//!`, and the lower rooms name neither tokio, egui nor the system clock.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import; the same table as in `src/lib.rs`, which [`the_map_in_lib_rs_says_the_same`] compares.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("codec", &["model"]),
    ("log", &["codec", "model"]),
    ("broker", &["log", "codec", "model"]),
    ("server", &["broker", "codec", "model"]),
    ("client", &["codec", "model"]),
    ("payload", &["model"]),
    ("transfer", &["client", "payload", "model"]),
    ("session", &["client", "broker", "transfer", "payload", "codec", "model"]),
    ("ui", &["session", "payload", "model"]),
    ("labs", &["ui", "session", "transfer", "client", "server", "broker", "payload", "model"]),
    ("app", &["model", "codec", "log", "broker", "server", "client", "payload", "transfer", "session", "ui", "labs"]),
];

/// Words that may not stand in the code of a room (comments apart), with the reason.
const NEVER_NAMED: &[(&[&str], &[&str], &str)] = &[
    (
        &["model", "codec", "log", "broker/groups"],
        &["tokio", "egui", "SystemTime::now", "Instant::now", "Utc::now", "Local::now"],
        "pure rooms get time through Clock and know neither runtime nor window",
    ),
    (&["ui"], &["std::fs", "std::net", "tokio::fs", "rusqlite"], "the window does no disk or network work"),
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files_below(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            found.extend(files_below(&entry.unwrap().path()));
        }
    } else if path.is_file() && path.extension().is_some_and(|e| e == "rs") {
        found.push(path.to_path_buf());
    }
    found
}

/// Test modules may use what the code may not.
fn is_test_module(file: &Path) -> bool {
    file.ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests")
}

/// All files of a room such as `log` or `broker/groups`: `room.rs` and `room/**`.
fn files_of(room: &str) -> Vec<PathBuf> {
    let mut found = files_below(&src().join(room));
    found.extend(files_below(&src().join(format!("{room}.rs"))));
    found.retain(|file| !is_test_module(file.strip_prefix(src()).unwrap()));
    found
}

/// The code without comments and without its test module, so that a word in a sentence is not an import.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Rooms named as `crate::room` or inside `crate::{...}`.
fn rooms_named_in(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    c if depth == 1 && (c.is_alphanumeric() || c == '_') => word.push(c),
                    ':' | ',' if depth == 1 && !word.is_empty() => named.push(std::mem::take(&mut word)),
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
            }
            named.push(word);
        } else {
            named.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    named.retain(|name| MAY_IMPORT.iter().any(|(room, _)| room == name));
    named
}

#[test]
fn rooms_import_in_one_direction() {
    let mut wrong = Vec::new();
    for (room, allowed) in MAY_IMPORT {
        let files = files_of(room);
        assert!(!files.is_empty(), "no file in room {room}: the table is out of date");
        for file in files {
            for named in rooms_named_in(&code_of(&file)) {
                if named != *room && !allowed.contains(&named.as_str()) {
                    wrong.push(format!("{}: {room} may not import {named}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_map_in_lib_rs_says_the_same() {
    let lib = fs::read_to_string(src().join("lib.rs")).unwrap();
    let mut table = BTreeMap::new();
    for line in lib.lines().filter_map(|l| l.strip_prefix("//! | [`")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        table.insert(cells[0].trim_end_matches("`]").to_string(), cells[2].to_string());
    }
    assert_eq!(table.len(), MAY_IMPORT.len(), "lib.rs lists other rooms than this test");
    for (room, allowed) in MAY_IMPORT {
        let expected = match (*room, allowed.len()) {
            (_, 0) => "nothing of ours".to_string(),
            ("app", _) => "all".to_string(),
            _ => allowed.join(", "),
        };
        assert_eq!(table[*room], expected, "room {room}");
    }
}

#[test]
fn lower_rooms_do_not_name_what_they_must_not_know() {
    let mut wrong = Vec::new();
    for (rooms, words, why) in NEVER_NAMED {
        for file in rooms.iter().flat_map(|room| files_of(room)) {
            let code = code_of(&file);
            for word in words.iter().filter(|word| code.contains(**word)) {
                wrong.push(format!("{}: names {word}, but {why}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_by_saying_what_lives_there() {
    let silent: Vec<String> = files_below(&src())
        .into_iter()
        .filter(|file| !fs::read_to_string(file).unwrap().starts_with("//!"))
        .map(|file| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "these files do not open with //!:\n{}", silent.join("\n"));
}

#[test]
fn the_check_itself_sees_imports() {
    assert_eq!(rooms_named_in("use crate::log::Store; crate::ui::x()"), ["log", "ui"]);
    assert_eq!(rooms_named_in("use crate::{client::{A, B}, model};"), ["client", "model"]);
}
