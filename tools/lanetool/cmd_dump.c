// SPDX-License-Identifier: GPL-2.0
/*
 * Registers, EEPROM and the EEPROM of a pluggable module as bytes: -d, -e, -E and -m.  By ioctls,
 * but for a module's pages.  ethtool spells the registers of some drivers and the EEPROM of
 * modules out; here they are always in hexadecimal.
 */
#include <stdlib.h>

#include "lanetool.h"

#define DUMP_MAX	(64u << 20)	/* bytes; more is no dump */
#define MODULE_HALF	128		/* bytes of a page that a request may be for */
#define MODULE_I2C	0x50		/* where a module has its first pages */

enum dump_type { DUMP_SWITCH, DUMP_NUMBER, DUMP_BYTE };

struct dump_arg {
	const char *name;
	enum dump_type type;
	uint32_t *number;
	bool *seen;
};

/* "raw on", "offset 16": as older commands of ethtool take them.  Return: 0 or the exit code. */
static int dump_args(struct lt *lt, const struct dump_arg *table)
{
	const struct dump_arg *arg;
	unsigned long long number;
	char *end;

	for (; lt->argc; lt->argc -= 2, lt->argv += 2) {
		for (arg = table; arg->name && strcmp(arg->name, lt->argv[0]);)
			arg++;
		if (!arg->name || lt->argc < 2)
			return lt_bad_args(lt);
		if (arg->seen)
			*arg->seen = true;
		if (arg->type == DUMP_SWITCH) {
			*arg->number = !strcmp(lt->argv[1], "on");
			if (!*arg->number && strcmp(lt->argv[1], "off"))
				return lt_bad_args(lt);
			continue;
		}
		errno = 0;
		number = strtoull(lt->argv[1], &end, 0);
		if (errno || *end || number > (arg->type == DUMP_BYTE ? UINT8_MAX : UINT32_MAX))
			return lt_bad_args(lt);
		*arg->number = number;
	}
	return 0;
}

static void dump_say(struct lt *lt, const uint8_t *data, uint32_t len, uint32_t offset, bool raw)
{
	uint32_t i;

	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	out_uint(lt, "offset", NULL, offset);
	out_array(lt, "data");
	if (raw && !lt->json)
		fwrite(data, 1, len, lt->text);
	if (!raw)
		out_text(lt, "Offset\t\tValues\n------\t\t------");
	for (i = 0; i < len; i++) {
		if (!raw && i % 16 == 0)
			out_text(lt, "\n0x%04x:\t\t", i + offset);
		if (!raw)
			out_text(lt, "%02x ", data[i]);
		out_uint(lt, "byte", NULL, data[i]);
	}
	if (!raw)
		out_text(lt, "\n");
	out_close(lt);
	out_close(lt);
}

static void *dump_alloc(struct lt *lt, size_t head, uint32_t len, const char *what)
{
	void *data = len <= DUMP_MAX ? calloc(1, head + len) : NULL;

	if (!data)
		fprintf(lt->err, "Cannot allocate memory for %s: %s\n", what, strerror(ENOMEM));
	return data;
}

static int dump_registers(struct lt *lt)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	uint32_t raw = 0, hex = 0;
	const struct dump_arg args[] = {
		{ "raw", DUMP_SWITCH, &raw }, { "hex", DUMP_SWITCH, &hex }, {}
	};
	struct ethtool_regs *regs;
	int ret = 74;

	if (dump_args(lt, args))
		return 1;
	out_begin(lt);
	if (lt_ioctl(lt, &info, "Cannot get driver information"))
		return 72;
	regs = dump_alloc(lt, sizeof(*regs), info.regdump_len, "register dump");
	if (!regs)
		return 73;
	regs->cmd = ETHTOOL_GREGS;
	regs->len = info.regdump_len;
	if (!lt_ioctl(lt, regs, "Cannot get register dump")) {
		dump_say(lt, regs->data, regs->len < info.regdump_len ? regs->len :
			 info.regdump_len, 0, raw);
		ret = 0;
	}
	free(regs);
	return ret;
}

/* Up to length bytes from offset on, by an ioctl.  Return: 0 or the exit code failed. */
static int dump_bytes(struct lt *lt, uint32_t cmd, uint32_t offset, uint32_t length, bool raw,
		      const char *what, int failed)
{
	struct ethtool_eeprom *eeprom = dump_alloc(lt, sizeof(*eeprom), length, what);
	char refused[64];

	if (!eeprom)
		return failed == 74 ? 75 : failed;
	eeprom->cmd = cmd;
	eeprom->len = length;
	eeprom->offset = offset;
	snprintf(refused, sizeof(refused), "Cannot get %s", what);
	if (!lt_ioctl(lt, eeprom, refused)) {
		dump_say(lt, eeprom->data, eeprom->len < length ? eeprom->len : length,
			 eeprom->offset, raw);
		failed = 0;
	}
	free(eeprom);
	return failed;
}

