//! The palette: finds commands, topics and groups by a few letters; works with the keyboard alone.

use egui::{
    Align2, Area, Color32, CornerRadius, Frame, Id, Key, Margin, Modifiers, Order, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo,
};

use super::{
    action::Action,
    clusters::{ClusterAction, ClusterKey},
    command::Command,
    ctx::Ctx,
    icon::{self, Icon},
    place::Place,
    theme::{self, RADIUS_CARD, fonts},
    widgets,
};

/// Rows shown at most; more letters find what is not among them.
const ROWS_MAX: usize = 11;
const WIDTH: f32 = 560.0;
const ROW: f32 = 34.0;

/// Open or not, and what was typed.
#[derive(Default)]
pub struct Palette {
    open: bool,
    just_opened: bool,
    query: String,
    chosen: usize,
}

/// One thing that was found.
#[derive(Clone)]
struct Found {
    score: i32,
    icon: Icon,
    words: String,
    kind: &'static str,
    what: What,
}

#[derive(Clone)]
enum What {
    Command(Command),
    Place(Place),
    Cluster(ClusterKey),
}

impl Palette {
    /// Opens it, or closes it.
    pub fn toggle(&mut self) {
        *self = Self { open: !self.open, just_opened: true, ..Self::default() };
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Draws it when it is open.
    pub fn ui(&mut self, ui: &Ui, ctx: &Ctx<'_>) {
        if !self.open {
            return;
        }
        let found = find(ctx, &self.query);
        self.keys(ui, ctx, &found);
        let theme = theme::of(ui);
        let frame = Frame::new()
            .fill(theme.raised)
            .stroke(Stroke::new(1.0, theme.edge))
            .corner_radius(CornerRadius::same(RADIUS_CARD + 2))
            .shadow(ui.visuals().window_shadow)
            .inner_margin(Margin::same(8));
        let area = Area::new(Id::unique("palette"))
            .anchor(Align2::CENTER_TOP, [0.0, 84.0])
            .order(Order::Foreground)
            .show(ui, |ui| frame.show(ui, |ui| self.content(ui, ctx, &found)));
        if area.response.clicked_elsewhere() && !self.just_opened {
            self.open = false;
        }
        self.just_opened = false;
    }

    fn keys(&mut self, ui: &Ui, ctx: &Ctx<'_>, found: &[Found]) {
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) {
                self.chosen = (self.chosen + 1).min(found.len().saturating_sub(1));
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) {
                self.chosen = self.chosen.saturating_sub(1);
            }
            if input.consume_key(Modifiers::NONE, Key::Escape) {
                self.open = false;
            }
        });
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter))
            && let Some(found) = found.get(self.chosen)
        {
            self.run(ctx, &found.what);
        }
    }

    fn content(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, found: &[Found]) {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        let id = Id::unique("palette-query");
        let before = self.query.clone();
        let field = widgets::search(ui, id, &mut self.query, &ctx.t("palette-hint"), "", WIDTH);
        if self.just_opened || !field.has_focus() {
            field.request_focus();
        }
        if self.query != before {
            self.chosen = 0;
        }
        ui.add_space(6.0);
        if found.is_empty() {
            let words = ctx.text.with("palette-none", &[("query", self.query.as_str().into())]);
            ui.horizontal(|ui| {
                ui.add_space(8.0);
                widgets::faint(ui, &words);
            });
            ui.add_space(6.0);
        }
        for (index, found) in found.iter().enumerate() {
            if row(ui, ctx, found, index == self.chosen).clicked() {
                self.run(ctx, &found.what);
            }
        }
    }

    fn run(&mut self, ctx: &Ctx<'_>, what: &What) {
        self.open = false;
        match what {
            What::Command(command) => ctx.act(Action::Run(*command)),
            What::Place(place) => ctx.go(place.clone()),
            What::Cluster(ClusterKey::Cluster(id)) => ctx.act_on_clusters(ClusterAction::Open(*id)),
            What::Cluster(key) => ctx.act_on_clusters(ClusterAction::Show(*key)),
        }
    }
}

