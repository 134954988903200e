#!/usr/bin/python3
"""rss.py DEV NAMESPACE [tcp] [udp]

Sends flows to DEV from NAMESPACE and compares where they arrive with where receive hashing
has to bring them, by DEV's key and table and a Toeplitz of our own.  Hashed by ports is
what is named, the rest by addresses alone.  Prints the lanes, fails with what is wrong.

rss.py DEV NAMESPACE LANETOOL

Likewise, with where `LANETOOL predict` says that they arrive."""

import collections
import ipaddress
import json
import os
import re
import socket
import struct
import subprocess
import sys
import time

from netdev import namespace

FROM_TO = (("10.0.0.2", "10.0.0.1"), ("fd00::2", "fd00::1"))
PACKETS = 20        # a flow; what else comes is less


def toeplitz(key, data):
    """The hash: for each bit of the data that is set, the 32 bits of the key from there on"""
    bits, width = int.from_bytes(key, "big"), 8 * len(key)
    result = 0
    for i in range(8 * len(data)):
        if data[i // 8] & 0x80 >> i % 8:
            result ^= bits >> (width - 32 - i) & 0xffffffff
    return result


def ethtool(option, dev):
    return subprocess.run(["ethtool", option, dev], check=True, capture_output=True, text=True).stdout


def key_and_table(dev):
    text = ethtool("-x", dev)
    key = bytes.fromhex(re.search(r"RSS hash key:\n([0-9a-f:]+)", text)[1].replace(":", ""))
    rows = re.findall(r"^ *\d+:((?: +\d+)+)$", text, re.M)
    return key, [int(lane) for row in rows for lane in row.split()]


def received(dev):
    """Packets, by lane"""
    return collections.Counter({int(lane): int(count) for lane, count in
                                re.findall(r"(?:lane|rx_?(?:queue_)?)(\d+)_(?:rx_)?packets: (\d+)",
                                           ethtool("-S", dev))})


def flows():
    """(protocol, source, destination, ports)"""
    for i in range(1, 4):
        for source, destination in FROM_TO:
            yield "tcp", source, destination, (1000 * i, 77 * i)
            yield "udp", source, destination, (1001 * i, 78 * i)


def segment(ports):
    """An ACK out of the blue; its checksum is wrong, which hashing does not look at"""
    return struct.pack("!2H2I2B3H", *ports, 1, 1, 5 << 4, 0x10, 100, 0, 0)


def send(protocol, source, destination, ports):
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    kind = (socket.SOCK_DGRAM, 0) if protocol == "udp" else (socket.SOCK_RAW, socket.IPPROTO_TCP)
    with socket.socket(family, *kind) as out:
        out.bind((source, ports[0] if protocol == "udp" else 0))
        for _ in range(PACKETS):
            if protocol == "udp":
                out.sendto(b"x", (destination, ports[1]))
            else:
                out.sendto(segment(ports), (destination, 0))
            time.sleep(0.0002)


def by_hash(dev, by_ports):
    """What finds a flow's lane by itself"""
    key, table = key_and_table(dev)

    def lane(protocol, source, destination, ports):
        data = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
        if protocol in by_ports:
            data += struct.pack("!2H", *ports)
        return table[toeplitz(key, data) % len(table)]
    return lane


def by_lanetool(dev, tool):
    """What asks lanetool for it"""
    def lane(protocol, source, destination, ports):
        form = "[{}]:{}" if ":" in source else "{}:{}"
        said = subprocess.run([tool, "--json", "predict", dev, protocol, form.format(source, ports[0]),
                               form.format(destination, ports[1])], check=True, capture_output=True)
        return json.loads(said.stdout)[0]["lane"]
    return lane


def main(dev, there, *how):
    lane_of = by_lanetool(dev, how[0]) if how and "/" in how[0] else by_hash(dev, how)
    before, wanted = received(dev), collections.Counter()
    for protocol, source, destination, ports in flows():
        wanted[lane_of(protocol, source, destination, ports)] += PACKETS
        with namespace(there):
            send(protocol, source, destination, ports)
    for _ in range(50):
        got = received(dev) - before
        if all(got[lane] >= count for lane, count in wanted.items()):
            break
        time.sleep(0.1)
    said = ", ".join(f"lane {lane} {got[lane]} of {wanted[lane]}" for lane in sorted(got | wanted))
    print(said)
    return all(wanted[lane] <= got[lane] < wanted[lane] + PACKETS for lane in got | wanted)


os.environ["LC_ALL"] = "C"
sys.exit(not main(*sys.argv[1:]))
