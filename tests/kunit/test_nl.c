// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family, through sockets as users have them: events, and dumps of more
 * than a message holds. The flows are the suite's own.
 */
#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <net/sock.h>

#include <uapi/linux/flowlane.h>

#include "../../drivers/core/nl.h"
#include "mock.h"

#define SEAM_ITSELF
#include "seam_nl.h"

#define NL_BUF		SZ_64K
#define NL_MANY		3000	/* flows, a hundred messages */

static u32 nl_flows;		/* that each port has */
static u32 nl_news;		/* messages that were allocated */
static bool nl_no_memory;

struct nl_sock {
	struct socket *sock;
	void *buf;
};

/* What a dump has brought so far. */
struct nl_dump {
	u32 messages;		/* datagrams, that is */
	u32 flows[2];		/* of each port */
	bool order;		/* each port's flows came one by one */
	bool done;
	int err;
};

static const struct fl_flow_info nl_flow_v6 = {
	.key = {
		.src = { { { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 } } },
		.dst = { { { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 } } },
		.src_port = cpu_to_be16(0xfffe),
		.dst_port = cpu_to_be16(443),
		.l3 = cpu_to_be16(ETH_P_IPV6),
		.proto = IPPROTO_UDP,
	},
	.packets = U64_MAX - 1,
	.age_ms = U32_MAX - 2,
	.hash = 0xdeadbeef,
	.id = 0xfffe,
	.bucket = 127,
	.lane = MOCK_LANES_0 - 1,
	.tier = FL_TIER_EXACT,
};

static const struct fl_flow_info nl_flow_v4 = {
	.key = {
		.src = { { { 10, 0, 0, 1 } } },
		.dst = { { { 10, 0, 0, 2 } } },
		.src_port = cpu_to_be16(40000),
		.dst_port = cpu_to_be16(80),
		.l3 = cpu_to_be16(ETH_P_IP),
		.proto = IPPROTO_TCP,
	},
	.packets = 7,
	.age_ms = 1500,
	.hash = 0x12345678,
	.bucket = 0x78,
	.tier = FL_TIER_BUCKET,
};

/**
 * seam_steer_next() - fl_steer_next() of nl.c
 * @fl: port
 * @pos: where to go on
 * @info: filled in
 *
 * Return: whether there was one more.
 */
bool seam_steer_next(struct fl_dev *fl, u32 *pos, struct fl_flow_info *info)
{
	if (*pos >= nl_flows)
		return false;
	*info = nl_flow_v6;
	info->id = *pos;
	info->tier = *pos % 3;
	(*pos)++;
	return true;
}

/**
 * seam_genlmsg_new() - genlmsg_new() of nl.c
 * @payload: bytes
 * @gfp: how to allocate
 *
 * Return: a message, or NULL.
 */
struct sk_buff *seam_genlmsg_new(size_t payload, gfp_t gfp)
{
	nl_news++;
	return nl_no_memory ? NULL : genlmsg_new(payload, gfp);
}

/* Sockets */

static void nl_send(struct kunit *test, struct nl_sock *nl, u16 type,
		    u8 cmd, u32 ifindex)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr genl;
		struct nlattr nla;
		u32 ifindex;
	} req = {
		.nlh.nlmsg_type = type,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.genl.cmd = cmd,
		.genl.version = FLOWLANE_FAMILY_VERSION,
		.nla.nla_len = NLA_HDRLEN + sizeof(u32),
		.nla.nla_type = FLOWLANE_A_FLOW_IFINDEX,
		.ifindex = ifindex,
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	/* With an address, or the kernel looks for the file of a user's socket. */
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
	};
	struct kvec vec = { .iov_base = &req };

	vec.iov_len = ifindex ? sizeof(req) : NLMSG_LENGTH(GENL_HDRLEN);
	req.nlh.nlmsg_len = vec.iov_len;
	KUNIT_ASSERT_EQ(test, kernel_sendmsg(nl->sock, &msg, &vec, 1,
					     vec.iov_len), vec.iov_len);
}

