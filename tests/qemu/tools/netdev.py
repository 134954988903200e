"""What the kernel says of a port: netdev-genl without a library, ethtool by ioctl, and every
counter there is"""

import array
import contextlib
import ctypes
import fcntl
import os
import socket
import struct

REQUEST, SET, DUMP = 0x1, 0x5, 0x301    # NLM_F_REQUEST, with NLM_F_ACK, with NLM_F_DUMP
SIOCETHTOOL, SIOCSHWTSTAMP, SIOCGHWTSTAMP = 0x8946, 0x89b0, 0x89b1
QSTATS = {8: "rx-packets", 9: "rx-bytes", 10: "tx-packets", 11: "tx-bytes", 12: "rx-alloc-fail",
          16: "rx-csum-unnecessary", 17: "rx-csum-none", 18: "rx-csum-bad",
          25: "tx-hw-drop-errors", 26: "tx-csum-none", 27: "tx-needs-csum",
          28: "tx-hw-gso-packets", 29: "tx-hw-gso-bytes", 30: "tx-hw-gso-wire-packets",
          31: "tx-hw-gso-wire-bytes", 33: "tx-stop", 34: "tx-wake"}
TABLES = {"queue": (10, 2, {1: "id", 2: "ifindex", 3: "type", 4: "napi-id"}),
          "napi": (11, 1, {1: "ifindex", 2: "id", 3: "irq", 4: "pid", 5: "defer-hard-irqs",
                           6: "gro-flush-timeout", 7: "irq-suspend-timeout", 8: "threaded"}),
          "pool": (5, None, {1: "id", 2: "ifindex", 3: "napi-id", 6: "detach-time"}),
          "qstats": (12, 1, {1: "ifindex", 2: "queue-type", 3: "queue-id", 4: "scope", **QSTATS})}


def attributes(data):
    result = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        if length < 4:
            break
        result[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return result


def attribute(kind, data):
    data = bytes(data)
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


class Genl:
    """A generic netlink socket to a family, by default netdev."""

    def __init__(self, family="netdev"):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.serial = 0
        reply = self.ask(16, 3, attribute(2, family.encode() + b"\0"), REQUEST)[0]
        self.family = struct.unpack("H", attributes(reply)[1])[0]

    def ask(self, family, command, body, flags):
        """The messages that answer: one, or for DUMP and SET all up to the end."""
        self.serial += 1
        data = struct.pack("BBH", command, 1, 0) + body
        self.sock.send(struct.pack("IHHII", 16 + len(data), family, flags, self.serial, 0) + data)
        result = []
        while True:
            data = self.sock.recv(1 << 18)
            while data:
                length, kind, _, serial, _ = struct.unpack_from("IHHII", data)
                message, data = data[16:length], data[(length + 3) & ~3:]
                if serial != self.serial:
                    continue
                if kind == 2:
                    error = -struct.unpack_from("i", message)[0]
                    if error:
                        raise OSError(error, os.strerror(error))
                    return result
                if kind == 3:
                    return result
                result.append(message[4:])
                if flags == REQUEST:
                    return result

    def table(self, name, ifindex, body=b""):
        command, kind, names = TABLES[name]
        # All tables but that of page pools can be asked for one device's rows.
        if kind:
            body = attribute(kind, struct.pack("I", ifindex)) + body
        rows = []
        for reply in self.ask(self.family, command, body, DUMP):
            rows.append({names[kind]: int.from_bytes(value, "little")
                         for kind, value in attributes(reply).items() if kind in names})
        return [row for row in rows if row.get("ifindex", ifindex) == ifindex]

    def pool_stats(self, pool):
        """Allocations from a page pool that found a page, or had to get one"""
        body = attribute(1 | 0x8000, attribute(1, struct.pack("Q", pool)))
        found = attributes(self.ask(self.family, 9, body, REQUEST)[0])
        return sum(int.from_bytes(found[kind], "little") for kind in (8, 9))

    def napi_set(self, napi, name, value):
        kind = {v: k for k, v in TABLES["napi"][2].items()}[name]
        size = 8 if name == "gro-flush-timeout" else 4
        self.ask(self.family, 14, attribute(2, struct.pack("I", napi)) +
                 attribute(kind, int(value).to_bytes(size, "little")), SET)


def device_ioctl(sock, device, data, request=SIOCETHTOOL):
    """The array DATA is what the kernel is asked, and then the answer."""
    fcntl.ioctl(sock, request, struct.pack("16sP16x", device.encode(), data.buffer_info()[0]))


@contextlib.contextmanager
def namespace(name):
    """Sockets that are opened inside live in that network namespace, if it has a name"""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as own:
        if name:
            with open(f"/run/netns/{name}", "rb") as there:
                if libc.setns(there.fileno(), 0):
                    raise OSError(ctypes.get_errno(), f"setns {name}")
        try:
            yield
        finally:
            libc.setns(own.fileno(), 0)


def ethtool_stats(sock, device):
    """ethtool -S by ioctl."""
    info = array.array("B", struct.pack("I", 3) + bytes(192))
    device_ioctl(sock, device, info)
    count = struct.unpack_from("I", info, 180)[0]
    names = array.array("B", struct.pack("III", 0x1b, 1, count) + bytes(32 * count))
    device_ioctl(sock, device, names)
    values = array.array("B", struct.pack("II", 0x1d, count) + bytes(8 * count))
    device_ioctl(sock, device, values)
    return {bytes(names[12 + 32 * i:44 + 32 * i]).split(b"\0")[0].decode():
            struct.unpack_from("Q", values, 8 + 8 * i)[0] for i in range(count)}


def all_counters(sock, genl, device):
    """Every counter there is, by name."""
    result = {}
    base = f"/sys/class/net/{device}/statistics"
    for name in os.listdir(base):
        with open(f"{base}/{name}", encoding="ascii") as file:
            result[f"ip:{name}"] = int(file.read())
    for name, value in ethtool_stats(sock, device).items():
        result[f"ethtool:{name}"] = value
    index = socket.if_nametoindex(device)
    for scope in (b"", attribute(4, struct.pack("Q", 1))):
        for row in genl.table("qstats", index, scope):
            where = (row.pop("queue-type", None), row.pop("queue-id", None))
            row.pop("ifindex", None)
            for name, value in row.items():
                result[f"qstats:{where}:{name}"] = value
    return result
