// SPDX-License-Identifier: GPL-2.0
/*
 * A port's life when something fails, at every point where it can: a command
 * that fails leaves the port as it was, and nothing behind.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "frame.h"
#include "mock.h"
#include "port_state.h"
#include "seam.h"

static int fail_init(struct kunit *test)
{
	mock_create(test, &mock_i82576);
	return 0;
}

/* A failed open leaves a port that is down, and can be opened. */
static void fail_expect_down(struct kunit *test, struct mock *mock,
			     const struct port_state *before)
{
	port_expect_empty(test, mock);
	port_expect_same(test, mock, before);
	KUNIT_EXPECT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	mock_stop(mock);
}

/* Pages that the buffers of a lane take: two buffers a page up to the standard
 * MTU, one above; what is less than a page of them does not count.
 */
static u32 fail_pages(const struct fl_config *cfg)
{
	u32 truesize = cfg->mtu > ETH_DATA_LEN ? FL_RX_TRUESIZE_LARGE :
						 FL_RX_TRUESIZE_SMALL;

	return (cfg->rx_size - 1) / (PAGE_SIZE / truesize);
}

static void fail_open_memory(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;
	u32 n;

	port_save(mock, &before);
	for (n = 0; n < 100; n++) {
		int err;

		seam_fail(SEAM_ALLOC, n, 1);
		err = mock_open(mock);
		if (!seam_failed(SEAM_ALLOC)) {
			KUNIT_EXPECT_EQ(test, err, 0);
			break;
		}
		KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "allocation %u", n);
		port_expect_empty(test, mock);
		port_expect_same(test, mock, &before);
	}
	/* The set, and of each lane 3 for its Tx ring and 4 for its Rx ring. */
	KUNIT_EXPECT_EQ(test, n, 1 + MOCK_LANES_0 * 7);
	seam_reset();
	port_expect_traffic(test, mock);
	mock_stop(mock);
	port_expect_empty(test, mock);
}

static void fail_open_buffers(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u32 pages = fail_pages(&mock->fl.cfg);
	/* The first and last page of each lane's ring. */
	const u32 after[] = { 0, pages - 1, pages, 2 * pages - 1 };
	struct port_state before;
	int i;

	port_save(mock, &before);
	for (i = 0; i < ARRAY_SIZE(after); i++) {
		seam_fail(SEAM_PAGE, after[i], 1);
		KUNIT_EXPECT_EQ(test, mock_open(mock), -ENOMEM);
		KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 1);
		seam_reset();
		fail_expect_down(test, mock, &before);
	}
	/* There is none behind the last one. */
	seam_fail(SEAM_PAGE, 2 * pages, 1);
	KUNIT_EXPECT_EQ(test, mock_open(mock), 0);
	KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 0);
	mock_stop(mock);
}

static void fail_open_irq(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;
	u32 n;

	port_save(mock, &before);
	for (n = 0; n < MOCK_LANES_0; n++) {
		mock_forget_calls(mock);
		mock->irq_request = (struct mock_fail) { .after = n, .times = 1 };
		KUNIT_EXPECT_EQ(test, mock_open(mock), -ENOSPC);
		KUNIT_EXPECT_STREQ(test, mock->calls,
				   n ? "irq0 irq1 free0" : "irq0");
		fail_expect_down(test, mock, &before);
	}
}

static void fail_open_up(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;

	port_save(mock, &before);
	mock->up.times = 1;
	KUNIT_EXPECT_EQ(test, mock_open(mock), -EIO);
	KUNIT_EXPECT_STREQ(test, mock->calls, "irq0 irq1 up free0 free1");
	fail_expect_down(test, mock, &before);
}

/* A running port with indices that are not 0, and a packet in flight. */
static void fail_start(struct kunit *test, struct mock *mock,
		       struct port_state *before)
{
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, frame_short(test, 100), false),
			NETDEV_TX_OK);
	port_save(mock, before);
	mock_forget_calls(mock);
}

/* The port has not noticed: the packet in flight still is, and is counted
 * right when it is sent.
 */
static void fail_expect_unnoticed(struct kunit *test, struct mock *mock,
				  const struct port_state *before)
{
	struct dql *dql = &netdev_get_tx_queue(mock->fl.netdev, 0)->dql;

	port_expect_same(test, mock, before);
	KUNIT_EXPECT_NULL(test, strstr(mock->calls, "pause"));
	KUNIT_EXPECT_NULL(test, strstr(mock->calls, "down"));
	KUNIT_ASSERT_EQ(test, dql->num_queued - dql->num_completed, 100);
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), 1);
	mock_poll(mock, 0, 64);
	mock_tx_forget(mock);
	port_expect_traffic(test, mock);
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, frame_short(test, 100), false),
			NETDEV_TX_OK);
}

