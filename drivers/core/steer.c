// SPDX-License-Identifier: GPL-2.0
/* Flow steering: to come. */
#include <flowlane/dev.h>

/**
 * fl_steer_evict_locked() - a user's rule needs a filter: whoever has it leaves
 * @fl: port
 * @i: number of the filter
 *
 * Context: under the steering's lock.
 */
void fl_steer_evict_locked(struct fl_dev *fl, int i)
{
}

/**
 * fl_steer_next() - walk the flows that the stack has asked for
 * @fl: port
 * @pos: where to go on; 0 at first
 * @info: filled in
 *
 * Context: any with softirqs on.
 *
 * Return: whether there was one more.
 */
bool fl_steer_next(struct fl_dev *fl, u32 *pos, struct fl_flow_info *info)
{
	return false;
}

/**
 * fl_steer_stats() - what steering has done
 * @fl: port
 * @stats: filled in
 *
 * Context: any with softirqs on.
 */
void fl_steer_stats(struct fl_dev *fl, struct fl_steer_stats *stats)
{
	*stats = (struct fl_steer_stats) {};
}
