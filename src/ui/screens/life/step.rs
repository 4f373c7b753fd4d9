//! One step in words, and its dot.

use egui::{Color32, Painter, Pos2, Stroke, TextFormat, text::LayoutJob};

use crate::{
    session::{
        RebalanceReason,
        clients::{AckClass, Life, LifeStep, LifeStepKind, TransactionEnd, Who},
    },
    ui::{
        ctx::{Ctx, TimeDisplay},
        format,
        screens::requests::words::{place, short},
        text::Arg,
        theme::{Theme, fonts},
    },
};

/// A step in words: the first line in pieces, heavy ones between `*`, and the particulars below it.
pub(super) struct Words {
    line: String,
    pub below: String,
    /// A delivery that the group had before.
    pub again: bool,
}

impl Words {
    /// The line without its marks.
    pub fn plain(&self) -> String {
        self.line.replace('\u{1}', "")
    }

    /// The line with its heavy pieces.
    pub fn job(&self, theme: &Theme) -> LayoutJob {
        let mut job = LayoutJob::default();
        for (index, piece) in self.line.split('\u{1}').enumerate() {
            let heavy = index % 2 == 1;
            let font_id = if heavy { fonts::semibold(13.0) } else { fonts::body() };
            let color = if heavy { theme.text } else { theme.quiet };
            job.append(piece, 0.0, TextFormat { font_id, color, ..TextFormat::default() });
        }
        job
    }
}

/// A sentence of the catalogue with what it names; its `$h` marks where heavy words begin and end.
fn say(ctx: &Ctx<'_>, id: &str, args: &[(&str, Arg<'_>)]) -> String {
    let mut args = args.to_vec();
    args.push(("h", "\u{1}".into()));
    ctx.text.with(id, &args)
}

/// Marks a name that stands out in a sentence of the catalogue.
fn heavy(text: &str) -> String {
    format!("\u{1}{text}\u{1}")
}

/// When: time of day to the millisecond; words for what has not happened.
pub(super) fn when(ctx: &Ctx<'_>, step: &LifeStep) -> String {
    if super::is_open(step) {
        return ctx.t("life-not-yet").to_string();
    }
    match ctx.settings.times {
        TimeDisplay::Epoch => step.at.to_string(),
        _ => ctx.format.axis(step.at, "%H:%M:%S%.3f"),
    }
}

