/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A port without hardware: a registered net_device over core and the hot-path
 * templates, and a device that works on plain memory when a test tells it to.
 *
 * There are two kinds of it. "plain" is a third instance of the templates,
 * with descriptors of its own; "i82576" has the 82576's leaves. What a suite
 * says about one it says about the other.
 */
#ifndef FLOWLANE_KUNIT_MOCK_H
#define FLOWLANE_KUNIT_MOCK_H

#include <kunit/test.h>

#include <flowlane/dev.h>
#include <flowlane/ethtool.h>
#include <flowlane/lane_rx.h>

#include "../../drivers/core/stats.h"

#define MOCK_LANES	4	/* the most it has */
#define MOCK_LANES_0	2	/* in use at first */
#define MOCK_BELLS	64	/* doorbells remembered of a register */
#define MOCK_SENT	256	/* packets remembered of a lane */
#define MOCK_COPY_MAX	(SZ_64K + SZ_4K)

struct mock;

/* A doorbell register, and what was written to it. */
struct mock_reg {
	struct mock *mock;
	int lane;
	bool tx;
	u32 val;
	u32 writes;
	u32 log[MOCK_BELLS];
};

/* A packet as it left the device. */
struct mock_sent {
	u8 *data;
	u32 len;
	u16 descs;	/* data descriptors */
	u16 ctx;	/* context descriptors in front of them */
};

/* The device's half of a lane. */
struct mock_lane {
	struct mock_reg rx_reg;
	struct mock_reg tx_reg;
	u32 rx_head;	/* slots, as the device counts them */
	u32 tx_head;
	bool live;	/* the queues are enabled */
	bool irq_masked;
	u32 irq_writes;	/* how often that was changed */
	bool armed;	/* gated: the next interrupt is allowed */
	u32 arms;	/* how often it was */
	u16 itr;	/* moderation interval, in units */
	u32 itr_writes;	/* how often set_itr() wrote it; up() does not count */
	u32 n_sent;
	struct mock_sent sent[MOCK_SENT];
};

/* What the device says of a received frame. */
enum mock_rx_flag {
	MOCK_RX_EOP	= BIT(0),	/* last descriptor of its frame */
	MOCK_RX_ERROR	= BIT(1),	/* the frame is damaged */
	MOCK_RX_VLAN	= BIT(2),	/* a tag was stripped, in vlan_tci */
	MOCK_RX_CSUM_OK	= BIT(3),	/* the L4 checksum was verified */
	MOCK_RX_CSUM_BAD = BIT(4),	/* it was found wrong */
	MOCK_RX_HASH_L3	= BIT(5),	/* hash is over addresses */
	MOCK_RX_HASH_L4	= BIT(6),	/* hash is over addresses and ports */
	MOCK_RX_STAMPED	= BIT(7),	/* there is a time stamp; i82576 only */
};

/* A receive descriptor as the device writes it: flags are mock_rx_flag. */
struct mock_rxd {
	u32 flags;
	u32 hash;
	u16 len;
	u16 vlan_tci;
};

/* A transmit descriptor as the device reads it. */
struct mock_txd {
	bool ctx;
	bool eop;
	bool rs;
	dma_addr_t addr;
	u32 len;
};

/**
 * struct mock_hw - a kind of mock
 * @name: of the kind, in test names
 * @ndo: its net_device_ops
 * @poll: its instance of fl_poll()
 * @rx_fill: as in fl_hw_ops
 * @setup: adapts a new port to it; may be missing
 * @rx_desc_bytes: bytes of an Rx descriptor
 * @tx_desc_bytes: bytes of a Tx descriptor
 * @rx_buf_unit: as in fl_caps
 * @itr_by: as in fl_caps
 * @tx_len_min: bytes of the shortest packet
 * @tx_seg_max: bytes one Tx descriptor takes
 * @rx_addr: the buffer that a slot's descriptor names
 * @rx_done: complete a slot
 * @tx_read: decode a slot
 */
struct mock_hw {
	const char *name;
	const struct net_device_ops *ndo;
	int (*poll)(struct napi_struct *napi, int budget);
	int (*rx_fill)(struct fl_rx_ring *rx);
	void (*setup)(struct mock *mock);
	u16 rx_desc_bytes;
	u16 tx_desc_bytes;
	u16 rx_buf_unit;
	enum fl_itr_by itr_by;
	u32 tx_len_min;
	u32 tx_seg_max;
	dma_addr_t (*rx_addr)(const struct fl_rx_ring *rx, u32 slot);
	void (*rx_done)(struct fl_rx_ring *rx, u32 slot,
			const struct mock_rxd *d);
	void (*tx_read)(const struct fl_tx_ring *tx, u32 slot,
			struct mock_txd *d);
};

extern const struct mock_hw mock_plain;
extern const struct mock_hw mock_i82576;

/* Of the plain kind, but that they moderate otherwise; for suites of their own. The
 * first has to be allowed each interrupt as well.
 */
extern const struct mock_hw mock_gated;
extern const struct mock_hw mock_one_itr;

