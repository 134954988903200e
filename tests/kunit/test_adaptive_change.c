// SPDX-License-Identifier: GPL-2.0
/*
 * Adaptive moderation of a lane, from a decision to the change that it makes,
 * and what can come between: the port halts, a user sets something else, the
 * traffic pauses.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/workqueue.h>

#include "frame.h"
#include "traffic.h"

static const struct mock_hw *const change_hws[] = MOCK_HWS;

KUNIT_ARRAY_PARAM(change_hw, change_hws, mock_hw_desc);

/* A lane at the top has had a decision that has not come into force: a trial of
 * the step below.
 */
static void change_decide(struct kunit *test, struct mock *mock, int idx)
{
	struct fl_lane *lane = &mock->fl.lane[idx];

	traffic_run_up(test, mock, idx);
	/* Queued, it counts as cancelled at once: as if it ran too late. */
	disable_work(&lane->itr_work);
	traffic_measure(test, mock, idx, &traffic_bulk);
	KUNIT_ASSERT_EQ(test, lane->measure.state, FL_MEASURE_WAITS);
	KUNIT_ASSERT_EQ(test, lane->adapt.step, TRAFFIC_TOP - 1);
	KUNIT_ASSERT_EQ(test, mock->lane[idx].itr, traffic_itr[TRAFFIC_TOP]);
}

/* The decision comes into force after all. */
static void change_apply(struct fl_lane *lane)
{
	enable_work(&lane->itr_work);
	schedule_work(&lane->itr_work);
	flush_work(&lane->itr_work);
}

/* No other decision is made meanwhile, and the next window begins as soon as
 * the interval has been changed, not before.
 */
static void change_decision_waits(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct fl_measure *m = &lane->measure;
	int i;

	change_decide(test, mock, 0);
	m->time = 0;
	for (i = 1; i < 10; i++) {
		traffic_carry(mock, 0, &traffic_requests, FL_MEASURE_USECS);
		if (i % 2)
			traffic_sample(lane, traffic_time(i * FL_MEASURE_USECS));
		else
			traffic_poll(mock, 0, TRAFFIC_SOON);
		KUNIT_EXPECT_EQ(test, m->state, FL_MEASURE_WAITS);
		KUNIT_EXPECT_EQ(test, m->polls, FL_MEASURE_POLLS - 1);
		KUNIT_EXPECT_EQ(test, m->time, 0);
		KUNIT_EXPECT_EQ(test, lane->adapt.step, TRAFFIC_TOP - 1);
	}
	change_apply(lane);
	KUNIT_EXPECT_EQ(test, m->state, FL_MEASURE_START);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP - 1);
	traffic_poll(mock, 0, TRAFFIC_SOON);
	KUNIT_EXPECT_EQ(test, m->state, FL_MEASURE_RUNS);
	KUNIT_EXPECT_NE(test, m->time, 0);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP - 1);
}

/* The poll after one that has decided is early, if the work item was quick. */
static void change_decision_is_quick(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];

	traffic_run(test, mock, 0, &traffic_bulk, 1);
	KUNIT_EXPECT_EQ(test, lane->measure.state, FL_MEASURE_START);
	traffic_poll(mock, 0, TRAFFIC_SOON);
	KUNIT_EXPECT_EQ(test, lane->measure.state, FL_MEASURE_RUNS);
}

/* Keeps a change of moderation waiting, but not for ever. */
struct change_hold {
	struct work_struct work;
	struct fl_dev *fl;
	long ticks;
	struct completion held;
	struct completion let_go;
	bool late;	/* the lane had halted, and its work had not */
};

static struct change_hold change_hold;

static void change_hold_work(struct work_struct *work)
{
	struct change_hold *hold = container_of(work, struct change_hold, work);

	mutex_lock(&hold->fl->itr_lock);
	complete(&hold->held);
	wait_for_completion_timeout(&hold->let_go, hold->ticks);
	mutex_unlock(&hold->fl->itr_lock);
}

