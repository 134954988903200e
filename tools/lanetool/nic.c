// SPDX-License-Identifier: GPL-2.0
/* A port's settings by name, from three requests of ethtool's family and from /sys. */
#include <ctype.h>
#include <net/if.h>
#include <stdlib.h>

#include "nic.h"
#include "port.h"

static const struct nic_row {
	const char *name;
	uint8_t get;
	uint16_t attr;
	uint16_t max;		/* the attribute of the largest value, or 0 */
	bool flag;		/* u8 */
} rows[NIC_SETTINGS] = {
	[NIC_COMBINED] = { "channels:combined", ETHTOOL_MSG_CHANNELS_GET,
		ETHTOOL_A_CHANNELS_COMBINED_COUNT, ETHTOOL_A_CHANNELS_COMBINED_MAX },
	[NIC_RX_QUEUES] = { "channels:rx", ETHTOOL_MSG_CHANNELS_GET,
		ETHTOOL_A_CHANNELS_RX_COUNT, ETHTOOL_A_CHANNELS_RX_MAX },
	[NIC_TX_QUEUES] = { "channels:tx", ETHTOOL_MSG_CHANNELS_GET,
		ETHTOOL_A_CHANNELS_TX_COUNT, ETHTOOL_A_CHANNELS_TX_MAX },
	[NIC_RING_RX] = { "ring:rx", ETHTOOL_MSG_RINGS_GET, ETHTOOL_A_RINGS_RX,
		ETHTOOL_A_RINGS_RX_MAX },
	[NIC_RING_TX] = { "ring:tx", ETHTOOL_MSG_RINGS_GET, ETHTOOL_A_RINGS_TX,
		ETHTOOL_A_RINGS_TX_MAX },
	[NIC_ADAPTIVE_RX] = { "coalesce:adaptive-rx", ETHTOOL_MSG_COALESCE_GET,
		ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX, 0, true },
	[NIC_ADAPTIVE_TX] = { "coalesce:adaptive-tx", ETHTOOL_MSG_COALESCE_GET,
		ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX, 0, true },
	[NIC_RX_USECS] = { "coalesce:rx-usecs", ETHTOOL_MSG_COALESCE_GET,
		ETHTOOL_A_COALESCE_RX_USECS },
	[NIC_RX_FRAMES] = { "coalesce:rx-frames", ETHTOOL_MSG_COALESCE_GET,
		ETHTOOL_A_COALESCE_RX_MAX_FRAMES },
	[NIC_TX_USECS] = { "coalesce:tx-usecs", ETHTOOL_MSG_COALESCE_GET,
		ETHTOOL_A_COALESCE_TX_USECS },
	[NIC_TX_FRAMES] = { "coalesce:tx-frames", ETHTOOL_MSG_COALESCE_GET,
		ETHTOOL_A_COALESCE_TX_MAX_FRAMES },
};

#define NIC_HEADER	1	/* the header's attribute, in each of these messages */
#define NIC_ATTR_MAX	ETHTOOL_A_COALESCE_MAX

struct nic_answer {
	struct nic *port;
	uint8_t get;
};

const char *nic_setting_name(enum nic_setting setting)
{
	return rows[setting].name;
}

static int nic_take(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[NIC_ATTR_MAX + 1];
	uint8_t types[NIC_ATTR_MAX + 1] = { [NIC_HEADER] = MNL_TYPE_NESTED };
	const struct nic_answer *answer = data;
	size_t i;

	for (i = 0; i < NIC_SETTINGS; i++) {
		if (rows[i].get != answer->get)
			continue;
		types[rows[i].attr] = rows[i].flag ? MNL_TYPE_U8 : MNL_TYPE_U32;
		if (rows[i].max)
			types[rows[i].max] = MNL_TYPE_U32;
	}
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, NIC_ATTR_MAX))
		return -EBADMSG;
	for (i = 0; i < NIC_SETTINGS; i++) {
		struct nic_value *value = &answer->port->values[i];

		if (rows[i].get != answer->get || !tb[rows[i].attr])
			continue;
		value->there = true;
		value->value = rows[i].flag ? mnl_attr_get_u8(tb[rows[i].attr])
					    : mnl_attr_get_u32(tb[rows[i].attr]);
		if (rows[i].max && tb[rows[i].max])
			value->max = mnl_attr_get_u32(tb[rows[i].max]);
	}
	return 0;
}

