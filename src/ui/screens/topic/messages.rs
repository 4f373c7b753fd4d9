//! Topic > Messages: what is stored, found, followed, and looked at record by record.
//!
//! The screen keeps a [`Query`] (what the toolbar and the bars say), hands it to its [`Browser`] when it changes, and draws
//! the newest [`BrowseView`]. Nothing here waits, and nothing is done for rows out of sight.

mod bars;
pub(super) mod copy;
mod empty;
mod foot;
mod jump;
mod list;
mod toolbar;
mod when;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Frame, Key, Margin, Modifiers, Ui};

use super::record::{RecordOutcome, RecordPanel};
use crate::{
    model::{NewRecord, Offset, PartitionId, TimestampMillis},
    payload::{CaseRule, Search},
    session::{
        TopicFacts,
        browse::{BrowseRequest, BrowseView, Browser, Matcher, Phase, SearchText, Start},
        transfers::{ExportDraft, Exported},
    },
    ui::{
        Command,
        ctx::Ctx,
        theme::{self, AROUND},
        widgets::{self, TableState},
    },
};

/// A search begins this long after the last key.
const TYPING_PAUSE: Duration = Duration::from_millis(250);
/// The bars may take so long to come; records without any time have none.
const BARS_AWAITED: Duration = Duration::from_secs(3);
/// Width of the details panel before it is dragged, in points.
const DETAILS_WIDTH: f32 = 368.0;

/// What the tab asks of the page around it.
pub enum MessagesOutcome {
    /// Show Produce with this record filled in.
    ProduceAgain(Box<NewRecord>),
    /// Show Produce: the topic is empty.
    ProduceFirst,
}

/// What the tab keeps between frames.
#[derive(Default)]
pub struct MessagesTab {
    browser: Option<Browser>,
    query: Query,
    asked: Option<BrowseRequest>,
    typed_at: Option<Instant>,
    /// The search field had the focus in the last frame.
    typing: bool,
    table: TableState,
    shown: Shown,
    visible: std::ops::Range<u64>,
    loading_since: Option<Instant>,
    opened_at: Option<Instant>,
    bars: bars::Bars,
    details: RecordPanel,
    jump: Option<jump::Jump>,
    /// How records of transactions are shown.
    transactions: Transactions,
    /// Marks what was searched for in the rows.
    marker: Option<Search>,
    /// A record that another screen wants to be seen, until the list can be asked for it.
    wanted: Option<(PartitionId, Offset)>,
}

/// What is asked for, as the toolbar and the bars have it.
#[derive(Debug, Clone, Default, PartialEq)]
struct Query {
    start: Start,
    /// Where a tail goes back to.
    before_live: Start,
    partitions: Option<BTreeSet<PartitionId>>,
    text: String,
    exact_case: bool,
    range: Option<(TimestampMillis, TimestampMillis)>,
}

/// How records of transactions are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Transactions {
    /// As a reader of committed records sees them (isolation level `read_committed`).
    committed_only: bool,
    /// The markers that end them have rows of their own.
    markers: bool,
}

/// Which picture the table stands on, to tell what is new in the next.
#[derive(Debug, Default)]
struct Shown {
    generation: u64,
    anchor: Option<u64>,
    /// One past the highest rank of a tail.
    top: u64,
}

impl Query {
    fn request(&self) -> BrowseRequest {
        let text = self.text.trim();
        BrowseRequest {
            start: self.start,
            partitions: self.partitions.clone(),
            search: (!text.is_empty()).then(|| SearchText { text: text.to_owned(), exact_case: self.exact_case }),
            time_range: self.range.filter(|_| self.start != Start::Live),
        }
    }

    fn toggle_live(&mut self) {
        if self.start == Start::Live {
            self.start = self.before_live;
        } else {
            (self.before_live, self.start) = (self.start, Start::Live);
        }
    }
}

