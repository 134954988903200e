// SPDX-License-Identifier: GPL-2.0
/*
 * The mock as a port: its creation and end, and what users and the stack do to
 * it. Locks are taken in here and nothing is asserted under them: a test that
 * stops in the middle must not keep RTNL.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <kunit/device.h>

#include "mock.h"
#include "seam.h"

static rx_handler_result_t mock_rx_handler(struct sk_buff **pskb)
{
	struct mock *mock = rcu_dereference((*pskb)->dev->rx_handler_data);

	skb_queue_tail(&mock->rxq, *pskb);
	return RX_HANDLER_CONSUMED;
}

static const struct fl_caps mock_caps = {
	.lanes_max = MOCK_LANES,
	.rx_ring_max = 1024,
	.tx_ring_max = 1024,
	.tx_frags_max = MAX_SKB_FRAGS,
	.tx_hdr_l2_max = 127,
	.tx_hdr_l3_max = 511,
	.itr_max = 8191,
	.itr_unit_ns = 2048,
	.rss_table = 128,
	.rss_key = 40,
	.rss_types = FL_RSS_ALL,
	.rss_ports = FL_RSS_TCP,
	.flow_filters = 8,
	.ether_filters = 2,
	.ether_lanes = 2,
	.features = NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_FILTER,
	.vlan_strip_is_insert = true,
};

static void mock_init_lanes(struct mock *mock)
{
	int i;

	for (i = 0; i < MOCK_LANES; i++) {
		struct mock_lane *ml = &mock->lane[i];

		ml->rx_reg.mock = mock;
		ml->rx_reg.lane = i;
		ml->tx_reg.mock = mock;
		ml->tx_reg.lane = i;
		ml->tx_reg.tx = true;
	}
}

static const struct ethtool_ops mock_ethtool_ops = {
	FL_ETHTOOL_OPS,
	.self_test = fl_self_test,
};

/* Features as the 82576 backend has them, but no GRO: a test looks at frames
 * one by one. Without multicast and carrier the stack sends nothing by itself.
 */
static void mock_init_netdev(struct mock *mock)
{
	struct net_device *netdev = mock->fl.netdev;

	SET_NETDEV_DEV(netdev, mock->dev);
	netdev->netdev_ops = mock->hw->ndo;
	netdev->ethtool_ops = &mock_ethtool_ops;
	netdev->flags &= ~IFF_MULTICAST;
	netdev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = 9216;
	netdev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO |
			      NETIF_F_TSO6 | NETIF_F_RXCSUM | NETIF_F_RXHASH |
			      NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_CTAG_RX |
			      NETIF_F_NTUPLE;
	netdev->features = netdev->hw_features;
	strscpy(netdev->name, "flmock%d", sizeof(netdev->name));
	eth_hw_addr_random(netdev);
}

static int mock_register(struct mock *mock)
{
	struct net_device *netdev = mock->fl.netdev;
	int err;

	err = fl_dev_register(&mock->fl);
	if (err)
		return err;
	mock->registered = true;
	rtnl_lock();
	netdev->wanted_features &= ~NETIF_F_GRO;
	netdev_update_features(netdev);
	err = netdev_rx_handler_register(netdev, mock_rx_handler, mock);
	rtnl_unlock();
	return err;
}

/**
 * mock_create() - a registered port that is down
 * @test: test; its priv becomes the mock
 * @hw: kind of mock
 *
 * Return: the mock; the test has failed without one.
 */
struct mock *mock_create(struct kunit *test, const struct mock_hw *hw)
{
	struct net_device *netdev;
	struct device *dev;
	struct mock *mock;

