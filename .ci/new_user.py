"""A new user's path through the real window: load the sample, find the M 4+ earthquakes, start consumers in two groups,
watch the lag, kill one, reset offsets, export, and compare the file with what was imported.

usage: new_user.py BINARY FOLDER      screenshots go to FOLDER/screenshots"""
import json
import os
import sys
import time

from window import Window

SAMPLE = os.path.join(os.path.dirname(__file__), "..", "assets", "sample", "earthquakes.jsonl")


def said(text):
    print(f"  {text}", flush=True)


class Path:
    def __init__(self, binary, folder):
        self.folder = folder
        self.pictures = os.path.join(folder, "screenshots")
        os.makedirs(self.pictures, exist_ok=True)
        self.arguments = ["--data", os.path.join(folder, "workspace")]
        self.environment = {
            "HOME": folder,
            "XDG_CONFIG_HOME": os.path.join(folder, "config"),
            "XDG_DATA_HOME": os.path.join(folder, "share"),
            "LANG": "en_US.UTF-8",
            "TZ": "UTC",
        }
        self.binary = binary
        with open(SAMPLE, encoding="utf-8") as lines:
            self.sample = [json.loads(line) for line in lines]
        self.open()

    def open(self):
        self.window = Window(self.binary, self.arguments, self.environment)
        self.window.resize(1280, 800)

    def photograph(self, name):
        self.window.events({"PointerMoved": [640, 795]})
        time.sleep(0.4)
        self.window.photograph(os.path.join(self.pictures, name + ".png"))

    def go(self, place):
        self.window.click(place, role="tab")

    def load_sample(self):
        self.window.wait_for("Load the earthquakes")
        self.photograph("overview-empty")
        self.window.click("Load the earthquakes")
        self.window.wait_text(r"Loaded the sample stream into earthquakes: 1,707 records")
        said("the sample stream is loaded: 1,707 records")

    def search(self):
        strong = sum(1 for record in self.sample if (record["value"]["mag"] or 0) >= 4)
        self.go("Topics")
        row = self.window.wait_for("earthquakes", role="label")
        self.window.click_at(*row.middle)
        self.window.key("Enter")
        self.window.wait_text(r"1,707 records · newest first")
        self.photograph("messages")
        field = next(n for n in self.window.all(role="textInput") if n.box[0] > 400)
        self.window.click_at(*field.middle)
        self.window.type("mag >= 4")
        hits = self.window.wait_text(r"^([\d,]+).* of 1,707 searched").group(1)
        assert int(hits.replace(",", "")) == strong, f"{hits} hits, the file has {strong}"
        row = next(n for n in self.window.all(role="row") if "Offset" in n.label)
        self.window.click_at(row.box[0] + 300, row.middle[1])
        self.window.key("Enter")
        time.sleep(1)
        self.photograph("messages-search")
        self.window.key("Escape")
        said(f"the search finds the {strong} earthquakes of magnitude 4 and more")

    def start(self, group, members):
        self.window.click("New consumer…", role="button")
        self.window.wait_for("Start consumer")
        self.window.settle()
        self.window.click(role="textInput")
        self.window.key("A", ctrl=True)
        self.window.type(group)
        self.window.click(str(members), role="radioButton")
        self.window.click(contains="Start", role="button")
        self.window.wait_for(f"{group}-{members}", role="label")

    def consume(self):
        self.go("Consume")
        self.start("billing", 2)
        self.start("analytics", 1)
        total = len(self.sample)
        until = time.time() + 30
        while True:
            counts = [n.label for n in self.window.all(contains="received: ")]
            counts = [int(text.split()[1].replace(",", "")) for text in counts]
            if sum(counts) == 2 * total and total in counts:
                break
            assert time.time() < until, f"received {counts}: not everything once in each group"
            time.sleep(0.2)
        self.photograph("consume")
        said(f"two members of billing share the {total} records, the one of analytics gets them all: {sorted(counts)}")

    def open_group(self, name):
        self.go("Groups")
        row = self.window.wait_for(name, role="label")
        self.window.click_at(*row.middle)
        self.window.key("Enter")
        self.window.wait_for("Reset offsets…")

    def kill_one(self):
        self.go("Consume")
        self.window.click("Kill billing-1")
        self.window.wait_for("killed", role="label")
        # It left without a word: its partitions stand still until the session times out, then the other takes them.
        self.window.wait_text(r"^billing-1 (timed out|was removed|died|left|fell silent)|all 4 partitions", seconds=60)
        until = time.time() + 60
        while len(self.window.all("all 4 partitions")) < 2:
            assert time.time() < until, "billing-2 did not take over"
            time.sleep(0.3)
        self.photograph("consume-killed")
        said("billing-1 is killed, and billing-2 takes all four partitions")
        self.open_group("billing")
        self.window.wait_for("Lag: 0 records", role="group")
        self.photograph("group")

    def reset(self):
        self.open_group("billing")
        self.window.click("Reset offsets…")
        self.window.wait_text(r"Stop all members of the group, then reset")
        self.window.key("Escape")
        said("a reset is refused while members are active, with the reason")
        self.go("Consume")
        self.window.click("Stop all")
        self.open_group("billing")
        self.window.wait_for("Empty")
        self.window.click("Reset offsets…")
        self.window.wait_text(r"1,707 records will be read again")
        self.window.click("Reset 4 partitions")
        self.window.wait_for("Lag: 1,707 records", role="group")
        self.photograph("group-reset")
        said("after the reset the lag is 1,707 records")

    def export(self):
        target = os.path.join(self.folder, "exported.jsonl")
        self.go("Transfers")
        self.window.click("Export…")
        self.window.wait_for("Export a topic")
        self.window.settle()
        field = next(n for n in self.window.all(role="textInput") if n.value.endswith(".jsonl"))
        self.window.click_at(*field.middle)
        self.window.key("A", ctrl=True)
        self.window.type(target)
        self.window.click("Export", role="button")
        until = time.time() + 30
        while not os.path.exists(target):
            assert time.time() < until, "no file after 30 s"
            time.sleep(0.1)
        self.photograph("transfers")
        with open(target, encoding="utf-8") as lines:
            exported = [json.loads(line) for line in lines]
        whole = lambda r: (r["timestamp"], r["key"], json.dumps(r["value"], sort_keys=True))
        imported = sorted(whole(record) for record in self.sample)
        # The value was stored as compact JSON text; the same text comes back.
        back = sorted(whole(dict(r, value=json.loads(r["value"]))) for r in exported)
        assert back == imported, f"{len(back)} records exported, {len(imported)} imported, not the same"
        said(f"the exported file holds the same {len(back)} records as the imported one")

    def close_and_return(self):
        assert self.window.close() == 0, "the window did not end cleanly"
        self.open()
        self.window.wait_for("Transfers", role="tab")
        self.window.wait_text(r"^Export…$")
        said("closed cleanly; the next start shows the same place")
        self.window.kill()
        self.open()
        self.go("Topics")
        self.window.wait_for("1,707")
        said("killed and opened again without help: 1,707 records")
        assert self.window.terminate() == 0, "SIGTERM did not end it cleanly"
        self.open()
        self.window.wait_text(r"1,707")
        said("ended by the system's own signal, it comes back to the same place")
        assert self.window.close() == 0


def main():
    path = Path(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    path.load_sample()
    path.search()
    path.consume()
    path.kill_one()
    path.reset()
    path.export()
    path.close_and_return()
    print("the whole path works")


if __name__ == "__main__":
    main()
