// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit when a packet cannot be sent: nothing of it is left, and packets
 * that were queued before it get their doorbell.
 */
#include <linux/etherdevice.h>

#include "../../drivers/core/stats.h"
#include "frame.h"
#include "mock.h"
#include "seam.h"

/* A way for a packet to fail. */
struct drop_way {
	const char *name;
	enum seam_point point;
	u32 after;	/* calls that succeed before */
	struct frame frame;
};

#define DROP_TSO							\
	{ .ip = 4, .l4 = FRAME_TCP, .csum = true, .mss = 1000,		\
	  .linear = 10, .nr_frags = 3, .frag = { 1000, 40000, 3000 } }

static const struct drop_way drop_ways[] = {
	{ "padding", SEAM_PAD, 0, { .linear = 1 } },
	{ "prepare", SEAM_COW, 0, DROP_TSO },
	{ "map head", SEAM_MAP, 0, DROP_TSO },
	{ "map first fragment", SEAM_MAP, 1, DROP_TSO },
	/* 40000 bytes take two descriptors; the first has the mapping. */
	{ "map behind a long fragment", SEAM_MAP, 3, DROP_TSO },
};

static const struct mock_hw *const drop_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(drop_hw, drop_hws, mock_hw_desc);

static void drop_expect_nothing(struct kunit *test, struct fl_tx_ring *tx,
				const char *name)
{
	u32 i;

	for (i = 0; i < 8; i++) {
		const struct fl_tx_buf *buf;

		buf = &tx->buf[(tx->next_to_use + i) & tx->mask];
		KUNIT_EXPECT_NULL_MSG(test, buf->skb, "%s", name);
		KUNIT_EXPECT_EQ_MSG(test, buf->len, 0, "%s", name);
	}
}

/* A packet that will be dropped. Nothing of it may stay behind. */
static void drop_one(struct kunit *test, const struct drop_way *way, bool more)
{
	struct mock *mock = test->priv;
	struct fl_tx_ring *tx = mock->fl.lane[0].tx;
	u32 maps = atomic_read(&seam_held.maps);
	struct sk_buff *skb = frame_build(test, &way->frame);
	struct fl_tx_ctx ctx[FL_TX_CTX];
	u32 use = tx->next_to_use;
	struct fl_lane_view v;
	u64 drops;

	fl_lane_stats(&mock->fl.lane[0], &v);
	drops = v.xmit.drop;
	memcpy(ctx, tx->ctx, sizeof(ctx));
	seam_fail(way->point, way->after, 1);
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, skb, more), NETDEV_TX_OK);
	KUNIT_EXPECT_EQ_MSG(test, seam_failed(way->point), 1, "%s", way->name);

	fl_lane_stats(&mock->fl.lane[0], &v);
	KUNIT_EXPECT_EQ_MSG(test, v.xmit.drop, drops + 1, "%s", way->name);
	KUNIT_EXPECT_EQ_MSG(test, tx->next_to_use, use, "%s", way->name);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&seam_held.maps), maps, "%s",
			    way->name);
	/* The device does not have a context that was never rung for. */
	KUNIT_EXPECT_MEMEQ_MSG(test, tx->ctx, ctx, sizeof(ctx), "%s",
			       way->name);
	drop_expect_nothing(test, tx, way->name);
}

/* All that was queued leaves the device, and its memory comes back. */
static void drop_finish(struct kunit *test, struct mock *mock, u32 packets)
{
	struct fl_lane_view v;
	u64 before;

	fl_lane_stats(&mock->fl.lane[0], &v);
	before = v.tx.packets;
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), packets);
	mock_poll(mock, 0, 64);
	fl_lane_stats(&mock->fl.lane[0], &v);
	KUNIT_EXPECT_EQ(test, v.tx.packets, before + packets);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
}

/* Doorbells since the last look, and where the last one pointed to. */
static void drop_expect_bells(struct kunit *test, u32 bells,
			      const struct drop_way *way)
{
	struct mock *mock = test->priv;
	struct mock_reg *reg = &mock->lane[0].tx_reg;
	struct fl_tx_ring *tx = mock->fl.lane[0].tx;

	KUNIT_EXPECT_EQ_MSG(test, reg->writes, bells, "%s", way->name);
	if (bells)
		KUNIT_EXPECT_EQ_MSG(test, reg->val, tx->next_to_use & tx->mask,
				    "%s", way->name);
	reg->writes = 0;
}

static void drop_alone(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(drop_ways); i++) {
		const struct drop_way *way = &drop_ways[i];

		drop_one(test, way, false);
		/* Nothing was queued: no reason to disturb the device. */
		drop_expect_bells(test, 0, way);
	}
	mock_xmit(mock, 0, frame_short(test, 60), false);
	drop_finish(test, mock, 1);
}

static void drop_in_batch(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(drop_ways); i++) {
		const struct drop_way *way = &drop_ways[i];

		mock_xmit(mock, 0, frame_short(test, 60), true);
		drop_one(test, way, true);
		drop_expect_bells(test, 0, way);
		mock_xmit(mock, 0, frame_short(test, 61), false);
		drop_expect_bells(test, 1, way);
		drop_finish(test, mock, 2);
	}
}

/* The last packet of a batch is the one that should have rung. */
static void drop_ends_batch(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(drop_ways); i++) {
		const struct drop_way *way = &drop_ways[i];

		mock_xmit(mock, 0, frame_short(test, 60), true);
		mock_xmit(mock, 0, frame_short(test, 61), true);
		drop_one(test, way, false);
		drop_expect_bells(test, 1, way);
		drop_finish(test, mock, 2);
	}
}

static void drop_whole_batch(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(drop_ways); i++) {
		const struct drop_way *way = &drop_ways[i];

		drop_one(test, way, true);
		drop_one(test, way, true);
		drop_one(test, way, false);
		drop_expect_bells(test, 0, way);
		drop_finish(test, mock, 0);
	}
}

/* At the end of the ring, where a packet's descriptors wrap. */
static void drop_at_ring_end(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(drop_ways); i++) {
		const struct drop_way *way = &drop_ways[i];
		struct fl_tx_ring *tx = mock->fl.lane[0].tx;

		while ((tx->next_to_use & tx->mask) != tx->mask - 1) {
			mock_xmit(mock, 0, frame_short(test, 60), false);
			mock_tx_run(mock, 0, 1);
			mock_poll(mock, 0, 64);
		}
		drop_one(test, way, false);
		mock_xmit(mock, 0, frame_short(test, 60), false);
		drop_finish(test, mock, 1);
	}
}

static struct kunit_case drop_cases[] = {
	KUNIT_CASE_PARAM(drop_alone, drop_hw_gen_params),
	KUNIT_CASE_PARAM(drop_in_batch, drop_hw_gen_params),
	KUNIT_CASE_PARAM(drop_ends_batch, drop_hw_gen_params),
	KUNIT_CASE_PARAM(drop_whole_batch, drop_hw_gen_params),
	KUNIT_CASE_PARAM(drop_at_ring_end, drop_hw_gen_params),
	{}
};

static struct kunit_suite drop_suite = {
	.name = "flowlane_tx_drop",
	.init = mock_init_running,
	.exit = mock_exit,
	.test_cases = drop_cases,
};

kunit_test_suite(drop_suite);
