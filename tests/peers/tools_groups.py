"""kafka-consumer-groups: listing, describing with and without members, all resets, deletion."""
import os
import threading

import bed
from tools_driver import Tools, group
from tools_topics import FOLDER

GROUPS = "kafka-consumer-groups"


def filled(run, count=10):
    """A topic of two partitions with `count` records in partition `full` and none in the other, and that partition."""
    made = run.topic(2)
    run.send(made, [f"k:{n}" for n in range(count)], "--reader-property", "parse.key=true", "--reader-property", "key.separator=:")
    lines = run("kafka-get-offsets", "--topic", made).ok().lines()
    return made, next(int(line.split(":")[1]) for line in lines if line.endswith(f":{count}"))


def offsets_of(run, name):
    """The committed offsets of a group as (topic, partition) -> offset."""
    rows = run(GROUPS, "--describe", "--group", name, "--offsets").ok().table()
    return {(r["TOPIC"], int(r["PARTITION"])): r["CURRENT-OFFSET"] for r in rows}


def resets(run):
    made, full = filled(run)
    name = group()
    run.read(made, 10, "--group", name)
    assert offsets_of(run, name)[(made, full)] == "10"

    def reset(*how, wanted, dry=False):
        out = run(GROUPS, "--reset-offsets", "--group", name, "--topic", f"{made}:{full}", *how, "--dry-run" if dry else "--execute")
        rows = out.ok().table()
        assert [(r["TOPIC"], r["PARTITION"], r["NEW-OFFSET"]) for r in rows] == [(made, str(full), str(wanted))], out
        if not dry:
            assert offsets_of(run, name)[(made, full)] == str(wanted)

    reset("--to-earliest", wanted=0, dry=True)
    assert offsets_of(run, name)[(made, full)] == "10"
    reset("--to-earliest", wanted=0)
    reset("--to-latest", wanted=10)
    reset("--to-offset", 3, wanted=3)
    reset("--shift-by", 2, wanted=5)
    reset("--shift-by", -4, wanted=1)
    reset("--shift-by", 100, wanted=10)
    reset("--by-duration", "PT1H", wanted=0)
    reset("--to-offset", 999, wanted=10)
    reset("--to-datetime", "2000-01-01T00:00:00.000", wanted=0)
    reset("--to-datetime", "2999-01-01T00:00:00.000", wanted=10)
    reset("--to-current", wanted=10)
    path = os.path.join(FOLDER.name, f"{name}.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{made},{full},6\n")
    run(GROUPS, "--reset-offsets", "--group", name, "--from-file", path, "--execute").ok()
    assert offsets_of(run, name)[(made, full)] == "6"
    out = run(GROUPS, "--reset-offsets", "--group", name, "--all-topics", "--to-earliest", "--export", "--dry-run").ok()
    assert sorted(out.lines()) == [f"{made},0,0", f"{made},1,0"], out
    assert sorted(run.read(made, 4, "--group", name)) == ["6", "7", "8", "9"]


def reset_of_a_new_group(run):
    made, full = filled(run)
    name = group("fresh")
    run(GROUPS, "--reset-offsets", "--group", name, "--topic", made, "--to-offset", 4, "--execute").ok()
    assert offsets_of(run, name)[(made, full)] == "4"
    run(GROUPS, "--list", "--state").ok().says(rf"{name}\s+Empty")


def without_members(run):
    made, full = filled(run)
    name = group()
    run.read(made, 10, "--group", name)
    assert name in run(GROUPS, "--list").ok().lines()
    run(GROUPS, "--list", "--state").ok().says(rf"^{name}\s+Empty\s*$")
    run(GROUPS, "--list", "--type").ok().says(rf"^{name}\s+Classic\s*$")
    assert name not in run(GROUPS, "--list", "--state", "stable").ok().out
    described = run(GROUPS, "--describe", "--group", name).ok().says(f"Consumer group '{name}' has no active members")
    described.says(rf"^{name}\s+{made}\s+{full}\s+10\s+10\s+0\s+-\s+-\s+-")
    run(GROUPS, "--describe", "--group", name, "--offsets", "--verbose").ok().says(rf"{made}\s+{full}\s+0\s+10\s+10\s+0")
    run(GROUPS, "--describe", "--group", name, "--state").ok().says(r"\(1\)\s+-\s+Empty\s+0")
    run(GROUPS, "--describe", "--group", name, "--members", "--verbose").ok()
    run(GROUPS, "--describe", "--group", "absent").says("GroupIdNotFoundException: .*absent")
    run("kafka-groups", "--list").ok().says(rf"^{name}\s+Classic\s+consumer")
    deleted = run(GROUPS, "--delete-offsets", "--group", name, "--topic", made).ok()
    deleted.says("Request succeeded for deleting offsets", rf"{made}\s+{full}\s+Successful")
    gone = run(GROUPS, "--delete", "--group", name)
    gone.says("Deletion of requested consumer groups|could not be deleted due to: .*GroupIdNotFound")
    run(GROUPS, "--delete", "--group", name).says(f"Group '{name}' could not be deleted due to: .*GroupIdNotFoundException")


