// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic of a lane that adapts its interval: counters and times that a case
 * makes up. No clock has a say.
 */
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include "traffic.h"

#define TRAFFIC_UNIT_NS	2048

/* 20, 50, 100, 200, 400 and 800 usecs in the mock's unit. */
const u16 traffic_itr[FL_ADAPT_STEPS] = { 10, 24, 49, 98, 195, 391 };

/**
 * traffic_init() - a suite's init: a running mock that has settled
 * @test: test, whose parameter is an entry of MOCK_HWS if it has one
 *
 * Its counters are about to need more than 32 bits.
 *
 * Return: 0.
 */
int traffic_init(struct kunit *test)
{
	const struct mock_hw *const *hw = test->param_value;
	struct mock *mock;
	int i;

	mock = mock_create_running(test, hw ? *hw : &mock_i82576);
	mock_settle(mock);
	for (i = 0; i < MOCK_LANES; i++) {
		struct fl_lane *lane = &mock->fl.lane[i];

		u64_stats_set(&lane->rx_stats.packets, U32_MAX - 1000);
		u64_stats_set(&lane->rx_stats.bytes, U32_MAX - 100000);
	}
	return 0;
}

/**
 * traffic_exit() - a suite's exit
 * @test: test
 *
 * The device has what the lanes think it has, whatever a case did, and no lane
 * waits for a decision that nobody puts in force.
 */
void traffic_exit(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; mock && mock->fl.running && i < MOCK_LANES; i++) {
		struct fl_lane *lane = &mock->fl.lane[i];

		flush_work(&lane->itr_work);
		KUNIT_EXPECT_EQ_MSG(test, mock->lane[i].itr, lane->itr,
				    "lane %d", i);
		KUNIT_EXPECT_NE_MSG(test, lane->measure.state,
				    FL_MEASURE_WAITS, "lane %d", i);
	}
	mock_exit(test);
}

/**
 * traffic_set() - a user's settings for a lane
 * @mock: mock
 * @idx: number of the lane
 * @usecs: a fixed interval
 * @adaptive: no fixed one
 */
void traffic_set(struct mock *mock, int idx, u16 usecs, bool adaptive)
{
	const struct fl_coalesce c = { .usecs = usecs, .adaptive = adaptive };

	rtnl_lock();
	fl_coalesce_set(&mock->fl.lane[idx], &c);
	rtnl_unlock();
}

/* Most of a link: the top step has 48 packets, and half a ring is 64. */
const struct traffic traffic_bulk = { 60, 1514, 0 };
/* One connection that waits for its answers. */
const struct traffic traffic_requests = { 2, 100, 30 };
/* Half a ring of the smallest size in 213 usecs. */
const struct traffic traffic_flood = { 300, 1514, 0 };

/**
 * traffic_sample() - a look at a lane
 * @lane: lane
 * @now: the time
 */
void traffic_sample(struct fl_lane *lane, ktime_t now)
{
	local_bh_disable();
	fl_coalesce_sample(lane, now);
	local_bh_enable();
}

/**
 * traffic_sample_after() - a look at a lane after some time
 * @lane: lane
 * @usecs: since its window began
 */
void traffic_sample_after(struct fl_lane *lane, u64 usecs)
{
	traffic_sample(lane, ktime_add_us(lane->measure.time, usecs));
}

/**
 * traffic_count() - a lane has carried something
 * @lane: lane
 * @packets: of both directions; half of them each way, as both have to be seen
 * @bytes: of all of them
 */
void traffic_count(struct fl_lane *lane, u64 packets, u64 bytes)
{
	struct fl_rx_stats *rx = &lane->rx_stats;
	struct fl_tx_stats *tx = &lane->tx_stats;

	u64_stats_add(&rx->packets, packets / 2);
	u64_stats_add(&rx->bytes, bytes / 2);
	u64_stats_add(&tx->packets, packets - packets / 2);
	u64_stats_add(&tx->bytes, bytes - bytes / 2);
}

