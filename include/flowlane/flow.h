/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which lane a flow is led to, beyond the hash: filters that know a flow by its
 * addresses and ports, and flows that the stack asks to have on the lane of the
 * CPU that consumes them (steer.c).
 */
#ifndef FLOWLANE_FLOW_H
#define FLOWLANE_FLOW_H

#include <linux/bits.h>
#include <linux/in6.h>
#include <linux/types.h>

struct fl_dev;
struct fl_lane;

/**
 * struct fl_flow_key - what tells a flow from all others
 * @src: source address; of IPv4 the first word
 * @dst: destination address; as @src
 * @src_port: source port, 0 without ports
 * @dst_port: destination port, 0 without ports
 * @l3: ETH_P_IP or ETH_P_IPV6
 * @proto: IPPROTO_x
 *
 * Without padding, so that keys compare as memory; unused bytes are 0.
 */
struct fl_flow_key {
	struct in6_addr src;
	struct in6_addr dst;
	__be16 src_port;
	__be16 dst_port;
	__be16 l3;
	u16 proto;
};

/* What of a key a filter looks at. */
#define FL_MATCH_PROTO		BIT(0)
#define FL_MATCH_SRC		BIT(1)
#define FL_MATCH_DST		BIT(2)
#define FL_MATCH_SRC_PORT	BIT(3)
#define FL_MATCH_DST_PORT	BIT(4)
#define FL_MATCH_ALL		GENMASK(4, 0)

/* Most filters that a device may have, of all kinds. */
#define FL_FILTERS_MAX		16

/* Who has put a filter there. */
enum fl_filter_owner {
	FL_FILTER_FREE,
	FL_FILTER_RULE,		/* a user, by ethtool -N */
	FL_FILTER_FLOW,		/* steer.c */
};

/**
 * struct fl_filter - a filter of the device
 * @key: the flow, IPv4; for a filter of Ethernet's types only @key.l3
 * @match: FL_MATCH_x; 0 for a filter of Ethernet's types
 * @lane: where frames that match go
 * @owner: &enum fl_filter_owner
 */
struct fl_filter {
	struct fl_flow_key key;
	u8 match;
	u8 owner;
	u16 lane;
};

/* How a flow is led. */
enum fl_flow_tier {
	FL_TIER_NONE,		/* not at all: others have its bucket */
	FL_TIER_BUCKET,		/* by the entry of the table that its hash picks */
	FL_TIER_EXACT,		/* by a filter of its own */
};

/* What happened to a flow. */
enum fl_flow_event {
	FL_FLOW_ADDED,
	FL_FLOW_MOVED,
	FL_FLOW_GONE,
};

/**
 * struct fl_flow_info - a flow that the stack has asked for, as shown to users
 * @key: the flow
 * @packets: seen since it was asked for first
 * @age_ms: time since then
 * @hash: the device's hash of it
 * @id: filter id that the stack knows it by
 * @bucket: entry of the table that the hash picks
 * @lane: where the stack wants it
 * @tier: &enum fl_flow_tier
 */
struct fl_flow_info {
	struct fl_flow_key key;
	u64 packets;
	u32 age_ms;
	u32 hash;
	u16 id;
	u16 bucket;
	u16 lane;
	u8 tier;
};

/**
 * struct fl_steer_stats - what steering has done, since probe
 * @added: flows led to another lane, for the first time
 * @moved: flows led to yet another
 * @expired: flows forgotten, as they were idle
 * @busy: requests refused, as others need the bucket
 * @table_full: requests refused, as another flow has the slot
 * @failed: flows that the device could not be told of
 * @refused: requests that cannot be met: no hash of the device, no such lane
 */
struct fl_steer_stats {
	u64 added;
	u64 moved;
	u64 expired;
	u64 busy;
	u64 table_full;
	u64 failed;
	u64 refused;
};

#endif /* FLOWLANE_FLOW_H */
