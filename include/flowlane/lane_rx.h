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
#include <flowlane/steer.h>

struct fl_rx_count;

/**
 * struct fl_rx_leaf - what the template needs of a device
 * @pull: the status word of what is at an index, 0 if the device still owns it. Reads
 *	it once and orders all other reads of the descriptor behind it
 * @buf: the place in &fl_rx_ring.buf of what was pulled from a slot; may be missing
 *	where that is the slot
 * @look: the status word, once the buffer can be read as well; may be missing
 * @front: bytes that the device writes before each frame; they end at the ring's
 *	headroom, and no part of a frame but the first has any. May be missing
 * @len: bytes written to the buffer of a slot that was pulled, @front included
 * @describe: tell an skb what the device knows of it, as far as the features
 *	want to know: checksum, hash, VLAN tag. The slot is that of its end. The
 *	skb is as new: none of that has been said of it. False if that cannot be
 * @post: give a slot of @desc a buffer; becomes visible to the device with @kick.
 *	Returns its place in &fl_rx_ring.buf
 * @kick: tell the device of all slots up to the producer index
 * @truesize: bytes of the buffer that was pulled last; may be missing where all of
 *	them have as many
 * @resize: choose the size of buffers that are to be posted; may be missing
 * @rearm: allow the next interrupt. Returns whether there is something to do already;
 *	missing where no interrupt is held back but by moderation
 * @set_irq: mask or unmask the lane's interrupt; not to lose what comes while
 *	it is masked
 * @stamp: give an skb the time stamp that the device has of it; may be missing
 *	without @stamped
 * @eop: in the status word: the last descriptor of its frame
 * @error: in the status word of that one: the frame is damaged
 * @stamped: in the status word of that one: the device has a time stamp of it;
 *	may be 0
 * @sparse: buffers come back in any order: a place in &fl_rx_ring.buf is NULL while the
 *	device has none for it
 * @large: frames may be of more buffers than an skb takes fragments
 * @more: in the status word: the frame goes on in pages of its slot's own; 0 where
 *	frames never do
 * @rest: bytes in these pages; may be missing without @more, as the next
 * @replace: another page in the place of one of them; becomes visible with @kick of
 *	its slot
 */
struct fl_rx_leaf {
	u32 (*pull)(struct fl_rx_ring *rx, u32 i);
	u32 (*buf)(struct fl_rx_ring *rx, u32 slot);
	u32 (*look)(struct fl_rx_ring *rx, u32 slot, u32 status);
	u32 (*front)(const struct fl_rx_ring *rx);
	u32 (*len)(const struct fl_rx_ring *rx, u32 slot);
	bool (*describe)(const struct fl_rx_ring *rx, u32 slot, u32 status,
			 netdev_features_t features, struct sk_buff *skb,
			 struct fl_rx_count *count);
	u32 (*post)(const struct fl_rx_ring *rx, void *desc, unsigned long slot,
		    dma_addr_t dma);
	void (*kick)(struct fl_rx_ring *rx);
	u32 (*truesize)(const struct fl_rx_ring *rx);
	void (*resize)(struct fl_rx_ring *rx);
	bool (*rearm)(struct fl_lane *lane);
	void (*set_irq)(const struct fl_lane *lane, bool on);
	void (*stamp)(const struct fl_rx_ring *rx, struct sk_buff *skb);
	u32 (*rest)(const struct fl_rx_ring *rx);
	void (*replace)(struct fl_rx_ring *rx, u32 b, u32 n, dma_addr_t dma);
	u32 eop;
	u32 error;
	u32 stamped;
	u32 more;
	bool sparse;
	bool large;
};

/* Counted in registers during a poll, published once at its end. */
struct fl_rx_count {
	u32 lost;		/* frames that were not handed up */
	u32 bytes;
	u32 csum_unnecessary;
	u32 csum_bad;
	u32 alloc_fail;
	u32 errors;
	u32 drops;
};

/* Bytes of the longest frame that a device puts together, with its VLAN tags. */
#define FL_RX_LARGE_MAX	(SZ_64K + ETH_HLEN + 2 * VLAN_HLEN)