/// The step in words.
pub(super) fn words(ctx: &Ctx<'_>, life: &Life, step: &LifeStep) -> Words {
    let mut again = false;
    let (line, below) = match &step.kind {
        LifeStepKind::Produced { by, request, version, batch, acks } => {
            let line = say(
                ctx,
                "life-produced",
                &[
                    ("client", heavy(&client(ctx, by)).into()),
                    ("from", origin(ctx, by).into()),
                    ("request", (*request).into()),
                    ("acks", if *acks == -1 { "all".to_owned() } else { acks.to_string() }.into()),
                ],
            );
            let mut below = say(
                ctx,
                "life-produced-batch",
                &[
                    ("version", version.to_string().into()),
                    ("n", batch.records.into()),
                    ("size", format::bytes_text(batch.bytes.into()).into()),
                    ("compression", batch.compression.as_str().into()),
                ],
            );
            if batch.producer_id >= 0 {
                below.push_str(" · ");
                below.push_str(&say(
                    ctx,
                    "life-produced-by",
                    &[
                        ("id", batch.producer_id.to_string().into()),
                        ("epoch", batch.producer_epoch.to_string().into()),
                        ("sequence", format::integer(batch.base_sequence.into()).into()),
                    ],
                ));
            }
            if batch.transactional {
                below.push_str(" · ");
                below.push_str(&ctx.t("life-in-transaction"));
            }
            (line, below)
        }
        LifeStepKind::Stored { base_offset, took_micros, shared } => {
            let line = say(
                ctx,
                "life-stored",
                &[
                    ("offset", format::integer(life.offset).into()),
                    ("place", place(&life.topic, life.partition).into()),
                    ("base", format::integer(*base_offset).into()),
                ],
            );
            let mut below = say(ctx, "life-after-arrival", &[("time", ctx.format.micros(*took_micros).into())]);
            if let Some(shared) = shared.filter(|shared| *shared > 1) {
                below.push_str(" · ");
                below.push_str(&say(ctx, "life-shared-commit", &[("n", shared.into())]));
            }
            (line, below)
        }
        LifeStepKind::Acknowledged { class, high_watermark, took_micros } => {
            let (line, promise) = match class {
                AckClass::None => ("life-not-acknowledged", "acks-none"),
                AckClass::Written => ("life-acknowledged", "acks-one"),
                AckClass::Synced => ("life-synced", "acks-all"),
            };
            let line = say(ctx, line, &[("watermark", format::integer(*high_watermark).into())]);
            let time = say(ctx, "life-answered-after", &[("time", ctx.format.micros(*took_micros).into())]);
            (line, format!("{time} · {}", ctx.t(promise)))
        }
        LifeStepKind::TransactionEnded { how, committed } => {
            let line = match how {
                TransactionEnd::Asked { by, request } => {
                    let line = if *committed { "life-transaction-committed" } else { "life-transaction-aborted" };
                    say(ctx, line, &[("client", heavy(&client(ctx, by)).into()), ("request", (*request).into())])
                }
                TransactionEnd::TimedOut => say(ctx, "life-transaction-timed-out", &[]),
                TransactionEnd::Fenced => say(ctx, "life-transaction-fenced", &[]),
            };
            let below = if *committed { "life-transaction-visible" } else { "life-transaction-hidden" };
            (line, ctx.t(below).to_string())
        }
        LifeStepKind::Fetched(fetched) => {
            again = fetched.nth > 1;
            let mut args = vec![("request", fetched.request.into())];
            let line = match &fetched.member {
                Some((group, member)) => {
                    args.push(("group", heavy(group).into()));
                    args.push(("member", heavy(short(member)).into()));
                    say(ctx, if again { "life-read-again" } else { "life-read" }, &args)
                }
                None => {
                    args.push(("client", heavy(&client(ctx, &fetched.by)).into()));
                    say(ctx, if again { "life-read-alone-again" } else { "life-read-alone" }, &args)
                }
            };
            let mut below = say(
                ctx,
                "life-read-span",
                &[("from", format::integer(fetched.from).into()), ("to", format::integer(fetched.to).into())],
            );
            if fetched.waited_micros > 0 {
                let waited = ctx.format.micros(fetched.waited_micros);
                below.push_str(" · ");
                below.push_str(&say(ctx, "life-had-waited", &[("time", waited.into())]));
            }
            if again && fetched.member.is_some() {
                below.push_str(" · ");
                below.push_str(&ctx.t("life-at-least-once"));
            }
            (line, below)
        }
        LifeStepKind::Committed(commit) => {
            let line = say(
                ctx,
                "life-committed",
                &[("group", heavy(&commit.group).into()), ("offset", format::integer(commit.offset).into())],
            );
            let below = match step.after_micros {
                Some(after) => say(ctx, "life-after-produced", &[("time", ctx.format.micros(after).into())]),
                None => String::new(),
            };
            (line, below)
        }
        LifeStepKind::Rebalanced { group, reason, generation, duration_millis } => {
            let line = say(
                ctx,
                "life-rebalanced",
                &[("group", heavy(group).into()), ("why", reason_words(ctx, reason).into())],
            );
            let below = say(
                ctx,
                "life-generation",
                &[
                    ("from", (generation - 1).to_string().into()),
                    ("to", generation.to_string().into()),
                    ("time", ctx.format.duration(*duration_millis).into()),
                ],
            );
            (line, below)
        }
        LifeStepKind::NotYetCommitted { group, committed, before } => {
            let mut args = vec![("group", heavy(group).into())];
            let line = match committed {
                Some(committed) => {
                    args.push(("offset", format::integer(*committed).into()));
                    args.push(("n", (*before).into()));
                    say(ctx, "life-not-committed", &args)
                }
                None => say(ctx, "life-never-committed", &args),
            };
            (line, String::new())
        }
    };
    Words { line, below, again }
}

/// The short word of a step for the line of time, and its time below.
pub(super) fn label(ctx: &Ctx<'_>, step: &LifeStep) -> String {
    match &step.kind {
        LifeStepKind::Produced { .. } => ctx.t("life-dot-produced").to_string(),
        LifeStepKind::Stored { .. } => ctx.t("life-dot-stored").to_string(),
        LifeStepKind::Acknowledged { .. } => ctx.t("life-dot-acknowledged").to_string(),
        LifeStepKind::TransactionEnded { committed: true, .. } => ctx.t("life-dot-transaction-committed").to_string(),
        LifeStepKind::TransactionEnded { .. } => ctx.t("life-dot-transaction-aborted").to_string(),
        LifeStepKind::Fetched(fetched) => {
            let who = fetched.member.as_ref().map_or_else(|| client(ctx, &fetched.by), |(group, _)| group.to_string());
            match fetched.nth {
                ..=1 => who,
                _ => ctx.text.with("life-dot-again", &[("group", who.into())]),
            }
        }
        LifeStepKind::Committed(commit) => ctx.text.with("life-dot-committed", &[("group", (&*commit.group).into())]),
        LifeStepKind::Rebalanced { group, .. } => ctx.text.with("life-dot-rebalanced", &[("group", (&**group).into())]),
        LifeStepKind::NotYetCommitted { group, committed, before } => match committed {
            Some(_) => ctx.text.with("life-dot-to-go", &[("group", (&**group).into()), ("n", (*before).into())]),
            None => ctx.text.with("life-dot-never", &[("group", (&**group).into())]),
        },
    }
}

