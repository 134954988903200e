// SPDX-License-Identifier: GPL-2.0
/*
 * The lane's interrupt: left alone as long as NAPI works by interrupts, masked
 * while a user polls instead.
 */
#include "frame.h"
#include "mock.h"

static const struct mock_hw *const napi_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(napi_hw, napi_hws, mock_hw_desc);

static void napi_frames(struct kunit *test, struct mock *mock, int n)
{
	const u8 *data = frame_bytes(test, 60, 1);

	while (n--)
		KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, 60, NULL),
				1);
}

static void napi_leaves_irq_alone(struct kunit *test)
{
	struct mock *mock = test->priv;

	napi_frames(test, mock, 10);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 8);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 2);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].irq_writes, 0);
}

/* A poll by a user's thread that asked for no interrupts; returns what the
 * poll did.
 */
static int napi_busy_poll(struct mock *mock, int budget)
{
	struct napi_struct *napi = &mock->fl.lane[0].napi;
	int done;

	set_bit(NAPI_STATE_PREFER_BUSY_POLL, &napi->state);
	set_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	done = mock_poll(mock, 0, budget);
	clear_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	local_bh_disable();
	napi_complete(napi);
	local_bh_enable();
	return done;
}

/* Masked once for several polls, unmasked when NAPI lets go. */
static void napi_masks_for_busy_poll(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_lane *ml = &mock->lane[0];

	napi_frames(test, mock, 10);
	KUNIT_EXPECT_EQ(test, napi_busy_poll(mock, 4), 4);
	KUNIT_EXPECT_TRUE(test, ml->irq_masked);
	KUNIT_EXPECT_EQ(test, ml->irq_writes, 1);
	KUNIT_EXPECT_EQ(test, napi_busy_poll(mock, 64), 6);
	KUNIT_EXPECT_TRUE(test, ml->irq_masked);
	KUNIT_EXPECT_EQ(test, ml->irq_writes, 1);

	/* Interrupts again, from the first poll that ends. */
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_FALSE(test, ml->irq_masked);
	KUNIT_EXPECT_EQ(test, ml->irq_writes, 2);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_EQ(test, ml->irq_writes, 2);
}

/* A reset unmasks the device's interrupts, and the lane has to know: it masks
 * the next time.
 */
static void napi_unmasked_by_reset(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_lane *ml = &mock->lane[0];

	napi_busy_poll(mock, 64);
	KUNIT_EXPECT_TRUE(test, mock->fl.lane[0].masked);
	mock_reset(mock);
	ml->irq_masked = false;
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_FALSE(test, mock->fl.lane[0].masked);
	KUNIT_EXPECT_EQ(test, ml->irq_writes, 1);
	napi_busy_poll(mock, 64);
	KUNIT_EXPECT_TRUE(test, ml->irq_masked);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_FALSE(test, ml->irq_masked);
	KUNIT_EXPECT_EQ(test, ml->irq_writes, 3);
}

static struct kunit_case napi_cases[] = {
	KUNIT_CASE_PARAM(napi_leaves_irq_alone, napi_hw_gen_params),
	KUNIT_CASE_PARAM(napi_masks_for_busy_poll, napi_hw_gen_params),
	KUNIT_CASE_PARAM(napi_unmasked_by_reset, napi_hw_gen_params),
	{}
};

static struct kunit_suite napi_suite = {
	.name = "flowlane_napi",
	.init = mock_init_running,
	.exit = mock_exit,
	.test_cases = napi_cases,
};

kunit_test_suite(napi_suite);
