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
	TUNE_PORTS,		/* two numbers: it is to hold this range, but for reserved ports */
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
	{ C, TUNE_PORTS, "file:/proc/sys/net/ipv4/ip_local_port_range", "1024 65535" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/net/ipv4/tcp_max_tw_buckets", "1048576" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/net/netfilter/nf_conntrack_max", "2097152" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/fs/nr_open", "2097152" },
	{ C, TUNE_AT_LEAST, "file:/proc/sys/fs/file-max", "2097152" },
};

#define RFS_FLOWS	32768
#define RFS_FLOWS_TEXT	"32768"
#define RFS_ENTRIES	"file:/proc/sys/net/core/rps_sock_flow_entries"
#define DEVICE_FILE	"file:/sys/class/net/%s/%s"
#define QUEUE_FILE	"file:/sys/class/net/%s/queues/%s-%u/%s"
#define KNOB_SIZE	512	/* of a name: that of a file, which has a device's in it */
#define WANT_SIZE	512	/* of a value wanted: a mask of NIC_CPUS fits */

struct plan {
	struct lt *lt;
	const struct nic *port;
	json_t *changes;
	json_t *known;		/* the knobs in it */
	bool hardware;		/* there is a device behind the port */
	bool failed;		/* something had no room */
};

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

const char *tune_text(const json_t *change, const char *key)
{
	return json_string_value(json_object_get(change, key));
}

/* want may be NULL */
static void plan_add(struct plan *plan, const char *knob, const char *old, const char *want)
{
	if (json_array_append_new(plan->changes, json_pack("{s:s,s:s,s:s*}", "setting", knob,
							   "old", old, "new", want)) ||
	    json_object_set_new(plan->known, knob, json_true()))
		plan->failed = true;
}

/* A knob that is there and is not as wanted */
static void plan_want(struct plan *plan, const char *knob, const char *want)
{
	char *old = knob_get(plan->lt, plan->port, knob);

	if (old && !knob_same(knob, old, want))
		plan_add(plan, knob, old, want);
	free(old);
}

static void plan_remember(struct plan *plan, const char *knob)
{
	char *old = json_object_get(plan->known, knob) ? NULL :
							 knob_get(plan->lt, plan->port, knob);

	if (old)
		plan_add(plan, knob, old, NULL);
	free(old);
}

static uint32_t plan_max(const struct nic *port, const char *knob)
{
	int i;

	for (i = 0; i < NIC_SETTINGS; i++)
		if (!strcmp(knob, nic_setting_name(i)) && port->values[i].max)
			return port->values[i].max;
	return UINT32_MAX;
}

/* A number is to be at least or at most the one wanted, and what the device can. */
static void plan_number(const struct nic *port, const struct tune_row *row, const char *old,
			unsigned long long want, char *buf)
{
	unsigned long long is = strtoull(old, NULL, 10), max = plan_max(port, row->knob);

	if (want > max)
		want = max;
	if (row->rule == TUNE_AT_MOST ? is > want : is < want)
		snprintf(buf, WANT_SIZE, "%llu", want);
}

/* Of three numbers the last one is to be at least the one wanted. */
static void plan_last(const struct tune_row *row, const char *old, char *buf)
{
	unsigned long long n[3], want = strtoull(row->want, NULL, 10);

	if (sscanf(old, "%llu %llu %llu", &n[0], &n[1], &n[2]) == 3 && n[2] < want)
		snprintf(buf, WANT_SIZE, "%llu %llu %llu", n[0], n[1], want);
}

/* The kernel takes no range with ports in it that not anybody may bind to. */
static void plan_ports(const struct plan *plan, const struct tune_row *row, const char *old,
		       char *buf)
{
	unsigned long long n[2], want[2];
	uint64_t anybody = 0;

	if (sscanf(old, "%llu %llu", &n[0], &n[1]) != 2 ||
	    sscanf(row->want, "%llu %llu", &want[0], &want[1]) != 2)
		return;
	sys_u64(plan->lt, &anybody, "/proc/sys/net/ipv4/ip_unprivileged_port_start");
	if (want[0] < anybody)
		want[0] = anybody;
	if (n[0] > want[0] || n[1] < want[1])
		snprintf(buf, WANT_SIZE, "%llu %llu", n[0] < want[0] ? n[0] : want[0],
			 n[1] > want[1] ? n[1] : want[1]);
}

