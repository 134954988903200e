#!/usr/bin/python3
"""fuzz.py DEV ROUNDS [SEED]

Sets DEV to values that make little sense, by the system calls below ethtool, which checks
some of them itself.  What is refused must have changed nothing; what is accepted can be
read, and what is read can be set, twice, and is the same.  Prints how many were accepted
and refused, fails with the first thing that is wrong."""

import array
import errno
import fcntl
import random
import socket
import struct
import sys

from netdev import SIOCETHTOOL, SIOCGHWTSTAMP, SIOCSHWTSTAMP, device_ioctl

SIOCGIFMTU, SIOCSIFMTU = 0x8921, 0x8922
ODD = (0, 1, 2, 3, 4, 7, 8, 9, 20, 127, 128, 129, 255, 256, 1000, 4095, 4096, 4097, 8191, 8192, 16383,
       16384, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff)


class Device:
    """A network device, asked by ioctl"""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def ethtool(self, data, call=SIOCETHTOOL):
        """What the kernel makes of these bytes; OSError when it refuses"""
        buffer = array.array("B", data)
        device_ioctl(self.socket, self.name, buffer, call)
        return bytearray(buffer)

    def mtu(self, value=None):
        request = struct.pack("16si", self.name.encode(), value or 0).ljust(40, b"\0")
        answer = fcntl.ioctl(self.socket, SIOCGIFMTU if value is None else SIOCSIFMTU, request)
        return struct.unpack_from("i", answer, 16)[0]


