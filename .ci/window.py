"""Drives a Millpond window that was built with the `inspection` feature: finds widgets in the accessibility tree, clicks,
types, presses keys, photographs. Every wait has a condition and a limit."""
import os
import re
import signal
import socket
import struct
import subprocess
import time

import msgpack


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Node:
    """One widget: role, label, value and its rectangle in points."""

    def __init__(self, number, raw):
        # On the wire: role, flags, two sets of actions, properties.
        self.role, properties = raw[0], raw[4]
        self.number, self.properties = number, properties
        self.label = properties.get("label") or ""
        self.value = properties.get("value") or ""
        self.toggled = properties.get("toggled") == "true"
        self.box = properties.get("bounds")

    @property
    def middle(self):
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2

    def __repr__(self):
        return f"<{self.role} {self.label!r} {self.value!r} {self.box}>"


class Window:
    def __init__(self, binary, arguments, environment=None, wait=60):
        port = free_port()
        env = dict(os.environ, EGUI_INSPECTION=f"127.0.0.1:{port}", **(environment or {}))
        self.process = subprocess.Popen([binary, *arguments], env=env)
        self.scale = 1.0
        until = time.time() + wait
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), 30)
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit(f"the window ended with {self.process.returncode} before it could be reached")
                if time.time() > until:
                    raise
                time.sleep(0.05)
        assert self._read(8)[:4] == b"eins", "not an inspection peer"

    def _read(self, count):
        data = b""
        while len(data) < count:
            piece = self.socket.recv(count - len(data))
            if not piece:
                raise EOFError("the window closed the connection")
            data += piece
        return data

    def call(self, request):
        body = msgpack.packb(request)
        self.socket.sendall(struct.pack(">I", len(body)) + body)
        answer = msgpack.unpackb(self._read(struct.unpack(">I", self._read(4))[0]), strict_map_key=False)
        if isinstance(answer, dict) and "Error" in answer:
            raise RuntimeError(answer["Error"])
        return answer

    def nodes(self):
        step, scale, update = self.call("GetTree")["Tree"]
        raw_nodes = update["nodes"] if isinstance(update, dict) else update[0]
        return [Node(number, raw) for number, raw in raw_nodes]

    def all(self, label=None, role=None, contains=None):
        found = []
        for node in self.nodes():
            text = node.label or node.value
            if node.box is None:
                continue
            if role and node.role.lower() != role.lower():
                continue
            if label is not None and text != label:
                continue
            if contains is not None and contains not in text:
                continue
            found.append(node)
        return found

    def wait_for(self, label=None, role=None, contains=None, seconds=20, gone=False):
        until = time.time() + seconds
        while True:
            found = self.all(label, role, contains)
            if bool(found) != gone:
                return found[0] if found else None
            if time.time() > until:
                seen = sorted({(n.label or n.value)[:60] for n in self.nodes() if (n.label or n.value) and n.role != "row"})
                raise AssertionError(f"waited {seconds} s for {label or contains or role!r} (gone={gone}); seen: {seen}")
            time.sleep(0.1)

    def wait_text(self, pattern, seconds=20):
        until = time.time() + seconds
        while True:
            for node in self.nodes():
                hit = re.search(pattern, node.label or node.value)
                if hit:
                    return hit
            if time.time() > until:
                seen = sorted({(n.label or n.value)[:60] for n in self.nodes() if (n.label or n.value) and n.role != "row"})
                raise AssertionError(f"waited {seconds} s for text {pattern!r}; seen: {seen}")
            time.sleep(0.1)

    def events(self, *events):
        self.call({"ApplyEvents": [list(events)]})

    def click_at(self, x, y, button="Primary", times=1):
        none = [False] * 5
        self.events({"PointerMoved": [x, y]})
        for _ in range(times):
            self.events({"PointerButton": [[x, y], button, True, none]})
            self.events({"PointerButton": [[x, y], button, False, none]})

    def click(self, label=None, role=None, contains=None, seconds=20, which=0):
        node = self.still(label, role, contains, seconds, which)
        self.click_at(*node.middle)
        return node

    def still(self, label=None, role=None, contains=None, seconds=20, which=0):
        """What is there and no longer moves: a dialog grows while what it shows arrives."""
        until = time.time() + seconds
        before = None
        while True:
            self.wait_for(label, role, contains, seconds)
            found = self.all(label, role, contains)
            node = found[which] if which < len(found) else None
            if node and before and node.box == before.box:
                return node
            assert time.time() < until, f"{label or contains or role!r} does not stand still"
            before = node
            self.settle(4)
            time.sleep(0.15)

    def drag(self, start, end, steps=8):
        none = [False] * 5
        self.events({"PointerMoved": list(start)})
        self.events({"PointerButton": [list(start), "Primary", True, none]})
        for i in range(1, steps + 1):
            at = [start[k] + (end[k] - start[k]) * i / steps for k in (0, 1)]
            self.events({"PointerMoved": at})
        self.events({"PointerButton": [list(end), "Primary", False, none]})

    def type(self, text):
        self.events({"Text": text})

    def key(self, name, ctrl=False, shift=False, alt=False):
        modifiers = [alt, ctrl, shift, False, ctrl]
        for pressed in (True, False):
            self.events({"Key": [name, None, pressed, False, modifiers]})

    def replace(self, label, text):
        """Puts `text` into the field with this accessible name."""
        self.click(label=label, role="TextInput")
        self.key("A", ctrl=True)
        self.type(text)

    def resize(self, width, height):
        self.call({"Resize": [width, height]})

    def settle(self, steps=20):
        return self.call({"Settle": [steps]})

    def photograph(self, path):
        """A picture of the window; the pointer is moved away first so that nothing is hovered."""
        answer = self.call({"GetScreenshot": [None]})["Screenshot"]
        with open(path, "wb") as f:
            f.write(answer[1] if isinstance(answer, (list, tuple)) else answer["bytes"])

    def close(self, seconds=20):
        """Quits by the keyboard and gives the exit code."""
        try:
            self.key("Q", ctrl=True)
        except EOFError:
            pass
        return self.process.wait(seconds)

    def terminate(self, seconds=20):
        """Asks it to end as the system does at shutdown, and gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self):
        """Ends it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
