/* SPDX-License-Identifier: GPL-2.0 */
/* Views that are drawn again and again: on a terminal in place, else one after the other. */
#ifndef SCREEN_H
#define SCREEN_H

#include "lanetool.h"

struct lt_screen {
	FILE *to;		/* lt->text, while a view is being made */
	char *text;
	size_t size;
	FILE *err_to;		/* lt->err; what goes there is seen when the terminal is back */
	char *err;
	size_t err_size;
	FILE *keys;		/* where they come from */
	bool utf8;
	unsigned int height, width;
};

/* screen_begin - takes the terminal over, if there is one to write to and more than one view */
void screen_begin(struct lt *lt, struct lt_screen *screen, bool ascii, bool once);
/* Between these, what out_*() write is a view. */
void screen_make(struct lt *lt, struct lt_screen *screen);
void screen_show(struct lt *lt, struct lt_screen *screen);
/* screen_wait - Return: false when the user has seen enough */
bool screen_wait(struct lt *lt, const struct lt_screen *screen, unsigned int msecs);
void screen_end(struct lt *lt, struct lt_screen *screen);

/* screen_bars - the newest of count values as bars, largest ones of full height */
void screen_bars(const struct lt_screen *screen, char *text, size_t size, const double *values,
		 size_t count, double full);
/* screen_seconds - "0.5" as milliseconds.  Return: false if it is no such number */
bool screen_seconds(const char *text, unsigned int *msecs);
/* screen_rate - a number of at most six characters: "12.3k" */
void screen_rate(char *text, size_t size, double value);

#endif
