#!/usr/bin/python3
"""steering_guest.py "DRIVER DEVICE ADDRESS VECTORS PEER-VECTORS"... - where flows arrive

VECTORS is what a port's interrupts are called by.

For each port of $FL_OUT/steering.json's rows: connections from the peer to a consumer on
every CPU, measured with RSS alone, with the kernel's RFS and with flows steered by the
device, in turn. Prints a line "steering {...}" for each measurement. Whether data arrived
where it was read is what sockets say (flows.c); hand-overs are the kernel's counts."""

import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.environ["FL_TOP"], "tests/qemu/tools"))
# pylint: disable=wrong-import-position
from netdev import Genl

FLOWS = "/tmp/flows"
PORT = "7900"
CPUS = os.cpu_count()
SOCK_FLOWS, QUEUE_FLOWS = 32768, 4096
BULK_SECONDS = 0.6


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def write(path, value):
    with open(path, "w", encoding="utf-8") as out:
        out.write(str(value))


class Tool:
    """flows.c, which answers each command with a line"""

    def __init__(self, *words, peer=False):
        prefix = ["ip", "netns", "exec", "peer"] if peer else []
        self.process = subprocess.Popen([*prefix, FLOWS, *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Interface:
    """One driver's port, and its lanes"""

    def __init__(self, words):
        self.driver, self.device, self.address, self.vectors, peer_vectors = words.split()
        place_vectors(peer_vectors)
        if self.driver != "flowlane":
            place_vectors(self.vectors)
        self.lanes = self.find_lanes()

    def find_lanes(self):
        """[(NAPI, CPU of its interrupt)]. A driver that does not tell which interrupt is a
        NAPI's (igb does not in 6.12) makes both in the same order."""
        rows = sorted(Genl().table("napi", int(read(f"/sys/class/net/{self.device}/ifindex"))),
                      key=lambda row: row["id"])
        irqs = vectors(self.vectors)
        return [(row["id"], cpu_of(row.get("irq", irq))) for row, irq in zip(rows, irqs)]

    def set_flow_tables(self, entries):
        queues = f"/sys/class/net/{self.device}/queues"
        for queue in os.listdir(queues):
            if queue.startswith("rx-"):
                write(f"{queues}/{queue}/rps_flow_cnt", entries)

    def set_mode(self, mode):
        """rss, rfs or arfs. The stack asks a port to steer a flow when its consumer moves, or
        when it sees the flow first: so the tables, which are new then, come last."""
        self.set_flow_tables(0)
        if self.can_steer():
            subprocess.run(["ethtool", "-K", self.device, "ntuple", "on" if mode == "arfs" else "off"], check=True)
        write("/proc/sys/net/core/rps_sock_flow_entries", 0 if mode == "rss" else SOCK_FLOWS)
        if mode != "rss":
            self.set_flow_tables(QUEUE_FLOWS)

    def can_steer(self):
        said = subprocess.run(["ethtool", "-k", self.device], check=True, capture_output=True, text=True).stdout
        # igb has the feature for rules alone, and no way to steer.
        return self.driver != "igb" and not re.search(r"ntuple-filters: .*fixed", said)

    def modes(self):
        return ["rss", "rfs", "arfs"] if self.can_steer() else ["rss", "rfs"]


# --- Interrupts

def vectors(name):
    """Numbers of the interrupts of a port's lanes that receive, in order; not the one for
    the link"""
    found = re.findall(rf"^ *(\d+):.*\s{re.escape(name)}-(?!config|output)\S+$", read("/proc/interrupts"), re.M)
    return [int(irq) for irq in found]


def cpu_of(irq):
    return int(read(f"/proc/irq/{irq}/effective_affinity_list").split("-")[0].split(",")[0])


def place_vectors(name):
    """A CPU for each lane, as Flowlane has it by itself and an administrator does for others"""
    for number, irq in enumerate(vectors(name)):
        write(f"/proc/irq/{irq}/smp_affinity_list", number % CPUS)


# --- A measurement

def lane_packets(interface):
    """{CPU: packets} by the driver's own counters"""
    said = subprocess.run(["ethtool", "-S", interface.device], check=True, capture_output=True, text=True).stdout
    counts = [int(count) for count in re.findall(r"(?:lane\d+_rx_packets|rx_queue_\d+_packets|rx\d+_packets): (\d+)", said)]
    found = {}
    for (_, cpu), count in zip(interface.lanes, counts):
        found[cpu] = found.get(cpu, 0) + count
    return found


def settle(receiver, row):
    """Until every flow is known and where it belongs"""
    receiver.ask(f"after {row['settle'] * row['size']} {row['each'] * row['size']}")


def window(interface, receiver, row, sums):
    """One stretch of paced messages, added to SUMS"""
    lanes = lane_packets(interface)
    before = receiver.ask("snap")
    after = receiver.ask(f"after {row['messages'] * row['size']}")
    found = {key: after[key] - before[key] for key in before if isinstance(before[key], int)}
    if row["conns"] == 1:
        # With one connection the driver's counters can be asked as well.
        grown = {cpu: count - lanes[cpu] for cpu, count in lane_packets(interface).items()}
        found["lane_home"], found["lane_packets"] = grown.get(reader(before, after), 0), sum(grown.values())
    for key, value in found.items():
        sums[key] = sums.get(key, 0) + value


def reader(before, after):
    """The CPU that has read most"""
    old = {one["cpu"]: one["bytes"] for one in before["cpus"]}
    return max(after["cpus"], key=lambda one: one["bytes"] - old.get(one["cpu"], 0))["cpu"]


def speed(sender, receiver, row):
    """Mb/s of what the connections take"""
    sender.ask("bulk")
    time.sleep(0.1)
    begin, before = time.monotonic(), receiver.ask("snap")["bytes"]
    time.sleep(BULK_SECONDS)
    mbits = (receiver.ask("snap")["bytes"] - before) * 8e-6 / (time.monotonic() - begin)
    sender.ask("rate 0")
    while sender.ask("snap")["queued"]:
        time.sleep(0.02)
    sender.ask(f"rate {row['rate']}")
    return mbits


def measure(interface, sender, receiver, row, mode):
    interface.set_mode(mode)
    sender.ask(f"rate {row['rate']}")
    result = {}
    # A single consumer visits each CPU; where its flow's hash leads is chance.
    for _ in range(CPUS if row["conns"] == 1 else 1):
        receiver.ask("move")
        settle(receiver, row)
        window(interface, receiver, row, result)
    result["mbits"] = speed(sender, receiver, row)
    sender.ask("rate 0")
    return result


def main():
    interfaces = [Interface(words) for words in sys.argv[1:]]
    plan = json.loads(read(os.path.join(os.environ["FL_OUT"], "steering.json")))
    for row in plan["rows"]:
        ends = {}
        for number, one in enumerate(interfaces):
            lanes = ",".join(f"{napi}:{cpu}" for napi, cpu in one.lanes)
            port = str(int(PORT) + number)
            receiver = Tool("receive", port, ",".join(map(str, range(CPUS))), lanes)
            receiver.ask("snap")
            ends[one] = Tool("send", one.address, port, str(row["conns"]), str(row["size"]), "0", peer=True), receiver
            ends[one][0].ask("snap")
        for turn in range(plan["rounds"]):
            for one in interfaces[::-1 if turn % 2 else 1]:
                for mode in one.modes()[::-1 if turn % 2 else 1]:
                    result = measure(one, *ends[one], row, mode)
                    print("steering " + json.dumps({"conns": row["conns"], "driver": one.driver, "mode": mode,
                                                    **result}), flush=True)
        for sender, receiver in ends.values():
            sender.close()
            receiver.close()


main()
