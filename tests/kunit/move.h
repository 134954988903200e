/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A move, step by step: lane 0 loses a flow to lane 3, and each poll is the case's own.
 * Shared by the suites of devices that hear of it at once, and later.
 */
#ifndef FLOWLANE_KUNIT_MOVE_H
#define FLOWLANE_KUNIT_MOVE_H

#include "stack.h"

/**
 * struct move - a flow that is to move
 * @stack: the stack over the port
 * @mock: port
 * @f: the flow
 * @old: lane that it leaves
 * @new: lane that it goes to
 * @data: a frame
 */
struct move {
	struct stack *stack;
	struct mock *mock;
	struct stack_flow *f;
	struct fl_lane *old;
	struct fl_lane *new;
	const u8 *data;
};

struct move move_create(struct kunit *test, u32 max);
void move_frames(struct kunit *test, struct move *m, int lane, int n);
bool move_take(struct fl_lane *lane);
int move_poll(struct move *m, struct fl_lane *lane, int budget);
void move_expect_over(struct kunit *test, struct move *m);
void move_expect_frame(struct kunit *test, struct move *m, int lane);

#endif /* FLOWLANE_KUNIT_MOVE_H */
