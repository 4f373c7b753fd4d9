"""A case of the differential test and the versions it is sent in."""
import bed

# The versions that Millpond advertises at most, where its message crate stops short of Apache Kafka's range.
ENDS = {"ListOffsets": 10, "OffsetCommit": 9, "OffsetFetch": 9, "WriteTxnMarkers": 1, "DescribeLogDirs": 4}


class Named:
    """What a case is about: an API (or a part of a frame), a version unless it sends several, and what is odd about it."""

    def __init__(self, api, version, what):
        self.api, self.version, self.what = api, version, what

    @property
    def title(self):
        return f"{self.api}: {self.what}" if self.version is None else f"{self.api} v{self.version}: {self.what}"


class Case(Named):
    """`build(side)` gives the request's tree; `before(side)` prepares."""

    def __init__(self, api, version, what, build, before=None):
        super().__init__(api, version, what)
        self.build, self.before = build, before

    def run(self, side):
        if self.before:
            self.before(side)
        return side.call(self.api, self.version, self.build(side))


class Steps(Named):
    """Several requests in a row, whose answers are compared together; `steps(side, call)` calls them, and notes with `call.note` what it
    was told elsewhere. The title is `API: WHAT` or `API vVERSION: WHAT`."""

    def __init__(self, title, steps):
        head, _, what = title.partition(": ")
        api, _, version = head.partition(" v")
        super().__init__(api, version or None, what)
        self.steps = steps

    def run(self, side):
        answers = {}

        def call(api, version, tree, label=None):
            answer = side.call(api, version, tree)
            note(label or api, answer)
            return answer

        def note(label, answer):
            answers[f"{len(answers) + 1} {label}"] = answer

        call.note = note
        self.steps(side, call)
        return answers


def span(definitions, api, low=None, high=None):
    """The stable versions of a request that both brokers serve."""
    from wire import versions

    stable = versions(definitions.messages[f"{api}Request"]["validVersions"])
    last = min(stable[-1], ENDS.get(api, 99), 99 if high is None else high)
    if definitions.messages[f"{api}Request"].get("latestVersionUnstable"):
        last = min(last, stable[-1] - 1)
    return range(max(stable[0], low or 0), last + 1)


def each(definitions, api, title, build, low=None, high=None, before=None):
    """The case in every version; `build(side, version)` may leave out what the version does not know."""
    for version in span(definitions, api, low, high):
        yield Case(api, version, title, lambda side, v=version: build(side, v), before)


def ends(definitions, api, title, build, low=None, high=None, before=None):
    """The case in the lowest, a middle and the highest version."""
    all_of_them = span(definitions, api, low, high)
    for version in sorted({all_of_them[0], all_of_them[len(all_of_them) // 2], all_of_them[-1]}):
        yield Case(api, version, title, lambda side, v=version: build(side, v), before)


def coordinators(side):
    """Both coordinators are there: Apache Kafka makes their topics with the first request."""
    for kind in (0, 1):
        bed.until(lambda: side.call("FindCoordinator", 3, {"KeyType": kind, "Key": "first"})["ErrorCode"] == 0, "the coordinators")
