// SPDX-License-Identifier: GPL-2.0
/*
 * A port on one screen: what each lane has of interrupts, CPUs and memory, and what is set
 * for all of them.  Without a name a line for each port.
 */
#include <inttypes.h>

#include <linux/flowlane.h>

#include "rss.h"

/* --- Words */

/* What there is not is "-", and nothing in JSON. */
static void show_str(struct lt *lt, const char *key, const char *format, const char *text)
{
	out_str(lt, text[0] ? key : NULL, format, text[0] ? text : "-");
}

/* CPUs as a list: as many as fit on a screen, and in JSON all of them */
static void show_cpu_list(struct lt *lt, const char *key, const char *format, const char *list)
{
	size_t len = strlen(list);
	char brief[32];

	if (lt->json || len < sizeof(brief)) {
		show_str(lt, key, format, list);
		return;
	}
	len = sizeof(brief) - sizeof("...");
	while (len && list[len - 1] != ',')
		len--;
	snprintf(brief, sizeof(brief), "%.*s...", (int)len, list);
	show_str(lt, key, format, brief);
}

/* "1000Mb/s", or why there is none */
static void show_link(struct lt *lt, const struct port *port, char *text, size_t size)
{
	char speed[32];

	if (!(port->flags & IFF_UP)) {
		snprintf(text, size, "down");
		return;
	}
	/* IFF_LOWER_UP, which two headers disagree about */
	if (!(port->flags & 1 << 16)) {
		snprintf(text, size, "no link");
		return;
	}
	port_text(lt, port, speed, sizeof(speed), "speed");
	if (speed[0] >= '1' && speed[0] <= '9')
		snprintf(text, size, "%.20sMb/s", speed);
	else
		snprintf(text, size, "up");
}

static int show_numa(struct lt *lt, const struct port *port)
{
	uint64_t node;

	/* -1 where it is not known, which is no such number */
	if (sys_u64(lt, &node, "/sys/class/net/%s/device/numa_node", port->name) ||
	    node > INT16_MAX)
		return -1;
	return node;
}

static void show_number(struct lt *lt, const char *key, int width, int number)
{
	char text[16] = "-";

	if (number >= 0)
		snprintf(text, sizeof(text), "%d", number);
	out_text(lt, "%*s", width, text);
	if (number >= 0)
		out_uint(lt, key, NULL, number);
}

/* --- Settings, each of one request */

static int show_rings(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_RINGS_TX + 1] = {
		[ETHTOOL_A_RINGS_RX_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_TX_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_RX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_TX] = MNL_TYPE_U32,
	};
	static const struct {
		const char *key, *format;
		uint16_t attr;
	} parts[] = {
		{ "rx", "  rings       rx %" PRIu64, ETHTOOL_A_RINGS_RX },
		{ "rx-max", " of %" PRIu64, ETHTOOL_A_RINGS_RX_MAX },
		{ "tx", ", tx %" PRIu64, ETHTOOL_A_RINGS_TX },
		{ "tx-max", " of %" PRIu64, ETHTOOL_A_RINGS_TX_MAX },
	};
	const struct nlattr *tb[ETHTOOL_A_RINGS_TX + 1];
	size_t i;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_RINGS_TX))
		return -EBADMSG;
	out_object(lt, "rings");
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (tb[parts[i].attr])
			out_uint(lt, parts[i].key, parts[i].format,
				 mnl_attr_get_u32(tb[parts[i].attr]));
	out_close(lt);
	out_text(lt, "\n");
	return 0;
}

static int show_coalesce(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const struct {
		const char *key, *label;
		uint16_t attr;
		bool flag;
	} parts[] = {
		{ "adaptive-rx", ", adaptive rx ", ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, true },
		{ "rx-usecs", ", rx usecs ", ETHTOOL_A_COALESCE_RX_USECS },
		{ "rx-frames", ", rx frames ", ETHTOOL_A_COALESCE_RX_MAX_FRAMES },
		{ "adaptive-tx", ", adaptive tx ", ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, true },
		{ "tx-usecs", ", tx usecs ", ETHTOOL_A_COALESCE_TX_USECS },
		{ "tx-frames", ", tx frames ", ETHTOOL_A_COALESCE_TX_MAX_FRAMES },
	};
	uint8_t types[ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX + 1] = {};
	const struct nlattr *tb[ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX + 1];
	bool any = false;
	size_t i;

	(void)data;
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		types[parts[i].attr] = parts[i].flag ? MNL_TYPE_U8 : MNL_TYPE_U32;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ARRAY_SIZE(tb) - 1))
		return -EBADMSG;
	out_text(lt, "  coalescing");
	out_object(lt, "coalescing");
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!tb[parts[i].attr])
			continue;
		out_text(lt, "%s%s", any ? "" : "  ", parts[i].label + 2 * !any);
		if (parts[i].flag)
			out_bool(lt, parts[i].key, "%s", mnl_attr_get_u8(tb[parts[i].attr]));
		else
			out_uint(lt, parts[i].key, "%" PRIu64, mnl_attr_get_u32(tb[parts[i].attr]));
		any = true;
	}
	out_close(lt);
	out_text(lt, "%s\n", any ? "" : "  -");
	return 0;
}