/* What is left of length behind offset; nothing to read is for the kernel to refuse. */
static uint32_t dump_length(uint32_t all, uint32_t offset, uint32_t length)
{
	if (all < offset)
		return 0;
	return length > all - offset ? all - offset : length;
}

static int dump_eeprom(struct lt *lt)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	uint32_t raw = 0, offset = 0, length = 0;
	bool length_given = false;
	const struct dump_arg args[] = {
		{ "raw", DUMP_SWITCH, &raw },
		{ "offset", DUMP_NUMBER, &offset },
		{ "length", DUMP_NUMBER, &length, &length_given },
		{}
	};

	if (dump_args(lt, args))
		return 1;
	out_begin(lt);
	if (lt_ioctl(lt, &info, "Cannot get driver information"))
		return 74;
	if (!length_given)
		length = info.eedump_len;
	return dump_bytes(lt, ETHTOOL_GEEPROM, offset, dump_length(info.eedump_len, offset, length),
			  raw, "EEPROM data", 74);
}

/* --- -E */

struct dump_change {
	uint32_t magic, offset, length, value;
	bool length_given, value_given;
};

/* The bytes to write: one, or as many as standard input has to have.
 * Return: NULL after a message; *ret is the exit code
 */
static struct ethtool_eeprom *dump_change_data(struct lt *lt, const struct dump_change *change,
					       int *ret)
{
	struct ethtool_eeprom *eeprom = dump_alloc(lt, sizeof(*eeprom), change->length + 1,
						   "EEPROM data");

	*ret = 75;
	if (!eeprom)
		return NULL;
	eeprom->cmd = ETHTOOL_SEEPROM;
	eeprom->magic = change->magic;
	eeprom->offset = change->offset;
	eeprom->len = change->length;
	eeprom->data[0] = change->value;
	if (change->value_given)
		return eeprom;
	if (fread(eeprom->data, change->length, 1, stdin) != 1)
		fprintf(lt->err, "not enough data from stdin\n");
	else if (fgetc(stdin) != EOF || !feof(stdin))
		fprintf(lt->err, "too much data from stdin\n");
	else
		return eeprom;
	free(eeprom);
	return NULL;
}

static int dump_change(struct lt *lt)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ethtool_eeprom *eeprom;
	struct dump_change change = {};
	const struct dump_arg args[] = {
		{ "magic", DUMP_NUMBER, &change.magic },
		{ "offset", DUMP_NUMBER, &change.offset },
		{ "length", DUMP_NUMBER, &change.length, &change.length_given },
		{ "value", DUMP_BYTE, &change.value, &change.value_given },
		{}
	};
	int ret;

	if (dump_args(lt, args))
		return 1;
	out_begin(lt);
	if (lt_ioctl(lt, &info, "Cannot get driver information"))
		return 74;
	if (!change.length_given)
		change.length = change.value_given ? 1 : info.eedump_len;
	if (change.value_given && change.length != 1) {
		fprintf(lt->err, "value requires length 1\n");
		return 1;
	}
	if (info.eedump_len < (uint64_t)change.offset + change.length) {
		fprintf(lt->err, "offset & length out of bounds\n");
		return 1;
	}
	eeprom = dump_change_data(lt, &change, &ret);
	if (!eeprom)
		return ret;
	ret = lt_ioctl(lt, eeprom, "Cannot set EEPROM data") ? 87 : 0;
	free(eeprom);
	return ret;
}

/* --- -m */

struct dump_module {
	uint8_t hex, raw;
	uint32_t offset, length, page, bank, i2c;
};

struct dump_page {
	uint8_t data[2 * MODULE_HALF];
	uint32_t size;
};

static int dump_module_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_MODULE_EEPROM_MAX + 1];
	const struct nlattr *tb[ETHTOOL_A_MODULE_EEPROM_MAX + 1], *bytes;
	struct dump_page *page = data;
	size_t size;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_MODULE_EEPROM_MAX))
		return -EBADMSG;
	bytes = tb[ETHTOOL_A_MODULE_EEPROM_DATA];
	size = bytes ? mnl_attr_get_payload_len(bytes) : 0;
	if (!size || size > sizeof(page->data) - page->size)
		return lt_malformed(lt);
	memcpy(page->data + page->size, mnl_attr_get_payload(bytes), size);
	page->size += size;
	return 0;
}

/* Return: NULL after a message */
static struct nlmsghdr *dump_module_request(struct lt *lt, const struct dump_module *want)
{
	struct nlmsghdr *msg = lt_request(lt, ETHTOOL_MSG_MODULE_EEPROM_GET,
					  ETHTOOL_A_MODULE_EEPROM_HEADER, 0);

