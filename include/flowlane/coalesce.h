/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt moderation: the shortest time between two interrupts of a lane is
 * fixed by a user (coalesce.c), or found from the traffic (adapt.c).
 */
#ifndef FLOWLANE_COALESCE_H
#define FLOWLANE_COALESCE_H

#include <linux/jiffies.h>
#include <linux/ktime.h>

#include <flowlane/lane.h>

/* A lane is judged after so many polls, and not before so many usecs. */
#define FL_MEASURE_POLLS	16
#define FL_MEASURE_USECS	2000

/* What a lane did before it was idle for so long says nothing any more. */
#define FL_MEASURE_IDLE		msecs_to_jiffies(100)

/* Intervals to choose from. */
#define FL_ADAPT_STEPS	6

/**
 * struct fl_adapt_rate - what a lane carries in both directions
 * @packets: a millisecond; what is sent in segments is one
 * @bytes: a millisecond
 * @gap: usecs from poll to poll; 0 where that does not matter
 */
struct fl_adapt_rate {
	u32 packets;
	u32 bytes;
	u32 gap;
};

extern const u16 fl_adapt_usecs[FL_ADAPT_STEPS];

void fl_adapt_reset(struct fl_adapt *a);
void fl_adapt_window(struct fl_adapt *a, const struct fl_adapt_rate *rate,
		     u32 room);

struct fl_dev;

void fl_coalesce_init(struct fl_dev *fl);
u16 fl_coalesce_round(const struct fl_dev *fl, u32 usecs);
int fl_coalesce_set(struct fl_lane *lane, const struct fl_coalesce *c);
int fl_coalesce_set_all(struct fl_dev *fl, const struct fl_coalesce *c);
void fl_coalesce_start(struct fl_lane *lane);
void fl_coalesce_stop(struct fl_lane *lane);
void fl_coalesce_sample(struct fl_lane *lane, ktime_t now);
bool fl_coalesce_rest(struct fl_lane *lane, bool worked);

/**
 * fl_coalesce_idle() - a poll begins: has the lane been idle before?
 * @lane: lane
 *
 * Context: the lane's NAPI, before it notes the time of the poll.
 */
static __always_inline void fl_coalesce_idle(struct fl_lane *lane)
{
	if (unlikely(time_after(jiffies, lane->last_poll + FL_MEASURE_IDLE)) &&
	    lane->adapt.step) {
		WRITE_ONCE(lane->measure.forget, true);
		lane->measure.polls = FL_MEASURE_POLLS;
	}
}

/**
 * fl_coalesce_poll() - a poll has found an end
 * @lane: lane
 *
 * The clock is read once in FL_MEASURE_POLLS polls.
 *
 * Context: the lane's NAPI.
 */
static __always_inline void fl_coalesce_poll(struct fl_lane *lane)
{
	if (unlikely(++lane->measure.polls >= FL_MEASURE_POLLS) &&
	    READ_ONCE(lane->coalesce.adaptive))
		fl_coalesce_sample(lane, ktime_get());
}

/**
 * fl_coalesce_rests() - a poll is about to end: is the next one the timer's?
 * @lane: lane whose device does not moderate
 * @worked: the poll has found something to do
 *
 * Not while a user has asked for polling, which is timed elsewhere.
 *
 * Context: the lane's NAPI.
 *
 * Return: true if no interrupt is wanted.
 */
static __always_inline bool fl_coalesce_rests(struct fl_lane *lane, bool worked)
{
	return unlikely(READ_ONCE(lane->rest)) && !lane->masked &&
	       fl_coalesce_rest(lane, worked);
}

#endif /* FLOWLANE_COALESCE_H */
