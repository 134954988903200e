// SPDX-License-Identifier: GPL-2.0
/* The device's end of virtqueues: see mock_vring.h. */
#include <linux/io.h>
#include <linux/unaligned.h>
#include <uapi/linux/virtio_ring.h>
#include <linux/virtio_byteorder.h>

#include "../../drivers/virtio/vring.h"
#include "mock_vring.h"

/* --- The device's end of a split queue (sections 2.7.5 to 2.7.8) */

static u16 mock_v16(__virtio16 val)
{
	return __virtio16_to_cpu(true, val);
}

static struct vring_avail *mock_split_avail(const struct mock_vq *q)
{
	return q->desc + VRING_DRIVER(q->n);
}

static struct vring_used *mock_split_used(const struct mock_vq *q)
{
	return q->desc + VRING_DEVICE(q->n);
}

static u16 mock_split_given(const struct mock_vq *q)
{
	return mock_v16(READ_ONCE(mock_split_avail(q)->idx)) - q->taken;
}

/* An indirect table: the driver's memory is where addresses say. */
static const void *mock_vq_table(const struct mock_vq *q, u64 addr)
{
	const struct fl_rx_ring *rx = q->mock->fl.lane[q->lane].rx;

	return rx->desc + (addr - rx->desc_dma);
}

static void mock_split_take(struct mock_vq *q, struct mock_vq_chain *c)
{
	const struct vring_desc *table = q->desc, *d;
	u32 n = q->n;
	u16 i;

	i = mock_v16(mock_split_avail(q)->ring[q->taken++ % q->n]);
	c->id = i;
	if (i < n && mock_v16(table[i].flags) == VRING_DESC_F_INDIRECT) {
		n = __virtio32_to_cpu(true, table[i].len) / sizeof(*table);
		table = mock_vq_table(q, __virtio64_to_cpu(true, table[i].addr));
		i = 0;
	}
	while (i < n && c->n < MOCK_VQ_PARTS) {
		d = &table[i];
		c->part[c->n].addr = __virtio64_to_cpu(true, d->addr);
		c->part[c->n].len = __virtio32_to_cpu(true, d->len);
		c->part[c->n++].flags = mock_v16(d->flags);
		if (!(mock_v16(d->flags) & VRING_DESC_F_NEXT))
			return;
		i = mock_v16(d->next);
	}
	mock_fault(q->mock, "a chain without an end");
}

static void mock_split_use(struct mock_vq *q, u32 id, u32 len)
{
	struct vring_used_elem *e = &mock_split_used(q)->ring[q->used++ % q->n];

	e->id = __cpu_to_virtio32(true, id);
	e->len = __cpu_to_virtio32(true, len);
}

/* The driver's last word is what it wants to hear of. */
static bool mock_split_irq(const struct mock_vq *q, u16 was)
{
	const struct vring_avail *avail = mock_split_avail(q);

	if (mock_vring.kind->event)
		return vring_need_event(mock_v16(READ_ONCE(avail->ring[q->n])),
					q->used, was);
	return !(mock_v16(READ_ONCE(avail->flags)) & VRING_AVAIL_F_NO_INTERRUPT);
}

/* --- The device's end of a packed queue (section 2.8) */

static bool mock_packed_wrap(const struct mock_vq *q, u16 i)
{
	return !(i & q->n);
}

static bool mock_packed_is_given(const struct mock_vq *q, u16 i)
{
	const struct vring_packed_desc *d = q->desc;
	u16 flags = le16_to_cpu(READ_ONCE(d[i % q->n].flags));
	bool avail = flags & BIT(VRING_PACKED_DESC_F_AVAIL);
	bool used = flags & BIT(VRING_PACKED_DESC_F_USED);

	return avail == mock_packed_wrap(q, i) && used != avail;
}

static u16 mock_packed_given(const struct mock_vq *q)
{
	u16 n = 0;

	while (n < q->n && mock_packed_is_given(q, q->taken + n))
		n++;
	return n;
}

static void mock_packed_part(struct mock_vq_chain *c,
			     const struct vring_packed_desc *d)
{
	c->part[c->n].addr = le64_to_cpu(d->addr);
	c->part[c->n].len = le32_to_cpu(d->len);
	c->part[c->n++].flags = le16_to_cpu(d->flags) &
				~(BIT(VRING_PACKED_DESC_F_AVAIL) |
				  BIT(VRING_PACKED_DESC_F_USED));
}

