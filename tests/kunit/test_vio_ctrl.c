// SPDX-License-Identifier: GPL-2.0
/*
 * Commands of virtio-net: what is in them, by the standard's sections, and what comes of
 * answers of all kinds. The device acts between two looks of the driver.
 */
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/etherdevice.h>
#include <linux/unaligned.h>
#include <kunit/device.h>
#include <uapi/linux/virtio_config.h>

#include "../../drivers/core/steer.h"
#include "../../drivers/virtio/vio.h"
#include "../../drivers/virtio/vring_packed.h"
#include "../../drivers/virtio/vring_split.h"
#include "mock_vring.h"
#include "seam_wait.h"

#define VCTL_LANES	3
#define VCTL_PAST	8

static const struct mock_vring_kind *const vctl_kinds[] = {
	&mock_vring_kinds[1], &mock_vring_kinds[4],
};

static void vctl_kind_desc(const struct mock_vring_kind *const *kind, char *desc)
{
	mock_vring_kind_desc(*kind, desc);
}

KUNIT_ARRAY_PARAM(vctl_kind, vctl_kinds, vctl_kind_desc);

/**
 * struct vctl - a port as far as commands go, and its device
 * @vio: port
 * @mock: keeps what it does wrong
 * @lane: its lanes
 * @regs: the device's registers
 * @bell: its doorbell
 * @q: its end of the control queue
 * @after: looks before it answers
 * @answer: what it answers; negative: never
 * @id: it gives back this, if not what it was given
 * @data: the last command
 * @len: bytes of it
 * @n: commands
 * @refused: number of the one that it refuses; 0 for none
 * @past: how the first commands began
 * @resets: that were asked for
 */
struct vctl {
	struct vio vio;
	struct mock mock;
	struct fl_lane lane[VCTL_LANES];
	struct virtio_pci_common_cfg regs;
	u32 bell;
	struct mock_vq q;
	u32 after;
	int answer;
	int id;
	u8 data[VIO_CTRL_BYTES];
	u32 len;
	u32 n;
	u32 refused;
	u8 past[VCTL_PAST][16];
	u32 resets;
};

static struct vctl *vctl_now;

static void vctl_reset_work(struct work_struct *work)
{
	vctl_now->resets++;
}

static void vctl_answer(struct vctl *v)
{
	struct mock_vq_chain c;

	if (!mock_vq_take(&v->q, &c))
		return;
	if (c.n != 2 || c.part[0].len > sizeof(v->data) || c.part[1].len != 1) {
		mock_fault(&v->mock, "a command that is none");
		return;
	}
	v->len = c.part[0].len;
	memcpy(v->data, phys_to_virt(c.part[0].addr), v->len);
	if (v->n < VCTL_PAST)
		memcpy(v->past[v->n], v->data, sizeof(v->past[0]));
	v->n++;
	*(u8 *)phys_to_virt(c.part[1].addr) = v->n == v->refused ? VIRTIO_NET_ERR : v->answer;
	if (v->id)
		c.id = v->id;
	mock_vq_give(&v->q, &c, v->id ? U32_MAX : 1);
	mock_vq_publish(&v->q);
}

static void vctl_between_looks(void)
{
	struct vctl *v = vctl_now;

	if (v->after)
		v->after--;
	else if (v->answer >= 0)
		vctl_answer(v);
}

