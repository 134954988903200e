// SPDX-License-Identifier: GPL-2.0
/*
 * The home of each lane: the CPU that takes its interrupt. Two maps follow from
 * the homes, and by both of them a CPU has the same lane: the one it transmits on
 * (XPS), and the one that the stack asks for where the CPU consumes a flow
 * (netdev->rx_cpu_rmap, for ndo_rx_flow_steer). CPUs that are no home share the
 * lanes in turn.
 *
 * Homes change when someone moves an interrupt, or takes a CPU away or brings it
 * back, or changes the number of lanes. fl_home_update() then computes all of it
 * anew. The stack's own management of the map (netif_enable_cpu_rmap()) would keep
 * pointing at lanes that are not in use any more, and hears of no CPU that goes.
 */
#include <linux/cpu.h>
#include <linux/cpu_rmap.h>
#include <linux/cpuhotplug.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include <flowlane/dev.h>

#include "home.h"

/**
 * struct fl_home - which CPU has which lane; under RTNL
 * @fl: port
 * @node: in the list of those who want to know of CPUs that come and go
 * @work: calls fl_home_update()
 * @lanes: lanes shared out last
 * @users_xps: XPS is not as it was set here: a user has his own
 * @mask: scratch
 * @lane: the lane of each CPU, FL_NO_LANE of those that are not online
 */
struct fl_home {
	struct fl_dev *fl;
	struct hlist_node node;
	struct work_struct work;
	u16 lanes;
	bool users_xps;
	struct cpumask mask;
	u16 lane[];
};

static enum cpuhp_state fl_home_state;

/* Homes */

/* Where an interrupt goes that may go to @mask: where it goes already, if it may
 * stay there. Else it moves when it comes next, on x86 without remapping.
 */
static unsigned int fl_irq_cpu(struct irq_data *data,
			       const struct cpumask *mask)
{
	unsigned int cpu;

	cpu = cpumask_first_and(irq_data_get_effective_affinity_mask(data),
				mask);
	if (cpu >= nr_cpu_ids || !cpu_online(cpu))
		cpu = cpumask_first_and(mask, cpu_online_mask);
	return cpu < nr_cpu_ids ? cpu : cpumask_first(cpu_online_mask);
}

static void fl_home_find(struct fl_lane *lane)
{
	struct irq_data *data = irq_get_irq_data(lane->irq);
	unsigned int cpu;

	/* It is about to move: only the notifier was told where. */
	if (data && irqd_is_setaffinity_pending(data) &&
	    cpu_online(fl_lane_cpu(lane)))
		return;
	if (data)
		cpu = fl_irq_cpu(data, irq_data_get_affinity_mask(data));
	else
		cpu = cpumask_local_spread(lane->idx,
					   dev_to_node(lane->fl->dev));
	WRITE_ONCE(lane->cpu, cpu);
}

/**
 * fl_home_share() - give each CPU a lane
 * @lane: lanes, whose homes are known
 * @lanes: number of them
 * @cpus: CPUs to be given one
 * @n_cpus: bits of @cpus
 * @of: the lane of each CPU, filled in
 *
 * A home has its lane; the first, if it has several. The others are given first
 * the lanes that are left over from that, then all lanes in turn.
 *
 * Context: any.
 */
void fl_home_share(const struct fl_lane *lane, u16 lanes,
		   const unsigned long *cpus, unsigned int n_cpus, u16 *of)
{
	u16 spare = 0, turn = 0;
	unsigned int cpu;
	int i;

	for (cpu = 0; cpu < n_cpus; cpu++)
		of[cpu] = FL_NO_LANE;
	for (i = 0; i < lanes; i++) {
		cpu = fl_lane_cpu(&lane[i]);
		/* A home may be going offline at this moment. */
		if (test_bit(cpu, cpus) && of[cpu] == FL_NO_LANE)
			of[cpu] = i;
	}
	for_each_set_bit(cpu, cpus, n_cpus) {
		if (of[cpu] != FL_NO_LANE)
			continue;
		while (spare < lanes && of[fl_lane_cpu(&lane[spare])] == spare)
			spare++;
		of[cpu] = spare < lanes ? spare++ : turn++ % lanes;
	}
}

/* The stack's CPU map */

