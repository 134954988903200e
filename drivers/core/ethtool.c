// SPDX-License-Identifier: GPL-2.0
/* ethtool: what a port is, its counters, lanes, rings and moderation. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/log2.h>

#include <flowlane/coalesce.h>
#include <flowlane/dev.h>
#include <flowlane/ethtool.h>

#include "nfc.h"
#include "selftest.h"
#include "stats.h"

/**
 * fl_get_drvinfo() - ethtool_ops.get_drvinfo: driver, version and place
 * @netdev: port
 * @info: filled in
 *
 * Context: process, RTNL.
 */
void fl_get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, FL_NAME, sizeof(info->driver));
	strscpy(info->version, FL_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(netdev->dev.parent),
		sizeof(info->bus_info));
}

/**
 * fl_get_msglevel() - ethtool_ops.get_msglevel: what is logged
 * @netdev: port
 *
 * Context: process, RTNL.
 *
 * Return: NETIF_MSG_x.
 */
u32 fl_get_msglevel(struct net_device *netdev)
{
	return ((struct fl_dev *)netdev_priv(netdev))->msg_enable;
}

/**
 * fl_set_msglevel() - ethtool_ops.set_msglevel: what is to be logged
 * @netdev: port
 * @level: NETIF_MSG_x
 *
 * Context: process, RTNL.
 */
void fl_set_msglevel(struct net_device *netdev, u32 level)
{
	((struct fl_dev *)netdev_priv(netdev))->msg_enable = level;
}

/**
 * fl_get_regs_len() - ethtool_ops.get_regs_len: size of a dump of registers
 * @netdev: port
 *
 * Context: process, RTNL.
 *
 * Return: bytes.
 */
int fl_get_regs_len(struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);

	return fl_regs_count(fl) * sizeof(u32);
}

/**
 * fl_get_regs() - ethtool_ops.get_regs: a dump of registers
 * @netdev: port
 * @regs: filled in
 * @data: filled with the registers of the backend's table
 *
 * Context: process, RTNL.
 */
void fl_get_regs(struct net_device *netdev, struct ethtool_regs *regs,
		 void *data)
{
	struct fl_dev *fl = netdev_priv(netdev);

	regs->version = fl->ops->reg_table->version;
	fl->ops->get_regs(fl, data);
}

/* Sums over all lanes, what steering has done, then four numbers a lane; what
 * else there is per queue is in the kernel's own queue statistics.
 */
static const struct {
	char name[ETH_GSTRING_LEN];
	u16 offset;
} fl_sums[] = {
#define FL_SUM(name, member) { name, offsetof(struct fl_lane_view, member) }
	FL_SUM("rx_csum_unnecessary", rx.csum_unnecessary),
	FL_SUM("rx_csum_none", rx.csum_none),
	FL_SUM("rx_csum_bad", rx.csum_bad),
	FL_SUM("rx_alloc_fail", rx.alloc_fail),
	FL_SUM("rx_frame_errors", rx.errors),
	FL_SUM("rx_drops", rx.drops),
	FL_SUM("tx_csum", tx.csum),
	FL_SUM("tx_gso_packets", tx.gso_packets),
	FL_SUM("tx_gso_wire_packets", tx.gso_wire_packets),
	FL_SUM("tx_stop", xmit.stop),
	FL_SUM("tx_wake", tx.wake),
	FL_SUM("tx_drop", xmit.drop),
#undef FL_SUM
};

/* As in struct fl_steer_stats. */
static const char *const fl_steer_names[] = {
	"steer_added", "steer_moved", "steer_expired", "steer_busy",
	"steer_table_full", "steer_failed", "steer_refused",
};

static_assert(sizeof(struct fl_steer_stats) ==
	      ARRAY_SIZE(fl_steer_names) * sizeof(u64));

static const char *const fl_lane_names[] = {
	"rx_packets", "rx_bytes", "tx_packets", "tx_bytes",
};

/**
 * fl_get_sset_count() - ethtool_ops.get_sset_count: how many strings there are
 * @netdev: port
 * @sset: of which set
 *
 * Context: process, RTNL.
 *
 * Return: the number or -EOPNOTSUPP.
 */
int fl_get_sset_count(struct net_device *netdev, int sset)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (sset == ETH_SS_TEST)
		return fl_test_count(fl);
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return 1 + ARRAY_SIZE(fl_sums) + ARRAY_SIZE(fl_steer_names) +
	       fl->caps.lanes_max * ARRAY_SIZE(fl_lane_names);
}

/**
 * fl_get_strings() - ethtool_ops.get_strings: names of counters or tests
 * @netdev: port
 * @sset: which of the two
 * @data: filled with ETH_GSTRING_LEN bytes for each
 *
 * Context: process, RTNL.
 */
