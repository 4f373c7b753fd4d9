"""Record batches of format 2, built byte by byte, so that right and wrong ones can be sent."""
import struct


def _table():
    for start in range(256):
        value = start
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        yield value


TABLE = list(_table())


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = (value >> 8) ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def varint(value):
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def piece(content):
    return varint(-1) if content is None else varint(len(content)) + content


def batch(records, stamp=1_700_000_000_000, producer=-1, epoch=-1, sequence=-1, attributes=0, magic=2, wrong_crc=False,
          count=None, last_delta=None, base=0):
    """`records` as (key, value) or (key, value, milliseconds after `stamp`) or with a list of headers as the fourth."""
    body, highest = b"", stamp
    for delta, record in enumerate(records):
        key, value, later, headers = (*record, 0, [])[:4] if len(record) == 2 else (*record, [])[:4]
        highest = max(highest, stamp + later)
        one = b"\0" + varint(later) + varint(delta) + piece(key) + piece(value) + varint(len(headers))
        for name, content in headers:
            one += piece(name) + piece(content)
        body += varint(len(one)) + one
    count = len(records) if count is None else count
    last = len(records) - 1 if last_delta is None else last_delta
    checked = struct.pack(">hiqqqhii", attributes, last, stamp, highest, producer, epoch, sequence, count) + body
    crc = crc32c(checked) ^ (1 if wrong_crc else 0)
    after = struct.pack(">ibI", 0, magic, crc) + checked
    return struct.pack(">qi", base, len(after)) + after


def without_chance(data):
    """Stored batches with what differs from run to run taken out: ids of producers, the times of markers, and so the
    checksums of both."""
    out, at = bytearray(data), 0
    while at + 61 <= len(out):
        size = 12 + struct.unpack_from(">i", out, at + 8)[0]
        attributes = struct.unpack_from(">h", out, at + 21)[0]
        if struct.unpack_from(">q", out, at + 43)[0] >= 0:
            struct.pack_into(">q", out, at + 43, 1)
            struct.pack_into(">I", out, at + 17, 0)
        if attributes & 0x20:
            struct.pack_into(">qq", out, at + 27, 0, 0)
        at += size
    return bytes(out)
