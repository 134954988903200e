// SPDX-License-Identifier: GPL-2.0
/*
 * Ports and their lanes: which interrupt and which CPU a queue has.  Flowlane says it itself;
 * of other drivers the netdev family says it, or else the names of interrupts do.
 */
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include <linux/flowlane.h>

#include "netdev_nl.h"
#include "port.h"

/* --- Devices */

static int port_add(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[IFLA_MTU + 1] = {
		[IFLA_IFNAME] = MNL_TYPE_NUL_STRING,
		[IFLA_MTU] = MNL_TYPE_U32,
	};
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[IFLA_MTU + 1];
	struct ports *ports = data;
	struct port *port;

	if (lt_parse(lt, msg, sizeof(*info), tb, types, IFLA_MTU))
		return -EBADMSG;
	if (!tb[IFLA_IFNAME] || info->ifi_index <= 0 ||
	    strlen(mnl_attr_get_str(tb[IFLA_IFNAME])) >= IFNAMSIZ ||
	    strchr(mnl_attr_get_str(tb[IFLA_IFNAME]), '/'))
		return lt_malformed(lt);
	port = realloc(ports->port, (ports->count + 1) * sizeof(*port));
	if (!port)
		return -ENOMEM;
	ports->port = port;
	port += ports->count++;
	*port = (struct port){ .ifindex = info->ifi_index, .flags = info->ifi_flags };
	snprintf(port->name, sizeof(port->name), "%s", mnl_attr_get_str(tb[IFLA_IFNAME]));
	if (tb[IFLA_MTU])
		port->mtu = mnl_attr_get_u32(tb[IFLA_MTU]);
	return 0;
}

int ports_find(struct lt *lt, const char *name, struct ports *ports)
{
	struct nlmsghdr *msg = lt_rtnl(lt, RTM_GETLINK, name ? NLM_F_ACK : NLM_F_DUMP,
				       sizeof(struct ifinfomsg));
	int ret;

	/* By this attribute the kernel finds alternative names too, but only short ones. */
	if (name)
		lt_put_str(lt, msg, strlen(name) < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
	ret = lt_send(lt, msg, port_add, ports);
	if (!ret && name && ports->count != 1)
		ret = lt_malformed(lt);
	return ret;
}

void ports_free(struct ports *ports)
{
	while (ports->count)
		free(ports->port[--ports->count].lane);
	free(ports->port);
	ports->port = NULL;
}

int ports_arg(struct lt *lt, struct ports *ports)
{
	const char *name = lt->argc && lt->argv[0][0] != '-' ? lt->argv[0] : NULL;

	if (name) {
		lt->argc--;
		lt->argv++;
		lt->dev = name;
	}
	return ports_find(lt, name, ports);
}

void port_driver(struct lt *lt, struct port *port)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (lt_ioctl_of(lt, port->name, &info))
		return;
	snprintf(port->driver, sizeof(port->driver), "%.31s", info.driver);
	snprintf(port->version, sizeof(port->version), "%.31s", info.version);
	snprintf(port->bus, sizeof(port->bus), "%.31s", info.bus_info);
	if (strchr(port->bus, '/'))
		port->bus[0] = '\0';	/* it becomes part of a path */
}

void port_text(struct lt *lt, const struct port *port, char *text, size_t size, const char *file)
{
	if (sys_read(lt, text, size, "/sys/class/net/%s/%s", port->name, file))
		text[0] = '\0';
}

struct lane *lane_of(const struct port *port, uint64_t number)
{
	return number < port->lanes ? &port->lane[number] : NULL;
}

/* --- CPUs */

void cpu_mask_list(char *list, size_t size, const char *mask)
{
	size_t digits = 0, len = strlen(mask), at = 0, i;
	unsigned int cpu = 0, first = 0;
	bool on, was = false;

	list[0] = '\0';
	for (i = 0; i < len; i++)
		digits += mask[i] != ',';
	/* One step beyond the last digit ends the last range. */
	for (cpu = 0; cpu <= 4 * digits && at + 1 < size; cpu++) {
		if (cpu % 4 == 0) {
			do
				len -= !!len;
			while (len && mask[len] == ',');
		}
		on = false;
		if (cpu < 4 * digits) {
			char digit[2] = { mask[len] };

			on = strtoul(digit, NULL, 16) >> cpu % 4 & 1;
		}
		if (on && !was)
			first = cpu;
		if (was && !on)
			at += snprintf(list + at, size - at, cpu - 1 > first ? "%s%u-%u" : "%s%u",
				       at ? "," : "", first, cpu - 1);
		was = on;
	}
}

