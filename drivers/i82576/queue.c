// SPDX-License-Identifier: GPL-2.0
/* Start and stop of the device's queues (datasheet 4.5.9, 4.5.10). */
#include <linux/delay.h>
#include <linux/iopoll.h>

#include "hw.h"

/* How long a queue may take to be enabled, disabled or drained, in usecs. */
#define I82576_QUEUE_US		20000
#define I82576_DRAIN_US		100000

/**
 * i82576_rx_queue_start() - program and enable a receive queue
 * @hw: port
 * @rx: ring, filled
 *
 * Context: process, RTNL, may sleep. Reception must be off.
 */
void i82576_rx_queue_start(struct i82576 *hw, struct fl_rx_ring *rx)
{
	u32 q = rx->lane->idx;
	u32 val;

	rx->tail = hw->io + I82576_RDT(q);
	/* A reset leaves queue 0 enabled. */
	i82576_wr(hw, I82576_RXDCTL(q), 0);
	i82576_wr(hw, I82576_RDBAL(q), lower_32_bits(rx->desc_dma));
	i82576_wr(hw, I82576_RDBAH(q), upper_32_bits(rx->desc_dma));
	i82576_wr(hw, I82576_RDLEN(q), (rx->mask + 1) * hw->fl.caps.rx_desc_bytes);
	mutex_lock(&hw->phy_lock);
	i82576_wr(hw, I82576_SRRCTL(q),
		  (hw->tx_pause ? 0 : SRRCTL_DROP_EN) |
		  FIELD_PREP(SRRCTL_DESCTYPE, SRRCTL_DESCTYPE_ADV) |
		  FIELD_PREP(SRRCTL_BSIZEPACKET, rx->buf_len / SZ_1K));
	mutex_unlock(&hw->phy_lock);
	i82576_wr(hw, I82576_RDH(q), 0);
	i82576_wr(hw, I82576_RDT(q), 0);
	i82576_wr(hw, I82576_RXDCTL(q), RXDCTL_ENABLE |
		  FIELD_PREP(RXDCTL_PTHRESH, 8) | FIELD_PREP(RXDCTL_HTHRESH, 8) |
		  FIELD_PREP(RXDCTL_WTHRESH, 1));
	/* The tail counts only once the queue is enabled (4.5.9). */
	if (read_poll_timeout(i82576_rd, val, val & RXDCTL_ENABLE, 10,
			      I82576_QUEUE_US, false, hw, I82576_RXDCTL(q)))
		netdev_warn(hw->fl.netdev, "Rx queue %u does not start\n", q);
	i82576_wr(hw, I82576_RDT(q), rx->next_to_use & rx->mask);
}

/**
 * i82576_tx_queue_start() - program and enable a transmit queue
 * @hw: port
 * @tx: ring, empty
 *
 * Context: process, RTNL, may sleep.
 */
void i82576_tx_queue_start(struct i82576 *hw, struct fl_tx_ring *tx)
{
	u32 q = tx->lane->idx;
	u32 val;

	tx->tail = hw->io + I82576_TDT(q);
	i82576_wr(hw, I82576_TXDCTL(q), 0);
	i82576_wr(hw, I82576_TDBAL(q), lower_32_bits(tx->desc_dma));
	i82576_wr(hw, I82576_TDBAH(q), upper_32_bits(tx->desc_dma));
	i82576_wr(hw, I82576_TDLEN(q), (tx->mask + 1) * hw->fl.caps.tx_desc_bytes);
	/* The head is written to memory: a clean reads one word (7.2.3). */
	i82576_wr(hw, I82576_TDWBAH(q), upper_32_bits(tx->head_dma));
	i82576_wr(hw, I82576_TDWBAL(q),
		  lower_32_bits(tx->head_dma) | TDWBAL_HEAD_WB_EN);
	/* Heads must not pass each other on their way (8.13.5). */
	i82576_wr(hw, I82576_TXCTL(q),
		  i82576_rd(hw, I82576_TXCTL(q)) & ~TXCTL_WB_RO_EN);
	i82576_wr(hw, I82576_TDH(q), 0);
	i82576_wr(hw, I82576_TDT(q), 0);
	/* WTHRESH has to be 0 with head write-back (7.2.3.2). */
	i82576_wr(hw, I82576_TXDCTL(q), TXDCTL_ENABLE |
		  FIELD_PREP(TXDCTL_PTHRESH, 8) | FIELD_PREP(TXDCTL_HTHRESH, 1));
	if (read_poll_timeout(i82576_rd, val, val & TXDCTL_ENABLE, 10,
			      I82576_QUEUE_US, false, hw, I82576_TXDCTL(q)))
		netdev_warn(hw->fl.netdev, "Tx queue %u does not start\n", q);
}

/**
 * i82576_queues_start() - program and enable the queues of the lanes in use
 * @hw: port; rings are filled and not in use by anyone
 *
 * Context: process, RTNL, may sleep. Reception must be off.
 */
void i82576_queues_start(struct i82576 *hw)
{
	int i;

	for (i = 0; i < hw->fl.cfg.lanes; i++) {
		i82576_rx_queue_start(hw, hw->fl.lane[i].rx);
		i82576_tx_queue_start(hw, hw->fl.lane[i].tx);
	}
}

static int i82576_queue_disable(struct i82576 *hw, u32 reg, u32 enable)
{
	u32 val;

	i82576_wr(hw, reg, 0);
	return read_poll_timeout(i82576_rd, val, !(val & enable), 10,
				 I82576_QUEUE_US, false, hw, reg);
}

static int i82576_tx_drain(struct i82576 *hw, u32 q)
{
	u32 tail = i82576_rd(hw, I82576_TDT(q));
	u32 val;

	return read_poll_timeout(i82576_rd, val, val == tail, 20,
				 I82576_DRAIN_US, false, hw, I82576_TDH(q));
}

/**
 * i82576_queues_stop() - end all DMA of the queues, leave the link alone
 * @hw: port; nobody transmits any more
 *
 * What was queued for transmission is sent first.
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0, or -ETIMEDOUT if a queue did not stop; then only a reset helps.
 */
int i82576_queues_stop(struct i82576 *hw)
{
	int err = 0;
	int i;

	i82576_set_rx_enable(hw, false);
	for (i = 0; i < hw->fl.cfg.lanes; i++) {
		err = err ?: i82576_tx_drain(hw, i);
		err = err ?: i82576_queue_disable(hw, I82576_TXDCTL(i),
						  TXDCTL_ENABLE);
		err = err ?: i82576_queue_disable(hw, I82576_RXDCTL(i),
						  RXDCTL_ENABLE);
	}
	/* Descriptors in flight are written back within this (4.5.9). */
	usleep_range(100, 200);
	return err;
}

/**
 * i82576_tx_regs() - the device's view of a Tx ring
 * @lane: lane
 * @head: filled with TDH
 * @tail: filled with TDT
 *
 * Context: any.
 */
void i82576_tx_regs(struct fl_lane *lane, u32 *head, u32 *tail)
{
	struct i82576 *hw = i82576_of(lane->fl);

	*head = i82576_rd(hw, I82576_TDH(lane->idx));
	*tail = i82576_rd(hw, I82576_TDT(lane->idx));
}
