// SPDX-License-Identifier: GPL-2.0
/*
 * Which interval between interrupts suits a lane's traffic. A longer one costs
 * nothing where packets come anyway, and much where someone waits for them
 * before he sends more: then twice the interval brings half the packets. So the
 * next longer interval is tried for one window of time, and kept if the lane
 * carries about as much as before; now and then a shorter one is tried, and kept
 * if it carries more. A trial that fails is repeated after an ever longer time.
 *
 * Where any interval has its price, as that of a timer, it also has to bring more
 * packets together than come together anyway: a guest that is slow finds many at once.
 *
 * The kernel's DIM library tries too, but it forgets: each difference of a tenth
 * between two windows sends it to another step, and windows differ by that much
 * all the time. Documentation/cost.rst has what was measured of both.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include <flowlane/coalesce.h>

/* Up to what TCP bears: it keeps a millisecond's worth of a connection in a
 * device's queues, and sends more when that is completed.
 */
const u16 fl_adapt_usecs[FL_ADAPT_STEPS] = { 20, 50, 100, 200, 400, 800 };

/* Windows between trials: after the first that failed, and at most. */
#define FL_ADAPT_PATIENCE_MIN	4
#define FL_ADAPT_PATIENCE_MAX	64

/* An interval is worth while if it brings so many packets, or bytes. */
#define FL_ADAPT_PACKETS_MIN	3
#define FL_ADAPT_BYTES_MIN	1000

/* Packets of less than this are small: they are handled one by one, and with
 * more of them waiting the allocators' caches of recently freed memory run dry.
 */
#define FL_ADAPT_SMALL		256
#define FL_ADAPT_SMALL_MAX	64

/* Does a step suit this much traffic? The shortest always does. */
static bool fl_adapt_fits(u8 step, const struct fl_adapt_rate *rate, u32 room)
{
	u64 packets = (u64)rate->packets * fl_adapt_usecs[step];
	u64 bytes = (u64)rate->bytes * fl_adapt_usecs[step];

	if (!step)
		return true;
	if (rate->bytes < rate->packets * FL_ADAPT_SMALL)
		room = min(room, FL_ADAPT_SMALL_MAX);
	return packets <= room * USEC_PER_MSEC &&
	       (packets >= FL_ADAPT_PACKETS_MIN * USEC_PER_MSEC ||
		(!rate->gap && bytes >= FL_ADAPT_BYTES_MIN * USEC_PER_MSEC));
}

/**
 * fl_adapt_reset() - forget what was measured, and begin with short intervals
 * @a: state of a lane
 */
void fl_adapt_reset(struct fl_adapt *a)
{
	a->step = 0;
	a->trial = 0;
	a->next = 1;
	a->wait = 0;
	a->patience = FL_ADAPT_PATIENCE_MIN;
	a->bytes = 0;
	a->gap = 0;
}

/* Has a trial failed? A longer interval may cost a quarter, which is less than
 * windows differ, and has to save a fifth of the interrupts, where that matters; a
 * shorter one has to bring half as much again.
 */
static bool fl_adapt_failed(const struct fl_adapt *a,
			    const struct fl_adapt_rate *rate)
{
	if (a->trial > 0)
		return rate->bytes < a->bytes - a->bytes / 4 ||
		       (rate->gap && rate->gap < a->gap + a->gap / 4);
	return a->trial < 0 && rate->bytes < a->bytes + a->bytes / 2;
}

/* How far up a longer interval is that may be worth a trial; 0 if none is. What is
 * hardly longer than the time from poll to poll would change nothing.
 */
static s8 fl_adapt_up(const struct fl_adapt *a, const struct fl_adapt_rate *rate,
		      u32 room)
{
	u8 step = a->step + 1;

	while (step < FL_ADAPT_STEPS && 2 * fl_adapt_usecs[step] < 3 * rate->gap)
		step++;
	return step < FL_ADAPT_STEPS && fl_adapt_fits(step, rate, room) ?
	       step - a->step : 0;
}

/* Try a longer or a shorter interval in the next window. */
static void fl_adapt_try(struct fl_adapt *a, const struct fl_adapt_rate *rate,
			 u32 room)
{
	s8 up = fl_adapt_up(a, rate, room);

	if (up && (a->next > 0 || !a->step))
		a->trial = up;
	else if (a->step)
		a->trial = -1;
	a->step += a->trial;
}

/**
 * fl_adapt_window() - choose the step for the next window of time
 * @a: state of a lane
 * @rate: what the lane carried in the last one
 * @room: packets that may wait for an interrupt
 */
void fl_adapt_window(struct fl_adapt *a, const struct fl_adapt_rate *rate,
		     u32 room)
{
	s8 trial = a->trial;

	if (rate->bytes < a->bytes / 4) {
		/* Other traffic, or the end of it; what the long interval made
		 * of it does not count.
		 */
		fl_adapt_reset(a);
		return;
	}
	if (fl_adapt_failed(a, rate)) {
		/* The step before is back, and stays for longer. */
		a->step -= trial;
		a->trial = 0;
		a->next = -trial;
		a->wait = a->patience;
		a->patience = min(2 * a->patience, FL_ADAPT_PATIENCE_MAX);
		return;
	}
	a->trial = 0;
	/* What several steps cost adds up: all are compared with the best. */
	if (trial || !a->bytes)
		a->bytes = max(a->bytes, rate->bytes);
	else
		a->bytes = (3ULL * a->bytes + rate->bytes) / 4;
	if (trial || !a->gap)
		a->gap = rate->gap;
	else
		a->gap = (3ULL * a->gap + rate->gap) / 4;
	if (trial)
		a->patience = FL_ADAPT_PATIENCE_MIN;
	while (!fl_adapt_fits(a->step, rate, room))
		a->step--;
	if (a->wait)
		a->wait--;
	else
		fl_adapt_try(a, rate, room);
}
