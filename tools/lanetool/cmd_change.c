// SPDX-License-Identifier: GPL-2.0
/*
 * Change the link and what belongs to it: -s.  Its parameters go to four requests, sent only
 * when all are well formed, in a fixed order, up to the first that is refused.
 */
#include "lanetool.h"

#define CHANGE_EXIT	75	/* refused */

static const struct lt_choice ports[] = {
	{ "tp", PORT_TP }, { "aui", PORT_AUI }, { "mii", PORT_MII },
	{ "fibre", PORT_FIBRE }, { "bnc", PORT_BNC }, { "da", PORT_DA }, {}
};

static const struct lt_choice mdix[] = {
	{ "auto", ETH_TP_MDI_AUTO }, { "on", ETH_TP_MDI_X }, { "off", ETH_TP_MDI }, {}
};

static const struct lt_choice duplexes[] = {
	{ "half", DUPLEX_HALF }, { "full", DUPLEX_FULL }, {}
};

static const struct lt_choice roles[] = {
	{ "preferred-master", MASTER_SLAVE_CFG_MASTER_PREFERRED },
	{ "preferred-slave", MASTER_SLAVE_CFG_SLAVE_PREFERRED },
	{ "forced-master", MASTER_SLAVE_CFG_MASTER_FORCE },
	{ "forced-slave", MASTER_SLAVE_CFG_SLAVE_FORCE },
	{}
};

#define PORT	.group = ETHTOOL_MSG_LINKINFO_SET
#define MODES	.group = ETHTOOL_MSG_LINKMODES_SET
#define WOL	.group = ETHTOOL_MSG_WOL_SET
#define DEBUG	.group = ETHTOOL_MSG_DEBUG_SET

static const struct lt_arg change_args[] = {
	{ "port", LT_ARG_LOOKUP8, ETHTOOL_A_LINKINFO_PORT, PORT, .choices = ports },
	{ "mdix", LT_ARG_LOOKUP8, ETHTOOL_A_LINKINFO_TP_MDIX_CTRL, PORT, .choices = mdix },
	{ "phyad", LT_ARG_U8, ETHTOOL_A_LINKINFO_PHYADDR, PORT },
	{ "xcvr", LT_ARG_GONE },
	{ "autoneg", LT_ARG_ONOFF, ETHTOOL_A_LINKMODES_AUTONEG, MODES },
	{ "advertise", LT_ARG_BITSET_HEX, ETHTOOL_A_LINKMODES_OURS, MODES },
	{ "speed", LT_ARG_U32, ETHTOOL_A_LINKMODES_SPEED, MODES },
	{ "lanes", LT_ARG_U32, ETHTOOL_A_LINKMODES_LANES, MODES },
	{ "duplex", LT_ARG_LOOKUP8, ETHTOOL_A_LINKMODES_DUPLEX, MODES, .choices = duplexes },
	{ "master-slave", LT_ARG_LOOKUP8, ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG, MODES,
	  .choices = roles },
	{ "wol", LT_ARG_BITSET_CHARS, ETHTOOL_A_WOL_MODES, WOL, .chars = "pumbagsf" },
	{ "sopass", LT_ARG_BYTES, ETHTOOL_A_WOL_SOPASS, WOL },
	{ "msglvl", LT_ARG_BITSET, ETHTOOL_A_DEBUG_MSGMASK, DEBUG },
	{}
};

static const struct {
	uint8_t cmd;
	uint16_t header;
} requests[] = {
	{ ETHTOOL_MSG_LINKINFO_SET, ETHTOOL_A_LINKINFO_HEADER },
	{ ETHTOOL_MSG_LINKMODES_SET, ETHTOOL_A_LINKMODES_HEADER },
	{ ETHTOOL_MSG_WOL_SET, ETHTOOL_A_WOL_HEADER },
	{ ETHTOOL_MSG_DEBUG_SET, ETHTOOL_A_DEBUG_HEADER },
};

/* The modes that a link can have, in both maps of a bitset */
struct change_modes {
	uint32_t count;
	uint32_t map[64];
};

