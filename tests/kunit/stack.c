// SPDX-License-Identifier: GPL-2.0
/*
 * The stack over a steered port, and the network under it. A round is some traffic
 * and a poll of all lanes; epochs end when a test says so.
 */
#include <linux/bitmap.h>
#include <linux/delay.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jump_label.h>

#include "frame.h"
#include "seam.h"
#include "stack.h"

/* Packets of a round that can each repeat a request. */
#define STACK_REPEATS	3

/* Requests in a row without giving softirqs a chance. */
#define STACK_BATCH	64

const bool stack_kinds[2] = { false, true };

static struct stack *stack_current;

/* As rps_may_expire_flow(): a flow stays as long as it is known there by this id, and
 * its packets come.
 */
static bool stack_may_expire(u16 rxq, u32 flow_id, u16 filter_id)
{
	const struct stack *stack = stack_current;
	const struct stack_flow *f = &stack->flow[flow_id];

	return flow_id >= stack->n || f->id[rxq] != filter_id || !f->rate;
}

static void stack_free(void *data)
{
	struct stack *stack = data;

	stack_current = NULL;
	kfree_skb(stack->skb[0]);
	kfree_skb(stack->skb[1]);
	kvfree(stack->flow);
}

/**
 * stack_create() - a running port with all lanes, whose epochs end by hand
 * @test: test; its priv becomes the mock
 * @max: flows at most
 * @filters: that the device has
 *
 * Return: the stack; the test has failed without one.
 */
struct stack *stack_create(struct kunit *test, u32 max, u8 filters)
{
	const struct frame frame[2] = {
		{ .ip = 4, .l4 = FRAME_TCP, .linear = 40 },
		{ .ip = 6, .l4 = FRAME_TCP, .linear = 40 },
	};
	struct mock *mock = mock_create(test, &mock_plain);
	struct fl_config cfg = mock->fl.cfg;
	struct stack *stack;
	int i;

	stack = kunit_kzalloc(test, sizeof(*stack), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stack);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, stack_free,
							stack), 0);
	stack->mock = mock;
	stack->max = max;
	stack->flow = kvzalloc(array_size(max, sizeof(*stack->flow)),
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, stack->flow);
	for (i = 0; i < 2; i++) {
		stack->skb[i] = frame_build(test, &frame[i]);
		stack->skb[i]->dev = mock->fl.netdev;
		skb_pull(stack->skb[i], ETH_HLEN);
	}
	mock->fl.caps.flow_filters = filters;
	cfg.lanes = MOCK_LANES;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_settle(mock);
	stack_current = stack;
	seam_may_expire = stack_may_expire;
	seam_work.held = true;
	return stack;
}

/**
 * stack_add() - one more flow, TCP over IPv4
 * @stack: stack
 * @hash: the device's hash of it
 * @rate: packets a round
 * @want: lane of its consumer
 *
 * Return: the flow, as yet unknown to the port.
 */
struct stack_flow *stack_add(struct stack *stack, u32 hash, u16 rate, u16 want)
{
	struct stack_flow *f = &stack->flow[stack->n];
	int i;

	if (stack->n == stack->max) {
		KUNIT_FAIL(stack->mock->test, "no room for a flow");
		return f - 1;
	}
	*f = (struct stack_flow) {
		.key = {
			.src.s6_addr32[0] = htonl(0x0a000000 + stack->n),
			.dst.s6_addr32[0] = htonl(0xc0000201),
			.src_port = htons(1024 + stack->n % 60000),
			.dst_port = htons(443),
			.l3 = htons(ETH_P_IP),
			.proto = IPPROTO_TCP,
		},
		.hash = hash, .rate = rate, .want = want, .l4 = true,
		.said = -ENOENT,
	};
	for (i = 0; i < MOCK_LANES; i++) {
		f->cpu[i] = STACK_NONE;
		f->id[i] = STACK_NONE;
	}
	stack->n++;
	return f;
}

/* A packet of a flow, as set_rps_cpu() has it. */
static struct sk_buff *stack_skb(struct stack *stack,
				 const struct stack_flow *f)
{
	struct sk_buff *skb = stack->skb[f->key.l3 != htons(ETH_P_IP)];
	__be16 *ports = (__be16 *)skb_transport_header(skb);
	struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct iphdr *ip4 = ip_hdr(skb);

	if (f->key.l3 == htons(ETH_P_IP)) {
		ip4->saddr = f->key.src.s6_addr32[0];
		ip4->daddr = f->key.dst.s6_addr32[0];
		ip4->protocol = f->key.proto;
	} else {
		ip6->saddr = f->key.src;
		ip6->daddr = f->key.dst;
		ip6->nexthdr = f->key.proto;
	}
	ports[0] = f->key.src_port;
	ports[1] = f->key.dst_port;
	skb->hash = f->hash;
	skb->l4_hash = f->l4;
	return skb;
}

