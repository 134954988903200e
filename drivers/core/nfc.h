/* SPDX-License-Identifier: GPL-2.0 */
/* What others of core ask of a user's rules; see nfc.c. */
#ifndef FLOWLANE_CORE_NFC_H
#define FLOWLANE_CORE_NFC_H

#include <linux/types.h>

/* What ethtool calls is declared in compat.h. */

struct fl_dev;

int fl_nfc_check_lanes(struct fl_dev *fl, u32 lanes);
void fl_nfc_clear(struct fl_dev *fl);

#endif /* FLOWLANE_CORE_NFC_H */
