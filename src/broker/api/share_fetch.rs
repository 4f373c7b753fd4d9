//! ShareFetch: records of share groups, at once or when there are some (long poll), and what became of those before.
//!
//! In reading order: `wanted` (what the request says), `take` (hands out, or waits), `reply`.

mod reply;
mod take;
mod wanted;

use std::{sync::Arc, time::Duration};

use kafka_protocol::messages::{ShareFetchRequest, ShareFetchResponse};

use self::wanted::Wanted;
use super::share_acks;
use crate::broker::{CallContext, inner::Inner, share::Step};

/// Longest that an answer is held back.
const WAIT_MS_MAX: i32 = 60_000;

pub async fn answer(broker: &Arc<Inner>, context: &CallContext, request: ShareFetchRequest) -> ShareFetchResponse {
    let wait = Duration::from_millis(u64::from(request.max_wait_ms.clamp(0, WAIT_MS_MAX).unsigned_abs()));
    let epoch = request.share_session_epoch;
    let group_and_member = (request.group_id.clone(), request.member_id.clone());
    let begun = Wanted::of(request).and_then(|wanted| {
        let (group, member) = (group_and_member.0.as_ref().map(|id| &***id), group_and_member.1.as_deref());
        Ok((wanted, share_acks::step(broker, context, (group, member), epoch, true)?))
    });
    let (wanted, (session, step)) = match begun {
        Ok(begun) => begun,
        Err(fault) => {
            return ShareFetchResponse::default().with_error_code(fault.code()).with_error_message(fault.text());
        }
    };
    let lock_ms = broker.coordinator.config(&session.group).share.lock_ms;
    let acked = share_acks::apply(broker, &session, wanted.acks).await;
    if step == Step::Closes {
        // Its topics are there for the acknowledgements only.
        broker.shares.release_member(broker, &session.group, &session.member).await;
        return reply::reply(acked, Vec::new(), lock_ms);
    }
    session.forget(&wanted.forgotten);
    let new = session.add(wanted.partitions.iter().copied().filter(|key| !wanted.forgotten.contains(key)));
    if wanted.renews {
        return reply::reply(acked, Vec::new(), lock_ms);
    }
    let outcomes = take::take_or_wait(broker, &session, wanted.asking, wait).await;
    reply::reply(acked, reply::newsworthy(outcomes, &new), lock_ms)
}
