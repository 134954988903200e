// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: lanes, steered flows, and what steering does. It is
 * specified in Documentation/netlink/specs/flowlane.yaml; policies and operations
 * are as YNL would generate them.
 *
 * Each socket sees the ports of its own network namespace. All requests run under
 * RTNL: a port cannot go or be reconfigured below them, and a dump takes it anew
 * for each message. The device is not asked anything.
 */
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include <flowlane/dev.h>
#include <uapi/linux/flowlane.h>

#include "nl.h"

static_assert((int)FL_TIER_NONE == FLOWLANE_TIER_NONE);
static_assert((int)FL_TIER_BUCKET == FLOWLANE_TIER_BUCKET);
static_assert((int)FL_TIER_EXACT == FLOWLANE_TIER_EXACT);

enum {
	FL_NLGRP_FLOWS,
};

/**
 * struct fl_nl_ctx - how far a dump has come
 * @next: ifindex to go on with
 * @ifindex: the port that @pos is of; if it has gone, the next starts afresh
 * @pos: the next of what the port has
 */
struct fl_nl_ctx {
	unsigned long next;
	int ifindex;
	u32 pos;
};

static_assert(sizeof(struct fl_nl_ctx) <=
	      sizeof_field(struct netlink_callback, ctx));

/* Messages */

static int fl_nl_put_lane(struct sk_buff *skb, const struct genl_info *info,
			  const struct fl_dev *fl, u32 id)
{
	const struct fl_lane *lane = &fl->lane[id];
	void *hdr;

	hdr = genlmsg_iput(skb, info);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, FLOWLANE_A_LANE_IFINDEX, fl->netdev->ifindex) ||
	    nla_put_u32(skb, FLOWLANE_A_LANE_ID, id))
		goto err_cancel;
	if (id < fl->cfg.lanes && nla_put_flag(skb, FLOWLANE_A_LANE_IN_USE))
		goto err_cancel;
	/* What else there is, a lane has from open to stop. */
	if (lane->rx &&
	    (nla_put_u32(skb, FLOWLANE_A_LANE_IRQ, lane->irq) ||
	     nla_put_u32(skb, FLOWLANE_A_LANE_CPU, fl_lane_cpu(lane)) ||
	     nla_put_u32(skb, FLOWLANE_A_LANE_NAPI_ID, lane->napi.napi_id)))
		goto err_cancel;
	genlmsg_end(skb, hdr);
	return 0;

err_cancel:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

static int fl_nl_put_key(struct sk_buff *skb, const struct fl_flow_key *key)
{
	int len = key->l3 == htons(ETH_P_IP) ? sizeof(struct in_addr) :
					       sizeof(struct in6_addr);

	return nla_put_u16(skb, FLOWLANE_A_FLOW_L3_PROTO, ntohs(key->l3)) ||
	       nla_put_u8(skb, FLOWLANE_A_FLOW_PROTO, key->proto) ||
	       nla_put(skb, FLOWLANE_A_FLOW_SRC, len, &key->src) ||
	       nla_put(skb, FLOWLANE_A_FLOW_DST, len, &key->dst) ||
	       nla_put_be16(skb, FLOWLANE_A_FLOW_SRC_PORT, key->src_port) ||
	       nla_put_be16(skb, FLOWLANE_A_FLOW_DST_PORT, key->dst_port);
}

/**
 * fl_nl_put_flow() - one flow as a message
 * @skb: where to
 * @info: the request, or the notification
 * @fl: port
 * @flow: the flow
 *
 * Context: any.
 *
 * Return: 0, or -EMSGSIZE if there is no room; then nothing is left in @skb.
 */
int fl_nl_put_flow(struct sk_buff *skb, const struct genl_info *info,
		   const struct fl_dev *fl, const struct fl_flow_info *flow)
{
	void *hdr;

	hdr = genlmsg_iput(skb, info);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, FLOWLANE_A_FLOW_IFINDEX, fl->netdev->ifindex) ||
	    nla_put_u32(skb, FLOWLANE_A_FLOW_ID, flow->id) ||
	    fl_nl_put_key(skb, &flow->key) ||
	    nla_put_u32(skb, FLOWLANE_A_FLOW_HASH, flow->hash) ||
	    nla_put_u32(skb, FLOWLANE_A_FLOW_BUCKET, flow->bucket) ||
	    nla_put_u32(skb, FLOWLANE_A_FLOW_TIER, flow->tier) ||
	    nla_put_u32(skb, FLOWLANE_A_FLOW_LANE, flow->lane) ||
	    nla_put_u32(skb, FLOWLANE_A_FLOW_CPU,
			fl_lane_cpu(&fl->lane[flow->lane])) ||
	    nla_put_uint(skb, FLOWLANE_A_FLOW_PACKETS, flow->packets) ||
	    nla_put_u32(skb, FLOWLANE_A_FLOW_AGE, flow->age_ms)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int fl_nl_put_tiers(struct sk_buff *skb, struct fl_dev *fl)
{
	u32 tiers[FL_TIER_EXACT + 1] = {};
	struct fl_flow_info flow;
	u32 pos = 0;

	while (fl_steer_next(fl, &pos, &flow))
		tiers[flow.tier]++;
	return nla_put_u32(skb, FLOWLANE_A_STEER_FLOWS_NONE,
			   tiers[FL_TIER_NONE]) ||
	       nla_put_u32(skb, FLOWLANE_A_STEER_FLOWS_BUCKET,
			   tiers[FL_TIER_BUCKET]) ||
	       nla_put_u32(skb, FLOWLANE_A_STEER_FLOWS_EXACT,
			   tiers[FL_TIER_EXACT]);
}

