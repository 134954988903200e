// SPDX-License-Identifier: GPL-2.0
/* From a command line to a command: options that count for all, help, the device. */
#include <net/if.h>
#include <stdarg.h>

#include "lanetool.h"

int lt_error(struct lt *lt, const char *format, ...)
{
	va_list args;

	fprintf(lt->err, "%s: ", lt->program);
	va_start(args, format);
	vfprintf(lt->err, format, args);
	va_end(args);
	fputc('\n', lt->err);
	return 1;
}

int lt_bad_args(struct lt *lt)
{
	lt_error(lt, "bad command line argument(s)");
	fprintf(lt->err, "For more information run %s -h\n", lt->program);
	return 1;
}

static int lt_help(struct lt *lt, const char *name)
{
	const struct lt_command *cmd = name ? lt_find(name) : NULL;

	if (name && !cmd)
		return lt_error(lt, "there is no command '%s'", name);
	lt_usage(lt->text, lt->program, cmd);
	return 0;
}

/* Options before the command; like ethtool's, in any order */
static bool lt_option(struct lt *lt)
{
	const char *arg = lt->argv[0];

	if (!strcmp(arg, "--json"))
		lt->json = true;
	else if (!strcmp(arg, "-I") || !strcmp(arg, "--include-statistics"))
		lt->statistics = true;
	else
		return false;
	lt->argv++;
	lt->argc--;
	return true;
}

/* Commands of our own take --json behind them as well; of ethtool's, all is ethtool's. */
static void lt_late_json(struct lt *lt)
{
	if (lt->argc > 0 && !strcmp(lt->argv[lt->argc - 1], "--json")) {
		lt->json = true;
		lt->argc--;
	}
}

static int lt_command(struct lt *lt)
{
	const struct lt_command *cmd = lt_find(lt->argv[0]);

	if (!cmd && lt->argv[0][0] != '-')
		cmd = lt_find("");	/* a device alone */
	else if (cmd) {
		lt->cmd = lt->argv[0];
		lt->argv++;
		lt->argc--;
	}
	if (!cmd)
		return lt_bad_args(lt);
	lt->command = cmd;
	if (lt->argc > 0 && !strcmp(lt->argv[0], "--help"))
		return lt_help(lt, lt->cmd ? lt->cmd : "");
	if (lt->cmd && lt->cmd[0] != '-')
		lt_late_json(lt);
	if (!(cmd->flags & LT_NO_DEV)) {
		if (lt->argc < 1)
			return lt_bad_args(lt);
		lt->dev = lt->argv[0];
		lt->argv++;
		lt->argc--;
	}
	return cmd->run(lt);
}

/**
 * lt_main() - run the command that a command line names
 * @lt: zeroed, but for kernel, text and err
 * @argc: as main() has it
 * @argv: likewise
 *
 * Return: the exit code.
 */
int lt_main(struct lt *lt, int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	int ret;

	lt->program = slash ? slash + 1 : argc ? argv[0] : "lanetool";
	lt->argc = argc ? argc - 1 : 0;
	lt->argv = argv + !!argc;
	while (lt->argc && lt_option(lt))
		;
	if (!lt->argc) {
		ret = lt_bad_args(lt);
	} else if (!strcmp(lt->argv[0], "-h") || !strcmp(lt->argv[0], "--help")) {
		ret = lt_help(lt, lt->argc > 1 ? lt->argv[1] : NULL);
	} else if (!strcmp(lt->argv[0], "--version")) {
		fprintf(lt->text, "%s version %s\n", lt->program, LT_VERSION);
		ret = 0;
	} else {
		ret = lt_command(lt);
	}
	out_finish(lt);
	lt_close(lt);
	return ret;
}
