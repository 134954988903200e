// SPDX-License-Identifier: GPL-2.0
/* What the doctor measures: counters of a port, of its queues and of the system. */
#include <stdarg.h>
#include <stdlib.h>

#include <linux/flowlane.h>

#include "doctor.h"
#include "netdev_nl.h"

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static const char * const nic_counters[COUNT_PORT] = {
	[COUNT_RX_PACKETS] = "rx_packets",
	[COUNT_TX_PACKETS] = "tx_packets",
	[COUNT_RX_MISSED] = "rx_missed_errors",
	[COUNT_RX_FIFO] = "rx_fifo_errors",
	[COUNT_RX_OVER] = "rx_over_errors",
	[COUNT_RX_CRC] = "rx_crc_errors",
	[COUNT_RX_FRAME] = "rx_frame_errors",
	[COUNT_RX_BYTES] = "rx_bytes",
	[COUNT_TX_BYTES] = "tx_bytes",
};

/* In /proc/net/netstat and /proc/net/snmp */
static const struct {
	const char *group;
	const char *name;
	enum doctor_counter counter;
} system_counters[] = {
	{ "TcpExt:", "ListenOverflows", COUNT_LISTEN_OVERFLOWS },
	{ "TcpExt:", "ListenDrops", COUNT_LISTEN_DROPS },
	{ "TcpExt:", "TCPReqQFullDrop", COUNT_SYN_DROPS },
	{ "TcpExt:", "TCPReqQFullDoCookies", COUNT_SYN_COOKIES },
	{ "TcpExt:", "RcvPruned", COUNT_RCV_PRUNED },
	{ "TcpExt:", "TCPRcvCollapsed", COUNT_RCV_COLLAPSED },
	{ "TcpExt:", "TCPBacklogDrop", COUNT_BACKLOG_DROP },
	{ "TcpExt:", "TCPTimeWaitOverflow", COUNT_TW_OVERFLOW },
	{ "Tcp:", "ActiveOpens", COUNT_OPENED },
	{ "Udp:", "RcvbufErrors", COUNT_UDP_RCVBUF },
	{ "Udp:", "InDatagrams", COUNT_UDP_IN },
	{ "Ip:", "ForwDatagrams", COUNT_FORWARDED },
	{ "Ip:", "InDelivers", COUNT_DELIVERED },
};

struct facts_lines {
	struct doctor_sample *sample;
	char *names;		/* the line before, with the names */
	unsigned int line;
};

bool doctor_text(struct doctor *d, char *buf, size_t size, const char *path, ...)
{
	char rest[PATH_MAX];
	va_list args;

	va_start(args, path);
	vsnprintf(rest, sizeof(rest), path, args);
	va_end(args);
	if (rest[0] == '/')
		return !sys_read(d->lt, buf, size, "%s", rest);
	return !sys_read(d->lt, buf, size, "/sys/class/net/%s/%s", d->port->name, rest);
}

bool doctor_u64(struct doctor *d, unsigned long long *value, const char *path, ...)
{
	char rest[PATH_MAX];
	uint64_t number;
	va_list args;
	int ret;

	va_start(args, path);
	vsnprintf(rest, sizeof(rest), path, args);
	va_end(args);
	if (rest[0] == '/')
		ret = sys_u64(d->lt, &number, "%s", rest);
	else
		ret = sys_u64(d->lt, &number, "/sys/class/net/%s/%s", d->port->name, rest);
	if (!ret)
		*value = number;
	return !ret;
}

unsigned long long doctor_more(const struct doctor *d, enum doctor_counter counter)
{
	uint64_t before = d->before.count[counter], after = d->after.count[counter];

	return after > before ? after - before : 0;
}

double doctor_rate(const struct doctor *d, uint64_t more)
{
	return d->secs > 0 ? more / d->secs : 0;
}

bool doctor_forwards(struct doctor *d)
{
	const struct link_one *link = links_find(d->links, d->port->ifindex);
	const struct link_one *master = link ? links_find(d->links, link->master) : NULL;
	unsigned long long v4 = 0, v6 = 0;

	doctor_u64(d, &v4, "/proc/sys/net/ipv4/conf/%s/forwarding", d->port->name);
	doctor_u64(d, &v6, "/proc/sys/net/ipv6/conf/%s/forwarding", d->port->name);
	return v4 || v6 || (master && !strcmp(master->kind, "bridge"));
}

struct facts_line {
	const char *begins;
	char *buf;
	size_t size;
};

static int facts_begins(char *text, void *data)
{
	const struct facts_line *line = data;
	size_t len = strlen(line->begins);

	if (strncmp(text, line->begins, len))
		return 0;
	snprintf(line->buf, line->size, "%s", text + len + strspn(text + len, " "));
	return 1;
}

