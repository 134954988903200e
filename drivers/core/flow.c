// SPDX-License-Identifier: GPL-2.0
/*
 * What flow steering has to do with: flows, the buckets they are in, and filters of
 * their own. All of it under the steering's lock.
 */
#include <linux/in.h>

#include "steer.h"

/**
 * fl_flow_describe() - what a user is shown of a flow
 * @fl: port
 * @f: flow
 * @info: filled in
 */
void fl_flow_describe(const struct fl_dev *fl, const struct fl_flow *f,
		      struct fl_flow_info *info)
{
	*info = (struct fl_flow_info) {
		.key = f->key,
		.packets = f->packets,
		.age_ms = jiffies_to_msecs(jiffies - f->since),
		.hash = f->hash,
		.id = f->id,
		.bucket = fl_bucket_of(fl, f->hash),
		.lane = f->lane,
		.tier = !f->led ? FL_TIER_NONE :
			f->filter == FL_NO_FILTER ? FL_TIER_BUCKET :
			FL_TIER_EXACT,
	};
}

static void fl_flow_event(struct fl_dev *fl, const struct fl_flow *f,
			  enum fl_flow_event event)
{
	struct fl_flow_info info;

	fl_flow_describe(fl, f, &info);
	fl_nl_flow_event(fl, event, &info);
}

/* A flow is where it is wanted, or not any more. */
static void fl_flow_set_led(struct fl_dev *fl, struct fl_flow *f, bool led)
{
	struct fl_steer_stats *stats = &fl->steer->stats;

	if (f->led == led)
		return;
	f->led = led;
	if (!led)
		return;
	if (f->known)
		stats->moved++;
	else
		stats->added++;
	fl_flow_event(fl, f, f->known ? FL_FLOW_MOVED : FL_FLOW_ADDED);
	f->known = true;
}

/**
 * fl_flow_look() - see whether a flow without a filter is where it is wanted
 * @fl: port
 * @f: flow
 *
 * Context: under the steering's lock.
 */
void fl_flow_look(struct fl_dev *fl, struct fl_flow *f)
{
	u16 b = fl_bucket_of(fl, f->hash);

	fl_flow_set_led(fl, f, f->hashed && fl_bucket_lane(fl, b) == f->lane);
}

/**
 * fl_bucket_move() - put a bucket on another lane
 * @fl: port that is steered
 * @b: bucket
 * @lane: where it goes, or FL_BY_TABLE to go back to the table
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_bucket_move(struct fl_dev *fl, u16 b, u8 lane)
{
	struct fl_steer *s = fl->steer;
	u32 slot;

	s->bucket[b].lane = lane;
	s->bucket[b].moved = s->epoch;
	__set_bit(b, s->moving);
	fl_move_wait(fl, fl->rss.lane[b]);
	for (slot = b; slot < FL_FLOWS; slot += fl->caps.rss_table) {
		struct fl_flow *f = &s->flow[slot];

		if (f->used && f->filter == FL_NO_FILTER)
			fl_flow_look(fl, f);
	}
}

/**
 * fl_flow_can_filter() - whether a filter can know a flow
 * @key: the flow
 *
 * Return: true for TCP and UDP over IPv4.
 */
bool fl_flow_can_filter(const struct fl_flow_key *key)
{
	return key->l3 == htons(ETH_P_IP) &&
	       (key->proto == IPPROTO_TCP || key->proto == IPPROTO_UDP);
}

/**
 * fl_filter_find() - a filter that nobody has
 * @fl: port
 *
 * The last first: users' rules begin at the other end.
 *
 * Context: under the steering's lock.
 *
 * Return: its number or FL_NO_FILTER.
 */
int fl_filter_find(const struct fl_dev *fl)
{
	int i;

	for (i = fl->caps.flow_filters - 1; i >= 0; i--)
		if (fl->filter[i].owner == FL_FILTER_FREE)
			return i;
	return FL_NO_FILTER;
}

/**
 * fl_flow_take_filter() - lead a flow by a filter
 * @fl: port that is steered
 * @f: flow that has none, or this one
 * @i: filter that is free, or the flow's own
 * @from: lane that it comes on now
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_flow_take_filter(struct fl_dev *fl, struct fl_flow *f, int i, u16 from)
{
	fl->filter[i] = (struct fl_filter) {
		.key = f->key,
		.match = FL_MATCH_ALL,
		.owner = FL_FILTER_FLOW,
		.lane = f->lane,
	};
	f->filter = i;
	fl->steer->from[i] = from;
	__set_bit(i, fl->steer->filters_moving);
	fl_move_wait(fl, from);
	fl_flow_set_led(fl, f, true);
}

/**
 * fl_flow_drop_filter() - a flow has to do without its filter
 * @fl: port
 * @f: flow that has one
 *
 * Context: under the steering's lock.
 */
void fl_flow_drop_filter(struct fl_dev *fl, struct fl_flow *f)
{
	int i = f->filter;
	u16 from = fl->filter[i].lane;

	f->filter = FL_NO_FILTER;
	fl->filter[i] = (struct fl_filter) {};
	if (fl->steer->on)
		fl_move_filter(fl, i, from, fl->rss.lane[fl_bucket_of(fl, f->hash)]);
	else
		__set_bit(i, fl->steer->filters_moving);
	fl_flow_look(fl, f);
}

/**
 * fl_flow_forget() - a flow is not steered any more
 * @fl: port
 * @f: flow
 *
 * Its bucket stays: others may have it as well.
 *
 * Context: under the steering's lock.
 */
void fl_flow_forget(struct fl_dev *fl, struct fl_flow *f)
{
	if (f->filter != FL_NO_FILTER)
		fl_flow_drop_filter(fl, f);
	if (f->known)
		fl_flow_event(fl, f, FL_FLOW_GONE);
	f->used = false;
	fl->steer->flows--;
}
