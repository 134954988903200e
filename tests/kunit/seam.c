// SPDX-License-Identifier: GPL-2.0
/* The functions behind seam.h: the kernel's own, made to fail on order. */
#include <linux/atomic.h>
#include <linux/string.h>

#define SEAM_ITSELF
#include "mock.h"
#include "seam.h"
#include "seam_wait.h"

struct seam_held seam_held;
struct seam_sync seam_sync;
struct seam_regs seam_regs;
bool seam_rxfh_configured;
bool seam_retries;
bool seam_flow_expired;
struct irq_data *seam_irqs[SEAM_IRQS];
bool (*seam_may_expire)(u16 rxq, u32 flow_id, u16 filter_id);
struct seam_work seam_work;
void (*seam_between_looks)(void);
struct seam_timer seam_timer;

/* An order to fail: @after calls succeed, then @times fail. Polls run on any
 * CPU, but a test gives its orders while none does.
 */
static struct {
	u32 after;
	u32 times;
	u32 failed;
} seam_orders[SEAM_POINTS];

static u64 seam_slept_ns;

/**
 * seam_ktime_get() - ktime_get() of a driver whose device a suite plays
 *
 * Return: the time, which goes on while the driver sleeps.
 */
ktime_t seam_ktime_get(void)
{
	return seam_between_looks ? ns_to_ktime(seam_slept_ns) : ktime_get();
}

/**
 * seam_usleep_range() - usleep_range() of such a driver: the device has its turn
 * @min: usecs
 * @max: usecs
 */
void seam_usleep_range(unsigned long min, unsigned long max)
{
	if (!seam_between_looks) {
		usleep_range(min, max);
		return;
	}
	seam_slept_ns += max * NSEC_PER_USEC;
	seam_between_looks();
}

/**
 * seam_reset() - no call fails any more, none has failed
 */
void seam_reset(void)
{
	seam_rxfh_configured = false;
	seam_retries = false;
	seam_flow_expired = false;
	seam_may_expire = NULL;
	memset(&seam_work, 0, sizeof(seam_work));
	memset(&seam_timer, 0, sizeof(seam_timer));
	memset(seam_orders, 0, sizeof(seam_orders));
	memset(&seam_sync, 0, sizeof(seam_sync));
	memset(seam_irqs, 0, sizeof(seam_irqs));
	memset(&seam_regs, 0, sizeof(seam_regs));
}

/**
 * seam_mod_timer() - mod_timer(), much later unless a test wants a lane's retry
 * @timer: timer
 * @expires: in jiffies
 *
 * Return: as mod_timer().
 */
int seam_mod_timer(struct timer_list *timer, unsigned long expires)
{
	return mod_timer(timer, expires + (seam_retries ? 0 : 3600 * HZ));
}

/**
 * seam_timer_reduce() - timer_reduce(), likewise
 * @timer: timer
 * @expires: in jiffies
 *
 * Return: as timer_reduce().
 */
int seam_timer_reduce(struct timer_list *timer, unsigned long expires)
{
	return timer_reduce(timer, expires + (seam_retries ? 0 : 3600 * HZ));
}

/**
 * seam_expire_flow() - as rps_may_expire_flow(), a test's word
 * @netdev: port
 * @rxq: lane that the flow is wanted on
 * @flow_id: as the stack gave it
 * @filter_id: as the stack was given it
 *
 * Return: whether the flow may go.
 */
bool seam_expire_flow(struct net_device *netdev, u16 rxq, u32 flow_id,
		      u16 filter_id)
{
	if (seam_may_expire)
		return seam_may_expire(rxq, flow_id, filter_id);
	return seam_flow_expired;
}

/**
 * seam_schedule_work() - as schedule_delayed_work(), unless a test has its own way
 * @work: work
 * @delay: in jiffies
 *
 * Return: as schedule_delayed_work().
 */
bool seam_schedule_work(struct delayed_work *work, unsigned long delay)
{
	if (seam_work.held) {
		if (!delay)
			WRITE_ONCE(seam_work.now, true);
		WRITE_ONCE(seam_work.asked, true);
		return true;
	}
	return schedule_delayed_work(work, seam_work.hurried ? min(delay, 1UL) :
				     delay);
}

/**
 * seam_cancel_work() - as cancel_delayed_work_sync(), for held work as well
 * @work: work
 *
 * Return: as cancel_delayed_work_sync().
 */
bool seam_cancel_work(struct delayed_work *work)
{
	WRITE_ONCE(seam_work.asked, false);
	WRITE_ONCE(seam_work.now, false);
	return cancel_delayed_work_sync(work);
}

/**
 * seam_call() - as smp_call_function_single_async(), here and now
 * @cpu: which the test does not care for
 * @call: what to call
 *
 * Return: 0.
 */
int seam_call(int cpu, call_single_data_t *call)
{
	call->func(call->info);
	return 0;
}

