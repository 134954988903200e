// SPDX-License-Identifier: GPL-2.0
/*
 * The mock as a device. It does nothing by itself: a test says when a frame
 * arrives and when packets leave. It looks at each doorbell whether what it
 * was given is sound, and keeps what it finds wrong for the end of the test.
 */
#include <linux/etherdevice.h>
#include <linux/io.h>

#include "mock.h"
#include "seam.h"

/**
 * mock_fault() - note what no driver may do; the first one counts
 * @mock: mock
 * @what: what it was
 */
void mock_fault(struct mock *mock, const char *what)
{
	if (!mock->fault[0])
		strscpy(mock->fault, what, sizeof(mock->fault));
}

static void mock_check_rx_bell(struct mock *mock, int lane, u32 from, u32 to)
{
	struct fl_rx_ring *rx = mock->fl.lane[lane].rx;

	for (; from != to; from = (from + 1) & rx->mask)
		if (!mock->hw->rx_addr(rx, from))
			mock_fault(mock, "Rx doorbell for a slot without a buffer");
}

static void mock_check_tx_bell(struct mock *mock, int lane, u32 from, u32 to)
{
	struct fl_tx_ring *tx = mock->fl.lane[lane].tx;
	struct mock_txd d;

	if (from == to) {
		mock_fault(mock, "Tx doorbell for nothing");
		return;
	}
	mock->hw->tx_read(tx, (to - 1) & tx->mask, &d);
	if (!d.eop)
		mock_fault(mock, "Tx doorbell in the middle of a packet");
	if (!d.rs)
		mock_fault(mock, "Tx doorbell without a request to report");
}

/**
 * mock_bell() - a doorbell register is written
 * @addr: the register
 * @val: slot behind the last one that the device is given
 *
 * Context: any.
 */
void mock_bell(void __iomem *addr, u32 val)
{
	struct mock_reg *reg = container_of((__force u32 *)addr,
					    struct mock_reg, val);
	struct mock *mock;

	/* A ring that was never started; a real doorbell would oops. */
	if (WARN_ON_ONCE(!addr))
		return;
	mock = reg->mock;
	if (!mock->lane[reg->lane].live)
		mock_fault(mock, "doorbell of a queue that is off");
	else if (reg->tx)
		mock_check_tx_bell(mock, reg->lane, reg->val, val);
	else
		mock_check_rx_bell(mock, reg->lane, reg->val, val);
	reg->val = val;
	reg->log[reg->writes++ % MOCK_BELLS] = val;
}

/**
 * mock_set_irq() - the leaf of that name, of both kinds
 * @lane: lane
 * @on: unmask its interrupt
 *
 * Context: any.
 */
void mock_set_irq(const struct fl_lane *lane, bool on)
{
	struct mock_lane *ml = &mock_of(lane->fl)->lane[lane->idx];

	ml->irq_masked = !on;
	ml->irq_writes++;
}

/**
 * mock_rx_desc() - the device completes one receive descriptor
 * @mock: mock
 * @lane: number of the lane
 * @data: what it writes to the buffer
 * @len: bytes of it
 * @d: what it says in the descriptor
 *
 * Return: false if it has no buffer, and drops the frame.
 */
bool mock_rx_desc(struct mock *mock, int lane, const void *data, u32 len,
		  const struct mock_rxd *d)
{
	struct mock_lane *ml = &mock->lane[lane];
	struct fl_rx_ring *rx = mock->fl.lane[lane].rx;
	dma_addr_t dma;

	if (ml->rx_head == ml->rx_reg.val)
		return false;
	dma = mock->hw->rx_addr(rx, ml->rx_head);
	/* Devices without IOMMU: a bus address is a physical address. */
	memcpy(phys_to_virt(dma), data, len);
	mock->hw->rx_done(rx, ml->rx_head, d);
	ml->rx_head = (ml->rx_head + 1) & rx->mask;
	return true;
}

/**
 * mock_rx_frame() - the device receives a frame
 * @mock: mock
 * @lane: number of the lane
 * @data: the frame
 * @len: bytes of it
 * @d: what the descriptor of its end says, but for length and MOCK_RX_EOP;
 *	NULL for nothing
 *
 * Return: descriptors completed.
 */
