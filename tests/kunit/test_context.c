// SPDX-License-Identifier: GPL-2.0
/*
 * The two offload contexts that the 82576 keeps of a queue: a packet brings its
 * own only when the device has not got it.
 */
#include "frame.h"
#include "mock.h"
#include "seam.h"

/* Packets whose contexts differ from each other. */
static const struct frame ctx_frames[] = {
	{ .ip = 4, .l4 = FRAME_TCP, .linear = 100, .csum = true },
	{ .ip = 6, .l4 = FRAME_TCP, .linear = 100, .csum = true },
	{ .ip = 4, .l4 = FRAME_UDP, .linear = 100, .csum = true },
	{ .ip = 4, .l4 = FRAME_TCP, .linear = 100, .csum = true, .vlan = 5 },
	{ .ip = 4, .l4 = FRAME_TCP, .linear = 3000, .csum = true,
	  .mss = 1000 },
};

enum { CTX_TCP4, CTX_TCP6, CTX_UDP4, CTX_VLAN, CTX_TSO };

static int ctx_init(struct kunit *test)
{
	mock_create_running(test, &mock_i82576);
	return 0;
}

/* Send packets; each is to bring a context (1) or not (0). */
static void ctx_send(struct kunit *test, const int *frames, const char *ctx)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; ctx[i]; i++) {
		mock_tx_forget(mock);
		KUNIT_EXPECT_EQ(test,
				mock_xmit(mock, 0,
					  frame_build(test,
						      &ctx_frames[frames[i]]),
					  false), NETDEV_TX_OK);
		KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), 1);
		KUNIT_EXPECT_EQ_MSG(test, mock->lane[0].sent[0].ctx,
				    ctx[i] == '1', "packet %d", i);
		mock_poll(mock, 0, 64);
	}
}

#define ctx_expect(test, ctx, ...) \
	ctx_send(test, (const int []) { __VA_ARGS__ }, ctx)

static void ctx_same(struct kunit *test)
{
	ctx_expect(test, "1000", CTX_TCP4, CTX_TCP4, CTX_TCP4, CTX_TCP4);
}

static void ctx_alternating(struct kunit *test)
{
	ctx_expect(test, "110000", CTX_TCP4, CTX_TCP6, CTX_TCP4, CTX_TCP6,
		   CTX_TCP4, CTX_TCP6);
}

/* Each of the frames here has a context of its own. */
static void ctx_different(struct kunit *test)
{
	ctx_expect(test, "11111", CTX_TCP4, CTX_TCP6, CTX_UDP4, CTX_VLAN,
		   CTX_TSO);
}

/* A packet without offload needs none, and leaves those that there are. */
static void ctx_not_needed(struct kunit *test)
{
	struct mock *mock = test->priv;

	ctx_expect(test, "1", CTX_TCP4);
	mock_tx_forget(mock);
	mock_xmit(mock, 0, frame_short(test, 60), false);
	mock_tx_run(mock, 0, U32_MAX);
	KUNIT_EXPECT_EQ(test, mock->lane[0].sent[0].ctx, 0);
	mock_poll(mock, 0, 64);
	ctx_expect(test, "0", CTX_TCP4);
}

/* A third kind replaces the one that was not used last. */
static void ctx_replaced(struct kunit *test)
{
	/* TCP4 and TCP6 are there; TCP4 was used last; UDP4 comes. */
	ctx_expect(test, "1101001", CTX_TCP4, CTX_TCP6, CTX_TCP4, CTX_UDP4,
		   CTX_TCP4, CTX_UDP4, CTX_TCP6);
}

/* Queues have contexts of their own. */
static void ctx_per_lane(struct kunit *test)
{
	struct mock *mock = test->priv;

	ctx_expect(test, "1", CTX_TCP4);
	mock_xmit(mock, 1, frame_build(test, &ctx_frames[CTX_TCP4]), false);
	mock_tx_run(mock, 1, U32_MAX);
	KUNIT_EXPECT_EQ(test, mock->lane[1].sent[0].ctx, 1);
	mock_poll(mock, 1, 64);
	ctx_expect(test, "0", CTX_TCP4);
}

/* A device that was reset, or whose queues were, has none. */
static void ctx_lost(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;

	ctx_expect(test, "110", CTX_TCP4, CTX_TCP6, CTX_TCP4);
	mock_reset(mock);
	ctx_expect(test, "110", CTX_TCP4, CTX_TCP6, CTX_TCP4);
	cfg.rx_size *= 2;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	ctx_expect(test, "110", CTX_TCP4, CTX_TCP6, CTX_TCP4);
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	ctx_expect(test, "110", CTX_TCP4, CTX_TCP6, CTX_TCP4);
}

/* The packet that would have brought it is dropped: the device has not got it,
 * and still has what it would have replaced.
 */
static void ctx_dropped(struct kunit *test)
{
	struct mock *mock = test->priv;

	ctx_expect(test, "11", CTX_TCP4, CTX_TCP6);
	seam_fail(SEAM_MAP, 0, 1);
	mock_xmit(mock, 0, frame_build(test, &ctx_frames[CTX_UDP4]), false);
	KUNIT_EXPECT_EQ(test, seam_failed(SEAM_MAP), 1);
	ctx_expect(test, "001", CTX_TCP4, CTX_TCP6, CTX_UDP4);
}

static struct kunit_case ctx_cases[] = {
	KUNIT_CASE(ctx_same),
	KUNIT_CASE(ctx_alternating),
	KUNIT_CASE(ctx_different),
	KUNIT_CASE(ctx_not_needed),
	KUNIT_CASE(ctx_replaced),
	KUNIT_CASE(ctx_per_lane),
	KUNIT_CASE(ctx_lost),
	KUNIT_CASE(ctx_dropped),
	{}
};

static struct kunit_suite ctx_suite = {
	.name = "flowlane_i82576_context",
	.init = ctx_init,
	.exit = mock_exit,
	.test_cases = ctx_cases,
};

kunit_test_suite(ctx_suite);
