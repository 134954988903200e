// SPDX-License-Identifier: GPL-2.0
/*
 * Moves that the device hears of later: lane 0 loses a flow to lane 3, by a command that
 * takes its time. As in test_steer_move.c, each step is a poll of the case's own, with
 * softirqs off.
 */
#include <linux/delay.h>

#include "frame.h"
#include "stack.h"

struct sent {
	struct stack *stack;
	struct mock *mock;
	struct stack_flow *f;
	struct fl_lane *old;
	struct fl_lane *new;
	const u8 *data;
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
	s->stack = stack_create(test, 3, 0);
	s->mock = s->stack->mock;
	s->f = stack_add(s->stack, 4, 1, 3);
	s->old = &s->mock->fl.lane[0];
	s->new = &s->mock->fl.lane[3];
	s->data = frame_bytes(test, 60, 1);
	sent_ops = mock_hw_ops;
	sent_ops.set_buckets = sent_set_buckets;
	s->mock->fl.ops = &sent_ops;
	sent_asked = 0;
	return s;
}

/* The command is given: what it says is what is known now. */
static void sent_command(struct sent *s)
{
	fl_steer_table(&s->mock->fl, s->table, s->lanes);
}

/* It is answered. */
static void sent_answer(struct sent *s)
{
	memcpy(s->mock->rss.lane, s->table, s->mock->fl.caps.rss_table);
	fl_steer_in_force(&s->mock->fl, s->lanes);
}

static void sent_frames(struct kunit *test, struct sent *s, int lane, int n)
{
	while (n--)
		KUNIT_EXPECT_EQ(test, mock_rx_frame(s->mock, lane, s->data, 60,
						    NULL), 1);
}

static int sent_poll(struct sent *s, struct fl_lane *lane, int budget)
{
	int done;

	local_bh_disable();
	if (!test_bit(NAPI_STATE_SCHED, &lane->napi.state))
		napi_schedule_prep(&lane->napi);
	done = s->mock->fl.poll(&lane->napi, budget);
	local_bh_enable();
	return done;
}

static void sent_expect_frame(struct kunit *test, struct sent *s, int lane)
{
	struct sk_buff *skb = mock_receive(s->mock);
	int got = skb ? skb_get_rx_queue(skb) : -1;

	KUNIT_EXPECT_EQ(test, got, lane);
	kfree_skb(skb);
}

static void sent_expect_over(struct kunit *test, struct sent *s)
{
	int i, tries = 1000;

	while ((READ_ONCE(s->old->moving) || READ_ONCE(s->new->held)) && tries--)
		usleep_range(1000, 2000);
	for (i = 0; i < MOCK_LANES; i++) {
		KUNIT_EXPECT_EQ(test, s->mock->fl.lane[i].moving, 0);
		KUNIT_EXPECT_EQ(test, s->mock->fl.lane[i].held, 0);
	}
}

/* Softirqs are off from here on: the old lane has run dry, and the device will hear. */
static void sent_start(struct kunit *test, struct sent *s)
{
	bool taken;

	local_bh_disable();
	taken = napi_schedule_prep(&s->old->napi);
	local_bh_enable();
	KUNIT_ASSERT_TRUE(test, taken);
	KUNIT_EXPECT_GE(test, stack_ask(s->stack, s->f), 0);
	s->old->moving_since = jiffies + HZ;
	local_bh_disable();
	sent_poll(s, s->old, 64);
	KUNIT_EXPECT_EQ(test, sent_asked, 1);
	KUNIT_EXPECT_EQ(test, s->old->moving, FL_MOVE_SENT);
	KUNIT_EXPECT_EQ(test, s->new->held, 1);
	s->old->moving_since = jiffies + HZ;
	s->new->held_until = jiffies + HZ;
}

