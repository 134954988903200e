"""The documentation's tables (Documentation/cost-tables*.rst): the medians, short."""

import report
import steering
import table

# Columns: figure, title
COUNTED = (("kernel", "kernel"), ("driver", "driver"), ("writes", "device writes"),
           ("interrupts", "interrupts"), ("timers", "timer"))
TIMED = (("mbits", "Mb/s"), ("rate", "a second"), ("p50", "p50, us"), ("p99", "p99, us"),
         ("cpu", "CPU, %"), ("timed_lost", "lost of 10^6"))
CLOCK = (("clock_mbits", "Mb/s"), ("clock_rate", "a second"), ("clock_p50", "p50, us"),
         ("clock_p99", "p99, us"), ("lost", "lost"))


def simple_table(head, lines):
    """reStructuredText's simple table"""
    widths = [max(len(line[column]) for line in [head] + lines) for column in range(len(head))]
    rule = "  ".join("=" * width for width in widths)
    body = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            for line in [head] + lines]
    return [rule, body[0], rule, *body[1:], rule, ""]


def cell(row):
    if row is None:
        return "-"
    if row.base["median"] == row.ours["median"] == 0:
        return "0"
    ratio = "" if row.ratio is None else f" = {row.ratio:.2f}"
    return f"{report.number(row.ours['median'])} / {report.number(row.base['median'])}{ratio}"


def scenario_table(rows, wire, columns):
    """A line for each scenario of a wire that has any of the columns"""
    by_scenario = {}
    for row in rows:
        if row.wire == wire:
            by_scenario.setdefault(row.scenario, {})[row.figure.key] = row
    used = [(key, title) for key, title in columns if any(key in found for found in by_scenario.values())]
    lines = [[scenario.title, *(cell(found.get(key)) for key, _ in used)]
             for scenario, found in by_scenario.items()]
    return simple_table(["scenario"] + [title for _, title in used], lines) if used and lines else []


def curve_table(curve, points):
    names = list(points)
    head = [curve.axis, *(f"{name}: {what}" for what in ("kernel", "driver", "writes") for name in names)]
    lines = [[str(value), *(report.number(points[name][index][1][key])
                            for key in ("kernel", "driver", "writes") for name in names)]
             for index, (value, _) in enumerate(points[names[0]])]
    return simple_table(head, lines)


def heading(title, mark):
    return [title, mark * len(title), ""]


def target_table(rows):
    lines = [[row.device, f"{row.scenario.title} ({row.wire.name})", report.title_of(row),
              row.verdict.split(":")[0], report.ratio_text(row), "met" if row.met else "NOT MET"]
             for row in rows if row.target]
    return simple_table(["device", "scenario", "figure", "wanted", "ratio", ""], lines) if lines else []


def wire_tables(rows, device, wire):
    """All that was measured of a device on a wire"""
    lines = []
    for what, columns in (("Counted, a unit of work:", COUNTED),
                          ("Speeds by the guest's clock, an instruction a nanosecond:", CLOCK),
                          ("By the host's clock (noisy):", TIMED)):
        body = scenario_table(rows, wire, columns)
        lines += [what, "", *body] if body else []
    return heading(f"{device.name}: {wire.title}", "-") + lines if lines else []


def tables(rows, grown, facts):
    lines = [".. Made by tools/bench/bench as tables.rst; not to be edited.", ""]
    lines += [f"* {name}: {value}" for name, value in facts.items()] + [""]
    lines += heading("Targets", "-") + target_table(rows)
    for device in table.DEVICES:
        for wire in table.WIRES:
            lines += wire_tables([row for row in rows if row.device == device.name], device, wire)
    for device, curve, points in grown:
        lines += heading(f"{device}: {curve.title}, by {curve.axis}", "-") + curve_table(curve, points)
    return "\n".join(lines)


def steering_tables(samples):
    lines = ["", *heading(steering.TITLE, "-")] if samples else []
    for title, head, body in steering.tables(samples):
        lines += [f"{title[0].upper()}{title[1:]}:", "", *simple_table(head, body)]
    return "\n".join(lines)
