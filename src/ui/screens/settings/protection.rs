//! Settings > the listener: who may connect, over which connections, and to which address.

use egui::Ui;

use super::row;
use crate::{
    model::is_loopback_host,
    session::{Encryption, ListenerSettings},
    ui::{
        ctx::Ctx,
        screens::path_field::{PathField, Purpose},
        widgets,
    },
};

/// Width of a field with a path and its button, in points.
const PATH: f32 = 560.0;

/// What is being edited.
#[derive(Default)]
pub(super) struct Protection {
    authentication: bool,
    open_to_network: bool,
    kind: Kind,
    certificate: PathField,
    key: PathField,
}

/// Which certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    #[default]
    Off,
    Own,
    Files,
}

impl Protection {
    pub fn fill(&mut self, settings: &ListenerSettings) {
        self.authentication = settings.authentication;
        self.open_to_network = settings.open_to_network;
        (self.certificate, self.key) = Default::default();
        self.kind = match &settings.encryption {
            Encryption::Off => Kind::Off,
            Encryption::SelfSigned => Kind::Own,
            Encryption::Files { certificate, key } => {
                self.certificate.fill(certificate);
                self.key.fill(key);
                Kind::Files
            }
        };
    }

    /// Draws it. `host` is where the listener is to listen.
    pub fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, host: &str) {
        ui.add_space(6.0);
        row(ui, &ctx.t("settings-login"), "", |ui| {
            widgets::switch(ui, &mut self.authentication, &ctx.t("settings-login-on"));
        });
        widgets::paragraph(
            ui,
            &ctx.t(if self.authentication { "settings-login-about" } else { "settings-login-off-about" }),
        );
        ui.add_space(6.0);
        row(ui, &ctx.t("settings-tls"), "", |ui| {
            let words = ["settings-tls-off", "settings-tls-own", "settings-tls-files"].map(|id| ctx.t(id));
            let entries = [(Kind::Off, &*words[0]), (Kind::Own, &*words[1]), (Kind::Files, &*words[2])];
            widgets::segmented(ui, &mut self.kind, &entries);
        });
        match self.kind {
            Kind::Off => drop(widgets::paragraph(ui, &ctx.t("settings-tls-off-about"))),
            Kind::Own => self.own(ui, ctx),
            Kind::Files => self.files(ui, ctx),
        }
        if self.authentication {
            // Who has to log in may come from anywhere.
            if !is_loopback_host(host.trim()) && self.kind == Kind::Off {
                widgets::paragraph(ui, &ctx.t("settings-open-readable"));
            }
            return;
        }
        widgets::check(ui, &mut self.open_to_network, &ctx.t("settings-listener-open"));
        widgets::paragraph(ui, &ctx.t("settings-listener-open-about"));
    }

    fn own(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        widgets::paragraph(ui, &ctx.t("settings-tls-own-about"));
        let certificate = match ctx.listener.encryption {
            Encryption::SelfSigned => ctx.facts.cluster.listener.certificate(),
            _ => None,
        };
        let Some(path) = certificate.map(|path| path.display().to_string()) else { return };
        row(ui, &ctx.t("settings-tls-certificate"), "", |ui| super::path(ui, ctx, &path));
    }

    fn files(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.scope(|ui| {
            ui.set_max_width(PATH);
            self.certificate.ui(ui, ctx, "settings-tls-certificate", Purpose::Open);
            self.key.ui(ui, ctx, "settings-tls-key", Purpose::Open);
        });
        if self.certificate.text.trim().is_empty() || self.key.text.trim().is_empty() {
            widgets::caption(ui, &ctx.t("settings-tls-file-missing"));
        }
        widgets::paragraph(ui, &ctx.t("settings-tls-files-about"));
    }

    /// Puts what is chosen into `settings`; `None` while something is missing.
    pub fn chosen(&self, mut settings: ListenerSettings) -> Option<ListenerSettings> {
        settings.authentication = self.authentication;
        settings.open_to_network = self.open_to_network;
        settings.encryption = match self.kind {
            Kind::Off => Encryption::Off,
            Kind::Own => Encryption::SelfSigned,
            Kind::Files => Encryption::Files { certificate: self.certificate.path()?, key: self.key.path()? },
        };
        Some(settings)
    }
}
