// SPDX-License-Identifier: GPL-2.0
/* Interrupt moderation as a user sets it: rounding, ethtool -C, a fixed one. */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/workqueue.h>

#include <flowlane/coalesce.h>

#include "mock.h"

/* 20 usecs are 10 units of 2048 ns: what is fixed at first, and the first step of
 * what adapts.
 */
#define COAL_DEFAULT		20
#define COAL_DEFAULT_ITR	10

static int coal_init(struct kunit *test)
{
	mock_settle(mock_create_running(test, &mock_i82576));
	return 0;
}

static u32 coal_writes(const struct mock *mock)
{
	u32 writes = 0;
	int i;

	for (i = 0; i < MOCK_LANES; i++)
		writes += mock->lane[i].itr_writes;
	return writes;
}

/* The device moderates all lanes, in use or not, with @itr. */
static void coal_expect_all(struct kunit *test, const struct mock *mock,
			    u16 itr)
{
	int i;

	for (i = 0; i < MOCK_LANES; i++) {
		KUNIT_EXPECT_EQ_MSG(test, mock->fl.lane[i].itr, itr,
				    "lane %d", i);
		KUNIT_EXPECT_EQ_MSG(test, mock->lane[i].itr, itr,
				    "device, lane %d", i);
	}
}

/* Settings, as ethtool has them */

#define COAL_ALL	(-1)	/* no single queue */

static int coal_get(struct mock *mock, int queue, struct ethtool_coalesce *ec)
{
	struct net_device *netdev = mock->fl.netdev;
	const struct ethtool_ops *ops = netdev->ethtool_ops;
	int err;

	memset(ec, 0, sizeof(*ec));
	rtnl_lock();
	if (queue == COAL_ALL)
		err = ops->get_coalesce(netdev, ec, NULL, NULL);
	else
		err = ops->get_per_queue_coalesce(netdev, queue, ec);
	rtnl_unlock();
	return err;
}

/* A refused setting of the whole port has to say why. */
static int coal_set(struct mock *mock, int queue, struct ethtool_coalesce *ec)
{
	struct net_device *netdev = mock->fl.netdev;
	const struct ethtool_ops *ops = netdev->ethtool_ops;
	struct netlink_ext_ack extack = {};
	int err;

	rtnl_lock();
	if (queue == COAL_ALL)
		err = ops->set_coalesce(netdev, ec, NULL, &extack);
	else
		err = ops->set_per_queue_coalesce(netdev, queue, ec);
	rtnl_unlock();
	if (queue == COAL_ALL)
		KUNIT_EXPECT_EQ(mock->test, !!extack._msg, !!err);
	return err;
}

/* What a user asks for; the stack fills in the rest. */
struct coal_ask {
	int rx, tx;		/* usecs; negative: left out */
	int adaptive_rx, adaptive_tx;
};

static int coal_ask(struct mock *mock, int queue, struct coal_ask ask)
{
	struct ethtool_coalesce ec;
	int err = coal_get(mock, queue, &ec);

	if (err)
		return err;
	if (ask.rx >= 0)
		ec.rx_coalesce_usecs = ask.rx;
	if (ask.tx >= 0)
		ec.tx_coalesce_usecs = ask.tx;
	if (ask.adaptive_rx >= 0)
		ec.use_adaptive_rx_coalesce = ask.adaptive_rx;
	if (ask.adaptive_tx >= 0)
		ec.use_adaptive_tx_coalesce = ask.adaptive_tx;
	return coal_set(mock, queue, &ec);
}

static int coal_fix(struct mock *mock, int queue, int usecs)
{
	return coal_ask(mock, queue, (struct coal_ask) { usecs, usecs, 0, 0 });
}