fn row(ui: &mut Ui, ctx: &Ctx<'_>, found: &Found, chosen: bool) -> egui::Response {
    let theme = theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(WIDTH, ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &found.words));
    if chosen || response.hovered() {
        let ground = if chosen { theme.selected } else { theme.hover };
        ui.painter().rect_filled(rect, CornerRadius::same(6), ground);
    }
    let y = rect.center().y;
    found.icon.paint(
        ui.painter(),
        egui::pos2(rect.left() + 18.0, y),
        16.0,
        if chosen { theme.accent } else { theme.quiet },
    );
    let lay = |words: &str, font, color: Color32| ui.painter().layout_no_wrap(words.to_owned(), font, color);
    let paint = |x: f32, galley: std::sync::Arc<egui::Galley>| {
        let at = egui::pos2(x, y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, Color32::PLACEHOLDER);
    };
    paint(rect.left() + 38.0, lay(&found.words, fonts::body(), theme.text));
    let kind = lay(&ctx.t(found.kind), fonts::caption(), theme.faint);
    let right = rect.right() - 12.0 - kind.size().x;
    paint(right, kind);
    if let What::Command(command) = found.what
        && let Some(keys) = command.keys(ui)
    {
        let keys = lay(&keys, fonts::caption(), theme.quiet);
        paint(right - 16.0 - keys.size().x, keys);
    }
    response
}

/// Everything that matches, best first.
fn find(ctx: &Ctx<'_>, query: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for command in Command::ALL {
        let lab = command.is_for_lab() && !matches!(ctx.place, Place::Lab { .. });
        let nothing_like_it =
            ctx.is_cluster() && command.is_of_workspace() || command == Command::CloseCluster && !ctx.is_cluster();
        let refused = command.changes() && ctx.read_only_why().is_some();
        if command == Command::Palette || lab || nothing_like_it || refused {
            continue;
        }
        let words = ctx.t(command.text_id());
        if let Some(score) = score(&words, query) {
            found.push(Found {
                score,
                icon: command.icon(),
                words: words.to_string(),
                kind: "palette-commands",
                what: What::Command(command),
            });
        }
    }
    find_clusters(ctx, query, &mut found);
    // Without a query the commands alone fill the list.
    if !query.is_empty() {
        for topic in ctx.facts.topics.iter() {
            if let Some(score) = score(&topic.name, query) {
                let what = What::Place(Place::topic(&*topic.name));
                found.push(Found {
                    score,
                    icon: icon::TOPICS,
                    words: topic.name.to_string(),
                    kind: "palette-topics",
                    what,
                });
            }
        }
        for group in ctx.facts.groups.iter() {
            if let Some(score) = score(&group.id, query) {
                let what = What::Place(Place::group(&*group.id));
                found.push(Found {
                    score,
                    icon: icon::GROUPS,
                    words: group.id.to_string(),
                    kind: "palette-groups",
                    what,
                });
            }
        }
    }
    found.sort_by_key(|found| std::cmp::Reverse(found.score));
    found.truncate(ROWS_MAX);
    found
}

/// What is open besides what is shown, and what is known.
fn find_clusters(ctx: &Ctx<'_>, query: &str, found: &mut Vec<Found>) {
    if query.is_empty() {
        return;
    }
    let known = ctx.known.book.profiles().iter().map(|profile| (ClusterKey::Cluster(profile.id), profile.name.clone()));
    let workspace = [(ClusterKey::Workspace, ctx.t("cluster-local").to_string())];
    for (key, name) in workspace.into_iter().chain(known).filter(|(key, _)| *key != ctx.cluster.key) {
        let words = ctx.text.with("cluster-show", &[("cluster", name.as_str().into())]);
        // By its own name, as "show" would find all of them.
        if let Some(score) = score(&name, query) {
            let what = What::Cluster(key);
            found.push(Found { score, icon: icon::CLUSTERS, words, kind: "palette-clusters", what });
        }
    }
}

/// How well the letters of the query are found in the words, in order; `None` where one is missing. Letters that
/// follow each other or begin a word count more, long words less.
fn score(words: &str, query: &str) -> Option<i32> {
    let mut score = 0;
    let mut letters = query.chars().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).peekable();
    let (mut before, mut followed) = (' ', false);
    for letter in words.chars().flat_map(char::to_lowercase) {
        if letters.peek() == Some(&letter) {
            letters.next();
            score += 4 + if followed { 6 } else { 0 } + if before.is_alphanumeric() { 0 } else { 8 };
            followed = true;
        } else {
            followed = false;
        }
        before = letter;
    }
    letters.peek().is_none().then(|| score * 4 - (words.chars().count() as i32).min(60))
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn letters_in_order_are_found_and_beginnings_count_more() {
        assert!(score("New topic…", "ntop").is_some());
        assert!(score("New topic…", "topn").is_none());
        assert!(score("orders", "ord") > score("back-orders-old", "ord"));
        assert!(score("Export a topic…", "et") > score("Shortest", "et"));
        assert!(score("切换到中文", "中文").is_some());
        assert_eq!(score("anything", "").map(|s| s < 0), Some(true));
    }
}