/* What steering has taken of the device. */
static int fl_nl_put_taken(struct sk_buff *skb, struct fl_dev *fl)
{
	u32 buckets = 0, rules = 0, flows = 0;
	int i;

	spin_lock_bh(&fl->steer_lock);
	for (i = 0; i < fl->caps.rss_table; i++)
		buckets += fl->rss.lane[i] != fl->rss.table[i];
	for (i = 0; i < fl->caps.flow_filters; i++) {
		rules += fl->filter[i].owner == FL_FILTER_RULE;
		flows += fl->filter[i].owner == FL_FILTER_FLOW;
	}
	spin_unlock_bh(&fl->steer_lock);
	return nla_put_u32(skb, FLOWLANE_A_STEER_BUCKETS, buckets) ||
	       nla_put_u32(skb, FLOWLANE_A_STEER_FILTERS,
			   fl->caps.flow_filters) ||
	       nla_put_u32(skb, FLOWLANE_A_STEER_FILTERS_RULE, rules) ||
	       nla_put_u32(skb, FLOWLANE_A_STEER_FILTERS_FLOW, flows);
}

static int fl_nl_put_counters(struct sk_buff *skb, struct fl_dev *fl)
{
	struct fl_steer_stats stats;

	fl_steer_stats(fl, &stats);
	return nla_put_uint(skb, FLOWLANE_A_STEER_ADDED, stats.added) ||
	       nla_put_uint(skb, FLOWLANE_A_STEER_MOVED, stats.moved) ||
	       nla_put_uint(skb, FLOWLANE_A_STEER_EXPIRED, stats.expired) ||
	       nla_put_uint(skb, FLOWLANE_A_STEER_BUSY, stats.busy) ||
	       nla_put_uint(skb, FLOWLANE_A_STEER_TABLE_FULL,
			    stats.table_full) ||
	       nla_put_uint(skb, FLOWLANE_A_STEER_FAILED, stats.failed) ||
	       nla_put_uint(skb, FLOWLANE_A_STEER_REFUSED, stats.refused);
}

static int fl_nl_put_steer(struct sk_buff *skb, const struct genl_info *info,
			   struct fl_dev *fl)
{
	void *hdr;

	hdr = genlmsg_iput(skb, info);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, FLOWLANE_A_STEER_IFINDEX, fl->netdev->ifindex) ||
	    fl_nl_put_tiers(skb, fl) || fl_nl_put_taken(skb, fl) ||
	    fl_nl_put_counters(skb, fl)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Requests */

/* The netdev's port, or NULL if it is not one of ours. */
static struct fl_dev *fl_dev_of(struct net_device *netdev)
{
	return netdev->stat_ops == &fl_stat_ops ? netdev_priv(netdev) :
							NULL;
}

/* The port that a request names; an error pointer if it names none. RTNL. */
static struct fl_dev *fl_nl_port(const struct genl_info *info, u32 attr)
{
	const struct nlattr *nla;
	struct net_device *netdev;

	if (GENL_REQ_ATTR_CHECK(info, attr))
		return ERR_PTR(-EINVAL);
	nla = info->attrs[attr];
	netdev = __dev_get_by_index(genl_info_net(info), nla_get_u32(nla));
	if (!netdev) {
		NL_SET_ERR_MSG_ATTR(info->extack, nla,
				    "no device of that index in this network namespace");
		return ERR_PTR(-ENODEV);
	}
	if (!fl_dev_of(netdev)) {
		NL_SET_ERR_MSG_ATTR(info->extack, nla,
				    "not a port of " FL_NAME);
		return ERR_PTR(-EOPNOTSUPP);
	}
	return fl_dev_of(netdev);
}

