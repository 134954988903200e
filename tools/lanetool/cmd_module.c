// SPDX-License-Identifier: GPL-2.0
/* The power of a pluggable module: --show-module and --set-module */
#include "shows.h"

static const struct lt_choice policies[] = {
	{ "high", ETHTOOL_MODULE_POWER_MODE_POLICY_HIGH },
	{ "auto", ETHTOOL_MODULE_POWER_MODE_POLICY_AUTO },
	{}
};

static const struct lt_choice modes[] = {
	{ "low", ETHTOOL_MODULE_POWER_MODE_LOW },
	{ "high", ETHTOOL_MODULE_POWER_MODE_HIGH },
	{}
};

static void module_say(struct lt *lt, const char *key, const struct lt_choice *names,
		       const struct nlattr *attr)
{
	if (!attr)
		return;
	while (names->name && names->value != mnl_attr_get_u8(attr))
		names++;
	out_text(lt, "%s: ", key);
	out_str(lt, key, "%s\n", names->name ? names->name : "unknown");
}

int module_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_MODULE_MAX + 1] = {
		[ETHTOOL_A_MODULE_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_MODULE_POWER_MODE_POLICY] = MNL_TYPE_U8,
		[ETHTOOL_A_MODULE_POWER_MODE] = MNL_TYPE_U8,
	};
	const struct nlattr *tb[ETHTOOL_A_MODULE_MAX + 1];

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_MODULE_MAX))
		return -EBADMSG;
	out_device(lt, "Module parameters for %s:\n", lt_dev_name(lt, tb[ETHTOOL_A_MODULE_HEADER]));
	module_say(lt, "power-mode-policy", policies, tb[ETHTOOL_A_MODULE_POWER_MODE_POLICY]);
	module_say(lt, "power-mode", modes, tb[ETHTOOL_A_MODULE_POWER_MODE]);
	out_close(lt);
	return 0;
}

static int module_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_MODULE_GET, ETHTOOL_A_MODULE_HEADER, 0, module_show);
}

static int module_set(struct lt *lt)
{
	static const struct lt_arg args[] = {
		{ "power-mode-policy", LT_ARG_LOOKUP8, ETHTOOL_A_MODULE_POWER_MODE_POLICY,
		  .choices = policies },
		{}
	};

	lt->cmd = "--set-module";
	if (!lt->argc)
		return lt_arg_error(lt, "parameters missing");
	return lt_set(lt, ETHTOOL_MSG_MODULE_SET, ETHTOOL_A_MODULE_HEADER, args, 83);
}

const struct lt_command lt_module[] = {
	{ "--show-module", NULL, "Show the power of a pluggable module", module_get },
	{ "--set-module", "[power-mode-policy high|auto]", "Set the power of a pluggable module",
	  module_set, LT_ONE_DEV },
	{}
};
