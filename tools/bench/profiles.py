"""Where instructions go: functions of two drivers and of the kernel under them."""

import inlined
from figures import registers, units


def per_unit(result, work):
    return {where: count / work for where, count in result["functions"].items()}


def driver_lines(drivers, costs, limit):
    """Each driver's own functions, most costly first"""
    for driver, cost in zip(drivers, costs):
        own = sorted(((count, where[1]) for where, count in cost.items() if driver.owns(*where)), reverse=True)
        yield f"{driver.name}'s own text: {sum(count for count, _ in own):.1f} instructions"
        for count, name in own[:limit]:
            if count >= 0.05:
                yield f"  {count:9.1f}  {name}"


def kernel_line(row):
    ours, theirs, (module, name) = row
    suffix = "" if module == "kernel" else f" [{module}]"
    return f"  {theirs:9.1f}  {ours:9.1f}  {ours - theirs:+9.1f}  {name}{suffix}"


def kernel_lines(drivers, costs, limit):
    """The rest of the kernel, where the two differ most first"""
    rest = {where for cost in costs for where in cost
            if where[0] != "user" and not any(driver.owns(*where) for driver in drivers)}
    rows = [(costs[-1].get(where, 0), costs[0].get(where, 0), where) for where in rest]
    yield (f"the rest of the kernel: {drivers[0].name} {sum(row[1] for row in rows):.1f}, "
           f"{drivers[-1].name} {sum(row[0] for row in rows):.1f}; by difference")
    yield f"  {drivers[0].name:>9}  {drivers[-1].name:>9}  {'more':>9}"
    for row in sorted(rows, key=lambda row: -abs(row[0] - row[1]))[:limit]:
        yield kernel_line(row)
    yield "and by size"
    for row in sorted(rows, key=lambda row: -row[0])[:limit]:
        yield kernel_line(row)


def block_lines(driver, result, work, limit):
    """The driver's costliest stretches: runs of instructions executed equally often"""
    own = sorted((address, name, offset, count) for address, ((module, name, offset), count)
                 in result["blocks"].items() if driver.owns(module, name))
    runs = []
    for address, name, offset, count in own:
        last = runs[-1] if runs else None
        if last and last[1] == name and last[4] == count and address - last[5] <= 15:
            last[3] += 1
            last[5] = address
        else:
            runs.append([address, name, offset, 1, count, address])
    yield f"{driver.name}: instructions executed equally often in a row (times x length)"
    for _, name, offset, length, count, end in sorted(runs, key=lambda r: -r[3] * r[4])[:limit]:
        yield (f"  {length * count / work:9.1f}  {count / work:7.3f} x {length:3d}  "
               f"{name}+{offset:#x}..{offset + end - _:#x}")


def register_lines(device, driver, result, work):
    """Accesses by register"""
    touched = registers(device, result)
    yield f"{driver.name}: device accesses by register offset"
    for (way, offset), count in touched.most_common(12):
        yield f"  {count / work:9.4f}  {way} {offset:#07x}"


def profile(device, scenario, results, files, limit=40):
    """The text of one scenario's profile; RESULTS in the order of the device's drivers,
    FILES {module: file with debug information}"""
    work = [units(scenario, result) for result in results]
    costs = [per_unit(result, one) for result, one in zip(results, work)]
    lines = [f"{scenario.name}: {scenario.title}; instructions a {scenario.unit}", ""]
    lines += driver_lines(device.drivers, costs, limit)
    lines += ["", *kernel_lines(device.drivers, costs, limit), ""]
    for driver, result, one in zip(device.drivers, results, work):
        lines += [*block_lines(driver, result, one, limit), ""]
        if driver.module in files:
            lines += [*inlined.lines(driver, result, one, files[driver.module], limit), ""]
        lines += [*register_lines(device, driver, result, one), ""]
    return "\n".join(lines)
