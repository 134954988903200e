/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtqueues: what the two kinds have in common, and the leaves that read and write
 * what is in their buffers. Those of the rings are in vring_split.h and
 * vring_packed.h. Static inline, so that both the driver and the KUnit suites
 * instantiate the templates over them.
 *
 * Nothing of what the device writes is believed: an index, an id or a length that
 * cannot be ends the use of its ring, and the port is reset.
 */
#ifndef FLOWLANE_VRING_H
#define FLOWLANE_VRING_H

#include <linux/io.h>
#include <linux/virtio_net.h>
#include <uapi/linux/virtio_net.h>
#include <uapi/linux/virtio_ring.h>

#include <flowlane/lane_rx.h>
#include <flowlane/lane_tx.h>

/* The header before a frame (section 5.1.6), without its end where hashes are not
 * reported. The kernel's own has had more than one layout.
 */
struct vring_hdr {
	u8 flags;
	u8 gso_type;
	__le16 hdr_len;
	__le16 gso_size;
	__le16 csum_start;
	__le16 csum_offset;
	__le16 num_buffers;
	__le32 hash;
	__le16 report;
	__le16 padding;
};

#define VRING_FRONT_PLAIN	offsetof(struct vring_hdr, hash)
#define VRING_FRONT_HASH	sizeof(struct vring_hdr)

/* A ring of n slots is one block of memory: descriptors, what the driver says, what the
 * device says, and for transmit headers of packets that have no room for them.
 */
#define VRING_SLOT_BYTES	16
#define VRING_DRIVER(n)		(16 * (n))
#define VRING_DEVICE(n)		(20 * (n))
#define VRING_HDRS(n)		(32 * (n))
#define VRING_HDR_BYTES		32
#define VRING_RX_BYTES		32	/* a slot */
/* Where a frame is of one slot, however long it is, this goes on with a table for each of
 * them (indirect descriptors): of the buffer, and of pages.
 */
#define VRING_RESTS_MAX		DIV_ROUND_UP(FL_RX_LARGE_MAX - 1024, PAGE_SIZE)
#define VRING_TABLE_BYTES	(VRING_SLOT_BYTES * (1 + VRING_RESTS_MAX))
#define VRING_TABLE(n, id)	(VRING_RX_BYTES * (n) + VRING_TABLE_BYTES * (id))
#define VRING_TX_BYTES		(32 + VRING_HDR_BYTES)

/**
 * struct vring_rx_slot - a slot of a receive ring
 * @id: the descriptor that is to be used in it
 * @truesize: of the descriptor of this number: size of its buffer
 */
struct vring_rx_slot {
	u16 id;
	u16 truesize;
};

/**
 * struct vring_rx - what a receive ring is beside its memory
 * @queue: number of the virtqueue
 * @front: bytes of the header before a frame
 * @merge: frames may be of several buffers
 * @event: interrupts and doorbells are asked for by index
 * @armed: the next frame interrupts
 * @broken: the device has written what cannot be
 * @bell: producer index when the doorbell was thought of last
 * @seen: frames that the device is known to have written, of a split ring
 * @parts: buffers of the present frame that are still to come
 * @low: with fewer slots than that the longest frame may not have found room, and other
 *	rings are to be told when it has; 0 if that does not matter
 * @adapts: buffers are to suit the frames that come
 * @longer: frames have come that half a page is too small for
 * @b: descriptor of the buffer that was pulled last
 * @len: bytes in it
 * @wrote: bytes that the device says it has written, to it and to pages it goes on in
 * @truesize: its size
 * @slot: what is known by slot, and by descriptor
 */
struct vring_rx {
	u16 queue;
	u8 front;
	bool merge;
	bool event;
	bool armed;
	bool broken;
	u16 bell;
	u16 seen;
	u16 parts;
	u16 low;
	bool adapts;
	bool longer;
	u32 b;
	u32 len;
	u32 wrote;
	u32 truesize;
	struct vring_rx_slot slot[];
};

/**
 * struct vring_packet - a packet, by the slot of its first descriptor
 * @n: its descriptors; 0 without a packet
 * @done: the device has sent it
 */
struct vring_packet {
	u16 n;
	bool done;
};

