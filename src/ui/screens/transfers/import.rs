//! The way into a topic: which file, how it is read, where it goes, with the first lines beside it.

use std::path::PathBuf;

use egui::Ui;

use super::super::path_field::{PathField, Purpose};
use super::preview;
use crate::{
    model::check_topic_name,
    session::{
        Loadable,
        transfers::{
            BadLines, CreateTopic, CsvColumns, CsvMapping, CsvOptions, CsvValue, ImportFormat, ImportFrom,
            ImportPreview, ImportRequest, ImportTimes, JsonLines, is_export_header,
        },
    },
    ui::{
        ctx::Ctx,
        format, icon,
        screens::topics::dialogs::name_error_words,
        theme::{self, BETWEEN, CONTROL, fonts},
        widgets::{self, Button, Field, TableState},
    },
};

/// Width kept for the scroll bar of the form, in points.
const SCROLL_BAR: f32 = 6.0;
/// Partitions that a new topic may have, as many as the form takes.
const PARTITIONS_MAX: i32 = 10_000;

/// What the lines of the file are, as the form's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Records,
    Values,
    Csv,
    Text,
}

/// The form with what was filled in.
pub struct ImportPage {
    path: PathField,
    holds: Holds,
    /// Names of the members that become key and time, for any JSON.
    key_member: String,
    time_member: String,
    csv: CsvOptions,
    topic: String,
    /// The topic that was proposed after the file's name.
    proposed: String,
    partitions: String,
    bad_lines: BadLines,
    keep_partitions: bool,
    keep_times: bool,
    /// The file that was looked into to tell what it holds.
    guessed: Option<PathBuf>,
    guess: Loadable<ImportFormat>,
    preview: Loadable<ImportPreview>,
    /// What the preview shows or is loading.
    previewed: Option<(PathBuf, ImportFormat)>,
    table: TableState,
}

impl ImportPage {
    /// Begins with that topic as the place where the records go.
    pub fn new(_ctx: &Ctx<'_>, topic: Option<&str>) -> Self {
        Self {
            path: PathField::default(),
            holds: Holds::Records,
            key_member: String::new(),
            time_member: String::new(),
            csv: CsvOptions::default(),
            topic: topic.unwrap_or_default().to_owned(),
            proposed: String::new(),
            partitions: "4".to_owned(),
            bad_lines: BadLines::Stop,
            keep_partitions: true,
            keep_times: true,
            guessed: None,
            guess: Loadable::default(),
            preview: Loadable::default(),
            previewed: None,
            table: TableState::default(),
        }
    }

