// SPDX-License-Identifier: GPL-2.0
/*
 * Steering and what users do to the port: another table, key or number of lanes,
 * resets, down and up, ntuple off; and all of that at once, from all sides.
 */
#include <linux/delay.h>
#include <linux/ip.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/rtnetlink.h>

#include "seam.h"
#include "stack.h"

/* Lanes that flows are led to: each flow in a bucket of its own. */
static const u16 port_wants[] = { 3, 2, 1, 0, 3, 2 };

#define PORT_FLOWS	ARRAY_SIZE(port_wants)

/* Flows that are all where they are wanted, by steered buckets 0, 1, 2, ... */
static struct stack *port_create(struct kunit *test)
{
	struct stack *stack = stack_create(test, PORT_FLOWS + 2, 0);
	int i;

	for (i = 0; i < PORT_FLOWS; i++)
		stack_add(stack, i, 10, port_wants[i]);
	stack_epochs(stack, 4);
	KUNIT_ASSERT_EQ(test, stack->home, stack->packets);
	KUNIT_ASSERT_EQ(test, stack_flows(stack), PORT_FLOWS);
	return stack;
}

/* A user's table: all buckets on one lane; or another key. */
static void port_set(struct stack *stack, int lane, u8 *key)
{
	struct ethtool_rxfh_param param = { .key = key };
	struct mock *mock = stack->mock;
	u32 indir[FL_RSS_TABLE_MAX];
	int i, err;

	for (i = 0; i < FL_RSS_TABLE_MAX; i++)
		indir[i] = lane;
	if (!key)
		param.indir = indir;
	rtnl_lock();
	err = fl_set_rxfh(mock->fl.netdev, &param, NULL);
	if (!err && !key)
		seam_rxfh_configured = true;
	rtnl_unlock();
	KUNIT_ASSERT_EQ(mock->test, err, 0);
}

static int port_lanes(struct mock *mock, u16 lanes)
{
	struct fl_config cfg = mock->fl.cfg;

	cfg.lanes = lanes;
	return mock_reconfigure(mock, &cfg);
}

/* All flows known are led, and come where they are wanted. */
static void port_expect_home(struct stack *stack, u32 flows)
{
	struct kunit *test = stack->mock->test;
	u32 i;

	stack_round(stack);
	KUNIT_EXPECT_EQ(test, stack_flows(stack), flows);
	for (i = 0; i < stack->n; i++) {
		const struct fl_flow *slot = stack_slot(stack, &stack->flow[i]);

		if (!slot)
			continue;
		KUNIT_EXPECT_TRUE(test, slot->led);
		KUNIT_EXPECT_EQ(test, stack->flow[i].at, slot->lane);
	}
}

/* Steered buckets stay where they are, all others follow the user. */
static void port_table(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct mock *mock = stack->mock;
	u32 i;

	port_set(stack, 2, NULL);
	for (i = PORT_FLOWS; i < FL_RSS_TABLE_MAX; i++)
		KUNIT_EXPECT_EQ(test, mock->rss.lane[i], 2);
	port_expect_home(stack, PORT_FLOWS);
	for (i = 0; i < PORT_FLOWS; i++)
		stack->flow[i].rate = 0;
	stack_epochs(stack, FL_QUIET_EXPIRED);
	KUNIT_EXPECT_EQ(test, mock->rss.lane[0], 2);
	stack_expect_rest(stack);
}

/* A flow that the table led, and leads no more. */
static void port_table_leaves(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct stack_flow *f = stack_add(stack, 64 + 1, 0, 1);
	struct fl_flow *slot;

	/* It was on its way while the table changed. */
	KUNIT_EXPECT_GE(test, stack_ask_as(stack, f, 0, 1, false), 0);
	slot = stack_slot(stack, f);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	KUNIT_EXPECT_TRUE(test, slot->led);
	port_set(stack, 2, NULL);
	KUNIT_EXPECT_FALSE(test, slot->led);
	f->rate = 10;
	stack_round(stack);
	KUNIT_EXPECT_EQ(test, f->at, 2);
	port_expect_home(stack, PORT_FLOWS + 1);
}

