// SPDX-License-Identifier: GPL-2.0
/*
 * What outlives a boot, in files of our own that the system's mechanisms read: sysctls in
 * sysctl.d; for the rest a rule of udev's, that has a unit of systemd's tune the port when it
 * appears.  udev itself must not: at boot it sees ports before there is a disk to write to.
 * Not a .link file: of those only one counts for a port, and it would take the name of the port
 * with it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tune.h"

#define MARK	"# Written by `lanetool tune --persist`; `lanetool undo` removes it."

static const char *const files[] = {
	"/etc/sysctl.d/90-lanetool-%s.conf",
	"/etc/systemd/system/lanetool-%s@.service",
	"/etc/udev/rules.d/90-lanetool-%s.rules",
};

#define PERSIST_FILES	ARRAY_SIZE(files)

struct persist {
	struct lt *lt;
	const struct nic *port;
	const char *profile;
	const json_t *state;
	char program[PATH_MAX];
};

/* --- What is in them.  Return: is there anything? */

/* Of the system's knobs those that tuning this port has turned, as they are now */
static bool persist_sysctls(const struct persist *p, FILE *to)
{
	bool written = false;
	json_t *change;
	char *value;
	size_t i;

	json_array_foreach(json_object_get(p->state, "changes"), i, change) {
		const char *knob = tune_text(change, "setting");

		value = knob && knob_global(knob) ? knob_get(p->lt, NULL, knob) : NULL;
		if (!value)
			continue;
		/* With slashes, a dot in a name is a dot. */
		fprintf(to, "%s = %s\n", knob + strlen("file:/proc/sys/"), value);
		free(value);
		written = true;
	}
	return written;
}

static bool persist_unit(const struct persist *p, FILE *to)
{
	fprintf(to,
		"[Unit]\nDescription=Tune %%i by lanetool\n\n[Service]\nType=oneshot\nExecStart=%s tune %s %%i\n",
		p->program, p->profile);
	return true;
}

static bool persist_rule(const struct persist *p, FILE *to)
{
	const struct nic *port = p->port;
	char which[64];

	/* One device of PCI may have several ports. */
	if (port->bus[0] && !sys_names(p->lt, NULL, NULL, "/sys/bus/pci/devices/%s", port->bus)) {
		fprintf(to, "ACTION==\"add\", SUBSYSTEM==\"net\", KERNELS==\"%s\"", port->bus);
		if (!sys_read(p->lt, which, sizeof(which), "/sys/class/net/%s/dev_port",
			      port->name))
			fprintf(to, ", ATTR{dev_port}==\"%s\"", which);
	} else {
		fprintf(to, "ACTION==\"add\", SUBSYSTEM==\"net\", KERNEL==\"%s\"", port->name);
	}
	fprintf(to, ", TAG+=\"systemd\", ENV{SYSTEMD_WANTS}+=\"lanetool-%s@$name.service\"\n",
		port->name);
	return true;
}

/* --- Writing them */

/* Of the same order as files[] */
static bool (*const contents[])(const struct persist *p, FILE *to) = {
	persist_sysctls, persist_unit, persist_rule,
};

/* By this name, but perhaps somebody else's.  Return: 1: ours, 0: none, or a negative error */
static int persist_whose(struct lt *lt, const char *path)
{
	char line[PATH_MAX];
	int ret = sys_read(lt, line, sizeof(line), "%s", path);

	if (ret == -ENOENT)
		return 0;
	if (!ret && !strcmp(line, MARK))
		return 1;
	return ret && ret != -EFBIG ? ret : -EEXIST;
}

/* Likewise; an error is said */
static int persist_ours(struct lt *lt, const char *path)
{
	int ret = persist_whose(lt, path);

	if (ret < 0)
		lt_error(lt, "%s is not of lanetool's making, and stays as it is", path);
	return ret;
}

static int persist_file(const struct persist *p, unsigned int file)
{
	char path[PATH_MAX], *text = NULL;
	FILE *to;
	size_t size;
	bool any;
	int ret;

	snprintf(path, sizeof(path), files[file], p->port->name);
	ret = persist_ours(p->lt, path);
	if (ret < 0)
		return ret;
	to = open_memstream(&text, &size);
	if (!to)
		return -ENOMEM;
	fprintf(to, "%s\n", MARK);
	any = contents[file](p, to);
	ret = fclose(to) ? -ENOMEM : any ? files_write(p->lt, path, text) : 0;
	free(text);
	if (ret)
		lt_error(p->lt, "%s: %s", path, strerror(-ret));
	return ret;
}

/* May root run this at each boot?  Nobody else may be able to put another one in its place. */
static bool persist_owned(char *path)
{
	struct stat st;
	char *slash;

	for (;;) {
		if (stat(*path ? path : "/", &st) || st.st_uid || st.st_mode & 022)
			return false;
		slash = strrchr(path, '/');
		if (!slash)
			return true;
		*slash = '\0';
	}
}

/* Return: 0 or a negative error, said */
static int persist_program(struct lt *lt, char *program)
{
	ssize_t len = readlink("/proc/self/exe", program, PATH_MAX - 1);
	char path[PATH_MAX];

	if (len < 0)
		return lt_error(lt, "/proc/self/exe: %s", strerror(errno)), -errno;
	program[len] = '\0';
	memcpy(path, program, len + 1);
	/* Space, quotes and these signs mean something in a unit. */
	if (strpbrk(program, " \"'\\$%;"))
		return lt_error(lt, "systemd could not run this program by its path"), -EINVAL;
	if (!persist_owned(path))
		return lt_error(lt,
				"%s, or a folder above it, is writable by others than root, who would be run at each boot: install lanetool first",
				program), -EPERM;
	return 0;
}

int tune_persist(struct lt *lt, const struct nic *port, const char *profile, const json_t *state)
{
	struct persist p = { lt, port, profile, state };
	const char *name = port->name;
	unsigned int file;
	int ret = persist_program(lt, p.program);

	while (isalnum((unsigned char)*name) || (*name && strchr(":_.-", *name)))
		name++;
	if (!ret && *name) {
		lt_error(lt, "%s: a unit of systemd's cannot have this name", port->name);
		ret = -EINVAL;
	}
	for (file = 0; !ret && file < PERSIST_FILES; file++)
		ret = persist_file(&p, file);
	return ret;
}

bool tune_persists(struct lt *lt, const char *name)
{
	unsigned int file = PERSIST_FILES;
	char path[PATH_MAX];

	while (file--) {
		snprintf(path, sizeof(path), files[file], name);
		if (persist_whose(lt, path) > 0)
			return true;
	}
	return false;
}

void tune_unpersist(struct lt *lt, const char *name)
{
	char path[PATH_MAX], full[2 * PATH_MAX];
	unsigned int file = PERSIST_FILES;

	while (file--) {
		snprintf(path, sizeof(path), files[file], name);
		snprintf(full, sizeof(full), "%s%s", lt->kernel->root, path);
		if (persist_ours(lt, path) > 0 && unlink(full))
			lt_error(lt, "%s: %s", path, strerror(errno));
	}
}
