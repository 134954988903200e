/* SPDX-License-Identifier: GPL-2.0 */
/* Which CPU has which lane: see home.c. */
#ifndef FLOWLANE_HOME_H
#define FLOWLANE_HOME_H

#include <flowlane/dev.h>

/* Of a CPU that is not online */
#define FL_NO_LANE	U16_MAX

int fl_home_init(struct fl_dev *fl);
void fl_home_cleanup(struct fl_dev *fl);
void fl_home_attach(struct fl_lane *lane);
void fl_home_detach(struct fl_lane *lane);
void fl_home_update(struct fl_dev *fl, u16 lanes);
void fl_home_share(const struct fl_lane *lane, u16 lanes,
		   const unsigned long *cpus, unsigned int n_cpus, u16 *of);

#endif /* FLOWLANE_HOME_H */