static int vctl_init(struct kunit *test)
{
	struct vctl *v = kunit_kzalloc(test, sizeof(*v), GFP_KERNEL);
	struct fl_dev *fl = &v->vio.fl;
	struct device *dev;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, v);
	dev = kunit_device_register(test, "vctl");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, dma_coerce_mask_and_coherent(dev, DMA_BIT_MASK(64)), 0);
	mock_vring = (struct mock_vring) {
		.kind = *(const struct mock_vring_kind *const *)test->param_value,
	};
	fl->dev = dev;
	fl->lane = v->lane;
	fl->caps.lanes_max = VCTL_LANES;
	fl->cfg.lanes = VCTL_LANES;
	fl->running = true;
	spin_lock_init(&fl->steer_lock);
	INIT_DELAYED_WORK(&fl->reset_work, vctl_reset_work);
	INIT_WORK(&v->vio.table_work, vio_table_work);
	for (i = 0; i < VCTL_LANES; i++) {
		v->lane[i].fl = fl;
		v->lane[i].idx = i;
	}
	mutex_init(&v->vio.ctrl_lock);
	v->vio.mdev.common = (__force struct virtio_pci_common_cfg __iomem *)&v->regs;
	v->vio.pairs = VCTL_LANES;
	v->vio.has = BIT_ULL(VIRTIO_NET_F_CTRL_VQ) |
		     (mock_vring.kind->packed ? BIT_ULL(VIRTIO_F_RING_PACKED) : 0);
	v->regs.device_status = VIRTIO_CONFIG_S_DRIVER_OK;
	KUNIT_ASSERT_EQ(test, vio_ctrl_alloc(&v->vio), 0);
	memset(v->vio.ctrl, 0, VRING_HDRS(VIO_CTRL_SLOTS));
	v->q = (struct mock_vq) {
		.mock = &v->mock, .ctrl = true, .desc = v->vio.ctrl,
		.n = VIO_CTRL_SLOTS,
	};
	vio_ctrl_start(&v->vio, (__force void __iomem *)&v->bell);
	vctl_now = v;
	seam_between_looks = vctl_between_looks;
	test->priv = v;
	return 0;
}

static void vctl_exit(struct kunit *test)
{
	struct vctl *v = test->priv;

	seam_between_looks = NULL;
	if (!v)
		return;
	flush_delayed_work(&v->vio.fl.reset_work);
	vio_ctrl_free(&v->vio);
	mutex_destroy(&v->vio.ctrl_lock);
	KUNIT_EXPECT_STREQ(test, v->mock.fault, "");
}

static int vctl_command(struct vctl *v, u32 len)
{
	int err;

	mutex_lock(&v->vio.ctrl_lock);
	memset(vio_ctrl_room(&v->vio), 0x5a, len);
	err = vio_command(&v->vio, 7, 9, len);
	mutex_unlock(&v->vio.ctrl_lock);
	flush_delayed_work(&v->vio.fl.reset_work);
	return err;
}

/* Many times around the queue, and over the wrap of its indices. */
static void vctl_rounds(struct kunit *test)
{
	struct vctl *v = test->priv;
	const u16 age = -2 * VIO_CTRL_SLOTS;
	u32 i;

	v->vio.ctrl_idx = age;
	v->q.taken = age;
	v->q.used = age;
	if (!mock_vring.kind->packed) {
		vring_avail(v->vio.ctrl, VIO_CTRL_SLOTS - 1)[VRING_IDX] = cpu_to_le16(age);
		vring_used(v->vio.ctrl, VIO_CTRL_SLOTS - 1)[VRING_IDX] = cpu_to_le16(age);
	}
	for (i = 0; i < 4 * VIO_CTRL_SLOTS; i++) {
		v->bell = U32_MAX;
		v->after = i % 3;
		KUNIT_EXPECT_EQ(test, vctl_command(v, i), 0);
		KUNIT_EXPECT_EQ(test, v->len, 2 + i);
		KUNIT_EXPECT_EQ(test, v->data[0], 7);
		KUNIT_EXPECT_EQ(test, v->data[1], 9);
		if (i)
			KUNIT_EXPECT_EQ(test, v->data[1 + i], 0x5a);
		KUNIT_EXPECT_EQ(test, v->bell & U16_MAX, 2 * VCTL_LANES);
	}
	KUNIT_EXPECT_EQ(test, v->resets, 0);
}

