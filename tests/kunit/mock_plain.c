// SPDX-License-Identifier: GPL-2.0
/*
 * The plain kind of mock: the templates over descriptors that are as simple as
 * can be, with limits unlike the 82576's.
 */
#include <linux/tcp.h>

#include "seam.h"

#include <flowlane/lane_rx.h>
#include <flowlane/lane_tx.h>

#include "mock.h"

#define PLAIN_LEN_MIN	33	/* odd: no multiple of anything */
#define PLAIN_SEG_MAX	(SZ_32K - SZ_1K)

/* Of the status word; its other bits are mock_rx_flag. */
#define PLAIN_RX_DONE	BIT(31)

struct plain_rx_desc {
	u64 addr;
	struct mock_rxd d;
	u32 status;
};

#define PLAIN_CTX	BIT(0)
#define PLAIN_EOP	BIT(1)
#define PLAIN_RS	BIT(2)

struct plain_tx_desc {
	u64 addr;
	u32 len;
	u32 flags;
};

static __always_inline u32 plain_pull(struct fl_rx_ring *rx, u32 i)
{
	const struct plain_rx_desc *desc = rx->desc;
	u32 status = READ_ONCE(desc[i & rx->mask].status);

	if (!(status & PLAIN_RX_DONE))
		return 0;
	dma_rmb();
	return status;
}

static __always_inline u32 plain_rx_len(const struct fl_rx_ring *rx, u32 slot)
{
	const struct plain_rx_desc *desc = rx->desc;

	return min(desc[slot].d.len, rx->room);
}

static __always_inline bool
plain_describe(const struct fl_rx_ring *rx, u32 slot, u32 status,
	       netdev_features_t features, struct sk_buff *skb,
	       struct fl_rx_count *count)
{
	const struct mock_rxd *d = &((struct plain_rx_desc *)rx->desc)[slot].d;

	if (features & NETIF_F_RXCSUM) {
		if (status & MOCK_RX_CSUM_OK)
			fl_rx_csum_ok(skb, count);
		if (status & MOCK_RX_CSUM_BAD)
			count->csum_bad++;
	}
	if ((features & NETIF_F_RXHASH) &&
	    (status & (MOCK_RX_HASH_L3 | MOCK_RX_HASH_L4)))
		skb_set_hash(skb, d->hash, status & MOCK_RX_HASH_L4 ?
			     PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
	if (status & MOCK_RX_VLAN)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), d->vlan_tci);
	return true;
}

static __always_inline u32 plain_post(const struct fl_rx_ring *rx, void *desc,
				      unsigned long slot, dma_addr_t dma)
{
	struct plain_rx_desc *rxd = desc;

	rxd[slot].addr = dma;
	rxd[slot].status = 0;
	return slot;
}

static __always_inline void plain_rx_kick(struct fl_rx_ring *rx)
{
	mock_bell(rx->tail, rx->next_to_use & rx->mask);
}

/* Every packet with an offload takes a context of its own. */
static __always_inline int plain_prepare(struct fl_tx_ring *tx,
					 struct sk_buff *skb,
					 struct fl_tx_req *req)
{
	*req = (struct fl_tx_req) {};
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	req->new_ctx = true;
	if (skb_is_gso(skb)) {
		u32 hdr = skb_tcp_all_headers(skb);

		if (skb_cow_head(skb, 0))
			return -ENOMEM;
		*fl_tx_cb(skb) = (struct fl_tx_cb) {
			.segs = DIV_ROUND_UP(skb->len - hdr,
					     skb_shinfo(skb)->gso_size),
			.hdr_len = hdr,
		};
	}
	return 0;
}

static __always_inline void plain_context(struct fl_tx_ring *tx, u32 slot,
					  const struct fl_tx_req *req)
{
	struct plain_tx_desc *desc = tx->desc;

	desc[slot] = (struct plain_tx_desc) { .flags = PLAIN_CTX };
}

static __always_inline void
plain_data(struct fl_tx_ring *tx, u32 slot, dma_addr_t dma, u32 len,
	   const struct fl_tx_req *req, bool first, bool last)
{
	struct plain_tx_desc *desc = tx->desc;

	desc[slot] = (struct plain_tx_desc) {
		.addr = dma, .len = len, .flags = last ? PLAIN_EOP : 0,
	};
}

static __always_inline void plain_tx_kick(struct fl_tx_ring *tx)
{
	struct plain_tx_desc *desc = tx->desc;

	desc[(tx->next_to_use - 1) & tx->mask].flags |= PLAIN_RS;
	mock_bell(tx->tail, tx->next_to_use & tx->mask);
}

static __always_inline u32 plain_done(struct fl_tx_ring *tx)
{
	u32 head = le32_to_cpu(READ_ONCE(*tx->head));

	dma_rmb();
	return fl_ring_advanced(tx->mask, head, tx->next_to_clean);
}