static void coal_expect(struct kunit *test, struct mock *mock, int queue,
			u32 usecs, bool adaptive)
{
	struct ethtool_coalesce ec;

	KUNIT_ASSERT_EQ(test, coal_get(mock, queue, &ec), 0);
	KUNIT_EXPECT_EQ(test, ec.rx_coalesce_usecs, usecs);
	KUNIT_EXPECT_EQ(test, ec.tx_coalesce_usecs, usecs);
	KUNIT_EXPECT_EQ(test, ec.use_adaptive_rx_coalesce, adaptive);
	KUNIT_EXPECT_EQ(test, ec.use_adaptive_tx_coalesce, adaptive);
}

static void coal_rounding(struct kunit *test)
{
	static const struct {
		u32 unit_ns;
		u32 most;
	} of[] = { { 1000, 8191 }, { 2048, 16775 } };
	struct mock *mock = test->priv;
	struct fl_dev *fl = &mock->fl;
	int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		u32 off = of[i].unit_ns / 2 / NSEC_PER_USEC + 1;
		u32 usecs;

		fl->caps.itr_unit_ns = of[i].unit_ns;
		for (usecs = 0; usecs <= U16_MAX; usecs++) {
			u32 got = fl_coalesce_round(fl, usecs);

			KUNIT_ASSERT_EQ_MSG(test, !got, !usecs, "%u", usecs);
			KUNIT_ASSERT_EQ(test, fl_coalesce_round(fl, got), got);
			if (usecs >= of[i].most)
				KUNIT_ASSERT_EQ(test, got, of[i].most);
			else
				KUNIT_ASSERT_LE_MSG(test,
						    abs((int)(got - usecs)),
						    off, "%u", usecs);
		}
	}
}

static void coal_as_it_is(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct ethtool_coalesce ec;
	int i;

	coal_expect(test, mock, COAL_ALL, COAL_DEFAULT, true);
	coal_expect_all(test, mock, COAL_DEFAULT_ITR);
	for (i = 0; i < 2; i++) {
		u32 writes;

		/* Adaptive first, then fixed. */
		if (i)
			coal_fix(mock, COAL_ALL, 77);
		writes = coal_writes(mock);
		KUNIT_ASSERT_EQ(test, coal_get(mock, COAL_ALL, &ec), 0);
		KUNIT_EXPECT_EQ(test, coal_set(mock, COAL_ALL, &ec), 0);
		coal_expect(test, mock, COAL_ALL, i ? 78 : COAL_DEFAULT, !i);
		KUNIT_ASSERT_EQ(test, coal_get(mock, 1, &ec), 0);
		KUNIT_EXPECT_EQ(test, coal_set(mock, 1, &ec), 0);
		coal_expect(test, mock, 1, i ? 78 : COAL_DEFAULT, !i);
		KUNIT_EXPECT_EQ(test, coal_writes(mock), writes);
		/* Nor was anything measured in vain. */
		KUNIT_EXPECT_FALSE(test, mock->fl.lane[1].measure.forget);
	}
}

struct coal_case {
	const char *name;
	struct coal_ask ask;
	int err;
	u32 usecs;
	bool adaptive;
};

/* Asked of a port that is fixed at 49 usecs, which is 24 units. */
static const struct coal_case coal_cases_of[] = {
	{ "both the same", { 100, 100, -1, -1 }, 0, 100, false },
	{ "rx", { 100, -1, -1, -1 }, 0, 100, false },
	{ "tx", { -1, 100, -1, -1 }, 0, 100, false },
	{ "at once", { 0, 0, -1, -1 }, 0, 0, false },
	{ "at once, rx", { 0, -1, -1, -1 }, 0, 0, false },
	{ "rounded up", { 1, 1, -1, -1 }, 0, 2, false },
	{ "rounded down", { 22, -1, -1, -1 }, 0, 23, false },
	{ "the most", { 16775, -1, -1, -1 }, 0, 16775, false },
	{ "more", { 16776, -1, -1, -1 }, -ERANGE, 49, false },
	{ "more, tx", { -1, 16776, -1, -1 }, -ERANGE, 49, false },
	{ "much more", { -1, U16_MAX + 50, -1, -1 }, -ERANGE, 49, false },
	{ "all that fits", { INT_MAX, INT_MAX, 1, 1 }, -ERANGE, 49, false },
	{ "different", { 100, 200, -1, -1 }, -EINVAL, 49, false },
	{ "different, adaptive", { 100, 200, 1, 1 }, -EINVAL, 49, false },
	{ "adaptive by rx", { -1, -1, 1, -1 }, 0, 49, true },
	{ "adaptive by tx", { -1, -1, -1, 1 }, 0, 49, true },
	{ "adaptive", { -1, -1, 1, 1 }, 0, 49, true },
	{ "adaptive and usecs", { -1, 70, 1, -1 }, 0, 70, true },
};