/* Without hardware offloads and queues are another thing: a tap has those that are opened. */
static bool plan_applies(const struct plan *plan, const char *knob)
{
	return plan->hardware || (strncmp(knob, "feature:", 8) && strncmp(knob, "channels:", 9));
}

/* It is as wanted because another tuned port wanted it: it is to stay until both are undone. */
static void plan_share(struct plan *plan, const char *knob)
{
	char *origin = knob_global(knob) ? tune_origin(plan->lt, plan->port->name, knob) : NULL;

	if (origin)
		plan_add(plan, knob, origin, NULL);
	free(origin);
}

static void plan_row(struct plan *plan, const struct tune_row *row, unsigned int cpus)
{
	char knob[KNOB_SIZE], want[WANT_SIZE] = "", *old;

	snprintf(knob, sizeof(knob), "%s", row->knob);
	if (row->rule == TUNE_DEVICE)
		snprintf(knob, sizeof(knob), DEVICE_FILE, plan->port->name, row->knob);
	old = plan_applies(plan, knob) ? knob_get(plan->lt, plan->port, knob) : NULL;
	if (!old)
		return;
	switch (row->rule) {
	case TUNE_EXACT:
	case TUNE_DEVICE:
		snprintf(want, sizeof(want), "%s", row->want);
		break;
	case TUNE_AT_LEAST:
	case TUNE_AT_MOST:
		plan_number(plan->port, row, old, strtoull(row->want, NULL, 10), want);
		break;
	case TUNE_CPUS:
		plan_number(plan->port, row, old, cpus, want);
		break;
	case TUNE_LAST_AT_LEAST:
		plan_last(row, old, want);
		break;
	case TUNE_PORTS:
		plan_ports(plan, row, old, want);
		break;
	}
	if (*want && !knob_same(knob, old, want))
		plan_add(plan, knob, old, want);
	else
		plan_share(plan, knob);
	free(old);
}

/* Each vector on a CPU of its own, each Tx queue for the CPUs whose lane it is */
static void plan_spread(struct plan *plan, const unsigned int *cpus, unsigned int count)
{
	const struct nic *port = plan->port;
	char knob[KNOB_SIZE], want[WANT_SIZE];
	unsigned int i;

	if (count < 2)
		return;
	for (i = 0; i < port->irq_count; i++) {
		if (port->irqs[i].queue < 0)
			continue;
		snprintf(knob, sizeof(knob), "irq:%u", i);
		snprintf(want, sizeof(want), "%u", cpus[port->irqs[i].queue % count]);
		plan_want(plan, knob, want);
	}
	for (i = 0; port->tx_queues > 1 && i < port->tx_queues; i++) {
		snprintf(knob, sizeof(knob), QUEUE_FILE, port->name, "tx", i, "xps_cpus");
		plan_want(plan, knob, nic_sends(cpus, count, i, port->tx_queues, want,
						sizeof(want)));
	}
}

/* Flows to the CPUs that read them: all that has to be set at once */
static void plan_arfs(struct plan *plan)
{
	const struct tune_row entries = { T, TUNE_AT_LEAST, RFS_ENTRIES, RFS_FLOWS_TEXT };
	const struct nic *port = plan->port;
	unsigned int i, flows = RFS_FLOWS;
	char knob[KNOB_SIZE], want[16];

	if (port->rx_queues < 2 || !nic_steers(plan->lt, port))
		return;
	while (flows * port->rx_queues > RFS_FLOWS && flows > 1)
		flows /= 2;
	snprintf(want, sizeof(want), "%u", flows);
	plan_want(plan, "feature:rx-ntuple-filter", "1");
	plan_row(plan, &entries, 0);
	for (i = 0; i < port->rx_queues; i++) {
		snprintf(knob, sizeof(knob), QUEUE_FILE, port->name, "rx", i, "rps_flow_cnt");
		plan_want(plan, knob, want);
	}
}

