/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ethtool asks of any port. A backend has an ethtool_ops of its own: these, and
 * what its device can do beside them. What a device has not is not there.
 */
#ifndef FLOWLANE_ETHTOOL_H
#define FLOWLANE_ETHTOOL_H

#include <linux/ethtool.h>

#include <flowlane/compat.h>

/* ethtool.c */
void fl_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info);
u32 fl_get_msglevel(struct net_device *netdev);
void fl_set_msglevel(struct net_device *netdev, u32 level);
int fl_get_regs_len(struct net_device *netdev);
void fl_get_regs(struct net_device *netdev, struct ethtool_regs *regs,
		 void *data);
int fl_get_sset_count(struct net_device *netdev, int sset);
void fl_get_strings(struct net_device *netdev, u32 sset, u8 *data);
void fl_get_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats,
			  u64 *data);
void fl_get_channels(struct net_device *netdev, struct ethtool_channels *ch);
int fl_set_channels(struct net_device *netdev, struct ethtool_channels *ch);
void fl_get_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
		      struct kernel_ethtool_ringparam *kernel_ring,
		      struct netlink_ext_ack *extack);
int fl_set_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
		     struct kernel_ethtool_ringparam *kernel_ring,
		     struct netlink_ext_ack *extack);
int fl_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
		    struct kernel_ethtool_coalesce *kernel_ec,
		    struct netlink_ext_ack *extack);
int fl_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
		    struct kernel_ethtool_coalesce *kernel_ec,
		    struct netlink_ext_ack *extack);
int fl_get_per_queue_coalesce(struct net_device *netdev, u32 queue,
			      struct ethtool_coalesce *ec);
int fl_set_per_queue_coalesce(struct net_device *netdev, u32 queue,
			      struct ethtool_coalesce *ec);

/* rss.c; the fields of flows and the number of rings are declared in compat.h */
u32 fl_get_rxfh_indir_size(struct net_device *netdev);
u32 fl_get_rxfh_key_size(struct net_device *netdev);
int fl_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh);
int fl_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh,
		struct netlink_ext_ack *extack);

/* selftest.c; for a backend that has tests */
void fl_self_test(struct net_device *netdev, struct ethtool_test *etest,
		  u64 *data);

#define FL_ETHTOOL_OPS						\
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS |	\
				     ETHTOOL_COALESCE_USE_ADAPTIVE, \
	.get_drvinfo = fl_get_drvinfo,				\
	.get_msglevel = fl_get_msglevel,			\
	.set_msglevel = fl_set_msglevel,			\
	.get_link = ethtool_op_get_link,			\
	.get_sset_count = fl_get_sset_count,			\
	.get_strings = fl_get_strings,				\
	.get_ethtool_stats = fl_get_ethtool_stats,		\
	.get_channels = fl_get_channels,			\
	.set_channels = fl_set_channels,			\
	.get_coalesce = fl_get_coalesce,			\
	.set_coalesce = fl_set_coalesce,			\
	.get_per_queue_coalesce = fl_get_per_queue_coalesce,	\
	.set_per_queue_coalesce = fl_set_per_queue_coalesce,	\
	.get_ringparam = fl_get_ringparam,			\
	.set_ringparam = fl_set_ringparam,			\
	.get_rxfh_indir_size = fl_get_rxfh_indir_size,		\
	.get_rxfh_key_size = fl_get_rxfh_key_size,		\
	.get_rxfh = fl_get_rxfh,				\
	.set_rxfh = fl_set_rxfh,				\
	FL_RXFH_FIELDS_OPS,					\
	FL_RX_RING_COUNT_OPS

#endif /* FLOWLANE_ETHTOOL_H */
