// SPDX-License-Identifier: GPL-2.0
/*
 * Time stamps of packets (datasheet 8.16). There is one register for them
 * in each direction, and no further packet is stamped before it has been read.
 * Nothing says that a Tx stamp has come: the clock's worker looks for it.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/ptp_classify.h>

#include "desc.h"
#include "hw.h"

/* A packet may wait in its queue for others, or for a paused link partner. */
#define I82576_TX_STAMP_WAIT	(2 * HZ)
/* A packet that was stamped is handed up at once, unless it was dropped. */
#define I82576_RX_STAMP_WAIT	(2 * HZ)

#define I82576_PTP_L2		BIT(0)
#define I82576_PTP_L4		BIT(1)

/* What can be asked for, and how (datasheet 8.16). V1 tells packets
 * by their control field, V2 by their type: both have Sync as 0 and Delay_Req
 * as 1.
 */
static const struct i82576_rx_filter {
	u8 filter;
	u8 type;
	u8 message;
	u8 layers;
} i82576_rx_filters[] = {
	{ HWTSTAMP_FILTER_PTP_V1_L4_SYNC,
	  TSYNCRXCTL_L4_V1, 0, I82576_PTP_L4 },
	{ HWTSTAMP_FILTER_PTP_V1_L4_DELAY_REQ,
	  TSYNCRXCTL_L4_V1, 1, I82576_PTP_L4 },
	{ HWTSTAMP_FILTER_PTP_V2_L4_EVENT,
	  TSYNCRXCTL_EVENT_V2, 0, I82576_PTP_L4 },
	{ HWTSTAMP_FILTER_PTP_V2_L4_SYNC,
	  TSYNCRXCTL_L2_L4_V2, 0, I82576_PTP_L4 },
	{ HWTSTAMP_FILTER_PTP_V2_L4_DELAY_REQ,
	  TSYNCRXCTL_L2_L4_V2, 1, I82576_PTP_L4 },
	{ HWTSTAMP_FILTER_PTP_V2_L2_EVENT,
	  TSYNCRXCTL_EVENT_V2, 0, I82576_PTP_L2 },
	{ HWTSTAMP_FILTER_PTP_V2_L2_SYNC,
	  TSYNCRXCTL_L2_V2, 0, I82576_PTP_L2 },
	{ HWTSTAMP_FILTER_PTP_V2_L2_DELAY_REQ,
	  TSYNCRXCTL_L2_V2, 1, I82576_PTP_L2 },
	{ HWTSTAMP_FILTER_PTP_V2_EVENT,
	  TSYNCRXCTL_EVENT_V2, 0, I82576_PTP_L2 | I82576_PTP_L4 },
	{ HWTSTAMP_FILTER_PTP_V2_SYNC,
	  TSYNCRXCTL_L2_L4_V2, 0, I82576_PTP_L2 | I82576_PTP_L4 },
	{ HWTSTAMP_FILTER_PTP_V2_DELAY_REQ,
	  TSYNCRXCTL_L2_L4_V2, 1, I82576_PTP_L2 | I82576_PTP_L4 },
};

/* QEMU's model looks for one type of message and over Ethernet only. */
static const struct i82576_rx_filter *
i82576_find_rx_filter(const struct i82576 *hw, int filter)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(i82576_rx_filters); i++) {
		const struct i82576_rx_filter *f = &i82576_rx_filters[i];

		if (f->filter == filter &&
		    (hw->queue_filters || f->type == TSYNCRXCTL_L2_V2))
			return f;
	}
	return NULL;
}

/* Stamp UDP packets from and to the port of PTP's events, or none. Registers
 * have ports as they come over the wire.
 */
static void i82576_write_udp_filter(struct i82576 *hw, bool on)
{
	int i = FTQF_PTP;

	if (!on) {
		i82576_wr(hw, I82576_FTQF(i), FTQF_BYPASS);
		return;
	}
	i82576_wr(hw, I82576_IMIR(i), swab16(PTP_EV_PORT));
	i82576_wr(hw, I82576_IMIREXT(i), IMIREXT_SIZE_BP | IMIREXT_CTRL_BP);
	i82576_wr(hw, I82576_SPQF(i), swab16(PTP_EV_PORT));
	i82576_wr(hw, I82576_FTQF(i), FTQF_1588 | FTQF_VF_BP |
		  (FTQF_BYPASS & ~(FTQF_PROTOCOL_BP | FTQF_SRC_PORT_BP)) |
		  FIELD_PREP(FTQF_PROTOCOL, IPPROTO_UDP));
}

