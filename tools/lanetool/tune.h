/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tune and undo.  A knob is a setting by name, with a line of text as its value:
 *
 *   file:/proc/sys/net/core/somaxconn	a file of /proc or /sys
 *   irq:2				CPUs of the port's third vector
 *   ring:rx, channels:combined, ...	see nic.c
 *   feature:rx-gro			1 or 0: whether it is asked for
 *   queue:3				moderation of that queue alone
 *   rss:table, rss:key			receive hashing
 *   napi:2				what the port's third NAPI has: interrupts to defer,
 *					nanoseconds to flush GRO and to suspend interrupts
 *
 * A plan is an array of changes: a "setting" with its "old" and "new" value, or without a new
 * one, as it is only remembered: a change of others may change it too, or another port's plan
 * has.  All of it is on disk before the first knob is turned, so that whatever happens, undo
 * knows it.
 */
#ifndef LT_TUNE_H
#define LT_TUNE_H

#include "nic.h"

enum {
	TUNE_THROUGHPUT		= 1 << 0,
	TUNE_LATENCY		= 1 << 1,
	TUNE_CONNECTIONS	= 1 << 2,
	TUNE_FORWARDING		= 1 << 3,
	TUNE_XDP		= 1 << 4,
	TUNE_ALL		= (1 << 5) - 1,
};

/* Knobs (tune_knob.c).  port may be NULL: then only those of the system are there. */
/* knob_get - Return: its value, to be freed, or NULL: there is no such knob */
char *knob_get(struct lt *lt, const struct nic *port, const char *knob);
/* knob_set - Return: 0 or a negative error */
int knob_set(struct lt *lt, const struct nic *port, const char *knob, const char *value);
bool knob_same(const char *knob, const char *one, const char *two);
bool knob_global(const char *knob);	/* of the system, not of a port */
const char *knob_shown(const char *knob);

/* Those for which there are only ioctls (tune_ioctl.c); Return: as above */
char *knob_queue_get(struct lt *lt, const struct nic *port, const char *number);
int knob_queue_set(struct lt *lt, const struct nic *port, const char *number, const char *value);
bool knob_queue_same(const char *one, const char *two);
char *knob_rss_get(struct lt *lt, const struct nic *port, const char *part);
int knob_rss_set(struct lt *lt, const struct nic *port, const char *part, const char *value);

/* Those of NAPIs, for which there is netlink alone (tune_napi.c); Return: as above */
char *knob_napi_get(struct lt *lt, const struct nic *port, const char *number);
int knob_napi_set(struct lt *lt, const struct nic *port, const char *number, const char *value);
unsigned int knob_napis(struct lt *lt, const struct nic *port);	/* how many there are */

/* Plans (tune_plan.c) */
unsigned int tune_profile(const char *name);	/* TUNE_*, 0 if there is none */
/* tune_make - a profile's plan; with remember, also what is only remembered.
 * Return: NULL without memory
 */
json_t *tune_make(struct lt *lt, const struct nic *port, unsigned int profile, bool remember);
const char *tune_text(const json_t *change, const char *key);	/* NULL if there is none */

/* State (tune_state.c): what undo has to know, in a file for each port.  Errors were said. */
int tune_lock(struct lt *lt);	/* Return: a descriptor to close, or a negative error */
/* tune_load - Return: 0, with NULL if there is none, or a negative error: it cannot be read */
int tune_load(struct lt *lt, const char *name, json_t **state);
json_t *tune_merge(struct lt *lt, json_t *old, const struct nic *port, const char *profile,
		   const json_t *plan);
int tune_save(struct lt *lt, const char *name, const json_t *state);
void tune_forget(struct lt *lt, const char *name);
/* tune_origin - what a knob of the system was before any port was tuned; except: not that one
 * Return: to be freed, or NULL if no port's state has it
 */
char *tune_origin(struct lt *lt, const char *except, const char *knob);
/* tune_same_device - is it the one that was tuned, and not another of its name? */
bool tune_same_device(struct lt *lt, const json_t *state, uint32_t ifindex);
/* tune_elsewhere - is it the state of a port in another network namespace, of this name?  Then
 * only there one can undo it.
 */
bool tune_elsewhere(struct lt *lt, const json_t *state);
/* tune_counts - is what it says of the system still so?  A boot undoes what does not persist. */
bool tune_counts(struct lt *lt, const char *name, const json_t *state);
/* tune_follow - ports that were renamed have their states under their new names from now on */
void tune_follow(struct lt *lt);
json_t *tune_names(struct lt *lt);	/* of all ports that have a state */

/* What outlives a boot (tune_persist.c) */
int tune_persist(struct lt *lt, const struct nic *port, const char *profile,
		 const json_t *state);
void tune_unpersist(struct lt *lt, const char *name);
bool tune_persists(struct lt *lt, const char *name);	/* is there anything? */

/* files_write - a whole file or none, on disk when it returns (tune_state.c) */
int files_write(struct lt *lt, const char *path, const char *text);

#endif
