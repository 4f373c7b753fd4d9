//! JSON as a tree that opens and closes. Numbers are shown as they were written, to the last digit.

use std::collections::HashSet;

use egui::{Color32, CursorIcon, Popup, Role, ScrollArea, Sense, TextFormat, Ui, Vec2, WidgetInfo, text::LayoutJob};

use crate::{
    payload::json::JsonValue,
    ui::{
        Action,
        ctx::Ctx,
        icon,
        theme::{self, Theme, fonts},
        widgets,
    },
};

/// Height of a line, in points.
const LINE: f32 = 21.0;
/// Points that one level moves in.
const INDENT: f32 = 14.0;
/// Lines that are laid out at most; what is closed takes one.
const LINES_MAX: usize = 50_000;
/// Containers up to this size are open at first, below the first level.
const OPEN_LEN_MAX: usize = 20;
/// Levels that are open at first.
const OPEN_DEPTH_MAX: u16 = 3;
/// Characters of one string in its line; copying takes everything.
const STRING_CHARS_MAX: usize = 600;
/// From 2001-09-09 to 2100: a number of milliseconds in here is taken for a time and shown as one beside it.
const EPOCH_MILLIS: std::ops::Range<i64> = 1_000_000_000_000..4_102_444_800_000;

/// A JSON value and which of its containers are open.
pub struct JsonTree {
    root: JsonValue,
    /// Containers by their number in the order of the text.
    open: HashSet<u32>,
    lines: Vec<Line>,
    /// Lines beyond [`LINES_MAX`].
    cut: bool,
}

struct Line {
    depth: u16,
    name: Option<String>,
    text: String,
    kind: Kind,
    /// The container's number, for what opens and closes.
    container: Option<u32>,
    is_open: bool,
    /// What is copied: the value in compact form.
    path: String,
    millis: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Container,
    Text,
    Number,
    Word,
}

impl JsonTree {
    pub fn new(root: JsonValue) -> Self {
        let mut open = HashSet::new();
        let mut next = 0;
        open_at_first(&root, 0, &mut next, &mut open);
        let mut tree = Self { root, open, lines: Vec::new(), cut: false };
        tree.lay_out();
        tree
    }

    /// Open all, close all; laid out from the right.
    pub fn fold_buttons(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        if widgets::icon_button(ui, icon::CHEVRON_UP, &ctx.t("json-close-all")).clicked() {
            self.open = HashSet::from([0]);
            self.lay_out();
        }
        if widgets::icon_button(ui, icon::UNFOLD, &ctx.t("json-open-all")).clicked() {
            let mut next = 0;
            open_all(&self.root, &mut next, &mut self.open);
            self.lay_out();
        }
    }

    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, salt: &str) {
        let mut toggled = None;
        let count = self.lines.len() + usize::from(self.cut);
        // The rows are as high as a line, so nothing may come between them.
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::both().id_salt(("json", salt)).auto_shrink(false).show_rows(ui, LINE, count, |ui, range| {
            for index in range {
                match self.lines.get(index) {
                    Some(line) => {
                        if self.line(ui, ctx, line, index) {
                            toggled = line.container;
                        }
                    }
                    None => drop(widgets::faint(ui, &ctx.t("json-cut"))),
                }
            }
        });
        if let Some(container) = toggled {
            if !self.open.remove(&container) {
                self.open.insert(container);
            }
            self.lay_out();
        }
    }

    /// Draws a line; true when it is to open or close.
    fn line(&self, ui: &mut Ui, ctx: &Ctx<'_>, line: &Line, index: usize) -> bool {
        let theme = theme::of(ui);
        let job = line.job(ctx, theme);
        let galley = ui.painter().layout_job(job);
        let left = 16.0 + INDENT * f32::from(line.depth);
        let size = Vec2::new((left + galley.size().x + 4.0).max(ui.available_width()), LINE);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let role = if line.container.is_some() { Role::TreeItem } else { Role::Label };
        response.widget_info(|| WidgetInfo::labeled(role, true, line.words()));
        if response.hovered() {
            ui.painter().rect_filled(rect, 3.0, theme.hover);
        }
        let y = rect.center().y;
        if line.container.is_some() && !line.text.ends_with(['}', ']']) {
            let glyph = if line.is_open { icon::CHEVRON_DOWN } else { icon::CHEVRON_RIGHT };
            glyph.paint(ui.painter(), egui::pos2(rect.left() + left - 9.0, y), 14.0, theme.quiet);
        }
        ui.painter().galley(egui::pos2(rect.left() + left, y - galley.size().y / 2.0), galley, theme.text);
        Popup::context_menu(&response).show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if widgets::item(ui, icon::COPY, &ctx.t("json-copy-value"), None) {
                ctx.act(Action::Copy(self.value_at(index).map_or_else(String::new, copied)));
            }
            if widgets::item(ui, icon::COPY, &ctx.t("json-copy-path"), None) {
                ctx.act(Action::Copy(line.path.clone()));
            }
        });
        line.container.is_some() && response.on_hover_cursor(CursorIcon::PointingHand).clicked()
    }

    /// The value of a line, found by walking along its path.
    fn value_at(&self, index: usize) -> Option<&JsonValue> {
        fn walk<'v>(node: &'v JsonValue, path: &str, wanted: &str) -> Option<&'v JsonValue> {
            if path == wanted {
                return Some(node);
            }
            match node {
                JsonValue::Object(members) => members.iter().find_map(|(name, value)| {
                    let path = member_path(path, name);
                    wanted.starts_with(&path).then(|| walk(value, &path, wanted)).flatten()
                }),
                JsonValue::Array(items) => items.iter().enumerate().find_map(|(index, value)| {
                    let path = item_path(path, index);
                    wanted.starts_with(&path).then(|| walk(value, &path, wanted)).flatten()
                }),
                _ => None,
            }
        }
        walk(&self.root, "", &self.lines.get(index)?.path)
    }

    fn lay_out(&mut self) {
        let mut out = Out { lines: Vec::new(), open: &self.open, next: 0, cut: false };
        out.value(&self.root, None, 0, String::new());
        (self.lines, self.cut) = (out.lines, out.cut);
    }
}