/* Also a device that says it looks by itself is told: what it says of that may be left over. */
static void vctl_rung(struct kunit *test)
{
	struct vctl *v = test->priv;
	void *says = v->vio.ctrl + VRING_DEVICE(VIO_CTRL_SLOTS);
	u32 n;

	for (n = 0; n < 3; n++) {
		if (mock_vring.kind->packed)
			put_unaligned_le32(VRING_PACKED_EVENT_FLAG_DISABLE << 16, says);
		else
			put_unaligned_le16(VRING_USED_F_NO_NOTIFY, says);
		v->bell = U32_MAX;
		KUNIT_EXPECT_EQ(test, vctl_command(v, 1), 0);
		KUNIT_EXPECT_EQ(test, (u16)v->bell, vio_ctrl_queue(&v->vio));
	}
}

/* The device may refuse, and takes the next one. */
static void vctl_refused(struct kunit *test)
{
	struct vctl *v = test->priv;

	v->answer = VIRTIO_NET_ERR;
	KUNIT_EXPECT_EQ(test, vctl_command(v, 1), -EINVAL);
	v->answer = VIRTIO_NET_OK;
	KUNIT_EXPECT_EQ(test, vctl_command(v, 1), 0);
	KUNIT_EXPECT_EQ(test, v->resets, 0);
}

/* None gets its memory after one that was not answered, until there is a reset; that is
 * asked for once, and only while the port runs.
 */
static void vctl_expect_out_of_order(struct kunit *test, int err)
{
	struct vctl *v = test->priv;

	KUNIT_EXPECT_EQ(test, vctl_command(v, 1), err);
	KUNIT_EXPECT_EQ(test, v->resets, 1);
	v->answer = VIRTIO_NET_OK;
	v->len = 0;
	KUNIT_EXPECT_EQ(test, vctl_command(v, 1), -ENETDOWN);
	KUNIT_EXPECT_EQ(test, v->resets, 1);
	KUNIT_EXPECT_EQ(test, v->len, 0);
}

