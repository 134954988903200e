// SPDX-License-Identifier: GPL-2.0
/* Time stamps on the hot path: who gets one, and who is asked for one. */
#include "frame.h"
#include "mock.h"
#include "seam.h"

#include "../../drivers/i82576/desc.h"

static int stamp_init(struct kunit *test)
{
	mock_create_running(test, &mock_i82576);
	return 0;
}

static void stamp_receive(struct kunit *test, u32 flags, ktime_t want)
{
	struct mock *mock = test->priv;
	struct mock_rxd d = { .flags = flags, .len = 64 };
	struct sk_buff *skb;

	KUNIT_ASSERT_TRUE(test, mock_rx_desc(mock, 0,
					     frame_bytes(test, 64, 1), 64, &d));
	mock_poll(mock, 0, 64);
	skb = mock_receive(mock);
	KUNIT_EXPECT_EQ(test, !!skb, !(flags & MOCK_RX_ERROR));
	if (skb)
		KUNIT_EXPECT_EQ(test, skb_hwtstamps(skb)->hwtstamp, want);
	kfree_skb(skb);
}

static void stamp_rx(struct kunit *test)
{
	struct mock *mock = test->priv;

	stamp_receive(test, MOCK_RX_EOP, 0);
	stamp_receive(test, MOCK_RX_EOP | MOCK_RX_STAMPED, 1);
	stamp_receive(test, MOCK_RX_EOP | MOCK_RX_CSUM_OK, 0);
	stamp_receive(test, MOCK_RX_EOP | MOCK_RX_STAMPED | MOCK_RX_VLAN |
		      MOCK_RX_HASH_L3, 2);
	/* A damaged one is lost, whatever else the device says of it. */
	stamp_receive(test, MOCK_RX_EOP | MOCK_RX_STAMPED | MOCK_RX_ERROR, 0);
	stamp_receive(test, MOCK_RX_EOP | MOCK_RX_STAMPED, 3);
	KUNIT_EXPECT_EQ(test, mock->rx_stamps, 3);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 5);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.errors, 1);
}

/* Send one that asks for @flags; its descriptors are marked if it asks the
 * device, and no others.
 */
static void stamp_send(struct kunit *test, const struct frame *frame, u8 flags)
{
	struct mock *mock = test->priv;
	struct fl_tx_ring *tx = mock->fl.lane[0].tx;
	const union i82576_tx_desc *desc = tx->desc;
	struct sk_buff *skb = frame_build(test, frame);
	u32 from = tx->next_to_use, stamps = mock->tx_stamps, i;

	skb_shinfo(skb)->tx_flags |= flags;
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, skb, false), NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, mock->tx_stamps - stamps,
			!!(flags & SKBTX_HW_TSTAMP));
	for (i = from; i != tx->next_to_use; i++) {
		u32 cmd = le32_to_cpu(desc[i & tx->mask].data.cmd_type_len);
		bool data = (cmd & (0xfU << 20)) == I82576_TXD_DTYP_DATA;

		KUNIT_EXPECT_EQ_MSG(test, !!(cmd & I82576_TXD_TSTAMP),
				    data && flags & SKBTX_HW_TSTAMP, "%u",
				    i - from);
	}
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), 1);
	mock_poll(mock, 0, 64);
}

static void stamp_tx(struct kunit *test)
{
	static const struct frame frames[] = {
		{ .linear = 64 },
		{ .linear = 64, .nr_frags = 3, .frag = { 100, 40000, 9 } },
		/* with a context */
		{ .ip = 4, .l4 = FRAME_UDP, .linear = 100, .csum = true },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		stamp_send(test, &frames[i], 0);
		stamp_send(test, &frames[i], SKBTX_HW_TSTAMP);
		stamp_send(test, &frames[i], SKBTX_SCHED_TSTAMP);
		stamp_send(test, &frames[i], SKBTX_HW_TSTAMP |
			   SKBTX_SCHED_TSTAMP);
		stamp_send(test, &frames[i], 0);
	}
}

static struct kunit_case stamp_cases[] = {
	KUNIT_CASE(stamp_rx),
	KUNIT_CASE(stamp_tx),
	{}
};

static struct kunit_suite stamp_suite = {
	.name = "flowlane_stamp",
	.init = stamp_init,
	.exit = mock_exit,
	.test_cases = stamp_cases,
};

kunit_test_suite(stamp_suite);
