// SPDX-License-Identifier: GPL-2.0
/*
 * Adaptive moderation, the algorithm: which interval it makes of traffic that a
 * case makes up, one window of time after the other.
 */
#include <linux/string.h>
#include <kunit/test.h>

#include <flowlane/coalesce.h>

#define ADAPT_TOP	(FL_ADAPT_STEPS - 1)
#define ADAPT_ROOM	512

/* Windows until an interval has been found, and then some. */
#define ADAPT_START	20
#define ADAPT_WINDOWS	1000

/**
 * struct adapt_load - a kind of traffic
 * @rate: packets a millisecond of a stream that nothing slows down
 * @size: bytes of its packets
 * @trip: usecs of a request and its response, if no interval is longer; 0: none
 * @trip_packets: packets of both
 * @trip_bytes: bytes of both
 * @adds: an interval makes a trip longer by half of itself, however short it is
 * @noise: percent by which windows differ, in both directions
 */
struct adapt_load {
	u32 rate;
	u32 size;
	u32 trip;
	u32 trip_packets;
	u32 trip_bytes;
	bool adds;
	u32 noise;
};

/* Full frames at 1 Gb/s, and one connection that waits for its answers. */
static const struct adapt_load adapt_bulk = { .rate = 81, .size = 1514 };
static const struct adapt_load adapt_requests = {
	.trip = 30, .trip_packets = 2, .trip_bytes = 200,
};

/**
 * struct adapt_lane - a lane in a case's hands
 * @a: its state
 * @room: packets that may wait
 * @seed: of the noise
 * @windows: how many it has spent at each step
 */
struct adapt_lane {
	struct fl_adapt a;
	u32 room;
	u32 seed;
	u32 windows[FL_ADAPT_STEPS];
};

static void adapt_lane_init(struct adapt_lane *lane)
{
	memset(lane, 0, sizeof(*lane));
	fl_adapt_reset(&lane->a);
	lane->room = ADAPT_ROOM;
	lane->seed = 1;
}

static u32 adapt_noise(struct adapt_lane *lane, u32 val, u32 noise)
{
	lane->seed = lane->seed * 1664525 + 1013904223;
	return val * (100 - noise + (lane->seed >> 16) % (2 * noise + 1)) / 100;
}

/* What is carried at a step. */
static struct fl_adapt_rate adapt_rate(const struct adapt_load *load, u8 step)
{
	u32 usecs = fl_adapt_usecs[step];
	struct fl_adapt_rate rate = {
		.packets = load->rate,
		.bytes = load->rate * load->size,
	};

	if (load->trip) {
		u32 trip = load->adds ? load->trip + usecs / 2 :
					max(load->trip, usecs);

		rate.packets += load->trip_packets * USEC_PER_MSEC / trip;
		rate.bytes += load->trip_bytes * USEC_PER_MSEC / trip;
	}
	return rate;
}

/* One window. A trial that failed ends with it. */
static void adapt_window(struct kunit *test, struct adapt_lane *lane,
			 const struct adapt_load *load)
{
	struct fl_adapt *a = &lane->a;
	struct fl_adapt_rate rate = adapt_rate(load, a->step);

	if (load->noise) {
		rate.bytes = adapt_noise(lane, rate.bytes, load->noise);
		rate.packets = adapt_noise(lane, rate.packets, load->noise);
	}
	lane->windows[a->step]++;
	fl_adapt_window(a, &rate, lane->room);
	KUNIT_ASSERT_LT(test, a->step, FL_ADAPT_STEPS);
	KUNIT_ASSERT_LE(test, abs(a->trial), 1);
}

static void adapt_run(struct kunit *test, struct adapt_lane *lane,
		      const struct adapt_load *load, u32 n)
{
	while (n--)
		adapt_window(test, lane, load);
}

/* As adapt_run(), but only these windows count. */
static void adapt_count(struct kunit *test, struct adapt_lane *lane,
			const struct adapt_load *load, u32 n)
{
	memset(lane->windows, 0, sizeof(lane->windows));
	adapt_run(test, lane, load, n);
}

