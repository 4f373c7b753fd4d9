"""Cases about groups: joining, syncing, heartbeats, offsets, both protocols, describing and deleting."""
import struct

import bed
from wire import Connection
from differential_case import Steps, coordinators, each, ends, span

NOBODY = "00000000-0000-0000-0000-00000000abcd"


def subscription(*topics):
    body = struct.pack(">hi", 0, len(topics)) + b"".join(struct.pack(">h", len(t)) + t.encode() for t in topics)
    return body + struct.pack(">i", 0)


def joining(group, member="", protocol="range", **more):
    return {"GroupId": group, "SessionTimeoutMs": 30000, "RebalanceTimeoutMs": 30000, "MemberId": member, "ProtocolType": "consumer",
            "Protocols": [{"Name": protocol, "Metadata": subscription("grouped")}], **more}


def joined(side, call, group, version=5, **more):
    """Joins with one member, in the two steps that newer versions need; gives member and generation."""
    answer = call("JoinGroup", version, joining(group, **more), "join")
    if answer["ErrorCode"] == 79:
        answer = call("JoinGroup", version, joining(group, answer["MemberId"], **more), "join with the id")
    assert answer["ErrorCode"] == 0, answer
    return answer["MemberId"], answer["GenerationId"]


def synced(call, group, member, generation, version=3):
    given = [{"MemberId": member, "Assignment": struct.pack(">hi", 0, 0) + struct.pack(">i", 0)}]
    return call("SyncGroup", version, {"GroupId": group, "GenerationId": generation, "MemberId": member, "ProtocolType": "consumer",
                                       "ProtocolName": "range", "Assignments": given}, "sync")


def waiting(side, api, version, tree):
    """Sends a request that waits for others on a connection of its own; gives what reads the answer."""
    connection = Connection(side.definitions, side.address)
    connection.send(connection.encode(api, version, tree))

    def answer():
        try:
            return connection.decode(api, version, connection.receive())
        finally:
            connection.close()

    return answer


def cases(d):
    yield from classic(d)
    yield from pairs()
    yield from wrong(d)
    yield from committed(d)
    yield from described(d)
    yield from consumer(d)


def classic(d):
    for version in span(d, "JoinGroup"):
        def life(side, call, v=version):
            made(side)
            group = f"life-{v}"
            member, generation = joined(side, call, group, v)
            synced(call, group, member, generation, min(v, 5))
            call("Heartbeat", min(v, 4), {"GroupId": group, "GenerationId": generation, "MemberId": member}, "heartbeat")
            call("Heartbeat", min(v, 4), {"GroupId": group, "GenerationId": generation + 1, "MemberId": member}, "heartbeat of a wrong generation")
            call("LeaveGroup", min(v, 5), {"GroupId": group, "MemberId": member, "Members": [{"MemberId": member}]}, "leave")
            call("LeaveGroup", min(v, 5), {"GroupId": group, "MemberId": member, "Members": [{"MemberId": member}]}, "leave again")

        yield Steps(f"JoinGroup v{version}: join, sync, heartbeat, leave", life)

    def static(side, call):
        made(side)
        more = {"GroupInstanceId": "one"}
        member, generation = joined(side, call, "static", 9, **more)
        synced(call, "static", member, generation, 5)
        again, generation = joined(side, call, "static", 9, **more)
        call("Heartbeat", 4, {"GroupId": "static", "GenerationId": generation, "MemberId": member, "GroupInstanceId": "one"}, "the old id")
        call("Heartbeat", 4, {"GroupId": "static", "GenerationId": generation, "MemberId": again, "GroupInstanceId": "one"}, "the new id")
        call("DescribeGroups", 5, {"Groups": ["static"]})
        call("LeaveGroup", 5, {"GroupId": "static", "Members": [{"MemberId": "", "GroupInstanceId": "one"}, {"MemberId": "", "GroupInstanceId": "two"}]})

    yield Steps("JoinGroup v9: a static member comes back", static)

    def protocols(side, call):
        made(side)
        member, generation = joined(side, call, "protocols")
        synced(call, "protocols", member, generation)
        call("JoinGroup", 5, joining("protocols", protocol="other"), "a protocol that nobody else has")
        call("JoinGroup", 5, joining("protocols", ProtocolType="connect"), "another type")
        call("JoinGroup", 5, joining("protocols", Protocols=[]), "no protocol")

    yield Steps("JoinGroup: protocols that do not fit", protocols)


