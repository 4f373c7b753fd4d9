//! One request opened: what it was, what its error means, the records behind it, and every field of both sides.

use egui::{Align, Layout, Ui};

use super::{errors, rows, words};
use crate::{
    model::{Offset, PartitionId},
    payload::json::JsonValue,
    session::{
        Loadable,
        requests::{Field, RequestDetail, RequestId, RequestView, Said},
    },
    ui::{
        Action, Place,
        ctx::Ctx,
        format, icon,
        screens::topic::record::json::JsonTree,
        theme::{self, fonts},
        widgets::{self, Button},
    },
};

/// Width of the names of the short list, in points.
const NAMES: f32 = 96.0;

/// What the panel asks of the screen around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOutcome {
    Close,
}

/// What the panel keeps between frames.
#[derive(Default)]
pub struct RequestPanel {
    id: Option<RequestId>,
    slot: Loadable<Option<RequestDetail>>,
    trees: Option<Trees>,
    tab: Tab,
}

struct Trees {
    of: RequestId,
    request: JsonTree,
    response: JsonTree,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Request,
    Response,
}

impl RequestPanel {
    /// The request that is open.
    pub fn id(&self) -> Option<RequestId> {
        self.id
    }

    /// Turns to a request.
    pub fn open(&mut self, ctx: &Ctx<'_>, id: RequestId) {
        let Some(session) = ctx.session else { return };
        if self.id == Some(id) {
            return;
        }
        (self.id, self.trees) = (Some(id), None);
        self.slot.clear();
        session.load_request(id, &self.slot);
    }

    pub fn close(&mut self) {
        (self.id, self.trees) = (None, None);
    }

    /// Draws the panel.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> Option<RequestOutcome> {
        let id = self.id?;
        ui.spacing_mut().item_spacing.y = 8.0;
        let loaded = self.slot.view();
        let closed = head(ui, ctx, id);
        match loaded.value.as_deref() {
            None => drop(widgets::bar(ui, None, &ctx.t("requests-loading"))),
            Some(None) => drop(widgets::paragraph(ui, &ctx.t("requests-gone"))),
            Some(Some(detail)) => self.detail(ui, ctx, detail),
        }
        closed.then_some(RequestOutcome::Close)
    }

    fn detail(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, detail: &RequestDetail) {
        let view = &detail.view;
        about(ui, ctx, view);
        error(ui, ctx, view);
        records(ui, ctx, view);
        ui.horizontal(|ui| {
            if ui.add(Button::secondary(&ctx.t("requests-copy")).icon(icon::COPY)).clicked() {
                ctx.act(Action::Copy(as_text(ctx, detail)));
            }
        });
        let trees = self.trees.get_or_insert_with(|| Trees::new(detail));
        if trees.of != view.id {
            *trees = Trees::new(detail);
        }
        let titles = [ctx.t("requests-tab-request"), ctx.t("requests-tab-response")];
        let entries = [(Tab::Request, &*titles[0], None), (Tab::Response, &*titles[1], None)];
        widgets::tabs(ui, &mut self.tab, &entries);
        let (fields, tree, salt) = match self.tab {
            Tab::Request => (&detail.request, &mut trees.request, "request"),
            Tab::Response => (&detail.response, &mut trees.response, "response"),
        };
        if fields.is_empty() {
            widgets::paragraph(ui, &ctx.t("requests-no-fields"));
            return;
        }
        if detail.cut {
            widgets::caption(ui, &ctx.t("requests-fields-cut"));
        }
        tree.ui(ui, ctx, salt);
    }
}

/// `Request 88,213`, and the cross. True when that was clicked.
fn head(ui: &mut Ui, ctx: &Ctx<'_>, id: RequestId) -> bool {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL);
        widgets::strong(ui, &ctx.text.with("requests-one", &[("id", id.into())]));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            widgets::icon_button(ui, icon::CLOSE, &ctx.t("requests-close")).clicked()
        })
        .inner
    })
    .inner
}

fn about(ui: &mut Ui, ctx: &Ctx<'_>, view: &RequestView) {
    let version = ctx.text.with(
        "requests-api-version",
        &[
            ("api", view.api.into()),
            ("version", view.version.to_string().into()),
            ("key", view.api_key.to_string().into()),
        ],
    );
    let library = view.who.software.as_ref();
    let mut took = ctx.format.micros(view.took_micros);
    if view.waited_micros > 0 {
        let waited = ctx.format.micros(view.waited_micros);
        took = format!("{took} · {}", ctx.text.with("requests-waited", &[("time", waited.into())]));
    }
    let size = match view.request_bytes {
        Some(request) => ctx.text.with(
            "requests-size-about",
            &[
                ("request", format::bytes_text(request.into()).into()),
                (
                    "response",
                    view.response_bytes.map_or(format::UNKNOWN.into(), |n| format::bytes_text(n.into())).into(),
                ),
            ],
        ),
        None => ctx.t("requests-size-none").to_string(),
    };
    let mut lines = vec![
        ("requests-api", version),
        ("requests-time", ctx.format.time(view.at)),
        ("requests-client", rows::client(ctx, view)),
    ];
    if let Some(library) = library {
        lines.push(("clients-library", format!("{} {}", library.name, library.version)));
    }
    if let Some(peer) = view.who.peer() {
        lines.push(("clients-address", peer.to_string()));
    }
    lines.push(("requests-took", took));
    lines.push(("requests-size", size));
    let said = words::said(ctx, &view.said);
    if !said.is_empty() {
        lines.push(("requests-said", said));
    }
    list(ui, ctx, &lines, NAMES);
}

