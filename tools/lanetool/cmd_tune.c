// SPDX-License-Identifier: GPL-2.0
/*
 * tune and undo: a profile's settings at once, and back.
 *
 * What one setting does to others, a driver decides; so undo goes over all of them until each
 * is what it was, which also makes it the same from wherever tune was interrupted.
 */
#include <stdlib.h>
#include <unistd.h>

#include "tune.h"

#define PASSES	5	/* of undo: vectors, then all; some are refused until others are back */
#define SHOWN	48	/* a longer value is not shown */

struct tune {
	struct nic port;
	json_t *plan;
	const char *profile;
	unsigned int profiles;
	bool dry_run;
	bool persist;
};

/* --- What is shown */

/* Return: how many changes there are */
static unsigned int tune_say(struct lt *lt, const struct tune *tune)
{
	unsigned int count = 0;
	json_t *change;
	size_t i;

	out_array(lt, "changes");
	json_array_foreach(tune->plan, i, change) {
		const char *knob = tune_text(change, "setting"), *old = tune_text(change, "old");
		const char *want = tune_text(change, "new"), *irq = "";

		if (!want)
			continue;
		count++;
		if (!strncmp(knob, "irq:", 4))
			irq = tune->port.irqs[atoi(knob + 4)].name;
		out_text(lt, "  %-46s %s -> %s%s%s\n", knob_shown(knob), old, want,
			 *irq ? "   " : "", irq);
		out_object(lt, NULL);
		out_str(lt, "setting", NULL, knob_shown(knob));
		out_str(lt, "old", NULL, old);
		out_str(lt, "new", NULL, want);
		out_close(lt);
	}
	out_close(lt);
	return count;
}

/* --- undo */

struct undo {
	const char *name;
	const struct nic *port;	/* NULL: it is not there, or not the one that was tuned */
	const json_t *state;
};

static void undo_say(struct lt *lt, const char *knob, const char *now, const char *old)
{
	if (strlen(now) + strlen(old) > SHOWN)
		out_text(lt, "  %-46s is set back\n", knob_shown(knob));
	else
		out_text(lt, "  %-46s %s -> %s\n", knob_shown(knob), now, old);
}

/* What a knob is, if it is not what it was: to be freed.  Else NULL. */
static char *undo_differs(struct lt *lt, const struct undo *undo, const char *knob,
			  const char *old)
{
	char *now = knob_get(lt, undo->port, knob), *other = NULL;
	bool differs = now && !knob_same(knob, now, old);

	/* What another tuned port has as well goes back with the last one. */
	if (differs && knob_global(knob))
		other = tune_origin(lt, undo->name, knob);
	if (!differs || other) {
		free(now);
		now = NULL;
	}
	free(other);
	return now;
}

/*
 * All that is not as it was, once; loud: with the kernel's words when it refuses.  Vectors come
 * first as well: of one that nobody has asked for, the kernel shows where it was to move when
 * it had last an owner.
 *
 * Return: how much was not as it was
 */
static unsigned int undo_pass(struct lt *lt, const struct undo *undo, bool vectors, bool loud)
{
	unsigned int count = 0;
	json_t *change;
	size_t i;
	int ret;

	json_array_foreach(json_object_get(undo->state, "changes"), i, change) {
		const char *knob = tune_text(change, "setting"), *old = tune_text(change, "old");
		char *now = NULL;

		if (knob && old && (!vectors || !strncmp(knob, "irq:", 4)))
			now = undo_differs(lt, undo, knob, old);
		if (!now)
			continue;
		count++;
		lt->quiet = !loud;
		ret = knob_set(lt, undo->port, knob, old);
		lt->quiet = false;
		if (!ret)
			undo_say(lt, knob, now, old);
		else if (loud)
			lt_error(lt, "%s: cannot set it back: %s", knob_shown(knob),
				 strerror(-ret));
		free(now);
	}
	return count;
}

/* After the last pass: what is still not as it was.  Return: how much */
static unsigned int undo_left(struct lt *lt, const struct undo *undo)
{
	unsigned int count = 0;
	json_t *change;
	size_t i;

	json_array_foreach(json_object_get(undo->state, "changes"), i, change) {
		const char *knob = tune_text(change, "setting"), *old = tune_text(change, "old");
		char *now = knob && old ? undo_differs(lt, undo, knob, old) : NULL;

		count += !!now;
		if (now && strlen(now) + strlen(old) > SHOWN)
			lt_error(lt, "%s is not what it was", knob_shown(knob));
		else if (now)
			lt_error(lt, "%s is %s, and was %s", knob_shown(knob), now, old);
		free(now);
	}
	return count;
}