static int change_modes_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_LINKMODES_MAX + 1] = {
		[ETHTOOL_A_LINKMODES_OURS] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_LINKMODES_MAX + 1];
	struct change_modes *modes = data;
	struct lt_bits bits;
	uint32_t i;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_LINKMODES_MAX) ||
	    lt_bits(lt, tb[ETHTOOL_A_LINKMODES_OURS], &bits))
		return -EBADMSG;
	modes->count = bits.count < 32 * ARRAY_SIZE(modes->map) ? bits.count : 0;
	for (i = 0; i < modes->count; i++)
		if (lt_bit(&bits, bits.mask, i) && lt_mode_class(i) == LT_MODE_LINK)
			modes->map[i / 32] |= 1u << i % 32;
	return 0;
}

/* One of the requests; its arguments are read anew each time.  Return: NULL after a message. */
static struct nlmsghdr *change_request(struct lt *lt, size_t which, uint32_t *empty)
{
	struct nlmsghdr *msg = lt_request(lt, requests[which].cmd, requests[which].header, 0);
	char **argv = lt->argv;
	int argc = lt->argc, ret;

	if (!msg)
		return NULL;
	*empty = msg->nlmsg_len;
	ret = lt_args_group(lt, change_args, msg, requests[which].cmd);
	lt->argv = argv;
	lt->argc = argc;
	return ret ? NULL : msg;
}

/* Autonegotiation on, without a word on what for: ethtool then means all there is. */
static bool change_means_all(const struct nlmsghdr *msg)
{
	const struct nlattr *attr;
	bool all = false;

	mnl_attr_for_each(attr, msg, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_LINKMODES_AUTONEG:
			all = mnl_attr_get_u8(attr);
			break;
		case ETHTOOL_A_LINKMODES_OURS:
		case ETHTOOL_A_LINKMODES_SPEED:
		case ETHTOOL_A_LINKMODES_DUPLEX:
		case ETHTOOL_A_LINKMODES_LANES:
			return false;
		}
	}
	return all;
}

/* The request again, with all modes in it.  Return: NULL after a message. */
static struct nlmsghdr *change_all_modes(struct lt *lt, size_t which, uint32_t *empty)
{
	struct change_modes modes = {};
	struct nlmsghdr *msg = lt_request(lt, ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_A_LINKMODES_HEADER,
					  ETHTOOL_FLAG_COMPACT_BITSETS);
	struct nlattr *nest;
	size_t size;

	if (!msg || lt_send(lt, msg, change_modes_reply, &modes))
		return NULL;
	msg = change_request(lt, which, empty);
	if (!msg)
		return NULL;
	size = (modes.count + 31) / 32 * sizeof(*modes.map);
	nest = lt_nest(lt, msg, ETHTOOL_A_LINKMODES_OURS);
	lt_put_u32(lt, msg, ETHTOOL_A_BITSET_SIZE, modes.count);
	lt_put(lt, msg, ETHTOOL_A_BITSET_VALUE, modes.map, size);
	lt_put(lt, msg, ETHTOOL_A_BITSET_MASK, modes.map, size);
	lt_nest_end(msg, nest);
	return msg;
}

static int change_set(struct lt *lt)
{
	struct nlmsghdr *msg;
	uint32_t empty;
	size_t i;

	lt->cmd = "-s";
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		/* The first one reads, and refuses, all arguments. */
		msg = change_request(lt, i, &empty);
		if (!msg)
			return 1;
		if (msg->nlmsg_len == empty)
			continue;
		if (!strcmp(lt->dev, "*")) {
			fprintf(lt->err, "subcommand does not support wildcard dump\n");
			return 1;
		}
		if (requests[i].cmd == ETHTOOL_MSG_LINKMODES_SET && change_means_all(msg))
			msg = change_all_modes(lt, i, &empty);
		if (!msg || lt_send(lt, msg, NULL, NULL))
			return CHANGE_EXIT;
	}
	return 0;
}

const struct lt_command lt_change[] = {
	{ "-s|--change",
	  "[speed N] [lanes N] [duplex half|full] [port tp|aui|bnc|mii|fibre|da]\n"
	  "[mdix auto|on|off] [autoneg on|off]\n"
	  "[advertise HEX[/HEX] | advertise MODE on|off ... [--]] [phyad N]\n"
	  "[xcvr internal|external] [wol N[/N] | wol p|u|m|b|a|g|s|f|d...]\n"
	  "[sopass HEX:HEX:HEX:HEX:HEX:HEX] [msglvl N[/N] | msglvl TYPE on|off ... [--]]\n"
	  "[master-slave preferred-master|preferred-slave|forced-master|forced-slave]",
	  "Change the link", change_set },
	{}
};
