//! Plans for sides that are made up.

use super::*;
use crate::client::ProducerPlace;
use crate::model::{ConfigKind, ConfigSource};

fn config(name: &str, value: &str, own: bool) -> ConfigEntry {
    ConfigEntry {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        source: if own { ConfigSource::Topic } else { ConfigSource::Default },
        kind: ConfigKind::Unknown,
        read_only: false,
        documentation: None,
        default: None,
        sensitive: false,
        synonyms: Vec::new(),
    }
}

fn source(configs: Vec<ConfigEntry>) -> SourceTopic {
    let partition = |id| SourcePartition { id, start: 0, from: 0, stable: 10, end: 10 };
    let partitions = vec![partition(0), partition(1)];
    SourceTopic { id: Uuid::from_u128(1), internal: false, partitions, configs: Some(configs) }
}

fn target(ends: &[Offset], mark: Option<Mark>) -> TargetTopic {
    let partitions = ends.iter().zip(0..).map(|(end, id)| (id, 0, *end, mark.clone())).collect();
    let configs = Some(vec![config("retention.ms", "604800000", false)]);
    TargetTopic { id: Uuid::from_u128(2), partitions, configs }
}

fn facts(at_source: SourceTopic, at_target: Option<TargetTopic>) -> Facts {
    let pair = TopicPair {
        source: "t".into(),
        target: "t".into(),
        at_source: Some(at_source),
        at_target,
        settings_refused: vec!["millpond.delete.acknowledged".to_owned()],
        create_refused: None,
    };
    Facts { topics: vec![pair], brokers: 1, group: "g".to_owned(), ..Facts::default() }
}

fn mark(source: u128, topic: u128) -> Mark {
    let producer = ProducerPlace { producer_id: 1, producer_epoch: 0, sequence: 0 };
    Mark::begin((Uuid::from_u128(source), Uuid::from_u128(topic)), 0, 0, 0, producer)
}

fn only(plan: Plan) -> TopicPlan {
    plan.topics.into_iter().next().unwrap()
}

#[test]
fn a_missing_topic_is_made_with_the_settings_that_the_target_takes() {
    let configs = vec![
        config("retention.ms", "-1", true),
        config("min.insync.replicas", "2", true),
        config("millpond.delete.acknowledged", "true", true),
        config("segment.ms", "1", false),
        config("cleanup.policy", "compact", true),
    ];
    let plan = only(plan(&facts(source(configs), None), Begin::New));
    let Make::Create { topic, replicas } = &plan.make else { panic!("{plan:?}") };
    let kept = ["retention.ms", "cleanup.policy"];
    assert_eq!(topic.configs.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), kept);
    assert_eq!((topic.partitions, *replicas), (Some(2), Some(1)));
    let lost: Vec<_> = plan.notes.iter().filter(|n| matches!(n, PlanNote::SettingNotKept { .. })).collect();
    assert_eq!(lost.len(), 2);
    assert!(plan.notes.contains(&PlanNote::OffsetsCompacted));
    assert_eq!((plan.refusal.clone(), plan.offsets()), (None, 20));
    assert_eq!((replicas_for(0), replicas_for(2), replicas_for(9)), (1, 2, 3));
}

#[test]
fn records_at_the_target_need_a_word() {
    let refusal =
        |ends: &[Offset], marked, begin| only(plan(&facts(source(vec![]), Some(target(ends, marked))), begin)).refusal;
    assert_eq!(refusal(&[0, 0], None, Begin::New), None);
    assert_eq!(refusal(&[4, 0], None, Begin::New), Some(Refusal::HasRecords { records: 4 }));
    assert_eq!(refusal(&[4, 0], None, Begin::Append), None);
    assert_eq!(refusal(&[4, 0], None, Begin::Resume), Some(Refusal::NoMark { partition: 0 }));
    assert_eq!(refusal(&[0, 0], None, Begin::Resume), None, "stopped before anything was sent");
    let begun = Some(mark(1, 2));
    assert!(matches!(refusal(&[4, 0], begun.clone(), Begin::New), Some(Refusal::CopiedBefore { .. })));
    assert_eq!(refusal(&[4, 0], begun, Begin::Resume), None);
    assert_eq!(refusal(&[4, 0], Some(mark(9, 2)), Begin::Resume), Some(Refusal::OtherTopic));
    assert_eq!(refusal(&[4, 0], Some(mark(1, 9)), Begin::Resume), Some(Refusal::OtherTopic));
}

#[test]
fn what_differs_and_cannot_be_kept_is_told() {
    let mut from = source(vec![config("retention.ms", "-1", true), config("millpond.x", "1", true)]);
    from.partitions[0].from = 3;
    from.partitions[1].stable = 8;
    let notes = only(plan(&facts(from, Some(target(&[0], None))), Begin::New));
    assert_eq!(notes.make, Make::AddPartitions { from: 1, to: 2 });
    let differs =
        PlanNote::SettingDiffers { name: "retention.ms".into(), source: "-1".into(), target: "604800000".into() };
    assert!(notes.notes.contains(&differs), "{notes:?}");
    assert!(notes.notes.contains(&PlanNote::SettingNotKept { name: "millpond.x".into(), value: "1".into() }));
    assert!(notes.notes.contains(&PlanNote::OffsetsShifted { by: 3 }));
    assert!(notes.notes.contains(&PlanNote::OpenTransaction { partition: 1, offsets: 2 }));
    assert_eq!(notes.partitions.iter().map(|p| (p.from, p.to)).collect::<Vec<_>>(), [(3, 10), (0, 8)]);
    assert!(notes.notes.iter().all(|note| !note.to_string().is_empty()));
}

#[test]
fn one_topic_is_not_copied_onto_itself() {
    let mut both = facts(source(vec![]), Some(target(&[0], None)));
    both.same_cluster = true;
    assert_eq!(only(plan(&both, Begin::Append)).refusal, Some(Refusal::SameTopic));
    both.topics[0].target = "other".into();
    assert_eq!(only(plan(&both, Begin::Append)).refusal, None);
    both.topics[0].at_source = None;
    assert_eq!(only(plan(&both, Begin::Append)).refusal, Some(Refusal::NoTopic));
}

#[test]
fn settings_that_may_not_be_read_are_told() {
    let hidden = |at_source| PlanNote::SettingsHidden { at_source };
    let (mut from, mut to) = (source(vec![]), target(&[0], None));
    to.configs = None;
    let notes = only(plan(&facts(from.clone(), Some(to)), Begin::New)).notes;
    assert!(notes.contains(&hidden(false)) && !notes.contains(&hidden(true)), "{notes:?}");
    from.configs = None;
    let made = only(plan(&facts(from, None), Begin::New));
    assert_eq!(made.notes, [hidden(true)]);
    assert!(matches!(made.make, Make::Create { topic, .. } if topic.configs.is_empty()));
}
