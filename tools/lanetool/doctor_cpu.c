// SPDX-License-Identifier: GPL-2.0
/* Interrupts and CPUs: which takes what, and whether any has too much. */
#include <stdlib.h>

#include "doctor.h"
#include "tune.h"

#define PACKETS_FEW	1000	/* with fewer in all, a share says nothing */
#define SQUEEZES_MANY	10	/* a second on a CPU; one now and then is no harm */

/*
 * The CPUs that a vector may go to.  Where it was sent counts, if that is one: a CPU that takes
 * it (effective) changes only when it comes the next time.
 * Return: how many; 0: not known
 */
static unsigned int cpu_of(struct doctor *d, const struct nic_irq *irq, bool map[NIC_CPUS])
{
	unsigned int count = 0;
	char text[1024];

	if (doctor_text(d, text, sizeof(text), "/proc/irq/%u/smp_affinity_list", irq->number))
		count = cpus_parse(text, map);
	if (count != 1 && doctor_text(d, text, sizeof(text),
				      "/proc/irq/%u/effective_affinity_list", irq->number))
		count = cpus_parse(text, map);
	return count;
}

static unsigned int cpu_vectors(const struct doctor *d)
{
	unsigned int i, count = 0;

	for (i = 0; i < d->port->irq_count; i++)
		count += d->port->irqs[i].queue >= 0;
	return count;
}

static void cpu_mend_spread(struct doctor *d)
{
	static unsigned int cpus[NIC_CPUS];
	unsigned int i, count = nic_cpus(d->lt, d->port, cpus);

	if (cpu_vectors(d) > DOCTOR_MENDS) {
		doctor_mend(d, "lanetool tune throughput %s", d->port->name);
		return;
	}
	for (i = 0; i < d->port->irq_count && count; i++)
		if (d->port->irqs[i].queue >= 0)
			doctor_mend(d, "echo %u > /proc/irq/%u/smp_affinity_list",
				    cpus[d->port->irqs[i].queue % count], d->port->irqs[i].number);
}

/* A vector for each lane: at most so many on a CPU as even ones would be */
static void cpu_affinity(struct doctor *d)
{
	static unsigned int load[NIC_CPUS];
	static bool map[NIC_CPUS];
	unsigned int i, cpu, vectors = 0, most = 0, busiest = 0, used = 0, even;

	memset(load, 0, sizeof(load));
	for (i = 0; i < d->port->irq_count; i++) {
		if (d->port->irqs[i].queue < 0 || cpu_of(d, &d->port->irqs[i], map) != 1)
			continue;
		for (cpu = 0; !map[cpu]; cpu++)
			;
		vectors++;
		used += !load[cpu]++;
		if (load[cpu] > most) {
			most = load[cpu];
			busiest = cpu;
		}
	}
	even = d->node_cpus ? (vectors + d->node_cpus - 1) / d->node_cpus : 0;
	if (vectors < 2 || d->node_cpus < 2) {
		doctor_none(d, "%u lanes' vectors with a CPU, %u CPUs: nothing to spread", vectors,
			    d->node_cpus);
	} else if (used == 1) {
		doctor_fail(d, "all %u lanes interrupt CPU %u; there are %u", vectors, busiest,
			    d->node_cpus);
		cpu_mend_spread(d);
	} else if (most > even) {
		doctor_warn(d, "%u of %u lanes interrupt CPU %u; even would be %u", most, vectors,
			    busiest, even);
		cpu_mend_spread(d);
	} else {
		doctor_pass(d, "%u lanes over %u of %u CPUs", vectors, used, d->node_cpus);
	}
}

static void cpu_numa(struct doctor *d)
{
	static bool map[NIC_CPUS], local[NIC_CPUS];
	unsigned int i, cpu, far = 0, vectors = 0;
	char text[1024], node[32] = "-1";

	if (!d->port->bus[0] ||
	    !doctor_text(d, text, sizeof(text), "/sys/bus/pci/devices/%s/local_cpulist",
			 d->port->bus) ||
	    !doctor_text(d, node, sizeof(node), "/sys/bus/pci/devices/%s/numa_node",
			 d->port->bus) ||
	    *node == '-' || cpus_parse(text, local) >= d->cpus) {
		doctor_none(d, "all CPUs are equally near");
		return;
	}
	for (i = 0; i < d->port->irq_count; i++) {
		if (d->port->irqs[i].queue < 0 || cpu_of(d, &d->port->irqs[i], map) != 1)
			continue;
		vectors++;
		for (cpu = 0; !map[cpu]; cpu++)
			;
		far += !local[cpu];
	}
	if (far) {
		doctor_warn(d, "%u of %u lanes interrupt CPUs of another node than the port's (%s)",
			    far, vectors, node);
		cpu_mend_spread(d);
	} else {
		doctor_pass(d, "%u lanes on the port's node %s", vectors, node);
	}
}

