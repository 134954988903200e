// SPDX-License-Identifier: GPL-2.0
/*
 * A device that lies. Whatever it writes to its queues and headers, the driver reads and
 * writes nothing that is not its own, ends its poll, finds the ring broken once if it
 * cannot go on, and works again after a reset. (KASAN and kmemleak judge as well.)
 */
#include <linux/etherdevice.h>
#include <linux/prandom.h>
#include <linux/virtio_net.h>
#include <net/gso.h>

#include "frame.h"
#include "mock_vring.h"
#include "seam.h"

KUNIT_ARRAY_PARAM(lies_kind, mock_vring_kinds, mock_vring_kind_desc);

static struct mock_vq *lies_rxq(void)
{
	return mock_vring_rxq(0);
}

static struct mock_vq *lies_txq(void)
{
	return mock_vring_txq(0);
}

/* One honest frame comes through, and one honest packet leaves. */
static void lies_expect_works(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 77, 2);
	u64 packets = mock_stats(mock).tx.packets;
	struct mock_vq_chain c;
	struct sk_buff *skb;

	mock_settle(mock);
	skb_queue_purge(&mock->rxq);
	KUNIT_EXPECT_EQ(test, mock_vring_frame(lies_rxq(), data, 77, NULL), 1);
	mock_vq_publish(lies_rxq());
	mock_xmit(mock, 0, frame_short(test, 60), false);
	KUNIT_EXPECT_TRUE(test, mock_vq_take(lies_txq(), &c));
	mock_vq_give(lies_txq(), &c, 0);
	mock_vq_publish(lies_txq());
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	skb = mock_receive(mock);
	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (skb)
		KUNIT_EXPECT_EQ(test, skb->len, 77 - ETH_HLEN);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, packets + 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
}

/* The ring is found broken once, and nobody looks at it any more until the reset. */
static void lies_expect_broken(struct kunit *test, bool tx, const char *lie)
{
	struct mock *mock = test->priv;

	KUNIT_EXPECT_LE(test, mock_poll(mock, 0, 64), 64);
	KUNIT_EXPECT_EQ_MSG(test, mock_vring.broken, 1, "%s", lie);
	KUNIT_EXPECT_TRUE_MSG(test, mock_vring_broken(mock, 0, tx), "%s", lie);
	KUNIT_EXPECT_FALSE_MSG(test, mock_vring_rearm(mock, 0), "%s", lie);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_EQ_MSG(test, mock_vring.broken, 1, "%s", lie);
	mock_vring.broken = 0;
	mock_reset(mock);
	lies_expect_works(test);
	KUNIT_EXPECT_EQ_MSG(test, mock_vring.broken, 0, "%s", lie);
}

/* --- Receive */

/* Buffers that it was not given. */
static void lies_rx_id(struct kunit *test)
{
	static const u32 ids[] = { 127, 128, 129, 32768, 65535, 65536, U32_MAX };
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		/* A packed queue's are of 16 bits: 0, which is given. */
		if (mock_vring.kind->packed && ids[i] == 65536)
			continue;
		mock_vq_say(lies_rxq(), ids[i], 100);
		mock_vq_publish(lies_rxq());
		lies_expect_broken(test, false, "id");
	}
}

/* The same one twice: in one poll, and while it is the driver's. */
static void lies_rx_twice(struct kunit *test)
{
	const u8 *data = frame_bytes(test, 60, 1);
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, mock_vring_frame(lies_rxq(), data, 60, NULL), 1);
		if (i) {
			mock_vq_publish(lies_rxq());
			KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		}
		mock_vq_say(lies_rxq(), 0, 60);
		mock_vq_publish(lies_rxq());
		lies_expect_broken(test, false, "twice");
	}
}

/* An index that is ahead of all that was given, or behind. */
static void lies_index(struct kunit *test)
{
	static const int jumps[] = { 128, 127, -1, -100, 32767, 32768, 65535 };
	struct mock *mock = test->priv;
	int i, tx;

	if (mock_vring.kind->packed)
		kunit_skip(test, "no index");
	for (i = 0; i < 2 * ARRAY_SIZE(jumps); i++) {
		struct mock_vq *q;

		tx = i & 1;
		q = tx ? lies_txq() : lies_rxq();
		mock_xmit(mock, 0, frame_short(test, 60), false);
		mock_vq_skip(q, jumps[i / 2]);
		mock_vq_publish(q);
		lies_expect_broken(test, tx, "index");
	}
}

