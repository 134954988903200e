// SPDX-License-Identifier: GPL-2.0
/*
 * Arguments after the device, by a command's table: "rx 256 tx 512", "adaptive-rx on".  What is
 * wrong with one is said in ethtool's words, as scripts may look for them.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

#include "lanetool.h"

#define LT_BITSET_WORDS	64	/* of 32 bits each, that a number may have */

/* What is being read: kept together, as all of it goes into messages */
struct lt_reading {
	struct lt *lt;
	const struct lt_arg *arg;
	struct nlmsghdr *msg;
	void *dest;
	uint64_t dropped[LT_MSG_SIZE / 8];	/* a message for what goes to another one */
};

int lt_arg_error(struct lt *lt, const char *format, ...)
{
	va_list args;

	fprintf(lt->err, "%s (%s): ", lt->program, lt->cmd);
	va_start(args, format);
	vfprintf(lt->err, format, args);
	va_end(args);
	fputc('\n', lt->err);
	return 1;
}

static int lt_invalid(struct lt_reading *r, const char *value)
{
	return lt_arg_error(r->lt, "invalid value '%s' for parameter '%s'", value, r->arg->name);
}

/**
 * lt_parse_u32() - a number as ethtool takes it: decimal or 0x
 * @text: the whole of it
 * @value: gets it
 *
 * Return: 0 or -EINVAL.
 */
int lt_parse_u32(const char *text, uint32_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned long long number;
	char *end;

	if (hex)
		text += 2;
	errno = 0;
	number = strtoull(text, &end, hex ? 16 : 10);
	if (!*text || *end || errno || number > UINT32_MAX)
		return -EINVAL;
	*value = number;
	return 0;
}

int lt_parse_c(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return *end || errno || *value > max ? -EINVAL : 0;
}

static int lt_store_u8(struct lt_reading *r, uint8_t value)
{
	if (r->arg->attr)
		lt_put_u8(r->lt, r->msg, r->arg->attr, value);
	else
		*((uint8_t *)r->dest + r->arg->offset) = value;
	return 0;
}

static int lt_store_u32(struct lt_reading *r, uint32_t value)
{
	if (r->arg->attr)
		lt_put_u32(r->lt, r->msg, r->arg->attr, value);
	else
		memcpy((char *)r->dest + r->arg->offset, &value, sizeof(value));
	return 0;
}

static int lt_store_str(struct lt_reading *r, const char *value)
{
	if (r->arg->attr)
		lt_put_str(r->lt, r->msg, r->arg->attr, value);
	else
		memcpy((char *)r->dest + r->arg->offset, &value, sizeof(value));
	return 0;
}

static int lt_store_choice(struct lt_reading *r, const char *value)
{
	const struct lt_choice *choice;

	for (choice = r->arg->choices; choice->name; choice++) {
		if (strcmp(choice->name, value))
			continue;
		return r->arg->type == LT_ARG_LOOKUP8 ? lt_store_u8(r, choice->value)
						      : lt_store_u32(r, choice->value);
	}
	return lt_invalid(r, value);
}

/* --- Bitsets */

static bool lt_numeric(const char *text)
{
	if (!strncasecmp(text, "0x", 2))
		return true;
	/* Hex digits, at most one slash */
	text += strspn(text, "0123456789abcdefABCDEF");
	if (*text == '/')
		text++;
	if (!strncasecmp(text, "0x", 2))
		text += 2;
	return !text[strspn(text, "0123456789abcdefABCDEF")];
}

/* Digits, len of them, to words; decimal if that gives 32 bits and hex is not asked for.
 * Return: the number of significant bits, or -EINVAL.
 */
static int lt_number(const char *text, size_t len, uint32_t *words, bool hex)
{
	char part[12] = {};
	size_t i, bit;

	if (len > 1 && !strncasecmp(text, "0x", 2)) {
		hex = true;
		text += 2;
		len -= 2;
	}
	if (!len || len > LT_BITSET_WORDS * 8)
		return -EINVAL;
	if (!hex && len <= 10) {
		memcpy(part, text, len);
		if (!lt_parse_u32(part, words))
			return words[0] ? 32 - __builtin_clz(words[0]) : 0;
	}
	for (i = 0; i < len; i++) {
		unsigned char digit = text[len - 1 - i];

		if (!isxdigit(digit))
			return -EINVAL;
		digit = isdigit(digit) ? digit - '0' : tolower(digit) - 'a' + 10;
		words[i / 8] |= (uint32_t)digit << i % 8 * 4;
	}
	for (bit = len * 4; bit && !(words[(bit - 1) / 32] >> (bit - 1) % 32 & 1);)
		bit--;
	return bit;
}

