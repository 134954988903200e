"""What the benchmark measures: drivers, devices, wires, scenarios and curves. A new one
is an entry here, and a kind of load in load.c where none fits."""

import dataclasses
import re
from dataclasses import dataclass

# Bytes of payload in a full TCP segment (MTU 1500, timestamps): the unit of work of bulk
# TCP, the same for every driver, whatever it does to acknowledgements.
SEGMENT = 1448


@dataclass(frozen=True, eq=False)
class Driver:
    """One that can have a port.

    module  its name in the kernel's symbol table
    pci     what the PCI bus calls it, if not as above
    parts   an expression for functions of the kernel that are its own part, in no module"""
    name: str
    module: str
    pci: str = None
    parts: str = None

    @property
    def pci_name(self):
        return self.pci or self.name

    def owns(self, module, function):
        return module == self.module or bool(self.parts and module == "kernel" and re.match(self.parts, function))


@dataclass(frozen=True, eq=False)
class Device:
    """A NIC and the drivers to compare on it, the yardstick first.

    nic      the word after tests/qemu/vm --nic
    regions  QEMU's names of its register regions, with the mask that gives an offset
    lanes    the most that it has
    taps     it is on a tap of the host's and not on QEMU's hub; see runner.vm_arguments()
    counted  what is added to "nic" where costs are counted
    qemu     further arguments of tests/qemu/vm"""
    name: str
    title: str
    nic: str
    regions: dict
    drivers: tuple
    lanes: int
    taps: bool = False
    counted: str = ""
    qemu: tuple = ()


@dataclass(frozen=True, eq=False)
class Wire:
    """What is at the far end: None for the same NIC under the same driver, so that
    figures hold sending and receiving; else a NIC and its driver, the same for all
    drivers compared, so that figures hold one end's work alone."""
    name: str
    title: str
    peer_nic: str = None
    peer: Driver = None


@dataclass(frozen=True, eq=False)
class Scenario:
    """Jobs (see load.c and guest.py) that run at the same time. Their amounts, "n" or
    "bytes", are used where instructions are counted, "ms" where time is measured.

    unit     what a cost is divided by: segment, packet or round trip
    lanes    the number of lanes to set, None for the driver's own choice
    devices  names of the devices it is for, None for all"""
    name: str
    title: str
    unit: str
    jobs: tuple
    wires: tuple = ("pair",)
    lanes: int = None
    devices: tuple = None

    def fits(self, device):
        return (self.lanes or 0) <= device.lanes and device.name in (self.devices or (device.name,))


def job(kind, from_end="near", ms=1500, **values):
    return {"kind": kind, "from": from_end, "ms": ms, **values}


def tcp(conns=1, from_end="near", megabytes=40, size=65536, **values):
    return job("tcp", from_end, conns=conns, size=size, bytes=megabytes * 1000000, **values)


def udp64(burst=1, from_end="near", n=20000, **values):
    return job("pktgen", from_end, n=n, burst=burst, **values)


IGB = Driver("igb", "igb")
FLOWLANE = Driver("flowlane", "flowlane")
E1000E = Driver("e1000e", "e1000e")
# Debian's kernel has the rings, the doorbell and the interrupt handler built in.
VIRTIO_NET = Driver("virtio_net", "virtio_net", "virtio-pci",
                    r"(virtqueue|vring|detach_buf|more_used|alloc_indirect|vp)_")
FLOWLANE_VIRTIO = Driver("flowlane", "flowlane", "flowlane-virtio")

VIRTIO_REGIONS = {f"virtio-pci-{part}-virtio-net": 0x3fff for part in ("common", "isr", "device", "notify")}

DEVICES = (
    Device("82576", "Intel 82576 (QEMU's igb)", "igb", {"igb-mmio": 0x1ffff}, (IGB, FLOWLANE), 8),
    # With hash=on besides, flows of the in-tree driver stall for good now and then: see
    # tests/qemu/vm. A doorbell that is an eventfd in QEMU is not in its trace.
    Device("virtio", "virtio-net (QEMU's, on a tap of 4 queues)", "virtio,queues=4,rss=on",
           VIRTIO_REGIONS, (VIRTIO_NET, FLOWLANE_VIRTIO), 4, True, ",ioeventfd=off"),
)

