/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transmit, completion and the NAPI poll: templates like those of lane_rx.h.
 *
 * One rule runs through all of it: whatever leaves fl_xmit(), no packet that
 * was queued earlier in an xmit_more batch is left without its doorbell.
 */
#ifndef FLOWLANE_LANE_TX_H
#define FLOWLANE_LANE_TX_H

#include <linux/dma-mapping.h>
#include <net/gro.h>
#include <net/netdev_queues.h>

#include <flowlane/coalesce.h>
#include <flowlane/lane.h>
#include <flowlane/lane_rx.h>

/**
 * struct fl_tx_req - a packet on its way into the ring
 * @word: the backend's own, from @prepare to @data
 * @pushed: bytes before the packet that the device is to have with it
 * @ctx: context descriptor words, valid with @new_ctx
 * @ctx_slot: which of the device's contexts the packet uses
 * @new_ctx: a context descriptor has to precede the data
 */
struct fl_tx_req {
	u32 word[2];
	u32 pushed;
	u32 ctx[3];
	u32 ctx_slot;
	u32 new_ctx;
};

/**
 * struct fl_tx_cb - what a backend says of a packet that it has the device segment
 * @segs: packets on the wire
 * @hdr_len: bytes of headers that each of them has
 */
struct fl_tx_cb {
	u16 segs;
	u16 hdr_len;
};

/* The stack does not look into skb->cb any more while a packet is queued. */
static __always_inline struct fl_tx_cb *fl_tx_cb(struct sk_buff *skb)
{
	return (struct fl_tx_cb *)skb->cb;
}

/**
 * struct fl_tx_leaf - what the template needs of a device
 * @prepare: decide the packet's offloads and adapt its headers, fill in the
 *	fl_tx_cb of one to be segmented; an error drops the packet. Writes no
 *	descriptor
 * @context: write a context descriptor
 * @data: write a data descriptor
 * @kick: ask for a completion of the last packet, ring the doorbell
 * @done: descriptors the device has finished since the last clean
 * @stamp: have the device take a time stamp of a packet whose @n descriptors
 *	from index @i on it does not know of yet; may be missing
 * @len_min: shorter packets are padded
 * @seg_max: bytes that one descriptor takes
 */
struct fl_tx_leaf {
	int (*prepare)(struct fl_tx_ring *tx, struct sk_buff *skb,
		       struct fl_tx_req *req);
	void (*context)(struct fl_tx_ring *tx, u32 slot,
			const struct fl_tx_req *req);
	void (*data)(struct fl_tx_ring *tx, u32 slot, dma_addr_t dma, u32 len,
		     const struct fl_tx_req *req, bool first, bool last);
	void (*kick)(struct fl_tx_ring *tx);
	u32 (*done)(struct fl_tx_ring *tx);
	void (*stamp)(struct fl_tx_ring *tx, u32 i, u32 n, struct sk_buff *skb);
	u32 len_min;
	u32 seg_max;
};

/* Pairs with the smp_store_release() in fl_tx_clean(): a slot that counts as
 * free has been let go of. What is stored to it depends on this value.
 */
static __always_inline u32 fl_tx_free(const struct fl_tx_ring *tx)
{
	return fl_ring_free(tx->mask, tx->next_to_use,
			    READ_ONCE(tx->next_to_clean));
}

/* Ring the doorbell for what is pending, if anything is. */
static __always_inline void fl_tx_flush(struct fl_tx_ring *tx,
					const struct fl_tx_leaf leaf)
{
	if (tx->kicked == tx->next_to_use)
		return;
	leaf.kick(tx);
	tx->kicked = tx->next_to_use;
}

static __always_inline void fl_tx_unmap(struct fl_tx_ring *tx,
					struct fl_tx_buf *buf)
{
	if (!buf->len)
		return;
	dma_unmap_page(tx->dev, buf->dma, buf->len, DMA_TO_DEVICE);
	buf->len = 0;
}

/* Write descriptors for one mapped area; the first of them owns the mapping.
 * Returns the index behind them.
 */
