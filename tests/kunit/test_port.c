// SPDX-License-Identifier: GPL-2.0
/* A port's life when all goes well: open, stop, reset, reconfiguration. */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/netdev_queues.h>

#include "../../drivers/core/stats.h"
#include "frame.h"
#include "mock.h"
#include "port_state.h"
#include "seam.h"

static int port_init(struct kunit *test)
{
	mock_create(test, &mock_i82576);
	return 0;
}

static void port_open_stop(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct fl_config cfg = mock->fl.cfg;
	int i;

	port_expect_empty(test, mock);
	for (i = 0; i < 2; i++) {
		mock_forget_calls(mock);
		KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
		KUNIT_EXPECT_STREQ(test, mock->calls, "irq0 irq1 up start");
		KUNIT_EXPECT_TRUE(test, mock->fl.running);
		port_expect_config(test, mock, &cfg);
		port_expect_traffic(test, mock);

		mock_forget_calls(mock);
		mock_stop(mock);
		KUNIT_EXPECT_STREQ(test, mock->calls, "down free0 free1");
		port_expect_empty(test, mock);
		KUNIT_EXPECT_MEMEQ(test, &mock->fl.cfg, &cfg, sizeof(cfg));
	}
}

/* Frames and packets that are in the rings when the port stops. */
static void port_stop_under_traffic(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct rtnl_link_stats64 stats;
	int lane, i;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	for (lane = 0; lane < MOCK_LANES_0; lane++)
		for (i = 0; i < 10; i++) {
			mock_rx_frame(mock, lane, frame_bytes(test, 60, i), 60,
				      NULL);
			mock_xmit(mock, lane, frame_short(test, 60), i % 2);
		}
	mock_stop(mock);
	port_expect_empty(test, mock);
	/* What was not sent does not count as sent. */
	dev_get_stats(mock->fl.netdev, &stats);
	KUNIT_EXPECT_EQ(test, stats.tx_packets, 0);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
}

static const struct fl_config port_configs[] = {
	{ .lanes = 4, .rx_size = 128, .tx_size = 128, .mtu = 1500 },
	{ .lanes = 1, .rx_size = 128, .tx_size = 128, .mtu = 1500 },
	{ .lanes = 2, .rx_size = 512, .tx_size = 128, .mtu = 1500 },
	{ .lanes = 2, .rx_size = 128, .tx_size = 1024, .mtu = 1500 },
	{ .lanes = 2, .rx_size = 128, .tx_size = 128, .mtu = 68 },
	{ .lanes = 2, .rx_size = 128, .tx_size = 128, .mtu = 9000 },
	{ .lanes = 3, .rx_size = 256, .tx_size = 512, .mtu = 9216 },
	{ .lanes = 2, .rx_size = 128, .tx_size = 128, .mtu = 1500 },
};

static void port_config_desc(const struct fl_config *cfg, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u lanes, rx %u, tx %u, mtu %u",
		 cfg->lanes, cfg->rx_size, cfg->tx_size, cfg->mtu);
}

KUNIT_ARRAY_PARAM(port_config, port_configs, port_config_desc);

/* From the first configuration to another and back, with packets on the way:
 * those count as sent, for the device sent them before it paused.
 */
static void port_reconfigure(struct kunit *test)
{
	const struct fl_config *to = test->param_value;
	struct mock *mock = test->priv;
	const struct fl_config from = mock->fl.cfg;
	struct rtnl_link_stats64 stats;
	int i;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	/* Indices that are not 0 when the rings go. */
	port_expect_traffic(test, mock);
	dev_get_stats(mock->fl.netdev, &stats);
	for (i = 0; i < 2; i++) {
		const struct fl_config *cfg = i ? &from : to;
		u64 sent = stats.tx_packets;

		mock_xmit(mock, 0, frame_short(test, 60), false);
		mock_rx_frame(mock, 0, frame_bytes(test, 60, 1), 60, NULL);
		mock_forget_calls(mock);
		KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, cfg), 0);
		KUNIT_EXPECT_NOT_NULL(test, strstr(mock->calls,
						   "pause resume"));
		KUNIT_EXPECT_NULL(test, strstr(mock->calls, "down"));
		port_expect_config(test, mock, cfg);
		dev_get_stats(mock->fl.netdev, &stats);
		KUNIT_EXPECT_EQ(test, stats.tx_packets, sent + 1);
		mock_tx_forget(mock);
		skb_queue_purge(&mock->rxq);
		port_expect_traffic(test, mock);
		dev_get_stats(mock->fl.netdev, &stats);
	}
}

