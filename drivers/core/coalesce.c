// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt moderation. A lane has one interrupt for both directions, and so
 * one interval: what a user fixed, or what adapt.c found. The device is told
 * when the interval changes, and at no other time.
 *
 * A device that cannot moderate interrupts once it is allowed to, and is allowed to
 * when a poll ends. There the lane rests instead for its interval, and a timer polls
 * next. The kernel has such a timer for each NAPI (napi_defer_hard_irqs and
 * gro_flush_timeout), but those are the user's to set, to other ends: what ethtool is
 * told must not overwrite them. And they are one pair for all lanes before 6.13.
 *
 * What is measured belongs to the lane's NAPI, and to the work item between a
 * decision and the change that it makes. The interval and the user's settings
 * belong to &fl_dev.itr_lock.
 */
#include <flowlane/coalesce.h>
#include <flowlane/dev.h>

#include "steer.h"

/* Fixed, while it does not adapt: bulk traffic gains little beyond it. */
#define FL_USECS_DEFAULT	20

static u16 fl_usecs_to_itr(const struct fl_dev *fl, u32 usecs)
{
	u32 itr = DIV_ROUND_CLOSEST(usecs * NSEC_PER_USEC, fl->caps.itr_unit_ns);

	/* 0 is "at once" and nothing else becomes that. */
	if (usecs && !itr)
		itr = 1;
	return min_t(u32, itr, fl->caps.itr_max);
}

/**
 * fl_coalesce_round() - an interval as the device can keep it
 * @fl: port
 * @usecs: wanted, at most 65535
 *
 * Rounding what was rounded changes nothing.
 *
 * Return: what it will be, in usecs.
 */
u16 fl_coalesce_round(const struct fl_dev *fl, u32 usecs)
{
	return DIV_ROUND_CLOSEST(fl_usecs_to_itr(fl, usecs) *
				 fl->caps.itr_unit_ns, NSEC_PER_USEC);
}

static u32 fl_step_usecs(const struct fl_dev *fl, u8 step)
{
	return !step && fl->caps.itr_costly ? 0 : fl_adapt_usecs[step];
}

static void fl_note_itr(struct fl_lane *lane, u16 itr)
{
	lane->itr = itr;
	if (lane->fl->caps.itr_by == FL_ITR_TIMER)
		WRITE_ONCE(lane->rest, itr * lane->fl->caps.itr_unit_ns);
}

static int fl_tell_itr(struct fl_lane *lane, u16 itr)
{
	struct fl_dev *fl = lane->fl;

	/* A device that is down gets it when it comes up. */
	if (!READ_ONCE(fl->running) || fl->caps.itr_by == FL_ITR_TIMER ||
	    (fl->caps.itr_by == FL_ITR_PORT && lane->idx))
		return 0;
	return fl->ops->set_itr(lane, itr);
}

static int fl_set_itr(struct fl_lane *lane, u32 usecs)
{
	u16 itr = fl_usecs_to_itr(lane->fl, usecs);
	int err;

	lockdep_assert_held(&lane->fl->itr_lock);
	if (itr == lane->itr)
		return 0;
	err = fl_tell_itr(lane, itr);
	if (!err)
		fl_note_itr(lane, itr);
	return err;
}

static void fl_coalesce_work(struct work_struct *work)
{
	struct fl_lane *lane = container_of(work, struct fl_lane, itr_work);

	mutex_lock(&lane->fl->itr_lock);
	/* Refused, the step is one that makes no difference. */
	if (lane->coalesce.adaptive)
		fl_set_itr(lane, fl_step_usecs(lane->fl, lane->adapt.step));
	mutex_unlock(&lane->fl->itr_lock);
	/* Last, and always: NAPI waits for it. */
	smp_store_release(&lane->measure.state, FL_MEASURE_START);
}

static void fl_measure_begin(struct fl_lane *lane, ktime_t now, u64 packets,
			     u64 bytes)
{
	lane->measure.time = now;
	lane->measure.packets = packets;
	lane->measure.bytes = bytes;
	lane->measure.slots = lane->rx->next_to_clean;
	lane->measure.all_polls = 0;
	lane->measure.state = FL_MEASURE_RUNS;
}