static __always_inline u32 fl_tx_area(struct fl_tx_ring *tx, u32 i,
				      dma_addr_t dma, u32 len,
				      const struct fl_tx_req *req, bool first,
				      bool last, const struct fl_tx_leaf leaf)
{
	struct fl_tx_buf *buf = &tx->buf[i & tx->mask];

	buf->dma = dma;
	buf->len = len;
	while (unlikely(len > leaf.seg_max)) {
		leaf.data(tx, i++ & tx->mask, dma, leaf.seg_max, req, first,
			  false);
		dma += leaf.seg_max;
		len -= leaf.seg_max;
		first = false;
	}
	leaf.data(tx, i++ & tx->mask, dma, len, req, first, last);
	return i;
}

/* Map a packet and write its data descriptors from index @i on. Returns the
 * number of descriptors, 0 when mapping failed and nothing is left mapped.
 */
static __always_inline u32 fl_tx_map(struct fl_tx_ring *tx, u32 i,
				     struct sk_buff *skb,
				     const struct fl_tx_req *req,
				     const struct fl_tx_leaf leaf)
{
	u32 nr_frags = skb_shinfo(skb)->nr_frags;
	u32 head = skb_headlen(skb) + req->pushed;
	void *data = skb->data - req->pushed;
	u32 left = skb->data_len;
	u32 start = i;
	dma_addr_t dma;
	u32 f;

	/* dma_map_single() would look whether it is vmalloc memory. */
	dma = dma_map_page(tx->dev, virt_to_page(data), offset_in_page(data),
			   head, DMA_TO_DEVICE);
	if (unlikely(dma_mapping_error(tx->dev, dma)))
		return 0;
	i = fl_tx_area(tx, i, dma, head, req, true, !left, leaf);

	for (f = 0; f < nr_frags; f++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[f];
		u32 len = skb_frag_size(frag);

		/* Devices take an empty descriptor for a broken packet. */
		if (unlikely(!len))
			continue;
		dma = skb_frag_dma_map(tx->dev, frag, 0, len, DMA_TO_DEVICE);
		if (unlikely(dma_mapping_error(tx->dev, dma)))
			goto err_unmap;
		left -= len;
		i = fl_tx_area(tx, i, dma, len, req, false, !left, leaf);
	}
	return i - start;

err_unmap:
	while (i != start)
		fl_tx_unmap(tx, &tx->buf[--i & tx->mask]);
	return 0;
}

static __always_inline void fl_xmit_count(struct fl_lane *lane,
					  u64_stats_t *what)
{
	u64_stats_update_begin(&lane->xmit_stats.sync);
	u64_stats_inc(what);
	u64_stats_update_end(&lane->xmit_stats.sync);
}

/* Someone wants to know when a packet was sent. The device is asked first: where
 * it answers, the stack's own stamp may not be wanted.
 */
static __always_inline void fl_tx_stamp(struct fl_tx_ring *tx, u32 i, u32 n,
					struct sk_buff *skb,
					const struct fl_tx_leaf leaf)
{
	if (leaf.stamp && skb_shinfo(skb)->tx_flags & SKBTX_HW_TSTAMP)
		leaf.stamp(tx, i, n, skb);
	skb_tx_timestamp(skb);
}

/* Account a queued packet, stop the queue when the next one may not fit, and
 * ring the doorbell unless more packets follow at once.
 */
static __always_inline void fl_tx_commit(struct fl_tx_ring *tx, u32 bytes,
					 const struct fl_tx_leaf leaf)
{
	int res = netif_txq_maybe_stop(tx->txq, fl_tx_free(tx),
				       FL_TX_DESC_NEEDED,
				       2 * FL_TX_DESC_NEEDED);

	if (unlikely(!res))
		fl_xmit_count(tx->lane, &tx->lane->xmit_stats.stop);
	if (__netdev_tx_sent_queue(tx->txq, bytes, netdev_xmit_more()))
		fl_tx_flush(tx, leaf);
}

/**
 * fl_xmit() - queue a packet
 * @skb: the packet; consumed unless NETDEV_TX_BUSY is returned
 * @tx: ring
 * @leaf: the device
 *
 * Context: softirq disabled, under the Tx queue's lock; netpoll calls it with
 * interrupts off.
 *
 * Return: NETDEV_TX_OK, or NETDEV_TX_BUSY if the ring has no room.
 */
