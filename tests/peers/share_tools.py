"""kafka-share-groups and kafka-console-share-consumer: listing, describing, resets, deletion, reading."""
import bed
from tools_driver import group

GROUPS = "kafka-share-groups"


def queue(run, topic, count):
    """A share group that has read `count` records of a topic from the first on, and has no members any more."""
    made = group("tools-queue")
    run("kafka-configs", "--alter", "--entity-type", "groups", "--entity-name", made,
        "--add-config", "share.auto.offset.reset=earliest").ok()
    read(run, topic, made, count)
    return made


def read(run, topic, of, count, *more):
    arguments = ["--topic", topic, "--group", of, "--max-messages", count, "--timeout-ms", 20000, *more]
    found = run("kafka-console-share-consumer", *arguments).ok().lines()
    assert len(found) == count, (count, found)
    return found


def offsets_of(run, name):
    """Start offset and lag of each partition."""
    out = run(GROUPS, "--describe", "--group", name, "--offsets").ok()
    rows = [] if "has no offset information" in out.out else out.table()
    return {(r["TOPIC"], int(r["PARTITION"])): (r["START-OFFSET"], r["LAG"]) for r in rows}


def listed(run):
    topic = run.topic(1)
    run.send(topic, range(6))
    made = queue(run, topic, 6)
    assert made in run(GROUPS, "--list").ok().lines()
    run(GROUPS, "--list", "--state").ok().says(rf"{made}\s+(Empty|Stable)")
    bed.until(lambda: "Empty" in run(GROUPS, "--describe", "--group", made, "--state").out, "no member is left")
    found = offsets_of(run, made)
    assert found == {(topic, 0): ("6", "0")}, found
    run("kafka-groups", "--list").ok().says(rf"{made}\s+Share")
    run(GROUPS, "--describe", "--group", made, "--members").says(r"no active members")


def resets(run):
    topic = run.topic(1)
    run.send(topic, range(4))
    made = queue(run, topic, 4)

    def reset(*how, wanted, dry=False):
        out = run(GROUPS, "--reset-offsets", "--group", made, "--topic", topic, *how, "--dry-run" if dry else "--execute").ok()
        rows = [(r["TOPIC"], r["PARTITION"], r["NEW-OFFSET"]) for r in out.table()]
        assert rows == [(topic, "0", str(wanted))], out

    reset("--to-earliest", wanted=0, dry=True)
    assert offsets_of(run, made)[(topic, 0)][0] == "4"
    reset("--to-earliest", wanted=0)
    assert offsets_of(run, made)[(topic, 0)] == ("0", "4")
    assert sorted(read(run, topic, made, 4)) == ["0", "1", "2", "3"]
    reset("--to-datetime", "2000-01-01T00:00:00.000", wanted=0)
    reset("--to-latest", wanted=4)


def given_back(run):
    topic = run.topic(1)
    run.send(topic, range(3))
    made = queue(run, topic, 1)
    rest = read(run, topic, made, 2, "--release")
    assert sorted(read(run, topic, made, 2, "--reject")) == sorted(rest)
    bed.until(lambda: offsets_of(run, made)[(topic, 0)] == ("3", "0"), "all records are finished")


def deleted(run):
    topic = run.topic(1)
    run.send(topic, range(2))
    made = queue(run, topic, 2)
    run(GROUPS, "--delete-offsets", "--group", made, "--topic", topic).ok().says(topic)
    found = offsets_of(run, made)
    assert found == {}, found
    run(GROUPS, "--delete", "--group", made).ok().says("successful")
    assert made not in run(GROUPS, "--list").ok().lines()
    run(GROUPS, "--describe", "--group", made).says("GroupIdNotFound")


CASES = [
    ("kafka-share-groups: list, describe, state, members", listed),
    ("kafka-share-groups: reset offsets", resets),
    ("kafka-console-share-consumer: release and reject", given_back),
    ("kafka-share-groups: delete offsets and groups", deleted),
]