/* Nothing but an address, a length and whose it is says a descriptor of a table. */
static void mock_packed_take_table(struct mock_vq *q, struct mock_vq_chain *c,
				   const struct vring_packed_desc *d)
{
	const struct vring_packed_desc *table = mock_vq_table(q, le64_to_cpu(d->addr));
	u32 i, n = le32_to_cpu(d->len) / sizeof(*table);

	for (i = 0; i < n && c->n < MOCK_VQ_PARTS; i++)
		mock_packed_part(c, &table[i]);
}

/* The last of a chain has its id. */
static void mock_packed_take(struct mock_vq *q, struct mock_vq_chain *c)
{
	const struct vring_packed_desc *ring = q->desc, *d;
	u16 flags;

	while (c->n < MOCK_VQ_PARTS) {
		d = &ring[q->taken % q->n];
		flags = le16_to_cpu(d->flags);
		if (!mock_packed_is_given(q, q->taken))
			mock_fault(q->mock, "half a chain");
		q->taken++;
		c->id = le16_to_cpu(d->id);
		if (flags & VRING_DESC_F_INDIRECT) {
			mock_packed_take_table(q, c, d);
			return;
		}
		mock_packed_part(c, d);
		if (!(flags & VRING_DESC_F_NEXT))
			return;
	}
	mock_fault(q->mock, "a chain without an end");
}

static void mock_packed_mark(struct mock_vq *q, u16 n)
{
	struct vring_packed_desc *d = q->desc + 16 * (q->used % q->n);

	dma_wmb();
	WRITE_ONCE(d->flags, mock_packed_wrap(q, q->used) ?
		   cpu_to_le16(BIT(VRING_PACKED_DESC_F_AVAIL) |
			       BIT(VRING_PACKED_DESC_F_USED)) : 0);
	q->used += n;
}

static void mock_packed_use(struct mock_vq *q, u32 id, u32 len, u16 n)
{
	struct vring_packed_desc *d = q->desc + 16 * (q->used % q->n);

	d->id = cpu_to_le16(id);
	d->len = cpu_to_le32(len);
	mock_packed_mark(q, n);
}

static __le16 mock_packed_place(const struct mock_vq *q, u16 i)
{
	return cpu_to_le16(i % q->n |
			   mock_packed_wrap(q, i) << VRING_PACKED_EVENT_F_WRAP_CTR);
}

static bool mock_packed_irq(const struct mock_vq *q, u16 was)
{
	const struct vring_packed_desc_event *e = q->desc + VRING_DRIVER(q->n);

	switch (le16_to_cpu(READ_ONCE(e->flags))) {
	case VRING_PACKED_EVENT_FLAG_ENABLE:
		return true;
	case VRING_PACKED_EVENT_FLAG_DESC:
		for (; was != q->used; was++)
			if (READ_ONCE(e->off_wrap) == mock_packed_place(q, was))
				return true;
		break;
	}
	return false;
}

/* --- The device's end of a queue */

/**
 * mock_vq_given() - what the device could take
 * @q: queue
 *
 * Return: chains, or slots of a packed queue.
 */
u16 mock_vq_given(const struct mock_vq *q)
{
	return mock_vring.kind->packed ? mock_packed_given(q) : mock_split_given(q);
}

static void mock_vq_check(struct mock_vq *q, const struct mock_vq_chain *c)
{
	u16 i;
	bool write;

	if (c->id >= q->n || test_and_set_bit(c->id, q->held))
		mock_fault(q->mock, "given what the device has already");
	for (i = 0; i < c->n; i++) {
		if (!c->part[i].len)
			mock_fault(q->mock, "an empty descriptor");
		write = q->ctrl ? i == c->n - 1 : !q->tx;
		if ((c->part[i].flags & ~VRING_DESC_F_NEXT) !=
		    (write ? VRING_DESC_F_WRITE : 0))
			mock_fault(q->mock, "a buffer that is for something else");
	}
}

/**
 * mock_vq_take() - the device takes the next of what it was given
 * @q: queue
 * @c: filled in
 *
 * Return: false if there is nothing.
 */
bool mock_vq_take(struct mock_vq *q, struct mock_vq_chain *c)
{
	u16 given = mock_vq_given(q);

	if (!given)
		return false;
	if (given > q->n) {
		mock_fault(q->mock, "more is given than a queue has slots");
		return false;
	}
	dma_rmb();
	c->n = 0;
	if (mock_vring.kind->packed)
		mock_packed_take(q, c);
	else
		mock_split_take(q, c);
	mock_vq_check(q, c);
	mock_vq_bells_from(q, q->taken);
	return true;
}

/* A packed queue's slots that something takes: those of a table are none. */
static u16 mock_vq_slots(const struct mock_vq *q, const struct mock_vq_chain *c)
{
	return mock_vring.kind->whole && !q->tx ? 1 : c->n;
}