/**
 * struct vring_tx - what a transmit ring is beside its memory
 * @queue: number of the virtqueue
 * @front: bytes of the header before a packet
 * @event: as in struct vring_rx
 * @broken: as in struct vring_rx
 * @bell: @avail when the doorbell was thought of last
 * @given: producer index of what the device may know of; as @avail
 * @avail: packets given to the device, or slots of a packed ring; under the Tx
 *	queue's lock
 * @used: of those, what it has given back; NAPI
 * @answered: how often of late something was sent, and then something came, one after the
 *	other; NAPI, as the next three
 * @alone: the last poll that found something has found nothing received
 * @was_rx: consumer index of the receive ring when that was seen
 * @was_used: @used then
 * @lazy: few packets are not worth an interrupt; xmit looks at it
 * @packet: packets
 */
struct vring_tx {
	u16 queue;
	u8 front;
	bool event;
	bool broken;
	u16 bell;
	u16 given;
	u16 avail;
	u16 used;
	u8 answered;
	bool alone;
	u16 was_rx;
	u16 was_used;
	bool lazy;
	struct vring_packet packet[];
};

/* Where each packet has its answer, which interrupts as well, so many packets (or slots)
 * are not worth an interrupt of their own. It is found out from so many of them.
 */
#define VRING_TX_LAZY		4
#define VRING_TX_ANSWERED	8

/* Bytes, the header before it included, that a frame of half a page does not have. */
#define VRING_LONG		(FL_RX_TRUESIZE_SMALL - FL_RX_HEADROOM_LONG - \
				 SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) + \
				 VRING_FRONT_HASH)

/* In the status word of a frame */
#define VRING_RX_DONE		BIT(0)
#define VRING_RX_EOP		BIT(1)
#define VRING_RX_ERROR		BIT(2)
#define VRING_RX_MORE		BIT(3)

void vring_break(struct fl_lane *lane, const char *what);
void vring_wake_others(const struct fl_rx_ring *rx);

/* --- Receive */

/* A ring that has been in use is about to begin again: with small buffers. */
static inline void vring_rx_again(struct fl_rx_ring *rx)
{
	const struct vring_rx *v = rx->aux;

	if (v->adapts)
		fl_rx_resize(rx, FL_RX_TRUESIZE_SMALL);
}

/* What both kinds of a ring begin with; @start says what of its queue is known. */
static inline void vring_rx_begin(struct fl_rx_ring *rx, const struct vring_rx *start)
{
	struct vring_rx *v = rx->aux;
	u32 i;

	*v = *start;
	v->queue = 2 * rx->lane->idx;
	for (i = 0; i <= rx->mask; i++)
		v->slot[i].id = i;
}

/* A descriptor gets a buffer: how much of it is the device's? */
static __always_inline u32 vring_rx_give(const struct fl_rx_ring *rx, u16 id)
{
	struct vring_rx *v = rx->aux;

	v->slot[id].truesize = rx->truesize;
	return rx->room + v->front;
}

/* The bus address of a page that a buffer goes on in. */
static inline dma_addr_t vring_rest_dma(const struct fl_rx_ring *rx, u32 id, u32 n)
{
	return page_pool_get_dma_addr(virt_to_page(rx->rest[id * rx->rests + n]));
}

/* Of a frame and what is before it, @truesize bytes of a buffer take that. */
static __always_inline u32 vring_rx_room(const struct fl_rx_ring *rx,
					 u32 truesize)
{
	return truesize - rx->truesize + rx->room;
}

/* The device has written @len bytes to buffer @b.
 * Returns false if the device was not given that.
 */
static __always_inline bool vring_rx_take(struct fl_rx_ring *rx, u32 b, u32 len)
{
	struct vring_rx *v = rx->aux;
	u32 room;

	if (unlikely(b > rx->mask || !rx->buf[b])) {
		v->broken = true;
		vring_break(rx->lane, "a buffer that it was not given");
		return false;
	}
	v->b = b;
	v->truesize = v->slot[b].truesize;
	v->wrote = len;
	v->len = len;
	room = vring_rx_room(rx, v->truesize) + v->front;
	if (unlikely(len > room)) {
		v->len = room;
		if (len - room > rx->rests * PAGE_SIZE) {
			v->broken = true;
			vring_break(rx->lane, "more than a buffer holds");
			return false;
		}
	}
	return true;
}

static __always_inline u32 vring_buf(struct fl_rx_ring *rx, u32 slot)
{
	struct vring_rx *v = rx->aux;

	v->slot[slot].id = v->b;
	return v->b;
}

static __always_inline u32 vring_truesize(const struct fl_rx_ring *rx)
{
	return ((const struct vring_rx *)rx->aux)->truesize;
}

