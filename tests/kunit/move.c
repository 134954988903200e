// SPDX-License-Identifier: GPL-2.0
/* A move, step by step. */
#include <linux/delay.h>

#include "frame.h"
#include "move.h"

/**
 * move_create() - a port of which lane 0 has a flow that lane 3 wants
 * @test: case
 * @max: room for so many flows
 *
 * Context: process.
 *
 * Return: the move; nobody has asked for it yet.
 */
struct move move_create(struct kunit *test, u32 max)
{
	struct stack *stack = stack_create(test, max, 0);

	return (struct move) {
		.stack = stack,
		.mock = stack->mock,
		.f = stack_add(stack, 4, 1, 3),
		.old = &stack->mock->fl.lane[0],
		.new = &stack->mock->fl.lane[3],
		.data = frame_bytes(test, 60, 1),
	};
}

/**
 * move_frames() - frames come
 * @test: case
 * @m: move
 * @lane: where
 * @n: how many
 *
 * Context: process.
 */
void move_frames(struct kunit *test, struct move *m, int lane, int n)
{
	while (n--)
		KUNIT_EXPECT_EQ(test, mock_rx_frame(m->mock, lane, m->data, 60,
						    NULL), 1);
}

/**
 * move_take() - have a lane polled by nobody but the case
 * @lane: lane
 *
 * Context: process.
 *
 * Return: false if somebody polls it.
 */
bool move_take(struct fl_lane *lane)
{
	bool taken;

	local_bh_disable();
	taken = napi_schedule_prep(&lane->napi);
	local_bh_enable();
	return taken;
}

/**
 * move_poll() - poll a lane
 * @m: move
 * @lane: lane
 * @budget: frames
 *
 * Work and calls that come of it have their time after it, unless the caller has
 * softirqs off.
 *
 * Context: process, or softirqs off.
 *
 * Return: frames received.
 */
int move_poll(struct move *m, struct fl_lane *lane, int budget)
{
	int done;

	local_bh_disable();
	if (!test_bit(NAPI_STATE_SCHED, &lane->napi.state))
		napi_schedule_prep(&lane->napi);
	done = m->mock->fl.poll(&lane->napi, budget);
	local_bh_enable();
	return done;
}

static bool move_is_over(const struct move *m)
{
	int i;

	for (i = 0; i < MOCK_LANES; i++)
		if (READ_ONCE(m->mock->fl.lane[i].moving) ||
		    READ_ONCE(m->mock->fl.lane[i].held))
			return false;
	return true;
}

/**
 * move_expect_over() - expect that soon nobody waits for anybody
 * @test: case
 * @m: move
 *
 * That may be up to ksoftirqd.
 *
 * Context: process.
 */
void move_expect_over(struct kunit *test, struct move *m)
{
	int i, tries = 10000;

	while (!move_is_over(m) && tries--)
		usleep_range(1000, 2000);
	for (i = 0; i < MOCK_LANES; i++) {
		KUNIT_EXPECT_EQ(test, m->mock->fl.lane[i].moving, 0);
		KUNIT_EXPECT_EQ(test, m->mock->fl.lane[i].held, 0);
	}
}

/**
 * move_expect_frame() - expect which lane the next frame comes from that the stack gets
 * @test: case
 * @m: move
 * @lane: lane, or -1 if none comes
 *
 * Context: process.
 */
void move_expect_frame(struct kunit *test, struct move *m, int lane)
{
	struct sk_buff *skb = mock_receive(m->mock);
	int got = skb ? skb_get_rx_queue(skb) : -1;

	KUNIT_EXPECT_EQ(test, got, lane);
	kfree_skb(skb);
}