/* Bulk: up at once, and from time to time a look at the step below. */
static void adapt_climbs(struct kunit *test)
{
	/* Besides the one that decides to try. */
	static const u8 waits[] = { 4, 8, 16, 32, 64, 64, 64 };
	struct adapt_lane lane;
	int i, j;

	adapt_lane_init(&lane);
	for (i = 0; i < ADAPT_TOP; i++) {
		KUNIT_EXPECT_EQ(test, lane.a.step, i);
		adapt_window(test, &lane, &adapt_bulk);
	}
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		KUNIT_EXPECT_EQ(test, lane.a.step, ADAPT_TOP);
		adapt_window(test, &lane, &adapt_bulk);
		KUNIT_EXPECT_EQ_MSG(test, lane.a.step, ADAPT_TOP - 1,
				    "trial %d", i);
		adapt_window(test, &lane, &adapt_bulk);
		for (j = 0; j < waits[i]; j++) {
			KUNIT_EXPECT_EQ_MSG(test, lane.a.step, ADAPT_TOP,
					    "%d after trial %d", j, i);
			adapt_window(test, &lane, &adapt_bulk);
		}
	}
}

/* In the middle both neighbours are tried, in turn. */
static void adapt_tries_both(struct kunit *test)
{
	/* Two intervals fit into a trip, and the third is twice as long. */
	static const struct adapt_load load = {
		.trip = 100, .trip_packets = 10, .trip_bytes = 12000,
	};
	static const u8 tried[] = { 3, 1, 3, 1, 3 };
	struct adapt_lane lane;
	int i, n;

	adapt_lane_init(&lane);
	adapt_run(test, &lane, &load, 2);
	for (i = 0; i < ARRAY_SIZE(tried); i++) {
		for (n = 0; lane.a.step == 2 && n < 100; n++)
			adapt_window(test, &lane, &load);
		KUNIT_EXPECT_EQ_MSG(test, lane.a.step, tried[i], "trial %d", i);
		adapt_window(test, &lane, &load);
		KUNIT_EXPECT_EQ(test, lane.a.step, 2);
	}
}

/**
 * struct adapt_steady - traffic that goes on for ever
 * @name: for the test's
 * @load: traffic
 * @step: where it belongs
 * @most: the highest step that may be tried
 * @room: packets that may wait, if not as many as usual
 */
struct adapt_steady {
	const char *name;
	struct adapt_load load;
	u8 step;
	u8 most;
	u32 room;
};

static const struct adapt_steady adapt_steadies[] = {
	{ "nothing", {}, 0, 0 },
	{ "bulk", { 81, 1514 }, 5, 5 },
	{ "half a link", { 40, 1514 }, 5, 5 },
	{ "in segments", { 2, 60000 }, 5, 5 },

	/* Three packets or 1000 bytes in the second interval, or just less. */
	{ "a packet a millisecond", { 1, 1514 }, 0, 0 },
	{ "enough packets", { 60, 60 }, 5, 5 },
	{ "too few packets", { 59, 60 }, 0, 0 },
	{ "enough bytes", { 14, 1514 }, 5, 5 },
	{ "too few bytes", { 13, 1514 }, 0, 0 },

	/* 64 small ones, or half a ring, in an interval; or one more. */
	{ "small flood of 64", { 640, 60 }, 2, 2 },
	{ "small flood of more", { 641, 60 }, 1, 1 },
	{ "small flood of a link", { 1488, 60 }, 0, 0 },
	{ "hardly small flood", { 1000, 255 }, 1, 1 },
	{ "not quite small flood", { 1000, 256 }, 4, 4 },
	{ "small flood of a small ring", { 640, 60 }, 1, 1, 32 },
	{ "flood of half a ring", { 640, 1514 }, 5, 5 },
	{ "flood of more", { 641, 1514 }, 4, 4 },
	{ "flood of 10 Gb/s", { 812, 1514 }, 4, 4 },
	{ "flood of a smaller ring", { 812, 1514 }, 3, 3, 256 },

	/* One after the other: longer waiting is less of them. */
	{ "requests", { 0, 0, 30, 2, 200 }, 0, 1 },
	{ "fast requests", { 0, 0, 15, 2, 200 }, 0, 1 },
	{ "slow requests", { 0, 0, 100, 2, 200 }, 0, 0 },
	{ "very slow requests", { 0, 0, 2000, 2, 200 }, 0, 0 },
	{ "large responses", { 0, 0, 100, 10, 12000 }, 2, 3 },
	{ "larger responses", { 0, 0, 160, 12, 16000 }, 3, 4 },
	{ "largest responses", { 0, 0, 640, 50, 64000 }, 5, 5 },
	{ "bulk and requests", { 40, 1514, 30, 2, 200 }, 5, 5 },

	/* 100 Gb/s. */
	{ "100 Gb/s", { 8000, 1562 }, 1, 1 },
	{ "100 Gb/s, all that it takes", { 8000, 1562 }, 5, 5, 32768 },
	{ "100 Gb/s in segments", { 200, 62500 }, 5, 5 },
	{ "100 Gb/s of small ones", { 148800, 60 }, 0, 0, 32768 },
};

