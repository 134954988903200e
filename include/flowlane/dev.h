/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract between core and a backend. A backend fills in a struct fl_dev,
 * gives it operations for the slow path, and instantiates the hot path from
 * the templates in lane_rx.h and lane_tx.h.
 */
#ifndef FLOWLANE_DEV_H
#define FLOWLANE_DEV_H

#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/interrupt.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/workqueue.h>

#include <flowlane/flow.h>
#include <flowlane/lane.h>

struct devlink;
struct devlink_health_reporter;
struct devlink_info_req;
struct fl_home;
struct fl_steer;
struct pci_dev;

#define FL_NAME		"flowlane"
#define FL_VERSION	"0.1.0"

/* Lanes a port starts with, where it could have more. */
#define FL_LANES_DEFAULT	8
#define FL_RX_SIZE_DEFAULT	1024
#define FL_TX_SIZE_DEFAULT	512
#define FL_RING_SIZE_MIN	128

/**
 * enum fl_itr_by - who keeps the time between a lane's interrupts
 * @FL_ITR_LANE: the device does, with an interval for each lane
 * @FL_ITR_PORT: the device does, with one for all lanes
 * @FL_ITR_TIMER: the device cannot; a timer of the lane does, see coalesce.c. Takes
 *	&fl_rx_leaf.rearm
 */
enum fl_itr_by {
	FL_ITR_LANE,
	FL_ITR_PORT,
	FL_ITR_TIMER,
};

/**
 * struct fl_caps - what the device can do; constant after probe
 * @lanes_max: lanes that can be in use at once
 * @rx_ring_max: slots of the largest Rx ring
 * @tx_ring_max: of the largest Tx ring
 * @rx_desc_bytes: bytes of memory for each slot of an Rx ring
 * @tx_desc_bytes: as @rx_desc_bytes, of a Tx ring
 * @tx_desc_step: bytes from one Tx descriptor to the next
 * @rx_aux_bytes: bytes of &fl_rx_ring.aux, without those of a slot
 * @rx_aux_slot: bytes of it for each slot
 * @tx_aux_bytes: as @rx_aux_bytes, of &fl_tx_ring.aux
 * @tx_aux_slot: as @rx_aux_slot, of that
 * @rx_sparse: as &fl_rx_leaf.sparse
 * @rx_long: frames may be longer than the MTU says
 * @rx_rests: a frame is of one slot, whose buffer may go on in so many pages; 0 where it
 *	is of as many slots as it takes, and buffers of another size suit long ones
 * @rx_buf_unit: the device takes buffer lengths in this unit, in bytes
 * @rx_refill: so many empty slots are worth a doorbell, fewer in a small ring
 * @tx_frags_max: fragments of a packet that the device takes
 * @tx_hdr_l2_max: bytes of L2 header that offloads can describe
 * @tx_hdr_l3_max: bytes of L3 header that offloads can describe
 * @itr_by: who keeps the time between interrupts
 * @itr_costly: an interval, however short, is no good for who waits for an answer:
 *	adaptive moderation begins without one
 * @itr_max: longest time between interrupts, in @itr_unit_ns
 * @itr_unit_ns: unit of that time
 * @rss_table: entries of the table that picks a lane for a flow's hash
 * @rss_key: bytes of the key of that hash; 0 if flows are not hashed
 * @rss_types: FL_RSS_x, kinds of flows that can be hashed
 * @rss_ports: FL_RSS_x of those whose ports count until a user says otherwise
 * @flow_filters: filters that know a flow by addresses and ports; 0 without
 * @ether_filters: filters that know a type of frame; numbered behind those
 * @ether_lanes: lanes from 0 on that they can lead to
 * @features: that the device has to be told of when they change
 * @vlan_strip_is_insert: one switch of the device serves both
 */
