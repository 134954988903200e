/* SPDX-License-Identifier: GPL-2.0 */
/* A kernel that answers from a recording, and one that makes recordings. */
#ifndef REPLAY_H
#define REPLAY_H

#include "lanetool.h"

#define REPLAY_STEPS	512

/* What happened, in this order: a message sent ('>'), one received ('<'), what an ioctl asked
 * ('I'; older recordings do without) and what it gave ('i')
 */
struct replay_step {
	char kind;
	int result;	/* of an ioctl; a negative error if it, or receiving, failed */
	size_t size;
	unsigned char *data;
};

struct replay {
	struct replay_step steps[REPLAY_STEPS];
	size_t count;
	size_t next;
	char root[64];	/* the folder of /proc and /sys; "" for those of this host */
	char later[64];	/* the one after a sleep; "" for the same */
	bool differs;	/* another message was sent than was recorded */
	bool lenient;	/* that is no fault: the answers were spoilt */
};

/* lt->kernel is one of these, with its data a struct replay */
struct lt_kernel replay_kernel(struct replay *replay);
struct lt_kernel record_kernel(struct replay *replay);

/* replay_read - one line of a recording. Return: false if it is none. */
bool replay_read(struct replay *replay, const char *line);
void replay_write(const struct replay *replay, FILE *to);
void replay_free(struct replay *replay);

#endif