static void adapt_steady_desc(const struct adapt_steady *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(adapt_steady, adapt_steadies, adapt_steady_desc);

/* Found soon, and left for trials only: one window in twenty at most. */
static void adapt_stays(struct kunit *test)
{
	const struct adapt_steady *s = test->param_value;
	struct adapt_lane lane;
	int i;

	adapt_lane_init(&lane);
	if (s->room)
		lane.room = s->room;
	adapt_run(test, &lane, &s->load, ADAPT_START);
	for (i = s->most + 1; i < FL_ADAPT_STEPS; i++)
		KUNIT_EXPECT_EQ_MSG(test, lane.windows[i], 0, "step %d", i);
	adapt_count(test, &lane, &s->load, ADAPT_WINDOWS);
	KUNIT_EXPECT_GE(test, lane.windows[s->step], ADAPT_WINDOWS * 19 / 20);
	for (i = s->most + 1; i < FL_ADAPT_STEPS; i++)
		KUNIT_EXPECT_EQ_MSG(test, lane.windows[i], 0, "step %d", i);
}

/* Whatever a trip takes: a step that costs more than a quarter is there for one
 * window, and one that costs nothing is not left out for long.
 */
static void adapt_costs_little(struct kunit *test)
{
	struct adapt_load load = { .trip_packets = 50, .trip_bytes = 64000 };

	for (load.trip = 1; load.trip < 1200; load.trip += 7) {
		u32 best = adapt_rate(&load, 0).bytes;
		bool before = false;
		struct adapt_lane lane;
		int i, free = 0;

		adapt_lane_init(&lane);
		while (free < ADAPT_TOP &&
		       fl_adapt_usecs[free + 1] <= load.trip)
			free++;
		for (i = 0; i < 300; i++) {
			u32 bytes = adapt_rate(&load, lane.a.step).bytes;
			bool dear = bytes < best - best / 4;

			KUNIT_EXPECT_FALSE_MSG(test, dear && before,
					       "trip %u, window %d", load.trip,
					       i);
			before = dear;
			adapt_window(test, &lane, &load);
		}
		adapt_count(test, &lane, &load, 300);
		for (i = 0; free--;)
			i += lane.windows[free];
		KUNIT_EXPECT_LE_MSG(test, i, 15, "trip %u", load.trip);
	}
}

/* Each step costs less than a quarter, and all that are left out half: the best
 * is what counts on the way up.
 */
static void adapt_costs_add_up(struct kunit *test)
{
	static const struct adapt_load load = {
		.trip = 300, .trip_packets = 50, .trip_bytes = 64000,
		.adds = true,
	};
	static const u8 steps[] = { 0, 1, 2, 3, 4, 3, 3, 3, 3 };
	struct adapt_lane lane;
	int i;

	adapt_lane_init(&lane);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		KUNIT_EXPECT_EQ_MSG(test, lane.a.step, steps[i], "window %d",
				    i);
		adapt_window(test, &lane, &load);
	}
}

/* Windows differ, as they do: bulk stays up, requests stay down. */
static void adapt_bears_noise(struct kunit *test)
{
	struct adapt_load bulk = adapt_bulk, requests = adapt_requests;
	struct adapt_lane lane;
	u32 seed;

	bulk.noise = 20;
	requests.noise = 20;
	for (seed = 1; seed <= 50; seed++) {
		adapt_lane_init(&lane);
		lane.seed = seed;
		adapt_run(test, &lane, &bulk, 100);
		adapt_count(test, &lane, &bulk, ADAPT_WINDOWS);
		KUNIT_EXPECT_GE_MSG(test, lane.windows[ADAPT_TOP] +
				    lane.windows[ADAPT_TOP - 1],
				    ADAPT_WINDOWS * 9 / 10, "seed %u", seed);

		adapt_lane_init(&lane);
		lane.seed = seed;
		adapt_count(test, &lane, &requests, ADAPT_WINDOWS);
		KUNIT_EXPECT_GE_MSG(test, lane.windows[0],
				    ADAPT_WINDOWS * 9 / 10, "seed %u", seed);
	}
}