struct fl_caps {
	u16 lanes_max;
	u16 rx_ring_max;
	u16 tx_ring_max;
	u16 rx_desc_bytes;
	u16 tx_desc_bytes;
	u16 tx_desc_step;
	u16 rx_aux_bytes;
	u16 rx_aux_slot;
	u16 tx_aux_bytes;
	u16 tx_aux_slot;
	bool rx_sparse;
	bool rx_long;
	u8 rx_rests;
	u16 rx_buf_unit;
	u16 rx_refill;
	u16 tx_frags_max;
	u16 tx_hdr_l2_max;
	u16 tx_hdr_l3_max;
	enum fl_itr_by itr_by;
	bool itr_costly;
	u16 itr_max;
	u32 itr_unit_ns;
	u16 rss_table;
	u16 rss_key;
	u8 rss_types;
	u8 rss_ports;
	u8 flow_filters;
	u8 ether_filters;
	u16 ether_lanes;
	netdev_features_t features;
	bool vlan_strip_is_insert;
};

/**
 * struct fl_config - what a user can change and rings depend on
 * @lanes: lanes in use
 * @rx_size: slots of an Rx ring
 * @tx_size: slots of a Tx ring
 * @mtu: in bytes
 */
struct fl_config {
	u16 lanes;
	u16 rx_size;
	u16 tx_size;
	u16 mtu;
};

/* Kinds of flows: those whose ports can count for the hash, and all of IP, by addresses */
#define FL_RSS_TCP4		BIT(0)
#define FL_RSS_TCP6		BIT(1)
#define FL_RSS_UDP4		BIT(2)
#define FL_RSS_UDP6		BIT(3)
#define FL_RSS_IP4		BIT(4)
#define FL_RSS_IP6		BIT(5)
#define FL_RSS_ALL		GENMASK(5, 0)
#define FL_RSS_TCP		(FL_RSS_TCP4 | FL_RSS_TCP6)
#define FL_RSS_UDP		(FL_RSS_UDP4 | FL_RSS_UDP6)

#define FL_RSS_TABLE_MAX	128
#define FL_RSS_KEY_MAX		40

/**
 * struct fl_rss - how a flow finds its lane
 * @key: of the Toeplitz hash
 * @table: lanes, as a user or the default has them
 * @lane: lanes, as the device is to have them: @table, but for steered buckets
 * @ports: FL_RSS_x of those whose ports count
 */
struct fl_rss {
	u8 key[FL_RSS_KEY_MAX];
	u8 table[FL_RSS_TABLE_MAX];
	u8 lane[FL_RSS_TABLE_MAX];
	u8 ports;
};

/**
 * struct fl_reg - registers of one name
 * @name: as the device's documentation has it
 * @offset: of the first
 * @count: how many there are
 * @stride: bytes from one to the next
 */
struct fl_reg {
	const char *name;
	u32 offset;
	u16 count;
	u16 stride;
};

/**
 * struct fl_reg_table - registers that are worth a look, and safe to read
 * @reg: the table
 * @n: entries of it
 * @version: changes with the table; ethtool's for a dump
 */
struct fl_reg_table {
	const struct fl_reg *reg;
	u16 n;
	u32 version;
};

/**
 * struct fl_test - something that a backend can test of its device
 * @name: shown by ethtool
 * @offline: the port is out of use for it. Its device is as after @down, and may
 *	be left in any state without DMA and with all interrupts masked; handlers of
 *	the lanes in use are installed, and count into &fl_lane.irqs. Others run
 *	beside traffic, or on a port that is not running, which is put to rest
 *	by @down after them
 * @run: the test; 0, or a negative error to be shown. Bounded in time, and
 *	works on a device that is gone. Under RTNL, may sleep
 */
struct fl_test {
	char name[ETH_GSTRING_LEN];
	bool offline;
	int (*run)(struct fl_dev *fl);
};