#ifdef CONFIG_RFS_ACCEL
static int fl_rmap_init(struct fl_dev *fl)
{
	struct cpu_rmap *rmap = alloc_cpu_rmap(fl->caps.lanes_max, GFP_KERNEL);
	int i;

	if (!rmap)
		return -ENOMEM;
	/* The stack takes the object's index for the number of the queue. */
	for (i = 0; i < fl->caps.lanes_max; i++)
		cpu_rmap_add(rmap, &fl->lane[i]);
	fl->netdev->rx_cpu_rmap = rmap;
	return 0;
}

static void fl_rmap_cleanup(struct fl_dev *fl)
{
	struct cpu_rmap *rmap = fl->netdev->rx_cpu_rmap;

	fl->netdev->rx_cpu_rmap = NULL;
	cpu_rmap_put(rmap);
}

/* As each CPU is at distance 0 of its lane, none is left to the library to find
 * one for, and none keeps a lane that is not in use.
 */
static void fl_rmap_update(struct fl_home *home)
{
	struct cpu_rmap *rmap = home->fl->netdev->rx_cpu_rmap;
	unsigned int cpu;
	int i;

	for (i = 0; i < home->lanes; i++) {
		cpumask_clear(&home->mask);
		for_each_online_cpu(cpu)
			if (home->lane[cpu] == i)
				cpumask_set_cpu(cpu, &home->mask);
		cpu_rmap_update(rmap, i, &home->mask);
	}
}
#else
static int fl_rmap_init(struct fl_dev *fl)
{
	return 0;
}

static void fl_rmap_cleanup(struct fl_dev *fl)
{
}

static void fl_rmap_update(struct fl_home *home)
{
}
#endif

/* XPS. As long as it is as it was set here it follows the homes; what a user has
 * set stays, also for lanes that go out of use and come back.
 */

#ifdef CONFIG_XPS
static int fl_xps_classes(const struct net_device *netdev)
{
	return max_t(int, netdev->num_tc, 1);
}

/* A queue's traffic class. Those of an earlier qdisc are still in the table,
 * beyond the number of classes: they count for nothing.
 */
static int fl_xps_class(struct net_device *netdev, int queue)
{
	int tc = netdev_txq_to_tc(netdev, queue);

	return tc < fl_xps_classes(netdev) ? tc : -1;
}

/* The CPUs that transmit on a queue; none, if the map is of other classes. */
static void fl_xps_read(struct net_device *netdev, int queue,
			struct cpumask *cpus)
{
	int tc = fl_xps_class(netdev, queue);
	const struct xps_dev_maps *maps;
	unsigned int cpu, i;

	cpumask_clear(cpus);
	guard(rcu)();
	maps = rcu_dereference(netdev->xps_maps[XPS_CPUS]);
	if (!maps || maps->num_tc != fl_xps_classes(netdev) || tc < 0)
		return;
	for (cpu = 0; cpu < maps->nr_ids; cpu++) {
		const struct xps_map *map;

		map = rcu_dereference(maps->attr_map[cpu * maps->num_tc + tc]);
		for (i = 0; map && i < map->len; i++)
			if (map->queues[i] == queue)
				cpumask_set_cpu(cpu, cpus);
	}
}

/* The CPUs that transmit on a queue by default: those that have its lane. With
 * traffic classes, a CPU has one queue of each.
 */
static void fl_xps_default(const struct fl_home *home, int queue,
			   struct cpumask *cpus)
{
	struct net_device *netdev = home->fl->netdev;
	int tc = fl_xps_class(netdev, queue);
	int offset = 0, count = home->lanes;
	unsigned int cpu;

	cpumask_clear(cpus);
	if (queue >= home->lanes || tc < 0)
		return;
	if (netdev->num_tc) {
		offset = netdev->tc_to_txq[tc].offset;
		count = min(netdev->tc_to_txq[tc].count, home->lanes - offset);
	}
	for_each_possible_cpu(cpu)
		if (home->lane[cpu] != FL_NO_LANE &&
		    offset + home->lane[cpu] % count == queue)
			cpumask_set_cpu(cpu, cpus);
}

static bool fl_xps_is_default(struct fl_home *home)
{
	int i;

	for (i = 0; i < home->lanes; i++) {
		fl_xps_default(home, i, &home->mask);
		if (!cpumask_equal(&home->mask, &home->fl->lane[i].xps))
			return false;
	}
	return true;
}

