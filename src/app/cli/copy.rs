//! `millpond copy`: topics, or a slice of them, from one cluster to another.

use std::{path::Path, sync::Arc};

use serde_json::{Value, json};

use super::{
    CLIENT_ID, Cli, CliError, cluster, open,
    output::{complain, counted, grouped},
    table::{Table, print_json},
    topics::check_name,
    transfers::Meter,
};
use crate::{
    app::args::CopyArgs,
    broker::Broker,
    client::{Client, Transport},
    model::HostPort,
    payload::CaseRule,
    session::transfers::search_filter,
    transfer::{
        TransferError,
        copy::{
            Begin, CarriedGroup, Compared, CopyOutcome, CopyRequest, GroupNote, Plan, Slice, Tail, carry_groups,
            compare, copy, describe, plan, plan::Make,
        },
        mask::Mask,
    },
};

/// A side of a copy, with its broker where that is in this process.
struct Side {
    client: Client,
    broker: Option<Broker>,
}

impl Side {
    /// `named` is a folder, the address of a broker or several of one cluster, or the name of a connection that is kept.
    async fn open(named: &str, config: Option<&Path>, secret_file: Option<&Path>) -> Result<Self, CliError> {
        if named.contains(std::path::is_separator) || Path::new(named).is_dir() {
            if config.is_some() {
                return Err(CliError::Usage(format!("{named} is a workspace, which takes no settings of a client")));
            }
            let (transport, broker) = open(Some(named.into())).await?;
            return Ok(Self { client: Client::new(transport, CLIENT_ID), broker });
        }
        let transport = match named.split(',').map(str::parse::<HostPort>).collect::<Result<Vec<_>, _>>() {
            Ok(addresses) => cluster::dial(addresses, config)?,
            Err(_) if config.is_none() && cluster::is_kept(named) => kept(named.to_owned(), secret_file).await?,
            Err(error) => {
                return Err(CliError::Usage(format!(
                    "{named:?} is neither a workspace folder, the address of a broker ({error}) nor a connection that is \
                     kept; write a folder of this directory as ./{named}"
                )));
            }
        };
        Ok(Self { client: Client::new(transport, CLIENT_ID), broker: None })
    }

    async fn close(self) {
        if let Some(broker) = self.broker {
            broker.shutdown().await;
        }
    }
}

impl Cli {
    /// Its client is that of the source; the target is opened here.
    pub(super) async fn copy(&mut self, args: CopyArgs) -> Result<(), CliError> {
        let target = Side::open(&args.to, args.target_config.as_deref(), self.secret_file.as_deref()).await?;
        let done = self.copy_to(&target.client, args).await;
        target.close().await;
        done
    }

    async fn copy_to(&mut self, target: &Client, args: CopyArgs) -> Result<(), CliError> {
        let slice = slice(&args)?;
        let topics = names(&args)?;
        let begin = match (args.resume, args.append) {
            (true, _) => Begin::Resume,
            (_, true) => Begin::Append,
            _ => Begin::New,
        };
        let facts = describe(&self.client, target, &topics, &slice, &self.cancel).await?;
        let plan = plan(&facts, begin);
        if args.dry_run {
            self.show_plan(&plan, &args)?;
            return refused(&plan, "nothing is copied");
        }
        refused(&plan, "nothing was copied")?;
        if !args.json {
            self.show_plan(&plan, &args)?;
            self.out.flush()?;
        }
        let request = CopyRequest { plan, slice };
        let outcome = self.run_copy(target, &request).await?;
        let groups = match args.groups {
            true => carry_groups(&self.client, target, &outcome.partitions, &request.slice, &self.cancel).await?,
            false => Vec::new(),
        };
        let compared = match args.compare {
            true => self.run_compare(target, &outcome, &request.slice).await?,
            false => Vec::new(),
        };
        self.tell(&request.plan, &outcome, &groups, &compared, args.json)?;
        match compared.iter().find(|side| side.difference.is_some()) {
            Some(side) => Err(CliError::Failed(format!(
                "the two sides differ, first in {}; if nothing else writes to the target, please report it",
                side.target
            ))),
            None => Ok(()),
        }
    }

    async fn run_copy(&self, target: &Client, request: &CopyRequest) -> Result<CopyOutcome, CliError> {
        let meter = Meter::new("offsets");
        let outcome = copy(&self.client, target, request, &|progress| meter.show(progress), &self.cancel).await;
        let stored = meter.clear().records;
        let outcome = outcome.map_err(|error| match error {
            TransferError::Copy(fault) => CliError::Failed(fault.to_string()),
            error => {
                let stored = counted(stored, "record was", "records were");
                CliError::Failed(format!("{error} ({stored} copied until then; go on with --resume)"))
            }
        })?;
        if outcome.gone > 0 {
            let gone = counted(outcome.gone, "record was", "records were");
            let _ = complain(&format!("{gone} deleted at the source before they could be read"));
        }
        Ok(outcome)
    }