static void mock_vq_say_n(struct mock_vq *q, u32 id, u32 len, u16 n)
{
	if (q->n_said == MOCK_VQ_SAID) {
		mock_fault(q->mock, "a test says too much at once");
		return;
	}
	q->said[q->n_said].id = id;
	q->said[q->n_said].len = len;
	q->said[q->n_said++].n = n;
}

/**
 * mock_vq_say() - give something back that may be anything
 * @q: queue
 * @id: of it
 * @len: bytes written to it
 *
 * The driver does not know before mock_vq_publish().
 */
void mock_vq_say(struct mock_vq *q, u32 id, u32 len)
{
	mock_vq_say_n(q, id, len, 1);
}

/**
 * mock_vq_give() - give something back that was taken
 * @q: queue
 * @c: what was taken
 * @len: bytes written to it
 */
void mock_vq_give(struct mock_vq *q, const struct mock_vq_chain *c, u32 len)
{
	/* A test may have put another id there. */
	if (c->id < q->n)
		__clear_bit(c->id, q->held);
	mock_vq_say_n(q, c->id, len, mock_vq_slots(q, c));
}

/**
 * mock_vq_skip() - the device's index jumps, or it marks what it has not written
 * @q: queue
 * @by: how far; backwards only of a split queue
 */
void mock_vq_skip(struct mock_vq *q, int by)
{
	if (!mock_vring.kind->packed)
		q->used += by;
	else
		while (by-- > 0)
			mock_packed_mark(q, 1);
}

/**
 * mock_vq_publish_some() - the driver may know of the first that were given back
 * @q: queue
 * @n: how many
 *
 * Return: whether the device interrupts.
 */
bool mock_vq_publish_some(struct mock_vq *q, u32 n)
{
	u16 was = q->used;
	bool irq;
	u32 i;

	n = min(n, q->n_said);
	for (i = 0; i < n; i++) {
		if (mock_vring.kind->packed)
			mock_packed_use(q, q->said[i].id, q->said[i].len,
					q->said[i].n);
		else
			mock_split_use(q, q->said[i].id, q->said[i].len);
	}
	q->n_said -= n;
	memmove(q->said, q->said + n, q->n_said * sizeof(*q->said));
	dma_wmb();
	if (!mock_vring.kind->packed)
		WRITE_ONCE(mock_split_used(q)->idx, __cpu_to_virtio16(true, q->used));
	/* The driver writes and reads the other way round. */
	smp_mb();
	irq = mock_vring.kind->packed ? mock_packed_irq(q, was) :
	      mock_split_irq(q, was);
	q->irqs += irq;
	return irq;
}

/**
 * mock_vq_publish() - the driver may know what was given back
 * @q: queue
 *
 * Return: whether the device interrupts.
 */
bool mock_vq_publish(struct mock_vq *q)
{
	return mock_vq_publish_some(q, U32_MAX);
}

/**
 * mock_vq_bells_from() - the device wants to hear of what has this index
 * @q: queue
 * @index: of it
 */
void mock_vq_bells_from(struct mock_vq *q, u16 index)
{
	struct vring_packed_desc_event *e = q->desc + VRING_DEVICE(q->n);

	if (!mock_vring.kind->event)
		return;
	if (!mock_vring.kind->packed) {
		WRITE_ONCE(*(__virtio16 *)&mock_split_used(q)->ring[q->n],
			   __cpu_to_virtio16(true, index));
		return;
	}
	WRITE_ONCE(e->off_wrap, mock_packed_place(q, index));
	WRITE_ONCE(e->flags, cpu_to_le16(VRING_PACKED_EVENT_FLAG_DESC));
}

/**
 * mock_vq_bells() - whether the device wants to hear of anything, without an index
 * @q: queue
 * @on: it does
 */
void mock_vq_bells(struct mock_vq *q, bool on)
{
	struct vring_packed_desc_event *e = q->desc + VRING_DEVICE(q->n);

	if (mock_vring.kind->event)
		return;
	if (mock_vring.kind->packed)
		e->flags = cpu_to_le16(on ? VRING_PACKED_EVENT_FLAG_ENABLE :
				       VRING_PACKED_EVENT_FLAG_DISABLE);
	else
		mock_split_used(q)->flags =
			__cpu_to_virtio16(true, on ? 0 : VRING_USED_F_NO_NOTIFY);
}

/**
 * mock_vq_rung() - doorbells so far
 * @q: queue
 *
 * Return: their number.
 */
u32 mock_vq_rung(const struct mock_vq *q)
{
	const struct mock_lane *ml = &q->mock->lane[q->lane];

	return q->tx ? ml->tx_reg.writes : ml->rx_reg.writes;
}

/* --- Frames and packets */

