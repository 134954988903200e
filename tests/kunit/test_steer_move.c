// SPDX-License-Identifier: GPL-2.0
/*
 * When the device is told of a move, and how lanes wait for each other then: lane 0
 * loses a flow to lane 3. A lane is busy while its NAPI is scheduled: the case polls it
 * itself then.
 */
#include "move.h"
#include "seam.h"

/* Somebody polls the flow's lane, and now a packet of it asks. */
static void move_ask_busy(struct kunit *test, struct move *m)
{
	KUNIT_ASSERT_TRUE(test, move_take(m->old));
	KUNIT_EXPECT_GE(test, stack_ask(m->stack, m->f), 0);
	KUNIT_EXPECT_EQ(test, m->old->moving, FL_MOVE_ASKED);
}

/* An idle lane has nothing that could be overtaken. */
static void move_tells_idle(struct kunit *test)
{
	struct move m = move_create(test, 2);

	KUNIT_EXPECT_GE(test, stack_ask(m.stack, m.f), 0);
	move_expect_over(test, &m);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[4], 3);
}

static void move_tells_dry(struct kunit *test)
{
	struct move m = move_create(test, 2);

	move_frames(test, &m, 0, 12);
	move_ask_busy(test, &m);
	/* However long this takes: it has just begun. */
	m.old->moving_since = jiffies + 3600 * HZ;
	move_poll(&m, m.old, 8);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 0);
	KUNIT_EXPECT_EQ(test, m.old->moving, FL_MOVE_ASKED);
	/* Its last 4 frames. */
	move_poll(&m, m.old, 8);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 1);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[4], 3);
	move_expect_over(test, &m);
}

/* Nobody waits for ever for a lane that always has more than it can take, and nobody is
 * held for it.
 */
static void move_tells_busy(struct kunit *test)
{
	struct move m = move_create(test, 2);

	move_frames(test, &m, 0, 12);
	move_ask_busy(test, &m);
	m.old->moving_since = jiffies + 3600 * HZ;
	move_poll(&m, m.old, 4);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 0);
	m.old->moving_since = jiffies - HZ;
	move_poll(&m, m.old, 4);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 1);
	KUNIT_EXPECT_EQ(test, m.old->moving, 0);
	KUNIT_EXPECT_EQ(test, m.new->held, 0);
	local_bh_disable();
	napi_complete(&m.old->napi);
	local_bh_enable();
	mock_settle(m.mock);
	move_expect_over(test, &m);
}

/* Polls of other lanes, dry or not, mean nothing. */
static void move_tells_own(struct kunit *test)
{
	struct move m = move_create(test, 2);
	int i;

	move_ask_busy(test, &m);
	for (i = 1; i < MOCK_LANES; i++)
		mock_poll(m.mock, i, 64);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 0);
	move_poll(&m, m.old, 64);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 1);
	move_expect_over(test, &m);
}

/* There and back before the device was told: nothing to tell. */
static void move_tells_nothing(struct kunit *test)
{
	struct move m = move_create(test, 2);

	move_ask_busy(test, &m);
	m.mock->fl.steer->epoch++;
	m.f->want = 0;
	KUNIT_EXPECT_GE(test, stack_ask_as(m.stack, m.f, 1, 0, false), 0);
	move_poll(&m, m.old, 64);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 0);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[4], 0);
	KUNIT_EXPECT_TRUE(test, bitmap_empty(m.mock->fl.steer->moving,
					     FL_RSS_TABLE_MAX));
	move_expect_over(test, &m);
}

/* Lanes that do not count do not look whether they are held. */
static void move_tells_counting(struct kunit *test)
{
	struct move m = move_create(test, 2);

	stack_add(m.stack, 5, 1, 2);
	KUNIT_EXPECT_GE(test, stack_ask(m.stack, &m.stack->flow[1]), 0);
	move_expect_over(test, &m);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 1);
	fl_steer_stop_counting(m.mock->fl.steer);

	KUNIT_EXPECT_GE(test, stack_ask(m.stack, m.f), 0);
	mock_settle(m.mock);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 1);
	KUNIT_EXPECT_EQ(test, m.old->moving, FL_MOVE_ASKED);
	fl_steer_work(&m.mock->fl.steer->work.work);
	move_expect_over(test, &m);
	KUNIT_EXPECT_EQ(test, m.mock->bucket_writes, 2);
}

/* From here on softirqs are off, so that each step is a poll of the case's own: the
 * device has been told, and the new lane has a frame.
 */
static void move_told(struct kunit *test, struct move *m)
{
	move_ask_busy(test, m);
	/* However long this takes */
	m->old->moving_since = jiffies + 3600 * HZ;
	local_bh_disable();
	move_poll(m, m->old, 64);
	KUNIT_EXPECT_EQ(test, m->old->moving, FL_MOVE_TOLD);
	KUNIT_EXPECT_EQ(test, m->mock->rss.lane[4], 3);
	KUNIT_EXPECT_EQ(test, m->new->held, 1);
	m->old->moving_since = jiffies + 3600 * HZ;
	m->new->held_until = jiffies + 3600 * HZ;
	move_frames(test, m, 3, 1);
}

