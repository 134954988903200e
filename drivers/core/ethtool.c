// SPDX-License-Identifier: GPL-2.0
/* ethtool: what a port is, its counters, lanes, rings, moderation and link. */
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/log2.h>

#include <flowlane/coalesce.h>
#include <flowlane/dev.h>

#include "nfc.h"
#include "rss.h"
#include "selftest.h"
#include "stats.h"

static void fl_get_drvinfo(struct net_device *netdev,
			   struct ethtool_drvinfo *info)
{
	strscpy(info->driver, FL_NAME, sizeof(info->driver));
	strscpy(info->version, FL_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(netdev->dev.parent),
		sizeof(info->bus_info));
}

static u32 fl_get_msglevel(struct net_device *netdev)
{
	return ((struct fl_dev *)netdev_priv(netdev))->msg_enable;
}

static void fl_set_msglevel(struct net_device *netdev, u32 level)
{
	((struct fl_dev *)netdev_priv(netdev))->msg_enable = level;
}

static int fl_get_regs_len(struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (!fl->ops->reg_table)
		return -EOPNOTSUPP;
	return fl_regs_count(fl) * sizeof(u32);
}

static void fl_get_regs(struct net_device *netdev, struct ethtool_regs *regs,
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

static int fl_get_sset_count(struct net_device *netdev, int sset)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (sset == ETH_SS_TEST)
		return fl_test_count(fl);
	if (sset != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return 1 + ARRAY_SIZE(fl_sums) + ARRAY_SIZE(fl_steer_names) +
	       fl->caps.lanes_max * ARRAY_SIZE(fl_lane_names);
}

static void fl_get_strings(struct net_device *netdev, u32 sset, u8 *data)
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

static void fl_get_ethtool_stats(struct net_device *netdev,
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

/* What a backend does not count stays as it is: not there. */
static void fl_get_eth_mac_stats(struct net_device *netdev,
				 struct ethtool_eth_mac_stats *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_mac_stats)
		fl->ops->get_mac_stats(fl, stats);
}

static void fl_get_eth_phy_stats(struct net_device *netdev,
				 struct ethtool_eth_phy_stats *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_phy_stats)
		fl->ops->get_phy_stats(fl, stats);
}

static void fl_get_eth_ctrl_stats(struct net_device *netdev,
				  struct ethtool_eth_ctrl_stats *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_ctrl_stats)
		fl->ops->get_ctrl_stats(fl, stats);
}

static void fl_get_rmon_stats(struct net_device *netdev,
			      struct ethtool_rmon_stats *stats,
			      const struct ethtool_rmon_hist_range **ranges)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_rmon_stats)
		fl->ops->get_rmon_stats(fl, stats, ranges);
}

static void fl_get_pause_stats(struct net_device *netdev,
			       struct ethtool_pause_stats *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_pause_stats)
		fl->ops->get_pause_stats(fl, stats);
}

static void fl_get_pauseparam(struct net_device *netdev,
			      struct ethtool_pauseparam *p)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_pauseparam)
		fl->ops->get_pauseparam(fl, p);
}

static int fl_set_pauseparam(struct net_device *netdev,
			     struct ethtool_pauseparam *p)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (!fl->ops->set_pauseparam)
		return -EOPNOTSUPP;
	return fl->ops->set_pauseparam(fl, p);
}

static void fl_get_channels(struct net_device *netdev,
			    struct ethtool_channels *ch)
{
	struct fl_dev *fl = netdev_priv(netdev);

	ch->max_combined = fl->caps.lanes_max;
	ch->combined_count = fl->cfg.lanes;
}

static int fl_set_channels(struct net_device *netdev,
			   struct ethtool_channels *ch)
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

static void fl_get_ringparam(struct net_device *netdev,
			     struct ethtool_ringparam *ring,
			     struct kernel_ethtool_ringparam *kernel_ring,
			     struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);

	ring->rx_max_pending = fl->caps.ring_max;
	ring->tx_max_pending = fl->caps.ring_max;
	ring->rx_pending = fl->cfg.rx_size;
	ring->tx_pending = fl->cfg.tx_size;
}

static int fl_set_ringparam(struct net_device *netdev,
			    struct ethtool_ringparam *ring,
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
	c->usecs = fl_coalesce_round(fl, usecs);
	c->adaptive = adaptive;
	return 0;
}

static int fl_get_coalesce(struct net_device *netdev,
			   struct ethtool_coalesce *ec,
			   struct kernel_ethtool_coalesce *kernel_ec,
			   struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);

	fl_coalesce_fill(ec, &fl->coalesce);
	return 0;
}

static int fl_set_coalesce(struct net_device *netdev,
			   struct ethtool_coalesce *ec,
			   struct kernel_ethtool_coalesce *kernel_ec,
			   struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_coalesce c;
	int i, err;

	err = fl_coalesce_parse(fl, &fl->coalesce, ec, &c, extack);
	if (err)
		return err;
	fl->coalesce = c;
	for (i = 0; i < fl->caps.lanes_max; i++)
		fl_coalesce_set(&fl->lane[i], &c);
	return 0;
}

