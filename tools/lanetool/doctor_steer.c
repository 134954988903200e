// SPDX-License-Identifier: GPL-2.0
/*
 * Where flows are led: the five things that accelerated RFS needs, scattered over as many
 * places; and RPS and XPS.  Accelerated RFS that nobody has asked for is no fault: one of the
 * settings that only it has use for (or RFS, which shares them) says that somebody has.  That
 * of the system says so for a port while no other one has use for it.
 */
#include "doctor.h"

struct steer_state {
	bool ntuple, can_ntuple;
	unsigned long long entries;
	unsigned int queues, without;	/* queues, and those without a flow table */
	unsigned long long flows;			/* of all tables */
	bool wanted;
};

/* Has any port a flow table?  For sys_names(), of ports and of their queues */
struct steer_tables {
	struct doctor *d;
	const char *port;
};

static int steer_queue_table(const char *queue, void *data)
{
	const struct steer_tables *tables = data;
	unsigned long long flows = 0;

	return !strncmp(queue, "rx-", 3) &&
	       doctor_u64(tables->d, &flows, "/sys/class/net/%s/queues/%s/rps_flow_cnt",
			  tables->port, queue) && flows;
}

static int steer_port_table(const char *port, void *data)
{
	struct steer_tables tables = { data, port };

	return sys_names(tables.d->lt, steer_queue_table, &tables, "/sys/class/net/%s/queues",
			 port) > 0;
}

static void steer_read(struct doctor *d, struct steer_state *s)
{
	unsigned int i;
	unsigned long long flows;

	memset(s, 0, sizeof(*s));
	s->ntuple = nic_feature(d->port, "rx-ntuple-filter", &s->can_ntuple);
	doctor_u64(d, &s->entries, "/proc/sys/net/core/rps_sock_flow_entries");
	for (i = 0; i < d->port->rx_queues; i++) {
		if (!doctor_u64(d, &flows, "queues/rx-%u/rps_flow_cnt", i))
			continue;
		s->queues++;
		s->without += !flows;
		s->flows += flows;
	}
	s->wanted = s->queues > s->without ||
		    (s->entries && sys_names(d->lt, steer_port_table, d, "/sys/class/net") <= 0);
}

/* Is there anything to judge?  If not, says so. */
static bool steer_asked(struct doctor *d, struct steer_state *s)
{
	steer_read(d, s);
	if (d->cpus < 2 || s->queues < 2)
		doctor_none(d, "there is one lane or one CPU");
	else if (!s->wanted)
		doctor_none(d, "RFS is off, and nothing asks for it");
	else
		return true;
	return false;
}

static void steer_driver(struct doctor *d)
{
	struct steer_state s;

	if (!steer_asked(d, &s))
		return;
	if (d->steer_rxq)
		doctor_pass(d, "%s leads flows, and its lanes know their CPUs", d->port->driver);
	else if (nic_steers(d->lt, d->port))
		doctor_pass(d, "%s leads flows", d->port->driver);
	else
		doctor_none(d,
			    "%s does not lead flows; RFS moves them in software",
			    d->port->driver);
}

static void steer_ntuple(struct doctor *d)
{
	struct steer_state s;

	if (!steer_asked(d, &s))
		return;
	if (!nic_steers(d->lt, d->port)) {
		doctor_none(d, "%s does not lead flows", d->port->driver);
	} else if (s.ntuple) {
		doctor_pass(d, "on");
	} else {
		doctor_fail(d, "off: %s may not lead flows", d->port->driver);
		if (s.can_ntuple)
			doctor_mend(d, "lanetool -K %s ntuple on", d->port->name);
	}
}

static void steer_entries(struct doctor *d)
{
	struct steer_state s;

	if (!steer_asked(d, &s))
		return;
	if (!s.entries) {
		doctor_fail(d,
			    "rps_sock_flow_entries is 0, but lanes have tables of %llu flows: no CPU is noted for any",
			    s.flows);
		doctor_mend(d, "sysctl -w net.core.rps_sock_flow_entries=32768");
	} else if (s.entries < s.flows) {
		doctor_warn(d, "%llu entries for %llu flows of the lanes' tables",
			    s.entries, s.flows);
		doctor_mend(d, "sysctl -w net.core.rps_sock_flow_entries=%llu", s.flows);
	} else {
		doctor_pass(d, "%llu entries", s.entries);
	}
}