/* Slots that it marks and has not written: a frame of nothing in each. */
static void lies_marks(struct kunit *test)
{
	struct mock *mock = test->priv;

	if (!mock_vring.kind->packed)
		kunit_skip(test, "no marks");
	mock_vq_skip(lies_rxq(), 128);
	KUNIT_EXPECT_LE(test, mock_poll(mock, 0, 64), 64);
	KUNIT_EXPECT_LE(test, mock_poll(mock, 0, 128), 128);
	mock_xmit(mock, 0, frame_short(test, 60), false);
	mock_vq_skip(lies_txq(), 128);
	KUNIT_EXPECT_LE(test, mock_poll(mock, 0, 64), 64);
	mock_vring.broken = 0;
	mock_reset(mock);
	lies_expect_works(test);
}

/* The device says that it has written so much to the next buffer. */
static void lies_wrote(struct kunit *test, u32 len)
{
	const struct mock_vring_hdr h = {};
	struct mock_vq_chain c;

	KUNIT_ASSERT_TRUE(test, mock_vq_take(lies_rxq(), &c));
	mock_vring_put_hdr(phys_to_virt(c.part[0].addr), &h, 1);
	mock_vq_give(lies_rxq(), &c, len);
	mock_vq_publish(lies_rxq());
}

/* Nothing is taken for a header that is not there. */
static void lies_rx_len(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	const u32 front = mock_vring.kind->front;
	const u32 most = front + rx->room + rx->rests * PAGE_SIZE;
	const u32 lens[] = {
		0, 1, front - 1, front, front + ETH_HLEN - 1, front + ETH_HLEN,
		most - 1, most,
	};
	struct sk_buff *skb;
	int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		lies_wrote(test, lens[i]);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		skb = mock_receive(mock);
		KUNIT_EXPECT_EQ_MSG(test, !skb, lens[i] < front + ETH_HLEN, "%u",
				    lens[i]);
		if (skb)
			KUNIT_EXPECT_EQ(test, skb->len + ETH_HLEN, lens[i] - front);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 5);
	KUNIT_EXPECT_EQ(test, mock_vring.broken, 0);
	lies_expect_works(test);
}

/* Nothing is read beyond what there is. */
static void lies_rx_over(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	const u32 most = mock_vring.kind->front + rx->room + rx->rests * PAGE_SIZE;
	const u32 lens[] = { most + 1, most + 4096, SZ_1M, S32_MAX, U32_MAX - 1, U32_MAX };
	int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		lies_wrote(test, lens[i]);
		lies_expect_broken(test, false, "length");
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
	}
}

/* Numbers of buffers that no frame has: none, and more than the ring. */
static void lies_rx_buffers(struct kunit *test)
{
	static const u16 of[] = { 0, 129, 1000, U16_MAX };
	struct mock *mock = test->priv;
	struct mock_vq_chain c;
	int i;

	if (!mock_vring.kind->merge)
		kunit_skip(test, "frames are of one buffer");
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		const struct mock_vring_hdr h = {};

		KUNIT_ASSERT_TRUE(test, mock_vq_take(lies_rxq(), &c));
		mock_vring_put_hdr(phys_to_virt(c.part[0].addr), &h, of[i]);
		mock_vq_give(lies_rxq(), &c, 100);
		mock_vq_publish(lies_rxq());
		KUNIT_EXPECT_EQ_MSG(test, mock_poll(mock, 0, 64), 1, "%u", of[i]);
		KUNIT_EXPECT_NULL(test, mock_receive(mock));
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, i + 1);
		lies_expect_works(test);
	}
}

/* As many buffers as a ring has, that are full: longer than any frame. What follows is
 * taken to be its rest, until that is over.
 */
