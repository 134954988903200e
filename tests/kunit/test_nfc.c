// SPDX-License-Identifier: GPL-2.0
/* Rules: which are taken, what becomes of them, where they are put, what stays. */
#include <linux/ethtool.h>
#include <linux/in.h>
#include <linux/rtnetlink.h>

#include <flowlane/compat.h>

#include "mock.h"

/* As the mock has them: flows, then types of frames. */
#define NFC_FLOWS	8
#define NFC_ETHERS	2
#define NFC_ALL		(NFC_FLOWS + NFC_ETHERS)

/* The one that a flow was driven out of last; while @nfc_plays, by the suite. */
static int nfc_evicted;
static bool nfc_plays;

/* What nfc.c calls in place of fl_steer_evict_locked(); see Kbuild. */
void nfc_evict_locked(struct fl_dev *fl, int i)
{
	lockdep_assert_held(&fl->steer_lock);
	if (!nfc_plays) {
		fl_steer_evict_locked(fl, i);
		return;
	}
	nfc_evicted = i;
	fl->filter[i] = (struct fl_filter) {};
	if (fl->running)
		fl->ops->set_filter(fl, i);
}

static int nfc_init(struct kunit *test)
{
	nfc_plays = true;
	nfc_evicted = -1;
	mock_create_running(test, &mock_i82576);
	return 0;
}

static void nfc_exit(struct kunit *test)
{
	mock_exit(test);
	nfc_plays = false;
}

/* A flow of TCP from anywhere to a port. */
static struct ethtool_rx_flow_spec nfc_port(u16 port, u32 lane, u32 loc)
{
	return (struct ethtool_rx_flow_spec) {
		.flow_type = TCP_V4_FLOW,
		.h_u.tcp_ip4_spec.pdst = htons(port),
		.m_u.tcp_ip4_spec.pdst = htons(U16_MAX),
		.ring_cookie = lane,
		.location = loc,
	};
}

static struct ethtool_rx_flow_spec nfc_type(u16 type, u32 lane, u32 loc)
{
	return (struct ethtool_rx_flow_spec) {
		.flow_type = ETHER_FLOW,
		.h_u.ether_spec.h_proto = htons(type),
		.m_u.ether_spec.h_proto = htons(U16_MAX),
		.ring_cookie = lane,
		.location = loc,
	};
}

static int nfc_set(struct mock *mock, u32 cmd, struct ethtool_rx_flow_spec *fs)
{
	struct ethtool_rxnfc nfc = { .cmd = cmd, .fs = *fs };
	int err;

	rtnl_lock();
	err = fl_set_rxnfc(mock->fl.netdev, &nfc);
	rtnl_unlock();
	*fs = nfc.fs;
	return err;
}

/* Insert a rule; where it is, or a negative error. */
static int nfc_insert(struct mock *mock, struct ethtool_rx_flow_spec fs)
{
	return nfc_set(mock, ETHTOOL_SRXCLSRLINS, &fs) ?: fs.location;
}

static int nfc_delete(struct mock *mock, u32 loc)
{
	struct ethtool_rx_flow_spec fs = { .location = loc };

	return nfc_set(mock, ETHTOOL_SRXCLSRLDEL, &fs);
}

static int nfc_get(struct mock *mock, u32 loc, struct ethtool_rx_flow_spec *fs)
{
	struct ethtool_rxnfc nfc = {
		.cmd = ETHTOOL_GRXCLSRULE, .fs.location = loc,
	};
	int err;

	rtnl_lock();
	err = fl_get_rxnfc(mock->fl.netdev, &nfc, NULL);
	rtnl_unlock();
	*fs = nfc.fs;
	return err;
}

