"""Figures side by side: rows of a table, as text, Markdown and JSON, and what the
targets say of them."""

import dataclasses
from dataclasses import dataclass

import figures
import steering
import table

COUNTED, CLOCK, TIMED = "count", "clock", "time"


@dataclass(frozen=True)
class Figure:
    """One of figures.py's, with its name and which way is better"""
    key: str
    title: str
    kind: str
    more_is_better: bool = False
    per_unit: bool = True


FIGURES = (
    Figure("kernel", "instructions, whole kernel", COUNTED),
    Figure("driver", "instructions, driver", COUNTED),
    Figure("writes", "device writes", COUNTED),
    Figure("reads", "device reads", COUNTED),
    Figure("interrupts", "interrupts", COUNTED),
    Figure("timers", "timer interrupts", COUNTED),
    Figure("taken", "interrupts and timer interrupts", COUNTED),
    Figure("lost", "packets lost, counting runs", COUNTED, per_unit=False),
    Figure("clock_mbits", "Mb/s by the guest's clock", CLOCK, True, False),
    Figure("clock_rate", "a second by the guest's clock", CLOCK, True, False),
    Figure("clock_p50", "round trip p50 by that clock, us", CLOCK, per_unit=False),
    Figure("clock_p99", "round trip p99 by that clock, us", CLOCK, per_unit=False),
    Figure("mbits", "Mb/s", TIMED, True, False),
    Figure("rate", "a second", TIMED, True, False),
    Figure("p50", "round trip p50, us", TIMED, per_unit=False),
    Figure("p99", "round trip p99, us", TIMED, per_unit=False),
    Figure("cpu", "CPU busy, %", TIMED, per_unit=False),
    Figure("timed_lost", "lost of a million", TIMED, per_unit=False),
)


@dataclass(frozen=True)
class Target:
    """Where the ratio to the yardstick has to be; names of scenarios"""
    figure: str
    scenarios: tuple
    limit: float
    device: str = "82576"

    def met(self, ratio):
        figure = next(one for one in FIGURES if one.key == self.figure)
        return ratio >= self.limit if figure.more_is_better else ratio <= self.limit


SMALL = ("udp64", "udp64-burst")
BULK = ("tcp", "tcp16", "tcp16-4", "tcp256")
ALONE = ("tcp-tx", "tcp-rx", "udp64-tx", "udp64-tx-burst", "udp64-rx", "udp64-rx-burst")
TARGETS = (
    Target("driver", SMALL + ("tcp-rx",), 0.5),
    Target("kernel", SMALL + ("tcp-rx",), 0.93),
    Target("writes", ("tcp", "tcp-rx"), 0.4),
    Target("writes", ("ping",), 0.45),
    Target("interrupts", ("tcp", "tcp16", "tcp256"), 0.33),
    Target("mbits", ("tcp",), 1.15),
    Target("rate", SMALL, 1.3),
    Target("p50", ("rr", "ping"), 1.0),
    Target("p99", ("rr", "ping"), 1.0),
    Target("driver", BULK + SMALL + ALONE + ("rr", "ping"), 0.8, "virtio"),
    Target("interrupts", BULK + SMALL + ("rr", "ping"), 0.8, "virtio"),
    Target("taken", BULK + SMALL + ("rr", "ping"), 0.8, "virtio"),
    Target("mbits", BULK, 1.1, "virtio"),
    Target("rate", SMALL, 1.1, "virtio"),
    Target("p50", ("rr", "ping"), 1.0, "virtio"),
    Target("p99", ("rr", "ping"), 1.0, "virtio"),
)