static void lies_rx_too_long(struct kunit *test)
{
	const struct mock_vring_hdr h = { .buffers = 120 };
	struct mock *mock = test->priv;
	struct sk_buff *skb;
	const u8 *data;
	u32 i;

	if (!mock_vring.kind->merge)
		kunit_skip(test, "frames are of one buffer");
	data = frame_bytes(test, 1000, 1);
	for (i = 0; i < 120; i++) {
		mock_vring_frame(lies_rxq(), data, 1000, &h);
		mock_vq_publish(lies_rxq());
		mock_poll(mock, 0, 64);
	}
	/* 120 of them are more than 64 KiB. */
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 1);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	lies_expect_works(test);
	/* Empty ones make a frame no longer, and leave nothing in it, but it ends. */
	for (i = 0; i < 120; i++) {
		struct mock_vq_chain c;

		KUNIT_ASSERT_TRUE(test, mock_vq_take(lies_rxq(), &c));
		mock_vring_put_hdr(phys_to_virt(c.part[0].addr), &h, 120);
		mock_vq_give(lies_rxq(), &c, i ? 0 : 100);
		mock_vq_publish(lies_rxq());
		mock_poll(mock, 0, 64);
	}
	skb = mock_receive(mock);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_FALSE(test, skb_is_nonlinear(skb));
	kfree_skb(skb);
	lies_expect_works(test);
}

/* Buffers that were announced and never come: a reset finds what there is. */
static void lies_rx_missing(struct kunit *test)
{
	const struct mock_vring_hdr h = { .buffers = 3 };
	const u8 *data = frame_bytes(test, 1000, 1);
	struct mock *mock = test->priv;

	if (!mock_vring.kind->merge)
		kunit_skip(test, "frames are of one buffer");
	mock_vring_frame(lies_rxq(), data, 1000, &h);
	mock_vq_publish(lies_rxq());
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_FALSE(test, mock_vring_rearm(mock, 0));
	mock_reset(mock);
	lies_expect_works(test);
}

/* --- Headers */

/* What the stack is to believe of an skb lies in it; and it may be segmented. */
static void lies_check_skb(struct kunit *test, struct sk_buff *skb)
{
	struct sk_buff *segs;

	skb_push(skb, ETH_HLEN);
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		int at = skb_checksum_start_offset(skb) + skb->csum_offset;

		KUNIT_EXPECT_GE(test, skb_checksum_start_offset(skb), 0);
		KUNIT_EXPECT_LE(test, at + 2, skb_headlen(skb));
	}
	if (skb_is_gso(skb)) {
		KUNIT_EXPECT_TRUE(test, skb_shinfo(skb)->gso_type & SKB_GSO_DODGY);
		KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_segs, 0);
		/* Without a word on its sum the stack would rather warn. */
		segs = skb->ip_summed == CHECKSUM_NONE ? NULL :
		       skb_gso_segment(skb, NETIF_F_SG);
		if (!IS_ERR_OR_NULL(segs))
			kfree_skb_list(segs);
	}
	kfree_skb(skb);
}

static void lies_take_all(struct kunit *test)
{
	struct sk_buff *skb;

	while ((skb = mock_receive(test->priv)))
		lies_check_skb(test, skb);
}

#define LIES_NEEDS	VIRTIO_NET_HDR_F_NEEDS_CSUM

/* None of these can be of a frame of TCP over IPv4 of 1066 bytes. */
static const struct mock_vring_hdr lies_headers_of[] = {
	{ .gso_type = 2 },
	{ .gso_type = 0x7f, .gso_size = 100 },
	{ .gso_type = 0xff, .gso_size = 100, .flags = 0xff },
	{ .gso_type = VIRTIO_NET_HDR_GSO_ECN, .gso_size = 100 },
	{ .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 },
	{ .gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .flags = LIES_NEEDS, .csum_start = 34,
	  .csum_offset = 16 },
	{ .gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .flags = LIES_NEEDS, .csum_start = 34,
	  .csum_offset = 6, .gso_size = 100 },
	{ .gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .flags = LIES_NEEDS, .csum_start = 1060,
	  .csum_offset = 16, .gso_size = 100 },
	{ .gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .flags = LIES_NEEDS, .csum_start = 34,
	  .csum_offset = 16, .gso_size = U16_MAX },
	{ .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4, .gso_size = 100 },
	{ .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4, .flags = LIES_NEEDS, .csum_start = 34,
	  .csum_offset = 6, .gso_size = 1 },
	{ .flags = LIES_NEEDS, .csum_start = 1065, .csum_offset = 0 },
	{ .flags = LIES_NEEDS, .csum_start = U16_MAX, .csum_offset = U16_MAX },
	{ .flags = LIES_NEEDS, .csum_start = 34, .csum_offset = U16_MAX },
	{ .flags = LIES_NEEDS, .csum_start = 0, .csum_offset = 16 },
	{ .flags = 0xff, .gso_type = 0xff, .hdr_len = U16_MAX, .gso_size = U16_MAX,
	  .csum_start = U16_MAX, .csum_offset = U16_MAX, .hash = U32_MAX,
	  .report = U16_MAX },
};

