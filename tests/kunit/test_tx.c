// SPDX-License-Identifier: GPL-2.0
/* Transmit and completion when all goes well. */
#include <linux/etherdevice.h>

#include "frame.h"
#include "mock.h"
#include "seam.h"

static const struct mock_hw *const tx_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(tx_hw, tx_hws, mock_hw_desc);

static u32 tx_bells(struct mock *mock)
{
	return mock->lane[0].tx_reg.writes;
}

/* Send a packet, and compare what leaves the device with it. Returns how it
 * left.
 */
static struct mock_sent tx_one(struct kunit *test, struct mock *mock,
			       struct sk_buff *skb)
{
	struct mock_lane *ml = &mock->lane[0];
	u32 len = max(skb->len, mock->hw->tx_len_min);
	u8 *want = kvzalloc(len, GFP_KERNEL);	/* padding is zero */
	struct mock_sent *sent = &ml->sent[0];
	int err = want ? skb_copy_bits(skb, 0, want, skb->len) : -ENOMEM;

	mock_tx_forget(mock);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, skb, false), NETDEV_TX_OK);
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), 1);
	KUNIT_EXPECT_EQ(test, sent->len, len);
	KUNIT_EXPECT_NOT_NULL(test, sent->data);
	if (want && sent->data && sent->len == len)
		KUNIT_EXPECT_EQ(test, memcmp(want, sent->data, len), 0);
	mock_poll(mock, 0, 64);
	kvfree(want);
	return *sent;
}

static void tx_single(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct mock_sent sent;

	sent = tx_one(test, mock, frame_short(test, 99));	/* odd */
	KUNIT_EXPECT_EQ(test, sent.descs, 1);
	KUNIT_EXPECT_EQ(test, sent.ctx, 0);
	KUNIT_EXPECT_EQ(test, tx_bells(mock), 1);
	KUNIT_EXPECT_EQ(test, mock->lane[0].tx_reg.val, 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.bytes, 99);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.drop, 0);
}

/* Too short for the device: zeros are added, up to its minimum. */
static void tx_padded(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 len;

	for (len = ETH_HLEN; len <= mock->hw->tx_len_min + 1; len++)
		tx_one(test, mock, frame_short(test, len));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.drop, 0);
}

/* A packet leaves whole, whatever its pieces; an empty one has no descriptor,
 * and one beyond the device's limit has several.
 */
static void tx_fragments(struct kunit *test)
{
	static const struct frame frames[] = {
		{ .linear = 50, .nr_frags = 1, .frag = { 1 } },
		{ .linear = 50, .nr_frags = 3, .frag = { 100, 4096, 9 } },
		{ .nr_frags = 2, .frag = { 700, 800 } },
		/* Empty: at the start, in the middle, at the end, all. */
		{ .linear = 50, .nr_frags = 3, .frag = { 0, 100, 200 } },
		{ .linear = 50, .nr_frags = 3, .frag = { 100, 0, 200 } },
		{ .linear = 50, .nr_frags = 3, .frag = { 100, 200, 0 } },
		{ .linear = 50, .nr_frags = 2, .frag = { 0, 0 } },
		/* 31744 and 32768 are the limits of the two devices. */
		{ .linear = 50, .nr_frags = 1, .frag = { 31744 } },
		{ .linear = 50, .nr_frags = 1, .frag = { 31745 } },
		{ .linear = 50, .nr_frags = 1, .frag = { 32768 } },
		{ .linear = 50, .nr_frags = 1, .frag = { 32769 } },
		{ .linear = 50, .nr_frags = 2, .frag = { 40000, 11 } },
		{ .linear = 50, .nr_frags = 1, .frag = { 65400 } },
	};
	struct mock *mock = test->priv;
	int i, f;

	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		u32 descs = 1;
		struct mock_sent sent;

		for (f = 0; f < frames[i].nr_frags; f++)
			descs += DIV_ROUND_UP(frames[i].frag[f],
					      mock->hw->tx_seg_max);
		sent = tx_one(test, mock, frame_build(test, &frames[i]));
		KUNIT_EXPECT_EQ_MSG(test, sent.descs, descs, "packet %d", i);
		KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
	}
	KUNIT_EXPECT_EQ(test, tx_bells(mock), ARRAY_SIZE(frames));
}