/**
 * struct fl_hw_ops - what core asks of a backend, on the slow path only
 * @irq_request: request a lane's interrupt and set &fl_lane.irq
 * @irq_free: undo @irq_request
 * @rx_init: prepare a ring that is new or as new, before it is filled; may be missing
 * @tx_init: the same for transmit
 * @rx_fill: fill a ring with buffers; -ENOMEM if not all slots could be filled
 * @up: reset the device and program all of it from @fl: addresses, filters,
 *	the rings of the lanes in use. Interrupts stay masked, the link may come
 *	up. Nothing of it is left behind on failure
 * @start: unmask the interrupts; NAPI is enabled when it is called
 * @down: mask interrupts, stop all DMA, carrier off; works on a device that is
 *	gone. Rings may be freed after it
 * @pause: stop the rings' DMA, all transmitted or bounded in time, and leave
 *	the link alone; on an error only @down and @up help
 * @resume: program the rings and start them after @pause
 * @hold: the device is about to lose its state, and the port has been halted; may be
 *	missing, as the next
 * @release: undo @hold; the port runs again, if it is open
 * @set_itr: tell the device a lane's interval, of lane 0 what all are to have with
 *	FL_ITR_PORT. A negative error means that it keeps &fl_lane.itr, which @up and
 *	@resume tell it of all lanes. May be missing with FL_ITR_TIMER
 * @set_rss: program @rss, while traffic flows; @up and @resume do so as well. The next
 *	three likewise program something while the port runs, and @up does so as
 *	well. A negative error means that nothing has changed
 * @set_buckets: program the named entries of @rss.lane, while traffic flows. True if
 *	they are in force when it returns; else the backend
 *	calls fl_steer_in_force() when they are. Atomic, under the steering's lock
 * @set_filter: program one of @filter, or none in its place, while traffic flows;
 *	@up and @resume program all of them. In force when it returns. Atomic,
 *	under the steering's lock. May be missing without filters
 * @set_mac: receive for this address, not for the netdev's present one
 * @set_vlan: let a VLAN id through the filter, or no more
 * @set_features: program what of these features is the device's doing
 * @get_stats: add what the device itself counted; atomic, any context. May be
 *	missing
 * @tx_regs: the device's own head and tail of a lane's Tx ring, for the log
 * @reg_table: what @get_regs reads; may be missing, with it
 * @get_regs: read all of @reg_table, in its order
 * @get_info: as devlink_ops.info_get; may be missing
 * @tests: for ethtool -t; may be missing
 * @n_tests: number of them
 *
 * All but @get_stats, @set_itr, @set_buckets, @set_filter and @tx_regs run under RTNL.
 * All but @get_stats, @set_buckets, @set_filter and @tx_regs may sleep. @tx_regs
 * runs in the Tx watchdog's timer.
 */
struct fl_hw_ops {
	int (*irq_request)(struct fl_lane *lane);
	void (*irq_free)(struct fl_lane *lane);
	void (*rx_init)(struct fl_rx_ring *rx);
	void (*tx_init)(struct fl_tx_ring *tx);
	int (*rx_fill)(struct fl_rx_ring *rx);
	int (*up)(struct fl_dev *fl);
	void (*start)(struct fl_dev *fl);
	void (*down)(struct fl_dev *fl);
	int (*pause)(struct fl_dev *fl);
	void (*resume)(struct fl_dev *fl);
	void (*hold)(struct fl_dev *fl);
	void (*release)(struct fl_dev *fl);
	int (*set_itr)(struct fl_lane *lane, u16 itr);
	int (*set_rss)(struct fl_dev *fl);
	bool (*set_buckets)(struct fl_dev *fl, const unsigned long *buckets);
	void (*set_filter)(struct fl_dev *fl, int i);
	int (*set_mac)(struct fl_dev *fl, const u8 *addr);
	int (*set_vlan)(struct fl_dev *fl, u16 vid, bool on);
	int (*set_features)(struct fl_dev *fl, netdev_features_t features);
	void (*get_stats)(struct fl_dev *fl, struct rtnl_link_stats64 *stats);
	void (*tx_regs)(struct fl_lane *lane, u32 *head, u32 *tail);
	const struct fl_reg_table *reg_table;
	void (*get_regs)(struct fl_dev *fl, u32 *data);
	int (*get_info)(struct fl_dev *fl, struct devlink_info_req *req,
			struct netlink_ext_ack *extack);
	const struct fl_test *tests;
	u8 n_tests;
};

