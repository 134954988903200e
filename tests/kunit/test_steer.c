// SPDX-License-Identifier: GPL-2.0
/*
 * Steering by buckets: single flows and their consumers, flows that want the same
 * bucket or slot, requests that cannot be met, ids.
 */
#include "seam.h"
#include "stack.h"

KUNIT_ARRAY_PARAM(stack_kind, stack_kinds, stack_kind_desc);

static struct stack *steer_create(struct kunit *test, u32 max)
{
	struct stack *stack = stack_create(test, max, 0);

	if (test->param_value)
		stack->suppresses = *(const bool *)test->param_value;
	return stack;
}

static struct fl_steer_stats steer_stats(struct stack *stack)
{
	struct fl_steer_stats stats;

	fl_steer_stats(&stack->mock->fl, &stats);
	return stats;
}

static void steer_expect_home(struct stack *stack, const struct stack_flow *f)
{
	struct kunit *test = stack->mock->test;
	const struct fl_flow *slot = stack_slot(stack, f);

	stack_round(stack);
	KUNIT_EXPECT_EQ(test, f->at, f->want);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_EXPECT_TRUE(test, slot->led);
	KUNIT_EXPECT_EQ(test, slot->lane, f->want);
}

/* At its first request, and after that whenever its consumer moves. */
static void steer_one(struct kunit *test)
{
	struct stack *stack = steer_create(test, 1);
	struct stack_flow *f = stack_add(stack, 128 * 7, 10, 1);
	struct mock *mock = stack->mock;
	u16 want;

	stack_round(stack);
	KUNIT_EXPECT_GE(test, f->said, 0);
	KUNIT_EXPECT_EQ(test, mock->bucket_moves, 1);
	steer_expect_home(stack, f);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).added, 1);
	for (want = 2; want < 20; want++) {
		stack_epochs(stack, 2);
		stack_want(f, want % MOCK_LANES);
		f->asks = 0;
		stack_round(stack);
		steer_expect_home(stack, f);
		KUNIT_EXPECT_LE(test, f->asks, 3);
	}
	KUNIT_EXPECT_EQ(test, mock->bucket_moves, 19);
	KUNIT_EXPECT_EQ(test, f->moves, 19);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).added, 1);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).moved, 18);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).busy, 0);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 1);
}

/* A consumer that moves all the time moves its bucket once an epoch at most, and is
 * followed when it rests.
 */
static void steer_restless(struct kunit *test)
{
	struct stack *stack = steer_create(test, 1);
	struct stack_flow *f = stack_add(stack, 5, 10, 0);
	struct mock *mock = stack->mock;
	int epoch, i;

	stack_start(stack);
	for (epoch = 0; epoch < 20; epoch++) {
		u32 before = mock->bucket_moves;

		for (i = 0; i < 10; i++) {
			stack_want(f, (f->want + 1) % MOCK_LANES);
			stack_round(stack);
		}
		KUNIT_EXPECT_LE(test, mock->bucket_moves - before, 1);
		stack_epoch(stack);
	}
	stack_epochs(stack, FL_BUCKET_STAYS + 1);
	steer_expect_home(stack, f);
}

static void steer_refused(struct kunit *test)
{
	struct stack *stack = steer_create(test, 3);
	struct stack_flow *l3 = stack_add(stack, 1, 1, 2);
	struct stack_flow *soft = stack_add(stack, 2, 1, 3);
	struct stack_flow *f = stack_add(stack, 3, 1, MOCK_LANES);

	l3->l4 = false;
	KUNIT_EXPECT_EQ(test, stack_ask(stack, l3), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, stack_ask_as(stack, soft, 2, 3, true),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, stack_ask(stack, f), -EINVAL);
	f->want = U16_MAX;
	KUNIT_EXPECT_EQ(test, stack_ask(stack, f), -EINVAL);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).refused, 4);
	mock_set_feature(stack->mock, NETIF_F_NTUPLE, false);
	f->want = 1;
	KUNIT_EXPECT_EQ(test, stack_ask(stack, f), -EINVAL);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).refused, 5);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_writes, 0);
	stack_expect_rest(stack);
}

/* Its consumer moves once more before the epoch has ended: with that it follows. */
static void steer_twice(struct kunit *test)
{
	struct stack *stack = steer_create(test, 1);
	struct stack_flow *f = stack_add(stack, 128 * 7, 10, 1);

	stack_start(stack);
	stack_epochs(stack, 1);
	stack_want(f, 2);
	stack_round(stack);
	steer_expect_home(stack, f);
	stack_want(f, 3);
	stack_round(stack);
	KUNIT_EXPECT_EQ(test, f->said, -EBUSY);
	stack_epochs(stack, 1);
	steer_expect_home(stack, f);
}

