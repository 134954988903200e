/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lane: one Rx ring, one Tx ring, one interrupt, one NAPI instance and one
 * home CPU. Members of rings are grouped by who writes them, one group a cache
 * line, and lane.c asserts that the groups stay that way.
 */
#ifndef FLOWLANE_LANE_H
#define FLOWLANE_LANE_H

#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/if_vlan.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/smp.h>
#include <linux/timer.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>

#include <flowlane/compat.h>
#include <flowlane/ring.h>

struct fl_config;
struct fl_dev;
struct page_pool;

/* What a buffer reserves in front of a frame. 192 is what two buffers of a
 * 4 KiB page leave beside an MTU-1500 frame and its skb_shared_info; it holds
 * an xdp_frame and a few encapsulation headers. Larger frames get whole pages
 * and the customary 256.
 */
#define FL_RX_HEADROOM_SMALL	192
#define FL_RX_HEADROOM_LARGE	256
/* Of frames that are longer than any wire takes. Whole pages with that before a frame
 * take 64 KB with as many fragments as an skb has.
 */
#define FL_RX_HEADROOM_LONG	128
#define FL_RX_TRUESIZE_SMALL	2048
#define FL_RX_TRUESIZE_LARGE	4096
/* Largest MTU whose frames fit into one buffer, with two VLAN tags */
#define FL_RX_MTU_ONE		(FL_RX_TRUESIZE_LARGE - FL_RX_HEADROOM_LARGE - \
				 SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) - \
				 ETH_HLEN - 2 * VLAN_HLEN)

/* Fragments of one frame that spans several descriptors. */
#define FL_RX_FRAGS_MAX		min_t(int, MAX_SKB_FRAGS, 16)

/* Descriptors that the largest packet can take: linear part, fragments, two
 * more for splitting 64 KiB at the device's limit, and a context.
 */
#define FL_TX_DESC_NEEDED	(MAX_SKB_FRAGS + 4)

/* A lane that ran out of buffers tries again this often, in milliseconds. */
#define FL_RX_RETRY_MS		20

/**
 * struct fl_rx_ring - the receive half of a lane
 * @desc: descriptors, in the backend's format
 * @buf: the buffer behind each descriptor that the device has or had
 * @netdev: owner
 * @dev: DMA device
 * @lane: the lane it belongs to
 * @mask: ring size - 1
 * @idx: number of the lane, and of its queues
 * @headroom: bytes before the frame in a buffer
 * @truesize: bytes of a buffer, headroom and skb_shared_info included; of those to be
 *	posted, where it changes
 * @room: bytes of a frame that a buffer of @truesize takes
 * @refill: empty slots that are worth a refill
 * @page_bufs: buffers of a page
 * @pool: where buffers come from; drawn from in the lane's NAPI only
 * @next_to_clean: consumer index; written in NAPI
 * @next_to_use: producer index; written in NAPI
 * @skb: a frame of several descriptors whose end has not arrived, or
 *	FL_RX_DISCARD
 * @tail: the device's doorbell, for which the line above has no room
 * @aux: the backend's own; all of it 0 in a new ring
 * @rest: pages that a buffer goes on in, @rests for each place in @buf; always there
 * @rests: pages in which a frame goes on that a buffer is too small for; 0 where such
 *	a frame takes more buffers
 * @desc_dma: bus address of @desc
 * @desc_bytes: bytes allocated at @desc
 * @buf_len: buffer length that the device is told; frames are limited further
 */
struct fl_rx_ring {
	__cacheline_group_begin_aligned(fl_rx_read);
	void *desc;
	void **buf;
	struct net_device *netdev;
	struct device *dev;
	struct fl_lane *lane;
	u32 mask;
	u16 idx;
	u16 headroom;
	u16 truesize;
	u16 room;
	u16 refill;
	u16 page_bufs;
	struct page_pool *pool;
	__cacheline_group_end_aligned(fl_rx_read);

	__cacheline_group_begin_aligned(fl_rx_poll);
	u32 next_to_clean;
	u32 next_to_use;
	struct sk_buff *skb;
	void __iomem *tail;
	void *aux;
	void **rest;
	u16 rests;
	__cacheline_group_end_aligned(fl_rx_poll);

	dma_addr_t desc_dma;
	size_t desc_bytes;
	u16 buf_len;
};

/**
 * struct fl_tx_buf - what a Tx descriptor holds until the device is done
 * @skb: the packet, in the slot of its last descriptor; NULL elsewhere
 * @dma: address to unmap
 * @len: bytes to unmap; 0 where nothing is mapped
 */
struct fl_tx_buf {
	struct sk_buff *skb;
	dma_addr_t dma;
	u32 len;
};