static int fl_nl_lane_reply(struct sk_buff *skb, const struct genl_info *info)
{
	const struct nlattr *nla = info->attrs[FLOWLANE_A_LANE_ID];
	struct fl_dev *fl = fl_nl_port(info, FLOWLANE_A_LANE_IFINDEX);

	if (IS_ERR(fl))
		return PTR_ERR(fl);
	if (GENL_REQ_ATTR_CHECK(info, FLOWLANE_A_LANE_ID))
		return -EINVAL;
	if (nla_get_u32(nla) >= fl->caps.lanes_max) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, nla,
					"the port has lanes 0 to %u",
					fl->caps.lanes_max - 1);
		return -ENOENT;
	}
	return fl_nl_put_lane(skb, info, fl, nla_get_u32(nla));
}

static int fl_nl_steer_reply(struct sk_buff *skb, const struct genl_info *info)
{
	struct fl_dev *fl = fl_nl_port(info, FLOWLANE_A_STEER_IFINDEX);

	return IS_ERR(fl) ? PTR_ERR(fl) : fl_nl_put_steer(skb, info, fl);
}

static int fl_nl_reply(struct genl_info *info,
		       int (*reply)(struct sk_buff *skb,
				    const struct genl_info *info))
{
	struct sk_buff *skb;
	int err;

	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	rtnl_lock();
	err = reply(skb, info);
	rtnl_unlock();
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

static int fl_nl_lane_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return fl_nl_reply(info, fl_nl_lane_reply);
}

static int fl_nl_steer_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return fl_nl_reply(info, fl_nl_steer_reply);
}

/* Dumps */

/* Goes on with one port from @pos; -EMSGSIZE if there is more than has room. */
typedef int (*fl_nl_dump_fn)(struct sk_buff *skb, const struct genl_info *info,
			     struct fl_dev *fl, u32 *pos);

static int fl_nl_dump_lanes(struct sk_buff *skb, const struct genl_info *info,
			    struct fl_dev *fl, u32 *pos)
{
	int err = 0;

	for (; *pos < fl->caps.lanes_max; (*pos)++) {
		err = fl_nl_put_lane(skb, info, fl, *pos);
		if (err)
			break;
	}
	return err;
}

static int fl_nl_dump_flows(struct sk_buff *skb, const struct genl_info *info,
			    struct fl_dev *fl, u32 *pos)
{
	struct fl_flow_info flow;
	u32 next = *pos;
	int err = 0;

	while (fl_steer_next(fl, &next, &flow)) {
		err = fl_nl_put_flow(skb, info, fl, &flow);
		if (err)
			break;
		*pos = next;
	}
	return err;
}

static int fl_nl_dump_steer(struct sk_buff *skb, const struct genl_info *info,
			    struct fl_dev *fl, u32 *pos)
{
	int err = *pos ? 0 : fl_nl_put_steer(skb, info, fl);

	if (!err)
		*pos = 1;
	return err;
}

static int fl_nl_dump_port(struct sk_buff *skb, const struct genl_info *info,
			   struct fl_nl_ctx *ctx, struct fl_dev *fl,
			   fl_nl_dump_fn dump)
{
	if (ctx->ifindex != fl->netdev->ifindex) {
		ctx->ifindex = fl->netdev->ifindex;
		ctx->pos = 0;
	}
	return dump(skb, info, fl, &ctx->pos);
}

/* All ports of the socket's namespace, or the one that attribute @attr names. */
static int fl_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		      u32 attr, fl_nl_dump_fn dump)
{
	const struct genl_info *info = genl_info_dump(cb);
	struct fl_nl_ctx *ctx = (void *)cb->ctx;
	struct net_device *netdev;
	struct fl_dev *fl;
	int err = 0;

	rtnl_lock();
	if (info->attrs[attr]) {
		fl = fl_nl_port(info, attr);
		err = IS_ERR(fl) ? PTR_ERR(fl) :
				   fl_nl_dump_port(skb, info, ctx, fl, dump);
		goto out;
	}
	for_each_netdev_dump(genl_info_net(info), netdev, ctx->next) {
		fl = fl_dev_of(netdev);
		if (!fl)
			continue;
		err = fl_nl_dump_port(skb, info, ctx, fl, dump);
		if (err)
			break;
	}
out:
	rtnl_unlock();
	return err;
}

static int fl_nl_lane_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	return fl_nl_dump(skb, cb, FLOWLANE_A_LANE_IFINDEX, fl_nl_dump_lanes);
}

static int fl_nl_flow_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	return fl_nl_dump(skb, cb, FLOWLANE_A_FLOW_IFINDEX, fl_nl_dump_flows);
}

static int fl_nl_steer_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	return fl_nl_dump(skb, cb, FLOWLANE_A_STEER_IFINDEX, fl_nl_dump_steer);
}

/* The family */

