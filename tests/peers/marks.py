"""When a transaction has really ended. A coordinator says yes to its end before the markers are in the partitions, and until
they are, who reads only what is committed sees the transaction as open: see WriteTxnMarkers in KIP-98."""
from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

import bed


def all_ended(address, topic):
    """Waits until no transaction is open in the topic's only partition."""
    def ended():
        stable, end = ends(address, topic)
        return stable == end

    bed.until(ended, f"the last marker in {topic} at {address}")


def written(address, topic, count):
    """Waits until the topic's only partition has this many offsets, the markers counted."""
    bed.until(lambda: ends(address, topic)[1] == count, f"offset {count} of {topic} at {address}")


def ends(address, topic):
    """The partition's last stable offset and its high watermark."""
    admin, place = AdminClient({"bootstrap.servers": address, "log_level": 0}), TopicPartition(topic, 0)

    def end(isolation):
        return admin.list_offsets({place: OffsetSpec.latest()}, isolation_level=isolation)[place].result(30).offset

    return end(IsolationLevel.READ_COMMITTED), end(IsolationLevel.READ_UNCOMMITTED)
