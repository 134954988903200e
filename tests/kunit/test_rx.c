// SPDX-License-Identifier: GPL-2.0
/* Receive: what arrives comes through as it was, and the ring is kept full. */
#include <linux/etherdevice.h>

#include "frame.h"
#include "mock.h"
#include "seam.h"

static const struct mock_hw *const rx_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(rx_hw, rx_hws, mock_hw_desc);

/* The next frame that the stack was given is these bytes. */
static void rx_expect(struct kunit *test, struct mock *mock, const u8 *data,
		      u32 len)
{
	struct sk_buff *skb = mock_receive(mock);
	u8 *copy = kunit_kzalloc(test, len, GFP_KERNEL);
	int err;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, len - ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb_get_rx_queue(skb), 0);
	KUNIT_EXPECT_PTR_EQ(test, skb->dev, mock->fl.netdev);
	skb_push(skb, ETH_HLEN);
	err = skb_copy_bits(skb, 0, copy, min(len, skb->len));
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_MEMEQ(test, copy, data, len);
}

static void rx_single(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u32 len = 61;	/* odd, and one more than the shortest */
	const u8 *data = frame_bytes(test, len, 1);
	struct fl_rx_view s;

	KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, len, NULL), 1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rx_expect(test, mock, data, len);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	s = mock_stats(mock).rx;
	KUNIT_EXPECT_EQ(test, s.packets, 1);
	KUNIT_EXPECT_EQ(test, s.bytes, len);
	KUNIT_EXPECT_EQ(test, s.errors, 0);
	KUNIT_EXPECT_EQ(test, s.alloc_fail, 0);
}

/* Frame lengths around what one buffer takes, in buffers and bytes beyond. */
static void rx_jumbo(struct kunit *test)
{
	static const struct { int bufs, more; } lens[] = {
		{ 1, -1 }, { 1, 0 }, { 1, 1 }, { 2, 0 }, { 2, 1 },
	};
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	u32 buf_len;
	int i;

	cfg.mtu = 9000;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	buf_len = mock->fl.lane[0].rx->buf_len;
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		u32 len = lens[i].bufs * buf_len + lens[i].more;
		const u8 *data = frame_bytes(test, len, i);

		KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, len, NULL),
				DIV_ROUND_UP(len, buf_len));
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		rx_expect(test, mock, data, len);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, ARRAY_SIZE(lens));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
}

/* One frame of as many descriptors as a frame may have: its first buffer is
 * the linear part, the others are fragments.
 */
static void rx_most_fragments(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 part = 100;	/* bytes a descriptor */
	u32 descs = FL_RX_FRAGS_MAX + 1;
	const u8 *data = frame_bytes(test, descs * part, 3);
	u32 i;

	for (i = 0; i < descs; i++) {
		struct mock_rxd d = {
			.len = part,
			.flags = i == descs - 1 ? MOCK_RX_EOP : 0,
		};

		KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data + i * part,
						     part, &d));
	}
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rx_expect(test, mock, data, descs * part);
}

/* A poll may see the first half of a frame only. */
static void rx_frame_in_two_polls(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 200, 4);
	struct mock_rxd d = { .len = 150 };

	KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 150, &d));
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	d = (struct mock_rxd) { .len = 50, .flags = MOCK_RX_EOP };
	KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data + 150, 50, &d));
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rx_expect(test, mock, data, 200);
}

static void rx_budget(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 5);
	int i;

	for (i = 0; i < 10; i++)
		KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, 60, NULL),
				1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 4), 4);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 4);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 4), 4);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 4), 2);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 10);
}

/* One doorbell a poll, none for a poll without frames. */
static void rx_doorbells(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	struct mock_reg *reg = &mock->lane[0].rx_reg;
	const u8 *data = frame_bytes(test, 60, 6);
	u32 writes = reg->writes;
	int i;

	/* Whole pages: one slot stays empty, and with it the rest of its page. */
	KUNIT_EXPECT_EQ(test, reg->val, FL_RING_SIZE_MIN - rx->page_bufs);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_EQ(test, reg->writes, writes);

	for (i = 0; i < 5; i++)
		mock_rx_frame(mock, 0, data, 60, NULL);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 5);
	KUNIT_EXPECT_EQ(test, reg->writes, writes + 1);
	KUNIT_EXPECT_EQ(test, rx->next_to_clean, 5);
	KUNIT_EXPECT_EQ(test, reg->val, mock_rx_full(rx) % FL_RING_SIZE_MIN);
}