static const struct fl_config fail_configs[] = {
	{ .lanes = 4, .rx_size = 256, .tx_size = 256, .mtu = 1500 },
	{ .lanes = 2, .rx_size = 256, .tx_size = 128, .mtu = 9000 },
	{ .lanes = 1, .rx_size = 128, .tx_size = 128, .mtu = 1500 },
};

static void fail_config_desc(const struct fl_config *cfg, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u lanes, rx %u, tx %u, mtu %u",
		 cfg->lanes, cfg->rx_size, cfg->tx_size, cfg->mtu);
}

KUNIT_ARRAY_PARAM(fail_config, fail_configs, fail_config_desc);

static void fail_reconfigure_memory(struct kunit *test)
{
	const struct fl_config *to = test->param_value;
	struct mock *mock = test->priv;
	struct port_state before;
	u32 n;

	fail_start(test, mock, &before);
	for (n = 0; n < 100; n++) {
		int err;

		seam_fail(SEAM_ALLOC, n, 1);
		err = mock_reconfigure(mock, to);
		if (!seam_failed(SEAM_ALLOC)) {
			KUNIT_EXPECT_EQ(test, err, 0);
			break;
		}
		KUNIT_EXPECT_EQ_MSG(test, err, -ENOMEM, "allocation %u", n);
		fail_expect_unnoticed(test, mock, &before);
	}
	KUNIT_EXPECT_EQ(test, n, 1 + to->lanes * 7);
	seam_reset();
	port_expect_config(test, mock, to);
	mock_tx_forget(mock);
	port_expect_traffic(test, mock);
}

static void fail_reconfigure_buffers(struct kunit *test)
{
	const struct fl_config *to = test->param_value;
	struct mock *mock = test->priv;
	struct port_state before;
	u32 n;

	fail_start(test, mock, &before);
	for (n = 0; n < to->lanes; n++) {
		seam_fail(SEAM_PAGE, n * fail_pages(to), 1);
		KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, to), -ENOMEM);
		KUNIT_EXPECT_EQ(test, seam_failed(SEAM_PAGE), 1);
		seam_reset();
		fail_expect_unnoticed(test, mock, &before);
	}
}

static void fail_reconfigure_irq(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	struct port_state before;
	u32 n;

	fail_start(test, mock, &before);
	cfg.lanes = 4;
	for (n = 0; n < 2; n++) {
		mock_forget_calls(mock);
		mock->irq_request = (struct mock_fail) { .after = n, .times = 1 };
		KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), -ENOSPC);
		KUNIT_EXPECT_STREQ(test, mock->calls,
				   n ? "irq2 irq3 free2" : "irq2");
		fail_expect_unnoticed(test, mock, &before);
	}
}

/* The stack is asked first when lanes go. */
static void fail_shrink_queues(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	struct port_state before;

	fail_start(test, mock, &before);
	cfg.lanes = 1;
	seam_fail(SEAM_QUEUES, 0, 1);
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), -ENOMEM);
	KUNIT_EXPECT_EQ(test, seam_failed(SEAM_QUEUES), 1);
	fail_expect_unnoticed(test, mock, &before);
}

/* It is told of Rx queues before lanes come, and nothing has happened yet. */
static void fail_grow_rx_queues(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	struct port_state before;

	fail_start(test, mock, &before);
	cfg.lanes = 4;
	seam_fail(SEAM_QUEUES, 0, 1);
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), -ENOMEM);
	KUNIT_EXPECT_EQ(test, seam_failed(SEAM_QUEUES), 1);
	KUNIT_EXPECT_STREQ(test, mock->calls, "irq2 irq3 free2 free3");
	fail_expect_unnoticed(test, mock, &before);
}

/* It is asked for Tx queues last: the old rings come back, and must be good for
 * it. They were in the middle when they went.
 */
static void fail_grow_queues(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	struct port_state before;
	int i;

	fail_start(test, mock, &before);
	/* Frames that nobody has looked at when the rings go. */
	for (i = 0; i < 5; i++)
		mock_rx_frame(mock, 0, frame_bytes(test, 60, i), 60, NULL);
	cfg.lanes = 4;
	seam_fail(SEAM_QUEUES, 1, 1);
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), -ENOMEM);
	KUNIT_EXPECT_EQ(test, seam_failed(SEAM_QUEUES), 1);
	port_expect_same(test, mock, &before);
	KUNIT_EXPECT_NOT_NULL(test, strstr(mock->calls, "free2 free3"));
	skb_queue_purge(&mock->rxq);
	mock_tx_forget(mock);
	port_expect_traffic(test, mock);
	/* And it is no worse the second time. */
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	port_expect_config(test, mock, &cfg);
	port_expect_traffic(test, mock);
}

