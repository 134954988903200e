// SPDX-License-Identifier: GPL-2.0
/* Flags that only one driver knows: --show-priv-flags and --set-priv-flags */
#include "shows.h"

static int private_say(struct lt *lt, const char *dev, const struct lt_bits *bits)
{
	const struct lt_strset *names = lt_strset(lt, ETH_SS_PRIV_FLAGS, dev);
	int width = 0;
	uint32_t i;

	if (!names)
		return -EBADMSG;
	for (i = 0; i < bits->count; i++)
		if ((int)strlen(lt_string(names, i)) > width)
			width = strlen(lt_string(names, i));
	out_device(lt, "Private flags for %s:\n", dev);
	out_object(lt, "flags");
	for (i = 0; i < bits->count; i++) {
		out_text(lt, "%-*s: ", width, lt_string(names, i));
		out_bool(lt, lt_string(names, i), "%s\n", lt_bit(bits, bits->value, i));
	}
	out_close(lt);
	out_close(lt);
	return 0;
}

int private_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_PRIVFLAGS_MAX + 1] = {
		[ETHTOOL_A_PRIVFLAGS_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_PRIVFLAGS_FLAGS] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_PRIVFLAGS_MAX + 1];
	struct lt_bits bits;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_PRIVFLAGS_MAX) ||
	    lt_bits(lt, tb[ETHTOOL_A_PRIVFLAGS_FLAGS], &bits))
		return -EBADMSG;
	return private_say(lt, lt_dev_name(lt, tb[ETHTOOL_A_PRIVFLAGS_HEADER]), &bits);
}

static int private_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_PRIVFLAGS_GET, ETHTOOL_A_PRIVFLAGS_HEADER,
		      ETHTOOL_FLAG_COMPACT_BITSETS, private_show);
}

static int private_set(struct lt *lt)
{
	struct nlmsghdr *msg = lt_request(lt, ETHTOOL_MSG_PRIVFLAGS_SET, ETHTOOL_A_PRIVFLAGS_HEADER,
					  0);

	lt->cmd = "--set-priv-flags";
	if (!msg || lt_bitset(lt, msg, ETHTOOL_A_PRIVFLAGS_FLAGS, "(null)"))
		return 1;
	return lt_send(lt, msg, NULL, NULL) ? 1 : 0;
}

const struct lt_command lt_private[] = {
	{ "--show-priv-flags", NULL, "Show the driver's own flags", private_get, LT_SCHEMA_OWN },
	{ "--set-priv-flags", "FLAG on|off ...", "Set the driver's own flags", private_set,
	  LT_ONE_DEV },
	{}
};
