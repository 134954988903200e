// SPDX-License-Identifier: GPL-2.0
/*
 * Statistics: rtnl_link_stats64, per-queue statistics over netlink, and the
 * lanes' counters for ethtool -S. All of them read the lanes, which keep their
 * counts for as long as the port exists.
 */
#include <linux/ethtool.h>
#include <net/netdev_queues.h>

#include <flowlane/dev.h>

#include "stats.h"

/* Views have the members of the statistics, in the same order. */
static_assert(sizeof(struct fl_rx_view) == offsetof(struct fl_rx_stats, sync));
static_assert(sizeof(struct fl_tx_view) == offsetof(struct fl_tx_stats, sync));
static_assert(sizeof(struct fl_xmit_view) ==
	      offsetof(struct fl_xmit_stats, sync));

/* @bytes of counters from @src on. Each is whole; on 32 bits they are also of the
 * same moment.
 */
static void fl_stats_read(const void *src, const struct u64_stats_sync *sync,
			  void *dst, size_t bytes)
{
	const u64_stats_t *from = src;
	unsigned int start;
	u64 *to = dst;
	size_t i;

	do {
		start = u64_stats_fetch_begin(sync);
		for (i = 0; i < bytes / sizeof(*to); i++)
			to[i] = u64_stats_read(&from[i]);
	} while (u64_stats_fetch_retry(sync, start));
}

/**
 * fl_lane_stats() - all counters of a lane
 * @lane: lane
 * @view: to fill in
 *
 * Context: any.
 */
void fl_lane_stats(const struct fl_lane *lane, struct fl_lane_view *view)
{
	fl_stats_read(&lane->rx_stats, &lane->rx_stats.sync, &view->rx,
		      sizeof(view->rx));
	fl_stats_read(&lane->tx_stats, &lane->tx_stats.sync, &view->tx,
		      sizeof(view->tx));
	fl_stats_read(&lane->xmit_stats, &lane->xmit_stats.sync, &view->xmit,
		      sizeof(view->xmit));
}

/**
 * fl_get_stats64() - ndo_get_stats64
 * @netdev: port
 * @stats: to fill in
 *
 * Context: any that may not sleep.
 */
void fl_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++) {
		struct fl_lane_view v;

		fl_lane_stats(&fl->lane[i], &v);
		stats->rx_packets += v.rx.packets;
		stats->rx_bytes += v.rx.bytes;
		stats->rx_errors += v.rx.errors;
		stats->rx_dropped += v.rx.drops;
		stats->tx_packets += v.tx.packets;
		stats->tx_bytes += v.tx.bytes;
		stats->tx_dropped += v.xmit.drop;
	}
	if (fl->ops->get_stats)
		fl->ops->get_stats(fl, stats);
}

static void fl_qstats_add_rx(struct netdev_queue_stats_rx *q,
			     const struct fl_rx_view *v)
{
	q->packets += v->packets;
	q->bytes += v->bytes;
	q->alloc_fail += v->alloc_fail;
	q->csum_unnecessary += v->csum_unnecessary;
	q->csum_none += v->csum_none;
	q->csum_bad += v->csum_bad;
}

static void fl_qstats_add_tx(struct netdev_queue_stats_tx *q,
			     const struct fl_lane_view *v)
{
	q->packets += v->tx.packets;
	q->bytes += v->tx.bytes;
	q->needs_csum += v->tx.csum;
	q->csum_none += v->tx.csum_none;
	q->hw_gso_packets += v->tx.gso_packets;
	q->hw_gso_bytes += v->tx.gso_bytes;
	q->hw_gso_wire_packets += v->tx.gso_wire_packets;
	q->hw_gso_wire_bytes += v->tx.gso_wire_bytes;
	q->stop += v->xmit.stop;
	q->wake += v->tx.wake;
}

/* What is not counted has to stay as the caller left it: undefined. */
static void fl_qstats_clear_rx(struct netdev_queue_stats_rx *q)
{
	q->packets = 0;
	q->bytes = 0;
	q->alloc_fail = 0;
	q->csum_unnecessary = 0;
	q->csum_none = 0;
	q->csum_bad = 0;
}

static void fl_qstats_clear_tx(struct netdev_queue_stats_tx *q)
{
	q->packets = 0;
	q->bytes = 0;
	q->needs_csum = 0;
	q->csum_none = 0;
	q->hw_gso_packets = 0;
	q->hw_gso_bytes = 0;
	q->hw_gso_wire_packets = 0;
	q->hw_gso_wire_bytes = 0;
	q->stop = 0;
	q->wake = 0;
}

static void fl_get_queue_stats_rx(struct net_device *netdev, int idx,
				  struct netdev_queue_stats_rx *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_lane_view v;

	fl_lane_stats(&fl->lane[idx], &v);
	fl_qstats_clear_rx(stats);
	fl_qstats_add_rx(stats, &v.rx);
}

static void fl_get_queue_stats_tx(struct net_device *netdev, int idx,
				  struct netdev_queue_stats_tx *stats)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_lane_view v;

	fl_lane_stats(&fl->lane[idx], &v);
	fl_qstats_clear_tx(stats);
	fl_qstats_add_tx(stats, &v);
}

/* What lanes that are not in use now counted when they were. */
static void fl_get_base_stats(struct net_device *netdev,
			      struct netdev_queue_stats_rx *rx,
			      struct netdev_queue_stats_tx *tx)
{
	struct fl_dev *fl = netdev_priv(netdev);
	int i;

	fl_qstats_clear_rx(rx);
	fl_qstats_clear_tx(tx);
	for (i = netdev->real_num_rx_queues; i < fl->caps.lanes_max; i++) {
		struct fl_lane_view v;

		fl_lane_stats(&fl->lane[i], &v);
		fl_qstats_add_rx(rx, &v.rx);
		fl_qstats_add_tx(tx, &v);
	}
}

const struct netdev_stat_ops fl_stat_ops = {
	.get_queue_stats_rx = fl_get_queue_stats_rx,
	.get_queue_stats_tx = fl_get_queue_stats_tx,
	.get_base_stats = fl_get_base_stats,
};
