// SPDX-License-Identifier: GPL-2.0
/* A virtio-net device in memory: see mock_vring.h. */
#include <linux/etherdevice.h>
#include <linux/virtio_net.h>

#include "seam.h"

#include <flowlane/lane_rx.h>
#include <flowlane/lane_tx.h>

#include "mock_vring.h"

static void mock_vring_mb(void);
static void mock_vring_ring(u16 queue, void __iomem *addr);

/* What the leaves do to the outside world. */
#undef mb
#define mb mock_vring_mb
#undef iowrite16
#define iowrite16 mock_vring_ring
#define vring_break	mock_vring_break
#define vring_wake_others mock_vring_wake_others

#include "../../drivers/virtio/vring_packed.h"
#include "../../drivers/virtio/vring_split.h"

struct mock_vring mock_vring;

const struct mock_vring_kind mock_vring_kinds[5] = {
	{ .name = "split", .event = true, .merge = true, .gso = true, .front = 20 },
	{ .name = "split without event index", .merge = true, .front = 12 },
	{ .name = "split without merging", .event = true, .front = 12 },
	{ .name = "packed", .packed = true, .event = true, .merge = true, .gso = true,
	  .front = 20 },
	{ .name = "packed without event index", .packed = true, .merge = true,
	  .front = 12 },
};

const struct mock_vring_kind mock_vring_whole_kinds[2] = {
	{ .name = "split, whole frames", .event = true, .gso = true, .whole = true,
	  .front = 20 },
	{ .name = "packed, whole frames", .packed = true, .event = true, .gso = true,
	  .whole = true, .front = 12 },
};

/* A device that acts just now; what it does may come to a barrier as well. */
static void mock_vring_mb(void)
{
	void (*at_mb)(struct mock *mock) = mock_vring.at_mb;

	mock_vring.at_mb = NULL;
	if (at_mb)
		at_mb(mock_vring.vq[0][0].mock);
}

static void mock_vring_ring(u16 queue, void __iomem *addr)
{
	struct mock_reg *reg = container_of((__force u32 *)addr,
					    struct mock_reg, val);
	struct mock *mock = reg->mock;

	if (!mock->lane[reg->lane].live)
		mock_fault(mock, "doorbell of a queue that is off");
	if (queue != 2 * reg->lane + reg->tx)
		mock_fault(mock, "another queue's number at a doorbell");
	reg->writes++;
}

/* The reset that this asks for is the test's. */
void vring_break(struct fl_lane *lane, const char *what)
{
	mock_vring.broken++;
}

void vring_wake_others(const struct fl_rx_ring *rx)
{
	mock_vring.wakes++;
}

/* --- The driver's end */

static void mock_vring_set_irq(const struct fl_lane *lane, bool on)
{
	const struct vring_rx *v = lane->rx->aux;

	mock_set_irq(lane, on);
	if (on && !v->armed)
		napi_schedule((struct napi_struct *)&lane->napi);
}

static const struct fl_rx_leaf mock_split_rx = VRING_RX_LEAF(split, mock_vring_set_irq);
static const struct fl_tx_leaf mock_split_tx = VRING_TX_LEAF(split);
static const struct fl_rx_leaf mock_packed_rx = VRING_RX_LEAF(packed, mock_vring_set_irq);
static const struct fl_tx_leaf mock_packed_tx = VRING_TX_LEAF(packed);

static void mock_vring_rx_init(struct fl_rx_ring *rx)
{
	const struct mock_vring_kind *kind = mock_vring.kind;
	struct vring_rx start = {
		.front = kind->front,
		.merge = kind->merge,
		.event = kind->event,
	};

	vring_rx_again(rx);
	start.adapts = rx->truesize == FL_RX_TRUESIZE_SMALL && kind->gso &&
		       kind->merge;
	if (kind->packed)
		vring_packed_rx_begin(rx, &start);
	else
		vring_split_rx_begin(rx, &start);
}

static void mock_vring_tx_init(struct fl_tx_ring *tx)
{
	const struct mock_vring_kind *kind = mock_vring.kind;
	const struct vring_tx start = {
		.front = kind->front,
		.event = kind->event,
	};

	if (kind->packed)
		vring_packed_tx_begin(tx, &start);
	else
		vring_split_tx_begin(tx, &start);
}