/* Two flows that want their bucket on different lanes. @rate: of the second, for
 * 10 packets of the first; @wins: it gets the bucket in the end.
 */
static void steer_pair(struct kunit *test, u16 rate, bool wins)
{
	struct stack *stack = steer_create(test, 2);
	struct stack_flow *a = stack_add(stack, 8, 10, 1);
	struct stack_flow *b = stack_add(stack, 8 + 128, rate, 2);

	stack_epochs(stack, 100);
	steer_expect_home(stack, wins ? b : a);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_moves, wins ? 2 : 1);
	KUNIT_EXPECT_GE(test, steer_stats(stack).busy, 1);
	/* Each lane that a flow comes on may ask once more. */
	KUNIT_EXPECT_LE(test, a->asks, 3 * MOCK_LANES);
	KUNIT_EXPECT_LE(test, b->asks, 3 * MOCK_LANES);
}

static void steer_ties_stay(struct kunit *test)
{
	steer_pair(test, 10, false);
}

static void steer_slightly_heavier_stays(struct kunit *test)
{
	steer_pair(test, 14, false);
}

static void steer_heavier_wins(struct kunit *test)
{
	steer_pair(test, 17, true);
}

/* Now one is heavier, now the other: a bucket stays where it was put for a while. */
static void steer_alternate(struct kunit *test)
{
	struct stack *stack = steer_create(test, 2);
	struct stack_flow *a = stack_add(stack, 8, 1, 1);
	struct stack_flow *b = stack_add(stack, 8 + 128, 1, 2);
	const u32 epochs = 120;
	u32 i;

	for (i = 0; i < epochs; i++) {
		a->rate = i / 12 % 2 ? 100 : 1;
		b->rate = i / 12 % 2 ? 1 : 100;
		stack_epochs(stack, 1);
	}
	KUNIT_EXPECT_LE(test, stack->mock->bucket_moves,
			epochs / FL_BUCKET_STAYS + 2);
	KUNIT_EXPECT_GT(test, stack->mock->bucket_moves, 2);
}

/* The same, and their consumers move as well: requests move a bucket once an epoch. */
static void steer_alternate_restless(struct kunit *test)
{
	struct stack *stack = steer_create(test, 2);
	struct stack_flow *a = stack_add(stack, 8, 1, 1);
	struct stack_flow *b = stack_add(stack, 8 + 128, 1, 2);
	u32 i, before;

	for (i = 0; i < 60; i++) {
		a->rate = i % 2 ? 100 : 0;
		b->rate = i % 2 ? 0 : 100;
		stack_want(a, (a->want + 1) % MOCK_LANES);
		stack_want(b, (b->want + 1) % MOCK_LANES);
		before = stack->mock->bucket_moves;
		stack_round(stack);
		stack_round(stack);
		KUNIT_EXPECT_LE(test, stack->mock->bucket_moves - before, 1);
		stack_epoch(stack);
		KUNIT_EXPECT_LE(test, stack->mock->bucket_moves - before, 2);
	}
}

/* A flow that has ended, as yet known, does not keep its bucket from another. */
static void steer_idle_loses(struct kunit *test)
{
	struct stack *stack = steer_create(test, 2);
	struct stack_flow *a = stack_add(stack, 8, 100, 1);
	struct stack_flow *b = stack_add(stack, 8 + 128, 0, 2);

	stack_start(stack);
	steer_expect_home(stack, a);
	a->rate = 0;
	b->rate = 2;
	stack_round(stack);
	KUNIT_EXPECT_EQ(test, b->said, -EBUSY);
	stack_epochs(stack, FL_SILENT + 1);
	steer_expect_home(stack, b);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_moves, 2);
}

/* Flows that nobody has asked for weigh for their bucket's place as it is. */
static void steer_others_weigh(struct kunit *test)
{
	struct stack *stack = steer_create(test, 3);
	struct stack_flow *a = stack_add(stack, 8, 10, 1);
	struct stack_flow *other = stack_add(stack, 8 + 256, 100, 0);
	struct stack_flow *start = stack_add(stack, 9, 1, 3);

	a->rate = 0;
	stack_start(stack);
	KUNIT_EXPECT_EQ(test, start->at, start->want);
	a->rate = 10;
	stack_epochs(stack, 20);
	KUNIT_EXPECT_EQ(test, a->said, -EBUSY);
	KUNIT_EXPECT_EQ(test, a->at, 0);
	KUNIT_EXPECT_EQ(test, other->at, 0);
	other->rate = 5;
	/* It takes that long for its rate to be known. */
	stack_epochs(stack, 40);
	steer_expect_home(stack, a);
	KUNIT_EXPECT_EQ(test, other->moves, 1);
}

