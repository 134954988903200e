"""The plot: for each scenario how the contender stands to the yardstick, and curves.
Written as SVG by hand: nothing has to be installed for it."""

import math
from xml.sax.saxutils import escape

import report

# A dot for each of these, in this colour
SHOWN = (("kernel", "#666666", "kernel instructions"), ("driver", "#1f77b4", "driver instructions"),
         ("writes", "#d62728", "device writes"), ("cost", "#2ca02c", "time (noisy)"))
LINES = ("#888888", "#1f77b4")
WIDTH, LEFT, RIGHT, STEP = 940, 340, 30, 26
PANEL_WIDTH, PANEL_HEIGHT, GAP = 290, 130, 30
FONT = 'font-family="sans-serif" font-size="12"'


def label(x, y, words, anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def line(x1, y1, x2, y2, colour="#dddddd", more=""):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {more}/>'


def dot(x, y, colour, hint):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"><title>{escape(hint)}</title></circle>'


def ratios(group):
    """{shown figure: cost ratio} of a scenario: below 1 is a gain, also for time"""
    found = {row.figure.key: row.ratio for row in group if row.ratio}
    for key in ("rate", "mbits"):
        if key in found:
            found["cost"] = 1 / found[key]
    if "p50" in found and "cost" not in found:
        found["cost"] = found["p50"]
    return {key: found[key] for key, _, _ in SHOWN if key in found}


def place(ratio):
    """0.25 to 4, logarithmic"""
    part = (math.log2(min(4, max(0.25, ratio))) + 2) / 4
    return LEFT + part * (WIDTH - LEFT - RIGHT)


def ratio_chart(groups, top):
    bottom = top + 20 + STEP * len(groups)
    parts = [line(place(mark), top, place(mark), bottom, "#333333" if mark == 1 else "#dddddd")
             for mark in (0.25, 0.5, 1, 2, 4)]
    parts += [label(place(mark), top - 6, f"{mark:g}", "middle") for mark in (0.25, 0.5, 1, 2, 4)]
    for index, (heading, group) in enumerate(groups):
        y = top + 20 + STEP * index
        parts += [label(LEFT - 10, y + 4, heading, "end"),
                  line(LEFT, y, WIDTH - RIGHT, y, "#f0f0f0")]
        for key, colour, title in SHOWN:
            ratio = ratios(group).get(key)
            if ratio:
                parts.append(dot(place(ratio), y, colour, f"{title}: {ratio:.2f}"))
    return parts, bottom


def legend(y):
    parts = []
    x = LEFT
    for _, colour, title in SHOWN:
        parts += [dot(x, y - 4, colour, title), label(x + 9, y, title)]
        x += 145
    return parts


def panel(x, y, what, points, key):
    """One device's curve: KEY of both drivers, the horizontal axis logarithmic"""
    device, curve = what
    values = [value for value, _ in next(iter(points.values()))]
    top = max(got[key] for series in points.values() for _, got in series) * 1.1 or 1
    low, high = math.log(values[0]), math.log(values[-1])

    def at(value, cost):
        return (x + (math.log(value) - low) / (high - low) * PANEL_WIDTH, y + PANEL_HEIGHT * (1 - cost / top))

    parts = [line(x, y + PANEL_HEIGHT, x + PANEL_WIDTH, y + PANEL_HEIGHT, "#333333"),
             label(x, y - 8, f"{device}, {curve.title}: {key}, by {curve.axis}", more='font-size="11"'),
             label(x - 4, y + 10, report.number(top), "end", 'font-size="10"'),
             label(x - 4, y + PANEL_HEIGHT, "0", "end", 'font-size="10"')]
    for value in values:
        parts.append(label(at(value, 0)[0], y + PANEL_HEIGHT + 14, str(value), "middle", 'font-size="10"'))
    for colour, (name, series) in zip(LINES, points.items()):
        path = " ".join("{:.1f},{:.1f}".format(*at(value, got[key])) for value, got in series)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2">'
                     f"<title>{escape(name)}</title></polyline>")
    return parts


def svg(rows, grown):
    groups = list(report.grouped(rows))
    parts, bottom = [], 40
    if groups:
        names = groups[0][1][0].names
        parts.append(label(10, 24, f"{names[1]} against the in-tree driver: cost ratios, left of 1 is cheaper",
                           more='font-size="15"'))
        chart, bottom = ratio_chart(groups, 60)
        parts += chart + legend(bottom + 24)
        bottom += 40
    if grown:
        parts.append(label(10, bottom + 14, "How instructions a unit of work grow", more='font-size="15"'))
        for index, (colour, name) in enumerate(zip(LINES, ("in-tree", list(grown[0][2])[-1]))):
            parts.append(label(LEFT + 20 + 100 * index, bottom + 14, name, more=f'fill="{colour}" font-weight="bold"'))
        bottom += 20
    for device, curve, points in grown:
        for index, key in enumerate(("kernel", "driver")):
            parts += panel(90 + index * (PANEL_WIDTH + 6 * GAP), bottom + 40, (device, curve), points, key)
        bottom += PANEL_HEIGHT + 2 * GAP + 20
    height = bottom + 20
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" {FONT}>\n<rect width="100%" height="100%" fill="white"/>\n'
            + "\n".join(parts) + "\n</svg>\n")