/* The places of all rules are these, and the device has these filters alone. */
static void nfc_expect(struct kunit *test, struct mock *mock, int n,
		       const u32 *want)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_GRXCLSRLCNT };
	struct net_device *netdev = mock->fl.netdev;
	u32 rules[NFC_ALL] = {};
	int i, on = 0;

	KUNIT_ASSERT_EQ(test, fl_get_rxnfc(netdev, &nfc, NULL), 0);
	KUNIT_EXPECT_EQ(test, nfc.rule_cnt, n);
	KUNIT_EXPECT_EQ(test, nfc.data, NFC_ALL | RX_CLS_LOC_SPECIAL);
	nfc.cmd = ETHTOOL_GRXCLSRLALL;
	if (n) {
		nfc.rule_cnt = n - 1;
		KUNIT_EXPECT_EQ(test, fl_get_rxnfc(netdev, &nfc, rules),
				-EMSGSIZE);
	}
	nfc.rule_cnt = n;
	/* As ethtool's core does: nothing to be filled in for none. */
	KUNIT_ASSERT_EQ(test, fl_get_rxnfc(netdev, &nfc, n ? rules : NULL), 0);
	KUNIT_ASSERT_EQ(test, nfc.rule_cnt, n);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ_MSG(test, rules[i], want[i], "rule %d", i);
	KUNIT_EXPECT_MEMEQ(test, mock->filter, mock->fl.filter,
			   sizeof(mock->filter));
	for (i = 0; i < NFC_ALL; i++)
		on += mock->filter[i].owner == FL_FILTER_RULE;
	KUNIT_EXPECT_EQ(test, on, n);
}

#define NFC_EXPECT(test, mock, ...)					\
do {									\
	const u32 places[] = { __VA_ARGS__ };				\
									\
	nfc_expect(test, mock, ARRAY_SIZE(places), places);		\
} while (0)

#define NFC_IP(a)	.ip4##a = cpu_to_be32(0x0a000001)
#define NFC_ANY_IP(a)	.ip4##a = cpu_to_be32(U32_MAX)

struct nfc_case {
	const char *name;
	struct ethtool_rx_flow_spec fs;
	u8 match;
	u8 proto;
	int err;
};

static const struct nfc_case nfc_good[] = {
	{ "all of TCP", { .flow_type = TCP_V4_FLOW }, FL_MATCH_PROTO,
	  IPPROTO_TCP },
	{ "a flow of UDP", { .flow_type = UDP_V4_FLOW,
		.h_u.udp_ip4_spec = { NFC_IP(src), NFC_IP(dst),
			.psrc = cpu_to_be16(1), .pdst = cpu_to_be16(2) },
		.m_u.udp_ip4_spec = { NFC_ANY_IP(src), NFC_ANY_IP(dst),
			.psrc = cpu_to_be16(U16_MAX),
			.pdst = cpu_to_be16(U16_MAX) } },
	  FL_MATCH_ALL, IPPROTO_UDP },
	{ "SCTP from a port", { .flow_type = SCTP_V4_FLOW,
		.h_u.sctp_ip4_spec.psrc = cpu_to_be16(0),
		.m_u.sctp_ip4_spec.psrc = cpu_to_be16(U16_MAX) },
	  FL_MATCH_PROTO | FL_MATCH_SRC_PORT, IPPROTO_SCTP },
	{ "TCP to an address", { .flow_type = TCP_V4_FLOW,
		.h_u.tcp_ip4_spec = { NFC_IP(dst) },
		.m_u.tcp_ip4_spec = { NFC_ANY_IP(dst) } },
	  FL_MATCH_PROTO | FL_MATCH_DST, IPPROTO_TCP },
	{ "IPv4 from an address", { .flow_type = IPV4_USER_FLOW,
		.h_u.usr_ip4_spec = { NFC_IP(src), .ip_ver = ETH_RX_NFC_IP4 },
		.m_u.usr_ip4_spec = { NFC_ANY_IP(src) } }, FL_MATCH_SRC },
	{ "ICMP", { .flow_type = IPV4_USER_FLOW,
		.h_u.usr_ip4_spec = { .ip_ver = ETH_RX_NFC_IP4, .proto = 1 },
		.m_u.usr_ip4_spec = { .proto = U8_MAX } }, FL_MATCH_PROTO,
	  IPPROTO_ICMP },
	{ "LLDP", { .flow_type = ETHER_FLOW,
		.h_u.ether_spec.h_proto = cpu_to_be16(0x88cc),
		.m_u.ether_spec.h_proto = cpu_to_be16(U16_MAX) } },
};

KUNIT_ARRAY_PARAM_DESC(nfc_good, nfc_good, name);

