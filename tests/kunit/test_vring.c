// SPDX-License-Identifier: GPL-2.0
/* Receive over virtqueues: what arrives, and what its header says. */
#include <linux/etherdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/virtio_net.h>

#include "frame.h"
#include "mock_vring.h"
#include "seam.h"

KUNIT_ARRAY_PARAM(vring_kind, mock_vring_kinds, mock_vring_kind_desc);

#define VRING_HASH	0x12345679

/* From the shortest frame to one that fills its buffer; what is shorter than its
 * Ethernet header is lost.
 */
static void vring_one(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u32 room = mock->fl.lane[0].rx->room;
	const u32 lens[] = { ETH_HLEN, 15, 60, 61, 1514, room };
	const u8 *data = frame_bytes(test, room, 1);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, lens[i], NULL), 1);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		mock_vring_expect(test, data, lens[i]);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
	for (i = 0; i < ETH_HLEN; i++)
		mock_vring_arrives(data, i, NULL);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), ETH_HLEN);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, ARRAY_SIZE(lens));
	mock_vring_expect_rest(test);
}

static void vring_needs_merging(struct kunit *test)
{
	if (!mock_vring.kind->merge)
		kunit_skip(test, "frames are of one buffer");
}

/* Around what one buffer takes, up to 64 KiB: beyond the fragments of one skb, of two,
 * of three. Only the first buffer has a header.
 */
static void vring_merged(struct kunit *test)
{
	static const u32 lens[] = {
		1500, 1600, 3000, 3200, 16000, 26000, 40000, SZ_64K - 1,
	};
	struct mock *mock = test->priv;
	u8 *data;
	u32 i;

	vring_needs_merging(test);
	data = frame_bytes(test, SZ_64K, 2);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		KUNIT_EXPECT_GE(test, mock_vring_arrives(data, lens[i], NULL), 1);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		mock_vring_expect(test, data, lens[i]);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, ARRAY_SIZE(lens));
	mock_vring_expect_rest(test);
}

/* Long frames come: at first they take many buffers, then few. */
static void vring_grows(struct kunit *test, const u8 *data)
{
	const u32 few = DIV_ROUND_UP(30000, PAGE_SIZE - SZ_1K);
	const u32 many = 30000 / (PAGE_SIZE / 2);
	struct mock *mock = test->priv;
	u32 i, n;

	/* The ring has so many of the old ones yet. */
	for (i = 0; i < 20; i++) {
		n = mock_vring_arrives(data, 30000, NULL);
		if (!i)
			KUNIT_EXPECT_GE(test, n, many);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		mock_vring_expect(test, data, 30000);
	}
	KUNIT_EXPECT_LE(test, n, few);
}

/* Where frames of many segments come, buffers are whole pages as long as they do. After a
 * reset they do not, yet.
 */
static void vring_adapts(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data;
	u32 i;

	if (!mock_vring.kind->gso || !mock_vring.kind->merge)
		kunit_skip(test, "buffers are of one size");
	data = frame_bytes(test, 30000, 9);
	vring_grows(test, data);
	mock_reset(mock);
	vring_grows(test, data);
	for (i = 0; i < 300; i++) {
		mock_vring_arrives(data, 60, NULL);
		mock_poll(mock, 0, 64);
	}
	skb_queue_purge(&mock->rxq);
	vring_grows(test, data);
	mock_vring_expect_rest(test);
}

/* One byte more, and another, in a device that fills its buffers as it likes. */
static void vring_pieces(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 1000, 3);
	u32 len;

	vring_needs_merging(test);
	mock_vring.piece = 20;
	for (len = 40; len < 1000; len += 61) {
		KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, len, NULL),
				DIV_ROUND_UP(len, 20));
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		mock_vring_expect(test, data, len);
	}
	mock_vring_expect_rest(test);
}

/* A poll may see some buffers of a frame only, and a port may be reset then. */
static void vring_partial(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_vq *q = mock_vring_rxq(0);
	const u8 *data = frame_bytes(test, 4000, 4);
	u32 i, n;

	vring_needs_merging(test);
	for (i = 0; i < 2; i++) {
		n = mock_vring_frame(q, data, 4000, NULL);
		KUNIT_EXPECT_GE(test, n, 2);
		mock_vq_publish_some(q, n - 1);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
		KUNIT_EXPECT_NULL(test, mock_receive(mock));
		if (i) {
			mock_reset(mock);
			mock_settle(mock);
			break;
		}
		mock_vq_publish(q);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		mock_vring_expect(test, data, 4000);
	}
	KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, 100, NULL), 1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	mock_vring_expect(test, data, 100);
	mock_vring_expect_rest(test);
}

