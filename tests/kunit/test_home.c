// SPDX-License-Identifier: GPL-2.0
/* Lanes' homes: which CPU has which lane, the stack's CPU map, and XPS. */
#include <linux/cpu.h>
#include <linux/cpu_rmap.h>
#include <linux/delay.h>
#include <linux/irq.h>
#include <linux/rtnetlink.h>

#include "../../drivers/core/home.h"
#include "mock.h"
#include "seam.h"

/* Sharing out */

#define SHARE_CPUS	7
#define NONE		FL_NO_LANE

struct share_case {
	const char *name;
	u16 lanes;
	u16 home[4];
	unsigned long cpus;
	u16 of[SHARE_CPUS];
};

static const struct share_case share_cases_of[] = {
	{ "one each", 4, { 0, 1, 2, 3 }, 0x0f,
	  { 0, 1, 2, 3, NONE, NONE, NONE } },
	{ "more CPUs", 4, { 0, 1, 2, 3 }, 0x7f, { 0, 1, 2, 3, 0, 1, 2 } },
	{ "another order", 4, { 6, 4, 2, 0 }, 0x7f, { 3, 0, 2, 1, 1, 2, 0 } },
	{ "one lane", 1, { 5 }, 0x7f, { 0, 0, 0, 0, 0, 0, 0 } },
	{ "all on one CPU", 4, { 2, 2, 2, 2 }, 0x7f, { 1, 2, 0, 3, 0, 1, 2 } },
	{ "two on one CPU", 3, { 0, 0, 1 }, 0x0f,
	  { 0, 2, 1, 0, NONE, NONE, NONE } },
	{ "more lanes", 4, { 0, 1, 0, 1 }, 0x03,
	  { 0, 1, NONE, NONE, NONE, NONE, NONE } },
	{ "CPUs offline", 2, { 3, 6 }, 0x79, { 0, NONE, NONE, 0, 1, 0, 1 } },
	{ "home goes offline", 2, { 2, 1 }, 0x0b,
	  { 0, 1, NONE, 0, NONE, NONE, NONE } },
};

