#!/usr/bin/python3
"""netlink.py SOURCE SPEC DEV1 DEV2

The netlink family of two ports that are up, asked by the YNL library of the kernel source
SOURCE with the specification SPEC, and by hand where a request is one that YNL would not
send.  Each line is a result: "ok NAME", or "not ok NAME<tab>REASON".  DEV2 ends in the network
namespace other."""

import ctypes
import errno
import os
import random
import socket
import struct
import subprocess
import sys

import netdev
from netdev import DUMP, REQUEST, attribute, attributes

NEWUSER, NEWNET = 0x10000000, 0x40000000
LANE, FLOW, FLOW_ADD, STEER = 1, 2, 3, 6
# Of the netlink attributes of an answer: the words, where the bad attribute is, which is missing
MSG, OFFS, MISS = 1, 2, 5


def result(name, wrong):
    print(f"not ok {name}\t{wrong}" if wrong else f"ok {name}", flush=True)


def same(name, wanted, got):
    result(name, wanted != got and f"it is {got}, not {wanted}")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def u32(kind, value):
    return attribute(kind, struct.pack("I", value))


class Raw:
    """A socket that sends what it is told to"""

    def __init__(self, family):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.setsockopt(270, 10, 1)    # NETLINK_CAP_ACK
        self.sock.setsockopt(270, 11, 1)    # NETLINK_EXT_ACK
        self.sock.settimeout(20)
        self.family = family

    def send(self, data, flags):
        self.sock.send(struct.pack("IHHII", 16 + len(data), self.family, flags, 1, 0) + data)

    def ask(self, command, body=b"", flags=REQUEST, header=None):
        """The error, what is said of it, and the number of messages"""
        self.send((struct.pack("BBH", command, 1, 0) if header is None else header) + body, flags | 4)
        count = 0
        while True:
            data = self.sock.recv(1 << 18)
            while data:
                length, kind, msg_flags = struct.unpack_from("IHH", data)
                message, data = data[16:length], data[(length + 3) & ~3:]
                if kind not in (2, 3):
                    count += 1
                    continue
                # An error repeats the request's header, the end of a dump does not.
                said = attributes(message[20 if kind == 2 else 4:]) if msg_flags & 0x200 else {}
                return -struct.unpack_from("i", message)[0], said, count

    def join(self, group):
        try:
            self.sock.setsockopt(270, 1, group)
        except OSError as error:
            return error.errno
        return 0


def child(work):
    """What WORK returns, in a process of its own"""
    there, here = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            text = repr(work())
        except BaseException as error:      # pylint: disable=broad-except
            text = repr(error)
        os.write(here, text.encode())
        os._exit(0)
    os.close(here)
    with os.fdopen(there) as file:
        text = file.read()
    os.waitpid(pid, 0)
    return text


