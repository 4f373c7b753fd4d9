"""The same requests (valid, odd, wrong) to a real Apache Kafka and to Millpond, the answers compared field by field:

    [TRACE=1] differential.py [--broker millpond|kafka] [PART OF A CASE'S TITLE...]

A difference that `differences.toml` does not list with its reason fails, and so does a listed one that is no more.
`--broker kafka` compares two Apache Kafka brokers, which shows what of a difference is chance. TRACE tells each case's time.
"""
import contextlib
import os
import re
import sys
import tempfile
import time
import tomllib

import batch
import bed
import differential_cluster
import differential_frames
import differential_groups
import differential_records
import differential_topics
import differential_transactions
import wire

# What differs from broker to broker or from run to run, by the name of the field: told apart is only none and some.
IDS = {"ProducerId", "MemberId", "SessionId", "ClusterId", "Leader"}
TIMES = {"LogAppendTimeMs", "LastTimestamp", "TransactionStartTimeMs", "IssueTimestampMs", "BrokerEpoch",
         "FinalizedFeaturesEpoch", "LastFetchTimestamp", "LastCaughtUpTimestamp"}
TEXTS = {"ErrorMessage", "BatchIndexErrorMessage", "Documentation", "ConfigDoc", "LogDir"}
# Differences of one case that are printed.
DIFFERENCES_SHOWN_MAX = 20
SIZES = {"TotalBytes", "UsableBytes", "PartitionSize"}
# Lists of numbers whose order says nothing.
SETS = {"Partitions"}
# Lists whose order says nothing, and the field by which they are sorted before they are compared.
ORDER = ("ApiKey", "Name", "TopicName", "PartitionIndex", "Index", "Partition", "GroupId", "ResourceName", "TopicId", "MemberId",
         "Topic", "TransactionalId", "Key")


class Side:
    """One of the two brokers, with what was learned from it: ids of topics, producers, members."""

    def __init__(self, name, definitions, address):
        self.name, self.definitions, self.address = name, definitions, address
        self.connection, self.ids, self.notes = None, {}, {}

    def open(self):
        if self.connection is None:
            self.connection = wire.Connection(self.definitions, self.address)
        return self.connection

    def drop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def call(self, api, version, tree):
        return self.open().call(api, version, tree)

    def topic(self, name, partitions=1, **config):
        """Makes a topic once, waits until it can be written to and notes its id."""
        if name in self.ids:
            return name
        configs = [{"Name": key.replace("_", "."), "Value": str(value)} for key, value in config.items()]
        made = {"Name": name, "NumPartitions": partitions, "ReplicationFactor": 1, "Configs": configs}
        (answer,) = self.call("CreateTopics", 7, {"Topics": [made], "timeoutMs": 10000})["Topics"]
        assert answer["ErrorCode"] in (0, 36), answer

        def ready():
            asked = {"Topics": [{"Name": name}], "AllowAutoTopicCreation": False}
            (topic,) = self.call("Metadata", 12, asked)["Topics"]
            good = topic["ErrorCode"] == 0 and len(topic["Partitions"]) >= partitions
            return topic["TopicId"] if good and all(p["LeaderId"] >= 0 for p in topic["Partitions"]) else None

        self.ids[name] = bed.until(ready, f"the topic {name}")
        # Apache Kafka tells of leaders a moment before the partitions take requests.
        parts = [{"PartitionIndex": n, "Timestamp": -1} for n in range(partitions)]
        asked = {"ReplicaId": -1, "Topics": [{"Name": name, "Partitions": parts}]}

        def serves():
            (topic,) = self.call("ListOffsets", 5, asked)["Topics"]
            return all(p["ErrorCode"] == 0 for p in topic["Partitions"])

        bed.until(serves, f"the partitions of {name}")
        return name

    def write(self, topic, records, partition=0):
        data = [{"Name": topic, "PartitionData": [{"Index": partition, "Records": records}]}]
        tree = {"Acks": -1, "TimeoutMs": 10000, "TopicData": data}

        def once():
            answer = self.call("Produce", 9, tree)["Responses"][0]["PartitionResponses"][0]
            assert answer["ErrorCode"] in (0, 3, 6), answer
            return answer["ErrorCode"] == 0

        bed.until(once, f"a write to {topic}")