void fl_get_strings(struct net_device *netdev, u32 sset, u8 *data)
{
	struct fl_dev *fl = netdev_priv(netdev);
	int i, j;

	if (sset == ETH_SS_TEST)
		fl_test_strings(fl, data);
	if (sset != ETH_SS_STATS)
		return;
	ethtool_puts(&data, "resets");
	for (i = 0; i < ARRAY_SIZE(fl_sums); i++)
		ethtool_puts(&data, fl_sums[i].name);
	for (i = 0; i < ARRAY_SIZE(fl_steer_names); i++)
		ethtool_puts(&data, fl_steer_names[i]);
	for (i = 0; i < fl->caps.lanes_max; i++)
		for (j = 0; j < ARRAY_SIZE(fl_lane_names); j++)
			ethtool_sprintf(&data, "lane%d_%s", i,
					fl_lane_names[j]);
}

/**
 * fl_get_ethtool_stats() - ethtool_ops.get_ethtool_stats: ethtool -S
 * @netdev: port
 * @stats: unused
 * @data: filled with a number for each name
 *
 * Context: process, RTNL.
 */
void fl_get_ethtool_stats(struct net_device *netdev,
			  struct ethtool_stats *stats, u64 *data)
{
	struct fl_dev *fl = netdev_priv(netdev);
	u64 *sum = data + 1;
	u64 *steer = sum + ARRAY_SIZE(fl_sums);
	u64 *lane = steer + ARRAY_SIZE(fl_steer_names);
	int i, j;

	memset(data, 0, (1 + ARRAY_SIZE(fl_sums)) * sizeof(*data));
	data[0] = fl->resets;
	fl_steer_stats(fl, (struct fl_steer_stats *)steer);
	for (i = 0; i < fl->caps.lanes_max; i++) {
		struct fl_lane_view v;

		fl_lane_stats(&fl->lane[i], &v);
		for (j = 0; j < ARRAY_SIZE(fl_sums); j++)
			sum[j] += *(u64 *)((u8 *)&v + fl_sums[j].offset);
		*lane++ = v.rx.packets;
		*lane++ = v.rx.bytes;
		*lane++ = v.tx.packets;
		*lane++ = v.tx.bytes;
	}
}

/**
 * fl_get_channels() - ethtool_ops.get_channels: ethtool -l
 * @netdev: port
 * @ch: filled in
 *
 * Context: process, RTNL.
 */
void fl_get_channels(struct net_device *netdev, struct ethtool_channels *ch)
{
	struct fl_dev *fl = netdev_priv(netdev);

	ch->max_combined = fl->caps.lanes_max;
	ch->combined_count = fl->cfg.lanes;
}

/**
 * fl_set_channels() - ethtool_ops.set_channels: ethtool -L: another number of lanes
 * @netdev: port
 * @ch: how many
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0 or a negative error; then nothing has changed, and the log says why.
 */
int fl_set_channels(struct net_device *netdev, struct ethtool_channels *ch)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_config cfg = fl->cfg;
	int err;

	/* ethtool's core has checked the limits, and that none is left out. */
	if (ch->combined_count == cfg.lanes)
		return 0;
	err = fl_nfc_check_lanes(fl, ch->combined_count);
	if (err)
		return err;
	cfg.lanes = ch->combined_count;
	err = fl_reconfigure(fl, &cfg, NULL);
	/* There is no extack to say it in. */
	if (err)
		netdev_err(netdev, "lanes stay at %u: %d\n", fl->cfg.lanes,
			   err);
	return err;
}

/**
 * fl_get_ringparam() - ethtool_ops.get_ringparam: ethtool -g
 * @netdev: port
 * @ring: filled in
 * @kernel_ring: unused
 * @extack: unused
 *
 * Context: process, RTNL.
 */
void fl_get_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
		      struct kernel_ethtool_ringparam *kernel_ring,
		      struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);

	ring->rx_max_pending = fl->caps.rx_ring_max;
	ring->tx_max_pending = fl->caps.tx_ring_max;
	ring->rx_pending = fl->cfg.rx_size;
	ring->tx_pending = fl->cfg.tx_size;
}

/**
 * fl_set_ringparam() - ethtool_ops.set_ringparam: ethtool -G: slots of the rings
 * @netdev: port
 * @ring: how many, rounded up to powers of two
 * @kernel_ring: unused
 * @extack: says what is wrong
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0 or a negative error; then nothing has changed.
 */
int fl_set_ringparam(struct net_device *netdev, struct ethtool_ringparam *ring,
		     struct kernel_ethtool_ringparam *kernel_ring,
		     struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_config cfg = fl->cfg;

	if (ring->rx_pending < FL_RING_SIZE_MIN ||
	    ring->tx_pending < FL_RING_SIZE_MIN) {
		NL_SET_ERR_MSG_FMT(extack, "a ring has at least %d slots",
				   FL_RING_SIZE_MIN);
		return -EINVAL;
	}
	cfg.rx_size = roundup_pow_of_two(ring->rx_pending);
	cfg.tx_size = roundup_pow_of_two(ring->tx_pending);
	if (cfg.rx_size == fl->cfg.rx_size && cfg.tx_size == fl->cfg.tx_size)
		return 0;
	return fl_reconfigure(fl, &cfg, extack);
}

