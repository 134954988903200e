// SPDX-License-Identifier: GPL-2.0
/* Transmit over virtqueues: what leaves, what its header says, and who is told when. */
#include <linux/etherdevice.h>
#include <linux/unaligned.h>
#include <linux/virtio_net.h>

#include "frame.h"
#include "mock_vring.h"
#include "seam.h"

KUNIT_ARRAY_PARAM(vtx_kind, mock_vring_kinds, mock_vring_kind_desc);

#define VTX_AGE		(-2U * FL_RING_SIZE_MIN)

static struct mock_vq *vtx_queue(void)
{
	return mock_vring_txq(0);
}

/* A packet that has left, and room for it. */
struct vtx {
	struct mock_vq_chain c;
	struct mock_vring_sent sent;
};

static struct vtx *vtx_alloc(struct kunit *test)
{
	struct vtx *vtx = kunit_kzalloc(test, sizeof(*vtx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, vtx);
	return vtx;
}

/* Send a packet, and compare what leaves with it. */
static void vtx_one(struct kunit *test, struct vtx *vtx, struct sk_buff *skb)
{
	struct mock *mock = test->priv;
	const u32 front = mock_vring.kind->front, len = skb->len;
	u8 *want = kvzalloc(len, GFP_KERNEL);
	int err = want ? skb_copy_bits(skb, 0, want, len) : -ENOMEM;

	KUNIT_EXPECT_EQ(test, err, 0);
	vtx->sent.len = 0;
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, skb, false), NETDEV_TX_OK);
	KUNIT_EXPECT_TRUE(test, mock_vring_take_tx(vtx_queue(), &vtx->c, &vtx->sent));
	KUNIT_EXPECT_EQ(test, vtx->sent.len, front + len);
	if (want && vtx->sent.len == front + len)
		KUNIT_EXPECT_EQ(test, memcmp(want, vtx->sent.data + front, len), 0);
	kvfree(want);
	mock_vq_give(vtx_queue(), &vtx->c, 0);
	mock_vq_publish(vtx_queue());
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	KUNIT_EXPECT_EQ(test, mock_vring.broken, 0);
}

static void vtx_single(struct kunit *test)
{
	static const u8 none[20];
	struct mock *mock = test->priv;
	struct vtx *vtx = vtx_alloc(test);
	u32 len;

	for (len = ETH_HLEN; len < 70; len++) {
		vtx_one(test, vtx, frame_short(test, len));
		/* The header lies before the packet. */
		KUNIT_EXPECT_EQ(test, vtx->sent.parts, 1);
		KUNIT_EXPECT_MEMEQ(test, vtx->sent.data, none,
				   mock_vring.kind->front);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 70 - ETH_HLEN);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.drop, 0);
}

/* Others read what is before their packet, or there is nothing: the header has a place
 * of its own.
 */
static void vtx_no_room(struct kunit *test)
{
	struct vtx *vtx = vtx_alloc(test);
	u8 before[64];
	int i;

	for (i = 0; i < 2; i++) {
		struct sk_buff *skb = frame_short(test, 99), *other = NULL;

		if (i) {
			/* One byte too little before it. */
			skb->data = skb->head + mock_vring.kind->front - 1;
			skb->len = skb_tail_pointer(skb) - skb->data;
			eth_broadcast_addr(skb->data);
		} else {
			other = skb_clone(skb, GFP_KERNEL);
			KUNIT_EXPECT_NOT_NULL(test, other);
			memset(skb->head, 0xa5, skb_headroom(skb));
			memset(before, 0xa5, sizeof(before));
		}
		vtx_one(test, vtx, skb);
		KUNIT_EXPECT_EQ(test, vtx->sent.parts, 2);
		if (other)
			KUNIT_EXPECT_MEMEQ(test, other->head, before,
					   min_t(u32, skb_headroom(other), 64));
		kfree_skb(other);
	}
}