/* What a user reads is what he has set, and the device has all of it. */
static void nfc_taken(struct kunit *test)
{
	const struct nfc_case *c = test->param_value;
	struct ethtool_rx_flow_spec fs = c->fs, got;
	struct mock *mock = test->priv;
	const struct fl_filter *f;
	int i;

	fs.location = RX_CLS_LOC_ANY;
	fs.ring_cookie = 1;
	i = nfc_insert(mock, fs);
	KUNIT_ASSERT_EQ(test, i, c->match ? 0 : NFC_FLOWS);
	f = &mock->filter[i];
	KUNIT_EXPECT_EQ(test, f->owner, FL_FILTER_RULE);
	KUNIT_EXPECT_EQ(test, f->lane, 1);
	KUNIT_EXPECT_EQ(test, f->match, c->match);
	KUNIT_EXPECT_EQ(test, f->key.proto, c->proto);
	KUNIT_EXPECT_EQ(test, ntohs(f->key.l3), c->match ? ETH_P_IP : 0x88cc);
	KUNIT_ASSERT_EQ(test, nfc_get(mock, i, &got), 0);
	fs.location = i;
	KUNIT_EXPECT_MEMEQ(test, &got, &fs, sizeof(fs));
}

/* Values of fields that do not count are not looked at. */
static void nfc_values(struct kunit *test)
{
	struct ethtool_rx_flow_spec fs = nfc_port(80, 1, RX_CLS_LOC_ANY), got;
	struct mock *mock = test->priv;

	fs.h_u.tcp_ip4_spec.ip4src = htonl(0x01020304);
	fs.h_u.tcp_ip4_spec.tos = 4;
	KUNIT_ASSERT_EQ(test, nfc_insert(mock, fs), 0);
	KUNIT_ASSERT_EQ(test, nfc_get(mock, 0, &got), 0);
	fs = nfc_port(80, 1, 0);
	KUNIT_EXPECT_MEMEQ(test, &got, &fs, sizeof(fs));
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(80, 0, RX_CLS_LOC_ANY)),
			-EEXIST);
}

#define NFC_LOC		.location = RX_CLS_LOC_ANY
#define NFC_TCP		.flow_type = TCP_V4_FLOW, NFC_LOC
#define NFC_IP4		.flow_type = IPV4_USER_FLOW, NFC_LOC,		\
			.h_u.usr_ip4_spec.ip_ver = ETH_RX_NFC_IP4
#define NFC_ETHER	.flow_type = ETHER_FLOW, NFC_LOC
#define NFC_PORT	.h_u.tcp_ip4_spec.pdst = cpu_to_be16(80),	\
			.m_u.tcp_ip4_spec.pdst = cpu_to_be16(U16_MAX)

