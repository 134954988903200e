// SPDX-License-Identifier: GPL-2.0
/*
 * Flows go to another lane, and none of their packets overtakes another. For that
 * the new lane is held, and gets nothing out of its ring, until what came on the old
 * one is with the CPU that consumes it:
 *
 * 1. The old lane runs dry: little can come on it now until the device knows. Only
 *    here the new lane is held, and the device told.
 * 2. The old lane runs dry again: it has taken all that came before the device knew.
 * 3. Its softirq ends. That is when it wakes the CPU that it has handed packets to
 *    (as the consumer has moved there), and after that the new lane is let go: by
 *    a call to its CPU, which comes behind that one.
 *
 * That takes microseconds. A lane that always has more than it can take is given up
 * after FL_MOVE_LIMIT: at 1. nobody is held for it, for a ring that waits so often
 * would overflow, and lost packets are worse than overtaken ones.
 */
#include <linux/smp.h>

#include "steer.h"

#define FL_MOVE_LIMIT		(HZ / 100 + 1)

static void fl_lane_kicked(void *data)
{
	struct fl_lane *lane = data;

	napi_schedule(&lane->napi);
}

/**
 * fl_lane_kick() - have a lane polled, on its own CPU
 * @lane: lane
 *
 * If a call is on its way, it comes after what was done here.
 *
 * Context: any that cannot move to another CPU.
 */
void fl_lane_kick(struct fl_lane *lane)
{
	int cpu = fl_lane_cpu(lane);

	if (!cpu_online(cpu))
		cpu = smp_processor_id();
	smp_call_function_single_async(cpu, &lane->kick);
}

/* Another lane gets flows of this one. */
static void fl_lane_hold(struct fl_lane *lane, u8 idx)
{
	struct fl_lane *other = &lane->fl->lane[idx];

	if (other == lane || __test_and_set_bit(idx, lane->holds))
		return;
	WRITE_ONCE(other->held_until, jiffies + FL_MOVE_LIMIT);
	WRITE_ONCE(other->held, other->held + 1);
}

static void fl_lane_let_go(struct fl_lane *lane)
{
	unsigned int i;

	for_each_set_bit(i, lane->holds, U8_MAX) {
		struct fl_lane *other = &lane->fl->lane[i];

		WRITE_ONCE(other->held, other->held - 1);
		if (!other->held)
			fl_lane_kick(other);
	}
	bitmap_zero(lane->holds, U8_MAX);
}

/**
 * fl_steer_held() - as fl_steer_holds(), of a lane that is held
 * @lane: lane
 *
 * Context: the lane's NAPI.
 *
 * Return: whether it is to be waited for, which is not for ever.
 */
bool fl_steer_held(struct fl_lane *lane)
{
	unsigned long until = READ_ONCE(lane->held_until);

	if (time_after(jiffies, until))
		return false;
	mod_timer(&lane->retry, until + 1);
	return true;
}

/**
 * fl_move_wait() - flows are to leave a lane
 * @fl: port that is steered
 * @idx: number of the lane
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_move_wait(struct fl_dev *fl, u16 idx)
{
	struct fl_lane *lane = &fl->lane[idx];

	if (!lane->moving)
		WRITE_ONCE(lane->moving_since, jiffies);
	WRITE_ONCE(lane->moving, lane->moving | FL_MOVE_ASKED);
	/* Pairs with the release of the NAPI in napi_complete_done(): either it is
	 * seen to be free here, or fl_poll() sees the flag after it.
	 */
	smp_mb();
	if (!test_bit(NAPI_STATE_SCHED, &lane->napi.state))
		fl_lane_kick(lane);
}

/* The device hears of what leaves this lane. Returns whether it has when this returns. */
static bool fl_tell_buckets(struct fl_lane *lane, bool hold)
{
	DECLARE_BITMAP(now, FL_RSS_TABLE_MAX) = {};
	struct fl_dev *fl = lane->fl;
	struct fl_steer *s = fl->steer;
	unsigned int i;

	for_each_set_bit(i, s->moving, FL_RSS_TABLE_MAX) {
		u8 to = fl_bucket_lane(fl, i);

		if (fl->rss.lane[i] != lane->idx)
			continue;
		__clear_bit(i, s->moving);
		if (to == lane->idx)
			continue;
		if (hold)
			fl_lane_hold(lane, to);
		fl->rss.lane[i] = to;
		__set_bit(i, now);
	}
	return bitmap_empty(now, FL_RSS_TABLE_MAX) ||
	       fl->ops->set_buckets(fl, now);
}

static void fl_tell_filters(struct fl_lane *lane, bool hold)
{
	struct fl_dev *fl = lane->fl;
	struct fl_steer *s = fl->steer;
	unsigned int i;

	for_each_set_bit(i, s->filters_moving, FL_FILTERS_MAX) {
		if (s->from[i] != lane->idx)
			continue;
		__clear_bit(i, s->filters_moving);
		if (hold)
			fl_lane_hold(lane, fl->filter[i].lane);
		fl->ops->set_filter(fl, i);
	}
}

/* The device has heard, or will have, of what leaves this lane. */
static void fl_move_told(struct fl_lane *lane, bool in_force)
{
	if (bitmap_empty(lane->holds, U8_MAX))
		return;
	WRITE_ONCE(lane->moving_since, jiffies);
	WRITE_ONCE(lane->moving, lane->moving |
		   (in_force ? FL_MOVE_TOLD : FL_MOVE_SENT));
	if (in_force)
		fl_lane_kick(lane);
}

