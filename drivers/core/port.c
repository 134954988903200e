// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a port: open, stop, reset, and reconfiguration while it runs.
 * All of it under RTNL.
 *
 * A reconfiguration allocates the whole new set of rings first, then swaps it
 * in, then frees the old one: if memory is short, the port has not noticed.
 */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <net/page_pool/helpers.h>

#include <flowlane/coalesce.h>
#include <flowlane/dev.h>

#include "devlink.h"
#include "home.h"

/* A link that is away for longer is not about to come back. */
#define FL_FLUSH_MS	1000

/* Resets wait for each other, longer each time, unless the last one has done for so long. A
 * device that needs one after the other would keep everybody from RTNL.
 */
#define FL_RESET_GOOD_MS	10000
#define FL_RESET_WAIT_MIN_MS	100
#define FL_RESET_WAIT_MAX_MS	30000

/* The rings of one lane in a set that is not in use. */
struct fl_rings {
	struct fl_rx_ring *rx;
	struct fl_tx_ring *tx;
};

static void fl_rings_free(struct fl_dev *fl, struct fl_rings *set)
{
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++) {
		fl_rx_ring_free(set[i].rx);
		fl_tx_ring_free(set[i].tx);
	}
	kfree(set);
}

/* All rings of a configuration, with their buffers. NULL without memory. */
static struct fl_rings *fl_rings_alloc(struct fl_dev *fl,
				       const struct fl_config *cfg)
{
	struct fl_rings *set;
	int i;

	set = kzalloc_objs(*set, fl->caps.lanes_max);
	if (!set)
		return NULL;
	for (i = 0; i < cfg->lanes; i++) {
		set[i].tx = fl_tx_ring_alloc(&fl->lane[i], cfg);
		set[i].rx = fl_rx_ring_alloc(&fl->lane[i], cfg);
		if (!set[i].tx || !set[i].rx || fl->ops->rx_fill(set[i].rx)) {
			fl_rings_free(fl, set);
			return NULL;
		}
	}
	return set;
}

/* Exchange the rings of all lanes with those of a set. */
static void fl_rings_swap(struct fl_dev *fl, struct fl_rings *set)
{
	int i;

	for (i = 0; i < fl->caps.lanes_max; i++) {
		swap(fl->lane[i].rx, set[i].rx);
		swap(fl->lane[i].tx, set[i].tx);
		/* Pools lean on a NAPI only while their ring is in use. This is
		 * the time to say so: it is disabled.
		 */
		if (set[i].rx)
			page_pool_disable_direct_recycling(set[i].rx->pool);
		if (fl->lane[i].rx)
			page_pool_enable_direct_recycling(fl->lane[i].rx->pool,
							  &fl->lane[i].napi);
	}
}

/* Release interrupt and NAPI of lanes @from up to @to. */
static void fl_lanes_detach(struct fl_dev *fl, int from, int to)
{
	int i;

	if (from >= to)
		return;
	for (i = from; i < to; i++) {
		netif_napi_set_irq(&fl->lane[i].napi, -1);
		fl_home_detach(&fl->lane[i]);
		fl->ops->irq_free(&fl->lane[i]);
		__netif_napi_del(&fl->lane[i].napi);
	}
	synchronize_net();
}

/* Interrupt and NAPI for lanes @from up to @to; none is left on failure. */
static int fl_lanes_attach(struct fl_dev *fl, int from, int to)
{
	int i, err;

	for (i = from; i < to; i++) {
		struct fl_lane *lane = &fl->lane[i];

		/* A shared interrupt may come at once: NAPI first. */
		netif_napi_add_config(fl->netdev, &lane->napi, fl->poll, i);
		err = fl->ops->irq_request(lane);
		if (err) {
			netdev_err(fl->netdev, "interrupt of lane %d: %d\n", i,
				   err);
			netif_napi_del(&lane->napi);
			fl_lanes_detach(fl, from, i);
			return err;
		}
		netif_napi_set_irq(&lane->napi, lane->irq);
		fl_home_attach(lane);
	}
	return 0;
}

