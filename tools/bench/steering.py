"""Do flows arrive where they are consumed? Connections whose consumers stand on one CPU
each, by their hashes alone (RSS), with the kernel's RFS, and steered by the port (aRFS),
in turn in one boot, on Flowlane and on the in-tree driver beside it, which cannot steer.
A boot for each device."""

import dataclasses
import json
import os
import statistics
import subprocess
import tempfile

import runner
import table

NAME = "steering"
TITLE = "Flows and the CPUs that consume them"
ROUNDS = 3
# Messages of `size` bytes at `rate` a second: first `settle` of them, `each` on every
# connection, then those that are measured. Moderate, for a guest that is emulated.
ROWS = (
    {"conns": 1, "rate": 2000, "size": 1000, "settle": 300, "each": 0, "messages": 600},
    {"conns": 64, "rate": 4000, "size": 1000, "settle": 1500, "each": 8, "messages": 3000},
    {"conns": 1000, "rate": 5000, "size": 1000, "settle": 4000, "each": 3, "messages": 5000},
)


@dataclasses.dataclass(frozen=True)
class Place:
    """Where it is measured: a device, its drivers (the in-tree one first), and four NICs:
    Flowlane's and its peer, the in-tree driver's and its peer"""
    device: str
    drivers: tuple
    nics: tuple


# A port steers by the hash that its device reports; virtio_net leaves that off by itself,
# and stalls with it now and then (see tests/qemu/vm).
TAP = "virtio,queues=4,rss=on"
PLACES = (Place("82576", (table.IGB, table.FLOWLANE), ("igb",) * 4),
          Place("virtio", (table.VIRTIO_NET, table.FLOWLANE_VIRTIO), (TAP + ",hash=on", TAP, TAP, TAP)))
# Columns: number of the driver, mode, title
COLUMNS = ((0, "rss", "RSS"), (0, "rfs", "RFS"), (1, "rss", "RSS"), (1, "rfs", "RFS"), (1, "arfs", "aRFS"))


def share(part, whole):
    return 100 * part / whole if whole else None


def figures(sample):
    """Of one measurement"""
    packets = sample["bytes"] / next(row["size"] for row in ROWS if row["conns"] == sample["conns"])
    return {"home": share(sample["home_bytes"], sample["bytes"]),
            "lane_home": share(sample.get("lane_home", 0), sample.get("lane_packets", 0)),
            "rps": 1000 * sample["received_rps"] / packets, "calls": 1000 * sample["calls"] / packets,
            "mbits": sample["mbits"]}


# Figure, title
FIGURES = (("home", "of 100 bytes, those that arrived on the lane of the CPU that reads them"),
           ("lane_home", "of 100 packets, likewise by the drivers' own counters"),
           ("rps", "a CPU woken for packets of another's (received_rps), a thousand messages"),
           ("calls", "function call interrupts of all kinds, a thousand messages"),
           ("mbits", "Mb/s of bulk, by the host's clock (noisy)"))


def medians(samples):
    """{figure: {conns: {(driver, mode): median}}}"""
    found = {}
    for sample in samples:
        for key, value in figures(sample).items():
            if value is not None:
                row = found.setdefault(key, {}).setdefault(sample["conns"], {})
                row.setdefault((sample["driver"], sample["mode"]), []).append(value)
    return {key: {conns: {which: statistics.median(values) for which, values in row.items()}
                  for conns, row in rows.items()} for key, rows in found.items()}


def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.2g}"


def tables(samples):
    """[(title, head, lines)] of each figure of each device"""
    return [one for place in PLACES
            for one in tables_of(place, [sample for sample in samples if sample["device"] == place.device])]


def tables_of(place, samples):
    found = medians(samples)
    measured = {(one["driver"], one["mode"]) for one in samples}
    columns = [(place.drivers[which].name, mode, title) for which, mode, title in COLUMNS]
    columns = [one for one in columns if one[:2] in measured]
    head = ["connections"] + [f"{driver.replace('flow', 'Flow')}: {title}" for driver, _, title in columns]
    return [(f"{place.device}: {title}", head,
             [[f"{conns:,}", *(number(row.get((driver, mode))) for driver, mode, _ in columns)]
              for conns, row in found[key].items()])
            for key, title in FIGURES if key in found]


def text(samples):
    lines = ["", TITLE] if samples else []
    for title, head, body in tables(samples):
        lines.append(f"  {title}")
        lines += ["  " + " ".join(f"{cell:>16}" for cell in line) for line in [head, *body]]
    return "\n".join(lines)


def as_json(samples):
    return [{**sample, **figures(sample)} for sample in samples]


# --- The run

def vm_arguments(place, tools, share_folder):
    words = [os.path.join(runner.TOP, "tests/qemu/vm"), "--cpus", "4", "--topology", "pairs",
             "--share", share_folder, "--console", os.path.join(share_folder, "console"), "--timeout", "900",
             "--append", "quiet", "--env", f"FL_MODULE={tools.module}", "--env", f"BENCH_FLOWS={tools.flows}",
             "--env", "BENCH_DRIVERS=" + " ".join(one.pci_name for one in place.drivers),
             "--env", f"BENCH_IN_TREE={place.drivers[0].name}"]
    for nic in place.nics:
        words += ["--nic", nic]
    return words + ["--", os.path.join(runner.HERE, "steering.sh")]


def places(devices):
    return [place for place in PLACES if place.device in devices]


def run(place, tools, say):
    """Boot once; the measurements"""
    samples, said = [], []
    with tempfile.TemporaryDirectory(prefix="share.", dir=tools.folder) as folder:
        with open(os.path.join(folder, "steering.json"), "w", encoding="utf-8") as out:
            json.dump({"rounds": ROUNDS, "rows": ROWS}, out)
        with subprocess.Popen(vm_arguments(place, tools, folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, text=True, errors="replace") as process:
            for line in process.stdout:
                if line.startswith("steering {"):
                    samples.append({"device": place.device, **json.loads(line[9:])})
                    one = samples[-1]
                    say(f"{one['conns']} connections, {one['driver']}, {one['mode']} ({len(samples)})")
                else:
                    said.append(line)
    if process.returncode or not samples:
        raise runner.Failure(f"the guest failed ({process.returncode}) after {len(samples)} measurements\n"
                             f"{''.join(said[-30:])}")
    return samples
