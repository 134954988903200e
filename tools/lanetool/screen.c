// SPDX-License-Identifier: GPL-2.0
/*
 * A terminal to draw on, by its control sequences (ECMA-48, and the alternate screen that all
 * terminals have by now): no more is needed than to write over what was there.  However the
 * program ends, the terminal is as it was.
 */
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "screen.h"

#define SCREEN_ENTER	"\033[?1049h\033[?25l"	/* the alternate screen, no cursor */
#define SCREEN_LEAVE	"\033[?25h\033[?1049l"

/* What is to be put back: of the process, for a signal's handler has nothing else. */
static struct termios screen_old;
static sig_atomic_t screen_keys, screen_taken, screen_resized;

static void screen_say(const char *text, size_t size)
{
	if (write(STDOUT_FILENO, text, size) < 0)
		screen_taken = 0;	/* the terminal has gone */
}

static void screen_take(void)
{
	struct termios raw = screen_old;

	if (screen_keys) {
		raw.c_lflag &= ~(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	screen_taken = 1;
	screen_say(SCREEN_ENTER, sizeof(SCREEN_ENTER) - 1);
}

static void screen_leave(void)
{
	if (!screen_taken)
		return;
	screen_say(SCREEN_LEAVE, sizeof(SCREEN_LEAVE) - 1);
	if (screen_keys)
		tcsetattr(STDIN_FILENO, TCSANOW, &screen_old);
	screen_taken = 0;
}

/* Ends the program as the signal would have, or stops it until it is to go on. */
static void screen_signal(int number)
{
	struct sigaction plain = { .sa_handler = SIG_DFL }, ours;
	sigset_t set;

	screen_leave();
	sigaction(number, &plain, &ours);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigaction(number, &ours, NULL);
	screen_take();
	screen_resized = 1;
}

static void screen_resize(int number)
{
	(void)number;
	screen_resized = 1;
}

static void screen_signals(void)
{
	static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGALRM,
				     SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGXCPU };
	struct sigaction action = { .sa_handler = screen_signal };
	struct sigaction old;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fatal); i++)
		/* What was to be ignored, as under nohup, still is. */
		if (!sigaction(fatal[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(fatal[i], &action, NULL);
	action.sa_handler = screen_resize;
	sigaction(SIGWINCH, &action, NULL);
}

static void screen_measure(struct screen *screen)
{
	struct winsize size = {};

	screen->rows = 24;
	screen->columns = 80;
	if (screen_taken && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col) {
		screen->rows = size.ws_row;
		screen->columns = size.ws_col;
	}
}

void screen_begin(struct lt *lt, struct screen *screen, bool ascii, bool once)
{
	setlocale(LC_CTYPE, "");
	screen->utf8 = !ascii && !strcmp(nl_langinfo(CODESET), "UTF-8");
	screen->to = lt->text;
	if (!lt->json && !once && lt->text == stdout && isatty(STDOUT_FILENO)) {
		screen_keys = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &screen_old);
		atexit(screen_leave);
		screen_signals();
		screen_take();
		screen->err_to = lt->err;
		lt->err = open_memstream(&screen->err, &screen->err_size);
		if (!lt->err)
			lt->err = screen->err_to;
	}
	screen_measure(screen);
}

void screen_end(struct lt *lt, struct screen *screen)
{
	screen_leave();
	if (!screen->err_to || lt->err == screen->err_to)
		return;
	fclose(lt->err);
	lt->err = screen->err_to;
	if (screen->err)
		fputs(screen->err, lt->err);
	free(screen->err);
}

void screen_make(struct lt *lt, struct screen *screen)
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
static size_t screen_cut(const char *line, size_t len, unsigned int columns)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((line[i] & 0xc0) != 0x80 && !columns--)
			break;
	return i;
}

void screen_show(struct lt *lt, struct screen *screen)
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
	fputs("\033[H", lt->text);
	line = screen->text;
	for (row = 0; line && *line && row < screen->rows; row++) {
		len = strcspn(line, "\n");
		fprintf(lt->text, "%s%.*s\033[K", row ? "\r\n" : "",
			(int)screen_cut(line, len, screen->columns), line);
		line += len + !!line[len];
	}
	fputs("\033[J", lt->text);
	fflush(lt->text);
	free(screen->text);
}

static uint64_t screen_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

bool screen_wait(struct lt *lt, const struct screen *screen, unsigned int msecs)
{
	struct pollfd input = { screen_keys ? STDIN_FILENO : -1, POLLIN };
	uint64_t now = screen_now(), end = now + msecs;
	char key;

	(void)screen;
	if (!screen_taken) {
		lt->kernel->sleep(lt, msecs);
		return true;
	}
	for (; now < end; now = screen_now()) {
		if (poll(&input, 1, end - now) > 0 &&
		    (read(STDIN_FILENO, &key, 1) < 1 || key == 'q' || key == 'Q' || key == 27))
			return false;
		if (screen_resized) {
			screen_resized = 0;
			screen_say("\033[2J", 4);
		}
	}
	return true;
}

/* --- Figures */

void screen_bars(const struct screen *screen, char *text, size_t size, const double *values,
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
