// SPDX-License-Identifier: GPL-2.0
/*
 * The buffers of a receive ring: they come in whole pages, whose slots lie side
 * by side, and a ring that is short of less than that is as full as it can be.
 */
#include <linux/mm.h>

#include "frame.h"
#include "mock.h"
#include "seam.h"

static const struct mock_hw *const fill_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(fill_hw, fill_hws, mock_hw_desc);

/* Receive @n frames of @len bytes in one poll. */
static void fill_receive(struct kunit *test, struct mock *mock, u32 n, u32 len)
{
	const u8 *data = frame_bytes(test, len, n);
	u32 i;

	for (i = 0; i < n; i++)
		KUNIT_ASSERT_GT(test, mock_rx_frame(mock, 0, data, len, NULL),
				0);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 128), n);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), n);
	skb_queue_purge(&mock->rxq);
}

/* One page's slots from @i on: side by side in ring and page, and the device
 * knows them at their addresses. Returns the page.
 */
static struct page *fill_expect_page(struct kunit *test, struct mock *mock,
				     u32 i)
{
	const struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	void *va = rx->buf[i & rx->mask];
	u32 k;

	KUNIT_EXPECT_EQ(test, offset_in_page(va), 0);
	for (k = 0; k < rx->page_bufs; k++) {
		u32 slot = (i & rx->mask) + k;

		KUNIT_ASSERT_LE(test, slot, rx->mask);
		KUNIT_EXPECT_PTR_EQ(test, rx->buf[slot],
				    va + k * rx->truesize);
		KUNIT_EXPECT_EQ(test, mock->hw->rx_addr(rx, slot),
				virt_to_phys(rx->buf[slot]) + rx->headroom);
	}
	return virt_to_page(va);
}

/* Every page that the device has all slots of, and no page twice. */
static void fill_expect_pages(struct kunit *test, struct mock *mock)
{
	const struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	struct page *pages[FL_RING_SIZE_MIN];
	u32 i = rx->next_to_clean;
	u32 n = 0, k;

	KUNIT_EXPECT_EQ(test, rx->next_to_use % rx->page_bufs, 0);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, mock_rx_full(rx));
	for (i += -i % rx->page_bufs; i != rx->next_to_use;
	     i += rx->page_bufs) {
		KUNIT_ASSERT_LT(test, n, ARRAY_SIZE(pages));
		pages[n] = fill_expect_page(test, mock, i);
		for (k = 0; k < n; k++)
			KUNIT_ASSERT_PTR_NE(test, pages[k], pages[n]);
		n++;
	}
}

/* Rounds through the ring in steps that split pages, over its end and over that
 * of the 32-bit counters.
 */
static void fill_pages(struct kunit *test)
{
	static const u32 steps[] = { 1, 1, 3, 50, 7, 61, 2, 126, 125, 33 };
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	struct fl_rx_ring *rx;
	int mtu, i;

	for (mtu = 0; mtu < 2; mtu++) {
		rx = mock->fl.lane[0].rx;
		KUNIT_ASSERT_EQ(test, rx->page_bufs,
				mtu ? PAGE_SIZE / FL_RX_TRUESIZE_LARGE :
				      PAGE_SIZE / FL_RX_TRUESIZE_SMALL);
		KUNIT_ASSERT_EQ(test, rx->next_to_clean, 0);
		/* 256 before the wrap: the slots stay the same. */
		rx->next_to_clean -= 256;
		rx->next_to_use -= 256;
		fill_expect_pages(test, mock);
		for (i = 0; i < ARRAY_SIZE(steps); i++) {
			fill_receive(test, mock, steps[i], 60 + i);
			fill_expect_pages(test, mock);
		}
		KUNIT_EXPECT_EQ(test, rx->next_to_clean, 409 - 256);
		cfg.mtu = 9000;
		KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	}
}

/* Less than a page's buffers are missing: neither a shortage nor a reason to
 * ask for memory, ring the doorbell or start the timer.
 */
