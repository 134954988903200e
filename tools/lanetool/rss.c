// SPDX-License-Identifier: GPL-2.0
/* Receive hashing: key, table and fields of a device, and Toeplitz' hash over them. */
#include <stdlib.h>

#include "netdev_nl.h"
#include "rss.h"

static void *rss_copy(const struct nlattr *attr, size_t *size)
{
	void *copy;

	*size = attr ? mnl_attr_get_payload_len(attr) : 0;
	copy = malloc(*size + 1);
	if (copy && attr)
		memcpy(copy, mnl_attr_get_payload(attr), *size);
	return copy;
}

static int rss_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[RSS_NL_MAX + 1] = {
		[RSS_NL_CONTEXT] = MNL_TYPE_U32,
		[RSS_NL_HFUNC] = MNL_TYPE_U32,
		[RSS_NL_INPUT_XFRM] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[RSS_NL_MAX + 1];
	struct rss *rss = data;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, RSS_NL_MAX))
		return -EBADMSG;
	if (tb[RSS_NL_INDIR] && mnl_attr_get_payload_len(tb[RSS_NL_INDIR]) % sizeof(*rss->table))
		return lt_malformed(lt);
	rss_free(rss);
	if (tb[RSS_NL_CONTEXT])
		rss->context = mnl_attr_get_u32(tb[RSS_NL_CONTEXT]);
	if (tb[RSS_NL_HFUNC])
		rss->functions = mnl_attr_get_u32(tb[RSS_NL_HFUNC]);
	if (tb[RSS_NL_INPUT_XFRM])
		rss->symmetric = mnl_attr_get_u32(tb[RSS_NL_INPUT_XFRM]);
	rss->table = rss_copy(tb[RSS_NL_INDIR], &rss->entries);
	rss->entries /= sizeof(*rss->table);
	rss->key = rss_copy(tb[RSS_NL_HKEY], &rss->key_size);
	return rss->table && rss->key ? 0 : -ENOMEM;
}

static struct nlmsghdr *rss_request(struct lt *lt, const char *dev, uint32_t context)
{
	struct nlmsghdr *msg = lt_genl(lt, ETHTOOL_GENL_NAME, RSS_NL_GET, ETHTOOL_GENL_VERSION,
				       NLM_F_ACK);
	struct nlattr *nest;

	if (!msg)
		return NULL;
	nest = lt_nest(lt, msg, RSS_NL_HEADER);
	lt_put_str(lt, msg, ETHTOOL_A_HEADER_DEV_NAME, dev);
	lt_nest_end(msg, nest);
	if (context)
		lt_put_u32(lt, msg, RSS_NL_CONTEXT, context);
	return msg;
}

int rss_read(struct lt *lt, const char *dev, struct rss *rss)
{
	struct nlmsghdr *msg = rss_request(lt, dev, 0);

	return msg ? lt_try(lt, msg, rss_reply, rss) : -ENOENT;
}

int rss_ask(struct lt *lt, const char *dev, uint32_t context, struct rss *rss)
{
	struct nlmsghdr *msg = rss_request(lt, dev, context);

	return msg ? lt_ask(lt, msg, rss_reply, rss) : -ENOENT;
}

void rss_free(struct rss *rss)
{
	free(rss->table);
	free(rss->key);
	*rss = (struct rss){};
}

static int rss_created(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[RSS_NL_MAX + 1] = { [RSS_NL_CONTEXT] = MNL_TYPE_U32 };
	const struct nlattr *tb[RSS_NL_MAX + 1];
	struct ethtool_rxfh *rss = data;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, RSS_NL_MAX))
		return -EBADMSG;
	if (!tb[RSS_NL_CONTEXT])
		return lt_malformed(lt);
	rss->rss_context = mnl_attr_get_u32(tb[RSS_NL_CONTEXT]);
	return 0;
}

/* What the kernel or the device does not know by netlink it may know by ioctl. */
static int rss_send(struct lt *lt, struct nlmsghdr *msg, lt_reply reply, void *data)
{
	int ret;

	lt->quiet_unsupported = true;
	ret = lt_send(lt, msg, reply, data);
	lt->quiet_unsupported = false;
	return ret;
}

int rss_change(struct lt *lt, bool remove, struct ethtool_rxfh *rss)
{
	bool create = rss->rss_context == ETH_RXFH_CONTEXT_ALLOC;
	bool table = !remove && rss->indir_size != ETH_RXFH_INDIR_NO_CHANGE;
	uint32_t entries = table ? rss->indir_size : 0;
	struct nlmsghdr *msg;

	/* For the ioctl to refuse: nothing to remove, no table to fill, nothing to set */
	if (create ? remove || (table && !entries)
		   : !remove && !table && !rss->key_size && !rss->hfunc)
		return -EOPNOTSUPP;
	msg = lt_request(lt, remove ? RSS_NL_DELETE : create ? RSS_NL_CREATE : RSS_NL_SET,
			 RSS_NL_HEADER, 0);
	if (!msg)
		return -ENOENT;
	if (rss->rss_context && !create)
		lt_put_u32(lt, msg, RSS_NL_CONTEXT, rss->rss_context);
	if (table)	/* one without entries stands for the default */
		lt_put(lt, msg, RSS_NL_INDIR, rss->rss_config, entries * sizeof(uint32_t));
	if (rss->key_size && !remove)
		lt_put(lt, msg, RSS_NL_HKEY, rss->rss_config + entries, rss->key_size);
	if (rss->hfunc && !remove)
		lt_put_u32(lt, msg, RSS_NL_HFUNC, rss->hfunc);
	return rss_send(lt, msg, create ? rss_created : NULL, rss);
}