def pairs():
    def two(side, call):
        made(side)
        group, who = "pair", {"ProtocolType": "consumer", "ProtocolName": "range"}
        a, first = joined(side, call, group)
        synced(call, group, a, first)
        b = side.call("JoinGroup", 5, joining(group))["MemberId"]
        comes = waiting(side, "JoinGroup", 5, joining(group, b))

        def beat(member, generation, label):
            call("Heartbeat", 4, {"GroupId": group, "GenerationId": generation, "MemberId": member}, label)

        def commit(member, generation, label):
            part = {"PartitionIndex": 0, "CommittedOffset": 1}
            call("OffsetCommit", 8, {"GroupId": group, "GenerationIdOrMemberEpoch": generation, "MemberId": member,
                                     "Topics": [{"Name": "grouped", "Partitions": [part]}]}, label)

        bed.until(lambda: side.call("Heartbeat", 4, {"GroupId": group, "GenerationId": first, "MemberId": a})["ErrorCode"] == 27, "a rebalance")
        commit(a, first, "commit while the group is preparing")
        commit(b, first, "commit of the new one")
        call("SyncGroup", 5, {"GroupId": group, "GenerationId": first, "MemberId": a, **who}, "sync while the group is preparing")
        call("DescribeGroups", 5, {"Groups": [group]}, "preparing")
        second = call("JoinGroup", 5, joining(group, a), "join again")["GenerationId"]
        call.note("join of the new one", comes())
        commit(a, second, "commit while the group waits for its leader")
        commit(a, first, "commit of the old generation")
        beat(a, second, "heartbeat while the group waits for its leader")
        call("DescribeGroups", 5, {"Groups": [group]}, "completing")
        comes = waiting(side, "SyncGroup", 5, {"GroupId": group, "GenerationId": second, "MemberId": b, **who})
        call("SyncGroup", 5, {"GroupId": group, "GenerationId": second, "MemberId": a, **who, "ProtocolName": "sticky"}, "sync with another protocol")
        given = [{"MemberId": m, "Assignment": b"part"} for m in (a, b)]
        call("SyncGroup", 5, {"GroupId": group, "GenerationId": second, "MemberId": a, **who, "Assignments": given}, "sync of the leader")
        call.note("sync of the new one", comes())
        beat(b, second, "heartbeat of the new one")
        beat(a, first, "heartbeat of the old generation")
        call("JoinGroup", 5, joining(group, b), "a follower joins as before")
        call("LeaveGroup", 4, {"GroupId": group, "Members": [{"MemberId": b}, {"MemberId": "nobody"}]})
        beat(b, second, "heartbeat after leaving")
        beat(a, second, "heartbeat of who stays")
        call("LeaveGroup", 4, {"GroupId": group, "Members": [{"MemberId": a}]})

    yield Steps("JoinGroup: two members", two)

    def instances(side, call):
        made(side)
        group, who = "instances", {"ProtocolType": "consumer", "ProtocolName": "range", "GroupInstanceId": "one"}

        def join(member, instance, label, **more):
            return call("JoinGroup", 9, joining(group, member, GroupInstanceId=instance, **more), label)

        answer = join("", "one", "join")
        a, generation = answer["MemberId"], answer["GenerationId"]
        call("SyncGroup", 5, {"GroupId": group, "GenerationId": generation, "MemberId": a, **who, "Assignments": [{"MemberId": a, "Assignment": b"part"}]})
        join("wrong", "one", "a wrong id")
        join("wrong", "two", "an id that nobody gave")
        b = join("", "one", "comes back")["MemberId"]
        call("SyncGroup", 5, {"GroupId": group, "GenerationId": generation, "MemberId": b, **who}, "sync again")
        for label, member, instance in (("the old id", a, "one"), ("no instance", b, None), ("another instance", b, "two")):
            call("Heartbeat", 4, {"GroupId": group, "GenerationId": generation, "MemberId": member, "GroupInstanceId": instance}, label)
        part = {"PartitionIndex": 0, "CommittedOffset": 1}
        call("OffsetCommit", 8, {"GroupId": group, "GenerationIdOrMemberEpoch": generation, "MemberId": a, "GroupInstanceId": "one",
                                 "Topics": [{"Name": "grouped", "Partitions": [part]}]}, "commit of the old id")
        join("", "one", "another protocol", Protocols=[{"Name": "roundrobin", "Metadata": subscription("grouped")}])
        call("LeaveGroup", 5, {"GroupId": group, "Members": [{"MemberId": a, "GroupInstanceId": "one"}, {"MemberId": "", "GroupInstanceId": "one"}]})

    yield Steps("JoinGroup v9: instances and ids that do not fit", instances)