/// A string without its quotes, anything else as compact JSON.
fn copied(value: &JsonValue) -> String {
    match value {
        JsonValue::String(text) => text.clone(),
        other => other.to_compact(),
    }
}

struct Out<'a> {
    lines: Vec<Line>,
    open: &'a HashSet<u32>,
    next: u32,
    cut: bool,
}

impl Out<'_> {
    // Recursion is bounded by JSON_DEPTH_MAX for every value that was read.
    fn value(&mut self, value: &JsonValue, name: Option<&str>, depth: u16, path: String) {
        if self.lines.len() >= LINES_MAX {
            self.cut = true;
            return;
        }
        let (text, kind) = match value {
            JsonValue::Null => ("null".to_owned(), Kind::Word),
            JsonValue::Bool(yes) => (yes.to_string(), Kind::Word),
            JsonValue::Number(literal) => (literal.clone(), Kind::Number),
            JsonValue::String(text) => (quoted(text), Kind::Text),
            JsonValue::Array(items) if items.is_empty() => ("[]".to_owned(), Kind::Container),
            JsonValue::Object(members) if members.is_empty() => ("{}".to_owned(), Kind::Container),
            JsonValue::Array(_) => ("[".to_owned(), Kind::Container),
            JsonValue::Object(_) => ("{".to_owned(), Kind::Container),
        };
        let container = value.is_container().then(|| {
            self.next += 1;
            self.next - 1
        });
        let is_open = container.is_some_and(|number| self.open.contains(&number));
        let text = if kind == Kind::Container && !value.is_empty() { format!("{text} {}", value.len()) } else { text };
        let millis =
            (kind == Kind::Number).then(|| text.parse::<i64>().ok()).flatten().filter(|n| EPOCH_MILLIS.contains(n));
        let name = name.map(str::to_owned);
        self.lines.push(Line { depth, name, text, kind, container, is_open, path: path.clone(), millis });
        if container.is_none() {
            return;
        }
        if !is_open {
            self.next += containers_below(value);
            return;
        }
        match value {
            JsonValue::Object(members) => {
                for (name, member) in members {
                    self.value(member, Some(name), depth + 1, member_path(&path, name));
                }
            }
            JsonValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(item, Some(&index.to_string()), depth + 1, item_path(&path, index));
                }
            }
            _ => {}
        }
    }
}

