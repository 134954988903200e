// SPDX-License-Identifier: GPL-2.0
/*
 * Features and settings: which packets are beyond the device, what can only
 * change together, and what a user may set.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include "frame.h"
#include "mock.h"

static int feat_init(struct kunit *test)
{
	mock_create(test, &mock_i82576);
	return 0;
}

#define FEAT_ALL	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | \
			 NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_GSO_UDP_L4 | \
			 NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HIGHDMA)
#define FEAT_OFFLOADS	(NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | NETIF_F_TSO | \
			 NETIF_F_TSO6 | NETIF_F_GSO_UDP_L4 | \
			 NETIF_F_HW_VLAN_CTAG_TX)

struct feat_headers {
	const char *name;
	u16 l2;		/* bytes in front of the network header */
	u16 l3;		/* bytes of it */
	bool csum;
	bool refused;
};

/* The mock's limits are the 82576's: 127 bytes of L2 and 511 of L3 header. */
static const struct feat_headers feat_headers_of[] = {
	{ "plain", 14, 20, true, false },
	{ "longest L2", 127, 20, true, false },
	{ "L2 too long", 128, 20, true, true },
	{ "L2 too long, nothing to sum", 128, 20, false, true },
	{ "longest L3", 14, 511, true, false },
	{ "L3 too long", 14, 512, true, true },
	{ "L3 too long, nothing to sum", 14, 512, false, false },
};

static void feat_headers_desc(const struct feat_headers *h, char *desc)
{
	strscpy(desc, h->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(feat_headers, feat_headers_of, feat_headers_desc);

static void feat_header_limits(struct kunit *test)
{
	const struct feat_headers *h = test->param_value;
	struct mock *mock = test->priv;
	struct sk_buff *skb = frame_short(test, 1000);
	netdev_features_t got;

	skb_set_network_header(skb, h->l2);
	skb->ip_summed = h->csum ? CHECKSUM_PARTIAL : CHECKSUM_NONE;
	skb->csum_start = skb_headroom(skb) + h->l2 + h->l3;
	got = fl_features_check(skb, mock->fl.netdev, FEAT_ALL);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, got, h->refused ? FEAT_ALL & ~FEAT_OFFLOADS :
						FEAT_ALL);
}

static void feat_fragments(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct frame frame = { .linear = 100 };
	int n;

	mock->fl.caps.tx_frags_max = 3;
	for (n = 0; n <= 5; n++) {
		struct sk_buff *skb;
		netdev_features_t got;

		frame.nr_frags = n;
		frame.frag[max(n - 1, 0)] = 10;
		skb = frame_build(test, &frame);
		got = fl_features_check(skb, mock->fl.netdev, FEAT_ALL);
		kfree_skb(skb);
		if (n <= 3)
			KUNIT_EXPECT_EQ(test, got, FEAT_ALL);
		else
			/* The stack makes one piece of it. */
			KUNIT_EXPECT_EQ(test, got & (NETIF_F_SG |
						     NETIF_F_GSO_MASK), 0);
	}
}

/* The stack would let the device segment a packet that was verified when it
 * came in; the device needs one with a sum to fill in.
 */
static void feat_gso_without_sum(struct kunit *test)
{
	static const u8 summed[] = {
		CHECKSUM_PARTIAL, CHECKSUM_UNNECESSARY, CHECKSUM_NONE,
	};
	struct frame frame = {
		.ip = 4, .l4 = FRAME_TCP, .linear = 3000, .csum = true,
	};
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(summed); i++) {
		netdev_features_t got, want = FEAT_ALL;
		struct sk_buff *skb;

		frame.mss = i % 2 ? 1000 : 0;
		skb = frame_build(test, &frame);
		skb->ip_summed = summed[i / 2];
		if (frame.mss && skb->ip_summed != CHECKSUM_PARTIAL)
			want &= ~NETIF_F_GSO_MASK;
		got = fl_features_check(skb, mock->fl.netdev, FEAT_ALL);
		kfree_skb(skb);
		KUNIT_EXPECT_EQ(test, got, want);
	}
}

static netdev_features_t feat_fix(struct mock *mock, netdev_features_t wanted)
{
	return fl_fix_features(mock->fl.netdev, wanted);
}

#define FEAT_RX	NETIF_F_HW_VLAN_CTAG_RX
#define FEAT_TX	NETIF_F_HW_VLAN_CTAG_TX