/* The packet with the most descriptors fits into what is kept free for it. */
static void tx_worst_packet(struct kunit *test)
{
	struct frame frame = {
		.ip = 4, .l4 = FRAME_TCP, .csum = true,
		.nr_frags = FRAME_FRAGS,
	};
	struct mock *mock = test->priv;
	struct mock_sent sent;
	int i;

	/* One fragment of two descriptors, all others as small as can be. */
	frame.frag[0] = 32769;
	for (i = 1; i < FRAME_FRAGS; i++)
		frame.frag[i] = 1;
	sent = tx_one(test, mock, frame_build(test, &frame));
	KUNIT_EXPECT_EQ(test, sent.descs, 1 + FRAME_FRAGS + 1);
	KUNIT_EXPECT_EQ(test, sent.ctx, 1);
	KUNIT_EXPECT_LE(test, sent.descs + sent.ctx, FL_TX_DESC_NEEDED);
}

/* Many rounds through the ring, over the wrap of the 32-bit counters. */
static void tx_wrap(struct kunit *test)
{
	const struct frame frame = {
		.linear = 20, .nr_frags = 2, .frag = { 30, 40 },
	};
	struct mock *mock = test->priv;
	struct fl_tx_ring *tx = mock->fl.lane[0].tx;
	int i;

	KUNIT_ASSERT_EQ(test, tx->next_to_use, 0);
	/* 256 before the wrap: the slots stay the same. */
	tx->next_to_use -= 256;
	tx->next_to_clean -= 256;
	tx->kicked -= 256;
	/* 3 is no divisor of 128: packets lie across the ring's end. */
	for (i = 0; i < 200; i++) {
		struct mock_sent sent = tx_one(test, mock,
					       frame_build(test, &frame));

		KUNIT_ASSERT_EQ(test, sent.descs, 3);
	}
	KUNIT_EXPECT_EQ(test, tx->next_to_use, 600 - 256);
	KUNIT_EXPECT_EQ(test, tx->next_to_clean, 600 - 256);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 200);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.stop, 0);
}

/* Packets of one descriptor until the queue stops; returns how many. */
static u32 tx_fill(struct kunit *test, struct mock *mock)
{
	struct netdev_queue *txq = netdev_get_tx_queue(mock->fl.netdev, 0);
	u32 n = 0;

	while (!netif_tx_queue_stopped(txq) && n < 200) {
		if (mock_xmit(mock, 0, frame_short(test, 60), false))
			break;
		n++;
	}
	return n;
}

static void tx_stop_and_wake(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct netdev_queue *txq = netdev_get_tx_queue(mock->fl.netdev, 0);
	/* The first packet that leaves less than FL_TX_DESC_NEEDED of 127. */
	const u32 fill = 127 - FL_TX_DESC_NEEDED + 1;
	/* Twice as much has to be free for the queue to wake. */
	const u32 wake = 2 * FL_TX_DESC_NEEDED - (127 - fill);
	u32 i;

	KUNIT_EXPECT_EQ(test, tx_fill(test, mock), fill);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.stop, 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.wake, 0);
	for (i = 0; i < wake - 1; i++)
		KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, 1), 1);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(txq));
	mock_tx_run(mock, 0, 1);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_FALSE(test, netif_tx_queue_stopped(txq));
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.wake, 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, wake);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.drop, 0);
}

/* A stack that ignores a stopped queue keeps its packet. */
static void tx_busy(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_tx_ring *tx = mock->fl.lane[0].tx;
	struct sk_buff *skb;
	u32 bells;

	tx_fill(test, mock);
	skb = frame_short(test, 60);
	bells = tx_bells(mock);
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, skb, false), NETDEV_TX_BUSY);
	KUNIT_EXPECT_EQ(test, refcount_read(&skb->users), 1);
	KUNIT_EXPECT_EQ(test, skb->len, 60);
	KUNIT_EXPECT_EQ(test, tx_bells(mock), bells);
	KUNIT_EXPECT_TRUE(test, netif_tx_queue_stopped(tx->txq));

	/* As if the last packet still waited for its doorbell. */
	tx->kicked--;
	mock->lane[0].tx_reg.val--;
	KUNIT_EXPECT_EQ(test, mock_xmit(mock, 0, skb, true), NETDEV_TX_BUSY);
	KUNIT_EXPECT_EQ(test, tx_bells(mock), bells + 1);
	KUNIT_EXPECT_EQ(test, mock->lane[0].tx_reg.val,
			tx->next_to_use & tx->mask);
	kfree_skb(skb);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).xmit.drop, 0);
}

/* A batch has one doorbell, and one report for all of it. */
static void tx_batch(struct kunit *test)
{
	struct mock *mock = test->priv;
	int i;

	for (i = 0; i < 5; i++) {
		mock_xmit(mock, 0, frame_short(test, 60 + i), i < 4);
		KUNIT_EXPECT_EQ(test, tx_bells(mock), i == 4);
	}
	KUNIT_EXPECT_EQ(test, mock->lane[0].tx_reg.val, 5);
	/* The device has reported none of the first four. */
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, 4), 4);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 5);
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), 1);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 5);
	KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
}

