//! What a connection may not take longer for.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    budget::{SLOW_FOR_MAX, SPEED_BYTES_PER_SECOND_MIN},
    limits::{Limit, Limits},
};

/// How often a connection that holds much room is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A transfer in one direction: since when, and how much has moved.
#[derive(Debug, Clone, Copy)]
struct Transfer {
    since: Instant,
    /// When something moved last, as far as was looked, and how much had moved then.
    moved_at: Instant,
    moved: u64,
    is_large: bool,
    /// Since when its speed is measured, and how much had moved then. Only the last seconds count: the system takes some
    /// megabytes at once for a peer that takes nothing.
    window: (Instant, u64),
}

/// The times of a connection. They are only noted as things happen and judged when a timer fires, which is rare.
#[derive(Debug)]
pub struct Deadlines {
    /// Until the first request was read.
    waits_for_first: Option<Instant>,
    /// Until the client has said who it is.
    waits_for_login: Option<Instant>,
    quiet_since: Instant,
    frame: Option<Transfer>,
    answer: Option<Transfer>,
}

/// What is going on at a connection when it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// Requests are being answered.
    pub is_busy: bool,
    pub read_bytes: u64,
    pub written_bytes: u64,
    /// Others wait for room.
    pub room_is_wanted: bool,
}

impl Deadlines {
    /// Of a connection that was accepted at `now` and perhaps must say who it is.
    pub fn new(now: Instant, must_log_in: bool) -> Self {
        let waits_for_login = must_log_in.then_some(now);
        Self { waits_for_first: Some(now), waits_for_login, quiet_since: now, frame: None, answer: None }
    }

    /// The client has said who it is.
    pub fn logged_in(&mut self) {
        self.waits_for_login = None;
    }

    /// Something arrived or was written.
    pub fn moved(&mut self, now: Instant) {
        self.quiet_since = now;
    }

    /// A request was read in full.
    pub fn request(&mut self) {
        self.waits_for_first = None;
        self.frame = None;
    }

    /// A request has begun and is not complete. Answers when to look at the latest.
    pub fn inside_frame(&mut self, now: Instant, read_bytes: u64, is_large: bool, limits: &Limits) -> Instant {
        let frame = self.frame.get_or_insert(Transfer::begin(now, read_bytes));
        frame.is_large |= is_large;
        frame.look(now, frame.since + limits.frame())
    }

    /// No request is being read, or its reading is put off.
    pub fn no_frame(&mut self) {
        self.frame = None;
    }

    /// Answers wait to be written. Answers when to look at the latest.
    pub fn answers_wait(&mut self, now: Instant, written_bytes: u64, is_large: bool, limits: &Limits) -> Instant {
        let answer = self.answer.get_or_insert(Transfer::begin(now, written_bytes));
        answer.is_large |= is_large;
        answer.look(now, answer.moved_at + limits.write())
    }

    /// All answers are written.
    pub fn no_answers(&mut self) {
        self.answer = None;
    }

    /// Whether nothing moved for so long.
    pub fn is_quiet_for(&self, now: Instant, time: Duration) -> bool {
        now.saturating_duration_since(self.quiet_since) >= time
    }

    /// The limit that is passed now, or when to look again.
    pub fn judge(&mut self, now: Instant, limits: &Limits, is: Situation) -> Result<Instant, Limit> {
        let mut next = now + limits.idle();
        let mut by = |limit: Limit, deadline: Instant| {
            next = next.min(deadline);
            if deadline <= now { Err(limit) } else { Ok(()) }
        };
        if let Some(since) = self.waits_for_first {
            by(Limit::FirstRequestMs, since + limits.first_request())?;
        }
        if let Some(since) = self.waits_for_login {
            by(Limit::AuthenticateMs, since + limits.authenticate())?;
        }
        if let Some(frame) = &self.frame {
            by(Limit::FrameMs, frame.since + limits.frame())?;
        }
        if let Some(answer) = &mut self.answer {
            if answer.moved != is.written_bytes {
                (answer.moved, answer.moved_at) = (is.written_bytes, now);
            }
            by(Limit::WriteMs, answer.moved_at + limits.write())?;
        }
        if self.frame.is_none() && self.answer.is_none() && !is.is_busy {
            by(Limit::IdleMs, self.quiet_since + limits.idle())?;
        }
        let transfers = [(&mut self.frame, is.read_bytes), (&mut self.answer, is.written_bytes)];
        for (transfer, bytes) in transfers {
            let Some(transfer) = transfer.as_mut().filter(|transfer| transfer.is_large) else { continue };
            if transfer.is_slow(now, bytes, SLOW_FOR_MAX.min(limits.frame() / 2)) && is.room_is_wanted {
                return Err(Limit::BufferedBytes);
            }
            next = next.min(now + LOOK_EVERY);
        }
        Ok(next)
    }
}

