//! The first start: three things to do, and what an acknowledgement means here.

use egui::{Align, Label, Layout, RichText, Ui};

use crate::ui::{
    action::Action,
    command::Command,
    ctx::Ctx,
    icon::{self, Icon},
    theme::{self, GROUPS, fonts},
    widgets::{self, Button},
};

/// Width of the text column, in points.
const WIDTH: f32 = 940.0;
const CARD_HEIGHT: f32 = 240.0;

pub(super) fn show(ui: &mut Ui, ctx: &Ctx<'_>) {
    widgets::page_scroll(ui, |ui| {
        let side = ((ui.available_width() - WIDTH) / 2.0).max(0.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            ui.add_space(side);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                ui.set_width(ui.available_width().min(WIDTH));
                ui.add_space(40.0);
                head(ui, ctx);
                ui.add_space(GROUPS);
                cards(ui, ctx);
                ui.add_space(8.0);
                links(ui, ctx);
                ui.add_space(GROUPS);
                acknowledgements(ui, ctx);
            });
        });
    });
}

fn head(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    widgets::rich(ui, &ctx.t("first-title"), fonts::figure(), theme.text);
    let cluster = &ctx.facts.cluster;
    let folder = cluster.data_dir.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let mut job = egui::text::LayoutJob::default();
    job.wrap.max_width = ui.available_width();
    let mut add = |words: &str, data: bool| {
        let (font, color) = if data {
            (fonts::data(), theme.text)
        } else {
            (egui::FontId { size: 15.0, ..fonts::body() }, theme.quiet)
        };
        job.append(words, 0.0, egui::TextFormat { font_id: font, color, valign: Align::Center, ..Default::default() });
    };
    let sentence = match &cluster.address {
        Some(address) => ctx.text.with(
            "first-with-address",
            &[("address", format!("\u{1}{address}\u{1}").into()), ("folder", format!("\u{1}{folder}\u{1}").into())],
        ),
        None => ctx.text.with("first-without-address", &[("folder", format!("\u{1}{folder}\u{1}").into())]),
    };
    // The marks tell which parts of the translated sentence are data.
    for (index, part) in sentence.split('\u{1}').enumerate() {
        add(part, index % 2 == 1);
    }
    ui.add(Label::new(job).wrap());
}

fn cards(ui: &mut Ui, ctx: &Ctx<'_>) {
    widgets::columns(ui, CARD_HEIGHT, &[1.0, 1.0, 1.0], |ui, index| match index {
        0 => card(ui, icon::DROP, &ctx.t("first-sample-title"), &ctx.t("first-sample"), |ui| {
            if ui.add(Button::primary(&ctx.t(Command::LoadSample.text_id()))).clicked() {
                ctx.act(Action::Run(Command::LoadSample));
            }
            let replay = ui.add(Button::secondary(&ctx.t("first-sample-replay")));
            if replay.on_hover_text(&*ctx.t("first-sample-replay-about")).clicked() {
                ctx.act(Action::Run(Command::ReplaySample));
            }
        }),
        1 => card(ui, icon::LABS, &ctx.t("first-labs-title"), &ctx.t("first-labs"), |ui| {
            if ui.add(Button::secondary(&ctx.t("first-labs-start"))).clicked() {
                ctx.act(Action::Run(Command::FirstLesson));
            }
            if widgets::link(ui, &ctx.t("first-labs-all")).clicked() {
                ctx.act(Action::Run(Command::GoLabs));
            }
        }),
        _ => card(ui, icon::CONNECTIONS, &ctx.t("first-connect-title"), &ctx.t("first-connect"), |ui| {
            if ui.add(Button::secondary(&ctx.t("first-connect-show"))).clicked() {
                ctx.act(Action::Run(Command::ConnectApp));
            }
        }),
    });
}

fn card(ui: &mut Ui, icon: Icon, title: &str, words: &str, buttons: impl FnOnce(&mut Ui)) {
    let theme = theme::of(ui);
    let frame =
        egui::Frame::new().fill(theme.panel).stroke(theme.rule()).corner_radius(theme::RADIUS_CARD).inner_margin(20.0);
    frame.show(ui, |ui| {
        let space = ui.available_size();
        ui.set_min_size(space);
        ui.label(icon.text().size(26.0).color(theme.accent));
        ui.add_space(6.0);
        widgets::section(ui, title);
        ui.add_space(2.0);
        ui.add(Label::new(RichText::new(words).font(fonts::body()).color(theme.quiet).line_height(Some(20.0))).wrap());
        ui.with_layout(Layout::bottom_up(Align::Min), |ui| ui.horizontal(buttons));
    });
}

fn links(ui: &mut Ui, ctx: &Ctx<'_>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 22.0;
        for command in [Command::NewTopic, Command::ImportFile, Command::NewConsumer, Command::OpenWorkspace] {
            if widgets::link(ui, &ctx.t(command.text_id())).clicked() {
                ctx.act(Action::Run(command));
            }
        }
    });
}

/// The promise of each `acks`, as the broker keeps it.
fn acknowledgements(ui: &mut Ui, ctx: &Ctx<'_>) {
    let theme = theme::of(ui);
    widgets::card(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(5.0, 6.0);
            widgets::caption(ui, &ctx.t("acks-title"));
            for (acks, words) in [("acks=all", "acks-all"), ("acks=1", "acks-one"), ("acks=0", "acks-none")] {
                ui.add_space(18.0);
                widgets::rich(ui, acks, fonts::semibold(12.5), theme.text);
                widgets::rich(ui, &ctx.t(words), egui::FontId { size: 12.5, ..fonts::body() }, theme.quiet);
            }
        });
    });
}
