// SPDX-License-Identifier: GPL-2.0
/* Ring sizes: -g and -G */
#include "shows.h"

int rings_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_RINGS_MAX + 1] = {
		[ETHTOOL_A_RINGS_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_RINGS_RX_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_RX_MINI_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_RX_JUMBO_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_TX_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_RX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_RX_MINI] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_RX_JUMBO] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_TX] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_RX_BUF_LEN] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_TCP_DATA_SPLIT] = MNL_TYPE_U8,
		[ETHTOOL_A_RINGS_CQE_SIZE] = MNL_TYPE_U32,
		[ETHTOOL_A_RINGS_TX_PUSH] = MNL_TYPE_U8,
	};
	static const char * const split[] = { "n/a", "off", "on" };
	const struct nlattr *tb[ETHTOOL_A_RINGS_MAX + 1];
	uint8_t mode = 0;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_RINGS_MAX))
		return -EBADMSG;
	out_device(lt, "Ring parameters for %s:\n", lt_dev_name(lt, tb[ETHTOOL_A_RINGS_HEADER]));
	out_text(lt, "Pre-set maximums:\n");
	out_attr_u32(lt, "rx-max", "RX:\t\t", tb[ETHTOOL_A_RINGS_RX_MAX]);
	out_attr_u32(lt, "rx-mini-max", "RX Mini:\t", tb[ETHTOOL_A_RINGS_RX_MINI_MAX]);
	out_attr_u32(lt, "rx-jumbo-max", "RX Jumbo:\t", tb[ETHTOOL_A_RINGS_RX_JUMBO_MAX]);
	out_attr_u32(lt, "tx-max", "TX:\t\t", tb[ETHTOOL_A_RINGS_TX_MAX]);
	out_text(lt, "Current hardware settings:\n");
	out_attr_u32(lt, "rx", "RX:\t\t", tb[ETHTOOL_A_RINGS_RX]);
	out_attr_u32(lt, "rx-mini", "RX Mini:\t", tb[ETHTOOL_A_RINGS_RX_MINI]);
	out_attr_u32(lt, "rx-jumbo", "RX Jumbo:\t", tb[ETHTOOL_A_RINGS_RX_JUMBO]);
	out_attr_u32(lt, "tx", "TX:\t\t", tb[ETHTOOL_A_RINGS_TX]);
	out_attr_u32(lt, "rx-buf-len", "RX Buf Len:\t\t", tb[ETHTOOL_A_RINGS_RX_BUF_LEN]);
	out_attr_u32(lt, "cqe-size", "CQE Size:\t\t", tb[ETHTOOL_A_RINGS_CQE_SIZE]);
	out_attr_bool(lt, "tx-push", "TX Push:\t%s\n", tb[ETHTOOL_A_RINGS_TX_PUSH]);
	if (tb[ETHTOOL_A_RINGS_TCP_DATA_SPLIT])
		mode = mnl_attr_get_u8(tb[ETHTOOL_A_RINGS_TCP_DATA_SPLIT]);
	out_str(lt, mode ? "tcp-data-split" : NULL, "TCP data split:\t%s\n",
		mode < ARRAY_SIZE(split) ? split[mode] : "unknown");
	out_close(lt);
	return 0;
}

static int rings_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_RINGS_GET, ETHTOOL_A_RINGS_HEADER, 0, rings_show);
}

static int rings_set(struct lt *lt)
{
	static const struct lt_arg args[] = {
		{ "rx", LT_ARG_U32, ETHTOOL_A_RINGS_RX },
		{ "rx-mini", LT_ARG_U32, ETHTOOL_A_RINGS_RX_MINI },
		{ "rx-jumbo", LT_ARG_U32, ETHTOOL_A_RINGS_RX_JUMBO },
		{ "tx", LT_ARG_U32, ETHTOOL_A_RINGS_TX },
		{ "rx-buf-len", LT_ARG_U32, ETHTOOL_A_RINGS_RX_BUF_LEN },
		{ "cqe-size", LT_ARG_U32, ETHTOOL_A_RINGS_CQE_SIZE },
		{ "tx-push", LT_ARG_ONOFF, ETHTOOL_A_RINGS_TX_PUSH },
		{}
	};

	lt->cmd = "-G";
	return lt_set(lt, ETHTOOL_MSG_RINGS_SET, ETHTOOL_A_RINGS_HEADER, args, 81);
}

const struct lt_command lt_rings[] = {
	{ "-g|--show-ring", NULL, "Show the sizes of rings", rings_get, LT_SCHEMA_OWN },
	{ "-G|--set-ring",
	  "[rx N] [rx-mini N] [rx-jumbo N] [tx N]\n"
	  "[rx-buf-len N] [cqe-size N] [tx-push on|off]",
	  "Set the sizes of rings", rings_set, LT_ONE_DEV },
	{}
};
