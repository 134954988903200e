/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The Rx loop: a template of always-inline functions. A backend passes its
 * leaves as a constant, by value, so that the compiler folds them in and its
 * poll becomes one function without an indirect call (`make check-hotpath`).
 */
#ifndef FLOWLANE_LANE_RX_H
#define FLOWLANE_LANE_RX_H

#include <linux/etherdevice.h>
#include <linux/prefetch.h>
#include <net/page_pool/helpers.h>

#include <flowlane/lane.h>

/* What a completed descriptor said, in the terms of the stack. */
enum fl_rx_flag {
	FL_RX_EOP	= BIT(0),	/* last descriptor of its frame */
	FL_RX_ERROR	= BIT(1),	/* the frame is damaged */
	FL_RX_VLAN	= BIT(2),	/* a tag was stripped, in vlan_tci */
	FL_RX_CSUM_OK	= BIT(3),	/* the L4 checksum was verified */
	FL_RX_CSUM_BAD	= BIT(4),	/* it was found wrong */
	FL_RX_HASH_L3	= BIT(5),	/* hash is over addresses */
	FL_RX_HASH_L4	= BIT(6),	/* hash is over addresses and ports */
};

/**
 * struct fl_rx_meta - a completed descriptor, normalised
 * @flags: enum fl_rx_flag
 * @hash: RSS hash, valid with FL_RX_HASH_x
 * @len: bytes written to the buffer
 * @vlan_tci: valid with FL_RX_VLAN
 *
 * Only @len and FL_RX_EOP are valid when the frame continues in the next
 * descriptor.
 */
struct fl_rx_meta {
	u32 flags;
	u32 hash;
	u16 len;
	u16 vlan_tci;
};

/**
 * struct fl_rx_leaf - what the template needs of a device
 * @pull: decode the descriptor in a slot; false if the device still owns it.
 *	Reads the done word once and orders all other reads behind it
 * @post: give a slot a buffer; becomes visible to the device with @kick
 * @kick: tell the device of all slots up to the producer index
 * @set_irq: mask or unmask the lane's interrupt; not to lose what comes while
 *	it is masked
 */
struct fl_rx_leaf {
	bool (*pull)(const struct fl_rx_ring *rx, u32 slot,
		     struct fl_rx_meta *meta);
	void (*post)(const struct fl_rx_ring *rx, u32 slot, dma_addr_t dma);
	void (*kick)(const struct fl_rx_ring *rx);
	void (*set_irq)(const struct fl_lane *lane, bool on);
};

/* Counted in registers during a poll, published once at its end. */
struct fl_rx_count {
	u32 packets;
	u32 bytes;
	u32 csum_unnecessary;
	u32 csum_bad;
	u32 alloc_fail;
	u32 errors;
	u32 drops;
};

/**
 * fl_rx_fill() - give buffers to all free slots
 * @rx: ring
 * @gfp: how to allocate
 * @leaf: the device
 *
 * Context: the lane's NAPI, or NAPI disabled. Does not kick the device.
 *
 * Return: the number of slots that got a buffer.
 */
static __always_inline u32 fl_rx_fill(struct fl_rx_ring *rx, gfp_t gfp,
				      const struct fl_rx_leaf leaf)
{
	u32 want = fl_ring_free(rx->mask, rx->next_to_use, rx->next_to_clean);
	u32 i;

	for (i = 0; i < want; i++) {
		u32 slot = rx->next_to_use & rx->mask;
		struct fl_rx_buf *buf = &rx->buf[slot];

		buf->page = page_pool_alloc_frag(rx->pool, &buf->offset,
						 rx->truesize, gfp);
		if (unlikely(!buf->page))
			break;
		leaf.post(rx, slot, page_pool_get_dma_addr(buf->page) +
			  buf->offset + rx->headroom);
		rx->next_to_use++;
	}
	return i;
}

/* Make an skb around a frame's first buffer. The buffer is consumed, also on
 * failure.
 */
static __always_inline struct sk_buff *fl_rx_build(struct fl_rx_ring *rx,
						   struct fl_rx_buf *buf,
						   u32 len)
{
	void *va = page_address(buf->page) + buf->offset;
	struct sk_buff *skb;

	prefetch(va + rx->headroom);
	skb = napi_build_skb(va, rx->truesize);
	if (unlikely(!skb)) {
		page_pool_put_full_page(rx->pool, buf->page, true);
		return NULL;
	}
	skb_mark_for_recycle(skb);
	skb_reserve(skb, rx->headroom);
	__skb_put(skb, len);
	return skb;
}

/* Take the buffer of one descriptor into the frame that is being assembled. */
static __always_inline void fl_rx_take(struct fl_rx_ring *rx,
				       struct fl_rx_buf *buf, u32 len,
				       struct fl_rx_count *count)
{
	struct sk_buff *skb = rx->skb;

	page_pool_dma_sync_for_cpu(rx->pool, buf->page,
				   buf->offset + rx->headroom, len);

	/* An XDP program is to run here: the frame is readable, no skb yet. */