static int mock_vring_rx_fill(struct fl_rx_ring *rx)
{
	if (mock_vring.kind->packed)
		return fl_rx_fill_idle(rx, mock_packed_rx);
	return fl_rx_fill_idle(rx, mock_split_rx);
}

static int mock_vring_poll(struct napi_struct *napi, int budget)
{
	struct fl_lane *lane = container_of(napi, struct fl_lane, napi);

	if (mock_vring.kind->packed) {
		if (budget)
			vring_packed_disarm(lane);
		return fl_poll(napi, budget, mock_packed_rx, mock_packed_tx);
	}
	if (budget)
		vring_split_disarm(lane);
	return fl_poll(napi, budget, mock_split_rx, mock_split_tx);
}

static netdev_tx_t mock_vring_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_tx_ring *tx = fl->lane[skb_get_queue_mapping(skb)].tx;

	if (mock_vring.kind->packed)
		return fl_xmit(skb, tx, mock_packed_tx);
	return fl_xmit(skb, tx, mock_split_tx);
}

static void mock_vq_start(struct mock_vq *q, struct mock *mock, int lane, bool tx)
{
	const struct fl_lane *fl = &mock->fl.lane[lane];

	*q = (struct mock_vq) {
		.mock = mock, .lane = lane, .tx = tx,
		.desc = tx ? fl->tx->desc : fl->rx->desc,
		.n = (tx ? fl->tx->mask : fl->rx->mask) + 1,
	};
}

static void mock_vring_start(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->cfg.lanes; i++) {
		mock_vq_start(mock_vring_rxq(i), mock_of(fl), i, false);
		mock_vq_start(mock_vring_txq(i), mock_of(fl), i, true);
		if (mock_vring.kind->packed)
			vring_packed_rx_offer(fl->lane[i].rx);
		else
			vring_split_rx_kick(fl->lane[i].rx);
	}
}

static int mock_vring_up(struct fl_dev *fl)
{
	int err = mock_hw_ops.up(fl);

	if (!err)
		mock_vring_start(fl);
	return err;
}

static void mock_vring_resume(struct fl_dev *fl)
{
	mock_hw_ops.resume(fl);
	mock_vring_start(fl);
}

static struct fl_hw_ops mock_vring_ops;

static void mock_vring_setup(struct mock *mock)
{
	struct fl_caps *caps = &mock->fl.caps;

	mock_vring_ops = mock_hw_ops;
	mock_vring_ops.rx_init = mock_vring_rx_init;
	mock_vring_ops.tx_init = mock_vring_tx_init;
	mock_vring_ops.up = mock_vring_up;
	mock_vring_ops.resume = mock_vring_resume;
	mock->fl.ops = &mock_vring_ops;
	caps->rx_ring_max = MOCK_VQ_MAX;
	caps->tx_ring_max = MOCK_VQ_MAX;
	caps->rx_aux_bytes = sizeof(struct vring_rx);
	caps->rx_aux_slot = sizeof(struct vring_rx_slot);
	caps->tx_aux_bytes = sizeof(struct vring_tx);
	caps->tx_aux_slot = sizeof(struct vring_packet);
	caps->rx_sparse = true;
	caps->rx_long = mock_vring.kind->gso;
	if (mock_vring.kind->whole) {
		caps->rx_rests = VRING_RESTS_MAX;
		caps->rx_desc_bytes += VRING_TABLE_BYTES;
	}
	caps->rx_refill = 32;
}

static const struct net_device_ops mock_vring_ndo = MOCK_NDO(mock_vring_xmit);

static const struct mock_hw mock_vring_hw = {
	.name = "virtio",
	.ndo = &mock_vring_ndo,
	.poll = mock_vring_poll,
	.rx_fill = mock_vring_rx_fill,
	.setup = mock_vring_setup,
	.rx_desc_bytes = VRING_RX_BYTES,
	.tx_desc_bytes = VRING_TX_BYTES,
	.rx_buf_unit = 1,
	.tx_len_min = ETH_HLEN,
	.tx_seg_max = U32_MAX,
};

/**
 * mock_vring_init_kind() - a running port over a device of a kind
 * @test: test
 * @kind: one of mock_vring_kinds
 */
void mock_vring_init_kind(struct kunit *test, const struct mock_vring_kind *kind)
{
	mock_vring = (struct mock_vring) { .kind = kind };
	mock_settle(mock_create_running(test, &mock_vring_hw));
}