static void i82576_write_rx_stamps(struct i82576 *hw)
{
	const struct i82576_rx_filter *f =
		i82576_find_rx_filter(hw, hw->ptp.rx_filter);
	u8 layers = f ? f->layers : 0;

	i82576_wr(hw, I82576_TSYNCRXCTL, 0);
	i82576_wr(hw, I82576_ETQF(ETQF_PTP), layers & I82576_PTP_L2 ?
		  ETQF_ENABLE | ETQF_1588 | ETH_P_1588 : 0);
	if (hw->queue_filters)
		i82576_write_udp_filter(hw, layers & I82576_PTP_L4);
	if (!f)
		return;
	i82576_wr(hw, I82576_TSYNCRXCFG,
		  FIELD_PREP(TSYNCRXCFG_V1_CTRL, f->message) |
		  FIELD_PREP(TSYNCRXCFG_V2_TYPE, f->message));
	i82576_wr(hw, I82576_TSYNCRXCTL, TSYNCRXCTL_EN |
		  FIELD_PREP(TSYNCRXCTL_TYPE, f->type));
}

static void i82576_write_tx_stamps(struct i82576 *hw)
{
	i82576_wr(hw, I82576_TSYNCTXCTL,
		  hw->ptp.tx_type == HWTSTAMP_TX_ON ? TSYNCTXCTL_EN : 0);
}

/**
 * i82576_init_stamps() - program what is to be stamped
 * @hw: port, just reset
 *
 * Context: process, RTNL.
 */
void i82576_init_stamps(struct i82576 *hw)
{
	i82576_write_tx_stamps(hw);
	i82576_write_rx_stamps(hw);
}

/* Read the Rx stamp; false if the device is gone. On silicon reading the upper
 * half makes room for the next one, in QEMU's model it is reading the upper half
 * of the packet's source.
 */
static bool i82576_rx_stamp_read(struct i82576 *hw, u64 *count)
{
	u32 low = i82576_rd(hw, I82576_RXSTMPL);
	u32 high = i82576_rd(hw, I82576_RXSTMPH);

	i82576_rd(hw, I82576_RXSATRH);
	return i82576_clock_join(low, high, count);
}

/**
 * i82576_rx_stamp() - give a packet its time stamp
 * @rx: ring
 * @skb: packet that the device says it has stamped
 *
 * Context: the lane's NAPI.
 */
void i82576_rx_stamp(const struct fl_rx_ring *rx, struct sk_buff *skb)
{
	struct i82576 *hw = i82576_of(rx->lane->fl);
	struct i82576_ptp *ptp = &hw->ptp;
	unsigned long flags;
	u64 count;

	spin_lock_irqsave(&ptp->lock, flags);
	ptp->rx_waits = false;
	if (i82576_rd(hw, I82576_TSYNCRXCTL) & TSYNCRXCTL_VALID &&
	    i82576_rx_stamp_read(hw, &count))
		skb_hwtstamps(skb)->hwtstamp =
			i82576_clock_stamp(&ptp->time, count);
	spin_unlock_irqrestore(&ptp->lock, flags);
}

/**
 * i82576_tx_stamp() - have a packet stamped that asks for it
 * @tx: ring
 * @i: index of the packet's first data descriptor
 * @n: data descriptors of the packet; the device does not know of them yet
 * @skb: the packet
 *
 * While another one waits for its stamp this one gets none.
 *
 * Context: softirq disabled, under the Tx queue's lock.
 */