static void share_case_desc(const struct share_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(share_case, share_cases_of, share_case_desc);

static void home_share(struct kunit *test)
{
	const struct share_case *c = test->param_value;
	struct fl_lane *lane;
	u16 of[SHARE_CPUS];
	int i;

	lane = kunit_kcalloc(test, c->lanes, sizeof(*lane), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, lane);
	for (i = 0; i < c->lanes; i++)
		lane[i].cpu = c->home[i];
	fl_home_share(lane, c->lanes, &c->cpus, SHARE_CPUS, of);
	for (i = 0; i < SHARE_CPUS; i++)
		KUNIT_EXPECT_EQ_MSG(test, of[i], c->of[i], "CPU %d", i);
}

/* A port */

/* An interrupt that is nowhere but here. */
struct home_irq {
	struct irq_data data;
	struct irq_common_data common;
	struct cpumask affinity;
	struct cpumask effective;
};

struct home_irqs {
	struct home_irq irq[MOCK_LANES];
};

static void home_mask_set(cpumask_var_t *to, struct cpumask *from)
{
#ifdef CONFIG_CPUMASK_OFFSTACK
	*to = from;
#else
	cpumask_copy(*to, from);
#endif
}

/* Interrupt @i may go to @may, goes to CPU @cpu, and perhaps is about to move. */
static void home_irq_set(struct home_irqs *irqs, int i,
			 const struct cpumask *may, int cpu, bool pending)
{
	struct home_irq *irq = &irqs->irq[i];
	unsigned int *state = &ACCESS_PRIVATE(&irq->common,
					      state_use_accessors);

	irq->data.common = &irq->common;
	cpumask_copy(&irq->affinity, may);
	cpumask_copy(&irq->effective, cpumask_of(cpu));
	home_mask_set(&irq->common.affinity, &irq->affinity);
	home_mask_set(&irq->common.effective_affinity, &irq->effective);
	*state = pending ? IRQD_SETAFFINITY_PENDING : 0;
	seam_irqs[i] = &irq->data;
}

static int home_init(struct kunit *test)
{
	mock_create_running(test, &mock_plain);
	return 0;
}

static void home_update(struct mock *mock)
{
	rtnl_lock();
	fl_home_update(&mock->fl, mock->fl.cfg.lanes);
	rtnl_unlock();
}

static int home_lanes(struct mock *mock, u16 lanes)
{
	struct fl_config cfg = mock->fl.cfg;

	cfg.lanes = lanes;
	return mock_reconfigure(mock, &cfg);
}

/* The queue of class @tc that a CPU transmits on; -1 without, -2 with several. */
static int home_xps(struct mock *mock, unsigned int cpu, int tc)
{
	struct net_device *netdev = mock->fl.netdev;
	const struct xps_dev_maps *maps;
	const struct xps_map *map = NULL;
	int queue = -1;

	rcu_read_lock();
	maps = rcu_dereference(netdev->xps_maps[XPS_CPUS]);
	if (maps)
		map = rcu_dereference(maps->attr_map[cpu * maps->num_tc + tc]);
	if (map && map->len)
		queue = map->len == 1 ? map->queues[0] : -2;
	rcu_read_unlock();
	return queue;
}

static int home_rmap(struct mock *mock, unsigned int cpu)
{
#ifdef CONFIG_RFS_ACCEL
	return cpu_rmap_lookup_index(mock->fl.netdev->rx_cpu_rmap, cpu);
#else
	return home_xps(mock, cpu, 0);
#endif
}

/* Each CPU has one lane, which is in use; a lane's home has it, or one before it. */
static void home_expect_sound(struct kunit *test, struct mock *mock,
			      const char *when)
{
	unsigned int cpu;
	int i;

	for_each_online_cpu(cpu) {
		int lane = home_rmap(mock, cpu);

		KUNIT_EXPECT_LT_MSG(test, lane, mock->fl.cfg.lanes,
				    "%s, CPU %u", when, cpu);
		KUNIT_EXPECT_EQ_MSG(test, lane, home_xps(mock, cpu, 0),
				    "%s, CPU %u", when, cpu);
	}
	for (i = 0; i < mock->fl.cfg.lanes; i++) {
		cpu = fl_lane_cpu(&mock->fl.lane[i]);
		KUNIT_EXPECT_TRUE(test, cpu_online(cpu));
		KUNIT_EXPECT_LE_MSG(test, home_rmap(mock, cpu), i,
				    "%s, lane %d", when, i);
	}
}

static void home_numbers(struct kunit *test)
{
	static const u16 to[] = { 4, 2, 3, 1, 4, 2 };
	struct mock *mock = test->priv;
	int i;

#ifdef CONFIG_RFS_ACCEL
	KUNIT_ASSERT_NOT_NULL(test, mock->fl.netdev->rx_cpu_rmap);
	for (i = 0; i < MOCK_LANES; i++)
		KUNIT_EXPECT_PTR_EQ(test, mock->fl.netdev->rx_cpu_rmap->obj[i],
				    (void *)&mock->fl.lane[i]);
#endif
	home_expect_sound(test, mock, "at first");
	for (i = 0; i < ARRAY_SIZE(to); i++) {
		KUNIT_ASSERT_EQ(test, home_lanes(mock, to[i]), 0);
		home_expect_sound(test, mock, "other lanes");
	}
	mock_stop(mock);
	for (i = 0; i < ARRAY_SIZE(to); i++) {
		KUNIT_ASSERT_EQ(test, home_lanes(mock, to[i]), 0);
		home_expect_sound(test, mock, "other lanes while down");
	}
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	home_expect_sound(test, mock, "up again");
}

/* Lanes that do not come, or have gone before the device failed. */
static void home_refused(struct kunit *test)
{
	struct mock *mock = test->priv;

	seam_fail(SEAM_ALLOC, 3, 1);
	KUNIT_EXPECT_EQ(test, home_lanes(mock, 1), -ENOMEM);
	home_expect_sound(test, mock, "no memory for fewer");
	KUNIT_EXPECT_EQ(test, home_xps(mock, 1 % num_online_cpus(), 0),
			1 % num_online_cpus());
	seam_fail(SEAM_QUEUES, 0, 1);
	KUNIT_EXPECT_EQ(test, home_lanes(mock, 4), -ENOMEM);
	home_expect_sound(test, mock, "no more queues");
}

/* Interrupts for two lanes on CPUs of their own. */
static struct home_irqs *home_irqs_of_two(struct kunit *test)
{
	struct home_irqs *irqs;

	if (num_online_cpus() < 2)
		kunit_skip(test, "a single CPU");
	irqs = kunit_kzalloc(test, sizeof(*irqs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, irqs);
	return irqs;
}

static void home_moves(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = mock->fl.lane;
	struct home_irqs *irqs;
	int i;

	irqs = home_irqs_of_two(test);
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 0), 0);
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 1), 1);

	for (i = 0; i < 2; i++)
		home_irq_set(irqs, i, cpumask_of(1 - i), 1 - i, false);
	home_update(mock);
	KUNIT_EXPECT_EQ(test, fl_lane_cpu(&lane[0]), 1);
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 0), 1);
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 1), 0);
	home_expect_sound(test, mock, "moved");

	/* It may go anywhere, and stays. */
	home_irq_set(irqs, 0, cpu_online_mask, 1, false);
	home_update(mock);
	KUNIT_EXPECT_EQ(test, fl_lane_cpu(&lane[0]), 1);
	/* It may not stay, and nothing is said to be pending. */
	home_irq_set(irqs, 0, cpumask_of(0), 1, false);
	home_update(mock);
	KUNIT_EXPECT_EQ(test, fl_lane_cpu(&lane[0]), 0);
	/* Both on one CPU; the other has the lane that is left over. */
	home_irq_set(irqs, 1, cpumask_of(0), 0, false);
	home_update(mock);
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 0), 0);
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 1), 1);
	home_expect_sound(test, mock, "both on one");
	mock_stop(mock);
	home_irq_set(irqs, 0, cpumask_of(1), 1, false);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 1), 0);
	home_expect_sound(test, mock, "moved while down");
}