/* In place of a frame: drop what comes up to its end. */
#define FL_RX_DISCARD	((struct sk_buff *)ERR_PTR(-ENOBUFS))

/**
 * fl_rx_short() - whether enough slots are empty for a refill
 * @rx: ring
 *
 * Return: true if a refill is due, or after one, if memory was short.
 */
static __always_inline bool fl_rx_short(const struct fl_rx_ring *rx)
{
	return fl_ring_free(rx->mask, rx->next_to_use, rx->next_to_clean) >=
	       rx->refill;
}

/* Have buffers of another size posted from now on. */
static inline void fl_rx_resize(struct fl_rx_ring *rx, u32 truesize)
{
	rx->truesize = truesize;
	rx->page_bufs = PAGE_SIZE / truesize;
	rx->room = truesize - rx->headroom -
		   SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
}

/**
 * fl_rx_fill() - give buffers to all free slots
 * @rx: ring
 * @gfp: how to allocate
 * @leaf: the device
 *
 * Pages are shared out whole: a slot that half a page is too much for stays
 * empty.
 *
 * Context: the lane's NAPI, or NAPI disabled. Does not kick the device.
 *
 * Return: the number of slots that got a buffer.
 */
static __always_inline u32 fl_rx_fill(struct fl_rx_ring *rx, gfp_t gfp,
				      const struct fl_rx_leaf leaf)
{
	u32 last = rx->next_to_clean + rx->mask - rx->page_bufs;
	const u32 page_bufs = rx->page_bufs, truesize = rx->truesize;
	u32 next = rx->next_to_use;
	u32 n;

	/* Where sizes change, the last place is one for two halves of a page. */
	if (leaf.resize)
		last = (last - 1) | 1;
	while ((s32)(last - next) >= 0) {
		struct page *page = page_pool_alloc_pages(rx->pool, gfp);
		unsigned long slot = next & rx->mask;
		unsigned long end = slot + page_bufs;
		void *desc = rx->desc;
		void **buf = rx->buf;
		dma_addr_t dma;
		void *va;

		if (unlikely(!page))
			break;
		page_pool_fragment_page(page, page_bufs);
		va = page_address(page);
		dma = page_pool_get_dma_addr(page) + rx->headroom;
		/* Both counts are powers of two: a page's slots never wrap. */
		do {
			buf[leaf.post(rx, desc, slot, dma)] = va;
			va += truesize;
			dma += truesize;
		} while (++slot != end);
		next += page_bufs;
	}
	n = next - rx->next_to_use;
	rx->next_to_use = next;
	return n;
}

/**
 * fl_rx_fill_idle() - what a backend's rx_fill does: fill a ring that is not running
 * @rx: ring
 * @leaf: the device
 *
 * Context: process, may sleep; the lane's NAPI is disabled.
 *
 * Return: 0, or -ENOMEM if too many slots stayed empty.
 */
static __always_inline int fl_rx_fill_idle(struct fl_rx_ring *rx,
					   const struct fl_rx_leaf leaf)
{
	fl_rx_fill(rx, GFP_KERNEL, leaf);
	return fl_rx_short(rx) ? -ENOMEM : 0;
}

static __always_inline void fl_rx_buf_put(const struct fl_rx_ring *rx, void *va)
{
	page_pool_put_full_page(rx->pool, virt_to_page(va), true);
}

static __always_inline u32 fl_rx_truesize(const struct fl_rx_ring *rx,
					  const struct fl_rx_leaf leaf)
{
	return leaf.truesize ? leaf.truesize(rx) : rx->truesize;
}

static __always_inline u32 fl_rx_front(const struct fl_rx_ring *rx,
				       const struct fl_rx_leaf leaf)
{
	return leaf.front ? leaf.front(rx) : 0;
}

/* Where in its page the device has begun to write a buffer. */
static __always_inline u32 fl_rx_start(const struct fl_rx_ring *rx,
				       const void *va,
				       const struct fl_rx_leaf leaf)
{
	return offset_in_page(va) + rx->headroom - fl_rx_front(rx, leaf);
}

