// SPDX-License-Identifier: GPL-2.0
/*
 * Receive over virtqueues where a frame is of one slot, however long it is: its buffer
 * goes on in pages that stay with the slot.
 */
#include <linux/etherdevice.h>
#include <linux/virtio_net.h>

#include "frame.h"
#include "mock_vring.h"
#include "seam.h"

#include "../../drivers/virtio/vring.h"

KUNIT_ARRAY_PARAM(whole_kind, mock_vring_whole_kinds, mock_vring_kind_desc);

static struct fl_rx_ring *whole_ring(struct kunit *test)
{
	return ((struct mock *)test->priv)->fl.lane[0].rx;
}

/* Pages of the first slots, as they are now; test memory. */
static void **whole_pages(struct kunit *test)
{
	const struct fl_rx_ring *rx = whole_ring(test);
	size_t bytes = (rx->mask + 1) * rx->rests * sizeof(void *);
	void **pages = kunit_kmalloc(test, bytes, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pages);
	return memcpy(pages, rx->rest, bytes);
}

/* How many of them are others now. */
static u32 whole_changed(struct kunit *test, void **pages)
{
	const struct fl_rx_ring *rx = whole_ring(test);
	u32 i, n = 0;

	for (i = 0; i < (rx->mask + 1) * rx->rests; i++)
		n += rx->rest[i] != pages[i];
	return n;
}

static void whole_arrives(struct kunit *test, const u8 *data, u32 len)
{
	KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, len, NULL), 1);
	KUNIT_EXPECT_EQ(test, mock_poll(test->priv, 0, 64), 1);
	mock_vring_expect(test, data, len);
}

/* Around the ends of the buffer and of its pages, up to the longest frame there is; more of
 * them than the ring has slots. Of its pages a slot gives only those that hold something.
 */
static void whole_long(struct kunit *test)
{
	const u32 room = whole_ring(test)->room;
	const u32 lens[] = {
		60, 1514, room, room + 1, room + PAGE_SIZE, room + PAGE_SIZE + 1,
		room + 2 * PAGE_SIZE - 1, 30000, FL_RX_LARGE_MAX - 1, FL_RX_LARGE_MAX,
	};
	const u8 *data = frame_bytes(test, FL_RX_LARGE_MAX, 1);
	struct mock *mock = test->priv;
	u32 round, i, n = 0;

	for (round = 0; round < 14; round++) {
		for (i = 0; i < ARRAY_SIZE(lens); i++, n++) {
			void **pages = whole_pages(test);
			u32 rest = lens[i] - min(lens[i], room);

			whole_arrives(test, data, lens[i]);
			KUNIT_EXPECT_EQ(test, whole_changed(test, pages),
					DIV_ROUND_UP(rest, PAGE_SIZE));
			kunit_kfree(test, pages);
		}
	}
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, n);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
	mock_vring_expect_rest(test);
}

/* Several in one poll, in whatever slots. */
static void whole_burst(struct kunit *test)
{
	const u8 *data = frame_bytes(test, SZ_64K, 2);
	struct mock *mock = test->priv;
	u32 round, i;

	for (round = 0; round < 11; round++) {
		for (i = 0; i < 13; i++)
			mock_vring_arrives(data, 100 + 4999 * i, NULL);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 13);
		for (i = 0; i < 13; i++)
			mock_vring_expect(test, data, 100 + 4999 * i);
	}
	mock_vring_expect_rest(test);
}

/* A frame of segments, whose headers are in the buffer. */
static void whole_segments(struct kunit *test)
{
	const struct frame frame = { .ip = 4, .l4 = FRAME_TCP, .linear = 20000 };
	const struct mock_vring_hdr h = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1400, .csum_start = 34, .csum_offset = 16,
	};
	struct sk_buff *skb = frame_build(test, &frame);
	const u32 len = skb->len;
	u8 *data = kunit_kzalloc(test, len, GFP_KERNEL);

	if (data)
		skb_copy_bits(skb, 0, data, len);
	kfree_skb(skb);
	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, len, &h), 1);
	KUNIT_EXPECT_EQ(test, mock_poll(test->priv, 0, 64), 1);
	skb = mock_receive(test->priv);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len + ETH_HLEN, len);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->gso_size, 1400);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_PARTIAL);
	kfree_skb(skb);
}

/* Without memory for the next page, or for its skb, a frame is lost, and its slot is as it
 * was but for pages that have a successor already.
 */