static __always_inline netdev_tx_t fl_xmit(struct sk_buff *skb,
					   struct fl_tx_ring *tx,
					   const struct fl_tx_leaf leaf)
{
	struct fl_tx_req req;
	u32 i, n;

	if (unlikely(fl_tx_free(tx) < FL_TX_DESC_NEEDED)) {
		netif_txq_try_stop(tx->txq, fl_tx_free(tx),
				   2 * FL_TX_DESC_NEEDED);
		fl_tx_flush(tx, leaf);
		return NETDEV_TX_BUSY;
	}
	if (unlikely(skb_put_padto(skb, leaf.len_min)))
		goto dropped;
	if (unlikely(leaf.prepare(tx, skb, &req)))
		goto drop;

	i = tx->next_to_use + req.new_ctx;
	n = fl_tx_map(tx, i, skb, &req, leaf);
	if (unlikely(!n))
		goto drop;
	if (req.new_ctx)
		leaf.context(tx, tx->next_to_use & tx->mask, &req);

	i += n;
	tx->buf[(i - 1) & tx->mask].skb = skb;
	tx->next_to_use = i;

	if (unlikely(skb_shinfo(skb)->tx_flags & SKBTX_ANY_TSTAMP))
		fl_tx_stamp(tx, i - n, n, skb, leaf);
	fl_tx_commit(tx, skb->len, leaf);
	return NETDEV_TX_OK;

drop:
	dev_kfree_skb_any(skb);
dropped:
	fl_xmit_count(tx->lane, &tx->lane->xmit_stats.drop);
	if (!netdev_xmit_more())
		fl_tx_flush(tx, leaf);
	return NETDEV_TX_OK;
}

struct fl_tx_count {
	u32 skbs;
	u32 len;		/* of the skbs, what byte queue limits count */
	u32 csum;
	u32 gso_packets;
	u32 gso_bytes;
	u32 gso_wire_packets;
	u32 gso_wire_bytes;
};

static __always_inline void fl_tx_complete(struct fl_tx_buf *buf, int budget,
					   struct fl_tx_count *count)
{
	struct sk_buff *skb = buf->skb;
	u32 segs = 1;

	count->skbs++;
	count->len += skb->len;
	if (skb_is_gso(skb)) {
		const struct fl_tx_cb *cb = fl_tx_cb(skb);

		segs = cb->segs;
		count->gso_packets++;
		count->gso_bytes += skb->len;
		count->gso_wire_packets += segs;
		count->gso_wire_bytes += skb->len + (segs - 1) * cb->hdr_len;
	}
	count->csum += skb->ip_summed == CHECKSUM_PARTIAL ? segs : 0;
	buf->skb = NULL;
	napi_consume_skb(skb, budget);
}

static __always_inline void fl_tx_publish(struct fl_lane *lane,
					  const struct fl_tx_count *count,
					  bool woken)
{
	struct fl_tx_stats *s = &lane->tx_stats;
	/* Segments count as the device sent them. */
	u32 packets = count->skbs - count->gso_packets +
		      count->gso_wire_packets;
	u32 bytes = count->len - count->gso_bytes + count->gso_wire_bytes;

	u64_stats_update_begin(&s->sync);
	u64_stats_add(&s->packets, packets);
	u64_stats_add(&s->bytes, bytes);
	u64_stats_add(&s->csum, count->csum);
	u64_stats_add(&s->csum_none, packets - count->csum);
	if (count->gso_packets) {
		u64_stats_add(&s->gso_packets, count->gso_packets);
		u64_stats_add(&s->gso_bytes, count->gso_bytes);
		u64_stats_add(&s->gso_wire_packets, count->gso_wire_packets);
		u64_stats_add(&s->gso_wire_bytes, count->gso_wire_bytes);
	}
	u64_stats_add(&s->wake, woken);
	u64_stats_update_end(&s->sync);
}

/**
 * fl_tx_clean() - free what the device has sent
 * @tx: ring
 * @budget: NAPI budget; 0 from netpoll
 * @leaf: the device
 *
 * Not limited by @budget, which is for receive; the ring's size bounds it.
 *
 * Context: the lane's NAPI, or netpoll.
 */
static __always_inline void fl_tx_clean(struct fl_tx_ring *tx, int budget,
					const struct fl_tx_leaf leaf)
{
	u32 n = leaf.done(tx);
	u32 i = tx->next_to_clean;
	struct fl_tx_count count = {};
	int res;

	if (!n)
		return;
	while (n--) {
		struct fl_tx_buf *buf = &tx->buf[i++ & tx->mask];

		fl_tx_unmap(tx, buf);
		if (buf->skb)
			fl_tx_complete(buf, budget, &count);
	}
	/* Pairs with fl_tx_free(); ordered before the test of the queue's state
	 * by the barrier in netif_txq_completed_wake().
	 */
	smp_store_release(&tx->next_to_clean, i);
	res = netif_txq_completed_wake(tx->txq, count.skbs, count.len,
				       fl_tx_free(tx), 2 * FL_TX_DESC_NEEDED);
	fl_tx_publish(tx->lane, &count, !res);
}

