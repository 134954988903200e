/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Split virtqueues (virtio 1.3, section 2.7): a table of descriptors, a ring in which
 * the driver offers some of them, and one in which the device gives them back.
 */
#ifndef FLOWLANE_VRING_SPLIT_H
#define FLOWLANE_VRING_SPLIT_H

#include "vring.h"

struct vring_slot {
	__le64 addr;
	__le32 len;
	__le16 flags;
	__le16 next;
};

struct vring_done {
	__le32 id;
	__le32 len;
};

/* Words of the driver's and of the device's part. */
enum { VRING_FLAGS, VRING_IDX, VRING_FIRST };

static __always_inline __le16 *vring_avail(void *desc, u32 mask)
{
	return desc + VRING_DRIVER(mask + 1);
}

static __always_inline __le16 *vring_used(void *desc, u32 mask)
{
	return desc + VRING_DEVICE(mask + 1);
}

static __always_inline u16 vring_used_idx(void *desc, u32 mask)
{
	return le16_to_cpu(READ_ONCE(vring_used(desc, mask)[VRING_IDX]));
}

static __always_inline const struct vring_done *
vring_done(void *desc, u32 mask, u32 i)
{
	const struct vring_done *first = desc + VRING_DEVICE(mask + 1) + 4;

	return first + (i & mask);
}

/* The device is to interrupt when it has used this index. */
static __always_inline void vring_set_event(void *desc, u32 mask, u16 i)
{
	WRITE_ONCE(vring_avail(desc, mask)[VRING_FIRST + mask + 1],
		   cpu_to_le16(i));
}

/* What was filled in becomes the device's. */
static __always_inline void vring_split_give(void *desc, u32 mask, u16 now)
{
	/* Descriptors before the index. */
	dma_wmb();
	WRITE_ONCE(vring_avail(desc, mask)[VRING_IDX], cpu_to_le16(now));
}

/* Tell the device what it was given, if it wants to be told. */
static __always_inline void vring_split_bell(void *desc, u32 mask, bool event,
					     u16 now, u16 was, u16 queue,
					     void __iomem *bell)
{
	const __le16 *used = vring_used(desc, mask);
	const __le16 *wish = &used[VRING_FIRST + 4 * (mask + 1)];
	bool wanted;

	/* The index before the device's wish is read: it writes and reads the other
	 * way round.
	 */
	mb();
	if (event)
		wanted = vring_need_event(le16_to_cpu(READ_ONCE(*wish)), now, was);
	else
		wanted = !(READ_ONCE(used[VRING_FLAGS]) &
			   cpu_to_le16(VRING_USED_F_NO_NOTIFY));
	if (wanted)
		iowrite16(queue, bell);
}

/* --- Receive */

/* A table of a buffer and its pages; the buffer's address comes with @post. */
static inline void vring_split_table(struct fl_rx_ring *rx, u32 id)
{
	struct vring_slot *table = rx->desc + VRING_TABLE(rx->mask + 1, id);
	struct vring_slot *d = rx->desc;
	u32 n;

	d[id] = (struct vring_slot) {
		.addr = cpu_to_le64(rx->desc_dma + VRING_TABLE(rx->mask + 1, id)),
		.len = cpu_to_le32(VRING_SLOT_BYTES * (1 + rx->rests)),
		.flags = cpu_to_le16(VRING_DESC_F_INDIRECT),
	};
	for (n = 0; n <= rx->rests; n++)
		table[n] = (struct vring_slot) {
			.addr = cpu_to_le64(n ? vring_rest_dma(rx, id, n - 1) : 0),
			.len = cpu_to_le32(PAGE_SIZE),
			.flags = cpu_to_le16(VRING_DESC_F_WRITE |
					     (n < rx->rests ? VRING_DESC_F_NEXT : 0)),
			.next = cpu_to_le16(n < rx->rests ? n + 1 : 0),
		};
}

