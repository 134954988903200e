// SPDX-License-Identifier: GPL-2.0
/* Receive hashing: whose table is in force, what a user may set, what stays. */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "mock.h"
#include "seam.h"

#define RSS_ADDRESSES	(RXH_IP_SRC | RXH_IP_DST)
#define RSS_PORTS	(RXH_L4_B_0_1 | RXH_L4_B_2_3)

static int rss_init(struct kunit *test)
{
	mock_create_running(test, &mock_i82576);
	return 0;
}

/* As ethtool's core does it: a user's table is marked as his. */
static int rss_set(struct mock *mock, u32 *indir, u8 *key, u8 hfunc)
{
	struct ethtool_rxfh_param param = {
		.hfunc = hfunc, .indir = indir, .key = key,
	};
	struct net_device *netdev = mock->fl.netdev;
	struct netlink_ext_ack extack = {};
	int err;

	rtnl_lock();
	err = fl_set_rxfh(netdev, &param, &extack);
	if (!err && indir)
		seam_rxfh_configured = true;
	rtnl_unlock();
	KUNIT_EXPECT_EQ(mock->test, !!extack._msg, !!err);
	return err;
}

static int rss_set_fields(struct mock *mock, u32 flow_type, u32 data)
{
	const struct ethtool_rxfh_fields fields = {
		.flow_type = flow_type, .data = data,
	};
	struct netlink_ext_ack extack = {};
	int err;

	rtnl_lock();
	err = fl_set_rxfh_fields(mock->fl.netdev, &fields, &extack);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(mock->test, !!extack._msg, !!err);
	return err;
}

static u32 rss_get_fields(struct mock *mock, u32 flow_type)
{
	struct ethtool_rxfh_fields fields = { .flow_type = flow_type };

	if (fl_get_rxfh_fields(mock->fl.netdev, &fields))
		return 0;
	return fields.data;
}

/* Driver, device and user see a table that repeats 0..n-1. */
static void rss_expect_even(struct kunit *test, struct mock *mock, u32 n)
{
	struct fl_dev *fl = &mock->fl;
	struct ethtool_rxfh_param param = {};
	u32 seen[FL_RSS_TABLE_MAX];
	int i;

	param.indir = seen;
	fl_get_rxfh(fl->netdev, &param);
	KUNIT_EXPECT_EQ(test, param.hfunc, ETH_RSS_HASH_TOP);
	for (i = 0; i < fl->caps.rss_table; i++) {
		KUNIT_ASSERT_EQ(test, fl->rss.table[i], i % n);
		KUNIT_ASSERT_EQ(test, seen[i], i % n);
		if (fl->running)
			KUNIT_ASSERT_EQ(test, mock->rss.lane[i], i % n);
	}
}

static int rss_lanes(struct mock *mock, u16 lanes)
{
	struct fl_config cfg = mock->fl.cfg;

	cfg.lanes = lanes;
	return mock_reconfigure(mock, &cfg);
}

static void rss_default(struct kunit *test)
{
	struct mock *mock = test->priv;
	u16 lanes;

	KUNIT_EXPECT_NOT_NULL(test, memchr_inv(mock->fl.rss.key, 0,
					       mock->fl.caps.rss_key));
	rss_expect_even(test, mock, MOCK_LANES_0);
	for (lanes = 1; lanes <= MOCK_LANES; lanes++) {
		KUNIT_ASSERT_EQ(test, rss_lanes(mock, lanes), 0);
		rss_expect_even(test, mock, lanes);
	}
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, rss_lanes(mock, 3), 0);
	rss_expect_even(test, mock, 3);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	rss_expect_even(test, mock, 3);
}

/* Lanes that were not to be had leave the table of those that there are. */
static void rss_lanes_fail(struct kunit *test)
{
	struct mock *mock = test->priv;

	mock->irq_request.times = 1;
	KUNIT_EXPECT_NE(test, rss_lanes(mock, MOCK_LANES), 0);
	rss_expect_even(test, mock, MOCK_LANES_0);
	mock->pause.times = 1;
	KUNIT_EXPECT_EQ(test, rss_lanes(mock, MOCK_LANES), 0);
	rss_expect_even(test, mock, MOCK_LANES);
}

