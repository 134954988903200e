/* SPDX-License-Identifier: GPL-2.0 */
/* What ethtool asks and sets of receive hashing. */
#ifndef FLOWLANE_CORE_RSS_H
#define FLOWLANE_CORE_RSS_H

#include <linux/types.h>

/* The fields of flows and the number of rings are declared in compat.h. */

struct ethtool_rxfh_param;
struct net_device;
struct netlink_ext_ack;

u32 fl_get_rxfh_indir_size(struct net_device *netdev);
u32 fl_get_rxfh_key_size(struct net_device *netdev);
int fl_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh);
int fl_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh,
		struct netlink_ext_ack *extack);

#endif /* FLOWLANE_CORE_RSS_H */
