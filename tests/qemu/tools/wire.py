#!/usr/bin/python3
"""wire.py COMMAND DEV NAMESPACE...

What a device hands to the stack, and what of it the stack can believe; the other end of the
wire is DEV of NAMESPACE, and 10.0.0.1/fd00::1 are here.  Prints what it saw, fails with
what is wrong.

  large DEV NAMESPACE tcp4|tcp6|udp4|udp6
        A stream, or datagrams of one size as the peer's UDP_SEGMENT sends them, come in:
        frames beyond the MTU say by what size they are to be cut, and all say where
        their checksum is still to be filled in, on top of the pseudo header's
  sums FROM TO OF-FROM OF-TO
        Datagrams with wrong checksums go as raw frames from FROM in the namespace OF-FROM to
        the addresses of OF-TO, "-" for here: none is delivered, and the stack has counted
        each; those with right ones are delivered
"""

import collections
import ipaddress
import os
import select
import socket
import struct
import sys
import threading
import time

from netdev import namespace

ETH_P_ALL, SOL_PACKET, PACKET_VNET_HDR, SO_RCVBUFFORCE, UDP_SEGMENT = 3, 263, 15, 33, 103
NEEDS_CSUM, DATA_VALID = 1, 2
# By kind: protocol above IP, its checksum's place, how GSO calls it
KINDS = {"tcp4": (6, 16, 1), "tcp6": (6, 16, 4), "udp4": (17, 6, 5), "udp6": (17, 6, 5)}
ADDRESSES = {"4": ("10.0.0.1", "10.0.0.2"), "6": ("fd00::1", "fd00::2")}
PORT = 7800


def ones_sum(data):
    total = sum(struct.unpack(f"!{len(data + bytes(len(data) % 2)) // 2}H", data + bytes(len(data) % 2)))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total


def pseudo_header(source, destination, protocol, length):
    return source + destination + struct.pack("!IxxxB", length, protocol)


# --- Large frames

class Frame:
    """What a packet socket with PACKET_VNET_HDR gives: the stack's view in virtio's words"""

    def __init__(self, data):
        self.flags, self.gso_type, self.hdr_len, self.gso_size, self.start, self.offset = \
            struct.unpack_from("=BBHHHH", data)
        self.data = data[10:]
        self.kind = struct.unpack_from("!H", self.data, 12)[0]

    def parse(self, protocol):
        """(offset of the header above IP, its pseudo header), if it is of that protocol"""
        ip = self.data[14:]
        if self.kind == 0x0800 and ip[9] == protocol:
            head = (ip[0] & 15) * 4
            total = struct.unpack_from("!H", ip, 2)[0]
            return 14 + head, pseudo_header(ip[12:16], ip[16:20], protocol, total - head)
        if self.kind == 0x86dd and ip[6] == protocol:
            return 54, pseudo_header(ip[8:24], ip[24:40], protocol, struct.unpack_from("!H", ip, 4)[0])
        return None, None


def wrong_of(frame, at, pseudo, kind, size, mtu):
    """What is wrong with a frame, or nothing"""
    protocol, place, gso = KINDS[kind]
    problems = []
    head = at + ((frame.data[at + 12] >> 4) * 4 if protocol == 6 else 8)
    if frame.flags & NEEDS_CSUM:
        if (frame.start, frame.offset) != (at, place):
            problems.append(f"checksum at {frame.start}+{frame.offset}, not {at}+{place}")
        have = struct.unpack_from("!H", frame.data, at + place)[0]
        if have != ones_sum(pseudo):
            problems.append(f"checksum begins with {have:#x}, not {ones_sum(pseudo):#x}")
    elif ones_sum(pseudo + frame.data[at:14 + mtu]) != 0xffff and len(frame.data) <= 14 + mtu:
        problems.append("the checksum is wrong, and nothing says that it is to be filled in")
    if len(frame.data) > 14 + mtu and not frame.gso_type:
        problems.append("it is longer than the MTU, and not to be cut")
    if frame.gso_type:
        if frame.gso_type & 0x7f != gso or frame.gso_size != size:
            problems.append(f"to be cut as {frame.gso_type} by {frame.gso_size}, not as {gso} by {size}")
        if not frame.flags & NEEDS_CSUM:
            problems.append("to be cut, and no checksum to be filled in")
        if len(frame.data) - head <= frame.gso_size:
            problems.append(f"to be cut, and has only {len(frame.data) - head} bytes")
    return problems


def send_stream(there, host, total):
    with namespace(there):
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.connect((host, PORT))
    # What it cuts by is known when it has talked for a while.
    data = bytes(range(256)) * 256
    while total > 0:
        total -= sock.send(data[:total])
    size = struct.unpack_from("I", sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 64), 16)[0]
    sock.close()
    return size


def receive_stream(listener, total):
    sock, got = listener.accept()[0], 0
    sock.settimeout(20)
    while got < total:
        data = sock.recv(1 << 20)
        if not data:
            break
        got += len(data)
    return got


