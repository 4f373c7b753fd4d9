//! DescribeClientQuotas, AlterClientQuotas (KIP-546).

use kafka_protocol::messages::{
    AlterClientQuotasRequest, DescribeClientQuotasRequest,
    alter_client_quotas_request::{EntityData, EntryData, OpData},
};

use super::{
    Client, ClientError,
    routing::Target,
    topics::left_out,
    wire::{owned, text},
};
use crate::model::{Quota, QuotaEntity};

impl Client {
    /// All quotas, by whom they are for.
    pub async fn quotas(&self) -> Result<Vec<Quota>, ClientError> {
        let asked = "list the quotas";
        let build = |_| DescribeClientQuotasRequest::default().with_components(Vec::new()).with_strict(false);
        self.ask(Target::Any, asked, build, |answer, _| {
            ClientError::check(answer.error_code, || asked.to_owned(), answer.error_message.as_deref())?;
            let mut quotas: Vec<_> = answer
                .entries
                .iter()
                .flatten()
                .map(|entry| {
                    let part = |part: &kafka_protocol::messages::describe_client_quotas_response::EntityData| {
                        (part.entity_type.to_string(), owned(&part.entity_name))
                    };
                    let mut values: Vec<_> =
                        entry.values.iter().map(|value| (value.key.to_string(), value.value)).collect();
                    values.sort_by(|a, b| a.0.cmp(&b.0));
                    let mut parts: Vec<_> = entry.entity.iter().map(part).collect();
                    // The user before its client id, whichever way round they are told.
                    parts.sort_by(|a, b| b.0.cmp(&a.0));
                    Quota { entity: QuotaEntity { parts }, values }
                })
                .collect();
            quotas.sort_by(|a, b| a.entity.cmp(&b.entity));
            Ok(quotas)
        })
        .await
    }

    /// Sets quotas of an entity by their keys, or takes those away that are `None`.
    pub async fn alter_quotas(
        &self,
        entity: &QuotaEntity,
        changes: &[(String, Option<f64>)],
    ) -> Result<(), ClientError> {
        let asked = format!("change the quotas of {entity}");
        let build = |_| {
            let parts = entity.parts.iter().map(|(kind, name)| {
                EntityData::default().with_entity_type(text(kind)).with_entity_name(name.as_deref().map(text))
            });
            let ops = changes.iter().map(|(key, value)| {
                OpData::default().with_key(text(key)).with_value(value.unwrap_or(0.0)).with_remove(value.is_none())
            });
            let entry = EntryData::default().with_entity(parts.collect()).with_ops(ops.collect());
            AlterClientQuotasRequest::default().with_entries(vec![entry])
        };
        self.ask(Target::Controller, &asked, build, |answer, _| {
            let entry = answer.entries.first().ok_or_else(|| left_out(&asked))?;
            ClientError::check(entry.error_code, || asked.clone(), entry.error_message.as_deref())
        })
        .await
    }
}
