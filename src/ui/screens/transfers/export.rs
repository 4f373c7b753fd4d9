//! What to export, in which form, and where to.

use egui::Ui;

use super::super::path_field::{PathField, Purpose};
use crate::{
    model::{PartitionId, TimestampMillis},
    payload::CaseRule,
    session::{
        Loadable,
        transfers::{ExportDraft, ExportFormat, ExportRequest, Exported, search_filter},
    },
    ui::{
        ctx::Ctx,
        format::{self, Format},
        theme::BETWEEN,
        time_input,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// Width of the dialog, in points.
const WIDTH: f32 = 600.0;
/// Partitions that a range such as `0-99999` may name.
const PARTITIONS_NAMED_MAX: usize = 100_000;

/// The dialog with what was filled in.
pub struct ExportDialog {
    topic: String,
    format: ExportFormat,
    search: String,
    match_case: bool,
    partitions: String,
    from: String,
    to: String,
    path: PathField,
    replace: bool,
    /// What another screen chose beyond what the fields hold.
    offsets: (Option<i64>, Option<i64>),
    folder: Loadable<std::path::PathBuf>,
    /// The path that was proposed last: it follows topic and format until the person types another.
    proposed: String,
}

impl ExportDialog {
    /// Begins with that topic, or else the first one.
    pub fn new(ctx: &Ctx<'_>, topic: Option<&str>) -> Self {
        let exists = |name: &str| ctx.facts.topics.iter().any(|topic| &*topic.name == name);
        let first = || ctx.facts.topics.iter().find(|topic| !topic.internal).map(|topic| topic.name.to_string());
        let topic = topic.filter(|name| exists(name)).map(str::to_owned).or_else(first).unwrap_or_default();
        let folder = Loadable::default();
        let slot = folder.clone();
        ctx.with_session(move |session| session.load_files_folder(&slot));
        Self {
            topic,
            format: ExportFormat::JsonLines,
            search: String::new(),
            match_case: false,
            partitions: String::new(),
            from: String::new(),
            to: String::new(),
            path: PathField::default(),
            replace: false,
            offsets: (None, None),
            folder,
            proposed: String::new(),
        }
    }

    /// Begins with what another screen proposes.
    pub fn from_draft(ctx: &Ctx<'_>, draft: ExportDraft) -> Self {
        let time = |at: Option<TimestampMillis>| at.map(|at| at.to_string()).unwrap_or_default();
        let numbers = |ids: Vec<PartitionId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Self {
            search: draft.search,
            match_case: draft.match_case,
            partitions: draft.records.partitions.map(numbers).unwrap_or_default(),
            from: time(draft.records.from_time),
            to: time(draft.records.to_time),
            offsets: (draft.records.from, draft.records.to),
            ..Self::new(ctx, Some(&draft.topic))
        }
    }

    /// Draws it; true when it is over.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> bool {
        self.propose();
        let why_not = self.fault(ctx.format).map(|id| ctx.t(id));
        let (title, verb, cancel) = (ctx.t("export-title"), ctx.t("export-verb"), ctx.t("cancel"));
        let dialog = Dialog::new(&title, &verb, &cancel).unless(why_not.as_deref()).width(WIDTH);
        match dialog.show(ui.ctx(), |ui| self.fields(ui, ctx)) {
            DialogEnd::Open => false,
            DialogEnd::Cancelled => true,
            DialogEnd::Confirmed => self.start(ctx),
        }
    }

    fn fields(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.spacing_mut().item_spacing.y = BETWEEN;
        ui.horizontal(|ui| {
            let topics: Vec<_> =
                ctx.facts.topics.iter().map(|topic| (topic.name.to_string(), topic.name.to_string())).collect();
            widgets::select(ui, &ctx.t("export-topic"), &mut self.topic, &topics, 220.0);
            if let Some(topic) = ctx.facts.topics.iter().find(|topic| *topic.name == *self.topic) {
                let records = format::count(topic.records);
                widgets::quiet(ui, &ctx.text.with("export-holds", &[("records", records.into())]));
            }
        });
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let words = [ctx.t("export-jsonl"), ctx.t("export-csv")];
            let formats = [(ExportFormat::JsonLines, &*words[0]), (ExportFormat::Csv, &*words[1])];
            widgets::segmented(ui, &mut self.format, &formats);
            let about = match self.format {
                ExportFormat::JsonLines => "export-jsonl-about",
                ExportFormat::Csv => "export-csv-about",
            };
            widgets::paragraph(ui, &ctx.t(about));
        });
        self.chosen_records(ui, ctx);
        let name = self.file_name();
        self.path.ui(ui, ctx, "transfers-file", Purpose::Save(&name));
        if !self.path.from_dialog {
            widgets::check(ui, &mut self.replace, &ctx.t("export-replace"));
        }
    }

    fn chosen_records(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let hint = ctx.t("export-search-hint");
        let label = ctx.t("export-search");
        let field = Field { hint: &hint, ..Field::new(&label) };
        widgets::text_field(ui, &field, &mut self.search);
        if !self.search.is_empty() {
            widgets::check(ui, &mut self.match_case, &ctx.t("export-match-case"));
        }
        let width = (ui.available_width() - 2.0 * BETWEEN) / 3.0;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = BETWEEN;
            let (hint, fault) = (ctx.t("export-partitions-hint"), ctx.t("export-partitions-fault"));
            let fault = self.partition_ids().is_none().then_some(&*fault);
            let label = ctx.t("export-partitions");
            let field = Field { hint: &hint, fault, mono: true, width, ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.partitions);
            for (label, value) in [("export-from", &mut self.from), ("export-to", &mut self.to)] {
                let (hint, fault) = (ctx.t("export-time-hint"), ctx.t("export-time-fault"));
                let fault = time(value, ctx.format).is_none().then_some(&*fault);
                // In the zone that the window shows everywhere, named here as what is typed carries none.
                let label = ctx.text.with(label, &[("zone", ctx.format.zone(ctx.now).into())]);
                let field = Field { hint: &hint, fault, mono: true, width, ..Field::new(&label) };
                widgets::text_field(ui, &field, value);
            }
        });
    }

    /// Why the export cannot begin.
    fn fault(&self, format: &Format) -> Option<&'static str> {
        if self.topic.is_empty() {
            Some("export-no-topic")
        } else if self.partition_ids().is_none() {
            Some("export-partitions-fault")
        } else if time(&self.from, format).is_none() || time(&self.to, format).is_none() {
            Some("export-time-fault")
        } else {
            self.path.fault()
        }
    }

    fn start(&self, ctx: &Ctx<'_>) -> bool {
        let (Some(path), Some(partitions)) = (self.path.path(), self.partition_ids()) else { return false };
        let case = if self.match_case { CaseRule::Exact } else { CaseRule::Ignore };
        let request = ExportRequest {
            topic: self.topic.clone(),
            records: Exported {
                partitions,
                from: self.offsets.0,
                to: self.offsets.1,
                from_time: time(&self.from, ctx.format).flatten(),
                to_time: time(&self.to, ctx.format).flatten(),
                filter: search_filter(&self.search, case),
            },
            format: self.format,
            path,
            replace: self.replace || self.path.from_dialog,
        };
        ctx.with_session(move |session| {
            session.start_export(request);
        });
        true
    }

    /// Keeps the proposed path in step with topic and format.
    fn propose(&mut self) {
        if self.path.text != self.proposed {
            return;
        }
        let Some(folder) = self.folder.value().filter(|folder| folder.is_absolute()) else { return };
        self.proposed = folder.join(self.file_name()).display().to_string();
        self.path.text.clone_from(&self.proposed);
    }

    fn file_name(&self) -> String {
        let ending = match self.format {
            ExportFormat::JsonLines => "jsonl",
            ExportFormat::Csv => "csv",
        };
        // Kafka's rule for topic names leaves nothing that a file name could not hold.
        format!("{}.{ending}", self.topic)
    }

    /// The outer option: whether the text can be read; the inner: all partitions.
    fn partition_ids(&self) -> Option<Option<Vec<PartitionId>>> {
        partition_ids(&self.partitions)
    }
}

