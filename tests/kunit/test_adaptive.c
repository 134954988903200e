// SPDX-License-Identifier: GPL-2.0
/*
 * Adaptive moderation of a lane: what is measured and when, and what comes of it
 * in the device. Which interval suits which traffic is test_adapt.c's.
 */
#include <linux/workqueue.h>

#include "frame.h"
#include "traffic.h"

static const struct mock_hw *const adapt_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(adapt_hw, adapt_hws, mock_hw_desc);

static void adapt_climbs(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i, high = 0;

	traffic_expect_step(test, mock, 0, 0);
	for (i = 1; i <= TRAFFIC_TOP; i++) {
		traffic_run(test, mock, 0, &traffic_bulk, 1);
		traffic_expect_step(test, mock, 0, i);
	}
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, TRAFFIC_TOP);
	/* There it stays, but for trials. */
	for (i = 0; i < 100; i++) {
		traffic_run(test, mock, 0, &traffic_bulk, 1);
		high += mock->lane[0].itr == traffic_itr[TRAFFIC_TOP];
	}
	KUNIT_EXPECT_GE(test, high, 90);
	/* The other lane has had no traffic. */
	traffic_expect_step(test, mock, 1, 0);
	KUNIT_EXPECT_EQ(test, mock->lane[1].itr_writes, 0);
}

static void adapt_requests_after_bulk(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i, low = 0;

	traffic_run_up(test, mock, 0);
	traffic_run(test, mock, 0, &traffic_requests, 1);
	traffic_expect_step(test, mock, 0, 0);
	for (i = 0; i < 100; i++) {
		traffic_run(test, mock, 0, &traffic_requests, 1);
		low += mock->lane[0].itr == traffic_itr[0];
	}
	KUNIT_EXPECT_GE(test, low, 80);
}

/* Half of the ring that the lane has now. */
static void adapt_ring(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;

	KUNIT_ASSERT_EQ(test, cfg.rx_size, 128);
	traffic_run(test, mock, 0, &traffic_flood, 4);
	traffic_expect_step(test, mock, 0, 2);
	traffic_run(test, mock, 0, &traffic_flood, 1);
	traffic_expect_step(test, mock, 0, 3);

	cfg.rx_size = 1024;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	mock_settle(mock);
	traffic_run(test, mock, 0, &traffic_flood, TRAFFIC_TOP);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP);
}

/* What a window is */

static void adapt_window_begins(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct fl_measure *m = &lane->measure;

	KUNIT_ASSERT_EQ(test, m->state, FL_MEASURE_START);
	/* What was before the first look is of no window. */
	traffic_carry(mock, 0, &traffic_bulk, FL_MEASURE_USECS);
	traffic_sample(lane, traffic_time(5000));
	KUNIT_EXPECT_EQ(test, m->state, FL_MEASURE_RUNS);
	KUNIT_EXPECT_EQ(test, m->time, traffic_time(5000));
	traffic_expect_step(test, mock, 0, 0);
	KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 0);

	traffic_sample_after(lane, FL_MEASURE_USECS);
	KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 0);
	KUNIT_EXPECT_EQ(test, m->time, traffic_time(5000 + FL_MEASURE_USECS));
}

/* Not too short; what is carried meanwhile is not lost. */
static void adapt_window_ends(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct fl_measure *m = &lane->measure;
	int i;

	traffic_sample(lane, traffic_time(5000));
	traffic_carry(mock, 0, &traffic_bulk, FL_MEASURE_USECS);
	for (i = 1; i < FL_MEASURE_USECS; i++) {
		m->polls = FL_MEASURE_POLLS;
		traffic_sample_after(lane, i);
		KUNIT_ASSERT_EQ(test, m->polls, 0);
		KUNIT_ASSERT_EQ(test, m->time, traffic_time(5000));
		KUNIT_ASSERT_EQ(test, lane->adapt.bytes, 0);
	}
	traffic_sample_after(lane, FL_MEASURE_USECS);
	KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 60 * 1514);
	flush_work(&lane->itr_work);
	traffic_expect_step(test, mock, 0, 1);
}

/* A window of so many usecs, of which traffic came in some. */
static void adapt_long_window(struct mock *mock, u32 carried, u64 usecs)
{
	struct fl_lane *lane = &mock->fl.lane[0];

	traffic_sample(lane, 0);
	traffic_carry(mock, 0, &traffic_bulk, carried);
	traffic_sample_after(lane, usecs);
	flush_work(&lane->itr_work);
}

/* It is a rate that counts: 16 polls may take long. */
static void adapt_window_lasts(struct kunit *test)
{
	static const u32 usecs[] = { 2000, 3000, 100000 };
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	int i;

	for (i = 0; i < ARRAY_SIZE(usecs); i++) {
		mock_reset(mock);
		mock_settle(mock);
		adapt_long_window(mock, usecs[i], usecs[i]);
		KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 60 * 1514);
		traffic_expect_step(test, mock, 0, 1);
	}
}

