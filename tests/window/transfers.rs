//! - A file is imported with its first lines looked at before; what it holds is found out, bad lines are shown.
//! - A topic, or what matches, is exported to a file, which holds what the topic holds.
//! - What fails says why, and nothing half is left.

use std::path::Path;

use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use millpond::{
    session::transfers::{ExportDraft, Exported, Pace, sample},
    ui::{Action, Command, Place, ctx::LanguageChoice},
};

use crate::support::Window;

fn with_sample() -> Window {
    let mut window = Window::open();
    window.session().load_sample(sample::TOPIC, Pace::AtOnce).unwrap();
    window.until("the sample", |app| app.facts().topic("earthquakes").is_some_and(|topic| topic.records == 1_707));
    window
}

/// Clicks the button of that name; titles of the same words are no buttons.
#[track_caller]
fn press(window: &mut Window, label: &str) {
    window.until_shown(label);
    window.harness().get_by_role_and_label(Role::Button, label).click();
    window.frames();
}

/// Replaces what stands in the field.
#[track_caller]
fn fill(window: &mut Window, label: &str, text: &str) {
    window.until_shown(label);
    window.harness().get_by_role_and_label(Role::TextInput, label).focus();
    window.frames();
    window.harness().key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.frames();
    window.harness().get_by_role_and_label(Role::TextInput, label).type_text(text);
    window.frames();
}

/// Opens the import form with that file.
fn look_into(window: &mut Window, name: &str, text: &str) {
    let path = window.path(name);
    std::fs::write(&path, text).unwrap();
    window.ask(Action::Run(Command::ImportFile));
    fill(window, "File", path.to_str().unwrap());
    window.harness().key_press(Key::Enter);
    window.frames();
}

fn export_to(window: &mut Window, path: &Path) {
    press(window, "Export…");
    finish_export(window, path);
}

fn finish_export(window: &mut Window, path: &Path) {
    // The path that is proposed comes from another thread; what is typed afterwards stays.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while window.harness().get_by_role_and_label(Role::TextInput, "File").value().is_none_or(|text| text.is_empty()) {
        assert!(std::time::Instant::now() < end, "no path is proposed");
        window.frames();
    }
    fill(window, "File", path.to_str().unwrap());
    press(window, "Export");
}

#[test]
fn nothing_yet_offers_an_import() {
    let mut window = Window::open();
    window.click("Transfers");
    window.until_shown_containing("Exports and imports appear here");
    window.until_shown("Import…");
}

#[test]
fn csv_is_looked_into_mapped_and_imported_with_its_bad_lines_told() {
    let mut window = Window::open();
    look_into(&mut window, "people.csv", "id;name;born\n007;Ada;1975-12-10\n12;Grace\n9;Kurt;1976-04-28\n");
    window.until_shown_containing("all 3 lines, nothing is imported yet");
    window.until_shown("1 line is no record");
    press(&mut window, "Key: None");
    window.click("id");
    press(&mut window, "Value: Whole row as JSON");
    window.click("name");
    window.click("Skip and count");
    window.until_shown_containing("Will be made with 4 partitions");
    press(&mut window, "Import");
    window.until_shown_containing("Import people.csv into people");
    window.until_shown_containing("2 records · in ");
    window.until_shown("1 line was skipped because it is no record");
    window.click("Show them");
    window.until_shown("2 columns where the first row has 3");
    window.until("the topic", |app| app.facts().topic("people").is_some_and(|topic| topic.records == 2));
}

#[test]
fn a_topic_is_exported_and_the_file_holds_it() {
    let mut window = with_sample();
    window.click("Transfers");
    let path = window.path("all.jsonl");
    export_to(&mut window, &path);
    window.until_shown_containing("Exported 1,707 records");
    window.until_shown("Copy the file’s path");
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1_707);
    export_to(&mut window, &path);
    window.until_shown_containing("There is a file of this name already");
    window.until_shown("Failed");
}

#[test]
fn what_a_search_matches_is_exported_when_another_screen_proposes_it() {
    let mut window = with_sample();
    let draft = ExportDraft {
        topic: "earthquakes".into(),
        search: "mag >= 5.5".into(),
        match_case: false,
        records: Exported::default(),
    };
    window.session().propose_export(draft);
    window.ask(Action::Go(Place::Transfers));
    let path = window.path("strong.jsonl");
    finish_export(&mut window, &path);
    window.until_shown_containing("Exported ");
    let lines = std::fs::read_to_string(&path).unwrap();
    assert!((1..100).contains(&lines.lines().count()), "{lines}");
    assert!(lines.lines().all(|line| !line.contains(r#"\"mag\":1"#)), "{lines}");
}

#[test]
fn the_screen_speaks_chinese() {
    let mut window = Window::open_with(|settings| settings.view.language = LanguageChoice::Chinese);
    window.click("导入导出");
    window.until_shown("导入…");
    window.session().load_sample(sample::TOPIC, Pace::AtOnce).unwrap();
    window.until_shown_containing("1,707 条消息");
}
