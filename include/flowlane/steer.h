/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Flow steering, as far as the hot path takes part in it: lanes count packets by
 * flow while any flow is steered, and say when they have run dry.
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

#endif /* FLOWLANE_STEER_H */