static int nl_recv(struct nl_sock *nl)
{
	struct msghdr msg = {};
	struct kvec vec = { .iov_base = nl->buf, .iov_len = NL_BUF };

	return kernel_recvmsg(nl->sock, &msg, &vec, 1, NL_BUF, MSG_DONTWAIT);
}

static void nl_release(void *sock)
{
	sock_release(sock);
}

static void nl_open(struct kunit *test, struct nl_sock *nl)
{
	KUNIT_ASSERT_EQ(test, sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW,
					       NETLINK_GENERIC, &nl->sock), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, nl_release,
							nl->sock), 0);
	nl->buf = kunit_kmalloc(test, NL_BUF, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nl->buf);
	/* The first that is sent gives it a port id, even if it says nothing. */
	nl_send(test, nl, NLMSG_NOOP, 0, 0);
}

static void nl_join(struct kunit *test, struct nl_sock *nl)
{
	int group = fl_nl_family.mcgrp_offset;

	nl_open(test, nl);
	KUNIT_ASSERT_EQ(test, nl->sock->ops->setsockopt
			(nl->sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			 KERNEL_SOCKPTR(&group), sizeof(group)), 0);
}

static void nl_event(struct mock *mock, enum fl_flow_event event,
		     const struct fl_flow_info *flow)
{
	spin_lock_bh(&mock->fl.steer_lock);
	fl_nl_flow_event(&mock->fl, event, flow);
	spin_unlock_bh(&mock->fl.steer_lock);
}

/* Events */