impl Line {
    fn job(&self, ctx: &Ctx<'_>, theme: &Theme) -> LayoutJob {
        let format = |color: Color32| TextFormat { font_id: fonts::data(), color, ..TextFormat::default() };
        let mut job = LayoutJob::default();
        job.wrap.max_width = f32::INFINITY;
        if let Some(name) = &self.name {
            job.append(name, 0.0, format(theme.series(0)));
            job.append(" ", 0.0, format(theme.text));
        }
        match self.kind {
            Kind::Container => match self.text.split_once(' ') {
                Some((bracket, count)) => {
                    job.append(bracket, 0.0, format(theme.quiet));
                    let id = if bracket == "{" { "json-fields" } else { "json-items" };
                    let words = ctx.text.with(id, &[("n", count.parse::<u64>().unwrap_or_default().into())]);
                    job.append(
                        &format!(" {words}"),
                        0.0,
                        format(if self.depth == 0 { theme.text } else { theme.faint }),
                    );
                }
                None => job.append(&self.text, 0.0, format(theme.quiet)),
            },
            Kind::Text => job.append(&self.text, 0.0, format(theme.series(2))),
            Kind::Number => job.append(&self.text, 0.0, format(theme.series(1))),
            Kind::Word => job.append(&self.text, 0.0, format(theme.series(3))),
        }
        if let Some(millis) = self.millis {
            let words = ctx.format.axis(millis, "%Y-%m-%d %H:%M:%S");
            let beside = TextFormat { font_id: fonts::caption(), valign: egui::Align::Center, ..format(theme.faint) };
            job.append(&words, 10.0, beside);
        }
        job
    }

    fn words(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} {}", self.text),
            None => self.text.clone(),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(STRING_CHARS_MAX).collect();
    let cut = shown.len() < text.len();
    let mut out = Vec::new();
    crate::payload::json::encode_string_into(&shown, &mut out);
    shown = String::from_utf8(out).unwrap_or(shown);
    if cut {
        shown.push('…');
    }
    shown
}

/// As jq writes it.
fn member_path(path: &str, name: &str) -> String {
    let plain =
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain && !name.is_empty() { format!("{path}.{name}") } else { format!("{path}[{}]", quoted(name)) }
}

fn item_path(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

fn containers_below(value: &JsonValue) -> u32 {
    let one = |child: &JsonValue| u32::from(child.is_container()) + containers_below(child);
    match value {
        JsonValue::Object(members) => members.iter().map(|(_, child)| one(child)).sum(),
        JsonValue::Array(items) => items.iter().map(one).sum(),
        _ => 0,
    }
}

fn open_at_first(value: &JsonValue, depth: u16, next: &mut u32, open: &mut HashSet<u32>) {
    if !value.is_container() {
        return;
    }
    if depth == 0 || (depth < OPEN_DEPTH_MAX && value.len() <= OPEN_LEN_MAX) {
        open.insert(*next);
    }
    *next += 1;
    each_child(value, |child| open_at_first(child, depth + 1, next, open));
}

fn open_all(value: &JsonValue, next: &mut u32, open: &mut HashSet<u32>) {
    if value.is_container() {
        open.insert(*next);
        *next += 1;
        each_child(value, |child| open_all(child, next, open));
    }
}

fn each_child(value: &JsonValue, mut visit: impl FnMut(&JsonValue)) {
    match value {
        JsonValue::Object(members) => members.iter().for_each(|(_, child)| visit(child)),
        JsonValue::Array(items) => items.iter().for_each(visit),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> JsonTree {
        JsonTree::new(JsonValue::parse(text).unwrap())
    }

    #[test]
    fn closing_a_container_hides_what_is_in_it_and_nothing_else() {
        let mut tree = tree(r#"{"a":{"b":[1,2]},"c":9007199254740993}"#);
        let words = |tree: &JsonTree| tree.lines.iter().map(Line::words).collect::<Vec<_>>();
        assert_eq!(words(&tree), ["{ 2", "a { 1", "b [ 2", "0 1", "1 2", "c 9007199254740993"]);
        tree.open.remove(&1);
        tree.lay_out();
        assert_eq!(words(&tree), ["{ 2", "a { 1", "c 9007199254740993"]);
        tree.open.insert(1);
        tree.open.remove(&2);
        tree.lay_out();
        assert_eq!(words(&tree), ["{ 2", "a { 1", "b [ 2", "c 9007199254740993"]);
    }

    #[test]
    fn a_line_knows_its_path_and_its_value() {
        let mut tree = tree(r#"{"a b":{"c":["x",{"d":1.50}]}}"#);
        open_all(&tree.root, &mut 0, &mut tree.open);
        tree.lay_out();
        let last = tree.lines.len() - 1;
        assert_eq!(tree.lines[last].path, r#"["a b"].c[1].d"#);
        assert_eq!(tree.value_at(last).map(copied).as_deref(), Some("1.50"));
    }
}