static inline void vring_split_rx_begin(struct fl_rx_ring *rx,
					const struct vring_rx *start)
{
	struct vring_slot *d = rx->desc;
	u32 i;

	vring_rx_begin(rx, start);
	for (i = 0; i <= rx->mask; i++) {
		d[i].flags = cpu_to_le16(VRING_DESC_F_WRITE);
		if (rx->rests)
			vring_split_table(rx, i);
	}
}

/* The device's index is in a cache line that it writes to: what was read of it is used
 * up before it is read again.
 */
static __always_inline bool vring_split_more(struct fl_rx_ring *rx, u16 i)
{
	u16 seen = vring_used_idx(rx->desc, rx->mask);
	struct vring_rx *v = rx->aux;

	if (seen == i)
		return false;
	if (unlikely((u16)(seen - i) > (u16)(rx->next_to_use - i))) {
		v->broken = true;
		vring_break(rx->lane, "more than it was given");
		return false;
	}
	v->seen = seen;
	/* The index is written last: the rest is read after it. */
	dma_rmb();
	return true;
}

static __always_inline u32 vring_split_pull(struct fl_rx_ring *rx, u32 i)
{
	const struct vring_done *d = vring_done(rx->desc, rx->mask, i);
	struct vring_rx *v = rx->aux;

	if (unlikely(v->broken))
		return 0;
	if (v->seen == (u16)i && !vring_split_more(rx, i))
		return 0;
	return vring_rx_take(rx, le32_to_cpu(READ_ONCE(d->id)),
			     le32_to_cpu(READ_ONCE(d->len))) ? VRING_RX_DONE : 0;
}

static __always_inline u32
vring_split_post(const struct fl_rx_ring *rx, void *desc, unsigned long slot,
		 dma_addr_t dma)
{
	const struct vring_rx *v = rx->aux;
	struct vring_slot *d = desc;
	u16 id = v->slot[slot].id;

	d += id;
	if (unlikely(rx->rests))
		d = desc + VRING_TABLE(rx->mask + 1, id);
	d->addr = cpu_to_le64(dma - v->front);
	d->len = cpu_to_le32(vring_rx_give(rx, id));
	vring_avail(desc, rx->mask)[VRING_FIRST + slot] = cpu_to_le16(id);
	return id;
}

static __always_inline void vring_split_rx_kick(struct fl_rx_ring *rx)
{
	const struct vring_rx *v = rx->aux;
	s16 had;

	vring_split_give(rx->desc, rx->mask, rx->next_to_use);
	vring_split_bell(rx->desc, rx->mask, v->event, rx->next_to_use, v->bell,
			 v->queue, rx->tail);
	/* After the barrier in it: what did not fit had not seen these. Less than
	 * nothing, where the device has already used some of them.
	 */
	had = v->low ? v->bell - vring_used_idx(rx->desc, rx->mask) : 0;
	vring_rx_given(rx, had < (s16)v->low);
}

/* --- Transmit */

static inline void vring_split_tx_begin(struct fl_tx_ring *tx,
					const struct vring_tx *start)
{
	struct vring_slot *d = tx->desc;
	u32 i;

	vring_tx_begin(tx, start);
	for (i = 0; i <= tx->mask; i++)
		d[i].next = cpu_to_le16((i + 1) & tx->mask);
}

static __always_inline void vring_split_context(struct fl_tx_ring *tx, u32 slot,
						const struct fl_tx_req *req)
{
	const struct vring_tx *v = tx->aux;
	struct vring_slot *d = tx->desc;

	d += slot;
	d->addr = cpu_to_le64(tx->desc_dma + vring_hdr_place(tx, slot));
	d->len = cpu_to_le32(v->front);
	d->flags = cpu_to_le16(VRING_DESC_F_NEXT);
}

