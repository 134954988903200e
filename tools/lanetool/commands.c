// SPDX-License-Identifier: GPL-2.0
/*
 * All commands there are.  A group is a file cmd_*.c with a table that ends with {}; adding one
 * takes its line in groups.h.
 */
#include "lanetool.h"

extern const struct lt_command
#define LT_GROUP(name) lt_##name[],
#include "groups.h"
	lt_end[];
#undef LT_GROUP

#define LT_GROUP(name) lt_##name,
static const struct lt_command *const groups[] = {
#include "groups.h"
};

bool lt_named(const char *names, const char *name)
{
	size_t len = strlen(name);

	for (;;) {
		size_t part = strcspn(names, "|");

		if (len == part && !strncmp(names, name, len))
			return true;
		if (!names[part])
			return false;
		names += part + 1;
	}
}

/**
 * lt_find() - look a command up
 * @name: an option of ethtool's or a word; "": what a device alone asks for
 *
 * Return: the command or NULL.
 */
const struct lt_command *lt_find(const char *name)
{
	const struct lt_command *cmd;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (cmd = groups[i]; cmd->names; cmd++)
			if (lt_named(cmd->names, name))
				return cmd;
	return NULL;
}

static void lt_usage_one(FILE *to, const char *program, const struct lt_command *cmd)
{
	const char *line = cmd->usage;

	fprintf(to, "  %s %s%s%s\n", program, cmd->names, *cmd->names ? " " : "",
		cmd->flags & LT_NO_DEV ? "" : "DEVNAME");
	fprintf(to, "        %s\n", cmd->help);
	while (line && *line) {
		size_t len = strcspn(line, "\n");

		fprintf(to, "            %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

/**
 * lt_usage() - how commands are called
 * @to: where it is written
 * @program: what we are called
 * @one: this command alone; NULL: all
 */
void lt_usage(FILE *to, const char *program, const struct lt_command *one)
{
	const struct lt_command *cmd;
	size_t i;

	if (one) {
		lt_usage_one(to, program, one);
		return;
	}
	fprintf(to, "Usage: %s [OPTION...] COMMAND [ARGUMENT...]\n", program);
	fprintf(to, "       %s --help [COMMAND] | --version\n", program);
	fprintf(to, "Options: --json, -I|--include-statistics, --debug N\n\n");
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		for (cmd = groups[i]; cmd->names; cmd++)
			lt_usage_one(to, program, cmd);
}