static int lt_bitset_number(struct lt_reading *r, const char *text)
{
	uint32_t value[LT_BITSET_WORDS + 1] = {}, mask[LT_BITSET_WORDS + 1] = {};
	bool hex = r->arg->type == LT_ARG_BITSET_HEX;
	const char *slash = strchr(text, '/');
	int bits = lt_number(text, slash ? (size_t)(slash - text) : strlen(text), value, hex);
	int mask_bits = slash ? lt_number(slash + 1, strlen(slash + 1), mask, hex) : 0;
	struct nlattr *nest;
	size_t size;

	if (bits < 0 || mask_bits < 0 || (slash && r->arg->type == LT_ARG_BITSET_NAMES))
		return lt_invalid(r, strncasecmp(text, "0x", 2) ? text : text + 2);
	bits = mask_bits > bits ? mask_bits : bits;
	size = (bits + 31) / 32 * sizeof(uint32_t);
	nest = lt_nest(r->lt, r->msg, r->arg->attr);
	if (!slash)
		lt_put(r->lt, r->msg, ETHTOOL_A_BITSET_NOMASK, NULL, 0);
	lt_put_u32(r->lt, r->msg, ETHTOOL_A_BITSET_SIZE, bits);
	lt_put(r->lt, r->msg, ETHTOOL_A_BITSET_VALUE, value, size);
	if (slash)
		lt_put(r->lt, r->msg, ETHTOOL_A_BITSET_MASK, mask, size);
	lt_nest_end(r->msg, nest);
	return 0;
}

/**
 * lt_bitset_names() - "name on|off ..." up to the end or "--" as a bitset
 * @lt: the run; its arguments are taken
 * @msg: gets the bitset
 * @attr: there
 * @param: the parameter that this is the value of, for messages
 * @one: called for each name before it is added (NULL: just add it); > 0: it has added what
 *	 the name stands for
 *
 * Return: 0 or the exit code.
 */
int lt_bitset_names(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const char *param,
		    int (*one)(struct lt *lt, struct nlmsghdr *msg, const char *name, bool on))
{
	static const char bad_flag[] =
		"flag '%s' for parameter '%s' is not followed by 'on' or 'off'";
	struct nlattr *set = lt_nest(lt, msg, attr);
	struct nlattr *bits = lt_nest(lt, msg, ETHTOOL_A_BITSET_BITS);

	for (; lt->argc; lt->argc -= 2, lt->argv += 2) {
		const char *value = lt->argc > 1 ? lt->argv[1] : "(null)";
		bool on = !strcmp(value, "on");

		if (!strcmp(lt->argv[0], "--")) {
			lt->argc--;
			lt->argv++;
			break;
		}
		if (!on && strcmp(value, "off"))
			return lt_arg_error(lt, bad_flag, one ? value : lt->argv[0], param);
		if (!one || !one(lt, msg, lt->argv[0], on))
			lt_put_bit(lt, msg, lt->argv[0], on);
	}
	lt_nest_end(msg, bits);
	lt_nest_end(msg, set);
	return 0;
}

int lt_bitset(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const char *param)
{
	const struct lt_arg arg = { param, LT_ARG_BITSET, attr };
	struct lt_reading r = { lt, &arg, msg };

	if (!lt->argc || !lt_numeric(lt->argv[0]))
		return lt_bitset_names(lt, msg, attr, param, NULL);
	lt->argc--;
	return lt_bitset_number(&r, *lt->argv++);
}

/* A bitset of those that are named, of which the nest for them is returned */
static struct nlattr *lt_bitset_only(struct lt *lt, struct nlmsghdr *msg)
{
	lt_put(lt, msg, ETHTOOL_A_BITSET_NOMASK, NULL, 0);
	return lt_nest(lt, msg, ETHTOOL_A_BITSET_BITS);
}

