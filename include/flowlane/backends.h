/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The backends built into the module. For drivers/module.c and the backends
 * themselves; core does not know who they are.
 */
#ifndef FLOWLANE_BACKENDS_H
#define FLOWLANE_BACKENDS_H

#include <flowlane/dev.h>

extern const struct fl_backend i82576_backend;
extern const struct fl_backend virtio_backend;

#endif /* FLOWLANE_BACKENDS_H */
