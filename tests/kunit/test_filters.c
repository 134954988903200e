// SPDX-License-Identifier: GPL-2.0
/*
 * The 82576's filters and table, register by register: after each write a filter
 * that is on is the old or the new one, whole. Bits and offsets are written out
 * here, apart from the driver's own.
 */
#include <linux/in.h>
#include <linux/random.h>
#include <linux/unaligned.h>
#include <kunit/test.h>

#include "seam.h"

#include "../../drivers/i82576/hw.h"

#define FILTERS_REGS	0x6000
#define FILTERS_FLOW	7
#define FILTERS_ETHER	7
#define FILTERS_UNUSED	0x5eed5eed

#define SAQF		0x5980
#define DAQF		0x59a0
#define SPQF		0x59c0
#define FTQF		0x59e0
#define IMIR		0x5a80
#define IMIREXT		0x5aa0
#define RETA		0x5c00
#define ETQF		0x5cb0

/* What a case sees: the port and its registers, the number of the filter that is
 * being changed (or -1), from what to what, what was wrong, writes of each register.
 */
static struct filters {
	struct i82576 hw;
	u32 regs[FILTERS_REGS / 4];
	int i;
	struct fl_filter old;
	struct fl_filter new;
	char fault[64];
	u32 writes[FILTERS_REGS / 4];
} *filters;

static u32 filters_reg(u32 reg)
{
	return filters->regs[reg / 4];
}

static void filters_fault(const char *what, u32 reg)
{
	if (!filters->fault[0])
		snprintf(filters->fault, sizeof(filters->fault), "%s: %#x",
			 what, reg);
}

/* The filter as the device would use it; false if it would not. */
static bool filters_read_flow(int i, struct fl_filter *f)
{
	u32 ftqf = filters_reg(FTQF + 4 * i);
	u32 imir = filters_reg(IMIR + 4 * i);

	*f = (struct fl_filter) { .key.l3 = htons(ETH_P_IP) };
	if (!(ftqf & BIT(8)))
		return false;
	if (!(ftqf & BIT(28))) {
		f->match |= FL_MATCH_PROTO;
		f->key.proto = ftqf & 0xff;
	}
	if (!(ftqf & BIT(29))) {
		f->match |= FL_MATCH_SRC;
		put_unaligned_le32(filters_reg(SAQF + 4 * i), &f->key.src);
	}
	if (!(ftqf & BIT(30))) {
		f->match |= FL_MATCH_DST;
		put_unaligned_le32(filters_reg(DAQF + 4 * i), &f->key.dst);
	}
	if (!(ftqf & BIT(31))) {
		f->match |= FL_MATCH_SRC_PORT;
		put_unaligned_le16(filters_reg(SPQF + 4 * i),
				   &f->key.src_port);
	}
	if (!(imir & BIT(17))) {
		f->match |= FL_MATCH_DST_PORT;
		put_unaligned_le16(imir, &f->key.dst_port);
	}
	f->lane = ftqf >> 16 & 0x3ff;
	f->owner = FL_FILTER_RULE;
	/* All functions' frames; no time stamp, no immediate interrupt, no
	 * priority, any size, any TCP flags.
	 */
	if ((ftqf & (BIT(15) | BIT(27))) != BIT(15) ||
	    imir & ~(BIT(17) | 0xffff) ||
	    filters_reg(IMIREXT + 4 * i) != (BIT(12) | BIT(19)))
		filters_fault("a wrong bit", FTQF + 4 * i);
	return true;
}

/* Register 3 is PTP's. */
static u32 filters_etqf(int i)
{
	int n = i - FILTERS_FLOW;

	return ETQF + 4 * (n < 3 ? n : n + 1);
}

static bool filters_read_ether(int i, struct fl_filter *f)
{
	u32 etqf = filters_reg(filters_etqf(i));

	*f = (struct fl_filter) {};
	if (!(etqf & BIT(26)))
		return false;
	f->key.l3 = htons(etqf & 0xffff);
	f->lane = etqf >> 16 & 7;
	f->owner = FL_FILTER_RULE;
	if ((etqf & ~(BIT(26) | 0x7ffff)) != BIT(31))
		filters_fault("a wrong bit", filters_etqf(i));
	return true;
}

static bool filters_read(int i, struct fl_filter *f)
{
	return i < FILTERS_FLOW ? filters_read_flow(i, f) :
				  filters_read_ether(i, f);
}

static bool filters_is_mine(int i, u32 reg)
{
	u32 n = 4 * i;

	if (i < 0)
		return true;
	if (i >= FILTERS_FLOW)
		return reg == filters_etqf(i);
	return reg == SAQF + n || reg == DAQF + n || reg == SPQF + n ||
	       reg == FTQF + n || reg == IMIR + n || reg == IMIREXT + n;
}

static void filters_written(u32 reg, u32 val)
{
	struct fl_filter now;

	filters->writes[reg / 4]++;
	if (!filters_is_mine(filters->i, reg))
		filters_fault("a register of others", reg);
	if (filters->i >= 0 && filters_read(filters->i, &now) &&
	    memcmp(&now, &filters->old, sizeof(now)) &&
	    memcmp(&now, &filters->new, sizeof(now)))
		filters_fault("on, and neither old nor new", reg);
}

