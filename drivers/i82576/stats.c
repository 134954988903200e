// SPDX-License-Identifier: GPL-2.0
/*
 * What the MAC counts. Reading clears a counter, and one that is full stays full
 * until it is read: they are added up here, and read now and then by ourselves.
 */
#include <linux/ethtool.h>

#include "hw.h"

/* The first counter to be full counts 64-byte frames, after 48 minutes. */
#define I82576_STATS_PERIOD	(10 * 60 * HZ)

/* Registers in the order of enum i82576_stat, which hw.h has. */
static const u16 i82576_stat_regs[I82576_STATS] = {
	[STAT_CRCERRS] = 0x4000,
	[STAT_ALGNERRC] = 0x4004,
	[STAT_RXERRC] = 0x400c,
	[STAT_MPC] = 0x4010,
	[STAT_COLC] = 0x4028,
	[STAT_MPRC] = 0x407c,
	[STAT_ROC] = 0x40ac,
	[STAT_SYMERRS] = 0x4008,
	[STAT_SCC] = 0x4014,
	[STAT_ECOL] = 0x4018,
	[STAT_MCC] = 0x401c,
	[STAT_LATECOL] = 0x4020,
	[STAT_DC] = 0x4030,
	[STAT_TNCRS] = 0x4034,
	[STAT_RLEC] = 0x4040,
	[STAT_XONRXC] = 0x4048,
	[STAT_XONTXC] = 0x404c,
	[STAT_XOFFRXC] = 0x4050,
	[STAT_XOFFTXC] = 0x4054,
	[STAT_FCRUC] = 0x4058,
	[STAT_PRC64] = 0x405c,
	[STAT_PRC127] = 0x4060,
	[STAT_PRC255] = 0x4064,
	[STAT_PRC511] = 0x4068,
	[STAT_PRC1023] = 0x406c,
	[STAT_PRC1522] = 0x4070,
	[STAT_GPRC] = 0x4074,
	[STAT_BPRC] = 0x4078,
	[STAT_GPTC] = 0x4080,
	[STAT_RUC] = 0x40a4,
	[STAT_RFC] = 0x40a8,
	[STAT_RJC] = 0x40b0,
	[STAT_PTC64] = 0x40d8,
	[STAT_PTC127] = 0x40dc,
	[STAT_PTC255] = 0x40e0,
	[STAT_PTC511] = 0x40e4,
	[STAT_PTC1023] = 0x40e8,
	[STAT_PTC1522] = 0x40ec,
	[STAT_MPTC] = 0x40f0,
	[STAT_BPTC] = 0x40f4,
};

/* A device that goes away reads as all ones. */
static void i82576_count(struct i82576 *hw, u32 reg, u64 *sum)
{
	u32 val = i82576_rd(hw, reg);

	if (val != U32_MAX)
		*sum += val;
}

/* The upper half of 64 bits; reading it clears both. */
static void i82576_count_octets(struct i82576 *hw, u32 reg, u64 *sum)
{
	u32 low = i82576_rd(hw, reg);
	u32 high = i82576_rd(hw, reg + 4);

	if (high != U32_MAX)
		*sum += (u64)high << 32 | low;
}

/* Reads take a microsecond each: no more of them than are asked for. */
static void i82576_read_stats(struct i82576 *hw, enum i82576_stat end)
{
	int i;

	lockdep_assert_held(&hw->stats_lock);
	if (!netif_device_present(hw->fl.netdev))
		return;
	for (i = 0; i < end; i++)
		i82576_count(hw, i82576_stat_regs[i], &hw->stats[i]);
	for (i = 0; i < hw->fl.caps.lanes_max; i++)
		i82576_count(hw, I82576_RQDPC(i), &hw->stats[STAT_MPC]);
	if (end < I82576_STATS)
		return;
	i82576_count_octets(hw, I82576_GORCL, &hw->rx_octets);
	i82576_count_octets(hw, I82576_GOTCL, &hw->tx_octets);
}

static void i82576_stats_fetch(struct i82576 *hw)
{
	spin_lock_bh(&hw->stats_lock);
	i82576_read_stats(hw, I82576_STATS);
	spin_unlock_bh(&hw->stats_lock);
}