    /// Draws it; true when it is over.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        self.take_guess();
        let mut over = false;
        widgets::page(ui, |ui| {
            let why_not = ctx.read_only_why().or_else(|| self.fault(ctx).map(|id| ctx.t(id)));
            let way = ctx.t("nav-transfers");
            let back = widgets::page_header(
                ui,
                &[&way],
                &ctx.t("import-title"),
                |_| (),
                |ui| {
                    let verb = ctx.t("import-verb");
                    let button = Button::primary(&verb).icon(icon::IMPORT).unless(why_not.as_deref()).show(ui);
                    if button.clicked() && why_not.is_none() {
                        self.start(ctx);
                        over = true;
                    }
                    over |= Button::secondary(&ctx.t("cancel")).show(ui).clicked();
                },
            );
            over |= back.is_some();
            let height = ui.available_height();
            widgets::columns(ui, height, &[0.36, 0.64], |ui, column| {
                if column == 0 {
                    egui::ScrollArea::vertical().id_salt("import form").auto_shrink(false).show(ui, |ui| {
                        // The scroll bar stands beside the cards, not on them.
                        ui.set_max_width(ui.available_width() - SCROLL_BAR);
                        self.form(ui, ctx);
                    });
                } else {
                    if self.guessed.is_some() && self.guessed != self.path.path() {
                        self.preview.clear();
                        self.previewed = None;
                    }
                    let format = self.format();
                    preview::card(ui, ctx, &self.preview, &format, &mut self.table);
                }
            });
        });
        self.load_preview(ctx);
        over
    }

    fn form(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = BETWEEN;
            if self.path.ui(ui, ctx, "transfers-file", Purpose::Open)
                && let Some(path) = self.path.path()
                && self.guessed.as_ref() != Some(&path)
            {
                self.guessed = Some(path.clone());
                self.preview.clear();
                self.previewed = None;
                let slot = self.guess.clone();
                ctx.with_session(move |session| session.guess_import(path, &slot));
            }
            self.how_it_is_read(ui, ctx);
        });
        ui.add_space(BETWEEN - 8.0);
        widgets::card(ui, |ui| {
            ui.spacing_mut().item_spacing.y = BETWEEN;
            self.where_it_goes(ui, ctx);
        });
    }

    fn how_it_is_read(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let kinds = [
            (Holds::Records, "import-records", "import-records-about"),
            (Holds::Values, "import-values", "import-values-about"),
            (Holds::Csv, "import-csv", "import-csv-about"),
            (Holds::Text, "import-text", "import-text-about"),
        ];
        labelled(ui, &ctx.t("import-holds"), |ui| {
            let entries: Vec<_> = kinds.iter().map(|(kind, word, _)| (*kind, ctx.t(word).to_string())).collect();
            widgets::select(ui, &ctx.t("import-holds"), &mut self.holds, &entries, 240.0);
            if let Some((_, _, about)) = kinds.iter().find(|(kind, ..)| *kind == self.holds) {
                widgets::paragraph(ui, &ctx.t(about));
            }
        });
        match self.holds {
            Holds::Values => {
                let hint = ctx.t("import-member-hint");
                for (label, value) in
                    [("import-key-member", &mut self.key_member), ("import-time-member", &mut self.time_member)]
                {
                    let label = ctx.t(label);
                    let field = Field { hint: &hint, mono: true, ..Field::new(&label) };
                    widgets::text_field(ui, &field, value);
                }
            }
            Holds::Csv => self.csv_options(ui, ctx),
            Holds::Records | Holds::Text => {}
        }
    }

    fn csv_options(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        labelled(ui, &ctx.t("import-delimiter"), |ui| {
            let words = [ctx.t("import-comma"), ctx.t("import-semicolon"), ctx.t("import-tab")];
            let entries = [(b',', &*words[0]), (b';', &*words[1]), (b'\t', &*words[2])];
            widgets::segmented(ui, &mut self.csv.delimiter, &entries);
        });
        widgets::check(ui, &mut self.csv.header, &ctx.t("import-header"));
        let columns = self.preview.value().map(|preview| preview.columns.clone()).unwrap_or_default();
        let mapping = match &mut self.csv.columns {
            CsvColumns::Export if is_export_header(&columns) && self.csv.header => {
                widgets::paragraph(ui, &ctx.t("import-layout-export"));
                return;
            }
            // Another delimiter or file: these are not the columns of an export any more.
            CsvColumns::Export if !columns.is_empty() => {
                self.csv.columns = CsvColumns::Mapped(CsvMapping::default());
                return;
            }
            CsvColumns::Export => return,
            CsvColumns::Mapped(mapping) => mapping,
        };
        let named = |first: &str| {
            let rest = columns.iter().enumerate().map(|(index, name)| (Some(index), name.clone()));
            std::iter::once((None, ctx.t(first).to_string())).chain(rest).collect::<Vec<_>>()
        };
        let mut value = match mapping.value {
            CsvValue::Row => None,
            CsvValue::Column(column) => Some(column),
        };
        for (label, first, column) in [
            ("import-key-column", "import-none", &mut mapping.key),
            ("import-value-column", "import-whole-row", &mut value),
            ("import-time-column", "import-now", &mut mapping.timestamp),
        ] {
            // A file with fewer columns than the last one.
            *column = column.filter(|column| *column < columns.len() || columns.is_empty());
            let label = ctx.t(label);
            ui.horizontal(|ui| {
                // One under the other, so that the selects stand in a column.
                ui.allocate_ui_with_layout(
                    egui::vec2(72.0, CONTROL),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_min_width(72.0);
                        widgets::quiet(ui, &label);
                    },
                );
                widgets::select(ui, &label, column, &named(first), 220.0);
            });
        }
        mapping.value = value.map_or(CsvValue::Row, CsvValue::Column);
    }

    fn where_it_goes(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let there = ctx.facts.topics.iter().find(|topic| *topic.name == *self.topic);
        let fault = check_topic_name(&self.topic).err().filter(|_| !self.topic.is_empty());
        let fault = fault.map(|error| name_error_words(ctx, error));
        let help = match there {
            Some(topic) => ctx.text.with("import-topic-there", &[("records", format::count(topic.records).into())]),
            None if self.topic.is_empty() => String::new(),
            None => ctx.text.with("import-topic-new", &[("count", self.partitions.as_str().into())]),
        };
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            self.topic_field(ui, ctx, fault.as_deref());
            if fault.is_none() && !help.is_empty() {
                let color = theme::of(ui).quiet;
                ui.add(egui::Label::new(egui::RichText::new(help).font(fonts::caption()).color(color)).wrap());
            }
        });
        if there.is_none() && !self.topic.is_empty() {
            let fault = ctx.t("import-partitions-fault");
            let fault = self.partition_count().is_none().then_some(&*fault);
            let label = ctx.t("import-partitions");
            let field = Field { fault, mono: true, width: 160.0, ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.partitions);
        }
        labelled(ui, &ctx.t("import-bad-lines"), |ui| {
            let words = [ctx.t("import-stop"), ctx.t("import-skip")];
            let entries = [(BadLines::Stop, &*words[0]), (BadLines::Skip, &*words[1])];
            widgets::segmented(ui, &mut self.bad_lines, &entries);
        });
        if matches!(self.format(), ImportFormat::JsonLines(JsonLines::Records))
            || self.csv.columns == CsvColumns::Export && self.holds == Holds::Csv
        {
            widgets::check(ui, &mut self.keep_partitions, &ctx.t("import-keep-partitions"));
        }
        if self.holds != Holds::Text {
            widgets::check(ui, &mut self.keep_times, &ctx.t("import-keep-times"));
        }
    }

    /// A name, or one of those that are there.
    fn topic_field(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, fault: Option<&str>) {
        ui.horizontal_top(|ui| {
            let (hint, label) = (ctx.t("import-topic-hint"), ctx.t("import-into"));
            let width = (ui.available_width() - CONTROL - 8.0).max(160.0);
            let field = Field { hint: &hint, fault, width, ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.topic);
            ui.vertical(|ui| {
                // Beside the field, below the height of its label.
                ui.add_space(19.0);
                let button = widgets::icon_button(ui, icon::CHEVRON_DOWN, &ctx.t("export-topic"));
                widgets::menu(&button, |ui| {
                    egui::ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                        for topic in ctx.facts.topics.iter().filter(|topic| !topic.internal) {
                            if widgets::item(ui, icon::TOPICS, &topic.name, None) {
                                self.topic = topic.name.to_string();
                            }
                        }
                    });
                });
            });
        });
    }

    /// What the form says the file holds.
    fn format(&self) -> ImportFormat {
        let name = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match self.holds {
            Holds::Records => ImportFormat::JsonLines(JsonLines::Records),
            Holds::Values => ImportFormat::JsonLines(JsonLines::Values {
                key: name(&self.key_member),
                timestamp: name(&self.time_member),
            }),
            Holds::Csv => ImportFormat::Csv(self.csv.clone()),
            Holds::Text => ImportFormat::Plain,
        }
    }

    fn take_guess(&mut self) {
        let Some(guess) = self.guess.value() else { return };
        self.guess.clear();
        self.holds = match &*guess {
            ImportFormat::JsonLines(JsonLines::Records) => Holds::Records,
            ImportFormat::JsonLines(JsonLines::Values { .. }) => Holds::Values,
            ImportFormat::Csv(options) => {
                self.csv = options.clone();
                Holds::Csv
            }
            ImportFormat::Plain => Holds::Text,
        };
        // A name that was proposed for the last file goes with it; one that somebody typed stays.
        if (self.topic.is_empty() || self.topic == self.proposed)
            && let Some(path) = self.path.path()
            && let Some(stem) = path.file_stem().and_then(|stem| stem.to_str())
            && check_topic_name(stem).is_ok()
        {
            self.topic = stem.to_owned();
            self.proposed.clone_from(&self.topic);
        }
    }

    /// Reads the first lines again when the file or the way of reading it is another.
    fn load_preview(&mut self, ctx: &Ctx<'_>) {
        let Some(path) = self.path.path() else { return };
        // While the path is typed, and until it is known what the file holds, there is nothing to read.
        if self.guessed.as_ref() != Some(&path) || self.guess.view().loading_since.is_some() {
            return;
        }
        let wanted = (path, self.format());
        if self.previewed.as_ref() == Some(&wanted) {
            return;
        }
        let (path, format) = wanted.clone();
        self.previewed = Some(wanted);
        let slot = self.preview.clone();
        ctx.with_session(move |session| session.preview_import(path, format, &slot));
    }

    fn partition_count(&self) -> Option<i32> {
        self.partitions.trim().parse().ok().filter(|count| (1..=PARTITIONS_MAX).contains(count))
    }

    /// Why the import cannot begin.
    fn fault(&self, ctx: &Ctx<'_>) -> Option<&'static str> {
        let there = ctx.facts.topics.iter().any(|topic| *topic.name == *self.topic);
        if let Some(fault) = self.path.fault() {
            Some(fault)
        } else if self.guessed != self.path.path() || self.guess.view().loading_since.is_some() {
            // What another file held says nothing about this one.
            Some("import-looking")
        } else if check_topic_name(&self.topic).is_err() {
            Some("import-topic-hint")
        } else if !there && self.partition_count().is_none() {
            Some("import-partitions-fault")
        } else {
            None
        }
    }

    fn start(&self, ctx: &Ctx<'_>) {
        let (Some(path), partitions) = (self.path.path(), self.partition_count().unwrap_or(1)) else { return };
        let mut request = ImportRequest::new(&self.topic, ImportFrom::File(path), self.format());
        // Nothing happens when it is there already.
        request.create = Some(CreateTopic::keeping(partitions));
        request.bad_lines = self.bad_lines;
        request.keep_partitions = self.keep_partitions;
        request.times = if self.keep_times { ImportTimes::Keep } else { ImportTimes::Now };
        ctx.with_session(move |session| {
            session.start_import(request);
        });
    }
}

fn labelled(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        widgets::caption(ui, label);
        content(ui);
    });
}
