//! The view of a stage, from what was seen at the last look and what the actors have done since.

use std::sync::Arc;

use super::{EPOCH_MS, World};
use crate::labs::{
    actor::{Actor, knob},
    file::{ActorKind, ActorSpec},
    story::Ledger,
    view::{ActorState, ActorView, ActorViewKind, SliderView, Speed, StageView},
};

/// Sliders of an actor that the file gives none.
fn usual_fields(spec: &ActorSpec) -> &'static [&'static str] {
    match spec.kind {
        ActorKind::Producer => &["rate"],
        ActorKind::Consumer => &["processing_ms", "failure_percent", "batch"],
        ActorKind::Service => &["rate", "database_ms", "message_ms", "capacity"],
    }
}

/// Everything but what the driver knows: speed, surprises, problems.
pub fn view(world: &World) -> StageView {
    StageView {
        now_ms: world.now_ms(),
        epoch_ms: EPOCH_MS,
        speed: Speed::Paused,
        busy: false,
        seed: world.scene.seed,
        actors: world.actors.iter().map(|actor| actor_view(actor, world)).collect(),
        topics: world.sight().topics.clone(),
        groups: world.sight().groups.clone(),
        travels: world.ledger.travels(),
        story: world.ledger.story(),
        facts: world.facts().clone(),
        surprise: None,
        surprises_on: true,
        series: world.recorder().series(),
        lesson: Some(world.lesson.view(world.fact_values())),
        file: Some(Arc::clone(&world.file)),
        problem: None,
    }
}

fn actor_view(actor: &Actor, world: &World) -> ActorView {
    let spec = actor.spec();
    let ledger: &Ledger = &world.ledger;
    let tally = ledger.tally(actor.id());
    let kind = match spec.kind {
        ActorKind::Producer => ActorViewKind::Producer,
        ActorKind::Service => ActorViewKind::Service,
        ActorKind::Consumer => {
            ActorViewKind::Consumer { group: spec.group.as_deref().unwrap_or_default().into(), protocol: spec.protocol }
        }
    };
    ActorView {
        id: Arc::clone(actor.id()),
        name: spec.shown_name(),
        kind,
        state: tally.state.clone().unwrap_or(ActorState::Stopped),
        lane: spec.lane.as_deref().map(Into::into),
        topics: spec.topic.iter().chain(&spec.topics).map(|topic| topic.as_str().into()).collect(),
        sent: tally.sent,
        received: tally.received,
        processed: tally.processed,
        failed: tally.failed,
        duplicates: tally.duplicates,
        owns: tally.owns.clone(),
        rate: spec.rate.unwrap_or(if spec.kind == ActorKind::Producer { 1.0 } else { 0.0 }),
        processing_ms: spec.processing_ms.unwrap_or(0.0),
        failure_percent: spec.failure_percent.unwrap_or(0.0),
        settings: sliders(&spec, world),
        service: actor.service(),
    }
}

fn sliders(spec: &ActorSpec, world: &World) -> Vec<SliderView> {
    let asked: Vec<_> = world.file.sliders.iter().filter(|slider| slider.actor == spec.id).collect();
    let slider = |field: &str, label: Option<_>, bounds: Option<(f64, f64)>| {
        let knob = knob(field)?;
        let value = knob.value(spec);
        let (min, max) = bounds.unwrap_or((knob.min, knob.max));
        Some(SliderView {
            field: field.into(),
            label,
            value,
            min,
            max,
            unit: knob.unit,
            kafka_setting: knob.kafka.map(|name| format!("{name} = {value}")),
            code: knob.code(value),
        })
    };
    if asked.is_empty() {
        return usual_fields(spec).iter().filter_map(|field| slider(field, None, None)).collect();
    }
    let labelled = |label: &crate::labs::file::Text| (!label.is_empty()).then(|| label.clone());
    asked.iter().filter_map(|s| slider(&s.field, labelled(&s.label), Some((s.min, s.max)))).collect()
}