/* What came on the old lane goes up first, whatever is polled first. */
static void move_holds(struct kunit *test)
{
	struct move m = move_create(test, 2);

	move_told(test, &m);
	move_frames(test, &m, 0, 2);
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	/* Not all: it is not dry. */
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.old, 1), 1);
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.old, 64), 1);
	/* The softirq is not over. */
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	KUNIT_EXPECT_EQ(test, m.new->held, 1);
	local_bh_enable();
	move_expect_over(test, &m);
	mock_poll(m.mock, 3, 64);
	move_expect_frame(test, &m, 0);
	move_expect_frame(test, &m, 0);
	move_expect_frame(test, &m, 3);
	move_expect_frame(test, &m, -1);
}

/* It needs no further frame to have its own. */
static void move_wakes(struct kunit *test)
{
	struct move m = move_create(test, 2);
	int tries = 10000;

	move_told(test, &m);
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	local_bh_enable();
	while (skb_queue_empty_lockless(&m.mock->rxq) && tries--)
		usleep_range(1000, 2000);
	move_expect_frame(test, &m, 3);
	move_expect_over(test, &m);
}

/* A lane whose CPU does not come round to it holds others for some time only. */
static void move_hold_ends(struct kunit *test)
{
	struct move m = move_create(test, 2);

	move_told(test, &m);
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	m.new->held_until = jiffies - 1;
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 1);
	local_bh_enable();
	move_expect_over(test, &m);
}

/* And it is polled then. */
static void move_hold_retries(struct kunit *test)
{
	struct move m = move_create(test, 2);

	move_told(test, &m);
	m.new->held_until = jiffies + HZ;
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&m.new->retry));
	local_bh_enable();
	move_expect_over(test, &m);
}

/* A lane that is held does not know whether it is dry. */
static void move_held_is_not_dry(struct kunit *test)
{
	struct move m = move_create(test, 2);
	struct stack_flow *g = stack_add(m.stack, 7, 1, 1);

	move_told(test, &m);
	KUNIT_ASSERT_TRUE(test, napi_schedule_prep(&m.new->napi));
	KUNIT_EXPECT_GE(test, stack_ask(m.stack, g), 0);
	m.new->moving_since = jiffies + 3600 * HZ;
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[7], 3);
	KUNIT_EXPECT_EQ(test, m.new->moving, FL_MOVE_ASKED);
	local_bh_enable();
	move_expect_over(test, &m);
	mock_poll(m.mock, 3, 64);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[7], 1);
}

/* Two lanes lose flows to the same one: it waits for both. */
static void move_waits_for_both(struct kunit *test)
{
	struct move m = move_create(test, 2);
	struct stack_flow *g = stack_add(m.stack, 5, 1, 3);
	struct fl_lane *other = &m.mock->fl.lane[1];

	move_told(test, &m);
	KUNIT_ASSERT_TRUE(test, napi_schedule_prep(&other->napi));
	KUNIT_EXPECT_GE(test, stack_ask(m.stack, g), 0);
	other->moving_since = jiffies + 3600 * HZ;
	move_poll(&m, other, 64);
	KUNIT_EXPECT_EQ(test, m.new->held, 2);
	move_poll(&m, m.old, 64);
	KUNIT_EXPECT_EQ(test, m.new->held, 2);
	move_poll(&m, other, 64);
	local_bh_enable();
	move_expect_over(test, &m);
	mock_poll(m.mock, 3, 64);
	move_expect_frame(test, &m, 3);
}

/* Asked to move on while lanes still wait for the last move: one after the other. */
static void move_again(struct kunit *test)
{
	struct move m = move_create(test, 2);
	struct stack_flow *g = stack_add(m.stack, 8, 1, 2);

	move_told(test, &m);
	KUNIT_EXPECT_GE(test, stack_ask(m.stack, g), 0);
	KUNIT_EXPECT_EQ(test, m.old->moving, FL_MOVE_TOLD | FL_MOVE_ASKED);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[8], 0);
	local_bh_enable();
	mock_settle(m.mock);
	move_expect_over(test, &m);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[8], 2);
}

/* Nobody waits over a reset. */
static void move_reset(struct kunit *test)
{
	struct move m = move_create(test, 2);

	move_told(test, &m);
	KUNIT_EXPECT_EQ(test, move_poll(&m, m.new, 64), 0);
	spin_lock(&m.mock->fl.steer_lock);
	fl_move_cancel(&m.mock->fl);
	spin_unlock(&m.mock->fl.steer_lock);
	KUNIT_EXPECT_EQ(test, m.new->held, 0);
	KUNIT_EXPECT_EQ(test, m.old->moving, 0);
	local_bh_enable();
	mock_reset(m.mock);
	mock_settle(m.mock);
	move_expect_over(test, &m);
	KUNIT_EXPECT_EQ(test, m.mock->rss.lane[4], 3);
}

static struct kunit_case move_cases[] = {
	KUNIT_CASE(move_tells_idle),
	KUNIT_CASE(move_tells_dry),
	KUNIT_CASE(move_tells_busy),
	KUNIT_CASE(move_tells_own),
	KUNIT_CASE(move_tells_nothing),
	KUNIT_CASE(move_tells_counting),
	KUNIT_CASE(move_holds),
	KUNIT_CASE(move_wakes),
	KUNIT_CASE(move_hold_ends),
	KUNIT_CASE(move_hold_retries),
	KUNIT_CASE(move_held_is_not_dry),
	KUNIT_CASE(move_waits_for_both),
	KUNIT_CASE(move_again),
	KUNIT_CASE(move_reset),
	{}
};

static struct kunit_suite move_suite = {
	.name = "flowlane_steer_move",
	.exit = mock_exit,
	.test_cases = move_cases,
};

kunit_test_suite(move_suite);