/* A port that is down takes its configuration along. */
static void port_reconfigure_down(struct kunit *test)
{
	const struct fl_config *to = test->param_value;
	struct mock *mock = test->priv;

	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, to), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	port_expect_empty(test, mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_config(test, mock, to);
	port_expect_traffic(test, mock);
}

/* Lanes get an interrupt when they come into use, and lose it after. */
static void port_lanes(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	cfg.lanes = 4;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "irq2 irq3 pause resume");
	mock_forget_calls(mock);
	cfg.lanes = 1;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls,
			   "pause resume free1 free2 free3");
}

static struct sk_buff *port_late_skb;

/* The stack transmits as soon as it can, before the command has returned. */
static void port_xmit_late(struct mock *mock, const char *call)
{
	struct sk_buff *skb = port_late_skb;

	if (strcmp(call, "free") || !skb)
		return;
	port_late_skb = NULL;
	mock_xmit(mock, 0, skb, false);
}

/* The end of the old rings must not touch what the new ones have in flight:
 * byte queue limits would count bytes that nobody queued, and BUG().
 */
static void port_traffic_before_old_rings_go(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct dql *dql = &netdev_get_tx_queue(mock->fl.netdev, 0)->dql;
	struct fl_config cfg = mock->fl.cfg;

	if (!IS_ENABLED(CONFIG_BQL))
		kunit_skip(test, "kernel without BQL");
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_late_skb = frame_short(test, 100);
	mock->on_call = port_xmit_late;
	cfg.lanes = 1;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	KUNIT_EXPECT_NULL(test, port_late_skb);
	KUNIT_ASSERT_EQ(test, dql->num_queued - dql->num_completed, 100);
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), 1);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, dql->num_queued, dql->num_completed);
}

/* Up to the standard MTU the device is set to the same: nothing pauses. */
static void port_small_mtu(struct kunit *test)
{
	struct mock *mock = test->priv;
	static const u16 mtus[] = { 1400, 68, 1500 };
	int i, err;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	for (i = 0; i < ARRAY_SIZE(mtus); i++) {
		rtnl_lock();
		err = dev_set_mtu(mock->fl.netdev, mtus[i]);
		rtnl_unlock();
		KUNIT_EXPECT_EQ(test, err, 0);
		KUNIT_EXPECT_EQ(test, mock->fl.cfg.mtu, mtus[i]);
		KUNIT_EXPECT_EQ(test, mock->fl.netdev->mtu, mtus[i]);
	}
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	port_expect_traffic(test, mock);
}

static void port_reset_keeps_all(struct kunit *test)
{
	const struct fl_config cfg = {
		.lanes = 3, .rx_size = 256, .tx_size = 512, .mtu = 4000,
	};
	struct mock *mock = test->priv;
	struct port_state before;

	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	port_save(mock, &before);
	mock_xmit(mock, 0, frame_short(test, 60), false);
	mock_forget_calls(mock);
	mock_reset(mock);
	KUNIT_EXPECT_STREQ(test, mock->calls, "down up start");
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	port_expect_same(test, mock, &before);
	port_expect_config(test, mock, &cfg);
	port_expect_traffic(test, mock);
}

/* Nothing to reset in a port that is down. */
static void port_reset_down(struct kunit *test)
{
	struct mock *mock = test->priv;

	mock_reset(mock);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 0);
}

static void port_suspend(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;
	int err;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	port_save(mock, &before);
	mock_forget_calls(mock);
	rtnl_lock();
	fl_suspend_locked(&mock->fl);
	rtnl_unlock();
	KUNIT_EXPECT_STREQ(test, mock->calls, "down");
	KUNIT_EXPECT_FALSE(test, netif_device_present(mock->fl.netdev));
	/* A reset that comes now has to wait. */
	mock_reset(mock);
	KUNIT_EXPECT_STREQ(test, mock->calls, "down");
	rtnl_lock();
	err = fl_resume_locked(&mock->fl);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "down up start");
	KUNIT_EXPECT_TRUE(test, netif_device_present(mock->fl.netdev));
	port_expect_same(test, mock, &before);
	port_expect_traffic(test, mock);
}

static void port_tx_timeout(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct net_device *netdev = mock->fl.netdev;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_xmit(mock, 1, frame_short(test, 60), false);
	netif_tx_lock_bh(netdev);
	netdev->netdev_ops->ndo_tx_timeout(netdev, 1);
	netif_tx_unlock_bh(netdev);
	flush_work(&mock->fl.health_work);
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	port_expect_traffic(test, mock);
}

