//! The switcher: what is shown, as a button with a menu of everything that is open and known; beside it the others that are
//! open, a click away.

use egui::{Color32, CornerRadius, CursorIcon, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use super::{
    super::{
        action::Action,
        clusters::{ClusterAction, ClusterKey, ClusterView, Standing, addresses, is_production},
        command::{self, Command},
        ctx::Ctx,
        icon,
        place::Place,
        theme::{self, CONTROL, RADIUS, Theme, fonts},
        widgets,
    },
    Around, status,
};

/// Longest name in the bar, in points; longer ones end in `…`.
const NAME_MAX: f32 = 220.0;
const NAME_OTHER_MAX: f32 = 130.0;
/// Kept free at the right for the field that finds anything, in points.
const KEPT: f32 = super::top::FIELD + 28.0;
/// Known clusters that the menu lists; the rest is on the screen.
const KNOWN_MAX: usize = 12;

/// Draws what is shown and, as far as there is room, what else is open.
pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
    let right = ui.max_rect().right() - KEPT;
    let before = ctx.open.iter().take_while(|view| view.key != ctx.cluster.key);
    let after = ctx.open.iter().skip_while(|view| view.key != ctx.cluster.key).skip(1);
    ui.spacing_mut().item_spacing.x = 4.0;
    for view in before {
        other(ui, ctx, view, right - OWN_MIN);
    }
    shown(ui, ctx, around);
    for view in after {
        other(ui, ctx, view, right);
    }
}

/// Room that what is shown needs at least, in points.
const OWN_MIN: f32 = 260.0;

/// The dot of one of them: the colour of the cluster, or how the workspace is reached.
fn dot(ctx: &Ctx<'_>, view: &ClusterView) -> Color32 {
    match &view.profile {
        Some(profile) => ctx.theme.profile(profile.colour),
        None if view.key == ctx.cluster.key => status::color(ctx),
        None => ctx.theme.good,
    }
}

fn shown(ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
    let theme = theme::of(ui);
    let view = ctx.cluster;
    let local = ctx.t("cluster-local");
    let font = if view.profile.is_some() { fonts::semibold(13.0) } else { fonts::body() };
    let name = widgets::one_line(ui, view.name(&local), font, theme.text, NAME_MAX);
    let quiet = quiet_words(ui, ctx);
    let chips = Chips::of(ui, ctx, view);
    let mut width = 27.0 + name.size().x + 8.0 + chips.width + 24.0;
    width += quiet.as_ref().map_or(0.0, |quiet| quiet.size().x + 8.0);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width.ceil(), CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, ctx.t("cluster-switch")));
    let tint = view.profile.as_ref().map(|profile| theme.profile(profile.colour));
    let ground = match tint {
        _ if response.hovered() => theme.hover,
        Some(color) => theme.washed(color),
        None => theme.panel,
    };
    let edge = if response.has_focus() { theme.accent } else { tint.map_or(theme.edge, |color| theme.dimmed(color)) };
    let painter = ui.painter();
    painter.rect(rect, CornerRadius::same(RADIUS), ground, Stroke::new(1.0, edge), StrokeKind::Inside);
    let y = rect.center().y;
    painter.circle_filled(egui::pos2(rect.left() + 15.0, y), 4.0, dot(ctx, view));
    let mut x = rect.left() + 27.0;
    let size = name.size();
    painter.galley(egui::pos2(x, y - size.y / 2.0), name, theme.text);
    x = chips.paint(ui, egui::pos2(x + size.x + 8.0, y));
    if let Some(quiet) = quiet {
        let size = quiet.size();
        ui.painter().galley(egui::pos2(x, y - size.y / 2.0), quiet, theme.quiet);
        x += size.x + 8.0;
    }
    icon::CHEVRON_DOWN.paint(ui.painter(), egui::pos2(x + 5.0, y), 15.0, theme.quiet);
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    widgets::menu(&response, |ui| menu(ui, ctx, around));
}

/// The address of the workspace; of a cluster, while nothing else is shown beside it.
fn quiet_words(ui: &Ui, ctx: &Ctx<'_>) -> Option<std::sync::Arc<egui::Galley>> {
    let theme = theme::of(ui);
    let (words, font) = match &ctx.cluster.profile {
        Some(_) if ctx.open.len() > 2 => return None,
        Some(profile) => (ctx.text.say(&addresses(profile)), fonts::data()),
        None => match &ctx.facts.cluster.address {
            Some(address) => (address.clone(), fonts::data()),
            None => (ctx.t(status::no_address(ctx).0).to_string(), fonts::body()),
        },
    };
    Some(widgets::one_line(ui, &words, font, theme.quiet, NAME_MAX))
}