/* Time in which nothing came is no time of the traffic's: at the first step,
 * where nobody else looks for it, a long window is none. At others it is, be it
 * an hour: some traffic is slow.
 */
static void adapt_window_rests(struct kunit *test)
{
	static const u64 usecs[] = { 100001, 10 * USEC_PER_SEC, 1ULL << 32 };
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	int i;

	for (i = 0; i < ARRAY_SIZE(usecs); i++) {
		mock_reset(mock);
		mock_settle(mock);
		adapt_long_window(mock, 2000, usecs[i]);
		KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 0);
		KUNIT_EXPECT_EQ(test, lane->measure.time,
				traffic_time(usecs[i]));
		KUNIT_ASSERT_EQ(test, lane->measure.state, FL_MEASURE_RUNS);

		traffic_run(test, mock, 0, &traffic_bulk, 3);
		traffic_expect_step(test, mock, 0, 3);
		adapt_long_window(mock, 2000, usecs[i]);
		traffic_expect_step(test, mock, 0, 0);
	}
}

/* 100 ms of 1 Tb/s, of a lane that counts since long ago. */
static void adapt_counts_64_bits(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];

	traffic_count(lane, 1ULL << 40, 1ULL << 50);
	traffic_sample(lane, 0);
	traffic_count(lane, 8000000, 12500000000ULL);
	traffic_sample_after(lane, 100 * USEC_PER_MSEC);
	KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 125000000);
	/* Half a ring is 64, and 80000 a millisecond are more already. */
	traffic_expect_step(test, mock, 0, 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, 0);
}

/* What the device sends in segments */
static void adapt_count_gso(struct fl_lane *lane, u32 packets, u32 segs,
			    u32 bytes)
{
	struct fl_tx_stats *tx = &lane->tx_stats;

	u64_stats_add(&tx->packets, packets * segs);
	u64_stats_add(&tx->bytes, bytes);
	u64_stats_add(&tx->gso_packets, packets);
	u64_stats_add(&tx->gso_bytes, bytes);
	u64_stats_add(&tx->gso_wire_packets, packets * segs);
	u64_stats_add(&tx->gso_wire_bytes, bytes);
}

static void adapt_segments(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	int i;

	/* 60 packets a millisecond, and not 2400. */
	for (i = 0; i < TRAFFIC_TOP; i++) {
		traffic_sample(lane, 0);
		adapt_count_gso(lane, 120, 40, 120 * 60000);
		traffic_sample_after(lane, FL_MEASURE_USECS);
		flush_work(&lane->itr_work);
	}
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP);
	/* 1500 of them, and not none. */
	traffic_sample(lane, 0);
	adapt_count_gso(lane, 3000, 2, 3000 * 3000);
	traffic_sample_after(lane, FL_MEASURE_USECS);
	flush_work(&lane->itr_work);
	traffic_expect_step(test, mock, 0, 0);
}

/* Polls: which of them count, and when one looks at the clock */

static void adapt_poll_ends(struct kunit *test)
{
	const u8 *data = frame_bytes(test, 60, 1);
	struct mock *mock = test->priv;
	struct fl_measure *m = &mock->fl.lane[0].measure;
	int i;

	m->polls = 0;
	for (i = 0; i < 18; i++)
		KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, 60, NULL),
				1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 8);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 8);
	KUNIT_EXPECT_EQ(test, m->polls, 0);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 2);
	KUNIT_EXPECT_EQ(test, m->polls, 1);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, m->polls, 2);
}

static void adapt_polls_before_sample(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_measure *m = &mock->fl.lane[0].measure;
	int i, round;

	m->polls = 0;
	for (round = 0; round < 3; round++) {
		m->time = 0;
		for (i = 1; i < FL_MEASURE_POLLS; i++)
			mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, m->time, 0);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_NE(test, m->time, 0);
		KUNIT_EXPECT_EQ(test, m->state, FL_MEASURE_RUNS);
	}
	/* And never while a user has fixed the interval. */
	traffic_set(mock, 0, 49, false);
	m->time = 0;
	for (i = 0; i < 3 * FL_MEASURE_POLLS; i++)
		mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, m->time, 0);
}

static struct kunit_case adaptive_cases[] = {
	KUNIT_CASE(adapt_climbs),
	KUNIT_CASE(adapt_requests_after_bulk),
	KUNIT_CASE(adapt_ring),
	KUNIT_CASE(adapt_window_begins),
	KUNIT_CASE(adapt_window_ends),
	KUNIT_CASE(adapt_window_lasts),
	KUNIT_CASE(adapt_window_rests),
	KUNIT_CASE(adapt_counts_64_bits),
	KUNIT_CASE(adapt_segments),
	KUNIT_CASE_PARAM(adapt_poll_ends, adapt_hw_gen_params),
	KUNIT_CASE_PARAM(adapt_polls_before_sample, adapt_hw_gen_params),
	{}
};

static struct kunit_suite adaptive_suite = {
	.name = "flowlane_adaptive",
	.init = traffic_init,
	.exit = traffic_exit,
	.test_cases = adaptive_cases,
};

kunit_test_suite(adaptive_suite);
