// SPDX-License-Identifier: GPL-2.0
/*
 * Many flows at once: a full table is the normal state. What the device is told stays
 * bounded, and as many packets as can be come where they are wanted.
 */
#include <linux/prandom.h>

#include "seam.h"
#include "stack.h"

/* Flows, epochs, and what chance they follow. */
struct many {
	bool suppresses;
	u8 filters;
	u32 flows;
	u32 epochs;
	u32 seed;
};

static const struct many many_params[] = {
	{ false, 0, 129, 48, 1 },
	{ true, 0, 129, 48, 2 },
	{ false, 0, 40, 48, 3 },
	{ true, 8, 40, 48, 4 },
	{ false, 0, 400, 48, 5 },
	{ true, 0, 400, 48, 6 },
	{ true, 8, 400, 48, 7 },
	{ false, 0, 1500, 48, 8 },
};

static void many_desc(const struct many *many, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u flows, %u filters, %s",
		 many->flows, many->filters,
		 many->suppresses ? "asks once" : "asks for each packet");
}

KUNIT_ARRAY_PARAM(many, many_params, many_desc);

/* How often each bucket was moved, and the most that an epoch has seen. */
struct many_moves {
	u8 lane[FL_RSS_TABLE_MAX];
	u16 bucket[FL_RSS_TABLE_MAX];
};

static void many_count(struct stack *stack, struct many_moves *moves)
{
	const struct mock *mock = stack->mock;
	int i;

	for (i = 0; i < FL_RSS_TABLE_MAX; i++) {
		moves->bucket[i] += moves->lane[i] != mock->rss.lane[i];
		moves->lane[i] = mock->rss.lane[i];
	}
}

/* Flows whose weights differ as they do in life, and their consumers, by chance. */
static void many_flows(struct stack *stack, u32 flows, u32 seed)
{
	struct rnd_state rnd;
	u32 i;

	prandom_seed_state(&rnd, seed);
	for (i = 0; i < flows; i++) {
		u32 x = prandom_u32_state(&rnd);
		u16 rate = 1 << (x >> 4) % 5;

		stack_add(stack, prandom_u32_state(&rnd), rate,
			  x % MOCK_LANES);
	}
}

/* Packets of a round that come home if each bucket is where most of its packets are
 * wanted.
 */
static u32 many_best(const struct stack *stack)
{
	u32 b, i, sum = 0;

	for (b = 0; b < FL_RSS_TABLE_MAX; b++) {
		u32 weight[MOCK_LANES] = {};
		u32 best = 0;

		for (i = 0; i < stack->n; i++)
			if (stack->flow[i].hash % FL_RSS_TABLE_MAX == b)
				weight[stack->flow[i].want] +=
					stack->flow[i].rate;
		for (i = 0; i < MOCK_LANES; i++)
			best = max(best, weight[i]);
		sum += best;
	}
	return sum;
}

/* A consumer of every eighth flow moves, as it does in life. */
static void many_stir(struct stack *stack)
{
	u32 i;

	for (i = 0; i < stack->n; i += 8)
		stack_want(&stack->flow[i],
			   (stack->flow[i].want + 1) % MOCK_LANES);
}

static void many_settle(struct kunit *test)
{
	const struct many *many = test->param_value;
	struct stack *stack = stack_create(test, many->flows, many->filters);
	struct many_moves moves = {};
	u32 epoch, i, asks = 0;

	stack->suppresses = many->suppresses;
	memcpy(moves.lane, stack->mock->rss.lane, sizeof(moves.lane));
	many_flows(stack, many->flows, many->seed);
	for (epoch = 0; epoch < many->epochs; epoch++) {
		if (epoch == many->epochs / 3)
			many_stir(stack);
		stack_round(stack);
		many_count(stack, &moves);
		stack_epoch(stack);
		many_count(stack, &moves);
	}
	stack_round(stack);
	kunit_info(test, "%u of %u, best %u", stack->home, stack->packets,
		   many_best(stack));
	KUNIT_EXPECT_GE(test, 10 * stack->home, 9 * many_best(stack));
	for (i = 0; i < FL_RSS_TABLE_MAX; i++)
		KUNIT_EXPECT_LE(test, moves.bucket[i],
				2 + many->epochs / FL_BUCKET_STAYS);
	for (i = 0; i < stack->n; i++)
		asks += stack->flow[i].asks;
	kunit_info(test, "%u requests, %u moves", asks,
		   stack->mock->bucket_moves);

	/* Nothing moves when nothing changes; that was one round more than usual. */
	stack_epochs(stack, 3 * FL_BUCKET_STAYS);
	i = stack->mock->bucket_moves + stack->mock->filter_writes;
	stack_epochs(stack, 2 * FL_BUCKET_STAYS);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_moves +
			stack->mock->filter_writes, i);
}

/* More flows than slots. */
static void many_full(struct kunit *test)
{
	struct stack *stack = stack_create(test, 10000, 8);
	struct fl_steer *s = stack->mock->fl.steer;
	struct mock *mock = stack->mock;
	u32 epoch, before, i;

	many_flows(stack, 10000, 1);
	for (epoch = 0; epoch < 8; epoch++) {
		before = mock->bucket_moves;
		stack_epochs(stack, 1);
		/* By a request, and by weight. */
		KUNIT_EXPECT_LE(test, mock->bucket_moves - before,
				2 * FL_RSS_TABLE_MAX);
	}
	KUNIT_EXPECT_GT(test, s->stats.table_full, 1000);
	KUNIT_EXPECT_GT(test, s->flows, FL_FLOWS * 3 / 4);
	KUNIT_EXPECT_LE(test, s->flows, FL_FLOWS);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), s->flows);
	kunit_info(test, "%u of %u, best %u, %u flows", stack->home,
		   stack->packets, many_best(stack), s->flows);
	KUNIT_EXPECT_GE(test, 2 * stack->home, many_best(stack));
	for (i = 0; i < stack->n; i++)
		stack->flow[i].rate = 0;
	for (i = 0; i < FL_QUIET_LED; i++)
		stack_epoch(stack);
	stack_expect_rest(stack);
}

static struct kunit_case many_cases[] = {
	KUNIT_CASE_PARAM(many_settle, many_gen_params),
	KUNIT_CASE(many_full),
	{}
};

static struct kunit_suite many_suite = {
	.name = "flowlane_steer_many",
	.exit = mock_exit,
	.test_cases = many_cases,
};

kunit_test_suite(many_suite);