/* Buffers come back in any order; frames go up in that one, and buffers are given
 * again in it.
 */
static void vring_order(struct kunit *test)
{
	const struct mock_vring_hdr none = {};
	struct mock *mock = test->priv;
	struct mock_vq *q = mock_vring_rxq(0);
	const u32 front = mock_vring.kind->front;
	struct mock_vq_chain *c = kunit_kcalloc(test, 24, sizeof(*c), GFP_KERNEL);
	u32 round, i;

	KUNIT_ASSERT_NOT_NULL(test, c);
	for (round = 0; round < 30; round++) {
		const u8 *data = frame_bytes(test, 60 + 24, round);

		for (i = 0; i < 24; i++)
			KUNIT_ASSERT_TRUE(test, mock_vq_take(q, &c[i]));
		/* 7 and 24 have no common divisor. */
		for (i = 0; i < 24; i++) {
			const struct mock_vq_chain *p = &c[i * 7 % 24];
			u8 *to = phys_to_virt(p->part[0].addr);

			mock_vring_put_hdr(to, &none, 1);
			memcpy(to + front, data, 60 + i);
			mock_vq_give(q, p, front + 60 + i);
		}
		mock_vq_publish(q);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 24);
		for (i = 0; i < 24; i++)
			mock_vring_expect(test, data, 60 + i);
	}
	mock_vring_expect_rest(test);
}

/* Over the wrap of the indices, in bursts that are no divisor of the ring's size. */
static void vring_wrap(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 100, 6);
	u32 i, n;

	mock_vring_age(mock, 0, MOCK_VRING_AGE);
	for (i = 0; i < 20; i++) {
		for (n = 0; n < 37; n++)
			KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, 64 + i, NULL), 1);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 37);
		for (n = 0; n < 37; n++)
			mock_vring_expect(test, data, 64 + i);
	}
	KUNIT_EXPECT_EQ(test, mock_vring_rxq(0)->used, (u16)(MOCK_VRING_AGE + 20 * 37));
	mock_vring_expect_rest(test);
}

static void vring_budget(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 5);
	u32 i;

	for (i = 0; i < 10; i++)
		mock_vring_arrives(data, 60, NULL);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 4), 4);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 4);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 6);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 10);
}

/* No memory for the first buffer's skb: the frame's others go with it. */
static void vring_no_memory(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 4000, 8);
	u32 i;

	for (i = 1; i <= 3; i++) {
		seam_fail(SEAM_SKB, 0, 1);
		mock_vring_arrives(data, mock_vring.kind->merge ? 4000 : 1000, NULL);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.drops, i);
		KUNIT_EXPECT_NULL(test, mock_receive(mock));
	}
	/* And none for new buffers, until the ring is empty. */
	seam_fail(SEAM_PAGE, 0, U32_MAX);
	while (mock_vring_arrives(data, 60, NULL))
		;
	while (mock_poll(mock, 0, 64))
		;
	KUNIT_EXPECT_EQ(test, mock_vq_given(mock_vring_rxq(0)), 0);
	skb_queue_purge(&mock->rxq);
	seam_fail(SEAM_PAGE, 0, 0);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
	mock_vring_arrives(data, 60, NULL);
	mock_poll(mock, 0, 64);
	mock_vring_expect(test, data, 60);
	mock_vring_expect_rest(test);
}

/* No memory for buffers at a reset: the device gets none before there is. */
static void vring_no_buffers(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 8);
	struct mock_vq_chain c;

	seam_fail(SEAM_PAGE, 0, U32_MAX);
	mock_reset(mock);
	KUNIT_EXPECT_TRUE(test, mock->fl.running);
	KUNIT_EXPECT_FALSE(test, mock_vq_take(mock_vring_rxq(0), &c));
	seam_fail(SEAM_PAGE, 0, 0);
	mock_poll(mock, 0, 64);
	mock_vring_arrives(data, 60, NULL);
	mock_poll(mock, 0, 64);
	mock_vring_expect(test, data, 60);
	mock_vring_expect_rest(test);
}

/* --- Headers */

