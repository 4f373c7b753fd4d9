//! What a member of a queue says about records: words, icons and choices, the same in dialog, card and list.

use egui::{Color32, Ui};

use crate::{
    session::consumers::{AckChoice, ConsumerKind},
    ui::{
        ctx::Ctx,
        icon::{self, Icon},
        theme::Theme,
        widgets,
    },
};

/// Failure rates to choose from, in percent.
const FAILURE_CHOICES_PERCENT: [u8; 8] = [0, 1, 5, 10, 25, 50, 75, 100];

/// The three things that can be chosen for a member of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QueueChoice {
    pub ack: AckChoice,
    pub failure_percent: u8,
    pub on_failure: AckChoice,
}

impl QueueChoice {
    /// `None` for a member of a subscription.
    pub fn of(kind: ConsumerKind) -> Option<Self> {
        match kind {
            ConsumerKind::Subscription => None,
            ConsumerKind::Queue { ack, failure_percent, on_failure } => Some(Self { ack, failure_percent, on_failure }),
        }
    }

    pub fn kind(self) -> ConsumerKind {
        let Self { ack, failure_percent, on_failure } = self;
        ConsumerKind::Queue { ack, failure_percent, on_failure }
    }
}

/// "accept".
pub(super) fn ack_word(ack: AckChoice) -> &'static str {
    match ack {
        AckChoice::Accept => "consume-ack-accept",
        AckChoice::Release => "consume-ack-release",
        AckChoice::Reject => "consume-ack-reject",
    }
}

/// One sentence on what it means.
pub(super) fn ack_about(ack: AckChoice) -> &'static str {
    match ack {
        AckChoice::Accept => "consume-ack-accept-about",
        AckChoice::Release => "consume-ack-release-about",
        AckChoice::Reject => "consume-ack-reject-about",
    }
}

/// What was said: the icon and colour of the state that the record then is in, and a word.
pub(super) fn said(theme: &Theme, ack: AckChoice) -> (Icon, Color32, &'static str) {
    match ack {
        AckChoice::Accept => (icon::CHECK, theme.good, "consume-said-accepted"),
        AckChoice::Release => (icon::RESET, theme.care, "consume-said-released"),
        AckChoice::Reject => (icon::CLOSE, theme.bad, "consume-said-rejected"),
    }
}

/// The failure rate as a drop-down; true when it was changed.
pub(super) fn failure_select(ui: &mut Ui, ctx: &Ctx<'_>, name: &str, percent: &mut u8, width: f32) -> bool {
    let mut choices = FAILURE_CHOICES_PERCENT.to_vec();
    if !choices.contains(percent) {
        choices.push(*percent);
        choices.sort_unstable();
    }
    let entries: Vec<(u8, String)> = choices.into_iter().map(|n| (n, percent_word(ctx, n))).collect();
    widgets::select(ui, name, percent, &entries, width)
}

/// What is said about records as a drop-down; true when it was changed.
pub(super) fn ack_select(ui: &mut Ui, ctx: &Ctx<'_>, name: &str, ack: &mut AckChoice, width: f32) -> bool {
    let entries = AckChoice::ALL.map(|ack| (ack, ctx.t(ack_word(ack)).to_string()));
    widgets::select(ui, name, ack, &entries, width)
}

/// "5 %", or "none".
pub(super) fn percent_word(ctx: &Ctx<'_>, percent: u8) -> String {
    ctx.text.with("consume-fails", &[("percent", u64::from(percent).into())])
}
