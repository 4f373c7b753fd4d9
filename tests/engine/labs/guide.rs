//! The guide for teachers names every action, field and fact there is, and none that there is not.

use std::{collections::BTreeSet, sync::Arc};

use millpond::labs::{
    file::{Action, ActorSpec, LabFile, SERIES},
    stage::World,
};

const GUIDE: &str = include_str!("../../../assets/labs/README.md");

/// What the guide says of everything.
const STAGE: &str = r#"
format = 1
id = "all"
seed = 7
title = { en = "All", zh = "全部" }

[[topics]]
name = "orders"

[[actors]]
id = "shop"
kind = "producer"
topic = "orders"

[[actors]]
id = "service"
kind = "service"
mode = "queue"
topic = "orders"

[[actors]]
id = "anna"
kind = "consumer"
topics = ["orders"]
group = "billing"
"#;

/// The names that serde would have taken instead of one that it does not know.
fn expected(error: &str) -> BTreeSet<String> {
    let (_, list) = error.split_once("expected one of").unwrap_or_else(|| panic!("{error}"));
    list.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

/// The words in code of a piece of the guide that could be names.
fn words(text: &str) -> BTreeSet<String> {
    let code = text.split('`').skip(1).step_by(2);
    let pieces = code.flat_map(|code| code.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-'));
    pieces.filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
}

fn section(title: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("## {title}\n")).unwrap();
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

#[test]
fn the_guide_names_every_action_and_field() {
    let unknown = toml::from_str::<Action>("do = \"?\"").unwrap_err().to_string();
    let named = words(section("Actions"));
    let missing: Vec<String> = expected(&unknown).into_iter().filter(|action| !named.contains(action)).collect();
    assert_eq!(missing, Vec::<String>::new(), "actions");
    for line in section("Actions").lines().filter(|line| line.starts_with("| `{")) {
        let named = line.split_once("do = \"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
        assert!(expected(&unknown).contains(named), "there is no action {named}");
    }
    let unknown = toml::from_str::<ActorSpec>("id = \"a\"\nkind = \"producer\"\nnothing = 1").unwrap_err().to_string();
    let named = words(section("Actors"));
    let missing: Vec<String> = expected(&unknown).into_iter().filter(|field| !named.contains(field)).collect();
    assert_eq!(missing, Vec::<String>::new(), "fields of actors");
}

#[test]
fn the_guide_names_every_fact() {
    let file = Arc::new(LabFile::parse(STAGE).unwrap());
    let seen = std::thread::spawn(move || {
        let mut world = World::open(file, 7).unwrap();
        world.pass(2_000);
        serde_json::to_value(world.facts()).unwrap()
    });
    let facts = seen.join().unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    let row = |start: &str| section("Facts").lines().find(|line| line.starts_with(start)).unwrap();
    let anna = keys(&facts["actors"]["anna"]);
    let service: BTreeSet<String> = keys(&facts["actors"]["service"]).difference(&anna).cloned().collect();
    for (start, there) in [
        ("| `actors[", anna),
        ("| of a service", service),
        ("| `topics[", keys(&facts["topics"]["orders"])),
        ("| `groups[", keys(&facts["groups"]["billing"])),
    ] {
        let named = words(row(start));
        let missing: Vec<&String> = there.difference(&named).collect();
        assert_eq!(missing, Vec::<&String>::new(), "{start}");
    }
    let named = words(row("| `counts.").split_once("how many").unwrap().1);
    let counted = keys(&facts["counts"]);
    let unknown: Vec<&String> = named.difference(&counted).collect();
    assert_eq!(unknown, Vec::<&String>::new(), "counts");
    let said = section("Facts").split_once("Series of charts").unwrap().1;
    for series in SERIES {
        assert!(words(said).contains(series), "the series {series}");
    }
    for fact in keys(&facts) {
        assert!(words(section("Facts")).contains(&fact), "the fact {fact}");
    }
}