/**
 * struct fl_dev - a port; the first member of the backend's private area
 * @netdev: the net_device whose private area this is
 * @dev: DMA device
 * @ops: the backend's slow path
 * @poll: the backend's NAPI poll, an instance of fl_poll()
 * @caps: what the device can do
 * @lane: @caps.lanes_max lanes, of which the first @cfg.lanes are in use
 * @home: which CPU has which lane; see home.c
 * @cfg: the configuration in force; RTNL
 * @rss: how a flow finds its lane; RTNL, and for @rss.lane the steering's lock
 * @filter: the device's filters, first those of flows; the steering's lock
 * @steer: flows on the way to the CPUs that consume them; see steer.c
 * @steer_lock: taken with softirqs off; of ours, nothing is taken inside it
 * @msg_enable: NETIF_MSG_x
 * @itr_lock: serialises changes of moderation
 * @coalesce: what a user said of all lanes; a lane may have its own. RTNL
 * @running: lanes poll and the device is up; RTNL
 * @resets: resets since probe; RTNL
 * @vlans: VLAN ids let through; RTNL
 * @reset_work: recovers a port from outside RTNL
 * @reset_at: jiffies when it did that last
 * @reset_wait: jiffies that the next one waits
 * @flush_work: frees what waits for a link that is gone
 * @devlink: the port in devlink; see devlink.c
 * @tx_health: reporter of hangs while devlink shows the port; RTNL
 * @health_work: reports a hang
 * @hung: the lane that hangs; written in the Tx watchdog
 */
struct fl_dev {
	struct net_device *netdev;
	struct device *dev;
	const struct fl_hw_ops *ops;
	int (*poll)(struct napi_struct *napi, int budget);
	struct fl_caps caps;
	struct fl_lane *lane;
	struct fl_home *home;
	struct fl_config cfg;
	struct fl_rss rss;
	struct fl_filter filter[FL_FILTERS_MAX];
	struct fl_steer *steer;
	spinlock_t steer_lock;		/* of rss.lane, filter, steer */
	u32 msg_enable;
	struct mutex itr_lock;		/* lanes' coalesce and itr */
	struct fl_coalesce coalesce;
	bool running;
	unsigned long resets;
	DECLARE_BITMAP(vlans, VLAN_N_VID);
	struct delayed_work reset_work;
	unsigned long reset_at;
	unsigned long reset_wait;
	struct delayed_work flush_work;
	struct devlink *devlink;
	struct devlink_health_reporter *tx_health;
	struct work_struct health_work;
	u16 hung;
};

/**
 * struct fl_backend - a device family that the module drives
 * @name: for messages
 * @init: register the driver with its bus
 * @exit: undo @init
 */
struct fl_backend {
	const char *name;
	int (*init)(void);
	void (*exit)(void);
};

/**
 * fl_frame_max() - largest frame that is let in
 * @cfg: the configuration
 *
 * A small MTU limits what we send; what others send may be a full frame.
 *
 * Return: bytes on the wire without FCS, two VLAN tags included.
 */
static inline u32 fl_frame_max(const struct fl_config *cfg)
{
	return max_t(u32, cfg->mtu, ETH_DATA_LEN) + ETH_HLEN + 2 * VLAN_HLEN;
}

/**
 * fl_regs_count() - size of a dump of registers
 * @fl: port, whose backend has a table of them
 *
 * Return: how many there are.
 */