/* A window of time is over: choose the step for the next one. */
static void fl_measure_end(struct fl_lane *lane, u32 usecs, u64 packets,
			   u64 bytes)
{
	/* A frame of several buffers takes as much of the ring as several frames. */
	u64 n_packets = max_t(u64, packets - lane->measure.packets,
			      lane->rx->next_to_clean - lane->measure.slots);
	u64 n_bytes = bytes - lane->measure.bytes;
	struct fl_adapt_rate rate = {
		.packets = div_u64(n_packets * USEC_PER_MSEC, usecs),
		.bytes = div_u64(n_bytes * USEC_PER_MSEC, usecs),
	};

	/* Polls are interrupts, the device's or a timer's. */
	if (lane->fl->caps.itr_costly && lane->measure.all_polls)
		rate.gap = max(usecs / lane->measure.all_polls, 1);
	fl_adapt_window(&lane->adapt, &rate, lane->fl->cfg.rx_size / 2);
}

/**
 * fl_coalesce_sample() - look at what a lane has carried
 * @lane: lane
 * @now: the time
 *
 * Context: the lane's NAPI.
 */
void fl_coalesce_sample(struct fl_lane *lane, ktime_t now)
{
	const struct fl_tx_stats *tx = &lane->tx_stats;
	/* What is sent in segments is one packet's work. */
	u64 packets = u64_stats_read(&lane->rx_stats.packets) +
		      u64_stats_read(&tx->packets) -
		      u64_stats_read(&tx->gso_wire_packets) +
		      u64_stats_read(&tx->gso_packets);
	u64 bytes = u64_stats_read(&lane->rx_stats.bytes) +
		    u64_stats_read(&tx->bytes);
	struct fl_measure *m = &lane->measure;
	u8 step = lane->adapt.step;
	/* Pairs with the release in fl_coalesce_work(). */
	u8 state = smp_load_acquire(&m->state);
	s64 usecs = ktime_us_delta(now, m->time);

	m->all_polls += m->polls;
	m->polls = 0;
	if (state == FL_MEASURE_WAITS) {
		/* Come again with the next poll. */
		m->polls = FL_MEASURE_POLLS - 1;
		return;
	}
	if (READ_ONCE(m->forget)) {
		WRITE_ONCE(m->forget, false);
		fl_adapt_reset(&lane->adapt);
	} else if (state == FL_MEASURE_RUNS) {
		if (usecs < FL_MEASURE_USECS)
			return;
		/* A rest in it makes the rate look small. At other steps a rest
		 * is noticed by fl_coalesce_idle().
		 */
		if (step || usecs <= jiffies_to_usecs(FL_MEASURE_IDLE))
			fl_measure_end(lane, min_t(s64, usecs, U32_MAX),
				       packets, bytes);
	}
	if (lane->adapt.step == step) {
		fl_measure_begin(lane, now, packets, bytes);
		return;
	}
	m->state = FL_MEASURE_WAITS;
	m->polls = FL_MEASURE_POLLS - 1;
	schedule_work(&lane->itr_work);
}

/**
 * fl_coalesce_set() - put a user's settings for a lane in force
 * @lane: lane, in use or not
 * @c: settings, rounded
 *
 * Context: process, RTNL.
 *
 * Return: 0, or a negative error and nothing has changed.
 */
int fl_coalesce_set(struct fl_lane *lane, const struct fl_coalesce *c)
{
	bool begins = c->adaptive && !lane->coalesce.adaptive;
	int err = 0;

	mutex_lock(&lane->fl->itr_lock);
	if (!c->adaptive || begins)
		err = fl_set_itr(lane, begins ? fl_step_usecs(lane->fl, 0) :
				 c->usecs);
	if (!err) {
		/* What was measured is NAPI's. */
		if (begins)
			WRITE_ONCE(lane->measure.forget, true);
		lane->coalesce.usecs = c->usecs;
		WRITE_ONCE(lane->coalesce.adaptive, c->adaptive);
	}
	mutex_unlock(&lane->fl->itr_lock);
	return err;
}

