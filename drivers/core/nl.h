/* SPDX-License-Identifier: GPL-2.0 */
/* The netlink family, for nl.c and its tests. */
#ifndef FL_NL_H
#define FL_NL_H

#include <net/genetlink.h>

#include <flowlane/dev.h>

/* Bytes of the attributes of the largest flow: of two addresses, of the packets,
 * and of twelve others of up to 4 bytes.
 */
#define FL_NL_FLOW_SIZE	(2 * nla_total_size(sizeof(struct in6_addr)) + \
			 nla_total_size(sizeof(u64)) + \
			 12 * nla_total_size(sizeof(u32)))

extern struct genl_family fl_nl_family;

int fl_nl_put_flow(struct sk_buff *skb, const struct genl_info *info,
		   const struct fl_dev *fl, const struct fl_flow_info *flow);

#endif /* FL_NL_H */