bool doctor_line(struct doctor *d, const char *path, const char *begins, char *buf, size_t size)
{
	struct facts_line line = { begins, buf, size };

	return sys_lines(d->lt, facts_begins, &line, "%s", path) > 0;
}

/* "TcpExt: SyncookiesSent ListenDrops ..." and then "TcpExt: 0 12 ..." */
static int facts_netstat(char *text, void *data)
{
	struct facts_lines *lines = data;
	char *name, *value, *names, *values, *group;
	size_t i;

	if (!lines->names || lines->line++ % 2 == 0) {
		free(lines->names);
		lines->names = strdup(text);
		lines->line = 1;
		return lines->names ? 0 : 1;
	}
	group = strtok_r(lines->names, " ", &names);
	strtok_r(text, " ", &values);
	while (group && (name = strtok_r(NULL, " ", &names)) &&
	       (value = strtok_r(NULL, " ", &values))) {
		for (i = 0; i < ARRAY_SIZE(system_counters); i++) {
			enum doctor_counter counter = system_counters[i].counter;

			if (strcmp(group, system_counters[i].group) ||
			    strcmp(name, system_counters[i].name))
				continue;
			lines->sample->there[counter] = true;
			lines->sample->count[counter] = strtoull(value, NULL, 10);
		}
	}
	return 0;
}

/* "Ip6InDelivers   12": those of IPv6 count with the others */
static int facts_snmp6(char *text, void *data)
{
	static const struct {
		const char *name;
		enum doctor_counter counter;
	} counters[] = {
		{ "Ip6OutForwDatagrams", COUNT_FORWARDED },
		{ "Ip6InDelivers", COUNT_DELIVERED },
		{ "Udp6RcvbufErrors", COUNT_UDP_RCVBUF },
		{ "Udp6InDatagrams", COUNT_UDP_IN },
	};
	struct doctor_sample *sample = data;
	unsigned long long value;
	char name[64];
	size_t i;

	if (sscanf(text, "%63s %llu", name, &value) != 2)
		return 0;
	for (i = 0; i < ARRAY_SIZE(counters); i++)
		if (!strcmp(name, counters[i].name))
			sample->count[counters[i].counter] += value;
	return 0;
}

/* A line a CPU; since 5.10 with its number as the 13th */
static int facts_softnet(char *text, void *data)
{
	uint64_t n[13] = {};
	struct facts_lines *lines = data;
	unsigned int got = sys_hex(text, n, ARRAY_SIZE(n)), cpu = lines->line++;

	if (got == 13)
		cpu = n[12];
	if (got >= 3 && cpu < NIC_CPUS) {
		lines->sample->cpu[cpu].processed = n[0];
		/* What a flow limit has dropped counts in both. */
		lines->sample->cpu[cpu].dropped = n[1] > n[10] ? n[1] - n[10] : 0;
		lines->sample->cpu[cpu].squeezed = n[2];
		lines->sample->cpu[cpu].limited = n[10];
	}
	return 0;
}

/* Packets of a queue, where the driver counts them for the kernel */
static int facts_queue(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[NETDEV_NL_QSTATS_MAX + 1] = {
		[NETDEV_NL_QSTATS_QUEUE_TYPE] = MNL_TYPE_U32,
		[NETDEV_NL_QSTATS_QUEUE_ID] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[NETDEV_NL_QSTATS_MAX + 1], *packets;
	struct doctor_sample *sample = data;
	uint32_t id;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, NETDEV_NL_QSTATS_MAX))
		return -EBADMSG;
	packets = tb[NETDEV_NL_QSTATS_RX_PACKETS];
	if (!packets || !tb[NETDEV_NL_QSTATS_QUEUE_ID] || !tb[NETDEV_NL_QSTATS_QUEUE_TYPE] ||
	    mnl_attr_get_u32(tb[NETDEV_NL_QSTATS_QUEUE_TYPE]) != 0)
		return 0;
	id = mnl_attr_get_u32(tb[NETDEV_NL_QSTATS_QUEUE_ID]);
	if (id >= DOCTOR_QUEUES)
		return 0;
	/* A number of 32 bits or of 64 */
	if (mnl_attr_get_payload_len(packets) == sizeof(uint32_t))
		sample->queue[id] = mnl_attr_get_u32(packets);
	else if (mnl_attr_get_payload_len(packets) == sizeof(uint64_t))
		sample->queue[id] = mnl_attr_get_u64(packets);
	else
		return lt_malformed(lt);
	sample->there[COUNT_RX_PACKETS] = true;
	return 0;
}