/* As on x86 without remapping: the mask stays the old one until it has moved. */
static void home_notified(struct kunit *test)
{
	struct mock *mock = test->priv;
	struct fl_lane *lane = &mock->fl.lane[0];
	struct home_irqs *irqs;
	int i;

	irqs = home_irqs_of_two(test);
	KUNIT_ASSERT_NOT_NULL(test, lane->notify.notify);
	home_irq_set(irqs, 0, cpumask_of(0), 0, true);
	lane->notify.notify(&lane->notify, cpumask_of(1));
	KUNIT_EXPECT_EQ(test, fl_lane_cpu(lane), 1);
	for (i = 0; i < 10000 && home_rmap(mock, 1); i++)
		usleep_range(1000, 2000);
	/* The work has begun; it holds RTNL until it is done. */
	rtnl_lock();
	rtnl_unlock();
	KUNIT_EXPECT_EQ(test, home_rmap(mock, 1), 0);
	home_expect_sound(test, mock, "about to move");
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	KUNIT_EXPECT_EQ(test, fl_lane_cpu(lane), 1);
}

/* XPS that is not the default */

static int home_user_sets(struct mock *mock, int queue,
			  const struct cpumask *cpus)
{
	int err;

	rtnl_lock();
	err = netif_set_xps_queue(mock->fl.netdev, cpus, queue);
	rtnl_unlock();
	return err;
}

/* Of four lanes the first two have no CPU, and the others have CPU 0 each. */
static void home_user_has_own(struct kunit *test, struct mock *mock)
{
	int i;

	KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
	for (i = 0; i < 4; i++)
		KUNIT_ASSERT_EQ(test, home_user_sets(mock, i,
						     i < 2 ? cpu_none_mask :
						     cpumask_of(0)), 0);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 0), -2);
}

static void home_users_own(struct kunit *test)
{
	struct mock *mock = test->priv;
	unsigned int cpu;
	int i;

	home_user_has_own(test, mock);
	home_update(mock);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 0), -2);
	for (i = 1; i < 4; i++) {
		KUNIT_ASSERT_EQ(test, home_lanes(mock, i), 0);
		KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 0), i == 3 ? 2 : -1);
		for_each_online_cpu(cpu)
			KUNIT_EXPECT_LT(test, home_rmap(mock, cpu), i);
		KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
		KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 0), -2);
	}
	mock_stop(mock);
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 2), 0);
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
	KUNIT_ASSERT_EQ(test, mock_open(mock), 0);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 0), -2);

	/* None at all is a choice as well. */
	home_user_sets(mock, 2, cpu_none_mask);
	home_user_sets(mock, 3, cpu_none_mask);
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 2), 0);
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, home_xps(mock, cpu, 0), -1);

	/* The default again, and it follows again. */
	for_each_online_cpu(cpu)
		KUNIT_EXPECT_EQ(test, home_rmap(mock, cpu), cpu % 2);
	for (i = 0; i < 2; i++) {
		struct cpumask *mask = kunit_kzalloc(test, sizeof(*mask),
						     GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, mask);
		for_each_online_cpu(cpu)
			if (home_rmap(mock, cpu) == i)
				cpumask_set_cpu(cpu, mask);
		KUNIT_EXPECT_EQ(test, home_user_sets(mock, i, mask), 0);
	}
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
	home_expect_sound(test, mock, "the default again");
}