class Words:
    """A structure of 32-bit words that one command reads and one sets"""

    def __init__(self, name, get, put, size, first=1, prefix=()):
        self.name, self.get, self.put, self.size, self.first = name, get, put, size, first
        self.prefix = prefix

    def read(self, device):
        data = struct.pack(f"{len(self.prefix) + 1}I", self.get, *self.prefix)
        return device.ethtool(data.ljust(4 * self.size, b"\0"))

    def write(self, device, data):
        data[:4] = struct.pack("I", self.put)
        device.ethtool(data)

    def settings(self, device):
        """What of it a user sets"""
        return self.read(device)

    def spoil(self, data, chance):
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            at = 4 * chance.randrange(self.first, len(data) // 4)
            old, = struct.unpack_from("I", data, at)
            value = chance.choice((chance.choice(ODD), chance.getrandbits(32), old + 1, old - 1, old * 2))
            struct.pack_into("I", data, at, value & 0xffffffff)


class Hash(Words):
    """Key and table of receive hashing: sizes first, then both"""

    def read(self, device):
        sizes = device.ethtool(struct.pack("4I8x", self.get, 0, 0, 0))
        _, _, indir, key = struct.unpack_from("4I", sizes)
        return device.ethtool(struct.pack("4I8x", self.get, 0, indir, key).ljust(24 + 4 * indir + key, b"\0"))

    def spoil(self, data, chance):
        if chance.random() < .5:
            return super().spoil(data, chance)
        # A whole table, of lanes that may be there
        _, _, indir, _ = struct.unpack_from("4I", data)
        most = chance.choice((1, 2, 3, 5, 300))
        return struct.pack_into(f"{indir}I", data, 24, *(chance.randrange(most) for _ in range(indir)))


class Link(Words):
    """Link settings: the kernel says how long its masks are"""

    def read(self, device):
        asked = device.ethtool(struct.pack("I44x", self.get))
        words = -struct.unpack_from("b", asked, 15)[0]
        data = bytearray(48 + 12 * words)
        struct.pack_into("I", data, 0, self.get)
        struct.pack_into("b", data, 15, words)
        return device.ethtool(data)

    def settings(self, device):
        """Without what the link is, and without what the other end says"""
        data = self.read(device)
        mask = (len(data) - 48) // 3
        return data[8:9] * (not data[11]) + data[9:48] + data[48:48 + 2 * mask]

    def spoil(self, data, chance):
        at = chance.choice((4, 4, 8, 9, 10, 11, 11, 12, 15, 17, 48 + (len(data) - 48) // 3))
        data[at] = chance.choice((0, 1, 2, 3, 10, 100, 255, chance.randrange(256)))


class Stamps(Words):
    """What is stamped: flags, type for Tx, filter for Rx"""

    def read(self, device):
        return device.ethtool(bytes(12), SIOCGHWTSTAMP)

    def write(self, device, data):
        device.ethtool(data, SIOCSHWTSTAMP)


class Mtu(Words):
    def read(self, device):
        return bytearray(struct.pack("Ii", 0, device.mtu()))

    def write(self, device, data):
        device.mtu(struct.unpack_from("i", data, 4)[0])


class Queues(Words):
    """Moderation of a queue: reading and writing differ in a second command"""

    def write(self, device, data):
        struct.pack_into("2I", data, 0, self.put, 0x0f)
        struct.pack_into("I", data, 4 * 130, 0x0f)
        device.ethtool(data)


COALESCE = ("coalesce", 0x0e, 0x0f, 23)
OPERATIONS = [
    Words(*COALESCE), Words(*COALESCE),
    Words("rings", 0x10, 0x11, 9), Words("channels", 0x3c, 0x3d, 9),
    Words("pause", 0x12, 0x13, 4), Words("message level", 0x07, 0x08, 2),
    Words("flags", 0x25, 0x26, 2), Words("TCP4 fields", 0x29, 0x2a, 48, 2, (0x01,)),
    Words("UDP6 fields", 0x29, 0x2a, 48, 2, (0x06,)),
    # A mask of 4096 queues; the first is always there
    Queues("coalesce of queues", 0x4b, 0x4b, 2 + 128 + 23, 2 + 128, (0x0e, 1)),
    Hash("hash", 0x46, 0x47, 0), Hash("hash", 0x46, 0x47, 0),
    Link("link", 0x4c, 0x4d, 0), Mtu("mtu", 0, 0, 2),
    Stamps("stamps", 0, 0, 3, 0),
    Words("wake", 0x05, 0x06, 5), Words("FEC", 0x50, 0x51, 4), Words("EEE", 0x44, 0x45, 10),
    Words("priv flags", 0x27, 0x28, 2),
]


def answer(function, device):
    """None where there is no such thing"""
    try:
        return bytes(function(device))
    except OSError as error:
        if error.errno in (errno.EOPNOTSUPP, errno.EINVAL):
            return None
        raise


def state(device):
    return {operation.name: answer(operation.settings, device) for operation in OPERATIONS}


def differences(old, new):
    for name, value in old.items():
        if value != new[name]:
            yield f"{name}: {value.hex() if value else value}\nis now {new[name].hex() if new[name] else new[name]}"


def fuzz(device, operation, chance, before):
    """One try: the state after it, and whether it was accepted"""
    old = answer(operation.read, device)
    data = bytearray(old if old is not None else 4 * operation.size)
    operation.spoil(data, chance)
    tried = bytes(data)
    try:
        operation.write(device, data)
    except OSError as error:
        after = state(device)
        for text in differences(before, after):
            sys.exit(f"{operation.name} {tried.hex()} was refused ({error.strerror}), and yet {text}")
        return after, False
    after = state(device)
    for _ in range(2):
        if (now := answer(operation.read, device)) is None:
            sys.exit(f"{operation.name} {tried.hex()} was accepted and cannot be read")
        try:
            operation.write(device, bytearray(now))
        except OSError as error:
            sys.exit(f"{operation.name} {tried.hex()} was accepted; what it is now, {now.hex()}, "
                     f"is refused: {error.strerror}")
        for text in differences(after, state(device)):
            sys.exit(f"{operation.name}: set as it was read after {tried.hex()}, and {text}")
    return after, True


def main():
    device, rounds = Device(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    counts = {operation.name: [0, 0] for operation in OPERATIONS}
    now = state(device)
    for _ in range(rounds):
        operation = chance.choice(OPERATIONS)
        now, accepted = fuzz(device, operation, chance, now)
        counts[operation.name][accepted] += 1
    print(", ".join(f"{name} {yes}/{yes + no}" for name, (no, yes) in counts.items()))


main()
