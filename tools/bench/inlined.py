"""Which inlined function, and which line, each of a module's instructions came from:
the driver's poll is one function of the symbol table and many of the source."""

import collections
import subprocess


def symbols_of(module):
    """{function: address in .text} of a module's file"""
    done = subprocess.run(["nm", module], capture_output=True, text=True, check=True)
    words = [line.split() for line in done.stdout.splitlines()]
    return {line[2]: int(line[0], 16) for line in words if len(line) == 3 and line[1] in "tT"}


def places(module, offsets):
    """{offset in .text: (innermost function, "file:line")} by the debug information"""
    asked = "".join(f"{offset:#x}\n" for offset in offsets)
    done = subprocess.run(["addr2line", "-a", "-i", "-f", "-s", "-j", ".text", "-e", module], input=asked,
                          capture_output=True, text=True, check=True)
    found, lines = {}, done.stdout.splitlines()
    for index, line in enumerate(lines):
        if line.startswith("0x") and index + 2 < len(lines):
            # The innermost comes first; what it was inlined into follows.
            found[int(line, 16)] = (lines[index + 1], lines[index + 2].split(" (")[0])
    return found


def lines(driver, result, work, module, limit):
    """The text: instructions a unit of work, by inlined function and by line"""
    start = symbols_of(module)
    counts = collections.Counter()
    for owner, name, offset, count in ((*where, count) for where, count in result["blocks"].values()):
        if owner == driver.module and name in start:
            counts[start[name] + offset] += count
    place = places(module, sorted(counts))
    by_function, by_line = collections.Counter(), collections.Counter()
    for offset, count in counts.items():
        function, line = place.get(offset, ("?", "?"))
        by_function[function] += count
        by_line[f"{line:24} {function}"] += count
    for title, table in (("inlined function", by_function), ("line", by_line)):
        yield f"{driver.name}, by {title} (debug information)"
        for name, count in table.most_common(limit):
            yield f"  {count / work:9.1f}  {name}"