def same(side, name, value, zero_id="00000000-0000-0000-0000-000000000000"):
    """A value with what is chance taken out."""
    if isinstance(value, list):
        if name in SETS and all(isinstance(one, int) for one in value):
            return sorted(value)
        found = [plain(side, one) if isinstance(one, dict) else same(side, name.rstrip("s"), one) for one in value]
        for key in ORDER:
            if found and all(isinstance(one, dict) and key in one for one in found):
                return sorted(found, key=lambda one: (str(one[key]), str(one)) if isinstance(one[key], str) else ("", one[key]))
        return found
    if isinstance(value, dict):
        return plain(side, value)
    if name in ("TopicId",) and value != zero_id:
        known = {number: topic for topic, number in side.ids.items()}
        return f"the id of {known[value]}" if value in known else "an id"
    if name in ("Host", "Port") and value not in ("", -1):
        return "the address"
    if name in IDS and value not in ("", -1, 0, None):
        return "an id"
    if name in TIMES and value not in (-1, 0):
        return "a time"
    if name == "Records" and value:
        return batch.without_chance(value)
    if name in TEXTS:
        # Null and the empty text say the same to every client.
        return "a text" if value else "no text"
    if name in SIZES and value > 0:
        return "a size"
    if isinstance(value, str) and side.address in value:
        return value.replace(side.address, "the address")
    return value


def plain(side, tree):
    return {name: same(side, name, value) for name, value in tree.items()}


def differences(ours, theirs, path=""):
    """The paths at which two trees differ, with both values. Elements of lists are named by what they are sorted by."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(set(ours) | set(theirs)):
            yield from differences(ours.get(name, "absent"), theirs.get(name, "absent"), f"{path}.{name}" if path else name)
    elif isinstance(ours, list) and isinstance(theirs, list):
        key = next((k for k in ORDER if all(isinstance(o, dict) and k in o for o in ours + theirs)), None)
        left = {str(one[key]) if key else str(i): one for i, one in enumerate(ours)}
        right = {str(one[key]) if key else str(i): one for i, one in enumerate(theirs)}
        if not key or len(left) != len(ours) or len(right) != len(theirs):
            left, right = dict(enumerate(ours)), dict(enumerate(theirs))
        for name in sorted(set(left) | set(right), key=str):
            yield from differences(left.get(name, "absent"), right.get(name, "absent"), f"{path}[{name}]")
    elif ours != theirs:
        yield path, short(ours), short(theirs)


def short(value):
    if isinstance(value, (dict, list)):
        return "present"
    return value if not isinstance(value, bytes) or len(value) < 60 else value[:60] + b"..."


def matches(pattern, text):
    """`*` stands for anything; nothing else is special."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None


def several(value):
    return value if isinstance(value, list) else [value]


class Entry:
    """An entry of the list: the API, its cases and the fields in them, one or several each, and what each side says there."""

    KEYS = {"api", "case", "field", "millpond", "kafka", "reason"}

    def __init__(self, given):
        assert set(given) <= self.KEYS and {"api", "case", "field", "reason"} <= set(given), f"an entry lacks a key: {given}"
        self.given, self.apis = given, several(given["api"])
        self.cases, self.fields = several(given["case"]), several(given["field"])
        self.met = set()

    def knows(self, case, path, ours, theirs):
        if case.api not in self.apis:
            return False
        if any(str(self.given[side]) != str(value) for side, value in (("millpond", ours), ("kafka", theirs)) if side in self.given):
            return False
        fits = [part for part in self.cases if matches(part, case.what)], [part for part in self.fields if matches(part, path)]
        if all(fits):
            self.met.update([case.api], *fits)
        return all(fits)

    def vanished(self):
        """The APIs, cases and fields of it that were not met."""
        return [part for part in self.apis + self.cases + self.fields if part not in self.met]


