// SPDX-License-Identifier: GPL-2.0
/* Steering by the device's filters: who gets one, who has to give it back, and when. */
#include <linux/delay.h>

#include "seam.h"
#include "stack.h"

#define FILTERS		8

KUNIT_ARRAY_PARAM(stack_kind, stack_kinds, stack_kind_desc);

static struct stack *filter_create(struct kunit *test, u32 max)
{
	struct stack *stack = stack_create(test, max, FILTERS);

	if (test->param_value)
		stack->suppresses = *(const bool *)test->param_value;
	return stack;
}

/* Flows of one bucket, so that only filters can lead them to different lanes. */
static void filter_flows(struct stack *stack, u32 n, u16 rate)
{
	u32 i;

	for (i = 0; i < n; i++)
		stack_add(stack, 4 + 128 * i, rate, 1 + i % (MOCK_LANES - 1));
}

/* Filters of flows that the device has; each knows its flow and nothing else. */
static u32 filter_used(struct stack *stack)
{
	struct mock *mock = stack->mock;
	struct kunit *test = mock->test;
	u32 n = 0;
	int i, k;

	for (i = 0; i < FILTERS; i++) {
		const struct fl_filter *filter = &mock->filter[i];
		const struct stack_flow *f = NULL;

		KUNIT_EXPECT_MEMEQ(test, filter, &mock->fl.filter[i],
				   sizeof(*filter));
		if (filter->owner != FL_FILTER_FLOW)
			continue;
		n++;
		for (k = 0; k < stack->n; k++)
			if (!memcmp(&stack->flow[k].key, &filter->key,
				    sizeof(filter->key)))
				f = &stack->flow[k];
		KUNIT_ASSERT_NOT_NULL(test, f);
		KUNIT_ASSERT_NOT_NULL(test, stack_slot(stack, f));
		KUNIT_EXPECT_EQ(test, stack_slot(stack, f)->filter, i);
		KUNIT_EXPECT_EQ(test, filter->match, FL_MATCH_ALL);
		KUNIT_EXPECT_EQ(test, filter->lane, f->want);
	}
	return n;
}

static u32 filter_home(struct stack *stack)
{
	u32 i, n = 0;

	for (i = 0; i < stack->n; i++)
		n += stack->flow[i].at == stack->flow[i].want;
	return n;
}

/* A user's rule takes a filter. */
static void filter_take(struct stack *stack, int i)
{
	struct fl_dev *fl = &stack->mock->fl;

	spin_lock_bh(&fl->steer_lock);
	fl_steer_evict_locked(fl, i);
	fl->filter[i] = (struct fl_filter) { .owner = FL_FILTER_RULE };
	fl->ops->set_filter(fl, i);
	spin_unlock_bh(&fl->steer_lock);
}

static void filter_one(struct kunit *test)
{
	struct stack *stack = filter_create(test, 1);
	struct mock *mock = stack->mock;
	struct stack_flow *f;
	u32 i, n;

	filter_flows(stack, 1, 10);
	f = stack->flow;
	for (i = 0; i < 12; i++) {
		u32 before = mock->filter_writes;

		stack_want(f, i % MOCK_LANES);
		/* Two do, if no CPU of the guest is late. */
		for (n = 0; n < 20 && (n < 2 || f->at != f->want); n++)
			stack_round(stack);
		KUNIT_EXPECT_EQ(test, f->at, f->want);
		/* Not one for each packet that asked. */
		KUNIT_EXPECT_LE(test, mock->filter_writes - before, 1);
		stack_epoch(stack);
	}
	KUNIT_EXPECT_EQ(test, filter_used(stack), 1);
	KUNIT_EXPECT_EQ(test, mock->bucket_writes, 0);
	KUNIT_EXPECT_EQ(test, mock->filter[FILTERS - 1].owner, FL_FILTER_FLOW);
}

static void filter_eight(struct kunit *test)
{
	struct stack *stack = filter_create(test, FILTERS);

	filter_flows(stack, FILTERS, 10);
	stack_epochs(stack, 20);
	KUNIT_EXPECT_EQ(test, filter_home(stack), FILTERS);
	KUNIT_EXPECT_EQ(test, filter_used(stack), FILTERS);
	KUNIT_EXPECT_EQ(test, stack->mock->filter_writes, FILTERS);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_writes, 0);
}

/* The ninth has the bucket to itself. */
static void filter_nine(struct kunit *test)
{
	struct stack *stack = filter_create(test, FILTERS + 1);

	filter_flows(stack, FILTERS + 1, 10);
	stack_epochs(stack, 20);
	KUNIT_EXPECT_EQ(test, filter_home(stack), FILTERS + 1);
	KUNIT_EXPECT_EQ(test, filter_used(stack), FILTERS);
	KUNIT_EXPECT_EQ(test, stack->mock->filter_writes, FILTERS);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_moves, 1);
}