static const struct nfc_case nfc_bad[] = {
	{ "part of an address", { NFC_TCP,
		.m_u.tcp_ip4_spec.ip4src = cpu_to_be32(0xffffff00) },
	  .err = -EOPNOTSUPP },
	{ "part of a port", { NFC_TCP,
		.m_u.tcp_ip4_spec.pdst = cpu_to_be16(0xff) },
	  .err = -EOPNOTSUPP },
	{ "part of a protocol", { NFC_IP4, .m_u.usr_ip4_spec.proto = 0xf },
	  .err = -EOPNOTSUPP },
	{ "TOS", { NFC_TCP, .m_u.tcp_ip4_spec.tos = U8_MAX },
	  .err = -EOPNOTSUPP },
	{ "TOS of IPv4", { NFC_IP4, .m_u.usr_ip4_spec = { .tos = U8_MAX,
		.proto = U8_MAX } }, .err = -EOPNOTSUPP },
	{ "a version", { NFC_IP4, .m_u.usr_ip4_spec = { .ip_ver = U8_MAX,
		.proto = U8_MAX } }, .err = -EOPNOTSUPP },
	{ "no version", { .flow_type = IPV4_USER_FLOW, NFC_LOC,
		.m_u.usr_ip4_spec.proto = U8_MAX }, .err = -EOPNOTSUPP },
	{ "ports of any protocol", { NFC_IP4,
		.m_u.usr_ip4_spec.l4_4_bytes = cpu_to_be32(U32_MAX) },
	  .err = -EOPNOTSUPP },
	{ "all of IPv4", { NFC_IP4 }, .err = -EOPNOTSUPP },
	{ "TCP over IPv6", { .flow_type = TCP_V6_FLOW, NFC_LOC },
	  .err = -EOPNOTSUPP },
	{ "IPv6", { .flow_type = IPV6_USER_FLOW, NFC_LOC },
	  .err = -EOPNOTSUPP },
	{ "AH", { .flow_type = AH_V4_FLOW, NFC_LOC }, .err = -EOPNOTSUPP },
	{ "a VLAN", { .flow_type = TCP_V4_FLOW | FLOW_EXT, NFC_LOC,
		.m_ext.vlan_tci = cpu_to_be16(0xfff) }, .err = -EOPNOTSUPP },
	{ "a station of TCP", { .flow_type = TCP_V4_FLOW | FLOW_MAC_EXT,
		NFC_LOC }, .err = -EOPNOTSUPP },
	{ "an RSS context", { .flow_type = TCP_V4_FLOW | FLOW_RSS, NFC_LOC },
	  .err = -EOPNOTSUPP },
	{ "a station", { NFC_ETHER, .m_u.ether_spec = { .h_source[5] = 1,
		.h_proto = cpu_to_be16(U16_MAX) } }, .err = -EOPNOTSUPP },
	{ "no type", { NFC_ETHER }, .err = -EOPNOTSUPP },
	{ "part of a type", { NFC_ETHER,
		.m_u.ether_spec.h_proto = cpu_to_be16(0xff00) },
	  .err = -EOPNOTSUPP },
	{ "the type of IPv4", { NFC_ETHER,
		.h_u.ether_spec.h_proto = cpu_to_be16(ETH_P_IP),
		.m_u.ether_spec.h_proto = cpu_to_be16(U16_MAX) },
	  .err = -EOPNOTSUPP },
	{ "the type of PTP", { NFC_ETHER,
		.h_u.ether_spec.h_proto = cpu_to_be16(ETH_P_1588),
		.m_u.ether_spec.h_proto = cpu_to_be16(U16_MAX) },
	  .err = -EOPNOTSUPP },
	{ "dropped", { NFC_TCP, .ring_cookie = RX_CLS_FLOW_DISC },
	  .err = -EOPNOTSUPP },
	{ "woken by", { NFC_TCP, .ring_cookie = RX_CLS_FLOW_WAKE },
	  .err = -EOPNOTSUPP },
	{ "to a function", { NFC_TCP, .ring_cookie = 1ULL << 32 },
	  .err = -EOPNOTSUPP },
	{ "to no lane", { NFC_TCP, .ring_cookie = MOCK_LANES_0 },
	  .err = -EINVAL },
	{ "at the first place", { .flow_type = TCP_V4_FLOW, NFC_PORT,
		.location = RX_CLS_LOC_FIRST }, .err = -EINVAL },
	{ "at a type's place", { .flow_type = TCP_V4_FLOW, NFC_PORT,
		.location = NFC_FLOWS }, .err = -EINVAL },
	{ "at no place", { .flow_type = TCP_V4_FLOW, NFC_PORT,
		.location = NFC_ALL }, .err = -EINVAL },
	{ "a type at a flow's place", { .flow_type = ETHER_FLOW,
		.m_u.ether_spec.h_proto = cpu_to_be16(U16_MAX),
		.location = NFC_FLOWS - 1 }, .err = -EINVAL },
	{ "a type at no place", { .flow_type = ETHER_FLOW,
		.m_u.ether_spec.h_proto = cpu_to_be16(U16_MAX),
		.location = NFC_ALL }, .err = -EINVAL },
	{ "the same", { NFC_TCP, NFC_PORT, .ring_cookie = 1 },
	  .err = -EEXIST },
	{ "the same elsewhere", { .flow_type = TCP_V4_FLOW, NFC_PORT,
		.location = 1 }, .err = -EEXIST },
};

KUNIT_ARRAY_PARAM_DESC(nfc_bad, nfc_bad, name);

/* Nothing changes, and the device hears nothing of it. */
static void nfc_refused(struct kunit *test)
{
	const struct nfc_case *c = test->param_value;
	struct fl_filter before[FL_FILTERS_MAX];
	struct mock *mock = test->priv;

	KUNIT_ASSERT_EQ(test, nfc_insert(mock, nfc_port(80, 0, 3)), 3);
	memcpy(before, mock->fl.filter, sizeof(before));
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, c->fs), c->err);
	KUNIT_EXPECT_MEMEQ(test, mock->fl.filter, before, sizeof(before));
	KUNIT_EXPECT_EQ(test, mock->filter_writes, 1);
	NFC_EXPECT(test, mock, 3);
}

