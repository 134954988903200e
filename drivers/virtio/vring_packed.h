/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packed virtqueues (virtio 1.3, section 2.8): one ring of descriptors, in which the
 * device overwrites what it has used. Whose a descriptor is, two flags say, which
 * mean the opposite each time around; which time that is, an index says by the bit
 * above those of the slot.
 */
#ifndef FLOWLANE_VRING_PACKED_H
#define FLOWLANE_VRING_PACKED_H

#include "vring.h"

struct vring_packed {
	__le64 addr;
	__le32 len;
	__le16 id;
	__le16 flags;
};

#define VRING_PACKED_AVAIL	BIT(VRING_PACKED_DESC_F_AVAIL)
#define VRING_PACKED_USED	BIT(VRING_PACKED_DESC_F_USED)

/* Words of the driver's and of the device's part. */
enum { VRING_EVENT_WHERE, VRING_EVENT_FLAGS };

/* The flags of what becomes the device's at an index. */
static __always_inline u16 vring_packed_avail(u32 mask, u32 i)
{
	return i & (mask + 1) ? VRING_PACKED_USED : VRING_PACKED_AVAIL;
}

/* Whether the device has used what it was given at an index. */
static __always_inline bool vring_packed_used(const void *desc, u32 mask, u32 i)
{
	const struct vring_packed *d = desc;
	u16 flags = le16_to_cpu(READ_ONCE(d[i & mask].flags));

	return (flags & (VRING_PACKED_AVAIL | VRING_PACKED_USED)) ==
	       (i & (mask + 1) ? 0 : VRING_PACKED_AVAIL | VRING_PACKED_USED);
}

/* An index as events have it. */
static __always_inline u16 vring_packed_where(u32 mask, u32 i)
{
	return (i & mask) | (i & (mask + 1) ? 0 : BIT(VRING_PACKED_EVENT_F_WRAP_CTR));
}

/* What was filled in from index @was on becomes the device's. It waits for the first,
 * which so comes last.
 */
static __always_inline void vring_packed_give(void *desc, u32 mask, u16 now,
					      u16 was)
{
	struct vring_packed *d = desc;

	while (--now != was)
		d[now & mask].flags ^= cpu_to_le16(VRING_PACKED_AVAIL);
	dma_wmb();
	d[was & mask].flags ^= cpu_to_le16(VRING_PACKED_AVAIL);
}

/* Tell the device what it was given, if it wants to be told. */
static __always_inline void vring_packed_bell(void *desc, u32 mask, u16 now,
					      u16 was, u16 queue,
					      void __iomem *bell)
{
	const __le32 *event = desc + VRING_DEVICE(mask + 1);
	u16 place = now & mask;
	u32 wish, kind;

	/* What was given before the wish is read: the device writes and reads the
	 * other way round.
	 */
	mb();
	wish = le32_to_cpu(READ_ONCE(*event));
	kind = (wish >> 16) & 3;
	if (kind == VRING_PACKED_EVENT_FLAG_DISABLE)
		return;
	if (kind == VRING_PACKED_EVENT_FLAG_DESC) {
		u16 at = wish & ~BIT(VRING_PACKED_EVENT_F_WRAP_CTR);

		/* Of the time around before this one. */
		if ((wish ^ vring_packed_where(mask, now)) &
		    BIT(VRING_PACKED_EVENT_F_WRAP_CTR))
			at -= mask + 1;
		if (!vring_need_event(at, place, place - (u16)(now - was)))
			return;
	}
	iowrite16(queue, bell);
}

static __always_inline __le16 *vring_packed_event(void *desc, u32 mask)
{
	return desc + VRING_DRIVER(mask + 1);
}

/* An interrupt is to come when the device has used what is at this index. */
static __always_inline void vring_packed_set_event(void *desc, u32 mask, u16 i)
{
	WRITE_ONCE(vring_packed_event(desc, mask)[VRING_EVENT_WHERE],
		   cpu_to_le16(vring_packed_where(mask, i)));
}

/* An interrupt is to come when the device passes a place, which is told each time. */
static inline void vring_packed_by_place(void *desc, u32 mask)
{
	vring_packed_event(desc, mask)[VRING_EVENT_FLAGS] =
		cpu_to_le16(VRING_PACKED_EVENT_FLAG_DESC);
}

/* --- Receive */

/* A table of a buffer and its pages; the buffer's address comes with @post. */
static inline void vring_packed_table(struct fl_rx_ring *rx, u32 id)
{
	struct vring_packed *table = rx->desc + VRING_TABLE(rx->mask + 1, id);
	u32 n;

	for (n = 0; n <= rx->rests; n++)
		table[n] = (struct vring_packed) {
			.addr = cpu_to_le64(n ? vring_rest_dma(rx, id, n - 1) : 0),
			.len = cpu_to_le32(PAGE_SIZE),
			.flags = cpu_to_le16(VRING_DESC_F_WRITE),
		};
}

