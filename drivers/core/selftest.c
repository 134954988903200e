// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool -t: what a backend can test of its device, and how the port gets out
 * of the way and comes back.
 */
#include <linux/ethtool.h>

#include <flowlane/dev.h>
#include <flowlane/ethtool.h>

#include "selftest.h"

/**
 * fl_test_count() - number of tests that a port has
 * @fl: port
 *
 * Context: process, RTNL.
 *
 * Return: the number or -EOPNOTSUPP.
 */
int fl_test_count(const struct fl_dev *fl)
{
	/* ethtool's core takes no number of 0. */
	return fl->ops->n_tests ?: -EOPNOTSUPP;
}

/**
 * fl_test_strings() - names of the tests that a port has
 * @fl: port
 * @data: filled with ETH_GSTRING_LEN bytes for each of them
 *
 * Context: process, RTNL.
 */
void fl_test_strings(const struct fl_dev *fl, u8 *data)
{
	int i;

	for (i = 0; i < fl->ops->n_tests; i++)
		ethtool_puts(&data, fl->ops->tests[i].name);
}

/* Run the tests of one kind. With @err, none can be run: they fail with it. */
static void fl_test_run(struct fl_dev *fl, bool offline, int err,
			struct ethtool_test *etest, u64 *data)
{
	int i;

	for (i = 0; i < fl->ops->n_tests; i++) {
		const struct fl_test *t = &fl->ops->tests[i];

		if (t->offline != offline)
			continue;
		data[i] = abs(err ?: t->run(fl));
		if (data[i])
			etest->flags |= ETH_TEST_FL_FAILED;
	}
}

/**
 * fl_self_test() - ethtool_ops.self_test
 * @netdev: port, running or not
 * @etest: whether to take it out of use for it; filled in with the verdict
 * @data: filled with a number for each test: 0, or the errno that it ended with
 *
 * A port that does not come back is handled as after suspend: it is closed.
 *
 * Context: process, RTNL, sleeps for some seconds.
 */
void fl_self_test(struct net_device *netdev, struct ethtool_test *etest,
		  u64 *data)
{
	struct fl_dev *fl = netdev_priv(netdev);
	int err;

	memset(data, 0, fl->ops->n_tests * sizeof(*data));
	fl_test_run(fl, false, 0, etest, data);
	/* A test may have woken it: to rest again. */
	if (!fl->running)
		fl->ops->down(fl);
	if (!(etest->flags & ETH_TEST_FL_OFFLINE))
		return;
	err = fl_lend_locked(fl);
	fl_test_run(fl, true, err, etest, data);
	if (fl_return_locked(fl, err))
		etest->flags |= ETH_TEST_FL_FAILED;
}
