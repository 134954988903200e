#!/usr/bin/python3
"""guest.py NEAR FAR - make the measurements of $FL_OUT/jobs.json, in the guest

Prints a line "bench {...}" for each. NEAR is the port here, FAR the peer's, in its
namespace; each as DEVICE:VECTORS, what its interrupts are called by. What is measured is
all between the two marks of load.c."""

import contextlib
import ctypes
import json
import os
import re
import subprocess
import sys
import time

OUT = os.environ["FL_OUT"]
LOAD = "/tmp/load"
PORT = 7800
(NEAR, FAR), VECTORS = zip(*(end.split(":") for end in sys.argv[1:3]))
# Each end: its device and its address
ENDS = {"near": (NEAR, "10.0.0.1"), "far": (FAR, "10.0.0.2")}
PEER = "/run/netns/peer"
LIBC = ctypes.CDLL(None, use_errno=True)


def other(end):
    return "far" if end == "near" else "near"


def call(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


@contextlib.contextmanager
def at(end):
    """In the network namespace of an end; starting `ip netns exec` takes much longer here"""
    def enter(path):
        with open(path, "rb") as namespace:
            if LIBC.setns(namespace.fileno(), 0):
                raise OSError(ctypes.get_errno(), f"setns {path}")
    if end == "far":
        enter(PEER)
    try:
        yield
    finally:
        if end == "far":
            enter("/proc/1/ns/net")


# --- What the kernel counts

def is_vector(name, vectors):
    """Does a line of /proc/interrupts end with one of a device's?"""
    return re.match(re.escape(vectors) + r"($|\W)", name)


def interrupts(text):
    """The sum over CPUs of the interrupts of each port's vectors"""
    sums = {NEAR: 0, FAR: 0}
    for line in text.splitlines():
        words = line.split()
        for device, vectors in zip(sums, VECTORS):
            if words and is_vector(words[-1], vectors):
                sums[device] += sum(int(word) for word in words[1:] if word.isdigit())
    return sums


def timers(text):
    """The sum over CPUs of local timer interrupts"""
    line = next(line for line in text.splitlines() if line.split()[0] == "LOC:")
    return {"LOC": sum(int(word) for word in line.split()[1:] if word.isdigit())}


def cpu_times(text):
    """Ticks of all CPUs: busy, idle, softirq"""
    ticks = [int(word) for word in text.splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return {"busy": sum(ticks) - idle, "idle": idle, "softirq": ticks[5] + ticks[6]}


def between(reader, name):
    """The difference of a reader's counts over the marks"""
    before, after = (reader(read(f"/tmp/{name}.{when}")) for when in ("before", "after"))
    return {key: after[key] - before[key] for key in after}


DEV_FIELDS = ("rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "rx_fifo", "rx_frame", "", "",
              "tx_bytes", "tx_packets", "tx_errors", "tx_dropped")


def link_counts():
    """Of each end's port and TCP"""
    counts = {}
    for end, (device, _) in ENDS.items():
        with at(end):
            ports, protocols = read("/proc/thread-self/net/dev"), read("/proc/thread-self/net/snmp")
        numbers = re.search(rf"^ *{re.escape(device)}:(.*)", ports, re.M)[1].split()
        for field, value in zip(DEV_FIELDS, numbers):
            if field:
                counts[f"{end}_{field}"] = int(value)
        names, values = (line.split() for line in protocols.splitlines() if line.startswith("Tcp:"))
        tcp = dict(zip(names, values))
        counts[f"{end}_retransmitted"] = int(tcp["RetransSegs"])
    return counts


# --- Lanes

def lanes_of(end):
    """How many a port has, None if that cannot be set"""
    with at(end):
        done = subprocess.run(["ethtool", "-l", ENDS[end][0]], capture_output=True, text=True, check=False)
    combined = re.findall(r"Combined:\s+(\d+)", done.stdout)
    return int(combined[1]) if len(combined) == 2 else None


def place_interrupts():
    """Each end gets a CPU of its own, whatever its driver prefers: whether an end's work and
    the other's share a CPU decides about speed, and is not what drivers are compared by"""
    cpus = os.cpu_count()
    for line in read("/proc/interrupts").splitlines()[1:]:
        number, *_, name = line.split()
        for cpu, vectors in enumerate(VECTORS):
            if is_vector(name, vectors):
                with open(f"/proc/irq/{number[:-1]}/smp_affinity_list", "w", encoding="utf-8") as affinity:
                    affinity.write(str(cpu % cpus))


def set_lanes(lanes, now):
    """NOW, what each port has, is kept up to date"""
    for end, (device, _) in ENDS.items():
        if now[end] in (None, lanes):
            continue
        with at(end):
            call("ethtool", "-L", device, "combined", str(lanes))
        now[end] = lanes
        # The link may have gone with it.
        for _ in range(100):
            if has_link(end, device):
                break
            time.sleep(0.1)
        else:
            sys.exit(f"{device} has no link with {lanes} lanes")


def has_link(end, device):
    with at(end):
        return "LOWER_UP" in call("ip", "-o", "link", "show", "dev", device)


# --- The kernel's packet generator

PKTGEN = "/proc/thread-self/net/pktgen/"


def pktgen_set(name, *commands):
    for command in commands:
        with open(PKTGEN + name, "w", encoding="utf-8") as control:
            control.write(command + "\n")


def pktgen_ready(job, macs):
    """Set up the generator of one end; its device stays, as it would go only some time
    after it was told to"""
    there = other(job["from"])
    device = ENDS[job["from"]][0]
    with at(job["from"]):
        if not os.path.exists(PKTGEN + device):
            pktgen_set("kpktgend_0", f"add_device {device}")
        # Ports and queues are gone through in turn; the highest port is not used.
        pktgen_set(device, f"count {job.get('n', 0)}", f"burst {job.get('burst', 1)}",
                   f"pkt_size {job.get('size', 60)}", "delay 0", "flag NO_TIMESTAMP",
                   "queue_map_min 0", f"queue_map_max {job.get('queues', 1) - 1}",
                   f"dst_mac {macs[there]}", f"dst {ENDS[there][1]}",
                   f"udp_dst_min {PORT}", f"udp_dst_max {PORT}",
                   "udp_src_min 1000", f"udp_src_max {1000 + job.get('flows', 1)}")


def pktgen_result(job):
    """What it says that it sent, in how many microseconds"""
    with at(job["from"]):
        text = read(PKTGEN + ENDS[job["from"]][0])
    return {name: int(re.search(pattern, text)[1])
            for name, pattern in (("sent", r"pkts-sofar: (\d+)"), ("errors", r"errors: (\d+)"),
                                  ("us", r"Result: OK: (\d+)"))}


# --- A measurement

def load_argument(job):
    """A job in load.c's words"""
    words = [job["kind"], f"to={ENDS[other(job['from'])][1]}", f"port={PORT}"]
    if job["from"] == "far":
        words.append("ns=peer")
    words += [f"{key}={job[key]}" for key in ("conns", "size", "bytes", "n", "gap", "ms") if key in job]
    return ",".join(words)


def measure(jobs, macs):
    generators = [job for job in jobs if job["kind"] == "pktgen"]
    for job in generators:
        pktgen_ready(job, macs)
    before = link_counts()
    done = subprocess.run([LOAD, "run"] + [load_argument(job) for job in jobs], check=True,
                          stdout=subprocess.PIPE, text=True, env={**os.environ, "LOAD_SNAP": "/tmp"})
    after = link_counts()
    result = {"jobs": [json.loads(line) for line in done.stdout.splitlines()],
              "interrupts": between(interrupts, "interrupts"),
              "timers": between(timers, "interrupts")["LOC"], "cpu": between(cpu_times, "stat"),
              "link": {key: after[key] - before[key] for key in after if after[key] != before[key]}}
    if generators:
        result["pktgen"] = pktgen_result(generators[0])
    return result


def main():
    with open(f"{OUT}/jobs.json", encoding="utf-8") as text:
        todo = json.load(text)
    macs = {}
    for end, (device, _) in ENDS.items():
        with at(end):
            macs[end] = re.search(r"link/ether (\S+)", call("ip", "link", "show", "dev", device))[1]
    own = {end: lanes_of(end) for end in ENDS}
    lanes_now = dict(own)
    for name, lanes, jobs in todo["measurements"]:
        set_lanes(lanes or own["near"], lanes_now)
        place_interrupts()
        print("bench " + json.dumps({"name": name, **measure(jobs, macs)}), flush=True)
    if todo["symbols"]:
        call("sh", "-c", f"grep -i ' [tw] ' /proc/kallsyms > {OUT}/symbols")


main()