u32 mock_rx_frame(struct mock *mock, int lane, const void *data, u32 len,
		  const struct mock_rxd *d)
{
	u32 buf_len = mock->fl.lane[lane].rx->buf_len;
	u32 n = 0;

	do {
		struct mock_rxd part = { .len = min(len, buf_len) };

		len -= part.len;
		if (!len) {
			part.flags = MOCK_RX_EOP;
			if (d) {
				part.flags |= d->flags;
				part.hash = d->hash;
				part.vlan_tci = d->vlan_tci;
			}
		}
		if (!mock_rx_desc(mock, lane, data, part.len, &part))
			break;
		data += part.len;
		n++;
	} while (len);
	return n;
}

static void mock_tx_gather(struct mock *mock, struct mock_sent *sent,
			   const struct mock_txd *d)
{
	sent->descs++;
	if (!d->len) {
		mock_fault(mock, "empty Tx descriptor");
		return;
	}
	if (d->len > mock->hw->tx_seg_max ||
	    sent->len + d->len > MOCK_COPY_MAX) {
		mock_fault(mock, "Tx descriptor that is too long");
		return;
	}
	if (sent->data)
		memcpy(sent->data + sent->len, phys_to_virt(d->addr), d->len);
	sent->len += d->len;
}

/* Send one packet; false if the driver has given none. */
static bool mock_tx_packet(struct mock *mock, int lane)
{
	struct mock_lane *ml = &mock->lane[lane];
	struct fl_tx_ring *tx = mock->fl.lane[lane].tx;
	struct mock_sent sent = {};
	struct mock_txd d = {};

	if (ml->tx_head == ml->tx_reg.val)
		return false;
	if (ml->n_sent < MOCK_SENT)
		sent.data = kvmalloc(MOCK_COPY_MAX, GFP_ATOMIC);
	while (!d.eop) {
		if (ml->tx_head == ml->tx_reg.val) {
			mock_fault(mock, "a Tx packet without an end");
			break;
		}
		mock->hw->tx_read(tx, ml->tx_head, &d);
		ml->tx_head = (ml->tx_head + 1) & tx->mask;
		if (d.ctx)
			sent.ctx++;
		else
			mock_tx_gather(mock, &sent, &d);
		if (d.rs)
			WRITE_ONCE(*tx->head, cpu_to_le32(ml->tx_head));
	}
	if (sent.data)
		ml->sent[ml->n_sent] = sent;
	ml->n_sent++;
	return true;
}

/**
 * mock_tx_run() - the device sends packets, and reports where asked to
 * @mock: mock
 * @lane: number of the lane
 * @packets: as many, if it has been given so many
 *
 * Return: packets sent.
 */
u32 mock_tx_run(struct mock *mock, int lane, u32 packets)
{
	u32 n = 0;

	while (n < packets && mock_tx_packet(mock, lane))
		n++;
	return n;
}

/**
 * mock_tx_forget() - forget the packets sent
 * @mock: mock
 */
void mock_tx_forget(struct mock *mock)
{
	int lane, i;

	for (lane = 0; lane < MOCK_LANES; lane++) {
		struct mock_lane *ml = &mock->lane[lane];

		for (i = 0; i < MOCK_SENT; i++) {
			kvfree(ml->sent[i].data);
			ml->sent[i] = (struct mock_sent) {};
		}
		ml->n_sent = 0;
	}
}

/* Operations */

static void mock_called(struct mock *mock, const char *word, int lane)
{
	size_t used = strlen(mock->calls);

	if (lane < 0)
		snprintf(mock->calls + used, sizeof(mock->calls) - used,
			 "%s%s", used ? " " : "", word);
	else
		snprintf(mock->calls + used, sizeof(mock->calls) - used,
			 "%s%s%d", used ? " " : "", word, lane);
	if (mock->on_call)
		mock->on_call(mock, word);
}

static bool mock_fails(struct mock_fail *fail)
{
	if (!fail->times)
		return false;
	if (fail->after) {
		fail->after--;
		return false;
	}
	fail->times--;
	return true;
}

static int mock_irq_request(struct fl_lane *lane)
{
	struct mock *mock = mock_of(lane->fl);

	mock_called(mock, "irq", lane->idx);
	if (mock_fails(&mock->irq_request))
		return -ENOSPC;
	lane->irq = SEAM_IRQ(lane->idx);	/* nothing will ever raise it */
	return 0;
}