bool cpu_in_list(unsigned int cpu, const char *list)
{
	unsigned int first, last;
	int used;

	while (sscanf(list, "%u%n", &first, &used) == 1) {
		list += used;
		last = first;
		if (sscanf(list, "-%u%n", &last, &used) == 1)
			list += used;
		if (cpu >= first && cpu <= last)
			return true;
		if (*list++ != ',')
			break;
	}
	return false;
}

struct node_search {
	struct lt *lt;
	unsigned int cpu;
	int node;
};

static int node_try(const char *name, void *data)
{
	struct node_search *search = data;
	unsigned int node;
	char list[256];

	if (sscanf(name, "node%u", &node) != 1 ||
	    sys_read(search->lt, list, sizeof(list), "/sys/devices/system/node/node%u/cpulist",
		     node) || !cpu_in_list(search->cpu, list))
		return 0;
	search->node = node;
	return 1;
}

static int cpu_node(struct lt *lt, int cpu)
{
	struct node_search search = { lt, cpu, -1 };

	if (cpu >= 0)
		sys_names(lt, node_try, &search, "/sys/devices/system/node");
	return search.node;
}

/* --- Lanes, from what says least to what says most */

static int lanes_count(const char *name, void *data)
{
	struct port *port = data;
	unsigned int number;
	char end;

	if ((sscanf(name, "rx-%u%c", &number, &end) == 1 ||
	     sscanf(name, "tx-%u%c", &number, &end) == 1) &&
	    number < LANES_MAX && number >= port->lanes)
		port->lanes = number + 1;
	return 0;
}

struct by_name {
	struct lt *lt;
	struct port *port;
};

/* Of "eth0-TxRx-3", "virtio1-input.3" and the like the last number is the lane's. */
static void lane_by_name(void *data, unsigned int irq, uint64_t total, const char *action)
{
	const struct by_name *by = data;
	const char *at, *tail, *digits;
	struct lane *lane;
	char kind[64];

	(void)total;
	/* The folder of the device's vectors has the number, or it is another device's. */
	if (!by->port->bus[0] || !strcmp(action, by->port->name) ||
	    sys_read(by->lt, kind, sizeof(kind), "/sys/bus/pci/devices/%s/msi_irqs/%u",
		     by->port->bus, irq))
		return;
	at = action + strcspn(action, "@");
	for (tail = at; tail > action && !strchr("-._", tail[-1]); tail--)
		;
	if (tail == action)
		return;
	for (digits = at; digits > tail && digits[-1] >= '0' && digits[-1] <= '9'; digits--)
		;
	if (digits == at)
		return;
	lane = lane_of(by->port, strtoull(digits, NULL, 10));
	if (!lane)
		return;
	if (strstr(action, "output") || (strstr(action, "tx") && !strstr(action, "rx")))
		lane->tx_irq = irq;
	else
		lane->irq = irq;
}

static int lane_queue(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[NETDEV_NL_QUEUE_MAX + 1] = {
		[NETDEV_NL_QUEUE_ID] = MNL_TYPE_U32,
		[NETDEV_NL_QUEUE_TYPE] = MNL_TYPE_U32,
		[NETDEV_NL_QUEUE_NAPI_ID] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[NETDEV_NL_QUEUE_MAX + 1];
	struct lane *lane;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, NETDEV_NL_QUEUE_MAX))
		return -EBADMSG;
	if (!tb[NETDEV_NL_QUEUE_ID] || !tb[NETDEV_NL_QUEUE_TYPE])
		return lt_malformed(lt);
	lane = lane_of(data, mnl_attr_get_u32(tb[NETDEV_NL_QUEUE_ID]));
	if (lane && tb[NETDEV_NL_QUEUE_NAPI_ID] && !mnl_attr_get_u32(tb[NETDEV_NL_QUEUE_TYPE]))
		lane->napi = mnl_attr_get_u32(tb[NETDEV_NL_QUEUE_NAPI_ID]);
	return 0;
}

static int lane_napi(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[NETDEV_NL_NAPI_MAX + 1] = {
		[NETDEV_NL_NAPI_ID] = MNL_TYPE_U32,
		[NETDEV_NL_NAPI_IRQ] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[NETDEV_NL_NAPI_MAX + 1];
	const struct port *port = data;
	uint32_t i;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, NETDEV_NL_NAPI_MAX))
		return -EBADMSG;
	if (!tb[NETDEV_NL_NAPI_ID])
		return lt_malformed(lt);
	for (i = 0; i < port->lanes && tb[NETDEV_NL_NAPI_IRQ]; i++)
		if (port->lane[i].napi == mnl_attr_get_u32(tb[NETDEV_NL_NAPI_ID]))
			port->lane[i].irq = mnl_attr_get_u32(tb[NETDEV_NL_NAPI_IRQ]);
	return 0;
}

