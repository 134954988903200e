// SPDX-License-Identifier: GPL-2.0
/*
 * What lanes count: the kernel's statistics of queues, or for drivers without them the
 * driver's own, whose names differ; interrupts of /proc/interrupts; the interval of
 * interrupts now; flows.
 */
#include <ctype.h>
#include <stdlib.h>

#include <linux/flowlane.h>

#include "netdev_nl.h"
#include "port.h"

#define STATS_MAX	65536	/* of a driver's own */

/* --- Interrupts */

struct irqs {
	void (*one)(void *data, unsigned int irq, uint64_t total, const char *action);
	void *data;
	unsigned int cpus;
};

static int irqs_line(char *text, void *data)
{
	struct irqs *irqs = data;
	uint64_t total = 0;
	char *end, *action;
	unsigned int i;
	unsigned long irq;

	if (!irqs->cpus) {
		for (; *text; text++)
			irqs->cpus += !strncmp(text, "CPU", 3);
		return !irqs->cpus;
	}
	irq = strtoul(text, &end, 10);
	if (end == text || *end != ':' || irq > INT32_MAX)
		return 0;	/* "NMI:" and the like */
	for (text = end + 1, i = 0; i < irqs->cpus; i++, text = end) {
		total += strtoull(text, &end, 10);
		if (end == text)
			return 0;
	}
	action = strrchr(text, ' ');
	irqs->one(irqs->data, irq, total, action ? action + 1 : "");
	return 0;
}

void irqs_read(struct lt *lt, void (*one)(void *data, unsigned int irq, uint64_t total,
					  const char *action), void *data)
{
	struct irqs irqs = { one, data };

	sys_lines(lt, irqs_line, &irqs, "/proc/interrupts");
}

static void count_irq(void *data, unsigned int irq, uint64_t total, const char *action)
{
	const struct port *port = data;
	uint32_t i;

	(void)action;
	for (i = 0; i < port->lanes; i++) {
		struct lane *lane = &port->lane[i];

		if (lane->irq != (int)irq && lane->tx_irq != (int)irq)
			continue;
		lane->count[LANE_IRQS] += total;
		lane->counted[LANE_IRQS] = true;
	}
}

/* --- The kernel's statistics of queues */

static void count_add(struct lane *lane, enum lane_count what, const struct nlattr *attr)
{
	if (!attr)
		return;
	lane->count[what] += lt_uint(attr);
	lane->counted[what] = true;
}

static int count_queue(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[NETDEV_NL_QSTATS_MAX + 1] = {
		[NETDEV_NL_QSTATS_QUEUE_ID] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[NETDEV_NL_QSTATS_MAX + 1];
	struct lane *lane;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, NETDEV_NL_QSTATS_MAX))
		return -EBADMSG;
	if (!tb[NETDEV_NL_QSTATS_QUEUE_ID])
		return lt_malformed(lt);
	lane = lane_of(data, mnl_attr_get_u32(tb[NETDEV_NL_QSTATS_QUEUE_ID]));
	if (!lane)
		return 0;
	count_add(lane, LANE_RX_PACKETS, tb[NETDEV_NL_QSTATS_RX_PACKETS]);
	count_add(lane, LANE_RX_BYTES, tb[NETDEV_NL_QSTATS_RX_BYTES]);
	count_add(lane, LANE_TX_PACKETS, tb[NETDEV_NL_QSTATS_TX_PACKETS]);
	count_add(lane, LANE_TX_BYTES, tb[NETDEV_NL_QSTATS_TX_BYTES]);
	count_add(lane, LANE_DROPS, tb[NETDEV_NL_QSTATS_RX_ALLOC_FAIL]);
	count_add(lane, LANE_DROPS, tb[NETDEV_NL_QSTATS_RX_HW_DROPS]);
	count_add(lane, LANE_DROPS, tb[NETDEV_NL_QSTATS_TX_HW_DROPS]);
	return 0;
}

static int count_queues(struct lt *lt, struct port *port)
{
	struct nlmsghdr *msg;
	int ret;

	msg = lt_try_genl(lt, NETDEV_NL_FAMILY, NETDEV_NL_QSTATS_GET, &ret);
	if (!msg)
		return ret;
	lt_put_u32(lt, msg, NETDEV_NL_QSTATS_IFINDEX, port->ifindex);
	lt_put_u32(lt, msg, NETDEV_NL_QSTATS_SCOPE, 1);
	return lt_try(lt, msg, count_queue, port);
}

/* --- A driver's own */

/* One word of a name, without separators, digits apart from letters.  Return: its length */
static size_t count_word(const char **name)
{
	size_t len = 0;

	*name += strspn(*name, "_-.[]: ");
	if (isdigit((unsigned char)**name))
		return strspn(*name, "0123456789");
	while (isalpha((unsigned char)(*name)[len]))
		len++;
	return len;
}

