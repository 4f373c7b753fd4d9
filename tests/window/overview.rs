//! - The first start offers three things to do and says what an acknowledgement means.
//! - One click loads the sample stream; the overview then shows what there is.
//! - Language, theme and place change at once; the palette works with the keyboard alone.

use millpond::ui::{Action, Command, Place};

use crate::support::Window;

#[test]
fn the_first_start_offers_three_things_and_loads_the_sample_by_one_click() {
    let mut window = Window::open();
    for words in [
        "A broker is running on this computer",
        "Watch a real stream",
        "Connect your app",
        "Learn by doing",
        "acks=all",
    ] {
        window.until_shown(words);
    }
    window.click("Load the earthquakes");
    window.until("the sample", |app| app.facts().topic("earthquakes").is_some_and(|topic| topic.records == 1_707));
    window.until_shown("What needs a look");
    window.until_shown("Records: 1,707");
}

#[test]
fn everything_changes_to_chinese_at_once_and_back() {
    let mut window = Window::open();
    window.click("Settings");
    window.click("简体中文");
    window.until_shown("外观与文字");
    assert!(window.shows("概览"));
    window.ask(Action::Run(Command::NextLanguage));
    window.until_shown("Looks and words");
}

#[test]
fn the_palette_finds_a_place_with_the_keyboard_alone() {
    let mut window = Window::open();
    window.harness().key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::P);
    window.frames();
    window.type_into("Find a topic, group or command", "transf");
    window.harness().key_press(egui::Key::Enter);
    window.frames();
    assert_eq!(window.harness().state().place(), &Place::Transfers);
}

#[test]
fn going_back_returns_to_where_one_was() {
    let mut window = Window::open();
    window.click("Topics");
    window.click("Groups");
    window.ask(Action::Back);
    assert_eq!(window.harness().state().place(), &Place::Topics);
    window.ask(Action::Forward);
    assert_eq!(window.harness().state().place(), &Place::Groups);
}