/**
 * fl_steer_table() - the table that a device is to be told
 * @fl: port
 * @table: filled in
 * @lanes: those that lose flows by it, for fl_steer_in_force()
 *
 * Context: any with softirqs on.
 */
void fl_steer_table(struct fl_dev *fl, u8 *table, unsigned long *lanes)
{
	int i;

	bitmap_zero(lanes, U8_MAX);
	spin_lock_bh(&fl->steer_lock);
	memcpy(table, fl->rss.lane, fl->caps.rss_table);
	for (i = 0; i < fl->caps.lanes_max; i++)
		if (fl->lane[i].moving & FL_MOVE_SENT)
			__set_bit(i, lanes);
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_in_force() - the device has heard of a table
 * @fl: port
 * @lanes: as fl_steer_table() has said of it
 *
 * Context: any with softirqs on.
 */
void fl_steer_in_force(struct fl_dev *fl, const unsigned long *lanes)
{
	unsigned int i;

	spin_lock_bh(&fl->steer_lock);
	for_each_set_bit(i, lanes, U8_MAX) {
		struct fl_lane *lane = &fl->lane[i];

		if (!(lane->moving & FL_MOVE_SENT))
			continue;
		WRITE_ONCE(lane->moving, lane->moving & ~FL_MOVE_SENT);
		fl_move_told(lane, true);
	}
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_move_filter() - the device is to hear of a filter at once
 * @fl: port that is steered
 * @i: number of the filter, another than it was
 * @from: lane that the old one led to
 * @to: lane where its frames go instead
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_move_filter(struct fl_dev *fl, int i, u16 from, u16 to)
{
	fl_lane_hold(&fl->lane[from], to);
	__clear_bit(i, fl->steer->filters_moving);
	fl->ops->set_filter(fl, i);
	fl_move_told(&fl->lane[from], true);
}

/**
 * fl_steer_poll() - a lane that is to lose flows, or has lost them, was polled
 * @lane: lane
 * @dry: it had less than it could take, and all of that is on its way up
 *
 * Context: softirq. The lane's NAPI may be complete.
 */
void fl_steer_poll(struct fl_lane *lane, bool dry)
{
	struct fl_dev *fl = lane->fl;

	if (READ_ONCE(lane->moving) & FL_MOVE_SENT)
		return;
	/* What a lane that is held has is not known. */
	dry &= !READ_ONCE(lane->held);
	if (!dry &&
	    time_before(jiffies, READ_ONCE(lane->moving_since) + FL_MOVE_LIMIT))
		return;
	spin_lock(&fl->steer_lock);
	if (lane->moving & FL_MOVE_TOLD) {
		queue_work(system_bh_wq, &lane->moved);
	} else if (lane->moving == FL_MOVE_ASKED && fl->steer->counting) {
		bool in_force;

		WRITE_ONCE(lane->moving, 0);
		in_force = fl_tell_buckets(lane, dry);
		fl_tell_filters(lane, dry);
		fl_move_told(lane, in_force);
	}
	spin_unlock(&fl->steer_lock);
}

/* On the CPU that has polled the lane, in softirq but after that of NAPI. */
static void fl_lane_moved(struct work_struct *work)
{
	struct fl_lane *lane = container_of(work, struct fl_lane, moved);
	struct fl_dev *fl = lane->fl;

	spin_lock_bh(&fl->steer_lock);
	if (lane->moving & FL_MOVE_TOLD) {
		fl_lane_let_go(lane);
		WRITE_ONCE(lane->moving, lane->moving & ~FL_MOVE_TOLD);
		if (lane->moving)
			fl_move_wait(fl, lane->idx);
	}
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_move_start() - lanes can be held from now on
 * @fl: port whose lanes count
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_move_start(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++)
		if (fl->lane[i].moving)
			fl_move_wait(fl, i);
}

/**
 * fl_move_cancel() - no lane is waited for any more
 * @fl: port
 *
 * What the device has not been told yet is up to the caller.
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_move_cancel(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++) {
		WRITE_ONCE(fl->lane[i].moving, 0);
		fl_lane_let_go(&fl->lane[i]);
	}
}

/**
 * fl_move_now() - the device hears of all that moves
 * @fl: port that is steered
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_move_now(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++) {
		fl_tell_buckets(&fl->lane[i], false);
		fl_tell_filters(&fl->lane[i], false);
	}
	fl_move_cancel(fl);
}

/**
 * fl_move_init() - prepare all lanes
 * @fl: port
 *
 * Context: process, probe.
 */
void fl_move_init(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++) {
		struct fl_lane *lane = &fl->lane[i];

		INIT_CSD(&lane->kick, fl_lane_kicked, lane);
		INIT_WORK(&lane->moved, fl_lane_moved);
	}
}

/**
 * fl_move_cleanup() - nothing of this file runs any more
 * @fl: port that is not registered any more
 *
 * Context: process.
 */
void fl_move_cleanup(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++)
		cancel_work_sync(&fl->lane[i].moved);
	/* Every CPU has taken up its calls, and then none is still at it. */
	kick_all_cpus_sync();
	synchronize_rcu();
}