/**
 * mock_vring_put_hdr() - write the header of a frame (section 5.1.6)
 * @at: where
 * @h: what it says
 * @buffers: of which the frame is
 */
void mock_vring_put_hdr(void *at, const struct mock_vring_hdr *h, u16 buffers)
{
	u8 hdr[20] = { h->flags, h->gso_type };

	put_unaligned_le16(h->hdr_len, hdr + 2);
	put_unaligned_le16(h->gso_size, hdr + 4);
	put_unaligned_le16(h->csum_start, hdr + 6);
	put_unaligned_le16(h->csum_offset, hdr + 8);
	put_unaligned_le16(h->buffers ?: buffers, hdr + 10);
	put_unaligned_le32(h->hash, hdr + 12);
	put_unaligned_le16(h->report, hdr + 16);
	memcpy(at, hdr, mock_vring.kind->front);
}

/* What an IOMMU would say: once a device has lied, it may be given one buffer twice, and
 * write to it when it is the driver's.
 */
static bool mock_vring_may_write(const struct mock_vq *q, const struct mock_vq_chain *c)
{
	const struct fl_rx_ring *rx = q->mock->fl.lane[q->lane].rx;
	const void *buf = c->id < q->n ? rx->buf[c->id] : NULL;

	return buf && phys_to_virt(c->part[0].addr) ==
		      buf + rx->headroom - mock_vring.kind->front;
}

/* Part of a frame goes to a buffer, behind a header or from its begin on. Returns as much as
 * found room.
 */
static u32 mock_vring_write(const struct mock_vq_chain *c, const u8 *data, u32 len,
			    u32 front)
{
	u32 room, part, done = 0;
	u16 i;

	for (i = 0; i < c->n && done < len; i++, front = 0) {
		room = c->part[i].len - front;
		part = min(len - done, room);
		memcpy(phys_to_virt(c->part[i].addr) + front, data + done, part);
		done += part;
	}
	return done;
}

/**
 * mock_vring_frame() - a frame arrives
 * @q: receive queue
 * @data: the frame
 * @len: bytes of it
 * @h: what its header says; NULL for nothing
 *
 * The driver does not know before mock_vq_publish().
 *
 * Return: buffers used; 0 if there were not enough, and the frame is lost.
 */
u32 mock_vring_frame(struct mock_vq *q, const void *data, u32 len,
		     const struct mock_vring_hdr *h)
{
	const struct mock_vring_hdr none = {};
	u32 front = mock_vring.kind->front;
	struct mock_vq_chain c;
	void *hdr = NULL;
	u32 n = 0;

	do {
		u32 part;

		if (!mock_vq_take(q, &c))
			return 0;
		if (!mock_vring_may_write(q, &c)) {
			mock_fault(q->mock, "a buffer that is the driver's");
			mock_vq_give(q, &c, 0);
			return 0;
		}
		if (!hdr)
			hdr = phys_to_virt(c.part[0].addr);
		part = mock_vring_write(&c, data, min(len, mock_vring.piece ?: U32_MAX),
					n ? 0 : front);
		mock_vq_give(q, &c, part + (n ? 0 : front));
		data += part;
		len -= part;
		n++;
	} while (len && mock_vring.kind->merge);
	mock_vring_put_hdr(hdr, h ?: &none, n);
	return n;
}

/**
 * mock_vring_arrives() - a frame arrives on lane 0, and the driver may know
 * @data: the frame
 * @len: its bytes
 * @h: its header, or NULL for one that says nothing
 *
 * Return: buffers that it has taken.
 */
u32 mock_vring_arrives(const void *data, u32 len, const struct mock_vring_hdr *h)
{
	u32 n = mock_vring_frame(mock_vring_rxq(0), data, len, h);

	mock_vq_publish(mock_vring_rxq(0));
	return n;
}

/**
 * mock_vring_take_tx() - the device takes a packet, and sends it
 * @q: transmit queue
 * @c: filled in; to be given back
 * @sent: the packet
 *
 * Return: false if there is none.
 */
bool mock_vring_take_tx(struct mock_vq *q, struct mock_vq_chain *c,
			struct mock_vring_sent *sent)
{
	u16 i;

	if (!mock_vq_take(q, c))
		return false;
	sent->id = c->id;
	sent->parts = c->n;
	sent->len = 0;
	for (i = 0; i < c->n; i++) {
		if (c->part[i].len > sizeof(sent->data) - sent->len) {
			mock_fault(q->mock, "a packet that is too long");
			break;
		}
		memcpy(sent->data + sent->len, phys_to_virt(c->part[i].addr),
		       c->part[i].len);
		sent->len += c->part[i].len;
	}
	return true;
}
