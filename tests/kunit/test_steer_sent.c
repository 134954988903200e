// SPDX-License-Identifier: GPL-2.0
/*
 * Moves that the device hears of later: lane 0 loses a flow to lane 3, by a command that
 * takes its time. As in test_steer_move.c, each step is a poll of the case's own, with
 * softirqs off.
 */
#include "move.h"

struct sent {
	struct move m;
	u8 table[FL_RSS_TABLE_MAX];
	DECLARE_BITMAP(lanes, U8_MAX);
};

static struct fl_hw_ops sent_ops;
static u32 sent_asked;

static bool sent_set_buckets(struct fl_dev *fl, const unsigned long *buckets)
{
	sent_asked++;
	return false;
}

static struct sent *sent_create(struct kunit *test)
{
	struct sent *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	s->m = move_create(test, 3);
	sent_ops = mock_hw_ops;
	sent_ops.set_buckets = sent_set_buckets;
	s->m.mock->fl.ops = &sent_ops;
	sent_asked = 0;
	return s;
}

/* The command is given: what it says is what is known now. */
static void sent_command(struct sent *s)
{
	fl_steer_table(&s->m.mock->fl, s->table, s->lanes);
}

/* It is answered. */
static void sent_answer(struct sent *s)
{
	memcpy(s->m.mock->rss.lane, s->table, s->m.mock->fl.caps.rss_table);
	fl_steer_in_force(&s->m.mock->fl, s->lanes);
}

/* Softirqs are off from here on: the old lane has run dry, and the device will hear. */
static void sent_start(struct kunit *test, struct sent *s)
{
	KUNIT_ASSERT_TRUE(test, move_take(s->m.old));
	KUNIT_EXPECT_GE(test, stack_ask(s->m.stack, s->m.f), 0);
	s->m.old->moving_since = jiffies + 3600 * HZ;
	local_bh_disable();
	move_poll(&s->m, s->m.old, 64);
	KUNIT_EXPECT_EQ(test, sent_asked, 1);
	KUNIT_EXPECT_EQ(test, s->m.old->moving, FL_MOVE_SENT);
	KUNIT_EXPECT_EQ(test, s->m.new->held, 1);
	s->m.old->moving_since = jiffies + 3600 * HZ;
	s->m.new->held_until = jiffies + 3600 * HZ;
}

/* However often the old lane runs dry before the answer: packets may come there yet. */
static void sent_waits(struct kunit *test)
{
	struct sent *s = sent_create(test);
	int i;

	sent_start(test, s);
	sent_command(s);
	KUNIT_EXPECT_EQ(test, s->table[4], 3);
	move_frames(test, &s->m, 3, 1);
	for (i = 0; i < 3; i++) {
		move_frames(test, &s->m, 0, 1);
		KUNIT_EXPECT_EQ(test, move_poll(&s->m, s->m.old, 64), 1);
		KUNIT_EXPECT_EQ(test, move_poll(&s->m, s->m.new, 64), 0);
	}
	local_bh_enable();
	/* Nor by the end of its softirq. */
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, s->m.old->moving, FL_MOVE_SENT);
	s->m.new->held_until = jiffies + 3600 * HZ;
	move_frames(test, &s->m, 0, 1);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, s->m.old->moving, FL_MOVE_TOLD);
	s->m.old->moving_since = jiffies + 3600 * HZ;
	KUNIT_EXPECT_EQ(test, move_poll(&s->m, s->m.new, 64), 0);
	KUNIT_EXPECT_EQ(test, move_poll(&s->m, s->m.old, 64), 1);
	KUNIT_EXPECT_EQ(test, move_poll(&s->m, s->m.new, 64), 0);
	local_bh_enable();
	move_expect_over(test, &s->m);
	mock_poll(s->m.mock, 3, 64);
	for (i = 0; i < 4; i++)
		move_expect_frame(test, &s->m, 0);
	move_expect_frame(test, &s->m, 3);
	move_expect_frame(test, &s->m, -1);
}

