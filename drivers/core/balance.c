// SPDX-License-Identifier: GPL-2.0
/*
 * Flow steering, over time: flows that have ended are forgotten, a bucket goes
 * where most of its packets are wanted, and filters go to the flows that need them
 * most. Once an epoch all slots are looked at, what the lanes counted in them is
 * turned into rates, and then buckets are weighed.
 */
#include <linux/netdevice.h>

#include "steer.h"

/* Slots that are looked at without giving the lock back. */
#define FL_STEER_CHUNK	128

/* Flows that a filter could be of use to, and of no more. */
struct fl_filter_pick {
	struct fl_flow *heavy;	/* without one, and not where it is wanted */
	struct fl_flow *light;	/* with one */
};

/* What the lanes counted in a slot since the last look. */
static u32 fl_slot_delta(struct fl_dev *fl, u32 slot, struct fl_flow *f)
{
	u32 was = f->seen;
	u32 sum = 0;
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++)
		sum += READ_ONCE(fl->lane[i].seen[slot]);
	f->seen = sum;
	return sum - was;
}

/* Another epoch has passed for a flow. Packets are the sign of life that can be
 * relied on. The stack's word is less: to it a flow may be gone because another
 * has taken its place in the stack's table, and one may live for as long as its
 * CPU sees little else.
 */
static void fl_flow_age(struct fl_dev *fl, struct fl_flow *f, u32 delta)
{
	bool expired = f->granted &&
		       rps_may_expire_flow(fl->netdev, f->lane, f->flow_id,
					   f->id);
	u8 limit = f->led ? FL_QUIET_LED : FL_QUIET_WAITING;

	if (f->hashed)
		f->packets += delta;
	else
		delta = f->granted;	/* not counted: the stack's word it is */
	if (delta && !expired) {
		f->quiet = 0;
		return;
	}
	if (!delta && expired)
		limit = FL_QUIET_EXPIRED;
	if (++f->quiet < limit)
		return;
	fl_flow_forget(fl, f);
	fl->steer->stats.expired++;
}

static void fl_slot_epoch(struct fl_dev *fl, u32 slot)
{
	struct fl_flow *f = &fl->steer->flow[slot];
	u32 delta = fl_slot_delta(fl, slot, f);

	/* Slow flows send nothing for epochs, so it takes some to know a rate. */
	f->rate += delta - DIV_ROUND_UP(f->rate, 8);
	f->silent = delta ? 0 : min(f->silent + 1, FL_SILENT);
	if (f->silent == FL_SILENT)
		f->rate = 0;
	if (f->used)
		fl_flow_age(fl, f, delta);
}

/* What the slot of a flow without the device's hash counts is not the flow's. */
static u32 fl_flow_rate(const struct fl_flow *f)
{
	return f->hashed ? f->rate : 0;
}

static void fl_pick(struct fl_filter_pick *pick, struct fl_flow *f)
{
	if (f->filter != FL_NO_FILTER) {
		if (!pick->light ||
		    fl_flow_rate(f) < fl_flow_rate(pick->light))
			pick->light = f;
	} else if (!f->led && fl_flow_rate(f) && fl_flow_can_filter(&f->key)) {
		if (!pick->heavy || f->rate > pick->heavy->rate)
			pick->heavy = f;
	}
}

/* How many packets are wanted on each lane. A slot that no flow has asked for is at
 * home where it is, or has no home: it weighs for things as they are. So does one of
 * a flow without the device's hash, for what is counted there is others'. Returns
 * whether a flow has asked for the bucket at all.
 */
static bool fl_bucket_weigh(struct fl_dev *fl, u16 b, struct fl_filter_pick *pick)
{
	struct fl_steer *s = fl->steer;
	u8 lane = fl_bucket_lane(fl, b);
	bool wanted = false;
	u32 slot;

	memset(s->weight, 0, fl->cfg.lanes * sizeof(*s->weight));
	s->bucket[b].load = 0;
	for (slot = b; slot < FL_FLOWS; slot += fl->caps.rss_table) {
		struct fl_flow *f = &s->flow[slot];
		bool asked = f->used && f->hashed;

		if (f->used)
			fl_pick(pick, f);
		if (asked && f->filter != FL_NO_FILTER)
			continue;
		s->bucket[b].load += f->rate;
		s->weight[asked ? f->lane : lane] += f->rate;
		wanted |= asked;
	}
	return wanted;
}

static void fl_bucket_epoch(struct fl_dev *fl, u16 b, struct fl_filter_pick *pick)
{
	bool wanted = fl_bucket_weigh(fl, b, pick);
	struct fl_bucket *bucket = &fl->steer->bucket[b];
	const u32 *weight = fl->steer->weight;
	u8 lane = fl_bucket_lane(fl, b);
	u8 best = lane;
	int i;

	if (!wanted) {
		if (bucket->lane != FL_BY_TABLE)
			fl_bucket_move(fl, b, FL_BY_TABLE);
		return;
	}
	/* Not for a lane that nobody wants: a consumer has moved on since. */
	if (weight[lane] &&
	    fl->steer->epoch - bucket->moved < FL_BUCKET_STAYS)
		return;
	for (i = 0; i < fl->cfg.lanes; i++)
		if (weight[i] > weight[best])
			best = i;
	/* Clearly heavier, or it would go back and forth. */
	if (weight[best] * 2 > weight[lane] * 3)
		fl_bucket_move(fl, b, best);
}