/* Two flows of one slot: it is the first one's until that falls silent. */
static void steer_slot(struct kunit *test)
{
	struct stack *stack = steer_create(test, 2);
	struct stack_flow *a = stack_add(stack, 8, 10, 1);
	struct stack_flow *b = stack_add(stack, 8 + FL_FLOWS, 10, 2);
	int first;

	stack_epochs(stack, 40);
	steer_expect_home(stack, a);
	first = a->said;
	KUNIT_EXPECT_EQ(test, b->said, -ENOSPC);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).table_full, b->asks);
	KUNIT_EXPECT_LE(test, b->asks, MOCK_LANES);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_moves, 1);

	/* By the stack's word: packets are counted by slots. */
	a->rate = 0;
	stack_epochs(stack, 2);
	stack_want(b, 3);
	stack_round(stack);
	steer_expect_home(stack, b);
	KUNIT_EXPECT_NE(test, b->said, first);
	KUNIT_EXPECT_EQ(test, b->said % FL_FLOWS, first % FL_FLOWS);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), 1);
	KUNIT_EXPECT_EQ(test, steer_stats(stack).expired, 1);
}

/* Two flows that send a packet now and then, each after the other has fallen silent:
 * no more than one move an epoch, whatever the stack asks for.
 */
static void steer_slot_in_turns(struct kunit *test)
{
	struct stack *stack = steer_create(test, 2);
	struct stack_flow *a = stack_add(stack, 8, 1, 1);
	struct stack_flow *b = stack_add(stack, 8 + FL_FLOWS, 0, 2);
	u32 i, before;

	stack_start(stack);
	for (i = 0; i < 60; i++) {
		a->rate = i % 6 == 0;
		b->rate = i % 6 == 3;
		before = stack->mock->bucket_moves;
		stack_epochs(stack, 1);
		KUNIT_EXPECT_LE(test, stack->mock->bucket_moves - before, 1);
	}
	KUNIT_EXPECT_LE(test, stack->mock->bucket_moves, 21);
}

/* An id says which slot it is of, but not which flow: it has to differ from those of
 * the slot's flows before.
 */
static void steer_ids(struct kunit *test)
{
	static const u32 hashes[] = { 77, FL_FLOWS - 1 };
	struct stack *stack = steer_create(test, 2 * 20);
	int said[20], h, i, k;

	for (h = 0; h < ARRAY_SIZE(hashes); h++) {
		for (i = 0; i < ARRAY_SIZE(said); i++) {
			struct stack_flow *f;

			f = stack_add(stack, hashes[h] + i * FL_FLOWS, 1,
				      (hashes[h] + 1 + i) % MOCK_LANES);
			said[i] = stack_ask(stack, f);
			/* It may want what its predecessor has left behind. */
			KUNIT_ASSERT_GE(test, said[i], 0);
			KUNIT_ASSERT_LT(test, said[i], 0xffff);
			KUNIT_EXPECT_EQ(test, said[i] % FL_FLOWS, hashes[h]);
			for (k = max(0, i - FL_FLOW_GENERATIONS + 1); k < i; k++)
				KUNIT_ASSERT_NE(test, said[i], said[k]);
			f->rate = 0;
			stack_epochs(stack, 2);
		}
	}
	KUNIT_EXPECT_EQ(test, steer_stats(stack).table_full, 0);
}

static struct kunit_case steer_cases[] = {
	KUNIT_CASE_PARAM(steer_one, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_twice, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_restless, stack_kind_gen_params),
	KUNIT_CASE(steer_refused),
	KUNIT_CASE_PARAM(steer_ties_stay, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_slightly_heavier_stays, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_heavier_wins, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_alternate, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_alternate_restless, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_idle_loses, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_others_weigh, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_slot, stack_kind_gen_params),
	KUNIT_CASE_PARAM(steer_slot_in_turns, stack_kind_gen_params),
	KUNIT_CASE(steer_ids),
	{}
};

static struct kunit_suite steer_suite = {
	.name = "flowlane_steer",
	.exit = mock_exit,
	.test_cases = steer_cases,
};

kunit_test_suite(steer_suite);
