// SPDX-License-Identifier: GPL-2.0
/*
 * The devlink health reporter "tx": a hang of a Tx queue is counted, what is known
 * of it is kept, and the port is reset.
 *
 * What happens at a hang is the user's to say then (`devlink health set`). With
 * auto_recover, as it is at first, each hang resets the port, and there is no grace
 * period: the watchdog's own time is between two of them. Without it the port is
 * left as it hangs until `devlink health recover`, or down and up. Where there is no
 * reporter, with a port that comes or goes or a kernel without devlink, a hang
 * resets the port.
 *
 * Locks: devlink's instance lock, which its core takes around all of our
 * functions, then RTNL. So health_work starts with neither of them held.
 */
#include <linux/rtnetlink.h>
#include <linux/sprintf.h>
#include <net/devlink.h>
#include <net/netdev_queues.h>

#include "devlink.h"

/* Descriptors in a dump, around the one that should be completed next */
#define FL_DUMP_BEFORE	4
#define FL_DUMP_AFTER	12
#define FL_DUMP_BYTES	64	/* of a descriptor, at most */

static const char *fl_port_state(const struct fl_dev *fl)
{
	if (!netif_device_present(fl->netdev))
		return "detached";
	if (!netif_running(fl->netdev))
		return "down";
	return fl->running ? "up" : "failed";
}

/* Indices are shown as slots, for the device has no others. */
static void fl_put_lane(struct devlink_fmsg *fmsg, struct fl_lane *lane, u32 clean)
{
	const struct fl_tx_ring *tx = lane->tx;
	struct net_device *netdev = lane->fl->netdev;
	u32 head, tail;

	devlink_fmsg_u32_pair_put(fmsg, "lane", lane->idx);
	devlink_fmsg_u32_pair_put(fmsg, "slots", tx->mask + 1);
	devlink_fmsg_u32_pair_put(fmsg, "next_to_use",
				  READ_ONCE(tx->next_to_use) & tx->mask);
	devlink_fmsg_u32_pair_put(fmsg, "next_to_clean", clean & tx->mask);
	devlink_fmsg_u32_pair_put(fmsg, "doorbell",
				  READ_ONCE(tx->kicked) & tx->mask);
	devlink_fmsg_u32_pair_put(fmsg, "written_back",
				  le32_to_cpu(READ_ONCE(*tx->head)));
	if (netif_device_present(netdev)) {
		lane->fl->ops->tx_regs(lane, &head, &tail);
		devlink_fmsg_u32_pair_put(fmsg, "device_head", head);
		devlink_fmsg_u32_pair_put(fmsg, "device_tail", tail);
	}
	devlink_fmsg_bool_pair_put(fmsg, "stopped",
				   netif_tx_queue_stopped(tx->txq));
	devlink_fmsg_bool_pair_put(fmsg, "stopped_by_bql",
				   test_bit(__QUEUE_STATE_STACK_XOFF,
					    &tx->txq->state));
	devlink_fmsg_u32_pair_put(fmsg, "bql_bytes_left",
				  max(netdev_queue_dql_avail(tx->txq), 0));
	devlink_fmsg_u32_pair_put(fmsg, "usecs_since_poll",
				  jiffies_to_usecs(jiffies -
						   READ_ONCE(lane->last_poll)));
}

static void fl_put_desc(struct devlink_fmsg *fmsg, const struct fl_tx_ring *tx,
			u32 slot)
{
	u32 bytes = min(tx->lane->fl->caps.tx_desc_step, FL_DUMP_BYTES);
	char text[2 * FL_DUMP_BYTES + 1];

	snprintf(text, sizeof(text), "%*phN", bytes, tx->desc + slot * bytes);
	devlink_fmsg_obj_nest_start(fmsg);
	devlink_fmsg_u32_pair_put(fmsg, "slot", slot);
	devlink_fmsg_string_pair_put(fmsg, "descriptor", text);
	devlink_fmsg_u32_pair_put(fmsg, "mapped_bytes",
				  READ_ONCE(tx->buf[slot].len));
	devlink_fmsg_bool_pair_put(fmsg, "packet_end",
				   READ_ONCE(tx->buf[slot].skb));
	devlink_fmsg_obj_nest_end(fmsg);
}

