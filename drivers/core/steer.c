// SPDX-License-Identifier: GPL-2.0
/*
 * Flow steering: the stack asks to have a flow on the lane of the CPU that
 * consumes it (ndo_rx_flow_steer), and here it is led there, in one of two ways:
 *
 * - by a filter of the device that knows it exactly, where there is one;
 * - by its bucket: the entry of the receive hashing's table that its hash picks.
 *   Other flows have the same bucket, so it goes where most packets want it.
 *
 * A request moves a bucket at once if nobody else uses it. Else the flow waits,
 * and balance.c weighs it against the others. The user's own table stays as it is:
 * a bucket goes back to it with its last flow.
 *
 * The device is told when none of a flow's packets can overtake another: move.c.
 */
#include <linux/slab.h>
#include <net/flow_dissector.h>

#include "steer.h"

DEFINE_STATIC_KEY_FALSE(fl_steer_counts);

/**
 * fl_steer_evict_locked() - a user's rule needs a filter: the flow that has it goes
 * @fl: port
 * @i: number of the filter
 *
 * The flow waits for its bucket, or for another filter.
 *
 * Context: under the steering's lock, softirqs off.
 */
void fl_steer_evict_locked(struct fl_dev *fl, int i)
{
	struct fl_steer *s = fl->steer;
	u32 slot;

	lockdep_assert_held(&fl->steer_lock);
	for (slot = 0; slot < FL_FLOWS; slot++)
		if (s->flow[slot].used && s->flow[slot].filter == i)
			fl_flow_drop_filter(fl, &s->flow[slot]);
}

/* The slot of a flow, with the flow in it; NULL while another needs the slot. */
static struct fl_flow *fl_flow_get(struct fl_dev *fl,
				   const struct fl_flow_key *key, u32 hash)
{
	u32 slot = hash % FL_FLOWS;
	struct fl_steer *s = fl->steer;
	struct fl_flow *f = &s->flow[slot];
	u32 generation;

	if (f->used) {
		if (f->hash == hash && !memcmp(&f->key, key, sizeof(*key)))
			return f;
		if (!f->quiet)
			return NULL;
		fl_flow_forget(fl, f);
		s->stats.expired++;
	}
	generation = (f->id / FL_FLOWS + 1) % FL_FLOW_GENERATIONS;
	*f = (struct fl_flow) {
		.key = *key,
		.since = jiffies,
		.hash = hash,
		.seen = f->seen,
		.rate = f->rate,
		.silent = f->silent,
		.id = generation * FL_FLOWS + slot,
		.filter = FL_NO_FILTER,
		.used = true,
	};
	if (!s->flows++)
		schedule_delayed_work(&s->work, 0);
	return f;
}

/* A request moves a bucket once an epoch, and if what else is in it weighs next to
 * nothing. Who is refused waits for the epoch's end.
 */
static bool fl_bucket_free(const struct fl_steer *s, const struct fl_bucket *b,
			   const struct fl_flow *f)
{
	u32 others = 0;

	/* What was counted when there were flows last is past. */
	if (READ_ONCE(s->counting))
		others = b->load - min(f->rate, b->load);
	return b->moved != s->epoch && others * 2 <= f->rate;
}

static int fl_flow_lead(struct fl_dev *fl, struct fl_flow *f, u16 from)
{
	struct fl_bucket *bucket;
	int i = f->filter;
	u16 b;

	if (i == FL_NO_FILTER && fl_flow_can_filter(&f->key))
		i = fl_filter_find(fl);
	if (i != FL_NO_FILTER) {
		fl_flow_take_filter(fl, f, i, from);
		return 0;
	}
	b = fl_bucket_of(fl, f->hash);
	bucket = &fl->steer->bucket[b];
	if (f->hashed && fl_bucket_lane(fl, b) != f->lane &&
	    fl_bucket_free(fl->steer, bucket, f))
		fl_bucket_move(fl, b, f->lane);
	fl_flow_look(fl, f);
	return f->led ? 0 : -EBUSY;
}

/* The flow, if it is led there already: the stack asks packet by packet until it sees
 * an effect. A filter's flow has to be the same one, and not only its hash.
 */
static struct fl_flow *fl_flow_led_to(struct fl_steer *s, u32 hash, u16 lane)
{
	struct fl_flow *f = &s->flow[hash % FL_FLOWS];

	return f->used && f->hash == hash && f->lane == lane && f->granted &&
	       f->led && f->filter == FL_NO_FILTER ? f : NULL;
}

