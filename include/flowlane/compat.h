/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only place that knows how kernels differ.
 *
 * The code is written to the newest kernel's API. Kbuild looks into the
 * headers it builds against and defines FL_HAVE_x for what it finds there;
 * what is missing gets its shim here. Versions are never compared:
 * distributions backport.
 */
#ifndef FLOWLANE_COMPAT_H
#define FLOWLANE_COMPAT_H

#include <linux/ethtool.h>
#include <linux/hrtimer.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <net/devlink.h>
#include <net/page_pool/helpers.h>

#ifndef FL_HAVE_NAPI_ADD_CONFIG
/* No persistent NAPI configuration: settings start afresh at each open. */
static inline void netif_napi_add_config(struct net_device *dev,
					 struct napi_struct *napi,
					 int (*poll)(struct napi_struct *, int),
					 int index)
{
	netif_napi_add(dev, napi, poll);
}
#endif

/* Whether interrupts are to stay off for a while when a poll has ended. */
static inline bool napi_defers_irqs(const struct napi_struct *napi)
{
#ifdef FL_HAVE_NAPI_DEFER
	return READ_ONCE(napi->defer_hard_irqs);
#else
	return READ_ONCE(napi->dev->napi_defer_hard_irqs);
#endif
}

#ifndef FL_HAVE_PP_ENABLE_DIRECT
/* For a pool that was created without a NAPI; the NAPI is disabled. */
static inline void page_pool_enable_direct_recycling(struct page_pool *pool,
						     struct napi_struct *napi)
{
	WRITE_ONCE(pool->p.napi, napi);
}
#endif

#ifdef FL_HAVE_PP_DMA_MAPPED
/* A pool that is destroyed unmaps those of its pages that the stack still has. Kernels at
 * least from 6.12 to before 7.3 write to such a page when it may have been freed, and
 * whoever has it then gets a bad pointer. They leave alone what is not mapped any more, so
 * that is done here before: under the lock that whoever gives a page back needs for it.
 * Where nothing was wrong it is done once as well, just earlier.
 */
static inline void fl_page_pool_unmap(struct page_pool *pool)
{
	struct page *page;
	unsigned long id;
	dma_addr_t dma;
	bool mapped;

	if (!pool->dma_map)
		return;
	/* Nobody is to sync what is about to be unmapped. */
	pool->dma_sync = false;
	if (dma_dev_need_sync(pool->p.dev))
		synchronize_net();
	xa_for_each(&pool->dma_mapped, id, page) {
		xa_lock_bh(&pool->dma_mapped);
		mapped = __xa_cmpxchg(&pool->dma_mapped, id, page, NULL, 0) == page;
		if (mapped) {
			dma = page_pool_get_dma_addr(page);
			/* Without a number it is free to go: the last access. */
			smp_store_release(&page->pp_magic,
					  page->pp_magic & ~PP_DMA_INDEX_MASK);
		}
		xa_unlock_bh(&pool->dma_mapped);
		if (mapped)
			dma_unmap_page_attrs(pool->p.dev, dma,
					     PAGE_SIZE << pool->p.order,
					     pool->p.dma_dir,
					     DMA_ATTR_SKIP_CPU_SYNC |
					     DMA_ATTR_WEAK_ORDERING);
	}
}
#else
static inline void fl_page_pool_unmap(struct page_pool *pool)
{
}
#endif

#ifndef FL_HAVE_RXFH_FIELDS
/* As the kernel has it since 6.17. */
struct ethtool_rxfh_fields {
	u32 data;
	u32 flow_type;
	u32 rss_context;
};
#endif

/* What of receive hashing ethtool asks by a number, where it does; rules it always
 * asks for by one.
 */
int fl_get_rxfh_fields(struct net_device *netdev,
		       struct ethtool_rxfh_fields *fields);
int fl_set_rxfh_fields(struct net_device *netdev,
		       const struct ethtool_rxfh_fields *fields,
		       struct netlink_ext_ack *extack);