/* The kernel throws all of XPS away when traffic classes come or go, and tells
 * nobody. Where there are none, nor have been, an empty map is a user's.
 */
static bool fl_xps_was_reset(struct net_device *netdev)
{
	const struct xps_dev_maps *maps;

	if (!netdev->num_tc && !netdev->tc_to_txq[0].count)
		return false;
	guard(rcu)();
	maps = rcu_dereference(netdev->xps_maps[XPS_CPUS]);
	return !maps || maps->num_tc != fl_xps_classes(netdev);
}

/* Find out whose XPS is, and what a user's is. Queues that the kernel has taken
 * away since are not looked at: it has reset them.
 */
static void fl_xps_look(struct fl_home *home)
{
	struct net_device *netdev = home->fl->netdev;
	int lanes = min_t(int, home->lanes, netdev->real_num_tx_queues);
	bool changed = false;
	int i;

	for (i = 0; i < lanes; i++) {
		struct cpumask *xps = &home->fl->lane[i].xps;

		fl_xps_read(netdev, i, &home->mask);
		if (cpumask_equal(&home->mask, xps))
			continue;
		cpumask_copy(xps, &home->mask);
		changed = true;
	}
	if (fl_xps_was_reset(netdev))
		home->users_xps = false;
	else if (changed)
		home->users_xps = !fl_xps_is_default(home);
}

/* Without memory the map stays as it is, and is tried again the next time. */
static void fl_xps_update(struct fl_home *home)
{
	struct net_device *netdev = home->fl->netdev;
	int i, n;

	n = home->users_xps ? home->lanes : home->fl->caps.lanes_max;
	for (i = 0; i < n; i++) {
		struct cpumask *xps = &home->fl->lane[i].xps;

		if (fl_xps_class(netdev, i) < 0)
			continue;
		if (!home->users_xps)
			fl_xps_default(home, i, xps);
		fl_xps_read(netdev, i, &home->mask);
		if (cpumask_equal(&home->mask, xps))
			continue;
		__netif_set_xps_queue(netdev, cpumask_bits(xps), i, XPS_CPUS);
		fl_xps_read(netdev, i, xps);
	}
}
#else
static void fl_xps_look(struct fl_home *home)
{
}

static void fl_xps_update(struct fl_home *home)
{
}
#endif

/**
 * fl_home_update() - find the lanes' homes, and have all that follows from them
 * @fl: port, registered or not
 * @lanes: lanes that are, or are about to be, in use; to be called before lanes go
 *	and after they have come
 *
 * Context: process, RTNL, may sleep.
 */
void fl_home_update(struct fl_dev *fl, u16 lanes)
{
	struct fl_home *home = fl->home;
	int i;

	ASSERT_RTNL();
	/* Nobody would free a map that is set after the end. */
	if (fl->netdev->reg_state != NETREG_REGISTERED)
		return;
	/* No CPU comes or goes meanwhile; if one is about to, this waits. */
	cpus_read_lock();
	fl_xps_look(home);
	home->lanes = lanes;
	for (i = 0; i < lanes; i++)
		fl_home_find(&fl->lane[i]);
	fl_home_share(fl->lane, lanes, cpumask_bits(cpu_online_mask),
		      nr_cpu_ids, home->lane);
	fl_rmap_update(home);
	fl_xps_update(home);
	cpus_read_unlock();
}

static void fl_home_work(struct work_struct *work)
{
	struct fl_home *home = container_of(work, struct fl_home, work);

	rtnl_lock();
	fl_home_update(home->fl, home->fl->cfg.lanes);
	rtnl_unlock();
}

/* What changes homes */

/* Who removes a notifier waits for it, under RTNL: leave that to the work. */
static void fl_lane_moved(struct irq_affinity_notify *notify,
			  const cpumask_t *mask)
{
	struct fl_lane *lane = container_of(notify, struct fl_lane, notify);

	WRITE_ONCE(lane->cpu, fl_irq_cpu(irq_get_irq_data(lane->irq), mask));
	schedule_work(&lane->fl->home->work);
}

/* It is part of the lane, which lives on. */
static void fl_lane_notify_release(struct kref *ref)
{
}

