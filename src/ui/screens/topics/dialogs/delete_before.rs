//! The dialog that deletes old records: below an offset of each partition, filled in by hand or from a time.

use egui::{ScrollArea, Ui};

use crate::{
    model::{Offset, PartitionId},
    session::{Loadable, OffsetsAt, TopicFacts},
    ui::{
        Ctx, format,
        theme::fonts,
        time_input,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

const ROW_HEIGHT: f32 = 34.0;
/// Rows in view before the list scrolls.
const ROWS_IN_VIEW: f32 = 7.0;

/// What was filled in.
pub struct DeleteBefore {
    topic: String,
    time: String,
    rows: Vec<Row>,
    at: Loadable<OffsetsAt>,
    /// The answer for a time was put into the rows.
    taken: bool,
}

struct Row {
    partition: PartitionId,
    start: Offset,
    end: Offset,
    before: String,
}

impl DeleteBefore {
    pub fn new(topic: &TopicFacts) -> Self {
        let row = |p: &crate::session::PartitionFacts| {
            let (start, end) = (p.start?, p.end?);
            Some(Row { partition: p.id, start, end, before: start.to_string() })
        };
        let rows = topic.partitions.iter().filter_map(row).collect();
        Self { topic: topic.name.to_string(), time: String::new(), rows, at: Loadable::default(), taken: true }
    }

    /// Draws the dialog; deletes when confirmed.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>) -> DialogEnd {
        self.take_answer();
        let chosen = self.chosen();
        let lost: u64 = chosen.as_ref().map_or(0, |rows| rows.iter().map(|(_, _, lost)| lost).sum());
        let why_not = match &chosen {
            None => Some(ctx.t("delete-before-fault")),
            Some(_) if lost == 0 => Some(ctx.t("delete-before-nothing")),
            Some(_) => None,
        };
        let title = ctx.text.with("delete-before-title", &[("topic", self.topic.as_str().into())]);
        let verb = ctx.text.with("delete-before-verb", &[("count", format::count(lost).into())]);
        let cancel = ctx.t("cancel");
        let dialog = Dialog::new(&title, &verb, &cancel).dangerous().unless(why_not.as_deref()).width(520.0);
        let end = dialog.show(ui.ctx(), |ui| {
            crate::ui::shell::on_cluster(ui, ctx);
            widgets::paragraph(ui, &ctx.t("delete-before-about"));
            self.time_row(ui, ctx);
            ui.scope(|ui| self.table(ui, ctx));
            let loss = ctx.text.with("delete-before-loss", &[("count", format::count(lost).into())]);
            widgets::rich(ui, &loss, fonts::medium(13.0), ctx.theme.bad);
        });
        if let (DialogEnd::Confirmed, Some(rows)) = (end, chosen) {
            let topic = self.topic.clone();
            let before =
                rows.into_iter().filter(|(_, _, lost)| *lost > 0).map(|(id, offset, _)| (id, offset)).collect();
            ctx.with_session(move |session| {
                session.delete_records_before(topic, before);
            });
        }
        end
    }

    fn time_row(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            let (label, hint) = (ctx.t("delete-before-time"), ctx.t("time-hint"));
            let field = Field { mono: true, hint: &hint, width: 280.0, ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.time);
            let at = time_input::parse(&self.time, ctx.format);
            ui.vertical(|ui| {
                ui.add_space(18.0);
                let fill = ctx.t("delete-before-fill");
                if ui.add(widgets::Button::secondary(&fill).enabled(at.is_some())).clicked()
                    && let Some(at) = at
                {
                    let (topic, slot) = (self.topic.clone(), self.at.clone());
                    self.taken = false;
                    ctx.with_session(move |session| session.load_offsets_at(topic, at, &slot));
                }
            });
        });
        if let Some(problem) = self.at.view().problem {
            widgets::problem(ui, ctx, &problem, None);
        }
    }

    fn table(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let widths = [90.0, 110.0, 110.0];
        ui.horizontal(|ui| {
            for (id, width) in ["partitions-id", "partitions-start", "partitions-end", "delete-before-before"]
                .iter()
                .zip(widths.iter().chain([&150.0]))
            {
                cell(ui, *width, |ui| drop(widgets::caption(ui, &ctx.t(id))));
            }
        });
        ui.spacing_mut().item_spacing.y = 0.0;
        let height = ROW_HEIGHT * (self.rows.len() as f32).min(ROWS_IN_VIEW);
        ScrollArea::vertical().max_height(height).auto_shrink(false).show_rows(
            ui,
            ROW_HEIGHT,
            self.rows.len(),
            |ui, range| {
                for row in self.rows.get_mut(range).into_iter().flatten() {
                    ui.horizontal(|ui| {
                        cell(ui, widths[0], |ui| drop(widgets::data(ui, &row.partition.to_string())));
                        cell(ui, widths[1], |ui| drop(widgets::data_quiet(ui, &format::integer(row.start))));
                        cell(ui, widths[2], |ui| drop(widgets::data_quiet(ui, &format::integer(row.end))));
                        let name = ctx.text.with("delete-before-of", &[("partition", i64::from(row.partition).into())]);
                        let edit = egui::TextEdit::singleline(&mut row.before)
                            .font(fonts::data())
                            .align(egui::Align2::LEFT_CENTER)
                            .desired_width(140.0);
                        ui.add(edit).accessible_name(name);
                    });
                }
            },
        );
    }

    fn take_answer(&mut self) {
        if self.taken {
            return;
        }
        let view = self.at.view();
        if let (Some(offsets), None) = (view.value, view.loading_since) {
            for (partition, offset) in offsets.iter() {
                if let Some(row) = self.rows.iter_mut().find(|row| row.partition == *partition) {
                    // All records are older than that time.
                    row.before = offset.unwrap_or(row.end).to_string();
                }
            }
            self.taken = true;
        }
    }

    /// Partition, offset, records that go; `None` when a field is no offset.
    fn chosen(&self) -> Option<Vec<(PartitionId, Offset, u64)>> {
        let one = |row: &Row| {
            let offset: Offset = row.before.trim().replace([',', '_', ' '], "").parse().ok()?;
            let inside = (0..=row.end).contains(&offset);
            inside.then(|| (row.partition, offset, u64::try_from(offset - row.start).unwrap_or(0)))
        };
        self.rows.iter().map(one).collect()
    }
}

fn cell(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let size = egui::vec2(width, ui.spacing().interact_size.y.max(20.0));
    ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.set_min_width(width);
        content(ui);
    });
}