static int lane_own(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[FLOWLANE_A_LANE_MAX + 1] = {
		[FLOWLANE_A_LANE_ID] = MNL_TYPE_U32,
		[FLOWLANE_A_LANE_IRQ] = MNL_TYPE_U32,
		[FLOWLANE_A_LANE_CPU] = MNL_TYPE_U32,
		[FLOWLANE_A_LANE_NAPI_ID] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[FLOWLANE_A_LANE_MAX + 1];
	struct port *port = data;
	struct lane *lane;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, FLOWLANE_A_LANE_MAX))
		return -EBADMSG;
	if (!tb[FLOWLANE_A_LANE_ID])
		return lt_malformed(lt);
	port->flowlane = true;
	lane = lane_of(port, mnl_attr_get_u32(tb[FLOWLANE_A_LANE_ID]));
	if (!lane)
		return 0;	/* one that the device has and the port does not use */
	if (tb[FLOWLANE_A_LANE_IRQ])
		lane->irq = mnl_attr_get_u32(tb[FLOWLANE_A_LANE_IRQ]);
	if (tb[FLOWLANE_A_LANE_CPU])
		lane->cpu = mnl_attr_get_u32(tb[FLOWLANE_A_LANE_CPU]);
	if (tb[FLOWLANE_A_LANE_NAPI_ID])
		lane->napi = mnl_attr_get_u32(tb[FLOWLANE_A_LANE_NAPI_ID]);
	return 0;
}

/* A dump of one device's; one whose family is not there, or that it has not, says nothing. */
static int lanes_ask(struct lt *lt, struct port *port, const char *family, uint8_t cmd,
		     uint16_t attr, lt_reply reply)
{
	struct nlmsghdr *msg;
	int ret;

	msg = lt_try_genl(lt, family, cmd, &ret);
	if (msg) {
		lt_put_u32(lt, msg, attr, port->ifindex);
		ret = lt_try(lt, msg, reply, port);
	}
	return ret < 0 ? ret : 0;
}

static void lane_cpus(struct lt *lt, const struct port *port, uint32_t number)
{
	struct lane *lane = &port->lane[number];
	int irq = lane->irq >= 0 ? lane->irq : lane->tx_irq;
	char text[1024];

	if (irq >= 0 && !sys_read(lt, text, sizeof(text), "/proc/irq/%d/smp_affinity_list", irq))
		snprintf(lane->affinity, sizeof(lane->affinity), "%s", text);
	if (irq >= 0 && lane->cpu < 0 &&
	    !sys_read(lt, text, sizeof(text), "/proc/irq/%d/effective_affinity_list", irq) &&
	    text[0] >= '0' && text[0] <= '9')
		lane->cpu = strtoul(text, NULL, 10) & 0xffff;
	lane->node = cpu_node(lt, lane->cpu);
	if (!sys_read(lt, text, sizeof(text), "/sys/class/net/%s/queues/tx-%u/xps_cpus",
		      port->name, number))
		cpu_mask_list(lane->xps, sizeof(lane->xps), text);
}

int port_lanes(struct lt *lt, struct port *port)
{
	struct by_name by = { lt, port };
	int ret;
	uint32_t i;

	free(port->lane);
	port->lanes = 0;
	sys_names(lt, lanes_count, port, "/sys/class/net/%s/queues", port->name);
	port->lane = calloc(port->lanes + 1, sizeof(*port->lane));
	if (!port->lane)
		return -ENOMEM;
	for (i = 0; i < port->lanes; i++)
		port->lane[i] = (struct lane){ .irq = -1, .tx_irq = -1, .cpu = -1, .node = -1 };
	irqs_read(lt, lane_by_name, &by);
	ret = lanes_ask(lt, port, NETDEV_NL_FAMILY, NETDEV_NL_QUEUE_GET, NETDEV_NL_QUEUE_IFINDEX,
			lane_queue) ?:
	      lanes_ask(lt, port, NETDEV_NL_FAMILY, NETDEV_NL_NAPI_GET, NETDEV_NL_NAPI_IFINDEX,
			lane_napi);
	if (!ret && !strcmp(port->driver, FLOWLANE_FAMILY_NAME))
		ret = lanes_ask(lt, port, FLOWLANE_FAMILY_NAME, FLOWLANE_CMD_LANE_GET,
				FLOWLANE_A_LANE_IFINDEX, lane_own);
	for (i = 0; i < port->lanes && !ret; i++)
		lane_cpus(lt, port, i);
	return ret;
}