/**
 * fl_home_attach() - follow a lane's interrupt to wherever it is moved
 * @lane: lane, which holds its interrupt
 *
 * A port with a single lane has nothing to choose, and its interrupt may be a pin
 * that it shares with others, who may want to follow it as well.
 *
 * Context: process, RTNL, may sleep.
 */
void fl_home_attach(struct fl_lane *lane)
{
	if (lane->fl->caps.lanes_max == 1)
		return;
	lane->notify.notify = fl_lane_moved;
	lane->notify.release = fl_lane_notify_release;
	if (irq_set_affinity_notifier(lane->irq, &lane->notify))
		netdev_dbg(lane->fl->netdev,
			   "interrupt of lane %u cannot be followed\n",
			   lane->idx);
}

/**
 * fl_home_detach() - undo fl_home_attach(), before the interrupt is released
 * @lane: lane
 *
 * Context: process, RTNL, may sleep.
 */
void fl_home_detach(struct fl_lane *lane)
{
	if (lane->fl->caps.lanes_max > 1)
		irq_set_affinity_notifier(lane->irq, NULL);
}

/**
 * fl_home_spread() - lanes start out on the CPUs near the device, one each
 * @fl: port, whose lanes have their &fl_lane.irq
 *
 * For probe and not on request: where a user moves an interrupt, it stays over down
 * and up. The interrupt of a single lane may be a pin that is shared: it stays
 * where it is.
 *
 * Context: process, may sleep.
 */
void fl_home_spread(struct fl_dev *fl)
{
	int node = dev_to_node(fl->dev);
	int i;

	if (fl->caps.lanes_max == 1)
		return;
	for (i = 0; i < fl->caps.lanes_max; i++)
		irq_set_affinity(fl->lane[i].irq,
				 cpumask_of(cpumask_local_spread(i, node)));
}

/* The kernel moves interrupts off a CPU that goes without telling a notifier. It
 * holds the lock of CPUs, which is taken inside RTNL: leave that to the work, which
 * waits until it is done.
 */
static int fl_home_cpu_changes(unsigned int cpu, struct hlist_node *node)
{
	schedule_work(&hlist_entry(node, struct fl_home, node)->work);
	return 0;
}

/**
 * fl_home_init() - prepare what a port's homes need
 * @fl: port, whose lanes exist
 *
 * Context: process, probe.
 *
 * Return: 0 or a negative error.
 */
int fl_home_init(struct fl_dev *fl)
{
	struct fl_home *home;
	int err;

	home = kvzalloc(struct_size(home, lane, nr_cpu_ids), GFP_KERNEL);
	if (!home)
		return -ENOMEM;
	home->fl = fl;
	INIT_WORK(&home->work, fl_home_work);
	err = fl_rmap_init(fl);
	if (err)
		goto err_free;
	err = cpuhp_state_add_instance_nocalls(fl_home_state, &home->node);
	if (err)
		goto err_rmap;
	fl->home = home;
	return 0;

err_rmap:
	fl_rmap_cleanup(fl);
err_free:
	kvfree(home);
	return err;
}

/**
 * fl_home_cleanup() - undo fl_home_init()
 * @fl: port, not registered: nobody receives from it any more, and no lane holds
 *	its interrupt
 *
 * Context: process, not under RTNL.
 */
void fl_home_cleanup(struct fl_dev *fl)
{
	cpuhp_state_remove_instance_nocalls(fl_home_state, &fl->home->node);
	cancel_work_sync(&fl->home->work);
	fl_rmap_cleanup(fl);
	kvfree(fl->home);
	fl->home = NULL;
}

/**
 * fl_homes_init() - prepare what all ports' homes need, before there is one
 *
 * Context: process, module init.
 *
 * Return: 0 or a negative error.
 */
int __init fl_homes_init(void)
{
	int state = cpuhp_setup_state_multi(CPUHP_AP_ONLINE_DYN,
					    "net/flowlane:online",
					    fl_home_cpu_changes,
					    fl_home_cpu_changes);

	if (state < 0)
		return state;
	fl_home_state = state;
	return 0;
}

/**
 * fl_homes_exit() - undo fl_homes_init(), after the last port
 *
 * Context: process.
 */
void fl_homes_exit(void)
{
	cpuhp_remove_multi_state(fl_home_state);
}
