// SPDX-License-Identifier: GPL-2.0
/*
 * What a command says, once for both forms: text is written at once, JSON is built and written
 * at the end, as one array.  Where memory runs out JSON loses values, never the program.
 */
#include <inttypes.h>
#include <stdarg.h>

#include "lanetool.h"

/* Formats come from tables of our own, never from outside. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static json_t *out_here(struct lt *lt)
{
	unsigned int depth = lt->out.depth;

	return depth && depth <= LT_DEPTH ? lt->out.open[depth - 1] : NULL;
}

/* out_add - takes value over.  Return: true if it is in the tree */
static bool out_add(struct lt *lt, const char *key, json_t *value)
{
	json_t *here = out_here(lt);

	if (json_is_array(here))
		return !json_array_append_new(here, value);
	if (json_is_object(here) && key)
		return !json_object_set_new(here, key, value);
	json_decref(value);
	return false;
}

static void out_open(struct lt *lt, const char *key, json_t *value)
{
	/* Lent: who holds it is the object or array it is put into. */
	if (!out_add(lt, key, value))
		value = NULL;
	if (lt->out.depth < LT_DEPTH)
		lt->out.open[lt->out.depth] = value;
	lt->out.depth++;
}

void out_begin(struct lt *lt)
{
	if (lt->out.begun)
		return;
	lt->out.begun = true;
	if (!lt->json)
		return;
	lt->out.top = json_array();
	lt->out.open[0] = lt->out.top;
	lt->out.depth = 1;
}

void out_object(struct lt *lt, const char *key)
{
	bool top;

	if (!lt->json)
		return;
	out_begin(lt);
	top = lt->out.depth == 1;
	out_open(lt, key, json_object());
	if (top && lt->schema_own)
		out_add(lt, "lanetool", json_pack("{s:i}", "schema", LT_SCHEMA));
	if (top && lt->notice)
		out_str(lt, "notification", NULL, lt->notice);
}

void out_array(struct lt *lt, const char *key)
{
	if (lt->json)
		out_open(lt, key, json_array());
}

void out_close(struct lt *lt)
{
	if (lt->json && lt->out.depth > 1)
		lt->out.depth--;
}

void out_text(struct lt *lt, const char *format, ...)
{
	va_list args;

	if (lt->json)
		return;
	va_start(args, format);
	vfprintf(lt->text, format, args);
	va_end(args);
}

void out_str(struct lt *lt, const char *key, const char *format, const char *value)
{
	json_t *text;

	if (!lt->json) {
		if (format)
			fprintf(lt->text, format, value);
	} else if (key) {
		text = json_string(value);
		/* Not UTF-8: better no text than none of the answer */
		out_add(lt, key, text ? text : json_null());
	}
}

void out_uint(struct lt *lt, const char *key, const char *format, uint64_t value)
{
	if (lt->json) {
		/* jansson's integers have a sign: better less exact than negative */
		if (key)
			out_add(lt, key, value > INT64_MAX ? json_real(value)
							   : json_integer((json_int_t)value));
	} else if (format) {
		fprintf(lt->text, format, value);
	}
}

void out_int(struct lt *lt, const char *key, const char *format, int64_t value)
{
	if (lt->json) {
		if (key)
			out_add(lt, key, json_integer(value));
	} else if (format) {
		fprintf(lt->text, format, value);
	}
}

void out_real(struct lt *lt, const char *key, const char *format, double value)
{
	if (lt->json) {
		if (key)
			out_add(lt, key, json_real(value));
	} else if (format) {
		fprintf(lt->text, format, value);
	}
}

void out_bool(struct lt *lt, const char *key, const char *format, bool value)
{
	if (lt->json) {
		if (key)
			out_add(lt, key, json_boolean(value));
	} else if (format) {
		fprintf(lt->text, format, value ? "on" : "off");
	}
}

void out_null(struct lt *lt, const char *key)
{
	if (lt->json)
		out_add(lt, key, json_null());
}

void out_attr_u32(struct lt *lt, const char *key, const char *label, const struct nlattr *attr)
{
	if (attr) {
		out_text(lt, "%s", label);
		out_uint(lt, key, "%" PRIu64 "\n", mnl_attr_get_u32(attr));
	} else {
		out_text(lt, "%sn/a\n", label);
	}
}

void out_attr_bool(struct lt *lt, const char *key, const char *format, const struct nlattr *attr)
{
	if (attr)
		out_bool(lt, key, format, mnl_attr_get_u8(attr));
	else
		out_str(lt, NULL, format, "n/a");
}

void out_device(struct lt *lt, const char *format, const char *name)
{
	if (lt->dump)
		out_text(lt, "\n");
	out_object(lt, NULL);
	out_str(lt, "ifname", format, name);
}

void out_device_again(struct lt *lt, const char *name)
{
	json_t *device;
	size_t i;

	json_array_foreach(lt->out.top, i, device) {
		const char *its = json_string_value(json_object_get(device, "ifname"));

		if (its && !strcmp(its, name)) {
			lt->out.open[lt->out.depth++] = device;
			return;
		}
	}
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, name);
}

/* out_finish - the end of a run */
void out_finish(struct lt *lt)
{
	if (lt->out.top) {
		json_dumpf(lt->out.top, lt->text, JSON_INDENT(4));
		fputc('\n', lt->text);
	}
	json_decref(lt->out.top);
	memset(&lt->out, 0, sizeof(lt->out));
}