/* One request, softirqs off: what waits for an idle lane is told when they are on. */
static int stack_request(struct stack *stack, struct stack_flow *f, u16 rxq,
			 u16 want, bool sw_hash)
{
	struct sk_buff *skb = stack_skb(stack, f);

	skb->sw_hash = sw_hash;
	skb_record_rx_queue(skb, rxq);
	f->asks++;
	f->said = fl_rx_flow_steer(stack->mock->fl.netdev, skb, want,
				   f - stack->flow);
	if (f->said >= 0xffff)
		mock_fault(stack->mock, "an id that is the stack's for none");
	return f->said;
}

/* The first flow has the port count, without delay. Returns whether it does just now. */
static bool stack_begin(struct stack *stack)
{
	if (!seam_work.now)
		return false;
	seam_work.now = false;
	fl_steer_work(&stack->mock->fl.steer->work.work);
	return true;
}

/**
 * stack_ask_as() - one request, whatever the stack's rules
 * @stack: stack
 * @f: flow
 * @rxq: lane that its packet came on
 * @want: lane of its consumer
 * @sw_hash: the stack has hashed it itself
 *
 * Return: what the port said.
 */
int stack_ask_as(struct stack *stack, struct stack_flow *f, u16 rxq, u16 want,
		 bool sw_hash)
{
	int said;

	local_bh_disable();
	said = stack_request(stack, f, rxq, want, sw_hash);
	local_bh_enable();
	stack_begin(stack);
	return said;
}

/* Where the device puts a flow's packets. */
static u16 stack_arrives(const struct stack *stack, const struct stack_flow *f)
{
	const struct mock *mock = stack->mock;
	int i;

	for (i = 0; i < mock->fl.caps.flow_filters; i++)
		if (mock->filter[i].owner != FL_FILTER_FREE &&
		    mock->filter[i].match == FL_MATCH_ALL &&
		    !memcmp(&mock->filter[i].key, &f->key, sizeof(f->key)))
			return mock->filter[i].lane;
	return mock->rss.lane[f->hash % mock->fl.caps.rss_table];
}

/* get_rps_cpu() and set_rps_cpu() for one packet. */
static void stack_packet(struct stack *stack, struct stack_flow *f, u16 at)
{
	u16 want = f->want;
	int id;

	if (want == STACK_NOBODY || f->cpu[at] == want)
		return;
	if (want == at || (stack->suppresses && f->id[want] != STACK_NONE &&
			   f->cpu[want] == want)) {
		f->cpu[at] = want;
		return;
	}
	id = stack_request(stack, f, at, want, false);
	if (id < 0) {
		f->cpu[at] = want;
		return;
	}
	f->id[want] = id;
	f->cpu[want] = want;
	if (f->id[at] == id)
		f->id[at] = STACK_NONE;
}

/* What a lane receives is counted as fl_steer_seen() does it; a poll of a lane may be
 * on its way, which counts nothing.
 */
static void stack_arrive(struct stack *stack, struct stack_flow *f)
{
	u16 at = stack_arrives(stack, f);
	int i;

	if (at != f->at)
		f->moves++;
	f->at = at;
	stack->packets += f->rate;
	if (at == f->want)
		stack->home += f->rate;
	if (f->l4 && static_key_enabled(&fl_steer_counts))
		stack->mock->fl.lane[at].seen[f->hash % FL_FLOWS] += f->rate;
	for (i = 0; i < min_t(u16, f->rate, STACK_REPEATS); i++)
		stack_packet(stack, f, at);
}

/**
 * stack_ask() - the request that a flow's packet causes where it comes now
 * @stack: stack
 * @f: flow
 *
 * Return: what the port said.
 */
int stack_ask(struct stack *stack, struct stack_flow *f)
{
	return stack_ask_as(stack, f, stack_arrives(stack, f), f->want, false);
}

static void stack_traffic(struct stack *stack)
{
	u32 i, end;

	stack->packets = 0;
	stack->home = 0;
	for (i = 0; i < stack->n; i = end) {
		local_bh_disable();
		end = min(i + STACK_BATCH, stack->n);
		for (; i < end; i++)
			stack_arrive(stack, &stack->flow[i]);
		local_bh_enable();
		cond_resched();
	}
}

