/* SPDX-License-Identifier: GPL-2.0 */
/* ethtool -t, as far as ethtool.c has to know of it. */
#ifndef FLOWLANE_CORE_SELFTEST_H
#define FLOWLANE_CORE_SELFTEST_H

#include <linux/types.h>

struct fl_dev;

int fl_test_count(const struct fl_dev *fl);
void fl_test_strings(const struct fl_dev *fl, u8 *data);

#endif /* FLOWLANE_CORE_SELFTEST_H */