/// One that is open and not shown; nothing where there is no room for it, as the menu has it too.
fn other(ui: &mut Ui, ctx: &Ctx<'_>, view: &ClusterView, right: f32) {
    let theme = theme::of(ui);
    let local = ctx.t("cluster-local");
    let name = widgets::one_line(ui, view.name(&local), fonts::body(), theme.quiet, NAME_OTHER_MAX);
    let says = view.standing.says();
    let width = 26.0 + name.size().x + if says.is_some() { 20.0 } else { 0.0 } + 10.0;
    if ui.cursor().left() + width > right {
        return;
    }
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width.ceil(), CONTROL), Sense::click());
    let label = ctx.text.with("cluster-show", &[("cluster", view.name(&local).into())]);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), theme.hover);
    }
    widgets::focus_ring(ui, &response, rect);
    let y = rect.center().y;
    ui.painter().circle_filled(egui::pos2(rect.left() + 14.0, y), 4.0, dot(ctx, view));
    let size = name.size();
    ui.painter().galley(egui::pos2(rect.left() + 26.0, y - size.y / 2.0), name, theme.quiet);
    if let Some((icon, _)) = says {
        let color = standing_color(theme, view.standing);
        icon.paint(ui.painter(), egui::pos2(rect.right() - 16.0, y), 14.0, color);
    }
    let nth = ctx.open.iter().position(|open| open.key == view.key).unwrap_or_default();
    let keys = command::cluster_keys(ui, nth).map_or(String::new(), |keys| format!(" ({keys})"));
    let about = match says {
        Some((_, words)) => format!("{label}{keys}: {}", ctx.t(words)),
        None => format!("{label}{keys}"),
    };
    if response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(about).clicked() {
        ctx.act_on_clusters(ClusterAction::Show(view.key));
    }
}

/// The colour of how something stands.
pub(super) fn standing_color(theme: &Theme, standing: Standing) -> Color32 {
    match standing {
        Standing::Open => theme.good,
        Standing::Opening => theme.note,
        Standing::Asks | Standing::Stale => theme.care,
        Standing::Failed => theme.bad,
    }
}

fn menu(ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
    for (nth, view) in ctx.open.iter().enumerate() {
        open_entry(ui, ctx, view, nth);
    }
    let is_open = |id| ctx.open.iter().any(|view| view.key == ClusterKey::Cluster(id));
    let mut closed = ctx.known.book.profiles().iter().filter(|profile| !is_open(profile.id)).peekable();
    if closed.peek().is_some() {
        widgets::rule(ui);
        widgets::note(ui, &ctx.t("cluster-not-open"));
    }
    for profile in closed.take(KNOWN_MAX) {
        let color = ctx.theme.profile(profile.colour);
        if entry(ui, color, &profile.name, &profile.environment, None, false) {
            ctx.act_on_clusters(ClusterAction::Open(profile.id));
        }
    }
    widgets::rule(ui);
    for command in [Command::AddCluster, Command::GoClusters] {
        if widgets::item(ui, command.icon(), &ctx.t(command.text_id()), None) {
            ctx.act(Action::Run(command));
        }
    }
    widgets::rule(ui);
    match &ctx.cluster.profile {
        Some(profile) => own_cluster(ui, ctx, profile.id, &profile.name),
        None => own_workspace(ui, ctx, around),
    }
}

fn open_entry(ui: &mut Ui, ctx: &Ctx<'_>, view: &ClusterView, nth: usize) {
    let local = ctx.t("cluster-local");
    let environment = view.profile.as_deref().map_or("", |profile| &profile.environment);
    let says = view.standing.says().map(|(_, words)| ctx.t(words));
    let quiet = says.as_deref().unwrap_or(environment);
    let keys = command::cluster_keys(ui, nth);
    let here = view.key == ctx.cluster.key;
    if entry(ui, dot(ctx, view), view.name(&local), quiet, keys.as_deref(), here) {
        ctx.act_on_clusters(ClusterAction::Show(view.key));
    }
}

fn own_cluster(ui: &mut Ui, ctx: &Ctx<'_>, id: crate::session::connections::ConnectionId, name: &str) {
    if widgets::item(ui, icon::EDIT, &ctx.t("cluster-edit"), None) {
        ctx.go(Place::ClusterForm { id: Some(id) });
    }
    if widgets::item(ui, icon::REFRESH, &ctx.t("cluster-reopen"), None) {
        ctx.act_on_clusters(ClusterAction::Retry(ClusterKey::Cluster(id)));
    }
    let words = ctx.text.with("cluster-close", &[("cluster", name.into())]);
    if widgets::item(ui, icon::CLOSE, &words, None) {
        ctx.act(Action::Run(Command::CloseCluster));
    }
}

fn own_workspace(ui: &mut Ui, ctx: &Ctx<'_>, around: &Around<'_>) {
    let path = around.folder.display().to_string();
    widgets::note(ui, &ctx.text.with("cluster-folder", &[("path", path.as_str().into())]));
    if ctx.facts.cluster.address.is_none() {
        widgets::note(ui, &status::no_address(ctx).1);
    }
    if widgets::item(ui, icon::COPY, &ctx.t("cluster-copy-folder"), None) {
        ctx.act(Action::Copy(path));
    }
    for other in around.recent.iter().filter(|other| *other != around.folder) {
        if widgets::item(ui, icon::HISTORY, &other.display().to_string(), None) {
            ctx.act(Action::OpenWorkspace(other.clone()));
        }
    }
    let keys = Command::OpenWorkspace.keys(ui);
    if widgets::item(ui, icon::FOLDER, &ctx.t("cluster-open-folder"), keys.as_deref()) {
        ctx.act(Action::Run(Command::OpenWorkspace));
    }
}