impl MessagesTab {
    /// What an export would take that is asked for from here: what is searched for, in the partitions and the time.
    pub fn export_draft(&self, topic: &str) -> ExportDraft {
        let (from_time, to_time) = self.query.range.map_or((None, None), |(from, to)| (Some(from), Some(to)));
        let partitions = self.query.partitions.as_ref().map(|chosen| chosen.iter().copied().collect());
        ExportDraft {
            topic: topic.to_owned(),
            records: Exported { partitions, from_time, to_time, ..Exported::default() },
            search: self.query.text.trim().to_owned(),
            match_case: self.query.exact_case,
        }
    }

    /// Brings a record into sight the next time the tab is drawn, and opens it.
    pub fn show_record(&mut self, partition: PartitionId, offset: Offset) {
        self.wanted = Some((partition, offset));
    }

    /// Draws the tab.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, topic: &TopicFacts) -> Option<MessagesOutcome> {
        let session = ctx.session?;
        if self.browser.is_none() {
            let repaint = ui.ctx().clone();
            let wake = Arc::new(move || repaint.request_repaint());
            self.opened_at = Some(Instant::now());
            self.browser = Some(Browser::open(session.client().clone(), session.handle(), wake, &topic.name));
        }
        self.keys(ui, ctx);
        self.ask(ui);
        if let Some((partition, offset)) = self.wanted.take() {
            // It may have come after what is listed was asked for.
            self.asked = None;
            self.ask(ui);
            self.go_to_record(partition, offset);
            self.details.open();
        }
        let view = self.browser.as_ref()?.view();
        self.follow(&view);
        super::edge_to_edge(ui, |ui| self.draw(ui, ctx, topic, &view))
    }

    fn draw(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        topic: &TopicFacts,
        view: &Arc<BrowseView>,
    ) -> Option<MessagesOutcome> {
        let around = Margin { left: AROUND as i8, right: AROUND as i8, top: 10, bottom: 0 };
        Frame::new().inner_margin(around).show(ui, |ui| {
            self.toolbar(ui, ctx, topic, view);
            ui.add_space(8.0);
            if let Some(browser) = &self.browser {
                let histogram = browser.histogram();
                // Its place is kept while it loads, so that the rows do not jump away from under the pointer.
                let loads = self.opened_at.is_some_and(|at| at.elapsed() < BARS_AWAITED);
                if histogram.width == 0 && topic.records > 0 && loads {
                    ui.add_space(bars::HEIGHT_WHOLE);
                    ui.request_repaint_after(BARS_AWAITED);
                }
                if let Some(range) = self.bars.ui(ui, ctx, &histogram, self.query.range, view) {
                    self.query.range = range;
                    if self.query.start == Start::Live {
                        self.query.start = self.query.before_live;
                    }
                }
            }
            self.banners(ui, ctx, topic, view);
        });
        let (rule, top) = (ui.max_rect().x_range(), ui.cursor().top());
        let mut outcome = None;
        if self.details.is_open() {
            let said = widgets::panel_right(ui, "record-details", DETAILS_WIDTH, |ui| {
                self.browser.as_ref().and_then(|browser| self.details.ui(ui, ctx, browser))
            });
            match said {
                Some(RecordOutcome::Close) => self.details.close(),
                Some(RecordOutcome::ProduceAgain(record)) => outcome = Some(MessagesOutcome::ProduceAgain(record)),
                None => {}
            }
        }
        let first = super::edge_to_edge(ui, |ui| self.rows(ui, ctx, topic, view));
        ui.painter().hline(rule, top + 0.5, theme::of(ui).rule());
        self.jump_dialog(ui, ctx, topic);
        outcome.or(first)
    }

    /// Keys and commands that are not the table's.
    fn keys(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if ctx.take(Command::Live) {
            self.query.toggle_live();
        }
        if ctx.take(Command::Find) {
            ui.memory_mut(|memory| memory.request_focus(toolbar::search_id()));
        }
        let free = !ui.ctx().egui_wants_keyboard_input() && self.jump.is_none() && !egui::Popup::is_any_open(ui.ctx());
        if !free {
            return;
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::G)) {
            self.jump = Some(jump::Jump::offset());
        }
        // Esc takes back one thing at a time: what is being typed, the details, the range of time. egui has taken the
        // focus away from a field by the time Esc is seen here.
        let typing = std::mem::take(&mut self.typing);
        let takes = typing || self.details.is_open() || self.query.range.is_some();
        if takes && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            if typing {
                self.query.text.clear();
            } else if self.details.is_open() {
                self.details.close();
            } else {
                self.query.range = None;
                self.bars.clear();
            }
        }
    }

    /// Hands the query to the browser when it changed; a text only after a pause in typing.
    fn ask(&mut self, ui: &Ui) {
        let Some(browser) = &self.browser else { return };
        let request = self.query.request();
        if self.asked.as_ref() == Some(&request) {
            self.typed_at = None;
            return;
        }
        if let Some(wait) = self.typed_at.and_then(|at| TYPING_PAUSE.checked_sub(at.elapsed())) {
            ui.ctx().request_repaint_after(wait);
            return;
        }
        self.typed_at = None;
        let case = if self.query.exact_case { CaseRule::Exact } else { CaseRule::Ignore };
        let text = self.query.text.trim();
        self.marker = (!text.is_empty() && Matcher::field_of(text).is_none()).then(|| Search::new(text, case));
        browser.request(request.clone());
        self.asked = Some(request);
        self.loading_since = Some(Instant::now());
    }

    /// Asks for the same again: what came since is then in it.
    fn reload(&mut self) {
        self.asked = None;
    }

    /// Keeps the table on its records when the picture under it changes.
    fn follow(&mut self, view: &BrowseView) {
        if view.phase == Phase::Loading {
            return;
        }
        self.loading_since = None;
        let top = view.rank(0).filter(|_| view.live.is_some()).map_or(0, |rank| rank + 1);
        if view.generation != self.shown.generation {
            self.shown = Shown { generation: view.generation, anchor: None, top };
            self.table.scroll.to_start();
            self.table.selected = None;
        } else if top > self.shown.top {
            self.table.rows_inserted_above(top - self.shown.top);
            self.shown.top = top;
        }
        if let Some(anchor) = view.anchor.filter(|anchor| Some(anchor.serial) != self.shown.anchor) {
            self.shown.anchor = Some(anchor.serial);
            self.table.reveal(anchor.row);
        }
    }

    fn jump_dialog(&mut self, ui: &Ui, ctx: &Ctx<'_>, topic: &TopicFacts) {
        let Some(dialog) = &mut self.jump else { return };
        match dialog.show(ui.ctx(), ctx, topic) {
            jump::JumpEnd::Open => {}
            jump::JumpEnd::Cancelled => self.jump = None,
            jump::JumpEnd::Go(wish) => {
                self.jump = None;
                self.go(wish);
            }
        }
    }

    fn go(&mut self, wish: jump::Wish) {
        match wish {
            jump::Wish::Offset(offset) => self.start_at(Start::Offset(offset)),
            jump::Wish::Time(time) => self.start_at(Start::Time(time)),
            jump::Wish::Record(partition, offset) => self.go_to_record(partition, offset),
        }
    }

    fn start_at(&mut self, start: Start) {
        self.query.start = start;
        self.query.text.clear();
        self.query.range = None;
        self.bars.clear();
        self.reload();
    }

    /// Brings a record into sight in a list that holds it.
    fn go_to_record(&mut self, partition: PartitionId, offset: Offset) {
        let lists_all = self.query.text.trim().is_empty()
            && self.query.range.is_none()
            && matches!(self.query.start, Start::Newest | Start::Oldest)
            && self.query.partitions.as_ref().is_none_or(|chosen| chosen.contains(&partition));
        if !lists_all {
            self.query = Query { start: Start::Oldest, ..Query::default() };
            self.bars.clear();
            if let Some(browser) = &self.browser {
                let request = self.query.request();
                browser.request(request.clone());
                self.asked = Some(request);
                self.marker = None;
            }
        }
        if let Some(browser) = &self.browser {
            browser.go_to(partition, offset);
        }
    }
}
