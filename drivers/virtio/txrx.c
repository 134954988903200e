// SPDX-License-Identifier: GPL-2.0
/* The hot path of virtio-net: the core's templates over its virtqueues. */

#include "vio.h"
#include "vring_packed.h"
#include "vring_split.h"

/* A device without moderation has nothing to mask: an interrupt comes when it was
 * allowed, and that is once. If it was not when a poll ended, it is now.
 */
static void vio_set_lane_irq(const struct fl_lane *lane, bool on)
{
	const struct vring_rx *v = lane->rx->aux;

	if (on && !v->armed)
		napi_schedule((struct napi_struct *)&lane->napi);
}

static const struct fl_rx_leaf vio_split_rx = VRING_RX_LEAF(split, vio_set_lane_irq);
static const struct fl_tx_leaf vio_split_tx = VRING_TX_LEAF(split);
static const struct fl_rx_leaf vio_packed_rx = VRING_RX_LEAF(packed, vio_set_lane_irq);
static const struct fl_tx_leaf vio_packed_tx = VRING_TX_LEAF(packed);

/**
 * vring_break() - the device cannot be relied on
 * @lane: lane whose ring it is
 * @what: it has said
 *
 * Context: the lane's NAPI.
 */
void vring_break(struct fl_lane *lane, const char *what)
{
	if (net_ratelimit())
		netdev_err(lane->fl->netdev, "lane %u: the device gave back %s\n",
			   lane->idx, what);
	fl_request_reset(lane->fl);
}

/**
 * vring_wake_others() - a ring that was almost dry has buffers
 * @rx: ring
 *
 * Where QEMU chooses the queue by itself, it takes a frame from that end of a tap
 * which it came by, and one that finds no room in the ring chosen stays there. It is
 * tried again when the ring of that end gets buffers, which may never be: nothing is
 * taken out of it. So the doorbells of all rings are rung.
 *
 * Context: the lane's NAPI, or all of them disabled.
 */
void vring_wake_others(const struct fl_rx_ring *rx)
{
	struct vio *vio = vio_of(rx->lane->fl);
	u16 i;

	for (i = 0; i < vio->fl.cfg.lanes; i++)
		iowrite16(2 * i, vio->bell[2 * i]);
}

/* Slots that the longest frame takes, where a ring is chosen for it. */
static u16 vio_rx_low(const struct vio *vio, const struct fl_rx_ring *rx)
{
	u32 longest = vio_gso(vio) ? FL_RX_LARGE_MAX : fl_frame_max(&vio->fl.cfg);

	if (!vio_has(vio, VIRTIO_NET_F_RSS) || vio->fl.caps.lanes_max == 1)
		return 0;
	return rx->rests ? 1 : DIV_ROUND_UP(longest, rx->room);
}

/**
 * vio_rx_init() - as fl_hw_ops.rx_init
 * @rx: ring, new or drained
 *
 * Context: process.
 */
void vio_rx_init(struct fl_rx_ring *rx)
{
	const struct vio *vio = vio_of(rx->lane->fl);
	struct vring_rx start = {
		.front = vio->front,
		.merge = vio_has(vio, VIRTIO_NET_F_MRG_RXBUF),
		.event = vio_has(vio, VIRTIO_RING_F_EVENT_IDX),
	};

	vring_rx_again(rx);
	/* With more than two buffers a page, a ring would have to be at its first slot. */
	start.adapts = PAGE_SIZE == 2 * FL_RX_TRUESIZE_SMALL && vio_gso(vio) &&
		       rx->truesize == FL_RX_TRUESIZE_SMALL && start.merge;
	if (vio_has(vio, VIRTIO_F_RING_PACKED))
		vring_packed_rx_begin(rx, &start);
	else
		vring_split_rx_begin(rx, &start);
}

/**
 * vio_tx_init() - as fl_hw_ops.tx_init
 * @tx: ring, all of its memory 0
 *
 * Context: process.
 */
void vio_tx_init(struct fl_tx_ring *tx)
{
	const struct vio *vio = vio_of(tx->lane->fl);
	const struct vring_tx start = {
		.front = vio->front,
		.event = vio_has(vio, VIRTIO_RING_F_EVENT_IDX),
	};

	if (vio_has(vio, VIRTIO_F_RING_PACKED))
		vring_packed_tx_begin(tx, &start);
	else
		vring_split_tx_begin(tx, &start);
}