/* The batch ends early when the queue stops: more packets will not come. */
static void tx_batch_into_full_ring(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_tx_ring *tx = mock->fl.lane[0].tx;
	u32 n = 0;

	while (!netif_tx_queue_stopped(tx->txq) && n < 200) {
		KUNIT_EXPECT_EQ(test, tx_bells(mock), 0);
		mock_xmit(mock, 0, frame_short(test, 60), true);
		n++;
	}
	KUNIT_EXPECT_EQ(test, tx_bells(mock), 1);
	KUNIT_EXPECT_EQ(test, mock->lane[0].tx_reg.val, n);
}

static void tx_byte_queue_limits(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct dql *dql = &netdev_get_tx_queue(mock->fl.netdev, 0)->dql;

	if (!IS_ENABLED(CONFIG_BQL))
		kunit_skip(test, "kernel without BQL");
	mock_xmit(mock, 0, frame_short(test, 100), true);
	mock_xmit(mock, 0, frame_short(test, 200), false);
	KUNIT_EXPECT_EQ(test, dql->num_queued - dql->num_completed, 300);
	mock_xmit(mock, 0, frame_short(test, 400), false);
	KUNIT_EXPECT_EQ(test, dql->num_queued - dql->num_completed, 700);
	mock_tx_run(mock, 0, 2);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, dql->num_queued - dql->num_completed, 400);
	mock_tx_run(mock, 0, 1);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, dql->num_queued, dql->num_completed);
}

/* What was queued is what completes, also where a packet is not as long on the
 * wire as the stack gave it: segmented, or padded. Else the queue would stop
 * for ever, or BUG().
 */
static void tx_bql_other_lengths(struct kunit *test)
{
	const struct frame gso = {
		.ip = 4, .l4 = FRAME_TCP, .csum = true, .mss = 1000,
		.nr_frags = 1, .frag = { 2500 },
	};
	struct mock *mock = test->priv;
	struct dql *dql = &netdev_get_tx_queue(mock->fl.netdev, 0)->dql;
	const u32 gso_len = 2500 + frame_header_len(&gso);
	const u32 short_len = mock->hw->tx_len_min;

	if (!IS_ENABLED(CONFIG_BQL))
		kunit_skip(test, "kernel without BQL");
	mock_xmit(mock, 0, frame_build(test, &gso), true);
	mock_xmit(mock, 0, frame_short(test, ETH_HLEN), true);
	mock_xmit(mock, 0, frame_build(test, &gso), false);
	KUNIT_EXPECT_EQ(test, dql->num_queued - dql->num_completed,
			2 * gso_len + short_len);
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), 3);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, dql->num_queued, dql->num_completed);

	/* Half of what is in flight. */
	mock_xmit(mock, 0, frame_build(test, &gso), false);
	mock_xmit(mock, 0, frame_short(test, ETH_HLEN), false);
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, 1), 1);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, dql->num_queued - dql->num_completed, short_len);
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, 1), 1);
	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, dql->num_queued, dql->num_completed);
}

/* Segmented by the device: counted as they are on the wire. */
static void tx_gso_stats(struct kunit *test)
{
	const struct frame plain = { .ip = 4, .l4 = FRAME_UDP, .linear = 100,
				     .csum = true };
	const struct frame gso = {
		.ip = 4, .l4 = FRAME_TCP, .csum = true, .mss = 1000,
		.nr_frags = 1, .frag = { 2500 },	/* 1000, 1000, 500 */
	};
	struct mock *mock = test->priv;
	const u32 hdr = frame_header_len(&gso);
	struct fl_tx_view s;

	mock_xmit(mock, 0, frame_short(test, 70), false);
	mock_xmit(mock, 0, frame_build(test, &plain), false);
	mock_xmit(mock, 0, frame_build(test, &gso), false);
	mock_tx_run(mock, 0, U32_MAX);
	mock_poll(mock, 0, 64);
	s = mock_stats(mock).tx;
	KUNIT_EXPECT_EQ(test, s.packets, 5);
	KUNIT_EXPECT_EQ(test, s.bytes, 70 + 142 + 2500 + 3 * hdr);
	KUNIT_EXPECT_EQ(test, s.csum, 4);
	KUNIT_EXPECT_EQ(test, s.csum_none, 1);
	KUNIT_EXPECT_EQ(test, s.gso_packets, 1);
	KUNIT_EXPECT_EQ(test, s.gso_bytes, 2500 + hdr);
	KUNIT_EXPECT_EQ(test, s.gso_wire_packets, 3);
	KUNIT_EXPECT_EQ(test, s.gso_wire_bytes, 2500 + 3 * hdr);
}

/* Packets on the wire, and bytes with the headers that each has: of packets
 * whose last segment is full or not, and of one that is no longer than one.
 */