void i82576_tx_stamp(struct fl_tx_ring *tx, u32 i, u32 n, struct sk_buff *skb)
{
	struct i82576 *hw = i82576_of(tx->lane->fl);
	struct i82576_ptp *ptp = &hw->ptp;
	unsigned long flags;
	bool mine = false;

	spin_lock_irqsave(&ptp->lock, flags);
	if (ptp->tx_type == HWTSTAMP_TX_ON) {
		mine = !ptp->tx_skb;
		ptp->tx_busy += !mine;
	}
	if (mine) {
		/* One that came after it had been given up is in the way. */
		i82576_rd(hw, I82576_TXSTMPH);
		ptp->tx_skb = skb_get(skb);
		ptp->tx_since = jiffies;
	}
	spin_unlock_irqrestore(&ptp->lock, flags);
	if (!mine)
		return;
	skb_shinfo(skb)->tx_flags |= SKBTX_IN_PROGRESS;
	i82576_tx_mark(tx, i, n);
	ptp_schedule_worker(ptp->clock, 0);
}

/**
 * i82576_tx_stamp_done() - look for the Tx stamp, and hand it to who asked
 * @hw: port
 *
 * Context: process.
 *
 * Return: true if none is waited for any more.
 */
bool i82576_tx_stamp_done(struct i82576 *hw)
{
	struct skb_shared_hwtstamps stamp = {};
	struct i82576_ptp *ptp = &hw->ptp;
	bool valid = false, done;
	struct sk_buff *skb;
	unsigned long flags;
	u64 count;

	spin_lock_irqsave(&ptp->lock, flags);
	skb = ptp->tx_skb;
	if (skb && i82576_rd(hw, I82576_TSYNCTXCTL) & TSYNCTXCTL_VALID) {
		u32 low = i82576_rd(hw, I82576_TXSTMPL);

		valid = i82576_clock_join(low, i82576_rd(hw, I82576_TXSTMPH),
					  &count);
		if (valid)
			stamp.hwtstamp = i82576_clock_stamp(&ptp->time, count);
	} else if (skb && time_before(jiffies, ptp->tx_since +
						I82576_TX_STAMP_WAIT)) {
		skb = NULL;
	}
	if (skb) {
		ptp->tx_skb = NULL;
		ptp->tx_stamped += valid;
		ptp->tx_lost += !valid;
	}
	done = !ptp->tx_skb;
	spin_unlock_irqrestore(&ptp->lock, flags);

	if (valid)
		skb_tstamp_tx(skb, &stamp);
	consume_skb(skb);
	return done;
}

/**
 * i82576_tx_stamp_forget() - a packet that waits for its stamp will not get it
 * @hw: port; nothing is transmitted
 *
 * Context: process.
 */
void i82576_tx_stamp_forget(struct i82576 *hw)
{
	struct i82576_ptp *ptp = &hw->ptp;
	struct sk_buff *skb;
	unsigned long flags;

	spin_lock_irqsave(&ptp->lock, flags);
	skb = ptp->tx_skb;
	ptp->tx_skb = NULL;
	ptp->tx_lost += !!skb;
	spin_unlock_irqrestore(&ptp->lock, flags);
	consume_skb(skb);
}

/**
 * i82576_rx_stamp_check() - free a register that nobody will read
 * @hw: port
 *
 * A packet that was stamped and then dropped, as its ring was full or memory
 * short, would keep it for ever.
 *
 * Context: process.
 */
void i82576_rx_stamp_check(struct i82576 *hw)
{
	struct i82576_ptp *ptp = &hw->ptp;
	unsigned long flags;
	u64 nobodys;

	spin_lock_irqsave(&ptp->lock, flags);
	if (ptp->time.held ||
	    !(i82576_rd(hw, I82576_TSYNCRXCTL) & TSYNCRXCTL_VALID)) {
		ptp->rx_waits = false;
	} else if (!ptp->rx_waits) {
		ptp->rx_waits = true;
		ptp->rx_since = jiffies;
	} else if (time_after(jiffies, ptp->rx_since + I82576_RX_STAMP_WAIT)) {
		ptp->rx_waits = false;
		i82576_rx_stamp_read(hw, &nobodys);
	}
	spin_unlock_irqrestore(&ptp->lock, flags);
}

