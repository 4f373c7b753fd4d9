//! What can be known of a file without playing it: names that must be there, numbers within bounds, expressions that can
//! be read, texts in both languages.

use std::{collections::BTreeSet, sync::LazyLock};

use minijinja::{Environment, Expression, UndefinedBehavior};

use super::{
    ACTORS_MAX, Action, Actions, ActorKind, ActorSpec, FORMAT, GroupProtocol, GroupType, JUMP_HOURS_MAX, LabFile,
    PARTITIONS_MAX, Problem, RATE_MAX, RUN_SECONDS_MAX, STEPS_MAX, Step, TASKS_MAX, TOPICS_MAX, Text,
    problem::{Lines, Part},
};
use crate::{
    labs::actor::{FIELDS, knob, set},
    model::{check_group_name, check_topic_name},
};

/// What a chart can show. `arrivals`, `done`, `failed` are per second; `backlog` and `lag` are messages that wait, `lag_s`
/// how old the oldest of them is, in seconds; `response_ms` is what a service needed for an answer; `rows` are those of
/// its table. With `:` and an actor, topic or group only that one is meant, as in `done:anna`.
pub const SERIES: [&str; 8] = ["arrivals", "done", "failed", "backlog", "lag", "lag_s", "response_ms", "rows"];
/// Names that an expression may use.
const FACTS: [&str; 8] = ["actors", "topics", "groups", "counts", "read", "now_s", "answers", "done"];
/// Work that one evaluation of an expression may do, in minijinja's fuel.
const EXPRESSION_FUEL: u64 = 20_000;
/// Milliseconds that a single time of an actor may last.
const TIME_MS_MAX: f64 = 3_600_000.0;

/// A series' name and the one actor, topic or group that it is about.
pub fn series_parts(name: &str) -> (&str, Option<&str>) {
    name.split_once(':').map_or((name, None), |(series, of)| (series, Some(of)))
}

/// Reads an expression over the facts.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn compile(expression: &str) -> Result<Expression<'static, 'static>, String> {
    static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
        let mut engine = Environment::new();
        engine.set_fuel(Some(EXPRESSION_FUEL));
        // An actor that has not come yet has received nothing; that is no mistake.
        engine.set_undefined_behavior(UndefinedBehavior::Chainable);
        engine
    });
    let compiled = ENGINE.compile_expression_owned(expression.to_owned()).map_err(|error| {
        let detail = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
        format!("the expression {expression:?} cannot be read: {detail}")
    })?;
    let functions: BTreeSet<&str> = ENGINE.globals().map(|(name, _)| name).collect();
    let mut unknown: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
    unknown.retain(|name| !FACTS.contains(&name.as_str()) && !functions.contains(name.as_str()));
    unknown.sort();
    match unknown.first() {
        None => Ok(compiled),
        Some(name) => Err(format!(
            "the expression {expression:?} names {name}, which is no fact; the facts are {}",
            FACTS.join(", ")
        )),
    }
}

/// All problems of a file that could be read.
pub(super) fn problems(file: &LabFile, source: &str) -> Vec<Problem> {
    let mut looked = Look { file, lines: Lines::of(source), problems: Vec::new(), actors: BTreeSet::new() };
    looked.actors = file.actors.iter().map(|actor| actor.id.clone()).collect();
    looked.actors.extend(all_actions(file).filter_map(|action| match action {
        Action::AddActor { actor } => Some(actor.id.clone()),
        _ => None,
    }));
    looked.head();
    looked.stage();
    for (n, actor) in file.actors.iter().enumerate() {
        looked.actor(actor, &[Part::Key("actors"), Part::Nth(n)]);
    }
    looked.shows();
    for (n, step) in file.steps.iter().enumerate() {
        looked.step(step, n);
    }
    looked.problems.sort_by_key(|problem| problem.line);
    looked.problems
}

fn all_actions(file: &LabFile) -> impl Iterator<Item = &Action> {
    let tasks = file.steps.iter().flat_map(|step| step.tasks.iter().map(|task| &task.action));
    tasks.chain(file.what_if.iter().map(|switch| &switch.action)).flat_map(|actions| &actions.0)
}

