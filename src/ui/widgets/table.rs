//! A table that is exact for any number of rows: it scrolls by a row number in u64 and draws only the rows in view.
//!
//! A screen implements [`Rows`] for what it shows, keeps a [`TableState`], and calls [`Table::show`]. Column widths, sort
//! and hidden columns are remembered between starts under the table's id. Keys while it has the focus: arrows, Page Up
//! and Down, Home, End, Enter.

mod body;
mod columns;
mod header;
mod scroll;

use std::ops::Range;

use egui::{Color32, Id, Ui};

pub use columns::{Align, Column};
pub use scroll::Scroll;

use crate::ui::{action::Action, ctx::Ctx, ctx::TableLayout, theme};

/// What a table shows. Columns are told by their place in the list given to [`Table::new`].
pub trait Rows {
    /// How many rows there are now.
    fn count(&self) -> u64;

    /// A row in words, for who cannot see it: its main columns.
    fn name(&self, row: u64) -> String;

    /// Draws one cell into its space; right-aligned columns are laid out from the right.
    fn cell(&mut self, ui: &mut Ui, row: u64, column: usize);

    /// Whether rows end in a `⋯` with [`Rows::menu`], which also opens by a right click.
    fn has_menu(&self) -> bool {
        false
    }

    /// The entries of a row's menu: [`super::item`] and its kin.
    fn menu(&mut self, _ui: &mut Ui, _row: u64) {}

    /// Ground of a row that is marked, such as one with an error.
    fn ground(&self, _row: u64) -> Option<Color32> {
        None
    }
}

/// What a table keeps between frames.
#[derive(Default)]
pub struct TableState {
    pub scroll: Scroll,
    pub selected: Option<u64>,
    /// Loaded from the settings at the first frame.
    layout: Option<TableLayout>,
    /// Points hidden at the left, when the columns are wider than the space.
    hidden_left: f32,
    /// Where in the handle of the scroll bar it was taken, in points.
    bar_grab: Option<f32>,
}

impl TableState {
    /// Selects a row and brings it into view.
    pub fn reveal(&mut self, row: u64) {
        self.selected = Some(row);
        self.scroll.reveal(row);
    }

    /// Keeps view and selection on the same records when that many rows came in above them.
    pub fn rows_inserted_above(&mut self, rows: u64) {
        self.scroll.rows_inserted_above(rows);
        self.selected = self.selected.map(|row| row.saturating_add(rows));
    }

    /// Id of the column that sorts, and whether it descends.
    pub fn sort(&self) -> Option<(&str, bool)> {
        self.layout.as_ref()?.sort.as_ref().map(|(id, descending)| (id.as_str(), *descending))
    }
}

/// What happened to a table in this frame.
#[derive(Debug, Default)]
pub struct TableResponse {
    /// Enter or a double click on this row.
    pub opened: Option<u64>,
    /// Another row was selected.
    pub selection_changed: bool,
    /// A header was clicked; see [`TableState::sort`].
    pub sort_changed: bool,
    /// The user scrolled in this frame, by any means.
    pub scrolled: bool,
    /// Rows at least partly in view.
    pub visible: Range<u64>,
    /// The last row is in view.
    pub at_end: bool,
    /// Ctrl/Cmd+C while the table has the focus.
    pub copy: bool,
    /// The focus, for commands that act on the selected row.
    pub has_focus: bool,
}

/// A table to be shown.
pub struct Table<'a> {
    id: &'static str,
    name: &'a str,
    columns: &'a [Column<'a>],
    row_height: f32,
    default_sort: Option<(&'static str, bool)>,
    primary: bool,
}

impl<'a> Table<'a> {
    /// `id` is the table's name in the settings; `name` its accessible name.
    pub fn new(id: &'static str, name: &'a str, columns: &'a [Column<'a>]) -> Self {
        Self { id, name, columns, row_height: theme::ROW, default_sort: None, primary: false }
    }

    /// Rows of 22 points.
    pub fn compact(mut self) -> Self {
        self.row_height = theme::ROW_COMPACT;
        self
    }

    /// The column that sorts before a header was ever clicked.
    pub fn sorted_by(mut self, column: &'static str, descending: bool) -> Self {
        self.default_sort = Some((column, descending));
        self
    }

    /// The table of the screen: arrow keys reach it while nothing has the focus.
    pub fn primary(mut self) -> Self {
        self.primary = true;
        self
    }

    /// Draws it on all the space that is left.
    pub fn show(self, ui: &mut Ui, ctx: &Ctx<'_>, state: &mut TableState, rows: &mut dyn Rows) -> TableResponse {
        let mut layout = state.layout.take().unwrap_or_else(|| self.stored(ctx));
        let before = layout.clone();
        let mut response = TableResponse::default();
        let id = ui.make_persistent_id(("table", self.id));
        let space = ui.available_rect_before_wrap();
        ui.allocate_rect(space, egui::Sense::hover());

        let menu_width = if rows.has_menu() { columns::MENU_WIDTH } else { 0.0 };
        let shown = columns::place(self.columns, &layout, space.width() - columns::BAR_WIDTH - menu_width);
        let wide = shown.last().map_or(0.0, |column| column.right);
        state.hidden_left =
            state.hidden_left.clamp(0.0, (wide - (space.width() - columns::BAR_WIDTH - menu_width)).max(0.0));

        let (head, view) = space.split_top_bottom_at_y(space.top() + header::HEIGHT);
        header::show(ui, ctx, &self, id, head, &shown, state.hidden_left, &mut layout);
        response.sort_changed = layout.sort != before.sort;
        body::show(ui, &self, id, view, &shown, state, rows, &mut response);

        if layout != before && !ui.input(|input| input.pointer.primary_down()) {
            ctx.act(Action::TableLayout { table: self.id, layout: layout.clone() });
        } else if layout != before {
            // Still being dragged: remembered when let go, as the widths then differ from what is stored.
        } else if ui.input(|input| input.pointer.any_released()) && ctx.settings.tables.get(self.id) != Some(&layout) {
            ctx.act(Action::TableLayout { table: self.id, layout: layout.clone() });
        }
        state.layout = Some(layout);
        response
    }

    fn stored(&self, ctx: &Ctx<'_>) -> TableLayout {
        let mut layout = ctx.settings.tables.get(self.id).cloned().unwrap_or_default();
        if layout.sort.is_none() {
            layout.sort = self.default_sort.map(|(id, descending)| (id.to_owned(), descending));
        }
        layout
    }
}

/// Id of the table's body, which has the focus; for a command that moves the focus there.
pub fn focus_id(ui: &Ui, table: &'static str) -> Id {
    ui.make_persistent_id(("table", table)).with("body")
}
