"""confluent-kafka (Python over librdkafka), unmodified, against a broker:

    confluent.py [--broker millpond|kafka] [--at HOST:PORT] [PART OF A CASE'S TITLE...]
"""
import bed
import confluent_admin
import confluent_groups
import confluent_records
import confluent_transactions


def suite(report, address, _broker):
    for room in (confluent_admin, confluent_records, confluent_transactions, confluent_groups):
        for title, work in room.CASES:
            report.case(title, work, address)


if __name__ == "__main__":
    bed.main("confluent", suite)
