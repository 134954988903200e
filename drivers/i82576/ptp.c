// SPDX-License-Identifier: GPL-2.0
/* The clock of the 82576 as the PTP core sees it (datasheet 8.16). */
#include <linux/iopoll.h>

#include "hw.h"

/* The clock is brought up to date more often than it must be: what is late by
 * some seconds does no harm. Stamps of received packets are looked after.
 */
#define I82576_PTP_UPDATE	(20 * HZ)
#define I82576_PTP_STAMPS	(2 * HZ)
/* How long a worker looks for one before it lets others work, in usecs. */
#define I82576_TX_STAMP_POLL_US	1000

static struct i82576 *i82576_of_info(struct ptp_clock_info *info)
{
	return container_of(info, struct i82576, ptp.info);
}

/* The counter; false if the device is gone. Reading the lower half latches the
 * upper one.
 */
static bool i82576_read_systim(struct i82576 *hw, u64 *count,
			       struct ptp_system_timestamp *sts)
{
	u32 low;

	ptp_read_system_prets(sts);
	low = i82576_rd(hw, I82576_SYSTIML);
	ptp_read_system_postts(sts);
	return i82576_clock_join(low, i82576_rd(hw, I82576_SYSTIMH), count);
}

/* Bring the clock up to date. That of a device that does not answer stays as it
 * was.
 */
static void i82576_ptp_update(struct i82576 *hw)
{
	struct i82576_clock *time = &hw->ptp.time;
	u64 count = 0;

	lockdep_assert_held(&hw->ptp.lock);
	if (time->held || i82576_read_systim(hw, &count, NULL))
		i82576_clock_update(time, count, ktime_get_boottime_ns());
}

static int i82576_ptp_gettimex(struct ptp_clock_info *info,
			       struct timespec64 *ts,
			       struct ptp_system_timestamp *sts)
{
	struct i82576 *hw = i82576_of_info(info);
	struct i82576_ptp *ptp = &hw->ptp;
	unsigned long flags;
	u64 count = 0;
	int err = 0;

	if (pci_channel_offline(hw->pdev))
		return -ENODEV;
	spin_lock_irqsave(&ptp->lock, flags);
	if (ptp->time.held) {
		ptp_read_system_prets(sts);
		ptp_read_system_postts(sts);
	} else if (!i82576_read_systim(hw, &count, sts)) {
		err = -ENODEV;
	}
	if (!err)
		*ts = ns_to_timespec64(i82576_clock_update(&ptp->time, count,
							   ktime_get_boottime_ns()));
	spin_unlock_irqrestore(&ptp->lock, flags);
	return err;
}

static int i82576_ptp_settime(struct ptp_clock_info *info,
			      const struct timespec64 *ts)
{
	struct i82576 *hw = i82576_of_info(info);
	unsigned long flags;

	spin_lock_irqsave(&hw->ptp.lock, flags);
	i82576_ptp_update(hw);
	i82576_clock_set(&hw->ptp.time, timespec64_to_ns(ts));
	spin_unlock_irqrestore(&hw->ptp.lock, flags);
	return 0;
}

static int i82576_ptp_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct i82576 *hw = i82576_of_info(info);
	unsigned long flags;

	spin_lock_irqsave(&hw->ptp.lock, flags);
	i82576_clock_adjust(&hw->ptp.time, delta);
	spin_unlock_irqrestore(&hw->ptp.lock, flags);
	return 0;
}

static int i82576_ptp_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct i82576 *hw = i82576_of_info(info);
	unsigned long flags;

	spin_lock_irqsave(&hw->ptp.lock, flags);
	i82576_ptp_update(hw);
	i82576_clock_set_freq(&hw->ptp.time, scaled_ppm);
	spin_unlock_irqrestore(&hw->ptp.lock, flags);
	return 0;
}

static long i82576_ptp_work(struct ptp_clock_info *info)
{
	struct i82576 *hw = i82576_of_info(info);
	unsigned long flags;
	bool done;

	/* Who waits for one does so for a few milliseconds, not for a jiffy. */
	read_poll_timeout(i82576_tx_stamp_done, done, done, 20,
			  I82576_TX_STAMP_POLL_US, false, hw);
	i82576_rx_stamp_check(hw);
	spin_lock_irqsave(&hw->ptp.lock, flags);
	i82576_ptp_update(hw);
	spin_unlock_irqrestore(&hw->ptp.lock, flags);
	if (!done)
		return 1;
	return READ_ONCE(hw->ptp.rx_filter) == HWTSTAMP_FILTER_NONE ?
	       I82576_PTP_UPDATE : I82576_PTP_STAMPS;
}

