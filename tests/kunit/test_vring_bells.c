// SPDX-License-Identifier: GPL-2.0
/* Receive over virtqueues: who is told when, by doorbells and by interrupts. */
#include "frame.h"
#include "mock_vring.h"
#include "seam.h"

KUNIT_ARRAY_PARAM(vring_kind, mock_vring_kinds, mock_vring_kind_desc);

#define VRING_LOW	6

/* A poll that gives buffers rings if the device wants to hear of one of them, and only
 * then; and once. Also over the wrap.
 */
static void vring_bells(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_vq *q = mock_vring_rxq(0);
	const u8 *data = frame_bytes(test, 60, 5);
	const u32 n = mock->fl.lane[0].rx->refill;
	int at;
	u32 i;

	mock_vring_age(mock, 0, MOCK_VRING_AGE);
	for (at = -3; at < (int)n + 3; at++) {
		const bool wanted = mock_vring.kind->event ?
				    at >= 0 && at < (int)n : at & 1;
		u32 rung = mock_vq_rung(q);
		u16 given;

		for (i = 0; i < n; i++)
			mock_vring_arrives(data, 60, NULL);
		given = q->taken + mock_vq_given(q);
		mock_vq_bells_from(q, given + at);
		mock_vq_bells(q, at & 1);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), n);
		KUNIT_EXPECT_EQ(test, (u16)(q->taken + mock_vq_given(q) - given), n);
		KUNIT_EXPECT_EQ_MSG(test, mock_vq_rung(q) - rung, wanted, "at %d", at);
	}
	skb_queue_purge(&mock->rxq);
}

static void vring_arrive_many(struct mock *mock)
{
	static const u8 data[60];
	u32 i;

	for (i = 0; i < 2 * VRING_LOW; i++)
		mock_vring_arrives(data, sizeof(data), NULL);
}

/* Others are told when a ring gets buffers that had been low, and not else: also when
 * the device has used some of them by then.
 */
static void vring_low(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct fl_rx_ring *rx = mock->fl.lane[0].rx;
	struct mock_vq *q = mock_vring_rxq(0);
	const u8 *data = frame_bytes(test, 60, 5);
	u32 at, left, wakes;

	mock_vring_age(mock, 0, MOCK_VRING_AGE);
	for (at = 0; at < 2 * VRING_LOW; at++) {
		while (mock_poll(mock, 0, 64) == 64)
			;
		mock_vring_low(mock, 0, VRING_LOW);
		wakes = mock_vring.wakes;
		left = mock_vq_given(q);
		KUNIT_ASSERT_GT(test, left, rx->refill + at);
		while (left-- > at)
			mock_vring_arrives(data, 60, NULL);
		if (at & 1)
			mock_vring.at_mb = vring_arrive_many;
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ_MSG(test, mock_vring.wakes - wakes,
				    (at & 1) || at < VRING_LOW, "with %u left", at);
		mock_vring_low(mock, 0, 0);
	}
	mock_settle(mock);
	skb_queue_purge(&mock->rxq);
}

/* Once a poll is over, the next frame interrupts, and with indices no other one before
 * the next poll.
 */
static void vring_interrupts(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_vq *q = mock_vring_rxq(0);
	const u8 *data = frame_bytes(test, 60, 5);
	u32 i, j;

	mock_vring_age(mock, 0, MOCK_VRING_AGE);
	mock_poll(mock, 0, 64);
	for (i = 0; i < 200; i++) {
		for (j = 0; j < 3; j++) {
			mock_vring_frame(q, data, 60, NULL);
			KUNIT_EXPECT_EQ(test, mock_vq_publish(q),
					!j || !mock_vring.kind->event);
		}
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 3);
	}
	skb_queue_purge(&mock->rxq);
}