class Listed:
    """The list of known differences, and what of it was met."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.entries = [Entry(one) for one in tomllib.load(file).get("difference", [])]

    def knows(self, *difference):
        return any([entry.knows(*difference) for entry in self.entries])

    def vanished(self):
        return [(entry, part) for entry in self.entries for part in entry.vanished()]


def answer(side, case):
    """What the broker answers, or that it closes the connection."""
    try:
        return plain(side, case.run(side))
    except wire.Closed:
        side.drop()
        return {"connection": "closed"}
    except TimeoutError:
        side.drop()
        return {"connection": "no answer"}


class Comparison:
    def __init__(self, ours, theirs, listed, only):
        self.ours, self.theirs, self.listed, self.only = ours, theirs, listed, only
        # What is not listed, by the case without its version: the fields with both values and the versions.
        self.count, self.known, self.failed, self.new, self.began = 0, 0, 0, {}, time.monotonic()

    def run(self, case):
        if self.only and not any(part in case.title for part in self.only):
            return
        self.count += 1
        if os.environ.get("TRACE"):
            print(f"{time.monotonic() - self.began:6.1f}  {case.title}", flush=True)
        try:
            found = list(differences(answer(self.ours, case), answer(self.theirs, case)))
        except Exception as fault:  # noqa: BLE001: the next cases still run
            self.ours.drop()
            self.theirs.drop()
            self.failed += 1
            self.note(case, bed.describe(fault))
            return
        new = [one for one in found if not self.listed.knows(case, *one)]
        self.known += len(found) - len(new)
        self.failed += bool(new)
        for path, ours, theirs in new:
            self.note(case, f"{path}: {self.ours.name} {ours!r}, {self.theirs.name} {theirs!r}")

    def note(self, case, words):
        self.new.setdefault(f"{case.api}: {case.what}", {}).setdefault(words, []).append(case.version)

    def finish(self, seconds):
        for case, found in self.new.items():
            print(f"FAIL  {case}")
            for words, versions in list(found.items())[:DIFFERENCES_SHOWN_MAX]:
                told = " ".join(f"v{version}" for version in versions if version is not None)
                print(f"      {told + '  ' if told else ''}{words}")
            if len(found) > DIFFERENCES_SHOWN_MAX:
                print(f"      and {len(found) - DIFFERENCES_SHOWN_MAX} more")
        # Part of the cases meets part of the list, and two brokers of a kind should differ nowhere.
        vanished = [] if self.only or self.ours.name == self.theirs.name else self.listed.vanished()
        for entry, part in vanished:
            print(f"FAIL  listed, but there is no such difference any more: {part!r} of {entry.given}")
        print(f"differential: {self.count} cases, {self.failed} with a difference that is not listed, {self.known} differences as "
              f"listed in {len(self.listed.entries)} entries, {len(vanished)} listed ones gone, {seconds:.0f} s")
        return 1 if self.failed or vanished or not self.count else 0


def main():
    arguments = sys.argv[1:]
    kind = "millpond"
    if arguments and arguments[0] == "--broker":
        kind, arguments = arguments[1], arguments[2:]
    listed = Listed(os.path.join(bed.HERE, "differences.toml"))
    definitions = wire.Definitions()
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        sides = []
        for which in (kind, "kafka"):
            broker = bed.start(which, stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-")))
            stack.callback(broker.stop)
            sides.append(Side(which, definitions, broker.address))
        comparison = Comparison(*sides, listed, arguments)
        rooms = (differential_cluster, differential_topics, differential_records, differential_groups,
                 differential_transactions, differential_frames)
        for room in rooms:
            for case in room.cases(definitions):
                comparison.run(case)
        for side in sides:
            side.drop()
    sys.exit(comparison.finish(time.monotonic() - began))


if __name__ == "__main__":
    main()