static void vctl_silent(struct kunit *test)
{
	struct vctl *v = test->priv;

	v->answer = -1;
	vctl_expect_out_of_order(test, -ETIMEDOUT);
	v->vio.fl.running = false;
	v->answer = -1;
	vio_ctrl_start(&v->vio, (__force void __iomem *)&v->bell);
	KUNIT_EXPECT_EQ(test, vctl_command(v, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, v->resets, 1);
}

static void vctl_gone(struct kunit *test)
{
	struct vctl *v = test->priv;

	v->regs.device_status = U8_MAX;
	v->answer = -1;
	vctl_expect_out_of_order(test, -ENODEV);
}

/* What the device says of the descriptors does not matter, but what it answers does. */
static void vctl_lies(struct kunit *test)
{
	struct vctl *v = test->priv;

	v->id = 0xffff;
	KUNIT_EXPECT_EQ(test, vctl_command(v, 1), 0);
	bitmap_zero(v->q.held, MOCK_VQ_MAX);
	v->id = 0;
	v->answer = 0x5a;
	vctl_expect_out_of_order(test, -EIO);
}

static void vctl_jumps(struct kunit *test)
{
	struct vctl *v = test->priv;

	if (mock_vring.kind->packed)
		kunit_skip(test, "no index");
	mock_vq_skip(&v->q, 5);
	vctl_expect_out_of_order(test, -ETIMEDOUT);
}

/* --- What is in them */

static u8 *vctl_put16(u8 *at, u16 val)
{
	*at++ = val;
	*at++ = val >> 8;
	return at;
}

static u8 *vctl_put32(u8 *at, u32 val)
{
	return vctl_put16(vctl_put16(at, val), val >> 16);
}

static void vctl_expect(struct kunit *test, const u8 *want, const u8 *end)
{
	const struct vctl *v = test->priv;

	KUNIT_EXPECT_EQ(test, v->len, end - want);
	KUNIT_EXPECT_MEMEQ(test, v->data, want, end - want);
}

static void vctl_set_rss(struct vctl *v)
{
	struct fl_dev *fl = &v->vio.fl;
	int i;

	v->vio.has |= BIT_ULL(VIRTIO_NET_F_MQ) | BIT_ULL(VIRTIO_NET_F_RSS);
	fl->caps.rss_table = 16;
	fl->caps.rss_key = 40;
	fl->caps.rss_types = FL_RSS_IP4 | FL_RSS_IP6 | FL_RSS_TCP4 | FL_RSS_TCP6;
	fl->rss.ports = FL_RSS_TCP4 | FL_RSS_UDP6;
	for (i = 0; i < 40; i++)
		fl->rss.key[i] = 3 * i + 1;
	for (i = 0; i < 16; i++)
		fl->rss.lane[i] = i % VCTL_LANES;
}

/* Sections 5.1.6.5.5 (pairs), 5.1.6.5.6.4 (hash) and 5.1.6.5.7.1 (RSS). */
static void vctl_bytes(struct kunit *test)
{
	struct vctl *v = test->priv;
	u8 *want = kunit_kzalloc(test, 256, GFP_KERNEL), *at;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, want);
	v->vio.has |= BIT_ULL(VIRTIO_NET_F_MQ);
	KUNIT_EXPECT_EQ(test, vio_set_pairs(&v->vio), 0);
	want[0] = 4;
	want[1] = 0;
	vctl_expect(test, want, vctl_put16(want + 2, VCTL_LANES));

	vctl_set_rss(v);
	KUNIT_EXPECT_EQ(test, vio_set_pairs(&v->vio), 0);
	want[1] = 1;
	/* IPv4, TCP over it, and IPv6: what is wanted, and can be. */
	at = vctl_put32(want + 2, BIT(0) | BIT(1) | BIT(3));
	at = vctl_put16(at, 15);
	at = vctl_put16(at, 0);
	for (i = 0; i < 16; i++)
		at = vctl_put16(at, i % VCTL_LANES);
	at = vctl_put16(at, VCTL_LANES);
	*at++ = 40;
	memcpy(at, v->vio.fl.rss.key, 40);
	vctl_expect(test, want, at + 40);

	v->vio.has &= ~(BIT_ULL(VIRTIO_NET_F_MQ) | BIT_ULL(VIRTIO_NET_F_RSS));
	v->vio.has |= BIT_ULL(VIRTIO_NET_F_HASH_REPORT);
	KUNIT_EXPECT_EQ(test, vio_set_rss(&v->vio.fl), 0);
	want[1] = 2;
	at = vctl_put32(want + 2, BIT(0) | BIT(1) | BIT(3));
	memset(at, 0, 8);
	at += 8;
	*at++ = 40;
	memcpy(at, v->vio.fl.rss.key, 40);
	vctl_expect(test, want, at + 40);
}

/* A port that was down has another address, which the device does not take when it comes
 * up: then it is let in as one of several.
 */
static void vctl_address(struct kunit *test)
{
	static const u8 addr[ETH_ALEN] = { 2, 0, 0, 0, 0, 0x42 };
	static const u8 table[] = { 1, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0x42 };
	struct vctl *v = test->priv;
	struct net_device *netdev = alloc_etherdev(0);

	KUNIT_ASSERT_NOT_NULL(test, netdev);
	v->vio.fl.netdev = netdev;
	spin_lock_init(&netdev->addr_list_lock);
	eth_hw_addr_set(netdev, addr);
	v->vio.has |= BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR) | BIT_ULL(VIRTIO_NET_F_CTRL_RX);
	v->refused = 1;
	KUNIT_EXPECT_EQ(test, vio_ctrl_restore(&v->vio), 0);
	KUNIT_EXPECT_EQ(test, v->n, 4);
	KUNIT_EXPECT_MEMEQ(test, v->past[1], table, sizeof(table));
	/* Once it takes one, that has its place again, and the table is empty. */
	v->refused = 0;
	v->n = 0;
	KUNIT_EXPECT_EQ(test, vio_ctrl_restore(&v->vio), 0);
	KUNIT_EXPECT_EQ(test, v->n, 4);
	KUNIT_EXPECT_MEMEQ(test, v->past[0] + 2, addr, sizeof(addr));
	KUNIT_EXPECT_EQ(test, v->past[1][2], 0);
	free_netdev(netdev);
}

