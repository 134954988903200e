// SPDX-License-Identifier: GPL-2.0
/* Knobs: reading and turning settings of any kind by name. */
#include <stdlib.h>

#include "tune.h"

#define KNOB_FILE	"file:"
#define KNOB_ROOM	4096	/* of a line of a file: masks of very many CPUs fit */

/* --- A kind each, by what follows its name */

/* A file that a state may name: nobody makes us write elsewhere by it. */
static bool knob_file_good(const char *path)
{
	return !strncmp(path, "/proc/sys/", 10) || !strncmp(path, "/sys/class/net/", 15);
}

static char *knob_line(struct lt *lt, const char *path)
{
	char line[KNOB_ROOM];

	return sys_read(lt, line, sizeof(line), "%s", path) ? NULL : strdup(line);
}

static char *knob_file_get(struct lt *lt, const struct nic *port, const char *path)
{
	(void)port;
	return knob_file_good(path) ? knob_line(lt, path) : NULL;
}

static int knob_file_set(struct lt *lt, const struct nic *port, const char *path,
			 const char *value)
{
	(void)port;
	return knob_file_good(path) ? sys_write(lt, value, "%s", path) : -EINVAL;
}

static bool knob_irq_path(const struct nic *port, const char *index, char *path, size_t size)
{
	uint32_t i;

	if (lt_parse_u32(index, &i) || i >= port->irq_count)
		return false;
	snprintf(path, size, "/proc/irq/%u/smp_affinity_list", port->irqs[i].number);
	return true;
}

static char *knob_irq_get(struct lt *lt, const struct nic *port, const char *index)
{
	char path[64];

	return knob_irq_path(port, index, path, sizeof(path)) ? knob_line(lt, path) : NULL;
}

static int knob_irq_set(struct lt *lt, const struct nic *port, const char *index,
			const char *value)
{
	char path[64];

	return knob_irq_path(port, index, path, sizeof(path)) ? sys_write(lt, value, "%s", path) :
								-ENOENT;
}

/* What is set is what is asked for; what comes of it hangs on other features. */
static char *knob_feature_get(struct lt *lt, const struct nic *port, const char *name)
{
	bool there, on = nic_wants(port, name, &there);

	(void)lt;
	return there ? strdup(on ? "1" : "0") : NULL;
}

static int knob_feature_set(struct lt *lt, const struct nic *port, const char *name,
			    const char *value)
{
	(void)port;
	return nic_set_feature(lt, name, !strcmp(value, "1"));
}

static int knob_setting(const char *knob)
{
	int i;

	for (i = 0; i < NIC_SETTINGS; i++)
		if (!strcmp(knob, nic_setting_name(i)))
			return i;
	return -1;
}

static char *knob_setting_get(struct lt *lt, const struct nic *port, const char *name)
{
	int setting = knob_setting(name);
	char text[16];

	(void)lt;
	if (setting < 0 || !port->values[setting].there)
		return NULL;
	snprintf(text, sizeof(text), "%u", port->values[setting].value);
	return strdup(text);
}

static int knob_setting_set(struct lt *lt, const struct nic *port, const char *name,
			    const char *value)
{
	int setting = knob_setting(name);
	uint32_t number;

	(void)port;
	return setting < 0 || lt_parse_u32(value, &number) ? -EINVAL :
							     nic_set(lt, setting, number);
}

static const struct knob_kind {
	const char *name;
	char *(*get)(struct lt *lt, const struct nic *port, const char *rest);
	int (*set)(struct lt *lt, const struct nic *port, const char *rest, const char *value);
} kinds[] = {
	{ KNOB_FILE, knob_file_get, knob_file_set },
	{ "irq:", knob_irq_get, knob_irq_set },
	{ "feature:", knob_feature_get, knob_feature_set },
	{ "queue:", knob_queue_get, knob_queue_set },
	{ "napi:", knob_napi_get, knob_napi_set },
	{ "rss:", knob_rss_get, knob_rss_set },
	{ "", knob_setting_get, knob_setting_set },
};

/* --- Of any kind */

static const struct knob_kind *knob_kind(const char *knob)
{
	const struct knob_kind *kind = kinds;

	while (strncmp(knob, kind->name, strlen(kind->name)))
		kind++;
	return kind;
}

char *knob_get(struct lt *lt, const struct nic *port, const char *knob)
{
	const struct knob_kind *kind = knob_kind(knob);

	return port || knob_global(knob) ? kind->get(lt, port, knob + strlen(kind->name)) : NULL;
}

int knob_set(struct lt *lt, const struct nic *port, const char *knob, const char *value)
{
	const struct knob_kind *kind = knob_kind(knob);

	return port || knob_global(knob) ? kind->set(lt, port, knob + strlen(kind->name), value) :
					   -ENODEV;
}

/* The next character that counts: some space is like any other, and a mask has no commas. */
static char knob_next(const char **text, bool mask)
{
	size_t skip = strspn(*text, mask ? "," : " \t");
	char c;

	*text += mask || !skip ? skip : skip - 1;
	c = **text;
	*text += !!c;
	return c == '\t' ? ' ' : c;
}

bool knob_same(const char *knob, const char *one, const char *two)
{
	size_t len = strlen(knob);
	bool mask = len > 5 && !strcmp(knob + len - 5, "_cpus");
	char a, b;

	if (!strncmp(knob, "queue:", 6))
		return knob_queue_same(one, two);
	/* Masks of CPUs begin with zeros or not. */
	one += mask ? strspn(one, "0,") : 0;
	two += mask ? strspn(two, "0,") : 0;
	do {
		a = knob_next(&one, mask);
		b = knob_next(&two, mask);
	} while (a && a == b);
	return a == b;
}

bool knob_global(const char *knob)
{
	return !strncmp(knob, KNOB_FILE "/proc/sys/", 15);
}

const char *knob_shown(const char *knob)
{
	return knob + (strncmp(knob, KNOB_FILE, 5) ? 0 : 5);
}