static void change_hold_begin(struct mock *mock, long ticks)
{
	struct change_hold *hold = &change_hold;

	INIT_WORK(&hold->work, change_hold_work);
	init_completion(&hold->held);
	init_completion(&hold->let_go);
	hold->fl = &mock->fl;
	hold->ticks = ticks;
	hold->late = false;
	schedule_work(&hold->work);
	wait_for_completion(&hold->held);
}

/* NAPI keeps away from the lane's state until the work item is through with it,
 * and not only until it has begun.
 */
static void change_decision_takes_time(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	int tries;

	change_hold_begin(mock, 3600 * HZ);
	traffic_measure(test, mock, 0, &traffic_bulk);
	for (tries = 0; tries < 100; tries++) {
		usleep_range(1000, 2000);
		if (work_busy(&lane->itr_work) & WORK_BUSY_RUNNING)
			break;
	}
	usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, lane->measure.state, FL_MEASURE_WAITS);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, traffic_itr[0]);
	complete(&change_hold.let_go);
	flush_work(&change_hold.work);
	flush_work(&lane->itr_work);
	KUNIT_EXPECT_EQ(test, lane->measure.state, FL_MEASURE_START);
	traffic_expect_step(test, mock, 0, 1);
}

/* What can come between a decision and what it changes */

static void change_down_up(struct mock *mock)
{
	mock_stop(mock);
	mock_open(mock);
}

static void change_other_rings(struct mock *mock)
{
	struct fl_config cfg = mock->fl.cfg;

	cfg.rx_size = 512;
	mock_reconfigure(mock, &cfg);
}

static void change_other_lanes(struct mock *mock)
{
	struct fl_config cfg = mock->fl.cfg;

	cfg.lanes = MOCK_LANES;
	mock_reconfigure(mock, &cfg);
}

static void change_pause_fails(struct mock *mock)
{
	struct fl_config cfg = mock->fl.cfg;

	mock->pause.times = 1;
	cfg.tx_size = 512;
	mock_reconfigure(mock, &cfg);
}

static const struct {
	const char *name;
	void (*halt)(struct mock *mock);
} change_halts[] = {
	{ "down and up", change_down_up },
	{ "reset", mock_reset },
	{ "other rings", change_other_rings },
	{ "other lanes", change_other_lanes },
	{ "reset of a pause that fails", change_pause_fails },
};

static void change_halt_cancels(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	int i;

	for (i = 0; i < ARRAY_SIZE(change_halts); i++) {
		change_decide(test, mock, 0);
		/* The last of what is measured, and of no use as well. */
		lane->measure.forget = true;
		change_halts[i].halt(mock);
		mock_settle(mock);
		enable_work(&lane->itr_work);
		KUNIT_ASSERT_EQ_MSG(test, lane->measure.state,
				    FL_MEASURE_START, "%s",
				    change_halts[i].name);
		KUNIT_EXPECT_FALSE(test, lane->measure.forget);
		KUNIT_EXPECT_LT(test, lane->measure.polls, FL_MEASURE_POLLS);
		KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 0);
		traffic_expect_step(test, mock, 0, 0);
		traffic_run_up(test, mock, 0);
		mock_reset(mock);
		mock_settle(mock);
		traffic_expect_step(test, mock, 0, 0);
	}
}

static void change_hold_call(struct mock *mock, const char *call)
{
	if (strcmp(call, "down") && strcmp(call, "pause"))
		return;
	if (work_busy(&mock->fl.lane[0].itr_work))
		change_hold.late = true;
	complete(&change_hold.let_go);
}

/* No work of a lane goes on when the lane has halted. */
static void change_halt_waits(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct change_hold *hold = &change_hold;
	int i;

	for (i = 0; i < ARRAY_SIZE(change_halts); i++) {
		change_hold_begin(mock, HZ / 10);
		traffic_measure(test, mock, 0, &traffic_bulk);
		mock->on_call = change_hold_call;
		change_halts[i].halt(mock);
		mock->on_call = NULL;
		flush_work(&hold->work);
		KUNIT_EXPECT_FALSE_MSG(test, hold->late, "%s",
				       change_halts[i].name);
		mock_settle(mock);
		traffic_expect_step(test, mock, 0, 0);
	}
}