	if (unlikely(rx->discard)) {
		page_pool_put_full_page(rx->pool, buf->page, true);
	} else if (likely(!skb)) {
		rx->skb = fl_rx_build(rx, buf, len);
		if (unlikely(!rx->skb)) {
			rx->discard = true;
			count->alloc_fail++;
			count->drops++;
		}
	} else if (likely(skb_shinfo(skb)->nr_frags < FL_RX_FRAGS_MAX)) {
		skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, buf->page,
				buf->offset + rx->headroom, len, rx->truesize);
	} else {
		/* Longer than any frame we let in: the device is confused. */
		page_pool_put_full_page(rx->pool, buf->page, true);
		rx->discard = true;
		count->errors++;
	}
	buf->page = NULL;
}

static __always_inline void fl_rx_offloads(const struct fl_rx_ring *rx,
					   struct sk_buff *skb,
					   const struct fl_rx_meta *meta,
					   netdev_features_t features,
					   struct fl_rx_count *count)
{
	if (likely(features & NETIF_F_RXCSUM)) {
		if (meta->flags & FL_RX_CSUM_OK) {
			skb->ip_summed = CHECKSUM_UNNECESSARY;
			count->csum_unnecessary++;
		}
		count->csum_bad += !!(meta->flags & FL_RX_CSUM_BAD);
	}
	if ((features & NETIF_F_RXHASH) &&
	    (meta->flags & (FL_RX_HASH_L3 | FL_RX_HASH_L4)))
		skb_set_hash(skb, meta->hash, meta->flags & FL_RX_HASH_L4 ?
			     PKT_HASH_TYPE_L4 : PKT_HASH_TYPE_L3);
	if (meta->flags & FL_RX_VLAN)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), meta->vlan_tci);
	skb_record_rx_queue(skb, rx->lane->idx);
}

/* The end of a frame has arrived: hand it up, or drop it. */
static __always_inline void fl_rx_finish(struct fl_rx_ring *rx,
					 const struct fl_rx_meta *meta,
					 netdev_features_t features,
					 struct fl_rx_count *count)
{
	struct sk_buff *skb = rx->skb;

	rx->skb = NULL;
	if (unlikely(rx->discard || (meta->flags & FL_RX_ERROR) ||
		     skb_headlen(skb) < ETH_HLEN)) {
		count->errors += !rx->discard;
		rx->discard = false;
		dev_kfree_skb_any(skb);
		return;
	}
	count->packets++;
	count->bytes += skb->len;
	fl_rx_offloads(rx, skb, meta, features, count);
	skb->protocol = eth_type_trans(skb, rx->netdev);
	napi_gro_receive(&rx->lane->napi, skb);
}

static __always_inline void fl_rx_publish(struct fl_lane *lane,
					  const struct fl_rx_count *count)
{
	struct fl_rx_stats *s = &lane->rx_stats;

	u64_stats_update_begin(&s->sync);
	u64_stats_add(&s->packets, count->packets);
	u64_stats_add(&s->bytes, count->bytes);
	u64_stats_add(&s->csum_unnecessary, count->csum_unnecessary);
	u64_stats_add(&s->csum_none, count->packets - count->csum_unnecessary);
	u64_stats_add(&s->csum_bad, count->csum_bad);
	u64_stats_add(&s->alloc_fail, count->alloc_fail);
	u64_stats_add(&s->errors, count->errors);
	u64_stats_add(&s->drops, count->drops);
	u64_stats_update_end(&s->sync);
}

/* One refill and one tail write a poll. A ring that stays short is refilled
 * from a timer: with no buffer posted, no traffic would ever do it.
 */
static __always_inline void fl_rx_refill(struct fl_rx_ring *rx,
					 struct fl_rx_count *count,
					 const struct fl_rx_leaf leaf)
{
	if (likely(fl_rx_fill(rx, GFP_ATOMIC | __GFP_NOWARN, leaf)))
		leaf.kick(rx);
	if (unlikely(fl_ring_free(rx->mask, rx->next_to_use,
				  rx->next_to_clean))) {
		count->alloc_fail++;
		mod_timer(&rx->lane->retry,
			  jiffies + msecs_to_jiffies(FL_RX_RETRY_MS));
	}
}

/**
 * fl_rx_clean() - receive what the device has completed
 * @rx: ring
 * @budget: frames to receive at most
 * @leaf: the device
 *
 * Touches neither device nor statistics when there is nothing to receive.
 *
 * Context: the lane's NAPI.
 *
 * Return: frames received.
 */
static __always_inline int fl_rx_clean(struct fl_rx_ring *rx, int budget,
				       const struct fl_rx_leaf leaf)
{
	netdev_features_t features = rx->netdev->features;
	struct fl_rx_count count = {};
	int done = 0;

	while (likely(done < budget)) {
		u32 slot = rx->next_to_clean & rx->mask;
		struct fl_rx_meta meta;

		/* A slot that was not refilled still says "done". */
		if (unlikely(rx->next_to_clean == rx->next_to_use))
			break;
		if (!leaf.pull(rx, slot, &meta))
			break;

		fl_rx_take(rx, &rx->buf[slot], meta.len, &count);
		rx->next_to_clean++;
		if (unlikely(!(meta.flags & FL_RX_EOP)))
			continue;
		fl_rx_finish(rx, &meta, features, &count);
		done++;
	}

	if (fl_ring_free(rx->mask, rx->next_to_use, rx->next_to_clean)) {
		fl_rx_refill(rx, &count, leaf);
		fl_rx_publish(rx->lane, &count);
	}
	return done;
}

#endif /* FLOWLANE_LANE_RX_H */