/* However often the old lane runs dry before the answer: packets may come there yet. */
static void sent_waits(struct kunit *test)
{
	struct sent *s = sent_create(test);
	int i;

	sent_start(test, s);
	sent_command(s);
	KUNIT_EXPECT_EQ(test, s->table[4], 3);
	sent_frames(test, s, 3, 1);
	for (i = 0; i < 3; i++) {
		sent_frames(test, s, 0, 1);
		KUNIT_EXPECT_EQ(test, sent_poll(s, s->old, 64), 1);
		KUNIT_EXPECT_EQ(test, sent_poll(s, s->new, 64), 0);
	}
	local_bh_enable();
	/* Nor by the end of its softirq. */
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, s->old->moving, FL_MOVE_SENT);
	s->new->held_until = jiffies + HZ;
	sent_frames(test, s, 0, 1);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, s->old->moving, FL_MOVE_TOLD);
	s->old->moving_since = jiffies + HZ;
	KUNIT_EXPECT_EQ(test, sent_poll(s, s->new, 64), 0);
	KUNIT_EXPECT_EQ(test, sent_poll(s, s->old, 64), 1);
	KUNIT_EXPECT_EQ(test, sent_poll(s, s->new, 64), 0);
	local_bh_enable();
	sent_expect_over(test, s);
	mock_poll(s->mock, 3, 64);
	for (i = 0; i < 4; i++)
		sent_expect_frame(test, s, 0);
	sent_expect_frame(test, s, 3);
	sent_expect_frame(test, s, -1);
}

/* An answer that does not come holds nobody for ever. */
static void sent_limit(struct kunit *test)
{
	struct sent *s = sent_create(test);

	sent_start(test, s);
	sent_frames(test, s, 3, 1);
	KUNIT_EXPECT_EQ(test, sent_poll(s, s->new, 64), 0);
	KUNIT_EXPECT_TRUE(test, timer_pending(&s->new->retry));
	s->new->held_until = jiffies - 1;
	KUNIT_EXPECT_EQ(test, sent_poll(s, s->new, 64), 1);
	sent_command(s);
	sent_answer(s);
	local_bh_enable();
	mock_settle(s->mock);
	sent_expect_over(test, s);
}

/* Asked again meanwhile: the device hears of it when this is over. */
static void sent_again(struct kunit *test)
{
	struct sent *s = sent_create(test);
	struct stack_flow *g = stack_add(s->stack, 8, 1, 2);

	sent_start(test, s);
	sent_command(s);
	KUNIT_EXPECT_GE(test, stack_ask(s->stack, g), 0);
	KUNIT_EXPECT_EQ(test, s->old->moving, FL_MOVE_SENT | FL_MOVE_ASKED);
	sent_poll(s, s->old, 64);
	KUNIT_EXPECT_EQ(test, sent_asked, 1);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, s->mock->rss.lane[8], 0);
	KUNIT_EXPECT_EQ(test, s->old->moving, FL_MOVE_TOLD | FL_MOVE_ASKED);
	local_bh_enable();
	mock_settle(s->mock);
	mock_settle(s->mock);
	KUNIT_EXPECT_EQ(test, sent_asked, 2);
	sent_command(s);
	KUNIT_EXPECT_EQ(test, s->table[8], 2);
	sent_answer(s);
	mock_settle(s->mock);
	sent_expect_over(test, s);
}

/* A move that began when the command was under way is none of it. */
static void sent_between(struct kunit *test)
{
	struct sent *s = sent_create(test);
	struct stack_flow *g = stack_add(s->stack, 5, 1, 2);
	struct fl_lane *other = &s->mock->fl.lane[1];

	sent_start(test, s);
	sent_command(s);
	KUNIT_EXPECT_TRUE(test, napi_schedule_prep(&other->napi));
	KUNIT_EXPECT_GE(test, stack_ask(s->stack, g), 0);
	other->moving_since = jiffies + HZ;
	sent_poll(s, other, 64);
	KUNIT_EXPECT_EQ(test, other->moving, FL_MOVE_SENT);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, s->old->moving, FL_MOVE_TOLD);
	KUNIT_EXPECT_EQ(test, other->moving, FL_MOVE_SENT);
	KUNIT_EXPECT_EQ(test, s->mock->fl.lane[2].held, 1);
	sent_command(s);
	sent_answer(s);
	KUNIT_EXPECT_EQ(test, other->moving, FL_MOVE_TOLD);
	local_bh_enable();
	mock_settle(s->mock);
	sent_expect_over(test, s);
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
	sent_poll(s, s->new, 64);
	local_bh_enable();
	for (i = 0; i < 2; i++) {
		if (i) {
			mock_stop(s->mock);
			KUNIT_ASSERT_EQ(test, mock_open(s->mock), 0);
		} else {
			mock_reset(s->mock);
		}
		mock_settle(s->mock);
		sent_expect_over(test, s);
		fl_steer_in_force(&s->mock->fl, s->lanes);
		sent_expect_over(test, s);
	}
	sent_frames(test, s, 3, 1);
	KUNIT_EXPECT_EQ(test, mock_poll(s->mock, 3, 64), 1);
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