/* A packet leaves whole, whatever its pieces; an empty one has no descriptor. */
static void vtx_fragments(struct kunit *test)
{
	static const struct { struct frame frame; u16 parts; } of[] = {
		{ { .linear = 50, .nr_frags = 1, .frag = { 1 } }, 2 },
		{ { .linear = 50, .nr_frags = 3, .frag = { 100, 4096, 9 } }, 4 },
		{ { .linear = 50, .nr_frags = 3, .frag = { 0, 100, 200 } }, 3 },
		{ { .linear = 50, .nr_frags = 3, .frag = { 100, 0, 200 } }, 3 },
		{ { .linear = 50, .nr_frags = 3, .frag = { 100, 200, 0 } }, 3 },
		{ { .linear = 50, .nr_frags = 2, .frag = { 0, 0 } }, 1 },
		{ { .linear = 50, .nr_frags = 1, .frag = { 65400 } }, 2 },
	};
	struct vtx *vtx = vtx_alloc(test);
	struct frame most = { .linear = 1, .nr_frags = FRAME_FRAGS };
	int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		vtx_one(test, vtx, frame_build(test, &of[i].frame));
		KUNIT_EXPECT_EQ_MSG(test, vtx->sent.parts, of[i].parts, "packet %d", i);
	}
	for (i = 0; i < FRAME_FRAGS; i++)
		most.frag[i] = i + 1;
	/* 19 is no divisor of the ring's size: also around its end, and over the wrap. */
	mock_vring_age(test->priv, 0, VTX_AGE);
	for (i = 0; i < 40; i++) {
		vtx_one(test, vtx, frame_build(test, &most));
		KUNIT_EXPECT_EQ(test, vtx->sent.parts, FRAME_FRAGS + 1);
	}
}

/* Section 5.1.6.2: what the device is to do with a packet. Headers: 66 bytes of TCP
 * over IPv4, 86 over IPv6, 42 and 62 of UDP; sums are asked for at 34 and 54.
 */
struct vtx_said {
	const char *name;
	struct frame frame;
	bool ecn;
	u8 flags;
	u8 gso_type;
	u16 hdr_len;
	u16 gso_size;
	u16 csum_start;
	u16 csum_offset;
};

#define VTX_NEEDS	VIRTIO_NET_HDR_F_NEEDS_CSUM

static const struct vtx_said vtx_says[] = {
	{ "no sum", { .ip = 4, .l4 = FRAME_TCP, .linear = 100 } },
	{ "TCP sum", { .ip = 4, .l4 = FRAME_TCP, .linear = 100, .csum = true }, false,
	  VTX_NEEDS, 0, 0, 0, 34, 16 },
	{ "UDP sum", { .ip = 6, .l4 = FRAME_UDP, .linear = 100, .csum = true }, false,
	  VTX_NEEDS, 0, 0, 0, 54, 6 },
	{ "TCP segments", { .ip = 4, .l4 = FRAME_TCP, .csum = true, .mss = 1000,
			    .nr_frags = 1, .frag = { 2500 } }, false,
	  VTX_NEEDS, VIRTIO_NET_HDR_GSO_TCPV4, 66, 1000, 34, 16 },
	{ "with ECN", { .ip = 6, .l4 = FRAME_TCP, .csum = true, .mss = 1000,
			.nr_frags = 1, .frag = { 2500 } }, true,
	  VTX_NEEDS, VIRTIO_NET_HDR_GSO_TCPV6 | VIRTIO_NET_HDR_GSO_ECN, 86, 1000, 54, 16 },
	/* Payload in the linear part is none of the headers. */
	{ "with payload", { .ip = 4, .l4 = FRAME_TCP, .csum = true, .mss = 1000,
			    .linear = 900, .nr_frags = 1, .frag = { 1600 } }, false,
	  VTX_NEEDS, VIRTIO_NET_HDR_GSO_TCPV4, 66, 1000, 34, 16 },
	{ "UDP segments", { .ip = 6, .l4 = FRAME_UDP, .csum = true, .mss = 1000,
			    .nr_frags = 1, .frag = { 2500 } }, false,
	  VTX_NEEDS, VIRTIO_NET_HDR_GSO_UDP_L4, 62, 1000, 54, 6 },
};