fn partition_ids(text: &str) -> Option<Option<Vec<PartitionId>>> {
    if text.trim().is_empty() {
        return Some(None);
    }
    let mut ids = Vec::new();
    for part in text.split([',', ' ', '，']).map(str::trim).filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (PartitionId, PartitionId) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let count = usize::try_from(i64::from(last) - i64::from(first) + 1).ok().filter(|count| *count > 0)?;
        if first < 0 || ids.len() + count > PARTITIONS_NAMED_MAX {
            return None;
        }
        ids.extend(first..=last);
    }
    ids.sort_unstable();
    ids.dedup();
    (!ids.is_empty()).then_some(Some(ids))
}

/// The outer option: whether the text can be read; the inner: no bound.
fn time(text: &str, format: &Format) -> Option<Option<TimestampMillis>> {
    if text.trim().is_empty() { Some(None) } else { time_input::parse(text, format).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_read_as_numbers_and_ranges() {
        assert_eq!(partition_ids(" "), Some(None));
        assert_eq!(partition_ids("2, 0 5-7,6"), Some(Some(vec![0, 2, 5, 6, 7])));
        for bad in ["a", "3-1", "-1", "0-2147483647", ","] {
            assert_eq!(partition_ids(bad), None, "{bad}");
        }
    }
}