WIRES = (
    Wire("pair", "both ends under the same driver: sending and receiving together"),
    Wire("single", "one end under the driver, the other an 82574 under e1000e", "e1000e", E1000E),
)

MIX = (tcp(2), tcp(2, "far"), job("rr", size=64, n=1000), job("udp", size=64, n=5000, gap=50))

SCENARIOS = (
    Scenario("tcp", "TCP bulk, 1 connection", "segment", (tcp(megabytes=200),)),
    Scenario("tcp16", "TCP bulk, 16 connections", "segment", (tcp(16, megabytes=80),)),
    Scenario("tcp16-4", "TCP bulk, 16 connections, 4 lanes", "segment", (tcp(16, megabytes=80),), lanes=4,
             devices=("virtio",)),
    Scenario("tcp256", "TCP bulk, 256 connections", "segment", (tcp(256, megabytes=80),)),
    Scenario("udp64", "64-byte UDP", "packet", (udp64(),)),
    Scenario("udp64-burst", "64-byte UDP, bursts of 32", "packet", (udp64(32),)),
    Scenario("rr", "request/response, 64 bytes", "round trip", (job("rr", size=64, n=2000),)),
    Scenario("ping", "ping, 5 ms apart", "round trip", (job("ping", size=56, n=300, gap=5000),)),
    Scenario("mix", "TCP both ways, requests, small UDP", "segment", MIX),
    Scenario("tcp-tx", "TCP bulk, sending", "segment", (tcp(megabytes=200),), ("single",)),
    Scenario("tcp-rx", "TCP bulk, receiving", "segment", (tcp(from_end="far", megabytes=200),), ("single",)),
    Scenario("udp64-tx", "64-byte UDP, sending", "packet", (udp64(),), ("single",)),
    Scenario("udp64-tx-burst", "64-byte UDP, sending bursts of 32", "packet", (udp64(32),), ("single",)),
    Scenario("udp64-rx", "64-byte UDP, receiving", "packet", (udp64(1, "far"),), ("single",)),
    Scenario("udp64-rx-burst", "64-byte UDP, receiving bursts of 32", "packet", (udp64(32, "far"),),
             ("single",)),
)


@dataclass(frozen=True, eq=False)
class Curve:
    """A cost over a quantity that grows: a Scenario for each of its values"""
    name: str
    title: str
    axis: str
    points: tuple       # (value, Scenario)


def curve(name, title, axis, values, make, devices=None):
    """MAKE gives (unit, jobs, lanes) for a value"""
    points = []
    for value in values:
        unit, jobs, lanes = make(value)
        points.append((value, Scenario(f"{name}-{value}", f"{title}, {value}", unit, jobs, lanes=lanes,
                                        devices=devices)))
    return Curve(name, title, axis, tuple(points))


LANES = (1, 2, 4, 8)
FLOWS = (1, 4, 16, 64, 256, 1000)
CURVES = (
    curve("lanes-tcp", "TCP, 16 connections", "lanes", LANES,
          lambda n: ("segment", (tcp(16, megabytes=20),), n)),
    curve("lanes-udp", "64-byte UDP, 64 flows", "lanes", LANES,
          lambda n: ("packet", (udp64(flows=64, queues=n, n=10000),), n), ("82576",)),
    curve("flows-tcp", "TCP bulk", "connections", FLOWS,
          lambda n: ("segment", (tcp(n, megabytes=20),), None), ("82576",)),
    curve("flows-udp", "64-byte UDP", "flows", FLOWS,
          lambda n: ("packet", (udp64(flows=n, n=10000),), None), ("82576",)),
    curve("size-udp", "UDP", "bytes a frame", (60, 128, 256, 512, 1024, 1514),
          lambda n: ("packet", (udp64(size=n, n=5000),), None)),
    curve("size-rr", "request/response", "bytes a message", (60, 250, 1000, 4000, 16000, 65536),
          lambda n: ("round trip", (job("rr", size=n, n=500),), None)),
)


def single_mode(jobs, counting):
    """Jobs with only the limits that this kind of run goes by"""
    unwanted = ("ms",) if counting else ("n", "bytes")
    return [{key: value for key, value in one.items() if key not in unwanted} for one in jobs]


def as_dict(item):
    return dataclasses.asdict(item)