/* Only TCP and UDP over IPv4; the others go by their bucket. */
static void filter_kinds(struct kunit *test)
{
	struct stack *stack = filter_create(test, 4);
	int i;

	for (i = 0; i < 4; i++) {
		struct stack_flow *f = stack_add(stack, 4 + i, 10, (i + 1) % 4);

		if (i & 1)
			f->key.l3 = htons(ETH_P_IPV6);
		if (i & 2)
			f->key.proto = IPPROTO_UDP;
	}
	stack_epochs(stack, 4);
	KUNIT_EXPECT_EQ(test, filter_home(stack), 4);
	KUNIT_EXPECT_EQ(test, filter_used(stack), 2);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_moves, 2);
}

/* One that the device does not hash needs no hash for a filter. Packets of other flows
 * that are counted in its slot are not its own.
 */
static void filter_without_hash(struct kunit *test)
{
	struct stack *stack = filter_create(test, FILTERS + 2);
	struct stack_flow *soft = stack_add(stack, 5, 1, 2);
	struct stack_flow *other = stack_add(stack, 5 + FL_FLOWS, 100,
					     STACK_NOBODY);

	soft->l4 = false;
	KUNIT_EXPECT_GE(test, stack_ask(stack, soft), 0);
	mock_settle(stack->mock);
	KUNIT_EXPECT_EQ(test, filter_used(stack), 1);
	filter_flows(stack, FILTERS - 1, 10);
	stack_epochs(stack, 20);
	KUNIT_EXPECT_EQ(test, filter_used(stack), FILTERS);
	KUNIT_ASSERT_NOT_NULL(test, stack_slot(stack, soft));
	filter_take(stack, stack_slot(stack, soft)->filter);
	KUNIT_EXPECT_EQ(test, stack_slot(stack, soft)->filter, FL_NO_FILTER);
	/* A neighbour that asks for its bucket: lane 1 stays, where all come. */
	stack_add(stack, 5 + 128, 1, 3);
	stack_epochs(stack, 20);
	KUNIT_EXPECT_EQ(test, other->at, 1);
	KUNIT_EXPECT_EQ(test, other->moves, 1);
}

/* A user's rule takes one: its flow goes by its bucket, or waits. */
static void filter_evict(struct kunit *test)
{
	struct stack *stack = filter_create(test, FILTERS);
	struct mock *mock = stack->mock;
	int i;

	filter_flows(stack, FILTERS, 10);
	stack_epochs(stack, 6);
	KUNIT_ASSERT_EQ(test, filter_used(stack), FILTERS);
	for (i = 0; i < FILTERS; i++) {
		filter_take(stack, i);
		stack_epochs(stack, 6);
		KUNIT_EXPECT_EQ(test, filter_used(stack), FILTERS - 1 - i);
		KUNIT_EXPECT_EQ(test, mock->fl.filter[i].owner, FL_FILTER_RULE);
	}
	/* Their bucket goes with one of the lanes that they want. */
	KUNIT_EXPECT_GE(test, filter_home(stack), FILTERS / (MOCK_LANES - 1));
}

/* Light flows came first. Heavy ones get their filters, one an epoch. */
static void filter_heavy(struct kunit *test)
{
	struct stack *stack = filter_create(test, 2 * FILTERS);
	u32 i, before, epochs = 0;

	filter_flows(stack, FILTERS, 1);
	stack_epochs(stack, 6);
	KUNIT_ASSERT_EQ(test, filter_used(stack), FILTERS);
	filter_flows(stack, FILTERS, 100);
	/* They want what the others do: leave them one bucket for three lanes. */
	for (i = 0; i < FILTERS; i++)
		stack->flow[FILTERS + i].hash += 128 * FILTERS;
	do {
		before = stack->mock->filter_writes;
		stack_epochs(stack, 1);
		/* Out of the device, and in again for another. */
		KUNIT_EXPECT_LE(test, stack->mock->filter_writes - before, 2);
	} while (++epochs < 30);
	for (i = FILTERS; i < 2 * FILTERS; i++)
		KUNIT_EXPECT_EQ_MSG(test, stack->flow[i].at,
				    stack->flow[i].want, "flow %u", i);
	filter_used(stack);

	/* Equal flows do not take them from each other. */
	for (i = 0; i < 2 * FILTERS; i++)
		stack->flow[i].rate = 50;
	stack_epochs(stack, 6);
	before = stack->mock->filter_writes;
	stack_epochs(stack, 40);
	KUNIT_EXPECT_EQ(test, stack->mock->filter_writes, before);
}