/* Which of the processes is it?  Sets *data to its number. */
static int cpu_process(const char *name, void *data)
{
	struct doctor *d = ((void **)data)[0];
	unsigned int *pid = ((void **)data)[1];
	char comm[64];

	if (!doctor_text(d, comm, sizeof(comm), "/proc/%s/comm", name) ||
	    strcmp(comm, "irqbalance"))
		return 0;
	*pid = strtoul(name, NULL, 10);
	return *pid != 0;
}

/* Vectors of this port that are not where they were when it was tuned by us: who has done that
 * wants them where they are.  irqbalance is to leave out those numbers.  Return: how many
 */
static unsigned int cpu_placed(struct doctor *d, char *bans, size_t size)
{
	unsigned int placed = 0, index;
	json_t *state, *change;
	size_t i, len = 0;

	if (tune_load(d->lt, d->port->name, &state) ||
	    !tune_same_device(d->lt, state, d->port->ifindex)) {
		json_decref(state);
		return 0;
	}
	json_array_foreach(json_object_get(state, "changes"), i, change) {
		const char *knob = tune_text(change, "setting"), *old = tune_text(change, "old");
		char *now = NULL;

		if (knob && old && sscanf(knob, "irq:%u", &index) == 1 &&
		    index < d->port->irq_count)
			now = knob_get(d->lt, d->port, knob);
		if (now && !knob_same(knob, now, old) && len < size) {
			len += snprintf(bans + len, size - len, "%s--banirq=%u", len ? " " : "",
					d->port->irqs[index].number);
			placed++;
		}
		free(now);
	}
	json_decref(state);
	return placed;
}

static void cpu_irqbalance(struct doctor *d)
{
	char bans[DOCTOR_TEXT] = "";
	unsigned int pid = 0, placed;
	void *data[] = { d, &pid };

	sys_names(d->lt, cpu_process, data, "/proc");
	if (!pid) {
		doctor_none(d, "it does not run");
		return;
	}
	placed = cpu_placed(d, bans, sizeof(bans));
	if (!placed) {
		doctor_pass(d, "process %u places interrupts, and nobody else did", pid);
		return;
	}
	doctor_warn(d, "process %u will move the %u vectors that tune has placed", pid, placed);
	doctor_mend(d,
		    "IRQBALANCE_ARGS=\"%s\" in /etc/default/irqbalance, then systemctl restart irqbalance",
		    bans);
}

static void cpu_lanes(struct doctor *d)
{
	const struct nic_value *lanes = &d->port->values[NIC_COMBINED];
	uint32_t good = lanes->max < d->node_cpus ? lanes->max : d->node_cpus;

	if (!lanes->there || !lanes->max) {
		doctor_none(d, "the device has no channels to set");
	} else if (lanes->value >= good) {
		doctor_pass(d, "%u for %u CPUs", lanes->value, d->node_cpus);
	} else if (doctor_more(d, COUNT_RX_PACKETS) < PACKETS_FEW) {
		doctor_none(d, "%u for %u CPUs; too little traffic to need more", lanes->value,
			    d->node_cpus);
	} else {
		doctor_warn(d, "%u for %u CPUs; the device can have %u", lanes->value, d->node_cpus,
			    lanes->max);
		doctor_mend(d, "lanetool -L %s combined %u", d->port->name, good);
	}
}

/* Of what came meanwhile, does one queue take most? */
static void cpu_rss(struct doctor *d)
{
	unsigned int i, queues = d->port->rx_queues, most = 0, used = 0;
	const char *unit = d->by_packets ? "packets" : "interrupts";
	unsigned long long all = 0, here[DOCTOR_QUEUES] = {};
	double share;

	for (i = 0; i < queues && i < DOCTOR_QUEUES; i++) {
		here[i] = d->after.queue[i] - d->before.queue[i];
		all += here[i];
		used += here[i] > 0;
		if (here[i] > here[most])
			most = i;
	}
	if (queues < 2 || d->port->irq_count < 2) {
		doctor_none(d, "there is one lane");
		return;
	}
	if (all < PACKETS_FEW) {
		doctor_none(d, "%llu %s in %.1f s are too few to judge by", all, unit,
			    d->secs);
		return;
	}
	share = (double)here[most] / all;
	if (share > 0.5 && share > 1.8 / queues) {
		doctor_warn(d, "lane %u took %.0f %% of %llu %s; even would be %.0f %%", most,
			    100 * share, all, unit, 100.0 / queues);
		doctor_mend(d,
			    "lanetool -x %s    # does its table name all lanes? are there enough flows?",
			    d->port->name);
	} else {
		doctor_pass(d, "lane %u took most, %.0f %% of %llu %s, of %u lanes", most,
			    100 * share, all, unit, used);
	}
}