static void fl_lane_set_napi(struct fl_lane *lane, struct napi_struct *napi)
{
	struct net_device *netdev = lane->fl->netdev;

	netif_queue_set_napi(netdev, lane->idx, NETDEV_QUEUE_TYPE_RX, napi);
	netif_queue_set_napi(netdev, lane->idx, NETDEV_QUEUE_TYPE_TX, napi);
}

/* Let the lanes in use poll. What arrived while they could not raised an
 * interrupt that NAPI refused: look once.
 */
static void fl_lanes_run(struct fl_dev *fl)
{
	int i;

	fl_steer_run(fl);
	for (i = 0; i < fl->cfg.lanes; i++) {
		struct fl_lane *lane = &fl->lane[i];

		lane->last_poll = jiffies;
		fl_coalesce_start(lane);
		napi_enable(&lane->napi);
		fl_lane_set_napi(lane, &lane->napi);
		local_bh_disable();
		napi_schedule(&lane->napi);
		local_bh_enable();
	}
}

static void fl_lanes_halt(struct fl_dev *fl)
{
	int i;

	fl_steer_halt(fl);
	for (i = 0; i < fl->cfg.lanes; i++) {
		struct fl_lane *lane = &fl->lane[i];

		fl_lane_set_napi(lane, NULL);
		napi_disable(&lane->napi);
		fl_coalesce_stop(lane);
	}
	/* Who polled last may be on his way out, with a look at the ring yet. */
	synchronize_net();
}

/* Keep the stack out of the Tx rings. Lanes have halted before: a completion
 * would wake the queues again. The time stamps keep the watchdog from taking
 * a queue that is merely stopped for one that hangs. With neither NAPI nor
 * xmit, nobody starts the timers any more.
 */
static void fl_tx_stop(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->netdev->num_tx_queues; i++)
		txq_trans_cond_update(netdev_get_tx_queue(fl->netdev, i));
	netif_tx_disable(fl->netdev);
	for (i = 0; i < fl->cfg.lanes; i++)
		timer_delete_sync(&fl->lane[i].retry);
}

/* Empty the Tx rings in use, and let the stack forget what it had queued. */
static void fl_tx_drain(struct fl_dev *fl, bool sent)
{
	int i;

	for (i = 0; i < fl->cfg.lanes; i++) {
		fl_tx_ring_drain(fl->lane[i].tx, sent);
		netdev_tx_reset_queue(fl->lane[i].tx->txq);
	}
}

/* Everything that runs comes to a halt; interrupts, rings and NAPI instances
 * stay allocated.
 */
static void fl_port_down(struct fl_dev *fl)
{
	int i;

	if (!fl->running)
		return;
	WRITE_ONCE(fl->running, false);
	fl_lanes_halt(fl);
	fl_tx_stop(fl);
	fl->ops->down(fl);
	fl_tx_drain(fl, false);
	for (i = 0; i < fl->cfg.lanes; i++)
		fl_rx_ring_drain(fl->lane[i].rx);
}

/* Start a port whose rings are filled, or empty where memory is short: the
 * first poll goes on trying. If the device does not start they are as new: it may
 * have had buffers, and have used some, before that was known.
 */
static int fl_port_start(struct fl_dev *fl)
{
	int i, err;

	err = fl->ops->up(fl);
	if (err) {
		netdev_err(fl->netdev, "the device does not start: %d\n", err);
		for (i = 0; i < fl->cfg.lanes; i++)
			fl_rx_ring_drain(fl->lane[i].rx);
		return err;
	}
	WRITE_ONCE(fl->running, true);
	for (i = 0; i < fl->caps.lanes_max; i++)
		fl->lane[i].masked = false;
	fl_lanes_run(fl);
	fl->ops->start(fl);
	netif_tx_wake_all_queues(fl->netdev);
	fl_health_recovered(fl);
	return 0;
}

static int fl_port_up(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->cfg.lanes; i++)
		fl->ops->rx_fill(fl->lane[i].rx);
	return fl_port_start(fl);
}