impl Transfer {
    fn begin(now: Instant, bytes: u64) -> Self {
        Self { since: now, moved_at: now, moved: bytes, is_large: false, window: (now, bytes) }
    }

    fn look(&self, now: Instant, deadline: Instant) -> Instant {
        if self.is_large { deadline.min(now + LOOK_EVERY) } else { deadline }
    }

    /// Whether it was slow over the last `at_least`, told once for each such time.
    fn is_slow(&mut self, now: Instant, bytes: u64, at_least: Duration) -> bool {
        let (since, from) = self.window;
        let took = now - since;
        if took < at_least {
            return false;
        }
        self.window = (now, bytes);
        u128::from(bytes - from) * 1_000 < u128::from(SPEED_BYTES_PER_SECOND_MIN) * took.as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Situation = Situation { is_busy: false, read_bytes: 0, written_bytes: 0, room_is_wanted: false };

    fn limits() -> Limits {
        Limits { first_request_ms: 100, idle_ms: 1_000, frame_ms: 20_000, write_ms: 10_000, ..Limits::default() }
    }

    fn after(millis: u64, start: Instant) -> Instant {
        start + Duration::from_millis(millis)
    }

    #[test]
    fn a_first_request_is_waited_for_and_then_silence_is_measured() {
        let start = Instant::now();
        let mut deadlines = Deadlines::new(start, false);
        assert_eq!(deadlines.judge(start, &limits(), QUIET), Ok(after(100, start)));
        assert_eq!(deadlines.judge(after(100, start), &limits(), QUIET), Err(Limit::FirstRequestMs));
        deadlines.request();
        deadlines.moved(after(50, start));
        assert_eq!(deadlines.judge(after(100, start), &limits(), QUIET), Ok(after(1_050, start)));
        assert_eq!(deadlines.judge(after(1_050, start), &limits(), QUIET), Err(Limit::IdleMs));
        let busy = Situation { is_busy: true, ..QUIET };
        assert!(deadlines.judge(after(1_050, start), &limits(), busy).is_ok());
    }

    #[test]
    fn transfers_must_end_and_answers_must_move() {
        let start = Instant::now();
        let mut deadlines = Deadlines::new(start, false);
        deadlines.request();
        deadlines.inside_frame(start, 0, false, &limits());
        assert!(deadlines.judge(after(19_999, start), &limits(), QUIET).is_ok());
        assert_eq!(deadlines.judge(after(20_000, start), &limits(), QUIET), Err(Limit::FrameMs));
        deadlines.request();
        deadlines.answers_wait(after(20_000, start), 0, false, &limits());
        assert!(deadlines.judge(after(29_999, start), &limits(), QUIET).is_ok());
        let moved = Situation { written_bytes: 1, ..QUIET };
        assert_eq!(deadlines.judge(after(30_000, start), &limits(), moved), Ok(after(31_000, start)));
        assert_eq!(deadlines.judge(after(40_000, start), &limits(), moved), Err(Limit::WriteMs));
        deadlines.no_answers();
        deadlines.moved(after(40_000, start));
        assert!(deadlines.judge(after(40_000, start), &limits(), moved).is_ok());
    }

    #[test]
    fn room_that_others_want_must_be_used() {
        let start = Instant::now();
        let mut deadlines = Deadlines::new(start, false);
        deadlines.request();
        assert_eq!(deadlines.inside_frame(start, 1_000, true, &limits()), after(1_000, start));
        let read = |bytes: u64, room_is_wanted| Situation { read_bytes: 1_000 + bytes, room_is_wanted, ..QUIET };
        assert!(deadlines.judge(after(5_000, start), &limits(), read(0, false)).is_ok(), "nobody else wants it");
        assert!(deadlines.judge(after(10_000, start), &limits(), read(9_000_000, true)).is_ok(), "fast enough");
        assert!(deadlines.judge(after(14_000, start), &limits(), read(9_000_000, true)).is_ok(), "not yet");
        let slow = deadlines.judge(after(15_000, start), &limits(), read(9_300_000, true));
        assert_eq!(slow, Err(Limit::BufferedBytes), "what moved before does not count");
    }
}