def wrong(d):
    yield from ends(d, "JoinGroup", "no group", lambda s, v: joining(""))
    yield from ends(d, "JoinGroup", "a long name with spaces", lambda s, v: joining("long " * 100))
    yield from ends(d, "JoinGroup", "an unknown member", lambda s, v: joining("nowhere", "somebody"))
    yield from ends(d, "JoinGroup", "a session that is too short", lambda s, v: joining("short", SessionTimeoutMs=1))
    yield from ends(d, "JoinGroup", "a session that is too long", lambda s, v: joining("long", SessionTimeoutMs=2_000_000_000))
    yield from ends(d, "JoinGroup", "no protocol", lambda s, v: joining("none", Protocols=[]))
    yield from ends(d, "JoinGroup", "no type", lambda s, v: joining("none", ProtocolType=""))
    yield from ends(d, "SyncGroup", "an unknown group", lambda s, v: {"GroupId": "nowhere", "GenerationId": 1, "MemberId": "somebody",
                                                                     "ProtocolType": "consumer", "ProtocolName": "range"})
    yield from ends(d, "SyncGroup", "no group, but a protocol", lambda s, v: {"GroupId": "", "GenerationId": 1, "MemberId": "somebody",
                                                                              "ProtocolType": "consumer", "ProtocolName": "range"})
    yield from ends(d, "SyncGroup", "no protocol", lambda s, v: {"GroupId": "nowhere", "GenerationId": 1, "MemberId": "somebody"})
    yield from ends(d, "SyncGroup", "no group", lambda s, v: {"GroupId": "", "GenerationId": 1, "MemberId": "somebody"})
    yield from each(d, "Heartbeat", "an unknown group", lambda s, v: {"GroupId": "nowhere", "GenerationId": 1, "MemberId": "somebody"})
    yield from ends(d, "Heartbeat", "no group", lambda s, v: {"GroupId": "", "GenerationId": 1, "MemberId": "somebody"})
    yield from each(d, "LeaveGroup", "an unknown group", lambda s, v: {"GroupId": "nowhere", "MemberId": "somebody", "Members": [{"MemberId": "somebody"}]})
    yield from ends(d, "LeaveGroup", "nobody", lambda s, v: {"GroupId": "nowhere", "Members": []}, low=3)


def made(side):
    """The topic, and a coordinator that has read what it keeps."""
    side.topic("grouped", 2)
    if "groups" not in side.notes:
        coordinators(side)
        asked = {"GroupId": "first", "Topics": [{"Name": "grouped", "PartitionIndexes": [0]}]}
        bed.until(lambda: side.call("OffsetFetch", 7, asked)["ErrorCode"] == 0, "the coordinator")
        side.notes["groups"] = True


