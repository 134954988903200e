// SPDX-License-Identifier: GPL-2.0
/*
 * What undo has to know, in /var/lib/lanetool, a file for each port.  A file is there as a
 * whole or not at all, and is on the disk before anything that it speaks of is changed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
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

/* --- Whose it is */

/* Of the network namespace that we are in: none of a boot has that of another.  0: not known */
static json_int_t state_netns(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		cookie = 0;
	close(fd);
	return cookie;
}

static bool state_same_boot(struct lt *lt, const json_t *state)
{
	const char *then = tune_text(state, "boot");
	char now[64];

	return then && !sys_read(lt, now, sizeof(now), BOOT_ID) && !strcmp(then, now);
}

bool tune_elsewhere(struct lt *lt, const json_t *state)
{
	json_t *netns = json_object_get(state, "netns");

	return netns && state_same_boot(lt, state) && json_integer_value(netns) != state_netns();
}

bool tune_same_device(struct lt *lt, const json_t *state, uint32_t ifindex)
{
	/* No two of a namespace have one number; a device that is made anew has a new one. */
	return state_same_boot(lt, state) && !tune_elsewhere(lt, state) &&
	       json_integer_value(json_object_get(state, "ifindex")) == ifindex;
}

/* Files that persist have the name that the port had when they were written. */
static const char *state_persist_name(const char *name, const json_t *state)
{
	return tune_text(state, "persist") ?: name;
}

bool tune_counts(struct lt *lt, const char *name, const json_t *state)
{
	return !tune_elsewhere(lt, state) &&
	       (state_same_boot(lt, state) ||
		tune_persists(lt, state_persist_name(name, state)));
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
	bool counts = old && tune_counts(lt, port->name, old);
	char boot[64] = "";
	json_t *state, *change;
	int ret = 0;
	size_t i;

	sys_read(lt, boot, sizeof(boot), BOOT_ID);
	state = json_pack("{s:{s:i},s:s,s:s,s:I,s:I,s:s,s:s,s:s*,s:[]}", "lanetool", "schema",
			  LT_SCHEMA, "ifname", port->name, "bus", port->bus, "ifindex",
			  (json_int_t)port->ifindex, "netns", state_netns(), "profile", profile,
			  "boot", boot, "persist", tune_text(old, "persist"), "changes");
	json_array_foreach(json_object_get(old, "changes"), i, change) {
		const char *knob = tune_text(change, "setting");

		if (knob && tune_text(change, "old") && (same || (counts && knob_global(knob))))
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

static int state_named(const char *file, void *names)
{
	size_t len = strlen(file);

	return len > 5 && !strcmp(file + len - 5, ".json") &&
	       json_array_append_new(names, json_stringn(file, len - 5));
}

json_t *tune_names(struct lt *lt)
{
	json_t *names = json_array();

	sys_names(lt, state_named, names, STATE_DIR);
	return names;
}

char *tune_origin(struct lt *lt, const char *except, const char *knob)
{
	json_t *names = tune_names(lt), *entry, *state;
	char *found = NULL;
	size_t i;

	json_array_foreach(names, i, entry) {
		const char *name = json_string_value(entry), *old;

		if (found || !strcmp(name, except) || tune_load(lt, name, &state))
			continue;
		old = state_old(state, knob);
		if (old && tune_counts(lt, name, state))
			found = strdup(old);
		json_decref(state);
	}
	json_decref(names);
	return found;
}

/* --- Renamed ports */

struct state_device {
	struct lt *lt;
	uint64_t ifindex;
	char name[NAME_MAX + 1];
};

static int state_device(const char *name, void *data)
{
	struct state_device *device = data;
	uint64_t index;

	if (sys_u64(device->lt, &index, "/sys/class/net/%s/ifindex", name) ||
	    index != device->ifindex)
		return 0;
	snprintf(device->name, sizeof(device->name), "%s", name);
	return 1;
}

/* Files of the port have its name in them. */
static int state_rename(json_t *state, const char *old, const char *name)
{
	char begins[PATH_MAX];
	json_t *change;
	int ret, len;
	size_t i;

	len = snprintf(begins, sizeof(begins), "file:/sys/class/net/%s/", old);
	ret = json_object_set_new(state, "ifname", json_string(name));
	json_array_foreach(json_object_get(state, "changes"), i, change) {
		const char *knob = tune_text(change, "setting");

		if (knob && !strncmp(knob, begins, len))
			ret |= json_object_set_new(change, "setting",
						   json_sprintf("file:/sys/class/net/%s/%s", name,
								knob + len));
	}
	return ret;
}

/* What a state that is in the way says of the system is not lost. */
static int state_take_over(struct lt *lt, json_t *state, const char *name)
{
	json_t *other, *change;
	bool counts;
	int ret = 0;
	size_t i;

	if (tune_load(lt, name, &other))
		return -EBADMSG;
	counts = tune_counts(lt, name, other);
	json_array_foreach(json_object_get(other, "changes"), i, change) {
		const char *knob = tune_text(change, "setting");

		if (counts && knob && knob_global(knob) && !state_old(state, knob))
			ret |= json_array_append(json_object_get(state, "changes"), change);
	}
	json_decref(other);
	return ret;
}

/* Its name now, if it was renamed.  Return: was it? */
static bool state_renamed(struct lt *lt, const char *name, const json_t *state,
			  struct state_device *device)
{
	uint64_t index = 0;

	device->lt = lt;
	device->ifindex = json_integer_value(json_object_get(state, "ifindex"));
	sys_u64(lt, &index, "/sys/class/net/%s/ifindex", name);
	return index != device->ifindex && tune_same_device(lt, state, device->ifindex) &&
	       sys_names(lt, state_device, device, "/sys/class/net") > 0;
}

/* All that were renamed, by their new names, with what their states then are: names may have
 * been swapped.
 */
static void state_renames(struct lt *lt, json_t *old, json_t *moved)
{
	json_t *names = tune_names(lt), *entry, *state;
	size_t i;

	json_array_foreach(names, i, entry) {
		const char *name = json_string_value(entry);
		struct state_device device = {};

		if (tune_load(lt, name, &state) || !state)
			continue;
		if (state_renamed(lt, name, state, &device) &&
		    (!tune_persists(lt, name) || tune_text(state, "persist") ||
		     !json_object_set_new(state, "persist", json_string(name))) &&
		    !state_rename(state, name, device.name) &&
		    !json_object_set(moved, device.name, state))
			json_object_set_new(old, name, json_true());
		json_decref(state);
	}
	json_decref(names);
}

void tune_follow(struct lt *lt)
{
	json_t *old = json_object(), *moved = json_object(), *state;
	const char *name;
	int ret = 0;

	state_renames(lt, old, moved);
	json_object_foreach(moved, name, state)
		ret |= (json_object_get(old, name) ? 0 : state_take_over(lt, state, name)) ?:
		       tune_save(lt, name, state);
	json_object_foreach(old, name, state)
		if (!ret && !json_object_get(moved, name))
			tune_forget(lt, name);
	json_decref(old);
	json_decref(moved);
}