/* Let the CPU see what the device wrote. Looking for the page takes longer than
 * to find out that a coherent device needs none of it.
 */
static __always_inline void fl_rx_sync(const struct fl_rx_ring *rx, u32 slot,
				       u32 b, const struct fl_rx_leaf leaf)
{
	void *va = rx->buf[b];

	if (unlikely(dma_dev_need_sync(rx->dev)))
		page_pool_dma_sync_for_cpu(rx->pool, virt_to_page(va),
					   fl_rx_start(rx, va, leaf),
					   leaf.len(rx, slot));
}

/* Make an skb around a frame's first buffer; NULL without memory, and then the
 * buffer is still there. To look at the descriptor after the call is cheaper
 * than to keep over the call what was read before.
 */
static __always_inline struct sk_buff *
fl_rx_build(const struct fl_rx_ring *rx, u32 slot, void *va,
	    const struct fl_rx_leaf leaf)
{
	struct sk_buff *skb;
	u32 len;

	prefetch(va + rx->headroom);
	skb = napi_build_skb(va, fl_rx_truesize(rx, leaf));
	if (unlikely(!skb))
		return NULL;
	len = leaf.len(rx, slot) - fl_rx_front(rx, leaf);
	skb_mark_for_recycle(skb);
	skb_reserve(skb, rx->headroom);
	/* It is new: skb_put() would find nothing to object to. */
	skb->tail += len;
	skb->len = len;
	return skb;
}

/* A buffer found no skb. */
static inline void fl_rx_no_skb(const struct fl_rx_ring *rx, void *va,
				struct fl_rx_count *count)
{
	fl_rx_buf_put(rx, va);
	count->alloc_fail++;
	count->drops++;
}

/* The last skb of a frame's list, which goes on where an skb has all the fragments that
 * it takes.
 */
static inline struct sk_buff *fl_rx_last(struct sk_buff *skb)
{
	struct sk_buff *last = skb_shinfo(skb)->frag_list;

	if (!last)
		return skb;
	while (last->next)
		last = last->next;
	return last;
}

/* One more skb for a frame that is longer than the last one takes. */
static inline struct sk_buff *fl_rx_chain(struct fl_rx_ring *rx,
					  struct sk_buff *skb,
					  struct sk_buff *last)
{
	struct sk_buff *next = napi_alloc_skb(&rx->lane->napi, 0);

	if (!next)
		return NULL;
	skb_mark_for_recycle(next);
	skb->truesize += next->truesize;
	if (last == skb)
		skb_shinfo(skb)->frag_list = next;
	else
		last->next = next;
	return next;
}

/* Add a fragment; false if the frame cannot take it. */
static __always_inline bool fl_rx_add(struct fl_rx_ring *rx, u32 slot,
				      struct sk_buff *skb, void *va,
				      const struct fl_rx_leaf leaf)
{
	u32 start = fl_rx_start(rx, va, leaf), len = leaf.len(rx, slot);
	u32 truesize = fl_rx_truesize(rx, leaf);
	struct sk_buff *last = leaf.large ? fl_rx_last(skb) : skb;

	if (unlikely(skb_headlen(skb) < ETH_HLEN ||
		     (leaf.large && skb->len + len > FL_RX_LARGE_MAX)))
		return false;
	if (unlikely(skb_shinfo(last)->nr_frags >=
		     (leaf.large ? MAX_SKB_FRAGS : FL_RX_FRAGS_MAX))) {
		last = leaf.large ? fl_rx_chain(rx, skb, last) : NULL;
		if (!last)
			return false;
	}
	skb_add_rx_frag(last, skb_shinfo(last)->nr_frags, virt_to_page(va),
			start, len, truesize);
	if (leaf.large && last != skb) {
		skb->len += len;
		skb->data_len += len;
		skb->truesize += truesize;
	}
	return true;
}

/* Add the buffer of one more descriptor to the frame that waits for its end.
 * Returns it, or NULL if it is to be dropped.
 */
static __always_inline struct sk_buff *
fl_rx_append(struct fl_rx_ring *rx, u32 slot, void *va,
	     struct fl_rx_count *count, const struct fl_rx_leaf leaf)
{
	struct sk_buff *skb = rx->skb;

