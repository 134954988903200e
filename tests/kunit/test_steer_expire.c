// SPDX-License-Identifier: GPL-2.0
/*
 * Steering over time: flows that have ended are forgotten.
 */
#include "frame.h"
#include "seam.h"
#include "stack.h"

/* Epochs in 30 seconds. */
#define EXPIRE_EPOCHS	120

KUNIT_ARRAY_PARAM(stack_kind, stack_kinds, stack_kind_desc);

static struct stack *expire_create(struct kunit *test, u32 max)
{
	struct stack *stack = stack_create(test, max, 0);

	if (test->param_value)
		stack->suppresses = *(const bool *)test->param_value;
	return stack;
}

static u64 expire_count(struct stack *stack)
{
	struct fl_steer_stats stats;

	fl_steer_stats(&stack->mock->fl, &stats);
	return stats.expired;
}

/* @epochs pass without traffic. */
static void expire_silence(struct stack *stack, u32 epochs)
{
	while (epochs--)
		KUNIT_ASSERT_TRUE(stack->mock->test, stack_epoch(stack));
}

/* Only packets say that a flow is alive: the stack would keep it for ever. */
static void expire_by_packets(struct kunit *test)
{
	struct stack *stack = expire_create(test, 1);

	stack_add(stack, 4, 1, 3);
	seam_may_expire = NULL;
	seam_flow_expired = false;
	stack_start(stack);
	expire_silence(stack, EXPIRE_EPOCHS - 1);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 1);
	KUNIT_EXPECT_EQ(test, stack->mock->rss.lane[4], 3);
	/* One packet, and its time begins again. */
	stack_epochs(stack, 1);
	expire_silence(stack, EXPIRE_EPOCHS - 1);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 1);
	expire_silence(stack, 1);
	KUNIT_EXPECT_EQ(test, expire_count(stack), 1);
	stack_expect_rest(stack);
}

/* The stack has forgotten it, and no packets come. */
static void expire_by_both(struct kunit *test)
{
	struct stack *stack = expire_create(test, 1);

	stack_add(stack, 4, 1, 3);
	stack_start(stack);
	seam_may_expire = NULL;
	seam_flow_expired = true;
	expire_silence(stack, FL_QUIET_EXPIRED - 1);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 1);
	expire_silence(stack, 1);
	stack_expect_rest(stack);
}

/* The stack has forgotten it, and packets of its slot go on: 30 seconds. */
static void expire_by_the_stack(struct kunit *test)
{
	struct stack *stack = expire_create(test, 1);
	struct stack_flow *f = stack_add(stack, 4, 1, 3);
	int i;

	stack_start(stack);
	seam_may_expire = NULL;
	seam_flow_expired = true;
	for (i = 0; i < EXPIRE_EPOCHS - 1; i++)
		stack_epochs(stack, 1);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 1);
	KUNIT_EXPECT_EQ(test, f->at, f->want);
	f->rate = 0;
	stack_epochs(stack, 1);
	stack_expect_rest(stack);
}

/* One that was never let in goes sooner. */
static void expire_waiting(struct kunit *test)
{
	struct stack *stack = expire_create(test, 2);
	struct stack_flow *a = stack_add(stack, 4, 100, 3);
	struct stack_flow *b = stack_add(stack, 4 + 128, 1, 2);
	u32 i;

	stack_start(stack);
	KUNIT_ASSERT_EQ(test, stack_flows(stack), 2);
	KUNIT_ASSERT_EQ(test, b->said, -EBUSY);
	b->rate = 0;
	for (i = 0; i < FL_QUIET_WAITING - 1; i++)
		stack_epochs(stack, 1);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 2);
	stack_epochs(stack, 1);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 1);
	KUNIT_EXPECT_EQ(test, a->at, a->want);
}

