"""Proof that the checker of histories can fail: a sound history passes, and each way to spoil it is found by its rule."""
import copy

import kills_history

TOPICS = {"plain": "plain", "idem": "idempotent", "txn": "transactional", "in": "in", "out": "out"}


def sound():
    """A small history in which all is well, with an aborted transaction and a control record after each transaction."""
    history = []

    def sent(producer, topic, offset, value, acked=True):
        history.append(dict(what="sent", producer=producer, topic=topic, partition=0, value=value))
        if acked:
            history.append(
                dict(what="acked", producer=producer, topic=topic, partition=0, offset=offset, value=value))

    def there(topic, offset, value, levels=("read_uncommitted", "read_committed"), key=None):
        for level in levels:
            event = dict(isolation=level, topic=topic, partition=0, offset=offset, value=value)
            history.append(dict(what="read", reader=f"reader of {topic} {level}", **event))
            history.append(dict(what="log", key=key, **event))

    for topic in ("plain", "idem", "in"):
        for offset in range(6):
            sent(topic, topic, offset, f"{topic} {offset}")
            there(topic, offset, f"{topic} {offset}")
    for offset in range(6):
        there("out", offset, f"0:{offset}")
    # Offsets 2, 5 and 8 are markers.
    for number, outcome in enumerate(("committed", "aborted", "unknown")):
        values = [f"txn {number} {nth}" for nth in range(2)]
        history.append(dict(what="txn", producer="txn", outcome=outcome, values=values))
        for nth, value in enumerate(values):
            sent("txn", "txn", 3 * number + nth, value)
            levels = ("read_uncommitted",) if outcome == "aborted" else ("read_uncommitted", "read_committed")
            there("txn", 3 * number + nth, value, levels, f"txn {number}")
    for number, offset in enumerate((1, 3, 6)):
        event = dict(group="g", topic="idem", partition=0, offset=offset)
        history.append(dict(what="commit", began=10 * number, ended=10 * number + 1, **event))
        history.append(dict(what="committed", began=10 * number + 2, ended=10 * number + 3, **event))
    history.append(dict(FATAL, open=20.0))
    # The broker was killed before anything of it came.
    history.append(dict(FATAL, code="INVALID_TXN_STATE", aborting=True, transaction="txn 3"))
    return history


FATAL = dict(what="fatal", producer="txn", code="INVALID_PRODUCER_EPOCH", why="too slow", open=3.0, timeout=15,
             aborting=False, transaction="txn 2")


def spoil(rule):
    """Ways to spoil a history, each with the rule that must find it."""
    def way(change):
        WAYS.append((rule, change))
        return change
    return way


WAYS = []


def pick(history, **wanted):
    return [event for event in history if all(event.get(key) == value for key, value in wanted.items())]


def remove(history, **wanted):
    for event in pick(history, **wanted):
        history.remove(event)


@spoil("lost")
def an_acknowledged_record_is_gone(history):
    for what in ("log", "read"):
        remove(history, what=what, topic="plain", offset=5)


@spoil("changed")
def an_offset_has_another_value_later(history):
    pick(history, what="read", topic="plain", offset=3)[0]["value"] = "plain 4"


@spoil("duplicated")
def a_retry_is_stored_twice(history):
    for event in pick(history, what="log", topic="idem", offset=2):
        history.append(dict(event, offset=6))


@spoil("duplicated")
def a_transaction_is_there_twice(history):
    for event in pick(history, what="log", topic="txn", value="txn 0 1"):
        history.append(dict(event, offset=9))


@spoil("disordered")
def two_records_change_places(history):
    for event in pick(history, topic="idem", offset=1) + pick(history, topic="idem", offset=2):
        if event["what"] in ("acked", "read", "log"):
            event["offset"] = 3 - event["offset"]


@spoil("phantom")
def nobody_sent_it(history):
    history.append(dict(pick(history, what="log", topic="plain", offset=5)[0], offset=6, value="out of nothing"))


@spoil("skipped")
def a_reader_misses_one(history):
    remove(history, what="read", topic="in", offset=3)


@spoil("aborted")
def an_aborted_record_is_read(history):
    event = pick(history, what="read", topic="txn", value="txn 1 0", isolation="read_uncommitted")[0]
    history.append(dict(event, isolation="read_committed"))


@spoil("aborted")
def a_committed_record_is_not_there(history):
    remove(history, what="log", topic="txn", value="txn 0 0", isolation="read_committed")


@spoil("aborted")
def half_of_a_transaction_is_there(history):
    remove(history, what="log", topic="txn", value="txn 2 1", isolation="read_committed")


@spoil("went_back")
def a_commit_is_forgotten(history):
    pick(history, what="committed", offset=6)[0]["offset"] = 3


@spoil("went_back")
def a_group_starts_anew(history):
    pick(history, what="committed", offset=3)[0]["offset"] = -1


@spoil("exactly_once")
def an_input_has_two_results(history):
    for event in pick(history, what="log", topic="out", offset=2):
        history.append(dict(event, offset=6))


@spoil("exactly_once")
def an_input_has_no_result(history):
    for what in ("log", "read"):
        remove(history, what=what, topic="out", offset=5)


@spoil("fenced")
def a_producer_is_fenced_in_time(history):
    history.append(FATAL)


@spoil("fenced")
def a_transaction_of_which_something_came_is_forgotten(history):
    history.append(dict(FATAL, code="INVALID_TXN_STATE", aborting=True, transaction="txn 1"))


def run():
    """Raises where the checker finds something wrong in a sound history, or nothing in a spoilt one."""
    good = sound()
    found = kills_history.check(good, TOPICS)
    assert not found, f"a sound history is refused: {found}"
    for rule, change in WAYS:
        history = copy.deepcopy(good)
        change(history)
        found = kills_history.check(history, TOPICS)
        assert any(one.startswith(f"{rule}:") for one in found), f"{change.__name__} was not found: {found}"
    return len(WAYS)


if __name__ == "__main__":
    print(f"the checker finds each of {run()} ways to spoil a history")