	rx->skb = NULL;
	if (unlikely(skb == FL_RX_DISCARD)) {
		fl_rx_buf_put(rx, va);
		return NULL;
	}
	/* Who sends the frame on may not take an empty fragment. */
	if (unlikely(!leaf.len(rx, slot))) {
		fl_rx_buf_put(rx, va);
		return skb;
	}
	if (likely(fl_rx_add(rx, slot, skb, va, leaf)))
		return skb;
	/* Longer than any frame we let in, or cut where none is: the device is
	 * confused.
	 */
	fl_rx_buf_put(rx, va);
	dev_kfree_skb_any(skb);
	count->errors++;
	return NULL;
}

/* A page in which a frame goes on becomes a fragment, and gets its successor first: a slot
 * always has all of its pages. False without memory, and all is as it was.
 */
static __always_inline bool fl_rx_take_rest(struct fl_rx_ring *rx, u32 b, u32 n,
					    u32 len, struct sk_buff *skb,
					    const struct fl_rx_leaf leaf)
{
	struct page *next = page_pool_alloc_pages(rx->pool,
						  GFP_ATOMIC | __GFP_NOWARN);
	void **va = &rx->rest[b * rx->rests + n];
	struct page *page = virt_to_page(*va);

	if (unlikely(!next))
		return false;
	if (dma_dev_need_sync(rx->dev))
		page_pool_dma_sync_for_cpu(rx->pool, page, 0, len);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, 0, len, PAGE_SIZE);
	*va = page_address(next);
	leaf.replace(rx, b, n, page_pool_get_dma_addr(next));
	return true;
}

/* What did not fit into a frame's buffer. Returns its skb, or NULL without memory. */
static __always_inline struct sk_buff *
fl_rx_add_rest(struct fl_rx_ring *rx, u32 b, struct sk_buff *skb,
	       struct fl_rx_count *count, const struct fl_rx_leaf leaf)
{
	u32 left = leaf.rest(rx), n = 0;

	for (; left; n++) {
		u32 len = min_t(u32, left, PAGE_SIZE);

		if (unlikely(!fl_rx_take_rest(rx, b, n, len, skb, leaf))) {
			dev_kfree_skb_any(skb);
			count->alloc_fail++;
			count->drops++;
			return NULL;
		}
		left -= len;
	}
	return skb;
}

/* For leaves: the L4 checksum was verified. */
static __always_inline void fl_rx_csum_ok(struct sk_buff *skb,
					  struct fl_rx_count *count)
{
	/* It was CHECKSUM_NONE, which is 0. */
	skb->ip_summed |= CHECKSUM_UNNECESSARY;
	count->csum_unnecessary++;
}

/* Hand a whole frame up. */
static __always_inline void fl_rx_up(const struct fl_rx_ring *rx,
				     struct sk_buff *skb,
				     struct fl_rx_count *count)
{
	count->bytes += skb->len;
	fl_steer_seen(rx->lane, skb);
	skb_record_rx_queue(skb, rx->idx);
	skb->protocol = eth_type_trans(skb, rx->netdev);
	napi_gro_receive(&rx->lane->napi, skb);
}

/* A frame that does not go up, and has not been counted as lost. */
static inline void fl_rx_lose(struct sk_buff *skb, struct fl_rx_count *count)
{
	count->lost++;
	if (!skb)
		return;
	count->errors++;
	dev_kfree_skb_any(skb);
}

static __always_inline void fl_rx_publish(struct fl_lane *lane, u32 done,
					  const struct fl_rx_count *count)
{
	struct fl_rx_stats *s = &lane->rx_stats;
	u32 packets = done - count->lost;

	u64_stats_update_begin(&s->sync);
	u64_stats_add(&s->packets, packets);
	u64_stats_add(&s->bytes, count->bytes);
	u64_stats_add(&s->csum_unnecessary, count->csum_unnecessary);
	u64_stats_add(&s->csum_none, packets - count->csum_unnecessary);
	u64_stats_add(&s->csum_bad, count->csum_bad);
	u64_stats_add(&s->alloc_fail, count->alloc_fail);
	u64_stats_add(&s->errors, count->errors);
	u64_stats_add(&s->drops, count->drops);
	u64_stats_update_end(&s->sync);
}