/**
 * seam_hrtimer_start() - as hrtimer_start(); while timers are held, for an hour
 * @timer: timer
 * @after: when it runs out, from now
 * @mode: as there
 */
void seam_hrtimer_start(struct hrtimer *timer, ktime_t after,
			enum hrtimer_mode mode)
{
	seam_timer.starts++;
	seam_timer.ns = ktime_to_ns(after);
	hrtimer_start(timer, seam_timer.held ? ktime_set(3600, 0) : after, mode);
}

/**
 * seam_fail() - have calls of the kernel fail
 * @point: which
 * @after: as many calls succeed first
 * @times: then as many fail; U32_MAX for all
 */
void seam_fail(enum seam_point point, u32 after, u32 times)
{
	seam_orders[point].after = after;
	seam_orders[point].times = times;
	seam_orders[point].failed = 0;
}

/**
 * seam_fails() - whether this call is to fail
 * @point: which
 *
 * Return: true if it is.
 */
bool seam_fails(enum seam_point point)
{
	if (!seam_orders[point].times)
		return false;
	if (seam_orders[point].after) {
		seam_orders[point].after--;
		return false;
	}
	if (seam_orders[point].times != U32_MAX)
		seam_orders[point].times--;
	seam_orders[point].failed++;
	return true;
}

/**
 * seam_failed() - how many calls have failed since the order
 * @point: which
 *
 * Return: their number.
 */
u32 seam_failed(enum seam_point point)
{
	return seam_orders[point].failed;
}

/**
 * seam_irq_data() - as irq_get_irq_data()
 * @irq: interrupt; a mock's has no number yet before it is requested
 *
 * Return: what is known of it, or NULL.
 */
struct irq_data *seam_irq_data(int irq)
{
	if (irq > 0)
		return irq_get_irq_data(irq);
	return irq < 0 ? seam_irqs[SEAM_IRQ(irq)] : NULL;
}

static dma_addr_t seam_mapped(struct device *dev, dma_addr_t dma)
{
	if (!dma_mapping_error(dev, dma))
		atomic_inc(&seam_held.maps);
	return dma;
}

/**
 * seam_map_page() - as dma_map_page()
 * @dev: DMA device
 * @page: page
 * @offset: bytes into it
 * @len: bytes
 * @dir: direction
 *
 * Return: a bus address or DMA_MAPPING_ERROR.
 */
dma_addr_t seam_map_page(struct device *dev, struct page *page, size_t offset,
			 size_t len, enum dma_data_direction dir)
{
	if (seam_fails(SEAM_MAP))
		return DMA_MAPPING_ERROR;
	return seam_mapped(dev, dma_map_page(dev, page, offset, len, dir));
}

/**
 * seam_map_frag() - as skb_frag_dma_map()
 * @dev: DMA device
 * @frag: fragment
 * @offset: bytes into it
 * @len: bytes
 * @dir: direction
 *
 * Return: a bus address or DMA_MAPPING_ERROR.
 */
dma_addr_t seam_map_frag(struct device *dev, const skb_frag_t *frag,
			 size_t offset, size_t len,
			 enum dma_data_direction dir)
{
	if (seam_fails(SEAM_MAP))
		return DMA_MAPPING_ERROR;
	return seam_mapped(dev, skb_frag_dma_map(dev, frag, offset, len, dir));
}

/**
 * seam_unmap_page() - as dma_unmap_page()
 * @dev: DMA device
 * @dma: bus address
 * @len: bytes
 * @dir: direction
 */
void seam_unmap_page(struct device *dev, dma_addr_t dma, size_t len,
		     enum dma_data_direction dir)
{
	dma_unmap_page(dev, dma, len, dir);
	atomic_dec(&seam_held.maps);
}

/**
 * seam_alloc_coherent() - as dma_alloc_coherent()
 * @dev: DMA device
 * @len: bytes
 * @dma: bus address
 * @gfp: how to allocate
 *
 * Return: the block or NULL.
 */
void *seam_alloc_coherent(struct device *dev, size_t len, dma_addr_t *dma,
			  gfp_t gfp)
{
	void *va;

	if (seam_fails(SEAM_ALLOC))
		return NULL;
	va = dma_alloc_coherent(dev, len, dma, gfp);
	if (va)
		atomic_inc(&seam_held.coherent);
	return va;
}

/**
 * seam_free_coherent() - as dma_free_coherent()
 * @dev: DMA device
 * @len: bytes
 * @va: the block
 * @dma: bus address
 */
void seam_free_coherent(struct device *dev, size_t len, void *va,
			dma_addr_t dma)
{
	dma_free_coherent(dev, len, va, dma);
	atomic_dec(&seam_held.coherent);
}

static void seam_pool_gone(void *pool)
{
	atomic_dec(&seam_held.pools);
}