	seam_reset();
	/* A second one is told apart. */
	dev = kunit_device_register(test, test->priv ? "mock-2" : "mock");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, dma_coerce_mask_and_coherent(dev,
							   DMA_BIT_MASK(64)), 0);
	netdev = alloc_etherdev_mqs(sizeof(*mock), MOCK_LANES, MOCK_LANES);
	KUNIT_ASSERT_NOT_NULL(test, netdev);

	mock = netdev_priv(netdev);
	test->priv = mock;
	mock->test = test;
	mock->hw = hw;
	mock->dev = dev;
	skb_queue_head_init(&mock->rxq);
	mock_init_lanes(mock);
	mock->fl.netdev = netdev;
	mock->fl.dev = dev;
	mock->fl.ops = &mock_hw_ops;
	mock->fl.poll = hw->poll;
	mock->fl.caps = mock_caps;
	mock->fl.caps.rx_desc_bytes = hw->rx_desc_bytes;
	mock->fl.caps.tx_desc_bytes = hw->tx_desc_bytes;
	mock->fl.caps.rx_buf_unit = hw->rx_buf_unit;
	mock->fl.caps.itr_by = hw->itr_by;
	mock->fl.caps.itr_costly = hw->itr_by != FL_ITR_LANE;
	mock_init_netdev(mock);
	if (hw->setup)
		hw->setup(mock);
	KUNIT_ASSERT_EQ(test, fl_dev_init(&mock->fl), 0);
	/* A reset that fails is not tried again before the test has looked. */
	mock->fl.reset_wait = msecs_to_jiffies(30000);
	mock->fl.cfg.lanes = MOCK_LANES_0;
	mock->fl.cfg.rx_size = FL_RING_SIZE_MIN;
	mock->fl.cfg.tx_size = FL_RING_SIZE_MIN;
	fl_rss_fit(&mock->fl);
	KUNIT_ASSERT_EQ(test, mock_register(mock), 0);
	return mock;
}

/**
 * mock_create_running() - a port that is up
 * @test: test; its priv becomes the mock
 * @hw: kind of mock
 *
 * Return: the mock; the test has failed without one.
 */
struct mock *mock_create_running(struct kunit *test, const struct mock_hw *hw)
{
	struct mock *mock = mock_create(test, hw);

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	return mock;
}

/**
 * mock_init_running() - a suite's init: a running mock of the case's kind
 * @test: test, whose parameter is an entry of MOCK_HWS
 *
 * Return: 0.
 */
int mock_init_running(struct kunit *test)
{
	mock_create_running(test, *(const struct mock_hw *const *)
				  test->param_value);
	return 0;
}

/**
 * mock_exit() - the end of a mock, and of a test: nothing may be left
 * @test: test
 */
void mock_exit(struct kunit *test)
{
	struct mock *mock = test->priv;

	if (!mock)
		return;
	seam_reset();
	mock->on_call = NULL;
	if (mock->registered) {
		rtnl_lock();
		netdev_rx_handler_unregister(mock->fl.netdev);
		rtnl_unlock();
		skb_queue_purge(&mock->rxq);
		fl_dev_unregister(&mock->fl);
	}
	skb_queue_purge(&mock->rxq);
	mock_tx_forget(mock);
	KUNIT_EXPECT_STREQ(test, mock->fault, "");
	fl_dev_cleanup(&mock->fl);
	free_netdev(mock->fl.netdev);
	test->priv = NULL;

	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.pools), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.coherent), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	memset(&seam_held, 0, sizeof(seam_held));
}

/**
 * mock_open() - set the port up
 * @mock: mock
 *
 * Return: 0 or a negative error.
 */
int mock_open(struct mock *mock)
{
	int err;

	rtnl_lock();
	err = dev_open(mock->fl.netdev, NULL);
	rtnl_unlock();
	return err;
}

/**
 * mock_stop() - set the port down
 * @mock: mock
 */
void mock_stop(struct mock *mock)
{
	rtnl_lock();
	dev_close(mock->fl.netdev);
	rtnl_unlock();
}

/**
 * mock_reconfigure() - fl_reconfigure() as a user would cause it
 * @mock: mock
 * @cfg: configuration
 *
 * Return: 0 or a negative error.
 */