static const struct fl_rx_leaf plain_rx_leaf = {
	.pull = plain_pull,
	.len = plain_rx_len,
	.describe = plain_describe,
	.post = plain_post,
	.kick = plain_rx_kick,
	.set_irq = mock_set_irq,
	.eop = MOCK_RX_EOP,
	.error = MOCK_RX_ERROR,
};

static const struct fl_tx_leaf plain_tx_leaf = {
	.prepare = plain_prepare,
	.context = plain_context,
	.data = plain_data,
	.kick = plain_tx_kick,
	.done = plain_done,
	.len_min = PLAIN_LEN_MIN,
	.seg_max = PLAIN_SEG_MAX,
};

static int plain_rx_fill(struct fl_rx_ring *rx)
{
	return fl_rx_fill_idle(rx, plain_rx_leaf);
}

static int plain_poll(struct napi_struct *napi, int budget)
{
	return fl_poll(napi, budget, plain_rx_leaf, plain_tx_leaf);
}

static netdev_tx_t plain_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);

	return fl_xmit(skb, fl->lane[skb_get_queue_mapping(skb)].tx,
		       plain_tx_leaf);
}

static dma_addr_t plain_rx_addr(const struct fl_rx_ring *rx, u32 slot)
{
	return ((struct plain_rx_desc *)rx->desc)[slot].addr;
}

static void plain_rx_done(struct fl_rx_ring *rx, u32 slot,
			  const struct mock_rxd *d)
{
	struct plain_rx_desc *desc = rx->desc;

	desc[slot].d = *d;
	desc[slot].addr = 0;
	dma_wmb();
	WRITE_ONCE(desc[slot].status, PLAIN_RX_DONE | d->flags);
}

static void plain_tx_read(const struct fl_tx_ring *tx, u32 slot,
			  struct mock_txd *d)
{
	const struct plain_tx_desc *desc = tx->desc;

	desc += slot;
	d->ctx = desc->flags & PLAIN_CTX;
	d->eop = desc->flags & PLAIN_EOP;
	d->rs = desc->flags & PLAIN_RS;
	d->addr = desc->addr;
	d->len = desc->len;
}

static const struct net_device_ops plain_ndo = MOCK_NDO(plain_xmit);

/* What the kinds over these descriptors have in common. */
#define PLAIN_HW						\
	.ndo = &plain_ndo,					\
	.rx_fill = plain_rx_fill,				\
	.rx_desc_bytes = sizeof(struct plain_rx_desc),		\
	.tx_desc_bytes = sizeof(struct plain_tx_desc),		\
	.rx_buf_unit = 1,					\
	.tx_len_min = PLAIN_LEN_MIN,				\
	.tx_seg_max = PLAIN_SEG_MAX,				\
	.rx_addr = plain_rx_addr,				\
	.rx_done = plain_rx_done,				\
	.tx_read = plain_tx_read

const struct mock_hw mock_plain = {
	PLAIN_HW,
	.name = "plain",
	.poll = plain_poll,
};

const struct mock_hw mock_one_itr = {
	PLAIN_HW,
	.name = "one interval",
	.poll = plain_poll,
	.itr_by = FL_ITR_PORT,
};

/* Interrupts that have to be allowed, one by one. */

static bool gated_rearm(struct fl_lane *lane)
{
	struct mock *mock = mock_of(lane->fl);
	struct mock_lane *ml = &mock->lane[lane->idx];

	WRITE_ONCE(ml->armed, true);
	ml->arms++;
	if (mock->on_arm)
		mock->on_arm(mock);
	return plain_pull(lane->rx, lane->rx->next_to_clean) ||
	       plain_done(lane->tx);
}

static void gated_set_irq(const struct fl_lane *lane, bool on)
{
	mock_set_irq(lane, on);
	if (on && !mock_of(lane->fl)->lane[lane->idx].armed)
		napi_schedule((struct napi_struct *)&lane->napi);
}

static const struct fl_rx_leaf gated_rx_leaf = {
	.pull = plain_pull,
	.len = plain_rx_len,
	.describe = plain_describe,
	.post = plain_post,
	.kick = plain_rx_kick,
	.rearm = gated_rearm,
	.set_irq = gated_set_irq,
	.eop = MOCK_RX_EOP,
	.error = MOCK_RX_ERROR,
};

static int gated_poll(struct napi_struct *napi, int budget)
{
	struct fl_lane *lane = container_of(napi, struct fl_lane, napi);

	if (budget)
		WRITE_ONCE(mock_of(lane->fl)->lane[lane->idx].armed, false);
	return fl_poll(napi, budget, gated_rx_leaf, plain_tx_leaf);
}

const struct mock_hw mock_gated = {
	PLAIN_HW,
	.name = "gated",
	.poll = gated_poll,
	.itr_by = FL_ITR_TIMER,
};
