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
};

/* A message about an argument; the exit code */
static __printf(2, 3) int lt_arg_error(struct lt *lt, const char *format, ...)
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
	if (!*text)
		return false;
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
static int lt_number(const char *text, size_t len, uint32_t *words)
{
	bool hex = len > 1 && !strncasecmp(text, "0x", 2);
	char part[12] = {};
	size_t i, bit;

	if (hex) {
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
	const char *slash = strchr(text, '/');
	int bits = lt_number(text, slash ? (size_t)(slash - text) : strlen(text), value);
	int mask_bits = slash ? lt_number(slash + 1, strlen(slash + 1), mask) : 0;
	struct nlattr *nest;
	size_t size;

	if (bits < 0 || mask_bits < 0)
		return lt_invalid(r, text);
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
			return lt_arg_error(lt, bad_flag, value, param);
		if (!one || !one(lt, msg, lt->argv[0], on))
			lt_put_bit(lt, msg, lt->argv[0], on);
	}
	lt_nest_end(msg, bits);
	lt_nest_end(msg, set);
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
	if (!lt->argc)
		return lt_arg_error(lt, "no value for parameter '%s'", r->arg->name);
	if (r->arg->type == LT_ARG_BITSET && !lt_numeric(lt->argv[0]))
		return lt_bitset_names(lt, r->msg, r->arg->attr, r->arg->name, NULL);
	lt->argc--;
	return lt_store(r, *lt->argv++);
}

int lt_args(struct lt *lt, const struct lt_arg *table, struct nlmsghdr *msg, void *dest)
{
	struct lt_reading r = { lt, NULL, msg, dest };
	uint64_t seen = 0;
	int ret = 0;

	while (!ret && lt->argc) {
		const char *name = lt->argv[0];

		for (r.arg = table; r.arg->name && strcmp(r.arg->name, name);)
			r.arg++;
		if (!r.arg->name)
			return lt_arg_error(lt, "unknown parameter '%s'", name);
		/* A table has at most 64 rows. */
		if (seen >> (r.arg - table) & 1)
			return lt_arg_error(lt, "duplicate parameter '%s'", name);
		seen |= 1ull << (r.arg - table);
		lt->argc--;
		lt->argv++;
		ret = lt_read(&r);
	}
	return ret;
}

int lt_no_args(struct lt *lt)
{
	return lt->argc ? lt_error(lt, "unexpected parameter '%s'", lt->argv[0]) : 0;
}