/* From one kind of traffic to another without a rest. The numbers are how many
 * windows it may take: up to 64 until the next trial, as many as there are
 * steps, and one more trial that fails.
 */
static void adapt_changes(struct kunit *test)
{
	static const struct adapt_load slow = { .rate = 40, .size = 1514 };
	static const struct adapt_load small = { .rate = 600, .size = 60 };
	static const struct adapt_load nothing;
	static const struct {
		const char *name;
		const struct adapt_load *load;
		u32 windows;
		u8 step;
	} phases[] = {
		{ "nothing", &nothing, 1, 0 },
		{ "bulk after nothing", &adapt_bulk, 6, ADAPT_TOP },
		{ "nothing after bulk", &nothing, 1, 0 },
		{ "requests after nothing", &adapt_requests, 3, 0 },
		{ "bulk after requests", &adapt_bulk, 72, ADAPT_TOP },
		{ "requests after bulk", &adapt_requests, 1, 0 },
		{ "bulk after requests again", &adapt_bulk, 72, ADAPT_TOP },
		{ "slower bulk", &slow, 1, ADAPT_TOP },
		{ "faster bulk", &adapt_bulk, 1, ADAPT_TOP },
		/* What does not fit is left at once, without a trial. */
		{ "small packets after bulk", &small, 1, 2 },
		{ "bulk after small packets", &adapt_bulk, 72, ADAPT_TOP },
	};
	struct adapt_lane lane;
	int i, n;

	adapt_lane_init(&lane);
	for (i = 0; i < ARRAY_SIZE(phases); i++) {
		for (n = 0; n < phases[i].windows; n++) {
			adapt_window(test, &lane, phases[i].load);
			if (lane.a.step == phases[i].step)
				break;
		}
		KUNIT_EXPECT_EQ_MSG(test, lane.a.step, phases[i].step, "%s",
				    phases[i].name);
		/* Settled, and as patient as it becomes; no trial is on. */
		adapt_run(test, &lane, phases[i].load, 300);
		for (n = 0; lane.a.trial && n < 2; n++)
			adapt_window(test, &lane, phases[i].load);
		KUNIT_EXPECT_EQ_MSG(test, lane.a.step, phases[i].step, "%s",
				    phases[i].name);
	}
}

/* Bulk becomes requests at a long interval, and three quarters less get through:
 * this may as well be slower bulk, until a trial below says it is not.
 */
static void adapt_finds_out(struct kunit *test)
{
	static const struct adapt_load loop = {
		.trip = 100, .trip_packets = 20, .trip_bytes = 25000,
	};
	struct adapt_lane lane;
	int i, n, late;

	/* However long it is until the next trial. */
	for (late = 0; late < 130; late++) {
		adapt_lane_init(&lane);
		adapt_run(test, &lane, &adapt_bulk, 300 + late);
		/* That one would fail because of the change. */
		if (lane.a.trial)
			continue;
		for (n = 0; lane.a.step != 2 && n < 90; n++)
			adapt_window(test, &lane, &loop);
		KUNIT_EXPECT_LT_MSG(test, n, 90, "%d more of bulk", late);
		/* There it stays, but for trials. */
		adapt_count(test, &lane, &loop, 100);
		KUNIT_EXPECT_GE(test, lane.windows[2], 80);
		for (i = 4; i < FL_ADAPT_STEPS; i++)
			KUNIT_EXPECT_EQ(test, lane.windows[i], 0);
	}
}

/* Requests after bulk so fast that they cannot be slower bulk: from the first
 * step on, with nothing that bulk was.
 */
static void adapt_starts_anew(struct kunit *test)
{
	static const struct adapt_load fast = { .rate = 200, .size = 6000 };
	static const struct adapt_load loop = {
		.trip = 100, .trip_packets = 50, .trip_bytes = 64000,
	};
	struct adapt_lane lane;

	adapt_lane_init(&lane);
	adapt_run(test, &lane, &fast, 300);
	KUNIT_ASSERT_EQ(test, lane.a.step, ADAPT_TOP);
	adapt_window(test, &lane, &loop);
	KUNIT_EXPECT_LE(test, lane.a.step, 1);
	adapt_run(test, &lane, &loop, 5);
	KUNIT_EXPECT_EQ(test, lane.a.step, 2);
	adapt_count(test, &lane, &loop, 100);
	KUNIT_EXPECT_GE(test, lane.windows[2], 90);
}