static void i82576_stats_work(struct work_struct *work)
{
	struct i82576 *hw = container_of(to_delayed_work(work), struct i82576,
					 stats_work);

	i82576_stats_fetch(hw);
	schedule_delayed_work(&hw->stats_work, I82576_STATS_PERIOD);
}

/**
 * i82576_stats_init() - nothing counted yet
 * @hw: port
 */
void i82576_stats_init(struct i82576 *hw)
{
	spin_lock_init(&hw->stats_lock);
	INIT_DELAYED_WORK(&hw->stats_work, i82576_stats_work);
}

/**
 * i82576_stats_start() - from here on the device counts
 * @hw: port
 *
 * Context: process, RTNL.
 */
void i82576_stats_start(struct i82576 *hw)
{
	schedule_delayed_work(&hw->stats_work, I82576_STATS_PERIOD);
}

/**
 * i82576_stats_stop() - the device is about to be reset, which clears its counters
 * @hw: port, maybe without its device
 *
 * Context: process, RTNL.
 */
void i82576_stats_stop(struct i82576 *hw)
{
	cancel_delayed_work_sync(&hw->stats_work);
	i82576_stats_fetch(hw);
}

/**
 * i82576_get_stats() - add what the MAC counted
 * @fl: port
 * @stats: to add to
 *
 * Context: any; reading /proc/net/dev holds no more than the RCU read lock.
 */
void i82576_get_stats(struct fl_dev *fl, struct rtnl_link_stats64 *stats)
{
	struct i82576 *hw = i82576_of(fl);
	const u64 *stat = hw->stats;

	spin_lock_bh(&hw->stats_lock);
	i82576_read_stats(hw, STAT_LINK_END);
	stats->rx_crc_errors += stat[STAT_CRCERRS];
	stats->rx_frame_errors += stat[STAT_ALGNERRC];
	stats->rx_length_errors += stat[STAT_ROC];
	stats->rx_missed_errors += stat[STAT_MPC];
	stats->multicast += stat[STAT_MPRC];
	stats->collisions += stat[STAT_COLC];
	stats->rx_errors += stat[STAT_CRCERRS] + stat[STAT_ALGNERRC] +
			    stat[STAT_RXERRC] + stat[STAT_ROC];
	spin_unlock_bh(&hw->stats_lock);
	stats->rx_over_errors += atomic64_read(&hw->overruns);
}

/**
 * i82576_get_mac_stats() - ethtool_ops.get_eth_mac_stats
 * @netdev: port
 * @s: filled in
 *
 * Octets are those of whole frames, as the kernel's other drivers and its tests
 * have them, and not of their data alone, as IEEE 802.3 has it.
 *
 * Context: process, RTNL.
 */
void i82576_get_mac_stats(struct net_device *netdev, struct ethtool_eth_mac_stats *s)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	const u64 *stat = hw->stats;

	spin_lock_bh(&hw->stats_lock);
	i82576_read_stats(hw, I82576_STATS);
	s->FramesTransmittedOK = stat[STAT_GPTC];
	s->SingleCollisionFrames = stat[STAT_SCC];
	s->MultipleCollisionFrames = stat[STAT_MCC];
	s->FramesReceivedOK = stat[STAT_GPRC];
	s->FrameCheckSequenceErrors = stat[STAT_CRCERRS];
	s->AlignmentErrors = stat[STAT_ALGNERRC];
	s->OctetsTransmittedOK = hw->tx_octets;
	s->FramesWithDeferredXmissions = stat[STAT_DC];
	s->LateCollisions = stat[STAT_LATECOL];
	s->FramesAbortedDueToXSColls = stat[STAT_ECOL];
	s->CarrierSenseErrors = stat[STAT_TNCRS];
	s->OctetsReceivedOK = hw->rx_octets;
	s->MulticastFramesXmittedOK = stat[STAT_MPTC];
	s->BroadcastFramesXmittedOK = stat[STAT_BPTC];
	s->MulticastFramesReceivedOK = stat[STAT_MPRC];
	s->BroadcastFramesReceivedOK = stat[STAT_BPRC];
	s->InRangeLengthErrors = stat[STAT_RLEC];
	s->FrameTooLongErrors = stat[STAT_ROC];
	spin_unlock_bh(&hw->stats_lock);
}