def tcp(there, host, total):
    listener = socket.create_server((host, PORT), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    got = []
    thread = threading.Thread(target=lambda: got.append(receive_stream(listener, total)))
    thread.start()
    size = send_stream(there, host, total)
    thread.join()
    return size, got == [total] or f"{got} bytes of {total} arrived"


def udp(there, host, total):
    size, family = 1000, socket.AF_INET6 if ":" in host else socket.AF_INET
    receiver = socket.socket(family, socket.SOCK_DGRAM)
    receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    receiver.bind((host, PORT))
    with namespace(there):
        sender = socket.socket(family, socket.SOCK_DGRAM)
    sender.setsockopt(17, UDP_SEGMENT, size)
    data, sent, got = bytes(range(250)) * 160, [], []
    while total > 0:
        sender.sendto(data, (host, PORT))
        sent += [data[i:i + size] for i in range(0, len(data), size)]
        total -= len(data)
        time.sleep(0.005)
    while select.select([receiver], [], [], 1)[0]:
        got.append(receiver.recv(65536))
    return size, got == sent or f"{len(got)} datagrams of {len(sent)} arrived, or changed"


def large(dev, there, kind):
    with open(f"/sys/class/net/{dev}/mtu", encoding="ascii") as file:
        mtu = int(file.read())
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    tap.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    tap.bind((dev, ETH_P_ALL))
    size, fine = (tcp if kind[:3] == "tcp" else udp)(there, ADDRESSES[kind[3]][0], 4000000)
    time.sleep(0.1)
    counts, problems = collections.Counter(), collections.Counter()
    while select.select([tap], [], [], 0)[0]:
        data, address = tap.recvfrom(1 << 17)
        if address[2] == 4:                             # PACKET_OUTGOING
            continue
        frame = Frame(data)
        at, pseudo = frame.parse(KINDS[kind][0])
        if at is None:
            continue
        counts["gso" if frame.gso_type else "plain"] += 1
        counts["bytes"] += len(frame.data)
        problems.update(wrong_of(frame, at, pseudo, kind, size, mtu))
    print(f"{dict(counts)}, cut by {size}; wrong: {dict(problems)}; {fine}")
    return fine is True and not problems and counts["gso"] > 20


# --- Wrong checksums

def wrong_sums(name):
    """Datagrams that the stack of a namespace has found wrong: what it finds late, it counts
    as IPv4's"""
    with namespace(None if name == "-" else name):
        with open("/proc/thread-self/net/snmp6", encoding="ascii") as file:
            late = next(int(line.split()[1]) for line in file if line.startswith("Udp6InCsumErrors"))
        with open("/proc/thread-self/net/snmp", encoding="ascii") as file:
            names, values = [line.split() for line in file if line.startswith("Udp:")]
            return late + int(values[names.index("InCsumErrors")])


def udp_frame(to_mac, from_mac, source, destination, payload, wrong):
    source, destination = (ipaddress.ip_address(address).packed for address in (source, destination))
    length = 8 + len(payload)
    head = struct.pack("!HHHH", PORT, PORT, length, 0)
    total = ones_sum(pseudo_header(source, destination, 17, length) + head + payload)
    check = (~total & 0xffff) or 0xffff
    segment = head[:6] + struct.pack("!H", check ^ wrong) + payload
    if len(source) == 4:
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 1, 0, 64, 17, 0) + source + destination
        ip = ip[:10] + struct.pack("!H", ~ones_sum(ip) & 0xffff) + ip[12:]
        return to_mac + from_mac + b"\x08\0" + ip + segment
    return to_mac + from_mac + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, length, 17, 64) + source + destination + segment


def mac_of(name, dev):
    """Of a device in a namespace"""
    with namespace(None if name == "-" else name):
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as sock:
            sock.bind((dev, 0))
            return sock.getsockname()[4]


def sums(source_dev, target_dev, source_ns, target_ns):
    fine = True
    for family, addresses in ADDRESSES.items():
        here, there = addresses
        source, target = (here, there) if source_ns == "-" else (there, here)
        with namespace(None if target_ns == "-" else target_ns):
            receiver = socket.socket(socket.AF_INET6 if family == "6" else socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((target, PORT))
        with namespace(None if source_ns == "-" else source_ns):
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        sender.bind((source_dev, 0))
        from_mac, to_mac = mac_of(source_ns, source_dev), mac_of(target_ns, target_dev)
        before = wrong_sums(target_ns)
        wanted = []
        for size in (1, 17, 64, 333, 1000, 1452):
            payload = os.urandom(size)
            for wrong in (0x0100, 0x0001, 0xff, 0):
                sender.send(udp_frame(to_mac, from_mac, source, target,
                                      payload if not wrong else b"!" + payload[1:], wrong))
            wanted.append(payload)
        got = []
        while select.select([receiver], [], [], 0.5)[0]:
            got.append(receiver.recv(65536))
        counted = wrong_sums(target_ns) - before
        print(f"IPv{family}: {len(got)} datagrams of {len(wanted)}, {counted} wrong checksums counted of {3 * len(wanted)}")
        fine = fine and sorted(got) == sorted(wanted) and counted == 3 * len(wanted)
    return fine


sys.exit(not {"large": large, "sums": sums}[sys.argv[1]](*sys.argv[2:]))