static int fl_get_per_queue_coalesce(struct net_device *netdev, u32 queue,
				     struct ethtool_coalesce *ec)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (queue >= fl->cfg.lanes)
		return -EINVAL;
	fl_coalesce_fill(ec, &fl->lane[queue].coalesce);
	return 0;
}

static int fl_set_per_queue_coalesce(struct net_device *netdev, u32 queue,
				     struct ethtool_coalesce *ec)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_coalesce c;
	int err;

	if (queue >= fl->cfg.lanes)
		return -EINVAL;
	err = fl_coalesce_parse(fl, &fl->lane[queue].coalesce, ec, &c, NULL);
	if (err)
		return err;
	fl_coalesce_set(&fl->lane[queue], &c);
	return 0;
}

static int fl_get_link_ksettings(struct net_device *netdev,
				 struct ethtool_link_ksettings *cmd)
{
	struct fl_dev *fl = netdev_priv(netdev);

	return fl->ops->get_link_ksettings(fl, cmd);
}

static int fl_set_link_ksettings(struct net_device *netdev,
				 const struct ethtool_link_ksettings *cmd)
{
	struct fl_dev *fl = netdev_priv(netdev);

	return fl->ops->set_link_ksettings(fl, cmd);
}

static int fl_nway_reset(struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);

	return fl->ops->nway_reset(fl);
}

static int fl_set_phys_id(struct net_device *netdev,
			  enum ethtool_phys_id_state state)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (!fl->ops->set_phys_id)
		return -EOPNOTSUPP;
	return fl->ops->set_phys_id(fl, state);
}

static int fl_get_eeprom_len(struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);

	return fl->ops->get_eeprom_len ? fl->ops->get_eeprom_len(fl) : 0;
}

static int fl_get_eeprom(struct net_device *netdev,
			 struct ethtool_eeprom *eeprom, u8 *data)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (!fl->ops->get_eeprom)
		return -EOPNOTSUPP;
	return fl->ops->get_eeprom(fl, eeprom, data);
}

/* None of the kinds: no backend arms its device for it. */
static void fl_get_wol(struct net_device *netdev, struct ethtool_wolinfo *wol)
{
}

/* ethtool's core has refused all but none. */
static int fl_set_wol(struct net_device *netdev, struct ethtool_wolinfo *wol)
{
	return 0;
}

static int fl_get_ts_info(struct net_device *netdev,
			  struct kernel_ethtool_ts_info *info)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_ts_info)
		return fl->ops->get_ts_info(fl, info);
	return ethtool_op_get_ts_info(netdev, info);
}

static void fl_get_ts_stats(struct net_device *netdev,
			    struct ethtool_ts_stats *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->ops->get_ts_stats)
		fl->ops->get_ts_stats(fl, stats);
}

const struct ethtool_ops fl_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS |
				     ETHTOOL_COALESCE_USE_ADAPTIVE,
	.get_drvinfo = fl_get_drvinfo,
	.get_msglevel = fl_get_msglevel,
	.set_msglevel = fl_set_msglevel,
	.get_regs_len = fl_get_regs_len,
	.get_regs = fl_get_regs,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = fl_get_link_ksettings,
	.set_link_ksettings = fl_set_link_ksettings,
	.nway_reset = fl_nway_reset,
	.set_phys_id = fl_set_phys_id,
	.get_eeprom_len = fl_get_eeprom_len,
	.get_eeprom = fl_get_eeprom,
	.get_wol = fl_get_wol,
	.set_wol = fl_set_wol,
	.get_sset_count = fl_get_sset_count,
	.get_strings = fl_get_strings,
	.get_ethtool_stats = fl_get_ethtool_stats,
	.self_test = fl_self_test,
	.get_eth_mac_stats = fl_get_eth_mac_stats,
	.get_eth_phy_stats = fl_get_eth_phy_stats,
	.get_eth_ctrl_stats = fl_get_eth_ctrl_stats,
	.get_rmon_stats = fl_get_rmon_stats,
	.get_pause_stats = fl_get_pause_stats,
	.get_pauseparam = fl_get_pauseparam,
	.set_pauseparam = fl_set_pauseparam,
	.get_channels = fl_get_channels,
	.set_channels = fl_set_channels,
	.get_coalesce = fl_get_coalesce,
	.set_coalesce = fl_set_coalesce,
	.get_per_queue_coalesce = fl_get_per_queue_coalesce,
	.set_per_queue_coalesce = fl_set_per_queue_coalesce,
	.get_ringparam = fl_get_ringparam,
	.set_ringparam = fl_set_ringparam,
	.get_rxfh_indir_size = fl_get_rxfh_indir_size,
	.get_rxfh_key_size = fl_get_rxfh_key_size,
	.get_rxfh = fl_get_rxfh,
	.set_rxfh = fl_set_rxfh,
	FL_RXFH_FIELDS_OPS,
	FL_RX_RING_COUNT_OPS,
	.get_ts_info = fl_get_ts_info,
	.get_ts_stats = fl_get_ts_stats,
};