/* Many rounds through the ring, over the wrap of the 32-bit counters. */
static void rx_wrap(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	const u32 burst = 50;	/* no divisor of the ring's size */
	u32 n = 0;
	int i, j;

	/* 256 before the wrap: the slots stay the same. */
	KUNIT_ASSERT_EQ(test, rx->next_to_clean, 0);
	rx->next_to_clean -= 256;
	rx->next_to_use -= 256;
	for (i = 0; i < 12; i++) {
		const u8 *data = frame_bytes(test, 64 + i, i);

		for (j = 0; j < burst; j++)
			n += mock_rx_frame(mock, 0, data, 64 + i, NULL);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), burst);
		for (j = 0; j < burst; j++)
			rx_expect(test, mock, data, 64 + i);
	}
	KUNIT_EXPECT_EQ(test, n, 600);
	KUNIT_EXPECT_EQ(test, rx->next_to_clean, 600 - 256);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, mock_rx_full(rx));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 600);
}

/* A full ring is emptied in one go, and is full again. */
static void rx_full_ring(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 7);
	struct fl_config cfg = mock->fl.cfg;
	u32 bufs, n;
	int i;

	for (i = 0; i < 2; i++) {
		/* The device may not have the 128th slot, nor then the other
		 * buffers of its page. A large buffer has a page of its own.
		 */
		bufs = 128 - (i ? 1 : PAGE_SIZE / FL_RX_TRUESIZE_SMALL);
		for (n = 0; mock_rx_frame(mock, 0, data, 60, NULL);)
			n++;
		KUNIT_EXPECT_EQ(test, n, bufs);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 128), bufs);
		KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), bufs);
		for (n = 0; mock_rx_frame(mock, 0, data, 60, NULL);)
			n++;
		KUNIT_EXPECT_EQ(test, n, bufs);
		skb_queue_purge(&mock->rxq);
		cfg.mtu = 9000;
		KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	}
}

struct rx_field {
	const char *name;
	u32 flags;
	netdev_features_t off;	/* features switched off */
	u8 ip_summed;
	bool l4_hash;
	u32 hash;
	bool tagged;
};

/* VLAN 5 with priority 3; the hash is no palindrome in bytes or bits. */
#define RX_HASH	0x12345679
#define RX_TCI	0x6005

static const struct rx_field rx_fields_of[] = {
	{ "nothing", 0, 0, CHECKSUM_NONE },
	{ "csum ok", MOCK_RX_CSUM_OK, 0, CHECKSUM_UNNECESSARY },
	{ "csum bad", MOCK_RX_CSUM_BAD, 0, CHECKSUM_NONE },
	{ "csum off", MOCK_RX_CSUM_OK, NETIF_F_RXCSUM, CHECKSUM_NONE },
	{ "hash L4", MOCK_RX_HASH_L4, 0, CHECKSUM_NONE, true, RX_HASH },
	{ "hash L3", MOCK_RX_HASH_L3, 0, CHECKSUM_NONE, false, RX_HASH },
	{ "hash off", MOCK_RX_HASH_L4, NETIF_F_RXHASH, CHECKSUM_NONE },
	{ "vlan", MOCK_RX_VLAN, 0, CHECKSUM_NONE, false, 0, true },
	{ "all", MOCK_RX_CSUM_OK | MOCK_RX_HASH_L4 | MOCK_RX_VLAN, 0,
	  CHECKSUM_UNNECESSARY, true, RX_HASH, true },
};