/* --- What changes of others may bring to where it began */

static void plan_remember_queues(struct plan *plan, const char *way, unsigned int count,
				 const char *const *files)
{
	char knob[KNOB_SIZE];
	unsigned int i;

	for (; *files; files++)
		for (i = 0; i < count; i++) {
			snprintf(knob, sizeof(knob), QUEUE_FILE, plan->port->name, way, i, *files);
			plan_remember(plan, knob);
		}
}

/* With the files whose writing goes to each of them, so that these and the port stay in step */
static void plan_remember_napis(struct plan *plan)
{
	static const char *const files[] = { "napi_defer_hard_irqs", "gro_flush_timeout" };
	unsigned int i, napis = knob_napis(plan->lt, plan->port);
	char knob[KNOB_SIZE];

	for (i = 0; napis && i < ARRAY_SIZE(files); i++) {
		snprintf(knob, sizeof(knob), DEVICE_FILE, plan->port->name, files[i]);
		plan_remember(plan, knob);
	}
	for (i = 0; i < napis; i++) {
		snprintf(knob, sizeof(knob), "napi:%u", i);
		plan_remember(plan, knob);
	}
}

/* In the order in which undo sets it back: what is set for all queues comes before queues. */
static void plan_remember_all(struct plan *plan)
{
	static const char *const rx[] = { "rps_cpus", "rps_flow_cnt", NULL };
	static const char *const tx[] = { "xps_cpus", "xps_rxqs", NULL };
	const struct nic *port = plan->port;
	unsigned int i, queues = port->rx_queues > port->tx_queues ? port->rx_queues :
								     port->tx_queues;
	char knob[KNOB_SIZE];

	for (i = 0; i < NIC_SETTINGS; i++)
		plan_remember(plan, nic_setting_name(i));
	for (i = 0; port->features && i < port->features->count; i++) {
		snprintf(knob, sizeof(knob), "feature:%s", lt_string(port->features, i));
		plan_remember(plan, knob);
	}
	plan_remember(plan, "rss:table");
	plan_remember(plan, "rss:key");
	for (i = 0; i < queues; i++) {
		snprintf(knob, sizeof(knob), "queue:%u", i);
		plan_remember(plan, knob);
	}
	for (i = 0; i < port->irq_count; i++) {
		snprintf(knob, sizeof(knob), "irq:%u", i);
		plan_remember(plan, knob);
	}
	plan_remember_queues(plan, "rx", port->rx_queues, rx);
	plan_remember_queues(plan, "tx", port->tx_queues, tx);
	plan_remember_napis(plan);
}

/* Does it change anything of the port's? */
static bool plan_touches(const struct plan *plan)
{
	json_t *change;
	size_t i;

	json_array_foreach(plan->changes, i, change)
		if (!knob_global(tune_text(change, "setting")))
			return true;
	return false;
}

json_t *tune_make(struct lt *lt, const struct nic *port, unsigned int profile, bool remember)
{
	struct plan plan = {
		.lt = lt, .port = port, .changes = json_array(), .known = json_object(),
		/* Not by the bus: that of a tap is "tap". */
		.hardware = !sys_names(lt, NULL, NULL, "/sys/class/net/%s/device", port->name),
	};
	static unsigned int cpus[NIC_CPUS];
	unsigned int i, count = nic_cpus(lt, port, cpus);

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].profiles & profile)
			plan_row(&plan, &rows[i], count);
	plan_spread(&plan, cpus, count);
	if (profile & (T | L | C))
		plan_arfs(&plan);
	if (remember && plan_touches(&plan))
		plan_remember_all(&plan);
	json_decref(plan.known);
	if (plan.failed) {
		json_decref(plan.changes);
		plan.changes = NULL;
	}
	return plan.changes;
}
