/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the suites get between the driver and the kernel: a file that is
 * compiled with this header calls the kernel through functions that can be
 * made to fail, and that count what is held. Without an order to fail they do
 * what the kernel's own do, for any device.
 *
 * The suites' two instances of the hot path include it, and Kbuild puts it in
 * front of the parts of core that allocate.
 */
#ifndef FLOWLANE_KUNIT_SEAM_H
#define FLOWLANE_KUNIT_SEAM_H

#include <linux/args.h>
#include <linux/dma-mapping.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/irq.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/page_pool/helpers.h>

#include <flowlane/compat.h>

enum seam_point {
	SEAM_ALLOC,	/* memory on the slow path, page pools included */
	SEAM_PAGE,	/* a page of receive buffers */
	SEAM_SKB,	/* an skb around a receive buffer */
	SEAM_PAD,	/* padding of a short packet */
	SEAM_COW,	/* a private copy of a packet's headers */
	SEAM_MAP,	/* DMA mapping for transmission */
	SEAM_QUEUES,	/* the stack's number of queues */
	SEAM_POINTS
};

/* What is held now. */
struct seam_held {
	atomic_t pools;		/* page pools, until their last page is back */
	atomic_t coherent;	/* DMA-coherent blocks */
	atomic_t maps;		/* transmit mappings */
};

extern struct seam_held seam_held;

/* Buffers that were made readable for the CPU. While @wanted, the device seems
 * to be one that needs it.
 */
struct seam_sync {
	bool wanted;
	u32 calls;
	const struct page *page;	/* of the last call, as the others */
	u32 offset;
	u32 len;
};

extern struct seam_sync seam_sync;

/* The registers of a device that a suite plays, in plain memory, and what is told of
 * each write. Files compiled with SEAM_REGS write there if it is theirs.
 */
struct seam_regs {
	u32 *base;
	u32 bytes;
	void (*written)(u32 reg, u32 val);
};

extern struct seam_regs seam_regs;

/* A user has set the table of receive hashing: only ethtool's core can mark that. */
extern bool seam_rxfh_configured;

/* A lane's timer runs out when the lane wants it to. Otherwise it does so long after the
 * test, which may be held up for as long as it likes between two of its steps.
 */
extern bool seam_retries;

/* What the stack says of a steered flow: the function, if there is one. */
extern bool seam_flow_expired;
extern bool (*seam_may_expire)(u16 rxq, u32 flow_id, u16 filter_id);

/* Delayed work: @held, it does not run, and a test does in its place what was asked
 * for, @now if without a delay; @hurried, it runs at the next tick.
 */
struct seam_work {
	bool held;
	bool hurried;
	bool asked;
	bool now;
};

extern struct seam_work seam_work;

/* Timers of high resolution: @held, none runs out, and a test does it in its place. */
struct seam_timer {
	bool held;
	u32 starts;
	u64 ns;		/* of the last start */
};

extern struct seam_timer seam_timer;

/* Interrupts that are in a test's mind only: where they go. NULL for those that the
 * kernel knows nothing of.
 */
#define SEAM_IRQS	4
#define SEAM_IRQ(i)	(-1 - (int)(i))

extern struct irq_data *seam_irqs[SEAM_IRQS];

#define netif_is_rxfh_configured(dev) \
	(seam_rxfh_configured || netif_is_rxfh_configured(dev))

void seam_reset(void);
void seam_fail(enum seam_point point, u32 after, u32 times);
bool seam_fails(enum seam_point point);
u32 seam_failed(enum seam_point point);

dma_addr_t seam_map_page(struct device *dev, struct page *page, size_t offset,
			 size_t len, enum dma_data_direction dir);
dma_addr_t seam_map_frag(struct device *dev, const skb_frag_t *frag,
			 size_t offset, size_t len,
			 enum dma_data_direction dir);
void seam_unmap_page(struct device *dev, dma_addr_t dma, size_t len,
		     enum dma_data_direction dir);
void *seam_alloc_coherent(struct device *dev, size_t len, dma_addr_t *dma,
			  gfp_t gfp);
void seam_free_coherent(struct device *dev, size_t len, void *va,
			dma_addr_t dma);
struct page_pool *seam_pool_create(const struct page_pool_params *params);
struct page *seam_alloc_pages(struct page_pool *pool, gfp_t gfp);
bool seam_need_sync(const struct device *dev);
void seam_sync_for_cpu(const struct page_pool *pool, const struct page *page,
		       u32 offset, u32 len);