/* Of two CPUs that poll a lane one after the other, the first may still be on
 * its way out. The order of the flag and the device makes the last word always
 * "unmasked": the flag is set before the device masks, cleared before it
 * unmasks.
 */
static __always_inline void fl_lane_mask(struct fl_lane *lane,
					 const struct fl_rx_leaf leaf)
{
	if (lane->masked)
		return;
	WRITE_ONCE(lane->masked, true);
	leaf.set_irq(lane, false);
}

static __always_inline void fl_lane_unmask(struct fl_lane *lane,
					   const struct fl_rx_leaf leaf)
{
	if (likely(!READ_ONCE(lane->masked)))
		return;
	WRITE_ONCE(lane->masked, false);
	leaf.set_irq(lane, true);
}

/**
 * fl_poll() - the NAPI poll of a lane
 * @napi: the lane's NAPI
 * @budget: frames to receive at most; 0 from netpoll, which only wants Tx
 * @rx_leaf: the device's receive half
 * @tx_leaf: the device's transmit half
 *
 * Interrupts stay enabled while a lane is polled: the device clears a cause
 * when it signals it and holds the next one back for the moderation interval,
 * and NAPI remembers one that comes during a poll. So there is nothing to
 * acknowledge or unmask, and a poll that finds nothing touches no register.
 * Only where a user has asked for polling instead of interrupts
 * (napi_defer_hard_irqs, SO_PREFER_BUSY_POLL) does one that comes between polls
 * do harm, and is masked.
 *
 * Another kind of device has to be allowed each interrupt. That is done while the
 * NAPI is still ours, so that nobody else polls; and what came before is looked for
 * after it. Where such a device does not moderate, a poll that has found something
 * may leave the next one to the lane's timer, and one that finds nothing goes back
 * to interrupts. A lane that is held would find the same again: who lets it go polls.
 * And who polls by himself (SO_BUSY_POLL) comes again, or has the NAPI scheduled when he
 * leaves: no interrupt until then.
 *
 * Return: frames received, @budget to be polled again.
 */
static __always_inline int fl_poll(struct napi_struct *napi, int budget,
				   const struct fl_rx_leaf rx_leaf,
				   const struct fl_tx_leaf tx_leaf)
{
	struct fl_lane *lane = container_of(napi, struct fl_lane, napi);
	u32 sent = lane->tx->next_to_clean;
	int done;

	fl_coalesce_idle(lane);
	WRITE_ONCE(lane->last_poll, jiffies);
	if (unlikely(napi_defers_irqs(napi) || napi_prefer_busy_poll(napi)))
		fl_lane_mask(lane, rx_leaf);
	fl_tx_clean(lane->tx, budget, tx_leaf);
	if (unlikely(!budget))
		return 0;
	done = fl_rx_clean(lane->rx, budget, rx_leaf);
	if (done == budget) {
		if (unlikely(READ_ONCE(lane->moving)))
			fl_steer_poll(lane, false);
		return done;
	}
	/* What GRO may keep, by gro_flush_timeout, is not on its way up. */
	if (unlikely(READ_ONCE(lane->moving)))
		napi_gro_flush(napi, false);
	/* Another CPU may poll the lane as soon as this poll is complete. */
	fl_coalesce_poll(lane);
	if (rx_leaf.rearm && !(READ_ONCE(napi->state) & NAPIF_STATE_IN_BUSY_POLL) &&
	    (!done || !lane->masked) &&
	    !fl_coalesce_rests(lane, done || lane->tx->next_to_clean != sent) &&
	    rx_leaf.rearm(lane) && !fl_steer_holds(lane))
		napi_schedule(napi);	/* when it is complete */
	if (napi_complete_done(napi, done))
		fl_lane_unmask(lane, rx_leaf);
	/* Pairs with the barrier in fl_move_wait(). */
	if (unlikely(READ_ONCE(lane->moving)))
		fl_steer_poll(lane, true);
	return done;
}

#endif /* FLOWLANE_LANE_TX_H */
