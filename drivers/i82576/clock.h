/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time over the counter of an 82576. Nothing here touches the device, so that
 * the KUnit suites run it; the caller has a lock.
 */
#ifndef I82576_CLOCK_H
#define I82576_CLOCK_H

#include <linux/timecounter.h>
#include <linux/types.h>

/* A count is a nanosecond, before the frequency is adjusted. Adjusting is
 * multiplying, in steps of 2^-28 (4 ppb): the device's own increment, with
 * 24 bits, has steps of 120 ppb, and QEMU's model jumps when it is changed.
 */
#define I82576_CLOCK_SHIFT	28
/* So many counts may lie between two updates, or between an update and a stamp:
 * 62 s at the highest frequency.
 */
#define I82576_CLOCK_ADJ_MAX	100000000	/* ppb */

/**
 * struct i82576_clock - time over a counter that a reset stops and clears
 * @cc: how counts become nanoseconds
 * @tc: the time at the last update, and what the counter was
 * @count: the counter, for @tc to read
 * @at: the system's time at the last update, in nanoseconds
 * @held: the counter does not count: time goes by the system's clock
 */
struct i82576_clock {
	struct cyclecounter cc;
	struct timecounter tc;
	u64 count;
	u64 at;
	bool held;
};

/* The two halves of a counter; false if no device has answered. The upper half
 * is all ones after 584 years.
 */
static inline bool i82576_clock_join(u32 low, u32 high, u64 *count)
{
	*count = (u64)high << 32 | low;
	return high != U32_MAX;
}

void i82576_clock_init(struct i82576_clock *clock, u64 ns, u64 now);
u64 i82576_clock_update(struct i82576_clock *clock, u64 count, u64 now);
void i82576_clock_run(struct i82576_clock *clock, u64 count, u64 now);
void i82576_clock_set(struct i82576_clock *clock, u64 ns);
void i82576_clock_adjust(struct i82576_clock *clock, s64 delta);
void i82576_clock_set_freq(struct i82576_clock *clock, long scaled_ppm);
u64 i82576_clock_stamp(const struct i82576_clock *clock, u64 count);

#endif /* I82576_CLOCK_H */