u32 fl_get_rx_ring_count(struct net_device *netdev);
int fl_get_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *nfc,
		 u32 *rules);
int fl_set_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *nfc);

static inline int fl_compat_get_rxnfc(struct net_device *netdev,
				      struct ethtool_rxnfc *nfc, u32 *rules)
{
	struct ethtool_rxfh_fields fields = { .flow_type = nfc->flow_type };
	int err;

	switch (nfc->cmd) {
	case ETHTOOL_GRXRINGS:
		nfc->data = fl_get_rx_ring_count(netdev);
		return 0;
	case ETHTOOL_GRXFH:
		err = fl_get_rxfh_fields(netdev, &fields);
		nfc->data = fields.data;
		return err;
	default:
		return fl_get_rxnfc(netdev, nfc, rules);
	}
}

static inline int fl_compat_set_rxnfc(struct net_device *netdev,
				      struct ethtool_rxnfc *nfc)
{
	const struct ethtool_rxfh_fields fields = {
		.flow_type = nfc->flow_type,
		.data = nfc->data,
	};

	if (nfc->cmd != ETHTOOL_SRXFH)
		return fl_set_rxnfc(netdev, nfc);
	return fl_set_rxfh_fields(netdev, &fields, NULL);
}

#ifdef FL_HAVE_RXFH_FIELDS
#define FL_RXFH_FIELDS_OPS \
	.get_rxfh_fields = fl_get_rxfh_fields, \
	.set_rxfh_fields = fl_set_rxfh_fields, \
	.set_rxnfc = fl_set_rxnfc
#else
#define FL_RXFH_FIELDS_OPS \
	.set_rxnfc = fl_compat_set_rxnfc
#endif

#ifdef FL_HAVE_RX_RING_COUNT
#define FL_RX_RING_COUNT_OPS \
	.get_rx_ring_count = fl_get_rx_ring_count, \
	.get_rxnfc = fl_get_rxnfc
#else
#define FL_RX_RING_COUNT_OPS \
	.get_rxnfc = fl_compat_get_rxnfc
#endif

/* Where a port of devlink gives its netdev a phys_port_name, systemd makes that a
 * part of the interface's name. Ours keep the names they have: then the port has
 * no attributes there.
 */
static inline void fl_devlink_port_set_attrs(struct devlink_port *port)
{
#ifdef FL_HAVE_NO_PHYS_PORT_NAME
	struct devlink_port_attrs attrs = {
		.flavour = DEVLINK_PORT_FLAVOUR_PHYSICAL,
		.no_phys_port_name = true,
	};

	devlink_port_attrs_set(port, &attrs);
#endif
}

#ifndef FL_HAVE_HEALTH_DEFAULTS
/* The grace period was an argument. */
#define devl_health_reporter_create(devlink, ops, priv) \
	devl_health_reporter_create(devlink, ops, 0, priv)
#endif

#ifndef CONFIG_RFS_ACCEL
/* No flow is ever asked for. */
static inline bool rps_may_expire_flow(struct net_device *dev, u16 rxq_index,
				       u32 flow_id, u16 filter_id)
{
	return true;
}
#endif

/* What the read function of a cyclecounter is given. */
#ifdef FL_HAVE_CC_READ_CONST
#define fl_cyclecounter_arg	const struct cyclecounter
#else
#define fl_cyclecounter_arg	struct cyclecounter
#endif

#ifndef FL_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#ifndef timer_container_of
#define timer_container_of(var, timer, field) from_timer(var, timer, field)
#endif

#ifndef kzalloc_obj
#define kzalloc_obj(obj) kzalloc(sizeof(obj), GFP_KERNEL)
#endif

#ifndef kzalloc_objs
#define kzalloc_objs(obj, count) kcalloc(count, sizeof(obj), GFP_KERNEL)
#endif

#ifndef kvzalloc_objs
#define kvzalloc_objs(obj, count) kvcalloc(count, sizeof(obj), GFP_KERNEL)
#endif

#endif /* FLOWLANE_COMPAT_H */
