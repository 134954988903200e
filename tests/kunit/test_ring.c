// SPDX-License-Identifier: GPL-2.0
/* Ring index arithmetic, the wrap of its 32-bit counters above all. */
#include <kunit/test.h>

#include <flowlane/ring.h>

#define RING_MASK	127U	/* a ring of 128 slots */

/* Where counters start: at 0, in the middle, and so that they wrap within the
 * next ring's worth of slots.
 */
static const u32 ring_bases[] = {
	0, 1, 127, 128, 0x7fffffff, 0xffffff80, 0xffffffff,
};

static void ring_base_desc(const u32 *base, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "from %#x", *base);
}

KUNIT_ARRAY_PARAM(ring_base, ring_bases, ring_base_desc);

static void ring_used_and_free(struct kunit *test)
{
	u32 base = *(const u32 *)test->param_value;
	u32 n;

	for (n = 0; n <= RING_MASK; n++) {
		KUNIT_ASSERT_EQ(test, fl_ring_used(base + n, base), n);
		KUNIT_ASSERT_EQ(test, fl_ring_free(RING_MASK, base + n, base),
				RING_MASK - n);
	}
}

static void ring_empty_has_one_slot_less(struct kunit *test)
{
	u32 base = *(const u32 *)test->param_value;

	/* One of 128 always stays empty: tail == head means "empty". */
	KUNIT_EXPECT_EQ(test, fl_ring_free(RING_MASK, base, base), 127);
}

static void ring_full_has_none(struct kunit *test)
{
	u32 base = *(const u32 *)test->param_value;

	KUNIT_EXPECT_EQ(test, fl_ring_free(RING_MASK, base + 127, base), 0);
	KUNIT_EXPECT_EQ(test, fl_ring_used(base + 127, base), 127);
	/* A full ring's tail and head are different slots. */
	KUNIT_EXPECT_NE(test, (base + 127) & RING_MASK, base & RING_MASK);
}

static void ring_advanced(struct kunit *test)
{
	u32 base = *(const u32 *)test->param_value;
	u32 n;

	for (n = 0; n <= RING_MASK; n++)
		KUNIT_ASSERT_EQ(test,
				fl_ring_advanced(RING_MASK,
						 (base + n) & RING_MASK, base),
				n);
}

static void ring_smallest(struct kunit *test)
{
	/* Two slots, of which one can be used. */
	KUNIT_EXPECT_EQ(test, fl_ring_free(1, 5, 5), 1);
	KUNIT_EXPECT_EQ(test, fl_ring_free(1, 6, 5), 0);
	KUNIT_EXPECT_EQ(test, fl_ring_advanced(1, 0, 5), 1);
	KUNIT_EXPECT_EQ(test, fl_ring_advanced(1, 1, 5), 0);
}

static void ring_sizes(struct kunit *test)
{
	int shift;

	KUNIT_EXPECT_FALSE(test, fl_ring_size_ok(0));
	KUNIT_EXPECT_FALSE(test, fl_ring_size_ok(1));
	KUNIT_EXPECT_FALSE(test, fl_ring_size_ok(3));
	KUNIT_EXPECT_FALSE(test, fl_ring_size_ok(96));	/* 64 + 32 */
	KUNIT_EXPECT_FALSE(test, fl_ring_size_ok(U32_MAX));
	for (shift = 1; shift < 32; shift++)
		KUNIT_EXPECT_TRUE(test, fl_ring_size_ok(1U << shift));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE_PARAM(ring_used_and_free, ring_base_gen_params),
	KUNIT_CASE_PARAM(ring_empty_has_one_slot_less, ring_base_gen_params),
	KUNIT_CASE_PARAM(ring_full_has_none, ring_base_gen_params),
	KUNIT_CASE_PARAM(ring_advanced, ring_base_gen_params),
	KUNIT_CASE(ring_smallest),
	KUNIT_CASE(ring_sizes),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "flowlane_ring",
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