static void steer_tables(struct doctor *d)
{
	struct steer_state s;
	unsigned int share = 1;

	if (!steer_asked(d, &s))
		return;
	if (!s.without) {
		doctor_pass(d, "%llu flows, over %u lanes", s.flows, s.queues);
		return;
	}
	while (share * 2 * s.queues <= (s.entries ? s.entries : 32768))
		share *= 2;
	doctor_fail(d,
		    "%u of %u lanes have no flow table (rps_flow_cnt): their flows stay where the hash brings them",
		    s.without, s.queues);
	doctor_mend(d, "for q in /sys/class/net/%s/queues/rx-*; do echo %u > $q/rps_flow_cnt; done",
		    d->port->name, share);
}

/* The fifth: somebody who reads from sockets, on more CPUs than one */
static void steer_consumer(struct doctor *d)
{
	unsigned long long forwarded = doctor_more(d, COUNT_FORWARDED);
	unsigned long long read = doctor_more(d, COUNT_DELIVERED);
	struct steer_state s;
	char line[512] = "";
	unsigned int inuse = 0;

	if (!steer_asked(d, &s))
		return;
	/* That a host may forward, as one with containers does, says nothing of what it does. */
	if (doctor_forwards(d) && forwarded > read)
		doctor_warn(d,
			    "%llu packets forwarded and %llu read here in %.1f s; what is forwarded has no reader to be led to",
			    forwarded, read, d->secs);
	else if (doctor_line(d, "/proc/net/sockstat", "TCP: inuse", line, sizeof(line)) &&
		 sscanf(line, "%u", &inuse) == 1)
		doctor_pass(d, "%u TCP sockets here", inuse);
	else
		doctor_none(d, "not known");
}

/* RPS spreads in software what RSS has spread already. */
static void steer_rps(struct doctor *d)
{
	unsigned int i, set = 0, queues = d->port->rx_queues;
	char mask[1024];

	for (i = 0; i < queues; i++)
		if (doctor_text(d, mask, sizeof(mask), "queues/rx-%u/rps_cpus", i) &&
		    strspn(mask, "0,") != strlen(mask))
			set++;
	if (!set) {
		doctor_none(d, "off");
	} else if (set < queues) {
		doctor_warn(d, "on for %u of %u lanes", set, queues);
		doctor_mend(d,
			    "for q in /sys/class/net/%s/queues/rx-*; do echo 0 > $q/rps_cpus; done",
			    d->port->name);
	} else if (queues >= d->cpus) {
		doctor_warn(d,
			    "on, though each of %u CPUs has a lane: packets change CPUs for nothing",
			    d->cpus);
		doctor_mend(d,
			    "for q in /sys/class/net/%s/queues/rx-*; do echo 0 > $q/rps_cpus; done",
			    d->port->name);
	} else {
		doctor_pass(d, "on, for %u lanes and %u CPUs", queues, d->cpus);
	}
}

static void steer_xps(struct doctor *d)
{
	unsigned int i, readable = 0, set = 0, queues = d->port->tx_queues;
	static unsigned int cpus[NIC_CPUS];
	unsigned int count;
	char mask[1024];

	for (i = 0; i < queues; i++) {
		if (!doctor_text(d, mask, sizeof(mask), "queues/tx-%u/xps_cpus", i))
			continue;
		readable++;
		set += strspn(mask, "0,") != strlen(mask);
	}
	if (readable < 2 || d->cpus < 2) {
		doctor_none(d, "there is one lane to send by");
	} else if (set == readable) {
		doctor_pass(d, "each of %u lanes has its CPUs", set);
	} else if (!d->port->irq_count || doctor_more(d, COUNT_TX_PACKETS) < 1000) {
		doctor_none(d, "%u of %u lanes have CPUs; too little was sent to judge", set,
			    readable);
	} else {
		doctor_warn(d, "%u of %u lanes have no CPUs: what one CPU sends another cleans up",
			    readable - set, readable);
		count = nic_cpus(d->lt, d->port, cpus);
		if (queues > DOCTOR_MENDS)
			doctor_mend(d, "lanetool tune throughput %s", d->port->name);
		for (i = 0; i < queues && queues <= DOCTOR_MENDS && count; i++)
			doctor_mend(d, "echo %s > /sys/class/net/%s/queues/tx-%u/xps_cpus",
				    nic_sends(cpus, count, i, queues, mask, sizeof(mask)),
				    d->port->name, i);
	}
}

const struct doctor_check doctor_steer[] = {
	{ "steering", "arfs-driver", steer_driver },
	{ "steering", "arfs-ntuple", steer_ntuple },
	{ "steering", "arfs-sock-entries", steer_entries },
	{ "steering", "arfs-flow-tables", steer_tables },
	{ "steering", "arfs-consumer", steer_consumer },
	{ "steering", "rps", steer_rps },
	{ "steering", "xps", steer_xps },
	{}
};
