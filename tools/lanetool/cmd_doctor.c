// SPDX-License-Identifier: GPL-2.0
/* doctor: the checks of all layers, over one port or all, and what they say. */
#include <stdarg.h>
#include <stdlib.h>

#include "doctor.h"
#include "port.h"

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

#define PORTS_MAX	64

static const struct doctor_check *const of_port[] = {
	doctor_link, doctor_cpu, doctor_steer, doctor_port_socket,
};

static const struct doctor_check *const of_system[] = { doctor_softirq, doctor_socket };

struct doctor_all {
	struct doctor *one[PORTS_MAX + 1];	/* ports, then the system */
	unsigned int count;
	struct links links;
	unsigned int faults, warnings;
};

/* --- What checks say */

static void doctor_say(struct doctor *d, const char *verdict, const char *format, va_list args)
{
	d->finding.verdict = verdict;
	vsnprintf(d->finding.evidence, sizeof(d->finding.evidence), format, args);
}

#define DOCTOR_SAYS(verdict)						\
void doctor_##verdict(struct doctor *d, const char *format, ...)	\
{									\
	va_list args;							\
									\
	va_start(args, format);						\
	doctor_say(d, #verdict, format, args);				\
	va_end(args);							\
}

DOCTOR_SAYS(pass)
DOCTOR_SAYS(warn)
DOCTOR_SAYS(fail)
DOCTOR_SAYS(none)

void doctor_mend(struct doctor *d, const char *format, ...)
{
	struct doctor_finding *finding = &d->finding;
	char text[DOCTOR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (finding->mends < DOCTOR_MENDS)
		finding->mend[finding->mends++] = strdup(text);
}

/* --- A run */

static void doctor_show(struct lt *lt, const struct doctor_check *check,
			struct doctor_finding *finding)
{
	bool none = !strcmp(finding->verdict, "none");
	unsigned int i;

	if (!none || lt->statistics)
		out_text(lt,
			 "  %-4s  %-8s  %-18s %s\n",
			 none ? "-" : finding->verdict, check->layer, check->name,
			 finding->evidence);
	out_object(lt, NULL);
	out_str(lt, "layer", NULL, check->layer);
	out_str(lt, "check", NULL, check->name);
	out_str(lt, "verdict", NULL, finding->verdict);
	out_str(lt, "evidence", NULL, finding->evidence);
	out_array(lt, "mend");
	for (i = 0; i < finding->mends; i++) {
		out_text(lt, "%s%s\n", i ? "                " : "          mend: ",
			 finding->mend[i] ?: "");
		out_str(lt, "", NULL, finding->mend[i] ?: "");
		free(finding->mend[i]);
	}
	out_close(lt);
	out_close(lt);
}

/* All checks of some tables.  Return: how many had nothing to judge */
static unsigned int doctor_checks(struct doctor_all *all, struct doctor *d,
				  const struct doctor_check *const *tables, size_t count)
{
	const struct doctor_check *check;
	unsigned int none = 0;
	size_t i;

	out_array(d->lt, "checks");
	for (i = 0; i < count; i++) {
		for (check = tables[i]; check->name; check++) {
			memset(&d->finding, 0, sizeof(d->finding));
			check->run(d);
			all->faults += !strcmp(d->finding.verdict, "fail");
			all->warnings += !strcmp(d->finding.verdict, "warn");
			none += !strcmp(d->finding.verdict, "none");
			doctor_show(d->lt, check, &d->finding);
		}
	}
	out_close(d->lt);
	return none;
}

static void doctor_one(struct doctor_all *all, struct doctor *d)
{
	struct lt *lt = d->lt;
	unsigned int none;

	out_object(lt, NULL);
	if (d->port) {
		out_text(lt, "%s (%s, %u lanes), seen for %.1f s\n", d->port->name,
			 *d->port->driver ? d->port->driver : "no driver", d->port->rx_queues,
			 d->secs);
		out_str(lt, "ifname", NULL, d->port->name);
		out_str(lt, "driver", NULL, d->port->driver);
		none = doctor_checks(all, d, of_port, ARRAY_SIZE(of_port));
	} else {
		out_text(lt, "the system\n");
		out_null(lt, "ifname");
		none = doctor_checks(all, d, of_system, ARRAY_SIZE(of_system));
	}
	if (none && !lt->statistics)
		out_text(lt, "  (%u more do not apply, or had nothing to go by; -I shows them)\n",
			 none);
	out_close(lt);
}

static void doctor_free(struct doctor *d)
{
	free(d->before.tcp);
	free(d->after.tcp);
	free(d->port);
	free(d);
}

/* Return: NULL without memory */
static struct doctor *doctor_new(struct lt *lt, struct doctor_all *all)
{
	struct doctor *d = calloc(1, sizeof(*d));

	if (d) {
		d->lt = lt;
		d->links = &all->links;
		all->one[all->count++] = d;
	}
	return d;
}

/* The name that a device has in /sys, where alternative ones are not known */
static const char *doctor_name(struct lt *lt, const struct links *links, const char *name)
{
	const struct link_one *link = NULL;
	struct ports ports = {};
	unsigned int i;

	for (i = 0; i < links->count; i++)
		if (!strcmp(links->link[i].name, name))
			return name;
	lt->quiet_refused = true;	/* nic_load() says it */
	if (!ports_find(lt, name, &ports))
		link = links_find(links, ports.port->ifindex);
	lt->quiet_refused = false;
	ports_free(&ports);
	return link ? link->name : name;
}

static int doctor_add(struct lt *lt, struct doctor_all *all, const char *name)
{
	struct doctor *d = doctor_new(lt, all);

	if (!d)
		return -ENOMEM;
	d->port = calloc(1, sizeof(*d->port));
	return d->port ? nic_load(lt, d->port, name) : -ENOMEM;
}

/* Without a name: each device that has hardware under it */
static int doctor_find(struct lt *lt, struct doctor_all *all)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < all->links.count && all->count < PORTS_MAX; i++) {
		if (sys_names(lt, NULL, NULL, "/sys/class/net/%s/device",
			      all->links.link[i].name) < 0)
			continue;
		ret = doctor_add(lt, all, all->links.link[i].name);
		/* It went meanwhile, which was said. */
		if (ret == -ENODEV) {
			all->count--;
			doctor_free(all->one[all->count]);
			ret = 0;
		}
	}
	return ret;
}

