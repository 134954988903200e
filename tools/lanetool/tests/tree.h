/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A folder in the place of /proc and /sys, made of lines:
 *
 *   file PATH [TEXT]	a file with this line; another such line adds one to it
 *   later PATH [TEXT]	likewise, as it is after the command has slept
 *   after PATH [TEXT]	what its first line has to be when the command has ended
 */
#ifndef TREE_H
#define TREE_H

#include "replay.h"

#define TREE_AFTER	64

struct tree {
	char root[64];
	char later[64];
	char *after[TREE_AFTER];
	size_t count;
	bool slept;	/* there is a line of "later" */
};

bool tree_line(struct tree *tree, const char *line);	/* false if it is none of these */
bool tree_file(struct tree *tree, const char *path);	/* all of a file's */
void tree_set(const struct tree *tree, struct replay *replay);
/* tree_compare - false and texts (valid until the next call) if a line of "after" does not hold */
bool tree_compare(const struct tree *tree, const char **wanted, const char **got);
void tree_free(struct tree *tree);

#endif
