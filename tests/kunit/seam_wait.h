/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For the driver's files that wait for a device that a suite plays: it may do something
 * whenever the driver sleeps, and time goes on by that alone.
 */
#ifndef FLOWLANE_KUNIT_SEAM_WAIT_H
#define FLOWLANE_KUNIT_SEAM_WAIT_H

#include <linux/delay.h>
#include <linux/ktime.h>

/* Without a function, a device is real and has its time. */
extern void (*seam_between_looks)(void);

ktime_t seam_ktime_get(void);
void seam_usleep_range(unsigned long min, unsigned long max);

#ifndef SEAM_ITSELF
#define ktime_get()			seam_ktime_get()
#define usleep_range(min, max)		seam_usleep_range(min, max)
#endif

#endif /* FLOWLANE_KUNIT_SEAM_WAIT_H */