/* A request for all there is of a family, or NULL: where it is not, there are no facts. */
static struct nlmsghdr *facts_genl(struct doctor *d, const char *family, uint8_t cmd)
{
	return lt_family(d->lt, family) < 0 ? NULL : lt_genl(d->lt, family, cmd, 1, NLM_F_DUMP);
}

int doctor_ask(struct doctor *d, struct nlmsghdr *msg, lt_reply reply, void *data)
{
	bool quiet = d->lt->quiet;
	int ret;

	d->lt->quiet = true;
	ret = lt_send(d->lt, msg, reply, data);
	d->lt->quiet = quiet;
	return ret == -EBADMSG || ret == -ENOMEM || !ret ? ret : 1;
}

/* A driver or a kernel that does not tell is no error. */
static int facts_ask(struct doctor *d, struct nlmsghdr *msg, lt_reply reply, void *data)
{
	int ret = msg ? doctor_ask(d, msg, reply, data) : 0;

	return ret < 0 ? ret : 0;
}

static int facts_queues(struct doctor *d, struct doctor_sample *sample)
{
	struct nlmsghdr *msg = facts_genl(d, NETDEV_NL_FAMILY, NETDEV_NL_QSTATS_GET);
	bool had = sample->there[COUNT_RX_PACKETS];
	unsigned int i;
	int ret;

	sample->there[COUNT_RX_PACKETS] = false;
	if (msg) {
		lt_put_u32(d->lt, msg, NETDEV_NL_QSTATS_IFINDEX, d->port->ifindex);
		lt_put_u32(d->lt, msg, NETDEV_NL_QSTATS_SCOPE, 1);
	}
	ret = facts_ask(d, msg, facts_queue, sample);
	d->by_packets = sample->there[COUNT_RX_PACKETS];
	sample->there[COUNT_RX_PACKETS] = had;
	nic_counts(d->lt, d->port);
	for (i = 0; i < d->port->irq_count; i++) {
		const struct nic_irq *irq = &d->port->irqs[i];

		sample->irqs[i] = irq->count;
		if (!d->by_packets && irq->queue >= 0 && irq->queue < DOCTOR_QUEUES)
			sample->queue[irq->queue] += irq->count;
	}
	return ret;
}

int doctor_sample(struct doctor *d, struct doctor_sample *sample)
{
	struct facts_lines lines = { .sample = sample };
	unsigned int i;
	int ret;

	memset(sample, 0, sizeof(*sample));
	sys_lines(d->lt, facts_softnet, &lines, "/proc/net/softnet_stat");
	lines.line = 0;
	sys_lines(d->lt, facts_netstat, &lines, "/proc/net/netstat");
	free(lines.names);
	lines.names = NULL;
	sys_lines(d->lt, facts_netstat, &lines, "/proc/net/snmp");
	free(lines.names);
	sys_lines(d->lt, facts_snmp6, sample, "/proc/net/snmp6");
	ret = doctor_tcp_sample(d, sample);
	if (ret || !d->port)
		return ret;
	for (i = 0; i < COUNT_PORT; i++)
		sample->there[i] = !sys_u64(d->lt, &sample->count[i],
					    "/sys/class/net/%s/statistics/%s", d->port->name,
					    nic_counters[i]);
	return facts_queues(d, sample);
}

/* --- What does not change meanwhile */

static int facts_lane(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[FLOWLANE_A_LANE_MAX + 1] = {
		[FLOWLANE_A_LANE_IFINDEX] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[FLOWLANE_A_LANE_MAX + 1];
	struct doctor *d = data;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, FLOWLANE_A_LANE_MAX))
		return -EBADMSG;
	if (tb[FLOWLANE_A_LANE_IFINDEX] && tb[FLOWLANE_A_LANE_CPU] &&
	    mnl_attr_get_u32(tb[FLOWLANE_A_LANE_IFINDEX]) == d->port->ifindex)
		d->steer_rxq = true;
	return 0;
}

int doctor_load(struct doctor *d)
{
	static bool map[NIC_CPUS];
	static unsigned int cpus[NIC_CPUS];
	unsigned long long speed;
	char text[1024];

	if (!sys_read(d->lt, text, sizeof(text), "/sys/devices/system/cpu/online"))
		d->cpus = cpus_parse(text, map);
	if (!d->port)
		return 0;
	d->node_cpus = nic_cpus(d->lt, d->port, cpus);
	if (doctor_u64(d, &speed, "speed") && speed < UINT32_MAX)
		d->speed = speed;
	return facts_ask(d, facts_genl(d, FLOWLANE_FAMILY_NAME, FLOWLANE_CMD_LANE_GET), facts_lane,
			 d);
}
