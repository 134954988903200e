/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stack over a steered port, and the network under it: flows whose packets
 * arrive where the mock's own table and filters lead them, and whose consumers ask
 * to have them elsewhere by the rules of the kernel's set_rps_cpu(). CPU n has lane n.
 */
#ifndef FLOWLANE_KUNIT_STACK_H
#define FLOWLANE_KUNIT_STACK_H

#include "../../drivers/core/steer.h"
#include "mock.h"

#define STACK_NONE	(-1)		/* no CPU, no filter id */
#define STACK_NOBODY	U16_MAX		/* a flow that is routed on: no consumer */

/**
 * struct stack_flow - a flow
 * @key: its addresses and ports
 * @hash: the device's hash of it
 * @rate: packets a round; 0: it has ended
 * @want: lane of its consumer
 * @l4: the device hashes its ports
 * @at: lane that its last packets came on
 * @cpu: by lane: its CPU in the stack's table there
 * @id: by lane: its filter id in the stack's table there
 * @said: what the last request was answered
 * @asks: requests
 * @moves: how often its packets changed lanes
 */
struct stack_flow {
	struct fl_flow_key key;
	u32 hash;
	u16 rate;
	u16 want;
	bool l4;
	u16 at;
	s8 cpu[MOCK_LANES];
	s32 id[MOCK_LANES];
	int said;
	u32 asks;
	u32 moves;
};

/**
 * struct stack - all flows of a port
 * @mock: port
 * @suppresses: no request is repeated while an accepted one stands, as in the newest
 *	kernels; else each packet that comes on the wrong lane repeats it
 * @max: room for flows
 * @n: flows
 * @flow: the flows
 * @skb: a packet of IPv4 and one of IPv6
 * @packets: of the last round
 * @home: those of them that came on the lane of their consumer
 */
struct stack {
	struct mock *mock;
	bool suppresses;
	u32 max;
	u32 n;
	struct stack_flow *flow;
	struct sk_buff *skb[2];
	u32 packets;
	u32 home;
};

/* Both kinds of kernels, for parametrised cases. */
extern const bool stack_kinds[2];

static inline void stack_kind_desc(const bool *suppresses, char *desc)
{
	strscpy(desc, *suppresses ? "asks once" : "asks for each packet",
		KUNIT_PARAM_DESC_SIZE);
}

struct stack *stack_create(struct kunit *test, u32 max, u8 filters);
struct stack_flow *stack_add(struct stack *stack, u32 hash, u16 rate, u16 want);
int stack_ask(struct stack *stack, struct stack_flow *f);
int stack_ask_as(struct stack *stack, struct stack_flow *f, u16 rxq, u16 want,
		 bool sw_hash);
void stack_want(struct stack_flow *f, u16 want);
void stack_round(struct stack *stack);
bool stack_epoch(struct stack *stack);
void stack_epochs(struct stack *stack, u32 n);
void stack_start(struct stack *stack);
struct fl_flow *stack_slot(struct stack *stack, const struct stack_flow *f);
u32 stack_flows(struct stack *stack);
void stack_expect_users(struct stack *stack);
void stack_expect_rest(struct stack *stack);

#endif /* FLOWLANE_KUNIT_STACK_H */