    async fn run_compare(
        &self,
        target: &Client,
        outcome: &CopyOutcome,
        slice: &Slice,
    ) -> Result<Vec<Compared>, CliError> {
        let meter = Meter::new("records compared");
        let show = |progress| meter.show(progress);
        let compared = compare(&self.client, target, &outcome.partitions, slice, &show, &self.cancel).await;
        meter.clear();
        Ok(compared?)
    }

    fn show_plan(&mut self, plan: &Plan, args: &CopyArgs) -> Result<(), CliError> {
        if args.json {
            return print_json(
                &json!({"executed": false, "plan": plan_json(plan), "groups": plan.groups}),
                &mut self.out,
            );
        }
        for topic in &plan.topics {
            let made = match &topic.make {
                Make::Nothing => "is there".to_owned(),
                Make::Create { replicas, .. } => {
                    let partitions = counted(topic.partitions.len() as u64, "partition", "partitions");
                    let replicas = replicas.map(|n| format!(", replication factor {n}")).unwrap_or_default();
                    format!("is made with {partitions}{replicas}")
                }
                Make::AddPartitions { from, to } => format!("grows from {from} to {to} partitions"),
            };
            let offsets = counted(topic.offsets(), "offset", "offsets");
            self.out.line(&format!("{} -> {}: {made}, {offsets} to read", topic.source, topic.target))?;
            for note in &topic.notes {
                self.out.line(&format!("  {}", crate::payload::escape_controls(&note.to_string())))?;
            }
            if let Some(refusal) = &topic.refusal {
                self.out
                    .line(&format!("  CANNOT BE COPIED: {}", crate::payload::escape_controls(&refusal.to_string())))?;
            }
        }
        if !plan.groups.is_empty() && !args.groups {
            let groups = plan.groups.join(", ");
            self.out.line(&format!("Groups with offsets here, carried with --groups: {groups}"))?;
        }
        Ok(())
    }

    fn tell(
        &mut self,
        plan: &Plan,
        outcome: &CopyOutcome,
        groups: &[CarriedGroup],
        compared: &[Compared],
        json: bool,
    ) -> Result<(), CliError> {
        let (moved, sides) = (groups_table(groups), compared_table(compared));
        if json {
            let equal = (!compared.is_empty()).then(|| compared.iter().all(|side| side.difference.is_none()));
            let whole = json!({
                "executed": true, "plan": plan_json(plan), "records": outcome.records, "bytes": outcome.bytes,
                "gone": outcome.gone, "copied": copied_table(outcome).to_json(), "groups": moved.to_json(),
                "compared": sides.to_json(), "equal": equal,
            });
            return print_json(&whole, &mut self.out);
        }
        let (records, bytes) = (counted(outcome.records, "record", "records"), grouped(outcome.bytes));
        self.out.line(&format!("Copied {records}, {bytes} bytes"))?;
        for table in [moved, sides].iter().filter(|table| !table.is_empty()) {
            self.out.line("")?;
            table.print(&mut self.out)?;
        }
        if !compared.is_empty() && compared.iter().all(|side| side.difference.is_none()) {
            let records = counted(compared.iter().map(|side| side.target_records).sum(), "record", "records");
            self.out.line(&format!("\nBoth sides are equal: {records} compared"))?;
        }
        Ok(())
    }
}

/// Opens the source.
pub(super) async fn source(args: &CopyArgs, secret_file: Option<&Path>) -> Result<(Client, Option<Broker>), CliError> {
    let side = Side::open(&args.source, args.source_config.as_deref(), secret_file).await?;
    Ok((side.client, side.broker))
}

/// Its secrets may be asked for, which blocks.
async fn kept(name: String, secret_file: Option<&Path>) -> Result<Arc<dyn Transport>, CliError> {
    let secret_file = secret_file.map(Path::to_owned);
    let reached = tokio::task::spawn_blocking(move || cluster::kept(&name, secret_file.as_deref())).await;
    reached.unwrap_or_else(|_| Err(CliError::Failed("the process is ending".to_owned())))
}