static void nl_expect_flow(struct kunit *test, const struct nl_sock *nl,
			   const struct fl_flow_info *flow, u8 cmd)
{
	u32 len = flow->key.l3 == cpu_to_be16(ETH_P_IP) ? 4 : 16;
	struct nlattr *tb[FLOWLANE_A_FLOW_MAX + 1];
	const struct nlmsghdr *nlh = nl->buf;
	const struct mock *mock = test->priv;
	int i;

	KUNIT_ASSERT_EQ(test, nlmsg_parse(nlh, GENL_HDRLEN, tb,
					  FLOWLANE_A_FLOW_MAX, NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, nlh->nlmsg_type, fl_nl_family.id);
	KUNIT_EXPECT_EQ(test, ((struct genlmsghdr *)nlmsg_data(nlh))->cmd, cmd);
	/* A lane without an interrupt has no home. */
	for (i = 1; i <= FLOWLANE_A_FLOW_MAX; i++)
		KUNIT_ASSERT_TRUE_MSG(test, tb[i] || i == FLOWLANE_A_FLOW_CPU,
				      "no attribute %d", i);
#define NL_EXPECT_U32(attr, val) \
	KUNIT_EXPECT_EQ(test, nla_get_u32(tb[FLOWLANE_A_FLOW_##attr]), (u32)(val))
	NL_EXPECT_U32(IFINDEX, mock->fl.netdev->ifindex);
	NL_EXPECT_U32(ID, flow->id);
	NL_EXPECT_U32(HASH, flow->hash);
	NL_EXPECT_U32(BUCKET, flow->bucket);
	NL_EXPECT_U32(TIER, flow->tier);
	NL_EXPECT_U32(LANE, flow->lane);
	NL_EXPECT_U32(AGE, flow->age_ms);
#undef NL_EXPECT_U32
	KUNIT_EXPECT_EQ(test, nla_get_uint(tb[FLOWLANE_A_FLOW_PACKETS]),
			flow->packets);
	KUNIT_EXPECT_EQ(test, nla_get_u16(tb[FLOWLANE_A_FLOW_L3_PROTO]),
			be16_to_cpu(flow->key.l3));
	KUNIT_EXPECT_EQ(test, nla_get_u8(tb[FLOWLANE_A_FLOW_PROTO]),
			flow->key.proto);
	KUNIT_EXPECT_EQ(test,
			be16_to_cpu(nla_get_be16(tb[FLOWLANE_A_FLOW_SRC_PORT])),
			be16_to_cpu(flow->key.src_port));
	KUNIT_EXPECT_EQ(test,
			be16_to_cpu(nla_get_be16(tb[FLOWLANE_A_FLOW_DST_PORT])),
			be16_to_cpu(flow->key.dst_port));
	KUNIT_ASSERT_EQ(test, nla_len(tb[FLOWLANE_A_FLOW_SRC]), len);
	KUNIT_ASSERT_EQ(test, nla_len(tb[FLOWLANE_A_FLOW_DST]), len);
	KUNIT_EXPECT_MEMEQ(test, nla_data(tb[FLOWLANE_A_FLOW_SRC]),
			   &flow->key.src, len);
	KUNIT_EXPECT_MEMEQ(test, nla_data(tb[FLOWLANE_A_FLOW_DST]),
			   &flow->key.dst, len);
	/* The largest has not a byte to spare. */
	if (len == 16)
		KUNIT_EXPECT_EQ(test, nlmsg_attrlen(nlh, GENL_HDRLEN),
				FL_NL_FLOW_SIZE - (tb[FLOWLANE_A_FLOW_CPU] ?
						   0 : nla_total_size(4)));
}

static void nl_events(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct nl_sock nl;

	nl_join(test, &nl);
	nl_event(mock, FL_FLOW_ADDED, &nl_flow_v4);
	nl_event(mock, FL_FLOW_MOVED, &nl_flow_v6);
	nl_event(mock, FL_FLOW_GONE, &nl_flow_v4);
	KUNIT_ASSERT_GT(test, nl_recv(&nl), 0);
	nl_expect_flow(test, &nl, &nl_flow_v4, FLOWLANE_CMD_FLOW_ADD_NTF);
	KUNIT_ASSERT_GT(test, nl_recv(&nl), 0);
	nl_expect_flow(test, &nl, &nl_flow_v6, FLOWLANE_CMD_FLOW_MOVE_NTF);
	KUNIT_ASSERT_GT(test, nl_recv(&nl), 0);
	nl_expect_flow(test, &nl, &nl_flow_v4, FLOWLANE_CMD_FLOW_DEL_NTF);
	KUNIT_EXPECT_EQ(test, nl_recv(&nl), -EAGAIN);
}

static void nl_nobody_listens(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct nl_sock nl;

	nl_open(test, &nl);
	nl_news = 0;
	nl_event(mock, FL_FLOW_ADDED, &nl_flow_v4);
	KUNIT_EXPECT_EQ(test, nl_news, 0);
	KUNIT_EXPECT_EQ(test, nl_recv(&nl), -EAGAIN);
}

/* A listener that has missed one knows it, and goes on. */
static void nl_event_lost(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct nl_sock nl;

	nl_join(test, &nl);
	nl_no_memory = true;
	nl_event(mock, FL_FLOW_ADDED, &nl_flow_v4);
	nl_no_memory = false;
	KUNIT_EXPECT_EQ(test, nl_recv(&nl), -ENOBUFS);
	nl_event(mock, FL_FLOW_MOVED, &nl_flow_v4);
	KUNIT_ASSERT_GT(test, nl_recv(&nl), 0);
	nl_expect_flow(test, &nl, &nl_flow_v4, FLOWLANE_CMD_FLOW_MOVE_NTF);
}

/* Dumps */

static void nl_dump_flow(struct kunit *test, const struct nlmsghdr *nlh,
			 const int *ifindex, struct nl_dump *dump)
{
	struct nlattr *tb[FLOWLANE_A_FLOW_MAX + 1];
	int port;

	KUNIT_ASSERT_EQ(test, nlmsg_parse(nlh, GENL_HDRLEN, tb,
					  FLOWLANE_A_FLOW_MAX, NULL, NULL), 0);
	port = nla_get_u32(tb[FLOWLANE_A_FLOW_IFINDEX]) != ifindex[0];
	if (nla_get_u32(tb[FLOWLANE_A_FLOW_IFINDEX]) != ifindex[port] ||
	    nla_get_u32(tb[FLOWLANE_A_FLOW_ID]) != dump->flows[port])
		dump->order = false;
	dump->flows[port]++;
}

/* One datagram of a dump; the kernel makes the next as this one is taken. */
static void nl_dump_more(struct kunit *test, struct nl_sock *nl,
			 const int *ifindex, struct nl_dump *dump)
{
	struct nlmsghdr *nlh = nl->buf;
	int len = nl_recv(nl);

	KUNIT_ASSERT_GT(test, len, 0);
	dump->messages++;
	for (; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type == NLMSG_DONE) {
			dump->done = true;
			dump->err = *(int *)nlmsg_data(nlh);
		} else {
			nl_dump_flow(test, nlh, ifindex, dump);
		}
	}
}

/* A second port, which is down; the test's own stays the running one. */
static struct mock *nl_other(struct kunit *test)
{
	struct mock *mock = test->priv, *other;

	other = mock_create(test, mock->hw);
	test->priv = mock;
	return other;
}

/* The end of a mock finds nothing held: the running one has to stop first. */
static void nl_other_exit(struct kunit *test, struct mock *other)
{
	struct mock *mock = test->priv;

	mock_stop(mock);
	test->priv = other;
	mock_exit(test);
	test->priv = mock;
}

static void nl_gone(struct mock *mock)
{
	rtnl_lock();
	netdev_rx_handler_unregister(mock->fl.netdev);
	rtnl_unlock();
	fl_dev_unregister(&mock->fl);
	mock->registered = false;
}

/* All ports' flows, and one port's: complete and in order, in many messages. */
static void nl_dump_many(struct kunit *test)
{
	struct mock *mock = test->priv, *other = nl_other(test);
	const int ifindex[] = { mock->fl.netdev->ifindex,
				other->fl.netdev->ifindex };
	struct nl_sock nl;
	int port;

	nl_flows = NL_MANY;
	nl_open(test, &nl);
	for (port = -1; port < 2; port++) {
		struct nl_dump dump = { .order = true };

		nl_send(test, &nl, fl_nl_family.id, FLOWLANE_CMD_FLOW_GET,
			port < 0 ? 0 : ifindex[port]);
		while (!dump.done)
			nl_dump_more(test, &nl, ifindex, &dump);
		KUNIT_EXPECT_EQ(test, dump.err, 0);
		KUNIT_EXPECT_TRUE(test, dump.order);
		KUNIT_EXPECT_GT(test, dump.messages, 10);
		KUNIT_EXPECT_EQ(test, dump.flows[0], port == 1 ? 0 : NL_MANY);
		KUNIT_EXPECT_EQ(test, dump.flows[1], port == 0 ? 0 : NL_MANY);
	}
	nl_other_exit(test, other);
}

/* A port goes in the middle of its flows: the next port's begin with the first. */
static void nl_dump_gone(struct kunit *test)
{
	struct mock *mock = test->priv, *other = nl_other(test);
	const int ifindex[] = { mock->fl.netdev->ifindex,
				other->fl.netdev->ifindex };
	struct nl_dump all = { .order = true }, one = { .order = true };
	struct nl_sock nl, nl_one;

	nl_flows = NL_MANY;
	nl_open(test, &nl);
	nl_open(test, &nl_one);
	nl_send(test, &nl, fl_nl_family.id, FLOWLANE_CMD_FLOW_GET, 0);
	nl_send(test, &nl_one, fl_nl_family.id, FLOWLANE_CMD_FLOW_GET,
		ifindex[0]);
	nl_dump_more(test, &nl, ifindex, &all);
	nl_dump_more(test, &nl_one, ifindex, &one);
	nl_gone(mock);
	while (!all.done)
		nl_dump_more(test, &nl, ifindex, &all);
	while (!one.done)
		nl_dump_more(test, &nl_one, ifindex, &one);
	KUNIT_EXPECT_EQ(test, all.err, 0);
	KUNIT_EXPECT_TRUE(test, all.order);
	KUNIT_EXPECT_LT(test, all.flows[0], NL_MANY);
	KUNIT_EXPECT_EQ(test, all.flows[1], NL_MANY);
	KUNIT_EXPECT_EQ(test, one.err, -ENODEV);
	KUNIT_EXPECT_LT(test, one.flows[0], NL_MANY);
	nl_other_exit(test, other);
}

static void nl_steer_counts(struct kunit *test)
{
	static const u32 wanted[] = {
		[FLOWLANE_A_STEER_FLOWS_NONE] = 4,
		[FLOWLANE_A_STEER_FLOWS_BUCKET] = 3,
		[FLOWLANE_A_STEER_FLOWS_EXACT] = 3,
		[FLOWLANE_A_STEER_BUCKETS] = 2,
		[FLOWLANE_A_STEER_FILTERS] = 4,
		[FLOWLANE_A_STEER_FILTERS_RULE] = 1,
		[FLOWLANE_A_STEER_FILTERS_FLOW] = 2,
	};
	struct nlattr *tb[FLOWLANE_A_STEER_MAX + 1];
	struct mock *mock = test->priv;
	struct fl_dev *fl = &mock->fl;
	struct fl_rss rss = fl->rss;
	struct nl_sock nl;
	u8 flow_filters;
	int i;

	nl_flows = 10;
	spin_lock_bh(&fl->steer_lock);
	flow_filters = fl->caps.flow_filters;
	fl->caps.flow_filters = 4;
	fl->filter[0].owner = FL_FILTER_FLOW;
	fl->filter[2].owner = FL_FILTER_RULE;
	fl->filter[3].owner = FL_FILTER_FLOW;
	/* One of the device's other filters */
	fl->filter[4].owner = FL_FILTER_RULE;
	memcpy(fl->rss.lane, fl->rss.table, sizeof(rss.lane));
	fl->rss.lane[3] ^= 1;
	fl->rss.lane[127] ^= 1;
	spin_unlock_bh(&fl->steer_lock);
	nl_open(test, &nl);
	nl_send(test, &nl, fl_nl_family.id, FLOWLANE_CMD_STEER_GET,
		fl->netdev->ifindex);
	KUNIT_EXPECT_GT(test, nl_recv(&nl), 0);
	spin_lock_bh(&fl->steer_lock);
	memset(fl->filter, 0, sizeof(fl->filter));
	fl->caps.flow_filters = flow_filters;
	fl->rss = rss;
	spin_unlock_bh(&fl->steer_lock);
	KUNIT_ASSERT_EQ(test, nlmsg_parse(nl.buf, GENL_HDRLEN, tb,
					  FLOWLANE_A_STEER_MAX, NULL, NULL), 0);
	for (i = 1; i <= FLOWLANE_A_STEER_MAX; i++)
		KUNIT_ASSERT_NOT_NULL_MSG(test, tb[i], "attribute %d", i);
	for (i = FLOWLANE_A_STEER_FLOWS_NONE; i < ARRAY_SIZE(wanted); i++)
		KUNIT_EXPECT_EQ_MSG(test, nla_get_u32(tb[i]), wanted[i],
				    "attribute %d", i);
}

static int nl_init(struct kunit *test)
{
	nl_flows = 0;
	nl_no_memory = false;
	mock_create_running(test, &mock_plain);
	return 0;
}

static struct kunit_case nl_cases[] = {
	KUNIT_CASE(nl_events),
	KUNIT_CASE(nl_nobody_listens),
	KUNIT_CASE(nl_event_lost),
	KUNIT_CASE(nl_dump_many),
	KUNIT_CASE(nl_dump_gone),
	KUNIT_CASE(nl_steer_counts),
	{}
};

static struct kunit_suite nl_suite = {
	.name = "flowlane_nl",
	.init = nl_init,
	.exit = mock_exit,
	.test_cases = nl_cases,
};

kunit_test_suite(nl_suite);
