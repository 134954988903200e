/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flow steering, as far as the hot path takes part in it: while any flow is steered
 * lanes count packets by flow, say when they have run dry, and wait for each other.
 */
#ifndef FLOWLANE_STEER_H
#define FLOWLANE_STEER_H

#include <linux/jump_label.h>
#include <linux/skbuff.h>

#include <flowlane/lane.h>

/* Slots for flows, by the lower bits of their hash. A multiple of the buckets. */
#define FL_FLOWS	4096

DECLARE_STATIC_KEY_FALSE(fl_steer_counts);

void fl_steer_poll(struct fl_lane *lane, bool dry);
bool fl_steer_held(struct fl_lane *lane);

/**
 * fl_steer_seen() - count a packet that the device has hashed by its ports
 * @lane: lane that it came on
 * @skb: packet, described
 *
 * Context: the lane's NAPI.
 */
static __always_inline void fl_steer_seen(struct fl_lane *lane,
					  const struct sk_buff *skb)
{
	if (static_branch_unlikely(&fl_steer_counts) && skb->l4_hash) {
		u32 *seen = &lane->seen[skb->hash % FL_FLOWS];

		WRITE_ONCE(*seen, *seen + 1);
	}
}

/**
 * fl_steer_holds() - whether a lane has to leave its next frame where it is
 * @lane: lane, which owns the frame's descriptor
 *
 * The device got to know of a flow's new lane after that was held: who has a frame
 * of that flow before him sees it.
 *
 * Context: the lane's NAPI.
 *
 * Return: true while another lane may have earlier frames of one of its flows.
 */
static __always_inline bool fl_steer_holds(struct fl_lane *lane)
{
	return static_branch_unlikely(&fl_steer_counts) &&
	       unlikely(READ_ONCE(lane->held)) && fl_steer_held(lane);
}

#endif /* FLOWLANE_STEER_H */