/* An offload context in the device, which keeps @FL_TX_CTX of them a queue. */
#define FL_TX_CTX	2

struct fl_tx_ctx {
	u32 word[3];
	bool valid;
};

/**
 * struct fl_tx_ring - the transmit half of a lane
 * @desc: descriptors, in the backend's format
 * @buf: what each descriptor holds
 * @head: where the device writes its head, in the coherent block of @desc
 * @tail: the device's doorbell
 * @dev: DMA device
 * @txq: the stack's queue
 * @lane: the lane it belongs to
 * @mask: ring size - 1
 * @next_to_use: producer index; written under the Tx queue's lock
 * @kicked: producer index at the last doorbell; as @next_to_use
 * @ctx_victim: the context to replace next; as @next_to_use
 * @ctx: contexts the device holds; as @next_to_use
 * @next_to_clean: consumer index; written in NAPI
 * @aux: as &fl_rx_ring.aux
 * @desc_dma: bus address of @desc
 * @head_dma: bus address of @head
 * @desc_bytes: bytes allocated at @desc, @head included
 */
struct fl_tx_ring {
	__cacheline_group_begin_aligned(fl_tx_read);
	void *desc;
	struct fl_tx_buf *buf;
	__le32 *head;
	void __iomem *tail;
	struct device *dev;
	struct netdev_queue *txq;
	struct fl_lane *lane;
	u32 mask;
	__cacheline_group_end_aligned(fl_tx_read);

	__cacheline_group_begin_aligned(fl_tx_xmit);
	u32 next_to_use;
	u32 kicked;
	u32 ctx_victim;
	struct fl_tx_ctx ctx[FL_TX_CTX];
	__cacheline_group_end_aligned(fl_tx_xmit);

	__cacheline_group_begin_aligned(fl_tx_clean);
	u32 next_to_clean;
	void *aux;
	__cacheline_group_end_aligned(fl_tx_clean);

	dma_addr_t desc_dma;
	dma_addr_t head_dma;
	size_t desc_bytes;
};

/* Statistics live in the lane, not in its rings, and lanes live as long as the
 * port: totals never go backwards, whatever is reconfigured. A 64-bit reader may
 * come between two of them, so none is the difference of others.
 */
struct fl_rx_stats {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t csum_unnecessary;
	u64_stats_t csum_none;
	u64_stats_t csum_bad;
	u64_stats_t alloc_fail;
	u64_stats_t errors;
	u64_stats_t drops;
	struct u64_stats_sync sync;	/* writer: NAPI */
};

struct fl_tx_stats {
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t csum;
	u64_stats_t csum_none;
	u64_stats_t gso_packets;
	u64_stats_t gso_bytes;
	u64_stats_t gso_wire_packets;
	u64_stats_t gso_wire_bytes;
	u64_stats_t wake;
	struct u64_stats_sync sync;	/* writer: NAPI */
};

struct fl_xmit_stats {
	u64_stats_t stop;
	u64_stats_t drop;
	struct u64_stats_sync sync;	/* writer: under the Tx queue's lock */
};

/**
 * struct fl_coalesce - what a user says about interrupts
 * @usecs: shortest time between two, unless adaptive
 * @adaptive: that time is found from the traffic
 */
struct fl_coalesce {
	u16 usecs;
	bool adaptive;
};

/* Measurements of a lane: the next poll begins one, one runs, or one waits until
 * the interval has been changed.
 */
enum fl_measure_state {
	FL_MEASURE_START,
	FL_MEASURE_RUNS,
	FL_MEASURE_WAITS,
};

/**
 * struct fl_measure - what a lane carries, counted over a window of time
 * @time: the window's begin
 * @packets: counter at its begin
 * @bytes: counter at its begin
 * @slots: index of the receive ring at its begin
 * @all_polls: polls in it, but for @polls
 * @polls: polls since the clock was read
 * @state: &enum fl_measure_state; the work item's while that is to run
 * @forget: what was measured is of no use any more
 */
struct fl_measure {
	ktime_t time;
	u64 packets;
	u64 bytes;
	u32 slots;
	u32 all_polls;
	u16 polls;
	u8 state;
	bool forget;
};

/**
 * struct fl_adapt - how adapt.c came to the interval that is in force
 * @bytes: a millisecond, carried at this step
 * @gap: &fl_adapt_rate.gap at this step
 * @step: index of the interval in fl_adapt_usecs[]
 * @trial: if that is a trial, how much higher it is than the one before; else 0
 * @next: which way to try next
 * @wait: windows to pass before that
 * @patience: windows to pass if it fails
 */
struct fl_adapt {
	u32 bytes;
	u32 gap;
	u8 step;
	s8 trial;
	s8 next;
	u8 wait;
	u8 patience;
};