static void whole_no_memory(struct kunit *test)
{
	const u8 *data = frame_bytes(test, 40000, 3);
	struct mock *mock = test->priv;
	u32 n;

	for (n = 0; n < 9; n++) {
		void **pages = whole_pages(test);

		seam_fail(SEAM_PAGE, n, 1);
		KUNIT_EXPECT_EQ(test, mock_vring_arrives(data, 40000, NULL), 1);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 1);
		KUNIT_EXPECT_NULL(test, mock_receive(mock));
		KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.drops, n + 1);
		KUNIT_EXPECT_EQ(test, whole_changed(test, pages), n);
		kunit_kfree(test, pages);
		seam_fail(SEAM_PAGE, 0, 0);
	}
	seam_fail(SEAM_SKB, 0, 1);
	mock_vring_arrives(data, 40000, NULL);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.drops, n + 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 0);
	for (n = 0; n < 140; n++)
		whole_arrives(test, data, 40000);
	mock_vring_expect_rest(test);
}

/* A device that says it has written more than it was given. */
static void whole_lies(struct kunit *test)
{
	const u32 most = whole_ring(test)->room + VRING_RESTS_MAX * PAGE_SIZE;
	const u8 *data = frame_bytes(test, 100, 4);
	const u32 lens[] = {
		most + mock_vring.kind->front + 1, 100000, S32_MAX, U32_MAX,
	};
	struct mock *mock = test->priv;
	struct mock_vq_chain c;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		const struct mock_vring_hdr h = { .buffers = i ? U16_MAX : 0 };

		KUNIT_ASSERT_TRUE(test, mock_vq_take(mock_vring_rxq(0), &c));
		KUNIT_EXPECT_EQ(test, c.n, 1 + whole_ring(test)->rests);
		mock_vring_put_hdr(phys_to_virt(c.part[0].addr), &h, 1);
		mock_vq_give(mock_vring_rxq(0), &c, lens[i]);
		mock_vq_publish(mock_vring_rxq(0));
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
		KUNIT_EXPECT_NULL(test, mock_receive(mock));
		KUNIT_EXPECT_EQ(test, mock_vring.broken, 1);
		mock_vring.broken = 0;
		mock_reset(mock);
	}
	whole_arrives(test, data, 100);
	mock_vring_expect_rest(test);
}

/* The pages stay over a reset, for which there may be no memory. */
static void whole_reset(struct kunit *test)
{
	const u8 *data = frame_bytes(test, SZ_64K, 5);
	struct mock *mock = test->priv;
	void **pages;
	u32 i;

	for (i = 0; i < 3; i++) {
		whole_arrives(test, data, SZ_64K);
		mock_vring_frame(mock_vring_rxq(0), data, 50000, NULL);
		pages = whole_pages(test);
		mock_reset(mock);
		mock_settle(mock);
		KUNIT_EXPECT_EQ(test, whole_changed(test, pages), 0);
	}
	for (i = 0; i < 140; i++)
		whole_arrives(test, data, 5000 + i);
	mock_vring_expect_rest(test);
}

/* Other rings, or none for want of memory: then the old ones have not noticed. */
static void whole_rings(struct kunit *test)
{
	const u8 *data = frame_bytes(test, SZ_64K, 6);
	struct mock *mock = test->priv;
	const u32 pages = FL_RING_SIZE_MIN * VRING_RESTS_MAX;
	const u32 after[] = { 1, pages - 1, pages };
	struct fl_config cfg = mock->fl.cfg;
	u32 i;

	cfg.tx_size *= 2;
	for (i = 0; i < ARRAY_SIZE(after); i++) {
		seam_fail(SEAM_PAGE, after[i], 1);
		KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), -ENOMEM);
		KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 1);
		seam_reset();
		whole_arrives(test, data, SZ_64K);
	}
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	mock_settle(mock);
	for (i = 0; i < 140; i++)
		whole_arrives(test, data, 3000 + 100 * i);
	mock_vring_expect_rest(test);
}

static struct kunit_case whole_cases[] = {
	KUNIT_CASE_PARAM(whole_long, whole_kind_gen_params),
	KUNIT_CASE_PARAM(whole_burst, whole_kind_gen_params),
	KUNIT_CASE_PARAM(whole_segments, whole_kind_gen_params),
	KUNIT_CASE_PARAM(whole_no_memory, whole_kind_gen_params),
	KUNIT_CASE_PARAM(whole_lies, whole_kind_gen_params),
	KUNIT_CASE_PARAM(whole_reset, whole_kind_gen_params),
	KUNIT_CASE_PARAM(whole_rings, whole_kind_gen_params),
	{}
};

static struct kunit_suite whole_suite = {
	.name = "flowlane_vring_whole",
	.init = mock_vring_init,
	.exit = mock_exit,
	.test_cases = whole_cases,
};

kunit_test_suite(whole_suite);