static bool fl_flow_key(const struct sk_buff *skb, struct fl_flow_key *key)
{
	struct flow_keys keys;

	*key = (struct fl_flow_key) {};
	if (!skb_flow_dissect_flow_keys(skb, &keys,
					FLOW_DISSECTOR_F_STOP_AT_ENCAP) ||
	    keys.control.flags & FLOW_DIS_IS_FRAGMENT)
		return false;
	switch (keys.control.addr_type) {
	case FLOW_DISSECTOR_KEY_IPV4_ADDRS:
		key->l3 = htons(ETH_P_IP);
		key->src.s6_addr32[0] = keys.addrs.v4addrs.src;
		key->dst.s6_addr32[0] = keys.addrs.v4addrs.dst;
		break;
	case FLOW_DISSECTOR_KEY_IPV6_ADDRS:
		key->l3 = htons(ETH_P_IPV6);
		key->src = keys.addrs.v6addrs.src;
		key->dst = keys.addrs.v6addrs.dst;
		break;
	default:
		return false;
	}
	key->src_port = keys.ports.src;
	key->dst_port = keys.ports.dst;
	key->proto = keys.basic.ip_proto;
	return true;
}

/* Under the steering's lock. */
static int fl_steer_request(struct fl_dev *fl, const struct sk_buff *skb,
			    u16 lane, u32 flow_id)
{
	bool hashed = skb->l4_hash && !skb->sw_hash;
	struct fl_steer *s = fl->steer;
	struct fl_flow_key key;
	struct fl_flow *f;
	int err;

	if (!s->on || !s->enabled || lane >= fl->cfg.lanes)
		return -EINVAL;
	f = fl_flow_led_to(s, skb->hash, lane);
	if (f) {
		f->flow_id = flow_id;
		return f->id;
	}
	if (!fl_flow_key(skb, &key) ||
	    !(hashed || (fl->caps.flow_filters && fl_flow_can_filter(&key))))
		return -EOPNOTSUPP;
	f = fl_flow_get(fl, &key, skb->hash);
	if (!f)
		return -ENOSPC;
	f->flow_id = flow_id;
	f->hashed = hashed;
	if (f->granted && f->led && f->lane == lane)
		return f->id;
	/* What a consumer that moves leaves behind is not where it is wanted. */
	if (f->lane != lane)
		f->led = false;
	f->lane = lane;
	err = fl_flow_lead(fl, f, skb_get_rx_queue(skb));
	f->granted = !err;
	return err ?: f->id;
}

/**
 * fl_rx_flow_steer() - ndo_rx_flow_steer
 * @netdev: port
 * @skb: a packet of the flow, with its hash
 * @rxq: lane of the CPU that consumes the flow
 * @flow_id: for rps_may_expire_flow()
 *
 * Context: softirq, any CPU.
 *
 * Return: a filter id, or a negative error: then the stack hands the flow's packets
 * over, and asks no more until its consumer moves.
 */
int fl_rx_flow_steer(struct net_device *netdev, const struct sk_buff *skb,
		     u16 rxq, u32 flow_id)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_steer_stats *stats = &fl->steer->stats;
	int id;

	spin_lock(&fl->steer_lock);
	id = fl_steer_request(fl, skb, rxq, flow_id);
	switch (id) {
	case -EBUSY:
		stats->busy++;
		break;
	case -ENOSPC:
		stats->table_full++;
		break;
	case -EINVAL:
	case -EOPNOTSUPP:
		stats->refused++;
		break;
	}
	spin_unlock(&fl->steer_lock);
	return id;
}

/* What the device is told next is where each bucket is to be. Under the steering's
 * lock.
 */
static void fl_steer_settle(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->caps.rss_table; i++)
		fl->rss.lane[i] = fl_bucket_lane(fl, i);
}

/**
 * fl_steer_fit() - the table or the number of lanes is another
 * @fl: port, not steered now; the device is told later
 *
 * Flows that want a lane which is gone are forgotten.
 *
 * Context: process, RTNL or probe.
 */
