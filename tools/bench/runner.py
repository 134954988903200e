"""Boots the guest with one driver and makes measurements there.

Two kinds of run. Timing: two vCPUs, each a thread, nothing else loaded. Counting: one
vCPU whose clock is its instruction counter (an instruction takes a nanosecond, and time
leaps where the guest idles), with the plugin of count.c and with QEMU's trace of device
accesses; neither changes what the guest sees, so counts do not depend on the host."""

import bisect
import collections
import json
import os
import re
import resource
import shutil
import subprocess
import tempfile
import threading
import time

from table import single_mode

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
MARK_PORT, MARK_BEGIN, MARK_END = "0x80", "0xb0", "0xe0"


class Failure(Exception):
    """A run that gave no figures, and why"""


def command(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          stdin=subprocess.DEVNULL, check=False, **options)
    if done.returncode:
        raise Failure(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
    return done.stdout.strip()


def setting(name):
    """FL_CACHE or FL_QEMU, as scripts/lib.sh decides"""
    return command("bash", "-c", '. "$0"; printf %s "${!1}"', os.path.join(TOP, "scripts/lib.sh"), name)


class Tools:
    """What is built for a benchmark: the module, the guest's load and the plugin"""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.module = command(os.path.join(TOP, "scripts/build-module"), "debian")
        # By name in the symbol table; the kernel's own modules come without debug information
        self.debug_files = {"flowlane": self.module}
        self.load = self.compile("load")
        self.flows = self.compile("flows")
        self.plugin = self.compile("count.so", "-shared", "-fPIC", "-fvisibility=hidden")

    def compile(self, name, *flags):
        source = os.path.join(HERE, name.split(".")[0] + ".c")
        path = os.path.join(self.folder, name)
        command("gcc", "-O2", "-Wall", *flags, "-o", path, source)
        return path


# --- Device accesses

class Accesses(threading.Thread):
    """Reads QEMU's trace from a pipe and counts, between the marks, each access of a
    register region by (read or write, region, address)"""

    pattern = re.compile(r"memory_region_ops_(read|write) .*addr (0x[0-9a-f]+) value (0x[0-9a-f]+) "
                         r"size \d+ name '(.*)'")

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.segments = []
        os.mkfifo(path)

    def run(self):
        counting = None
        with open(self.path, encoding="utf-8", errors="replace") as trace:
            for line in trace:
                match = self.pattern.search(line)
                if not match:
                    continue
                way, address, value, region = match.groups()
                if address == MARK_PORT:
                    if value == MARK_BEGIN:
                        counting = collections.Counter()
                    elif counting is not None:
                        self.segments.append(counting)
                        counting = None
                elif counting is not None:
                    counting[way, region, int(address, 16)] += 1

    def finish(self):
        """QEMU has ended. If it never opened the pipe, this thread still waits for it."""
        try:
            os.close(os.open(self.path, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            pass
        self.join(20)
        return self.segments


# --- Instructions

class Symbols:
    """The guest's kernel symbols: which function of which module an address is in"""

    def __init__(self, path):
        found = []
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                address, _, name, *module = line.split()
                found.append((int(address, 16), name, module[0].strip("[]") if module else "kernel"))
        found.sort()
        self.symbols = found
        self.addresses = [address for address, _, _ in found]

    def find(self, address):
        """(module, function, offset)"""
        index = bisect.bisect_right(self.addresses, address) - 1
        if index < 0:
            return "kernel", "?", 0
        start, name, module = self.symbols[index]
        return module, name, address - start


def read_segments(path):
    """What count.c has written: a {address: instructions} for each pair of marks"""
    segments = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            address, count = line.split()
            if address == "segment":
                segments.append({})
            else:
                segments[-1][int(address, 16)] = int(count)
    return segments


def attribute(segment, symbols):
    """{(module, function): instructions}; user programs are ("user", "")"""
    functions = collections.Counter()
    for address, count in segment.items():
        where = symbols.find(address)[:2] if address else ("user", "")
        functions[where] += count
    return functions


# --- Runs

class OtherWork:
    """What share of the host's CPUs others took meanwhile: timing is worth little then"""

    def __init__(self):
        self.begin = self.now()

    @staticmethod
    def now():
        with open("/proc/stat", encoding="utf-8") as text:
            ticks = [int(word) for word in text.readline().split()[1:9]]
        # QEMU is a child of tests/qemu/vm, which waits for it
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = resource.getrusage(resource.RUSAGE_SELF)
        used = sum(one.ru_utime + one.ru_stime for one in (usage, own)) * os.sysconf("SC_CLK_TCK")
        return sum(ticks), sum(ticks) - ticks[3] - ticks[4] - used

    def percent(self):
        total, others = (after - before for after, before in zip(self.now(), self.begin))
        return max(0.0, 100 * others / max(1, total))


def vm_arguments(device, wire, driver, tools, share, counting, timeout):
    nic = device.nic + (device.counted if counting else "")
    peer_nic = wire.peer_nic or nic
    if device.taps and wire.peer_nic:
        peer_nic += ",queues=1"
    peer = wire.peer or driver
    # What comes by taps has taken time of the host's. A guest that waits for it, and leaps
    # to its next timer meanwhile, would send everything again.
    icount = "shift=0,sleep=on" if device.taps else "shift=0,sleep=off"
    words = [os.path.join(TOP, "tests/qemu/vm"), "--nic", nic, "--nic", peer_nic, "--share", share,
             "--console", os.path.join(share, "console"), "--timeout", str(timeout),
             "--env", f"FL_MODULE={tools.module}", "--env", f"BENCH_LOAD={tools.load}",
             "--env", f"BENCH_DRIVERS={driver.pci_name} {peer.pci_name}", *device.qemu]
    if counting:
        words += ["--cpus", "1", "--cpu", "+rdrand=off,rdseed=off", "--accel", "tcg,tb-size=512", "--append", "nokaslr quiet",
                  "--env", "BENCH_TRACE=memory_region_ops_*", "--qemu=-D",
                  "--qemu=" + os.path.join(share, "trace.log")]
        for argument in ("-icount", icount, "-rtc", "base=2020-01-01,clock=vm", "-seed", "1",
                         "-plugin", f"file={tools.plugin},out={os.path.join(share, 'count')}"):
            words.append(f"--qemu={argument}")
    else:
        words += ["--cpus", "2", "--append", "quiet"]
    return words + ["--", os.path.join(HERE, "guest.sh")]


def read_output(process, wanted, said, on_result):
    """The guest's results as they come"""
    results = []
    for line in process.stdout:
        if line.startswith("bench {"):
            results.append(json.loads(line[6:]))
            on_result(results[-1]["name"], len(results), wanted)
        else:
            said.append(line)
    return results


def run(device, wire, driver, scenarios, tools, counting, on_result):
    """Boot once and measure each of SCENARIOS; a list of measurements in their order.
    Where counting, each also has "functions" and "accesses"; else "others", see OtherWork."""
    others = OtherWork()
    with tempfile.TemporaryDirectory(prefix="share.", dir=tools.folder) as share:
        todo = {"measurements": [[one.name, one.lanes, single_mode(one.jobs, counting)] for one in scenarios],
                "symbols": counting}
        with open(os.path.join(share, "jobs.json"), "w", encoding="utf-8") as out:
            json.dump(todo, out)
        accesses = None
        if counting:
            accesses = Accesses(os.path.join(share, "trace.log"))
            accesses.start()
        said = []
        begin = time.monotonic()
        with subprocess.Popen(vm_arguments(device, wire, driver, tools, share, counting,
                                           60 + 20 * len(scenarios)), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                              errors="replace") as process:
            results = read_output(process, len(scenarios), said, on_result)
        segments = accesses.finish() if counting else []
        if process.returncode or len(results) != len(scenarios):
            keep = os.path.join(tools.folder, "failed.console")
            shutil.copy(os.path.join(share, "console"), keep)
            raise Failure(f"the guest under {driver.name} failed ({process.returncode}) after "
                          f"{time.monotonic() - begin:.0f} s; its console is {keep}\n{''.join(said[-30:])}")
        if counting:
            add_counts(results, share, segments)
        share_of_others = others.percent()
        for result in results:
            result["others"] = share_of_others
        return results


def add_counts(results, share, accesses):
    symbols = Symbols(os.path.join(share, "symbols"))
    segments = read_segments(os.path.join(share, "count"))
    if not len(segments) == len(accesses) == len(results):
        raise Failure(f"{len(results)} measurements, but {len(segments)} counts of instructions "
                      f"and {len(accesses)} of accesses")
    for result, segment, touched in zip(results, segments, accesses):
        result["functions"] = attribute(segment, symbols)
        result["blocks"] = {address: (symbols.find(address), count) for address, count in segment.items()
                            if address}
        result["accesses"] = touched


def facts(arguments):
    """What the figures were taken with; nothing that names the machine"""
    if "--out" in arguments:
        at = arguments.index("--out")
        arguments = arguments[:at] + arguments[at + 2:]
    kernel = os.path.realpath(os.path.join(setting("FL_CACHE"), "kernels/debian"))
    with open(os.path.join(kernel, "release"), encoding="utf-8") as text:
        release = text.read().strip()
    version = command("git", "-C", TOP, "describe", "--always", "--dirty") if \
        os.path.exists(os.path.join(TOP, ".git")) else "unknown"
    return {"kernel": f"Debian's {release}", "QEMU": command(setting("FL_QEMU"), "--version").split("\n")[0],
            "Flowlane": version, "host CPUs": os.cpu_count(), "repeat with": f"make bench BENCH='{' '.join(arguments)}'" if arguments else "make bench"}