/* Return: 0, or 1 if something is not as it was */
static int undo_port(struct lt *lt, const char *name, const json_t *state)
{
	struct nic *port = calloc(1, sizeof(*port));
	struct undo undo = { .name = name, .state = state };
	bool counts = tune_counts(lt, name, state);
	unsigned int pass, left = counts;
	uint64_t index;

	if (!port)
		return lt_error(lt, "%s", strerror(ENOMEM));
	if (!counts)
		out_text(lt, "%s was tuned before a boot, which undid that\n", name);
	else if (sys_u64(lt, &index, "/sys/class/net/%s/ifindex", name))
		out_text(lt, "%s is not there; what belongs to the system goes back\n", name);
	else if (!tune_same_device(lt, state, index))
		out_text(lt, "%s was made anew since, by a boot or a driver, which undid that\n",
			 name);
	else
		undo.port = port;
	for (pass = 0; left && pass <= PASSES; pass++) {
		if (undo.port && nic_load(lt, port, name))
			break;
		if (pass == PASSES)
			left = undo_left(lt, &undo);
		else
			left = undo_pass(lt, &undo, !pass, pass == PASSES - 1) || !pass;
	}
	free(port);
	return left ? 1 : 0;
}

/* As tune_load(), but for one that only another network namespace can undo: an error, said */
static int tune_load_own(struct lt *lt, const char *name, json_t **state)
{
	int ret = tune_load(lt, name, state);

	if (ret || !tune_elsewhere(lt, *state))
		return ret;
	json_decref(*state);
	*state = NULL;
	lt_error(lt,
		 "%s: a port of this name was tuned in another network namespace; 'lanetool undo %s' there comes first.  If that namespace is gone, remove /var/lib/lanetool/%s.json",
		 name, name, name);
	return -EXDEV;
}

static int undo_one(struct lt *lt, const char *name)
{
	json_t *state;
	int ret;

	if (tune_load_own(lt, name, &state))
		return 1;
	if (!state)
		return lt_error(lt, "%s: there is nothing to undo", name);
	out_text(lt, "Undoing on %s:\n", name);
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, name);
	ret = undo_port(lt, name, state);
	tune_unpersist(lt, name);
	if (tune_text(state, "persist"))
		tune_unpersist(lt, tune_text(state, "persist"));
	json_decref(state);
	if (!ret)
		tune_forget(lt, name);
	out_text(lt, ret ? "%s is not all as it was; undo can be repeated\n"
			 : "%s is as it was\n", name);
	out_bool(lt, "restored", NULL, !ret);
	out_close(lt);
	return ret;
}

static int undo_run(struct lt *lt)
{
	json_t *names, *name;
	int lock, ret = 0;
	size_t i;

	if (lt->argc > 1)
		return lt_bad_args(lt);
	lock = tune_lock(lt);
	if (lock < 0)
		return 1;
	tune_follow(lt);
	names = lt->argc ? json_pack("[s]", lt->argv[0]) : tune_names(lt);
	out_begin(lt);
	if (!json_array_size(names))
		out_text(lt, "There is nothing to undo.\n");
	json_array_foreach(names, i, name)
		ret |= undo_one(lt, json_string_value(name));
	json_decref(names);
	close(lock);
	return ret;
}

/* --- tune */

/* What a driver shows but has not, and what a container may not set for the whole system, is
 * left out like what is not there.
 */
static bool tune_may_stay(const char *knob, int err)
{
	return err == -EOPNOTSUPP ||
	       (knob_global(knob) && (err == -EACCES || err == -EPERM || err == -EROFS));
}

/* One plan: on the disk first, then done.  Return: 0 or a negative error, said */
static int tune_apply(struct lt *lt, struct tune *tune, json_t **state)
{
	json_t *change;
	size_t i;
	int ret;

	*state = tune_merge(lt, *state, &tune->port, tune->profile, tune->plan);
	if (!*state)
		return lt_error(lt, "%s", strerror(ENOMEM)), -ENOMEM;
	ret = tune_save(lt, tune->port.name, *state);
	json_array_foreach(tune->plan, i, change) {
		const char *knob = tune_text(change, "setting"), *want = tune_text(change, "new");

		if (ret || !want)
			continue;
		ret = knob_set(lt, &tune->port, knob, want);
		if (ret)
			lt_error(lt, "%s: cannot make it %s: %s%s", knob_shown(knob), want,
				 strerror(-ret), tune_may_stay(knob, ret) ? "; it stays" : "");
		if (tune_may_stay(knob, ret))
			ret = 0;
	}
	return ret;
}