/// Names and values; the value wraps and can be selected.
pub fn list(ui: &mut Ui, ctx: &Ctx<'_>, lines: &[(&str, String)], names: f32) {
    let theme = theme::of(ui);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        for (id, value) in lines {
            ui.horizontal_top(|ui| {
                ui.allocate_ui_with_layout(egui::vec2(names, 16.0), Layout::left_to_right(Align::Min), |ui| {
                    ui.set_min_width(names);
                    widgets::elided(ui, &ctx.t(id), fonts::body(), theme.quiet);
                });
                let words = egui::RichText::new(value).font(fonts::data()).color(theme.text);
                ui.add(egui::Label::new(words).wrap().selectable(true));
            });
        }
    });
}

/// The error with its sentence, and what to do.
fn error(ui: &mut Ui, ctx: &Ctx<'_>, view: &RequestView) {
    let Some(found) = view.errors else { return };
    let theme = theme::of(ui);
    let color = if found.is_routine() { theme.note } else { theme.bad };
    egui::Frame::new()
        .fill(theme.washed(color))
        .corner_radius(egui::CornerRadius::same(theme::RADIUS_CARD))
        .inner_margin(egui::Margin::symmetric(12, 10))
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 4.0;
            errors::chip(ui, ctx, found);
            let sentence = |ui: &mut Ui, words: &str, color| {
                let words = egui::RichText::new(words).font(fonts::body()).color(color);
                ui.add(egui::Label::new(words).wrap().selectable(true));
            };
            sentence(ui, &errors::meaning(ctx, found.first), theme.text);
            sentence(ui, &errors::advice(ctx, found.first), theme.quiet);
            if let Some(message) = &view.message {
                sentence(ui, message, theme.quiet);
            }
            if found.count > 1 {
                sentence(ui, &ctx.text.with("requests-error-times", &[("n", found.count.into())]), theme.quiet);
            }
        });
}

/// The records behind a Produce or Fetch, each a way to see them.
fn records(ui: &mut Ui, ctx: &Ctx<'_>, view: &RequestView) {
    let mut link = |topic: &str, partition: PartitionId, offset: Offset, records: u32| {
        let words = ctx.text.with(
            "requests-see-records",
            &[
                ("place", words::place(topic, partition).into()),
                ("offset", format::integer(offset).into()),
                ("n", records.into()),
            ],
        );
        if widgets::link(ui, &words).clicked() {
            ctx.go(Place::Record { topic: topic.to_owned(), partition, offset });
        }
    };
    match &view.said {
        Said::Produce { parts, .. } => {
            for part in parts.iter().filter(|part| part.base_offset >= 0) {
                link(&part.topic, part.partition, part.base_offset, part.records);
            }
        }
        Said::Fetch { parts, .. } => {
            for part in parts {
                link(&part.topic, part.partition, part.from, part.records);
            }
        }
        _ => {}
    }
}

impl Trees {
    fn new(detail: &RequestDetail) -> Self {
        Self {
            of: detail.view.id,
            request: JsonTree::new(tree_of(&detail.request)),
            response: JsonTree::new(tree_of(&detail.response)),
        }
    }
}

/// Fields as a tree: what is counted from 0 is a list.
fn tree_of(fields: &[Field]) -> JsonValue {
    let is_list = !fields.is_empty() && fields.iter().enumerate().all(|(at, field)| field.name == at.to_string());
    if is_list {
        return JsonValue::Array(fields.iter().map(value_of).collect());
    }
    JsonValue::Object(fields.iter().map(|field| (field.name.clone(), value_of(field))).collect())
}

fn value_of(field: &Field) -> JsonValue {
    match field.value.as_str() {
        _ if !field.fields.is_empty() => tree_of(&field.fields),
        "null" => JsonValue::Null,
        "true" => JsonValue::Bool(true),
        "false" => JsonValue::Bool(false),
        "[]" => JsonValue::Array(Vec::new()),
        value if value.parse::<i64>().is_ok() => JsonValue::Number(value.to_owned()),
        value => JsonValue::String(value.to_owned()),
    }
}

/// All of it as text: what it was, and both trees as JSON.
fn as_text(ctx: &Ctx<'_>, detail: &RequestDetail) -> String {
    let line = rows::as_text(ctx, &detail.view);
    let (request, response) = (tree_of(&detail.request).to_compact(), tree_of(&detail.response).to_compact());
    format!("{line}\n{request}\n{response}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_lists_objects_and_values() {
        let field = |name: &str, value: &str, fields: Vec<Field>| Field {
            name: name.to_owned(),
            value: value.to_owned(),
            fields,
        };
        let topics = vec![field("0", "", vec![field("name", "orders", Vec::new()), field("n", "-7", Vec::new())])];
        let fields = [field("topics", "", topics), field("last", "true", Vec::new())];
        assert_eq!(tree_of(&fields).to_compact(), r#"{"topics":[{"name":"orders","n":-7}],"last":true}"#);
    }
}