/**
 * i82576_get_phy_stats() - ethtool_ops.get_eth_phy_stats
 * @netdev: port
 * @s: filled in
 *
 * Context: process, RTNL.
 */
void i82576_get_phy_stats(struct net_device *netdev, struct ethtool_eth_phy_stats *s)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));

	spin_lock_bh(&hw->stats_lock);
	i82576_read_stats(hw, I82576_STATS);
	s->SymbolErrorDuringCarrier = hw->stats[STAT_SYMERRS];
	spin_unlock_bh(&hw->stats_lock);
}

/**
 * i82576_get_ctrl_stats() - ethtool_ops.get_eth_ctrl_stats
 * @netdev: port
 * @s: filled in
 *
 * Context: process, RTNL.
 */
void i82576_get_ctrl_stats(struct net_device *netdev, struct ethtool_eth_ctrl_stats *s)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	const u64 *stat = hw->stats;

	/* QEMU's model knows no such frames. */
	if (!hw->queue_filters)
		return;
	spin_lock_bh(&hw->stats_lock);
	i82576_read_stats(hw, I82576_STATS);
	s->MACControlFramesTransmitted = stat[STAT_XONTXC] +
					 stat[STAT_XOFFTXC];
	s->MACControlFramesReceived = stat[STAT_XONRXC] + stat[STAT_XOFFRXC] +
				      stat[STAT_FCRUC];
	s->UnsupportedOpcodesReceived = stat[STAT_FCRUC];
	spin_unlock_bh(&hw->stats_lock);
}

/**
 * i82576_get_pause_stats() - ethtool_ops.get_pause_stats
 * @netdev: port
 * @s: filled in; a frame that ends a pause counts as well
 *
 * Context: process, RTNL.
 */
void i82576_get_pause_stats(struct net_device *netdev, struct ethtool_pause_stats *s)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	const u64 *stat = hw->stats;

	spin_lock_bh(&hw->stats_lock);
	i82576_read_stats(hw, I82576_STATS);
	s->tx_pause_frames = stat[STAT_XONTXC] + stat[STAT_XOFFTXC];
	s->rx_pause_frames = stat[STAT_XONRXC] + stat[STAT_XOFFRXC];
	spin_unlock_bh(&hw->stats_lock);
}

/**
 * i82576_get_rmon_stats() - ethtool_ops.get_rmon_stats
 * @netdev: port
 * @s: filled in
 * @ranges: sizes of frames, FCS included, that the histograms go by
 *
 * Context: process, RTNL.
 */
void i82576_get_rmon_stats(struct net_device *netdev, struct ethtool_rmon_stats *s,
			   const struct ethtool_rmon_hist_range **ranges)
{
	static const struct ethtool_rmon_hist_range sizes[] = {
		{ 64, 64 }, { 65, 127 }, { 128, 255 }, { 256, 511 },
		{ 512, 1023 },
		{ 1024, I82576_MTU_MAX + ETH_HLEN + 2 * VLAN_HLEN +
			ETH_FCS_LEN },
		{}
	};
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	const u64 *stat = hw->stats;
	int i;

	spin_lock_bh(&hw->stats_lock);
	i82576_read_stats(hw, I82576_STATS);
	s->undersize_pkts = stat[STAT_RUC];
	s->oversize_pkts = stat[STAT_ROC];
	s->fragments = stat[STAT_RFC];
	s->jabbers = stat[STAT_RJC];
	for (i = 0; sizes[i].high; i++) {
		/* QEMU's model takes the size of what it receives without FCS. */
		if (hw->queue_filters)
			s->hist[i] = stat[STAT_PRC64 + i];
		s->hist_tx[i] = stat[STAT_PTC64 + i];
	}
	spin_unlock_bh(&hw->stats_lock);
	*ranges = sizes;
}
