/* SPDX-License-Identifier: GPL-2.0 */
/* A lane's counters as plain numbers, in the order of lane.h. */
#ifndef FLOWLANE_CORE_STATS_H
#define FLOWLANE_CORE_STATS_H

#include <linux/types.h>

struct fl_lane;

struct fl_rx_view {
	u64 packets;
	u64 bytes;
	u64 csum_unnecessary;
	u64 csum_none;
	u64 csum_bad;
	u64 alloc_fail;
	u64 errors;
	u64 drops;
};

struct fl_tx_view {
	u64 packets;
	u64 bytes;
	u64 csum;
	u64 csum_none;
	u64 gso_packets;
	u64 gso_bytes;
	u64 gso_wire_packets;
	u64 gso_wire_bytes;
	u64 wake;
};

struct fl_xmit_view {
	u64 stop;
	u64 drop;
};

struct fl_lane_view {
	struct fl_rx_view rx;
	struct fl_tx_view tx;
	struct fl_xmit_view xmit;
};

void fl_lane_stats(const struct fl_lane *lane, struct fl_lane_view *view);

#endif /* FLOWLANE_CORE_STATS_H */
