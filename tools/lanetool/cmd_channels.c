// SPDX-License-Identifier: GPL-2.0
/* Numbers of channels (queues): -l and -L */
#include "shows.h"

int channels_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_CHANNELS_MAX + 1] = {
		[ETHTOOL_A_CHANNELS_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_CHANNELS_RX_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_CHANNELS_TX_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_CHANNELS_OTHER_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_CHANNELS_COMBINED_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_CHANNELS_RX_COUNT] = MNL_TYPE_U32,
		[ETHTOOL_A_CHANNELS_TX_COUNT] = MNL_TYPE_U32,
		[ETHTOOL_A_CHANNELS_OTHER_COUNT] = MNL_TYPE_U32,
		[ETHTOOL_A_CHANNELS_COMBINED_COUNT] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[ETHTOOL_A_CHANNELS_MAX + 1];

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_CHANNELS_MAX))
		return -EBADMSG;
	out_device(lt, "Channel parameters for %s:\n",
		   lt_dev_name(lt, tb[ETHTOOL_A_CHANNELS_HEADER]));
	out_text(lt, "Pre-set maximums:\n");
	out_attr_u32(lt, "rx-max", "RX:\t\t", tb[ETHTOOL_A_CHANNELS_RX_MAX]);
	out_attr_u32(lt, "tx-max", "TX:\t\t", tb[ETHTOOL_A_CHANNELS_TX_MAX]);
	out_attr_u32(lt, "other-max", "Other:\t\t", tb[ETHTOOL_A_CHANNELS_OTHER_MAX]);
	out_attr_u32(lt, "combined-max", "Combined:\t", tb[ETHTOOL_A_CHANNELS_COMBINED_MAX]);
	out_text(lt, "Current hardware settings:\n");
	out_attr_u32(lt, "rx", "RX:\t\t", tb[ETHTOOL_A_CHANNELS_RX_COUNT]);
	out_attr_u32(lt, "tx", "TX:\t\t", tb[ETHTOOL_A_CHANNELS_TX_COUNT]);
	out_attr_u32(lt, "other", "Other:\t\t", tb[ETHTOOL_A_CHANNELS_OTHER_COUNT]);
	out_attr_u32(lt, "combined", "Combined:\t", tb[ETHTOOL_A_CHANNELS_COMBINED_COUNT]);
	out_close(lt);
	return 0;
}

static int channels_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_CHANNELS_GET, ETHTOOL_A_CHANNELS_HEADER, 0, channels_show);
}

static int channels_set(struct lt *lt)
{
	static const struct lt_arg args[] = {
		{ "rx", LT_ARG_U32, ETHTOOL_A_CHANNELS_RX_COUNT },
		{ "tx", LT_ARG_U32, ETHTOOL_A_CHANNELS_TX_COUNT },
		{ "other", LT_ARG_U32, ETHTOOL_A_CHANNELS_OTHER_COUNT },
		{ "combined", LT_ARG_U32, ETHTOOL_A_CHANNELS_COMBINED_COUNT },
		{}
	};

	lt->cmd = "-L";
	return lt_set(lt, ETHTOOL_MSG_CHANNELS_SET, ETHTOOL_A_CHANNELS_HEADER, args, 1);
}

const struct lt_command lt_channels[] = {
	{ "-l|--show-channels", NULL, "Show how many channels there are", channels_get,
	  LT_SCHEMA_OWN },
	{ "-L|--set-channels", "[rx N] [tx N] [other N] [combined N]",
	  "Set how many channels there are", channels_set, LT_ONE_DEV },
	{}
};
