// SPDX-License-Identifier: GPL-2.0
/* The 82576's clock: time over a counter that wraps, is late, and is reset. */
#include <kunit/test.h>
#include <linux/ktime.h>

#include "../../drivers/i82576/clock.h"

#define CLOCK_NS	1700000000123456789ULL	/* what it shows at first */
#define CLOCK_NOW	5000000000ULL		/* the system's time then */

static struct i82576_clock *clock_held(struct kunit *test)
{
	struct i82576_clock *clock;

	clock = kunit_kzalloc(test, sizeof(*clock), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, clock);
	i82576_clock_init(clock, CLOCK_NS, CLOCK_NOW);
	return clock;
}

static struct i82576_clock *clock_running(struct kunit *test, u64 count)
{
	struct i82576_clock *clock = clock_held(test);

	i82576_clock_run(clock, count, CLOCK_NOW);
	return clock;
}

static void clock_join(struct kunit *test)
{
	u64 count;

	KUNIT_EXPECT_TRUE(test, i82576_clock_join(0, 0, &count));
	KUNIT_EXPECT_EQ(test, count, 0);
	KUNIT_EXPECT_TRUE(test, i82576_clock_join(U32_MAX, 0, &count));
	KUNIT_EXPECT_EQ(test, count, U32_MAX);
	KUNIT_EXPECT_TRUE(test, i82576_clock_join(0x89abcdef, 0x01234567,
						  &count));
	KUNIT_EXPECT_EQ(test, count, 0x0123456789abcdefULL);
	/* A device that is gone reads as all ones. */
	KUNIT_EXPECT_FALSE(test, i82576_clock_join(U32_MAX, U32_MAX, &count));
}

/* Where counters start: also where the lower half wraps, and the whole. */
static const u64 clock_counts[] = {
	0, U32_MAX - 15, 0x123456789aULL, U64_MAX - 15,
};

static void clock_count_desc(const u64 *count, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "from %#llx", *count);
}

KUNIT_ARRAY_PARAM(clock_count, clock_counts, clock_count_desc);

static void clock_counts_ns(struct kunit *test)
{
	u64 base = *(const u64 *)test->param_value;
	struct i82576_clock *clock = clock_running(test, base);
	u64 sum = 0;
	int i;

	KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, base, 0), CLOCK_NS);
	for (i = 0; i < 35; i++) {
		sum += 1ULL << i;
		/* What the system's time is does not matter. */
		KUNIT_EXPECT_EQ(test,
				i82576_clock_update(clock, base + sum, i & 1),
				CLOCK_NS + sum);
	}
}

static void clock_stamps(struct kunit *test)
{
	u64 base = *(const u64 *)test->param_value;
	struct i82576_clock *clock = clock_running(test, base);
	int i;

	for (i = 0; i < 35; i++) {
		u64 away = 1ULL << i;

		KUNIT_EXPECT_EQ(test, i82576_clock_stamp(clock, base + away),
				CLOCK_NS + away);
		KUNIT_EXPECT_EQ(test, i82576_clock_stamp(clock, base - away),
				CLOCK_NS - away);
	}
	/* They do not move the clock. */
	KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, base, 0), CLOCK_NS);
}

static void clock_held_by_system(struct kunit *test)
{
	struct i82576_clock *clock = clock_held(test);
	const u64 night = 12 * 3600 * (u64)NSEC_PER_SEC;

	KUNIT_EXPECT_EQ(test,
			i82576_clock_update(clock, U64_MAX, CLOCK_NOW + 7),
			CLOCK_NS + 7);
	KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, 0, CLOCK_NOW + night),
			CLOCK_NS + night);
}

/* A reset: what the counter was is of no use afterwards. */
static void clock_over_reset(struct kunit *test)
{
	static const u64 after[] = { 0, 1000, U64_MAX };
	struct i82576_clock *clock = clock_running(test, 1 << 20);
	u64 ns = CLOCK_NS, now = CLOCK_NOW, count = 1 << 20;
	int i;

	for (i = 0; i < ARRAY_SIZE(after); i++) {
		ns += 500;
		KUNIT_EXPECT_EQ(test,
				i82576_clock_update(clock, count + 500, now),
				ns);
		clock->held = true;
		ns += 20000000;
		now += 20000000;
		count = after[i];
		i82576_clock_run(clock, count, now);
		KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, count, now),
				ns);
	}
}

/* It was gone before the clock was held: the system knows since when. */
static void clock_over_loss(struct kunit *test)
{
	struct i82576_clock *clock = clock_running(test, 0);

	i82576_clock_update(clock, 1000, CLOCK_NOW + 1000);
	clock->held = true;
	KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, 0, CLOCK_NOW + 9000),
			CLOCK_NS + 9000);
}