bool count_name(const char *name, enum lane_count *what, unsigned int *lane)
{
	static const struct {
		const char *word;
		char means;	/* r(x), t(x), or one of p(ackets), b(ytes), d(rops); 0: nothing */
	} words[] = {
		{ "rx", 'r' }, { "tx", 't' }, { "packets", 'p' }, { "cnt", 'p' }, { "bytes", 'b' },
		{ "drops", 'd' }, { "dropped", 'd' }, { "lane" }, { "queue" }, { "q" }, { "ring" },
	};
	char way = 0, kind = 0;
	bool numbered = false;
	size_t len, i;

	for (; (len = count_word(&name)); name += len) {
		if (isdigit((unsigned char)*name)) {
			if (numbered || len > 5)
				return false;
			numbered = true;
			*lane = strtoul(name, NULL, 10);
			continue;
		}
		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i].word) == len && !strncmp(words[i].word, name, len))
				break;
		if (i == ARRAY_SIZE(words))
			return false;
		if (words[i].means == 'r' || words[i].means == 't')
			way = words[i].means;
		else if (words[i].means)
			kind = words[i].means;
	}
	if (*name || !numbered || !way || !kind)
		return false;
	*what = kind == 'd' ? LANE_DROPS : kind == 'p' ?
		(way == 'r' ? LANE_RX_PACKETS : LANE_TX_PACKETS) :
		(way == 'r' ? LANE_RX_BYTES : LANE_TX_BYTES);
	return true;
}

static void count_named(const struct port *port, const struct lt_strset *names,
			const struct ethtool_stats *stats)
{
	enum lane_count what;
	unsigned int number;
	struct lane *lane;
	uint32_t i;

	for (i = 0; i < names->count && i < stats->n_stats; i++) {
		if (!count_name(lt_string(names, i), &what, &number))
			continue;
		lane = lane_of(port, number);
		if (!lane)
			continue;
		lane->count[what] += stats->data[i];
		lane->counted[what] = true;
	}
}

/* By ioctl: netlink has the standard ones only. */
static int count_driver(struct lt *lt, struct port *port)
{
	const struct lt_strset *names = lt_strset(lt, ETH_SS_STATS, port->name);
	struct ethtool_stats *stats;

	if (!names)
		return -EBADMSG;
	if (!names->count)
		return 0;
	/* The kernel writes as many as there are by now. */
	stats = calloc(1, sizeof(*stats) + (2 * (size_t)names->count + 1024) * sizeof(uint64_t));
	if (!stats)
		return -ENOMEM;
	stats->cmd = ETHTOOL_GSTATS;
	stats->n_stats = names->count;
	if (!lt_ioctl_of(lt, port->name, stats) && stats->n_stats <= names->count)
		count_named(port, names, stats);
	free(stats);
	return 0;
}

/* --- Interrupts' interval, lane by lane: what adaptive moderation has chosen, if it is on */

static void count_usecs(struct lt *lt, struct port *port)
{
	struct {
		struct ethtool_per_queue_op op;
		struct ethtool_coalesce each[MAX_NUM_QUEUE];
	} *all = calloc(1, sizeof(*all));
	uint32_t i;

	if (!all)
		return;
	all->op.cmd = ETHTOOL_PERQUEUE;
	all->op.sub_command = ETHTOOL_GCOALESCE;
	for (i = 0; i < port->lanes && i < MAX_NUM_QUEUE; i++)
		all->op.queue_mask[i / 32] |= 1u << i % 32;
	if (!lt_ioctl_of(lt, port->name, all)) {
		for (i = 0; i < port->lanes && i < MAX_NUM_QUEUE; i++) {
			port->lane[i].usecs = all->each[i].rx_coalesce_usecs;
			port->lane[i].timed = true;
		}
	}
	free(all);
}

/* --- Flows */

static int count_flows(struct lt *lt, struct port *port)
{
	struct flows flows = {};
	struct lane *lane;
	int ret = flows_read(lt, port->ifindex, &flows);
	size_t i;

	port->flows_known = !ret;
	for (i = 0; i < flows.count; i++) {
		lane = lane_of(port, flows.flow[i].lane);
		if (!lane)
			continue;
		lane->flows++;
		lane->home += flows.flow[i].tier != FLOWLANE_TIER_NONE;
	}
	flows_free(&flows);
	return ret < 0 ? ret : 0;
}

int port_count(struct lt *lt, struct port *port)
{
	uint32_t i;
	int ret;

	for (i = 0; i < port->lanes; i++) {
		memset(port->lane[i].count, 0, sizeof(port->lane[i].count));
		port->lane[i].flows = 0;
		port->lane[i].home = 0;
	}
	irqs_read(lt, count_irq, port);
	ret = count_queues(lt, port);
	if (ret > 0)
		ret = count_driver(lt, port);
	if (ret)
		return ret;
	count_usecs(lt, port);
	return port->flowlane ? count_flows(lt, port) : 0;
}
