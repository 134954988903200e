// SPDX-License-Identifier: GPL-2.0
/* The rings of a lane: allocation, draining, release. */
#include <linux/build_bug.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <net/page_pool/helpers.h>

#include <flowlane/dev.h>
#include <flowlane/lane_tx.h>

/* Memory that a poll or a transmit touches, by who writes it. A member that
 * strays into another group costs a cache miss a packet: break the build. Only a
 * function that is called is looked at.
 */
static void fl_assert_layout(void)
{
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_rx_ring, fl_rx_read, desc);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_rx_ring, fl_rx_read, pool);
	CACHELINE_ASSERT_GROUP_SIZE(struct fl_rx_ring, fl_rx_read, 64);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_rx_ring, fl_rx_poll,
				      next_to_clean);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_rx_ring, fl_rx_poll, skb);
	CACHELINE_ASSERT_GROUP_SIZE(struct fl_rx_ring, fl_rx_poll, 64);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_tx_ring, fl_tx_read, desc);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_tx_ring, fl_tx_read, mask);
	CACHELINE_ASSERT_GROUP_SIZE(struct fl_tx_ring, fl_tx_read, 64);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_tx_ring, fl_tx_xmit,
				      next_to_use);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_tx_ring, fl_tx_xmit, ctx);
	CACHELINE_ASSERT_GROUP_SIZE(struct fl_tx_ring, fl_tx_xmit, 64);
	CACHELINE_ASSERT_GROUP_MEMBER(struct fl_tx_ring, fl_tx_clean,
				      next_to_clean);
}

/* Pages that a pool keeps for a ring at most, which is also as many as it may. */
#define FL_RX_POOL_MAX	16384

/* Two buffers of a page carry an MTU-1500 frame each; the device takes their
 * length in units, and the frame limit keeps it from using all of it.
 */
static void fl_rx_geometry(struct fl_rx_ring *rx, const struct fl_dev *fl,
			   const struct fl_config *cfg)
{
	const u32 frame = fl_frame_max(cfg), unit = fl->caps.rx_buf_unit;
	const u32 longest = fl->caps.rx_long ? FL_RX_LARGE_MAX : frame;

	rx->headroom = FL_RX_HEADROOM_SMALL;
	fl_rx_resize(rx, FL_RX_TRUESIZE_SMALL);
	rx->buf_len = roundup(frame, unit);
	if (fl->caps.rx_rests) {
		if (longest > rx->room)
			rx->rests = DIV_ROUND_UP(longest - rx->room, PAGE_SIZE);
		WARN_ON_ONCE(rx->rests > fl->caps.rx_rests);
		return;
	}
	if (frame > rx->room) {
		rx->headroom = FL_RX_HEADROOM_LARGE;
		fl_rx_resize(rx, FL_RX_TRUESIZE_LARGE);
		rx->buf_len = rounddown(rx->room, unit);
	}
	if (fl->caps.rx_long) {
		rx->headroom = FL_RX_HEADROOM_LONG;
		fl_rx_resize(rx, rx->truesize);
	}
}

static struct page_pool *fl_rx_pool(struct fl_rx_ring *rx,
				    const struct fl_dev *fl)
{
	const u32 bytes = fl->caps.rx_long && !fl->caps.rx_rests ?
			  FL_RX_TRUESIZE_LARGE : rx->truesize;
	struct page_pool_params params = {
		.flags = PP_FLAG_DMA_MAP | PP_FLAG_DMA_SYNC_DEV,
		.pool_size = min_t(u32, FL_RX_POOL_MAX, (rx->mask + 1) *
				   (bytes + rx->rests * PAGE_SIZE) / PAGE_SIZE),
		.nid = dev_to_node(fl->dev),
		.dev = fl->dev,
		.dma_dir = DMA_FROM_DEVICE,
		.max_len = PAGE_SIZE,
		.netdev = fl->netdev,
		.queue_idx = rx->lane->idx,
	};

	return page_pool_create(&params);
}

static void fl_rx_rests_free(struct fl_rx_ring *rx)
{
	u32 i, n = (rx->mask + 1) * rx->rests;

	for (i = 0; rx->rest && i < n; i++)
		if (rx->rest[i])
			page_pool_put_full_page(rx->pool, virt_to_page(rx->rest[i]),
						false);
	kvfree(rx->rest);
}

/* The pages that buffers go on in stay with the ring, whatever becomes of its buffers. */
static int fl_rx_rests_alloc(struct fl_rx_ring *rx)
{
	u32 i, n = (rx->mask + 1) * rx->rests;
	struct page *page;

	if (!n)
		return 0;
	rx->rest = kvzalloc_objs(*rx->rest, n);
	for (i = 0; rx->rest && i < n; i++) {
		page = page_pool_alloc_pages(rx->pool, GFP_KERNEL);
		if (!page)
			break;
		rx->rest[i] = page_address(page);
	}
	if (i == n)
		return 0;
	fl_rx_rests_free(rx);
	return -ENOMEM;
}