static void fail_down_queues(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;
	struct port_state before;

	port_save(mock, &before);
	cfg.lanes = 4;
	seam_fail(SEAM_QUEUES, 0, 1);
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), -ENOMEM);
	fail_expect_down(test, mock, &before);
}

/* Queues that do not stop: the device is reset, and has the new rings. */
static void fail_pause(struct kunit *test)
{
	const struct fl_config *to = test->param_value;
	struct mock *mock = test->priv;
	struct port_state before;

	fail_start(test, mock, &before);
	mock->pause.times = 1;
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, to), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(mock->calls, "pause down up start"));
	/* The packet in flight is lost, and not in the rings any more. */
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	port_expect_config(test, mock, to);
	port_expect_traffic(test, mock);
}

/* And when that reset fails too: until the next one, nobody may use the rings,
 * which have no doorbell yet.
 */
static void fail_pause_and_up(struct kunit *test)
{
	const struct fl_config *to = test->param_value;
	struct mock *mock = test->priv;
	struct netdev_queue *txq = netdev_get_tx_queue(mock->fl.netdev, 0);
	struct port_state before;
	bool stopped;
	int err;

	fail_start(test, mock, &before);
	mock->pause.times = 1;
	mock->up.times = 1;
	rtnl_lock();
	err = fl_reconfigure(&mock->fl, to, NULL);
	stopped = netif_tx_queue_stopped(txq);
	rtnl_unlock();
	/* It is in force, so nobody may be told that it is not. */
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_TRUE(test, stopped);
	flush_delayed_work(&mock->fl.reset_work);
	KUNIT_EXPECT_TRUE(test, mock->fl.running);
	port_expect_config(test, mock, to);
	port_expect_traffic(test, mock);
}

static void fail_change_mtu(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;
	int err;

	fail_start(test, mock, &before);
	seam_fail(SEAM_ALLOC, 3, 1);
	rtnl_lock();
	err = dev_set_mtu(mock->fl.netdev, 9000);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	fail_expect_unnoticed(test, mock, &before);

	rtnl_lock();
	err = dev_set_mtu(mock->fl.netdev, 9000);
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, mock->fl.netdev->mtu, 9000);
	KUNIT_EXPECT_EQ(test, mock->fl.cfg.mtu, 9000);
	mock_tx_forget(mock);
	port_expect_traffic(test, mock);
}

/* A device that does not come up after resets: the user can close the port, which keeps
 * its configuration.
 */
static void fail_reset_up(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct netdev_queue *txq = netdev_get_tx_queue(mock->fl.netdev, 0);
	struct fl_config cfg = mock->fl.cfg;
	struct port_state before;

	fail_start(test, mock, &before);
	mock->up.times = 1;
	mock_reset(mock);
	KUNIT_EXPECT_FALSE(test, mock->fl.running);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(txq));
	cfg.rx_size = 256;
	KUNIT_EXPECT_EQ(test, mock_reconfigure(mock, &cfg), -EIO);
	KUNIT_EXPECT_MEMEQ(test, &mock->fl.cfg, &before.cfg, sizeof(cfg));

	mock_stop(mock);
	port_expect_empty(test, mock);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&mock->fl.reset_work));
	KUNIT_EXPECT_EQ(test, mock_open(mock), 0);
	port_expect_config(test, mock, &before.cfg);
	port_expect_traffic(test, mock);
}

/* A reset that fails is tried again, and what comes of it is as it was. */
static void fail_reset_again(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_dev *fl = &mock->fl;
	struct port_state before;
	u32 wait;

	fail_start(test, mock, &before);
	mock->up.times = 3;
	fl->reset_wait = msecs_to_jiffies(5000);
	mock_reset(mock);
	for (wait = 5000; wait <= 20000; wait *= 2) {
		KUNIT_EXPECT_FALSE(test, fl->running);
		KUNIT_EXPECT_EQ(test, fl->reset_wait, msecs_to_jiffies(wait));
		flush_delayed_work(&fl->reset_work);
	}
	KUNIT_EXPECT_EQ(test, fl->resets, 4);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&fl->reset_work));
	port_expect_same(test, mock, &before);
	port_expect_traffic(test, mock);
}

/* A reset is asked for, and waits as long as it should. The work may run at any time, even
 * before one has looked: not past the RTNL.
 */
static void fail_expect_wait(struct kunit *test, struct fl_dev *fl, unsigned long wait)
{
	u64 resets = fl->resets;
	unsigned long now;

	rtnl_lock();
	now = jiffies;
	fl_request_reset(fl);
	KUNIT_EXPECT_EQ(test, fl->reset_wait, wait);
	KUNIT_EXPECT_EQ(test, fl->resets, resets);
	if (wait)
		KUNIT_EXPECT_TRUE(test, time_after_eq(fl->reset_work.timer.expires,
						      now + wait));
	rtnl_unlock();
	flush_delayed_work(&fl->reset_work);
}

