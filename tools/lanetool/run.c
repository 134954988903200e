// SPDX-License-Identifier: GPL-2.0
/* From a command line to a command: options that count for all, help, the device. */
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>

#include "lanetool.h"

#define LT_DEV_SIZE	128	/* of the kernel's longest, an alternative name */
#define LT_NO_NETLINK	"ethtool netlink support for subcommand missing"

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

/* Options before the command; like ethtool's, in any order.
 * Return: how many words one takes, 0 if it is none, or -EINVAL.
 */
static int lt_option(struct lt *lt)
{
	const char *arg = lt->argv[0];
	char *end;

	if (!strcmp(arg, "--debug")) {
		/* Taken so that scripts go on; there is nothing that it would show. */
		if (lt->argc < 2)
			return -EINVAL;
		strtoul(lt->argv[1], &end, 0);
		return *lt->argv[1] && !*end ? 2 : -EINVAL;
	}
	if (!strcmp(arg, "--json"))
		lt->json = true;
	else if (!strcmp(arg, "-I") || !strcmp(arg, "--include-statistics"))
		lt->statistics = true;
	else
		return 0;
	return 1;
}

int lt_ioctl_dev(struct lt *lt, const char *why)
{
	if (!strcmp(lt->dev, "*"))
		fprintf(lt->err, "%s, wildcard dump not supported\n", why);
	else if (strlen(lt->dev) >= IFNAMSIZ)
		fprintf(lt->err, "%s, device name longer than %d not supported\n", why,
			IFNAMSIZ - 1);
	else
		return 0;
	return 1;
}

/* Take the device, if the command can do with it.  Return: 0 or the exit code. */
static int lt_take_dev(struct lt *lt)
{
	unsigned int flags = lt->command->flags;

	if (lt->argc < 1)
		return lt_bad_args(lt);
	lt->dev = lt->argv[0];
	lt->argv++;
	lt->argc--;
	if (strlen(lt->dev) >= LT_DEV_SIZE) {
		fprintf(lt->err, "device name '%s' longer than %d characters\n", lt->dev,
			LT_DEV_SIZE - 1);
		return 1;
	}
	if (flags & LT_ONE_DEV && !strcmp(lt->dev, "*")) {
		fprintf(lt->err, "subcommand does not support wildcard dump\n");
		return 1;
	}
	return flags & LT_IOCTL ? lt_ioctl_dev(lt, LT_NO_NETLINK) : 0;
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
	const struct lt_command *cmd = *lt->argv[0] ? lt_find(lt->argv[0]) : NULL;

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
	lt->schema_own = cmd->flags & LT_SCHEMA_OWN;
	if (lt->argc > 0 && !strcmp(lt->argv[0], "--help"))
		return lt_help(lt, lt->cmd ? lt->cmd : "");
	if (lt->cmd && lt->cmd[0] != '-')
		lt_late_json(lt);
	if (!(cmd->flags & LT_NO_DEV) && lt_take_dev(lt))
		return 1;
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
	int ret, words;

	lt->program = slash ? slash + 1 : argc ? argv[0] : "lanetool";
	lt->argc = argc ? argc - 1 : 0;
	lt->argv = argv + !!argc;
	while ((words = lt->argc ? lt_option(lt) : 0) > 0) {
		lt->argc -= words;
		lt->argv += words;
	}
	if (words < 0 || !lt->argc) {
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