static void nic_copy(uint32_t *to, const struct lt_bits *bits, const uint32_t *map)
{
	uint32_t i;

	memset(to, 0, NIC_BITS / 8);
	for (i = 0; i < NIC_BITS; i++)
		if (lt_bit(bits, map, i))
			to[i / 32] |= 1u << i % 32;
}

static int nic_take_features(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_FEATURES_MAX + 1] = {
		[ETHTOOL_A_FEATURES_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_FEATURES_HW] = MNL_TYPE_NESTED,
		[ETHTOOL_A_FEATURES_WANTED] = MNL_TYPE_NESTED,
		[ETHTOOL_A_FEATURES_ACTIVE] = MNL_TYPE_NESTED,
		[ETHTOOL_A_FEATURES_NOCHANGE] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_FEATURES_MAX + 1];
	struct lt_bits hw, wanted, active, fixed;
	struct nic *port = data;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_FEATURES_MAX) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_HW], &hw) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_WANTED], &wanted) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_ACTIVE], &active) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_NOCHANGE], &fixed))
		return -EBADMSG;
	nic_copy(port->hw, &hw, hw.value);
	nic_copy(port->wanted, &wanted, wanted.value);
	nic_copy(port->active, &active, active.value);
	nic_copy(port->fixed, &fixed, fixed.value);
	return 0;
}

/* One request.  A device that does not answer it is none the worse. */
static int nic_ask(struct lt *lt, uint8_t get, uint32_t flags, lt_reply reply, void *data)
{
	struct nlmsghdr *msg = lt_request(lt, get, NIC_HEADER, flags);
	int ret;

	if (!msg)
		return -ENOENT;
	lt->quiet = true;
	ret = lt_send(lt, msg, reply, data);
	lt->quiet = false;
	return ret == -EOPNOTSUPP ? 0 : ret;
}

int nic_values(struct lt *lt, struct nic *port)
{
	static const uint8_t gets[] = {
		ETHTOOL_MSG_CHANNELS_GET, ETHTOOL_MSG_RINGS_GET, ETHTOOL_MSG_COALESCE_GET,
	};
	struct nic_answer answer = { .port = port };
	int ret = 0;
	size_t i;

	lt->dev = port->name;
	memset(port->values, 0, sizeof(port->values));
	for (i = 0; !ret && i < ARRAY_SIZE(gets); i++) {
		answer.get = gets[i];
		ret = nic_ask(lt, gets[i], 0, nic_take, &answer);
	}
	port->features = ret ? NULL : lt_strset(lt, ETH_SS_FEATURES, NULL);
	if (!ret && !port->features)
		return -EBADMSG;
	if (!ret)
		ret = nic_ask(lt, ETHTOOL_MSG_FEATURES_GET, ETHTOOL_FLAG_COMPACT_BITSETS,
			      nic_take_features, port);
	if (ret)
		lt_error(lt, "%s: cannot ask for its settings: %s", port->name, strerror(-ret));
	return ret;
}

/* A feature's bit in map, which is one of the port's; there: can it be switched? */
static bool nic_bit(const struct nic *port, const uint32_t *map, const char *name, bool *there)
{
	uint32_t i;

	for (i = 0; port->features && i < port->features->count && i < NIC_BITS; i++) {
		uint32_t bit = 1u << i % 32;

		if (strcmp(lt_string(port->features, i), name))
			continue;
		if (there)
			*there = port->hw[i / 32] & ~port->fixed[i / 32] & bit;
		return map[i / 32] & bit;
	}
	if (there)
		*there = false;
	return false;
}