/* A user's say */

/* A user's interval stays, whatever was decided before. */
static void change_off_and_on(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	u32 writes;
	int i;

	change_decide(test, mock, 0);
	traffic_set(mock, 0, 49, false);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 24);
	writes = mock->lane[0].itr_writes;
	change_apply(lane);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 24);
	KUNIT_EXPECT_EQ(test, lane->measure.state, FL_MEASURE_START);
	/* Neither traffic nor a rest turn it on. */
	for (i = 0; i < 2 * FL_MEASURE_POLLS; i++) {
		traffic_carry(mock, 0, &traffic_bulk, FL_MEASURE_USECS);
		traffic_poll(mock, 0, i % 2 ? TRAFFIC_SOON :
					      FL_MEASURE_IDLE + 1);
	}
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, writes);
	KUNIT_EXPECT_EQ(test, lane->measure.state, FL_MEASURE_START);

	/* On again: short at once, and as if it had never been. */
	traffic_set(mock, 0, 49, true);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, traffic_itr[0]);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, writes + 1);
	for (i = 0; i < FL_MEASURE_POLLS; i++)
		traffic_poll(mock, 0, TRAFFIC_SOON);
	traffic_expect_step(test, mock, 0, 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, writes + 1);
	KUNIT_EXPECT_FALSE(test, lane->measure.forget);
	KUNIT_EXPECT_EQ(test, lane->adapt.bytes, 0);
	traffic_run_up(test, mock, 0);
}

/* Off and on before a decision has come into force: it comes first. */
static void change_off_and_on_at_once(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];

	change_decide(test, mock, 0);
	traffic_set(mock, 0, 49, false);
	traffic_set(mock, 0, 49, true);
	traffic_poll(mock, 0, TRAFFIC_SOON);
	KUNIT_EXPECT_TRUE(test, lane->measure.forget);
	KUNIT_EXPECT_EQ(test, lane->adapt.step, TRAFFIC_TOP - 1);
	change_apply(lane);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP - 1);
	traffic_poll(mock, 0, TRAFFIC_SOON);
	traffic_expect_step(test, mock, 0, 0);
	KUNIT_EXPECT_FALSE(test, lane->measure.forget);
	traffic_run_up(test, mock, 0);
}

/* On where it is on already, with another interval for later. */
static void change_on_and_on(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];

	traffic_run_up(test, mock, 0);
	traffic_set(mock, 0, 78, true);
	KUNIT_EXPECT_FALSE(test, lane->measure.forget);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, TRAFFIC_TOP);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP);
}

static void change_off_and_on_while_down(struct kunit *test)
{
	struct mock *mock = test->priv;
	u32 writes;

	traffic_run_up(test, mock, 0);
	writes = mock->lane[0].itr_writes;
	mock_stop(mock);
	traffic_set(mock, 0, 49, false);
	traffic_set(mock, 0, 49, true);
	mock_open(mock);
	mock_settle(mock);
	traffic_expect_step(test, mock, 0, 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, writes);
	traffic_run_up(test, mock, 0);
}

/* A lane's state is its own: one is fixed, one goes and comes back, in the
 * middle of a decision.
 */
static void change_lanes(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_config cfg = mock->fl.cfg;

	traffic_set(mock, 0, 49, false);
	change_decide(test, mock, 1);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 24);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, 1);

	cfg.lanes = 1;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	enable_work(&mock->fl.lane[1].itr_work);
	cfg.lanes = MOCK_LANES;
	KUNIT_ASSERT_EQ(test, mock_reconfigure(mock, &cfg), 0);
	mock_settle(mock);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr, 24);
	traffic_expect_step(test, mock, 1, 0);
	traffic_expect_step(test, mock, 3, 0);
	traffic_run_up(test, mock, 3);
	traffic_run_up(test, mock, 1);
}