def committed(d):
    def commit(group, *offsets, **more):
        def build(side, version):
            parts = [{"PartitionIndex": p, "CommittedOffset": o, "CommittedMetadata": m, "CommittedLeaderEpoch": e} for p, o, m, e in offsets]
            return {"GroupId": group, "GenerationIdOrMemberEpoch": -1, "MemberId": "", "Topics": [{"Name": "grouped", "Partitions": parts}], **more}

        return build

    yield from each(d, "OffsetCommit", "without a member", commit("kept", (0, 5, "note", 0), (1, 7, None, -1)), before=made)
    for title, build in (
        ("an unknown partition", commit("kept", (9, 5, "", -1))), ("metadata that is too long", commit("kept", (0, 5, "x" * 5000, -1))),
        ("an unknown topic", lambda s, v: {**commit("kept")(s, v), "Topics": [{"Name": "unseen", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 1}]}]}),
        ("an unknown member", commit("kept", (0, 5, "", -1), GenerationIdOrMemberEpoch=3, MemberId="somebody")),
        ("a generation without a group", commit("nowhere", (0, 5, "", -1), GenerationIdOrMemberEpoch=3, MemberId="somebody")),
        ("no group", commit("", (0, 5, "", -1))), ("no group, but a generation", commit("", (0, 5, "", -1), GenerationIdOrMemberEpoch=3, MemberId="somebody")), ("an offset below zero", commit("negative", (0, -5, "", -1))), ("nothing", commit("kept")),
    ):
        yield from ends(d, "OffsetCommit", title, build, before=made)

    def asked(group, *partitions, topic="grouped", everything=False, stable=False):
        def build(side, version):
            topics = None if everything else [{"Name": topic, "PartitionIndexes": list(partitions)}]
            many = {"GroupId": group, "Topics": topics, "MemberId": None, "MemberEpoch": -1}
            return {"GroupId": group, "Topics": topics, "RequireStable": stable, "Groups": [many]}

        return build

    yield from ends(d, "OffsetFetch", "an offset below zero", asked("negative", 0))
    yield from each(d, "OffsetFetch", "what was committed", asked("kept", 0, 1))
    yield from each(d, "OffsetFetch", "everything", asked("kept", everything=True), low=2)
    for title, build in (("a partition without an offset", asked("kept", 5)), ("an unknown topic", asked("kept", 0, topic="unseen")),
                         ("an unknown group", asked("nowhere", 0)), ("no group", asked("", 0)), ("stable offsets", asked("kept", 0, stable=True)),
                         ("nothing", asked("kept"))):
        yield from ends(d, "OffsetFetch", title, build)
    yield from each(d, "OffsetFetch", "two groups", lambda s, v: {"Groups": [{"GroupId": g, "Topics": None} for g in ("kept", "nowhere")]}, low=8)
    yield from each(d, "OffsetFetch", "a member that is not there", lambda s, v: {"Groups": [
        {"GroupId": "kept", "Topics": None, "MemberId": "somebody", "MemberEpoch": 4}]}, low=9)

    def deleted(group, *partitions, topic="grouped"):
        return lambda s, v: {"GroupId": group, "Topics": [{"Name": topic, "Partitions": [{"PartitionIndex": p} for p in partitions]}]}

    for title, build in (("one", deleted("kept", 1)), ("the same again", deleted("kept", 1)), ("of an unknown topic", deleted("kept", 0, topic="unseen")),
                         ("of an unknown partition", deleted("kept", 9)), ("of an unknown group", deleted("nowhere", 0)), ("of no group", deleted("", 0))):
        yield from each(d, "OffsetDelete", title, build)


