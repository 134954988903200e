// SPDX-License-Identifier: GPL-2.0
/* Pause frames: -a and -A */
#include <inttypes.h>

#include "shows.h"

/* What both ends advertise decides (IEEE 802.3, annex 28B). */
static int pause_negotiated(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_LINKMODES_MAX + 1] = {
		[ETHTOOL_A_LINKMODES_OURS] = MNL_TYPE_NESTED,
		[ETHTOOL_A_LINKMODES_PEER] = MNL_TYPE_NESTED,
	};
	const uint32_t pause = ETHTOOL_LINK_MODE_Pause_BIT, asym = ETHTOOL_LINK_MODE_Asym_Pause_BIT;
	const struct nlattr *tb[ETHTOOL_A_LINKMODES_MAX + 1];
	struct lt_bits ours, peer;
	bool rx = false, tx = false;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_LINKMODES_MAX))
		return -EBADMSG;
	if (!tb[ETHTOOL_A_LINKMODES_OURS] || !tb[ETHTOOL_A_LINKMODES_PEER])
		return 0;
	if (lt_bits(lt, tb[ETHTOOL_A_LINKMODES_OURS], &ours) ||
	    lt_bits(lt, tb[ETHTOOL_A_LINKMODES_PEER], &peer))
		return -EBADMSG;
	if (lt_bit(&ours, ours.value, pause) && lt_bit(&peer, peer.value, pause)) {
		rx = true;
		tx = true;
	} else if (lt_bit(&ours, ours.value, asym) && lt_bit(&peer, peer.value, asym)) {
		rx = lt_bit(&ours, ours.value, pause);
		tx = !rx && lt_bit(&peer, peer.value, pause);
	}
	out_object(lt, "negotiated");
	out_bool(lt, "rx", "RX negotiated: %s\n", rx);
	out_bool(lt, "tx", "TX negotiated: %s\n", tx);
	out_close(lt);
	return 0;
}

static int pause_ask_negotiated(struct lt *lt, const char *dev)
{
	const char *asked = lt->dev;
	bool dump = lt->dump;
	struct nlmsghdr *msg;
	int ret = -ENOENT;

	lt->dev = dev;
	lt->dump = false;
	msg = lt_request(lt, ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_A_LINKMODES_HEADER,
			 ETHTOOL_FLAG_COMPACT_BITSETS);
	if (msg)
		ret = lt_send(lt, msg, pause_negotiated, NULL);
	lt->dev = asked;
	lt->dump = dump;
	return ret;
}

static int pause_statistics(struct lt *lt, const struct nlattr *nest)
{
	static const uint8_t types[ETHTOOL_A_PAUSE_STAT_MAX + 1] = {
		[ETHTOOL_A_PAUSE_STAT_TX_FRAMES] = MNL_TYPE_U64,
		[ETHTOOL_A_PAUSE_STAT_RX_FRAMES] = MNL_TYPE_U64,
	};
	const struct nlattr *tb[ETHTOOL_A_PAUSE_STAT_MAX + 1];
	const struct nlattr *tx, *rx;

	if (lt_parse_nest(lt, nest, tb, types, ETHTOOL_A_PAUSE_STAT_MAX))
		return -EBADMSG;
	tx = tb[ETHTOOL_A_PAUSE_STAT_TX_FRAMES];
	rx = tb[ETHTOOL_A_PAUSE_STAT_RX_FRAMES];
	if (tx || rx)
		out_text(lt, "Statistics:\n");
	out_object(lt, "statistics");
	if (tx)
		out_uint(lt, "tx_pause_frames", "  tx_pause_frames: %" PRIu64 "\n",
			 mnl_attr_get_u64(tx));
	if (rx)
		out_uint(lt, "rx_pause_frames", "  rx_pause_frames: %" PRIu64 "\n",
			 mnl_attr_get_u64(rx));
	out_close(lt);
	return 0;
}

int pause_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_PAUSE_MAX + 1] = {
		[ETHTOOL_A_PAUSE_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_PAUSE_AUTONEG] = MNL_TYPE_U8,
		[ETHTOOL_A_PAUSE_RX] = MNL_TYPE_U8,
		[ETHTOOL_A_PAUSE_TX] = MNL_TYPE_U8,
		[ETHTOOL_A_PAUSE_STATS] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_PAUSE_MAX + 1];
	const struct nlattr *autoneg;
	const char *dev;
	int ret = 0;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_PAUSE_MAX))
		return -EBADMSG;
	autoneg = tb[ETHTOOL_A_PAUSE_AUTONEG];
	dev = lt_dev_name(lt, tb[ETHTOOL_A_PAUSE_HEADER]);
	out_device(lt, "Pause parameters for %s:\n", dev);
	out_attr_bool(lt, "autonegotiate", "Autonegotiate:\t%s\n", autoneg);
	out_attr_bool(lt, "rx", "RX:\t\t%s\n", tb[ETHTOOL_A_PAUSE_RX]);
	out_attr_bool(lt, "tx", "TX:\t\t%s\n", tb[ETHTOOL_A_PAUSE_TX]);
	if (autoneg && mnl_attr_get_u8(autoneg))
		ret = pause_ask_negotiated(lt, dev);
	if (!ret && tb[ETHTOOL_A_PAUSE_STATS])
		ret = pause_statistics(lt, tb[ETHTOOL_A_PAUSE_STATS]);
	if (!lt->dump)
		out_text(lt, "\n");
	out_close(lt);
	return ret;
}

static int pause_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_PAUSE_GET, ETHTOOL_A_PAUSE_HEADER,
		      lt->statistics ? ETHTOOL_FLAG_STATS : 0, pause_show);
}

static int pause_set(struct lt *lt)
{
	static const struct lt_arg args[] = {
		{ "autoneg", LT_ARG_ONOFF, ETHTOOL_A_PAUSE_AUTONEG },
		{ "rx", LT_ARG_ONOFF, ETHTOOL_A_PAUSE_RX },
		{ "tx", LT_ARG_ONOFF, ETHTOOL_A_PAUSE_TX },
		{}
	};

	lt->cmd = "-A";
	return lt_set(lt, ETHTOOL_MSG_PAUSE_SET, ETHTOOL_A_PAUSE_HEADER, args, 76);
}

const struct lt_command lt_pause[] = {
	{ "-a|--show-pause", NULL, "Show the use of pause frames", pause_get },
	{ "-A|--pause", "[autoneg on|off] [rx on|off] [tx on|off]", "Set the use of pause frames",
	  pause_set, LT_ONE_DEV },
	{}
};
