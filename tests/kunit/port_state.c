// SPDX-License-Identifier: GPL-2.0
/* The state of a port, and whether it works. */
#include <linux/etherdevice.h>

#include "frame.h"
#include "port_state.h"
#include "seam.h"

/**
 * port_save() - take down what a port is like
 * @mock: mock
 * @s: to be filled in
 */
void port_save(struct mock *mock, struct port_state *s)
{
	struct net_device *netdev = mock->fl.netdev;
	int i;

	s->cfg = mock->fl.cfg;
	for (i = 0; i < MOCK_LANES; i++) {
		s->rx[i] = mock->fl.lane[i].rx;
		s->tx[i] = mock->fl.lane[i].tx;
	}
	s->real_tx = netdev->real_num_tx_queues;
	s->real_rx = netdev->real_num_rx_queues;
	s->mtu = netdev->mtu;
	s->running = mock->fl.running;
}

/**
 * port_expect_same() - a port is as it was
 * @test: test
 * @mock: mock
 * @s: what it was like
 */
void port_expect_same(struct kunit *test, struct mock *mock,
		      const struct port_state *s)
{
	struct port_state now;
	int i;

	port_save(mock, &now);
	KUNIT_EXPECT_MEMEQ(test, &now.cfg, &s->cfg, sizeof(s->cfg));
	for (i = 0; i < MOCK_LANES; i++) {
		KUNIT_EXPECT_PTR_EQ(test, now.rx[i], s->rx[i]);
		KUNIT_EXPECT_PTR_EQ(test, now.tx[i], s->tx[i]);
	}
	KUNIT_EXPECT_EQ(test, now.real_tx, s->real_tx);
	KUNIT_EXPECT_EQ(test, now.real_rx, s->real_rx);
	KUNIT_EXPECT_EQ(test, now.mtu, s->mtu);
	KUNIT_EXPECT_EQ(test, now.running, s->running);
}

/**
 * port_expect_config() - a running port is configured like this, all of it
 * @test: test
 * @mock: mock
 * @cfg: how
 */
void port_expect_config(struct kunit *test, struct mock *mock,
			const struct fl_config *cfg)
{
	struct net_device *netdev = mock->fl.netdev;
	int i;

	KUNIT_EXPECT_MEMEQ(test, &mock->fl.cfg, cfg, sizeof(*cfg));
	KUNIT_EXPECT_EQ(test, netdev->real_num_tx_queues, cfg->lanes);
	KUNIT_EXPECT_EQ(test, netdev->real_num_rx_queues, cfg->lanes);
	for (i = 0; i < MOCK_LANES; i++) {
		struct fl_lane *lane = &mock->fl.lane[i];

		if (i >= cfg->lanes) {
			KUNIT_EXPECT_NULL(test, lane->rx);
			KUNIT_EXPECT_NULL(test, lane->tx);
			continue;
		}
		KUNIT_ASSERT_NOT_NULL(test, lane->rx);
		KUNIT_ASSERT_NOT_NULL(test, lane->tx);
		KUNIT_EXPECT_EQ(test, lane->rx->mask + 1, cfg->rx_size);
		KUNIT_EXPECT_EQ(test, lane->tx->mask + 1, cfg->tx_size);
		KUNIT_EXPECT_EQ(test, lane->rx->next_to_use,
				mock_rx_full(lane->rx));
	}
}

/**
 * port_expect_empty() - a port that is down holds nothing
 * @test: test
 * @mock: mock
 */
void port_expect_empty(struct kunit *test, struct mock *mock)
{
	int i;

	KUNIT_EXPECT_FALSE(test, mock->fl.running);
	for (i = 0; i < MOCK_LANES; i++) {
		KUNIT_EXPECT_NULL(test, mock->fl.lane[i].rx);
		KUNIT_EXPECT_NULL(test, mock->fl.lane[i].tx);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.pools), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.coherent), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
}

static void port_expect_rx(struct kunit *test, struct mock *mock, int lane,
			   const u8 *data, u32 len)
{
	struct fl_rx_ring *rx = mock->fl.lane[lane].rx;
	u32 bells = mock->lane[lane].rx_reg.writes;
	u32 use = rx->next_to_use;
	struct sk_buff *skb;

	KUNIT_EXPECT_GT(test, mock_rx_frame(mock, lane, data, len, NULL), 0);
	KUNIT_EXPECT_EQ_MSG(test, mock_poll(mock, lane, 64), 1, "lane %d",
			    lane);
	/* Full again, and the device has been told if it was not. */
	KUNIT_EXPECT_EQ(test, rx->next_to_use, mock_rx_full(rx));
	KUNIT_EXPECT_EQ(test, mock->lane[lane].rx_reg.writes,
			bells + (rx->next_to_use != use));
	skb = mock_receive(mock);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, len - ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb_get_rx_queue(skb), lane);
	KUNIT_EXPECT_EQ(test, memcmp(skb->data, data + ETH_HLEN,
				     skb_headlen(skb)), 0);
	kfree_skb(skb);
}

/**
 * port_expect_traffic() - frames come and go on every lane in use
 * @test: test
 * @mock: mock, with nothing in its rings
 */
void port_expect_traffic(struct kunit *test, struct mock *mock)
{
	u32 len = mock->fl.cfg.mtu + ETH_HLEN;
	const u8 *data = frame_bytes(test, len, 1);
	int lane, i;

	for (lane = 0; lane < mock->fl.cfg.lanes; lane++) {
		struct netdev_queue *txq = netdev_get_tx_queue(mock->fl.netdev,
							       lane);
		u32 maps = atomic_read(&seam_held.maps);

		/* Short ones, and one as long as the MTU has it. */
		for (i = 0; i < 8; i++)
			port_expect_rx(test, mock, lane, data, i ? 60 : len);
		KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
		KUNIT_EXPECT_EQ(test, mock_xmit(mock, lane,
						frame_short(test, 60), false),
				NETDEV_TX_OK);
		KUNIT_EXPECT_EQ(test, mock_tx_run(mock, lane, U32_MAX), 1);
		mock_poll(mock, lane, 64);
		KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), maps);
	}
	mock_tx_forget(mock);
}