static void coal_case_desc(const struct coal_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(coal_case, coal_cases_of, coal_case_desc);

static void coal_asked(struct kunit *test)
{
	const struct coal_case *c = test->param_value;
	struct mock *mock = test->priv;
	int queue;

	for (queue = COAL_ALL; queue < MOCK_LANES_0; queue++) {
		u32 writes;

		coal_fix(mock, COAL_ALL, 49);
		coal_expect_all(test, mock, 24);
		writes = coal_writes(mock);
		KUNIT_EXPECT_EQ(test, coal_ask(mock, queue, c->ask), c->err);
		coal_expect(test, mock, queue, c->usecs, c->adaptive);
		if (c->err)
			KUNIT_EXPECT_EQ(test, coal_writes(mock), writes);
		else if (queue == COAL_ALL)
			KUNIT_EXPECT_EQ(test, coal_writes(mock),
					writes + MOCK_LANES);
		else
			KUNIT_EXPECT_EQ(test, coal_writes(mock), writes + 1);
	}
}

static void coal_adaptive_off(struct kunit *test)
{
	static const struct coal_ask off[] = {
		{ -1, -1, 0, -1 }, { -1, -1, -1, 0 }, { -1, -1, 0, 0 },
	};
	struct mock *mock = test->priv;
	int i;

	/* What is fixed later is not the first step. */
	coal_ask(mock, COAL_ALL, (struct coal_ask) { 49, 49, 1, 1 });
	for (i = 0; i < ARRAY_SIZE(off); i++) {
		coal_expect(test, mock, COAL_ALL, 49, true);
		coal_expect_all(test, mock, COAL_DEFAULT_ITR);
		KUNIT_EXPECT_EQ(test, coal_ask(mock, COAL_ALL, off[i]), 0);
		coal_expect(test, mock, COAL_ALL, 49, false);
		coal_expect_all(test, mock, 24);
		coal_ask(mock, COAL_ALL, (struct coal_ask) { -1, -1, 1, 1 });
	}
}

static void coal_per_queue(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;

	KUNIT_EXPECT_EQ(test, coal_fix(mock, 1, 200), 0);
	coal_expect(test, mock, 1, 201, false);
	coal_expect(test, mock, 0, COAL_DEFAULT, true);
	coal_expect(test, mock, COAL_ALL, COAL_DEFAULT, true);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, COAL_DEFAULT_ITR);
	KUNIT_EXPECT_EQ(test, mock->lane[1].itr, 98);
	KUNIT_EXPECT_EQ(test, coal_writes(mock), 1);

	/* Neither read nor set while it is not in use; as all, when it is. */
	KUNIT_EXPECT_EQ(test, coal_fix(mock, 2, 200), -EINVAL);
	KUNIT_EXPECT_EQ(test, coal_fix(mock, MOCK_LANES, 200), -EINVAL);
	KUNIT_EXPECT_EQ(test, coal_set(mock, 2, &(struct ethtool_coalesce) {}),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, coal_writes(mock), 1);
	cfg.lanes = 3;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	coal_expect(test, mock, 1, 201, false);
	coal_expect(test, mock, 2, COAL_DEFAULT, true);

	KUNIT_EXPECT_EQ(test, coal_fix(mock, COAL_ALL, 49), 0);
	coal_expect(test, mock, 0, 49, false);
	coal_expect(test, mock, 1, 49, false);
	coal_expect_all(test, mock, 24);
}