@dataclass
class Row:
    """One figure of one scenario: the yardstick's spread and the contender's"""
    device: str
    wire: table.Wire
    scenario: table.Scenario
    figure: Figure
    names: tuple
    base: dict
    ours: dict
    ratio: float
    ratios: tuple       # lowest and highest of the rounds' ratios
    target: Target = None

    @property
    def met(self):
        return self.target.met(self.ratio) if self.target and self.ratio is not None else None

    @property
    def verdict(self):
        """The target's, or plain words for a gain or a loss beyond the noise"""
        if self.target:
            sign = ">=" if self.figure.more_is_better else "<="
            return f"{sign} {self.target.limit:g}: {'met' if self.met else 'NOT MET'}"
        if self.figure.key in ("lost", "timed_lost"):
            if self.ours["median"] <= self.base["max"]:
                return ""
            return "LOSES MORE" if self.base["max"] else "LOSES where the other does not"
        if self.ratio is None or self.figure.key == "cpu":
            return ""
        worse = (max(self.ratios) < 0.98) if self.figure.more_is_better else (min(self.ratios) > 1.02)
        return "worse" if worse else ""


def ratio_of(ours, base):
    return ours / base if base else (None if ours else 1.0)


def pair_up(base, ours, key):
    """Ratios of the samples taken one after the other"""
    pairs = [ratio_of(b[key], a[key]) for a, b in zip(base, ours) if key in a and key in b]
    return [one for one in pairs if one is not None]


def target_of(figure, scenario, device):
    for target in TARGETS:
        if target.figure == figure.key and scenario.name in target.scenarios and target.device == device.name:
            return target
    return None


def rows(device, samples):
    """All rows of a device that were measured"""
    found = []
    yardstick, contender = device.drivers
    for wire in table.WIRES:
        for scenario in table.SCENARIOS:
            for figure in FIGURES:
                kind = "timing" if figure.kind == TIMED else "counting"
                both = [samples.get((wire, scenario, one, kind), []) for one in (yardstick, contender)]
                spreads = [figures.collect(one).get(figure.key) for one in both]
                if None in spreads:
                    continue
                ratios = pair_up(*both, figure.key) or [None]
                found.append(Row(device.name, wire, scenario, figure, (yardstick.name, contender.name),
                                 *spreads, ratio_of(spreads[1]["median"], spreads[0]["median"]),
                                 (ratios[0],) if None in ratios else (min(ratios), max(ratios)),
                                 target_of(figure, scenario, device)))
    return found


def curves(device, samples):
    """[(device, Curve, {driver: [(value, {figure: value})]})] of what was measured"""
    found = []
    for curve in table.CURVES:
        lines = {}
        for driver in device.drivers:
            for value, scenario in curve.points:
                got = samples.get((table.WIRES[0], scenario, driver, "counting"))
                if got:
                    lines.setdefault(driver.name, []).append((value, got[-1]))
        if lines:
            found.append((device.name, curve, lines))
    return found


# --- Text

def number(value):
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def with_spread(spread):
    """The median, and lowest and highest where they would look different"""
    middle, low, high = (number(spread[one]) for one in ("median", "min", "max"))
    return middle if low == high else f"{middle} ({low}..{high})"


def ratio_text(row):
    if row.ratio is None:
        return "-"
    if len(row.ratios) < 2 or row.figure.kind != TIMED:
        return f"{row.ratio:.2f}"
    return f"{row.ratio:.2f} ({row.ratios[0]:.2f}..{row.ratios[1]:.2f})"


def title_of(row):
    if row.figure.key == "rate" or row.figure.key == "clock_rate":
        return f"{row.scenario.unit}s {row.figure.title}"
    return f"{row.figure.title} a {row.scenario.unit}" if row.figure.per_unit else row.figure.title


def cells(row):
    return (title_of(row), row.figure.kind, with_spread(row.base), with_spread(row.ours), ratio_text(row),
            row.verdict)


def grouped(all_rows):
    """[(heading, rows)] by wire and scenario, in order"""
    groups = {}
    for row in all_rows:
        heading = f"{row.device}, {row.wire.name}: {row.scenario.title}"
        groups.setdefault(heading, []).append(row)
    return groups.items()


