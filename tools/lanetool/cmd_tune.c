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

struct tune {
	struct nic port;
	struct tune_plan plan;
	const char *profile;
	unsigned int profiles;
	bool dry_run;
	bool persist;
};

/* --- What is shown */

static void tune_say(struct lt *lt, const struct tune *tune)
{
	unsigned int i;

	out_array(lt, "changes");
	for (i = 0; i < tune->plan.count; i++) {
		const struct tune_change *change = &tune->plan.changes[i];
		const char *irq = "";

		if (!*change->want)
			continue;
		if (!strncmp(change->knob, "irq:", 4))
			irq = tune->port.irqs[atoi(change->knob + 4)].name;
		out_text(lt, "  %-46s %s -> %s%s%s\n", knob_shown(change->knob), change->old,
			 change->want, *irq ? "   " : "", irq);
		out_object(lt, NULL);
		out_str(lt, "setting", NULL, knob_shown(change->knob));
		out_str(lt, "old", NULL, change->old);
		out_str(lt, "new", NULL, change->want);
		out_close(lt);
	}
	out_close(lt);
}

static unsigned int tune_wanted(const struct tune_plan *plan)
{
	unsigned int i, count = 0;

	for (i = 0; i < plan->count; i++)
		count += !!*plan->changes[i].want;
	return count;
}

/* --- undo */

/*
 * All that is not as it was, once.  Vectors come first as well: of one that nobody has asked
 * for, the kernel shows where it was to move when it had last an owner.
 * Return: how much was not as it was
 */
static unsigned int undo_pass(struct lt *lt, const struct nic *port, const char *name,
			      const json_t *state, unsigned int pass)
{
	bool last = pass == PASSES - 1;
	bool here = port && tune_this_boot(lt, state);
	char now[TUNE_TEXT], other[TUNE_TEXT];
	unsigned int count = 0;
	json_t *change;
	size_t i;
	int ret;

	json_array_foreach(json_object_get(state, "changes"), i, change) {
		const char *knob = json_string_value(json_object_get(change, "setting"));
		const char *old = json_string_value(json_object_get(change, "old"));

		if (!knob || !old || (!here && !knob_global(knob)) ||
		    (!pass && strncmp(knob, "irq:", 4)) ||
		    knob_get(lt, port, knob, now, sizeof(now)) || knob_same(knob, now, old) ||
		    (knob_global(knob) && tune_origin(lt, name, knob, other, sizeof(other))))
			continue;
		count++;
		lt->quiet = !last;
		ret = knob_set(lt, port, knob, old);
		lt->quiet = false;
		if (ret && last)
			lt_error(lt, "%s: cannot make it %s again: %s", knob_shown(knob), old,
				 strerror(-ret));
		else if (!ret)
			out_text(lt, "  %-46s %s -> %s\n", knob_shown(knob), now, old);
	}
	return count;
}

/* Return: 0, or 1 if something is not as it was */
static int undo_port(struct lt *lt, const char *name, const json_t *state)
{
	struct nic *port = calloc(1, sizeof(*port));
	unsigned int pass, left = 0;
	uint64_t index;
	bool here;

	if (!port)
		return lt_error(lt, "%s", strerror(ENOMEM));
	here = !sys_u64(lt, &index, "/sys/class/net/%s/ifindex", name);
	if (!here)
		out_text(lt, "%s is not there; what belongs to the system goes back\n", name);
	else if (!tune_this_boot(lt, state))
		out_text(lt, "%s was tuned before this boot, which undid that\n", name);
	for (pass = 0; (left || pass < 2) && pass < PASSES; pass++) {
		left = 1;
		if (here && nic_load(lt, port, name))
			break;
		left = undo_pass(lt, here ? port : NULL, name, state, pass);
	}
	free(port);
	return left ? 1 : 0;
}

static int undo_one(struct lt *lt, const char *name)
{
	json_t *state = tune_load(lt, name);
	int ret;

	if (!state)
		return lt_error(lt, "%s: there is nothing to undo", name);
	out_text(lt, "Undoing on %s:\n", name);
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, name);
	ret = undo_port(lt, name, state);
	json_decref(state);
	tune_unpersist(lt, name);
	if (!ret)
		tune_forget(lt, name);
	out_text(lt, ret ? "%s is not all as it was; undo can be repeated\n"
			 : "%s is as it was\n", name);
	out_bool(lt, "restored", NULL, !ret);
	out_close(lt);
	return ret;
}

static int undo_collect(const char *name, void *data)
{
	return json_array_append_new(data, json_string(name)) ? 1 : 0;
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
	names = json_array();
	if (lt->argc)
		undo_collect(lt->argv[0], names);
	else
		tune_names(lt, undo_collect, names);
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

/* One plan: on the disk first, then done.  Return: 0 or a negative error, said */
static int tune_apply(struct lt *lt, struct tune *tune, json_t **state)
{
	unsigned int i;
	int ret;

	*state = tune_merge(lt, *state, &tune->port, tune->profile, &tune->plan);
	ret = tune_save(lt, tune->port.name, *state);
	for (i = 0; !ret && i < tune->plan.count; i++) {
		const struct tune_change *change = &tune->plan.changes[i];

		if (!*change->want)
			continue;
		ret = knob_set(lt, &tune->port, change->knob, change->want);
		if (ret)
			lt_error(lt, "%s: cannot make it %s: %s", knob_shown(change->knob),
				 change->want, strerror(-ret));
	}
	return ret;
}

/* Other queues, other files and vectors: what they want is seen when they are there. */
static bool tune_changes_queues(const struct tune_plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->count; i++)
		if (*plan->changes[i].want && !strncmp(plan->changes[i].knob, "channels:", 9))
			return true;
	return false;
}

static int tune_do(struct lt *lt, struct tune *tune)
{
	json_t *state = tune_load(lt, tune->port.name);
	bool again = tune_changes_queues(&tune->plan);
	int ret;

	ret = tune_apply(lt, tune, &state);
	if (!ret && again) {
		ret = nic_load(lt, &tune->port, tune->port.name);
		if (!ret) {
			tune_make(lt, &tune->port, tune->profiles, &tune->plan);
			ret = tune_apply(lt, tune, &state);
		}
	}
	if (!ret && tune->persist)
		ret = tune_persist(lt, &tune->port, tune->profile, state);
	if (ret) {
		lt_error(lt, "%s: all goes back", tune->port.name);
		if (!undo_port(lt, tune->port.name, state)) {
			tune_unpersist(lt, tune->port.name);
			tune_forget(lt, tune->port.name);
		}
	}
	json_decref(state);
	return ret ? 1 : 0;
}

static int tune_port(struct lt *lt, struct tune *tune, const char *name)
{
	unsigned int count;
	int ret = 0;

	if (nic_load(lt, &tune->port, name))
		return 1;
	tune_make(lt, &tune->port, tune->profiles, &tune->plan);
	if (tune->plan.full)
		return lt_error(lt, "%s has more queues than this can remember", name);
	count = tune_wanted(&tune->plan);
	out_text(lt, "Profile %s for %s:\n", tune->profile, name);
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, name);
	out_str(lt, "profile", NULL, tune->profile);
	tune_say(lt, tune);
	if (!count)
		out_text(lt, "  No change: all is as the profile has it.\n");
	else if (tune_changes_queues(&tune->plan))
		out_text(lt, "  and the same for queues that are then new\n");
	if (!tune->dry_run && (count || tune->persist))
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
