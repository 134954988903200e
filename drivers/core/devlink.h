/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A port in devlink, and the reporter of its health. Kernels without devlink have
 * no stubs for what creates an instance: ours are here, and Kbuild leaves the files
 * out.
 */
#ifndef FL_DEVLINK_H
#define FL_DEVLINK_H

#include <flowlane/dev.h>

#if IS_ENABLED(CONFIG_NET_DEVLINK)
/* devlink.c */
int fl_devlink_init(struct fl_dev *fl);
void fl_devlink_cleanup(struct fl_dev *fl);
void fl_devlink_show(struct fl_dev *fl);
void fl_devlink_hide(struct fl_dev *fl);

/* health.c */
extern const struct devlink_health_reporter_ops fl_tx_health_ops;
void fl_health_init(struct fl_dev *fl);
void fl_health_cleanup(struct fl_dev *fl);
void fl_health_tx_hangs(struct fl_lane *lane);
void fl_health_recovered(struct fl_dev *fl);
#else
static inline int fl_devlink_init(struct fl_dev *fl)
{
	return 0;
}

static inline void fl_devlink_cleanup(struct fl_dev *fl) { }
static inline void fl_devlink_show(struct fl_dev *fl) { }
static inline void fl_devlink_hide(struct fl_dev *fl) { }
static inline void fl_health_init(struct fl_dev *fl) { }
static inline void fl_health_cleanup(struct fl_dev *fl) { }

static inline void fl_health_tx_hangs(struct fl_lane *lane)
{
	fl_request_reset(lane->fl);
}

static inline void fl_health_recovered(struct fl_dev *fl) { }
#endif

#endif /* FL_DEVLINK_H */
