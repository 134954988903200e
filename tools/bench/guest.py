#!/usr/bin/python3
"""guest.py NEAR FAR - make the measurements of $FL_OUT/jobs.json, in the guest

Prints a line "bench {...}" for each. NEAR is the port here, FAR the peer's, in its
namespace. What is measured is all between the two marks of load.c."""

import json
import os
import re
import subprocess
import sys
import time

OUT = os.environ["FL_OUT"]
LOAD = "/tmp/load"
PORT = 7800
NEAR, FAR = sys.argv[1:3]
# Each end: the namespace it is in, its device and its address
ENDS = {"near": ((), NEAR, "10.0.0.1"),
        "far": (("ip", "netns", "exec", "peer"), FAR, "10.0.0.2")}


def call(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


# --- What the kernel counts

def interrupts(text):
    """The sum over CPUs of the interrupts of each port's vectors"""
    sums = {NEAR: 0, FAR: 0}
    for line in text.splitlines():
        words = line.split()
        for device in sums:
            if words and re.match(re.escape(device) + r"($|\W)", words[-1]):
                sums[device] += sum(int(word) for word in words[1:] if word.isdigit())
    return sums


def cpu_times(text):
    """Ticks of all CPUs: busy, idle, softirq"""
    ticks = [int(word) for word in text.splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return {"busy": sum(ticks) - idle, "idle": idle, "softirq": ticks[5] + ticks[6]}


def between(reader, name):
    """The difference of a reader's counts over the marks"""
    before, after = (reader(read(f"/tmp/{name}.{when}")) for when in ("before", "after"))
    return {key: after[key] - before[key] for key in after}


def link_counts():
    counts = {}
    for end, (inside, device, _) in ENDS.items():
        stats = json.loads(call(*inside, "ip", "-j", "-s", "-s", "link", "show", "dev", device))
        for way, fields in stats[0]["stats64"].items():
            for field, value in fields.items():
                if value:
                    counts[f"{end}_{way}_{field}"] = value
        netstat = call(*inside, "nstat", "-asz")
        for line in netstat.splitlines():
            words = line.split()
            if words[0] in ("TcpRetransSegs", "TcpOutSegs", "TcpInSegs"):
                counts[f"{end}_{words[0]}"] = int(words[1])
    return counts


# --- Lanes

def lanes_of(end):
    """How many a port has, None if that cannot be set"""
    inside, device, _ = ENDS[end]
    done = subprocess.run([*inside, "ethtool", "-l", device], capture_output=True, text=True, check=False)
    combined = re.findall(r"Combined:\s+(\d+)", done.stdout)
    return int(combined[1]) if len(combined) == 2 else None


def set_lanes(end, lanes):
    if lanes_of(end) in (None, lanes):
        return
    inside, device, _ = ENDS[end]
    call(*inside, "ethtool", "-L", device, "combined", str(lanes))
    # The link may have gone with it.
    for _ in range(100):
        if call(*inside, "cat", f"/sys/class/net/{device}/carrier").strip() == "1":
            return
        time.sleep(0.1)
    sys.exit(f"{device} has no link with {lanes} lanes")


# --- The kernel's packet generator

def pktgen_set(inside, name, *commands):
    for command in commands:
        call(*inside, "sh", "-c", f"echo '{command}' > /proc/net/pktgen/{name}")


def pktgen_ready(job):
    """Set up the generator of one end"""
    inside, device, _ = ENDS[job["from"]]
    other = ENDS["far" if job["from"] == "near" else "near"]
    mac = call(*other[0], "cat", f"/sys/class/net/{other[1]}/address").strip()
    for number in range(os.cpu_count()):
        pktgen_set(inside, f"kpktgend_{number}", "rem_device_all")
    pktgen_set(inside, "kpktgend_0", f"add_device {device}")
    # Ports and queues are gone through in turn; the highest port is not used.
    pktgen_set(inside, device, f"count {job.get('n', 0)}", f"burst {job.get('burst', 1)}",
               f"pkt_size {job.get('size', 60)}", "delay 0", "flag NO_TIMESTAMP",
               "queue_map_min 0", f"queue_map_max {job.get('queues', 1) - 1}",
               f"dst_mac {mac}", f"dst {other[2]}", f"udp_dst_min {PORT}", f"udp_dst_max {PORT}",
               "udp_src_min 1000", f"udp_src_max {1000 + job.get('flows', 1)}")
    return inside, device


def pktgen_result(inside, device):
    """What it says that it sent, in how many microseconds"""
    text = call(*inside, "cat", f"/proc/net/pktgen/{device}")
    return {name: int(re.search(pattern, text)[1])
            for name, pattern in (("sent", r"pkts-sofar: (\d+)"), ("errors", r"errors: (\d+)"),
                                  ("us", r"Result: OK: (\d+)"))}


# --- A measurement

def load_argument(job):
    """A job in load.c's words"""
    to = ENDS["far" if job["from"] == "near" else "near"][2]
    words = [job["kind"], f"to={to}", f"port={PORT}"]
    if job["from"] == "far":
        words.append("ns=peer")
    words += [f"{key}={job[key]}" for key in ("conns", "size", "bytes", "n", "gap", "ms") if key in job]
    return ",".join(words)


def measure(jobs):
    generators = [pktgen_ready(job) for job in jobs if job["kind"] == "pktgen"]
    before = link_counts()
    done = subprocess.run([LOAD, "run"] + [load_argument(job) for job in jobs], check=True,
                          stdout=subprocess.PIPE, text=True, env={**os.environ, "LOAD_SNAP": "/tmp"})
    result = {"jobs": [json.loads(line) for line in done.stdout.splitlines()],
              "interrupts": between(interrupts, "interrupts"), "cpu": between(cpu_times, "stat")}
    after = link_counts()
    result["link"] = {key: after[key] - before.get(key, 0) for key in after
                      if after[key] != before.get(key, 0)}
    if generators:
        result["pktgen"] = pktgen_result(*generators[0])
    return result


def main():
    with open(f"{OUT}/jobs.json", encoding="utf-8") as text:
        todo = json.load(text)
    own_lanes = {end: lanes_of(end) for end in ENDS}
    for name, lanes, jobs in todo["measurements"]:
        for end in ENDS:
            set_lanes(end, lanes or own_lanes[end])
        print("bench " + json.dumps({"name": name, **measure(jobs)}), flush=True)
    if todo.get("symbols"):
        call("sh", "-c", f"grep -i ' [tw] ' /proc/kallsyms > {OUT}/symbols; cp /proc/modules {OUT}/modules")


main()