/* As mqprio does it: nothing is said of it. */
static void home_classes(struct mock *mock, int n, u16 first, u16 second)
{
	struct net_device *netdev = mock->fl.netdev;

	rtnl_lock();
	netdev_set_num_tc(netdev, n);
	if (n > 0)
		netdev_set_tc_queue(netdev, 0, first, 0);
	if (n > 1)
		netdev_set_tc_queue(netdev, 1, second, first);
	rtnl_unlock();
}

static void home_expect_classes(struct kunit *test, struct mock *mock, int n,
				u16 first, u16 second)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		int lane = home_rmap(mock, cpu);

		KUNIT_EXPECT_EQ_MSG(test, home_xps(mock, cpu, 0), lane % first,
				    "CPU %u", cpu);
		if (n > 1)
			KUNIT_EXPECT_EQ_MSG(test, home_xps(mock, cpu, 1),
					    first + lane % second, "CPU %u",
					    cpu);
	}
}

static void home_of_classes(struct kunit *test)
{
	struct mock *mock = test->priv;

	KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
	home_classes(mock, 2, 2, 2);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 0), -1);
	home_update(mock);
	home_expect_classes(test, mock, 2, 2, 2);
	home_classes(mock, 2, 1, 3);
	home_update(mock);
	home_expect_classes(test, mock, 2, 1, 3);
	/* Of the lanes that are left, the second class has one. */
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 2), 0);
	home_expect_classes(test, mock, 2, 1, 1);
	/* None is left of two; the kernel gives them up. */
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
	home_classes(mock, 2, 3, 1);
	home_update(mock);
	home_expect_classes(test, mock, 2, 3, 1);
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 2), 0);
	KUNIT_EXPECT_EQ(test, mock->fl.netdev->num_tc, 0);
	home_expect_sound(test, mock, "classes given up");

	/* Queues 2 and 3 are of no class, but of one that was. */
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
	home_classes(mock, 2, 2, 2);
	home_classes(mock, 1, 2, 0);
	home_update(mock);
	home_expect_classes(test, mock, 1, 2, 0);
	home_classes(mock, 0, 0, 0);
	home_update(mock);
	home_expect_sound(test, mock, "no classes");
	/* Come and gone unseen. */
	home_classes(mock, 2, 2, 2);
	home_classes(mock, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 0), -1);
	home_update(mock);
	home_expect_sound(test, mock, "classes come and gone");
}

static void home_users_own_of_classes(struct kunit *test)
{
	struct mock *mock = test->priv;

	home_user_has_own(test, mock);
	home_classes(mock, 2, 2, 2);
	home_update(mock);
	home_expect_classes(test, mock, 2, 2, 2);
	/* All of the second class on queue 3, none on 2. */
	home_user_sets(mock, 2, cpu_none_mask);
	home_user_sets(mock, 3, cpumask_of(0));
	home_update(mock);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 1), 3);
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 3), 0);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 1), -1);
	KUNIT_ASSERT_EQ(test, home_lanes(mock, 4), 0);
	KUNIT_EXPECT_EQ(test, home_xps(mock, 0, 1), 3);
	home_classes(mock, 0, 0, 0);
	home_update(mock);
	home_expect_sound(test, mock, "no classes");
}

static struct kunit_case home_share_cases[] = {
	KUNIT_CASE_PARAM(home_share, share_case_gen_params),
	{}
};

static struct kunit_suite home_share_suite = {
	.name = "flowlane_home_share",
	.test_cases = home_share_cases,
};

static struct kunit_case home_cases[] = {
	KUNIT_CASE(home_numbers),
	KUNIT_CASE(home_refused),
	KUNIT_CASE(home_moves),
	KUNIT_CASE(home_notified),
	KUNIT_CASE(home_users_own),
	KUNIT_CASE(home_of_classes),
	KUNIT_CASE(home_users_own_of_classes),
	{}
};

static struct kunit_suite home_suite = {
	.name = "flowlane_home",
	.init = home_init,
	.exit = mock_exit,
	.test_cases = home_cases,
};

kunit_test_suites(&home_share_suite, &home_suite);
