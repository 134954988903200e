// SPDX-License-Identifier: GPL-2.0
/*
 * What leads frames to queues: filters by addresses and ports, filters by type of
 * frame, and the table that a hash picks from (datasheet 7.1.1). Flows change them
 * in softirq.
 */
#include <linux/lockdep.h>
#include <linux/unaligned.h>

#include "hw.h"

static u32 i82576_bypass(u8 match)
{
	u32 ftqf = 0;

	if (!(match & FL_MATCH_PROTO))
		ftqf |= FTQF_PROTOCOL_BP;
	if (!(match & FL_MATCH_SRC))
		ftqf |= FTQF_SRC_BP;
	if (!(match & FL_MATCH_DST))
		ftqf |= FTQF_DST_BP;
	if (!(match & FL_MATCH_SRC_PORT))
		ftqf |= FTQF_SRC_PORT_BP;
	return ftqf;
}

/* A filter is six registers (datasheet 7.1.1, 8.11): off before
 * the first of them changes, on with the last. Addresses and ports are in them as
 * they come over the wire. All filters have the same priority: of several that
 * match, the one of the lowest number counts.
 */
static void i82576_write_flow_filter(struct i82576 *hw, int i,
				     const struct fl_filter *f)
{
	const struct fl_flow_key *key = &f->key;

	i82576_wr(hw, I82576_FTQF(i), FTQF_BYPASS);
	if (f->owner == FL_FILTER_FREE)
		return;
	i82576_wr(hw, I82576_SAQF(i), swab32(be32_to_cpu(key->src.s6_addr32[0])));
	i82576_wr(hw, I82576_DAQF(i), swab32(be32_to_cpu(key->dst.s6_addr32[0])));
	i82576_wr(hw, I82576_SPQF(i), swab16(be16_to_cpu(key->src_port)));
	/* Without its own bit the filter raises no immediate interrupt. */
	i82576_wr(hw, I82576_IMIR(i), swab16(be16_to_cpu(key->dst_port)) |
		  (f->match & FL_MATCH_DST_PORT ? 0 : IMIR_DST_PORT_BP));
	i82576_wr(hw, I82576_IMIREXT(i), IMIREXT_SIZE_BP | IMIREXT_CTRL_BP);
	i82576_wr(hw, I82576_FTQF(i), FTQF_QUEUE_EN | FTQF_VF_BP |
		  i82576_bypass(f->match) |
		  FIELD_PREP(FTQF_PROTOCOL, key->proto) |
		  FIELD_PREP(FTQF_QUEUE, f->lane));
}

/* One register (datasheet 8.11). */
static void i82576_write_ether_filter(struct i82576 *hw, int i,
				      const struct fl_filter *f)
{
	u32 val = 0;

	if (f->owner != FL_FILTER_FREE)
		val = ETQF_ENABLE | ETQF_QUEUE_EN |
		      FIELD_PREP(ETQF_TYPE, be16_to_cpu(f->key.l3)) |
		      FIELD_PREP(ETQF_QUEUE, f->lane);
	i82576_wr(hw, I82576_ETQF(i), val);
}

/**
 * i82576_write_filter() - program a filter, or switch it off
 * @hw: port
 * @i: number of the filter, as &fl_dev.filter is numbered
 * @f: what it is to be
 *
 * Neither the old nor the new filter ever acts in part; in between, for less than a
 * microsecond, none of them does, and frames go by their hash.
 *
 * Context: any; under the steering's lock, or nobody else has the device.
 */
void i82576_write_filter(struct i82576 *hw, int i, const struct fl_filter *f)
{
	int n = i - hw->fl.caps.flow_filters;

	if (n < 0)
		i82576_write_flow_filter(hw, i, f);
	else
		i82576_write_ether_filter(hw, n < ETQF_PTP ? n : n + 1, f);
}

/**
 * i82576_set_filter() - as fl_hw_ops.set_filter
 * @fl: port
 * @i: number of the filter
 *
 * Context: any, under the steering's lock.
 */
void i82576_set_filter(struct fl_dev *fl, int i)
{
	lockdep_assert_held(&fl->steer_lock);
	i82576_write_filter(i82576_of(fl), i, &fl->filter[i]);
	i82576_flush(i82576_of(fl));
}

/**
 * i82576_set_buckets() - as fl_hw_ops.set_buckets (datasheet 7.1.1.7)
 * @fl: port
 * @buckets: bitmap of entries that have changed
 *
 * Context: any, under the steering's lock.
 *
 * Return: true.
 */
bool i82576_set_buckets(struct fl_dev *fl, const unsigned long *buckets)
{
	unsigned int i;

	lockdep_assert_held(&fl->steer_lock);
	/* Four entries share a register. */
	for (i = find_first_bit(buckets, RETA_ENTRIES); i < RETA_ENTRIES;
	     i = find_next_bit(buckets, RETA_ENTRIES, (i | 3) + 1))
		i82576_wr(i82576_of(fl), I82576_RETA(i / 4),
			  get_unaligned_le32(&fl->rss.lane[i & ~3]));
	i82576_flush(i82576_of(fl));
	return true;
}

/**
 * i82576_init_steering() - program all filters
 * @hw: port
 *
 * Context: process, RTNL.
 */
void i82576_init_steering(struct i82576 *hw)
{
	const struct fl_caps *caps = &hw->fl.caps;
	int i;

	spin_lock_bh(&hw->fl.steer_lock);
	for (i = 0; i < caps->flow_filters + caps->ether_filters; i++)
		i82576_write_filter(hw, i, &hw->fl.filter[i]);
	spin_unlock_bh(&hw->fl.steer_lock);
}