static void clock_set_and_adjust(struct kunit *test)
{
	struct i82576_clock *clock = clock_held(test);
	int run;

	for (run = 0; run < 2; run++) {
		if (run)
			i82576_clock_run(clock, 0, CLOCK_NOW);
		i82576_clock_set(clock, 1000);
		KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, 0, CLOCK_NOW),
				1000);
		i82576_clock_adjust(clock, NSEC_PER_SEC);
		i82576_clock_adjust(clock, -999);
		KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, 0, CLOCK_NOW),
				NSEC_PER_SEC + 1);
	}
	KUNIT_EXPECT_EQ(test, i82576_clock_stamp(clock, 5), NSEC_PER_SEC + 6);
	KUNIT_EXPECT_EQ(test, i82576_clock_stamp(clock, -5), NSEC_PER_SEC - 4);
}

/* Parts in 10^9 */
static const int clock_freqs[] = {
	0, 10, -10, 1000, -1000, 123456, -123456,
	I82576_CLOCK_ADJ_MAX, -I82576_CLOCK_ADJ_MAX,
};

static void clock_freq_desc(const int *ppb, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%d ppb", *ppb);
}

KUNIT_ARRAY_PARAM(clock_freq, clock_freqs, clock_freq_desc);

/* As the PTP core asks for it */
static long clock_scaled_ppm(int ppb)
{
	return div_s64((s64)ppb << 16, 1000);
}

/* 4 ppb in steps of the multiplier, and a nanosecond. */
#define clock_expect_near(test, got, want, elapsed)			\
	KUNIT_EXPECT_LE(test, abs((s64)((got) - (want))),		\
			div_u64(4 * (elapsed), NSEC_PER_SEC) + 1)

static void clock_frequency(struct kunit *test)
{
	const u64 elapsed = 10 * (u64)NSEC_PER_SEC;
	int ppb = *(const int *)test->param_value;
	struct i82576_clock *clock = clock_running(test, 0);
	u64 gained = (s64)ppb * 10;
	u64 got;

	/* Nothing that was before counts, whichever it was. */
	i82576_clock_set_freq(clock, clock_scaled_ppm(77777));
	i82576_clock_set_freq(clock, clock_scaled_ppm(ppb));
	KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, 0, 0), CLOCK_NS);

	clock_expect_near(test, i82576_clock_stamp(clock, elapsed),
			  CLOCK_NS + elapsed + gained, elapsed);
	clock_expect_near(test, i82576_clock_stamp(clock, -elapsed),
			  CLOCK_NS - elapsed - gained, elapsed);
	got = i82576_clock_update(clock, elapsed, 0);
	clock_expect_near(test, got, CLOCK_NS + elapsed + gained, elapsed);

	i82576_clock_set_freq(clock, 0);
	KUNIT_EXPECT_EQ(test, i82576_clock_update(clock, 2 * elapsed, 0),
			got + elapsed);
}

/* Many small steps are as long as a large one. */
static void clock_fractions(struct kunit *test)
{
	int ppb = *(const int *)test->param_value;
	struct i82576_clock *clock = clock_running(test, 0);
	u64 count, got = 0, want;

	i82576_clock_set_freq(clock, clock_scaled_ppm(ppb));
	want = i82576_clock_stamp(clock, 16 * 5000);
	for (count = 16; count <= 16 * 5000; count += 16)
		got = i82576_clock_update(clock, count, 0);
	KUNIT_EXPECT_EQ(test, got, want);
}

/* A minute between two updates is not too much, at any frequency. */
static void clock_minute(struct kunit *test)
{
	const u64 minute = 60 * (u64)NSEC_PER_SEC;
	int ppb = *(const int *)test->param_value;
	struct i82576_clock *clock = clock_running(test, 0);
	u64 gained = (s64)ppb * 60;

	i82576_clock_set_freq(clock, clock_scaled_ppm(ppb));
	clock_expect_near(test, i82576_clock_update(clock, minute, 0),
			  CLOCK_NS + minute + gained, minute);
}

static struct kunit_case clock_cases[] = {
	KUNIT_CASE(clock_join),
	KUNIT_CASE_PARAM(clock_counts_ns, clock_count_gen_params),
	KUNIT_CASE_PARAM(clock_stamps, clock_count_gen_params),
	KUNIT_CASE(clock_held_by_system),
	KUNIT_CASE(clock_over_reset),
	KUNIT_CASE(clock_over_loss),
	KUNIT_CASE(clock_set_and_adjust),
	KUNIT_CASE_PARAM(clock_frequency, clock_freq_gen_params),
	KUNIT_CASE_PARAM(clock_fractions, clock_freq_gen_params),
	KUNIT_CASE_PARAM(clock_minute, clock_freq_gen_params),
	{}
};

static struct kunit_suite clock_suite = {
	.name = "flowlane_clock",
	.test_cases = clock_cases,
};

kunit_test_suite(clock_suite);