struct Look<'a> {
    file: &'a LabFile,
    lines: Lines<'a>,
    problems: Vec<Problem>,
    /// Those of the start and those that are added.
    actors: BTreeSet<String>,
}

impl Look<'_> {
    fn say(&mut self, path: &[Part<'_>], sentence: impl Into<String>) {
        self.problems.push(Problem { line: self.lines.line(path), sentence: sentence.into() });
    }

    fn say_if(&mut self, wrong: bool, path: &[Part<'_>], sentence: impl FnOnce() -> String) {
        if wrong {
            self.say(path, sentence());
        }
    }

    fn text(&mut self, text: &Text, path: &[Part<'_>], what: &str) {
        let missing = match (text.en.trim().is_empty(), text.zh.trim().is_empty()) {
            (false, false) => return,
            (true, true) => "en and zh",
            (true, false) => "en",
            (false, true) => "zh",
        };
        self.say(path, format!("{what} has no text in {missing}; a lab speaks both languages"));
    }

    fn expression(&mut self, expression: &str, path: &[Part<'_>]) {
        if let Err(why) = compile(expression) {
            self.say(path, why);
        }
    }

    fn head(&mut self) {
        let file = self.file;
        self.say_if(file.format != FORMAT, &[Part::Key("format")], || {
            format!("format {} is not known to this version of Millpond, which reads format {FORMAT}", file.format)
        });
        let named = file.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') && !file.id.is_empty();
        self.say_if(!named, &[Part::Key("id")], || {
            format!("the id {:?} should be of letters, digits, - and _, as progress is kept under it", file.id)
        });
        self.text(&file.title, &[Part::Key("title")], "the title");
        for (list, count, max) in [
            ("actors", self.actors.len(), ACTORS_MAX),
            ("topics", file.topics.len(), TOPICS_MAX),
            ("steps", file.steps.len(), STEPS_MAX),
        ] {
            self.say_if(count > max, &[Part::Key(list)], || format!("there are {count} {list}, at most {max} fit"));
        }
    }

    fn lane(&mut self, lane: Option<&str>, path: &[Part<'_>]) {
        if let Some(lane) = lane.filter(|lane| self.file.lanes.iter().all(|known| known.id != *lane)) {
            self.say(path, format!("there is no lane {lane:?}; add it under [[lanes]]"));
        }
    }

    fn stage(&mut self) {
        let file = self.file;
        let mut seen = BTreeSet::new();
        for (n, topic) in file.topics.iter().enumerate() {
            let at = [Part::Key("topics"), Part::Nth(n)];
            if let Err(error) = check_topic_name(&topic.name) {
                self.say(&at, format!("{:?} cannot be a topic: {error}", topic.name));
            }
            self.say_if(!seen.insert(&topic.name), &at, || format!("the topic {:?} is there twice", topic.name));
            self.say_if(!(1..=PARTITIONS_MAX).contains(&topic.partitions), &at, || {
                format!("the topic {:?} may have 1 to {PARTITIONS_MAX} partitions", topic.name)
            });
            self.lane(topic.lane.as_deref(), &at);
        }
        for (n, group) in file.groups.iter().enumerate() {
            let at = [Part::Key("groups"), Part::Nth(n)];
            if let Err(error) = check_group_name(&group.id) {
                self.say(&at, format!("{:?} cannot be a group: {error}", group.id));
            }
            for topic in &group.topics {
                self.known_topic(topic, &at);
            }
        }
        for (n, lane) in file.lanes.iter().enumerate() {
            self.text(&lane.title, &[Part::Key("lanes"), Part::Nth(n)], "the lane");
        }
        let mut ids = BTreeSet::new();
        for (n, actor) in file.actors.iter().enumerate() {
            self.say_if(!ids.insert(&actor.id), &[Part::Key("actors"), Part::Nth(n)], || {
                format!("the actor {:?} is there twice", actor.id)
            });
        }
    }

    fn known_topic(&mut self, topic: &str, path: &[Part<'_>]) {
        let created = all_actions(self.file).any(|a| matches!(a, Action::CreateTopic { topic: t, .. } if t == topic));
        if self.file.topic(topic).is_none() && !created {
            self.say(path, format!("there is no topic {topic:?}; add it under [[topics]]"));
        }
    }

    fn actor(&mut self, actor: &ActorSpec, at: &[Part<'_>]) {
        let id = &actor.id;
        self.lane(actor.lane.as_deref(), at);
        if !actor.name.is_empty() {
            self.text(&actor.name, at, "the name");
        }
        for topic in actor.topics.iter().chain(&actor.topic) {
            self.known_topic(topic, at);
        }
        match actor.kind {
            ActorKind::Producer => {
                self.say_if(actor.topic.is_none(), at, || format!("the producer {id:?} needs a topic"));
                self.say_if(actor.sample.as_ref().is_some_and(|s| s != "earthquakes"), at, || {
                    "the only sample stream is \"earthquakes\"".to_owned()
                });
            }
            ActorKind::Consumer => {
                self.say_if(actor.topics.is_empty(), at, || format!("the consumer {id:?} needs topics = [...]"));
                self.say_if(actor.group.is_none(), at, || format!("the consumer {id:?} needs a group"));
                let declared = self.file.groups.iter().find(|group| Some(&group.id) == actor.group.as_ref());
                let fits = declared
                    .is_none_or(|group| (group.kind == GroupType::Share) == (actor.protocol == GroupProtocol::Share));
                self.say_if(!fits, at, || {
                    format!("the consumer {id:?} and its group are of two types: a queue has members with protocol = \"share\"")
                });
            }
            ActorKind::Service => {
                let needs = actor.mode == super::ServiceMode::Queue && actor.topic.is_none();
                self.say_if(needs, at, || format!("the service {id:?} in queue mode needs a topic"));
            }
        }
        self.say_if(actor.rate.is_some_and(|rate| !(0.0..=RATE_MAX).contains(&rate)), at, || {
            format!("the rate of {id:?} may be 0 to {RATE_MAX} a second")
        });
        let times = [actor.processing_ms, actor.database_ms, actor.message_ms, actor.timeout_ms];
        let fits = times.into_iter().flatten().all(|ms| (0.0..=TIME_MS_MAX).contains(&ms));
        self.say_if(!fits, at, || format!("a time of {id:?} is not within 0 to {TIME_MS_MAX} ms"));
        let percents = [actor.failure_percent, actor.lost_answers_percent];
        let fits = percents.into_iter().flatten().all(|percent| (0.0..=100.0).contains(&percent));
        self.say_if(!fits, at, || format!("a percentage of {id:?} is not within 0 to 100"));
    }

    fn shows(&mut self) {
        let file = self.file;
        for (n, chart) in file.charts.iter().enumerate() {
            let at = [Part::Key("charts"), Part::Nth(n)];
            self.text(&chart.title, &at, "the chart");
            for series in &chart.series {
                let known = SERIES.contains(&series_parts(series).0);
                self.say_if(!known, &at, || {
                    format!(
                        "there is no series {series:?}; there are {}, each with or without \":\" and a name",
                        SERIES.join(", ")
                    )
                });
            }
        }
        for (n, counter) in file.counters.iter().enumerate() {
            let at = [Part::Key("counters"), Part::Nth(n)];
            self.text(&counter.label, &at, "the counter");
            self.expression(&counter.value, &at);
            for expression in [&counter.note_value, &counter.warn].into_iter().filter(|e| !e.is_empty()) {
                self.expression(expression, &at);
            }
        }
        for (n, slider) in file.sliders.iter().enumerate() {
            let at = [Part::Key("sliders"), Part::Nth(n)];
            let unknown = !self.actors.contains(&slider.actor);
            self.say_if(unknown, &at, || format!("there is no actor {:?}", slider.actor));
            self.say_if(knob(&slider.field).is_none(), &at, || {
                let known: Vec<&str> = FIELDS.iter().map(|knob| knob.field).collect();
                format!("there is no slider for {:?}; there are sliders for {}", slider.field, known.join(", "))
            });
            self.say_if(slider.min >= slider.max, &at, || "a slider goes from min up to max".to_owned());
        }
        for (n, switch) in file.what_if.iter().enumerate() {
            let at = [Part::Key("what_if"), Part::Nth(n)];
            self.text(&switch.label, &at, "the switch");
            self.actions(&switch.action, &at);
        }
    }

    fn step(&mut self, step: &Step, n: usize) {
        let at = [Part::Key("steps"), Part::Nth(n)];
        let twice = self.file.steps[..n].iter().any(|other| other.id == step.id);
        self.say_if(twice, &at, || format!("the step {:?} is there twice", step.id));
        self.text(&step.title, &at, "the step's title");
        self.text(&step.text, &at, "the step");
        let count = step.tasks.len();
        self.say_if(count > TASKS_MAX, &at, || format!("a step has at most {TASKS_MAX} tasks, this one {count}"));
        for (m, task) in step.tasks.iter().enumerate() {
            let at = [Part::Key("steps"), Part::Nth(n), Part::Key("tasks"), Part::Nth(m)];
            let same = |other: &super::Task| other.id == task.id;
            let twice =
                self.file.steps[..n].iter().flat_map(|s| &s.tasks).any(same) || step.tasks[..m].iter().any(same);
            self.say_if(twice, &at, || format!("the task {:?} is there twice", task.id));
            self.text(&task.text, &at, "the task");
            self.expression(&task.check, &[&at[..], &[Part::Key("check")]].concat());
            self.say_if(!(0.0..=RUN_SECONDS_MAX).contains(&task.within_s), &at, || {
                format!("within_s may be 0 to {RUN_SECONDS_MAX}")
            });
            self.actions(&task.action, &at);
        }
        if let Some(question) = &step.question {
            let at = [Part::Key("steps"), Part::Nth(n), Part::Key("question")];
            self.text(&question.text, &at, "the question");
            let right = question.choices.iter().filter(|choice| choice.right).count();
            self.say_if(right != 1, &at, || format!("a question has one right choice, this one has {right}"));
            for choice in &question.choices {
                self.text(&choice.text, &at, "a choice");
                self.text(&choice.why, &at, "the why of a choice");
            }
        }
    }

    fn actions(&mut self, actions: &Actions, at: &[Part<'_>]) {
        for action in &actions.0 {
            if let Some(actor) = action.actor().filter(|actor| !self.actors.contains(*actor)) {
                self.say(at, format!("there is no actor {actor:?}"));
            }
            if let Some(topic) = action.topic() {
                self.known_topic(topic, at);
            }
            match action {
                Action::AddActor { actor } => self.actor(actor, at),
                Action::Set { field, value, .. } => {
                    if let Err(why) = set(&mut ActorSpec::new("tried", ActorKind::Producer), field, value) {
                        self.say(at, why);
                    }
                }
                Action::Configure { topic, group, .. } => {
                    self.say_if(topic.is_some() == group.is_some(), at, || {
                        "configure is about one topic or one group".to_owned()
                    });
                }
                Action::Jump { hours } => self.say_if(!(0.0..=JUMP_HOURS_MAX).contains(hours), at, || {
                    format!("a jump is of 0 to {JUMP_HOURS_MAX} hours")
                }),
                Action::Run { seconds } => self.say_if(!(0.0..=RUN_SECONDS_MAX).contains(seconds), at, || {
                    format!("run lets 0 to {RUN_SECONDS_MAX} seconds pass")
                }),
                Action::AddPartitions { partitions, .. } | Action::CreateTopic { partitions, .. } => {
                    self.say_if(!(1..=PARTITIONS_MAX).contains(partitions), at, || {
                        format!("a topic may have 1 to {PARTITIONS_MAX} partitions")
                    });
                }
                _ => {}
            }
        }
    }
}