/* Each rule is an argument on the stack: not all of them in one function. */
static noinline void nfc_take_places(struct kunit *test, struct mock *mock)
{
	struct ethtool_rx_flow_spec got;

	nfc_expect(test, mock, 0, NULL);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_type(0x88cc, 0, 9)), 9);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(5, 0, 5)), 5);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(0, 1, 0)), 0);
	/* The first that is free. */
	KUNIT_EXPECT_EQ(test, nfc_insert(mock,
					 nfc_port(1, 0, RX_CLS_LOC_ANY)), 1);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock,
					 nfc_type(0x8999, 1, RX_CLS_LOC_ANY)),
			8);
	NFC_EXPECT(test, mock, 0, 1, 5, 8, 9);
	/* Another in its place, even with the match of before. */
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(55, 1, 5)), 5);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(55, 0, 5)), 5);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(5, 0, 4)), 4);
	NFC_EXPECT(test, mock, 0, 1, 4, 5, 8, 9);
	KUNIT_ASSERT_EQ(test, nfc_get(mock, 5, &got), 0);
	KUNIT_EXPECT_EQ(test, ntohs(got.h_u.tcp_ip4_spec.pdst), 55);
	KUNIT_EXPECT_EQ(test, got.ring_cookie, 0);
}

static void nfc_places(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct ethtool_rx_flow_spec got;
	int i;

	nfc_take_places(test, mock);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, 0), 0);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, 9), 0);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, 9), -ENOENT);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, NFC_ALL), -ENOENT);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, U32_MAX), -ENOENT);
	KUNIT_EXPECT_EQ(test, nfc_get(mock, 0, &got), -ENOENT);
	KUNIT_EXPECT_EQ(test, nfc_get(mock, U32_MAX, &got), -ENOENT);
	NFC_EXPECT(test, mock, 1, 4, 5, 8);
	for (i = 0; i < NFC_FLOWS - 3; i++)
		KUNIT_EXPECT_GE(test, nfc_insert(mock, nfc_port(100 + i, 0,
								RX_CLS_LOC_ANY)),
				0);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(99, 0, RX_CLS_LOC_ANY)),
			-ENOSPC);
	NFC_EXPECT(test, mock, 0, 1, 2, 3, 4, 5, 6, 7, 8);
}

/* A flow has taken a filter. */
static void nfc_take(struct mock *mock, int i)
{
	struct fl_dev *fl = &mock->fl;

	spin_lock_bh(&fl->steer_lock);
	fl->filter[i] = (struct fl_filter) {
		.owner = FL_FILTER_FLOW, .match = FL_MATCH_ALL, .lane = 1,
	};
	fl->ops->set_filter(fl, i);
	spin_unlock_bh(&fl->steer_lock);
}

/* A flow has a filter as long as no rule needs it. */
static void nfc_flows(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct ethtool_rx_flow_spec got;
	int i;

	for (i = 1; i < NFC_FLOWS; i++)
		nfc_take(mock, i);
	nfc_expect(test, mock, 0, NULL);
	KUNIT_EXPECT_EQ(test, nfc_get(mock, 1, &got), -ENOENT);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(1, 0, RX_CLS_LOC_ANY)),
			0);
	KUNIT_EXPECT_EQ(test, nfc_evicted, -1);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(2, 0, RX_CLS_LOC_ANY)),
			1);
	KUNIT_EXPECT_EQ(test, nfc_evicted, 1);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(3, 0, 6)), 6);
	KUNIT_EXPECT_EQ(test, nfc_evicted, 6);
	NFC_EXPECT(test, mock, 0, 1, 6);
	mock_set_feature(mock, NETIF_F_NTUPLE, false);
	nfc_expect(test, mock, 0, NULL);
	KUNIT_EXPECT_EQ(test, nfc_evicted, 6);
	KUNIT_EXPECT_EQ(test, mock->filter[2].owner, FL_FILTER_FLOW);
}

