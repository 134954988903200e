// SPDX-License-Identifier: GPL-2.0
/* Reset, the receive and transmit units as a whole, and the MAC's counters. */
#include <linux/delay.h>
#include <linux/ethtool.h>
#include <linux/in.h>
#include <linux/iopoll.h>
#include <linux/unaligned.h>

#include "hw.h"

/* Bounds of the waits in a reset, in microseconds (datasheet 4.3, 5.2.3.3). */
#define I82576_MASTER_US	80000
#define I82576_RESET_US		100000
#define I82576_AUTO_RD_US	10000

static void i82576_master_disable(struct i82576 *hw)
{
	u32 val;

	i82576_wr(hw, I82576_CTRL,
		  i82576_rd(hw, I82576_CTRL) | CTRL_GIO_MASTER_DIS);
	if (read_poll_timeout(i82576_rd, val, !(val & STATUS_GIO_MASTER_EN),
			      100, I82576_MASTER_US, false, hw, I82576_STATUS))
		netif_warn(&hw->fl, hw, hw->fl.netdev,
			   "PCIe requests still pending, resetting anyway\n");
}

/**
 * i82576_reset() - global reset of the function (datasheet 4.3.1)
 * @hw: port
 *
 * Afterwards nothing is enabled, all interrupts are masked, no DMA runs, and
 * the MAC address is that of the NVM. The clock goes on.
 *
 * Context: process, sleeps for some 20 ms.
 *
 * Return: 0, -ENODEV if the device does not answer any more, or -ETIMEDOUT.
 */
int i82576_reset(struct i82576 *hw)
{
	u32 val;
	int err;

	if (i82576_gone(hw))
		return -ENODEV;

	i82576_ptp_hold(hw);
	i82576_irq_mask(hw);
	i82576_wr(hw, I82576_RCTL, 0);
	i82576_wr(hw, I82576_TCTL, TCTL_PSP);
	i82576_master_disable(hw);
	usleep_range(10000, 11000);

	i82576_wr(hw, I82576_CTRL, i82576_rd(hw, I82576_CTRL) | CTRL_RST);
	/* No access for 1 ms after the reset bit (datasheet 8.2.1). */
	usleep_range(1000, 2000);
	err = read_poll_timeout(i82576_rd, val, !(val & CTRL_RST), 1000,
				I82576_RESET_US, false, hw, I82576_CTRL);
	if (err)
		return i82576_gone(hw) ? -ENODEV : err;

	/* Not fatal: a board without NVM, or QEMU, never reports the end. */
	read_poll_timeout(i82576_rd, val, val & EECD_AUTO_RD, 1000,
			  I82576_AUTO_RD_US, false, hw, I82576_EECD);

	i82576_irq_mask(hw);
	i82576_rd(hw, I82576_ICR);
	i82576_wr(hw, I82576_WUC, 0);
	i82576_ptp_run(hw);
	return 0;
}

/**
 * i82576_set_drv_load() - tell firmware who has the port
 * @hw: port
 * @on: the driver has it; else manageability firmware may use it
 *
 * Context: process.
 */
void i82576_set_drv_load(struct i82576 *hw, bool on)
{
	u32 val = i82576_rd(hw, I82576_CTRL_EXT) & ~CTRL_EXT_DRV_LOAD;

	i82576_wr(hw, I82576_CTRL_EXT, on ? val | CTRL_EXT_DRV_LOAD : val);
}

/**
 * i82576_find_queue_filters() - whether the device has 5-tuple filters
 * @hw: port, running or not
 *
 * A filter without its queue matches nothing that it could act upon; one that is
 * in use is there, and left alone. It is PTP's, as others change in softirq.
 *
 * Context: process, RTNL or probe.
 *
 * Return: whether it keeps what is written to one.
 */
bool i82576_find_queue_filters(struct i82576 *hw)
{
	u32 was = i82576_rd(hw, I82576_FTQF(FTQF_PTP));
	u32 val = FIELD_PREP(FTQF_PROTOCOL, IPPROTO_UDP);
	bool kept;

	if (was & FTQF_1588)
		return true;
	i82576_wr(hw, I82576_FTQF(FTQF_PTP), val);
	kept = (i82576_rd(hw, I82576_FTQF(FTQF_PTP)) & FTQF_PROTOCOL) == val;
	i82576_wr(hw, I82576_FTQF(FTQF_PTP), was);
	return kept;
}