/* A flow that waits for its bucket, and is led there by the user. */
static void port_table_leads(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct stack_flow *other, *f;

	other = stack_add(stack, 64 + 128, 100, STACK_NOBODY);
	stack_epochs(stack, 1);
	f = stack_add(stack, 64, 1, 2);
	stack_epochs(stack, 2);
	KUNIT_EXPECT_EQ(test, other->at, 0);
	KUNIT_ASSERT_NOT_NULL(test, stack_slot(stack, f));
	KUNIT_EXPECT_FALSE(test, stack_slot(stack, f)->led);
	port_set(stack, 2, NULL);
	KUNIT_EXPECT_TRUE(test, stack_slot(stack, f)->led);
	port_expect_home(stack, PORT_FLOWS + 1);
}

/* Another key or other fields, another hash: everything begins anew. */
static void port_rehash(struct kunit *test)
{
	const struct ethtool_rxfh_fields fields = {
		.flow_type = UDP_V4_FLOW,
		.data = RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3,
	};
	struct stack *stack = port_create(test);
	struct mock *mock = stack->mock;
	u8 key[FL_RSS_KEY_MAX] = { 1, 2, 3 };

	port_set(stack, 0, key);
	stack_expect_users(stack);
	stack_round(stack);
	port_expect_home(stack, PORT_FLOWS);
	rtnl_lock();
	fl_set_rxfh_fields(mock->fl.netdev, &fields, NULL);
	rtnl_unlock();
	stack_expect_rest(stack);
}

/* Flows of lanes that are gone are forgotten, those of others are not. */
static void port_fewer_lanes(struct kunit *test)
{
	struct stack *stack = port_create(test);
	u32 i;

	KUNIT_ASSERT_EQ(test, port_lanes(stack->mock, 2), 0);
	mock_settle(stack->mock);
	for (i = 0; i < PORT_FLOWS; i++)
		KUNIT_EXPECT_EQ(test, !!stack_slot(stack, &stack->flow[i]),
				port_wants[i] < 2);
	port_expect_home(stack, 2);
	for (i = 0; i < PORT_FLOWS; i++)
		if (port_wants[i] >= 2)
			KUNIT_EXPECT_EQ(test, stack->flow[i].at, i % 2);
	KUNIT_ASSERT_EQ(test, port_lanes(stack->mock, MOCK_LANES), 0);
	stack_epochs(stack, 2);
	KUNIT_EXPECT_EQ(test, stack->flow[2].at, 1);
}

/* New lanes could not be had: flows stay. */
static void port_lanes_fail(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct fl_config cfg = stack->mock->fl.cfg;

	cfg.rx_size *= 2;
	seam_fail(SEAM_ALLOC, 0, U32_MAX);
	KUNIT_EXPECT_NE(test, mock_reconfigure(stack->mock, &cfg), 0);
	seam_fail(SEAM_ALLOC, 0, 0);
	port_expect_home(stack, PORT_FLOWS);
	stack->mock->pause.times = 1;
	KUNIT_EXPECT_EQ(test, mock_reconfigure(stack->mock, &cfg), 0);
	mock_settle(stack->mock);
	port_expect_home(stack, PORT_FLOWS);
}

/* A reset keeps flows, and the device is told all of them. */
static void port_reset(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct mock *mock = stack->mock;

	memset(&mock->rss, 0xff, sizeof(mock->rss));
	mock_reset(mock);
	mock_settle(mock);
	port_expect_home(stack, PORT_FLOWS);
	KUNIT_EXPECT_EQ(test, mock->bucket_moves, PORT_FLOWS);
}

