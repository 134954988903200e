// SPDX-License-Identifier: GPL-2.0
/* Interrupt moderation: -c and -C */
#include "shows.h"

/* In the order shown; an empty row is a blank line. */
static const struct {
	const char *key;
	const char *label;	/* ethtool says "frame" where it takes "frames" */
	uint16_t attr;
} shown[] = {
	{ "stats-block-usecs", "stats-block-usecs: ", ETHTOOL_A_COALESCE_STATS_BLOCK_USECS },
	{ "sample-interval", "sample-interval: ", ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL },
	{ "pkt-rate-low", "pkt-rate-low: ", ETHTOOL_A_COALESCE_PKT_RATE_LOW },
	{ "pkt-rate-high", "pkt-rate-high: ", ETHTOOL_A_COALESCE_PKT_RATE_HIGH },
	{},
	{ "rx-usecs", "rx-usecs: ", ETHTOOL_A_COALESCE_RX_USECS },
	{ "rx-frames", "rx-frames: ", ETHTOOL_A_COALESCE_RX_MAX_FRAMES },
	{ "rx-usecs-irq", "rx-usecs-irq: ", ETHTOOL_A_COALESCE_RX_USECS_IRQ },
	{ "rx-frames-irq", "rx-frames-irq: ", ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ },
	{},
	{ "tx-usecs", "tx-usecs: ", ETHTOOL_A_COALESCE_TX_USECS },
	{ "tx-frames", "tx-frames: ", ETHTOOL_A_COALESCE_TX_MAX_FRAMES },
	{ "tx-usecs-irq", "tx-usecs-irq: ", ETHTOOL_A_COALESCE_TX_USECS_IRQ },
	{ "tx-frames-irq", "tx-frames-irq: ", ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ },
	{},
	{ "rx-usecs-low", "rx-usecs-low: ", ETHTOOL_A_COALESCE_RX_USECS_LOW },
	{ "rx-frames-low", "rx-frame-low: ", ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW },
	{ "tx-usecs-low", "tx-usecs-low: ", ETHTOOL_A_COALESCE_TX_USECS_LOW },
	{ "tx-frames-low", "tx-frame-low: ", ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW },
	{},
	{ "rx-usecs-high", "rx-usecs-high: ", ETHTOOL_A_COALESCE_RX_USECS_HIGH },
	{ "rx-frames-high", "rx-frame-high: ", ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH },
	{ "tx-usecs-high", "tx-usecs-high: ", ETHTOOL_A_COALESCE_TX_USECS_HIGH },
	{ "tx-frames-high", "tx-frame-high: ", ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH },
	{},
};

static const struct lt_arg coalesce_args[] = {
	{ "adaptive-rx", LT_ARG_ONOFF, ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX },
	{ "adaptive-tx", LT_ARG_ONOFF, ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX },
	{ "stats-block-usecs", LT_ARG_U32, ETHTOOL_A_COALESCE_STATS_BLOCK_USECS },
	{ "sample-interval", LT_ARG_U32, ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL },
	{ "pkt-rate-low", LT_ARG_U32, ETHTOOL_A_COALESCE_PKT_RATE_LOW },
	{ "pkt-rate-high", LT_ARG_U32, ETHTOOL_A_COALESCE_PKT_RATE_HIGH },
	{ "rx-usecs", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_USECS },
	{ "rx-frames", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_MAX_FRAMES },
	{ "rx-usecs-irq", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_USECS_IRQ },
	{ "rx-frames-irq", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ },
	{ "tx-usecs", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_USECS },
	{ "tx-frames", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_MAX_FRAMES },
	{ "tx-usecs-irq", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_USECS_IRQ },
	{ "tx-frames-irq", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ },
	{ "rx-usecs-low", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_USECS_LOW },
	{ "rx-frames-low", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW },
	{ "tx-usecs-low", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_USECS_LOW },
	{ "tx-frames-low", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW },
	{ "rx-usecs-high", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_USECS_HIGH },
	{ "rx-frames-high", LT_ARG_U32, ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH },
	{ "tx-usecs-high", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_USECS_HIGH },
	{ "tx-frames-high", LT_ARG_U32, ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH },
	{ "cqe-mode-rx", LT_ARG_ONOFF, ETHTOOL_A_COALESCE_USE_CQE_MODE_RX },
	{ "cqe-mode-tx", LT_ARG_ONOFF, ETHTOOL_A_COALESCE_USE_CQE_MODE_TX },
	{}
};

int coalesce_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[ETHTOOL_A_COALESCE_MAX + 1];
	uint8_t types[ETHTOOL_A_COALESCE_MAX + 1] = {
		[ETHTOOL_A_COALESCE_HEADER] = MNL_TYPE_NESTED,
	};
	const struct lt_arg *arg;
	size_t i;

	(void)data;
	for (arg = coalesce_args; arg->name; arg++)
		types[arg->attr] = arg->type == LT_ARG_U32 ? MNL_TYPE_U32 : MNL_TYPE_U8;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_COALESCE_MAX))
		return -EBADMSG;
	out_device(lt, "Coalesce parameters for %s:\n",
		   lt_dev_name(lt, tb[ETHTOOL_A_COALESCE_HEADER]));
	out_attr_bool(lt, "adaptive-rx", "Adaptive RX: %s  ",
		      tb[ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX]);
	out_attr_bool(lt, "adaptive-tx", "TX: %s\n", tb[ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX]);
	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		if (shown[i].key)
			out_attr_u32(lt, shown[i].key, shown[i].label, tb[shown[i].attr]);
		else
			out_text(lt, "\n");
	}
	out_attr_bool(lt, "cqe-mode-rx", "CQE mode RX: %s  ",
		      tb[ETHTOOL_A_COALESCE_USE_CQE_MODE_RX]);
	out_attr_bool(lt, "cqe-mode-tx", "TX: %s\n", tb[ETHTOOL_A_COALESCE_USE_CQE_MODE_TX]);
	out_text(lt, "\n");
	out_close(lt);
	return 0;
}

static int coalesce_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_COALESCE_GET, ETHTOOL_A_COALESCE_HEADER, 0, coalesce_show);
}

static int coalesce_set(struct lt *lt)
{
	lt->cmd = "-C";
	return lt_set(lt, ETHTOOL_MSG_COALESCE_SET, ETHTOOL_A_COALESCE_HEADER, coalesce_args, 1);
}

const struct lt_command lt_coalesce[] = {
	{ "-c|--show-coalesce", NULL, "Show interrupt moderation", coalesce_get, LT_SCHEMA_OWN },
	{ "-C|--coalesce",
	  "[adaptive-rx on|off] [adaptive-tx on|off] [rx-usecs N] [rx-frames N]\n"
	  "[rx-usecs-irq N] [rx-frames-irq N] [tx-usecs N] [tx-frames N]\n"
	  "[tx-usecs-irq N] [tx-frames-irq N] [stats-block-usecs N]\n"
	  "[sample-interval N] [pkt-rate-low N] [pkt-rate-high N]\n"
	  "[rx-usecs-low N] [rx-frames-low N] [tx-usecs-low N] [tx-frames-low N]\n"
	  "[rx-usecs-high N] [rx-frames-high N] [tx-usecs-high N]\n"
	  "[tx-frames-high N] [cqe-mode-rx on|off] [cqe-mode-tx on|off]",
	  "Set interrupt moderation", coalesce_set, LT_ONE_DEV },
	{}
};