static void tx_gso_wire(struct kunit *test)
{
	static const struct { u8 ip; u32 len; u32 segs; } of[] = {
		{ 4, 999, 1 }, { 4, 1000, 1 }, { 4, 1001, 2 }, { 4, 3000, 3 },
		{ 6, 3001, 4 }, { 6, 60000, 60 },
	};
	struct mock *mock = test->priv;
	u64 packets = 0, bytes = 0, gso_bytes = 0;
	struct fl_tx_view s;
	int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		const struct frame gso = {
			.ip = of[i].ip, .l4 = FRAME_TCP, .csum = true,
			.mss = 1000, .nr_frags = 1, .frag = { of[i].len },
		};

		mock_xmit(mock, 0, frame_build(test, &gso), false);
		packets += of[i].segs;
		bytes += of[i].len + of[i].segs * frame_header_len(&gso);
		gso_bytes += of[i].len + frame_header_len(&gso);
	}
	KUNIT_EXPECT_EQ(test, mock_tx_run(mock, 0, U32_MAX), ARRAY_SIZE(of));
	mock_poll(mock, 0, 64);
	s = mock_stats(mock).tx;
	KUNIT_EXPECT_EQ(test, s.packets, packets);
	KUNIT_EXPECT_EQ(test, s.bytes, bytes);
	KUNIT_EXPECT_EQ(test, s.csum, packets);
	KUNIT_EXPECT_EQ(test, s.csum_none, 0);
	KUNIT_EXPECT_EQ(test, s.gso_packets, ARRAY_SIZE(of));
	KUNIT_EXPECT_EQ(test, s.gso_bytes, gso_bytes);
	KUNIT_EXPECT_EQ(test, s.gso_wire_packets, packets);
	KUNIT_EXPECT_EQ(test, s.gso_wire_bytes, bytes);
}

/* netpoll wants room in the Tx ring and nothing else. */
static void tx_netpoll(struct kunit *test)
{
	struct mock *mock = test->priv;
	const u8 *data = frame_bytes(test, 60, 1);

	mock_rx_frame(mock, 0, data, 60, NULL);
	mock_xmit(mock, 0, frame_short(test, 60), false);
	mock_tx_run(mock, 0, U32_MAX);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 1);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).rx.packets, 0);
	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	/* The frame is there for the next real poll. */
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 64), 1);
}

/* A poll without anything to do writes no register and wakes nothing. */
static void tx_idle_poll(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 bells = tx_bells(mock);

	mock_poll(mock, 0, 64);
	KUNIT_EXPECT_EQ(test, tx_bells(mock), bells);
	KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.wake, 0);
}

/* A ring that is drained holds nothing; what counts as sent is the caller's
 * to say.
 */
static void tx_drain(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct fl_tx_ring *tx = lane->tx;
	int sent, i;

	for (sent = 0; sent < 2; sent++) {
		mock_xmit(mock, 0, frame_short(test, 100), false);
		mock_xmit(mock, 0, frame_short(test, 200), true);
		napi_disable(&lane->napi);
		fl_tx_ring_drain(tx, sent);
		napi_enable(&lane->napi);
		/* The device starts afresh as well. */
		mock->lane[0].tx_reg.val = 0;
		netdev_tx_reset_queue(tx->txq);

		KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.packets, 2 * sent);
		KUNIT_EXPECT_EQ(test, mock_stats(mock).tx.bytes, 300 * sent);
		KUNIT_EXPECT_EQ(test, atomic_read(&seam_held.maps), 0);
		KUNIT_EXPECT_EQ(test, tx->next_to_use, 0);
		KUNIT_EXPECT_EQ(test, tx->next_to_clean, 0);
		KUNIT_EXPECT_EQ(test, tx->kicked, 0);
		for (i = 0; i <= tx->mask; i++)
			KUNIT_EXPECT_NULL(test, tx->buf[i].skb);
	}
	tx_one(test, mock, frame_short(test, 60));
}

static struct kunit_case tx_cases[] = {
	KUNIT_CASE_PARAM(tx_single, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_padded, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_fragments, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_worst_packet, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_wrap, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_stop_and_wake, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_busy, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_batch, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_batch_into_full_ring, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_byte_queue_limits, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_bql_other_lengths, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_gso_stats, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_gso_wire, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_netpoll, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_idle_poll, tx_hw_gen_params),
	KUNIT_CASE_PARAM(tx_drain, tx_hw_gen_params),
	{}
};

static struct kunit_suite tx_suite = {
	.name = "flowlane_tx",
	.init = mock_init_running,
	.exit = mock_exit,
	.test_cases = tx_cases,
};

kunit_test_suite(tx_suite);
