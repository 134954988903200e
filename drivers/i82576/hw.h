/* SPDX-License-Identifier: GPL-2.0 */
/* The 82576 port: its state, and what the backend's files offer each other. */
#ifndef I82576_HW_H
#define I82576_HW_H

#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/net_tstamp.h>
#include <linux/pci.h>
#include <linux/ptp_clock_kernel.h>

#include <flowlane/dev.h>

#include "clock.h"
#include "regs.h"

/**
 * struct i82576_phy - settings of the link, to be restored after a reset
 * @bmcr: register 0, without its momentary bits
 * @advertise: register 4; its pause bits say what of pause is wanted
 * @ctrl1000: register 9
 * @pause_autoneg: what of pause is used depends on the other end
 */
struct i82576_phy {
	u16 bmcr;
	u16 advertise;
	u16 ctrl1000;
	bool pause_autoneg;
};

/* The counters of the MAC, those first that every look at the link wants; the
 * sizes of frames are each in a row.
 */
enum i82576_stat {
	STAT_CRCERRS,
	STAT_ALGNERRC,
	STAT_RXERRC,
	STAT_MPC,
	STAT_COLC,
	STAT_MPRC,
	STAT_ROC,
	STAT_LINK_END,
	STAT_SYMERRS = STAT_LINK_END,
	STAT_SCC,
	STAT_ECOL,
	STAT_MCC,
	STAT_LATECOL,
	STAT_DC,
	STAT_TNCRS,
	STAT_RLEC,
	STAT_XONRXC,
	STAT_XONTXC,
	STAT_XOFFRXC,
	STAT_XOFFTXC,
	STAT_FCRUC,
	STAT_PRC64,
	STAT_PRC127,
	STAT_PRC255,
	STAT_PRC511,
	STAT_PRC1023,
	STAT_PRC1522,
	STAT_GPRC,
	STAT_BPRC,
	STAT_GPTC,
	STAT_RUC,
	STAT_RFC,
	STAT_RJC,
	STAT_PTC64,
	STAT_PTC127,
	STAT_PTC255,
	STAT_PTC511,
	STAT_PTC1023,
	STAT_PTC1522,
	STAT_MPTC,
	STAT_BPTC,
	I82576_STATS
};

/**
 * struct i82576_ptp - the port's clock and the time stamps of packets
 * @info: what the PTP core knows of the clock
 * @clock: as registered; NULL if there is none, and then no time stamps
 * @lock: the clock's and the stamps' registers, and all that follows but the
 *	configuration; innermost, taken with interrupts off
 * @time: time over the device's counter
 * @tx_type: HWTSTAMP_TX_x; written under RTNL and @lock
 * @rx_filter: HWTSTAMP_FILTER_x; RTNL
 * @tx_skb: the packet whose stamp the device is to take, or NULL
 * @tx_since: jiffies when it was queued
 * @rx_waits: a stamp has been seen that no packet has come for since
 *	@rx_since
 * @rx_since: jiffies when it was first seen
 * @tx_stamped: packets that got their stamp
 * @tx_lost: packets that were to get one that never came
 * @tx_busy: packets that came while another waited for its stamp
 */
struct i82576_ptp {
	struct ptp_clock_info info;
	struct ptp_clock *clock;
	spinlock_t lock;		/* see above */
	struct i82576_clock time;
	int tx_type;
	int rx_filter;
	struct sk_buff *tx_skb;
	unsigned long tx_since;
	bool rx_waits;
	unsigned long rx_since;
	u64 tx_stamped;
	u64 tx_lost;
	u64 tx_busy;
};

/**
 * struct i82576 - an 82576 port
 * @fl: the port as core sees it; first member
 * @pdev: PCI function
 * @io: BAR 0
 * @msix: one vector a lane and one for other causes; else one for all
 * @queue_filters: the device has 5-tuple filters (QEMU's has not)
 * @mta: the multicast hash table as written; netif_addr_lock
 * @link_work: looks at the link after an interrupt
 * @phy_lock: serialises access to the PHY, to CTRL, and to SRRCTL
 * @phy: what the link is set to; @phy_lock
 * @tx_pause: the other end honours our pause frames; @phy_lock
 * @ledctl: LEDCTL as it was before the port was to show itself; RTNL
 * @stats_lock: serialises reading of the self-clearing counters
 * @stats: what they added up to, by enum i82576_stat; @stats_lock
 * @rx_octets: of good frames, header and FCS included; @stats_lock
 * @tx_octets: as @rx_octets
 * @stats_work: reads counters before they are full
 * @overruns: Rx overrun interrupts seen
 * @other_irqs: interrupts taken on the vector of other causes; its handler
 * @ptp: clock and time stamps
 */
