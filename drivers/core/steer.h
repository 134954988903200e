/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of flow steering share: steer.c answers requests, flow.c knows
 * flows and buckets, balance.c weighs them, move.c brings them to the device.
 */
#ifndef FLOWLANE_CORE_STEER_H
#define FLOWLANE_CORE_STEER_H

#include <linux/bitmap.h>
#include <linux/workqueue.h>

#include <flowlane/dev.h>
#include <flowlane/steer.h>

/* Buckets are weighed and flows looked at this often. */
#define FL_STEER_EPOCH		(HZ / 4)

/* Epochs without a sign of life: then a flow is forgotten. */
#define FL_QUIET_LED		(30 * 4)
/* The same for one that others do not let in. */
#define FL_QUIET_WAITING	(10 * 4)
/* The same for one that the stack has given up as well. */
#define FL_QUIET_EXPIRED	4

/* What has sent nothing for so many weighs nothing. */
#define FL_SILENT		4

/* Epochs that a bucket stays where it was put, for the sake of weight. */
#define FL_BUCKET_STAYS		4

/* A bucket whose lane the table tells. */
#define FL_BY_TABLE		0xff

#define FL_NO_FILTER		(-1)

/* Ids of a slot's flows differ by this often a number of slots; the last id of
 * all is the stack's for none.
 */
#define FL_FLOW_GENERATIONS	15

/**
 * struct fl_flow - a slot, and the flow that the stack has asked for with it
 * @key: the flow
 * @packets: seen since it was asked for first
 * @since: jiffies of that
 * @hash: the stack's hash of it
 * @flow_id: the stack's own name for it, on the lane that it wants
 * @seen: counter of the slot at the last look, whoever's packets they were
 * @rate: packets, those of the last epoch as a whole and of earlier ones less and less
 * @id: filter id that the stack was told, or is going to be
 * @lane: where the stack wants it
 * @filter: of its own, or FL_NO_FILTER
 * @quiet: epochs without a sign of life
 * @silent: epochs without a packet in the slot, FL_SILENT at most
 * @used: there is a flow
 * @hashed: the hash is the device's own, so its packets are counted
 * @granted: the stack takes it for steered and can tell when it is not any more
 * @led: it comes where it is wanted, by bucket or filter
 * @known: it was so before
 */
struct fl_flow {
	struct fl_flow_key key;
	u64 packets;
	unsigned long since;
	u32 hash;
	u32 flow_id;
	u32 seen;
	u32 rate;
	u16 id;
	u16 lane;
	s8 filter;
	u8 quiet;
	u8 silent;
	bool used;
	bool hashed;
	bool granted;
	bool led;
	bool known;
};

/**
 * struct fl_bucket - an entry of the table, and all flows whose hash picks it
 * @load: sum of the rates of its slots, but for those with a filter
 * @moved: epoch in which it was put where it is
 * @lane: where that is, or FL_BY_TABLE
 */
struct fl_bucket {
	u32 load;
	u32 moved;
	u8 lane;
};

/**
 * struct fl_steer - steering of a port; all of it under &fl_dev.steer_lock
 * @fl: owner
 * @on: requests are taken, and the device may be told
 * @enabled: as NETIF_F_NTUPLE
 * @counting: this port's lanes count by slot; written by @work, or with that at rest
 * @flows: slots in use
 * @epoch: number of the present one
 * @stats: what happened
 * @from: lanes that flows of filters come from
 * @moving: buckets that the device has elsewhere
 * @filters_moving: filters that the device does not have as they are
 * @bucket: by entry of the table
 * @seen: counters of all lanes
 * @weight: of what is wanted on each lane, while a bucket is weighed
 * @work: ends an epoch
 * @flow: by hash
 */
struct fl_steer {
	struct fl_dev *fl;
	bool on;
	bool enabled;
	bool counting;
	u16 flows;
	u32 epoch;
	struct fl_steer_stats stats;
	u16 from[FL_FILTERS_MAX];
	DECLARE_BITMAP(moving, FL_RSS_TABLE_MAX);
	DECLARE_BITMAP(filters_moving, FL_FILTERS_MAX);
	struct fl_bucket bucket[FL_RSS_TABLE_MAX];
	u32 *seen;
	u32 weight[U8_MAX];
	struct delayed_work work;
	struct fl_flow flow[FL_FLOWS];
};

static inline u16 fl_bucket_of(const struct fl_dev *fl, u32 hash)
{
	return hash & (fl->caps.rss_table - 1);
}

/* Where a bucket is to be. */
static inline u8 fl_bucket_lane(const struct fl_dev *fl, u16 b)
{
	u8 lane = fl->steer->bucket[b].lane;

	return lane == FL_BY_TABLE ? fl->rss.table[b] : lane;
}

/* flow.c */
void fl_flow_look(struct fl_dev *fl, struct fl_flow *f);
void fl_bucket_move(struct fl_dev *fl, u16 b, u8 lane);
bool fl_flow_can_filter(const struct fl_flow_key *key);
int fl_filter_find(const struct fl_dev *fl);
void fl_flow_take_filter(struct fl_dev *fl, struct fl_flow *f, int i, u16 from);
void fl_flow_drop_filter(struct fl_dev *fl, struct fl_flow *f);
void fl_flow_forget(struct fl_dev *fl, struct fl_flow *f);
void fl_flow_describe(const struct fl_dev *fl, const struct fl_flow *f,
		      struct fl_flow_info *info);

/* move.c */
void fl_lane_kick(struct fl_lane *lane);
void fl_move_wait(struct fl_dev *fl, u16 idx);
void fl_move_filter(struct fl_dev *fl, int i, u16 from, u16 to);
void fl_move_start(struct fl_dev *fl);
void fl_move_cancel(struct fl_dev *fl);
void fl_move_now(struct fl_dev *fl);
void fl_move_init(struct fl_dev *fl);
void fl_move_cleanup(struct fl_dev *fl);

/* balance.c */
void fl_steer_epoch(struct fl_dev *fl);
void fl_steer_stop_counting(struct fl_steer *s);
void fl_steer_work(struct work_struct *work);

#endif /* FLOWLANE_CORE_STEER_H */