def described(d):
    yield from each(d, "DescribeGroups", "an empty group", lambda s, v: {"Groups": ["kept"]})
    yield from each(d, "DescribeGroups", "an unknown group", lambda s, v: {"Groups": ["nowhere"]})
    yield from ends(d, "DescribeGroups", "with allowed operations", lambda s, v: {"Groups": ["kept"], "IncludeAuthorizedOperations": True}, low=3)
    yield from ends(d, "DescribeGroups", "no name", lambda s, v: {"Groups": [""]})
    yield from each(d, "ListGroups", "none in this state", lambda s, v: {"StatesFilter": ["Dead"]}, low=4)
    yield from each(d, "ListGroups", "a state that is none", lambda s, v: {"StatesFilter": ["Asleep"]}, low=4)
    yield from each(d, "ListGroups", "of the consumer type", lambda s, v: {"TypesFilter": ["consumer"]}, low=5)
    yield from each(d, "ListGroups", "of a type that is none", lambda s, v: {"TypesFilter": ["cats"]}, low=5)
    yield from each(d, "DeleteGroups", "an unknown group", lambda s, v: {"GroupsNames": ["nowhere"]})
    yield from each(d, "DeleteGroups", "no name", lambda s, v: {"GroupsNames": [""]})

    def busy(side, call):
        made(side)
        member, generation = joined(side, call, "busy")
        synced(call, "busy", member, generation)
        call("DeleteGroups", 2, {"GroupsNames": ["busy"]})
        call("DescribeGroups", 5, {"Groups": ["busy"]})
        call("ListGroups", 5, {"StatesFilter": ["Stable"]})
        call("ListGroups", 4, {"StatesFilter": ["stable"]})
        call("OffsetCommit", 8, {"GroupId": "busy", "GenerationIdOrMemberEpoch": -1, "MemberId": "", "Topics": [
            {"Name": "grouped", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 1}]}]}, "a commit from outside")
        call("OffsetCommit", 8, {"GroupId": "busy", "GenerationIdOrMemberEpoch": generation, "MemberId": member, "Topics": [
            {"Name": "grouped", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 1}]}]}, "a commit from inside")
        call("OffsetDelete", 0, {"GroupId": "busy", "Topics": [{"Name": "grouped", "Partitions": [{"PartitionIndex": 0}]}]})
        call("ConsumerGroupDescribe", 1, {"GroupIds": ["busy"]})
        call("LeaveGroup", 3, {"GroupId": "busy", "Members": [{"MemberId": member}]})
        call("DescribeGroups", 6, {"Groups": ["busy"]}, "when empty")
        call("DeleteGroups", 2, {"GroupsNames": ["busy"]}, "when empty")
        call("DescribeGroups", 6, {"Groups": ["busy"]}, "when gone")

    yield Steps("DescribeGroups: a group with a member, described, committed to, deleted", busy)