/* A ring has got buffers; if it was low, the device may have more to do than it sees. */
static __always_inline void vring_rx_given(struct fl_rx_ring *rx, bool low)
{
	struct vring_rx *v = rx->aux;

	v->bell = rx->next_to_use;
	if (unlikely(low))
		vring_wake_others(rx);
}

/* Whole pages as long as long frames come: fewer buffers for each of them. */
static __always_inline void vring_resize(struct fl_rx_ring *rx)
{
	struct vring_rx *v = rx->aux;
	u32 truesize = v->longer ? FL_RX_TRUESIZE_LARGE : FL_RX_TRUESIZE_SMALL;

	/* Two halves of a page are at an even place. */
	if (truesize != rx->truesize && v->adapts && !(rx->next_to_use & 1))
		fl_rx_resize(rx, truesize);
	v->longer = false;
}

static __always_inline u32 vring_front(const struct fl_rx_ring *rx)
{
	return ((const struct vring_rx *)rx->aux)->front;
}

static __always_inline u32 vring_look(struct fl_rx_ring *rx, u32 slot, u32 status)
{
	struct vring_rx *v = rx->aux;
	const struct vring_hdr *hdr = rx->buf[v->b] + rx->headroom - v->front;

	if (!rx->skb) {
		v->parts = 1;
		if (v->merge)
			v->parts = le16_to_cpu(READ_ONCE(hdr->num_buffers));
		else if (v->wrote > v->len && rx->rests)
			status |= VRING_RX_MORE;
		/* All parts of a frame are in the ring at once: 1 to its size. */
		if (unlikely(v->len < v->front || v->parts - 1U > rx->mask)) {
			v->len = v->front;
			return VRING_RX_EOP | VRING_RX_ERROR;
		}
		v->longer |= v->parts > 1 || v->len > VRING_LONG;
	}
	return --v->parts ? status : status | VRING_RX_EOP;
}

static __always_inline u32 vring_len(const struct fl_rx_ring *rx, u32 slot)
{
	return ((const struct vring_rx *)rx->aux)->len;
}

/* Either kind's descriptors begin with the address. */
static inline void vring_replace(struct fl_rx_ring *rx, u32 b, u32 n, dma_addr_t dma)
{
	__le64 *addr = rx->desc + VRING_TABLE(rx->mask + 1, b) +
		       VRING_SLOT_BYTES * (1 + n);

	*addr = cpu_to_le64(dma);
}

static inline u32 vring_rest(const struct fl_rx_ring *rx)
{
	const struct vring_rx *v = rx->aux;

	return min_t(u32, v->wrote - v->len, rx->rests * PAGE_SIZE);
}

/* A checksum that is still to be filled in, or a frame of several segments. The header is
 * copied: it may go with the memory that it lies in, once the frame's own headers are
 * gathered. They are parsed where no checksum says what they are, and the skb is to
 * say where they begin.
 */
static inline bool vring_describe_gso(const struct fl_rx_ring *rx, struct sk_buff *skb,
				      const struct virtio_net_hdr *in_place,
				      struct fl_rx_count *count)
{
	struct virtio_net_hdr hdr;

	/* Not to be read again: a device may still write to it. */
	memcpy(&hdr, in_place, sizeof(hdr));
	barrier();
	skb->dev = rx->netdev;
	skb->protocol = ((const struct ethhdr *)skb->data)->h_proto;
	skb_set_network_header(skb, ETH_HLEN);
	/* One that is verified and to be filled in is to be filled in. */
	if (hdr.flags & VIRTIO_NET_HDR_F_DATA_VALID)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (virtio_net_hdr_to_skb(skb, &hdr, true))
		return false;
	if (skb->ip_summed != CHECKSUM_NONE)
		count->csum_unnecessary++;
	return true;
}

static __always_inline bool
vring_describe(const struct fl_rx_ring *rx, u32 slot, u32 status,
	       netdev_features_t features, struct sk_buff *skb,
	       struct fl_rx_count *count)
{
	const struct vring_rx *v = rx->aux;
	const struct vring_hdr *hdr = (void *)skb->data - v->front;
	u16 report;