/* From lanes that had settings of their own to what all had before. */
static void coal_all_again(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct ethtool_coalesce ec;

	coal_fix(mock, 1, 200);
	KUNIT_ASSERT_EQ(test, coal_get(mock, COAL_ALL, &ec), 0);
	KUNIT_EXPECT_EQ(test, coal_set(mock, COAL_ALL, &ec), 0);
	coal_expect(test, mock, 1, COAL_DEFAULT, true);
}

/* The device takes an interval for one lane and not for the next. */
static void coal_refused(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	coal_fix(mock, COAL_ALL, 49);
	coal_fix(mock, 0, 200);
	for (i = 0; i < 2; i++) {
		mock->set_itr = (struct mock_fail) { .armed = true, .after = i, .times = 1 };
		KUNIT_EXPECT_EQ(test, coal_fix(mock, COAL_ALL, 100), -EINVAL);
		coal_expect(test, mock, COAL_ALL, 49, false);
		coal_expect(test, mock, 0, 201, false);
		coal_expect(test, mock, 1, 49, false);
		KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 98);
		KUNIT_EXPECT_EQ(test, mock->lane[1].itr, 24);
	}
	mock->set_itr = (struct mock_fail) { .armed = true, .times = 1 };
	KUNIT_EXPECT_EQ(test, coal_ask(mock, 1, (struct coal_ask) { -1, -1, 1, 1 }), -EINVAL);
	coal_expect(test, mock, 1, 49, false);
	KUNIT_EXPECT_FALSE(test, mock->fl.lane[1].measure.forget);
}

/* Fixed */

static void coal_fixed_written_once(struct kunit *test)
{
	/* 48 and 49 usecs are 23 and 24 units, 50 usecs are 24 again. */
	static const struct { u16 usecs, units, writes; } steps[] = {
		{ 49, 24, 1 }, { 49, 24, 1 }, { 50, 24, 1 }, { 48, 23, 2 },
		{ 0, 0, 3 }, { 0, 0, 3 }, { 16775, 8191, 4 },
	};
	struct mock *mock = test->priv;
	int i, poll;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		KUNIT_EXPECT_EQ(test, coal_fix(mock, COAL_ALL, steps[i].usecs),
				0);
		coal_expect_all(test, mock, steps[i].units);
		KUNIT_EXPECT_EQ(test, coal_writes(mock),
				MOCK_LANES * steps[i].writes);
		/* Polls, however many, change nothing. */
		for (poll = 0; poll < 2 * FL_MEASURE_POLLS; poll++)
			mock_settle(mock);
		mock_reset(mock);
		mock_settle(mock);
		coal_expect_all(test, mock, steps[i].units);
		KUNIT_EXPECT_EQ(test, coal_writes(mock),
				MOCK_LANES * steps[i].writes);
	}
}

static void coal_fixed_while_down(struct kunit *test)
{
	struct mock *mock = test->priv;

	mock_stop(mock);
	KUNIT_EXPECT_EQ(test, coal_fix(mock, COAL_ALL, 49), 0);
	KUNIT_EXPECT_EQ(test, coal_fix(mock, 1, 48), 0);
	coal_expect(test, mock, COAL_ALL, 49, false);
	coal_expect(test, mock, 1, 47, false);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 24);
	KUNIT_EXPECT_EQ(test, mock->lane[1].itr, 23);
	KUNIT_EXPECT_EQ(test, mock->lane[2].itr, 24);
	KUNIT_EXPECT_EQ(test, coal_writes(mock), 0);
}

