"""Share groups (KIP-932) by unmodified clients: confluent-kafka's ShareConsumer, Java's KafkaShareConsumer, and Apache Kafka's
kafka-share-groups and kafka-console-share-consumer:

    share.py [--broker millpond|kafka] [--at HOST:PORT] [PART OF A CASE'S TITLE...]
"""
import bed
import share_clients
import share_tools
from tools_driver import Tools


def suite(report, address, _broker):
    for title, work in share_clients.CASES:
        report.case(title, work, address)
    run = Tools(address)
    for title, work in share_tools.CASES:
        report.case(title, work, run)
    run.close()


if __name__ == "__main__":
    bed.main("share", suite)