/* Buckets that have moved are in force with the answer; a refusal asks for a reset, and
 * one for which the device is not up does not.
 */
static void vctl_table(struct kunit *test)
{
	struct vctl *v = test->priv;
	struct fl_lane *lane = &v->lane[1];

	vctl_set_rss(v);
	lane->moving = FL_MOVE_SENT;
	vio_table_work(&v->vio.table_work);
	KUNIT_EXPECT_EQ(test, lane->moving, 0);
	lane->moving = FL_MOVE_SENT;
	v->answer = VIRTIO_NET_ERR;
	vio_table_work(&v->vio.table_work);
	flush_delayed_work(&v->vio.fl.reset_work);
	KUNIT_EXPECT_EQ(test, lane->moving, FL_MOVE_SENT);
	KUNIT_EXPECT_EQ(test, v->resets, 1);
	vio_ctrl_start(&v->vio, NULL);
	vio_table_work(&v->vio.table_work);
	flush_delayed_work(&v->vio.fl.reset_work);
	KUNIT_EXPECT_EQ(test, v->resets, 1);
	/* Silence asks for one reset, not two. */
	vio_ctrl_start(&v->vio, (__force void __iomem *)&v->bell);
	v->answer = -1;
	vio_table_work(&v->vio.table_work);
	flush_delayed_work(&v->vio.fl.reset_work);
	KUNIT_EXPECT_EQ(test, v->resets, 2);
	lane->moving = 0;
}

/* The commands since the last look are these (section 5.1.6.5.8), for the port's queues
 * of a direction or, with a number, for one.
 */
struct vctl_coal {
	u8 cmd;
	int queue;
	u32 packets;
	u32 usecs;
};

static void vctl_expect_coal(struct kunit *test, const struct vctl_coal *want, u32 n)
{
	struct vctl *v = test->priv;
	u32 i;

	KUNIT_EXPECT_EQ(test, v->n, n);
	for (i = 0; i < min(n, v->n); i++) {
		const u8 *b = v->past[i];

		KUNIT_EXPECT_EQ(test, b[0], VIRTIO_NET_CTRL_NOTF_COAL);
		KUNIT_EXPECT_EQ(test, b[1], want[i].cmd);
		b += 2;
		if (want[i].queue >= 0) {
			KUNIT_EXPECT_EQ(test, get_unaligned_le16(b), want[i].queue);
			KUNIT_EXPECT_EQ(test, get_unaligned_le16(b + 2), 0);
			b += 4;
		}
		KUNIT_EXPECT_EQ(test, get_unaligned_le32(b), want[i].packets);
		KUNIT_EXPECT_EQ(test, get_unaligned_le32(b + 4), want[i].usecs);
	}
	v->n = 0;
}

#define VCTL_EXPECT_COAL(test, ...) ({						\
	const struct vctl_coal want[] = { __VA_ARGS__ };			\
										\
	vctl_expect_coal(test, want, ARRAY_SIZE(want));				\
})

static void vctl_moderates(struct vctl *v, unsigned int feature)
{
	struct fl_dev *fl = &v->vio.fl;

	v->vio.has |= BIT_ULL(feature);
	fl->caps.itr_by = vio_itr_by(&v->vio);
	fl->cfg.rx_size = 256;
	fl->cfg.tx_size = 128;
	v->lane[0].itr = 20;
	v->lane[1].itr = 0;
	v->lane[2].itr = 30;
}