/* One filter an epoch finds a better use. The lock was free since the flows were
 * picked: what they are now decides.
 */
static void fl_filters_epoch(struct fl_dev *fl, struct fl_flow *heavy,
			     struct fl_flow *light)
{
	int i = fl_filter_find(fl);

	if (!heavy || !heavy->used || heavy->led ||
	    !fl_flow_can_filter(&heavy->key))
		return;
	if (i == FL_NO_FILTER) {
		if (!light || !light->used || light->filter == FL_NO_FILTER ||
		    fl_flow_rate(heavy) <= 2 * fl_flow_rate(light))
			return;
		i = light->filter;
		fl_flow_drop_filter(fl, light);
	}
	fl_flow_take_filter(fl, heavy, i,
			    fl->rss.lane[fl_bucket_of(fl, heavy->hash)]);
}

static void fl_slots_epoch(struct fl_dev *fl, u32 from, u32 to)
{
	spin_lock_bh(&fl->steer_lock);
	for (; fl->steer->on && from < to; from++)
		fl_slot_epoch(fl, from);
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_epoch() - look at all flows, and weigh all buckets
 * @fl: port
 *
 * The lock is given back on the way: requests come in between.
 *
 * Context: process.
 */
void fl_steer_epoch(struct fl_dev *fl)
{
	struct fl_filter_pick pick = {};
	struct fl_steer *s = fl->steer;
	u32 i;

	for (i = 0; i < FL_FLOWS; i += FL_STEER_CHUNK)
		fl_slots_epoch(fl, i, i + FL_STEER_CHUNK);
	for (i = 0; i < fl->caps.rss_table; i++) {
		spin_lock_bh(&fl->steer_lock);
		if (s->on)
			fl_bucket_epoch(fl, i, &pick);
		spin_unlock_bh(&fl->steer_lock);
	}
	spin_lock_bh(&fl->steer_lock);
	if (s->on && fl->caps.flow_filters)
		fl_filters_epoch(fl, pick.heavy, pick.light);
	s->epoch++;
	spin_unlock_bh(&fl->steer_lock);
}

static void fl_slots_begin(struct fl_dev *fl, u32 from, u32 to)
{
	struct fl_steer *s = fl->steer;

	spin_lock_bh(&fl->steer_lock);
	for (; from < to; from++) {
		fl_slot_delta(fl, from, &s->flow[from]);
		s->flow[from].rate = 0;
		s->bucket[fl_bucket_of(fl, from)].load = 0;
	}
	spin_unlock_bh(&fl->steer_lock);
}

/* Have the lanes count. Another port may have had them count before: what they did
 * since the last look belongs to no epoch, and the rates of that time are past.
 */
static void fl_steer_start_counting(struct fl_dev *fl)
{
	struct fl_steer *s = fl->steer;
	u32 i;

	for (i = 0; i < FL_FLOWS; i += FL_STEER_CHUNK)
		fl_slots_begin(fl, i, i + FL_STEER_CHUNK);
	static_branch_inc(&fl_steer_counts);
	spin_lock_bh(&fl->steer_lock);
	WRITE_ONCE(s->counting, true);
	fl_move_start(fl);
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_stop_counting() - lanes need not count any more
 * @s: steering, whose work is not running elsewhere
 *
 * Context: process, may sleep.
 */
void fl_steer_stop_counting(struct fl_steer *s)
{
	if (s->counting)
		static_branch_dec(&fl_steer_counts);
	WRITE_ONCE(s->counting, false);
}

/* Nothing is steered, and the device knows. */
static bool fl_steer_at_rest(struct fl_dev *fl)
{
	struct fl_steer *s = fl->steer;
	bool rest;

	spin_lock_bh(&fl->steer_lock);
	rest = !s->flows && bitmap_empty(s->moving, FL_RSS_TABLE_MAX);
	spin_unlock_bh(&fl->steer_lock);
	return rest;
}

/**
 * fl_steer_work() - an epoch has ended, or the first one begins
 * @work: of a port
 *
 * Runs while there are flows, and has the lanes count them.
 *
 * Context: process.
 */
void fl_steer_work(struct work_struct *work)
{
	struct fl_steer *s = container_of(to_delayed_work(work), struct fl_steer,
					  work);
	bool rest;

	if (s->counting)
		fl_steer_epoch(s->fl);
	else
		fl_steer_start_counting(s->fl);
	rest = fl_steer_at_rest(s->fl);
	if (rest)
		fl_steer_stop_counting(s);
	else
		schedule_delayed_work(&s->work, FL_STEER_EPOCH);
}