/**
 * i82576_get_ts_info() - ethtool_ops.get_ts_info
 * @netdev: port
 * @info: what the port can do is filled in
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int i82576_get_ts_info(struct net_device *netdev, struct kernel_ethtool_ts_info *info)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	int i;

	ethtool_op_get_ts_info(netdev, info);
	if (!hw->ptp.clock)
		return 0;
	info->so_timestamping |= SOF_TIMESTAMPING_TX_HARDWARE |
				 SOF_TIMESTAMPING_RX_HARDWARE |
				 SOF_TIMESTAMPING_RAW_HARDWARE;
	info->phc_index = ptp_clock_index(hw->ptp.clock);
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	info->rx_filters = BIT(HWTSTAMP_FILTER_NONE);
	for (i = 0; i < __HWTSTAMP_FILTER_CNT; i++)
		if (i82576_find_rx_filter(hw, i))
			info->rx_filters |= BIT(i);
	return 0;
}

/**
 * i82576_get_ts_stats() - ethtool_ops.get_ts_stats
 * @netdev: port
 * @stats: what became of the packets that were to be stamped
 *
 * Context: process.
 */
void i82576_get_ts_stats(struct net_device *netdev, struct ethtool_ts_stats *stats)
{
	struct i82576_ptp *ptp = &i82576_of(netdev_priv(netdev))->ptp;
	unsigned long flags;

	spin_lock_irqsave(&ptp->lock, flags);
	stats->pkts = ptp->tx_stamped;
	stats->lost = ptp->tx_lost;
	stats->err = ptp->tx_busy;
	spin_unlock_irqrestore(&ptp->lock, flags);
}

/**
 * i82576_hwtstamp_get() - ndo_hwtstamp_get
 * @netdev: port
 * @config: what is stamped is filled in
 *
 * Context: process, RTNL.
 *
 * Return: 0, or -EOPNOTSUPP without a clock.
 */
int i82576_hwtstamp_get(struct net_device *netdev,
			struct kernel_hwtstamp_config *config)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));

	if (!hw->ptp.clock)
		return -EOPNOTSUPP;
	config->tx_type = hw->ptp.tx_type;
	config->rx_filter = hw->ptp.rx_filter;
	return 0;
}

static void i82576_say_rx_filters(const struct i82576 *hw,
				  struct netlink_ext_ack *extack)
{
	if (hw->queue_filters)
		NL_SET_ERR_MSG(extack,
			       "the device stamps PTP events only, and of version 1 either Sync or Delay_Req");
	else
		NL_SET_ERR_MSG(extack,
			       "this device model stamps PTP version 2 over Ethernet only, and either Sync or Delay_Req");
}

/**
 * i82576_hwtstamp_set() - ndo_hwtstamp_set
 * @netdev: port, open or not
 * @config: what is to be stamped; what else would be is refused, not added
 * @extack: says why, on failure
 *
 * Context: process, RTNL.
 *
 * Return: 0, -EOPNOTSUPP without a clock, or -ERANGE.
 */
int i82576_hwtstamp_set(struct net_device *netdev,
			struct kernel_hwtstamp_config *config,
			struct netlink_ext_ack *extack)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	struct i82576_ptp *ptp = &hw->ptp;
	unsigned long flags;

	if (!ptp->clock) {
		NL_SET_ERR_MSG(extack, "the port has no clock");
		return -EOPNOTSUPP;
	}
	if (config->tx_type != HWTSTAMP_TX_OFF &&
	    config->tx_type != HWTSTAMP_TX_ON) {
		NL_SET_ERR_MSG(extack,
			       "the device reports stamps, it does not write them into packets");
		return -ERANGE;
	}
	if (config->rx_filter != HWTSTAMP_FILTER_NONE &&
	    !i82576_find_rx_filter(hw, config->rx_filter)) {
		i82576_say_rx_filters(hw, extack);
		return -ERANGE;
	}
	/* What has not changed is not touched: its stamp may be on the way. */
	if (ptp->tx_type != config->tx_type) {
		spin_lock_irqsave(&ptp->lock, flags);
		ptp->tx_type = config->tx_type;
		spin_unlock_irqrestore(&ptp->lock, flags);
		if (hw->fl.running)
			i82576_write_tx_stamps(hw);
	}
	if (ptp->rx_filter != config->rx_filter) {
		WRITE_ONCE(ptp->rx_filter, config->rx_filter);
		if (hw->fl.running)
			i82576_write_rx_stamps(hw);
		ptp_schedule_worker(ptp->clock, 0);
	}
	return 0;
}