/**
 * i82576_probe_quirks() - find out what this device really does
 * @hw: port, just reset
 *
 * A device model without 5-tuple filters drops writes to them. The one known,
 * QEMU's, also segments by what it parses instead of by the context it is
 * given, and makes IP fragments of UDP segments.
 *
 * Context: process, probe.
 */
void i82576_probe_quirks(struct i82576 *hw)
{
	struct fl_caps *caps = &hw->fl.caps;

	hw->queue_filters = i82576_find_queue_filters(hw);
	if (!hw->queue_filters)
		return;
	/* All but those that are PTP's. */
	caps->flow_filters = QUEUE_FILTERS - 1;
	caps->ether_filters = QUEUE_FILTERS - 1;
	caps->ether_lanes = FIELD_MAX(ETQF_QUEUE) + 1;
}

static u32 i82576_mrqc(const struct fl_rss *rss)
{
	u32 mrqc = MRQC_ENABLE_RSS | MRQC_IPV4 | MRQC_IPV6;

	if (rss->ports & FL_RSS_TCP4)
		mrqc |= MRQC_TCP_IPV4;
	if (rss->ports & FL_RSS_TCP6)
		mrqc |= MRQC_TCP_IPV6 | MRQC_TCP_IPV6_EX;
	if (rss->ports & FL_RSS_UDP4)
		mrqc |= MRQC_UDP_IPV4;
	if (rss->ports & FL_RSS_UDP6)
		mrqc |= MRQC_UDP_IPV6 | MRQC_UDP_IPV6_EX;
	return mrqc;
}

/**
 * i82576_set_rss() - program hash key, table and fields (datasheet 7.1.1.7)
 * @fl: port
 *
 * A flow is hashed by the old or the new ones, or for some microseconds by a
 * mixture; all of them lead to a lane that is in use.
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int i82576_set_rss(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	const struct fl_rss *rss = &fl->rss;
	int i;

	for (i = 0; i < RSSRK_BYTES / 4; i++)
		i82576_wr(hw, I82576_RSSRK(i),
			  get_unaligned_le32(&rss->key[4 * i]));
	for (i = 0; i < RETA_ENTRIES / 4; i++)
		i82576_wr(hw, I82576_RETA(i),
			  get_unaligned_le32(&rss->lane[4 * i]));
	i82576_wr(hw, I82576_MRQC, i82576_mrqc(rss));
	return 0;
}

/**
 * i82576_init_rx() - program the receive unit, all but queues and filters
 * @hw: port; hash table and frame limit follow its configuration
 *
 * Context: process, RTNL. Receive must be off.
 */
void i82576_init_rx(struct i82576 *hw)
{
	i82576_set_rss(&hw->fl);
	/* The hash takes the place of the raw checksum in the descriptor. */
	i82576_wr(hw, I82576_RXCSUM, RXCSUM_PCSD | RXCSUM_IPOFLD |
		  RXCSUM_TUOFLD | RXCSUM_CRCOFLD);
	i82576_wr(hw, I82576_RLPML, fl_frame_max(&hw->fl.cfg) + ETH_FCS_LEN);
}

/**
 * i82576_set_rx_enable() - switch reception on or off
 * @hw: port
 * @on: the new state
 *
 * Context: process. RCTL is shared with i82576_set_rx_mode(), which runs under
 * the address lock.
 */
void i82576_set_rx_enable(struct i82576 *hw, bool on)
{
	u32 val;

	netif_addr_lock_bh(hw->fl.netdev);
	val = i82576_rd(hw, I82576_RCTL) & ~RCTL_RXEN;
	if (on)
		val |= RCTL_RXEN;
	i82576_wr(hw, I82576_RCTL, val);
	netif_addr_unlock_bh(hw->fl.netdev);
}

/**
 * i82576_init_tx() - program the transmit unit, all but queues
 * @hw: port
 *
 * Context: process, RTNL.
 */
void i82576_init_tx(struct i82576 *hw)
{
	u32 val = i82576_rd(hw, I82576_TCTL) & ~TCTL_CT;

	i82576_wr(hw, I82576_TCTL, val | TCTL_EN | TCTL_PSP | TCTL_RTLC |
		  FIELD_PREP(TCTL_CT, 15));
}