/* One refill and one tail write a poll, or none. A ring that stays short is refilled
 * from a timer: with no buffer posted, no traffic would ever do it.
 */
static __always_inline void fl_rx_refill(struct fl_rx_ring *rx,
					 struct fl_rx_count *count,
					 const struct fl_rx_leaf leaf)
{
	if (leaf.resize)
		leaf.resize(rx);
	if (likely(fl_rx_fill(rx, GFP_ATOMIC | __GFP_NOWARN, leaf)))
		leaf.kick(rx);
	if (unlikely(fl_rx_short(rx))) {
		count->alloc_fail++;
		mod_timer(&rx->lane->retry,
			  jiffies + msecs_to_jiffies(FL_RX_RETRY_MS));
	}
}

/* Whether a frame has come to its end, undamaged. Time stamps are rare: one is
 * found where damage is, at no cost to a frame that has neither.
 */
static __always_inline bool fl_rx_whole(const struct fl_rx_ring *rx, u32 status,
					struct sk_buff *skb,
					const struct fl_rx_leaf leaf)
{
	u32 end = status & (leaf.eop | leaf.error | leaf.stamped);

	if (likely(end == leaf.eop))
		return true;
	if (end != (leaf.eop | leaf.stamped))
		return false;
	leaf.stamp(rx, skb);
	return true;
}

/* Hand up to @budget frames to the stack. Returns their number, those that were
 * lost on the way included.
 */
static __always_inline u32 fl_rx_frames(struct fl_rx_ring *rx, u32 budget,
					struct fl_rx_count *count,
					const struct fl_rx_leaf leaf)
{
	netdev_features_t features = rx->netdev->features;
	u32 next = rx->next_to_clean;
	u32 left = budget;

	/* A slot that was not refilled still says "done". */
	while (left && next != rx->next_to_use) {
		u32 slot = next & rx->mask, b = slot;
		u32 status = leaf.pull(rx, next);
		struct sk_buff *skb;
		void *va;

		if (!status || fl_steer_holds(rx->lane))
			break;
		next++;
		if (leaf.buf)
			b = leaf.buf(rx, slot);
		fl_rx_sync(rx, slot, b, leaf);
		if (leaf.look)
			status = leaf.look(rx, slot, status);
		va = rx->buf[b];
		if (leaf.sparse)
			rx->buf[b] = NULL;

		/* An XDP program is to run here: the frame is readable, no skb yet. */

		if (likely(!rx->skb)) {
			skb = fl_rx_build(rx, slot, va, leaf);
			/* To look again is cheaper than to keep it over the call. */
			if (unlikely(!skb))
				fl_rx_no_skb(rx, leaf.sparse ? va :
					     rx->buf[(next - 1) & rx->mask],
					     count);
		} else {
			skb = fl_rx_append(rx, slot, va, count, leaf);
		}
		if (leaf.more && unlikely(status & leaf.more) && skb)
			skb = fl_rx_add_rest(rx, b, skb, count, leaf);
		if (likely(skb && skb->len >= ETH_HLEN &&
			   fl_rx_whole(rx, status, skb, leaf) &&
			   leaf.describe(rx, slot, status, features, skb,
					 count))) {
			left--;
			fl_rx_up(rx, skb, count);
		} else if (status & leaf.eop) {
			left--;
			fl_rx_lose(skb, count);
		} else {
			rx->skb = skb ?: FL_RX_DISCARD;
		}
	}
	rx->next_to_clean = next;
	return budget - left;
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
	struct fl_rx_count count = {};
	u32 was = rx->next_to_clean;
	u32 done = fl_rx_frames(rx, budget, &count, leaf);

	if (fl_rx_short(rx))
		fl_rx_refill(rx, &count, leaf);
	if (rx->next_to_clean != was || count.alloc_fail)
		fl_rx_publish(rx->lane, done, &count);
	return done;
}

#endif /* FLOWLANE_LANE_RX_H */