/**
 * vio_rx_fill() - fill a ring that is not running
 * @rx: ring
 *
 * Context: process, may sleep; the lane's NAPI is disabled.
 *
 * Return: 0, or -ENOMEM if too many slots stayed empty.
 */
int vio_rx_fill(struct fl_rx_ring *rx)
{
	if (vio_has(vio_of(rx->lane->fl), VIRTIO_F_RING_PACKED))
		return fl_rx_fill_idle(rx, vio_packed_rx);
	return fl_rx_fill_idle(rx, vio_split_rx);
}

/**
 * vio_rx_offer() - let the device have the buffers of a ring
 * @rx: ring that the device knows
 *
 * Other rings are not told of these first ones: where it matters a table follows, and
 * does that.
 *
 * Context: process; the lane's NAPI is disabled.
 */
void vio_rx_offer(struct fl_rx_ring *rx)
{
	const struct vio *vio = vio_of(rx->lane->fl);
	struct vring_rx *v = rx->aux;

	if (vio_has(vio, VIRTIO_F_RING_PACKED))
		vring_packed_rx_offer(rx);
	else
		vring_split_rx_kick(rx);
	v->low = vio_rx_low(vio, rx);
}

/**
 * vio_tx_sent() - whether the device has given back all packets
 * @tx: ring
 *
 * Context: process; the lane's NAPI is disabled.
 *
 * Return: true if so, or if its word is not to be trusted.
 */
bool vio_tx_sent(struct fl_tx_ring *tx)
{
	const struct vring_tx *v = tx->aux;

	if (vio_has(vio_of(tx->lane->fl), VIRTIO_F_RING_PACKED))
		vring_packed_tx_take(tx);
	else
		vring_split_tx_take(tx);
	return v->used == v->avail || v->broken;
}

/**
 * vio_split_poll() - NAPI poll of a lane with split rings
 * @napi: the lane's NAPI
 * @budget: frames to receive at most
 *
 * Context: softirq, NAPI thread, busy poll or netpoll.
 *
 * Return: frames received.
 */
int vio_split_poll(struct napi_struct *napi, int budget)
{
	if (likely(budget))
		vring_split_disarm(container_of(napi, struct fl_lane, napi));
	return fl_poll(napi, budget, vio_split_rx, vio_split_tx);
}

/**
 * vio_packed_poll() - NAPI poll of a lane with packed rings
 * @napi: the lane's NAPI
 * @budget: frames to receive at most
 *
 * Context: softirq, NAPI thread, busy poll or netpoll.
 *
 * Return: frames received.
 */
int vio_packed_poll(struct napi_struct *napi, int budget)
{
	if (likely(budget))
		vring_packed_disarm(container_of(napi, struct fl_lane, napi));
	return fl_poll(napi, budget, vio_packed_rx, vio_packed_tx);
}

static __always_inline netdev_tx_t vio_xmit(struct sk_buff *skb,
					    struct net_device *netdev,
					    const struct fl_tx_leaf leaf)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_tx_ring *tx = fl->lane[skb_get_queue_mapping(skb)].tx;

	/* Some senders keep a queue number from before its lane went. */
	if (unlikely(!tx)) {
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	return fl_xmit(skb, tx, leaf);
}

/**
 * vio_split_xmit() - queue a packet for transmission by a split ring
 * @skb: the packet
 * @netdev: the port
 *
 * Context: softirq disabled, under the Tx queue's lock.
 *
 * Return: NETDEV_TX_OK, or NETDEV_TX_BUSY if the ring has no room.
 */
netdev_tx_t vio_split_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	return vio_xmit(skb, netdev, vio_split_tx);
}

/**
 * vio_packed_xmit() - queue a packet for transmission by a packed ring
 * @skb: the packet
 * @netdev: the port
 *
 * Context: softirq disabled, under the Tx queue's lock.
 *
 * Return: NETDEV_TX_OK, or NETDEV_TX_BUSY if the ring has no room.
 */
netdev_tx_t vio_packed_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	return vio_xmit(skb, netdev, vio_packed_tx);
}
