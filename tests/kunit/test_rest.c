// SPDX-License-Identifier: GPL-2.0
/*
 * Moderation in place of a device's: after a poll that has found something a lane
 * rests, and a timer polls next; one that finds nothing goes back to interrupts.
 */
#include <linux/delay.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include <flowlane/coalesce.h>
#include <flowlane/steer.h>

#include "frame.h"
#include "mock.h"
#include "seam.h"

/* 100 usecs in the mock's unit. */
#define REST_USECS	100
#define REST_NS		(49 * 2048)

static int rest_init(struct kunit *test)
{
	mock_settle(mock_create_running(test, &mock_gated));
	seam_timer.held = true;
	return 0;
}

static void rest_set(struct mock *mock, u16 usecs, bool adaptive)
{
	const struct fl_coalesce c = { .usecs = usecs, .adaptive = adaptive };

	rtnl_lock();
	fl_coalesce_set(&mock->fl.lane[0], &c);
	rtnl_unlock();
}

/* In any context. */
static void rest_frame(struct mock *mock)
{
	static const u8 data[60] = { 2 };

	if (mock_rx_frame(mock, 0, data, 60, NULL) != 1)
		KUNIT_FAIL(mock->test, "no buffer");
}

/* Lane 0 rests, or its interrupt is allowed; rests that have begun since the test has. */
static void rest_expect(struct mock *mock, bool rests, u32 starts)
{
	struct kunit *test = mock->test;

	KUNIT_EXPECT_EQ(test, hrtimer_active(&mock->fl.lane[0].wake), rests);
	KUNIT_EXPECT_EQ(test, mock->lane[0].armed, !rests);
	KUNIT_EXPECT_EQ(test, seam_timer.starts, starts);
}

/* The rest is over: the poll that the timer asks for. */
static int rest_over(struct mock *mock)
{
	hrtimer_cancel(&mock->fl.lane[0].wake);
	return mock_poll(mock, 0, 64);
}

static void rest_and_back(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	rest_set(mock, REST_USECS, false);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	rest_expect(mock, false, 0);
	for (i = 1; i < 4; i++) {
		rest_frame(mock);
		KUNIT_EXPECT_EQ(test, i == 1 ? mock_poll(mock, 0, 64) :
				rest_over(mock), 1);
		rest_expect(mock, true, i);
		KUNIT_EXPECT_EQ(test, seam_timer.ns, REST_NS);
	}
	KUNIT_EXPECT_EQ(test, rest_over(mock), 0);
	rest_expect(mock, false, 3);
	/* The device was never told. */
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, 0);
}

/* A queue that was stopped for want of room does not wait for ever. */
static void rest_after_sending(struct kunit *test)
{
	struct mock *mock = test->priv;

	rest_set(mock, REST_USECS, false);
	KUNIT_ASSERT_EQ(test, mock_xmit(mock, 0, frame_short(test, 60), false),
			NETDEV_TX_OK);
	/* It has not been sent yet. */
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	rest_expect(mock, false, 0);
	KUNIT_ASSERT_EQ(test, mock_tx_run(mock, 0, 1), 1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	rest_expect(mock, true, 1);
	KUNIT_EXPECT_EQ(test, rest_over(mock), 0);
	rest_expect(mock, false, 1);
}

/* Whoever polls meanwhile, and finds what: it is over when it was to be. */
static void rest_disturbed(struct kunit *test)
{
	struct mock *mock = test->priv;

	rest_set(mock, REST_USECS, false);
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	rest_expect(mock, true, 1);
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rest_expect(mock, true, 1);
	/* What takes more than one poll is not made to wait. */
	rest_frame(mock);
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 1), 1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, rest_over(mock), 1);
	rest_expect(mock, true, 2);
}

static void rest_not_at_0(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 arms;

	/* Adaptive, which begins without an interval. */
	KUNIT_EXPECT_TRUE(test, mock->fl.lane[0].coalesce.adaptive);
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rest_expect(mock, false, 0);
	/* Taken back in the middle of a rest. */
	rest_set(mock, REST_USECS, false);
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rest_expect(mock, true, 1);
	rest_set(mock, 0, false);
	arms = mock->lane[0].arms;
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	KUNIT_EXPECT_EQ(test, mock->lane[0].arms, arms + 1);
	KUNIT_EXPECT_EQ(test, rest_over(mock), 0);
	rest_expect(mock, false, 1);
}

static void rest_adapts(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	int i;

	for (i = 0; i < FL_ADAPT_STEPS; i++) {
		lane->adapt.step = i;
		schedule_work(&lane->itr_work);
		flush_work(&lane->itr_work);
		KUNIT_EXPECT_EQ(test, lane->rest, lane->itr * 2048);
		KUNIT_EXPECT_EQ(test, fl_coalesce_round(&mock->fl, i ? fl_adapt_usecs[i] : 0),
				DIV_ROUND_CLOSEST(lane->rest, NSEC_PER_USEC));
	}
	mock_reset(mock);
	mock_settle(mock);
	KUNIT_EXPECT_EQ(test, lane->rest, 0);
}

static void rest_frame_late(struct mock *mock)
{
	mock->on_arm = NULL;
	rest_frame(mock);
}