static inline void vring_packed_rx_begin(struct fl_rx_ring *rx,
					 const struct vring_rx *start)
{
	u32 i;

	vring_rx_begin(rx, start);
	if (start->event)
		vring_packed_by_place(rx->desc, rx->mask);
	for (i = 0; rx->rests && i <= rx->mask; i++)
		vring_packed_table(rx, i);
}

static __always_inline u32 vring_packed_pull(struct fl_rx_ring *rx, u32 i)
{
	const struct vring_packed *d = rx->desc;
	const struct vring_rx *v = rx->aux;

	if (!vring_packed_used(d, rx->mask, i) || unlikely(v->broken))
		return 0;
	/* The flags are written last: the rest is read after them. */
	dma_rmb();
	d += i & rx->mask;
	return vring_rx_take(rx, le16_to_cpu(READ_ONCE(d->id)),
			     le32_to_cpu(READ_ONCE(d->len))) ? VRING_RX_DONE : 0;
}

/* A buffer goes to its table, and that in its place into the ring. Returns the flags. */
static inline u16 vring_packed_to_table(const struct fl_rx_ring *rx, u16 id,
					dma_addr_t *dma, u32 *len)
{
	const u32 at = VRING_TABLE(rx->mask + 1, id);
	struct vring_packed *table = rx->desc + at;

	table->addr = cpu_to_le64(*dma);
	table->len = cpu_to_le32(*len);
	*dma = rx->desc_dma + at;
	*len = VRING_SLOT_BYTES * (1 + rx->rests);
	return VRING_DESC_F_INDIRECT;
}

/* The flags stay as those of a used slot, until it is given. */
static __always_inline u32
vring_packed_post(const struct fl_rx_ring *rx, void *desc, unsigned long slot,
		  dma_addr_t dma)
{
	u32 i = rx->next_to_use + ((slot - rx->next_to_use) & rx->mask);
	const struct vring_rx *v = rx->aux;
	struct vring_packed *d = desc;
	u16 id = v->slot[slot].id;
	u16 flags = VRING_DESC_F_WRITE;
	u32 len = vring_rx_give(rx, id);

	dma -= v->front;
	if (unlikely(rx->rests))
		flags = vring_packed_to_table(rx, id, &dma, &len);
	d += slot;
	d->addr = cpu_to_le64(dma);
	d->len = cpu_to_le32(len);
	d->id = cpu_to_le16(id);
	d->flags = cpu_to_le16(flags | (vring_packed_avail(rx->mask, i) ^
					VRING_PACKED_AVAIL));
	return id;
}

/* Whether the device has less than @n of the buffers up to index @end left. */
static __always_inline bool vring_packed_less(const struct fl_rx_ring *rx,
					      u16 end, u16 n)
{
	return (u16)(end - rx->next_to_clean) < n ||
	       vring_packed_used(rx->desc, rx->mask, (u16)(end - n));
}

static __always_inline void vring_packed_rx_kick(struct fl_rx_ring *rx)
{
	const struct vring_rx *v = rx->aux;
	u16 now = rx->next_to_use;

	vring_packed_give(rx->desc, rx->mask, now, v->bell);
	vring_packed_bell(rx->desc, rx->mask, now, v->bell, v->queue, rx->tail);
	/* After the barrier in it: what did not fit had not seen these. */
	vring_rx_given(rx, v->low && vring_packed_less(rx, v->bell, v->low));
}

/* As a kick, of a ring that may have no buffer: then there is no first one to give. */
static inline void vring_packed_rx_offer(struct fl_rx_ring *rx)
{
	if (rx->next_to_use)
		vring_packed_rx_kick(rx);
}

/* --- Transmit */

static inline void vring_packed_tx_begin(struct fl_tx_ring *tx,
					 const struct vring_tx *start)
{
	vring_tx_begin(tx, start);
	if (start->event)
		vring_packed_by_place(tx->desc, tx->mask);
}

static __always_inline void
vring_packed_put(struct fl_tx_ring *tx, u32 slot, dma_addr_t dma, u32 len,
		 const struct fl_tx_req *req, u16 flags)
{
	u32 i = req->word[1] + ((slot - req->word[1]) & tx->mask);
	struct vring_packed *d = tx->desc;

	d += slot;
	d->addr = cpu_to_le64(dma);
	d->len = cpu_to_le32(len);
	d->id = cpu_to_le16(req->word[0]);
	d->flags = cpu_to_le16(flags | (vring_packed_avail(tx->mask, i) ^
					VRING_PACKED_AVAIL));
}