/* One window of little, at any time, says nothing. */
static void adapt_bears_a_dip(struct kunit *test)
{
	static const struct adapt_load dip = { .rate = 25, .size = 1514 };
	struct adapt_lane lane;
	int late;

	for (late = 0; late < 70; late++) {
		adapt_lane_init(&lane);
		adapt_run(test, &lane, &adapt_bulk, 300 + late);
		adapt_window(test, &lane, &dip);
		adapt_count(test, &lane, &adapt_bulk, 40);
		KUNIT_EXPECT_GE_MSG(test, lane.windows[ADAPT_TOP], 39,
				    "%d more of bulk", late);
	}
}

/* A trial that succeeds makes impatient again: where one step was wrong, the
 * next may be.
 */
static void adapt_patience(struct kunit *test)
{
	static const struct adapt_load small = { .rate = 600, .size = 60 };
	struct adapt_lane lane;
	int n;

	/* Trials fail at the top and below the limit of small packets. */
	adapt_lane_init(&lane);
	adapt_run(test, &lane, &small, 400);
	KUNIT_EXPECT_EQ(test, lane.a.patience, 64);
	/* The limit is gone, and the next trial goes up. */
	for (n = 0; lane.a.step < 3 && n < 200; n++)
		adapt_window(test, &lane, &adapt_bulk);
	KUNIT_ASSERT_EQ(test, lane.a.step, 3);
	adapt_run(test, &lane, &adapt_bulk, 1);
	KUNIT_EXPECT_EQ(test, lane.a.patience, 4);
	adapt_run(test, &lane, &adapt_bulk, 1);
	KUNIT_EXPECT_EQ(test, lane.a.step, ADAPT_TOP);
}

/* Where an interval has its price: it has to be longer than what is from poll to poll
 * anyway, and to make a difference.
 */
static void adapt_saves(struct kunit *test)
{
	static const struct { u32 gap; bool stays; u32 rate; u8 step; } of[] = {
		{ 12, false, 81, ADAPT_TOP }, { 50, false, 81, ADAPT_TOP },
		{ 300, false, 81, ADAPT_TOP }, { 550, false, 81, 0 },
		{ 10000, false, 81, 0 }, { 12, true, 81, 0 },
		/* One full frame in each interval is not enough. */
		{ 12, false, 2, 0 },
	};
	struct adapt_lane lane;
	int i, n;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		const struct adapt_load load = { .rate = of[i].rate, .size = 1514 };
		u32 there = 0;

		adapt_lane_init(&lane);
		for (n = 0; n < ADAPT_WINDOWS; n++) {
			struct fl_adapt_rate rate = adapt_rate(&load, 0);
			u8 step = lane.a.step;

			rate.gap = of[i].gap;
			if (step && !of[i].stays)
				rate.gap = max(rate.gap, (u32)fl_adapt_usecs[step]);
			there += step == of[i].step;
			fl_adapt_window(&lane.a, &rate, lane.room);
			KUNIT_ASSERT_LT(test, lane.a.step, FL_ADAPT_STEPS);
		}
		KUNIT_EXPECT_GE_MSG(test, there, ADAPT_WINDOWS * 9 / 10, "%d", i);
	}
}

static struct kunit_case adapt_cases[] = {
	KUNIT_CASE(adapt_climbs),
	KUNIT_CASE(adapt_tries_both),
	KUNIT_CASE_PARAM(adapt_stays, adapt_steady_gen_params),
	KUNIT_CASE(adapt_costs_little),
	KUNIT_CASE(adapt_costs_add_up),
	KUNIT_CASE(adapt_bears_noise),
	KUNIT_CASE(adapt_changes),
	KUNIT_CASE(adapt_finds_out),
	KUNIT_CASE(adapt_starts_anew),
	KUNIT_CASE(adapt_bears_a_dip),
	KUNIT_CASE(adapt_patience),
	KUNIT_CASE(adapt_saves),
	{}
};

static struct kunit_suite adapt_suite = {
	.name = "flowlane_adapt",
	.test_cases = adapt_cases,
};

kunit_test_suite(adapt_suite);