static void fill_part_of_page(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct mock_reg *reg = &mock->lane[0].rx_reg;
	struct fl_rx_ring *rx = lane->rx;
	u32 writes, use, i;

	if (rx->page_bufs == 1)
		kunit_skip(test, "a page has one buffer");
	KUNIT_EXPECT_GT(test, fl_ring_free(rx->mask, rx->next_to_use,
					   rx->next_to_clean), 0);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.alloc_fail, 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&lane->retry));

	/* One frame, and the last page is whole: the ring has all but one. */
	fill_receive(test, mock, 1, 60);
	KUNIT_EXPECT_EQ(test, fl_ring_free(rx->mask, rx->next_to_use,
					   rx->next_to_clean), 0);
	writes = reg->writes;
	use = rx->next_to_use;
	seam_fail(SEAM_PAGE, 0, U32_MAX);
	for (i = 1; i < rx->page_bufs; i++) {
		fill_receive(test, mock, 1, 60);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	}
	KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 0);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, use);
	KUNIT_EXPECT_EQ(test, reg->writes, writes);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.alloc_fail, 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&lane->retry));

	/* The frame that makes it a page, which is not to be had. */
	fill_receive(test, mock, 1, 60);
	KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 1);
	KUNIT_EXPECT_EQ(test, reg->writes, writes);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.alloc_fail, 1);
	KUNIT_EXPECT_TRUE(test, timer_pending(&lane->retry));

	seam_reset();
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, rx->next_to_use, use + rx->page_bufs);
	KUNIT_EXPECT_EQ(test, reg->writes, writes + 1);
	fill_expect_pages(test, mock);
}

/* Where a doorbell is dear, a few empty slots are not worth one; in a small ring
 * fewer are.
 */
static void fill_worth_a_doorbell(struct kunit *test)
{
	static const u32 sizes[] = { 1024, 256, 128 }, worth[] = { 32, 32, 16 };
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	struct mock_reg *reg = &mock->lane[0].rx_reg;
	int i;

	mock->fl.caps.rx_refill = 32;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct fl_rx_ring *rx;
		u32 writes, use, free;

		cfg.rx_size = sizes[i];
		KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
		rx = mock->fl.lane[0].rx;
		free = fl_ring_free(rx->mask, rx->next_to_use,
				    rx->next_to_clean);
		writes = reg->writes;
		use = rx->next_to_use;
		fill_receive(test, mock, worth[i] - 1 - free, 60);
		KUNIT_EXPECT_EQ(test, rx->next_to_use, use);
		KUNIT_EXPECT_EQ(test, reg->writes, writes);
		KUNIT_EXPECT_FALSE(test,
				   timer_pending(&mock->fl.lane[0].retry));
		fill_receive(test, mock, 1, 60);
		KUNIT_EXPECT_EQ(test, rx->next_to_use, mock_rx_full(rx));
		KUNIT_EXPECT_EQ(test, reg->writes, writes + 1);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.alloc_fail, 0);
	}
}

/* A page that runs out in the middle leaves whole pages behind. */
static void fill_some_pages(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	u32 n;

	for (n = 0; n < 4; n++) {
		u32 use = rx->next_to_use;

		seam_fail(SEAM_PAGE, n, 1);
		fill_receive(test, mock, 5 * rx->page_bufs, 60);
		KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 1);
		KUNIT_EXPECT_EQ(test, rx->next_to_use,
				use + n * rx->page_bufs);
		seam_reset();
		mock_poll(mock, 0, 64);
		fill_expect_pages(test, mock);
	}
}

/* A device that is not coherent: what it wrote of each buffer is made readable,
 * and nothing else, of the first buffer of a page and of the others.
 */
static void fill_sync(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	u32 i;

	seam_sync.wanted = true;
	for (i = 0; i < 2 * rx->page_bufs; i++) {
		const void *va = rx->buf[rx->next_to_clean & rx->mask];

		fill_receive(test, mock, 1, 61 + i);
		KUNIT_EXPECT_EQ(test, seam_sync.calls, i + 1);
		KUNIT_EXPECT_PTR_EQ(test, seam_sync.page, virt_to_page(va));
		KUNIT_EXPECT_EQ(test, seam_sync.offset,
				offset_in_page(va) + rx->headroom);
		KUNIT_EXPECT_EQ(test, seam_sync.len, 61 + i);
	}
}

static struct kunit_case fill_cases[] = {
	KUNIT_CASE_PARAM(fill_pages, fill_hw_gen_params),
	KUNIT_CASE_PARAM(fill_part_of_page, fill_hw_gen_params),
	KUNIT_CASE_PARAM(fill_worth_a_doorbell, fill_hw_gen_params),
	KUNIT_CASE_PARAM(fill_some_pages, fill_hw_gen_params),
	KUNIT_CASE_PARAM(fill_sync, fill_hw_gen_params),
	{}
};

static struct kunit_suite fill_suite = {
	.name = "flowlane_rx_fill",
	.init = mock_init_running,
	.exit = mock_exit,
	.test_cases = fill_cases,
};

kunit_test_suite(fill_suite);
