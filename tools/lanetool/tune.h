/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tune and undo.  A knob is a setting by name, with a line of text as its value:
 *
 *   file:/proc/sys/net/core/somaxconn	a file of /proc or /sys
 *   irq:2				CPUs of the port's third vector
 *   ring:rx, channels:combined, ...	see nic.c
 *   feature:rx-gro			1 or 0
 *
 * A plan is what knobs are and are to be.  It is on disk before the first one is turned, so
 * that whatever happens, undo knows all of it.
 */
#ifndef LT_TUNE_H
#define LT_TUNE_H

#include "nic.h"

#define TUNE_CHANGES	2048
#define TUNE_TEXT	256

struct tune_change {
	char knob[TUNE_TEXT];
	char old[TUNE_TEXT];
	char want[TUNE_TEXT];	/* "": it is only remembered, as others may change it */
};

struct tune_plan {
	struct tune_change changes[TUNE_CHANGES];
	unsigned int count;
	bool full;
};

enum {
	TUNE_THROUGHPUT		= 1 << 0,
	TUNE_LATENCY		= 1 << 1,
	TUNE_CONNECTIONS	= 1 << 2,
	TUNE_FORWARDING		= 1 << 3,
	TUNE_XDP		= 1 << 4,
	TUNE_ALL		= (1 << 5) - 1,
};

/* Knobs (tune_knob.c).  Return: 0 or a negative error */
int knob_get(struct lt *lt, const struct nic *port, const char *knob, char *buf, size_t size);
int knob_set(struct lt *lt, const struct nic *port, const char *knob, const char *value);
bool knob_same(const char *knob, const char *one, const char *two);
bool knob_global(const char *knob);	/* of the system, not of a port */
bool knob_structural(const char *knob);	/* queues or rings: others may change with it */
const char *knob_shown(const char *knob);

/* Plans (tune_plan.c) */
unsigned int tune_profile(const char *name);	/* TUNE_*, 0 if there is none */
void tune_make(struct lt *lt, const struct nic *port, unsigned int profile,
	       struct tune_plan *plan);
void tune_add(struct tune_plan *plan, const char *knob, const char *old, const char *want);

/* State (tune_state.c): what undo has to know, in a file for each port.  An error was said. */
int tune_lock(struct lt *lt);	/* Return: a descriptor to close, or a negative error */
json_t *tune_load(struct lt *lt, const char *name);	/* NULL: there is none */
json_t *tune_merge(struct lt *lt, json_t *old, const struct nic *port, const char *profile,
		   const struct tune_plan *plan);
int tune_save(struct lt *lt, const char *name, const json_t *state);
void tune_forget(struct lt *lt, const char *name);
/* tune_origin - what a knob of the system was before any port was tuned; except: not that one
 * Return: false if no port's state has it
 */
bool tune_origin(struct lt *lt, const char *except, const char *knob, char *buf, size_t size);
bool tune_this_boot(struct lt *lt, const json_t *state);
int tune_names(struct lt *lt, int (*name)(const char *name, void *data), void *data);

/* What outlives a boot (tune_persist.c) */
int tune_persist(struct lt *lt, const struct nic *port, const char *profile,
		 const json_t *state);
void tune_unpersist(struct lt *lt, const char *name);

/* files_write - a whole file or none, on disk when it returns (tune_state.c) */
int files_write(struct lt *lt, const char *path, const char *text);

#endif
