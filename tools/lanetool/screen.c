// SPDX-License-Identifier: GPL-2.0
/*
 * A terminal to draw on, by ncurses.  However the program ends, the terminal is as it was; and
 * one that cannot be drawn on gets view after view, as a pipe does.
 */
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>

#include "screen.h"

/* Of the process, for a signal's handler has nothing else. */
static bool screen_taken;

/* Signals end or stop the program only while it waits: in the middle of a request or of
 * drawing, what gives the terminal back might wait for a lock that the program holds.
 */
static void screen_hold_signals(bool hold)
{
	static const int later[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGXCPU, SIGTSTP };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(later); i++)
		sigaddset(&set, later[i]);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static void screen_leave(void)
{
	if (screen_taken && !isendwin())
		endwin();
}

/* Ends the program as the signal would have: it is no longer caught (SA_RESETHAND). */
static void screen_signal(int number)
{
	screen_leave();
	raise(number);
}

/* Stopping and resizing is ncurses' business, but no request ends by the latter. */
static void screen_signals(void)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGALRM, SIGABRT,
				     SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGXCPU };
	struct sigaction action = { .sa_handler = screen_signal, .sa_flags = SA_RESETHAND };
	struct sigaction old;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fatal); i++)
		/* What was to be ignored, as under nohup, still is. */
		if (!sigaction(fatal[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(fatal[i], &action, NULL);
	if (!sigaction(SIGWINCH, NULL, &old)) {
		old.sa_flags |= SA_RESTART;
		sigaction(SIGWINCH, &old, NULL);
	}
}

/* Return: is there a terminal, and can the cursor go anywhere on it? */
static bool screen_take(struct lt_screen *screen)
{
	int error;

	/* Keys come from the terminal also where stdin is something else. */
	screen->keys = isatty(STDIN_FILENO) ? stdin : fopen("/dev/tty", "re");
	if (!screen->keys || setupterm(NULL, STDOUT_FILENO, &error) != OK || !cursor_address)
		return false;
	screen_taken = newterm(NULL, stdout, screen->keys);
	if (!screen_taken)
		return false;
	atexit(screen_leave);
	screen_hold_signals(true);
	screen_signals();
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	return true;
}

static void screen_measure(struct lt_screen *screen)
{
	screen->height = 24;
	screen->width = 80;
	if (screen_taken)
		getmaxyx(stdscr, screen->height, screen->width);
}

void screen_begin(struct lt *lt, struct lt_screen *screen, bool ascii, bool once)
{
	setlocale(LC_CTYPE, "");
	screen->utf8 = !ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
	screen->to = lt->text;
	if (!lt->json && !once && lt->text == stdout && isatty(STDOUT_FILENO) &&
	    screen_take(screen)) {
		screen->err_to = lt->err;
		lt->err = open_memstream(&screen->err, &screen->err_size);
		if (!lt->err)
			lt->err = screen->err_to;
	}
	screen_measure(screen);
}

void screen_end(struct lt *lt, struct lt_screen *screen)
{
	screen_leave();
	if (screen_taken)
		screen_hold_signals(false);
	screen_taken = false;
	if (screen->keys && screen->keys != stdin)
		fclose(screen->keys);
	if (!screen->err_to || lt->err == screen->err_to)
		return;
	fclose(lt->err);
	lt->err = screen->err_to;
	if (screen->err)
		fputs(screen->err, lt->err);
	free(screen->err);
}

void screen_make(struct lt *lt, struct lt_screen *screen)
{
	screen_measure(screen);
	if (!screen_taken)
		return;
	screen->text = NULL;
	lt->text = open_memstream(&screen->text, &screen->size);
	if (!lt->text)
		lt->text = screen->to;
}

/* A line, cut at the last column; characters have one, whatever their bytes. */
static size_t screen_cut(const char *line, size_t len, unsigned int width)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((line[i] & 0xc0) != 0x80 && !width--)
			break;
	return i;
}

void screen_show(struct lt *lt, struct lt_screen *screen)
{
	const char *line;
	unsigned int row;
	size_t len;

	if (lt->text == screen->to) {
		if (!lt->json)
			fflush(lt->text);
		return;
	}
	fclose(lt->text);
	lt->text = screen->to;
	erase();
	line = screen->text;
	for (row = 0; line && *line && row < screen->height; row++) {
		len = strcspn(line, "\n");
		mvaddnstr(row, 0, line, screen_cut(line, len, screen->width));
		line += len + !!line[len];
	}
	refresh();
	free(screen->text);
}

static uint64_t screen_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

/* Return: false when the user has seen enough */
static bool screen_keys(const struct lt_screen *screen, unsigned int msecs)
{
	struct pollfd input = { .fd = fileno(screen->keys), .events = POLLIN };
	uint64_t now = screen_now(), end = now + msecs;
	int key;

	for (; now < end; now = screen_now()) {
		timeout(end - now);
		key = getch();
		/* Something to be read, and yet nothing: the terminal has gone. */
		if (key == 'q' || key == 'Q' || key == 27 ||
		    (key == ERR && poll(&input, 1, 0) > 0))
			return false;
		/* Until the next view, what fits of this one stays. */
		if (key == KEY_RESIZE)
			refresh();
	}
	return true;
}

bool screen_wait(struct lt *lt, const struct lt_screen *screen, unsigned int msecs)
{
	bool goes_on;

	if (!screen_taken) {
		lt->kernel->sleep(lt, msecs);
		return true;
	}
	screen_hold_signals(false);
	goes_on = screen_keys(screen, msecs);
	screen_hold_signals(true);
	return goes_on;
}

/* --- Figures */

void screen_bars(const struct lt_screen *screen, char *text, size_t size, const double *values,
		 size_t count, double full)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄",
					      "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", ".", ":", "-", "=", "+", "*", "#", "@" };
	size_t at = 0, i;

	text[0] = '\0';
	for (i = 0; i < count && at + 4 < size; i++) {
		/* Anything at all is seen. */
		int step = values[i] <= 0 || full <= 0 ? 0 : 1 + (int)(7 * values[i] / full);

		at += snprintf(text + at, size - at, "%s",
			       (screen->utf8 ? blocks : ascii)[step > 8 ? 8 : step]);
	}
}

bool screen_seconds(const char *text, unsigned int *msecs)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0.1 && value <= 3600))
		return false;
	*msecs = value * 1000;
	return true;
}

void screen_rate(char *text, size_t size, double value)
{
	static const char units[] = "\0kMGTP";
	size_t unit = 0;

	while (value >= (unit ? 999.95 : 9999.5) && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (!unit)
		snprintf(text, size, value > 0 && value < 9.95 ? "%.1f" : "%.0f", value);
	else
		snprintf(text, size, "%.1f%c", value, units[unit]);
}
