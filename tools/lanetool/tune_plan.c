// SPDX-License-Identifier: GPL-2.0
/*
 * What a profile asks of a port.  Nobody's larger value is made smaller, and what the device
 * does not have is not asked for.
 */
#include <stdlib.h>

#include "tune.h"

enum tune_rule {
	TUNE_EXACT,
	TUNE_AT_LEAST,
	TUNE_AT_MOST,
	TUNE_LAST_AT_LEAST,	/* of several numbers the last one */
	TUNE_RANGE,		/* two numbers: it is to hold this range */
	TUNE_CPUS,		/* as many as there are CPUs, as far as the device can */
	TUNE_DEVICE,		/* a file of the device's: as TUNE_EXACT */
};

#define T TUNE_THROUGHPUT
#define L TUNE_LATENCY
#define C TUNE_CONNECTIONS
#define F TUNE_FORWARDING
#define X TUNE_XDP

/* In the order in which they are set; the same in which undo sets them back */
static const struct tune_row {
	unsigned int profiles;
	enum tune_rule rule;
	const char *knob;
	const char *want;
} rows[] = {
	{ TUNE_ALL, TUNE_CPUS, "channels:combined" },
	{ T | C | X, TUNE_AT_LEAST, "ring:rx", "1024" },
	{ F, TUNE_AT_LEAST, "ring:rx", "2048" },
	{ L, TUNE_AT_LEAST, "ring:rx", "256" },
	{ T | C | X, TUNE_AT_LEAST, "ring:tx", "1024" },
	{ F, TUNE_AT_LEAST, "ring:tx", "2048" },
	/* LRO makes packets that cannot be sent on, and that XDP cannot have. */
	{ F | X, TUNE_EXACT, "feature:rx-lro", "0" },
	{ T | L | C | F, TUNE_EXACT, "feature:rx-gro", "1" },
	{ T, TUNE_EXACT, "feature:tx-tcp-segmentation", "1" },
	{ T, TUNE_EXACT, "feature:tx-tcp6-segmentation", "1" },
	{ T | C | F | X, TUNE_EXACT, "coalesce:adaptive-rx", "1" },
	{ L, TUNE_EXACT, "coalesce:adaptive-rx", "0" },
	{ L, TUNE_AT_MOST, "coalesce:rx-usecs", "10" },
	/* AF_XDP that polls busily: interrupts come only when it has stopped (af_xdp.rst). */
	{ X, TUNE_DEVICE, "napi_defer_hard_irqs", "2" },
	{ X, TUNE_DEVICE, "gro_flush_timeout", "200000" },
	{ X, TUNE_AT_LEAST, "file:/proc/sys/net/core/bpf_jit_enable", "1" },
	{ T, TUNE_AT_LEAST, "file:/proc/sys/net/core/rmem_max", "16777216" },
	{ T, TUNE_AT_LEAST, "file:/proc/sys/net/core/wmem_max", "16777216" },
	{ T, TUNE_LAST_AT_LEAST, "file:/proc/sys/net/ipv4/tcp_rmem", "16777216" },
	{ T, TUNE_LAST_AT_LEAST, "file:/proc/sys/net/ipv4/tcp_wmem", "16777216" },
	{ T | F, TUNE_AT_LEAST, "file:/proc/sys/net/core/netdev_budget", "600" },
	{ L, TUNE_AT_LEAST, "file:/proc/sys/net/core/busy_read", "50" },
	{ L, TUNE_AT_LEAST, "file:/proc/sys/net/core/busy_poll", "50" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/net/core/somaxconn", "65535" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/net/ipv4/tcp_max_syn_backlog", "65535" },
	{ C, TUNE_RANGE, "file:/proc/sys/net/ipv4/ip_local_port_range", "1024 65535" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/net/ipv4/tcp_max_tw_buckets", "1048576" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/net/netfilter/nf_conntrack_max", "2097152" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/fs/nr_open", "2097152" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/fs/file-max", "2097152" },
};

#define RFS_FLOWS	32768
#define RFS_FLOWS_TEXT	"32768"
#define RFS_ENTRIES	"file:/proc/sys/net/core/rps_sock_flow_entries"

unsigned int tune_profile(const char *name)
{
	static const struct lt_choice profiles[] = {
		{ "throughput", T }, { "latency", L }, { "connections", C },
		{ "forwarding", F }, { "xdp", X },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(profiles); i++)
		if (!strcmp(name, profiles[i].name))
			return profiles[i].value;
	return 0;
}

