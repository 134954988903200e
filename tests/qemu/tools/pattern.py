"""Stream data in which the byte at each offset is known: a wrong byte is found where it is"""

import os
import random
import time

PERIOD = 262147                     # a prime: no packet size divides it
CHUNK = 65536
# What a connection that is held waits between two writes, in seconds.
PACE = float(os.environ.get("FLT_PACE", "0.004"))


class Failure(Exception):
    """A command's reason to fail."""


class Pattern:
    """An endless sequence of bytes, in which each offset tells its byte."""

    def __init__(self, seed):
        block = random.Random(seed).randbytes(PERIOD)
        self.data = memoryview(block + block[:CHUNK])

    def at(self, offset, length):
        offset %= PERIOD
        return self.data[offset:offset + length]


PATTERNS = {}


def pattern(seed):
    seed %= 4
    if seed not in PATTERNS:
        PATTERNS[seed] = Pattern(seed)
    return PATTERNS[seed]


def send_pattern(sock, seed, total, pace=0, stop=None, moved=None):
    offset, source = 0, pattern(seed)
    while total is None or offset < total:
        if stop is not None and stop():
            return
        want = CHUNK if total is None else min(CHUNK, total - offset)
        offset += sock.send(source.at(offset, want))
        if moved is not None:
            moved(offset)
        if pace:
            time.sleep(pace)


def receive_pattern(sock, seed, total, moved=None):
    """Bytes received up to TOTAL or the end of the stream; Failure at a wrong one."""
    offset, source = 0, pattern(seed)
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while total is None or offset < total:
        want = CHUNK if total is None else min(CHUNK, total - offset)
        got = sock.recv_into(view[:want])
        if not got:
            if total is None:
                return offset
            raise Failure(f"the stream ended at {offset} of {total}")
        if view[:got] != source.at(offset, got):
            good = source.at(offset, got)
            bad = next(i for i in range(got) if view[i] != good[i])
            raise Failure(f"wrong data at offset {offset + bad}, {got - bad} bytes before "
                          f"the end of a read: {bytes(view[bad:bad + 16]).hex()} instead of "
                          f"{bytes(good[bad:bad + 16]).hex()}")
        offset += got
        if moved is not None:
            moved(offset)
    return offset