/* An answer that does not come holds nobody for ever. */
static void sent_limit(struct kunit *test)
{
	struct sent *s = sent_create(test);

	sent_start(test, s);
	move_frames(test, &s->m, 3, 1);
	KUNIT_EXPECT_EQ(test, move_poll(&s->m, s->m.new, 64), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&s->m.new->retry));
	s->m.new->held_until = jiffies - 1;
	KUNIT_EXPECT_EQ(test, move_poll(&s->m, s->m.new, 64), 1);
	sent_command(s);
	sent_answer(s);
	local_bh_enable();
	mock_settle(s->m.mock);
	move_expect_over(test, &s->m);
}

/* Asked again meanwhile: the device hears of it when this is over. */
static void sent_again(struct kunit *test)
{
	struct sent *s = sent_create(test);
	struct stack_flow *g = stack_add(s->m.stack, 8, 1, 2);

	sent_start(test, s);
	sent_command(s);
	KUNIT_EXPECT_GE(test, stack_ask(s->m.stack, g), 0);
	KUNIT_EXPECT_EQ(test, s->m.old->moving, FL_MOVE_SENT | FL_MOVE_ASKED);
	move_poll(&s->m, s->m.old, 64);
	KUNIT_EXPECT_EQ(test, sent_asked, 1);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, s->m.mock->rss.lane[8], 0);
	KUNIT_EXPECT_EQ(test, s->m.old->moving, FL_MOVE_TOLD | FL_MOVE_ASKED);
	local_bh_enable();
	mock_settle(s->m.mock);
	mock_settle(s->m.mock);
	KUNIT_EXPECT_EQ(test, sent_asked, 2);
	sent_command(s);
	KUNIT_EXPECT_EQ(test, s->table[8], 2);
	sent_answer(s);
	mock_settle(s->m.mock);
	move_expect_over(test, &s->m);
}

/* A move that began when the command was under way is none of it. */
static void sent_between(struct kunit *test)
{
	struct sent *s = sent_create(test);
	struct stack_flow *g = stack_add(s->m.stack, 5, 1, 2);
	struct fl_lane *other = &s->m.mock->fl.lane[1];

	sent_start(test, s);
	sent_command(s);
	KUNIT_EXPECT_TRUE(test, napi_schedule_prep(&other->napi));
	KUNIT_EXPECT_GE(test, stack_ask(s->m.stack, g), 0);
	other->moving_since = jiffies + 3600 * HZ;
	move_poll(&s->m, other, 64);
	KUNIT_EXPECT_EQ(test, other->moving, FL_MOVE_SENT);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, s->m.old->moving, FL_MOVE_TOLD);
	KUNIT_EXPECT_EQ(test, other->moving, FL_MOVE_SENT);
	KUNIT_EXPECT_EQ(test, s->m.mock->fl.lane[2].held, 1);
	sent_command(s);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, other->moving, FL_MOVE_TOLD);
	local_bh_enable();
	mock_settle(s->m.mock);
	move_expect_over(test, &s->m);
}

/* The port is stopped, or its device reset as the command has failed: nobody waits any
 * more, and an answer that comes late means nothing.
 */
static void sent_ends(struct kunit *test)
{
	struct sent *s = sent_create(test);
	int i;

	sent_start(test, s);
	sent_command(s);
	move_poll(&s->m, s->m.new, 64);
	local_bh_enable();
	for (i = 0; i < 2; i++) {
		if (i) {
			mock_stop(s->m.mock);
			KUNIT_ASSERT_EQ(test, mock_open(s->m.mock), 0);
		} else {
			mock_reset(s->m.mock);
		}
		mock_settle(s->m.mock);
		move_expect_over(test, &s->m);
		fl_steer_in_force(&s->m.mock->fl, s->lanes);
		move_expect_over(test, &s->m);
	}
	move_frames(test, &s->m, 3, 1);
	KUNIT_EXPECT_EQ(test, mock_poll(s->m.mock, 3, 64), 1);
}

static struct kunit_case sent_cases[] = {
	KUNIT_CASE(sent_waits),
	KUNIT_CASE(sent_limit),
	KUNIT_CASE(sent_again),
	KUNIT_CASE(sent_between),
	KUNIT_CASE(sent_ends),
	{}
};

static struct kunit_suite sent_suite = {
	.name = "flowlane_steer_sent",
	.exit = mock_exit,
	.test_cases = sent_cases,
};

kunit_test_suite(sent_suite);