/* A kind's net_device_ops: all but its xmit is core's, as in a backend. */
#define MOCK_NDO(xmit) {					\
	.ndo_open = fl_open,					\
	.ndo_stop = fl_stop,					\
	.ndo_start_xmit = (xmit),				\
	.ndo_features_check = fl_features_check,		\
	.ndo_fix_features = fl_fix_features,			\
	.ndo_set_features = fl_set_features,			\
	.ndo_change_mtu = fl_change_mtu,			\
	.ndo_set_mac_address = fl_set_mac_address,		\
	.ndo_vlan_rx_add_vid = fl_vlan_rx_add_vid,		\
	.ndo_vlan_rx_kill_vid = fl_vlan_rx_kill_vid,		\
	.ndo_get_stats64 = fl_get_stats64,			\
	.ndo_tx_timeout = fl_tx_timeout,			\
}

/* What parametrised cases run over. */
#define MOCK_HWS	{ &mock_plain, &mock_i82576 }

static inline void mock_hw_desc(const struct mock_hw *const *hw, char *desc)
{
	strscpy(desc, (*hw)->name, KUNIT_PARAM_DESC_SIZE);
}

/* A call of fl_hw_ops that is to fail: @after calls succeed, the next fails. */
struct mock_fail {
	bool armed;
	u32 after;
	u32 times;	/* as many fail in a row */
};

/**
 * struct mock - a port without hardware
 * @fl: the port as core sees it; first member
 * @test: the test that it belongs to
 * @hw: what kind it is
 * @dev: DMA device
 * @lane: the device's half of each lane
 * @registered: the net_device is visible
 * @rxq: frames that the stack was given
 * @calls: calls of fl_hw_ops, as words
 * @fault: what the driver did that no driver may; empty if nothing
 * @irq_request: makes irq_request() fail
 * @rx_fill: makes rx_fill() fail
 * @set_itr: makes set_itr() fail
 * @up: makes up() fail
 * @pause: makes pause() fail
 * @on_arm: called when an interrupt is allowed, before what came is looked for
 * @on_call: called at each call of fl_hw_ops, with its word
 * @test_err: what its tests end with: the one that runs online, and offline
 * @refuse: what set_mac(), set_vlan(), set_features() and set_rss() end with
 * @hw_missed: what get_stats() adds to rx_missed_errors
 * @rx_stamps: time stamps given to packets, each one later than the last
 * @tx_stamps: packets that were to be stamped
 */
struct mock {
	struct fl_dev fl;
	struct kunit *test;
	const struct mock_hw *hw;
	struct device *dev;
	struct mock_lane lane[MOCK_LANES];
	struct fl_rss rss;	/* as the device has it */
	u32 rss_writes;		/* how often set_rss() wrote it */
	u32 bucket_writes;	/* calls of set_buckets() */
	u32 bucket_moves;	/* entries that these changed */
	struct fl_filter filter[FL_FILTERS_MAX];	/* as the device has them */
	u32 filter_writes;	/* how often set_filter() wrote one */
	bool registered;
	struct sk_buff_head rxq;
	char calls[256];
	char fault[128];
	struct mock_fail irq_request;
	struct mock_fail rx_fill;
	struct mock_fail set_itr;
	struct mock_fail up;
	struct mock_fail pause;
	void (*on_arm)(struct mock *mock);
	void (*on_call)(struct mock *mock, const char *call);
	int test_err[2];
	int refuse;
	u64 hw_missed;
	u32 rx_stamps;
	u32 tx_stamps;
};

/* Where the producer of a full ring stands: pages are shared out whole, and
 * one slot always stays empty.
 */
static inline u32 mock_rx_full(const struct fl_rx_ring *rx)
{
	u32 end = rx->next_to_clean + rx->mask;

	return end - end % rx->page_bufs;
}

static inline struct mock *mock_of(struct fl_dev *fl)
{
	return container_of(fl, struct mock, fl);
}

/* mock.c: the port, from outside */
struct mock *mock_create(struct kunit *test, const struct mock_hw *hw);
struct mock *mock_create_running(struct kunit *test, const struct mock_hw *hw);
int mock_init_running(struct kunit *test);
void mock_exit(struct kunit *test);
int mock_open(struct mock *mock);
void mock_stop(struct mock *mock);
int mock_reconfigure(struct mock *mock, const struct fl_config *cfg);
void mock_reset(struct mock *mock);
void mock_set_feature(struct mock *mock, netdev_features_t feature, bool on);
int mock_poll(struct mock *mock, int lane, int budget);
void mock_settle(struct mock *mock);
netdev_tx_t mock_xmit(struct mock *mock, int lane, struct sk_buff *skb,
		      bool more);
struct sk_buff *mock_receive(struct mock *mock);
struct fl_lane_view mock_stats(struct mock *mock);
void mock_forget_calls(struct mock *mock);

/* mock_device.c: the device */
extern const struct fl_hw_ops mock_hw_ops;
void mock_bell(void __iomem *addr, u32 val);
void mock_set_irq(const struct fl_lane *lane, bool on);
void mock_fault(struct mock *mock, const char *what);
bool mock_rx_desc(struct mock *mock, int lane, const void *data, u32 len,
		  const struct mock_rxd *d);
u32 mock_rx_frame(struct mock *mock, int lane, const void *data, u32 len,
		  const struct mock_rxd *d);
u32 mock_tx_run(struct mock *mock, int lane, u32 packets);
void mock_tx_forget(struct mock *mock);

/* test_nfc.c: what nfc.c calls to have a flow leave a filter */
void nfc_evict_locked(struct fl_dev *fl, int i);

#endif /* FLOWLANE_KUNIT_MOCK_H */
