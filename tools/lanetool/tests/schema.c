// SPDX-License-Identifier: GPL-2.0
/*
 * What --json writes against schema.json, with as much of JSON Schema as that uses: type, const,
 * enum, properties, required, additionalProperties, items, $ref and false.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "schema.h"

static json_t *schema;
static char wrong[512];

static const char *complain(const char *where, const char *format, ...) __printf(2, 3);
static const char *complain(const char *where, const char *format, ...)
{
	size_t len = snprintf(wrong, sizeof(wrong), "%s: ", where);
	va_list args;

	va_start(args, format);
	vsnprintf(wrong + len, len < sizeof(wrong) ? sizeof(wrong) - len : 0, format, args);
	va_end(args);
	return wrong;
}

static bool is_type(const json_t *value, const char *type)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object", [JSON_ARRAY] = "array", [JSON_STRING] = "string",
		[JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
		[JSON_FALSE] = "boolean", [JSON_NULL] = "null",
	};

	return !strcmp(names[json_typeof(value)], type);
}

/* Is it one of a name or an array of names? */
static bool is_one_type(const json_t *value, json_t *types)
{
	json_t *type;
	size_t i;

	if (json_is_string(types))
		return is_type(value, json_string_value(types));
	json_array_foreach(types, i, type)
		if (is_type(value, json_string_value(type)))
			return true;
	return false;
}

static bool is_one_of(json_t *value, json_t *values)
{
	json_t *one;
	size_t i;

	json_array_foreach(values, i, one)
		if (json_equal(value, one))
			return true;
	return false;
}

static const char *check(json_t *value, json_t *rule, const char *where);

static const char *check_object(json_t *value, json_t *rule, const char *where)
{
	json_t *known = json_object_get(rule, "properties");
	json_t *others = json_object_get(rule, "additionalProperties");
	const char *key, *why;
	json_t *name, *one;
	size_t i;

	json_array_foreach(json_object_get(rule, "required"), i, name)
		if (!json_object_get(value, json_string_value(name)))
			return complain(where, "there is no %s", json_string_value(name));
	json_object_foreach(value, key, one) {
		json_t *its = json_object_get(known, key);

		why = its ? check(one, its, key) : others ? check(one, others, key) : NULL;
		if (why)
			return why;
	}
	return NULL;
}

static const char *check(json_t *value, json_t *rule, const char *where)
{
	const char *ref = json_string_value(json_object_get(rule, "$ref"));
	json_t *one, *part;
	const char *why;
	size_t i;

	if (ref) {
		rule = strncmp(ref, "#/$defs/", 8) ? NULL :
		       json_object_get(json_object_get(schema, "$defs"), ref + 8);
		if (!rule)
			return complain(where, "the schema has no %s", ref);
	}
	if (json_is_false(rule))
		return complain(where, "the schema has no such key or object");
	part = json_object_get(rule, "type");
	if (part && !is_one_type(value, part))
		return complain(where, "is of another type");
	part = json_object_get(rule, "const");
	if (part && !json_equal(value, part))
		return complain(where, "has another value");
	part = json_object_get(rule, "enum");
	if (part && !is_one_of(value, part))
		return complain(where, "has none of the values there are");
	part = json_object_get(rule, "items");
	if (json_is_array(value) && part)
		json_array_foreach(value, i, one) {
			why = check(one, part, where);
			if (why)
				return why;
		}
	return json_is_object(value) ? check_object(value, rule, where) : NULL;
}

/* --- All that a command wrote */

/* Its rule in the schema: by the first of its names */
static json_t *schema_rule(const char *names)
{
	json_t *commands = json_object_get(schema, "commands");
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(names, "| "), *names ? names : "DEVNAME");
	if (!*names)
		return json_object_get(commands, "DEVNAME");
	return json_object_get(commands, name);
}

const char *schema_check(const struct lt_command *command, const char *text)
{
	json_t *rule = command ? schema_rule(command->names) : NULL;
	const char *why = NULL;
	json_error_t error;
	json_t *all, *one;
	size_t i;

	while (!why && text[strspn(text, "\n ")]) {
		all = json_loads(text, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
		if (!all)
			return complain("JSON", "%s", error.text);
		if (!json_is_array(all))
			why = complain("JSON", "is no array");
		json_array_foreach(all, i, one)
			if (!why && rule)
				why = check(one, rule, command->names);
		json_decref(all);
		text += error.position;
	}
	return why;
}

/* Each command has to be there; the usage lists them all: "  x -g|--show-ring DEVNAME" */
static const char *schema_commands(void)
{
	const char *why = NULL;
	char *text, *line, *rest;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		abort();
	lt_usage(file, "x", NULL);
	fclose(file);
	for (rest = text; !why && (line = strsep(&rest, "\n"));)
		if (!strncmp(line, "  x ", 4) && !schema_rule(line + 4))
			why = complain(line + 4, "is not in the schema");
	free(text);
	return why;
}

const char *schema_load(const char *path)
{
	json_error_t error;
	json_t *is;

	schema = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!schema)
		return complain(path, "%s", error.text);
	is = json_object_get(schema, "schema");
	if (json_integer_value(is) != LT_SCHEMA)
		return complain(path, "is of another schema than the tool");
	return schema_commands();
}