/* While a lane is polled there are none. */
static void vring_interrupts_off(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_vq *q = mock_vring_rxq(0);
	const u8 *data = frame_bytes(test, 60, 5);
	u32 i;

	mock_poll(mock, 0, 64);
	for (i = 0; i < 10; i++)
		mock_vring_arrives(data, 60, NULL);
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, napi_schedule_prep(&mock->fl.lane[0].napi));
	KUNIT_EXPECT_EQ(test, mock->fl.poll(&mock->fl.lane[0].napi, 5), 5);
	mock_vring_frame(q, data, 60, NULL);
	KUNIT_EXPECT_FALSE(test, mock_vq_publish(q));
	KUNIT_EXPECT_EQ(test, mock->fl.poll(&mock->fl.lane[0].napi, 64), 6);
	local_bh_enable();
	mock_vring_frame(q, data, 60, NULL);
	KUNIT_EXPECT_TRUE(test, mock_vq_publish(q));
	skb_queue_purge(&mock->rxq);
}

static void vring_arrives_now(struct mock *mock)
{
	static const u8 data[60];

	mock_vring_arrives(data, sizeof(data), NULL);
}

/* A frame that comes while interrupts are allowed is seen, or interrupts. */
static void vring_rearm_race(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_vq *q = mock_vring_rxq(0);
	u32 i, irqs;

	mock_vring_age(mock, 0, MOCK_VRING_AGE);
	for (i = 0; i < 200; i++) {
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_FALSE(test, mock_vring_rearm(mock, 0));
		irqs = q->irqs;
		/* In a poll that has looked already, and in one that has allowed it. */
		if (i & 1)
			mock_vring.at_mb = vring_arrives_now;
		else
			vring_arrives_now(mock);
		KUNIT_EXPECT_TRUE(test, mock_vring_rearm(mock, 0));
		KUNIT_EXPECT_NULL(test, mock_vring.at_mb);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		KUNIT_EXPECT_FALSE(test, mock_vring_rearm(mock, 0));
		irqs = q->irqs;
		vring_arrives_now(mock);
		KUNIT_EXPECT_EQ(test, q->irqs, irqs + 1);
	}
	mock_poll(mock, 0, 64);
	skb_queue_purge(&mock->rxq);
}

/* The same in a poll: it is polled again, by itself. */
static void vring_poll_race(struct kunit *test)
{
	struct mock *mock = test->priv;

	mock_poll(mock, 0, 64);
	mock_vring.at_mb = vring_arrives_now;
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	/* Softirqs were on for a moment. */
	mock_settle(mock);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 1);
}

/* Who polls by himself wants no interrupts, until he leaves. */
static void vring_busy_poll(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct napi_struct *napi = &mock->fl.lane[0].napi;
	struct mock_vq *q = mock_vring_rxq(0);
	const u8 *data = frame_bytes(test, 60, 5);
	u32 i;

	mock_poll(mock, 0, 64);
	mock_vring_arrives(data, 60, NULL);
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, napi_schedule_prep(napi));
	set_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, mock->fl.poll(napi, 64), 1);
		KUNIT_EXPECT_EQ(test, mock->fl.poll(napi, 64), 0);
		mock_vring_frame(q, data, 60, NULL);
		KUNIT_EXPECT_FALSE(test, mock_vq_publish(q));
	}
	clear_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	KUNIT_EXPECT_EQ(test, mock->fl.poll(napi, 64), 1);
	local_bh_enable();
	mock_vring_frame(q, data, 60, NULL);
	KUNIT_EXPECT_TRUE(test, mock_vq_publish(q));
	skb_queue_purge(&mock->rxq);
}

static struct kunit_case vring_bell_cases[] = {
	KUNIT_CASE_PARAM(vring_bells, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_low, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_interrupts, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_interrupts_off, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_busy_poll, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_rearm_race, vring_kind_gen_params),
	KUNIT_CASE_PARAM(vring_poll_race, vring_kind_gen_params),
	{}
};

static struct kunit_suite vring_bell_suite = {
	.name = "flowlane_vring_bells",
	.init = mock_vring_init,
	.exit = mock_exit,
	.test_cases = vring_bell_cases,
};

kunit_test_suite(vring_bell_suite);