static void mock_irq_free(struct fl_lane *lane)
{
	mock_called(mock_of(lane->fl), "free", lane->idx);
}

static int mock_rx_fill(struct fl_rx_ring *rx)
{
	struct mock *mock = mock_of(rx->lane->fl);

	if (mock_fails(&mock->rx_fill))
		return -ENOMEM;
	return mock->hw->rx_fill(rx);
}

/* What arrives for a queue that is not enabled is lost without a trace. */
static void mock_rss_take(struct mock *mock)
{
	int i;

	mock->rss = mock->fl.rss;
	for (i = 0; i < mock->fl.caps.rss_table; i++)
		if (mock->rss.lane[i] >= mock->fl.cfg.lanes)
			mock_fault(mock, "the table names a lane that is not in use");
}

static void mock_filter_take(struct mock *mock, int i)
{
	const struct fl_filter *f = &mock->fl.filter[i];

	mock->filter[i] = *f;
	if (f->owner != FL_FILTER_FREE && f->lane >= mock->fl.cfg.lanes)
		mock_fault(mock, "a filter names a lane that is not in use");
}

static void mock_queues_start(struct mock *mock)
{
	const struct fl_caps *caps = &mock->fl.caps;
	int i;

	mock_rss_take(mock);
	for (i = 0; i < caps->flow_filters + caps->ether_filters; i++)
		mock_filter_take(mock, i);
	for (i = 0; i < mock->fl.cfg.lanes; i++) {
		struct fl_lane *lane = &mock->fl.lane[i];
		struct mock_lane *ml = &mock->lane[i];

		lane->rx->tail = (__force void __iomem *)&ml->rx_reg.val;
		lane->tx->tail = (__force void __iomem *)&ml->tx_reg.val;
		ml->rx_head = 0;
		ml->tx_head = 0;
		ml->rx_reg.val = lane->rx->next_to_use & lane->rx->mask;
		ml->tx_reg.val = 0;
		ml->live = true;
		if (*lane->tx->head)
			mock_fault(mock, "a Tx ring starts with a head that is not 0");
	}
}

static void mock_queues_stop(struct mock *mock)
{
	int i;

	for (i = 0; i < MOCK_LANES; i++)
		mock->lane[i].live = false;
}

static int mock_up(struct fl_dev *fl)
{
	struct mock *mock = mock_of(fl);
	int i;

	mock_called(mock, "up", -1);
	if (mock_fails(&mock->up))
		return -EIO;
	for (i = 0; i < MOCK_LANES; i++)
		mock->lane[i].itr = fl->lane[i].itr;
	mock_queues_start(mock);
	return 0;
}

static void mock_start(struct fl_dev *fl)
{
	mock_called(mock_of(fl), "start", -1);
	if (!mock_of(fl)->lane[0].live)
		mock_fault(mock_of(fl), "interrupts of a device that is not up");
}

static void mock_down(struct fl_dev *fl)
{
	mock_called(mock_of(fl), "down", -1);
	mock_queues_stop(mock_of(fl));
}

static int mock_pause(struct fl_dev *fl)
{
	struct mock *mock = mock_of(fl);
	int i;

	mock_called(mock, "pause", -1);
	if (mock_fails(&mock->pause))
		return -ETIMEDOUT;
	for (i = 0; i < fl->cfg.lanes; i++)
		mock_tx_run(mock, i, U32_MAX);
	mock_queues_stop(mock);
	return 0;
}

static void mock_resume(struct fl_dev *fl)
{
	mock_called(mock_of(fl), "resume", -1);
	mock_queues_start(mock_of(fl));
}

/* No word in the log: a lane's work item calls it when it likes, in any suite. */
static int mock_set_itr(struct fl_lane *lane, u16 itr)
{
	struct mock *mock = mock_of(lane->fl);
	struct mock_lane *ml = &mock->lane[lane->idx];

	if (!mock->lane[0].live)
		mock_fault(mock, "moderation of a device that is not up");
	if (mock->fl.caps.itr_by == FL_ITR_TIMER)
		mock_fault(mock, "moderation of a device that has none");
	if (mock_fails(&mock->set_itr))
		return -EINVAL;
	ml->itr = itr;
	ml->itr_writes++;
	return 0;
}

