// SPDX-License-Identifier: GPL-2.0
/* Energy-Efficient Ethernet: --show-eee and --set-eee */
#include <inttypes.h>

#include "shows.h"

static bool eee_supported(const struct lt_bits *ours)
{
	uint32_t i;

	for (i = 0; i < ours->count; i++)
		if (lt_bit(ours, ours->mask, i))
			return true;
	return false;
}

static int eee_say(struct lt *lt, const struct nlattr **tb)
{
	bool enabled = mnl_attr_get_u8(tb[ETHTOOL_A_EEE_ENABLED]);
	bool active = mnl_attr_get_u8(tb[ETHTOOL_A_EEE_ACTIVE]);
	bool lpi = mnl_attr_get_u8(tb[ETHTOOL_A_EEE_TX_LPI_ENABLED]);
	uint32_t timer = mnl_attr_get_u32(tb[ETHTOOL_A_EEE_TX_LPI_TIMER]);
	struct lt_bits ours, peer = {};

	if (lt_bits(lt, tb[ETHTOOL_A_EEE_MODES_OURS], &ours) ||
	    (tb[ETHTOOL_A_EEE_MODES_PEER] && lt_bits(lt, tb[ETHTOOL_A_EEE_MODES_PEER], &peer)))
		return -EBADMSG;
	out_bool(lt, "supported", NULL, eee_supported(&ours));
	if (!eee_supported(&ours)) {
		out_text(lt, "\tEEE status: not supported\n");
		return 0;
	}
	out_text(lt, "\tEEE status: %s\n", !enabled ? "disabled" : active ? "enabled - active" :
					   "enabled - inactive");
	if (lpi)
		out_text(lt, "\tTx LPI: %u (us)\n", timer);
	else
		out_text(lt, "\tTx LPI: disabled\n");
	out_bool(lt, "eee", NULL, enabled);
	out_bool(lt, "active", NULL, active);
	out_bool(lt, "tx-lpi", NULL, lpi);
	out_uint(lt, "tx-timer", NULL, timer);
	if (lt_say_modes(lt, &ours, ours.mask, LT_MODE_LINK, "Supported EEE link modes:  ",
			 "supported-link-modes") ||
	    lt_say_modes(lt, &ours, ours.value, LT_MODE_LINK, "Advertised EEE link modes:  ",
			 "advertise"))
		return -EBADMSG;
	return lt_say_modes(lt, &peer, peer.value, LT_MODE_LINK,
			    "Link partner advertised EEE link modes:  ", "link-partner-advertise");
}

int eee_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_EEE_MAX + 1] = {
		[ETHTOOL_A_EEE_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_EEE_MODES_OURS] = MNL_TYPE_NESTED,
		[ETHTOOL_A_EEE_MODES_PEER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_EEE_ACTIVE] = MNL_TYPE_U8,
		[ETHTOOL_A_EEE_ENABLED] = MNL_TYPE_U8,
		[ETHTOOL_A_EEE_TX_LPI_ENABLED] = MNL_TYPE_U8,
		[ETHTOOL_A_EEE_TX_LPI_TIMER] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[ETHTOOL_A_EEE_MAX + 1];
	int ret;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_EEE_MAX))
		return -EBADMSG;
	if (!tb[ETHTOOL_A_EEE_ACTIVE] || !tb[ETHTOOL_A_EEE_ENABLED] ||
	    !tb[ETHTOOL_A_EEE_TX_LPI_ENABLED] || !tb[ETHTOOL_A_EEE_TX_LPI_TIMER])
		return lt_malformed(lt);
	out_device(lt, "EEE settings for %s:\n", lt_dev_name(lt, tb[ETHTOOL_A_EEE_HEADER]));
	ret = eee_say(lt, tb);
	out_close(lt);
	return ret;
}

static int eee_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_EEE_GET, ETHTOOL_A_EEE_HEADER, ETHTOOL_FLAG_COMPACT_BITSETS,
		      eee_show);
}

static int eee_set(struct lt *lt)
{
	static const struct lt_arg args[] = {
		{ "advertise", LT_ARG_BITSET_HEX, ETHTOOL_A_EEE_MODES_OURS },
		{ "tx-lpi", LT_ARG_ONOFF, ETHTOOL_A_EEE_TX_LPI_ENABLED },
		{ "tx-timer", LT_ARG_U32, ETHTOOL_A_EEE_TX_LPI_TIMER },
		{ "eee", LT_ARG_ONOFF, ETHTOOL_A_EEE_ENABLED },
		{}
	};

	lt->cmd = "--set-eee";
	if (!lt->argc)
		return lt_arg_error(lt, "parameters missing");
	return lt_set(lt, ETHTOOL_MSG_EEE_SET, ETHTOOL_A_EEE_HEADER, args, 76);
}

const struct lt_command lt_eee[] = {
	{ "--show-eee", NULL, "Show Energy-Efficient Ethernet", eee_get, LT_SCHEMA_OWN },
	{ "--set-eee",
	  "[eee on|off] [advertise HEX | advertise MODE on|off ... [--]]\n"
	  "[tx-lpi on|off] [tx-timer N]",
	  "Set Energy-Efficient Ethernet", eee_set, LT_ONE_DEV },
	{}
};