/* A lane that is polled elsewhere while a flow asks to leave it. */
static void port_ask_busy(struct stack *stack, struct stack_flow *f)
{
	struct napi_struct *napi = &stack->mock->fl.lane[f->at].napi;
	struct kunit *test = stack->mock->test;
	bool taken;

	local_bh_disable();
	taken = napi_schedule_prep(napi);
	stack_ask(stack, f);
	local_bh_enable();
	KUNIT_ASSERT_TRUE(test, taken);
	KUNIT_EXPECT_GE(test, f->said, 0);
	KUNIT_EXPECT_FALSE(test, bitmap_empty(stack->mock->fl.steer->moving,
					      FL_RSS_TABLE_MAX));
}

static void port_let_go(struct stack *stack, const struct stack_flow *f)
{
	local_bh_disable();
	napi_complete(&stack->mock->fl.lane[f->at].napi);
	local_bh_enable();
}

/* What waited for a poll is done by the reset. */
static void port_reset_waiting(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct stack_flow *f = &stack->flow[0];
	u32 before = stack->mock->bucket_moves;

	stack_want(f, 1);
	port_ask_busy(stack, f);
	port_let_go(stack, f);
	mock_reset(stack->mock);
	KUNIT_EXPECT_EQ(test, stack->mock->rss.lane[0], 1);
	KUNIT_EXPECT_EQ(test, stack->mock->bucket_moves, before);
	mock_settle(stack->mock);
	port_expect_home(stack, PORT_FLOWS);
}

/* Nothing is known, and the first request is met. */
static void port_begins_anew(struct stack *stack, struct stack_flow *f)
{
	stack_expect_rest(stack);
	stack_want(f, 2);
	stack_round(stack);
	KUNIT_EXPECT_GE(stack->mock->test, f->said, 0);
	stack_epochs(stack, 3);
	port_expect_home(stack, PORT_FLOWS);
}

/* Nothing is left behind, and the first request of the next life is not the second
 * of this one's last epoch.
 */
static void port_down_up(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct stack_flow *f = &stack->flow[0];
	struct mock *mock = stack->mock;

	stack_want(f, 1);
	port_ask_busy(stack, f);
	port_let_go(stack, f);
	mock_stop(mock);
	stack_expect_rest(stack);
	KUNIT_EXPECT_EQ(test, stack_ask_as(stack, f, 0, 1, false), -EINVAL);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_settle(mock);
	port_begins_anew(stack, f);
}

/* The same, and the port goes on running. */
static void port_ntuple(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct stack_flow *f = &stack->flow[0];
	struct mock *mock = stack->mock;

	stack_want(f, 1);
	port_ask_busy(stack, f);
	mock_set_feature(mock, NETIF_F_NTUPLE, false);
	port_let_go(stack, f);
	stack_expect_rest(stack);
	KUNIT_EXPECT_EQ(test, stack_ask_as(stack, f, 0, 1, false), -EINVAL);
	mock_set_feature(mock, NETIF_F_NTUPLE, true);
	port_begins_anew(stack, f);
}

/* A reset that fails: the device is left alone until the port comes up again. */
static void port_dead(struct kunit *test)
{
	struct stack *stack = port_create(test);
	struct mock *mock = stack->mock;
	u32 writes;

	mock->up.times = 1;
	mock_reset(mock);
	writes = mock->bucket_writes;
	KUNIT_EXPECT_EQ(test, stack_ask_as(stack, stack->flow, 0, 1, false),
			-EINVAL);
	fl_steer_epoch(&mock->fl);
	mock_set_feature(mock, NETIF_F_NTUPLE, false);
	mock_set_feature(mock, NETIF_F_NTUPLE, true);
	KUNIT_EXPECT_EQ(test, mock->bucket_writes, writes);
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_settle(mock);
	stack_expect_rest(stack);
}

/* Softirqs of all CPUs that ask for flows. */
struct port_caller {
	struct mock *mock;
	struct sk_buff *skb;
	struct rnd_state rnd;
	u32 taken;
};

#define PORT_CALLERS	3

