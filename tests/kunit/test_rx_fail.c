// SPDX-License-Identifier: GPL-2.0
/*
 * Receive when something goes wrong: damaged frames, frames that no device
 * should deliver, and no memory. The ring has to go on after each.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>

#include "frame.h"
#include "mock.h"
#include "seam.h"

static const struct mock_hw *const rx_fail_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(rx_fail_hw, rx_fail_hws, mock_hw_desc);

/* A frame of @n descriptors of 100 bytes each. */
static void rx_fail_descs(struct kunit *test, struct mock *mock, int n,
			  u32 flags)
{
	const u8 *data = frame_bytes(test, 100, 1);
	int i;

	for (i = 0; i < n; i++) {
		struct mock_rxd d = {
			.len = 100,
			.flags = i == n - 1 ? MOCK_RX_EOP | flags : 0,
		};

		KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 100, &d));
	}
}

/* The lane still works: one good frame comes through, and nothing else. */
static void rx_fail_still_works(struct kunit *test, struct mock *mock)
{
	const u8 *data = frame_bytes(test, 77, 2);	/* odd */
	u64 packets = mock_stats(mock).rx.packets;
	struct sk_buff *skb;

	KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, 77, NULL), 1);
	mock_poll(mock, 0, 64);
	skb = mock_receive(mock);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, 77 - ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 0);
	if (skb->len == 77 - ETH_HLEN)
		KUNIT_EXPECT_MEMEQ(test, skb->data, data + ETH_HLEN,
				   77 - ETH_HLEN);
	kfree_skb(skb);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, packets + 1);
}

static void rx_error_frame(struct kunit *test)
{
	struct mock *mock = test->priv;
	int n;

	for (n = 1; n <= 3; n++) {
		rx_fail_descs(test, mock, n, MOCK_RX_ERROR | MOCK_RX_CSUM_OK);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_NULL(test, mock_receive(mock));
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, n);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.bytes, 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.csum_unnecessary, 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.csum_none, 0);
	rx_fail_still_works(test, mock);
}

/* Good, bad and good in one poll: the neighbours of a bad frame are whole. */
static void rx_error_between(struct kunit *test)
{
	struct mock *mock = test->priv;

	rx_fail_descs(test, mock, 2, 0);
	rx_fail_descs(test, mock, 2, MOCK_RX_ERROR);
	rx_fail_descs(test, mock, 2, 0);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 2);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 2);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.bytes, 400);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 1);
}

/* No skb for the first buffer: the frame's other buffers go with it. */
static void rx_no_skb(struct kunit *test)
{
	struct mock *mock = test->priv;
	int n;

	for (n = 1; n <= 3; n++) {
		seam_fail(SEAM_SKB, 0, 1);
		rx_fail_descs(test, mock, n, 0);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, seam_failed(SEAM_SKB), 1);
		KUNIT_EXPECT_NULL(test, mock_receive(mock));
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.alloc_fail, n);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.drops, n);
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 0);
	/* Lack of memory is no fault of the frame. */
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
	rx_fail_still_works(test, mock);
}

/* The frame whose skb failed ends in a later poll. */
static void rx_no_skb_over_polls(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 100, 1);
	struct mock_rxd d = { .len = 100 };

	seam_fail(SEAM_SKB, 0, 1);
	KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 100, &d));
	mock_poll(mock, 0, 64);
	rx_fail_descs(test, mock, 2, 0);	/* its end */
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	rx_fail_still_works(test, mock);
}

static void rx_too_many_fragments(struct kunit *test)
{
	struct mock *mock = test->priv;

	/* One more than the linear part and all fragments, and many more. */
	rx_fail_descs(test, mock, FL_RX_FRAGS_MAX + 2, 0);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 1);

	rx_fail_descs(test, mock, 2 * FL_RX_FRAGS_MAX, 0);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 2);

	/* One fault, however the frame ends. */
	rx_fail_descs(test, mock, 2 * FL_RX_FRAGS_MAX, MOCK_RX_ERROR);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 3);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 0);
	rx_fail_still_works(test, mock);
}

/* Less than an Ethernet header in the linear part cannot be a frame. */
static void rx_runt(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 1);
	struct mock_rxd d = { .len = 13 };
	u32 len;

	for (len = 0; len < ETH_HLEN; len++)
		mock_rx_frame(mock, 0, data, len, NULL);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, ETH_HLEN);

	/* Long enough, but not in its first buffer. */
	KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 13, &d));
	rx_fail_descs(test, mock, 1, 0);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, ETH_HLEN + 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 0);
	rx_fail_still_works(test, mock);
}

/* A descriptor that claims more than fits must not make an skb that reaches
 * past its buffer.
 */
static void rx_length_beyond_buffer(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 100, 1);
	/* 2048: the 82576's buffer length at MTU 1500, more than there is. */
	static const u16 lens[] = { 1537, 2047, 2048, 4096, 0xffff };
	int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		struct mock_rxd d = { .len = lens[i], .flags = MOCK_RX_EOP };
		struct sk_buff *skb;

		KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 100, &d));
		mock_poll(mock, 0, 64);
		skb = mock_receive(mock);
		if (!skb)
			continue;
		KUNIT_EXPECT_TRUE(test, skb_tail_pointer(skb) <=
					skb_end_pointer(skb));
		kfree_skb(skb);
	}
	rx_fail_still_works(test, mock);
}