/* Flows that leave a lane, see move.c */
#define FL_MOVE_ASKED		BIT(0)	/* the device is to hear of some */
#define FL_MOVE_SENT		BIT(1)	/* it will have heard of some, and says when */
#define FL_MOVE_TOLD		BIT(2)	/* it has heard of some, and lanes wait for this one */

/**
 * struct fl_lane - one Rx ring, one Tx ring, one interrupt, one NAPI
 * @napi: the lane's NAPI instance
 * @rx: receive ring; NULL while the lane is not in use
 * @tx: transmit ring; NULL while the lane is not in use
 * @last_poll: jiffies of the last NAPI run
 * @masked: the interrupt is masked, as someone prefers to poll; NAPI
 * @moving: FL_MOVE_x; the steering's lock, as the next three
 * @held: number of lanes that it waits for
 * @moving_since: jiffies of the last step
 * @held_until: jiffies when that ends, whatever they do
 * @seen: packets by the slot of their flow; NAPI, see steer.h
 * @irqs: interrupts taken; the lane's handler
 * @measure: what the lane carries; NAPI, see coalesce.c
 * @adapt: what came of that; NAPI, see adapt.c
 * @itr_work: puts that in force
 * @coalesce: the user's settings; &fl_dev.itr_lock
 * @coalesce_before: what they were, while those of all lanes change; RTNL
 * @itr: shortest time between interrupts that the device has, or gets when it
 *	comes up, in its own unit; &fl_dev.itr_lock, as the next
 * @rest: the same in nanoseconds where the lane itself keeps it, else 0
 * @wake: ends a rest
 * @fl: owner
 * @idx: number of the lane, and of its queues
 * @irq: Linux interrupt number
 * @irq_name: as shown in /proc/interrupts
 * @affinity: the CPUs that took its interrupt before a suspend; RTNL
 * @cpu: the lane's home, which takes its interrupt; see home.c, as the next two
 * @notify: tells when that interrupt is moved
 * @xps: the CPUs that transmit on the lane, as last seen or set; RTNL
 * @retry: runs the NAPI again when the last refill came short, the lane is held, or
 *	what was sent is to be let go of without an interrupt
 * @holds: lanes that wait for this one; the steering's lock
 * @moved: ends their waiting
 * @kick: has the lane polled on its own CPU
 * @rx_stats: receive statistics
 * @tx_stats: completion statistics
 * @xmit_stats: statistics of the xmit path
 */
struct fl_lane {
	struct napi_struct napi;
	struct fl_rx_ring *rx;
	struct fl_tx_ring *tx;
	unsigned long last_poll;
	bool masked;
	u8 moving;
	u8 held;
	unsigned long moving_since;
	unsigned long held_until;
	u32 *seen;
	u32 irqs;
	struct fl_measure measure;
	struct fl_adapt adapt;
	struct work_struct itr_work;

	struct fl_coalesce coalesce;
	struct fl_coalesce coalesce_before;
	u16 itr;
	u32 rest;
	struct hrtimer wake;
	struct fl_dev *fl;
	u16 idx;
	int irq;
	char irq_name[IFNAMSIZ + 16];
	struct cpumask affinity;
	u16 cpu;
	struct irq_affinity_notify notify;
	struct cpumask xps;
	struct timer_list retry;
	DECLARE_BITMAP(holds, U8_MAX);
	struct work_struct moved;
	call_single_data_t kick;

	struct fl_rx_stats rx_stats ____cacheline_aligned_in_smp;
	struct fl_tx_stats tx_stats;
	struct fl_xmit_stats xmit_stats ____cacheline_aligned_in_smp;
};

/**
 * fl_lane_cpu() - a lane's home
 * @lane: lane
 *
 * Context: any.
 *
 * Return: the CPU that takes the lane's interrupt; of a lane not in use, the one
 * that took it last.
 */
static inline u16 fl_lane_cpu(const struct fl_lane *lane)
{
	return READ_ONCE(lane->cpu);
}

struct fl_rx_ring *fl_rx_ring_alloc(struct fl_lane *lane,
				    const struct fl_config *cfg);
void fl_rx_ring_free(struct fl_rx_ring *rx);
void fl_rx_ring_drain(struct fl_rx_ring *rx);
struct fl_tx_ring *fl_tx_ring_alloc(struct fl_lane *lane,
				    const struct fl_config *cfg);
void fl_tx_ring_free(struct fl_tx_ring *tx);
void fl_tx_ring_drain(struct fl_tx_ring *tx, bool sent);
void fl_lane_save_affinity(struct fl_lane *lane);
void fl_lane_restore_affinity(struct fl_lane *lane);

#endif /* FLOWLANE_LANE_H */