static void vtx_headers(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct vtx *vtx = vtx_alloc(test);
	u32 i, cloned, packets = 0;

	for (i = 0; i < 2 * ARRAY_SIZE(vtx_says); i++) {
		const struct vtx_said *s = &vtx_says[i / 2];
		struct sk_buff *skb = frame_build(test, &s->frame), *other = NULL;
		const u8 *h = vtx->sent.data;

		cloned = i & 1;
		if (s->ecn)
			skb_shinfo(skb)->gso_type |= SKB_GSO_TCP_ECN;
		if (cloned)
			other = skb_clone(skb, GFP_KERNEL);
		vtx_one(test, vtx, skb);
		kfree_skb(other);
		KUNIT_EXPECT_EQ_MSG(test, h[0], s->flags, "%s", s->name);
		KUNIT_EXPECT_EQ_MSG(test, h[1], s->gso_type, "%s", s->name);
		if (s->gso_size)
			KUNIT_EXPECT_EQ_MSG(test, get_unaligned_le16(h + 2), s->hdr_len,
					    "%s", s->name);
		KUNIT_EXPECT_EQ_MSG(test, get_unaligned_le16(h + 4), s->gso_size, "%s",
				    s->name);
		KUNIT_EXPECT_EQ_MSG(test, get_unaligned_le16(h + 6), s->csum_start, "%s",
				    s->name);
		KUNIT_EXPECT_EQ_MSG(test, get_unaligned_le16(h + 8), s->csum_offset, "%s",
				    s->name);
		KUNIT_EXPECT_EQ_MSG(test, get_unaligned_le16(h + 10), 0, "%s", s->name);
		packets += s->gso_size ? 3 : 1;
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, packets);
}

/* Doorbells: one for a batch, if the device wants to hear of a packet of it. */
static void vtx_bells(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct vtx *vtx = vtx_alloc(test);
	struct mock_vq *q = vtx_queue();
	int at, i;

	mock_vring_age(mock, 0, VTX_AGE);
	for (at = -3; at < 8 + 3; at++) {
		const bool wanted = mock_vring.kind->event ? at >= 0 && at < 8 : at & 1;
		u32 rung = mock_vq_rung(q);

		mock_vq_bells_from(q, q->taken + at);
		mock_vq_bells(q, at & 1);
		for (i = 0; i < 8; i++) {
			KUNIT_EXPECT_EQ(test, mock_vq_rung(q), rung);
			mock_xmit(mock, 0, frame_short(test, 60), i < 7);
		}
		KUNIT_EXPECT_EQ_MSG(test, mock_vq_rung(q) - rung, wanted, "at %d", at);
		for (i = 0; mock_vring_take_tx(q, &vtx->c, &vtx->sent); i++)
			mock_vq_give(q, &vtx->c, 0);
		KUNIT_EXPECT_EQ(test, i, 8);
		mock_vq_publish(q);
		mock_poll(mock, 0, 64);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 14 * 8);
}

/* Packets may be sent in any order; slots are free in theirs. */
static void vtx_order(struct kunit *test)
{
	const struct frame frame = { .linear = 50, .nr_frags = 1, .frag = { 30 } };
	struct mock *mock = test->priv;
	struct mock_vq *q = vtx_queue();
	struct vtx *vtx = vtx_alloc(test);
	struct mock_vq_chain *c = kunit_kcalloc(test, 8, sizeof(*c), GFP_KERNEL);
	u32 round, i, first, packets = 0;

	KUNIT_ASSERT_NOT_NULL(test, c);
	for (round = 0; round < 50; round++) {
		u8 sent = 0;

		for (i = 0; i < 8; i++) {
			mock_xmit(mock, 0, i % 3 ? frame_build(test, &frame) :
				  frame_short(test, 60), false);
			KUNIT_ASSERT_TRUE(test, mock_vring_take_tx(q, &c[i], &vtx->sent));
		}
		for (i = 0; i < 8; i++) {
			const u32 which = (i * 5 + round) % 8;

			sent |= BIT(which);
			mock_vq_give(q, &c[which], 0);
			mock_vq_publish(q);
			mock_poll(mock, 0, 64);
			first = ffz(sent);
			KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets,
					packets + first);
		}
		packets += 8;
		KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	}
	KUNIT_EXPECT_EQ(test, mock_vring.broken, 0);
}

/* A ring that fills up stops the queue, and one that empties wakes it. */
static void vtx_stop_and_wake(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct netdev_queue *txq = netdev_get_tx_queue(mock->fl.netdev, 0);
	const u32 fill = 127 - FL_TX_DESC_NEEDED + 1;
	const u32 wake = 2 * FL_TX_DESC_NEEDED - (127 - fill);
	struct vtx *vtx = vtx_alloc(test);
	struct mock_vq *q = vtx_queue();
	u32 n = 0, i;

	while (!netif_tx_queue_stopped(txq) && n < 200) {
		mock_xmit(mock, 0, frame_short(test, 60), false);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, fill);
	for (i = 0; i < wake; i++) {
		KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(txq));
		mock_vring_take_tx(q, &vtx->c, &vtx->sent);
		mock_vq_give(q, &vtx->c, 0);
		mock_vq_publish(q);
		mock_poll(mock, 0, 64);
	}
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.wake, 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.drop, 0);
}