static void fl_coalesce_fill(struct ethtool_coalesce *ec,
			     const struct fl_coalesce *c)
{
	ec->rx_coalesce_usecs = c->usecs;
	ec->tx_coalesce_usecs = c->usecs;
	ec->use_adaptive_rx_coalesce = c->adaptive;
	ec->use_adaptive_tx_coalesce = c->adaptive;
}

/* A lane's one interrupt serves both directions: a value for one of them is the
 * other's as well. The stack fills in what a user has left out, so the one that
 * is new counts. False if both are new and differ.
 */
static bool fl_coalesce_pick(u32 old, u32 rx, u32 tx, u32 *val)
{
	*val = rx == old ? tx : rx;
	return rx == tx || rx == old || tx == old;
}

static int fl_coalesce_parse(struct fl_dev *fl, const struct fl_coalesce *old,
			     const struct ethtool_coalesce *ec,
			     struct fl_coalesce *c,
			     struct netlink_ext_ack *extack)
{
	u32 most = fl->caps.itr_max * fl->caps.itr_unit_ns / NSEC_PER_USEC;
	u32 usecs, adaptive;

	if (!fl_coalesce_pick(old->usecs, ec->rx_coalesce_usecs,
			      ec->tx_coalesce_usecs, &usecs)) {
		NL_SET_ERR_MSG(extack,
			       "one interrupt serves both directions: rx-usecs and tx-usecs cannot differ");
		return -EINVAL;
	}
	if (usecs > most) {
		NL_SET_ERR_MSG_FMT(extack, "at most %u usecs between interrupts",
				   most);
		return -ERANGE;
	}
	/* Of two flags that differ, one is always the old one. */
	fl_coalesce_pick(old->adaptive, ec->use_adaptive_rx_coalesce,
			 ec->use_adaptive_tx_coalesce, &adaptive);
	/* Lanes would have to agree on it. */
	if (adaptive && fl->caps.itr_by == FL_ITR_PORT) {
		NL_SET_ERR_MSG(extack,
			       "the device has one interval for all queues: it cannot adapt to each");
		return -EOPNOTSUPP;
	}
	c->usecs = fl_coalesce_round(fl, usecs);
	c->adaptive = adaptive;
	return 0;
}

/**
 * fl_get_coalesce() - ethtool_ops.get_coalesce: ethtool -c
 * @netdev: port
 * @ec: filled in
 * @kernel_ec: unused
 * @extack: unused
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int fl_get_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
		    struct kernel_ethtool_coalesce *kernel_ec,
		    struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);

	fl_coalesce_fill(ec, &fl->coalesce);
	return 0;
}

/**
 * fl_set_coalesce() - ethtool_ops.set_coalesce: ethtool -C: moderation of all lanes
 * @netdev: port
 * @ec: as it is to be
 * @kernel_ec: unused
 * @extack: says what is wrong
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error; then nothing has changed.
 */
int fl_set_coalesce(struct net_device *netdev, struct ethtool_coalesce *ec,
		    struct kernel_ethtool_coalesce *kernel_ec,
		    struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_coalesce c;
	int err;

	err = fl_coalesce_parse(fl, &fl->coalesce, ec, &c, extack);
	if (err)
		return err;
	err = fl_coalesce_set_all(fl, &c);
	if (err)
		NL_SET_ERR_MSG(extack, "the device refuses the interval");
	return err;
}

/**
 * fl_get_per_queue_coalesce() - ethtool_ops.get_per_queue_coalesce: moderation of a lane
 * @netdev: port
 * @queue: lane
 * @ec: filled in
 *
 * Context: process, RTNL.
 *
 * Return: 0, or -EINVAL without such a lane.
 */
int fl_get_per_queue_coalesce(struct net_device *netdev, u32 queue,
			      struct ethtool_coalesce *ec)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (queue >= fl->cfg.lanes)
		return -EINVAL;
	if (fl->caps.itr_by == FL_ITR_PORT)
		return -EOPNOTSUPP;
	fl_coalesce_fill(ec, &fl->lane[queue].coalesce);
	return 0;
}

/**
 * fl_set_per_queue_coalesce() - ethtool_ops.set_per_queue_coalesce: the same, as it is to be
 * @netdev: port
 * @queue: lane
 * @ec: as it is to be
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error; then nothing has changed.
 */
int fl_set_per_queue_coalesce(struct net_device *netdev, u32 queue,
			      struct ethtool_coalesce *ec)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_coalesce c;
	int err;

	if (queue >= fl->cfg.lanes)
		return -EINVAL;
	if (fl->caps.itr_by == FL_ITR_PORT) {
		/* There is no extack to say it in. */
		netdev_err(netdev, "the device has one interval for all queues\n");
		return -EOPNOTSUPP;
	}
	err = fl_coalesce_parse(fl, &fl->lane[queue].coalesce, ec, &c, NULL);
	if (err)
		return err;
	return fl_coalesce_set(&fl->lane[queue], &c);
}
