"""Requests and responses of Kafka's protocol as trees of dicts, written and read by the message definitions that Apache
Kafka's own jar carries (`common/message/*.json`): a reading of the protocol that shares no code with the broker under test.
"""
import io
import json
import re
import socket
import struct
import uuid
import zipfile

import bed

LARGEST = 1 << 40
STRUCTS = {"int8": ">b", "int16": ">h", "uint16": ">H", "int32": ">i", "uint32": ">I", "int64": ">q", "float64": ">d"}


def versions(text):
    """`3+`, `1-4`, `2` or `none` as a range."""
    if not text or text == "none":
        return range(0)
    low, _, high = text.partition("-")
    if text.endswith("+"):
        return range(int(text[:-1]), LARGEST)
    return range(int(low), int(high or low) + 1)


class Definitions:
    """Every message by its name, such as `FetchRequest`."""

    def __init__(self):
        jar = next(p for p in bed.classpath().split(":") if "kafka-clients-" in p)
        self.messages, self.apis = {}, {}
        with zipfile.ZipFile(jar) as archive:
            for path in archive.namelist():
                if path.startswith("common/message/") and path.endswith(".json"):
                    text = re.sub(r"^\s*//.*$", "", archive.read(path).decode(), flags=re.MULTILINE)
                    message = json.loads(text)
                    self.messages[message["name"]] = message
                    if message["type"] == "request":
                        self.apis[message["name"][:-len("Request")]] = message["apiKey"]


class Writer:
    """Writes one message in one version; what the tree leaves out gets its default."""

    def __init__(self, message, version):
        self.version, self.out = version, io.BytesIO()
        self.flexible = version in versions(message.get("flexibleVersions", "none"))
        self.structs = {s["name"]: s["fields"] for s in message.get("commonStructs", ())}
        self.message = message

    def put(self, kind, value):
        self.out.write(struct.pack(STRUCTS[kind], value))

    def unsigned(self, value):
        while value > 0x7F:
            self.out.write(bytes([value & 0x7F | 0x80]))
            value >>= 7
        self.out.write(bytes([value]))

    def length(self, value, kind, flexible):
        """The length of a string, of bytes or of an array; `None` for null."""
        if flexible:
            self.unsigned(0 if value is None else value + 1)
        else:
            self.put(kind, -1 if value is None else value)

    def value(self, field, kind, value, flexible):
        if kind.startswith("[]"):
            self.length(None if value is None else len(value), "int32", flexible)
            for one in value or ():
                self.value(dict(field, nullableVersions="none"), kind[2:], one, flexible)
        elif kind == "bool":
            self.out.write(b"\1" if value else b"\0")
        elif kind in STRUCTS:
            self.put(kind, value)
        elif kind == "uuid":
            self.out.write(uuid.UUID(value).bytes)
        elif kind in ("string", "bytes", "records"):
            raw = value.encode() if isinstance(value, str) else value
            self.length(None if raw is None else len(raw), "int16" if kind == "string" else "int32", flexible)
            self.out.write(raw or b"")
        else:
            if self.version in versions(field.get("nullableVersions")):
                self.put("int8", -1 if value is None else 1)
            if value is not None:
                self.fields(field.get("fields") or self.structs[kind], value)

    def fields(self, fields, tree):
        known = {f["name"] for f in fields}
        assert set(tree) <= known, f"{set(tree) - known} are no fields of {self.message['name']}"
        tagged = []
        for field in fields:
            if self.version not in versions(field["versions"]):
                continue
            value = tree[field["name"]] if field["name"] in tree else default(field, self.version)
            if self.version in versions(field.get("taggedVersions")):
                if field["name"] in tree:
                    tagged.append((field["tag"], field, value))
                continue
            flexible = self.flexible and field.get("flexibleVersions") != "none"
            self.value(field, field["type"], value, flexible)
        if self.flexible:
            self.unsigned(len(tagged))
            for tag, field, value in sorted(tagged, key=lambda one: one[0]):
                inner = Writer(self.message, self.version)
                inner.value(field, field["type"], value, True)
                content = inner.out.getvalue()
                self.unsigned(tag)
                self.unsigned(len(content))
                self.out.write(content)


def default(field, version):
    kind, given = field["type"], field.get("default")
    if given == "null":
        return None
    if kind.startswith("[]"):
        return []
    if kind == "bool":
        return given in (True, "true")
    if kind in STRUCTS:
        return 0 if given in (None, "") else (float(given) if kind == "float64" else int(str(given), 0))
    if kind == "uuid":
        return str(uuid.UUID(int=0))
    if kind == "string":
        return given or ""
    if kind in ("bytes", "records"):
        return b""
    return None if version in versions(field.get("nullableVersions")) else {}


