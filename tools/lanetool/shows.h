/* SPDX-License-Identifier: GPL-2.0 */
/* What shows an answer to a request shows the notification of a change as well (cmd_monitor.c). */
#ifndef SHOWS_H
#define SHOWS_H

#include "lanetool.h"

struct settings {
	bool said;	/* something of the device; of all of them: in the last answer */
};

/* Of type lt_reply; those of settings get a struct settings */
int settings_modes(struct lt *lt, const struct nlmsghdr *msg, void *data);
int settings_port(struct lt *lt, const struct nlmsghdr *msg, void *data);
int settings_wol(struct lt *lt, const struct nlmsghdr *msg, void *data);
int settings_messages(struct lt *lt, const struct nlmsghdr *msg, void *data);
int features_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int private_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int rings_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int channels_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int coalesce_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int pause_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int eee_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int fec_show(struct lt *lt, const struct nlmsghdr *msg, void *data);
int module_show(struct lt *lt, const struct nlmsghdr *msg, void *data);

#endif