/* All that there can be, of all kinds: after 30 seconds nothing is left. */
static void expire_all(struct kunit *test)
{
	const u32 flows = 3 * FL_FLOWS / 2;
	struct stack *stack = expire_create(test, flows);
	u32 i;

	for (i = 0; i < flows; i++)
		stack_add(stack, i * 3, 1 + i % 5, i % 7 % MOCK_LANES);
	stack_epochs(stack, 2);
	KUNIT_EXPECT_GT(test, stack_flows(stack), FL_FLOWS / 2);
	for (i = 0; i < flows; i++)
		stack->flow[i].rate = 0;
	seam_may_expire = NULL;
	seam_flow_expired = false;
	for (i = 0; i < EXPIRE_EPOCHS; i++)
		stack_epoch(stack);
	stack_expect_rest(stack);
}

/* After a rest the next flow is not judged by what was counted before it, by this
 * port's flows or, while this one's were none, by another's.
 */
static void expire_clean_slate(struct kunit *test)
{
	struct stack *stack = expire_create(test, 3);
	struct stack_flow *a = stack_add(stack, 4, 1, 3);
	struct stack_flow *other = stack_add(stack, 4 + 256, 60000, STACK_NOBODY);
	struct stack_flow *b = stack_add(stack, 4 + 128, 0, 2);
	struct mock *mock = stack->mock;

	stack_start(stack);
	a->rate = 0;
	while (stack_epoch(stack))
		stack_round(stack);
	other->rate = 0;
	b->rate = 1;
	mock->fl.lane[0].seen[b->hash % FL_FLOWS] += 1000000;
	stack_round(stack);
	KUNIT_EXPECT_GE(test, b->said, 0);
	stack_epochs(stack, 3);
	KUNIT_EXPECT_EQ(test, b->at, b->want);
	KUNIT_ASSERT_NOT_NULL(test, stack_slot(stack, b));
	KUNIT_EXPECT_LE(test, stack_slot(stack, b)->packets, 4);
}

/* A flow that was asked for before the first epoch is not silent in it. */
static void expire_first_epoch(struct kunit *test)
{
	struct stack *stack = expire_create(test, 1);
	struct stack_flow *a = stack_add(stack, 4, 1, 3);

	stack_round(stack);
	KUNIT_ASSERT_TRUE(test, stack_epoch(stack));
	KUNIT_ASSERT_NOT_NULL(test, stack_slot(stack, a));
	KUNIT_EXPECT_EQ(test, stack_slot(stack, a)->quiet, 0);
}

/* The hot path counts what the device has hashed by ports, and only while told to. */
static void expire_counts(struct kunit *test)
{
	static const struct {
		u32 flags;
		u32 counted;
	} frames[] = {
		{ MOCK_RX_HASH_L4, 1 }, { MOCK_RX_HASH_L3, 0 }, { 0, 0 },
	};
	struct stack *stack = expire_create(test, 1);
	struct mock *mock = stack->mock;
	const u8 *data = frame_bytes(test, 60, 1);
	u32 *seen = &mock->fl.lane[0].seen[77];
	int i;

	stack_add(stack, 4, 1, 3);
	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		struct mock_rxd d = {
			.flags = frames[i].flags, .hash = 3 * FL_FLOWS + 77,
		};
		u32 before;

		mock_rx_frame(mock, 0, data, 60, &d);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, *seen, 0);
		stack_start(stack);
		before = *seen;
		mock_rx_frame(mock, 0, data, 60, &d);
		mock_poll(mock, 0, 64);
		KUNIT_EXPECT_EQ(test, *seen - before, frames[i].counted);
		*seen = 0;
		fl_steer_stop_counting(mock->fl.steer);
	}
}

static struct kunit_case expire_cases[] = {
	KUNIT_CASE(expire_by_packets),
	KUNIT_CASE(expire_by_both),
	KUNIT_CASE(expire_by_the_stack),
	KUNIT_CASE_PARAM(expire_waiting, stack_kind_gen_params),
	KUNIT_CASE(expire_all),
	KUNIT_CASE_PARAM(expire_clean_slate, stack_kind_gen_params),
	KUNIT_CASE(expire_first_epoch),
	KUNIT_CASE(expire_counts),
	{}
};

static struct kunit_suite expire_suite = {
	.name = "flowlane_steer_expire",
	.exit = mock_exit,
	.test_cases = expire_cases,
};

kunit_test_suite(expire_suite);