class Reader:
    """Reads one message in one version into a tree."""

    def __init__(self, message, version, data):
        self.version, self.data, self.at = version, data, 0
        self.flexible = version in versions(message.get("flexibleVersions", "none"))
        self.structs = {s["name"]: s["fields"] for s in message.get("commonStructs", ())}

    def raw(self, count):
        piece = self.data[self.at:self.at + count]
        if len(piece) != count:
            raise ValueError(f"the message ends {count - len(piece)} bytes early")
        self.at += count
        return piece

    def get(self, kind):
        return struct.unpack(STRUCTS[kind], self.raw(struct.calcsize(STRUCTS[kind])))[0]

    def unsigned(self):
        value = shift = 0
        while True:
            byte = self.raw(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def length(self, kind, flexible):
        return self.unsigned() - 1 if flexible else self.get(kind)

    def value(self, field, kind, flexible):
        if kind.startswith("[]"):
            count = self.length("int32", flexible)
            return None if count < 0 else [self.value(dict(field, nullableVersions="none"), kind[2:], flexible)
                                           for _ in range(count)]
        if kind == "bool":
            return self.raw(1) != b"\0"
        if kind in STRUCTS:
            return self.get(kind)
        if kind == "uuid":
            return str(uuid.UUID(bytes=self.raw(16)))
        if kind in ("string", "bytes", "records"):
            count = self.length("int16" if kind == "string" else "int32", flexible)
            content = None if count < 0 else self.raw(count)
            return content.decode() if content is not None and kind == "string" else content
        if self.version in versions(field.get("nullableVersions")) and self.get("int8") < 0:
            return None
        return self.fields(field.get("fields") or self.structs[kind])

    def fields(self, fields):
        tree, tags = {}, {}
        for field in fields:
            if self.version not in versions(field["versions"]):
                continue
            if self.version in versions(field.get("taggedVersions")):
                tags[field["tag"]] = field
                tree[field["name"]] = default(field, self.version)
                continue
            flexible = self.flexible and field.get("flexibleVersions") != "none"
            tree[field["name"]] = self.value(field, field["type"], flexible)
        if self.flexible:
            for _ in range(self.unsigned()):
                tag, size = self.unsigned(), self.unsigned()
                end = self.at + size
                if tag in tags:
                    tree[tags[tag]["name"]] = self.value(tags[tag], tags[tag]["type"], True)
                else:
                    tree[f"unknown tag {tag}"] = self.raw(size)
                if self.at != end:
                    raise ValueError(f"tag {tag} holds {end - self.at} bytes more than its field")
        return tree


class Closed(Exception):
    """The broker closed the connection instead of answering."""


class Connection:
    def __init__(self, definitions, address, seconds=20):
        self.definitions, self.correlation = definitions, 0
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), seconds)

    def close(self):
        self.socket.close()

    def encode(self, api, version, tree, client="differential"):
        self.correlation += 1
        message = self.definitions.messages[f"{api}Request"]
        writer = Writer(message, version)
        writer.fields(message["fields"], tree)
        head = struct.pack(">hhi", self.definitions.apis[api], version, self.correlation)
        name = struct.pack(">h", -1) if client is None else struct.pack(">h", len(client)) + client.encode()
        return head + name + (b"\0" if writer.flexible else b"") + writer.out.getvalue()

    def send(self, frame):
        self.socket.sendall(struct.pack(">i", len(frame)) + frame)

    def receive(self):
        """The next frame; raises `Closed` when there is none."""
        size = struct.unpack(">i", self._exactly(4))[0]
        return self._exactly(size)

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise Closed()
            data += piece
        return data

    def decode(self, api, version, frame):
        message = self.definitions.messages[f"{api}Response"]
        head = Reader(message, version, frame)
        correlation = head.get("int32")
        assert correlation == self.correlation, f"correlation id {correlation} instead of {self.correlation}"
        # The head of an answer to ApiVersions never has tags (KIP-511).
        if head.flexible and api != "ApiVersions":
            assert head.unsigned() == 0, "tags in the head of a response"
        tree = head.fields(message["fields"])
        assert head.at == len(frame), f"{len(frame) - head.at} bytes after the end of the response"
        return tree

    def call(self, api, version, tree):
        self.send(self.encode(api, version, tree))
        return self.decode(api, version, self.receive())
