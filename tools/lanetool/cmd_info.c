// SPDX-License-Identifier: GPL-2.0
/* The driver of a device: -i, which netlink has no request for */
#include "lanetool.h"

/* The kernel ends each text, but who knows. */
static void info_say(struct lt *lt, const char *key, const char *text, size_t size)
{
	char ended[64];

	snprintf(ended, sizeof(ended), "%.*s", (int)size, text);
	out_text(lt, "%s: ", key);
	out_str(lt, key, "%s\n", ended);
}

static void info_can(struct lt *lt, const char *key, bool can)
{
	out_text(lt, "%s: %s\n", key, can ? "yes" : "no");
	out_bool(lt, key, NULL, can);
}

static int info_get(struct lt *lt)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (lt->argc)
		return lt_bad_args(lt);
	out_begin(lt);
	if (lt_ioctl(lt, &info, "Cannot get driver information"))
		return 71;
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	info_say(lt, "driver", info.driver, sizeof(info.driver));
	info_say(lt, "version", info.version, sizeof(info.version));
	info_say(lt, "firmware-version", info.fw_version, sizeof(info.fw_version));
	info_say(lt, "expansion-rom-version", info.erom_version, sizeof(info.erom_version));
	info_say(lt, "bus-info", info.bus_info, sizeof(info.bus_info));
	info_can(lt, "supports-statistics", info.n_stats);
	info_can(lt, "supports-test", info.testinfo_len);
	info_can(lt, "supports-eeprom-access", info.eedump_len);
	info_can(lt, "supports-register-dump", info.regdump_len);
	info_can(lt, "supports-priv-flags", info.n_priv_flags);
	out_close(lt);
	return 0;
}

const struct lt_command lt_info[] = {
	{ "-i|--driver", NULL, "Show the driver", info_get,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{}
};