static int lt_names(struct lt_reading *r)
{
	struct lt *lt = r->lt;
	struct nlattr *set = lt_nest(lt, r->msg, r->arg->attr);
	struct nlattr *bits = lt_bitset_only(lt, r->msg);
	bool end = false;

	for (; lt->argc && !end; lt->argc--, lt->argv++) {
		end = !strcmp(lt->argv[0], "--");
		if (!end)
			lt_put_bit(lt, r->msg, lt->argv[0], false);
	}
	lt_nest_end(r->msg, bits);
	lt_nest_end(r->msg, set);
	return 0;
}

static int lt_all(struct lt_reading *r)
{
	uint32_t count = r->lt->strsets[r->arg->strset].count, bits[LT_BITSET_WORDS] = {}, i;
	struct nlattr *set = lt_nest(r->lt, r->msg, r->arg->attr);

	for (i = 0; i < count && i < LT_BITSET_WORDS * 32; i++)
		bits[i / 32] |= 1u << i % 32;
	lt_put(r->lt, r->msg, ETHTOOL_A_BITSET_NOMASK, NULL, 0);
	lt_put_u32(r->lt, r->msg, ETHTOOL_A_BITSET_SIZE, i);
	lt_put(r->lt, r->msg, ETHTOOL_A_BITSET_VALUE, bits, (i + 31) / 32 * sizeof(*bits));
	lt_nest_end(r->msg, set);
	return 0;
}

/* Are all of them characters that mean something? */
static bool lt_chars_only(const char *text, const char *chars)
{
	const char *sign = *text == '+' || *text == '-' ? "+-" : "";

	for (; *text; text++)
		if (*text != 'd' && !strchr(chars, *text) && !strchr(sign, *text))
			return false;
	return true;
}

static int lt_chars(struct lt_reading *r, const char *text)
{
	struct lt *lt = r->lt;
	bool mask = *text == '+' || *text == '-', on = true;
	struct nlattr *set = lt_nest(lt, r->msg, r->arg->attr), *bits, *bit;
	const char *none = mask ? NULL : strrchr(text, 'd'), *c, *found;

	bits = mask ? lt_nest(lt, r->msg, ETHTOOL_A_BITSET_BITS) : lt_bitset_only(lt, r->msg);
	for (c = text; *c; c++) {
		if (*c == '+' || *c == '-') {
			if (!mask)
				return lt_invalid(r, text);
			on = *c == '+';
			continue;
		}
		found = strchr(r->arg->chars, *c);
		if (!found && (mask || *c != 'd'))
			return lt_arg_error(lt, "invalid char '%c' in '%s' for parameter '%s'", *c,
					    text, r->arg->name);
		if (!found || (none && c < none))
			continue;	/* "d" takes back what came before it. */
		bit = lt_nest(lt, r->msg, ETHTOOL_A_BITSET_BITS_BIT);
		lt_put_u32(lt, r->msg, ETHTOOL_A_BITSET_BIT_INDEX, found - r->arg->chars);
		if (mask && on)
			lt_put(lt, r->msg, ETHTOOL_A_BITSET_BIT_VALUE, NULL, 0);
		lt_nest_end(r->msg, bit);
	}
	lt_nest_end(r->msg, bits);
	lt_nest_end(r->msg, set);
	return 0;
}

/* lt_put_bit - one of a bitset by name */
void lt_put_bit(struct lt *lt, struct nlmsghdr *msg, const char *name, bool on)
{
	struct nlattr *bit = lt_nest(lt, msg, ETHTOOL_A_BITSET_BITS_BIT);

	lt_put_str(lt, msg, ETHTOOL_A_BITSET_BIT_NAME, name);
	if (on)
		lt_put(lt, msg, ETHTOOL_A_BITSET_BIT_VALUE, NULL, 0);
	lt_nest_end(msg, bit);
}

/* --- All of them */

static int lt_bytes(struct lt_reading *r, const char *text)
{
	uint8_t bytes[6];
	const char *at = text;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++, at++) {
		size_t digits = strspn(at, "0123456789abcdefABCDEF");

		if (!digits || digits > 2 || at[digits] != (i < sizeof(bytes) - 1 ? ':' : '\0'))
			return lt_arg_error(r->lt, "invalid value '%s' of parameter '%s'", text,
					    r->arg->name);
		bytes[i] = strtoul(at, NULL, 16);
		at += digits;
	}
	lt_put(r->lt, r->msg, r->arg->attr, bytes, sizeof(bytes));
	return 0;
}