void tune_add(struct tune_plan *plan, const char *knob, const char *old, const char *want)
{
	struct tune_change *change = &plan->changes[plan->count];

	if (plan->count == TUNE_CHANGES) {
		plan->full = true;
		return;
	}
	snprintf(change->knob, sizeof(change->knob), "%s", knob);
	snprintf(change->old, sizeof(change->old), "%s", old);
	snprintf(change->want, sizeof(change->want), "%s", want);
	plan->count++;
}

/* A knob that is there and is not as wanted */
static void tune_want(struct lt *lt, const struct nic *port, struct tune_plan *plan,
		      const char *knob, const char *want)
{
	char old[TUNE_TEXT];

	if (!knob_get(lt, port, knob, old, sizeof(old)) && !knob_same(knob, old, want))
		tune_add(plan, knob, old, want);
}

static void tune_remember(struct lt *lt, const struct nic *port, struct tune_plan *plan,
			  const char *knob)
{
	char old[TUNE_TEXT];
	unsigned int i;

	for (i = 0; i < plan->count; i++)
		if (!strcmp(plan->changes[i].knob, knob))
			return;
	if (!knob_get(lt, port, knob, old, sizeof(old)))
		tune_add(plan, knob, old, "");
}

static uint32_t tune_max(const struct nic *port, const char *knob)
{
	int i;

	for (i = 0; i < NIC_SETTINGS; i++)
		if (!strcmp(knob, nic_setting_name(i)) && port->values[i].max)
			return port->values[i].max;
	return UINT32_MAX;
}

/* A number is to be at least or at most the one wanted, and what the device can. */
static void tune_number(const struct nic *port, const struct tune_row *row, const char *old,
			unsigned long long want, char *buf)
{
	unsigned long long is = strtoull(old, NULL, 10), max = tune_max(port, row->knob);

	if (knob_structural(row->knob) && want > max)
		want = max;
	if (row->rule == TUNE_AT_MOST ? is > want : is < want)
		snprintf(buf, TUNE_TEXT, "%llu", want);
}

static void tune_several(const struct tune_row *row, const char *old, char *buf)
{
	unsigned long long n[3], want[2];
	int got = sscanf(old, "%llu %llu %llu", &n[0], &n[1], &n[2]);

	if (sscanf(row->want, "%llu %llu", &want[0], &want[1]) == 2) {
		if (got == 2 && (n[0] > want[0] || n[1] < want[1]))
			snprintf(buf, TUNE_TEXT, "%llu %llu", n[0] < want[0] ? n[0] : want[0],
				 n[1] > want[1] ? n[1] : want[1]);
	} else if (got == 3 && n[2] < want[0]) {
		snprintf(buf, TUNE_TEXT, "%llu %llu %llu", n[0], n[1], want[0]);
	}
}

static void tune_row(struct lt *lt, const struct nic *port, const struct tune_row *row,
		     unsigned int cpus, struct tune_plan *plan)
{
	char knob[TUNE_TEXT], old[TUNE_TEXT], want[TUNE_TEXT] = "";

	snprintf(knob, sizeof(knob), "%s", row->knob);
	if (row->rule == TUNE_DEVICE)
		snprintf(knob, sizeof(knob), "file:/sys/class/net/%s/%s", port->name, row->knob);
	/* Without hardware offloads are another thing. */
	if ((!port->bus[0] && !strncmp(knob, "feature:", 8)) ||
	    knob_get(lt, port, knob, old, sizeof(old)))
		return;
	switch (row->rule) {
	case TUNE_EXACT:
	case TUNE_DEVICE:
		snprintf(want, sizeof(want), "%s", row->want);
		break;
	case TUNE_AT_LEAST:
	case TUNE_AT_MOST:
		tune_number(port, row, old, strtoull(row->want, NULL, 10), want);
		break;
	case TUNE_CPUS:
		tune_number(port, row, old, cpus, want);
		break;
	case TUNE_LAST_AT_LEAST:
	case TUNE_RANGE:
		tune_several(row, old, want);
		break;
	}
	if (*want && !knob_same(knob, old, want))
		tune_add(plan, knob, old, want);
}

