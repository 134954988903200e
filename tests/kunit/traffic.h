/* SPDX-License-Identifier: GPL-2.0 */
/* Traffic for the suites of adaptive moderation, and a lane that carries it. */
#ifndef FLOWLANE_KUNIT_TRAFFIC_H
#define FLOWLANE_KUNIT_TRAFFIC_H

#include <flowlane/coalesce.h>

#include "mock.h"

#define TRAFFIC_TOP	(FL_ADAPT_STEPS - 1)
#define TRAFFIC_SOON	(-100 * HZ)	/* of a poll that follows at once */

/**
 * struct traffic - a kind of traffic
 * @packets: a millisecond
 * @size: bytes of each
 * @trip: usecs of a request and its response, which an interval makes longer;
 *	@packets are a trip's then. 0: nothing slows them down
 */
struct traffic {
	u32 packets;
	u32 size;
	u32 trip;
};

extern const struct traffic traffic_bulk;
extern const struct traffic traffic_requests;
extern const struct traffic traffic_flood;
extern const u16 traffic_itr[FL_ADAPT_STEPS];

static inline ktime_t traffic_time(u64 usecs)
{
	return ns_to_ktime(usecs * NSEC_PER_USEC);
}

int traffic_init(struct kunit *test);
void traffic_exit(struct kunit *test);
void traffic_set(struct mock *mock, int idx, u16 usecs, bool adaptive);
void traffic_sample(struct fl_lane *lane, ktime_t now);
void traffic_sample_after(struct fl_lane *lane, u64 usecs);
void traffic_count(struct fl_lane *lane, u64 packets, u64 bytes);
void traffic_carry(struct mock *mock, int idx,
		   const struct traffic *load, u32 usecs);
void traffic_measure(struct kunit *test, struct mock *mock, int idx,
		     const struct traffic *load);
void traffic_run(struct kunit *test, struct mock *mock, int idx,
		 const struct traffic *load, int n);
void traffic_expect_step(struct kunit *test, struct mock *mock, int idx,
			 int step);
void traffic_run_up(struct kunit *test, struct mock *mock, int idx);
void traffic_poll(struct mock *mock, int idx, long ticks);

#endif /* FLOWLANE_KUNIT_TRAFFIC_H */