static void port_call(struct port_caller *caller)
{
	struct net_device *netdev = caller->mock->fl.netdev;
	u32 x = prandom_u32_state(&caller->rnd);
	struct sk_buff *skb = caller->skb;
	u16 rxq;

	local_bh_disable();
	rxq = x % READ_ONCE(netdev->real_num_rx_queues);
	skb_record_rx_queue(skb, rxq);
	skb->hash = (x >> 4) % (2 * FL_FLOWS);
	skb->l4_hash = 1;
	ip_hdr(skb)->saddr = htonl(skb->hash);
	if (fl_rx_flow_steer(netdev, skb, (x >> 20) % MOCK_LANES, 0) >= 0)
		caller->taken++;
	fl_steer_seen(&caller->mock->fl.lane[rxq], skb);
	local_bh_enable();
}

static int port_caller(void *data)
{
	while (!kthread_should_stop()) {
		port_call(data);
		cond_resched();
	}
	return 0;
}

static void port_disturb(struct stack *stack)
{
	struct mock *mock = stack->mock;
	u8 key[FL_RSS_KEY_MAX] = { 1, 2, 3 };

	port_set(stack, 1, NULL);
	usleep_range(2000, 4000);
	port_lanes(mock, 2);
	usleep_range(2000, 4000);
	seam_rxfh_configured = false;
	port_lanes(mock, MOCK_LANES);
	usleep_range(2000, 4000);
	mock_reset(mock);
	usleep_range(2000, 4000);
	port_set(stack, 0, key);
	usleep_range(2000, 4000);
	mock_stop(mock);
	mock_open(mock);
	usleep_range(2000, 4000);
	mock_set_feature(mock, NETIF_F_NTUPLE, false);
	mock_set_feature(mock, NETIF_F_NTUPLE, true);
}

/* For what KASAN and lockdep say, and the mock: its faults are the driver's. */
static void port_concurrent(struct kunit *test)
{
	struct stack *stack = stack_create(test, 1, 8);
	struct port_caller caller[PORT_CALLERS] = {};
	struct task_struct *task[PORT_CALLERS];
	struct mock *mock = stack->mock;
	u32 taken = 0;
	int i, n;

	seam_work = (struct seam_work) { .hurried = true };
	for (n = 0; n < PORT_CALLERS; n++) {
		caller[n].mock = mock;
		caller[n].skb = skb_copy(stack->skb[0], GFP_KERNEL);
		if (!caller[n].skb)
			break;
		prandom_seed_state(&caller[n].rnd, n + 1);
		task[n] = kthread_run(port_caller, &caller[n], "flsteer%d", n);
		if (IS_ERR(task[n])) {
			kfree_skb(caller[n].skb);
			break;
		}
	}
	for (i = 0; i < 2; i++)
		port_disturb(stack);
	usleep_range(2000, 4000);
	for (i = 0; i < n; i++) {
		kthread_stop(task[i]);
		kfree_skb(caller[i].skb);
		taken += caller[i].taken;
	}
	KUNIT_EXPECT_EQ(test, n, PORT_CALLERS);
	KUNIT_EXPECT_GT(test, taken, 0);
	mock_set_feature(mock, NETIF_F_NTUPLE, false);
	stack_expect_users(stack);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&mock->fl.steer->work));
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&fl_steer_counts));
}

static struct kunit_case port_cases[] = {
	KUNIT_CASE(port_table),
	KUNIT_CASE(port_table_leaves),
	KUNIT_CASE(port_table_leads),
	KUNIT_CASE(port_rehash),
	KUNIT_CASE(port_fewer_lanes),
	KUNIT_CASE(port_lanes_fail),
	KUNIT_CASE(port_reset),
	KUNIT_CASE(port_reset_waiting),
	KUNIT_CASE(port_down_up),
	KUNIT_CASE(port_ntuple),
	KUNIT_CASE(port_dead),
	KUNIT_CASE(port_concurrent),
	{}
};

static struct kunit_suite port_suite = {
	.name = "flowlane_steer_port",
	.exit = mock_exit,
	.test_cases = port_cases,
};

kunit_test_suite(port_suite);