class Reader:
    """A console consumer in a virtual machine of its own, which leaves when nothing came for a while: long enough
    for all that is asked about it meanwhile, also on a busy machine."""

    def __init__(self, run, topic, name, protocol, idle=15000):
        self.tools = Tools(run.address)
        arguments = ["--topic", topic, "--from-beginning", "--group", name, "--timeout-ms", idle, "--command-property",
                     f"group.protocol={protocol}", "--command-property", "auto.commit.interval.ms=200",
                     "--command-property", "client.id=reader"]
        self.thread = threading.Thread(target=lambda: self.tools("kafka-console-consumer", *arguments), daemon=True)
        self.thread.start()

    def wait(self):
        self.thread.join(120)
        assert not self.thread.is_alive(), "the console consumer does not end"
        self.tools.close()


def with_a_member(run, protocol):
    made, full = filled(run)
    name = group(f"{protocol}-readers")
    reader = Reader(run, made, name, protocol)
    bed.until(lambda: name in run(GROUPS, "--list", "--state", "stable").ok().out, "a stable group")
    bed.until(lambda: offsets_of(run, name).get((made, full)) == "10", "the committed offset")
    kind, assignor = ("Classic", "range") if protocol == "classic" else ("Consumer", "uniform")
    run(GROUPS, "--list", "--type").ok().says(rf"^{name}\s+{kind}")
    run(GROUPS, "--list", "--type", kind.lower()).ok().says(rf"^{name}\s+")
    described = run(GROUPS, "--describe", "--group", name).ok()
    described.says(rf"^{name}\s+{made}\s+{full}\s+10\s+10\s+0\s+\S+\s+/127.0.0.1\s+reader")
    run(GROUPS, "--describe", "--group", name, "--state", "--verbose").ok().says(rf"{assignor}\s+Stable\s+.*1\s*$")
    members = run(GROUPS, "--describe", "--group", name, "--members", "--verbose").ok()
    members.says(rf"^{name}\s+\S+\s+/127.0.0.1\s+reader\s+2\s+.*{made}")
    run(GROUPS, "--delete", "--group", name).says("NonEmpty|not empty")
    refused = run(GROUPS, "--reset-offsets", "--group", name, "--topic", made, "--to-earliest", "--execute")
    refused.says("Assignments can only be reset if the group .* is inactive")
    run(GROUPS, "--delete-offsets", "--group", name, "--topic", made).says("GroupSubscribedToTopic|actively subscribed|Failed|Error")
    reader.wait()
    bed.until(lambda: name in run(GROUPS, "--list", "--state", "empty").ok().out, "the group to be empty")
    run(GROUPS, "--reset-offsets", "--group", name, "--topic", made, "--to-earliest", "--execute").ok()
    assert offsets_of(run, name)[(made, full)] == "0"
    run(GROUPS, "--delete", "--group", name).ok().says("was successful")
    assert name not in run(GROUPS, "--list").ok().lines()


CASES = [
    ("kafka-consumer-groups resets offsets in every way", resets),
    ("kafka-consumer-groups resets a group that never was", reset_of_a_new_group),
    ("kafka-consumer-groups on a group without members", without_members),
    ("kafka-consumer-groups on a group with a member, classic protocol", lambda run: with_a_member(run, "classic")),
    ("kafka-consumer-groups on a group with a member, consumer protocol", lambda run: with_a_member(run, "consumer")),
]
