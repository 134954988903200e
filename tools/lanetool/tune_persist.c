// SPDX-License-Identifier: GPL-2.0
/*
 * What outlives a boot, in files of our own that the system's mechanisms read: sysctls in
 * sysctl.d; for the rest a rule of udev's, that tunes the port when it appears.  Not a .link
 * file: of those only one counts for a port, and it would take the name of the port with it.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tune.h"

#define SYSCTL_FILE	"/etc/sysctl.d/90-lanetool-%s.conf"
#define RULE_FILE	"/etc/udev/rules.d/90-lanetool-%s.rules"
#define MARK		"# Written by `lanetool tune --persist`; `lanetool undo` removes it."

/* Of the system's knobs those that tuning this port has turned, as they are now */
static char *persist_sysctls(struct lt *lt, const json_t *state)
{
	unsigned int written = 0;
	char *text = NULL, *value;
	json_t *change;
	size_t i, size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	fprintf(to, "%s\n", MARK);
	json_array_foreach(json_object_get(state, "changes"), i, change) {
		const char *knob = tune_text(change, "setting");

		value = knob && knob_global(knob) ? knob_get(lt, NULL, knob) : NULL;
		if (!value)
			continue;
		/* With slashes, a dot in a name is a dot. */
		fprintf(to, "%s = %s\n", knob + strlen("file:/proc/sys/"), value);
		free(value);
		written++;
	}
	fclose(to);
	if (!written) {
		free(text);
		text = NULL;
	}
	return text;
}

static char *persist_rule(const struct nic *port, const char *profile)
{
	char program[PATH_MAX], *text = NULL;
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	size_t size;
	FILE *to;

	if (len < 0)
		return NULL;
	program[len] = '\0';
	/* udev splits at spaces; quotes and these signs are its own. */
	if (strpbrk(program, " \"'\\$%"))
		return NULL;
	to = open_memstream(&text, &size);
	if (!to)
		return NULL;
	fprintf(to,
		"%s\nACTION==\"add\", SUBSYSTEM==\"net\", %s==\"%s\", RUN+=\"%s tune %s $name\"\n",
		MARK, port->bus[0] ? "KERNELS" : "KERNEL", port->bus[0] ? port->bus : port->name,
		program, profile);
	fclose(to);
	return text;
}

static int persist_file(struct lt *lt, const char *path, char *text)
{
	int ret = text ? files_write(lt, path, text) : 0;

	free(text);
	if (ret)
		lt_error(lt, "%s: %s", path, strerror(-ret));
	return ret;
}

int tune_persist(struct lt *lt, const struct nic *port, const char *profile, const json_t *state)
{
	char *rule = persist_rule(port, profile);
	char path[PATH_MAX];
	int ret;

	if (!rule)
		return lt_error(lt, "udev could not run this program by its path"), -EINVAL;
	snprintf(path, sizeof(path), RULE_FILE, port->name);
	ret = persist_file(lt, path, rule);
	snprintf(path, sizeof(path), SYSCTL_FILE, port->name);
	return ret ? ret : persist_file(lt, path, persist_sysctls(lt, state));
}

static void persist_remove(struct lt *lt, const char *path)
{
	char full[PATH_MAX], line[PATH_MAX];
	int ret = sys_read(lt, line, sizeof(line), "%s", path);

	if (ret == -ENOENT)
		return;
	/* By this name, but perhaps somebody else's */
	if (!ret && !strcmp(line, MARK)) {
		snprintf(full, sizeof(full), "%s%s", lt->kernel->root, path);
		if (unlink(full))
			lt_error(lt, "%s: %s", path, strerror(errno));
	} else {
		lt_error(lt, "%s is not of lanetool's making and stays", path);
	}
}

void tune_unpersist(struct lt *lt, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), RULE_FILE, name);
	persist_remove(lt, path);
	snprintf(path, sizeof(path), SYSCTL_FILE, name);
	persist_remove(lt, path);
}