static int filters_init(struct kunit *test)
{
	struct fl_dev *fl;

	seam_reset();
	filters = kunit_kzalloc(test, sizeof(*filters), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, filters);
	filters->hw.io = (__force void __iomem *)filters->regs;
	filters->i = -1;
	fl = &filters->hw.fl;
	spin_lock_init(&fl->steer_lock);
	fl->caps.flow_filters = FILTERS_FLOW;
	fl->caps.ether_filters = FILTERS_ETHER;
	seam_regs.base = filters->regs;
	seam_regs.bytes = sizeof(filters->regs);
	seam_regs.written = filters_written;
	return 0;
}

static void filters_exit(struct kunit *test)
{
	seam_reset();
}

/* A rule that looks at @match, one of two for each. */
static struct fl_filter filters_rule(u8 match, bool other)
{
	struct fl_filter f = {
		.key.l3 = htons(ETH_P_IP),
		.match = match,
		.owner = FL_FILTER_RULE,
		.lane = other ? 15 - match % 16 : match % 16,
	};

	if (match & FL_MATCH_PROTO)
		f.key.proto = other ? IPPROTO_TCP : IPPROTO_UDP;
	if (match & FL_MATCH_SRC)
		f.key.src.s6_addr32[0] = htonl(other ? 0x0a000001 : 0xc0a80203);
	if (match & FL_MATCH_DST)
		f.key.dst.s6_addr32[0] = htonl(other ? 0x0a010203 : 0xc6120405);
	if (match & FL_MATCH_SRC_PORT)
		f.key.src_port = htons(other ? 0x1234 : 0xfedc);
	if (match & FL_MATCH_DST_PORT)
		f.key.dst_port = htons(other ? 0x00ff : 0xff01);
	return f;
}

static void filters_set(struct kunit *test, int i, const struct fl_filter *new)
{
	struct fl_dev *fl = &filters->hw.fl;
	struct fl_filter now;
	bool on;

	filters->i = i;
	filters->old = fl->filter[i];
	filters->new = *new;
	spin_lock_bh(&fl->steer_lock);
	fl->filter[i] = *new;
	i82576_set_filter(fl, i);
	spin_unlock_bh(&fl->steer_lock);
	filters->i = -1;
	on = filters_read(i, &now);
	KUNIT_ASSERT_STREQ(test, filters->fault, "");
	KUNIT_ASSERT_EQ(test, on, new->owner != FL_FILTER_FREE);
	if (on)
		KUNIT_ASSERT_MEMEQ(test, &now, new, sizeof(now));
}

static const struct fl_filter filters_none;

/* Each kind of rule in place of each other kind, and of none. */
static void filters_flows(struct kunit *test)
{
	int from, to;

	for (from = 0; from <= FL_MATCH_ALL; from++) {
		for (to = 0; to <= FL_MATCH_ALL; to++) {
			struct fl_filter old = filters_rule(from, false);
			struct fl_filter new = filters_rule(to, true);
			int i = (from + to) % FILTERS_FLOW;

			filters_set(test, i, &old);
			filters_set(test, i, &new);
			if (from % 2)
				filters_set(test, i, &filters_none);
		}
	}
	for (from = 0; from < FILTERS_REGS; from += 4)
		if (from % 32 == 28 && from >= SAQF && from < IMIREXT + 32)
			KUNIT_EXPECT_EQ_MSG(test, filters->writes[from / 4], 0,
					    "PTP's: %#x", from);
}

static void filters_ethers(struct kunit *test)
{
	int i;

	for (i = FILTERS_FLOW; i < FILTERS_FLOW + FILTERS_ETHER; i++) {
		struct fl_filter f = {
			.key.l3 = htons(0x8000 + 0x101 * i),
			.owner = FL_FILTER_RULE,
			.lane = i % 8,
		};

		filters_set(test, i, &f);
		f.key.l3 = htons(0x88cc);
		f.lane = 7 - i % 8;
		filters_set(test, i, &f);
		KUNIT_EXPECT_EQ(test, filters->writes[filters_etqf(i) / 4], 2);
		if (i % 2)
			filters_set(test, i, &filters_none);
	}
	KUNIT_EXPECT_EQ(test, filters->writes[(ETQF + 12) / 4], 0);
}

/* After a reset: those that there are, and no others. */
static void filters_all(struct kunit *test)
{
	struct fl_dev *fl = &filters->hw.fl;
	struct fl_filter now;
	int i;

	fl->filter[0] = filters_rule(FL_MATCH_ALL, false);
	fl->filter[6] = filters_rule(FL_MATCH_DST, true);
	fl->filter[7].owner = FL_FILTER_FLOW;
	fl->filter[13].owner = FL_FILTER_RULE;
	i82576_init_steering(&filters->hw);
	for (i = 0; i < FILTERS_FLOW + FILTERS_ETHER; i++)
		KUNIT_EXPECT_EQ_MSG(test, filters_read(i, &now),
				    i == 0 || i == 6 || i == 7 || i == 13,
				    "filter %d", i);
	KUNIT_EXPECT_STREQ(test, filters->fault, "");

	memset(filters->writes, 0, sizeof(filters->writes));
	fl->caps.flow_filters = 0;
	fl->caps.ether_filters = 0;
	i82576_init_steering(&filters->hw);
	KUNIT_EXPECT_NULL(test, memchr_inv(filters->writes, 0,
					   sizeof(filters->writes)));
}

