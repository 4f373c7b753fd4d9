//! Lab files: read, written again, and what is said of mistakes.

use millpond::labs::file::{Action, LabFile, check};

const SMALL: &str = r#"
format = 1
id = "small"
seed = 7
title = { en = "Small", zh = "小" }

[[topics]]
name = "orders"
partitions = 2

[[actors]]
id = "shop"
kind = "producer"
topic = "orders"
rate = 5

[[actors]]
id = "anna"
kind = "consumer"
topics = ["orders"]
group = "billing"
commit = "before"
assignor = "range"

[[charts]]
title = { en = "Messages", zh = "消息" }
series = ["arrivals", "done:anna"]

[[steps]]
id = "one"
title = { en = "Watch", zh = "看" }
text = { en = "Let five arrive.", zh = "等五条。" }
tasks = [
  { id = "five", text = { en = "Five", zh = "五" }, action = [{ do = "run", seconds = 2 }, { do = "crash", actor = "anna" }], check = "actors['anna'].received >= 5" },
]
question = { text = { en = "Where?", zh = "哪里?" }, choices = [
  { text = { en = "In the log", zh = "日志" }, right = true, why = { en = "Yes.", zh = "对。" } },
  { text = { en = "Gone", zh = "没了" }, why = { en = "No.", zh = "不对。" } },
] }
"#;

#[test]
fn a_file_is_read_and_written_again() {
    let file = LabFile::parse(SMALL).unwrap();
    assert_eq!(file.actors[0].rate, Some(5.0));
    assert_eq!(file.steps[0].tasks[0].action.0.len(), 2);
    assert!(matches!(&file.steps[0].tasks[0].action.0[1], Action::Crash { actor } if actor == "anna"));
    assert_eq!(file.steps[0].question.as_ref().unwrap().right_choice(), Some(1));
    let again = LabFile::parse(&file.to_toml().unwrap()).unwrap();
    assert_eq!(again, file);
}

/// Replaces a piece of the file and returns what is said of it, with the line.
fn said(from: &str, to: &str) -> (usize, String) {
    assert!(SMALL.contains(from), "{from}");
    let problems = check(&SMALL.replace(from, to));
    let first = problems.first().unwrap_or_else(|| panic!("no problem with {to}"));
    (first.line, first.sentence.clone())
}

#[test]
fn mistakes_are_told_with_their_lines() {
    for (from, to, line, words) in [
        ("rate = 5", "rate = \"many\"", 15, "invalid type"),
        ("rate = 5", "rat = 5", 15, "unknown field `rat`"),
        ("rate = 5", "rate = 5000", 11, "0 to 2000 a second"),
        ("topics = [\"orders\"]", "topics = [\"order\"]", 17, "no topic \"order\""),
        ("actor = \"anna\" }]", "actor = \"ann\" }]", 34, "no actor \"ann\""),
        ("actors['anna'].received >= 5", "actors['anna'.received", 34, "cannot be read"),
        ("actors['anna'].received >= 5", "actor['anna'].received > 5", 34, "names actor"),
        ("do = \"crash\"", "do = \"crush\"", 34, "unknown variant `crush`"),
        ("zh = \"看\"", "zh = \"\"", 29, "no text in zh"),
        (", right = true", "", 36, "one right choice"),
        ("format = 1", "format = 2", 2, "format 2 is not known"),
        ("done:anna", "finished", 25, "no series"),
        ("group = \"billing\"", "", 17, "needs a group"),
        (
            "do = \"crash\", actor = \"anna\"",
            "do = \"set\", actor = \"anna\", field = \"rat\", value = 1.0",
            34,
            "no field rat",
        ),
        (
            "do = \"crash\", actor = \"anna\"",
            "do = \"set\", actor = \"shop\", field = \"rate\", value = -1.0",
            34,
            "0 to 2000",
        ),
    ] {
        let (at, sentence) = said(from, to);
        assert!(sentence.contains(words), "{to}: {sentence}");
        assert_eq!(at, line, "{to}: {sentence}");
    }
}

#[test]
fn what_is_no_toml_is_told_as_such() {
    let problems = check("format = 1\nid = \"x\nseed = 3\n");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].line, 2, "{}", problems[0]);
}