static __always_inline void vring_packed_context(struct fl_tx_ring *tx, u32 slot,
						 const struct fl_tx_req *req)
{
	const struct vring_tx *v = tx->aux;

	vring_packed_put(tx, slot, tx->desc_dma + vring_hdr_place(tx, slot),
			 v->front, req, VRING_DESC_F_NEXT);
}

static __always_inline void
vring_packed_data(struct fl_tx_ring *tx, u32 slot, dma_addr_t dma, u32 len,
		  const struct fl_tx_req *req, bool first, bool last)
{
	struct vring_tx *v = tx->aux;

	vring_packed_put(tx, slot, dma, len, req, last ? 0 : VRING_DESC_F_NEXT);
	if (!last)
		return;
	vring_tx_packet(tx, req->word[0], slot);
	v->avail += v->packet[req->word[0]].n;
}

static __always_inline void vring_packed_tx_kick(struct fl_tx_ring *tx)
{
	struct vring_tx *v = tx->aux;
	bool urgent = vring_tx_urgent(tx);

	vring_tx_give(tx);
	if (urgent)
		vring_packed_set_event(tx->desc, tx->mask, v->avail - 1);
	vring_packed_give(tx->desc, tx->mask, v->avail, v->bell);
	vring_packed_bell(tx->desc, tx->mask, v->avail, v->bell, v->queue,
			  tx->tail);
	v->bell = v->avail;
	vring_tx_late(tx);
}

/* What the device has sent, in whatever order. It says that once a packet, and goes on
 * by as many slots as the packet had.
 */
static __always_inline void vring_packed_tx_take(struct fl_tx_ring *tx)
{
	const struct vring_packed *d = tx->desc;
	struct vring_tx *v = tx->aux;
	u32 n;

	while (vring_packed_used(d, tx->mask, v->used) && likely(!v->broken)) {
		/* The flags are written last: the rest is read after them. */
		dma_rmb();
		n = vring_tx_mark(tx, le16_to_cpu(READ_ONCE(d[v->used & tx->mask].id)));
		v->used += n;
	}
}

static __always_inline u32 vring_packed_tx_done(struct fl_tx_ring *tx)
{
	vring_packed_tx_take(tx);
	return vring_tx_done(tx);
}

/* --- Interrupts */

/* As much of what is to be sent as is worth an interrupt cannot be seen to be sent but
 * by looking at all of it.
 */
static __always_inline bool vring_packed_rearm(struct fl_lane *lane)
{
	struct fl_rx_ring *rx = lane->rx;
	struct fl_tx_ring *tx = lane->tx;
	__le16 *rx_event = vring_packed_event(rx->desc, rx->mask);
	__le16 *tx_event = vring_packed_event(tx->desc, tx->mask);
	struct vring_rx *r = rx->aux;
	struct vring_tx *t = tx->aux;
	u16 was = t->used;
	u16 wait = vring_tx_wait(rx, tx, READ_ONCE(t->avail) - was);

	if (r->event) {
		vring_packed_set_event(rx->desc, rx->mask, rx->next_to_clean);
		vring_packed_set_event(tx->desc, tx->mask, was + wait);
	} else {
		WRITE_ONCE(rx_event[VRING_EVENT_FLAGS],
			   cpu_to_le16(VRING_PACKED_EVENT_FLAG_ENABLE));
		WRITE_ONCE(tx_event[VRING_EVENT_FLAGS],
			   cpu_to_le16(VRING_PACKED_EVENT_FLAG_ENABLE));
	}
	r->armed = true;
	/* The wish before the device's flags are read: it writes and reads the other
	 * way round.
	 */
	mb();
	vring_packed_tx_take(tx);
	vring_tx_late(tx);
	return (!r->broken && vring_packed_used(rx->desc, rx->mask, rx->next_to_clean)) ||
	       (!t->broken && (u16)(t->used - was) > wait);
}

static __always_inline void vring_packed_disarm(struct fl_lane *lane)
{
	struct vring_rx *r = lane->rx->aux;

	r->armed = false;
	if (r->event)
		return;		/* a place is passed once */
	WRITE_ONCE(vring_packed_event(lane->rx->desc, lane->rx->mask)[VRING_EVENT_FLAGS],
		   cpu_to_le16(VRING_PACKED_EVENT_FLAG_DISABLE));
	WRITE_ONCE(vring_packed_event(lane->tx->desc, lane->tx->mask)[VRING_EVENT_FLAGS],
		   cpu_to_le16(VRING_PACKED_EVENT_FLAG_DISABLE));
}

#endif /* FLOWLANE_VRING_PACKED_H */