	if (!msg)
		return NULL;
	lt_put_u32(lt, msg, ETHTOOL_A_MODULE_EEPROM_LENGTH, want->length);
	lt_put_u32(lt, msg, ETHTOOL_A_MODULE_EEPROM_OFFSET, want->offset);
	lt_put_u8(lt, msg, ETHTOOL_A_MODULE_EEPROM_PAGE, want->page);
	lt_put_u8(lt, msg, ETHTOOL_A_MODULE_EEPROM_BANK, want->bank);
	lt_put_u8(lt, msg, ETHTOOL_A_MODULE_EEPROM_I2C_ADDRESS, want->i2c);
	return msg;
}

/* What is asked for, or (all) page 0, of which some modules have only the lower half.
 * Return: 0 or a negative error, said
 */
static int dump_module_pages(struct lt *lt, const struct dump_module *want, bool all,
			     struct dump_page *page)
{
	struct dump_module upper = *want;
	struct nlmsghdr *msg = dump_module_request(lt, want);
	int ret = msg ? lt_send(lt, msg, dump_module_reply, page) : -ENOENT;

	if (ret || !all)
		return ret;
	upper.offset = MODULE_HALF;
	msg = dump_module_request(lt, &upper);
	ret = msg ? lt_ask(lt, msg, dump_module_reply, page) : -ENOENT;
	return msg && lt->refused ? 0 : ret;
}

/* All of it: netlink has pages only, and does not tell which there are. */
static int dump_module_ioctl(struct lt *lt, const struct dump_module *want)
{
	static const int absent[] = { ENODEV, EIO, ENXIO };
	struct ethtool_modinfo info = { .cmd = ETHTOOL_GMODULEINFO };
	uint32_t length = want->length ? want->length : UINT32_MAX;
	size_t i;
	int ret;

	if (lt_ioctl(lt, &info, "Cannot get module EEPROM information"))
		return 1;
	errno = 0;
	ret = dump_bytes(lt, ETHTOOL_GMODULEEEPROM, want->offset,
			 dump_length(info.eeprom_len, want->offset, length), want->raw,
			 "Module EEPROM data", 1);
	for (i = 0; ret && i < ARRAY_SIZE(absent); i++)
		if (errno == absent[i])
			fprintf(lt->err, "SFP module not in cage?\n");
	return ret;
}

static int dump_module(struct lt *lt)
{
	static const struct lt_arg args[] = {
		{ "hex", LT_ARG_ONOFF, 0, offsetof(struct dump_module, hex) },
		{ "raw", LT_ARG_ONOFF, 0, offsetof(struct dump_module, raw) },
		{ "offset", LT_ARG_U32, 0, offsetof(struct dump_module, offset) },
		{ "length", LT_ARG_U32, 0, offsetof(struct dump_module, length) },
		{ "page", LT_ARG_U32, 0, offsetof(struct dump_module, page) },
		{ "bank", LT_ARG_U32, 0, offsetof(struct dump_module, bank) },
		{ "i2c", LT_ARG_U32, 0, offsetof(struct dump_module, i2c) },
		{}
	};
	struct dump_module want = {};
	struct dump_page page = {};
	bool all;

	lt->cmd = "-m";
	if (lt_args(lt, args, NULL, &want))
		return 1;
	if (want.hex && want.raw) {
		fprintf(lt->err, "Hex and raw dump cannot be specified together\n");
		return 1;
	}
	out_begin(lt);
	if ((want.hex || want.raw) && !want.page && !want.bank && !want.i2c)
		return lt_ioctl_dev(lt, "kernel netlink support for subcommand missing") ?:
		       dump_module_ioctl(lt, &want);
	all = !want.hex && !want.raw && !want.page && !want.bank && !want.offset && !want.length;
	if ((uint8_t)want.page && !want.offset)
		want.offset = MODULE_HALF;	/* Its lower half is page 0's. */
	want.length = want.length ? want.length : MODULE_HALF;
	want.i2c = want.i2c ? want.i2c : MODULE_I2C;
	if (dump_module_pages(lt, &want, all, &page))
		return 1;
	dump_say(lt, page.data, page.size, want.offset, want.raw);
	return 0;
}

const struct lt_command lt_dump[] = {
	{ "-d|--register-dump", "[raw on|off] [hex on|off]", "Show the registers", dump_registers,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "-e|--eeprom-dump", "[raw on|off] [offset N] [length N]", "Show the EEPROM", dump_eeprom,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "-E|--change-eeprom", "[magic N] [offset N] [length N] [value N]",
	  "Write the EEPROM: a byte, or what standard input has", dump_change,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "-m|--dump-module-eeprom|--module-info",
	  "[raw on|off] [hex on|off] [offset N] [length N] [page N] [bank N] [i2c N]",
	  "Show the EEPROM of a pluggable module", dump_module, LT_SCHEMA_OWN | LT_ONE_DEV },
	{}
};