static void nfc_feature(struct kunit *test)
{
	struct mock *mock = test->priv;

	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(1, 0, 2)), 2);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_type(0x88cc, 0, 8)), 8);
	mock_set_feature(mock, NETIF_F_NTUPLE, false);
	nfc_expect(test, mock, 0, NULL);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(1, 0, 2)), -EOPNOTSUPP);
	nfc_expect(test, mock, 0, NULL);
	mock_set_feature(mock, NETIF_F_NTUPLE, true);
	nfc_expect(test, mock, 0, NULL);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(1, 0, 2)), 2);
	/* Another feature takes nothing along. */
	mock_set_feature(mock, NETIF_F_RXHASH, false);
	NFC_EXPECT(test, mock, 2);
}

static int nfc_lanes(struct mock *mock, u32 lanes)
{
	struct ethtool_channels ch = { .combined_count = lanes };
	int err;

	rtnl_lock();
	err = fl_set_channels(mock->fl.netdev, &ch);
	rtnl_unlock();
	return err;
}

static void nfc_stays(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg;

	KUNIT_ASSERT_EQ(test, nfc_lanes(mock, MOCK_LANES), 0);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(1, 2, 7)), 7);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_type(0x88cc, 1, 8)), 8);
	/* The mock has types led to the first lanes only. */
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_type(0x8999, 2, 9)),
			-EINVAL);

	mock_forget_calls(mock);
	KUNIT_EXPECT_EQ(test, nfc_lanes(mock, 2), -EINVAL);
	KUNIT_EXPECT_STREQ(test, mock->calls, "");
	KUNIT_EXPECT_EQ(test, mock->fl.cfg.lanes, MOCK_LANES);
	KUNIT_EXPECT_EQ(test, nfc_lanes(mock, 3), 0);
	NFC_EXPECT(test, mock, 7, 8);

	memset(mock->filter, 0, sizeof(mock->filter));
	mock_reset(mock);
	NFC_EXPECT(test, mock, 7, 8);
	memset(mock->filter, 0, sizeof(mock->filter));
	cfg = mock->fl.cfg;
	cfg.rx_size *= 2;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	NFC_EXPECT(test, mock, 7, 8);

	/* While it is down the device hears of nothing, and of all in up. */
	mock_stop(mock);
	mock->filter_writes = 0;
	memset(mock->filter, 0, sizeof(mock->filter));
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(2, 0, RX_CLS_LOC_ANY)),
			0);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, 8), 0);
	KUNIT_EXPECT_EQ(test, nfc_lanes(mock, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, mock->filter_writes, 0);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	NFC_EXPECT(test, mock, 0, 7);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, 7), 0);
	KUNIT_EXPECT_EQ(test, nfc_lanes(mock, 1), 0);
	NFC_EXPECT(test, mock, 0);
}

/* A device without filters. */
static void nfc_without(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_GRXCLSRLCNT };

	mock->fl.caps.flow_filters = 0;
	mock->fl.caps.ether_filters = 0;
	KUNIT_EXPECT_EQ(test, fl_get_rxnfc(mock->fl.netdev, &nfc, NULL), 0);
	KUNIT_EXPECT_EQ(test, nfc.rule_cnt, 0);
	nfc.cmd = ETHTOOL_GRXCLSRLALL;
	KUNIT_EXPECT_EQ(test, fl_get_rxnfc(mock->fl.netdev, &nfc, NULL), 0);
	KUNIT_EXPECT_EQ(test, nfc.rule_cnt, 0);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_port(1, 0, RX_CLS_LOC_ANY)),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nfc_insert(mock, nfc_type(0x88cc, 0, 0)),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, nfc_delete(mock, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, mock->filter_writes, 0);
}

static struct kunit_case nfc_cases[] = {
	KUNIT_CASE_PARAM(nfc_taken, nfc_good_gen_params),
	KUNIT_CASE(nfc_values),
	KUNIT_CASE_PARAM(nfc_refused, nfc_bad_gen_params),
	KUNIT_CASE(nfc_places),
	KUNIT_CASE(nfc_flows),
	KUNIT_CASE(nfc_feature),
	KUNIT_CASE(nfc_stays),
	KUNIT_CASE(nfc_without),
	{}
};

static struct kunit_suite nfc_suite = {
	.name = "flowlane_nfc",
	.init = nfc_init,
	.exit = nfc_exit,
	.test_cases = nfc_cases,
};

kunit_test_suite(nfc_suite);
