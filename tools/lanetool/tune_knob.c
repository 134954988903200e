// SPDX-License-Identifier: GPL-2.0
/* Knobs: reading and turning settings of any kind by name. */
#include <ctype.h>
#include <stdlib.h>

#include "tune.h"

#define KNOB_FILE	"file:"
#define KNOB_IRQ	"irq:"
#define KNOB_FEATURE	"feature:"

static const char *knob_rest(const char *knob, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(knob, kind, len) ? NULL : knob + len;
}

static int knob_setting(const char *knob)
{
	int i;

	for (i = 0; i < NIC_SETTINGS; i++)
		if (!strcmp(knob, nic_setting_name(i)))
			return i;
	return -1;
}

static const struct nic_irq *knob_irq(const struct nic *port, const char *index)
{
	unsigned long i = strtoul(index, NULL, 10);

	return i < port->irq_count ? &port->irqs[i] : NULL;
}

/* A file that a state may name: nobody makes us write elsewhere by it. */
static bool knob_file_good(const char *path)
{
	return !strncmp(path, "/proc/sys/", 10) || !strncmp(path, "/sys/class/net/", 15);
}

int knob_get(struct lt *lt, const struct nic *port, const char *knob, char *buf, size_t size)
{
	const struct nic_irq *irq;
	const char *rest;
	bool there, on;
	int setting;

	rest = knob_rest(knob, KNOB_FILE);
	if (rest)
		return knob_file_good(rest) ? sys_read(lt, buf, size, "%s", rest) : -EINVAL;
	rest = knob_rest(knob, KNOB_IRQ);
	if (rest) {
		irq = knob_irq(port, rest);
		return irq ? sys_read(lt, buf, size, "/proc/irq/%u/smp_affinity_list", irq->number)
			   : -ENOENT;
	}
	rest = knob_rest(knob, KNOB_FEATURE);
	if (rest) {
		on = nic_feature(port, rest, &there);
		snprintf(buf, size, "%d", on);
		return there ? 0 : -ENOENT;
	}
	setting = knob_setting(knob);
	if (setting < 0 || !port->values[setting].there)
		return -ENOENT;
	snprintf(buf, size, "%u", port->values[setting].value);
	return 0;
}

int knob_set(struct lt *lt, const struct nic *port, const char *knob, const char *value)
{
	const struct nic_irq *irq;
	const char *rest;
	uint32_t number;
	int setting;

	rest = knob_rest(knob, KNOB_FILE);
	if (rest)
		return knob_file_good(rest) ? sys_write(lt, value, "%s", rest) : -EINVAL;
	rest = knob_rest(knob, KNOB_IRQ);
	if (rest) {
		irq = knob_irq(port, rest);
		return irq ? sys_write(lt, value, "/proc/irq/%u/smp_affinity_list", irq->number)
			   : -ENOENT;
	}
	rest = knob_rest(knob, KNOB_FEATURE);
	if (rest)
		return nic_set_feature(lt, rest, !strcmp(value, "1"));
	setting = knob_setting(knob);
	if (setting < 0 || lt_parse_u32(value, &number))
		return -EINVAL;
	return nic_set(lt, setting, number);
}

/* Without what does not count: kinds of space, and leading zeros of masks of CPUs */
static void knob_plain(const char *knob, const char *text, char *buf)
{
	size_t len = strlen(knob), out = 0;
	bool mask = len > 5 && !strcmp(knob + len - 5, "_cpus");

	for (; *text && out < TUNE_TEXT - 1; text++) {
		if (mask && (*text == ',' || (*text == '0' && !out)))
			continue;
		if (isspace((unsigned char)*text)) {
			if (out && buf[out - 1] != ' ')
				buf[out++] = ' ';
			continue;
		}
		buf[out++] = *text;
	}
	buf[out] = '\0';
}

bool knob_same(const char *knob, const char *one, const char *two)
{
	char a[TUNE_TEXT], b[TUNE_TEXT];

	knob_plain(knob, one, a);
	knob_plain(knob, two, b);
	return !strcmp(a, b);
}

bool knob_global(const char *knob)
{
	return !strncmp(knob, KNOB_FILE "/proc/sys/", 15);
}

bool knob_structural(const char *knob)
{
	return !strncmp(knob, "channels:", 9) || !strncmp(knob, "ring:", 5);
}

const char *knob_shown(const char *knob)
{
	return knob_rest(knob, KNOB_FILE) ?: knob;
}
