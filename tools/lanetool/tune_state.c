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
	/* What a crash has left of it goes: none that was made by others is written to. */
	if (unlink(temporary) && errno != ENOENT)
		return -errno;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	ret = files_put(fd, text);
	if (close(fd) && !ret)
		ret = -errno;
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

int tune_load(struct lt *lt, const char *name, json_t **state)
{
	char path[PATH_MAX];
	json_error_t error;

	*state = NULL;
	if (state_path(lt, name, path, sizeof(path)) || (access(path, F_OK) && errno == ENOENT))
		return 0;
	*state = json_load_file(path, 0, &error);
	if (json_is_array(json_object_get(*state, "changes")))
		return 0;
	lt_error(lt, STATE_DIR "/%s.json: %s", name,
		 *state ? "it is not of tune's making" : error.text);
	json_decref(*state);
	*state = NULL;
	return -EBADMSG;
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

bool tune_same_device(struct lt *lt, const json_t *state, uint32_t ifindex)
{
	const char *then = tune_text(state, "boot");
	json_t *index = json_object_get(state, "ifindex");
	char now[64];

	/* No two of a boot have one number; a device that is made anew has a new one. */
	return then && !sys_read(lt, now, sizeof(now), BOOT_ID) && !strcmp(then, now) &&
	       json_integer_value(index) == ifindex;
}

static const char *state_old(const json_t *state, const char *knob)
{
	json_t *change;
	size_t i;

	json_array_foreach(json_object_get(state, "changes"), i, change) {
		const char *name = tune_text(change, "setting");

		if (name && !strcmp(name, knob))
			return tune_text(change, "old");
	}
	return NULL;
}

/* One change more, unless what was before it is known */
static int state_add(struct lt *lt, json_t *state, const struct nic *port, const json_t *change)
{
	const char *knob = tune_text(change, "setting");
	char *origin;
	int ret;

	if (state_old(state, knob))
		return 0;
	origin = knob_global(knob) ? tune_origin(lt, port->name, knob) : NULL;
	ret = json_array_append_new(json_object_get(state, "changes"),
				    json_pack("{s:s,s:s}", "setting", knob, "old",
					      origin ?: tune_text(change, "old")));
	free(origin);
	return ret;
}

/*
 * tune_merge - the state that a plan adds to; old (may be NULL) is taken over.  What a knob was
 * at first counts, not what the plan before this one made of it; only what belongs to the port
 * begins anew when that does.
 *
 * Return: NULL without memory; then old is gone, too.
 */
json_t *tune_merge(struct lt *lt, json_t *old, const struct nic *port, const char *profile,
		   const json_t *plan)
{
	bool same = old && tune_same_device(lt, old, port->ifindex);
	char boot[64] = "";
	json_t *state, *change;
	int ret = 0;
	size_t i;

	sys_read(lt, boot, sizeof(boot), BOOT_ID);
	state = json_pack("{s:{s:i},s:s,s:s,s:I,s:s,s:s,s:[]}", "lanetool", "schema", LT_SCHEMA,
			  "ifname", port->name, "bus", port->bus, "ifindex",
			  (json_int_t)port->ifindex, "profile", profile, "boot", boot, "changes");
	json_array_foreach(json_object_get(old, "changes"), i, change) {
		const char *knob = tune_text(change, "setting");

		if (knob && tune_text(change, "old") && (same || knob_global(knob)))
			ret |= json_array_append(json_object_get(state, "changes"), change);
	}
	json_array_foreach(plan, i, change)
		ret |= state_add(lt, state, port, change);
	json_decref(old);
	if (!ret)
		return state;
	json_decref(state);
	return NULL;
}

struct state_find {
	struct lt *lt;
	const char *except, *knob;
	char *found;
	int (*name)(const char *name, void *data);
	void *data;
};

static int state_named(const char *file, void *data)
{
	const struct state_find *find = data;
	size_t len = strlen(file);
	char name[PATH_MAX];

	if (len < 6 || strcmp(file + len - 5, ".json") || len >= sizeof(name))
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
	struct state_find *find = data;
	const char *old;
	json_t *state;

	if (!strcmp(name, find->except) || tune_load(find->lt, name, &state))
		return 0;
	old = state_old(state, find->knob);
	if (old)
		find->found = strdup(old);
	json_decref(state);
	return !!find->found;
}

char *tune_origin(struct lt *lt, const char *except, const char *knob)
{
	struct state_find find = { .lt = lt, .except = except, .knob = knob };

	tune_names(lt, state_origin, &find);
	return find.found;
}
