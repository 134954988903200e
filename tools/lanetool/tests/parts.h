/* SPDX-License-Identifier: GPL-2.0 */
/* Parts of lanetool that are tested by themselves. */
#ifndef PARTS_H
#define PARTS_H

#include <stddef.h>

/* parts_check - Return: the first thing that is wrong, or NULL */
const char *parts_check(void);

#endif