/* Without new buffers, the descriptors of the old ones still say "done". The
 * slot that comes next has to be one that was in use: some frames come first.
 */
static void rx_stale_done(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	const u8 *data = frame_bytes(test, 60, 1);
	u32 left;
	int i;

	for (i = 0; i < 5; i++)
		mock_rx_frame(mock, 0, data, 60, NULL);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 128), 5);
	seam_fail(SEAM_PAGE, 0, U32_MAX);
	while (mock_rx_frame(mock, 0, data, 60, NULL))
		;
	left = mock_rx_full(rx) - rx->next_to_clean;
	KUNIT_EXPECT_LT(test, (rx->next_to_clean + left) & rx->mask, 5);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 128), left);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 128), 0);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 5 + left);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 5 + left);
	seam_reset();
	skb_queue_purge(&mock->rxq);
	mock_poll(mock, 0, 128);
	rx_fail_still_works(test, mock);
}

/* With no buffer left no frame arrives and no interrupt comes: a timer has to
 * bring the ring back.
 */
static void rx_starved(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_reg *reg = &mock->lane[0].rx_reg;
	struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	const u8 *data = frame_bytes(test, 60, 1);
	u32 writes = reg->writes;
	int ms;

	seam_retries = true;
	seam_fail(SEAM_PAGE, 0, U32_MAX);
	while (mock_rx_frame(mock, 0, data, 60, NULL))
		;
	mock_poll(mock, 0, 128);
	KUNIT_EXPECT_GE(test, mock_stats(mock).rx.alloc_fail, 1);
	/* Nothing to tell the device. */
	KUNIT_EXPECT_EQ(test, reg->writes, writes);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, rx->next_to_clean);

	/* It tries again and again while there is no memory. */
	for (ms = 0; ms < 20000 && seam_failed(SEAM_PAGE) < 2; ms += 20)
		msleep(20);
	KUNIT_EXPECT_GE(test, seam_failed(SEAM_PAGE), 2);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, rx->next_to_clean);

	seam_fail(SEAM_PAGE, 0, 0);
	for (ms = 0; ms < 20000 && reg->writes == writes; ms += 20)
		msleep(20);
	KUNIT_EXPECT_EQ(test, reg->writes, writes + 1);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, mock_rx_full(rx));
	skb_queue_purge(&mock->rxq);
	rx_fail_still_works(test, mock);
	KUNIT_EXPECT_FALSE(test, timer_pending(&mock->fl.lane[0].retry));
}

/* Some buffers, but not all: the device gets those that there are. */
static void rx_short_refill(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_reg *reg = &mock->lane[0].rx_reg;
	struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	const u8 *data = frame_bytes(test, 60, 1);
	u32 tail = reg->val;
	u32 writes = reg->writes;
	int i;

	for (i = 0; i < 10; i++)
		mock_rx_frame(mock, 0, data, 60, NULL);
	seam_fail(SEAM_PAGE, 3, 1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 10);
	KUNIT_EXPECT_EQ(test, reg->val, (tail + 3 * rx->page_bufs) % FL_RING_SIZE_MIN);
	KUNIT_EXPECT_EQ(test, reg->writes, writes + 1);
	KUNIT_EXPECT_TRUE(test, timer_pending(&mock->fl.lane[0].retry));
	/* The next poll makes up for it, also without a frame. */
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, mock_rx_full(rx));
	KUNIT_EXPECT_EQ(test, reg->val, mock_rx_full(rx) % FL_RING_SIZE_MIN);
	KUNIT_EXPECT_EQ(test, reg->writes, writes + 2);
	skb_queue_purge(&mock->rxq);
	rx_fail_still_works(test, mock);
}

/* Half a frame does not survive a reset. */
static void rx_half_frame_at_reset(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 100, 1);
	struct mock_rxd d = { .len = 100 };

	KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 100, &d));
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_NOT_NULL(test, mock->fl.lane[0].rx->skb);
	mock_reset(mock);
	KUNIT_EXPECT_NULL(test, mock->fl.lane[0].rx->skb);
	rx_fail_still_works(test, mock);

	/* Nor does the order to discard one. */
	seam_fail(SEAM_SKB, 0, 1);
	KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0, data, 100, &d));
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_PTR_EQ(test, mock->fl.lane[0].rx->skb, FL_RX_DISCARD);
	mock_reset(mock);
	KUNIT_EXPECT_NULL(test, mock->fl.lane[0].rx->skb);
	rx_fail_still_works(test, mock);
}

static struct kunit_case rx_fail_cases[] = {
	KUNIT_CASE_PARAM(rx_error_frame, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_error_between, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_no_skb, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_no_skb_over_polls, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_too_many_fragments, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_runt, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_length_beyond_buffer, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_stale_done, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_starved, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_short_refill, rx_fail_hw_gen_params),
	KUNIT_CASE_PARAM(rx_half_frame_at_reset, rx_fail_hw_gen_params),
	{}
};

static struct kunit_suite rx_fail_suite = {
	.name = "flowlane_rx_fail",
	.init = mock_init_running,
	.exit = mock_exit,
	.test_cases = rx_fail_cases,
};

kunit_test_suite(rx_fail_suite);