static u8 *lies_tcp(struct kunit *test, u32 len)
{
	const struct frame frame = { .ip = 4, .l4 = FRAME_TCP, .linear = len - 66 };
	struct sk_buff *skb = frame_build(test, &frame);
	u8 *data = kunit_kzalloc(test, len, GFP_KERNEL);

	if (data)
		skb_copy_bits(skb, 0, data, len);
	kfree_skb(skb);
	KUNIT_ASSERT_NOT_NULL(test, data);
	return data;
}

static void lies_headers(struct kunit *test)
{
	const u8 *data = lies_tcp(test, 1066);
	struct mock *mock = test->priv;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lies_headers_of); i++) {
		mock_vring_frame(lies_rxq(), data, 1066, &lies_headers_of[i]);
		mock_vq_publish(lies_rxq());
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		KUNIT_EXPECT_EQ_MSG(test, mock_stats(mock).rx.errors, i + 1, "%u", i);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 0);
		lies_take_all(test);
	}
	KUNIT_EXPECT_EQ(test, mock_vring.broken, 0);
	lies_expect_works(test);
}

/* Headers' length is a hint to others, and means nothing here. */
static void lies_hdr_len(struct kunit *test)
{
	const u8 *data = lies_tcp(test, 1066);
	struct mock *mock = test->priv;
	u32 i;

	for (i = 0; i < 2; i++) {
		const struct mock_vring_hdr h = {
			.gso_type = VIRTIO_NET_HDR_GSO_TCPV4, .flags = LIES_NEEDS,
			.csum_start = 34, .csum_offset = 16, .gso_size = 300,
			.hdr_len = i ? U16_MAX : 1,
		};

		mock_vring_frame(lies_rxq(), data, 1066, &h);
		mock_vq_publish(lies_rxq());
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, i + 1);
		lies_take_all(test);
	}
}

/* --- Transmit */

/* Two packets of two descriptors each are out, and one that the device was not told of.
 * It says that it has sent what it cannot have.
 */
static void lies_tx_id(struct kunit *test)
{
	static const struct { u32 id; const char *name; } of[] = {
		{ 1, "in the middle of a packet" },
		{ 4, "not given yet" },
		{ 6, "no packet" },
		{ 127, "last slot" },
		{ 128, "no slot" },
		{ 65535, "no slot by far" },
		{ U32_MAX, "no number" },
	};
	const struct frame frame = { .linear = 50, .nr_frags = 1, .frag = { 30 } };
	struct mock *mock = test->priv;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		/* Slots begin at 0 anew. */
		mock_reset(mock);
		mock_settle(mock);
		for (j = 0; j < 3; j++)
			mock_xmit(mock, 0, frame_build(test, &frame), j == 2);
		mock_vq_say(lies_txq(), of[i].id, 0);
		mock_vq_publish(lies_txq());
		lies_expect_broken(test, true, of[i].name);
	}
}

static void lies_tx_twice(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i, j;

	for (i = 0; i < 2; i++) {
		mock_reset(mock);
		mock_settle(mock);
		for (j = 0; j < 3; j++)
			mock_xmit(mock, 0, frame_short(test, 60), false);
		mock_vq_say(lies_txq(), 1, 0);
		if (i) {
			/* In two polls; before the first, so that it is not free. */
			mock_vq_publish(lies_txq());
			mock_poll(mock, 0, 64);
		}
		mock_vq_say(lies_txq(), 1, 0);
		mock_vq_publish(lies_txq());
		lies_expect_broken(test, true, "sent twice");
	}
}

/* --- All of it at once, by chance that is the same each time */

struct lies {
	struct kunit *test;
	struct mock *mock;
	struct rnd_state rnd;
	const u8 *data;
	u32 resets;
};

static u32 lies_rnd(struct lies *l, u32 below)
{
	return prandom_u32_state(&l->rnd) % below;
}

/* Often something plausible, sometimes anything. */
static u16 lies_u16(struct lies *l)
{
	static const u16 of[] = { 0, 1, 6, 14, 16, 34, 54, 66, 100, 1400, 0xffff };

	return lies_rnd(l, 4) ? of[lies_rnd(l, ARRAY_SIZE(of))] :
	       prandom_u32_state(&l->rnd);
}