/**
 * fl_coalesce_set_all() - put a user's settings for all lanes in force
 * @fl: port
 * @c: settings, rounded
 *
 * Context: process, RTNL.
 *
 * Return: 0, or a negative error and nothing has changed, but that lanes that adapt may
 * have begun anew.
 */
int fl_coalesce_set_all(struct fl_dev *fl, const struct fl_coalesce *c)
{
	int i, err = 0;

	for (i = 0; i < fl->caps.lanes_max; i++) {
		fl->lane[i].coalesce_before = fl->lane[i].coalesce;
		err = fl_coalesce_set(&fl->lane[i], c);
		if (err)
			break;
	}
	if (!err) {
		fl->coalesce = *c;
		return 0;
	}
	while (i--)
		fl_coalesce_set(&fl->lane[i], &fl->lane[i].coalesce_before);
	return err;
}

/**
 * fl_coalesce_start() - a lane is about to poll
 * @lane: lane, its NAPI disabled
 *
 * Context: process, RTNL.
 */
void fl_coalesce_start(struct fl_lane *lane)
{
	memset(&lane->measure, 0, sizeof(lane->measure));
	fl_adapt_reset(&lane->adapt);
	mutex_lock(&lane->fl->itr_lock);
	if (lane->coalesce.adaptive)
		fl_set_itr(lane, fl_step_usecs(lane->fl, 0));
	mutex_unlock(&lane->fl->itr_lock);
}

/**
 * fl_coalesce_stop() - a lane does not poll any more
 * @lane: lane, its NAPI disabled
 *
 * Context: process, RTNL.
 */
void fl_coalesce_stop(struct fl_lane *lane)
{
	hrtimer_cancel(&lane->wake);
	cancel_work_sync(&lane->itr_work);
}

/**
 * fl_coalesce_rest() - as fl_coalesce_rests(), of a lane that has an interval
 * @lane: lane
 * @worked: as there
 *
 * A rest runs from the poll that begins it, whoever polls meanwhile: so what waits
 * does not wait for longer than the interval.
 *
 * Context: the lane's NAPI.
 *
 * Return: true if the timer polls next.
 */
bool fl_coalesce_rest(struct fl_lane *lane, bool worked)
{
	/* One that ends at this moment finds the NAPI taken, which polls once more. */
	if (hrtimer_is_queued(&lane->wake))
		return true;
	if (worked)
		hrtimer_start(&lane->wake, ns_to_ktime(READ_ONCE(lane->rest)),
			      HRTIMER_MODE_REL_PINNED);
	return worked;
}

/* The CPU that has polled need not be the lane's: a user may poll, or have moved the
 * interrupt. It does not stay there.
 */
static enum hrtimer_restart fl_coalesce_wake(struct hrtimer *timer)
{
	fl_lane_kick(container_of(timer, struct fl_lane, wake));
	return HRTIMER_NORESTART;
}

/**
 * fl_coalesce_init() - what moderation needs of a port and its lanes
 * @fl: port, lanes allocated, capabilities filled in
 *
 * Context: process, probe.
 */
void fl_coalesce_init(struct fl_dev *fl)
{
	int i;

	mutex_init(&fl->itr_lock);
	fl->coalesce.adaptive = fl->caps.itr_by != FL_ITR_PORT;
	if (fl->coalesce.adaptive)
		fl->coalesce.usecs = fl_coalesce_round(fl, FL_USECS_DEFAULT);
	for (i = 0; i < fl->caps.lanes_max; i++) {
		struct fl_lane *lane = &fl->lane[i];

		INIT_WORK(&lane->itr_work, fl_coalesce_work);
		hrtimer_setup(&lane->wake, fl_coalesce_wake, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_PINNED);
		lane->coalesce = fl->coalesce;
		if (fl->coalesce.adaptive)
			fl_note_itr(lane, fl_usecs_to_itr(fl, fl_step_usecs(fl, 0)));
	}
}