static void rss_users_table(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 indir[FL_RSS_TABLE_MAX] = {};
	u8 key[FL_RSS_KEY_MAX];
	int i;

	for (i = 0; i < ARRAY_SIZE(key); i++)
		key[i] = i;
	KUNIT_ASSERT_EQ(test, rss_set(mock, indir, key, ETH_RSS_HASH_TOP), 0);
	KUNIT_EXPECT_EQ(test, mock->rss_writes, 1);
	rss_expect_even(test, mock, 1);
	KUNIT_EXPECT_MEMEQ(test, mock->rss.key, key, sizeof(key));

	/* It stays, whatever is done to the port. */
	KUNIT_ASSERT_EQ(test, rss_lanes(mock, MOCK_LANES), 0);
	rss_expect_even(test, mock, 1);
	mock_reset(mock);
	rss_expect_even(test, mock, 1);
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, rss_lanes(mock, 2), 0);
	memset(&mock->rss, 0xff, sizeof(mock->rss));
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	rss_expect_even(test, mock, 1);
	KUNIT_EXPECT_MEMEQ(test, mock->rss.key, key, sizeof(key));
	KUNIT_EXPECT_EQ(test, mock->rss_writes, 1);

	/* Given back, it follows the lanes again. */
	seam_rxfh_configured = false;
	KUNIT_ASSERT_EQ(test, rss_lanes(mock, 3), 0);
	rss_expect_even(test, mock, 3);
}

static void rss_while_down(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 indir[FL_RSS_TABLE_MAX] = {};

	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, rss_set(mock, indir, NULL, 0), 0);
	KUNIT_ASSERT_EQ(test, rss_set_fields(mock, UDP_V4_FLOW,
					     RSS_ADDRESSES | RSS_PORTS), 0);
	KUNIT_EXPECT_EQ(test, mock->rss_writes, 0);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	rss_expect_even(test, mock, 1);
	KUNIT_EXPECT_TRUE(test, mock->rss.ports & FL_RSS_UDP4);
	KUNIT_EXPECT_EQ(test, mock->rss_writes, 0);
}

static void rss_refused(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 indir[FL_RSS_TABLE_MAX] = {};
	u8 key[FL_RSS_KEY_MAX] = {};
	const struct fl_rss before = mock->fl.rss;

	/* One bad entry, and nothing of it is taken; nor is the key. */
	indir[FL_RSS_TABLE_MAX - 1] = MOCK_LANES_0;
	KUNIT_EXPECT_EQ(test, rss_set(mock, indir, key, 0), -EINVAL);
	indir[FL_RSS_TABLE_MAX - 1] = U32_MAX;
	KUNIT_EXPECT_EQ(test, rss_set(mock, indir, key, 0), -EINVAL);
	indir[FL_RSS_TABLE_MAX - 1] = 0;
	KUNIT_EXPECT_EQ(test, rss_set(mock, indir, key, ETH_RSS_HASH_XOR),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, TCP_V4_FLOW, RXH_IP_SRC),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, TCP_V4_FLOW, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, TCP_V4_FLOW,
					     RSS_ADDRESSES | RXH_VLAN),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, SCTP_V6_FLOW,
					     RSS_ADDRESSES | RSS_PORTS),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, ETHER_FLOW, RSS_ADDRESSES),
			-EINVAL);
	KUNIT_EXPECT_MEMEQ(test, &mock->fl.rss, &before, sizeof(before));
	KUNIT_EXPECT_EQ(test, mock->rss_writes, 0);
}

/* What counts from the start, of that what the device can hash. */
static void rss_first_fields(struct kunit *test)
{
	struct mock *mock = test->priv;

	KUNIT_EXPECT_EQ(test, mock->rss.ports, FL_RSS_TCP);
	mock_stop(mock);
	mock->fl.caps.rss_ports = FL_RSS_TCP | FL_RSS_UDP;
	mock->fl.caps.rss_types = FL_RSS_ALL & ~FL_RSS_TCP6;
	fl_rss_init(&mock->fl);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	KUNIT_EXPECT_EQ(test, mock->rss.ports, FL_RSS_TCP4 | FL_RSS_UDP);
	KUNIT_EXPECT_EQ(test, rss_get_fields(mock, UDP_V6_FLOW),
			RSS_ADDRESSES | RSS_PORTS);
	KUNIT_EXPECT_EQ(test, rss_get_fields(mock, TCP_V6_FLOW), RSS_ADDRESSES);
}

static void rss_fields(struct kunit *test)
{
	static const struct {
		u32 flow_type;
		u8 bit;
	} with_ports[] = {
		{ TCP_V4_FLOW, FL_RSS_TCP4 }, { TCP_V6_FLOW, FL_RSS_TCP6 },
		{ UDP_V4_FLOW, FL_RSS_UDP4 }, { UDP_V6_FLOW, FL_RSS_UDP6 },
	};
	static const u32 without[] = {
		IPV4_FLOW, IPV6_FLOW, SCTP_V4_FLOW, SCTP_V6_FLOW,
		AH_V4_FLOW, ESP_V6_FLOW,
	};
	struct mock *mock = test->priv;
	int i;

	KUNIT_EXPECT_EQ(test, mock->rss.ports, FL_RSS_TCP4 | FL_RSS_TCP6);
	for (i = 0; i < ARRAY_SIZE(with_ports); i++) {
		u32 type = with_ports[i].flow_type;
		u8 bit = with_ports[i].bit;
		u8 others = mock->rss.ports & ~bit;

		KUNIT_EXPECT_EQ(test, rss_set_fields(mock, type,
						     RSS_ADDRESSES), 0);
		KUNIT_EXPECT_EQ(test, rss_get_fields(mock, type),
				RSS_ADDRESSES);
		KUNIT_EXPECT_EQ(test, mock->rss.ports, others);
		KUNIT_EXPECT_EQ(test, rss_set_fields(mock, type,
						     RSS_ADDRESSES | RSS_PORTS),
				0);
		KUNIT_EXPECT_EQ(test, rss_get_fields(mock, type),
				RSS_ADDRESSES | RSS_PORTS);
		KUNIT_EXPECT_EQ(test, mock->rss.ports, others | bit);
	}
	for (i = 0; i < ARRAY_SIZE(without); i++) {
		KUNIT_EXPECT_EQ(test, rss_set_fields(mock, without[i],
						     RSS_ADDRESSES), 0);
		KUNIT_EXPECT_EQ(test, rss_get_fields(mock, without[i]),
				RSS_ADDRESSES);
	}
	KUNIT_EXPECT_EQ(test, rss_get_fields(mock, ETHER_FLOW), 0);
}