static void lies_fuzz_frame(struct lies *l)
{
	static const u8 types[] = { 0, 1, 3, 4, 5, 0x81, 0x84, 0x85 };
	const struct mock_vring_hdr h = {
		.flags = lies_rnd(l, 4) ? lies_rnd(l, 4) : prandom_u32_state(&l->rnd),
		.gso_type = lies_rnd(l, 8) ? types[lies_rnd(l, ARRAY_SIZE(types))] :
			    prandom_u32_state(&l->rnd),
		.hdr_len = lies_u16(l),
		.gso_size = lies_u16(l),
		.csum_start = lies_u16(l),
		.csum_offset = lies_u16(l),
		.buffers = lies_rnd(l, 8) ? 0 : lies_u16(l),
		.hash = prandom_u32_state(&l->rnd),
		.report = lies_rnd(l, 12),
	};

	mock_vring.piece = lies_rnd(l, 4) ? 0 : 1 + lies_rnd(l, 200);
	mock_vring_frame(lies_rxq(), l->data, lies_rnd(l, 1066), &h);
}

static void lies_fuzz_packet(struct lies *l)
{
	const struct frame frame = {
		.ip = 4, .l4 = FRAME_TCP, .linear = lies_rnd(l, 50),
		.nr_frags = lies_rnd(l, 4), .frag = { 10, 20, 30 },
		.csum = lies_rnd(l, 2),
	};
	struct sk_buff *skb = frame_build(l->test, &frame);

	if (mock_xmit(l->mock, 0, skb, lies_rnd(l, 2)) != NETDEV_TX_OK)
		kfree_skb(skb);
}

static void lies_fuzz_sent(struct lies *l)
{
	struct mock_vq_chain c;

	if (mock_vq_take(lies_txq(), &c))
		mock_vq_give(lies_txq(), &c, prandom_u32_state(&l->rnd));
}

static void lies_fuzz_lie(struct lies *l)
{
	struct mock_vq *q = lies_rnd(l, 2) ? lies_txq() : lies_rxq();

	if (lies_rnd(l, 4))
		mock_vq_say(q, lies_rnd(l, 140), lies_u16(l));
	else
		mock_vq_skip(q, (int)lies_rnd(l, 300) - 150);
}

static void lies_fuzz_poll(struct lies *l)
{
	KUNIT_EXPECT_LE(l->test, mock_poll(l->mock, 0, 64), 64);
	lies_take_all(l->test);
	KUNIT_EXPECT_LE(l->test, mock_vring.broken, 2);
	if (!mock_vring.broken)
		return;
	mock_vring.broken = 0;
	l->resets++;
	mock_reset(l->mock);
}

static void lies_fuzz(struct kunit *test)
{
	struct lies l = {
		.test = test, .mock = test->priv, .data = lies_tcp(test, 1066),
	};
	u32 i;

	prandom_seed_state(&l.rnd, 82576);
	for (i = 0; i < 3000; i++) {
		switch (lies_rnd(&l, 100)) {
		case 0:
			lies_fuzz_lie(&l);
			break;
		case 1 ... 45:
			lies_fuzz_frame(&l);
			break;
		case 46 ... 60:
			lies_fuzz_packet(&l);
			break;
		case 61 ... 80:
			lies_fuzz_sent(&l);
			break;
		default:
			mock_vq_publish(lies_rxq());
			mock_vq_publish(lies_txq());
			lies_fuzz_poll(&l);
		}
	}
	KUNIT_EXPECT_GT(test, l.resets, 2);
	/* A device that lies confuses itself as well. */
	l.mock->fault[0] = '\0';
	mock_vring.piece = 0;
	mock_vring.broken = 0;
	mock_reset(l.mock);
	lies_expect_works(test);
}

static struct kunit_case lies_cases[] = {
	KUNIT_CASE_PARAM(lies_rx_id, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_rx_twice, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_index, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_marks, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_rx_len, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_rx_over, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_rx_buffers, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_rx_too_long, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_rx_missing, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_headers, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_hdr_len, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_tx_id, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_tx_twice, lies_kind_gen_params),
	KUNIT_CASE_PARAM(lies_fuzz, lies_kind_gen_params),
	{}
};

static struct kunit_suite lies_suite = {
	.name = "flowlane_vring_lies",
	.init = mock_vring_init,
	.exit = mock_exit,
	.test_cases = lies_cases,
};

kunit_test_suite(lies_suite);
