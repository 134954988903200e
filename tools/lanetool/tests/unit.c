// SPDX-License-Identifier: GPL-2.0
/*
 * lanetool without a NIC: each file of a folder is a command line, what the kernel answered to
 * it once, and what has to be said and returned.  The same in JSON has to keep to the schema.
 * Then each answer comes truncated at every byte, which must be refused, and with bytes spoilt
 * or counts wrong, which must be survived; sanitizers watch.
 *
 * What a command reads of /proc and /sys a recording has as lines (see tree.h), and so has the
 * file that $TREE names when one is made.
 *
 *   unit FOLDER SCHEMA      run all
 *   unit --record ARG...    run this here, and write its recording (tests/record)
 *   unit --say FILE         what it says to this recording, as a recording has it
 */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "parts.h"
#include "replay.h"
#include "schema.h"
#include "tree.h"

#define ARGS_MAX	64
#define FLIPS		60	/* spoilt copies of an answer */
#define SEEN_MAX	4096
#define WORDS		64	/* of an answer that are made wrong one by one */
#define LIMIT		1200	/* seconds for all; one that hangs does not end before */

struct unit {
	char *args[ARGS_MAX];
	int argc;
	int exit;
	char *text;
	char *err;
	struct replay replay;
	struct tree tree;
};

static unsigned long runs;
static const char *running;
static const struct lt_command *ran;	/* the command of the last run */

static void fail(const char *why, const char *wanted, const char *got)
{
	printf("not ok %s: %s\n--- wanted\n%s\n--- got\n%s\n", running, why, wanted, got);
	fflush(stdout);	/* A sanitizer may end it without. */
	exit(1);
}

/* A run of the tool; its texts are for the caller to free. */
static int unit_run(const struct unit *unit, struct lt_kernel kernel, bool json, char **text,
		    char **err)
{
	struct lt *lt = calloc(1, sizeof(*lt));
	char *argv[ARGS_MAX + 1];
	size_t text_size, err_size;
	int ret;

	if (!lt)
		abort();
	/* By this name, words are ethtool's. */
	argv[0] = "ethtool";
	memcpy(&argv[1], unit->args, unit->argc * sizeof(*argv));
	lt->kernel = &kernel;
	lt->json = json;
	lt->text = open_memstream(text, &text_size);
	lt->err = open_memstream(err, &err_size);
	ret = lt_main(lt, unit->argc + 1, argv);
	fclose(lt->text);
	fclose(lt->err);
	ran = lt->command;
	free(lt);
	runs++;
	return ret;
}

static void unit_exact(struct unit *unit)
{
	char *text, *err, number[2][16];
	int ret = unit_run(unit, replay_kernel(&unit->replay), false, &text, &err);

	snprintf(number[0], sizeof(number[0]), "%d", unit->exit);
	snprintf(number[1], sizeof(number[1]), "%d", ret);
	if (strcmp(text, unit->text))
		fail("stdout", unit->text, text);
	if (strcmp(err, unit->err))
		fail("stderr", unit->err, err);
	if (ret != unit->exit)
		fail("exit code", number[0], number[1]);
	if (unit->replay.differs)
		fail("it sent something else", "what was recorded", "another message");
	if (unit->replay.next != unit->replay.count)
		fail("it ended early", "all messages", "fewer");
	free(text);
	free(err);
}

/* In JSON, whatever the recording is of */
static void unit_json(struct unit *unit)
{
	const char *why;
	char *text, *err;

	unit->replay.next = 0;
	unit->replay.lenient = true;
	unit_run(unit, replay_kernel(&unit->replay), true, &text, &err);
	why = ran ? schema_check(ran, text) : NULL;
	if (why)
		fail("JSON", why, text);
	free(text);
	free(err);
}

/* --- Bad answers */

static int unit_bad(struct unit *unit, bool json)
{
	char *text, *err;
	int ret;

	unit->replay.next = 0;
	unit->replay.lenient = true;
	ret = unit_run(unit, replay_kernel(&unit->replay), json, &text, &err);
	if (json && ran && schema_check(NULL, text))
		fail("JSON after a bad answer", schema_check(NULL, text), text);
	free(text);
	free(err);
	return ret;
}