/**
 * mock_vring_init() - a suite's init: a running port over a device of the case's kind
 * @test: test, whose parameter is one of mock_vring_kinds, or which has none
 *
 * Return: 0.
 */
int mock_vring_init(struct kunit *test)
{
	mock_vring_init_kind(test, test->param_value ?: &mock_vring_kinds[0]);
	return 0;
}

/**
 * mock_vring_low() - other rings are to be told when a ring was low
 * @mock: port
 * @lane: number of the lane
 * @low: slots
 */
void mock_vring_low(struct mock *mock, int lane, u16 low)
{
	((struct vring_rx *)mock->fl.lane[lane].rx->aux)->low = low;
}

/**
 * mock_vring_age() - a lane at rest has seen more traffic than it has
 * @mock: port whose device has given back all that it has taken
 * @lane: number of the lane
 * @by: packets and frames; twice the size of the rings, or a multiple of that
 */
void mock_vring_age(struct mock *mock, int lane, u32 by)
{
	struct fl_rx_ring *rx = mock->fl.lane[lane].rx;
	struct fl_tx_ring *tx = mock->fl.lane[lane].tx;
	struct mock_vq *q = mock_vring_rxq(lane);
	struct vring_rx *r = rx->aux;
	struct vring_tx *t = tx->aux;
	int i;

	rx->next_to_clean += by;
	rx->next_to_use += by;
	r->bell += by;
	r->seen += by;
	tx->next_to_clean += by;
	tx->next_to_use += by;
	tx->kicked += by;
	t->bell += by;
	t->given += by;
	t->avail += by;
	t->used += by;
	for (i = 0; i < 2; i++, q++) {
		if (!mock_vring.kind->packed) {
			le16_add_cpu(&vring_avail(q->desc, q->n - 1)[VRING_IDX], by);
			le16_add_cpu(&vring_used(q->desc, q->n - 1)[VRING_IDX], by);
		}
		q->taken += by;
		q->used += by;
		mock_vq_bells_from(q, q->taken);
	}
}

/**
 * mock_vring_rearm() - the leaf of that name
 * @mock: port
 * @lane: number of a lane that is not polled
 *
 * Return: whether there is something to do already.
 */
bool mock_vring_rearm(struct mock *mock, int lane)
{
	if (mock_vring.kind->packed)
		return vring_packed_rearm(&mock->fl.lane[lane]);
	return vring_split_rearm(&mock->fl.lane[lane]);
}

/**
 * mock_vring_broken() - the driver does not use a ring any more
 * @mock: port
 * @lane: number of the lane
 * @tx: which of its rings
 *
 * Return: true if so.
 */
bool mock_vring_broken(struct mock *mock, int lane, bool tx)
{
	const struct vring_rx *r = mock->fl.lane[lane].rx->aux;
	const struct vring_tx *t = mock->fl.lane[lane].tx->aux;

	return tx ? t->broken : r->broken;
}

/**
 * mock_vring_expect() - the next frame that the stack was given is these bytes
 * @test: test
 * @data: the frame
 * @len: its bytes
 */
void mock_vring_expect(struct kunit *test, const u8 *data, u32 len)
{
	struct sk_buff *skb = mock_receive(test->priv);
	u8 *copy = kvzalloc(len, GFP_KERNEL);
	int err = -ENOMEM, diff = -1;

	KUNIT_EXPECT_NOT_NULL(test, skb);
	if (skb && copy) {
		KUNIT_EXPECT_EQ(test, skb->len, len - ETH_HLEN);
		skb_push(skb, ETH_HLEN);
		err = skb_copy_bits(skb, 0, copy, min(len, skb->len));
		diff = memcmp(copy, data, len);
	}
	kfree_skb(skb);
	kvfree(copy);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, diff, 0);
}

/**
 * mock_vring_expect_rest() - nothing else has arrived, and all buffers are the device's
 * @test: test
 */
void mock_vring_expect_rest(struct kunit *test)
{
	struct mock *mock = test->priv;
	const struct fl_rx_ring *rx = mock->fl.lane[0].rx;

	KUNIT_EXPECT_NULL(test, mock_receive(mock));
	KUNIT_EXPECT_EQ(test, mock_vring.broken, 0);
	KUNIT_EXPECT_GE(test, mock_vq_given(mock_vring_rxq(0)) + rx->refill + 1,
			rx->mask + 1);
}