/// An entry with the dot of a cluster, and quiet words and keys at its right.
fn entry(ui: &mut Ui, color: Color32, name: &str, quiet: &str, keys: Option<&str>, here: bool) -> bool {
    const WIDTH: f32 = 320.0;
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width().max(WIDTH), CONTROL), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, here, name));
    if here || response.hovered() || response.has_focus() {
        let ground = if here && !response.hovered() { theme.hover } else { theme.selected };
        ui.painter().rect_filled(rect, CornerRadius::same(4), ground);
    }
    let y = rect.center().y;
    ui.painter().circle_filled(egui::pos2(rect.left() + 16.0, y), 4.5, color);
    let mut right = rect.right() - 8.0;
    for (words, color) in [(keys.unwrap_or_default(), theme.faint), (quiet, theme.quiet)] {
        let galley = widgets::one_line(ui, words, fonts::caption(), color, NAME_OTHER_MAX);
        if !words.is_empty() {
            right -= galley.size().x;
            ui.painter().galley(egui::pos2(right, y - galley.size().y / 2.0), galley, color);
            right -= 12.0;
        }
    }
    let font = if here { fonts::medium(13.0) } else { fonts::body() };
    let name = widgets::one_line(ui, name, font, theme.text, right - rect.left() - 32.0);
    ui.painter().galley(egui::pos2(rect.left() + 32.0, y - name.size().y / 2.0), name, theme.text);
    response.on_hover_cursor(CursorIcon::PointingHand).clicked()
}

/// The environment word, the read-only chip, and how the cluster stands, in one row.
struct Chips {
    parts: Vec<Chip>,
    width: f32,
}

struct Chip {
    icon: Option<icon::Icon>,
    words: std::sync::Arc<egui::Galley>,
    front: Color32,
    ground: Color32,
}

impl Chips {
    const HEIGHT: f32 = 18.0;

    fn of(ui: &Ui, ctx: &Ctx<'_>, view: &ClusterView) -> Self {
        let theme = theme::of(ui);
        let mut chips = Self { parts: Vec::new(), width: 0.0 };
        if let Some(profile) = &view.profile {
            let color = theme.profile(profile.colour);
            if !profile.environment.trim().is_empty() {
                // The one where a mistake costs the most is filled, the others are tinted.
                let (front, ground) = if is_production(profile) {
                    (theme.on_profile(), color)
                } else {
                    (theme.chip_text(color), theme.tinted(color))
                };
                chips.add(ui, None, profile.environment.trim(), front, ground);
            }
            if profile.read_only {
                chips.add(
                    ui,
                    Some(icon::LOCK),
                    &ctx.t("cluster-read-only"),
                    theme.chip_text(theme.note),
                    theme.tinted(theme.note),
                );
            }
        }
        if let (Some((icon, words)), true) = (view.standing.says(), view.profile.is_some()) {
            let color = standing_color(theme, view.standing);
            chips.add(ui, Some(icon), &ctx.t(words), theme.chip_text(color), theme.tinted(color));
        }
        chips
    }

    fn add(&mut self, ui: &Ui, icon: Option<icon::Icon>, words: &str, front: Color32, ground: Color32) {
        let words = widgets::one_line(ui, words, fonts::medium(11.5), front, NAME_OTHER_MAX);
        let chip = Chip { icon, words, front, ground };
        self.width += chip.width() + 6.0;
        self.parts.push(chip);
    }

    /// Paints them from that point of their middle line on; answers where they end.
    fn paint(self, ui: &Ui, from: egui::Pos2) -> f32 {
        let mut x = from.x;
        for chip in self.parts {
            let width = chip.width();
            let rect =
                egui::Rect::from_min_size(egui::pos2(x, from.y - Self::HEIGHT / 2.0), Vec2::new(width, Self::HEIGHT));
            ui.painter().rect_filled(rect, Self::HEIGHT / 2.0, chip.ground);
            let mut left = x + 8.0;
            if let Some(icon) = chip.icon {
                icon.paint(ui.painter(), egui::pos2(left + 6.0, from.y), 12.0, chip.front);
                left += 16.0;
            }
            let size = chip.words.size();
            ui.painter().galley(egui::pos2(left, from.y - size.y / 2.0), chip.words, chip.front);
            x += width + 6.0;
        }
        x + 2.0
    }
}

impl Chip {
    fn width(&self) -> f32 {
        self.words.size().x + 16.0 + if self.icon.is_some() { 16.0 } else { 0.0 }
    }
}