static int doctor_measure(struct lt *lt, struct doctor_all *all, unsigned int secs)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < all->count; i++)
		ret = doctor_load(all->one[i]) ?:
		      doctor_sample(all->one[i], &all->one[i]->before);
	if (!ret)
		lt->kernel->sleep(lt, secs * 1000);
	for (i = 0; !ret && i < all->count; i++) {
		all->one[i]->secs = secs;
		ret = doctor_sample(all->one[i], &all->one[i]->after);
	}
	return ret;
}

static int doctor_judge(struct lt *lt, struct doctor_all *all)
{
	unsigned int i;

	for (i = 0; i < all->count; i++)
		doctor_one(all, all->one[i]);
	if (!all->faults && !all->warnings)
		out_text(lt, "No change advised.\n");
	else
		out_text(lt, "Faults: %u, warnings: %u.\n", all->faults, all->warnings);
	return all->faults || all->warnings ? 2 : 0;
}

static int doctor_run(struct lt *lt)
{
	struct doctor_all *all;
	uint32_t secs = 1;
	const char *name = NULL;
	unsigned int i;
	int ret;

	if (lt->argc && strcmp(lt->argv[0], "seconds")) {
		name = lt->argv[0];
		lt->argv++;
		lt->argc--;
	}
	if (lt->argc && (lt->argc != 2 || strcmp(lt->argv[0], "seconds") ||
			 lt_parse_u32(lt->argv[1], &secs) || !secs || secs > 3600))
		return lt_bad_args(lt);
	all = calloc(1, sizeof(*all));
	if (!all)
		return lt_error(lt, "%s", strerror(ENOMEM));
	out_begin(lt);
	ret = links_load(lt, &all->links);
	if (!ret)
		ret = name ? doctor_add(lt, all, doctor_name(lt, &all->links, name)) :
			     doctor_find(lt, all);
	if (!ret && !doctor_new(lt, all))
		ret = -ENOMEM;
	if (!ret)
		ret = doctor_measure(lt, all, secs);
	ret = ret ? 1 : doctor_judge(lt, all);
	for (i = 0; i < all->count; i++)
		doctor_free(all->one[i]);
	free(all);
	return ret;
}

const struct lt_command lt_doctor[] = {
	{ "doctor", "[DEVNAME] [seconds N] [--json]",
	  "Look for what stands in the way of packets, and say how to mend it",
	  doctor_run, LT_NO_DEV | LT_SCHEMA_OWN },
	{}
};