/* The device has had its say, and all is as before. */
static void rss_device_refuses(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct fl_rss old = mock->fl.rss;
	u32 indir[FL_RSS_TABLE_MAX] = {};
	u8 key[FL_RSS_KEY_MAX] = {};

	mock->refuse = -EINVAL;
	KUNIT_EXPECT_EQ(test, rss_set(mock, indir, key, ETH_RSS_HASH_TOP), -EINVAL);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, UDP_V4_FLOW,
					     RSS_ADDRESSES | RSS_PORTS), -EINVAL);
	KUNIT_EXPECT_MEMEQ(test, &mock->fl.rss, &old, sizeof(old));
	mock->refuse = 0;
	mock_reset(mock);
	KUNIT_EXPECT_MEMEQ(test, &mock->rss, &old, sizeof(old));
}

/* What cannot be hashed is not said to be. */
static void rss_some_types(struct kunit *test)
{
	struct mock *mock = test->priv;

	mock->fl.caps.rss_types = FL_RSS_TCP4 | FL_RSS_IP6;
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, TCP_V4_FLOW, RSS_ADDRESSES), -EINVAL);
	KUNIT_EXPECT_EQ(test, rss_get_fields(mock, TCP_V4_FLOW),
			RSS_ADDRESSES | RSS_PORTS);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, UDP_V6_FLOW,
					     RSS_ADDRESSES | RSS_PORTS), -EINVAL);
	KUNIT_EXPECT_EQ(test, rss_get_fields(mock, UDP_V6_FLOW), RSS_ADDRESSES);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, SCTP_V4_FLOW, RSS_ADDRESSES), -EINVAL);
	KUNIT_EXPECT_EQ(test, rss_get_fields(mock, IPV4_FLOW), 0);
}

/* A hash without a table, and none at all */
static void rss_less(struct kunit *test)
{
	struct ethtool_rxfh_fields fields = { .flow_type = TCP_V4_FLOW };
	struct mock *mock = test->priv;
	u32 indir[FL_RSS_TABLE_MAX] = {};
	struct ethtool_rxfh_param param = {};
	u8 key[FL_RSS_KEY_MAX] = {};

	mock->fl.caps.rss_table = 0;
	KUNIT_EXPECT_EQ(test, rss_set(mock, indir, NULL, ETH_RSS_HASH_TOP),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, rss_set(mock, NULL, key, ETH_RSS_HASH_TOP), 0);
	KUNIT_EXPECT_MEMEQ(test, mock->rss.key, key, sizeof(key));
	mock_reset(mock);
	KUNIT_EXPECT_EQ(test, rss_lanes(mock, 1), 0);

	mock->fl.caps.rss_key = 0;
	mock->fl.caps.rss_types = 0;
	KUNIT_EXPECT_EQ(test, rss_set(mock, NULL, key, ETH_RSS_HASH_TOP),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, fl_get_rxfh(mock->fl.netdev, &param), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, fl_get_rxfh_fields(mock->fl.netdev, &fields),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, rss_set_fields(mock, TCP_V4_FLOW, RSS_ADDRESSES),
			-EINVAL);
}

static struct kunit_case rss_cases[] = {
	KUNIT_CASE(rss_default),
	KUNIT_CASE(rss_lanes_fail),
	KUNIT_CASE(rss_users_table),
	KUNIT_CASE(rss_while_down),
	KUNIT_CASE(rss_refused),
	KUNIT_CASE(rss_first_fields),
	KUNIT_CASE(rss_fields),
	KUNIT_CASE(rss_device_refuses),
	KUNIT_CASE(rss_some_types),
	KUNIT_CASE(rss_less),
	{}
};

static struct kunit_suite rss_suite = {
	.name = "flowlane_rss",
	.init = rss_init,
	.exit = mock_exit,
	.test_cases = rss_cases,
};

kunit_test_suite(rss_suite);
