// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics: the driver's own (-S, --phy-statistics), which netlink has only the names of, and
 * the standard groups (-S with --groups or --all-groups).
 */
#include <inttypes.h>
#include <stdlib.h>

#include "lanetool.h"

#define STATS_MAX	65536	/* the kernel writes what there is, not what there is room for */

/* --- The driver's own */

static void stats_say(struct lt *lt, const struct lt_strset *names,
		      const struct ethtool_stats *stats, const char *what)
{
	uint32_t i;

	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	out_text(lt, "%s statistics:\n", what);
	out_object(lt, "statistics");
	for (i = 0; i < names->count && i < stats->n_stats; i++) {
		out_text(lt, "     %s: ", lt_string(names, i));
		out_uint(lt, lt_string(names, i), "%" PRIu64 "\n", stats->data[i]);
	}
	out_close(lt);
	out_close(lt);
}

static int stats_driver(struct lt *lt, uint32_t cmd, uint32_t set, const char *what)
{
	const struct lt_strset *names;
	struct ethtool_stats *stats;
	int ret = 97;

	out_begin(lt);
	names = lt_ioctl_strings(lt, set, "Cannot get stats strings information");
	if (!names)
		return 96;
	if (!names->count) {
		fprintf(lt->err, "no stats available\n");
		return 94;
	}
	stats = calloc(1, sizeof(*stats) + STATS_MAX * sizeof(*stats->data));
	if (!stats) {
		fprintf(lt->err, "no memory available\n");
		return 95;
	}
	stats->cmd = cmd;
	stats->n_stats = names->count;
	if (!lt_ioctl(lt, stats, "Cannot get stats information")) {
		stats_say(lt, names, stats, what);
		ret = 0;
	}
	free(stats);
	return ret;
}

static int stats_phy(struct lt *lt)
{
	if (lt->argc)
		return lt_bad_args(lt);
	return stats_driver(lt, ETHTOOL_GPHYSTATS, ETH_SS_PHY_STATS, "PHY");
}

/* --- Standard groups */

static int stats_bucket(struct lt *lt, const struct nlattr *nest, const char *group,
			const char *way)
{
	static const uint8_t types[ETHTOOL_A_STATS_GRP_MAX + 1] = {
		[ETHTOOL_A_STATS_GRP_HIST_BKT_LOW] = MNL_TYPE_U32,
		[ETHTOOL_A_STATS_GRP_HIST_BKT_HI] = MNL_TYPE_U32,
		[ETHTOOL_A_STATS_GRP_HIST_VAL] = MNL_TYPE_U64,
	};
	const struct nlattr *tb[ETHTOOL_A_STATS_GRP_MAX + 1];
	uint32_t low, high;
	uint64_t value;

	if (lt_parse_nest(lt, nest, tb, types, ETHTOOL_A_STATS_GRP_MAX))
		return -EBADMSG;
	if (!tb[ETHTOOL_A_STATS_GRP_HIST_BKT_LOW] || !tb[ETHTOOL_A_STATS_GRP_HIST_BKT_HI] ||
	    !tb[ETHTOOL_A_STATS_GRP_HIST_VAL])
		return lt_malformed(lt);
	low = mnl_attr_get_u32(tb[ETHTOOL_A_STATS_GRP_HIST_BKT_LOW]);
	high = mnl_attr_get_u32(tb[ETHTOOL_A_STATS_GRP_HIST_BKT_HI]);
	value = mnl_attr_get_u64(tb[ETHTOOL_A_STATS_GRP_HIST_VAL]);
	out_text(lt, "%s-%s-etherStatsPkts", way, group);
	if (low && high)
		out_text(lt, "%uto%uOctets: %" PRIu64 "\n", low, high, value);
	else if (high)
		out_text(lt, "%uOctets: %" PRIu64 "\n", high, value);
	else
		out_text(lt, "%utoMaxOctets: %" PRIu64 "\n", low, value);
	out_object(lt, "bucket");
	out_uint(lt, "low", NULL, low);
	out_uint(lt, "high", NULL, high);
	out_uint(lt, "val", NULL, value);
	out_close(lt);
	return 0;
}

static int stats_buckets(struct lt *lt, const struct nlattr *group, const char *name, uint16_t type)
{
	const char *way = type == ETHTOOL_A_STATS_GRP_HIST_RX ? "rx" : "tx";
	const struct nlattr *attr;
	bool begun = false;
	char key[16];

	snprintf(key, sizeof(key), "%s-pktsNtoM", way);
	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) != type)
			continue;
		if (!begun)
			out_array(lt, key);
		begun = true;
		if (mnl_attr_validate(attr, MNL_TYPE_NESTED) < 0)
			return lt_malformed(lt);
		if (stats_bucket(lt, attr, name, way))
			return -EBADMSG;
	}
	if (begun)
		out_close(lt);
	return 0;
}