static int show_features(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	/* What is worth a word on a screen, and that word; JSON has all. */
	static const char *const brief[][2] = {
		{ "rx-checksum", "rx-csum" }, { "tx-checksum-ip-generic", "tx-csum" },
		{ "tx-checksum-ipv4", "tx-csum" }, { "tx-scatter-gather", "sg" },
		{ "tx-tcp-segmentation", "tso" }, { "tx-tcp6-segmentation", "tso6" },
		{ "tx-udp-segmentation", "uso" }, { "rx-gro", "gro" }, { "rx-gro-hw", "gro-hw" },
		{ "rx-lro", "lro" }, { "rx-vlan-hw-parse", "rxvlan" },
		{ "tx-vlan-hw-insert", "txvlan" }, { "rx-vlan-filter", "vlan-filter" },
		{ "rx-hashing", "rxhash" }, { "rx-ntuple-filter", "ntuple" },
	};
	static const uint8_t types[ETHTOOL_A_FEATURES_ACTIVE + 1] = {
		[ETHTOOL_A_FEATURES_ACTIVE] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_FEATURES_ACTIVE + 1];
	const struct lt_strset *names;
	struct lt_bits bits;
	size_t j, width = 14;
	uint32_t i;

	(void)data;
	names = lt_strset(lt, ETH_SS_FEATURES, NULL);
	if (!names || lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_FEATURES_ACTIVE) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_ACTIVE], &bits))
		return -EBADMSG;
	out_text(lt, "  offloads   ");
	out_array(lt, "offloads");
	for (i = 0; i < bits.count && i < names->count; i++) {
		if (!lt_bit(&bits, bits.value, i))
			continue;
		out_str(lt, "", NULL, lt_string(names, i));
		for (j = 0; j < ARRAY_SIZE(brief); j++)
			if (!strcmp(lt_string(names, i), brief[j][0])) {
				width += strlen(brief[j][1]) + 1;
				out_text(lt, width > 80 ? "\n              %s" : " %s",
					 brief[j][1]);
				width = width > 80 ? 14 + strlen(brief[j][1]) : width;
			}
	}
	out_close(lt);
	out_text(lt, "\n");
	return 0;
}

static int show_rss(struct lt *lt, const struct port *port)
{
	uint32_t used[LANES_MAX] = {}, lanes = 0, least = UINT32_MAX, most = 0;
	struct rss rss = {};
	int ret = rss_read(lt, port->name, &rss);
	size_t i;

	if (ret || !rss.entries) {
		rss_free(&rss);
		return ret < 0 ? ret : 0;
	}
	for (i = 0; i < rss.entries; i++)
		if (rss.table[i] < LANES_MAX)
			lanes += !used[rss.table[i]]++;
	for (i = 0; i < LANES_MAX; i++) {
		least = used[i] && used[i] < least ? used[i] : least;
		most = used[i] > most ? used[i] : most;
	}
	out_object(lt, "rss");
	out_uint(lt, "entries", "  hashing     %" PRIu64 " entries", rss.entries);
	out_uint(lt, "lanes", " over %" PRIu64 " lanes", lanes);
	out_bool(lt, "even", NULL, most <= least + 1);
	out_text(lt, ", %s", most <= least + 1 ? "evenly" : "by weights");
	out_uint(lt, "key-bytes", ", a key of %" PRIu64 " bytes\n", rss.key_size);
	out_close(lt);
	rss_free(&rss);
	return 0;
}

/* --- Steering: of Flowlane, and of the stack */