#define VRING_NEEDS	VIRTIO_NET_HDR_F_NEEDS_CSUM
#define VRING_VALID	VIRTIO_NET_HDR_F_DATA_VALID
#define VRING_ECN	VIRTIO_NET_HDR_GSO_ECN

/* A frame whose header says this, and what the stack finds in its skb. Sums start 34
 * bytes into a frame of IPv4, and 54 into one of IPv6.
 */
struct vring_said {
	const char *name;
	struct frame frame;
	struct mock_vring_hdr h;
	netdev_features_t off;
	u8 ip_summed;
	u32 gso_type;
	u16 gso_size;
};

#define VRING_TCP4	{ .ip = 4, .l4 = FRAME_TCP, .linear = 1000 }
#define VRING_TCP6	{ .ip = 6, .l4 = FRAME_TCP, .linear = 1000 }
#define VRING_UDP4	{ .ip = 4, .l4 = FRAME_UDP, .linear = 1000 }
#define VRING_UDP6	{ .ip = 6, .l4 = FRAME_UDP, .linear = 1000 }

static const struct vring_said vring_says[] = {
	{ "nothing", VRING_TCP4 },
	{ "verified", VRING_TCP4, { .flags = VRING_VALID }, 0,
	  CHECKSUM_UNNECESSARY },
	{ "verified, nobody cares", VRING_TCP4, { .flags = VRING_VALID },
	  NETIF_F_RXCSUM },
	{ "flags of no meaning", VRING_TCP4, { .flags = 0xfc } },
	{ "TCP sum to come", VRING_TCP4,
	  { .flags = VRING_NEEDS, .csum_start = 34, .csum_offset = 16 }, 0,
	  CHECKSUM_PARTIAL },
	{ "UDP sum to come", VRING_UDP6,
	  { .flags = VRING_NEEDS, .csum_start = 54, .csum_offset = 6 }, 0,
	  CHECKSUM_PARTIAL },
	/* Nobody has to verify it; but somebody has to fill it in. */
	{ "sum to come, and verified", VRING_TCP4,
	  { .flags = VRING_NEEDS | VRING_VALID, .csum_start = 34, .csum_offset = 16 },
	  0, CHECKSUM_PARTIAL },
	{ "TCP over IPv4", VRING_TCP4,
	  { .flags = VRING_NEEDS, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .hdr_len = 66,
	    .gso_size = 300, .csum_start = 34, .csum_offset = 16 }, 0,
	  CHECKSUM_PARTIAL, SKB_GSO_TCPV4 | SKB_GSO_DODGY, 300 },
	{ "TCP over IPv6, ECN", VRING_TCP6,
	  { .flags = VRING_NEEDS, .gso_type = VIRTIO_NET_HDR_GSO_TCPV6 | VRING_ECN,
	    .gso_size = 300, .csum_start = 54, .csum_offset = 16 }, 0,
	  CHECKSUM_PARTIAL, SKB_GSO_TCPV6 | SKB_GSO_TCP_ECN | SKB_GSO_DODGY, 300 },
	{ "UDP segments", VRING_UDP4,
	  { .flags = VRING_NEEDS, .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4,
	    .gso_size = 300, .csum_start = 34, .csum_offset = 6 }, 0,
	  CHECKSUM_PARTIAL, SKB_GSO_UDP_L4 | SKB_GSO_DODGY, 300 },
	/* Some hosts hand on what their NIC has put together and verified. */
	{ "TCP segments, verified", VRING_TCP4,
	  { .flags = VRING_VALID, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
	    .gso_size = 300 }, 0,
	  CHECKSUM_UNNECESSARY, SKB_GSO_TCPV4 | SKB_GSO_DODGY, 300 },
	{ "segments in one", VRING_TCP4,
	  { .flags = VRING_NEEDS, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
	    .gso_size = 1400, .csum_start = 34, .csum_offset = 16 }, 0,
	  CHECKSUM_PARTIAL },
};

/* A frame as bytes. */
static u8 *vring_bytes(struct kunit *test, const struct frame *frame, u32 *len)
{
	struct sk_buff *skb = frame_build(test, frame);
	u8 *data = kunit_kzalloc(test, skb->len, GFP_KERNEL);

	*len = skb->len;
	if (data)
		skb_copy_bits(skb, 0, data, skb->len);
	kfree_skb(skb);
	KUNIT_ASSERT_NOT_NULL(test, data);
	return data;
}

static void vring_check_said(struct kunit *test, const struct vring_said *s,
			     struct sk_buff *skb)
{
	const struct skb_shared_info *si = skb_shinfo(skb);