struct i82576 {
	struct fl_dev fl;
	struct pci_dev *pdev;
	u8 __iomem *io;
	bool msix;
	bool queue_filters;
	u32 mta[MTA_COUNT];
	struct work_struct link_work;
	struct mutex phy_lock;		/* PHY, CTRL, SRRCTL, phy, tx_pause */
	struct i82576_phy phy;
	bool tx_pause;
	u32 ledctl;
	spinlock_t stats_lock;		/* stats, octets and their registers */
	u64 stats[I82576_STATS];
	u64 rx_octets;
	u64 tx_octets;
	struct delayed_work stats_work;
	atomic64_t overruns;
	u32 other_irqs;
	struct i82576_ptp ptp;
};

static inline struct i82576 *i82576_of(struct fl_dev *fl)
{
	return container_of(fl, struct i82576, fl);
}

static inline u32 i82576_rd(struct i82576 *hw, u32 reg)
{
	return readl(hw->io + reg);
}

static inline void i82576_wr(struct i82576 *hw, u32 reg, u32 val)
{
	writel(val, hw->io + reg);
}

/* A read returns when all writes before it have reached the device. */
static inline void i82576_flush(struct i82576 *hw)
{
	i82576_rd(hw, I82576_STATUS);
}

/* No register of a device that is there reads as all ones but by chance: STATUS
 * never does.
 */
static inline bool i82576_gone(struct i82576 *hw)
{
	return i82576_rd(hw, I82576_STATUS) == U32_MAX;
}

static inline void i82576_irq_mask(struct i82576 *hw)
{
	i82576_wr(hw, I82576_IMC, U32_MAX);
	i82576_wr(hw, I82576_EIMC, U32_MAX);
	i82576_flush(hw);
}

/* hw.c */
int i82576_reset(struct i82576 *hw);
void i82576_set_drv_load(struct i82576 *hw, bool on);
bool i82576_find_queue_filters(struct i82576 *hw);
void i82576_probe_quirks(struct i82576 *hw);
int i82576_set_rss(struct fl_dev *fl);
void i82576_init_rx(struct i82576 *hw);
void i82576_init_tx(struct i82576 *hw);
void i82576_set_rx_enable(struct i82576 *hw, bool on);

/* queue.c */
void i82576_queues_start(struct i82576 *hw);
int i82576_queues_stop(struct i82576 *hw);
void i82576_rx_queue_start(struct i82576 *hw, struct fl_rx_ring *rx);
void i82576_tx_queue_start(struct i82576 *hw, struct fl_tx_ring *tx);
void i82576_tx_regs(struct fl_lane *lane, u32 *head, u32 *tail);

/* filter.c */
void i82576_write_rar(struct i82576 *hw, int i, const u8 *addr);
void i82576_read_mac(struct i82576 *hw);
int i82576_set_mac(struct fl_dev *fl, const u8 *addr);
int i82576_set_vlan(struct fl_dev *fl, u16 vid, bool on);
int i82576_set_features(struct fl_dev *fl, netdev_features_t features);
void i82576_init_filters(struct i82576 *hw);
void i82576_set_rx_mode(struct net_device *netdev);

/* steer.c */
void i82576_write_filter(struct i82576 *hw, int i, const struct fl_filter *f);
void i82576_set_filter(struct fl_dev *fl, int i);
bool i82576_set_buckets(struct fl_dev *fl, const unsigned long *buckets);
void i82576_init_steering(struct i82576 *hw);