/* The device has used buffers before it is known that it does not start. */
static void fail_used(struct mock *mock, const char *call)
{
	const u8 *data = frame_bytes(mock->test, 100, 1);

	if (!strcmp(call, "up"))
		mock_rx_frame(mock, 0, data, 100, NULL);
}

static void fail_reset_used(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;

	fail_start(test, mock, &before);
	mock->up.times = 1;
	mock->on_call = fail_used;
	mock_reset(mock);
	mock->on_call = NULL;
	KUNIT_EXPECT_FALSE(test, mock->fl.running);
	KUNIT_EXPECT_EQ(test, mock->fl.lane[0].rx->next_to_use, 0);
	flush_delayed_work(&mock->fl.reset_work);
	KUNIT_EXPECT_TRUE(test, mock->fl.running);
	port_expect_same(test, mock, &before);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	port_expect_traffic(test, mock);
}

/* Resets that follow each other wait longer and longer, until one has done for a while. */
static void fail_reset_often(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_dev *fl = &mock->fl;
	unsigned long wait = 0;
	u32 n;

	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	for (n = 1; n <= 12; n++) {
		fail_expect_wait(test, fl, wait);
		KUNIT_EXPECT_EQ(test, fl->resets, n);
		wait = wait ? min(2 * wait, msecs_to_jiffies(30000)) :
			      msecs_to_jiffies(100);
	}
	KUNIT_EXPECT_EQ(test, wait, msecs_to_jiffies(30000));
	fl->reset_at -= msecs_to_jiffies(10000) + 1;
	fail_expect_wait(test, fl, 0);
	KUNIT_EXPECT_EQ(test, fl->resets, n);
	port_expect_traffic(test, mock);
}

static void fail_hang(struct mock *mock)
{
	struct net_device *netdev = mock->fl.netdev;

	netif_tx_lock_bh(netdev);
	netdev->netdev_ops->ndo_tx_timeout(netdev, 0);
	netif_tx_unlock_bh(netdev);
	flush_work(&mock->fl.health_work);
}

/* The recovery of a hang fails, and the port comes up some other way: the next
 * hang is a new one.
 */
static void fail_recover(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;

	fail_start(test, mock, &before);
	mock->up.times = 1;
	fail_hang(mock);
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 1);
	KUNIT_EXPECT_FALSE(test, mock->fl.running);
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	port_expect_traffic(test, mock);
	fail_hang(mock);
	KUNIT_EXPECT_EQ(test, mock->fl.resets, 2);
	KUNIT_EXPECT_TRUE(test, mock->fl.running);
	port_expect_traffic(test, mock);
}

/* No memory for buffers at a reset: the port comes up, and gets them later. */
static void fail_reset_buffers(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct port_state before;

	fail_start(test, mock, &before);
	seam_fail(SEAM_PAGE, 0, U32_MAX);
	mock_reset(mock);
	KUNIT_EXPECT_TRUE(test, mock->fl.running);
	port_expect_same(test, mock, &before);
	seam_reset();
	mock_poll(mock, 0, 64);
	mock_poll(mock, 1, 64);
	port_expect_traffic(test, mock);
}

static struct kunit_case fail_cases[] = {
	KUNIT_CASE_SLOW(fail_open_memory),
	KUNIT_CASE_SLOW(fail_open_buffers),
	KUNIT_CASE_SLOW(fail_open_irq),
	KUNIT_CASE(fail_open_up),
	KUNIT_CASE_PARAM_ATTR(fail_reconfigure_memory, fail_config_gen_params,
			      { .speed = KUNIT_SPEED_SLOW }),
	KUNIT_CASE_PARAM(fail_reconfigure_buffers, fail_config_gen_params),
	KUNIT_CASE(fail_reconfigure_irq),
	KUNIT_CASE(fail_shrink_queues),
	KUNIT_CASE(fail_grow_rx_queues),
	KUNIT_CASE(fail_grow_queues),
	KUNIT_CASE(fail_down_queues),
	KUNIT_CASE_PARAM(fail_pause, fail_config_gen_params),
	KUNIT_CASE_PARAM(fail_pause_and_up, fail_config_gen_params),
	KUNIT_CASE(fail_change_mtu),
	KUNIT_CASE(fail_reset_up),
	KUNIT_CASE(fail_reset_again),
	KUNIT_CASE(fail_reset_used),
	KUNIT_CASE(fail_reset_often),
	KUNIT_CASE(fail_recover),
	KUNIT_CASE(fail_reset_buffers),
	{}
};

static struct kunit_suite fail_suite = {
	.name = "flowlane_port_fail",
	.init = fail_init,
	.exit = mock_exit,
	.test_cases = fail_cases,
};

kunit_test_suite(fail_suite);