/**
 * traffic_carry() - a lane has carried traffic for some time
 * @mock: mock
 * @idx: number of the lane
 * @load: traffic, at the interval that the device keeps
 * @usecs: as long
 */
void traffic_carry(struct mock *mock, int idx,
		   const struct traffic *load, u32 usecs)
{
	u32 itr = mock->lane[idx].itr * TRAFFIC_UNIT_NS / NSEC_PER_USEC;
	u32 packets = load->packets * usecs;

	if (load->trip)
		packets /= max(itr, load->trip);
	else
		packets /= USEC_PER_MSEC;
	traffic_count(&mock->fl.lane[idx], packets, (u64)packets * load->size);
}

/**
 * traffic_measure() - one window of traffic
 * @test: test
 * @mock: mock
 * @idx: number of the lane
 * @load: traffic
 *
 * The window has been judged when this returns; what comes of that is under
 * way, or done.
 */
void traffic_measure(struct kunit *test, struct mock *mock, int idx,
		     const struct traffic *load)
{
	struct fl_lane *lane = &mock->fl.lane[idx];

	if (lane->measure.state == FL_MEASURE_START)
		traffic_sample(lane, 0);
	KUNIT_ASSERT_EQ(test, lane->measure.state, FL_MEASURE_RUNS);
	traffic_carry(mock, idx, load, FL_MEASURE_USECS);
	traffic_sample_after(lane, FL_MEASURE_USECS);
}

/**
 * traffic_run() - windows of traffic, each with what comes of it
 * @test: test
 * @mock: mock
 * @idx: number of the lane
 * @load: traffic
 * @n: as many
 *
 * The device is told of another step, once, and of nothing else.
 */
void traffic_run(struct kunit *test, struct mock *mock, int idx,
		 const struct traffic *load, int n)
{
	struct fl_lane *lane = &mock->fl.lane[idx];
	struct mock_lane *ml = &mock->lane[idx];

	while (n--) {
		u32 writes = ml->itr_writes;
		u8 step = lane->adapt.step;

		traffic_measure(test, mock, idx, load);
		flush_work(&lane->itr_work);
		KUNIT_ASSERT_LE(test, lane->adapt.step, TRAFFIC_TOP);
		KUNIT_EXPECT_EQ(test, ml->itr, traffic_itr[lane->adapt.step]);
		KUNIT_EXPECT_EQ(test, ml->itr_writes - writes,
				lane->adapt.step != step);
	}
}

/**
 * traffic_expect_step() - a lane is at a step, and so is the device
 * @test: test
 * @mock: mock
 * @idx: number of the lane
 * @step: step
 */
void traffic_expect_step(struct kunit *test, struct mock *mock, int idx,
			 int step)
{
	KUNIT_EXPECT_EQ(test, mock->fl.lane[idx].adapt.step, step);
	KUNIT_EXPECT_EQ(test, mock->lane[idx].itr, traffic_itr[step]);
}

/**
 * traffic_run_up() - bulk until a lane is at the top, and no longer
 * @test: test
 * @mock: mock
 * @idx: number of the lane, at the first step
 */
void traffic_run_up(struct kunit *test, struct mock *mock, int idx)
{
	traffic_run(test, mock, idx, &traffic_bulk, TRAFFIC_TOP);
	traffic_expect_step(test, mock, idx, TRAFFIC_TOP);
}

/**
 * traffic_poll() - a poll of a lane, with what comes of it
 * @mock: mock
 * @idx: number of the lane
 * @ticks: since the last poll; negative for one that comes soon enough,
 *	whatever the clock says
 */
void traffic_poll(struct mock *mock, int idx, long ticks)
{
	struct fl_lane *lane = &mock->fl.lane[idx];

	lane->last_poll = jiffies - ticks;
	mock_poll(mock, idx, 64);
	flush_work(&lane->itr_work);
}
