// SPDX-License-Identifier: GPL-2.0
/*
 * What undo has to know, in /var/lib/lanetool, a file for each port.  A file is there as a
 * whole or not at all, and is on the disk before anything that it speaks of is changed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tune.h"

#define STATE_DIR	"/var/lib/lanetool"
#define BOOT_ID		"/proc/sys/kernel/random/boot_id"

/* The folders above a file */
static int files_folders(char *path, size_t root)
{
	char *slash;

	for (slash = path + root + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* A name is on the disk when its folder is. */
static int files_sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd, ret;

	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = fsync(fd) ? -errno : 0;
	close(fd);
	return ret;
}

static int files_put(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t put = write(fd, text, left);

		if (put < 0)
			return -errno;
		text += put;
		left -= put;
	}
	return fsync(fd) ? -errno : 0;
}

int files_write(struct lt *lt, const char *path, const char *text)
{
	char full[PATH_MAX], temporary[PATH_MAX];
	int fd, ret;

	if (snprintf(full, sizeof(full), "%s%s", lt->kernel->root, path) >= (int)sizeof(full) ||
	    snprintf(temporary, sizeof(temporary), "%s.new", full) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	ret = files_folders(full, strlen(lt->kernel->root));
	if (ret)
		return ret;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	ret = files_put(fd, text);
	close(fd);
	if (!ret && rename(temporary, full))
		ret = -errno;
	if (ret) {
		unlink(temporary);
		return ret;
	}
	return files_sync_folder(full);
}

static int state_path(struct lt *lt, const char *name, char *path, size_t size)
{
	/* A name comes from a command line. */
	if (!*name || *name == '.' || strchr(name, '/'))
		return -EINVAL;
	return snprintf(path, size, "%s" STATE_DIR "/%s.json", lt->kernel->root, name) >= (int)size
		? -ENAMETOOLONG : 0;
}

int tune_lock(struct lt *lt)
{
	char path[PATH_MAX];
	int fd, ret;

	snprintf(path, sizeof(path), "%s" STATE_DIR "/.lock", lt->kernel->root);
	ret = files_folders(path, strlen(lt->kernel->root));
	fd = ret ? ret : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX)) {
		ret = ret ? ret : -errno;
		lt_error(lt, STATE_DIR ": %s", strerror(-ret));
		return ret;
	}
	return fd;
}

json_t *tune_load(struct lt *lt, const char *name)
{
	char path[PATH_MAX];
	json_error_t error;
	json_t *state;

	if (state_path(lt, name, path, sizeof(path)))
		return NULL;
	state = json_load_file(path, 0, &error);
	if (!state && access(path, F_OK) == 0)
		lt_error(lt, STATE_DIR "/%s.json: %s", name, error.text);
	return state;
}

int tune_save(struct lt *lt, const char *name, const json_t *state)
{
	char *text = json_dumps(state, JSON_INDENT(1));
	char path[PATH_MAX];
	int ret = -ENOMEM;

	if (text) {
		snprintf(path, sizeof(path), STATE_DIR "/%s.json", name);
		ret = files_write(lt, path, text);
		free(text);
	}
	if (ret)
		lt_error(lt, STATE_DIR "/%s.json: %s", name, strerror(-ret));
	return ret;
}

void tune_forget(struct lt *lt, const char *name)
{
	char path[PATH_MAX];

	if (!state_path(lt, name, path, sizeof(path)) && !unlink(path))
		files_sync_folder(path);
}

bool tune_this_boot(struct lt *lt, const json_t *state)
{
	const char *then = json_string_value(json_object_get(state, "boot"));
	char now[TUNE_TEXT];

	return then && !sys_read(lt, now, sizeof(now), BOOT_ID) && !strcmp(then, now);
}

static const char *state_old(const json_t *state, const char *knob)
{
	json_t *change;
	size_t i;

	json_array_foreach(json_object_get(state, "changes"), i, change) {
		const char *name = json_string_value(json_object_get(change, "setting"));

		if (name && !strcmp(name, knob))
			return json_string_value(json_object_get(change, "old"));
	}
	return NULL;
}

/*
 * tune_merge - the state that a plan adds to; old (may be NULL) is taken over.  What a knob was
 * at first counts, not what the plan before this one made of it; only what belongs to the port
 * begins anew with each boot.
 */
json_t *tune_merge(struct lt *lt, json_t *old, const struct nic *port, const char *profile,
		   const struct tune_plan *plan)
{
	json_t *state = old ? old : json_object();
	bool same_boot = old && tune_this_boot(lt, old);
	json_t *changes = json_array(), *change;
	char text[TUNE_TEXT];
	unsigned int i;
	size_t j;

	json_array_foreach(json_object_get(state, "changes"), j, change) {
		const char *knob = json_string_value(json_object_get(change, "setting"));

		if (knob && (same_boot || knob_global(knob)))
			json_array_append(changes, change);
	}
	json_object_set_new(state, "changes", changes);
	for (i = 0; i < plan->count; i++) {
		const struct tune_change *one = &plan->changes[i];

		if (state_old(state, one->knob))
			continue;
		if (!knob_global(one->knob) ||
		    !tune_origin(lt, port->name, one->knob, text, sizeof(text)))
			snprintf(text, sizeof(text), "%s", one->old);
		json_array_append_new(changes, json_pack("{s:s,s:s}", "setting", one->knob,
							 "old", text));
	}
	json_object_set_new(state, "lanetool", json_pack("{s:i}", "schema", LT_SCHEMA));
	json_object_set_new(state, "ifname", json_string(port->name));
	json_object_set_new(state, "bus", json_string(port->bus));
	json_object_set_new(state, "profile", json_string(profile));
	if (!sys_read(lt, text, sizeof(text), BOOT_ID))
		json_object_set_new(state, "boot", json_string(text));
	return state;
}

struct state_find {
	struct lt *lt;
	const char *except, *knob;
	char *buf;
	size_t size;
	int (*name)(const char *name, void *data);
	void *data;
};

static int state_named(const char *file, void *data)
{
	const struct state_find *find = data;
	char name[TUNE_TEXT];
	size_t len = strlen(file);

	if (len < 6 || strcmp(file + len - 5, ".json") || len >= sizeof(name) ||
	    !strncmp(file, "bind-", 5))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)len - 5, file);
	return find->name(name, find->data);
}

int tune_names(struct lt *lt, int (*name)(const char *name, void *data), void *data)
{
	struct state_find find = { .name = name, .data = data };

	return sys_names(lt, state_named, &find, STATE_DIR);
}

static int state_origin(const char *name, void *data)
{
	const struct state_find *find = data;
	const char *old;
	json_t *state;

	if (!strcmp(name, find->except))
		return 0;
	state = tune_load(find->lt, name);
	old = state_old(state, find->knob);
	if (old)
		snprintf(find->buf, find->size, "%s", old);
	json_decref(state);
	return !!old;
}

bool tune_origin(struct lt *lt, const char *except, const char *knob, char *buf, size_t size)
{
	struct state_find find = {
		.lt = lt, .except = except, .knob = knob, .buf = buf, .size = size,
	};

	return tune_names(lt, state_origin, &find) > 0;
}