/* --- Of the system */

/* The CPU for which a field has grown most; of all of them the sum */
static unsigned long long cpu_most(const struct doctor *d, size_t field, unsigned int *cpu,
				   unsigned long long *sum)
{
	unsigned long long most = 0;
	unsigned int i;

	*sum = 0;
	*cpu = 0;
	for (i = 0; i < NIC_CPUS; i++) {
		unsigned long long before, after;

		memcpy(&before, (const char *)&d->before.cpu[i] + field, sizeof(before));
		memcpy(&after, (const char *)&d->after.cpu[i] + field, sizeof(after));
		if (after <= before)
			continue;
		*sum += after - before;
		if (after - before > most) {
			most = after - before;
			*cpu = i;
		}
	}
	return most;
}

static void cpu_squeezes(struct doctor *d)
{
	unsigned long long sum, most, budget = 0, processed;
	unsigned int cpu, other;

	most = cpu_most(d, offsetof(struct doctor_cpu, squeezed), &cpu, &sum);
	cpu_most(d, offsetof(struct doctor_cpu, processed), &other, &processed);
	doctor_u64(d, &budget, "/proc/sys/net/core/netdev_budget");
	if (!processed && !most) {
		doctor_none(d, "no traffic");
	} else if (doctor_rate(d, most) <= SQUEEZES_MANY) {
		doctor_pass(d, "%llu in %.1f s, with %llu packets", sum, d->secs, processed);
	} else if (!budget) {
		doctor_warn(d,
			    "CPU %u stopped %llu times in %.1f s, by netdev_budget or its time, which are the host's to set",
			    cpu, most, d->secs);
	} else if (d->after.cpu[cpu].processed - d->before.cpu[cpu].processed >= most * budget) {
		doctor_warn(d,
			    "CPU %u stopped %llu times in %.1f s at the budget of %llu packets",
			    cpu, most, d->secs, budget);
		doctor_mend(d, "sysctl -w net.core.netdev_budget=%llu", 2 * budget);
	} else {
		/* Not packets but time ran out: a larger budget would not help. */
		doctor_warn(d,
			    "CPU %u stopped %llu times in %.1f s as its time was up: it has more than it can do",
			    cpu, most, d->secs);
	}
}

static void cpu_backlog(struct doctor *d)
{
	unsigned int cpu;
	unsigned long long sum, most, limit = 0;

	most = cpu_most(d, offsetof(struct doctor_cpu, dropped), &cpu, &sum);
	doctor_u64(d, &limit, "/proc/sys/net/core/netdev_max_backlog");
	if (most && !limit) {
		doctor_fail(d,
			    "%llu packets dropped in %.1f s, most by CPU %u: its backlog was full; netdev_max_backlog is the host's to set",
			    sum, d->secs, cpu);
	} else if (most) {
		doctor_fail(d,
			    "%llu packets dropped in %.1f s, most by CPU %u: its backlog of %llu was full",
			    sum, d->secs, cpu, limit);
		doctor_mend(d, "sysctl -w net.core.netdev_max_backlog=%llu", 4 * limit);
	} else if (limit) {
		doctor_pass(d, "nothing dropped in %.1f s; %llu packets a CPU", d->secs,
			    limit);
	} else {
		doctor_none(d, "not shown in this namespace");
	}
}

static void cpu_flow_limit(struct doctor *d)
{
	unsigned int cpu;
	unsigned long long sum;
	char mask[1024] = "";

	cpu_most(d, offsetof(struct doctor_cpu, limited), &cpu, &sum);
	if (!doctor_text(d, mask, sizeof(mask), "/proc/sys/net/core/flow_limit_cpu_bitmap") ||
	    strspn(mask, "0,") == strlen(mask))
		doctor_none(d, "off");
	else if (sum)
		doctor_warn(d,
			    "%llu packets of large flows dropped in %.1f s, for smaller ones to pass",
			    sum, d->secs);
	else
		doctor_pass(d, "on, and dropped nothing in %.1f s", d->secs);
}

const struct doctor_check doctor_cpu[] = {
	{ "cpu", "irq-affinity", cpu_affinity },
	{ "cpu", "numa", cpu_numa },
	{ "cpu", "irqbalance", cpu_irqbalance },
	{ "cpu", "lanes", cpu_lanes },
	{ "cpu", "rss-balance", cpu_rss },
	{}
};

/* The softirq's part of the checks that need no port; see doctor_socket.c for the others */
const struct doctor_check doctor_softirq[] = {
	{ "cpu", "budget", cpu_squeezes },
	{ "cpu", "backlog", cpu_backlog },
	{ "cpu", "flow-limit", cpu_flow_limit },
	{}
};