int rss_or_ioctl(struct lt *lt, int ret, void *command, const char *what)
{
	if (ret == -EOPNOTSUPP)
		return lt_ioctl(lt, command, what);
	if (ret && lt->refused)
		fprintf(lt->err, "%s: %s\n", what, strerror(-ret));
	return ret;
}

/* --- Which fields are hashed */

static uint16_t rss_flow(uint32_t type)
{
	static const uint16_t attrs[] = {
		[TCP_V4_FLOW] = RSS_NL_TCP4,
		[UDP_V4_FLOW] = RSS_NL_UDP4,
		[SCTP_V4_FLOW] = RSS_NL_SCTP4,
		[AH_ESP_V4_FLOW] = RSS_NL_AH_ESP4,
		[TCP_V6_FLOW] = RSS_NL_TCP6,
		[UDP_V6_FLOW] = RSS_NL_UDP6,
		[SCTP_V6_FLOW] = RSS_NL_SCTP6,
		[AH_ESP_V6_FLOW] = RSS_NL_AH_ESP6,
		[ETHER_FLOW] = RSS_NL_ETHER,
	};

	type &= ~FLOW_RSS;
	return type < ARRAY_SIZE(attrs) ? attrs[type] : 0;
}

struct rss_told {
	uint16_t flow;		/* RSS_NL_TCP4, ... */
	bool told;
	uint64_t fields;
};

static int rss_fields_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[RSS_NL_MAX + 1], *flows[RSS_NL_FLOW_MAX + 1];
	static const uint8_t types[RSS_NL_FLOW_MAX + 1] = {};
	struct rss_told *told = data;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, RSS_NL_MAX))
		return -EBADMSG;
	if (!tb[RSS_NL_FLOW_HASH])
		return 0;
	if (lt_parse_nest(lt, tb[RSS_NL_FLOW_HASH], flows, types, RSS_NL_FLOW_MAX))
		return -EBADMSG;
	told->told = flows[told->flow];
	told->fields = lt_uint(flows[told->flow]);
	return 0;
}

int rss_fields(struct lt *lt, const char *dev, uint32_t type, uint32_t context, uint64_t *fields)
{
	struct ethtool_rxnfc nfc = {
		.cmd = ETHTOOL_GRXFH,
		.flow_type = type,
		.rss_context = context,
	};
	struct rss_told told = { .flow = rss_flow(type) };
	struct nlmsghdr *msg = rss_request(lt, dev, context);
	int ret;

	if (!msg)
		return -ENOENT;
	ret = lt_ask(lt, msg, rss_fields_reply, &told);
	if (ret && !lt->refused)
		return ret;
	if (!told.told) {
		ret = lt_ioctl_of(lt, dev, &nfc);
		told.fields = nfc.data;
	}
	if (!ret)
		*fields = told.fields;
	return ret;
}

int rss_set_fields(struct lt *lt, uint32_t type, uint32_t context, uint64_t fields)
{
	struct nlmsghdr *msg = lt_request(lt, RSS_NL_SET, RSS_NL_HEADER, 0);
	struct nlattr *nest;

	if (!msg)
		return -ENOENT;
	if (context)
		lt_put_u32(lt, msg, RSS_NL_CONTEXT, context);
	nest = lt_nest(lt, msg, RSS_NL_FLOW_HASH);
	lt_put_u32(lt, msg, rss_flow(type), fields);
	lt_nest_end(msg, nest);
	return rss_send(lt, msg, NULL, NULL);
}

uint32_t rss_key_bits(const uint8_t *key, size_t size, size_t bit)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < 5; i++)
		bits = bits << 8 | (bit / 8 + i < size ? key[bit / 8 + i] : 0);
	return bits >> (8 - bit % 8);
}

/**
 * rss_toeplitz() - the hash of RSS's specification
 * @key: from the device
 * @key_size: its bytes; bits beyond them count as 0
 * @input: fields in the order and in the form that they have on the wire
 * @size: its bytes
 *
 * Return: the hash.
 */
uint32_t rss_toeplitz(const uint8_t *key, size_t key_size, const uint8_t *input, size_t size)
{
	uint32_t hash = 0;
	size_t bit;

	for (bit = 0; bit < 8 * size; bit++)
		if (input[bit / 8] & 0x80 >> bit % 8)
			hash ^= rss_key_bits(key, key_size, bit);
	return hash;
}