bool nic_feature(const struct nic *port, const char *name, bool *there)
{
	return nic_bit(port, port->active, name, there);
}

bool nic_wants(const struct nic *port, const char *name, bool *there)
{
	return nic_bit(port, port->wanted, name, there);
}

/* --- Setting */

int nic_set(struct lt *lt, enum nic_setting setting, uint32_t value)
{
	const struct nic_row *row = &rows[setting];
	/* The request that sets comes right behind the one that gets. */
	struct nlmsghdr *msg = lt_request(lt, row->get + 1, NIC_HEADER, 0);

	if (!msg)
		return -ENOENT;
	if (row->flag)
		lt_put_u8(lt, msg, row->attr, value);
	else
		lt_put_u32(lt, msg, row->attr, value);
	return lt_send(lt, msg, NULL, NULL);
}

int nic_set_feature(struct lt *lt, const char *name, bool on)
{
	struct nlmsghdr *msg = lt_request(lt, ETHTOOL_MSG_FEATURES_SET, NIC_HEADER,
					  ETHTOOL_FLAG_COMPACT_BITSETS);
	struct nlattr *wanted, *bits;

	if (!msg)
		return -ENOENT;
	wanted = lt_nest(lt, msg, ETHTOOL_A_FEATURES_WANTED);
	bits = lt_nest(lt, msg, ETHTOOL_A_BITSET_BITS);
	lt_put_bit(lt, msg, name, on);
	lt_nest_end(msg, bits);
	lt_nest_end(msg, wanted);
	return lt_send(lt, msg, NULL, NULL);
}

/* --- Vectors, queues, CPUs */

static int nic_add_irq(const char *name, void *data)
{
	struct nic *port = data;

	if (port->irq_count == NIC_IRQS)
		return 1;
	port->irqs[port->irq_count].number = strtoul(name, NULL, 10);
	port->irqs[port->irq_count].queue = -1;
	port->irq_count++;
	return 0;
}

static int nic_irq_order(const void *a, const void *b)
{
	const struct nic_irq *one = a, *two = b;

	return one->number < two->number ? -1 : one->number > two->number;
}

/*
 * Whose queue's a vector is: what receives has the number at the end of its name, but for what
 * mlx5 and others put behind an @.  An address with a ':' is no number of a queue.
 */
static int nic_irq_queue(const char *name)
{
	size_t len = strcspn(name, "@"), digits = len;

	while (digits && isdigit((unsigned char)name[digits - 1]))
		digits--;
	if (digits == len || !digits || !strchr("-.p", name[digits - 1]) ||
	    strcspn(name, ":") < len ||
	    strstr(name, "output") || strstr(name, "-tx-") || strstr(name, "ctrl"))
		return -1;
	return atoi(name + digits);
}

static void nic_irq_seen(void *data, unsigned int number, uint64_t total, const char *action)
{
	struct nic *port = data;
	unsigned int i;

	for (i = 0; i < port->irq_count; i++) {
		struct nic_irq *irq = &port->irqs[i];

		if (irq->number != number)
			continue;
		irq->count = total;
		snprintf(irq->name, sizeof(irq->name), "%s", action);
		irq->queue = nic_irq_queue(irq->name);
		return;
	}
}

void nic_counts(struct lt *lt, struct nic *port)
{
	irqs_read(lt, nic_irq_seen, port);
}

static int nic_queue(const char *name, void *data)
{
	struct nic *port = data;

	port->rx_queues += !strncmp(name, "rx-", 3);
	port->tx_queues += !strncmp(name, "tx-", 3);
	return 0;
}

