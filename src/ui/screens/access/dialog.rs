//! The dialog that adds rules: one, or those that a producer or a consumer usually needs. What would be added is shown
//! below as one types.

use egui::Ui;

use crate::{
    model::{Acl, AclOperation, AclPattern, AclPermission, AclPreset, AclResource, CLUSTER_RESOURCE, EVERY},
    session::{Loadable, access::AclList},
    ui::{
        ctx::Ctx,
        theme::fonts,
        widgets::{self, Dialog, DialogEnd, Field},
    },
};

/// What is to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rule,
    Producer,
    Consumer,
}

/// What was filled in.
pub(super) struct RuleDialog {
    kind: Kind,
    principal: String,
    resource: AclResource,
    /// Of the resource, or the topic of a preset.
    name: String,
    pattern: AclPattern,
    operation: AclOperation,
    permission: AclPermission,
    host: String,
    group: String,
    transactional_id: String,
    focused: bool,
}

impl RuleDialog {
    pub fn rule() -> Self {
        Self::of(Kind::Rule)
    }

    pub fn producer() -> Self {
        Self::of(Kind::Producer)
    }

    pub fn consumer() -> Self {
        Self::of(Kind::Consumer)
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            principal: "User:".to_owned(),
            resource: AclResource::Topic,
            name: String::new(),
            pattern: AclPattern::Literal,
            operation: AclOperation::Read,
            permission: AclPermission::Allow,
            host: EVERY.to_owned(),
            group: String::new(),
            transactional_id: String::new(),
            focused: false,
        }
    }

    /// Draws it; adds the rules when confirmed. True while it stays open.
    pub fn show(&mut self, ui: &Ui, ctx: &Ctx<'_>, slot: &Loadable<AclList>) -> bool {
        let why = self.fault().map(|id| ctx.t(id));
        let rules = if why.is_none() { self.rules() } else { Vec::new() };
        let title = ctx.t(match self.kind {
            Kind::Rule => "acl-add-title",
            Kind::Producer => "acl-producer-title",
            Kind::Consumer => "acl-consumer-title",
        });
        let verb = ctx.text.with("acl-add-verb", &[("n", rules.len().max(1).into())]);
        let cancel = ctx.t("cancel");
        let dialog = Dialog::new(&title, &verb, &cancel).unless(why.as_deref()).width(500.0);
        let end = dialog.show(ui.ctx(), |ui| {
            crate::ui::shell::on_cluster(ui, ctx);
            self.body(ui, ctx, &rules);
        });
        if end == DialogEnd::Confirmed {
            let slot = slot.clone();
            ctx.with_session(move |session| {
                session.add_acls(rules, slot);
            });
        }
        end == DialogEnd::Open
    }

    /// Why it cannot be added yet.
    fn fault(&self) -> Option<&'static str> {
        let principal = self.principal.trim();
        let named = principal.split_once(':').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty());
        if !named {
            return Some("acl-principal-fault");
        }
        let needs_name = self.kind != Kind::Rule || self.resource != AclResource::Cluster;
        if needs_name && self.name.trim().is_empty() {
            return Some(if self.kind == Kind::Rule { "acl-name-missing" } else { "acl-topic-missing" });
        }
        if self.kind == Kind::Consumer && self.group.trim().is_empty() {
            return Some("acl-group-missing");
        }
        (self.kind == Kind::Rule && self.host.trim().is_empty()).then_some("acl-host-missing")
    }

    fn rules(&self) -> Vec<Acl> {
        let (principal, name) = (self.principal.trim(), self.name.trim());
        let id = Some(self.transactional_id.trim()).filter(|id| !id.is_empty());
        match self.kind {
            Kind::Producer => {
                AclPreset::Producer { transactional_id: id.map(str::to_owned) }.rules(principal, name, self.pattern)
            }
            Kind::Consumer => {
                AclPreset::Consumer { group: self.group.trim().to_owned() }.rules(principal, name, self.pattern)
            }
            Kind::Rule => {
                let is_cluster = self.resource == AclResource::Cluster;
                vec![Acl {
                    resource: self.resource,
                    name: if is_cluster { CLUSTER_RESOURCE } else { name }.to_owned(),
                    pattern: if is_cluster { AclPattern::Literal } else { self.pattern },
                    principal: principal.to_owned(),
                    host: self.host.trim().to_owned(),
                    operation: self.operation,
                    permission: self.permission,
                }]
            }
        }
    }

    fn body(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, rules: &[Acl]) {
        ui.spacing_mut().item_spacing.y = 10.0;
        let (label, help) = (ctx.t("acl-principal"), ctx.t("acl-principal-help"));
        let field = Field { mono: true, help: &help, ..Field::new(&label) };
        let principal = widgets::text_field(ui, &field, &mut self.principal);
        if !self.focused {
            principal.request_focus();
            self.focused = true;
        }
        match self.kind {
            Kind::Rule => self.one_rule(ui, ctx),
            Kind::Producer | Kind::Consumer => self.preset(ui, ctx),
        }
        if !rules.is_empty() {
            widgets::caption(ui, &ctx.t("acl-will-add"));
            ui.spacing_mut().item_spacing.y = 2.0;
            for rule in rules {
                widgets::elided(ui, &rule.to_string(), fonts::data(), ctx.theme.quiet);
            }
        }
    }

    fn one_rule(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.horizontal(|ui| {
            let words = [ctx.t("acl-allow"), ctx.t("acl-deny")];
            let entries = [(AclPermission::Allow, &*words[0]), (AclPermission::Deny, &*words[1])];
            widgets::segmented(ui, &mut self.permission, &entries);
            let entries: Vec<_> = AclOperation::ALL.iter().map(|one| (*one, one.as_str().to_owned())).collect();
            widgets::select(ui, &ctx.t("acl-operation"), &mut self.operation, &entries, 180.0);
            let entries: Vec<_> = AclResource::ALL.iter().map(|one| (*one, one.as_str().to_owned())).collect();
            widgets::select(ui, &ctx.t("acl-resource"), &mut self.resource, &entries, 170.0);
        });
        if self.resource != AclResource::Cluster {
            let (label, help) = (ctx.t("acl-name"), ctx.t("acl-name-help"));
            let field = Field { mono: true, help: &help, ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.name);
            self.pattern(ui, ctx);
        }
        let (label, help) = (ctx.t("acl-host"), ctx.t("acl-host-help"));
        widgets::text_field(ui, &Field { mono: true, help: &help, ..Field::new(&label) }, &mut self.host);
    }

    fn preset(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let (label, help) = (ctx.t("acl-topic"), ctx.t("acl-name-help"));
        widgets::text_field(ui, &Field { mono: true, help: &help, ..Field::new(&label) }, &mut self.name);
        if self.kind == Kind::Consumer {
            let label = ctx.t("acl-group");
            widgets::text_field(ui, &Field { mono: true, ..Field::new(&label) }, &mut self.group);
        } else {
            let (label, hint) = (ctx.t("acl-transactional-id"), ctx.t("acl-transactional-id-none"));
            let field = Field { mono: true, hint: &hint, ..Field::new(&label) };
            widgets::text_field(ui, &field, &mut self.transactional_id);
        }
        self.pattern(ui, ctx);
    }

    fn pattern(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let words = [ctx.t("acl-literal"), ctx.t("acl-prefixed-choice")];
        let entries = [(AclPattern::Literal, &*words[0]), (AclPattern::Prefixed, &*words[1])];
        widgets::segmented(ui, &mut self.pattern, &entries);
    }
}