static void fl_put_ring(struct devlink_fmsg *fmsg, const struct fl_tx_ring *tx, u32 clean)
{
	u32 from = clean - FL_DUMP_BEFORE;
	u32 i;

	devlink_fmsg_arr_pair_nest_start(fmsg, "descriptors");
	for (i = 0; i < FL_DUMP_BEFORE + FL_DUMP_AFTER; i++)
		fl_put_desc(fmsg, tx, (from + i) & tx->mask);
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

/* All lanes in use, or only one. Their rings stay while RTNL is held; what polls
 * and transmits goes on, so numbers of a lane may be of different moments. Descriptors
 * are those around the index that is shown.
 */
static void fl_put_lanes(struct devlink_fmsg *fmsg, struct fl_dev *fl,
			 const struct fl_lane *only, bool rings)
{
	int i;

	ASSERT_RTNL();
	devlink_fmsg_string_pair_put(fmsg, "port", fl_port_state(fl));
	devlink_fmsg_u64_pair_put(fmsg, "resets", fl->resets);
	devlink_fmsg_arr_pair_nest_start(fmsg, "lanes");
	for (i = 0; i < fl->cfg.lanes; i++) {
		struct fl_lane *lane = &fl->lane[i];
		u32 clean;

		if (!lane->tx || (only && lane != only))
			continue;
		clean = READ_ONCE(lane->tx->next_to_clean);
		devlink_fmsg_obj_nest_start(fmsg);
		fl_put_lane(fmsg, lane, clean);
		if (rings)
			fl_put_ring(fmsg, lane->tx, clean);
		devlink_fmsg_obj_nest_end(fmsg);
	}
	devlink_fmsg_arr_pair_nest_end(fmsg);
}

static void fl_put_reg(struct devlink_fmsg *fmsg, const struct fl_reg *reg,
		       const u32 *data)
{
	char text[12];
	int i;

	if (reg->count > 1)
		devlink_fmsg_arr_pair_nest_start(fmsg, reg->name);
	else
		devlink_fmsg_pair_nest_start(fmsg, reg->name);
	for (i = 0; i < reg->count; i++) {
		snprintf(text, sizeof(text), "%#010x", data[i]);
		devlink_fmsg_string_put(fmsg, text);
	}
	if (reg->count > 1)
		devlink_fmsg_arr_pair_nest_end(fmsg);
	else
		devlink_fmsg_pair_nest_end(fmsg);
}

static int fl_put_regs(struct devlink_fmsg *fmsg, struct fl_dev *fl)
{
	const struct fl_reg_table *table = fl->ops->reg_table;
	u32 *data, *next;
	int i;

	if (!table || !netif_device_present(fl->netdev))
		return 0;
	data = kvzalloc_objs(*data, fl_regs_count(fl));
	if (!data)
		return -ENOMEM;
	fl->ops->get_regs(fl, data);
	devlink_fmsg_pair_nest_start(fmsg, "registers");
	devlink_fmsg_obj_nest_start(fmsg);
	for (i = 0, next = data; i < table->n; next += table->reg[i++].count)
		fl_put_reg(fmsg, &table->reg[i], next);
	devlink_fmsg_obj_nest_end(fmsg);
	devlink_fmsg_pair_nest_end(fmsg);
	kvfree(data);
	return 0;
}

static int fl_tx_diagnose(struct devlink_health_reporter *reporter,
			  struct devlink_fmsg *fmsg,
			  struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = devlink_health_reporter_priv(reporter);

	rtnl_lock();
	fl_put_lanes(fmsg, fl, NULL, false);
	rtnl_unlock();
	return 0;
}

/* At a hang the lane that hangs; all of them when a user asks. */
static int fl_tx_dump(struct devlink_health_reporter *reporter,
		      struct devlink_fmsg *fmsg, void *priv_ctx,
		      struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = devlink_health_reporter_priv(reporter);
	int err;

	rtnl_lock();
	fl_put_lanes(fmsg, fl, priv_ctx, true);
	err = fl_put_regs(fmsg, fl);
	rtnl_unlock();
	return err;
}

/* A port that is down starts afresh when it is opened: nothing to do. */
static int fl_tx_recover(struct devlink_health_reporter *reporter,
			 void *priv_ctx, struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = devlink_health_reporter_priv(reporter);
	int err = 0;

	rtnl_lock();
	if (!netif_device_present(fl->netdev)) {
		NL_SET_ERR_MSG(extack, "the device is suspended or being reset, which recovers it");
		err = -EBUSY;
	} else if (netif_running(fl->netdev)) {
		fl_reset_locked(fl);
		if (!fl->running) {
			NL_SET_ERR_MSG(extack, "the device does not start again");
			err = -EIO;
		}
	}
	rtnl_unlock();
	return err;
}

/* As if lane 0 hung. A report takes the lock that is held here: it comes later. */
static int fl_tx_test(struct devlink_health_reporter *reporter,
		      struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = devlink_health_reporter_priv(reporter);
	bool up;

	rtnl_lock();
	up = fl->running;
	if (up)
		fl_health_tx_hangs(&fl->lane[0]);
	rtnl_unlock();
	if (up)
		return 0;
	NL_SET_ERR_MSG(extack, "only a port that is up can hang");
	return -ENETDOWN;
}

const struct devlink_health_reporter_ops fl_tx_health_ops = {
	.name = "tx",
	.recover = fl_tx_recover,
	.dump = fl_tx_dump,
	.diagnose = fl_tx_diagnose,
	.test = fl_tx_test,
};

static void fl_health_work(struct work_struct *work)
{
	struct fl_dev *fl = container_of(work, struct fl_dev, health_work);
	struct devlink_health_reporter *reporter = READ_ONCE(fl->tx_health);
	struct fl_lane *lane = &fl->lane[READ_ONCE(fl->hung)];
	char text[32];
	int err;

	if (!reporter) {
		fl_request_reset(fl);
		return;
	}
	snprintf(text, sizeof(text), "Tx timeout on lane %u", lane->idx);
	err = devlink_health_report(reporter, text, lane);
	if (err)
		netdev_err(fl->netdev, "%s: not recovered: %d\n", text, err);
}

/**
 * fl_health_init() - prepare for hangs
 * @fl: port
 *
 * Context: process, probe.
 */
void fl_health_init(struct fl_dev *fl)
{
	INIT_WORK(&fl->health_work, fl_health_work);
}

/**
 * fl_health_cleanup() - no report is under way any more
 * @fl: port, not registered; a reset may have been requested
 *
 * Context: process, may sleep.
 */
void fl_health_cleanup(struct fl_dev *fl)
{
	cancel_work_sync(&fl->health_work);
}

/**
 * fl_health_tx_hangs() - report that a lane's Tx queue hangs, which recovers it
 * @lane: lane
 *
 * Context: any.
 */
void fl_health_tx_hangs(struct fl_lane *lane)
{
	WRITE_ONCE(lane->fl->hung, lane->idx);
	schedule_work(&lane->fl->health_work);
}

/**
 * fl_health_recovered() - the port has started, whatever was before
 * @fl: port
 *
 * devlink recovers no port again that it thinks to be hanging since before.
 *
 * Context: process, RTNL.
 */
void fl_health_recovered(struct fl_dev *fl)
{
	ASSERT_RTNL();
	if (fl->tx_health)
		devlink_health_reporter_state_update(fl->tx_health,
						     DEVLINK_HEALTH_REPORTER_STATE_HEALTHY);
}