/**
 * fl_open() - ndo_open
 * @netdev: port
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int fl_open(struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_rings *set;
	int err;

	set = fl_rings_alloc(fl, &fl->cfg);
	if (!set)
		return -ENOMEM;
	err = fl_lanes_attach(fl, 0, fl->cfg.lanes);
	if (err)
		goto err_rings;
	fl_rings_swap(fl, set);
	err = fl_port_up(fl);
	if (err)
		goto err_lanes;
	fl_home_update(fl, fl->cfg.lanes);
	kfree(set);
	return 0;

err_lanes:
	fl_rings_swap(fl, set);
	fl_lanes_detach(fl, 0, fl->cfg.lanes);
err_rings:
	fl_rings_free(fl, set);
	return err;
}

/**
 * fl_stop() - ndo_stop
 * @netdev: port
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int fl_stop(struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);
	int i;

	/* One that is under way waits for the RTNL, and finds the port closed. */
	cancel_delayed_work(&fl->reset_work);
	fl_port_down(fl);
	fl_steer_stop(fl);
	for (i = 0; i < fl->cfg.lanes; i++) {
		fl_rx_ring_free(fl->lane[i].rx);
		fl_tx_ring_free(fl->lane[i].tx);
		fl->lane[i].rx = NULL;
		fl->lane[i].tx = NULL;
	}
	fl_lanes_detach(fl, 0, fl->cfg.lanes);
	return 0;
}

/* The next reset waits, unless it is much later. */
static void fl_reset_backs_off(struct fl_dev *fl, unsigned long wait)
{
	WRITE_ONCE(fl->reset_wait, clamp(wait, msecs_to_jiffies(FL_RESET_WAIT_MIN_MS),
					 msecs_to_jiffies(FL_RESET_WAIT_MAX_MS)));
	WRITE_ONCE(fl->reset_at, jiffies);
}

/**
 * fl_reset_locked() - reset a running port; it keeps all of its configuration
 * @fl: port
 *
 * If the device does not start, that is tried again from time to time, until the port is
 * set down.
 *
 * Context: process, RTNL.
 */
void fl_reset_locked(struct fl_dev *fl)
{
	if (!netif_running(fl->netdev) || !netif_device_present(fl->netdev))
		return;
	fl->resets++;
	fl_port_down(fl);
	if (fl_port_up(fl)) {
		fl_reset_backs_off(fl, fl->reset_wait);
		fl_request_reset(fl);
	}
}

static void fl_reset_work(struct work_struct *work)
{
	struct fl_dev *fl = container_of(to_delayed_work(work), struct fl_dev, reset_work);

	rtnl_lock();
	fl_reset_backs_off(fl, 2 * fl->reset_wait);
	fl_reset_locked(fl);
	rtnl_unlock();
}

/**
 * fl_request_reset() - have a port reset soon
 * @fl: port
 *
 * At once, unless it was reset only just.
 *
 * Context: any.
 */
void fl_request_reset(struct fl_dev *fl)
{
	const unsigned long good = msecs_to_jiffies(FL_RESET_GOOD_MS);

	if (!delayed_work_pending(&fl->reset_work) &&
	    time_after(jiffies, READ_ONCE(fl->reset_at) + good))
		WRITE_ONCE(fl->reset_wait, 0);
	schedule_delayed_work(&fl->reset_work, READ_ONCE(fl->reset_wait));
}

static bool fl_tx_pending(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->cfg.lanes; i++) {
		const struct fl_tx_ring *tx = fl->lane[i].tx;

		if (fl_ring_used(READ_ONCE(tx->next_to_use),
				 READ_ONCE(tx->next_to_clean)))
			return true;
	}
	return false;
}

static void fl_flush_work(struct work_struct *work)
{
	struct fl_dev *fl = container_of(to_delayed_work(work), struct fl_dev,
					 flush_work);

	rtnl_lock();
	if (fl->running && !netif_carrier_ok(fl->netdev) && fl_tx_pending(fl))
		fl_reset_locked(fl);
	rtnl_unlock();
}