/**
 * fl_rx_ring_alloc() - allocate a receive ring, without its buffers
 * @lane: the lane that it is for
 * @cfg: the configuration that it is for; need not be in force
 *
 * Context: process, may sleep.
 *
 * Return: the ring or NULL.
 */
struct fl_rx_ring *fl_rx_ring_alloc(struct fl_lane *lane,
				    const struct fl_config *cfg)
{
	struct fl_dev *fl = lane->fl;
	struct fl_rx_ring *rx;

	fl_assert_layout();
	if (WARN_ON_ONCE(!fl_ring_size_ok(cfg->rx_size)))
		return NULL;
	rx = kzalloc_obj(*rx);
	if (!rx)
		return NULL;
	rx->netdev = fl->netdev;
	rx->dev = fl->dev;
	rx->lane = lane;
	rx->idx = lane->idx;
	rx->mask = cfg->rx_size - 1;
	fl_rx_geometry(rx, fl, cfg);
	rx->refill = max(rx->page_bufs,
			 min(fl->caps.rx_refill, cfg->rx_size / 8));

	rx->buf = kvzalloc_objs(*rx->buf, cfg->rx_size);
	if (!rx->buf)
		goto err_ring;
	rx->desc_bytes = cfg->rx_size * fl->caps.rx_desc_bytes;
	rx->desc = dma_alloc_coherent(fl->dev, rx->desc_bytes, &rx->desc_dma,
				      GFP_KERNEL);
	if (!rx->desc)
		goto err_buf;
	/* Of no bytes it is not NULL either. */
	rx->aux = kvzalloc(fl->caps.rx_aux_bytes +
			   fl->caps.rx_aux_slot * cfg->rx_size, GFP_KERNEL);
	if (!rx->aux)
		goto err_desc;
	rx->pool = fl_rx_pool(rx, fl);
	if (IS_ERR(rx->pool))
		goto err_aux;
	if (fl_rx_rests_alloc(rx))
		goto err_pool;
	if (fl->ops->rx_init)
		fl->ops->rx_init(rx);
	return rx;

err_pool:
	page_pool_destroy(rx->pool);
err_aux:
	kvfree(rx->aux);
err_desc:
	dma_free_coherent(fl->dev, rx->desc_bytes, rx->desc, rx->desc_dma);
err_buf:
	kvfree(rx->buf);
err_ring:
	kfree(rx);
	return NULL;
}

static void fl_rx_take_back(struct fl_rx_ring *rx, u32 b)
{
	if (rx->buf[b])
		page_pool_put_full_page(rx->pool, virt_to_page(rx->buf[b]), false);
	rx->buf[b] = NULL;
}

/**
 * fl_rx_ring_drain() - take back all buffers; the ring is as new after it
 * @rx: ring that the device does not use any more
 *
 * Context: process; the lane's NAPI is disabled.
 */
void fl_rx_ring_drain(struct fl_rx_ring *rx)
{
	const struct fl_dev *fl = rx->lane->fl;
	u32 i;

	if (rx->skb != FL_RX_DISCARD)
		dev_kfree_skb_any(rx->skb);
	rx->skb = NULL;
	if (fl->caps.rx_sparse) {
		for (i = 0; i <= rx->mask; i++)
			fl_rx_take_back(rx, i);
	} else {
		for (i = rx->next_to_clean; i != rx->next_to_use; i++)
			fl_rx_take_back(rx, i & rx->mask);
	}
	memset(rx->desc, 0, rx->desc_bytes);
	rx->next_to_clean = 0;
	rx->next_to_use = 0;
	if (fl->ops->rx_init)
		fl->ops->rx_init(rx);
}

/**
 * fl_rx_ring_free() - release a ring and its buffers
 * @rx: ring that the device does not use any more, or NULL
 *
 * Context: process, may sleep; the lane's NAPI is disabled.
 */
void fl_rx_ring_free(struct fl_rx_ring *rx)
{
	struct fl_dev *fl;

	if (!rx)
		return;
	fl = rx->lane->fl;
	fl_rx_ring_drain(rx);
	fl_rx_rests_free(rx);
	fl_page_pool_unmap(rx->pool);
	page_pool_destroy(rx->pool);
	kvfree(rx->aux);
	dma_free_coherent(fl->dev, rx->desc_bytes, rx->desc, rx->desc_dma);
	kvfree(rx->buf);
	kfree(rx);
}

/**
 * fl_tx_ring_alloc() - allocate a transmit ring
 * @lane: the lane that it is for
 * @cfg: the configuration that it is for; need not be in force
 *
 * The device writes its head behind the descriptors, on a cache line of its
 * own.
 *
 * Context: process, may sleep.
 *
 * Return: the ring or NULL.
 */