static __always_inline void
vring_split_data(struct fl_tx_ring *tx, u32 slot, dma_addr_t dma, u32 len,
		 const struct fl_tx_req *req, bool first, bool last)
{
	struct vring_tx *v = tx->aux;
	struct vring_slot *d = tx->desc;
	u32 head = req->word[0];

	d += slot;
	d->addr = cpu_to_le64(dma);
	d->len = cpu_to_le32(len);
	d->flags = cpu_to_le16(last ? 0 : VRING_DESC_F_NEXT);
	if (!last)
		return;
	vring_tx_packet(tx, head, slot);
	vring_avail(tx->desc, tx->mask)[VRING_FIRST + (v->avail++ & tx->mask)] =
		cpu_to_le16(head);
}

static __always_inline void vring_split_tx_kick(struct fl_tx_ring *tx)
{
	struct vring_tx *v = tx->aux;
	bool urgent = vring_tx_urgent(tx);

	vring_tx_give(tx);
	if (urgent)
		vring_set_event(tx->desc, tx->mask, v->avail - 1);
	vring_split_give(tx->desc, tx->mask, v->avail);
	vring_split_bell(tx->desc, tx->mask, v->event, v->avail, v->bell,
			 v->queue, tx->tail);
	v->bell = v->avail;
	vring_tx_late(tx);
}

/* What the device has sent, in whatever order. */
static __always_inline void vring_split_tx_take(struct fl_tx_ring *tx)
{
	u16 n = vring_used_idx(tx->desc, tx->mask);
	struct vring_tx *v = tx->aux;
	u32 id;

	if (v->used == n || unlikely(v->broken))
		return;
	/* The index is written last: the rest is read after it. */
	dma_rmb();
	for (; v->used != n; v->used++) {
		id = le32_to_cpu(READ_ONCE(vring_done(tx->desc, tx->mask, v->used)->id));
		if (!vring_tx_mark(tx, id))
			return;
	}
}

static __always_inline u32 vring_split_tx_done(struct fl_tx_ring *tx)
{
	vring_split_tx_take(tx);
	return vring_tx_done(tx);
}

/* --- Interrupts */

static __always_inline bool vring_split_rearm(struct fl_lane *lane)
{
	struct fl_rx_ring *rx = lane->rx;
	struct fl_tx_ring *tx = lane->tx;
	struct vring_rx *r = rx->aux;
	struct vring_tx *t = tx->aux;
	u16 wait = vring_tx_wait(rx, tx, READ_ONCE(t->avail) - t->used);

	if (r->event) {
		vring_set_event(rx->desc, rx->mask, rx->next_to_clean);
		vring_set_event(tx->desc, tx->mask, t->used + wait);
	} else {
		WRITE_ONCE(vring_avail(rx->desc, rx->mask)[VRING_FLAGS], 0);
		WRITE_ONCE(vring_avail(tx->desc, tx->mask)[VRING_FLAGS], 0);
	}
	r->armed = true;
	/* The wish before the device's indices are read: it writes and reads the
	 * other way round.
	 */
	mb();
	vring_tx_late(tx);
	return (!r->broken && vring_used_idx(rx->desc, rx->mask) != (u16)rx->next_to_clean) ||
	       (!t->broken && (u16)(vring_used_idx(tx->desc, tx->mask) - t->used) > wait);
}

static __always_inline void vring_split_disarm(struct fl_lane *lane)
{
	struct vring_rx *r = lane->rx->aux;

	r->armed = false;
	if (r->event)
		return;		/* an index is passed once */
	WRITE_ONCE(vring_avail(lane->rx->desc, lane->rx->mask)[VRING_FLAGS],
		   cpu_to_le16(VRING_AVAIL_F_NO_INTERRUPT));
	WRITE_ONCE(vring_avail(lane->tx->desc, lane->tx->mask)[VRING_FLAGS],
		   cpu_to_le16(VRING_AVAIL_F_NO_INTERRUPT));
}

#endif /* FLOWLANE_VRING_SPLIT_H */