/* One interrupt for three quarters of what is to be sent, and one for the rest. */
static void vtx_interrupts(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct vtx *vtx = vtx_alloc(test);
	struct mock_vq *q = vtx_queue();
	u32 round, i;

	if (!mock_vring.kind->event)
		kunit_skip(test, "no event index");
	mock_vring_age(mock, 0, VTX_AGE);
	for (round = 0; round < 30; round++) {
		for (i = 0; i < 40; i++)
			mock_xmit(mock, 0, frame_short(test, 60), false);
		mock_poll(mock, 0, 64);
		for (i = 0; i < 40; i++) {
			KUNIT_EXPECT_TRUE(test, mock_vring_take_tx(q, &vtx->c, &vtx->sent));
			mock_vq_give(q, &vtx->c, 0);
			KUNIT_EXPECT_EQ_MSG(test, mock_vq_publish(q), i == 30, "%u", i);
		}
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 40 * (round + 1));
	}
}

/* What is sent while interrupts are allowed is seen, or interrupts: nobody waits for
 * the end of a packet for ever.
 */
static void vtx_rearm(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct vtx *vtx = vtx_alloc(test);
	struct mock_vq *q = vtx_queue();
	u32 n, i, irqs;

	mock_poll(mock, 0, 64);
	for (n = 1; n < 30; n++) {
		bool seen, irq = false;

		for (i = 0; i < n; i++)
			mock_xmit(mock, 0, frame_short(test, 60), false);
		for (i = 0; i < n; i++) {
			KUNIT_EXPECT_TRUE(test, mock_vring_take_tx(q, &vtx->c, &vtx->sent));
			mock_vq_give(q, &vtx->c, 0);
		}
		/* Half of them before it. */
		mock_vq_publish_some(q, n / 2);
		seen = mock_vring_rearm(mock, 0);
		irqs = q->irqs;
		mock_vq_publish(q);
		irq = q->irqs != irqs;
		KUNIT_EXPECT_TRUE_MSG(test, seen || irq, "of %u", n);
		mock_poll(mock, 0, 64);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 29 * 30 / 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
}

/* Packets that cannot be mapped are dropped whole, and the doorbell rings for others. */
static void vtx_no_map(struct kunit *test)
{
	const struct frame frame = { .linear = 50, .nr_frags = 2, .frag = { 30, 40 } };
	struct mock *mock = test->priv;
	struct vtx *vtx = vtx_alloc(test);
	struct mock_vq *q = vtx_queue();
	u32 i, rung = mock_vq_rung(q);

	for (i = 0; i < 3; i++) {
		mock_xmit(mock, 0, frame_short(test, 60), true);
		seam_fail(SEAM_MAP, i, 1);
		mock_xmit(mock, 0, frame_build(test, &frame), false);
		KUNIT_EXPECT_EQ(test, mock_vq_rung(q), rung + i + 1);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.drop, i + 1);
		KUNIT_EXPECT_TRUE(test, mock_vring_take_tx(q, &vtx->c, &vtx->sent));
		KUNIT_EXPECT_EQ(test, vtx->sent.parts, 1);
		KUNIT_EXPECT_FALSE(test, mock_vring_take_tx(q, &vtx->c, &vtx->sent));
		mock_vq_give(q, &vtx->c, 0);
		mock_vq_publish(q);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	}
	vtx_one(test, vtx, frame_build(test, &frame));
}

static struct kunit_case vtx_cases[] = {
	KUNIT_CASE_PARAM(vtx_single, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_no_room, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_fragments, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_headers, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_bells, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_order, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_stop_and_wake, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_interrupts, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_rearm, vtx_kind_gen_params),
	KUNIT_CASE_PARAM(vtx_no_map, vtx_kind_gen_params),
	{}
};

static struct kunit_suite vtx_suite = {
	.name = "flowlane_vring_tx",
	.init = mock_vring_init,
	.exit = mock_exit,
	.test_cases = vtx_cases,
};

kunit_test_suite(vtx_suite);
