/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the netlink family and what it uses: Kbuild puts this header in front of
 * nl.c. Flows come from the suite, and messages for events can fail to be had.
 */
#ifndef FLOWLANE_KUNIT_SEAM_NL_H
#define FLOWLANE_KUNIT_SEAM_NL_H

#include <net/genetlink.h>

#include <flowlane/dev.h>

bool seam_steer_next(struct fl_dev *fl, u32 *pos, struct fl_flow_info *info);
struct sk_buff *seam_genlmsg_new(size_t payload, gfp_t gfp);

#ifndef SEAM_ITSELF
#define fl_steer_next seam_steer_next
#define genlmsg_new seam_genlmsg_new
#endif

#endif /* FLOWLANE_KUNIT_SEAM_NL_H */
