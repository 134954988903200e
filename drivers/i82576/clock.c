// SPDX-License-Identifier: GPL-2.0
/*
 * Time over the counter of an 82576. The counter stands still and forgets its
 * value in every reset: then the clock is held, and goes on by the system's
 * time until the counter runs again.
 */
#include <linux/ptp_clock_kernel.h>

#include <flowlane/compat.h>

#include "clock.h"

static u64 i82576_clock_count(fl_cyclecounter_arg *cc)
{
	return container_of(cc, struct i82576_clock, cc)->count;
}

/**
 * i82576_clock_init() - a clock that is held, with its nominal frequency
 * @clock: clock
 * @ns: what it is to show, in nanoseconds
 * @now: the system's time, in nanoseconds
 *
 * Context: any.
 */
void i82576_clock_init(struct i82576_clock *clock, u64 ns, u64 now)
{
	clock->cc.read = i82576_clock_count;
	clock->cc.mask = CYCLECOUNTER_MASK(64);
	clock->cc.mult = BIT(I82576_CLOCK_SHIFT);
	clock->cc.shift = I82576_CLOCK_SHIFT;
	clock->count = 0;
	clock->at = now;
	clock->held = true;
	timecounter_init(&clock->tc, &clock->cc, ns);
}

/**
 * i82576_clock_update() - bring a clock up to date
 * @clock: clock
 * @count: the counter; unused while the clock is held
 * @now: the system's time, in nanoseconds
 *
 * To be called often enough, see above, and before anything is changed.
 *
 * Context: any.
 *
 * Return: the clock's time, in nanoseconds.
 */
u64 i82576_clock_update(struct i82576_clock *clock, u64 count, u64 now)
{
	clock->count = count;
	if (clock->held)
		clock->tc.nsec += now - clock->at;
	else
		timecounter_read(&clock->tc);
	clock->at = now;
	return clock->tc.nsec;
}

/**
 * i82576_clock_run() - the counter of a clock that is held counts again
 * @clock: clock
 * @count: the counter
 * @now: the system's time, in nanoseconds
 *
 * Context: any.
 */
void i82576_clock_run(struct i82576_clock *clock, u64 count, u64 now)
{
	u64 ns = i82576_clock_update(clock, count, now);

	clock->held = false;
	timecounter_init(&clock->tc, &clock->cc, ns);
}

/**
 * i82576_clock_set() - set a clock's time
 * @clock: clock, just updated
 * @ns: its new time, in nanoseconds
 *
 * Context: any.
 */
void i82576_clock_set(struct i82576_clock *clock, u64 ns)
{
	clock->tc.nsec = ns;
	clock->tc.frac = 0;
}

/**
 * i82576_clock_adjust() - shift a clock's time
 * @clock: clock
 * @delta: by how much, in nanoseconds
 *
 * Context: any.
 */
void i82576_clock_adjust(struct i82576_clock *clock, s64 delta)
{
	timecounter_adjtime(&clock->tc, delta);
}

/**
 * i82576_clock_set_freq() - set a clock's frequency
 * @clock: clock, just updated
 * @scaled_ppm: offset from the nominal frequency, in 2^-16 ppm, within
 *	I82576_CLOCK_ADJ_MAX
 *
 * Context: any.
 */
void i82576_clock_set_freq(struct i82576_clock *clock, long scaled_ppm)
{
	clock->cc.mult = adjust_by_scaled_ppm(BIT(I82576_CLOCK_SHIFT),
					      scaled_ppm);
}

/**
 * i82576_clock_stamp() - the time that belongs to a counter's earlier value
 * @clock: clock
 * @count: the counter's value, of shortly before or after the last update
 *
 * Context: any.
 *
 * Return: nanoseconds.
 */
u64 i82576_clock_stamp(const struct i82576_clock *clock, u64 count)
{
	return timecounter_cyc2time(&clock->tc, count);
}
