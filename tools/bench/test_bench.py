#!/usr/bin/python3
"""The benchmark's arithmetic and its output, without a guest: tools/bench/test_bench.py"""

import os
import sys
import tempfile
import unittest
import xml.dom.minidom

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
# pylint: disable=wrong-import-position
import figures
import plot
import report
import rst
import runner
import steering
import table

DEVICE = table.DEVICES[0]
PAIR, SINGLE = table.WIRES
UDP = next(one for one in table.SCENARIOS if one.name == "udp64")


def measurement(kernel=1000, own=100, received=20000, driver="igb"):
    """What a counting run of UDP would have given"""
    return {"pktgen": {"sent": 20000, "errors": 0, "us": 100000}, "jobs": [{"bytes": 0, "n": 0, "p50": 0}],
            "link": {"near_tx_packets": 20001, "far_rx_packets": received},
            "interrupts": {"eth0": 200, "eth1": 400}, "timers": 100,
            "functions": {("kernel", "a"): (kernel - own) * 20000, (driver, "poll"): own * 20000, ("user", ""): 7},
            "accesses": {("write", "igb-mmio", 0xfebc3818): 20000, ("write", "apic-msi", 0xfee00000): 5,
                         ("read", "igb-mmio", 0xfebc0008): 2000}}


class Figures(unittest.TestCase):
    def test_costs(self):
        found = figures.counting(UDP, PAIR, table.IGB, DEVICE, measurement())
        self.assertEqual([found[key] for key in ("kernel", "driver", "writes", "reads", "interrupts", "lost")],
                         [1000, 100, 1, 0.1, 0.03, 0])
        self.assertEqual(found["clock_rate"], 200000)

    def test_one_end_only(self):
        found = figures.counting(UDP, SINGLE, table.IGB, DEVICE, measurement())
        self.assertEqual(found["interrupts"], 0.01)

    def test_lost(self):
        found = figures.counting(UDP, PAIR, table.IGB, DEVICE, measurement(received=15000))
        self.assertEqual((found["lost"], found["clock_rate"]), (5000, 150000))

    def test_registers_by_offset(self):
        self.assertEqual(figures.registers(DEVICE, measurement())["write", 0x3818], 20000)


class Reading(unittest.TestCase):
    def test_symbols(self):
        with tempfile.NamedTemporaryFile("w", suffix=".symbols") as file:
            file.write("ffffffff81000000 T start\nffffffffc0001000 t igb_poll\t[igb]\n"
                       "ffffffffc0002000 t igb_xmit\t[igb]\n")
            file.flush()
            symbols = runner.Symbols(file.name)
        self.assertEqual(symbols.find(0xffffffffc0001fff), ("igb", "igb_poll", 0xfff))
        self.assertEqual(symbols.find(0xffffffff81000010), ("kernel", "start", 0x10))
        self.assertEqual(symbols.find(0x10)[1], "?")

    def test_trace_line(self):
        line = "memory_region_ops_write cpu 0 mr 0x55d addr 0xfebc3818 value 0x1f size 4 name 'igb-mmio'"
        self.assertEqual(runner.Accesses.pattern.search(line).groups(),
                         ("write", "0xfebc3818", "0x1f", "igb-mmio"))

    def test_limits_of_each_kind(self):
        job = dict(UDP.jobs[0])
        self.assertNotIn("ms", table.single_mode([job], True)[0])
        self.assertNotIn("n", table.single_mode([job], False)[0])


class Output(unittest.TestCase):
    def setUp(self):
        samples = {}
        for driver, own in ((table.IGB, 100), (table.FLOWLANE, 60)):
            found = figures.counting(UDP, PAIR, driver, DEVICE, measurement(own=own, driver=driver.module))
            samples[PAIR, UDP, driver, "counting"] = [found, found]
            for curve in table.CURVES:
                for _, scenario in curve.points:
                    samples[PAIR, scenario, driver, "counting"] = [found]
        self.rows = report.rows(DEVICE, samples)
        self.grown = report.curves(DEVICE, samples)

    def row(self, key):
        return next(row for row in self.rows if row.figure.key == key)

    def test_targets(self):
        self.assertEqual((self.row("driver").ratio, self.row("driver").met), (0.6, False))
        self.assertIn("NOT MET", "\n".join(report.verdicts(self.rows)))
        self.assertTrue(report.Target("rate", (), 1.3).met(1.31))
        self.assertFalse(report.Target("rate", (), 1.3).met(1.2))

    def test_a_loss_is_said(self):
        row = self.row("lost")
        row.ours = figures.spread([3])
        self.assertIn("LOSES", row.verdict)

    def test_formats(self):
        self.assertEqual(len(self.grown), len(table.CURVES))
        for text in (report.text(self.rows, self.grown), report.markdown(self.rows, self.grown, {"a": "b"}),
                     rst.tables(self.rows, self.grown, {"a": "b"})):
            self.assertIn("0.60", text)
        self.assertTrue(report.as_json(self.rows, self.grown, {})["rows"])
        xml.dom.minidom.parseString(plot.svg(self.rows, self.grown))

    def test_table_has_no_twins(self):
        names = [one.name for one in table.SCENARIOS] + [point.name for curve in table.CURVES
                                                         for _, point in curve.points]
        self.assertEqual(len(names), len(set(names)))
        known = {(wire, one.name) for one in table.SCENARIOS for wire in one.wires}
        self.assertTrue(all(any(name == known_name for _, known_name in known)
                            for target in report.TARGETS for name in target.scenarios))


class Steering(unittest.TestCase):
    def setUp(self):
        sample = {"device": "82576", "conns": 64, "driver": "flowlane", "mode": "rfs", "bytes": 2000000, "home_bytes": 500000,
                  "received_rps": 700, "calls": 900, "mbits": 300, "lane_home": 0, "lane_packets": 0}
        self.samples = [sample, {**sample, "home_bytes": 600000, "received_rps": 500},
                        {**sample, "mode": "arfs", "home_bytes": 1600000, "received_rps": 4}]

    def test_medians(self):
        found = steering.medians(self.samples)
        self.assertEqual(found["home"][64], {("flowlane", "rfs"): 27.5, ("flowlane", "arfs"): 80})
        self.assertEqual(found["rps"][64], {("flowlane", "rfs"): 300, ("flowlane", "arfs"): 2})
        self.assertNotIn("lane_home", found)

    def test_only_what_was_measured_is_shown(self):
        for text in (steering.text(self.samples), report.steering_markdown(self.samples),
                     rst.steering_tables(self.samples)):
            self.assertIn("80", text)
            self.assertNotIn("igb: RFS", text)
        self.assertEqual(steering.text([]) + rst.steering_tables([]) + report.steering_markdown([]), "")


if __name__ == "__main__":
    unittest.main()