static int stats_values(struct lt *lt, const struct nlattr *group, const char *name,
			const struct lt_strset *names)
{
	const struct nlattr *attr, *value;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) != ETHTOOL_A_STATS_GRP_STAT)
			continue;
		value = mnl_attr_get_payload(attr);
		if (!mnl_attr_ok(value, mnl_attr_get_payload_len(attr)) ||
		    mnl_attr_validate(value, MNL_TYPE_U64) < 0)
			return lt_malformed(lt);
		if (!*lt_string(names, mnl_attr_get_type(value)))
			continue;
		out_text(lt, "%s-%s: ", name, lt_string(names, mnl_attr_get_type(value)));
		out_uint(lt, lt_string(names, mnl_attr_get_type(value)), "%" PRIu64 "\n",
			 mnl_attr_get_u64(value));
	}
	return 0;
}

static int stats_group(struct lt *lt, const struct nlattr *group)
{
	static const uint8_t types[ETHTOOL_A_STATS_GRP_MAX + 1] = {
		[ETHTOOL_A_STATS_GRP_ID] = MNL_TYPE_U32,
		[ETHTOOL_A_STATS_GRP_SS_ID] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[ETHTOOL_A_STATS_GRP_MAX + 1];
	const struct lt_strset *groups, *names;
	const char *name;

	if (mnl_attr_validate(group, MNL_TYPE_NESTED) < 0 ||
	    lt_parse_nest(lt, group, tb, types, ETHTOOL_A_STATS_GRP_MAX) ||
	    !tb[ETHTOOL_A_STATS_GRP_ID])
		return lt_malformed(lt);
	if (!tb[ETHTOOL_A_STATS_GRP_SS_ID])
		return 0;
	groups = lt_strset(lt, ETH_SS_STATS_STD, NULL);
	if (!groups)
		return -EBADMSG;
	name = lt_string(groups, mnl_attr_get_u32(tb[ETHTOOL_A_STATS_GRP_ID]));
	names = lt_strset(lt, mnl_attr_get_u32(tb[ETHTOOL_A_STATS_GRP_SS_ID]), NULL);
	if (!names)
		return -EBADMSG;
	out_object(lt, name);
	if (stats_values(lt, group, name, names) ||
	    stats_buckets(lt, group, name, ETHTOOL_A_STATS_GRP_HIST_RX) ||
	    stats_buckets(lt, group, name, ETHTOOL_A_STATS_GRP_HIST_TX))
		return -EBADMSG;
	out_close(lt);
	return 0;
}

static int stats_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_STATS_MAX + 1] = {
		[ETHTOOL_A_STATS_HEADER] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_STATS_MAX + 1];
	const struct nlattr *attr;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_STATS_MAX))
		return -EBADMSG;
	out_device(lt, "Standard stats for %s:\n", lt_dev_name(lt, tb[ETHTOOL_A_STATS_HEADER]));
	mnl_attr_for_each(attr, msg, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == ETHTOOL_A_STATS_GRP && stats_group(lt, attr))
			return -EBADMSG;
	out_close(lt);
	return 0;
}

static int stats_standard(struct lt *lt)
{
	static const struct lt_arg args[] = {
		{ "--groups", LT_ARG_BITSET_NAMES, ETHTOOL_A_STATS_GROUPS },
		{ "--all-groups", LT_ARG_BITSET_ALL, ETHTOOL_A_STATS_GROUPS,
		  .strset = ETH_SS_STATS_STD },
		{}
	};
	struct nlmsghdr *msg;
	int i;

	lt->cmd = "-S";
	/* Asked for before, as there is one request at a time. */
	for (i = 0; i < lt->argc && strcmp(lt->argv[i], "--all-groups");)
		i++;
	if (i < lt->argc && !lt_strset(lt, ETH_SS_STATS_STD, NULL))
		return 1;
	lt->dump = !strcmp(lt->dev, "*");
	msg = lt_request(lt, ETHTOOL_MSG_STATS_GET, ETHTOOL_A_STATS_HEADER, 0);
	if (!msg || lt_args(lt, args, msg, NULL))
		return 1;
	out_begin(lt);
	return lt_send(lt, msg, stats_reply, NULL) ? 1 : 0;
}

static int stats_get(struct lt *lt)
{
	if (lt->argc)
		return stats_standard(lt);
	if (lt_ioctl_dev(lt, "ioctl-only request"))
		return 1;
	lt->schema_own = true;
	return stats_driver(lt, ETHTOOL_GSTATS, ETH_SS_STATS, "NIC");
}

const struct lt_command lt_stats[] = {
	{ "-S|--statistics", "[--all-groups | --groups [eth-phy] [eth-mac] [eth-ctrl] [rmon]]",
	  "Show statistics: the driver's own, or standard ones", stats_get },
	{ "--phy-statistics", NULL, "Show the PHY driver's statistics", stats_phy,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{}
};