def consumer(d):
    def beat(group, member, epoch, **more):
        return {"GroupId": group, "MemberId": member, "MemberEpoch": epoch, "RebalanceTimeoutMs": -1, **more}

    def life(side, call):
        made(side)
        new = {"RebalanceTimeoutMs": 30000, "SubscribedTopicNames": ["grouped"], "TopicPartitions": []}
        answer = call("ConsumerGroupHeartbeat", 1, beat("modern", "member-a", 0, **new), "join")
        epoch = answer["MemberEpoch"]
        owned = (answer["Assignment"] or {}).get("TopicPartitions", [])
        call("ConsumerGroupHeartbeat", 1, beat("modern", "member-a", epoch, TopicPartitions=owned), "owned")
        call("ConsumerGroupHeartbeat", 1, beat("modern", "member-a", epoch), "nothing new")
        call("ConsumerGroupHeartbeat", 1, beat("modern", "member-a", epoch + 5), "an epoch to come")
        call("ConsumerGroupHeartbeat", 1, beat("modern", "member-b", 3), "an unknown member")
        call("ConsumerGroupDescribe", 1, {"GroupIds": ["modern"]})
        call("DescribeGroups", 6, {"Groups": ["modern"]})
        call("ListGroups", 5, {"TypesFilter": ["consumer"], "StatesFilter": ["Stable"]})
        call("OffsetCommit", 9, {"GroupId": "modern", "GenerationIdOrMemberEpoch": epoch, "MemberId": "member-a", "Topics": [
            {"Name": "grouped", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 3}]}]}, "a commit")
        call("OffsetCommit", 9, {"GroupId": "modern", "GenerationIdOrMemberEpoch": epoch + 4, "MemberId": "member-a", "Topics": [
            {"Name": "grouped", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 3}]}]}, "a commit of a wrong epoch")
        call("OffsetFetch", 9, {"Groups": [{"GroupId": "modern", "Topics": None, "MemberId": "member-a", "MemberEpoch": epoch}]}, "its offsets")
        call("OffsetFetch", 9, {"Groups": [{"GroupId": "modern", "Topics": None, "MemberId": "member-a", "MemberEpoch": epoch + 9}]}, "of a wrong epoch")
        call("DeleteGroups", 2, {"GroupsNames": ["modern"]}, "not empty")
        call("ConsumerGroupHeartbeat", 1, beat("modern", "member-a", -1), "leave")
        call("ConsumerGroupDescribe", 1, {"GroupIds": ["modern"]}, "empty")
        call("DeleteGroups", 2, {"GroupsNames": ["modern"]}, "empty")
        call("ConsumerGroupDescribe", 1, {"GroupIds": ["modern"]}, "gone")

    yield Steps("ConsumerGroupHeartbeat v1: the life of a member", life)

    def again(side, call):
        made(side)
        new = {"RebalanceTimeoutMs": 30000, "SubscribedTopicNames": ["grouped"], "TopicPartitions": []}
        answer = call("ConsumerGroupHeartbeat", 1, beat("again", "member", 0, **new), "join")
        epoch, owned = answer["MemberEpoch"], answer["Assignment"]["TopicPartitions"]
        call("ConsumerGroupHeartbeat", 1, beat("again", "member", 0, **new), "join again, the answer was lost")
        call("ConsumerGroupHeartbeat", 1, beat("again", "member", epoch, TopicPartitions=owned), "owned")
        call("ConsumerGroupHeartbeat", 1, beat("again", "member", epoch, SubscribedTopicNames=["unseen"]), "another topic")
        bed.until(lambda: side.call("ConsumerGroupHeartbeat", 1, beat("again", "member", epoch, TopicPartitions=[]))["ErrorCode"] != 0
                  or side.call("ConsumerGroupDescribe", 1, {"GroupIds": ["again"]})["Groups"][0]["Members"][0]["MemberEpoch"] > epoch, "the next epoch")
        call("ConsumerGroupHeartbeat", 1, beat("again", "member", 0, **{**new, "SubscribedTopicNames": ["unseen"]}), "join again, having forgotten all")
        call("LeaveGroup", 5, {"GroupId": "again", "Members": [{"MemberId": "member"}, {"MemberId": "nobody"}]}, "removed")
        call("ConsumerGroupHeartbeat", 1, beat("again", "member", epoch), "after that")

    yield Steps("ConsumerGroupHeartbeat v1: a member joins again", again)

    def instance(side, call):
        made(side)
        new = {"RebalanceTimeoutMs": 30000, "SubscribedTopicNames": ["grouped"], "TopicPartitions": [], "InstanceId": "one"}

        def one(label, member, epoch, **more):
            return call("ConsumerGroupHeartbeat", 1, beat("kept-place", member, epoch, **{"InstanceId": "one", **more}), label)

        answer = one("join", "a", 0, **new)
        epoch, owned = answer["MemberEpoch"], answer["Assignment"]["TopicPartitions"]
        one("another of the same instance", "b", 0, **new)
        one("another with its epoch", "b", epoch)
        one("leaves for a while", "a", -2)
        one("while it is away", "a", epoch)
        call("ConsumerGroupDescribe", 1, {"GroupIds": ["kept-place"]}, "while it is away")
        one("comes back as another", "b", 0, **new)
        one("the old one", "a", epoch)
        one("the new one", "b", epoch, TopicPartitions=owned)
        part = {"PartitionIndex": 0, "CommittedOffset": 1}
        for member in ("a", "b"):
            call("OffsetCommit", 9, {"GroupId": "kept-place", "GenerationIdOrMemberEpoch": epoch, "MemberId": member, "GroupInstanceId": "one",
                                     "Topics": [{"Name": "grouped", "Partitions": [part]}]}, f"commit of {member}")
        one("leaves", "b", -1)
        call("ConsumerGroupDescribe", 1, {"GroupIds": ["kept-place"]}, "empty")
        call("LeaveGroup", 5, {"GroupId": "kept-place", "Members": [{"MemberId": "", "GroupInstanceId": "one"}]})

    yield Steps("ConsumerGroupHeartbeat v1: a static member", instance)

    def others(side, call):
        made(side)
        new = {"RebalanceTimeoutMs": 30000, "SubscribedTopicNames": ["unseen"], "TopicPartitions": []}
        epoch = call("ConsumerGroupHeartbeat", 1, beat("others", "a", 0, **new), "join")["MemberEpoch"]
        topics = [{"Name": "grouped", "Partitions": [{"PartitionIndex": 0, "CommittedOffset": 1}]}]
        call("OffsetCommit", 8, {"GroupId": "others", "GenerationIdOrMemberEpoch": epoch, "MemberId": "a", "Topics": topics}, "in a version without epochs")
        call("OffsetCommit", 9, {"GroupId": "others", "GenerationIdOrMemberEpoch": -1, "MemberId": "", "Topics": topics}, "from outside")
        call("OffsetCommit", 9, {"GroupId": "others", "GenerationIdOrMemberEpoch": epoch, "MemberId": "x", "Topics": topics}, "of a stranger")
        for version, member, of in ((9, "x", epoch), (8, None, -1), (9, None, -1)):
            who = {"MemberId": member, "MemberEpoch": of} if version > 8 else {}
            call("OffsetFetch", version, {"Groups": [{"GroupId": "others", "Topics": None, **who}]})
        call("TxnOffsetCommit", 3, {"TransactionalId": "x", "GroupId": "others", "ProducerId": 1, "ProducerEpoch": 0, "GenerationId": epoch, "MemberId": "x",
                                    "Topics": topics})
        call("Heartbeat", 4, {"GroupId": "others", "GenerationId": epoch, "MemberId": "a"})
        call("SyncGroup", 5, {"GroupId": "others", "GenerationId": epoch, "MemberId": "a", "ProtocolType": "consumer", "ProtocolName": "range"})
        call("DescribeGroups", 6, {"Groups": ["others"]})
        call("DeleteGroups", 2, {"GroupsNames": ["others"]})
        call("OffsetDelete", 0, {"GroupId": "others", "Topics": [{"Name": "grouped", "Partitions": [{"PartitionIndex": 0}]}]})
        call("ConsumerGroupHeartbeat", 1, beat("others", "a", -1), "leave")

    yield Steps("ConsumerGroupHeartbeat v1: what else is asked of its group", others)
    new = {"RebalanceTimeoutMs": 30000, "SubscribedTopicNames": ["grouped"], "TopicPartitions": []}
    for title, tree in (
        ("no group", beat("", "m", 0, **new)), ("no member id", beat("strict", "", 0, **new)), ("an unknown group", beat("nowhere", "m", 5)),
        ("an epoch below all", beat("strict", "m", -7, **new)), ("no subscription", beat("strict", "m", 0, RebalanceTimeoutMs=30000, TopicPartitions=[])),
        ("an unknown assignor", beat("strict", "m", 0, ServerAssignor="cats", **new)), ("no rebalance timeout", {**beat("strict", "m", 0, **new), "RebalanceTimeoutMs": -1}),
        ("partitions while joining", beat("strict", "m", 0, **{**new, "TopicPartitions": [{"TopicId": NOBODY, "Partitions": [0]}]})),
        ("an empty instance", beat("strict", "m", 0, InstanceId="", **new)), ("leaving without being there", beat("nowhere", "m", -1)),
        ("leaving for a while without an instance", beat("nowhere", "m", -2)), ("a wrong pattern", beat("strict", "m", 0, **{**new, "SubscribedTopicRegex": "(", "SubscribedTopicNames": None})),
        ("an empty rack", beat("strict", "m", 0, RackId="", **new)),
    ):
        yield from each(d, "ConsumerGroupHeartbeat", title, lambda s, v, t=tree: t, before=made)
    yield from each(d, "ConsumerGroupDescribe", "an unknown group", lambda s, v: {"GroupIds": ["nowhere"]})
    yield from each(d, "ConsumerGroupDescribe", "a classic group", lambda s, v: {"GroupIds": ["kept"]})