static const struct nla_policy fl_nl_lane_do_policy[] = {
	[FLOWLANE_A_LANE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[FLOWLANE_A_LANE_ID] = { .type = NLA_U32 },
};

static const struct nla_policy fl_nl_lane_dump_policy[] = {
	[FLOWLANE_A_LANE_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy fl_nl_flow_policy[] = {
	[FLOWLANE_A_FLOW_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy fl_nl_steer_policy[] = {
	[FLOWLANE_A_STEER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct genl_split_ops fl_nl_ops[] = {
	{
		.cmd = FLOWLANE_CMD_LANE_GET,
		.doit = fl_nl_lane_get_doit,
		.policy = fl_nl_lane_do_policy,
		.maxattr = ARRAY_SIZE(fl_nl_lane_do_policy) - 1,
		.flags = GENL_CMD_CAP_DO,
	}, {
		.cmd = FLOWLANE_CMD_LANE_GET,
		.dumpit = fl_nl_lane_get_dumpit,
		.policy = fl_nl_lane_dump_policy,
		.maxattr = ARRAY_SIZE(fl_nl_lane_dump_policy) - 1,
		.flags = GENL_CMD_CAP_DUMP,
	}, {
		.cmd = FLOWLANE_CMD_FLOW_GET,
		.dumpit = fl_nl_flow_get_dumpit,
		.policy = fl_nl_flow_policy,
		.maxattr = ARRAY_SIZE(fl_nl_flow_policy) - 1,
		.flags = GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	}, {
		.cmd = FLOWLANE_CMD_STEER_GET,
		.doit = fl_nl_steer_get_doit,
		.policy = fl_nl_steer_policy,
		.maxattr = ARRAY_SIZE(fl_nl_steer_policy) - 1,
		.flags = GENL_CMD_CAP_DO,
	}, {
		.cmd = FLOWLANE_CMD_STEER_GET,
		.dumpit = fl_nl_steer_get_dumpit,
		.policy = fl_nl_steer_policy,
		.maxattr = ARRAY_SIZE(fl_nl_steer_policy) - 1,
		.flags = GENL_CMD_CAP_DUMP,
	},
};

/* As of a request: the capability counts in the namespace's own user namespace. */
static const struct genl_multicast_group fl_nl_groups[] = {
	[FL_NLGRP_FLOWS] = {
		.name = FLOWLANE_MCGRP_FLOWS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/* Requests take RTNL: the lock of all families has nothing to add. */
struct genl_family fl_nl_family __ro_after_init = {
	.name = FLOWLANE_FAMILY_NAME,
	.version = FLOWLANE_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = fl_nl_ops,
	.n_split_ops = ARRAY_SIZE(fl_nl_ops),
	.mcgrps = fl_nl_groups,
	.n_mcgrps = ARRAY_SIZE(fl_nl_groups),
};

/**
 * fl_nl_flow_event() - tell who listens what happened to a flow
 * @fl: port
 * @event: what
 * @flow: the flow, as it is now; of one that has gone, as it was last
 *
 * Without a listener in the port's network namespace this is one test. One that
 * misses a message, for lack of memory here or of room in its socket, finds
 * ENOBUFS there, and is to dump the flows again.
 *
 * Context: softirqs off, under the steering's lock: events come in their order.
 */
void fl_nl_flow_event(struct fl_dev *fl, enum fl_flow_event event,
		      const struct fl_flow_info *flow)
{
	static const u8 cmds[] = {
		[FL_FLOW_ADDED] = FLOWLANE_CMD_FLOW_ADD_NTF,
		[FL_FLOW_MOVED] = FLOWLANE_CMD_FLOW_MOVE_NTF,
		[FL_FLOW_GONE] = FLOWLANE_CMD_FLOW_DEL_NTF,
	};
	struct net *net = dev_net(fl->netdev);
	struct genl_info info;
	struct sk_buff *skb;

	if (!genl_has_listeners(&fl_nl_family, net, FL_NLGRP_FLOWS))
		return;
	genl_info_init_ntf(&info, &fl_nl_family, cmds[event]);
	skb = genlmsg_new(FL_NL_FLOW_SIZE, GFP_ATOMIC);
	if (!skb || fl_nl_put_flow(skb, &info, fl, flow)) {
		nlmsg_free(skb);
		genl_set_err(&fl_nl_family, net, 0, FL_NLGRP_FLOWS, -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&fl_nl_family, net, skb, 0, FL_NLGRP_FLOWS,
				GFP_ATOMIC);
}

/**
 * fl_nl_init() - let users ask
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative error.
 */
int __init fl_nl_init(void)
{
	return genl_register_family(&fl_nl_family);
}

/**
 * fl_nl_exit() - undo fl_nl_init(); there are no ports any more
 *
 * Context: process, may sleep.
 */
void fl_nl_exit(void)
{
	genl_unregister_family(&fl_nl_family);
}