static int nic_driver(struct lt *lt, struct nic *port)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	int ret = lt_ioctl_of(lt, port->name, &info);

	if (ret)
		return ret == -EOPNOTSUPP ? 0 : ret;
	snprintf(port->driver, sizeof(port->driver), "%.32s", info.driver);
	snprintf(port->bus, sizeof(port->bus), "%.32s", info.bus_info);
	if (strchr(port->bus, '/'))
		port->bus[0] = '\0';
	return 0;
}

int nic_load(struct lt *lt, struct nic *port, const char *name)
{
	uint64_t index = 0;
	int ret;

	memset(port, 0, sizeof(*port));
	port->name = name;
	if (!*name || strlen(name) >= IFNAMSIZ || strchr(name, '/') || *name == '.')
		return lt_error(lt, "'%s' is not the name of a device", name), -EINVAL;
	ret = nic_driver(lt, port) ?: sys_u64(lt, &index, "/sys/class/net/%s/ifindex", name);
	if (ret) {
		lt_error(lt, "%s: %s", name, strerror(-ret));
		return ret;
	}
	port->ifindex = index;
	sys_names(lt, nic_queue, port, "/sys/class/net/%s/queues", name);
	if (port->bus[0])
		sys_names(lt, nic_add_irq, port, "/sys/bus/pci/devices/%s/msi_irqs", port->bus);
	qsort(port->irqs, port->irq_count, sizeof(port->irqs[0]), nic_irq_order);
	nic_counts(lt, port);
	return nic_values(lt, port);
}

unsigned int cpus_parse(const char *text, bool map[NIC_CPUS])
{
	unsigned int count = 0;

	memset(map, 0, NIC_CPUS * sizeof(*map));
	while (isdigit((unsigned char)*text)) {
		char *end;
		unsigned long first = strtoul(text, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (; first <= last && first < NIC_CPUS; first++) {
			count += !map[first];
			map[first] = true;
		}
		text = end + (*end == ',');
	}
	return count;
}

const char *cpus_mask(const bool map[NIC_CPUS], char *buf, size_t size)
{
	unsigned int word, bit, len = 0;

	buf[0] = '\0';
	for (word = NIC_CPUS / 32; word-- && len < size;) {
		uint32_t bits = 0;

		for (bit = 0; bit < 32; bit++)
			bits |= (uint32_t)map[word * 32 + bit] << bit;
		if (len || bits || !word)
			len += snprintf(buf + len, size - len, len ? ",%08x" : "%x", bits);
	}
	return buf;
}

unsigned int nic_cpus(struct lt *lt, const struct nic *port, unsigned int cpus[NIC_CPUS])
{
	static bool online[NIC_CPUS], local[NIC_CPUS], apart[NIC_CPUS];
	unsigned int i, others = 0, count = 0;
	char text[1024];

	if (sys_read(lt, text, sizeof(text), "/sys/devices/system/cpu/online"))
		return 0;
	cpus_parse(text, online);
	if (!port->bus[0] ||
	    sys_read(lt, text, sizeof(text), "/sys/bus/pci/devices/%s/local_cpulist", port->bus) ||
	    !cpus_parse(text, local))
		memcpy(local, online, sizeof(local));
	/* CPUs that are kept from all work that is not given to them (isolcpus=) */
	if (sys_read(lt, text, sizeof(text), "/sys/devices/system/cpu/isolated"))
		text[0] = '\0';
	cpus_parse(text, apart);
	for (i = 0; i < NIC_CPUS; i++)
		others += online[i] && local[i] && !apart[i];
	for (i = 0; i < NIC_CPUS; i++)
		if (online[i] && local[i] && (!apart[i] || !others))
			cpus[count++] = i;
	return count;
}

const char *nic_sends(const unsigned int *cpus, unsigned int count, unsigned int queue,
		      unsigned int queues, char *buf, size_t size)
{
	static bool map[NIC_CPUS];
	unsigned int i;

	memset(map, 0, sizeof(map));
	for (i = queue % count; i < count; i += queues)
		map[cpus[i]] = true;
	return cpus_mask(map, buf, size);
}
