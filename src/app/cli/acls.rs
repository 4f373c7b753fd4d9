//! `millpond acls ...` and `millpond quotas ...`

use serde_json::json;

use super::{
    Cli, CliError,
    output::counted,
    table::{Table, print_json},
};
use crate::{
    app::args::{AclArgs, AclsCommand, PresetArgs, QuotasCommand},
    model::{Acl, AclPattern, AclPermission, AclPreset, QuotaEntity},
};

/// What stands for "whoever has no quota of its own", as Kafka's tools print it.
const DEFAULT: &str = "<default>";

impl Cli {
    pub(super) async fn acls(&mut self, command: AclsCommand) -> Result<(), CliError> {
        match command {
            AclsCommand::List { principal, json } => self.list_acls(principal.as_deref(), json).await,
            AclsCommand::Add(args) => self.add_acls(&[rule(args)]).await,
            AclsCommand::Delete(args) => {
                let deleted = self.client.delete_acls(&[rule(args)]).await?;
                if deleted == 0 {
                    return Err(CliError::Failed("there is no such rule; see millpond acls list".to_owned()));
                }
                self.out.line(&format!("Deleted {}", counted(deleted as u64, "rule", "rules")))
            }
            AclsCommand::Producer { who, transactional_id } => {
                self.add_preset(&AclPreset::Producer { transactional_id }, &who).await
            }
            AclsCommand::Consumer { who, group } => self.add_preset(&AclPreset::Consumer { group }, &who).await,
        }
    }

    async fn add_preset(&mut self, preset: &AclPreset, who: &PresetArgs) -> Result<(), CliError> {
        self.add_acls(&preset.rules(&who.principal, &who.topic, pattern(who.prefixed))).await
    }

    async fn add_acls(&mut self, rules: &[Acl]) -> Result<(), CliError> {
        self.client.create_acls(rules).await?;
        rules.iter().try_for_each(|rule| self.out.line(&format!("Added {rule}")))
    }

    async fn list_acls(&mut self, principal: Option<&str>, as_json: bool) -> Result<(), CliError> {
        let rules = self.client.acls().await?;
        let mut table = Table::new(&["principal", "permission", "operation", "resource", "pattern", "name", "host"]);
        for rule in rules.iter().filter(|rule| principal.is_none_or(|wanted| rule.principal == wanted)) {
            table.row([
                json!(rule.principal),
                json!(rule.permission.as_str()),
                json!(rule.operation.as_str()),
                json!(rule.resource.as_str()),
                json!(rule.pattern.as_str()),
                json!(rule.name),
                json!(rule.host),
            ]);
        }
        if as_json {
            return print_json(&table.to_json(), &mut self.out);
        }
        if table.is_empty() {
            return self.out.line("No rules. Add one: millpond acls add --help");
        }
        table.print(&mut self.out)
    }

    pub(super) async fn quotas(&mut self, command: QuotasCommand) -> Result<(), CliError> {
        match command {
            QuotasCommand::List { json } => self.list_quotas(json).await,
            QuotasCommand::Set { user, client_id, ip, set, unset } => {
                let part = |kind: &str, name: Option<String>| {
                    name.map(|name| (kind.to_owned(), Some(name).filter(|name| name != DEFAULT)))
                };
                let parts = [part("user", user), part("client-id", client_id), part("ip", ip)];
                let entity = QuotaEntity { parts: parts.into_iter().flatten().collect() };
                if entity.parts.is_empty() {
                    return Err(CliError::Usage("for whom? give --user, --client-id or --ip".to_owned()));
                }
                let mut changes = Vec::new();
                for (key, value) in set {
                    let number: f64 =
                        value.parse().map_err(|_| CliError::Usage(format!("{value:?} of {key} is no number")))?;
                    changes.push((key, Some(number)));
                }
                changes.extend(unset.into_iter().map(|key| (key, None)));
                self.client.alter_quotas(&entity, &changes).await?;
                self.out.line(&format!("Changed the quotas of {entity}"))
            }
        }
    }

    async fn list_quotas(&mut self, as_json: bool) -> Result<(), CliError> {
        let mut table = Table::new(&["for", "quota", "value"]);
        for quota in self.client.quotas().await? {
            for (key, value) in &quota.values {
                table.row([json!(quota.entity.to_string()), json!(key), json!(value)]);
            }
        }
        if as_json {
            return print_json(&table.to_json(), &mut self.out);
        }
        if table.is_empty() {
            return self.out.line("No quotas. Set one: millpond quotas set --help");
        }
        table.print(&mut self.out)
    }
}

fn pattern(prefixed: bool) -> AclPattern {
    if prefixed { AclPattern::Prefixed } else { AclPattern::Literal }
}

fn rule(args: AclArgs) -> Acl {
    let permission = if args.deny { AclPermission::Deny } else { AclPermission::Allow };
    let pattern = pattern(args.prefixed);
    Acl {
        resource: args.resource,
        name: args.name,
        pattern,
        principal: args.principal,
        host: args.host,
        operation: args.operation,
        permission,
    }
}