/**
 * fl_link_lost() - carrier off, and nothing is left waiting for it
 * @fl: port
 *
 * A device stops transmitting with its link. Packets in its rings would hold
 * on to their sockets' memory until the link comes back: if it stays away, a
 * reset frees them.
 *
 * Context: process.
 */
void fl_link_lost(struct fl_dev *fl)
{
	netif_carrier_off(fl->netdev);
	schedule_delayed_work(&fl->flush_work, msecs_to_jiffies(FL_FLUSH_MS));
}

/**
 * fl_port_init() - prepare what a port's life needs
 * @fl: port
 *
 * Context: process, probe.
 */
void fl_port_init(struct fl_dev *fl)
{
	INIT_DELAYED_WORK(&fl->reset_work, fl_reset_work);
	fl->reset_at = jiffies - 2 * msecs_to_jiffies(FL_RESET_GOOD_MS);
	INIT_DELAYED_WORK(&fl->flush_work, fl_flush_work);
}

/**
 * fl_suspend_locked() - halt a port whose device is about to lose its state
 * @fl: port
 *
 * Context: process, RTNL.
 */
void fl_suspend_locked(struct fl_dev *fl)
{
	int i;

	if (netif_running(fl->netdev))
		fl_port_down(fl);
	for (i = 0; i < fl->caps.lanes_max; i++)
		fl_lane_save_affinity(&fl->lane[i]);
	netif_device_detach(fl->netdev);
}

/**
 * fl_resume_locked() - undo fl_suspend_locked()
 * @fl: port
 *
 * A port that does not start is closed, so that opening it tries again.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int fl_resume_locked(struct fl_dev *fl)
{
	int i, err = 0;

	for (i = 0; i < fl->caps.lanes_max; i++)
		fl_lane_restore_affinity(&fl->lane[i]);
	fl_home_update(fl, fl->cfg.lanes);
	if (netif_running(fl->netdev))
		err = fl_port_up(fl);
	if (err)
		dev_close(fl->netdev);
	netif_device_attach(fl->netdev);
	return err;
}

/**
 * fl_lend_locked() - halt a port whose device is wanted for something else
 * @fl: port, running or not
 *
 * The lanes in use have their interrupts, and NAPI is disabled.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error; fl_return_locked() is due in any case.
 */
int fl_lend_locked(struct fl_dev *fl)
{
	fl_suspend_locked(fl);
	if (netif_running(fl->netdev))
		return 0;
	return fl_lanes_attach(fl, 0, fl->cfg.lanes);
}

/**
 * fl_return_locked() - undo fl_lend_locked()
 * @fl: port; its device may be in any state
 * @err: what fl_lend_locked() returned
 *
 * Context: process, RTNL.
 *
 * Return: 0, or a negative error if a port that was open had to be closed.
 */
int fl_return_locked(struct fl_dev *fl, int err)
{
	fl->ops->down(fl);
	if (!netif_running(fl->netdev) && !err)
		fl_lanes_detach(fl, 0, fl->cfg.lanes);
	return fl_resume_locked(fl);
}

static void fl_set_config(struct fl_dev *fl, const struct fl_config *cfg)
{
	fl->cfg = *cfg;
	fl_rss_fit(fl);
}

/* The port pauses in here: the link stays up, a connection sees some
 * milliseconds of silence. If the queues do not stop it becomes a reset, and if
 * that fails the port is as after any failed reset, which is tried again: not
 * running, but whole, and with what was asked for.
 */
static void fl_swap_in(struct fl_dev *fl, struct fl_rings *set,
		       const struct fl_config *cfg)
{
	int err;

	fl_lanes_halt(fl);
	fl_tx_stop(fl);
	err = fl->ops->pause(fl);
	if (err) {
		netdev_warn(fl->netdev, "queues do not stop, resetting\n");
		WRITE_ONCE(fl->running, false);
		fl->ops->down(fl);
	}
	fl_tx_drain(fl, !err);
	fl_rings_swap(fl, set);
	fl_set_config(fl, cfg);
	if (err) {
		if (fl_port_start(fl))
			fl_request_reset(fl);
		return;
	}
	fl->ops->resume(fl);
	fl_lanes_run(fl);
	netif_tx_wake_all_queues(fl->netdev);
}

