/* SPDX-License-Identifier: GPL-2.0 */
/* Parts of lanetool that are tested by themselves. */
#ifndef PARTS_H
#define PARTS_H

#include <stdbool.h>

/* parts_check - Return: the first thing that is wrong, or NULL */
const char *parts_check(void);
/* check - what is wrong, if it is not good */
void check(bool good, const char *format, ...) __printf(2, 3);
void checks_check(void);	/* doctor's checks (checks.c) */
void plans_check(void);		/* tune's plans (plans.c) */

#endif