int mock_reconfigure(struct mock *mock, const struct fl_config *cfg)
{
	int err;

	rtnl_lock();
	err = fl_reconfigure(&mock->fl, cfg, NULL);
	rtnl_unlock();
	return err;
}

/**
 * mock_reset() - reset the port
 * @mock: mock
 */
void mock_reset(struct mock *mock)
{
	rtnl_lock();
	fl_reset_locked(&mock->fl);
	rtnl_unlock();
}

/**
 * mock_set_feature() - switch a feature as a user would
 * @mock: mock
 * @feature: one of hw_features
 * @on: wanted
 */
void mock_set_feature(struct mock *mock, netdev_features_t feature, bool on)
{
	struct net_device *netdev = mock->fl.netdev;

	rtnl_lock();
	if (on)
		netdev->wanted_features |= feature;
	else
		netdev->wanted_features &= ~feature;
	netdev_update_features(netdev);
	rtnl_unlock();
}

/**
 * mock_poll() - one NAPI poll of a lane, here and now
 * @mock: mock
 * @lane: number of the lane
 * @budget: frames at most; 0 as netpoll has it
 *
 * Return: what the poll returned.
 */
int mock_poll(struct mock *mock, int lane, int budget)
{
	struct napi_struct *napi = &mock->fl.lane[lane].napi;
	int tries, done;

	local_bh_disable();
	/* A poll may be under way elsewhere: each open schedules one. */
	for (tries = 0; !napi_schedule_prep(napi); tries++) {
		local_bh_enable();
		if (tries == 10000) {
			KUNIT_FAIL(mock->test, "lane %d cannot poll", lane);
			return -EBUSY;
		}
		usleep_range(1000, 2000);
		local_bh_disable();
	}
	done = mock->fl.poll(napi, budget);
	/* A poll that used its budget, or had none, has not completed. */
	if (done >= budget)
		napi_complete(napi);
	local_bh_enable();
	if (done > budget)
		mock_fault(mock, "a poll beyond its budget");
	return done;
}

/**
 * mock_settle() - the polls that a start of the lanes schedules are over
 * @mock: mock
 */
void mock_settle(struct mock *mock)
{
	int i;

	for (i = 0; i < mock->fl.cfg.lanes; i++)
		mock_poll(mock, i, 64);
}

/**
 * mock_xmit() - the stack gives a lane a packet
 * @mock: mock
 * @lane: number of the lane
 * @skb: packet; consumed unless NETDEV_TX_BUSY is returned
 * @more: more packets follow at once
 *
 * Return: what the port said.
 */
netdev_tx_t mock_xmit(struct mock *mock, int lane, struct sk_buff *skb,
		      bool more)
{
	struct net_device *netdev = mock->fl.netdev;
	struct netdev_queue *txq = netdev_get_tx_queue(netdev, lane);
	netdev_tx_t ret;

	skb->dev = netdev;
	skb_set_queue_mapping(skb, lane);
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	ret = netdev_start_xmit(skb, netdev, txq, more);
	__netif_tx_unlock(txq);
	local_bh_enable();
	return ret;
}

/**
 * mock_receive() - the next frame that the stack was given
 * @mock: mock
 *
 * Return: the frame, without its Ethernet header, or NULL.
 */
struct sk_buff *mock_receive(struct mock *mock)
{
	return skb_dequeue(&mock->rxq);
}

/**
 * mock_stats() - what lane 0 has counted
 * @mock: mock
 *
 * Return: its counters.
 */
struct fl_lane_view mock_stats(struct mock *mock)
{
	struct fl_lane_view view;

	fl_lane_stats(&mock->fl.lane[0], &view);
	return view;
}

/**
 * mock_forget_calls() - forget which of fl_hw_ops were called
 * @mock: mock
 */
void mock_forget_calls(struct mock *mock)
{
	mock->calls[0] = '\0';
}