static void rx_check_field(struct kunit *test, const struct sk_buff *skb,
			   const struct rx_field *f)
{
	KUNIT_EXPECT_EQ_MSG(test, (u8)skb->ip_summed, f->ip_summed, "%s",
			    f->name);
	KUNIT_EXPECT_EQ_MSG(test, (bool)skb->l4_hash, f->l4_hash, "%s",
			    f->name);
	KUNIT_EXPECT_EQ_MSG(test, (bool)skb->sw_hash, false, "%s", f->name);
	KUNIT_EXPECT_EQ_MSG(test, skb->hash, f->hash, "%s", f->name);
	KUNIT_EXPECT_EQ_MSG(test, skb_vlan_tag_present(skb), f->tagged, "%s",
			    f->name);
	if (!f->tagged)
		return;
	KUNIT_EXPECT_EQ_MSG(test, skb_vlan_tag_get(skb), RX_TCI, "%s", f->name);
	KUNIT_EXPECT_EQ_MSG(test, ntohs(skb->vlan_proto), ETH_P_8021Q, "%s",
			    f->name);
}

/* What the descriptor said, as the stack finds it in the skb. */
static void rx_fields(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 8);
	int i;

	for (i = 0; i < ARRAY_SIZE(rx_fields_of); i++) {
		const struct rx_field *f = &rx_fields_of[i];
		const struct mock_rxd d = {
			.flags = f->flags, .hash = RX_HASH, .vlan_tci = RX_TCI,
		};
		struct sk_buff *skb;

		mock_set_feature(mock, f->off, false);
		KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, 60, &d), 1);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		mock_set_feature(mock, f->off, true);
		skb = mock_receive(mock);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		rx_check_field(test, skb, f);
		kfree_skb(skb);
	}
}

/* Only the descriptor of a frame's end describes it: in the others, these bits
 * say nothing.
 */
static void rx_fields_of_end(struct kunit *test)
{
	static const u32 all = MOCK_RX_CSUM_OK | MOCK_RX_HASH_L4 | MOCK_RX_VLAN;
	static const struct rx_field of[] = {
		{ "first says it", 0, 0, CHECKSUM_NONE },
		{ "last says it", all, 0, CHECKSUM_UNNECESSARY, true, RX_HASH,
		  true },
	};
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 100, 10);
	int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		const struct mock_rxd first = {
			.len = 100, .hash = ~RX_HASH, .vlan_tci = 7,
			.flags = i ? 0 : all | MOCK_RX_CSUM_BAD | MOCK_RX_ERROR,
		};
		const struct mock_rxd last = {
			.len = 100, .hash = RX_HASH, .vlan_tci = RX_TCI,
			.flags = of[i].flags | MOCK_RX_EOP,
		};
		struct sk_buff *skb;

		KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 100,
						     &first));
		KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 100,
						     &last));
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		skb = mock_receive(mock);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		rx_check_field(test, skb, &of[i]);
		kfree_skb(skb);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.csum_unnecessary, 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.csum_bad, 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
}

static void rx_csum_counts(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct mock_rxd ok = { .flags = MOCK_RX_CSUM_OK };
	const struct mock_rxd bad = { .flags = MOCK_RX_CSUM_BAD };
	const u8 *data = frame_bytes(test, 60, 9);
	struct fl_rx_view s;
	int i;

	for (i = 0; i < 3; i++)
		mock_rx_frame(mock, 0, data, 60, &ok);
	for (i = 0; i < 2; i++)
		mock_rx_frame(mock, 0, data, 60, &bad);
	mock_rx_frame(mock, 0, data, 60, NULL);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 6);
	s = mock_stats(mock).rx;
	KUNIT_EXPECT_EQ(test, s.csum_unnecessary, 3);
	KUNIT_EXPECT_EQ(test, s.csum_bad, 2);
	/* None: neither verified nor found wrong, and those found wrong. */
	KUNIT_EXPECT_EQ(test, s.csum_none, 3);
}

static struct kunit_case rx_cases[] = {
	KUNIT_CASE_PARAM(rx_single, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_jumbo, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_most_fragments, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_frame_in_two_polls, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_budget, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_doorbells, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_wrap, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_full_ring, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_fields, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_fields_of_end, rx_hw_gen_params),
	KUNIT_CASE_PARAM(rx_csum_counts, rx_hw_gen_params),
	{}
};

static struct kunit_suite rx_suite = {
	.name = "flowlane_rx",
	.init = mock_init_running,
	.exit = mock_exit,
	.test_cases = rx_cases,
};

kunit_test_suite(rx_suite);