	if (v->front == VRING_FRONT_HASH && likely(features & NETIF_F_RXHASH)) {
		report = le16_to_cpu(hdr->report);
		if (report && report <= VIRTIO_NET_HASH_REPORT_UDPv6_EX) {
			skb->hash = le32_to_cpu(hdr->hash);
			skb->l4_hash = report != VIRTIO_NET_HASH_REPORT_IPv4 &&
				       report != VIRTIO_NET_HASH_REPORT_IPv6 &&
				       report != VIRTIO_NET_HASH_REPORT_IPv6_EX;
		}
	}
	if (unlikely(hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE ||
		     hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return vring_describe_gso(rx, skb, (const void *)hdr, count);
	if (hdr->flags & VIRTIO_NET_HDR_F_DATA_VALID &&
	    likely(features & NETIF_F_RXCSUM))
		fl_rx_csum_ok(skb, count);
	return true;
}

/* --- Transmit */

/* As vring_rx_begin(). */
static inline void vring_tx_begin(struct fl_tx_ring *tx, const struct vring_tx *start)
{
	struct vring_tx *v = tx->aux;

	*v = *start;
	v->queue = 2 * tx->lane->idx + 1;
	memset(v->packet, 0, (tx->mask + 1) * sizeof(v->packet[0]));
}

/* Whether a packet has room for its header in front of it. */
static __always_inline bool vring_hdr_fits(const struct sk_buff *skb, u32 front)
{
	return !skb_header_cloned(skb) && skb_headroom(skb) >= front &&
	       (IS_ENABLED(CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS) ||
		IS_ALIGNED((unsigned long)skb->data, __alignof__(struct virtio_net_hdr)));
}

/* Where a packet has its header that has no room for it. */
static __always_inline u32 vring_hdr_place(const struct fl_tx_ring *tx, u32 slot)
{
	return VRING_HDRS(tx->mask + 1) + slot * VRING_HDR_BYTES;
}

static __always_inline int vring_prepare(struct fl_tx_ring *tx,
					 struct sk_buff *skb,
					 struct fl_tx_req *req)
{
	u32 slot = tx->next_to_use & tx->mask;
	const struct vring_tx *v = tx->aux;
	struct virtio_net_hdr *hdr;
	int err;

	*req = (struct fl_tx_req) { .word = { slot, tx->next_to_use } };
	if (likely(vring_hdr_fits(skb, v->front))) {
		req->pushed = v->front;
		hdr = (void *)skb->data - v->front;
	} else {
		req->new_ctx = true;
		hdr = tx->desc + vring_hdr_place(tx, slot);
	}
	/* Either length in few stores; of any length it would be a loop. */
	memset(hdr, 0, VRING_FRONT_PLAIN);
	if (v->front == VRING_FRONT_HASH)
		memset((void *)hdr + VRING_FRONT_PLAIN, 0,
		       VRING_FRONT_HASH - VRING_FRONT_PLAIN);
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	err = virtio_net_hdr_from_skb(skb, hdr, true, false, 0);
	if (!err && skb_is_gso(skb)) {
		u32 mss = skb_shinfo(skb)->gso_size;
		u32 hdr_len = skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4 ?
			      skb_transport_offset(skb) + sizeof(struct udphdr) :
			      skb_tcp_all_headers(skb);

		*fl_tx_cb(skb) = (struct fl_tx_cb) {
			.segs = DIV_ROUND_UP(skb->len - hdr_len, mss),
			.hdr_len = hdr_len,
		};
		/* The linear part, as it is now, may have payload as well. */
		hdr->hdr_len = __cpu_to_virtio16(true, hdr_len);
	}
	return err;
}

/* Slots that can be cleaned, in their order. What was given back is marked. */
static __always_inline u32 vring_tx_done(struct fl_tx_ring *tx)
{
	struct vring_tx *v = tx->aux;
	u32 n = 0;

	for (;;) {
		struct vring_packet *p =
			&v->packet[(tx->next_to_clean + n) & tx->mask];

		if (!p->done)
			return n;
		n += p->n;
		p->n = 0;
		p->done = false;
	}
}

/* A packet was given back. Returns its slots, or 0 if there is no such packet. */
static __always_inline u32 vring_tx_mark(struct fl_tx_ring *tx, u32 id)
{
	struct vring_tx *v = tx->aux;
	/* Pairs with the release in vring_tx_give(). */
	u16 given = smp_load_acquire(&v->given);

	if (unlikely(id > tx->mask ||
		     ((id - tx->next_to_clean) & tx->mask) >=
		     (u16)(given - tx->next_to_clean) ||
		     !v->packet[id].n || v->packet[id].done)) {
		v->broken = true;
		vring_break(tx->lane, "a packet that it was not given");
		return 0;
	}
	v->packet[id].done = true;
	return v->packet[id].n;
}

/* What was queued is about to be the device's. What comes after it is not, whatever the
 * device says: xmit may be at it.
 */
static __always_inline void vring_tx_give(struct fl_tx_ring *tx)
{
	struct vring_tx *v = tx->aux;

	/* Pairs with the acquire in vring_tx_mark(). */
	smp_store_release(&v->given, (u16)tx->next_to_use);
}

/* The descriptors of a packet are filled in. */
static __always_inline void vring_tx_packet(struct fl_tx_ring *tx, u32 head,
					    u32 slot)
{
	struct vring_tx *v = tx->aux;

	v->packet[head].n = ((slot - head) & tx->mask) + 1;
}

/* --- Interrupts */

/* A poll has ended: what did it find? */
static __always_inline void vring_watch(const struct fl_rx_ring *rx,
					struct vring_tx *t)
{
	bool in = t->was_rx != (u16)rx->next_to_clean;
	bool out = t->was_used != t->used;

	t->was_rx = rx->next_to_clean;
	t->was_used = t->used;
	if (in) {
		if (t->alone && t->answered < VRING_TX_ANSWERED)
			t->answered++;
		t->alone = false;
	} else if (out) {
		/* Twice so, and they are not answered one by one. */
		if (t->alone)
			t->answered = 0;
		t->alone = true;
	}
}

/* Of @pending packets or slots, how many more than have been used before an interrupt?
 * Those that wait for their answers are not to keep the stack from sending.
 */
static __always_inline u16 vring_tx_wait(const struct fl_rx_ring *rx,
					 const struct fl_tx_ring *tx, u16 pending)
{
	struct vring_tx *t = tx->aux;
	u16 enough = pending * 3 / 4;
	bool lazy;

	if (!t->event)
		return enough;
	vring_watch(rx, t);
	lazy = t->answered == VRING_TX_ANSWERED && !netif_xmit_stopped(tx->txq);
	WRITE_ONCE(t->lazy, lazy);
	return lazy ? max_t(u16, enough, VRING_TX_LAZY) : enough;
}

/* What has no interrupt, and perhaps no answer, is let go of by a timer. Pairs: xmit gives,
 * then looks whether it is lazy; a poll says so, then looks what was given. One of them
 * starts the timer.
 */
static __always_inline void vring_tx_late(const struct fl_tx_ring *tx)
{
	const struct vring_tx *t = tx->aux;

	if (unlikely(READ_ONCE(t->lazy)) &&
	    READ_ONCE(tx->next_to_use) != READ_ONCE(tx->next_to_clean))
		timer_reduce(&tx->lane->retry, jiffies + 1);
}

/* Whether xmit wants to hear of what it is about to give, although few packets are no
 * reason: the stack waits for it, or it holds much of a socket's memory. Where many are on
 * their way, one of those will be heard of. To be asked before vring_tx_give(): from then on
 * the packet may be gone.
 */
static __always_inline bool vring_tx_urgent(const struct fl_tx_ring *tx)
{
	const struct sk_buff *last = tx->buf[(tx->next_to_use - 1) & tx->mask].skb;
	const struct vring_tx *t = tx->aux;

	return unlikely(READ_ONCE(t->lazy)) &&
	       (u16)(t->avail - READ_ONCE(t->used)) <= VRING_TX_LAZY &&
	       (netif_xmit_stopped(tx->txq) || skb_is_gso(last));
}

#define VRING_RX_LEAF(kind, mask_irq) {		\
	.pull = vring_##kind##_pull,		\
	.buf = vring_buf,			\
	.look = vring_look,			\
	.front = vring_front,			\
	.len = vring_len,			\
	.describe = vring_describe,		\
	.post = vring_##kind##_post,		\
	.kick = vring_##kind##_rx_kick,		\
	.truesize = vring_truesize,		\
	.rest = vring_rest,			\
	.replace = vring_replace,		\
	.resize = vring_resize,			\
	.rearm = vring_##kind##_rearm,		\
	.set_irq = (mask_irq),			\
	.eop = VRING_RX_EOP,			\
	.error = VRING_RX_ERROR,		\
	.more = VRING_RX_MORE,			\
	.sparse = true,				\
	.large = true,				\
}

#define VRING_TX_LEAF(kind) {			\
	.prepare = vring_prepare,		\
	.context = vring_##kind##_context,	\
	.data = vring_##kind##_data,		\
	.kick = vring_##kind##_tx_kick,		\
	.done = vring_##kind##_tx_done,		\
	.len_min = ETH_HLEN,			\
	.seg_max = U32_MAX,			\
}

#endif /* FLOWLANE_VRING_H */