static int mock_set_rss(struct fl_dev *fl)
{
	struct mock *mock = mock_of(fl);

	if (!mock->lane[0].live)
		mock_fault(mock, "receive hashing of a device that is not up");
	if (mock->refuse)
		return mock->refuse;
	mock_rss_take(mock);
	mock->rss_writes++;
	return 0;
}

static bool mock_set_buckets(struct fl_dev *fl, const unsigned long *buckets)
{
	struct mock *mock = mock_of(fl);
	unsigned int i;

	lockdep_assert_held(&fl->steer_lock);
	if (!mock->lane[0].live)
		mock_fault(mock, "steering of a device that is not up");
	for_each_set_bit(i, buckets, fl->caps.rss_table) {
		if (fl->rss.lane[i] >= fl->cfg.lanes)
			mock_fault(mock, "a bucket of a lane that is not in use");
		if (mock->rss.lane[i] == fl->rss.lane[i])
			mock_fault(mock, "a bucket is moved to where it is");
		mock->rss.lane[i] = fl->rss.lane[i];
		mock->bucket_moves++;
	}
	mock->bucket_writes++;
	return true;
}

static void mock_set_filter(struct fl_dev *fl, int i)
{
	struct mock *mock = mock_of(fl);

	lockdep_assert_held(&fl->steer_lock);
	if (!mock->lane[0].live)
		mock_fault(mock, "a filter of a device that is not up");
	if (i >= fl->caps.flow_filters + fl->caps.ether_filters)
		mock_fault(mock, "a filter that the device does not have");
	mock_filter_take(mock, i);
	mock->filter_writes++;
}

static int mock_set_mac(struct fl_dev *fl, const u8 *addr)
{
	mock_called(mock_of(fl), "mac", -1);
	return mock_of(fl)->refuse;
}

static int mock_set_vlan(struct fl_dev *fl, u16 vid, bool on)
{
	mock_called(mock_of(fl), on ? "vlan+" : "vlan-", vid);
	return mock_of(fl)->refuse;
}

static int mock_set_features(struct fl_dev *fl, netdev_features_t features)
{
	mock_called(mock_of(fl), "features", -1);
	return mock_of(fl)->refuse;
}

static void mock_get_stats(struct fl_dev *fl, struct rtnl_link_stats64 *stats)
{
	stats->rx_missed_errors += mock_of(fl)->hw_missed;
}

static void mock_tx_regs(struct fl_lane *lane, u32 *head, u32 *tail)
{
	struct mock_lane *ml = &mock_of(lane->fl)->lane[lane->idx];

	*head = ml->tx_head;
	*tail = ml->tx_reg.val;
}

static int mock_test_online(struct fl_dev *fl)
{
	mock_called(mock_of(fl), "test-on", -1);
	return mock_of(fl)->test_err[0];
}

static int mock_test_offline(struct fl_dev *fl)
{
	struct mock *mock = mock_of(fl);

	mock_called(mock, "test-off", -1);
	if (fl->running || mock->lane[0].live ||
	    netif_device_present(fl->netdev))
		mock_fault(mock, "a test of a port that is in use");
	return mock->test_err[1];
}

static const struct fl_test mock_tests[] = {
	{ "offline", true, mock_test_offline },
	{ "online", false, mock_test_online },
};

const struct fl_hw_ops mock_hw_ops = {
	.irq_request = mock_irq_request,
	.irq_free = mock_irq_free,
	.rx_fill = mock_rx_fill,
	.up = mock_up,
	.start = mock_start,
	.down = mock_down,
	.pause = mock_pause,
	.resume = mock_resume,
	.set_itr = mock_set_itr,
	.set_rss = mock_set_rss,
	.set_buckets = mock_set_buckets,
	.set_filter = mock_set_filter,
	.set_mac = mock_set_mac,
	.set_vlan = mock_set_vlan,
	.set_features = mock_set_features,
	.get_stats = mock_get_stats,
	.tx_regs = mock_tx_regs,
	.tests = mock_tests,
	.n_tests = ARRAY_SIZE(mock_tests),
};