/* As QEMU's model does with a register that it does not have. */
static void filters_drop(u32 reg, u32 val)
{
	filters->regs[reg / 4] = 0;
}

static void filters_found(struct kunit *test)
{
	struct fl_caps *caps = &filters->hw.fl.caps;

	*caps = (struct fl_caps) {};
	i82576_probe_quirks(&filters->hw);
	KUNIT_EXPECT_EQ(test, caps->flow_filters, FILTERS_FLOW);
	KUNIT_EXPECT_EQ(test, caps->ether_filters, FILTERS_ETHER);
	KUNIT_EXPECT_EQ(test, caps->ether_lanes, 8);
	KUNIT_EXPECT_LE(test, caps->flow_filters + caps->ether_filters,
			FL_FILTERS_MAX);
	KUNIT_EXPECT_EQ(test, filters_reg(FTQF + 28), 0);
	/* While it stamps it is left alone. */
	filters->regs[(FTQF + 28) / 4] = BIT(27);
	memset(filters->writes, 0, sizeof(filters->writes));
	KUNIT_EXPECT_TRUE(test, i82576_find_queue_filters(&filters->hw));
	KUNIT_EXPECT_EQ(test, filters->writes[(FTQF + 28) / 4], 0);

	filters->regs[(FTQF + 28) / 4] = 0;
	*caps = (struct fl_caps) {};
	seam_regs.written = filters_drop;
	i82576_probe_quirks(&filters->hw);
	KUNIT_EXPECT_EQ(test, caps->flow_filters, 0);
	KUNIT_EXPECT_EQ(test, caps->ether_filters, 0);
}

/* The registers that have an entry of the map hold what they are to, and have been
 * written once; the others have not.
 */
static void filters_expect_buckets(struct kunit *test, const unsigned long *map)
{
	const struct fl_dev *fl = &filters->hw.fl;
	int i;

	for (i = 0; i < RETA_ENTRIES / 4; i++) {
		bool named = bitmap_read(map, 4 * i, 4);
		u32 want = get_unaligned_le32(&fl->rss.lane[4 * i]);

		KUNIT_ASSERT_EQ(test, filters->writes[RETA / 4 + i], named);
		KUNIT_ASSERT_EQ(test, filters_reg(RETA + 4 * i),
				named ? want : FILTERS_UNUSED);
	}
}

static void filters_buckets(struct kunit *test)
{
	struct fl_dev *fl = &filters->hw.fl;
	DECLARE_BITMAP(map, RETA_ENTRIES) = {};
	int run, i;

	for (run = 0; run < RETA_ENTRIES + 64; run++) {
		memset32(&filters->regs[RETA / 4], FILTERS_UNUSED,
			 RETA_ENTRIES / 4);
		memset(filters->writes, 0, sizeof(filters->writes));
		for (i = 0; i < RETA_ENTRIES; i++)
			fl->rss.lane[i] = get_random_u8() % I82576_QUEUES;
		/* Each entry alone; then some; then all, and none. */
		bitmap_zero(map, RETA_ENTRIES);
		if (run < RETA_ENTRIES)
			set_bit(run, map);
		else
			for (i = 0; i < run - RETA_ENTRIES; i++)
				set_bit(get_random_u8() % RETA_ENTRIES, map);
		if (run == RETA_ENTRIES + 63)
			bitmap_fill(map, RETA_ENTRIES);
		spin_lock_bh(&fl->steer_lock);
		i82576_set_buckets(fl, map);
		spin_unlock_bh(&fl->steer_lock);
		filters_expect_buckets(test, map);
	}
}

/* The whole table is the steered one, not the user's. */
static void filters_table(struct kunit *test)
{
	struct fl_dev *fl = &filters->hw.fl;
	DECLARE_BITMAP(map, RETA_ENTRIES);
	int i;

	for (i = 0; i < RETA_ENTRIES; i++) {
		fl->rss.table[i] = 1;
		fl->rss.lane[i] = i % 5;
	}
	i82576_set_rss(fl);
	bitmap_fill(map, RETA_ENTRIES);
	filters_expect_buckets(test, map);
}

static struct kunit_case filters_cases[] = {
	KUNIT_CASE(filters_flows),
	KUNIT_CASE(filters_ethers),
	KUNIT_CASE(filters_all),
	KUNIT_CASE(filters_found),
	KUNIT_CASE(filters_buckets),
	KUNIT_CASE(filters_table),
	{}
};

static struct kunit_suite filters_suite = {
	.name = "flowlane_filters",
	.init = filters_init,
	.exit = filters_exit,
	.test_cases = filters_cases,
};

kunit_test_suite(filters_suite);
