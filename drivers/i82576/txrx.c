// SPDX-License-Identifier: GPL-2.0
/* The hot path of the 82576: the core's templates over its descriptors. */

#include "desc.h"
#include "hw.h"
#include "offload.h"

static void i82576_set_lane_irq(const struct fl_lane *lane, bool on)
{
	struct i82576 *hw = i82576_of(lane->fl);

	if (hw->msix)
		i82576_wr(hw, on ? I82576_EIMS : I82576_EIMC, BIT(lane->idx));
	else
		i82576_wr(hw, on ? I82576_IMS : I82576_IMC, ICR_LANE);
}

static const struct fl_rx_leaf i82576_rx_leaf =
	I82576_RX_LEAF(i82576_set_lane_irq, i82576_rx_stamp);
static const struct fl_tx_leaf i82576_tx_leaf =
	I82576_TX_LEAF(i82576_tx_stamp);

/**
 * i82576_rx_fill() - fill a ring that is not running
 * @rx: ring
 *
 * Context: process, may sleep; the lane's NAPI is disabled.
 *
 * Return: 0, or -ENOMEM if too many slots stayed empty.
 */
int i82576_rx_fill(struct fl_rx_ring *rx)
{
	return fl_rx_fill_idle(rx, i82576_rx_leaf);
}

/**
 * i82576_poll() - NAPI poll of a lane
 * @napi: the lane's NAPI
 * @budget: frames to receive at most
 *
 * Context: softirq, NAPI thread, busy poll or netpoll.
 *
 * Return: frames received.
 */
int i82576_poll(struct napi_struct *napi, int budget)
{
	return fl_poll(napi, budget, i82576_rx_leaf, i82576_tx_leaf);
}

/**
 * i82576_xmit() - queue a packet for transmission
 * @skb: the packet
 * @netdev: the port
 *
 * Context: softirq disabled, under the Tx queue's lock.
 *
 * Return: NETDEV_TX_OK, or NETDEV_TX_BUSY if the ring has no room.
 */
netdev_tx_t i82576_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_tx_ring *tx = fl->lane[skb_get_queue_mapping(skb)].tx;

	/* Some senders keep a queue number from before its lane went. */
	if (unlikely(!tx)) {
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	return fl_xmit(skb, tx, i82576_tx_leaf);
}