struct fl_tx_ring *fl_tx_ring_alloc(struct fl_lane *lane,
				    const struct fl_config *cfg)
{
	size_t head = ALIGN(cfg->tx_size * lane->fl->caps.tx_desc_bytes,
			    L1_CACHE_BYTES);
	struct fl_dev *fl = lane->fl;
	struct fl_tx_ring *tx;

	if (WARN_ON_ONCE(!fl_ring_size_ok(cfg->tx_size)))
		return NULL;
	tx = kzalloc_obj(*tx);
	if (!tx)
		return NULL;
	tx->dev = fl->dev;
	tx->lane = lane;
	tx->txq = netdev_get_tx_queue(fl->netdev, lane->idx);
	tx->mask = cfg->tx_size - 1;
	tx->buf = kvzalloc_objs(*tx->buf, cfg->tx_size);
	if (!tx->buf)
		goto err_ring;
	tx->desc_bytes = head + L1_CACHE_BYTES;
	tx->desc = dma_alloc_coherent(fl->dev, tx->desc_bytes, &tx->desc_dma,
				      GFP_KERNEL);
	if (!tx->desc)
		goto err_buf;
	tx->aux = kvzalloc(fl->caps.tx_aux_bytes +
			   fl->caps.tx_aux_slot * cfg->tx_size, GFP_KERNEL);
	if (!tx->aux)
		goto err_desc;
	tx->head = tx->desc + head;
	tx->head_dma = tx->desc_dma + head;
	if (fl->ops->tx_init)
		fl->ops->tx_init(tx);
	return tx;

err_desc:
	dma_free_coherent(fl->dev, tx->desc_bytes, tx->desc, tx->desc_dma);
err_buf:
	kvfree(tx->buf);
err_ring:
	kfree(tx);
	return NULL;
}

/**
 * fl_tx_ring_drain() - release what a ring holds; it is as new after it
 * @tx: ring that neither stack nor device uses any more
 * @sent: the device has sent all of it, which counts; else it is dropped
 *
 * Leaves byte queue limits to the caller: the stack's queue may have another
 * ring by now.
 *
 * Context: process; the lane's NAPI is disabled.
 */
void fl_tx_ring_drain(struct fl_tx_ring *tx, bool sent)
{
	struct fl_tx_count count = {};
	u32 i;

	for (i = 0; i <= tx->mask; i++) {
		struct fl_tx_buf *buf = &tx->buf[i];

		fl_tx_unmap(tx, buf);
		if (buf->skb && sent)
			fl_tx_complete(buf, 0, &count);
		dev_kfree_skb_any(buf->skb);
		buf->skb = NULL;
	}
	if (sent) {
		/* The writer's place is NAPI's, which is disabled. */
		local_bh_disable();
		fl_tx_publish(tx->lane, &count, false);
		local_bh_enable();
	}
	memset(tx->desc, 0, tx->desc_bytes);
	/* The device loses its contexts with the ring. */
	memset(tx->ctx, 0, sizeof(tx->ctx));
	tx->ctx_victim = 0;
	tx->next_to_use = 0;
	tx->kicked = 0;
	WRITE_ONCE(tx->next_to_clean, 0);
	if (tx->lane->fl->ops->tx_init)
		tx->lane->fl->ops->tx_init(tx);
}

/**
 * fl_tx_ring_free() - release a ring and drop what it holds
 * @tx: ring that neither stack nor device uses any more, or NULL
 *
 * Context: process, may sleep; the lane's NAPI is disabled.
 */
void fl_tx_ring_free(struct fl_tx_ring *tx)
{
	if (!tx)
		return;
	fl_tx_ring_drain(tx, false);
	kvfree(tx->aux);
	dma_free_coherent(tx->dev, tx->desc_bytes, tx->desc, tx->desc_dma);
	kvfree(tx->buf);
	kfree(tx);
}

/**
 * fl_lane_save_affinity() - remember which CPUs take a lane's interrupt
 * @lane: lane
 *
 * A suspend takes CPUs away. The kernel moves their interrupts elsewhere and
 * would leave them there.
 *
 * Context: process.
 */
void fl_lane_save_affinity(struct fl_lane *lane)
{
	const struct cpumask *mask = irq_get_affinity_mask(lane->irq);

	cpumask_clear(&lane->affinity);
	if (mask)
		cpumask_copy(&lane->affinity, mask);
}

/**
 * fl_lane_restore_affinity() - give a lane's interrupt back to its CPUs
 * @lane: lane
 *
 * Context: process, may sleep.
 */
void fl_lane_restore_affinity(struct fl_lane *lane)
{
	const struct cpumask *mask = irq_get_affinity_mask(lane->irq);

	if (mask && !cpumask_equal(mask, &lane->affinity) &&
	    cpumask_intersects(&lane->affinity, cpu_online_mask))
		irq_set_affinity(lane->irq, &lane->affinity);
}