/* One switch of the device serves stripping and insertion. */
static void feat_vlan_together(struct kunit *test)
{
	struct mock *mock = test->priv;

	KUNIT_EXPECT_EQ(test, feat_fix(mock, FEAT_RX | FEAT_TX | NETIF_F_SG),
			FEAT_RX | FEAT_TX | NETIF_F_SG);
	KUNIT_EXPECT_EQ(test, feat_fix(mock, FEAT_TX | NETIF_F_SG), NETIF_F_SG);
	KUNIT_EXPECT_EQ(test, feat_fix(mock, FEAT_RX), FEAT_RX);
	KUNIT_EXPECT_EQ(test, feat_fix(mock, 0), 0);
	mock->fl.caps.vlan_strip_is_insert = false;
	KUNIT_EXPECT_EQ(test, feat_fix(mock, FEAT_TX), FEAT_TX);
}

/* The device is told of what it does itself, and only when it runs. */
static void feat_set(struct kunit *test)
{
	struct mock *mock = test->priv;

	mock_set_feature(mock, FEAT_RX, false);
	mock_set_feature(mock, FEAT_RX, true);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	mock_set_feature(mock, NETIF_F_RXCSUM | NETIF_F_RXHASH | NETIF_F_TSO,
			 false);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	mock_set_feature(mock, FEAT_RX, false);
	KUNIT_EXPECT_STREQ(test, mock->calls, "features");
	KUNIT_EXPECT_EQ(test, mock->fl.netdev->features & (FEAT_RX | FEAT_TX),
			0);
	mock_set_feature(mock, FEAT_RX, true);
	KUNIT_EXPECT_STREQ(test, mock->calls, "features features");
}

static int feat_vlan_id(struct mock *mock, u16 vid, bool on)
{
	const struct net_device_ops *ops = mock->fl.netdev->netdev_ops;
	int err;

	rtnl_lock();
	err = on ? ops->ndo_vlan_rx_add_vid(mock->fl.netdev,
					    htons(ETH_P_8021Q), vid) :
		   ops->ndo_vlan_rx_kill_vid(mock->fl.netdev,
					     htons(ETH_P_8021Q), vid);
	rtnl_unlock();
	return err;
}