static int show_steer_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const struct {
		const char *key, *format;
		uint16_t attr;
	} parts[] = {
		{ "flows-bucket", "  steering    flows: %" PRIu64 " bucket",
		  FLOWLANE_A_STEER_FLOWS_BUCKET },
		{ "flows-exact", ", %" PRIu64 " exact", FLOWLANE_A_STEER_FLOWS_EXACT },
		{ "flows-none", ", %" PRIu64 " away;", FLOWLANE_A_STEER_FLOWS_NONE },
		{ "buckets", " %" PRIu64 " buckets moved,", FLOWLANE_A_STEER_BUCKETS },
		{ "filters", " %" PRIu64 " filters\n", FLOWLANE_A_STEER_FILTERS },
		{ "filters-rule", NULL, FLOWLANE_A_STEER_FILTERS_RULE },
		{ "filters-flow", NULL, FLOWLANE_A_STEER_FILTERS_FLOW },
		{ "added", NULL, FLOWLANE_A_STEER_ADDED },
		{ "moved", NULL, FLOWLANE_A_STEER_MOVED },
		{ "expired", NULL, FLOWLANE_A_STEER_EXPIRED },
		{ "busy", NULL, FLOWLANE_A_STEER_BUSY },
		{ "table-full", NULL, FLOWLANE_A_STEER_TABLE_FULL },
		{ "failed", NULL, FLOWLANE_A_STEER_FAILED },
		{ "refused", NULL, FLOWLANE_A_STEER_REFUSED },
	};
	static const uint8_t types[FLOWLANE_A_STEER_MAX + 1] = {};
	const struct nlattr *tb[FLOWLANE_A_STEER_MAX + 1];
	size_t i;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, FLOWLANE_A_STEER_MAX))
		return -EBADMSG;
	out_object(lt, "steering");
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		out_uint(lt, parts[i].key, parts[i].format, lt_uint(tb[parts[i].attr]));
	out_close(lt);
	return 0;
}

static int show_steering(struct lt *lt, const struct port *port)
{
	uint64_t sockets = 0, flows = 0, one;
	struct nlmsghdr *msg;
	uint32_t i;
	int ret = 0;

	if (port->flowlane) {
		msg = lt_try_genl(lt, FLOWLANE_FAMILY_NAME, FLOWLANE_CMD_STEER_GET, &ret);
		if (msg) {
			lt_put_u32(lt, msg, FLOWLANE_A_STEER_IFINDEX, port->ifindex);
			ret = lt_try(lt, msg, show_steer_reply, NULL);
		}
	}
	if (sys_u64(lt, &sockets, "/proc/sys/net/core/rps_sock_flow_entries"))
		sockets = 0;
	for (i = 0; i < port->lanes; i++)
		if (!sys_u64(lt, &one, "/sys/class/net/%s/queues/rx-%u/rps_flow_cnt", port->name,
			     i))
			flows += one;
	out_object(lt, "rfs");
	out_uint(lt, "sockets", sockets ? "  RFS         %" PRIu64 " entries for sockets" :
		 "  RFS         off (rps_sock_flow_entries is 0)", sockets);
	out_uint(lt, "flows", sockets ? ", %" PRIu64 " for flows of this port" : NULL, flows);
	out_close(lt);
	out_text(lt, "\n");
	return ret < 0 ? ret : 0;
}

/* --- Screens */

static void show_lane(struct lt *lt, const struct port *port, uint32_t number)
{
	const struct lane *lane = &port->lane[number];
	char rps[LANE_CPUS] = "", list[LANE_CPUS];

	if (!sys_read(lt, rps, sizeof(rps), "/sys/class/net/%s/queues/rx-%u/rps_cpus", port->name,
		      number)) {
		cpu_mask_list(list, sizeof(list), rps);
		memcpy(rps, list, sizeof(list));
	}
	out_object(lt, "");
	out_uint(lt, "lane", "  %4" PRIu64, number);
	show_number(lt, "irq", 6, lane->irq);
	show_number(lt, "tx-irq", 7, lane->tx_irq);
	show_number(lt, "cpu", 5, lane->cpu);
	show_number(lt, "node", 6, lane->node);
	show_cpu_list(lt, "affinity", "  %-10s", lane->affinity);
	show_cpu_list(lt, "xps", " %-10s", lane->xps);
	show_cpu_list(lt, "rps", " %-8s", rps);
	show_number(lt, "napi", 6, lane->napi ? (int)lane->napi : -1);
	out_text(lt, "\n");
	out_close(lt);
}

static void show_head(struct lt *lt, const struct port *port)
{
	char link[32], duplex[32];

	show_link(lt, port, link, sizeof(link));
	port_text(lt, port, duplex, sizeof(duplex), "duplex");
	out_object(lt, NULL);
	out_str(lt, "ifname", "%s: ", port->name);
	show_str(lt, "driver", "%s", port->driver);
	if (port->version[0])
		out_str(lt, "version", " %s", port->version);
	if (port->bus[0])
		out_str(lt, "bus", " at %s", port->bus);
	out_str(lt, "link", "\n  link        %s", link);
	if (strchr(link, '/') && duplex[0])
		out_str(lt, "duplex", " %s", duplex);
	out_uint(lt, "mtu", ", MTU %" PRIu64 ", memory node", port->mtu);
	show_number(lt, "node", 2, show_numa(lt, port));
	out_text(lt, "\n");
	out_bool(lt, "flowlane", NULL, port->flowlane);
}

