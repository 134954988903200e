// SPDX-License-Identifier: GPL-2.0
/* ethtool -t: the port gets out of the way of its tests, and comes back. */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "mock.h"
#include "port_state.h"

/* As the mock has them. */
enum { DIAG_OFFLINE, DIAG_ONLINE, DIAG_TESTS };

static int diag_init(struct kunit *test)
{
	mock_create(test, &mock_i82576);
	return 0;
}

/* What a user sees: true if the tests passed. */
static bool diag_run(struct mock *mock, u32 flags, u64 *data)
{
	struct ethtool_test etest = { .flags = flags, .len = DIAG_TESTS };

	memset(data, 0xff, DIAG_TESTS * sizeof(*data));
	rtnl_lock();
	fl_self_test(mock->fl.netdev, &etest, data);
	rtnl_unlock();
	return !(etest.flags & ETH_TEST_FL_FAILED);
}

static void diag_names(struct kunit *test)
{
	struct mock *mock = test->priv;
	u8 names[DIAG_TESTS][ETH_GSTRING_LEN] = {};

	KUNIT_ASSERT_EQ(test, fl_get_sset_count(mock->fl.netdev, ETH_SS_TEST),
			DIAG_TESTS);
	fl_get_strings(mock->fl.netdev, ETH_SS_TEST, names[0]);
	KUNIT_EXPECT_STREQ(test, (char *)names[DIAG_ONLINE], "online");
	KUNIT_EXPECT_STREQ(test, (char *)names[DIAG_OFFLINE], "offline");
}

struct diag_case {
	const char *name;
	bool up;
	u32 flags;
	const char *calls;
};

static const struct diag_case diag_cases[] = {
	{ "up, online", true, 0, "test-on" },
	{ "up, offline", true, ETH_TEST_FL_OFFLINE,
	  "test-on down test-off down up start" },
	{ "down, online", false, 0, "test-on down" },
	{ "down, offline", false, ETH_TEST_FL_OFFLINE,
	  "test-on down irq0 irq1 test-off down free0 free1" },
};

KUNIT_ARRAY_PARAM_DESC(diag, diag_cases, name);

/* Whether they pass or fail, the port is as it was. */
static void diag_comes_back(struct kunit *test)
{
	const struct diag_case *c = test->param_value;
	struct mock *mock = test->priv;
	struct port_state before;
	u64 data[DIAG_TESTS];
	int fail;

	if (c->up)
		KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_save(mock, &before);
	for (fail = 0; fail < 2; fail++) {
		bool offline = c->flags & ETH_TEST_FL_OFFLINE;

		mock->test_err[0] = fail ? -ENOLINK : 0;
		mock->test_err[1] = fail ? -EIO : 0;
		mock_forget_calls(mock);
		KUNIT_EXPECT_EQ(test, diag_run(mock, c->flags, data), !fail);
		KUNIT_EXPECT_EQ(test, data[DIAG_ONLINE], fail ? ENOLINK : 0);
		KUNIT_EXPECT_EQ(test, data[DIAG_OFFLINE],
				fail && offline ? EIO : 0);
		KUNIT_EXPECT_STREQ(test, mock->calls, c->calls);
		port_expect_same(test, mock, &before);
		KUNIT_EXPECT_TRUE(test, netif_device_present(mock->fl.netdev));
	}
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 0);
	if (!c->up)
		KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	mock_stop(mock);
	port_expect_empty(test, mock);
}

/* Without interrupts for them, the tests fail, and nothing is left behind. */
static void diag_no_irq(struct kunit *test)
{
	struct mock *mock = test->priv;
	u64 data[DIAG_TESTS];

	mock->irq_request = (struct mock_fail) { .after = 1, .times = 1 };
	KUNIT_EXPECT_FALSE(test, diag_run(mock, ETH_TEST_FL_OFFLINE, data));
	KUNIT_EXPECT_EQ(test, data[DIAG_ONLINE], 0);
	KUNIT_EXPECT_EQ(test, data[DIAG_OFFLINE], ENOSPC);
	KUNIT_EXPECT_STREQ(test, mock->calls,
			   "test-on down irq0 irq1 free0 down");
	port_expect_empty(test, mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	mock_stop(mock);
}

/* A device that does not start again leaves a port that can be opened. */
static void diag_no_return(struct kunit *test)
{
	struct mock *mock = test->priv;
	u64 data[DIAG_TESTS];

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	mock->up.times = 1;
	KUNIT_EXPECT_FALSE(test, diag_run(mock, ETH_TEST_FL_OFFLINE, data));
	KUNIT_EXPECT_FALSE(test, netif_running(mock->fl.netdev));
	KUNIT_EXPECT_TRUE(test, netif_device_present(mock->fl.netdev));
	port_expect_empty(test, mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	mock_stop(mock);
}

/* What a test of an interrupt looks at. */
static void diag_irqs_counted(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	u32 before = lane->irqs;
	unsigned long flags;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	local_irq_save(flags);
	fl_lane_irq(0, lane);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, lane->irqs, before + 1);
	mock_stop(mock);
}

static struct kunit_case diag_kunit_cases[] = {
	KUNIT_CASE(diag_names),
	KUNIT_CASE_PARAM(diag_comes_back, diag_gen_params),
	KUNIT_CASE(diag_no_irq),
	KUNIT_CASE(diag_no_return),
	KUNIT_CASE(diag_irqs_counted),
	{}
};

static struct kunit_suite diag_suite = {
	.name = "flowlane_selftest",
	.init = diag_init,
	.exit = mock_exit,
	.test_cases = diag_kunit_cases,
};

kunit_test_suite(diag_suite);