static void coal_fixed_survives(struct kunit *test)
{
	static const struct { u16 lanes, size; } to[] = {
		{ 4, 128 }, { 1, 256 }, { 3, 256 }, { 2, 1024 },
	};
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	int i, err;

	coal_fix(mock, COAL_ALL, 49);
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	coal_expect_all(test, mock, 24);
	mock_reset(mock);
	coal_expect_all(test, mock, 24);
	rtnl_lock();
	fl_suspend_locked(&mock->fl);
	err = fl_resume_locked(&mock->fl);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
	coal_expect_all(test, mock, 24);
	for (i = 0; i < ARRAY_SIZE(to); i++) {
		cfg.lanes = to[i].lanes;
		cfg.rx_size = to[i].size;
		cfg.tx_size = to[i].size;
		KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
		coal_expect_all(test, mock, 24);
		coal_expect(test, mock, cfg.lanes - 1, 49, false);
	}
	KUNIT_EXPECT_EQ(test, coal_writes(mock), MOCK_LANES);
}

static struct kunit_case coal_cases[] = {
	KUNIT_CASE(coal_rounding),
	KUNIT_CASE(coal_as_it_is),
	KUNIT_CASE_PARAM(coal_asked, coal_case_gen_params),
	KUNIT_CASE(coal_adaptive_off),
	KUNIT_CASE(coal_per_queue),
	KUNIT_CASE(coal_all_again),
	KUNIT_CASE(coal_refused),
	KUNIT_CASE(coal_fixed_written_once),
	KUNIT_CASE(coal_fixed_while_down),
	KUNIT_CASE(coal_fixed_survives),
	{}
};

static struct kunit_suite coal_suite = {
	.name = "flowlane_coalesce",
	.init = coal_init,
	.exit = mock_exit,
	.test_cases = coal_cases,
};

/* A device with one interval for all lanes */

static int one_init(struct kunit *test)
{
	mock_settle(mock_create_running(test, &mock_one_itr));
	return 0;
}

static void one_for_all(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	/* None at first: it would delay each first packet. */
	coal_expect(test, mock, COAL_ALL, 0, false);
	KUNIT_EXPECT_EQ(test, coal_fix(mock, COAL_ALL, 49), 0);
	coal_expect(test, mock, COAL_ALL, 49, false);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 24);
	KUNIT_EXPECT_EQ(test, coal_fix(mock, COAL_ALL, 50), 0);
	KUNIT_EXPECT_EQ(test, coal_writes(mock), 1);
	for (i = 0; i < MOCK_LANES; i++)
		KUNIT_EXPECT_EQ(test, mock->fl.lane[i].itr, 24);
	mock_reset(mock);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 24);
	KUNIT_EXPECT_EQ(test, coal_fix(mock, COAL_ALL, 0), 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 0);
	KUNIT_EXPECT_EQ(test, coal_writes(mock), 2);
}

static void one_is_not_of_a_lane(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct ethtool_coalesce ec;

	KUNIT_ASSERT_EQ(test, coal_fix(mock, COAL_ALL, 49), 0);
	KUNIT_EXPECT_EQ(test, coal_get(mock, 0, &ec), -EOPNOTSUPP);
	ec = (struct ethtool_coalesce) { .rx_coalesce_usecs = 100 };
	KUNIT_EXPECT_EQ(test, coal_set(mock, 0, &ec), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, coal_ask(mock, COAL_ALL, (struct coal_ask) { -1, -1, 1, -1 }),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, coal_ask(mock, COAL_ALL, (struct coal_ask) { 100, 100, 1, 1 }),
			-EOPNOTSUPP);
	coal_expect(test, mock, COAL_ALL, 49, false);
	KUNIT_EXPECT_EQ(test, coal_writes(mock), 1);
}

static struct kunit_case one_cases[] = {
	KUNIT_CASE(one_for_all),
	KUNIT_CASE(one_is_not_of_a_lane),
	{}
};

static struct kunit_suite one_suite = {
	.name = "flowlane_coalesce_one",
	.init = one_init,
	.exit = mock_exit,
	.test_cases = one_cases,
};

kunit_test_suites(&coal_suite, &one_suite);