/* Other queues, other files and vectors: what they want is seen when they are there. */
static bool tune_changes_queues(const json_t *plan)
{
	json_t *change;
	size_t i;

	json_array_foreach(plan, i, change)
		if (tune_text(change, "new") &&
		    !strncmp(tune_text(change, "setting"), "channels:", 9))
			return true;
	return false;
}

/* Return: 0 or a negative error, said */
static int tune_look(struct lt *lt, struct tune *tune, const char *name)
{
	int ret = nic_load(lt, &tune->port, name);

	if (ret)
		return ret;
	json_decref(tune->plan);
	tune->plan = tune_make(lt, &tune->port, tune->profiles, !tune->dry_run);
	return tune->plan ? 0 : (lt_error(lt, "%s", strerror(ENOMEM)), -ENOMEM);
}

static int tune_do(struct lt *lt, struct tune *tune)
{
	bool again = tune_changes_queues(tune->plan);
	const char *name = tune->port.name;
	json_t *state;
	int ret;

	tune_follow(lt);
	/* One that cannot be read is not written over: only it knows what was. */
	if (tune_load_own(lt, name, &state))
		return 1;
	ret = tune_apply(lt, tune, &state);
	if (!ret && again)
		ret = tune_look(lt, tune, name) ?: tune_apply(lt, tune, &state);
	if (!ret && tune->persist)
		ret = tune_persist(lt, &tune->port, tune->profile, state);
	if (ret && state) {
		lt_error(lt, "%s: all goes back", name);
		if (!undo_port(lt, name, state)) {
			tune_unpersist(lt, name);
			tune_forget(lt, name);
		}
	}
	json_decref(state);
	return ret ? 1 : 0;
}

static int tune_port(struct lt *lt, struct tune *tune, const char *name)
{
	unsigned int count;
	int ret = 0;

	if (tune_look(lt, tune, name))
		return 1;
	out_text(lt, "Profile %s for %s:\n", tune->profile, name);
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, name);
	out_str(lt, "profile", NULL, tune->profile);
	count = tune_say(lt, tune);
	if (!count)
		out_text(lt, "  No change: all is as the profile has it.\n");
	else if (tune_changes_queues(tune->plan))
		out_text(lt, "  and the same for queues that are then new\n");
	/* A plan without changes may have what is to be remembered. */
	if (!tune->dry_run && (json_array_size(tune->plan) || tune->persist))
		ret = tune_do(lt, tune);
	out_bool(lt, "applied", NULL, !tune->dry_run && !ret);
	out_close(lt);
	if (count && tune->dry_run)
		out_text(lt, "Nothing was changed (--dry-run).\n");
	else if (count && !ret)
		out_text(lt, "Done; 'lanetool undo %s' takes it back.\n", name);
	return ret;
}

static int tune_run(struct lt *lt)
{
	struct tune *tune = calloc(1, sizeof(*tune));
	const char *words[2] = {};
	int i, count = 0, lock, ret = 0;

	if (!tune)
		return lt_error(lt, "%s", strerror(ENOMEM));
	for (i = 0; i < lt->argc && !ret; i++) {
		if (!strcmp(lt->argv[i], "--dry-run"))
			tune->dry_run = true;
		else if (!strcmp(lt->argv[i], "--persist"))
			tune->persist = true;
		else if (lt->argv[i][0] == '-' || count == 2)
			ret = lt_bad_args(lt);
		else
			words[count++] = lt->argv[i];
	}
	if (!ret && count < 2)
		ret = lt_bad_args(lt);
	tune->profile = words[0];
	tune->profiles = ret ? 0 : tune_profile(words[0]);
	if (!ret && !tune->profiles)
		ret = lt_error(lt,
			       "there is no profile '%s': throughput, latency, connections, forwarding, xdp",
			       words[0]);
	if (!ret) {
		out_begin(lt);
		lock = tune->dry_run ? -1 : tune_lock(lt);
		ret = lock < 0 && !tune->dry_run ? 1 : tune_port(lt, tune, words[1]);
		if (lock >= 0)
			close(lock);
	}
	json_decref(tune->plan);
	free(tune);
	return ret;
}

const struct lt_command lt_tune[] = {
	{ "tune",
	  "throughput|latency|connections|forwarding|xdp DEVNAME\n"
	  "[--dry-run] [--persist] [--json]",
	  "Set a port and the system for a purpose; undo knows what was",
	  tune_run, LT_NO_DEV | LT_SCHEMA_OWN },
	{ "undo", "[DEVNAME] [--json]", "Set back what tune has set, on one port or all",
	  undo_run, LT_NO_DEV | LT_SCHEMA_OWN },
	{}
};