/**
 * stack_round() - some traffic, and a poll of all lanes
 * @stack: stack
 *
 * The round with the first request goes on after it, and is counted then.
 */
void stack_round(struct stack *stack)
{
	do {
		stack_traffic(stack);
	} while (stack_begin(stack));
	mock_settle(stack->mock);
}

/**
 * stack_epoch() - an epoch ends, if the port wants to be told of that
 * @stack: stack
 *
 * Return: whether it did.
 */
bool stack_epoch(struct stack *stack)
{
	if (!seam_work.asked)
		return false;
	seam_work.asked = false;
	fl_steer_work(&stack->mock->fl.steer->work.work);
	if (stack->mock->fl.running)
		mock_settle(stack->mock);
	return true;
}

/**
 * stack_epochs() - epochs with one round of traffic each
 * @stack: stack
 * @n: epochs
 */
void stack_epochs(struct stack *stack, u32 n)
{
	while (n--) {
		stack_round(stack);
		stack_epoch(stack);
	}
}

/**
 * stack_start() - traffic until the port counts it, and an epoch has been counted
 * @stack: stack with flows that want to be elsewhere
 */
void stack_start(struct stack *stack)
{
	stack_epochs(stack, 3);
	KUNIT_ASSERT_TRUE(stack->mock->test, stack->mock->fl.steer->counting);
}

/**
 * stack_slot() - the slot of a flow
 * @stack: stack
 * @f: flow
 *
 * Return: the slot, or NULL if the flow is not in it.
 */
struct fl_flow *stack_slot(struct stack *stack, const struct stack_flow *f)
{
	struct fl_flow *slot;

	slot = &stack->mock->fl.steer->flow[f->hash % FL_FLOWS];
	return slot->used && !memcmp(&slot->key, &f->key, sizeof(f->key)) ?
	       slot : NULL;
}

/**
 * stack_flows() - flows that the port shows to users
 * @stack: stack
 *
 * Return: their number.
 */
u32 stack_flows(struct stack *stack)
{
	struct fl_flow_info info;
	u32 pos = 0, n = 0;

	while (fl_steer_next(&stack->mock->fl, &pos, &info))
		n++;
	return n;
}

/**
 * stack_expect_users() - no flow is known, and the device has what users want
 * @stack: stack
 */
void stack_expect_users(struct stack *stack)
{
	struct mock *mock = stack->mock;
	struct kunit *test = mock->test;
	struct fl_dev *fl = &mock->fl;
	int i;

	KUNIT_EXPECT_EQ(test, stack_flows(stack), 0);
	KUNIT_EXPECT_EQ(test, fl->steer->flows, 0);
	KUNIT_EXPECT_MEMEQ(test, fl->rss.lane, fl->rss.table,
			   fl->caps.rss_table);
	if (fl->running)
		KUNIT_EXPECT_MEMEQ(test, mock->rss.lane, fl->rss.table,
				   fl->caps.rss_table);
	for (i = 0; i < fl->caps.flow_filters; i++) {
		KUNIT_EXPECT_EQ(test, fl->filter[i].owner, FL_FILTER_FREE);
		if (fl->running)
			KUNIT_EXPECT_EQ(test, mock->filter[i].owner,
					FL_FILTER_FREE);
	}
}

/**
 * stack_expect_rest() - nothing of steering is left, nor goes on
 * @stack: stack whose flows have ended
 */
void stack_expect_rest(struct stack *stack)
{
	struct kunit *test = stack->mock->test;
	struct fl_steer *steer = stack->mock->fl.steer;
	int i;

	/* Lanes wait for each other, by calls from one CPU to another. */
	for (i = 0; i < 10000; i++) {
		if (bitmap_empty(steer->moving, FL_RSS_TABLE_MAX))
			break;
		usleep_range(1000, 2000);
		mock_settle(stack->mock);
	}
	stack_expect_users(stack);
	/* What was told to lanes that were polled dry may want one more epoch. */
	for (i = 0; i < 2 && stack_epoch(stack); i++)
		;
	KUNIT_EXPECT_FALSE(test, seam_work.asked);
	KUNIT_EXPECT_FALSE(test, stack->mock->fl.steer->counting);
	KUNIT_EXPECT_FALSE(test, static_key_enabled(&fl_steer_counts));
}

/**
 * stack_want() - the consumer of a flow moves
 * @f: flow
 * @want: its new lane
 */
void stack_want(struct stack_flow *f, u16 want)
{
	f->want = want;
}