/* Between two messages a cut leaves an answer of fewer, which is as good as any. */
static bool unit_between(const unsigned char *data, size_t size)
{
	struct nlmsghdr msg;
	size_t at;

	for (at = 0; at + sizeof(msg) <= size; at += MNL_ALIGN(msg.nlmsg_len)) {
		memcpy(&msg, data + at, sizeof(msg));
		if (msg.nlmsg_len < sizeof(msg))
			return false;
	}
	return size && at == size;
}

static void unit_truncate(struct unit *unit, struct replay_step *step)
{
	unsigned char *whole = step->data;
	size_t size = step->size;

	for (step->size = 0; step->size < size; step->size++) {
		if (unit_between(whole, step->size))
			continue;
		/* In memory of its own, so that reading beyond it is seen */
		step->data = malloc(step->size ? step->size : 1);
		if (!step->data)
			abort();
		memcpy(step->data, whole, step->size);
		if (!unit_bad(unit, step->size & 1))
			fail("a truncated answer passed", "an error", "0");
		free(step->data);
	}
	step->data = whole;
}

static uint32_t unit_random(void)
{
	static uint32_t state = 2463534242;	/* the same in each run (xorshift, Marsaglia) */

	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

static void unit_spoil(struct unit *unit, struct replay_step *step)
{
	unsigned char *whole = step->data;
	int i, flips;

	step->data = malloc(step->size);
	if (!step->data)
		abort();
	for (i = 0; i < FLIPS; i++) {
		memcpy(step->data, whole, step->size);
		for (flips = 1 + unit_random() % 4; flips; flips--)
			step->data[unit_random() % step->size] ^= 1 + unit_random() % 255;
		unit_bad(unit, i & 1);
	}
	free(step->data);
	step->data = whole;
}

/* Counts and sizes are words: each that an ioctl gives becomes too small, too large or wrong in
 * other ways; and the kernel may have written less than asked for.
 */
static void unit_words(struct unit *unit, struct replay_step *step)
{
	static const uint32_t wrong[] = { 0, 1, 0x10001, 0xfffff, 0x7fffffff, 0xffffffff };
	uint32_t *words = (uint32_t *)step->data, right;
	size_t size = step->size, at, i;

	for (at = 0; at < size / sizeof(right) && at < WORDS; at++) {
		right = words[at];
		for (i = 0; i < ARRAY_SIZE(wrong); i++) {
			words[at] = wrong[i];
			unit_bad(unit, i & 1);
		}
		words[at] = right;
		step->size = at * sizeof(right);
		unit_bad(unit, at & 1);
		step->size = size;
	}
}

/* Many recordings begin alike: once is enough for one answer to one command. */
static bool unit_seen(const struct unit *unit, const struct replay_step *step)
{
	static uint64_t seen[SEEN_MAX];
	static size_t count;
	uint64_t hash = 14695981039346656037u;	/* FNV-1a */
	const char *name = unit->argc ? unit->args[0] : "";
	size_t i;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 1099511628211u;
	for (i = 0; i < step->size; i++)
		hash = (hash ^ step->data[i]) * 1099511628211u;
	for (i = 0; i < count; i++)
		if (seen[i] == hash)
			return true;
	if (count < SEEN_MAX)
		seen[count++] = hash;
	return false;
}

static void unit_bad_answers(struct unit *unit)
{
	size_t i;

	for (i = 0; i < unit->replay.count; i++) {
		struct replay_step *step = &unit->replay.steps[i];

		if (step->kind == '>' || step->kind == 'I' || !step->size || unit_seen(unit, step))
			continue;
		if (step->kind == '<')
			unit_truncate(unit, step);
		else
			unit_words(unit, step);
		unit_spoil(unit, step);
	}
}

/* --- Files */

static void unit_add(char **text, const char *line)
{
	size_t old = strlen(*text), more = strlen(line);

	*text = realloc(*text, old + more + 2);
	if (!*text)
		abort();
	memcpy(*text + old, line, more);
	memcpy(*text + old + more, "\n", 2);
}

static void unit_line(struct unit *unit, const char *line)
{
	if (!strncmp(line, "arg ", 4) && unit->argc < ARGS_MAX)
		unit->args[unit->argc++] = strdup(line + 4);
	else if (!strncmp(line, "exit ", 5))
		unit->exit = atoi(line + 5);
	else if (!strncmp(line, "out ", 4))
		unit_add(&unit->text, line + 4);
	else if (!strncmp(line, "err ", 4))
		unit_add(&unit->err, line + 4);
	else if (tree_line(&unit->tree, line))
		tree_set(&unit->tree, &unit->replay);
	else if (!replay_read(&unit->replay, line))
		fail("a line of the file",
		     "arg, exit, out, err, file, later, after, >, <, I or i", line);
}

static struct unit *unit_read(const char *path)
{
	struct unit *unit = calloc(1, sizeof(*unit));
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (!unit || !file)
		fail("the file", "can be read", strerror(errno));
	unit->text = strdup("");
	unit->err = strdup("");
	while (getline(&line, &room, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		unit_line(unit, line);
	}
	fclose(file);
	free(line);
	return unit;
}

static void unit_free(struct unit *unit)
{
	tree_free(&unit->tree);
	while (unit->argc)
		free(unit->args[--unit->argc]);
	free(unit->text);
	free(unit->err);
	replay_free(&unit->replay);
	free(unit);
}

static void unit_file(const char *path)
{
	struct unit *unit = unit_read(path);
	const char *wanted, *got;

	unit_exact(unit);
	unit_json(unit);
	if (!tree_compare(&unit->tree, &wanted, &got))
		fail("a file afterwards", wanted, got);
	unit_bad_answers(unit);
	unit_free(unit);
}

static int unit_record(int argc, char **argv)
{
	static struct replay replay;
	struct unit unit = { .argc = argc };
	const char *tree = getenv("TREE");
	char *text, *err;

	if (argc > ARGS_MAX)
		return 2;
	memcpy(unit.args, argv, argc * sizeof(*argv));
	if (tree && !tree_file(&unit.tree, tree))
		return 2;
	tree_set(&unit.tree, &replay);
	unit_run(&unit, record_kernel(&replay), false, &text, &err);
	tree_free(&unit.tree);
	replay_write(&replay, stdout);
	replay_free(&replay);
	free(text);
	free(err);
	return 0;
}

static void unit_say_lines(const char *kind, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (*line || text)
			printf("%s %s\n", kind, line);
}

static int unit_say(const char *path)
{
	struct unit *unit = unit_read(path);
	char *text, *err;

	printf("exit %d\n", unit_run(unit, replay_kernel(&unit->replay), false, &text, &err));
	unit_say_lines("out", text);
	unit_say_lines("err", err);
	free(text);
	free(err);
	unit_free(unit);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent **names;
	const char *why;
	char path[4096];
	int i, count;

	if (argc > 1 && !strcmp(argv[1], "--record"))
		return unit_record(argc - 2, argv + 2);
	if (argc == 3 && !strcmp(argv[1], "--say"))
		return unit_say(argv[2]);
	count = argc == 3 ? scandir(argv[1], &names, NULL, alphasort) : -1;
	if (count < 0) {
		fprintf(stderr, "usage: unit FOLDER SCHEMA | unit --record ARG...\n");
		return 2;
	}
	alarm(LIMIT);
	running = "parts";
	if (parts_check())
		fail("a part by itself", "all is well", parts_check());
	running = "schema";
	why = schema_load(argv[2]);
	if (why)
		fail("the document", "all is well", why);
	for (i = 0; i < count; i++) {
		running = names[i]->d_name;
		snprintf(path, sizeof(path), "%s/%s", argv[1], running);
		if (running[0] != '.')
			unit_file(path);
		free(names[i]);
	}
	free(names);
	if (!runs) {
		printf("not ok: there are no recordings in %s\n", argv[1]);
		return 1;
	}
	printf("ok: %lu runs\n", runs);
	return 0;
}