fn names(args: &CopyArgs) -> Result<Vec<(String, String)>, CliError> {
    for name in args.topics.iter().chain(&args.rename) {
        check_name(name)?;
    }
    match (&args.rename, args.topics.as_slice()) {
        (None, topics) => Ok(topics.iter().map(|name| (name.clone(), name.clone())).collect()),
        (Some(rename), [one]) => Ok(vec![(one.clone(), rename.clone())]),
        (Some(_), _) => Err(CliError::Usage("--as names one topic, and more than one is to be copied".to_owned())),
    }
}

fn slice(args: &CopyArgs) -> Result<Slice, CliError> {
    let tail = match (args.last, args.since) {
        (Some(last), _) => Some(Tail::Last(last)),
        (None, since) => since.map(Tail::Since),
    };
    let case = if args.match_case { CaseRule::Exact } else { CaseRule::Ignore };
    let filter = args.search.as_ref().and_then(|text| Some((text.clone(), search_filter(text, case)?)));
    let mask = match &args.mask {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|source| TransferError::Read { path: path.clone(), source })?;
            let mask = Mask::parse(&text).map_err(|error| CliError::Failed(format!("{}: {error}", path.display())))?;
            Some(Arc::new(mask))
        }
        None => None,
    };
    Ok(Slice { tail, until: args.until, filter, mask })
}

fn refused(plan: &Plan, outcome: &str) -> Result<(), CliError> {
    let reasons: Vec<_> = plan.refused().map(|(topic, why)| format!("{}: {why}", topic.target)).collect();
    if reasons.is_empty() { Ok(()) } else { Err(CliError::Failed(format!("{outcome}: {}", reasons.join("; ")))) }
}

fn plan_json(plan: &Plan) -> Value {
    let topic = |topic: &crate::transfer::copy::TopicPlan| {
        let made = match &topic.make {
            Make::Nothing => json!({"does": "nothing"}),
            Make::Create { topic, replicas } => {
                json!({"does": "create", "partitions": topic.partitions, "replicas": replicas, "settings": topic.configs})
            }
            Make::AddPartitions { from, to } => json!({"does": "add partitions", "from": from, "to": to}),
        };
        json!({
            "source": &*topic.source, "target": &*topic.target, "make": made, "offsets": topic.offsets(),
            "notes": topic.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "refused": topic.refusal.as_ref().map(ToString::to_string),
        })
    };
    Value::Array(plan.topics.iter().map(topic).collect())
}

fn copied_table(outcome: &CopyOutcome) -> Table {
    let mut table = Table::new(&[
        "topic",
        "partition",
        "target_topic",
        "from",
        "to",
        "target_from",
        "target_to",
        "records",
        "same_offsets",
    ]);
    for partition in &outcome.partitions {
        let mark = &partition.mark;
        table.row([
            json!(&*partition.source.topic),
            json!(partition.source.partition),
            json!(&*partition.target.topic),
            json!(mark.began.0),
            json!(mark.from),
            json!(mark.began.1),
            json!(mark.at),
            json!(partition.records()),
            json!(partition.keeps_offsets()),
        ]);
    }
    table
}

fn groups_table(groups: &[CarriedGroup]) -> Table {
    let mut table = Table::new(&["group", "topic", "partition", "source", "target", "note"]);
    for (group, offset) in groups.iter().flat_map(|group| group.offsets.iter().map(move |offset| (group, offset))) {
        let note = match &offset.note {
            GroupNote::Exact => "exact".to_owned(),
            GroupNote::Ahead => "ahead of what is copied: resume".to_owned(),
            GroupNote::Unproved => "not committed: the records there differ (compaction)".to_owned(),
            GroupNote::Refused(error) => format!("refused: {}", error.why()),
        };
        table.row([
            json!(group.group),
            json!(&*offset.target.0.topic),
            json!(offset.target.0.partition),
            json!(offset.source.1),
            json!(offset.target.1),
            json!(note),
        ]);
    }
    table
}

fn compared_table(compared: &[Compared]) -> Table {
    let mut table = Table::new(&["topic", "partition", "source", "target", "sha256", "difference"]);
    for side in compared {
        let difference = side.difference.as_ref().map(|difference| {
            let offset = |offset: Option<i64>| offset.map_or("-".to_owned(), |offset| offset.to_string());
            let (here, there) = (offset(difference.source), offset(difference.target));
            format!("{} at offset {here}, at the target {there}", difference.what.as_str())
        });
        table.row([
            json!(&*side.target.topic),
            json!(side.target.partition),
            json!(side.source_records),
            json!(side.target_records),
            json!(side.digest),
            json!(difference),
        ]);
    }
    table
}
