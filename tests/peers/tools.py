"""Apache Kafka's own command-line tools, unmodified, against a broker:

    tools.py [--broker millpond|kafka] [--at HOST:PORT] [PART OF A CASE'S TITLE...]
"""
import bed
import tools_cluster
import tools_groups
import tools_topics
from tools_driver import Tools


def suite(report, address, _broker):
    run = Tools(address)
    for room in (tools_topics, tools_groups, tools_cluster):
        for title, work in room.CASES:
            report.case(title, work, run)
    run.close()


if __name__ == "__main__":
    bed.main("tools", suite)