static int show_setting(struct lt *lt, const struct port *port, uint8_t cmd, uint16_t header,
			lt_reply reply)
{
	struct nlmsghdr *msg;
	int ret;

	lt->dev = port->name;
	msg = lt_request(lt, cmd, header,
			 cmd == ETHTOOL_MSG_FEATURES_GET ? ETHTOOL_FLAG_COMPACT_BITSETS : 0);
	ret = msg ? lt_try(lt, msg, reply, NULL) : -ENOENT;
	return ret < 0 ? ret : 0;
}

static int show_port(struct lt *lt, struct port *port)
{
	uint32_t i;
	int ret;

	port_driver(lt, port);
	ret = port_lanes(lt, port);
	if (ret)
		return ret;
	show_head(lt, port);
	ret = show_setting(lt, port, ETHTOOL_MSG_RINGS_GET, ETHTOOL_A_RINGS_HEADER, show_rings) ?:
	      show_setting(lt, port, ETHTOOL_MSG_COALESCE_GET, ETHTOOL_A_COALESCE_HEADER,
			   show_coalesce) ?:
	      show_setting(lt, port, ETHTOOL_MSG_FEATURES_GET, ETHTOOL_A_FEATURES_HEADER,
			   show_features) ?:
	      show_rss(lt, port) ?:
	      show_steering(lt, port);
	if (ret)
		return ret;
	out_text(lt, "\n  LANE   IRQ TX-IRQ  CPU  NODE  AFFINITY   XPS        RPS        NAPI\n");
	out_array(lt, "lanes");
	for (i = 0; i < port->lanes; i++)
		show_lane(lt, port, i);
	out_close(lt);
	out_close(lt);
	return 0;
}

/* "0-3", of those that take its interrupts */
static void show_cpus(const struct port *port, char *text, size_t size)
{
	char mask[LANES_MAX / 4 + 1];
	uint32_t i;

	memset(mask, '0', sizeof(mask) - 1);
	mask[sizeof(mask) - 1] = '\0';
	for (i = 0; i < port->lanes; i++) {
		int cpu = port->lane[i].cpu;
		char *digit = &mask[sizeof(mask) - 2 - cpu / 4];

		if (cpu < 0 || cpu >= LANES_MAX)
			continue;
		*digit = "0123456789abcdef"[(*digit > '9' ? *digit - 'a' + 10 : *digit - '0') |
					    1 << cpu % 4];
	}
	cpu_mask_list(text, size, mask);
}

static int show_line(struct lt *lt, struct port *port)
{
	char link[32], cpus[LANE_CPUS];
	int ret;

	port_driver(lt, port);
	ret = port_lanes(lt, port);
	if (ret)
		return ret;
	show_link(lt, port, link, sizeof(link));
	show_cpus(port, cpus, sizeof(cpus));
	out_object(lt, NULL);
	out_str(lt, "ifname", "%-15s", port->name);
	show_str(lt, "driver", " %-12s", port->driver);
	show_str(lt, "bus", " %-13s", port->bus);
	out_str(lt, "link", " %-10s", link);
	out_uint(lt, "lanes", " %5" PRIu64, port->lanes);
	show_cpu_list(lt, "cpus", "  %-8s", cpus);
	show_number(lt, "node", 4, show_numa(lt, port));
	out_bool(lt, "flowlane", NULL, port->flowlane);
	out_text(lt, "\n");
	out_close(lt);
	return 0;
}

static int show_run(struct lt *lt)
{
	struct ports ports = {};
	size_t i;
	int ret;

	out_begin(lt);
	ret = ports_arg(lt, &ports);
	if (!ret && lt_no_args(lt))
		ret = -EINVAL;
	if (!ret && !lt->dev)
		out_text(lt, "%-15s %-12s %-13s %-10s %s\n", "PORT", "DRIVER", "BUS", "LINK",
			 "LANES  CPUS     NODE");
	if (!ret && lt->dev)
		ret = show_port(lt, ports.port);
	else
		for (i = 0; i < ports.count && !ret; i++)
			ret = show_line(lt, &ports.port[i]);
	ports_free(&ports);
	return ret ? 1 : 0;
}

const struct lt_command lt_show[] = {
	{ "show", "[DEVNAME]", "Show the lanes of a port and what is set, or all ports", show_run,
	  LT_NO_DEV | LT_SCHEMA_OWN },
	{}
};