/**
 * seam_pool_create() - as page_pool_create()
 * @params: of the pool
 *
 * Return: the pool or an error pointer.
 */
struct page_pool *seam_pool_create(const struct page_pool_params *params)
{
	struct page_pool *pool;

	if (seam_fails(SEAM_ALLOC))
		return ERR_PTR(-ENOMEM);
	pool = page_pool_create(params);
	if (IS_ERR(pool))
		return pool;
	/* Called when the pool is really freed: with its last page. */
	pool->disconnect = seam_pool_gone;
	atomic_inc(&seam_held.pools);
	return pool;
}

/**
 * seam_alloc_pages() - as page_pool_alloc_pages()
 * @pool: page pool
 * @gfp: how to allocate
 *
 * Return: the page or NULL.
 */
struct page *seam_alloc_pages(struct page_pool *pool, gfp_t gfp)
{
	if (seam_fails(SEAM_PAGE))
		return NULL;
	return page_pool_alloc_pages(pool, gfp);
}

/**
 * seam_need_sync() - as dma_dev_need_sync()
 * @dev: DMA device
 *
 * Return: true if buffers have to be synced.
 */
bool seam_need_sync(const struct device *dev)
{
	return seam_sync.wanted || dma_dev_need_sync(dev);
}

/**
 * seam_sync_for_cpu() - as page_pool_dma_sync_for_cpu()
 * @pool: page pool
 * @page: page
 * @offset: bytes into it
 * @len: bytes
 */
void seam_sync_for_cpu(const struct page_pool *pool, const struct page *page,
		       u32 offset, u32 len)
{
	seam_sync.calls++;
	seam_sync.page = page;
	seam_sync.offset = offset;
	seam_sync.len = len;
	page_pool_dma_sync_for_cpu(pool, page, offset, len);
}

/**
 * seam_build_skb() - as napi_build_skb()
 * @data: memory
 * @size: bytes of the buffer
 *
 * Return: the skb or NULL.
 */
struct sk_buff *seam_build_skb(void *data, unsigned int size)
{
	return seam_fails(SEAM_SKB) ? NULL : napi_build_skb(data, size);
}

/**
 * seam_put_padto() - as skb_put_padto()
 * @skb: packet
 * @len: bytes
 *
 * Return: 0, or -ENOMEM and the skb is gone.
 */
int seam_put_padto(struct sk_buff *skb, unsigned int len)
{
	if (skb->len < len && seam_fails(SEAM_PAD)) {
		/* As the kernel's own does. */
		kfree_skb(skb);
		return -ENOMEM;
	}
	return skb_put_padto(skb, len);
}

/**
 * seam_cow_head() - as skb_cow_head()
 * @skb: packet
 * @headroom: bytes wanted in front
 *
 * Return: 0 or -ENOMEM.
 */
int seam_cow_head(struct sk_buff *skb, unsigned int headroom)
{
	return seam_fails(SEAM_COW) ? -ENOMEM : skb_cow_head(skb, headroom);
}

/**
 * seam_set_queues() - as netif_set_real_num_queues()
 * @netdev: port
 * @tx: Tx queues
 * @rx: Rx queues
 *
 * Return: 0 or a negative error.
 */
int seam_set_queues(struct net_device *netdev, unsigned int tx,
		    unsigned int rx)
{
	return seam_fails(SEAM_QUEUES) ?
	       -ENOMEM : netif_set_real_num_queues(netdev, tx, rx);
}

/**
 * seam_set_tx_queues() - as netif_set_real_num_tx_queues()
 * @netdev: port
 * @tx: Tx queues
 *
 * Return: 0 or a negative error.
 */
int seam_set_tx_queues(struct net_device *netdev, unsigned int tx)
{
	return seam_fails(SEAM_QUEUES) ?
	       -ENOMEM : netif_set_real_num_tx_queues(netdev, tx);
}

/**
 * seam_set_rx_queues() - as netif_set_real_num_rx_queues()
 * @netdev: port
 * @rx: Rx queues
 *
 * Return: 0 or a negative error.
 */
int seam_set_rx_queues(struct net_device *netdev, unsigned int rx)
{
	return seam_fails(SEAM_QUEUES) ?
	       -ENOMEM : netif_set_real_num_rx_queues(netdev, rx);
}

/**
 * seam_writel() - as writel(), to the doorbell of a mock
 * @val: value
 * @addr: register
 */
void seam_writel(u32 val, void __iomem *addr)
{
	mock_bell(addr, val);
}

/**
 * seam_reg_writel() - as writel(), and a suite that plays the device is told
 * @val: value
 * @addr: register
 */
void seam_reg_writel(u32 val, void __iomem *addr)
{
	unsigned long reg = (unsigned long)addr - (unsigned long)seam_regs.base;

	writel(val, addr);
	if (reg < seam_regs.bytes)
		seam_regs.written(reg, val);
}
