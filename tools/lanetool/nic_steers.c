// SPDX-License-Identifier: GPL-2.0
/*
 * Which drivers lead flows, that is, have ndo_rx_flow_steer().  The kernel says so nowhere:
 * ntuple filters, which it goes with, are there without it, and queues have a table of flows
 * with any driver.  What it does tell is the names of a module's functions, and drivers call
 * this one alike.  Those that are known are not looked up: a driver may be built in, and then
 * its functions are nobody's; or the kernel has no such list.
 */
#include "nic.h"

#define SYMBOL	128

struct steers {
	struct lt *lt;
	const struct nic *port;
};

static int steers_driver(const char *name, void *data)
{
	const struct steers *steers = data;
	const char *driver = strchr(name, ':');	/* "pci:ice" */

	return driver && !strcmp(driver + 1, steers->port->driver);
}

/* "0000000000000000 t ice_rx_flow_steer\t[ice]" */
static int steers_symbol(char *line, void *data)
{
	static const char *const ends[] = { "_rx_flow_steer", "_filter_rfs" };
	char symbol[SYMBOL], module[SYMBOL];
	const struct steers *steers = data;
	size_t i, len, end;

	/* Of a hundred thousand lines nearly all are of the kernel itself. */
	if (!strchr(line, '[') ||
	    sscanf(line, "%*x %*c %127s [%127[^]]]", symbol, module) != 2)
		return 0;
	len = strlen(symbol);
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		end = strlen(ends[i]);
		if (len > end && !strcmp(symbol + len - end, ends[i]))
			return sys_names(steers->lt, steers_driver, data, "/sys/module/%s/drivers",
					 module) > 0;
	}
	return 0;
}

bool nic_steers(struct lt *lt, const struct nic *port)
{
	static const char * const drivers[] = {
		"flowlane", "flowlane-virtio", "bnxt_en", "enic", "hns3", "ice", "mlx4_en",
		"mlx5_core", "qede", "sfc", "sfc_ef100",
	};
	struct steers steers = { lt, port };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(drivers); i++)
		if (!strcmp(port->driver, drivers[i]))
			return true;
	return port->driver[0] && sys_lines(lt, steers_symbol, &steers, "/proc/kallsyms") > 0;
}