/* Packets in the rings of a port without link are let go. */
static void port_link_lost(struct kunit *test)
{
	struct mock *mock = test->priv;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	fl_link_lost(&mock->fl);
	flush_delayed_work(&mock->fl.flush_work);
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 0);	/* nothing to let go */

	mock_xmit(mock, 1, frame_short(test, 60), false);
	fl_link_lost(&mock->fl);
	flush_delayed_work(&mock->fl.flush_work);
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	port_expect_traffic(test, mock);
}

/* Queue statistics and those of lanes that are not in use make up the total. */
static void port_expect_sums(struct kunit *test, struct mock *mock)
{
	struct net_device *netdev = mock->fl.netdev;
	struct netdev_queue_stats_rx rx, rx_sum;
	struct netdev_queue_stats_tx tx, tx_sum;
	struct rtnl_link_stats64 stats;
	int i;

	memset(&rx_sum, 0, sizeof(rx_sum));
	memset(&tx_sum, 0, sizeof(tx_sum));
	netdev->stat_ops->get_base_stats(netdev, &rx_sum, &tx_sum);
	for (i = 0; i < netdev->real_num_rx_queues; i++) {
		netdev->stat_ops->get_queue_stats_rx(netdev, i, &rx);
		netdev->stat_ops->get_queue_stats_tx(netdev, i, &tx);
		rx_sum.packets += rx.packets;
		rx_sum.bytes += rx.bytes;
		tx_sum.packets += tx.packets;
		tx_sum.bytes += tx.bytes;
	}
	dev_get_stats(netdev, &stats);
	KUNIT_EXPECT_EQ(test, rx_sum.packets, stats.rx_packets);
	KUNIT_EXPECT_EQ(test, rx_sum.bytes, stats.rx_bytes);
	KUNIT_EXPECT_EQ(test, tx_sum.packets, stats.tx_packets);
	KUNIT_EXPECT_EQ(test, tx_sum.bytes, stats.tx_bytes);
}

/* Totals do not go backwards, whatever becomes of the lanes. */
static void port_totals(struct kunit *test)
{
	static const u16 lanes[] = { 4, 1, 3, 2 };
	struct mock *mock = test->priv;
	struct net_device *netdev = mock->fl.netdev;
	struct rtnl_link_stats64 before, after;
	struct fl_config cfg = mock->fl.cfg;
	int i;

	mock->hw_missed = 5;
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	for (i = 0; i < ARRAY_SIZE(lanes); i++) {
		port_expect_traffic(test, mock);
		port_expect_sums(test, mock);
		dev_get_stats(netdev, &before);
		cfg.lanes = lanes[i];
		KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
		dev_get_stats(netdev, &after);
		KUNIT_EXPECT_MEMEQ(test, &after, &before, sizeof(before));
		port_expect_sums(test, mock);
		mock_stop(mock);
		dev_get_stats(netdev, &after);
		KUNIT_EXPECT_MEMEQ(test, &after, &before, sizeof(before));
		KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
		mock_reset(mock);
		dev_get_stats(netdev, &after);
		KUNIT_EXPECT_MEMEQ(test, &after, &before, sizeof(before));
	}
	KUNIT_EXPECT_GT(test, before.rx_packets, 0);
	KUNIT_EXPECT_EQ(test, before.rx_missed_errors, 5);
}

static struct kunit_case port_cases[] = {
	KUNIT_CASE(port_open_stop),
	KUNIT_CASE(port_stop_under_traffic),
	KUNIT_CASE_PARAM(port_reconfigure, port_config_gen_params),
	KUNIT_CASE_PARAM(port_reconfigure_down, port_config_gen_params),
	KUNIT_CASE(port_lanes),
	KUNIT_CASE(port_traffic_before_old_rings_go),
	KUNIT_CASE(port_small_mtu),
	KUNIT_CASE(port_reset_keeps_all),
	KUNIT_CASE(port_reset_down),
	KUNIT_CASE(port_suspend),
	KUNIT_CASE(port_tx_timeout),
	KUNIT_CASE(port_link_lost),
	KUNIT_CASE_SLOW(port_totals),
	{}
};

static struct kunit_suite port_suite = {
	.name = "flowlane_port",
	.init = port_init,
	.exit = mock_exit,
	.test_cases = port_cases,
};

kunit_test_suite(port_suite);