struct sk_buff *seam_build_skb(void *data, unsigned int size);
int seam_put_padto(struct sk_buff *skb, unsigned int len);
int seam_cow_head(struct sk_buff *skb, unsigned int headroom);
int seam_set_queues(struct net_device *netdev, unsigned int tx,
		    unsigned int rx);
int seam_set_tx_queues(struct net_device *netdev, unsigned int tx);
int seam_set_rx_queues(struct net_device *netdev, unsigned int rx);
void seam_writel(u32 val, void __iomem *addr);
void seam_reg_writel(u32 val, void __iomem *addr);
int seam_mod_timer(struct timer_list *timer, unsigned long expires);
int seam_timer_reduce(struct timer_list *timer, unsigned long expires);
struct irq_data *seam_irq_data(int irq);
bool seam_expire_flow(struct net_device *netdev, u16 rxq, u32 flow_id,
		      u16 filter_id);
bool seam_schedule_work(struct delayed_work *work, unsigned long delay);
bool seam_cancel_work(struct delayed_work *work);
int seam_call(int cpu, call_single_data_t *call);
void seam_hrtimer_start(struct hrtimer *timer, ktime_t after,
			enum hrtimer_mode mode);

#ifndef SEAM_ITSELF
#undef dma_map_page
#define dma_map_page seam_map_page
#undef skb_frag_dma_map
#define skb_frag_dma_map seam_map_frag
#undef dma_unmap_page
#define dma_unmap_page seam_unmap_page
#undef dma_alloc_coherent
#define dma_alloc_coherent seam_alloc_coherent
#undef dma_free_coherent
#define dma_free_coherent seam_free_coherent
#undef page_pool_create
#define page_pool_create seam_pool_create
#undef page_pool_alloc_pages
#define page_pool_alloc_pages seam_alloc_pages
#undef dma_dev_need_sync
#define dma_dev_need_sync seam_need_sync
#undef page_pool_dma_sync_for_cpu
#define page_pool_dma_sync_for_cpu seam_sync_for_cpu
#undef rps_may_expire_flow
#define rps_may_expire_flow seam_expire_flow
#undef napi_build_skb
#define napi_build_skb seam_build_skb
#undef skb_put_padto
#define skb_put_padto seam_put_padto
#undef skb_cow_head
#define skb_cow_head seam_cow_head
#undef netif_set_real_num_queues
#define netif_set_real_num_queues seam_set_queues
#undef netif_set_real_num_tx_queues
#define netif_set_real_num_tx_queues seam_set_tx_queues
#undef netif_set_real_num_rx_queues
#define netif_set_real_num_rx_queues seam_set_rx_queues
#undef writel
#ifdef SEAM_REGS
#define writel seam_reg_writel
#else
#define writel seam_writel
#endif
#undef mod_timer
#define mod_timer seam_mod_timer
#undef timer_reduce
#define timer_reduce seam_timer_reduce
#undef irq_get_irq_data
#define irq_get_irq_data seam_irq_data
#undef schedule_delayed_work
#define schedule_delayed_work seam_schedule_work
#undef cancel_delayed_work_sync
#define cancel_delayed_work_sync seam_cancel_work
#undef smp_call_function_single_async
#define smp_call_function_single_async seam_call
#undef hrtimer_start
#define hrtimer_start seam_hrtimer_start
/* The newest kernels' macros, which take the flags as an option. */
#define seam_gfp0()	GFP_KERNEL
#define seam_gfp1(gfp)	(gfp)
#define seam_gfp(...)	\
	CONCATENATE(seam_gfp, COUNT_ARGS(__VA_ARGS__))(__VA_ARGS__)
#undef kzalloc_obj
#define kzalloc_obj(obj, ...)						\
	(seam_fails(SEAM_ALLOC) ? NULL :				\
	 kzalloc(sizeof(obj), seam_gfp(__VA_ARGS__)))
#undef kzalloc_objs
#define kzalloc_objs(obj, count, ...)					\
	(seam_fails(SEAM_ALLOC) ? NULL :				\
	 kcalloc(count, sizeof(obj), seam_gfp(__VA_ARGS__)))
#undef kvzalloc_objs
#define kvzalloc_objs(obj, count, ...)					\
	(seam_fails(SEAM_ALLOC) ? NULL :				\
	 kvcalloc(count, sizeof(obj), seam_gfp(__VA_ARGS__)))
#endif /* SEAM_ITSELF */

#endif /* FLOWLANE_KUNIT_SEAM_H */