/* stats.c */
void i82576_stats_init(struct i82576 *hw);
void i82576_stats_start(struct i82576 *hw);
void i82576_stats_stop(struct i82576 *hw);
void i82576_get_stats(struct fl_dev *fl, struct rtnl_link_stats64 *stats);
void i82576_get_mac_stats(struct net_device *netdev, struct ethtool_eth_mac_stats *s);
void i82576_get_phy_stats(struct net_device *netdev, struct ethtool_eth_phy_stats *s);
void i82576_get_ctrl_stats(struct net_device *netdev, struct ethtool_eth_ctrl_stats *s);
void i82576_get_pause_stats(struct net_device *netdev, struct ethtool_pause_stats *s);
void i82576_get_rmon_stats(struct net_device *netdev, struct ethtool_rmon_stats *s,
			   const struct ethtool_rmon_hist_range **ranges);

/* irq.c */
int i82576_irq_init(struct i82576 *hw);
void i82576_irq_cleanup(struct i82576 *hw);
int i82576_irq_request(struct fl_lane *lane);
void i82576_irq_free(struct fl_lane *lane);
void i82576_irq_setup(struct i82576 *hw);
int i82576_set_itr(struct fl_lane *lane, u16 itr);
void i82576_irq_enable(struct i82576 *hw);
void i82576_irq_disable(struct i82576 *hw);

/* selftest.c */
extern const struct fl_test i82576_tests[];
#define I82576_TESTS		7

/* phy.c */
#define I82576_PHY_ADDR		1
int i82576_swfw_get(struct i82576 *hw, u32 mine);
void i82576_swfw_put(struct i82576 *hw, u32 mine);
int i82576_phy_read(struct i82576 *hw, int reg);
int i82576_phy_write(struct i82576 *hw, int reg, u16 data);

/* link.c */
void i82576_link_init(struct i82576 *hw);
int i82576_link_start(struct i82576 *hw);
void i82576_link_stop(struct i82576 *hw);
int i82576_link_up(struct i82576 *hw, unsigned int ms);
int i82576_link_loopback(struct i82576 *hw);
void i82576_link_park(struct i82576 *hw);
int i82576_get_link_ksettings(struct net_device *netdev,
			      struct ethtool_link_ksettings *cmd);
int i82576_set_link_ksettings(struct net_device *netdev,
			      const struct ethtool_link_ksettings *cmd);
int i82576_nway_reset(struct net_device *netdev);
int i82576_set_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state);
void i82576_get_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *p);
int i82576_set_pauseparam(struct net_device *netdev,
			  struct ethtool_pauseparam *p);

/* nvm.c */
int i82576_nvm_read(struct i82576 *hw, u16 word, u16 *data);
int i82576_get_eeprom_len(struct net_device *netdev);
int i82576_get_eeprom(struct net_device *netdev, struct ethtool_eeprom *eeprom,
		      u8 *data);

/* dump.c */
extern const struct fl_reg_table i82576_reg_table;
void i82576_get_regs(struct fl_dev *fl, u32 *data);

/* info.c */
int i82576_get_info(struct fl_dev *fl, struct devlink_info_req *req,
		    struct netlink_ext_ack *extack);

/* ptp.c */
void i82576_ptp_init(struct i82576 *hw);
void i82576_ptp_register(struct i82576 *hw);
void i82576_ptp_unregister(struct i82576 *hw);
void i82576_ptp_hold(struct i82576 *hw);
void i82576_ptp_run(struct i82576 *hw);

/* stamp.c */
void i82576_init_stamps(struct i82576 *hw);
void i82576_rx_stamp(const struct fl_rx_ring *rx, struct sk_buff *skb);
void i82576_tx_stamp(struct fl_tx_ring *tx, u32 i, u32 n, struct sk_buff *skb);
bool i82576_tx_stamp_done(struct i82576 *hw);
void i82576_tx_stamp_forget(struct i82576 *hw);
void i82576_rx_stamp_check(struct i82576 *hw);
int i82576_get_ts_info(struct net_device *netdev, struct kernel_ethtool_ts_info *info);
void i82576_get_ts_stats(struct net_device *netdev, struct ethtool_ts_stats *stats);
int i82576_hwtstamp_get(struct net_device *netdev,
			struct kernel_hwtstamp_config *config);
int i82576_hwtstamp_set(struct net_device *netdev,
			struct kernel_hwtstamp_config *config,
			struct netlink_ext_ack *extack);

/* txrx.c */
int i82576_rx_fill(struct fl_rx_ring *rx);
int i82576_poll(struct napi_struct *napi, int budget);
netdev_tx_t i82576_xmit(struct sk_buff *skb, struct net_device *netdev);

#endif /* I82576_HW_H */