static int lt_store(struct lt_reading *r, const char *value)
{
	uint32_t number;

	switch (r->arg->type) {
	case LT_ARG_U8:
	case LT_ARG_U32:
		if (lt_parse_u32(value, &number) ||
		    (r->arg->type == LT_ARG_U8 && number > UINT8_MAX))
			return lt_invalid(r, value);
		return r->arg->type == LT_ARG_U8 ? lt_store_u8(r, number) : lt_store_u32(r, number);
	case LT_ARG_ONOFF:
		if (strcmp(value, "on") && strcmp(value, "off"))
			return lt_invalid(r, value);
		return lt_store_u8(r, !strcmp(value, "on"));
	case LT_ARG_STRING:
		return lt_store_str(r, value);
	case LT_ARG_LOOKUP8:
	case LT_ARG_LOOKUP32:
		return lt_store_choice(r, value);
	case LT_ARG_BYTES:
		return lt_bytes(r, value);
	case LT_ARG_GONE:
		return lt_arg_error(r->lt, "deprecated parameter '%s' not supported by kernel",
				    r->arg->name);
	case LT_ARG_BITSET_CHARS:
		if (lt_chars_only(value, r->arg->chars) || !lt_numeric(value))
			return lt_chars(r, value);
		return lt_bitset_number(r, value);
	default:
		return lt_bitset_number(r, value);
	}
}

/* One parameter, whose name has been taken.  Return: 0 or the exit code. */
static int lt_read(struct lt_reading *r)
{
	struct lt *lt = r->lt;

	if (r->arg->type == LT_ARG_FLAG) {
		if (r->arg->attr)
			lt_put(lt, r->msg, r->arg->attr, NULL, 0);
		else
			*((bool *)r->dest + r->arg->offset) = true;
		return 0;
	}
	if (r->arg->type == LT_ARG_BITSET_ALL)
		return lt_all(r);
	if (!lt->argc)
		return lt_arg_error(lt, "no value for parameter '%s'", r->arg->name);
	if (!lt_numeric(lt->argv[0])) {
		if (r->arg->type == LT_ARG_BITSET || r->arg->type == LT_ARG_BITSET_HEX)
			return lt_bitset_names(lt, r->msg, r->arg->attr, r->arg->name, NULL);
		if (r->arg->type == LT_ARG_BITSET_NAMES)
			return lt_names(r);
	}
	lt->argc--;
	return lt_store(r, *lt->argv++);
}

/* The rows of a parameter: with it, any that sets the same attribute counts as seen. */
static uint64_t lt_rows(const struct lt_arg *table, const struct lt_arg *arg)
{
	const struct lt_arg *row;
	uint64_t rows = 0;

	for (row = table; row->name; row++)
		if (row == arg ||
		    (arg->attr && row->attr == arg->attr && row->group == arg->group))
			rows |= 1ull << (row - table);	/* A table has at most 64. */
	return rows;
}

static int lt_read_all(struct lt_reading *r, const struct lt_arg *table, uint8_t group)
{
	struct nlmsghdr *msg = r->msg, *dropped = mnl_nlmsg_put_header(r->dropped);
	struct lt *lt = r->lt;
	uint64_t seen = 0;
	int ret = 0;

	while (!ret && lt->argc) {
		const char *name = lt->argv[0];

		for (r->arg = table; r->arg->name && strcmp(r->arg->name, name);)
			r->arg++;
		if (!r->arg->name)
			return lt_arg_error(lt, "unknown parameter '%s'", name);
		if (seen & lt_rows(table, r->arg))
			return lt_arg_error(lt, "duplicate parameter '%s'", name);
		seen |= lt_rows(table, r->arg);
		lt->argc--;
		lt->argv++;
		r->msg = r->arg->group == group ? msg : dropped;
		ret = lt_read(r);
	}
	return ret;
}

int lt_args(struct lt *lt, const struct lt_arg *table, struct nlmsghdr *msg, void *dest)
{
	struct lt_reading r = { lt, NULL, msg, dest };

	return lt_read_all(&r, table, 0);
}

int lt_args_group(struct lt *lt, const struct lt_arg *table, struct nlmsghdr *msg, uint8_t group)
{
	struct lt_reading r = { lt, NULL, msg };

	return lt_read_all(&r, table, group);
}

int lt_no_args(struct lt *lt)
{
	return lt->argc ? lt_error(lt, "unexpected parameter '%s'", lt->argv[0]) : 0;
}
