// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts for what was sent, where each packet has its answer: both are of one
 * interrupt; and nobody waits for ever where there is no answer after all.
 */
#include <linux/netdevice.h>
#include <linux/sizes.h>
#include <linux/timer.h>

#include "frame.h"
#include "mock_vring.h"
#include "seam.h"

#include "../../drivers/virtio/vring.h"

static const struct mock_vring_kind * const lazy_kinds[] = {
	&mock_vring_kinds[0], &mock_vring_kinds[3],
};

static void lazy_kind_desc(const struct mock_vring_kind * const *kind, char *desc)
{
	mock_vring_kind_desc(*kind, desc);
}

KUNIT_ARRAY_PARAM(lazy_kind, lazy_kinds, lazy_kind_desc);

static int lazy_init(struct kunit *test)
{
	const struct mock_vring_kind * const *kind = test->param_value;
	struct mock *mock;

	mock_vring_init_kind(test, *kind);
	mock = test->priv;
	/* Byte limits of their own, which begin at nothing, are for lazy_urgent(). */
	netdev_get_tx_queue(mock->fl.netdev, 0)->dql.min_limit = SZ_64K;
	mock_vring_age(mock, 0, MOCK_VRING_AGE);
	mock_poll(mock, 0, 64);
	return 0;
}

/* The device sends what waits, and says so. Returns whether it interrupts. */
static bool lazy_sent(struct kunit *test)
{
	struct mock_vq *q = mock_vring_txq(0);
	struct mock_vq_chain c;

	while (mock_vq_take(q, &c))
		mock_vq_give(q, &c, 0);
	return mock_vq_publish(q);
}

static bool lazy_send(struct kunit *test, struct sk_buff *skb)
{
	KUNIT_EXPECT_EQ(test, mock_xmit(test->priv, 0, skb, false), NETDEV_TX_OK);
	return lazy_sent(test);
}

static bool lazy_ask(struct kunit *test)
{
	return lazy_send(test, frame_short(test, 60));
}

static void lazy_answer(struct kunit *test)
{
	static const u8 data[60];

	mock_vring_frame(mock_vring_rxq(0), data, sizeof(data), NULL);
	KUNIT_EXPECT_TRUE(test, mock_vq_publish(mock_vring_rxq(0)));
	KUNIT_EXPECT_EQ(test, mock_poll(test->priv, 0, 64), 1);
	skb_queue_purge(&((struct mock *)test->priv)->rxq);
}

static bool lazy_timer(struct kunit *test)
{
	struct mock *mock = test->priv;

	return timer_delete(&mock->fl.lane[0].retry);
}

/* Some round trips; after them the lane is lazy. */
static void lazy_learn(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 i;

	for (i = 0; i < VRING_TX_ANSWERED; i++) {
		KUNIT_EXPECT_FALSE(test, lazy_timer(test));
		KUNIT_EXPECT_TRUE(test, lazy_ask(test));
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
		lazy_answer(test);
	}
}

/* One interrupt a round trip, and with it all that was sent is let go of. */
static void lazy_answered(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 i;

	lazy_learn(test);
	for (i = 1; i <= 200; i++) {
		KUNIT_EXPECT_FALSE(test, lazy_ask(test));
		KUNIT_EXPECT_TRUE(test, lazy_timer(test));
		lazy_answer(test);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, VRING_TX_ANSWERED + i);
	}
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
}

/* No answers any more: a timer lets go of it, and soon interrupts do. */
static void lazy_one_way(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 i;

	lazy_learn(test);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_FALSE(test, lazy_ask(test));
		KUNIT_EXPECT_TRUE(test, lazy_timer(test));
		KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
		KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	}
	for (i = 0; i < 10; i++) {
		KUNIT_EXPECT_TRUE(test, lazy_ask(test));
		KUNIT_EXPECT_FALSE(test, lazy_timer(test));
		mock_poll(mock, 0, 64);
	}
}

/* Many are worth an interrupt in any case. */
static void lazy_many(struct kunit *test)
{
	u32 i;

	lazy_learn(test);
	for (i = 0; i < VRING_TX_LAZY; i++)
		KUNIT_EXPECT_FALSE(test, lazy_ask(test));
	KUNIT_EXPECT_TRUE(test, lazy_ask(test));
}

/* So is one for which the stack waits, and one that is large. */
static void lazy_urgent(struct kunit *test)
{
	const struct frame large = {
		.ip = 4, .l4 = FRAME_TCP, .linear = 100, .nr_frags = 1, .frag = { 3000 },
		.mss = 1000, .csum = true,
	};
	struct mock *mock = test->priv;
	struct netdev_queue *txq = netdev_get_tx_queue(mock->fl.netdev, 0);

	lazy_learn(test);
	KUNIT_EXPECT_FALSE(test, lazy_ask(test));
	set_bit(__QUEUE_STATE_STACK_XOFF, &txq->state);
	KUNIT_EXPECT_TRUE(test, lazy_ask(test));
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_FALSE(test, netif_xmit_stopped(txq));
	lazy_answer(test);
	KUNIT_EXPECT_FALSE(test, lazy_ask(test));
	KUNIT_EXPECT_TRUE(test, lazy_send(test, frame_build(test, &large)));
}

static struct sk_buff *lazy_next;

static void lazy_xmit_next(struct mock *mock)
{
	mock_xmit(mock, 0, lazy_next, false);
}

/* A packet comes just as a poll makes up its mind: it interrupts, or has the timer. */
static void lazy_race(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 i;

	for (i = 0; i < 3 * VRING_TX_ANSWERED; i++) {
		bool irq, timer;

		if (lazy_ask(test))
			mock_poll(mock, 0, 64);
		lazy_timer(test);
		lazy_next = frame_short(test, 60);
		mock_vring.at_mb = lazy_xmit_next;
		lazy_answer(test);
		timer = lazy_timer(test);
		irq = lazy_sent(test);
		KUNIT_EXPECT_TRUE_MSG(test, timer || irq, "%u", i);
		mock_poll(mock, 0, 64);
	}
}

static void lazy_sends(struct mock *mock)
{
	lazy_sent(mock->test);
}

/* A packet is sent just as a poll that has not found it sent makes up its mind: nobody else
 * lets go of it.
 */
static void lazy_sent_late(struct kunit *test)
{
	struct mock *mock = test->priv;

	lazy_learn(test);
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, frame_short(test, 60), false), NETDEV_TX_OK);
	KUNIT_EXPECT_TRUE(test, lazy_timer(test));
	mock_vring.at_mb = lazy_sends;
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_NULL(test, mock_vring.at_mb);
	KUNIT_EXPECT_TRUE(test, lazy_timer(test));
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 0);
	KUNIT_EXPECT_FALSE(test, lazy_timer(test));
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
}

static struct kunit_case lazy_cases[] = {
	KUNIT_CASE_PARAM(lazy_answered, lazy_kind_gen_params),
	KUNIT_CASE_PARAM(lazy_one_way, lazy_kind_gen_params),
	KUNIT_CASE_PARAM(lazy_many, lazy_kind_gen_params),
	KUNIT_CASE_PARAM(lazy_urgent, lazy_kind_gen_params),
	KUNIT_CASE_PARAM(lazy_race, lazy_kind_gen_params),
	KUNIT_CASE_PARAM(lazy_sent_late, lazy_kind_gen_params),
	{}
};

static struct kunit_suite lazy_suite = {
	.name = "flowlane_vring_lazy",
	.init = lazy_init,
	.exit = mock_exit,
	.test_cases = lazy_cases,
};

kunit_test_suite(lazy_suite);
