// SPDX-License-Identifier: GPL-2.0
/*
 * Registers and EEPROM as bytes: -d and -e, by ioctls.  ethtool spells the registers of some
 * drivers out; here they are always in hexadecimal.
 */
#include <stdlib.h>

#include "lanetool.h"

#define DUMP_MAX	(64u << 20)	/* bytes; more is no dump */

enum dump_type { DUMP_SWITCH, DUMP_NUMBER };

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
		if (errno || *end || number > UINT32_MAX)
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

static int dump_eeprom(struct lt *lt)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	uint32_t raw = 0, offset = 0, length = 0;
	struct ethtool_eeprom *eeprom;
	bool length_given = false;
	const struct dump_arg args[] = {
		{ "raw", DUMP_SWITCH, &raw },
		{ "offset", DUMP_NUMBER, &offset },
		{ "length", DUMP_NUMBER, &length, &length_given },
		{}
	};
	int ret = 74;

	if (dump_args(lt, args))
		return 1;
	out_begin(lt);
	if (lt_ioctl(lt, &info, "Cannot get driver information"))
		return 74;
	if (!length_given)
		length = info.eedump_len;
	/* Nothing to read is for the kernel to refuse. */
	if (info.eedump_len < offset)
		length = 0;
	else if (length > info.eedump_len - offset)
		length = info.eedump_len - offset;
	eeprom = dump_alloc(lt, sizeof(*eeprom), length, "EEPROM data");
	if (!eeprom)
		return 75;
	eeprom->cmd = ETHTOOL_GEEPROM;
	eeprom->len = length;
	eeprom->offset = offset;
	if (!lt_ioctl(lt, eeprom, "Cannot get EEPROM data")) {
		dump_say(lt, eeprom->data, eeprom->len < length ? eeprom->len : length,
			 eeprom->offset, raw);
		ret = 0;
	}
	free(eeprom);
	return ret;
}

const struct lt_command lt_dump[] = {
	{ "-d|--register-dump", "[raw on|off] [hex on|off]", "Show the registers", dump_registers,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "-e|--eeprom-dump", "[raw on|off] [offset N] [length N]", "Show the EEPROM", dump_eeprom,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{}
};