/* Filters of flows that have ended are free again. */
static void filter_expire(struct kunit *test)
{
	struct stack *stack = filter_create(test, FILTERS + 2);
	u32 i;

	filter_flows(stack, FILTERS, 10);
	stack_epochs(stack, 6);
	for (i = 0; i < FILTERS / 2; i++)
		stack->flow[i].rate = 0;
	stack_epochs(stack, FL_QUIET_EXPIRED);
	KUNIT_EXPECT_EQ(test, filter_used(stack), FILTERS / 2);
	stack_add(stack, 4 + 128 * 20, 10, 3);
	stack_round(stack);
	stack_round(stack);
	KUNIT_EXPECT_EQ(test, filter_used(stack), FILTERS / 2 + 1);
	for (i = 0; i < stack->n; i++)
		stack->flow[i].rate = 0;
	stack_epochs(stack, FL_QUIET_EXPIRED + 1);
	stack_expect_rest(stack);
}

/* A filter is told when the lane that its flow comes on has run dry. */
static void filter_waits(struct kunit *test)
{
	struct stack *stack = filter_create(test, 1);
	struct mock *mock = stack->mock;
	struct fl_lane *lane = &mock->fl.lane[0];
	bool taken;

	filter_flows(stack, 1, 10);
	local_bh_disable();
	taken = napi_schedule_prep(&lane->napi);
	stack_ask(stack, stack->flow);
	local_bh_enable();
	KUNIT_ASSERT_TRUE(test, taken);
	KUNIT_EXPECT_GE(test, stack->flow->said, 0);
	mock_poll(mock, 1, 64);
	KUNIT_EXPECT_EQ(test, mock->filter_writes, 0);
	local_bh_disable();
	mock->fl.poll(&lane->napi, 64);
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, mock->filter_writes, 1);
	KUNIT_EXPECT_EQ(test, filter_used(stack), 1);
}

/* A flow whose filter goes leaves that one's lane. */
static void filter_drop_holds(struct kunit *test)
{
	struct stack *stack = filter_create(test, 1);
	struct fl_lane *lane = stack->mock->fl.lane;
	struct stack_flow *f = stack->flow;
	int tries = 10000;

	filter_flows(stack, 1, 10);
	stack_want(f, 2);
	stack_epochs(stack, 2);
	KUNIT_ASSERT_EQ(test, f->at, 2);
	KUNIT_ASSERT_EQ(test, stack->mock->rss.lane[f->hash % 128], 0);
	local_bh_disable();
	filter_take(stack, stack_slot(stack, f)->filter);
	KUNIT_EXPECT_EQ(test, lane[2].moving, FL_MOVE_TOLD);
	KUNIT_EXPECT_EQ(test, lane[0].held, 1);
	local_bh_enable();
	while (READ_ONCE(lane[0].held) && tries--)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, lane[0].held, 0);
	KUNIT_EXPECT_EQ(test, lane[2].moving, 0);
}

/* Down before the device was told, and up again; off and on. */
static void filter_port(struct kunit *test)
{
	struct stack *stack = filter_create(test, FILTERS + 1);
	struct mock *mock = stack->mock;

	filter_flows(stack, FILTERS + 1, 10);
	stack_epochs(stack, 6);
	KUNIT_ASSERT_EQ(test, filter_used(stack), FILTERS);
	memset(mock->filter, 0xff, sizeof(mock->filter));
	mock_reset(mock);
	KUNIT_EXPECT_EQ(test, filter_used(stack), FILTERS);
	stack_round(stack);
	KUNIT_EXPECT_EQ(test, filter_home(stack), FILTERS + 1);

	mock_set_feature(mock, NETIF_F_NTUPLE, false);
	KUNIT_EXPECT_EQ(test, filter_used(stack), 0);
	stack_expect_rest(stack);
	mock_set_feature(mock, NETIF_F_NTUPLE, true);

	stack->suppresses = false;
	stack_want(stack->flow, 0);
	stack_round(stack);
	stack_want(stack->flow, 2);
	stack_epochs(stack, 3);
	KUNIT_EXPECT_GE(test, filter_used(stack), 1);
	mock_stop(mock);
	stack_expect_rest(stack);
	memset(mock->filter, 0xff, sizeof(mock->filter));
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	KUNIT_EXPECT_EQ(test, filter_used(stack), 0);
	stack_expect_rest(stack);
}

static struct kunit_case filter_cases[] = {
	KUNIT_CASE_PARAM(filter_one, stack_kind_gen_params),
	KUNIT_CASE_PARAM(filter_eight, stack_kind_gen_params),
	KUNIT_CASE_PARAM(filter_nine, stack_kind_gen_params),
	KUNIT_CASE(filter_kinds),
	KUNIT_CASE(filter_without_hash),
	KUNIT_CASE(filter_evict),
	KUNIT_CASE_PARAM(filter_heavy, stack_kind_gen_params),
	KUNIT_CASE(filter_expire),
	KUNIT_CASE(filter_waits),
	KUNIT_CASE(filter_drop_holds),
	KUNIT_CASE(filter_port),
	{}
};

static struct kunit_suite filter_suite = {
	.name = "flowlane_steer_filter",
	.exit = mock_exit,
	.test_cases = filter_cases,
};

kunit_test_suite(filter_suite);