void fl_steer_fit(struct fl_dev *fl)
{
	struct fl_steer *s = fl->steer;
	u32 i;

	spin_lock_bh(&fl->steer_lock);
	for (i = 0; i < fl->caps.rss_table; i++)
		if (s->bucket[i].lane >= fl->cfg.lanes)
			s->bucket[i].lane = FL_BY_TABLE;
	fl_steer_settle(fl);
	for (i = 0; i < FL_FLOWS; i++) {
		struct fl_flow *f = &s->flow[i];

		if (f->used && f->lane >= fl->cfg.lanes)
			fl_flow_forget(fl, f);
		else if (f->used && f->filter == FL_NO_FILTER)
			fl_flow_look(fl, f);
	}
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_halt() - take no more requests and leave the device alone
 * @fl: port
 *
 * Flows and buckets stay. Whoever halts has all of the table programmed before it
 * is steered again.
 *
 * Context: process, RTNL.
 */
void fl_steer_halt(struct fl_dev *fl)
{
	struct fl_steer *s = fl->steer;

	spin_lock_bh(&fl->steer_lock);
	s->on = false;
	bitmap_zero(s->moving, FL_RSS_TABLE_MAX);
	fl_move_cancel(fl);
	fl_steer_settle(fl);
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_run() - undo fl_steer_halt()
 * @fl: port that runs
 *
 * Context: process, RTNL.
 */
void fl_steer_run(struct fl_dev *fl)
{
	struct fl_steer *s = fl->steer;
	unsigned int i;

	spin_lock_bh(&fl->steer_lock);
	s->on = true;
	for_each_set_bit(i, s->filters_moving, FL_FILTERS_MAX)
		fl->ops->set_filter(fl, i);
	bitmap_zero(s->filters_moving, FL_FILTERS_MAX);
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_forget() - no flow is steered any more; the table is the user's
 * @fl: port
 *
 * The device is told at once, unless steering is halted.
 *
 * Context: process, RTNL.
 */
void fl_steer_forget(struct fl_dev *fl)
{
	struct fl_steer *s = fl->steer;
	u32 i;

	spin_lock_bh(&fl->steer_lock);
	for (i = 0; i < FL_FLOWS; i++)
		if (s->flow[i].used)
			fl_flow_forget(fl, &s->flow[i]);
	for (i = 0; i < fl->caps.rss_table; i++)
		s->bucket[i].lane = FL_BY_TABLE;
	if (s->on) {
		bitmap_set(s->moving, 0, fl->caps.rss_table);
		fl_move_now(fl);
	} else {
		fl_steer_settle(fl);
	}
	/* Who asks next may move a bucket that was moved just now. */
	s->epoch++;
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_stop() - nothing is left of steering but its counters
 * @fl: port, not running or with NETIF_F_NTUPLE off
 *
 * Context: process, RTNL, may sleep.
 */
void fl_steer_stop(struct fl_dev *fl)
{
	struct fl_steer *s = fl->steer;

	fl_steer_forget(fl);
	cancel_delayed_work_sync(&s->work);
	fl_steer_stop_counting(s);
}

/**
 * fl_steer_enable() - follow NETIF_F_NTUPLE
 * @fl: port
 * @on: as it is to be
 *
 * Context: process, RTNL or probe, may sleep.
 */
void fl_steer_enable(struct fl_dev *fl, bool on)
{
	spin_lock_bh(&fl->steer_lock);
	fl->steer->enabled = on;
	spin_unlock_bh(&fl->steer_lock);
	if (!on)
		fl_steer_stop(fl);
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
	struct fl_steer *s = fl->steer;
	bool found = false;

	spin_lock_bh(&fl->steer_lock);
	while (*pos < FL_FLOWS && !found) {
		const struct fl_flow *f = &s->flow[(*pos)++];

		found = f->used;
		if (found)
			fl_flow_describe(fl, f, info);
	}
	spin_unlock_bh(&fl->steer_lock);
	return found;
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
	spin_lock_bh(&fl->steer_lock);
	*stats = fl->steer->stats;
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_steer_init() - set up steering
 * @fl: port, capabilities filled in and lanes there
 *
 * Context: process, probe.
 *
 * Return: 0 or -ENOMEM.
 */
int fl_steer_init(struct fl_dev *fl)
{
	struct fl_steer *s;
	int i;

	spin_lock_init(&fl->steer_lock);
	s = kvzalloc_objs(*s, 1);
	if (!s)
		return -ENOMEM;
	s->seen = kvzalloc_objs(*s->seen, fl->caps.lanes_max * FL_FLOWS);
	if (!s->seen) {
		kvfree(s);
		return -ENOMEM;
	}
	for (i = 0; i < fl->caps.lanes_max; i++)
		fl->lane[i].seen = s->seen + i * FL_FLOWS;
	for (i = 0; i < FL_RSS_TABLE_MAX; i++)
		s->bucket[i].lane = FL_BY_TABLE;
	INIT_DELAYED_WORK(&s->work, fl_steer_work);
	fl_move_init(fl);
	s->fl = fl;
	/* Nothing has been moved in this one. */
	s->epoch = FL_BUCKET_STAYS;
	fl->steer = s;
	return 0;
}

/**
 * fl_steer_cleanup() - undo fl_steer_init()
 * @fl: port that is not registered any more
 *
 * Context: process.
 */
void fl_steer_cleanup(struct fl_dev *fl)
{
	fl_move_cleanup(fl);
	kvfree(fl->steer->seen);
	kvfree(fl->steer);
	fl->steer = NULL;
}
