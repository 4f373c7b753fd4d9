"""Millpond's own client with a real Apache Kafka and with Millpond as the broker: the same commands on both, and what they
print, refuse and leave behind compared field by field:

    alike.py [--broker millpond|kafka] [PART OF A CASE'S TITLE...]

A difference that `alike.toml` does not list with its reason fails, and so does a listed one that is no more.
`--broker kafka` compares two Apache Kafka brokers, which shows what of a difference is chance.
"""
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import alike_cases
import bed
from differential import Comparison, Listed, differences

COMMAND_SECONDS_MAX = 240
# What names an element of a list of objects, so that a difference is told by its name and not by its number.
NAMES = ("setting", "topic", "group", "name", "partition", "broker", "member", "quota")
# Whatever is made anew for each topic, member or cluster.
IDS = {"id", "member", "member_id", "client_id", "cluster"}
# Sizes on disks and times of the day.
SIZES = {"free", "total", "used", "bytes"}


class Case:
    """A title and what is done; `api` is its room in the list of differences."""

    version = None

    def __init__(self, room, what, steps):
        self.api, self.what, self.steps = room, what, steps
        self.title = f"{room}: {what}"


class Side:
    """Millpond's command line with one broker."""

    def __init__(self, name, address, folder):
        self.name, self.address, self.folder = name, address, folder
        self.began, self.answers = time.time() * 1000, {}

    def command(self, *words, stdin=""):
        command = [bed.millpond_binary(), "--bootstrap", self.address, *map(str, words)]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX)

    def __call__(self, *words, stdin=""):
        """Runs a command and notes how it ended and what it printed."""
        done = self.command(*words, stdin=stdin)
        said = re.search(r"\(([A-Z][A-Z_0-9]+)\)", done.stderr)
        found = {"status": done.returncode, "printed": self.plain("", printed(words, done.stdout)),
                 "error": said.group(1) if said else None, "words": self.plain("", done.stderr.strip())}
        self.note(words[0] if words[0] == "copy" else " ".join(map(str, words[:2])), found)
        return done.stdout

    def json(self, *words):
        return json.loads(self(*words, "--json"))

    def note(self, label, found):
        self.answers[f"{len(self.answers) + 1} {label}"] = found

    def until(self, condition, what):
        """Waits for what a cluster does a moment after it said yes; not noted."""
        return bed.until(condition, f"{what} at {self.name}", 60, pause=0.2)

    def asked(self, *words):
        """What a command prints as JSON, unnoted; nothing where it fails."""
        done = self.command(*words, "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def path(self, name):
        return os.path.join(self.folder, name)

    def file(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def plain(self, name, value):
        """A value without what is chance, and lists of named objects as objects."""
        if isinstance(value, dict):
            return {key: self.plain(key, one) for key, one in value.items()}
        if isinstance(value, list):
            plain = [self.plain(name, one) for one in value]
            for key in NAMES:
                if value and all(isinstance(one, dict) and key in one for one in value):
                    named = {str(one[key]): same for one, same in zip(value, plain)}
                    return named if len(named) == len(value) else plain
            return plain
        if name in IDS and isinstance(value, str) and value:
            return "an id"
        if name in SIZES and isinstance(value, int) and value > 0:
            return "a size"
        if isinstance(value, (int, float)) and value >= self.began - 1000:
            return "a time"
        if isinstance(value, str):
            return value.replace(self.folder, "the folder").replace(self.address, "the address")
        return value


def printed(words, text):
    """Records are sorted by their place: partitions come in no order."""
    if "--json" in words and text:
        return json.loads(text)
    if words[0] == "consume":
        records = [json.loads(line) for line in text.splitlines()]
        return sorted(records, key=lambda record: (record["partition"], record["offset"]))
    return text


class Commands(Comparison):
    """Runs a case on both sides, and compares all that each noted."""

    def run(self, case):
        if self.only and not any(part in case.title for part in self.only):
            return
        self.count += 1
        try:
            found = list(differences(answers(self.ours, case), answers(self.theirs, case)))
        except Exception as fault:  # noqa: BLE001: the next cases still run
            self.failed += 1
            self.note(case, bed.describe(fault))
            return
        new = [one for one in found if not self.listed.knows(case, *one)]
        self.known += len(found) - len(new)
        self.failed += bool(new)
        for path, ours, theirs in new:
            self.note(case, f"{path}: {self.ours.name} {ours!r}, {self.theirs.name} {theirs!r}")


def answers(side, case):
    side.answers = {}
    case.steps(side)
    return side.answers


def main():
    arguments = sys.argv[1:]
    kind = "millpond"
    if arguments and arguments[0] == "--broker":
        kind, arguments = arguments[1], arguments[2:]
    listed, began = Listed(os.path.join(bed.HERE, "alike.toml")), time.monotonic()
    with contextlib.ExitStack() as stack:
        sides = []
        for which in (kind, "kafka"):
            broker = bed.start(which, stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-")))
            stack.callback(broker.stop)
            sides.append(Side(which, broker.address, stack.enter_context(tempfile.TemporaryDirectory(prefix="peers-"))))
        comparison = Commands(*sides, listed, arguments)
        comparison.what = "alike"
        for room, what, steps in alike_cases.CASES:
            comparison.run(Case(room, what, steps))
    sys.exit(comparison.finish(time.monotonic() - began))


if __name__ == "__main__":
    main()