static const struct ptp_clock_info i82576_ptp_info = {
	.owner = THIS_MODULE,
	.max_adj = I82576_CLOCK_ADJ_MAX,
	.gettimex64 = i82576_ptp_gettimex,
	.settime64 = i82576_ptp_settime,
	.adjtime = i82576_ptp_adjtime,
	.adjfine = i82576_ptp_adjfine,
	.do_aux_work = i82576_ptp_work,
};

/**
 * i82576_ptp_init() - prepare the clock: it shows the system's time, and is held
 * @hw: port
 *
 * Context: process, probe, before the first reset.
 */
void i82576_ptp_init(struct i82576 *hw)
{
	spin_lock_init(&hw->ptp.lock);
	i82576_clock_init(&hw->ptp.time, ktime_get_real_ns(),
			  ktime_get_boottime_ns());
}

/**
 * i82576_ptp_register() - offer the clock to user space
 * @hw: port, not registered yet
 *
 * A port does without a clock if it has to, and then without time stamps.
 *
 * Context: process, probe.
 */
void i82576_ptp_register(struct i82576 *hw)
{
	struct i82576_ptp *ptp = &hw->ptp;

	ptp->info = i82576_ptp_info;
	snprintf(ptp->info.name, sizeof(ptp->info.name), "%pm",
		 hw->fl.netdev->dev_addr);
	ptp->clock = ptp_clock_register(&ptp->info, &hw->pdev->dev);
	if (IS_ERR(ptp->clock)) {
		dev_warn(&hw->pdev->dev, "no PTP clock: %pe\n", ptp->clock);
		ptp->clock = NULL;
	}
	if (ptp->clock)
		ptp_schedule_worker(ptp->clock, 0);
}

/**
 * i82576_ptp_unregister() - undo i82576_ptp_register()
 * @hw: port, not registered any more
 *
 * Context: process.
 */
void i82576_ptp_unregister(struct i82576 *hw)
{
	if (hw->ptp.clock)
		ptp_clock_unregister(hw->ptp.clock);
	hw->ptp.clock = NULL;
	/* A device that is gone was not reset. */
	i82576_tx_stamp_forget(hw);
}

/**
 * i82576_ptp_hold() - the counter is about to lose its value
 * @hw: port; nothing is transmitted
 *
 * The clock goes on by the system's time, and nothing touches the device for
 * it. A packet that waits for its stamp will not get it.
 *
 * Context: process, RTNL or probe.
 */
void i82576_ptp_hold(struct i82576 *hw)
{
	struct i82576_ptp *ptp = &hw->ptp;
	unsigned long flags;

	i82576_tx_stamp_forget(hw);
	spin_lock_irqsave(&ptp->lock, flags);
	i82576_ptp_update(hw);
	ptp->time.held = true;
	spin_unlock_irqrestore(&ptp->lock, flags);
}

/**
 * i82576_ptp_run() - start the counter after i82576_ptp_hold()
 * @hw: port
 *
 * A clock whose device does not answer stays held.
 *
 * Context: process, RTNL or probe.
 */
void i82576_ptp_run(struct i82576 *hw)
{
	struct i82576_ptp *ptp = &hw->ptp;
	unsigned long flags;
	u64 count;

	spin_lock_irqsave(&ptp->lock, flags);
	if (ptp->time.held) {
		/* 16, each 16 ns: it counts nanoseconds (datasheet 8.16) */
		i82576_wr(hw, I82576_TIMINCA, FIELD_PREP(TIMINCA_PERIOD, 1) |
			  FIELD_PREP(TIMINCA_VALUE, 16));
		if (i82576_read_systim(hw, &count, NULL))
			i82576_clock_run(&ptp->time, count,
					 ktime_get_boottime_ns());
	}
	spin_unlock_irqrestore(&ptp->lock, flags);
}
