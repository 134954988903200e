#!/usr/bin/python3
"""steered.py DEVICE - how many flows a port knows of, by its netlink family

See Documentation/netlink/specs/flowlane.yaml: steer-get."""

import socket
import struct
import sys

from netdev import REQUEST, Genl, attribute, attributes

STEER_GET = 6
IFINDEX, FLOWS_NONE, FLOWS_BUCKET, FLOWS_EXACT = 1, 2, 3, 4

try:
    genl = Genl("flowlane")
except OSError as error:
    sys.exit(f"there is no family 'flowlane': {error}")
port = attribute(IFINDEX, struct.pack("I", socket.if_nametoindex(sys.argv[1])))
found = attributes(genl.ask(genl.family, STEER_GET, port, REQUEST)[0])
print(sum(int.from_bytes(found.get(kind, b""), "little") for kind in (FLOWS_NONE, FLOWS_BUCKET, FLOWS_EXACT)))