/* Both queues of a lane have the interval, or neither. */
static void vctl_lane_interval(struct kunit *test)
{
	const u8 set = VIRTIO_NET_CTRL_NOTF_COAL_VQ_SET;
	struct vctl *v = test->priv;

	vctl_moderates(v, VIRTIO_NET_F_VQ_NOTF_COAL);
	KUNIT_EXPECT_EQ(test, vio_set_itr(&v->lane[1], 50), 0);
	VCTL_EXPECT_COAL(test, { set, 2, 128, 50 }, { set, 3, 64, 50 });
	KUNIT_EXPECT_EQ(test, vio_set_itr(&v->lane[1], 0), 0);
	VCTL_EXPECT_COAL(test, { set, 2, 0, 0 }, { set, 3, 0, 0 });
	v->refused = 2;
	KUNIT_EXPECT_EQ(test, vio_set_itr(&v->lane[2], 50), -EINVAL);
	VCTL_EXPECT_COAL(test, { set, 4, 128, 50 }, { set, 5, 64, 50 }, { set, 4, 128, 30 });
	v->refused = 0;
	KUNIT_EXPECT_EQ(test, vio_itr_restore(&v->vio), 0);
	VCTL_EXPECT_COAL(test, { set, 0, 128, 20 }, { set, 1, 64, 20 },
			 { set, 4, 128, 30 }, { set, 5, 64, 30 });
	/* Of several, others have theirs; and one may be asked for again. */
	v->refused = 1;
	KUNIT_EXPECT_EQ(test, vio_itr_restore(&v->vio), -EINVAL);
	VCTL_EXPECT_COAL(test, { set, 0, 128, 20 }, { set, 4, 128, 30 }, { set, 5, 64, 30 });
	KUNIT_EXPECT_EQ(test, v->lane[0].itr, 0);
	v->refused = 0;
	/* Queues that are not in use refuse. */
	v->vio.fl.cfg.lanes = 2;
	KUNIT_EXPECT_EQ(test, vio_set_itr(&v->lane[2], 50), 0);
	KUNIT_EXPECT_EQ(test, v->n, 0);
}

/* Or all queues have, of a device that knows one interval. */
static void vctl_port_interval(struct kunit *test)
{
	const u8 rx = VIRTIO_NET_CTRL_NOTF_COAL_RX_SET, tx = VIRTIO_NET_CTRL_NOTF_COAL_TX_SET;
	struct vctl *v = test->priv;

	vctl_moderates(v, VIRTIO_NET_F_NOTF_COAL);
	KUNIT_EXPECT_EQ(test, vio_set_itr(&v->lane[0], 50), 0);
	VCTL_EXPECT_COAL(test, { rx, -1, 128, 50 }, { tx, -1, 64, 50 });
	v->refused = 1;
	KUNIT_EXPECT_EQ(test, vio_set_itr(&v->lane[0], 50), -EINVAL);
	VCTL_EXPECT_COAL(test, { rx, -1, 128, 50 });
	v->refused = 0;
	KUNIT_EXPECT_EQ(test, vio_itr_restore(&v->vio), 0);
	VCTL_EXPECT_COAL(test, { rx, -1, 128, 20 }, { tx, -1, 64, 20 });
}

static struct kunit_case vctl_cases[] = {
	KUNIT_CASE_PARAM(vctl_lane_interval, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_port_interval, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_rounds, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_rung, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_refused, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_silent, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_gone, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_lies, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_jumps, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_bytes, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_address, vctl_kind_gen_params),
	KUNIT_CASE_PARAM(vctl_table, vctl_kind_gen_params),
	{}
};

static struct kunit_suite vctl_suite = {
	.name = "flowlane_virtio_ctrl",
	.init = vctl_init,
	.exit = vctl_exit,
	.test_cases = vctl_cases,
};

kunit_test_suite(vctl_suite);
