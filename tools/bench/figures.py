"""From measurements to figures: what a packet costs, how fast it went, what was lost."""

import collections
import statistics

from table import SEGMENT

# The ports' ends of a wire whose driver is under test
TESTED_ENDS = {"pair": ("near", "far"), "single": ("near",)}


def units(scenario, result):
    """How much work was done, in the scenario's unit"""
    if scenario.unit == "packet":
        return result["pktgen"]["sent"]
    if scenario.unit == "segment":
        return sum(one["bytes"] for one in result["jobs"]) / SEGMENT
    return sum(one["n"] for one in result["jobs"])


def arrived(scenario, result):
    """How many of the generator's packets the far end received"""
    there = "far" if scenario.jobs[0]["from"] == "near" else "near"
    return min(result["pktgen"]["sent"], result["link"].get(f"{there}_rx_packets", 0))


def lost(scenario, result):
    """Packets that left and did not arrive: datagrams, or segments sent again"""
    if scenario.unit == "packet":
        return result["pktgen"]["sent"] - arrived(scenario, result)
    link = result["link"]
    return link.get("near_retransmitted", 0) + link.get("far_retransmitted", 0)


def speeds(scenario, wire, result):
    """Rates and round trips by the guest's clock"""
    found = {}
    if scenario.unit == "packet":
        # Alone at sending, the port does not answer for what the other one cannot take.
        sending = wire.peer and scenario.jobs[0]["from"] == "near"
        count = result["pktgen"]["sent"] if sending else arrived(scenario, result)
        found["rate"] = count / result["pktgen"]["us"] * 1e6
    bulk = [one for one in result["jobs"] if one["bytes"]]
    if bulk:
        found["mbits"] = sum(one["bytes"] * 8e3 / one["ns"] for one in bulk)
    timed = [one for one in result["jobs"] if one["p50"]]
    if timed:
        found["p50"], found["p99"] = timed[0]["p50"] / 1e3, timed[0]["p99"] / 1e3
        if scenario.unit == "round trip":
            found["rate"] = timed[0]["n"] / timed[0]["ns"] * 1e9
    return found


def tested_interrupts(wire, result):
    ports = list(result["interrupts"].values())
    return sum(ports) if len(TESTED_ENDS[wire.name]) == 2 else ports[0]


def counting(scenario, wire, driver, device, result):
    """The figures of one counting measurement"""
    work = units(scenario, result)
    functions = result["functions"]
    in_kernel = sum(count for (module, _), count in functions.items() if module != "user")
    in_driver = sum(count for where, count in functions.items() if driver.owns(*where))
    ways = collections.Counter()
    for (way, region, _), count in result["accesses"].items():
        if region in device.regions:
            ways[way] += count
    vectors, timers = tested_interrupts(wire, result), result["timers"]
    found = {"kernel": in_kernel / work, "driver": in_driver / work, "writes": ways["write"] / work,
             "reads": ways["read"] / work, "interrupts": vectors / work, "timers": timers / work,
             "taken": (vectors + timers) / work, "lost": lost(scenario, result)}
    for name, value in speeds(scenario, wire, result).items():
        found["clock_" + name] = value
    return found


def timing(scenario, wire, result):
    """The figures of one timing measurement"""
    cpu = result["cpu"]
    found = speeds(scenario, wire, result)
    found["cpu"] = 100 * cpu["busy"] / max(1, cpu["busy"] + cpu["idle"])
    found["timed_lost"] = 1e6 * lost(scenario, result) / units(scenario, result)
    return found


def spread(values):
    return {"min": min(values), "median": statistics.median(values), "max": max(values), "n": len(values)}


def collect(samples):
    """From a list of {figure: value} to {figure: spread}"""
    names = {name: None for sample in samples for name in sample}
    return {name: spread([sample[name] for sample in samples if name in sample]) for name in names}


def registers(device, result):
    """{(way, offset): accesses} of the device's registers"""
    found = collections.Counter()
    for (way, region, address), count in result["accesses"].items():
        if region in device.regions:
            found[way, address & device.regions[region]] += count
    return found