/* More lanes run than before; the stack may send on them. If it cannot, go back.
 */
static int fl_lanes_grown(struct fl_dev *fl, struct fl_rings *set,
			  const struct fl_config *old)
{
	u16 lanes = fl->cfg.lanes;
	int err, i;

	err = netif_set_real_num_tx_queues(fl->netdev, lanes);
	if (!err || !fl->running)
		return err;
	/* The old rings stopped half way; the device starts at slot 0. */
	for (i = 0; i < old->lanes; i++) {
		fl_rx_ring_drain(set[i].rx);
		fl->ops->rx_fill(set[i].rx);
	}
	fl_swap_in(fl, set, old);
	fl_lanes_detach(fl, old->lanes, lanes);
	netif_set_real_num_rx_queues(fl->netdev, old->lanes);
	return err;
}

/* Before any lane of @cfg that is new receives, the stack has to know its queue; and
 * before one goes, it has to let go of the queue that it sends on.
 */
static int fl_lanes_prepare(struct fl_dev *fl, const struct fl_config *cfg)
{
	u16 lanes = fl->cfg.lanes;
	int err;

	if (cfg->lanes <= lanes)
		return netif_set_real_num_tx_queues(fl->netdev, cfg->lanes);
	err = fl_lanes_attach(fl, lanes, cfg->lanes);
	if (err)
		return err;
	err = netif_set_real_num_rx_queues(fl->netdev, cfg->lanes);
	if (err)
		fl_lanes_detach(fl, lanes, cfg->lanes);
	return err;
}

static int fl_reconfigure_running(struct fl_dev *fl,
				  const struct fl_config *cfg,
				  struct netlink_ext_ack *extack)
{
	struct fl_config old = fl->cfg;
	struct fl_rings *set;
	int err;

	set = fl_rings_alloc(fl, cfg);
	if (!set) {
		NL_SET_ERR_MSG(extack, "no memory for the new rings, the port keeps its old ones");
		return -ENOMEM;
	}
	err = fl_lanes_prepare(fl, cfg);
	if (err) {
		NL_SET_ERR_MSG(extack, "no interrupt or queue for the new lanes");
		goto out_free;
	}

	fl_swap_in(fl, set, cfg);
	if (cfg->lanes > old.lanes) {
		err = fl_lanes_grown(fl, set, &old);
		if (err)
			NL_SET_ERR_MSG(extack, "the stack takes no more queues");
	} else {
		/* No sooner: RFS warns of a packet from a queue that is none. */
		netif_set_real_num_rx_queues(fl->netdev, cfg->lanes);
		fl_lanes_detach(fl, cfg->lanes, old.lanes);
	}
out_free:
	fl_rings_free(fl, set);
	return err;
}

/**
 * fl_reconfigure() - put another configuration in force
 * @fl: port, running or not
 * @cfg: the new configuration, valid for the device
 * @extack: says why, on failure
 *
 * On failure the port is as it was. A device that does not start again with the new
 * configuration, and is to be reset, has it all the same.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int fl_reconfigure(struct fl_dev *fl, const struct fl_config *cfg,
		   struct netlink_ext_ack *extack)
{
	bool lanes = cfg->lanes != fl->cfg.lanes;
	int err;

	ASSERT_RTNL();
	/* The stack looks elsewhere before a lane goes. */
	if (cfg->lanes < fl->cfg.lanes)
		fl_home_update(fl, cfg->lanes);
	if (fl->running) {
		err = fl_reconfigure_running(fl, cfg, extack);
	} else if (netif_running(fl->netdev)) {
		NL_SET_ERR_MSG(extack, "the port has failed, set it down and up first");
		err = -EIO;
	} else {
		err = netif_set_real_num_queues(fl->netdev, cfg->lanes,
						cfg->lanes);
		if (!err)
			fl_set_config(fl, cfg);
	}
	if (lanes)
		fl_home_update(fl, fl->cfg.lanes);
	return err;
}
