"""Cases below the requests: frames, heads and bodies that are not what they should be."""
import struct

from differential_case import Named, span
from wire import Closed, Connection


class Raw(Named):
    """Bytes on a connection of their own; what comes back first, or that the connection is closed. The title is
    `PART: WHAT`."""

    def __init__(self, title, build):
        part, _, what = title.partition(": ")
        super().__init__(part, None, what)
        self.build = build

    def run(self, side):
        connection = Connection(side.definitions, side.address, 2)
        try:
            data = self.build(connection)
            connection.socket.sendall(data)
            frame = connection.receive()
            return {"correlation": frame[:4].hex(), "begin": frame[4:6].hex()}
        except Closed:
            return {"connection": "closed"}
        except TimeoutError:
            return {"connection": "stays open without an answer"}
        finally:
            connection.close()


def framed(frame):
    return struct.pack(">i", len(frame)) + frame


def cases(d):
    def head(key, version, correlation=9, client=b"\xff\xff"):
        return struct.pack(">hhi", key, version, correlation) + client

    yield Raw("frame: a length below zero", lambda c: struct.pack(">i", -5) + b"12345")
    yield Raw("frame: a length of zero", lambda c: struct.pack(">i", 0))
    yield Raw("frame: larger than the limit", lambda c: struct.pack(">i", 2_000_000_000) + b"12345")
    yield Raw("frame: three bytes", lambda c: framed(b"abc"))
    yield Raw("frame: text of another protocol", lambda c: b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    yield Raw("frame: half a head", lambda c: framed(struct.pack(">hh", 3, 9)))
    yield Raw("head: an API that is none", lambda c: framed(head(999, 0)))
    yield Raw("head: an API below zero", lambda c: framed(head(-1, 0)))
    yield Raw("head: an API for controllers", lambda c: framed(head(62, 0) + bytes(40)))
    yield Raw("head: a client id longer than the frame", lambda c: framed(head(3, 1, client=b"\x7f\xffabc")))
    yield Raw("head: a client id that is no text", lambda c: framed(head(18, 0, client=b"\0\2\xff\xfe")))
    for version in (-1, 5, 99):
        yield Raw(f"head: ApiVersions in version {version}", lambda c, v=version: framed(head(18, v)))
    for api in ("Metadata", "Produce", "Fetch", "JoinGroup", "CreateTopics", "DescribeConfigs"):
        end = span(d, api)[-1]
        for version in (-1, end + 1, 99):
            yield Raw(f"head: {api} in version {version}", lambda c, a=api, v=version: framed(head(d.apis[a], v) + bytes(30)))
    for api, tree in (("Metadata", {"Topics": [{"Name": "t"}]}), ("FindCoordinator", {"Key": "k", "CoordinatorKeys": ["k"]}),
                      ("OffsetFetch", {"GroupId": "g", "Topics": [], "Groups": [{"GroupId": "g"}]}), ("ListGroups", {})):
        for version in (span(d, api)[0], span(d, api)[-1]):
            yield Raw(f"body: {api} v{version} cut short", lambda c, a=api, v=version, t=tree: framed(c.encode(a, v, t)[:-1]))
            yield Raw(f"body: {api} v{version} with bytes after it", lambda c, a=api, v=version, t=tree: framed(c.encode(a, v, t) + b"more"))
    yield Raw("body: an array of two thousand million", lambda c: framed(head(3, 1) + struct.pack(">i", 2_000_000_000)))
    yield Raw("body: an array below null", lambda c: framed(head(3, 1) + struct.pack(">i", -2)))
    yield Raw("body: a text below null", lambda c: framed(head(3, 1) + struct.pack(">ih", 1, -2)))
    yield Raw("body: a text that is no text", lambda c: framed(head(3, 1) + struct.pack(">ih", 1, 2) + b"\xff\xfe"))
    yield Raw("body: null where there is none", lambda c: framed(head(11, 0) + struct.pack(">h", -1)))
    yield Raw("body: a length that does not end", lambda c: framed(head(3, 9) + b"\0" + b"\xff" * 12))
    yield Raw("body: tags twice", lambda c: framed(c.encode("ListGroups", 5, {})[:-1] + b"\2\0\0\0\0"))
    yield Raw("body: an unknown tag", lambda c: framed(c.encode("ListGroups", 5, {})[:-1] + b"\1\x63\3abc"))
    yield Raw("Produce: wants no answer", lambda c: framed(c.encode("Produce", 9, {"Acks": 0, "TimeoutMs": 1, "TopicData": []})))
    yield Raw("Produce: wants no answer, for an unknown topic", lambda c: framed(c.encode("Produce", 9, {"Acks": 0, "TimeoutMs": 1, "TopicData": [
        {"Name": "unseen", "PartitionData": [{"Index": 0, "Records": b"x"}]}]})))