	skb_push(skb, ETH_HLEN);
	KUNIT_EXPECT_EQ_MSG(test, (u8)skb->ip_summed, s->ip_summed, "%s", s->name);
	KUNIT_EXPECT_EQ_MSG(test, si->gso_type, s->gso_type, "%s", s->name);
	KUNIT_EXPECT_EQ_MSG(test, si->gso_size, s->gso_size, "%s", s->name);
	KUNIT_EXPECT_EQ_MSG(test, si->gso_segs, 0, "%s", s->name);
	if (s->ip_summed != CHECKSUM_PARTIAL)
		return;
	KUNIT_EXPECT_EQ_MSG(test, skb_checksum_start_offset(skb), s->h.csum_start,
			    "%s", s->name);
	KUNIT_EXPECT_EQ_MSG(test, skb->csum_offset, s->h.csum_offset, "%s", s->name);
}

static void vring_headers(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 i, len, sums = 0;

	for (i = 0; i < ARRAY_SIZE(vring_says); i++) {
		const struct vring_said *s = &vring_says[i];
		const u8 *data = vring_bytes(test, &s->frame, &len);
		struct sk_buff *skb;

		mock_set_feature(mock, s->off, false);
		KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, len, &s->h), 1);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		mock_set_feature(mock, s->off, true);
		skb = mock_receive(mock);
		KUNIT_EXPECT_NOT_NULL_MSG(test, skb, "%s", s->name);
		if (skb)
			vring_check_said(test, s, skb);
		kfree_skb(skb);
		sums += s->ip_summed != CHECKSUM_NONE;
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.csum_unnecessary, sums);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.csum_none,
			ARRAY_SIZE(vring_says) - sums);
	mock_vring_expect_rest(test);
}

/* A frame that begins in so small a buffer that its headers have to be gathered. */
static void vring_headers_in_pieces(struct kunit *test)
{
	const struct vring_said *s = &vring_says[7];
	struct mock *mock = test->priv;
	u32 len, piece;
	const u8 *data = vring_bytes(test, &s->frame, &len);

	vring_needs_merging(test);
	for (piece = ETH_HLEN; piece < 80; piece++) {
		struct sk_buff *skb;

		mock_vring.piece = piece;
		mock_vring_arrives(data, len, &s->h);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		skb = mock_receive(mock);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, skb->len + ETH_HLEN, len);
		vring_check_said(test, s, skb);
		kfree_skb(skb);
	}
	mock_vring_expect_rest(test);
}

/* Section 5.1.6.4.4: which types are of ports as well. */
static void vring_hash(struct kunit *test)
{
	static const u16 l3 = BIT(VIRTIO_NET_HASH_REPORT_IPv4) |
			      BIT(VIRTIO_NET_HASH_REPORT_IPv6) |
			      BIT(VIRTIO_NET_HASH_REPORT_IPv6_EX);
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 7);
	const bool has = mock_vring.kind->front == 20;
	u32 i;

	for (i = 0; i < 2 * 12; i++) {
		const struct mock_vring_hdr h = {
			.hash = VRING_HASH, .report = i % 12 < 11 ? i % 12 : U16_MAX,
		};
		const bool known = has && i < 12 && h.report >= 1 && h.report <= 9;
		struct sk_buff *skb;

		if (i == 12)
			mock_set_feature(mock, NETIF_F_RXHASH, false);
		mock_vring_arrives(data, 60, &h);
		mock_poll(mock, 0, 64);
		skb = mock_receive(mock);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ_MSG(test, skb->hash, known ? VRING_HASH : 0, "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, (bool)skb->l4_hash,
				    known && !(BIT(h.report) & l3), "%u", i);
		KUNIT_EXPECT_FALSE(test, (bool)skb->sw_hash);
		kfree_skb(skb);
	}
}

static struct kunit_case vring_cases[] = {
	KUNIT_CASE_PARAM(vring_one, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_merged, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_adapts, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_pieces, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_partial, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_order, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_wrap, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_budget, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_no_memory, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_no_buffers, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_headers, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_headers_in_pieces, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_hash, vring_kind_gen_params),
	{}
};

static struct kunit_suite vring_suite = {
	.name = "flowlane_vring_rx",
	.init = mock_vring_init,
	.exit = mock_exit,
	.test_cases = vring_cases,
};

kunit_test_suite(vring_suite);