/* 4 times 16 polls in 2 ms. */
static void rest_counts_polls(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct fl_measure *m = &lane->measure;
	int i;

	local_bh_disable();
	fl_coalesce_sample(lane, 0);
	for (i = 1; i <= 4; i++) {
		m->polls = FL_MEASURE_POLLS;
		u64_stats_add(&lane->rx_stats.packets, 24);
		u64_stats_add(&lane->rx_stats.bytes, 24 * 60);
		fl_coalesce_sample(lane, ktime_add_us(0, i * FL_MEASURE_USECS / 4));
	}
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, lane->adapt.gap, FL_MEASURE_USECS / 64);
	KUNIT_EXPECT_EQ(test, m->all_polls, 0);
	flush_work(&lane->itr_work);
}

/* A frame comes after the poll has looked, and before an interrupt is allowed. */
static void rest_race(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct sk_buff *skb = NULL;
	int tries;

	rest_set(mock, REST_USECS, false);
	mock->on_arm = rest_frame_late;
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	for (tries = 0; !skb && tries < 10000; tries++) {
		skb = mock_receive(mock);
		usleep_range(1000, 2000);
	}
	KUNIT_EXPECT_NOT_NULL(test, skb);
	kfree_skb(skb);
	/* After the poll that it was found by. */
	mock_settle(mock);
	rest_expect(mock, true, 1);
}

/* A user polls, and times that himself. */
static void rest_not_while_masked(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct napi_struct *napi = &mock->fl.lane[0].napi;

	rest_set(mock, REST_USECS, false);
	set_bit(NAPI_STATE_PREFER_BUSY_POLL, &napi->state);
	set_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	clear_bit(NAPI_STATE_IN_BUSY_POLL, &napi->state);
	local_bh_disable();
	napi_complete(napi);
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, mock->fl.lane[0].masked);
	KUNIT_EXPECT_FALSE(test, hrtimer_active(&mock->fl.lane[0].wake));
	KUNIT_EXPECT_FALSE(test, mock->lane[0].armed);

	/* That is over: from interrupts to rests again. */
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	rest_expect(mock, false, 0);
	rest_frame(mock);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rest_expect(mock, true, 1);
}

static void rest_ends_with_the_port(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	int i;

	rest_set(mock, REST_USECS, false);
	for (i = 1; i < 4; i++) {
		rest_frame(mock);
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
		rest_expect(mock, true, i);
		/* It would keep its ring's pool. */
		kfree_skb(mock_receive(mock));
		if (i == 1) {
			mock_reset(mock);
		} else if (i == 2) {
			cfg.rx_size *= 2;
			KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
		} else {
			mock_stop(mock);
			KUNIT_EXPECT_FALSE(test, hrtimer_active(&mock->fl.lane[0].wake));
			KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
		}
		mock_settle(mock);
		rest_expect(mock, false, i);
	}
	KUNIT_EXPECT_EQ(test, mock->fl.lane[0].rest, REST_NS);
}

/* With nobody but the timer to poll. */
static void rest_by_the_clock(struct kunit *test)
{
	struct mock *mock = test->priv;
	int tries;

	seam_timer.held = false;
	rest_set(mock, 10000, false);
	rest_frame(mock);
	/* However late this goes on, the second one is there when the timer's poll comes. */
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	rest_frame(mock);
	local_bh_enable();
	for (tries = 0; !READ_ONCE(mock->lane[0].armed) && tries < 10000; tries++)
		usleep_range(1000, 2000);
	rest_expect(mock, false, 2);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&mock->rxq), 2);
}

/* A lane that has to leave its frames where they are does not poll until it need not. */
static void rest_held(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];

	static_branch_inc(&fl_steer_counts);
	rest_frame(mock);
	lane->held_until = jiffies + 3600 * HZ;
	WRITE_ONCE(lane->held, 1);
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, napi_schedule_prep(&lane->napi));
	KUNIT_EXPECT_EQ(test, mock->fl.poll(&lane->napi, 64), 0);
	KUNIT_EXPECT_FALSE(test, test_bit(NAPI_STATE_SCHED, &lane->napi.state));
	KUNIT_EXPECT_TRUE(test, timer_pending(&lane->retry));
	WRITE_ONCE(lane->held, 0);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
	static_branch_dec(&fl_steer_counts);
}

static struct kunit_case rest_cases[] = {
	KUNIT_CASE(rest_held),
	KUNIT_CASE(rest_and_back),
	KUNIT_CASE(rest_after_sending),
	KUNIT_CASE(rest_disturbed),
	KUNIT_CASE(rest_not_at_0),
	KUNIT_CASE(rest_adapts),
	KUNIT_CASE(rest_counts_polls),
	KUNIT_CASE(rest_race),
	KUNIT_CASE(rest_not_while_masked),
	KUNIT_CASE(rest_ends_with_the_port),
	KUNIT_CASE(rest_by_the_clock),
	{}
};

static struct kunit_suite rest_suite = {
	.name = "flowlane_rest",
	.init = rest_init,
	.exit = mock_exit,
	.test_cases = rest_cases,
};

kunit_test_suite(rest_suite);