/* VLAN ids are kept while the port is down. */
static void feat_vlan_ids(struct kunit *test)
{
	struct mock *mock = test->priv;

	KUNIT_EXPECT_EQ(test, feat_vlan_id(mock, 5, true), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	KUNIT_EXPECT_TRUE(test, test_bit(5, mock->fl.vlans));
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	KUNIT_EXPECT_EQ(test, feat_vlan_id(mock, 4094, true), 0);
	KUNIT_EXPECT_EQ(test, feat_vlan_id(mock, 5, false), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "vlan+4094 vlan-5");
	KUNIT_EXPECT_FALSE(test, test_bit(5, mock->fl.vlans));
	KUNIT_EXPECT_TRUE(test, test_bit(4094, mock->fl.vlans));
}

static int feat_set_mac(struct mock *mock, const u8 *addr)
{
	struct net_device *netdev = mock->fl.netdev;
	struct sockaddr_storage store = {};
	struct sockaddr *sa = (struct sockaddr *)&store;
	int err;

	sa->sa_family = ARPHRD_ETHER;
	memcpy(sa->sa_data, addr, ETH_ALEN);
	rtnl_lock();
	err = netdev->netdev_ops->ndo_set_mac_address(netdev, sa);
	rtnl_unlock();
	return err;
}

static void feat_mac(struct kunit *test)
{
	static const u8 addr[ETH_ALEN] = { 2, 0, 0x5e, 0x10, 0, 1 };
	static const u8 group[ETH_ALEN] = { 1, 0, 0x5e, 0x10, 0, 1 };
	struct mock *mock = test->priv;

	KUNIT_EXPECT_EQ(test, feat_set_mac(mock, addr), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	KUNIT_EXPECT_EQ(test, feat_set_mac(mock, group), -EADDRNOTAVAIL);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	KUNIT_EXPECT_EQ(test, feat_set_mac(mock, addr), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "mac");
	KUNIT_EXPECT_MEMEQ(test, mock->fl.netdev->dev_addr, addr, ETH_ALEN);
}

/* What the device refuses has not happened. */
static void feat_refused(struct kunit *test)
{
	static const u8 addr[ETH_ALEN] = { 2, 0, 0x5e, 0x10, 0, 2 };
	struct mock *mock = test->priv;
	struct net_device *netdev = mock->fl.netdev;
	u8 own[ETH_ALEN];

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	ether_addr_copy(own, netdev->dev_addr);
	mock->refuse = -EINVAL;
	KUNIT_EXPECT_EQ(test, feat_set_mac(mock, addr), -EINVAL);
	KUNIT_EXPECT_MEMEQ(test, netdev->dev_addr, own, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, feat_vlan_id(mock, 7, true), -EINVAL);
	KUNIT_EXPECT_FALSE(test, test_bit(7, mock->fl.vlans));
	mock_set_feature(mock, FEAT_RX, false);
	KUNIT_EXPECT_TRUE(test, netdev->features & FEAT_RX);
	mock->refuse = 0;
	KUNIT_EXPECT_EQ(test, feat_vlan_id(mock, 7, true), 0);
	KUNIT_EXPECT_TRUE(test, test_bit(7, mock->fl.vlans));
	KUNIT_EXPECT_EQ(test, feat_set_mac(mock, addr), 0);
	KUNIT_EXPECT_MEMEQ(test, netdev->dev_addr, addr, ETH_ALEN);
}

/* Not inlined: with each call its own extack, a frame would be too large. */
static noinline_for_stack int feat_set_rings(struct mock *mock, u32 rx, u32 tx)
{
	struct net_device *netdev = mock->fl.netdev;
	struct kernel_ethtool_ringparam kernel_ring = {};
	struct netlink_ext_ack extack = {};
	struct ethtool_ringparam ring = {};
	int err;

	rtnl_lock();
	netdev->ethtool_ops->get_ringparam(netdev, &ring, &kernel_ring,
					   &extack);
	ring.rx_pending = rx ?: ring.rx_pending;
	ring.tx_pending = tx ?: ring.tx_pending;
	err = netdev->ethtool_ops->set_ringparam(netdev, &ring, &kernel_ring,
						 &extack);
	rtnl_unlock();
	/* A user who is refused is told why. */
	if (err && !extack._msg)
		return 1;
	return err;
}

static void feat_ring_sizes(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct fl_config *cfg = &mock->fl.cfg;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	/* Setting what is set changes nothing. */
	KUNIT_EXPECT_EQ(test, feat_set_rings(mock, 0, 0), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");

	KUNIT_EXPECT_EQ(test, feat_set_rings(mock, 300, 0), 0);
	KUNIT_EXPECT_EQ(test, cfg->rx_size, 512);
	KUNIT_EXPECT_EQ(test, cfg->tx_size, 128);
	KUNIT_EXPECT_EQ(test, feat_set_rings(mock, 0, 1024), 0);
	KUNIT_EXPECT_EQ(test, cfg->rx_size, 512);
	KUNIT_EXPECT_EQ(test, cfg->tx_size, 1024);
	KUNIT_EXPECT_EQ(test, feat_set_rings(mock, 127, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, feat_set_rings(mock, 0, 127), -EINVAL);
	KUNIT_EXPECT_EQ(test, cfg->rx_size, 512);
	KUNIT_EXPECT_EQ(test, cfg->tx_size, 1024);
	/* From 300 to 500 is no change: both are 512. */
	mock_forget_calls(mock);
	KUNIT_EXPECT_EQ(test, feat_set_rings(mock, 500, 0), 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
}

static void feat_channels(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct net_device *netdev = mock->fl.netdev;
	const struct ethtool_ops *ops = netdev->ethtool_ops;
	struct ethtool_channels ch = {};
	int same, four;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock_forget_calls(mock);
	rtnl_lock();
	ops->get_channels(netdev, &ch);
	same = ops->set_channels(netdev, &ch);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, same, 0);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	KUNIT_EXPECT_EQ(test, ch.max_combined, MOCK_LANES);
	KUNIT_EXPECT_EQ(test, ch.combined_count, MOCK_LANES_0);
	KUNIT_EXPECT_EQ(test, ch.max_rx + ch.max_tx + ch.max_other, 0);

	ch.combined_count = 4;
	rtnl_lock();
	four = ops->set_channels(netdev, &ch);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, four, 0);
	KUNIT_EXPECT_EQ(test, mock->fl.cfg.lanes, 4);
}

static struct kunit_case feat_cases[] = {
	KUNIT_CASE_PARAM(feat_header_limits, feat_headers_gen_params),
	KUNIT_CASE(feat_fragments),
	KUNIT_CASE(feat_gso_without_sum),
	KUNIT_CASE(feat_vlan_together),
	KUNIT_CASE(feat_set),
	KUNIT_CASE(feat_vlan_ids),
	KUNIT_CASE(feat_mac),
	KUNIT_CASE(feat_refused),
	KUNIT_CASE(feat_ring_sizes),
	KUNIT_CASE(feat_channels),
	{}
};

static struct kunit_suite feat_suite = {
	.name = "flowlane_features",
	.init = feat_init,
	.exit = mock_exit,
	.test_cases = feat_cases,
};

kunit_test_suite(feat_suite);