class Test:
    def __init__(self, source, spec, *devices):
        sys.path.insert(0, os.path.join(source, "tools/net/ynl/pyynl"))
        # pylint: disable=import-outside-toplevel,import-error
        from lib import YnlFamily
        # It raises an exception for an attribute that the specification has not.
        self.ynl = YnlFamily(spec, schema="")
        self.family = self.ynl.nlproto.family_id
        self.group = self.ynl.nlproto.get_mcast_id("flows", self.ynl.mcast_groups)
        self.devices = devices
        self.index = [socket.if_nametoindex(device) for device in devices]
        self.raw = Raw(self.family)

    def policies(self):
        """What the kernel takes is what the specification says"""
        for name, modes in (("lane-get", ("do", "dump")), ("flow-get", ("dump",)), ("steer-get", ("do", "dump"))):
            for mode in modes:
                op = self.ynl.ops[name]
                wanted = {attr: op.attr_set[attr]["type"] for attr in op.yaml[mode]["request"]["attributes"]}
                policy = self.ynl.get_policy(name, mode).to_dict()
                same(f"{name}, {mode}: takes what is specified", wanted,
                     {attr: entry["type"] for attr, entry in policy.items()})
                same(f"{name}, {mode}: ifindex from 1", 1, policy["ifindex"].get("min-value"))

    def lanes(self):
        rows = self.ynl.dump("lane-get", {})
        genl = netdev.Genl()
        with open("/proc/interrupts", encoding="ascii") as file:
            irqs = {line.split()[-1]: int(line.split(":")[0]) for line in file if "-lane-" in line}
        for device, index in zip(self.devices, self.index):
            words = run("ethtool", "-l", device).split()
            most, used = [int(n) for word, n in zip(words, words[1:]) if word == "Combined:"]
            own = [row for row in rows if row["ifindex"] == index]
            same(f"{device}: all its lanes, in order", list(range(most)), [row["id"] for row in own])
            same(f"{device}: those in use", list(range(used)), [row["id"] for row in own if "in-use" in row])
            same(f"{device}: the interrupts", [irqs[f"{device}-lane-{i}"] for i in range(used)],
                 [row.get("irq") for row in own[:used]])
            napi = {row["id"]: row["irq"] for row in genl.table("napi", index)}
            same(f"{device}: the NAPI instances", napi, {row["napi-id"]: row["irq"] for row in own[:used]})
            cpus = []
            for row in own[:used]:
                with open(f"/proc/irq/{row['irq']}/effective_affinity_list", encoding="ascii") as file:
                    cpus.append(int(file.read()))
            same(f"{device}: the CPUs", cpus, [row.get("cpu") for row in own[:used]])
            same(f"{device}: one by one, the same", own,
                 [self.ynl.do("lane-get", {"ifindex": index, "id": i}) for i in range(most)])
            same(f"{device}: of it alone, the same", own, self.ynl.dump("lane-get", {"ifindex": index}))
        same("and no other device's", 0, len([row for row in rows if row["ifindex"] not in self.index]))
        run("ip", "link", "set", self.devices[1], "down")
        same("down: no interrupt", {}, {row["id"]: row for row in self.ynl.dump(
            "lane-get", {"ifindex": self.index[1]}) if {"irq", "cpu", "napi-id"} & set(row)})

    def steering(self):
        rows = self.ynl.dump("steer-get", {})
        same("steer-get: each port once", sorted(self.index), sorted(row["ifindex"] for row in rows))
        names = {str(attr) for attr in self.ynl.ops["steer-get"].yaml["do"]["reply"]["attributes"]}
        row = self.ynl.do("steer-get", {"ifindex": self.index[0]})
        same("steer-get: all that is specified", names, set(row))
        counters = dict(line.strip().split(": ") for line in
                        run("ethtool", "-S", self.devices[0]).splitlines() if "steer_" in line)
        same("steer-get: the counters of ethtool -S", {name: int(value) for name, value in counters.items()},
             {"steer_" + name.replace("-", "_"): row[name] for name in
              ("added", "moved", "expired", "busy", "table-full", "failed", "refused")})
        same("flow-get: no flows without traffic", [[], []],
             [self.ynl.dump("flow-get", vals) for vals in ({}, {"ifindex": self.index[0]})])

    def asks(self):
        """What may be done: flow-get, joining, lane-get, steer-get"""
        raw = Raw(self.family)
        return [raw.ask(FLOW, flags=DUMP)[0], raw.join(self.group),
                raw.ask(LANE, flags=DUMP)[0], raw.ask(STEER, flags=DUMP)[0]]

    def users(self):
        libc = ctypes.CDLL(None)

        def nobody():
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            return self.asks()

        def unshared(flags):
            return libc.unshare(flags) or self.asks()

        no = errno.EPERM
        same("root may all", [0, 0, 0, 0], self.asks())
        same("nobody may not know the flows", repr([no, no, 0, 0]), child(nobody))
        same("nor may root of a user namespace", repr([no, no, 0, 0]), child(lambda: unshared(NEWUSER)))
        same("unless the network namespace is its own", repr([0, 0, 0, 0]),
             child(lambda: unshared(NEWUSER | NEWNET)))

    def hostile(self):
        port = u32(1, self.index[0])
        loopback = socket.if_nametoindex("lo")
        out, bad, none, not_ours, no_op = errno.ERANGE, errno.EINVAL, errno.ENODEV, errno.EOPNOTSUPP, errno.EOPNOTSUPP
        # name, the error, what says why: words, or an attribute of the answer; and the request
        for name, error, why, *request in (
                ("no port", bad, MISS, STEER),
                ("no lane", bad, MISS, LANE, port),
                ("port 0", out, OFFS, STEER, u32(1, 0)),
                ("a port of 16 bits", bad, OFFS, STEER, attribute(1, b"\1\0")),
                ("a port of 64 bits", bad, OFFS, STEER, attribute(1, bytes(8))),
                ("a port without value", bad, OFFS, STEER, attribute(1, b"")),
                ("a port that is a nest", bad, OFFS, STEER, u32(0x8001, self.index[0])),
                ("no such port", none, b"no device of that index", STEER, u32(1, 0x7fffffff)),
                ("nor this one", none, b"no device of that index", STEER, u32(1, 0xffffffff)),
                ("another driver's", not_ours, b"not a port of", STEER, u32(1, loopback)),
                ("another driver's lanes", not_ours, b"not a port of", LANE, u32(1, loopback), DUMP),
                ("another driver's flows", not_ours, b"not a port of", FLOW, u32(1, loopback), DUMP),
                ("another driver's numbers", not_ours, b"not a port of", STEER, u32(1, loopback), DUMP),
                ("flows of no port", none, b"no device of that index", FLOW, u32(1, 99999), DUMP),
                ("a lane beyond the last", errno.ENOENT, b"the port has lanes 0 to", LANE, port + u32(2, 4096)),
                ("the last number", errno.ENOENT, b"the port has lanes 0 to", LANE, port + u32(2, 0xffffffff)),
                ("an unknown attribute", bad, OFFS, STEER, port + u32(99, 1)),
                ("one that only answers have", bad, OFFS, LANE, port + u32(2, 0) + u32(4, 1)),
                ("a lane for a dump", bad, OFFS, LANE, port + u32(2, 0), DUMP),
                ("an attribute cut short", bad, MSG, STEER, port[:6]),
                ("one that is too long", bad, MSG, STEER, struct.pack("HHI", 200, 1, self.index[0])),
                ("one without a length", bad, MSG, STEER, struct.pack("HHI", 0, 1, 0)),
                ("bytes behind", bad, MSG, STEER, port + b"\0\0"),
                ("flows without a dump", no_op, None, FLOW, port),
                ("a notification", no_op, None, FLOW_ADD, port),
                ("no command", no_op, None, 0, port),
                ("the last command", no_op, None, 255, port)):
            got, said, count = self.raw.ask(*request)
            wrong = got != error and f"it ended with {got}, not {error}"
            if not wrong and count:
                wrong = "it was answered"
            if not wrong and isinstance(why, bytes) and not (why in said.get(MSG, b"") and OFFS in said):
                wrong = f"it did not say '{why.decode()}' of an attribute but: {said}"
            if not wrong and isinstance(why, int) and why not in said:
                wrong = f"it does not say why: {said}"
            result(f"refused: {name}", wrong)
        for name, header in (("no header", b""), ("half a header", b"\6\1"), ("reserved bits", b"\6\1\1\0")):
            same(f"refused: {name}", bad, self.raw.ask(0, header=header)[0])

    def noise(self):
        """Nothing that is sent does any harm: the next request is answered"""
        chance = random.Random(82576)
        answers = set()
        for _ in range(300):
            body = b"".join(attribute(chance.choice((1, 2, 3, 0x8001, 0x4001)),
                                      chance.randbytes(chance.choice((0, 1, 2, 4, 4, 4, 8, 40))))
                            for _ in range(chance.randrange(4)))
            body += chance.randbytes(chance.choice((0, 0, 1, 3, 30)))
            answers.add(self.raw.ask(chance.choice((LANE, FLOW, STEER)), body, chance.choice((REQUEST, DUMP)))[0])
        # What a dump without an attribute may have answered
        result("noise is refused", answers - {0, errno.EINVAL, errno.ENODEV, errno.ERANGE, errno.EOPNOTSUPP,
                                              errno.ENOENT} and f"with {answers}")
        same("and harms nobody", 0, self.raw.ask(STEER, u32(1, self.index[0]))[0])

    def namespaces(self):
        run("ip", "netns", "add", "other")
        run("ip", "link", "set", self.devices[1], "netns", "other")
        with netdev.namespace("other"):
            there = Raw(self.family)
            index = socket.if_nametoindex(self.devices[1])
        same("here: only what is here", {self.index[0]}, {row["ifindex"] for row in self.ynl.dump("lane-get", {})})
        same("here: not what is there", errno.ENODEV, self.raw.ask(STEER, u32(1, self.index[1]))[0])
        same("there: what is there", [0, 1], [there.ask(STEER, u32(1, index))[0], there.ask(STEER, flags=DUMP)[2]])
        same("there: not what is here", errno.ENODEV, there.ask(STEER, u32(1, self.index[0]))[0])
        run("ip", "netns", "add", "empty")
        with netdev.namespace("empty"):
            empty = Raw(self.family)
        same("nothing where nothing is", (0, 0), empty.ask(LANE, flags=DUMP)[::2])

    def comings(self):
        """Ports come and go below dumps, and the module while sockets are open"""
        name = os.path.basename(os.path.realpath(f"/sys/class/net/{self.devices[0]}/device"))
        idle, member = Raw(self.family), Raw(self.family)
        member.join(self.group)
        with subprocess.Popen(["sh", "-c", f"for i in 1 2; do echo {name} >/sys/bus/pci/drivers/flowlane/unbind; "
                               f"echo {name} >/sys/bus/pci/drivers_probe; done"]) as process:
            answers = set()
            while process.poll() is None:
                answers.add(self.raw.ask(LANE, flags=DUMP)[0])
                answers.add(self.raw.ask(STEER, flags=DUMP)[0])
                self.raw.ask(STEER, u32(1, self.index[0]))
        same("dumps while a port goes and comes", {0}, answers)
        result("the module goes while sockets are open", subprocess.run(
            ["rmmod", "flowlane"], check=False, capture_output=True, text=True).stderr)
        same("and the family with it", errno.ENOENT, idle.ask(STEER, flags=DUMP)[0])


def main():
    test = Test(*sys.argv[1:])
    result("the family is there", None)
    for step in (test.policies, test.lanes, test.steering, test.users, test.hostile, test.noise,
                 test.namespaces, test.comings):
        step()


main()