/// The request behind a step.
pub(super) fn request(step: &LifeStep) -> Option<u64> {
    match &step.kind {
        LifeStepKind::Produced { request, .. }
        | LifeStepKind::TransactionEnded { how: TransactionEnd::Asked { request, .. }, .. } => Some(*request),
        LifeStepKind::Fetched(fetched) => Some(fetched.request),
        LifeStepKind::Committed(commit) => Some(commit.request),
        _ => None,
    }
    .filter(|id| *id > 0)
}

/// The dot of a step: round for what happened, a ring for a commit, open for what has not happened.
pub(super) fn dot(painter: &Painter, theme: &Theme, life: &Life, step: &LifeStep, at: Pos2) {
    let color = color(theme, life, step);
    match &step.kind {
        LifeStepKind::NotYetCommitted { .. } => drop(painter.circle_stroke(at, 4.5, Stroke::new(1.2, theme.quiet))),
        LifeStepKind::Committed(_) => {
            painter.circle_stroke(at, 4.5, Stroke::new(1.6, color));
            painter.circle_filled(at, 2.2, color);
        }
        LifeStepKind::Rebalanced { .. } => {
            let points = [(0.0, -5.5), (5.5, 4.5), (-5.5, 4.5)].map(|(x, y)| at + egui::vec2(x, y));
            painter.add(egui::Shape::convex_polygon(points.to_vec(), color, Stroke::NONE));
        }
        _ => drop(painter.circle_filled(at, 5.0, color)),
    }
}

/// Its colour: a group keeps its own, by its place among the groups of this life.
pub(super) fn color(theme: &Theme, life: &Life, step: &LifeStep) -> Color32 {
    let of_group = |group: &str| {
        let mut groups: Vec<&str> = life.steps.iter().filter_map(group_of).collect();
        groups.sort_unstable();
        groups.dedup();
        theme.series(1 + groups.iter().position(|known| *known == group).unwrap_or(0))
    };
    match &step.kind {
        LifeStepKind::Produced { .. } => theme.series(0),
        LifeStepKind::Stored { .. } => theme.quiet,
        LifeStepKind::Acknowledged { class: AckClass::None, .. } => theme.care,
        LifeStepKind::TransactionEnded { committed: false, .. } => theme.care,
        LifeStepKind::Acknowledged { .. } | LifeStepKind::TransactionEnded { .. } => theme.good,
        LifeStepKind::Rebalanced { .. } => theme.care,
        _ => group_of(step).map_or(theme.series(7), of_group),
    }
}

pub(super) fn group_of(step: &LifeStep) -> Option<&str> {
    match &step.kind {
        LifeStepKind::Fetched(fetched) => fetched.member.as_ref().map(|(group, _)| &**group),
        LifeStepKind::Committed(commit) => Some(&commit.group),
        LifeStepKind::Rebalanced { group, .. } | LifeStepKind::NotYetCommitted { group, .. } => Some(group),
        _ => None,
    }
}

/// Why a group was handed out anew, as the group's page says it.
pub(super) fn reason_words(ctx: &Ctx<'_>, reason: &RebalanceReason) -> String {
    crate::ui::screens::group::reason_words(ctx, reason)
}

fn client(ctx: &Ctx<'_>, who: &Who) -> String {
    if who.client_id.is_empty() { ctx.t("clients-no-id").to_string() } else { who.client_id.to_string() }
}

/// `apache-kafka-java 4.1.0 · 127.0.0.1:51544`; words for what is inside the process.
fn origin(ctx: &Ctx<'_>, who: &Who) -> String {
    let library = who.software.as_ref().map(|software| format!("{} {}", software.name, software.version));
    let address = who.peer().map_or_else(|| ctx.t("clients-this-process").to_string(), |peer| peer.to_string());
    library.into_iter().chain([address]).collect::<Vec<_>>().join(" · ")
}