def verdicts(all_rows):
    aimed = [row for row in all_rows if row.target]
    met = sum(1 for row in aimed if row.met)
    lines = [f"targets met: {met} of {len(aimed)}"] if aimed else []
    lines += [f"  NOT MET: {row.device}, {row.wire.name}, {row.scenario.title}: {title_of(row)}: {ratio_text(row)}, "
              f"wanted {row.verdict.split(':')[0]}" for row in aimed if not row.met]
    lines += [f"  {row.verdict}: {row.device}, {row.wire.name}, {row.scenario.title}: {title_of(row)}: {ratio_text(row)}"
              for row in all_rows if not row.target and row.verdict]
    return lines


def text(all_rows, grown):
    lines = []
    for heading, group in grouped(all_rows):
        names = group[0].names
        lines += ["", heading, f"  {'':44} {'':5} {names[0]:>24} {names[1]:>24} {'ratio':>18}"]
        for row in group:
            title, kind, base, ours, ratio, verdict = cells(row)
            lines.append(f"  {title:44} {kind:5} {base:>24} {ours:>24} {ratio:>18}  {verdict}".rstrip())
    for device, curve, points in grown:
        lines += ["", f"{device}:", *curve_lines(curve, points)]
    return "\n".join(lines + ["", *verdicts(all_rows), "", LEGEND])


LEGEND = ("count: counted, with a clock that runs by instructions: hardly varies (by how much is shown)\n"
          "       and does not depend on the host. clock: a speed by that clock (1 instruction = 1 ns).\n"
          "time:  by the host's clock, which is noisy: median (lowest..highest); only ratios count.\n"
          "A segment is 1448 bytes of TCP payload.")


def curve_lines(curve, points):
    names = list(points)
    yield f"{curve.title}, by {curve.axis}: instructions (kernel / driver) and device writes a unit of work"
    for index, (value, _) in enumerate(points[names[0]]):
        words = [f"  {value:>6}"]
        for name in names:
            got = points[name][index][1]
            words.append(f"{name:>9} {got['kernel']:9.0f} / {got['driver']:7.1f}  {got['writes']:7.3f}")
        yield "   ".join(words)


# --- Markdown

def markdown_table(head, lines):
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def markdown(all_rows, grown, facts):
    lines = ["# What a packet costs", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += ["", *(f"    {line}" for line in verdicts(all_rows)), ""]
    for heading, group in grouped(all_rows):
        names = group[0].names
        lines += [f"## {heading}", "", f"({group[0].wire.title})", ""]
        lines += markdown_table(("figure", "kind", *names, "ratio", ""), [cells(row) for row in group])
        lines.append("")
    for device, curve, points in grown:
        names = list(points)
        head = [curve.axis] + [f"{name}, {what}" for name in names for what in ("kernel", "driver", "writes")]
        body = [[str(value)] + [number(points[name][index][1][key]) for name in names
                                for key in ("kernel", "driver", "writes")]
                for index, (value, _) in enumerate(points[names[0]])]
        lines += [f"## {device}: {curve.title}, by {curve.axis}", "", *markdown_table(head, body), ""]
    return "\n".join(lines + LEGEND.split("\n")) + "\n"


def steering_markdown(samples):
    lines = [f"## {steering.TITLE}", ""] if samples else []
    for title, head, body in steering.tables(samples):
        lines += [f"{title[0].upper()}{title[1:]}:", "", *markdown_table(head, body), ""]
    return "\n".join(lines)


# --- JSON

def as_json(all_rows, grown, facts):
    return {
        "facts": facts,
        "rows": [{"device": row.device, "wire": row.wire.name, "scenario": row.scenario.name,
                  "unit": row.scenario.unit, "figure": row.figure.key, "kind": row.figure.kind,
                  "exact": row.figure.kind != TIMED, row.names[0]: row.base, row.names[1]: row.ours,
                  "ratio": row.ratio, "ratios": row.ratios,
                  "target": row.target and dataclasses.asdict(row.target), "met": row.met}
                 for row in all_rows],
        "curves": [{"device": device, "name": curve.name, "axis": curve.axis, "points": points}
                   for device, curve, points in grown],
    }