/* A rest */

static void change_idle(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct fl_measure *m = &lane->measure;
	u32 writes;

	traffic_run_up(test, mock, 0);
	traffic_poll(mock, 0, TRAFFIC_SOON);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP);

	writes = mock->lane[0].itr_writes;
	traffic_poll(mock, 0, FL_MEASURE_IDLE + 1);
	traffic_expect_step(test, mock, 0, 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, writes + 1);
	KUNIT_EXPECT_EQ(test, m->state, FL_MEASURE_START);
	KUNIT_EXPECT_FALSE(test, m->forget);
	/* At the first step there is nothing to go back to. */
	m->polls = 0;
	m->time = 0;
	traffic_poll(mock, 0, FL_MEASURE_IDLE + 1);
	KUNIT_EXPECT_FALSE(test, m->forget);
	KUNIT_EXPECT_EQ(test, m->polls, 1);
	KUNIT_EXPECT_EQ(test, m->time, 0);
	KUNIT_EXPECT_EQ(test, mock->lane[0].itr_writes, writes + 1);
	/* What was before has been forgotten: straight up again. */
	traffic_run_up(test, mock, 0);
}

/* Polls that do not end forget nothing, but the first that does. */
static void change_idle_then_busy(struct kunit *test)
{
	const u8 *data = frame_bytes(test, 60, 1);
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	int i;

	traffic_run_up(test, mock, 0);
	for (i = 0; i < 18; i++)
		KUNIT_ASSERT_EQ(test, mock_rx_frame(mock, 0, data, 60, NULL),
				1);
	lane->last_poll = jiffies - FL_MEASURE_IDLE - 1;
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 8);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 8);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP);
	KUNIT_EXPECT_EQ(test, mock_poll(mock, 0, 8), 2);
	flush_work(&lane->itr_work);
	traffic_expect_step(test, mock, 0, 0);
	KUNIT_EXPECT_FALSE(test, lane->measure.forget);
}

/* A rest while a decision waits is remembered until it waits no more. */
static void change_idle_meanwhile(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];

	change_decide(test, mock, 0);
	traffic_poll(mock, 0, FL_MEASURE_IDLE + 1);
	KUNIT_EXPECT_EQ(test, lane->measure.state, FL_MEASURE_WAITS);
	KUNIT_EXPECT_EQ(test, lane->adapt.step, TRAFFIC_TOP - 1);
	change_apply(lane);
	traffic_expect_step(test, mock, 0, TRAFFIC_TOP - 1);
	traffic_poll(mock, 0, TRAFFIC_SOON);
	traffic_expect_step(test, mock, 0, 0);
	traffic_run_up(test, mock, 0);
}

static struct kunit_case change_cases[] = {
	KUNIT_CASE(change_decision_waits),
	KUNIT_CASE(change_decision_is_quick),
	KUNIT_CASE(change_decision_takes_time),
	KUNIT_CASE(change_halt_cancels),
	KUNIT_CASE(change_halt_waits),
	KUNIT_CASE_PARAM(change_off_and_on, change_hw_gen_params),
	KUNIT_CASE_PARAM(change_off_and_on_at_once, change_hw_gen_params),
	KUNIT_CASE(change_on_and_on),
	KUNIT_CASE(change_off_and_on_while_down),
	KUNIT_CASE(change_lanes),
	KUNIT_CASE_PARAM(change_idle, change_hw_gen_params),
	KUNIT_CASE(change_idle_then_busy),
	KUNIT_CASE(change_idle_meanwhile),
	{}
};

static struct kunit_suite change_suite = {
	.name = "flowlane_adaptive_change",
	.init = traffic_init,
	.exit = traffic_exit,
	.test_cases = change_cases,
};

kunit_test_suite(change_suite);