/* Each vector on a CPU of its own, each Tx queue for the CPUs whose lane it is */
static void tune_spread(struct lt *lt, const struct nic *port, struct tune_plan *plan)
{
	static unsigned int cpus[NIC_CPUS];
	static bool map[NIC_CPUS];
	unsigned int i, j, count = nic_cpus(lt, port, cpus);
	char knob[TUNE_TEXT], want[TUNE_TEXT];

	if (count < 2)
		return;
	for (i = 0; i < port->irq_count; i++) {
		if (port->irqs[i].queue < 0)
			continue;
		snprintf(knob, sizeof(knob), "irq:%u", i);
		snprintf(want, sizeof(want), "%u", cpus[port->irqs[i].queue % count]);
		tune_want(lt, port, plan, knob, want);
	}
	for (i = 0; port->tx_queues > 1 && i < port->tx_queues; i++) {
		memset(map, 0, sizeof(map));
		for (j = i % count; j < count; j += port->tx_queues)
			map[cpus[j]] = true;
		snprintf(knob, sizeof(knob), "file:/sys/class/net/%s/queues/tx-%u/xps_cpus",
			 port->name, i);
		tune_want(lt, port, plan, knob, cpus_mask(map, want, sizeof(want)));
	}
}

/* Flows to the CPUs that read them: all that has to be set at once */
static void tune_arfs(struct lt *lt, const struct nic *port, struct tune_plan *plan)
{
	const struct tune_row entries = { T, TUNE_AT_LEAST, RFS_ENTRIES, RFS_FLOWS_TEXT };
	char knob[TUNE_TEXT], want[TUNE_TEXT];
	unsigned int i, flows = RFS_FLOWS;

	if (!nic_steers(port) || port->rx_queues < 2)
		return;
	while (flows * port->rx_queues > RFS_FLOWS)
		flows /= 2;
	snprintf(want, sizeof(want), "%u", flows);
	tune_want(lt, port, plan, "feature:rx-ntuple-filter", "1");
	tune_row(lt, port, &entries, 0, plan);
	for (i = 0; i < port->rx_queues; i++) {
		snprintf(knob, sizeof(knob), "file:/sys/class/net/%s/queues/rx-%u/rps_flow_cnt",
			 port->name, i);
		tune_want(lt, port, plan, knob, want);
	}
}

/* What new queues or rings may bring to where it began */
static void tune_remember_all(struct lt *lt, const struct nic *port, struct tune_plan *plan)
{
	static const char * const rx[] = { "rps_cpus", "rps_flow_cnt" };
	static const char * const tx[] = { "xps_cpus", "xps_rxqs" };
	char knob[TUNE_TEXT];
	unsigned int i, j;

	for (i = 0; i < NIC_SETTINGS; i++)
		tune_remember(lt, port, plan, nic_setting_name(i));
	for (i = 0; i < port->irq_count; i++) {
		snprintf(knob, sizeof(knob), "irq:%u", i);
		tune_remember(lt, port, plan, knob);
	}
	for (j = 0; j < 2; j++) {
		for (i = 0; i < port->rx_queues; i++) {
			snprintf(knob, sizeof(knob), "file:/sys/class/net/%s/queues/rx-%u/%s",
				 port->name, i, rx[j]);
			tune_remember(lt, port, plan, knob);
		}
		for (i = 0; i < port->tx_queues; i++) {
			snprintf(knob, sizeof(knob), "file:/sys/class/net/%s/queues/tx-%u/%s",
				 port->name, i, tx[j]);
			tune_remember(lt, port, plan, knob);
		}
	}
}

void tune_make(struct lt *lt, const struct nic *port, unsigned int profile,
	       struct tune_plan *plan)
{
	static unsigned int cpus[NIC_CPUS];
	unsigned int i, count = nic_cpus(lt, port, cpus);
	bool structural = false;

	plan->count = 0;
	plan->full = false;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].profiles & profile)
			tune_row(lt, port, &rows[i], count, plan);
	tune_spread(lt, port, plan);
	if (profile & (T | L | C))
		tune_arfs(lt, port, plan);
	for (i = 0; i < plan->count; i++)
		structural |= knob_structural(plan->changes[i].knob) ||
			      !strncmp(plan->changes[i].knob, "coalesce:", 9);
	if (structural)
		tune_remember_all(lt, port, plan);
}