static inline u32 fl_regs_count(const struct fl_dev *fl)
{
	const struct fl_reg_table *table = fl->ops->reg_table;
	u32 count = 0;
	int i;

	for (i = 0; i < table->n; i++)
		count += table->reg[i].count;
	return count;
}

/* netdev.c */
int fl_dev_init(struct fl_dev *fl);
void fl_dev_cleanup(struct fl_dev *fl);
int fl_dev_register(struct fl_dev *fl);
void fl_dev_unregister(struct fl_dev *fl);
irqreturn_t fl_lane_irq(int irq, void *data);
int fl_lane_request_irq(struct fl_lane *lane, irq_handler_t handler,
			unsigned long flags);

/* rss.c */
void fl_rss_init(struct fl_dev *fl);
void fl_rss_fit(struct fl_dev *fl);

/* steer.c */
int fl_steer_init(struct fl_dev *fl);
void fl_steer_cleanup(struct fl_dev *fl);
void fl_steer_fit(struct fl_dev *fl);
void fl_steer_halt(struct fl_dev *fl);
void fl_steer_run(struct fl_dev *fl);
void fl_steer_forget(struct fl_dev *fl);
void fl_steer_stop(struct fl_dev *fl);
void fl_steer_enable(struct fl_dev *fl, bool on);
void fl_steer_evict_locked(struct fl_dev *fl, int i);
void fl_steer_table(struct fl_dev *fl, u8 *table, unsigned long *lanes);
void fl_steer_in_force(struct fl_dev *fl, const unsigned long *lanes);
bool fl_steer_next(struct fl_dev *fl, u32 *pos, struct fl_flow_info *info);
void fl_steer_stats(struct fl_dev *fl, struct fl_steer_stats *stats);
int fl_rx_flow_steer(struct net_device *netdev, const struct sk_buff *skb,
		     u16 rxq, u32 flow_id);

/* home.c */
int fl_homes_init(void);
void fl_homes_exit(void);
void fl_home_spread(struct fl_dev *fl);

/* nl.c */
int fl_nl_init(void);
void fl_nl_exit(void);
void fl_nl_flow_event(struct fl_dev *fl, enum fl_flow_event event,
		      const struct fl_flow_info *flow);

/* port.c */
void fl_port_init(struct fl_dev *fl);
int fl_reconfigure(struct fl_dev *fl, const struct fl_config *cfg,
		   struct netlink_ext_ack *extack);
void fl_request_reset(struct fl_dev *fl);
void fl_link_lost(struct fl_dev *fl);
void fl_reset_locked(struct fl_dev *fl);
void fl_suspend_locked(struct fl_dev *fl);
int fl_resume_locked(struct fl_dev *fl);
int fl_lend_locked(struct fl_dev *fl);
int fl_return_locked(struct fl_dev *fl, int err);
int fl_open(struct net_device *netdev);
int fl_stop(struct net_device *netdev);

/* power.c */
extern const struct dev_pm_ops fl_pci_pm_ops;
extern const struct pci_error_handlers fl_pci_err_handlers;
void fl_pci_shutdown(struct pci_dev *pdev);

/* Device-independent ndo functions, for the backends' net_device_ops. */
int fl_change_mtu(struct net_device *netdev, int mtu);
int fl_set_mac_address(struct net_device *netdev, void *addr);
int fl_vlan_rx_add_vid(struct net_device *netdev, __be16 proto, u16 vid);
int fl_vlan_rx_kill_vid(struct net_device *netdev, __be16 proto, u16 vid);
netdev_features_t fl_fix_features(struct net_device *netdev,
				  netdev_features_t features);
int fl_set_features(struct net_device *netdev, netdev_features_t features);
netdev_features_t fl_features_check(struct sk_buff *skb,
				    struct net_device *netdev,
				    netdev_features_t features);
void fl_get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats);
void fl_tx_timeout(struct net_device *netdev, unsigned int txqueue);

extern const struct netdev_stat_ops fl_stat_ops;

#endif /* FLOWLANE_DEV_H */
