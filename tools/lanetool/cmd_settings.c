// SPDX-License-Identifier: GPL-2.0
/*
 * A device alone: its link, as five requests tell it.  What a device does not have is left
 * out; what the kernel refuses for another reason is said, and the rest shown all the same.
 */
#include <inttypes.h>

#include "shows.h"

/* Read an answer, and what it tells of a device is still unsaid.  Return: 0 or -EBADMSG. */
static int settings_read(struct lt *lt, const struct nlmsghdr *msg, const struct nlattr **tb,
			 const uint8_t *types, uint16_t max, struct settings *s)
{
	if (lt->dump)
		s->said = false;
	return lt_parse(lt, msg, GENL_HDRLEN, tb, types, max);
}

/* Begin what one answer tells of a device; out_close() ends it. */
static void settings_begin(struct lt *lt, struct settings *s, const struct nlattr *header)
{
	const char *dev = lt_dev_name(lt, header);

	if (!s->said)
		out_text(lt, "Settings for %s:\n", dev);
	s->said = true;
	if (lt->json)
		out_device_again(lt, dev);
}

static void settings_name(struct lt *lt, const char *key, const char *label,
			  const struct lt_choice *names, const struct nlattr *attr)
{
	uint32_t value;

	if (!attr)
		return;
	value = mnl_attr_get_u8(attr);
	while (names->name && names->value != value)
		names++;
	if (names->name)
		out_text(lt, "\t%s: %s\n", label, names->name);
	else
		out_text(lt, "\t%s: Unknown! (%u)\n", label, value);
	if (names->name)
		out_str(lt, key, NULL, names->name);
}

/* --- Link modes */

static void settings_pause(struct lt *lt, const struct lt_bits *bits, const uint32_t *map,
			   const char *label, const char *key)
{
	bool pause = lt_bit(bits, map, ETHTOOL_LINK_MODE_Pause_BIT);
	bool asym = lt_bit(bits, map, ETHTOOL_LINK_MODE_Asym_Pause_BIT);

	out_text(lt, "\t%s", label);
	out_str(lt, key, "%s\n", pause ? asym ? "Symmetric Receive-only" : "Symmetric" :
				 asym ? "Transmit-only" : "No");
}

static void settings_autoneg(struct lt *lt, const struct lt_bits *bits, const uint32_t *map,
			     const char *label, const char *key)
{
	bool autoneg = lt_bit(bits, map, ETHTOOL_LINK_MODE_Autoneg_BIT);

	out_text(lt, "\t%s: %s\n", label, autoneg ? "Yes" : "No");
	out_bool(lt, key, NULL, autoneg);
}

static int settings_ours(struct lt *lt, const struct nlattr *nest)
{
	struct lt_bits bits;

	if (lt_bits(lt, nest, &bits) ||
	    lt_say_modes(lt, &bits, bits.mask, LT_MODE_PORT, "Supported ports: [ ",
			 "supported-ports") ||
	    lt_say_modes(lt, &bits, bits.mask, LT_MODE_LINK, "Supported link modes:   ",
			 "supported-link-modes"))
		return -EBADMSG;
	settings_pause(lt, &bits, bits.mask, "Supported pause frame use: ",
		       "supported-pause-frame-use");
	settings_autoneg(lt, &bits, bits.mask, "Supports auto-negotiation",
			 "supports-auto-negotiation");
	if (lt_say_modes(lt, &bits, bits.mask, LT_MODE_FEC, "Supported FEC modes: ",
			 "supported-fec-modes") ||
	    lt_say_modes(lt, &bits, bits.value, LT_MODE_LINK, "Advertised link modes:  ",
			 "advertised-link-modes"))
		return -EBADMSG;
	settings_pause(lt, &bits, bits.value, "Advertised pause frame use: ",
		       "advertised-pause-frame-use");
	settings_autoneg(lt, &bits, bits.value, "Advertised auto-negotiation",
			 "advertised-auto-negotiation");
	return lt_say_modes(lt, &bits, bits.value, LT_MODE_FEC, "Advertised FEC modes: ",
			    "advertised-fec-modes");
}

static int settings_peer(struct lt *lt, const struct nlattr *nest)
{
	struct lt_bits bits;

	if (lt_bits(lt, nest, &bits) ||
	    lt_say_modes(lt, &bits, bits.value, LT_MODE_LINK,
			 "Link partner advertised link modes:  ",
			 "link-partner-advertised-link-modes"))
		return -EBADMSG;
	settings_pause(lt, &bits, bits.value, "Link partner advertised pause frame use: ",
		       "link-partner-advertised-pause-frame-use");
	settings_autoneg(lt, &bits, bits.value, "Link partner advertised auto-negotiation",
			 "link-partner-advertised-auto-negotiation");
	return lt_say_modes(lt, &bits, bits.value, LT_MODE_FEC,
			    "Link partner advertised FEC modes: ",
			    "link-partner-advertised-fec-modes");
}

static const struct lt_choice duplexes[] = {
	{ "Half", DUPLEX_HALF }, { "Full", DUPLEX_FULL }, {}
};

static const struct lt_choice roles[] = {
	{ "unknown", MASTER_SLAVE_CFG_UNKNOWN },
	{ "preferred master", MASTER_SLAVE_CFG_MASTER_PREFERRED },
	{ "preferred slave", MASTER_SLAVE_CFG_SLAVE_PREFERRED },
	{ "forced master", MASTER_SLAVE_CFG_MASTER_FORCE },
	{ "forced slave", MASTER_SLAVE_CFG_SLAVE_FORCE },
	{}
};

static const struct lt_choice role_states[] = {
	{ "unknown", MASTER_SLAVE_STATE_UNKNOWN },
	{ "master", MASTER_SLAVE_STATE_MASTER },
	{ "slave", MASTER_SLAVE_STATE_SLAVE },
	{ "resolution error", MASTER_SLAVE_STATE_ERR },
	{}
};

static void settings_speed(struct lt *lt, const struct nlattr *attr)
{
	uint32_t speed = mnl_attr_get_u32(attr);

	if (!speed || speed == UINT16_MAX || speed == UINT32_MAX)
		out_text(lt, "\tSpeed: Unknown!\n");
	else
		out_uint(lt, "speed", "\tSpeed: %" PRIu64 "Mb/s\n", speed);
}

int settings_modes(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_LINKMODES_MAX + 1] = {
		[ETHTOOL_A_LINKMODES_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_LINKMODES_AUTONEG] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKMODES_OURS] = MNL_TYPE_NESTED,
		[ETHTOOL_A_LINKMODES_PEER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_LINKMODES_SPEED] = MNL_TYPE_U32,
		[ETHTOOL_A_LINKMODES_DUPLEX] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKMODES_MASTER_SLAVE_STATE] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKMODES_LANES] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[ETHTOOL_A_LINKMODES_MAX + 1];

	if (settings_read(lt, msg, tb, types, ETHTOOL_A_LINKMODES_MAX, data))
		return -EBADMSG;
	settings_begin(lt, data, tb[ETHTOOL_A_LINKMODES_HEADER]);
	if ((tb[ETHTOOL_A_LINKMODES_OURS] && settings_ours(lt, tb[ETHTOOL_A_LINKMODES_OURS])) ||
	    (tb[ETHTOOL_A_LINKMODES_PEER] && settings_peer(lt, tb[ETHTOOL_A_LINKMODES_PEER])))
		return -EBADMSG;
	if (tb[ETHTOOL_A_LINKMODES_SPEED])
		settings_speed(lt, tb[ETHTOOL_A_LINKMODES_SPEED]);
	if (tb[ETHTOOL_A_LINKMODES_LANES])
		out_uint(lt, "lanes", "\tLanes: %" PRIu64 "\n",
			 mnl_attr_get_u32(tb[ETHTOOL_A_LINKMODES_LANES]));
	settings_name(lt, "duplex", "Duplex", duplexes, tb[ETHTOOL_A_LINKMODES_DUPLEX]);
	if (tb[ETHTOOL_A_LINKMODES_AUTONEG])
		out_bool(lt, "auto-negotiation", "\tAuto-negotiation: %s\n",
			 mnl_attr_get_u8(tb[ETHTOOL_A_LINKMODES_AUTONEG]));
	settings_name(lt, "master-slave-cfg", "master-slave cfg", roles,
		      tb[ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG]);
	settings_name(lt, "master-slave-status", "master-slave status", role_states,
		      tb[ETHTOOL_A_LINKMODES_MASTER_SLAVE_STATE]);
	out_close(lt);
	return 0;
}

/* --- The port */

static const struct lt_choice ports[] = {
	{ "Twisted Pair", PORT_TP }, { "AUI", PORT_AUI }, { "BNC", PORT_BNC },
	{ "MII", PORT_MII }, { "FIBRE", PORT_FIBRE }, { "Direct Attach Copper", PORT_DA },
	{ "None", PORT_NONE }, { "Other", PORT_OTHER }, {}
};

static const struct lt_choice transceivers[] = {
	{ "internal", XCVR_INTERNAL }, { "external", XCVR_EXTERNAL }, {}
};

static void settings_mdix(struct lt *lt, uint8_t mdix, uint8_t control)
{
	bool forced = control == ETH_TP_MDI || control == ETH_TP_MDI_X;
	uint8_t is = forced ? control : mdix;

	out_str(lt, "mdi-x", "\tMDI-X: %s", is == ETH_TP_MDI ? "off" : is == ETH_TP_MDI_X ? "on" :
					    "Unknown");
	out_text(lt, "%s\n", forced ? " (forced)" : control == ETH_TP_MDI_AUTO ? " (auto)" : "");
	out_bool(lt, "mdi-x-forced", NULL, forced);
	out_bool(lt, "mdi-x-auto", NULL, control == ETH_TP_MDI_AUTO);
}

int settings_port(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_LINKINFO_MAX + 1] = {
		[ETHTOOL_A_LINKINFO_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_LINKINFO_PORT] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKINFO_PHYADDR] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKINFO_TP_MDIX] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKINFO_TP_MDIX_CTRL] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKINFO_TRANSCEIVER] = MNL_TYPE_U8,
	};
	const struct nlattr *tb[ETHTOOL_A_LINKINFO_MAX + 1];
	const struct nlattr *mdix, *control;

	if (settings_read(lt, msg, tb, types, ETHTOOL_A_LINKINFO_MAX, data))
		return -EBADMSG;
	settings_begin(lt, data, tb[ETHTOOL_A_LINKINFO_HEADER]);
	settings_name(lt, "port", "Port", ports, tb[ETHTOOL_A_LINKINFO_PORT]);
	if (tb[ETHTOOL_A_LINKINFO_PHYADDR])
		out_uint(lt, "phyad", "\tPHYAD: %" PRIu64 "\n",
			 mnl_attr_get_u8(tb[ETHTOOL_A_LINKINFO_PHYADDR]));
	settings_name(lt, "transceiver", "Transceiver", transceivers,
		      tb[ETHTOOL_A_LINKINFO_TRANSCEIVER]);
	mdix = tb[ETHTOOL_A_LINKINFO_TP_MDIX];
	control = tb[ETHTOOL_A_LINKINFO_TP_MDIX_CTRL];
	if (mdix && control && tb[ETHTOOL_A_LINKINFO_PORT] &&
	    mnl_attr_get_u8(tb[ETHTOOL_A_LINKINFO_PORT]) == PORT_TP)
		settings_mdix(lt, mnl_attr_get_u8(mdix), mnl_attr_get_u8(control));
	out_close(lt);
	return 0;
}

/* --- Wake-on-LAN, messages */

/* In the order of the bits, which are older than their netlink */
static void settings_wake(struct lt *lt, const struct lt_bits *bits, const uint32_t *map,
			  const char *label, const char *key)
{
	static const char chars[] = "pumbagsf";
	char text[sizeof(chars)];
	size_t i, len = 0;

	for (i = 0; chars[i]; i++)
		if (lt_bit(bits, map, i))
			text[len++] = chars[i];
	text[len] = '\0';
	out_text(lt, "\t%s: ", label);
	out_str(lt, key, "%s\n", len ? text : "d");
}

int settings_wol(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_WOL_MAX + 1] = {
		[ETHTOOL_A_WOL_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_WOL_MODES] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_WOL_MAX + 1];
	char password[3 * SOPASS_MAX];
	const uint8_t *bytes;
	struct lt_bits bits;

	if (settings_read(lt, msg, tb, types, ETHTOOL_A_WOL_MAX, data) ||
	    lt_bits(lt, tb[ETHTOOL_A_WOL_MODES], &bits))
		return -EBADMSG;
	settings_begin(lt, data, tb[ETHTOOL_A_WOL_HEADER]);
	settings_wake(lt, &bits, bits.mask, "Supports Wake-on", "supports-wake-on");
	settings_wake(lt, &bits, bits.value, "Wake-on", "wake-on");
	if (tb[ETHTOOL_A_WOL_SOPASS]) {
		if (mnl_attr_get_payload_len(tb[ETHTOOL_A_WOL_SOPASS]) != SOPASS_MAX)
			return lt_malformed(lt);
		bytes = mnl_attr_get_payload(tb[ETHTOOL_A_WOL_SOPASS]);
		snprintf(password, sizeof(password), "%02x:%02x:%02x:%02x:%02x:%02x", bytes[0],
			 bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]);
		out_str(lt, "secureon-password", "        SecureOn password: %s\n", password);
	}
	out_close(lt);
	return 0;
}

int settings_messages(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_DEBUG_MAX + 1] = {
		[ETHTOOL_A_DEBUG_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_DEBUG_MSGMASK] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_DEBUG_MAX + 1];
	const struct lt_strset *names;
	struct lt_bits bits;
	uint32_t i, level;

	if (settings_read(lt, msg, tb, types, ETHTOOL_A_DEBUG_MAX, data) ||
	    lt_bits(lt, tb[ETHTOOL_A_DEBUG_MSGMASK], &bits))
		return -EBADMSG;
	names = lt_strset(lt, ETH_SS_MSG_CLASSES, NULL);
	if (!names)
		return -EBADMSG;
	settings_begin(lt, data, tb[ETHTOOL_A_DEBUG_HEADER]);
	level = bits.count ? bits.value[0] : 0;
	out_text(lt, "        Current message level: 0x%08x (%u)\n%30s", level, level, "");
	out_uint(lt, "current-message-level", NULL, level);
	for (i = 0; i < bits.count; i++)
		if (lt_bit(&bits, bits.value, i))
			out_text(lt, " %s", lt_string(names, i));
	out_text(lt, "\n");
	out_close(lt);
	return 0;
}

/* --- Is there a link, and why not */

#define EXT(state)	ETHTOOL_LINK_EXT_STATE_##state
#define SUB(substate)	ETHTOOL_LINK_EXT_SUBSTATE_##substate

static const struct lt_choice ext_states[] = {
	{ "Autoneg", EXT(AUTONEG) },
	{ "Link training failure", EXT(LINK_TRAINING_FAILURE) },
	{ "Logical mismatch", EXT(LINK_LOGICAL_MISMATCH) },
	{ "Bad signal integrity", EXT(BAD_SIGNAL_INTEGRITY) },
	{ "No cable", EXT(NO_CABLE) },
	{ "Cable issue", EXT(CABLE_ISSUE) },
	{ "EEPROM issue", EXT(EEPROM_ISSUE) },
	{ "Calibration failure", EXT(CALIBRATION_FAILURE) },
	{ "Power budget exceeded", EXT(POWER_BUDGET_EXCEEDED) },
	{ "Overheat", EXT(OVERHEAT) },
	{ "Module", EXT(MODULE) },
};

static const struct {
	const char *name;
	uint8_t state, substate;
} ext_substates[] = {
	{ "No partner detected", EXT(AUTONEG), SUB(AN_NO_PARTNER_DETECTED) },
	{ "Ack not received", EXT(AUTONEG), SUB(AN_ACK_NOT_RECEIVED) },
	{ "Next page exchange failed", EXT(AUTONEG), SUB(AN_NEXT_PAGE_EXCHANGE_FAILED) },
	{ "No partner detected during force mode", EXT(AUTONEG),
	  SUB(AN_NO_PARTNER_DETECTED_FORCE_MODE) },
	{ "FEC mismatch during override", EXT(AUTONEG), SUB(AN_FEC_MISMATCH_DURING_OVERRIDE) },
	{ "No HCD", EXT(AUTONEG), SUB(AN_NO_HCD) },
	{ "KR frame lock not acquired", EXT(LINK_TRAINING_FAILURE),
	  SUB(LT_KR_FRAME_LOCK_NOT_ACQUIRED) },
	{ "KR link inhibit timeout", EXT(LINK_TRAINING_FAILURE), SUB(LT_KR_LINK_INHIBIT_TIMEOUT) },
	{ "KR Link partner did not set receiver ready", EXT(LINK_TRAINING_FAILURE),
	  SUB(LT_KR_LINK_PARTNER_DID_NOT_SET_RECEIVER_READY) },
	{ "Remote side is not ready yet", EXT(LINK_TRAINING_FAILURE), SUB(LT_REMOTE_FAULT) },
	{ "PCS did not acquire block lock", EXT(LINK_LOGICAL_MISMATCH),
	  SUB(LLM_PCS_DID_NOT_ACQUIRE_BLOCK_LOCK) },
	{ "PCS did not acquire AM lock", EXT(LINK_LOGICAL_MISMATCH),
	  SUB(LLM_PCS_DID_NOT_ACQUIRE_AM_LOCK) },
	{ "PCS did not get align_status", EXT(LINK_LOGICAL_MISMATCH),
	  SUB(LLM_PCS_DID_NOT_GET_ALIGN_STATUS) },
	{ "FC FEC is not locked", EXT(LINK_LOGICAL_MISMATCH), SUB(LLM_FC_FEC_IS_NOT_LOCKED) },
	{ "RS FEC is not locked", EXT(LINK_LOGICAL_MISMATCH), SUB(LLM_RS_FEC_IS_NOT_LOCKED) },
	{ "Large number of physical errors", EXT(BAD_SIGNAL_INTEGRITY),
	  SUB(BSI_LARGE_NUMBER_OF_PHYSICAL_ERRORS) },
	{ "Unsupported rate", EXT(BAD_SIGNAL_INTEGRITY), SUB(BSI_UNSUPPORTED_RATE) },
	{ "Serdes reference clock lost", EXT(BAD_SIGNAL_INTEGRITY),
	  SUB(BSI_SERDES_REFERENCE_CLOCK_LOST) },
	{ "Serdes ALOS", EXT(BAD_SIGNAL_INTEGRITY), SUB(BSI_SERDES_ALOS) },
	{ "Unsupported cable", EXT(CABLE_ISSUE), SUB(CI_UNSUPPORTED_CABLE) },
	{ "Cable test failure", EXT(CABLE_ISSUE), SUB(CI_CABLE_TEST_FAILURE) },
	{ "CMIS module is not in ModuleReady state", EXT(MODULE), SUB(MODULE_CMIS_NOT_READY) },
};

static void settings_why(struct lt *lt, uint8_t state, const struct nlattr *substate)
{
	size_t i;

	out_array(lt, "link-state");
	for (i = 0; i < ARRAY_SIZE(ext_states) && ext_states[i].value != state;)
		i++;
	if (i < ARRAY_SIZE(ext_states))
		out_str(lt, "state", " (%s", ext_states[i].name);
	else
		out_uint(lt, "state", " (%" PRIu64, state);
	for (i = 0; substate && i < ARRAY_SIZE(ext_substates); i++)
		if (ext_substates[i].state == state &&
		    ext_substates[i].substate == mnl_attr_get_u8(substate))
			break;
	/* ethtool 6.1 gives the state again for a substate without a name. */
	if (substate && i < ARRAY_SIZE(ext_substates))
		out_str(lt, "substate", ", %s", ext_substates[i].name);
	else if (substate)
		out_uint(lt, "substate", ", %" PRIu64, state);
	out_text(lt, ")");
	out_close(lt);
}

static int settings_link(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_LINKSTATE_MAX + 1] = {
		[ETHTOOL_A_LINKSTATE_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_LINKSTATE_LINK] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKSTATE_SQI] = MNL_TYPE_U32,
		[ETHTOOL_A_LINKSTATE_SQI_MAX] = MNL_TYPE_U32,
		[ETHTOOL_A_LINKSTATE_EXT_STATE] = MNL_TYPE_U8,
		[ETHTOOL_A_LINKSTATE_EXT_SUBSTATE] = MNL_TYPE_U8,
	};
	const struct nlattr *tb[ETHTOOL_A_LINKSTATE_MAX + 1];
	bool link;

	if (settings_read(lt, msg, tb, types, ETHTOOL_A_LINKSTATE_MAX, data))
		return -EBADMSG;
	if (!tb[ETHTOOL_A_LINKSTATE_LINK] && !tb[ETHTOOL_A_LINKSTATE_SQI])
		return 0;
	settings_begin(lt, data, tb[ETHTOOL_A_LINKSTATE_HEADER]);
	if (tb[ETHTOOL_A_LINKSTATE_LINK]) {
		link = mnl_attr_get_u8(tb[ETHTOOL_A_LINKSTATE_LINK]);
		out_text(lt, "\tLink detected: %s", link ? "yes" : "no");
		out_bool(lt, "link-detected", NULL, link);
		if (tb[ETHTOOL_A_LINKSTATE_EXT_STATE])
			settings_why(lt, mnl_attr_get_u8(tb[ETHTOOL_A_LINKSTATE_EXT_STATE]),
				     tb[ETHTOOL_A_LINKSTATE_EXT_SUBSTATE]);
		out_text(lt, "\n");
	}
	if (tb[ETHTOOL_A_LINKSTATE_SQI]) {
		out_uint(lt, "sqi", "\tSQI: %" PRIu64,
			 mnl_attr_get_u32(tb[ETHTOOL_A_LINKSTATE_SQI]));
		if (tb[ETHTOOL_A_LINKSTATE_SQI_MAX])
			out_uint(lt, "sqi-max", "/%" PRIu64,
				 mnl_attr_get_u32(tb[ETHTOOL_A_LINKSTATE_SQI_MAX]));
		out_text(lt, "\n");
	}
	out_close(lt);
	return 0;
}

/* --- All of it */

static const struct {
	uint8_t cmd;
	uint16_t header;
	lt_reply reply;
} settings[] = {
	{ ETHTOOL_MSG_LINKMODES_GET, ETHTOOL_A_LINKMODES_HEADER, settings_modes },
	{ ETHTOOL_MSG_LINKINFO_GET, ETHTOOL_A_LINKINFO_HEADER, settings_port },
	{ ETHTOOL_MSG_WOL_GET, ETHTOOL_A_WOL_HEADER, settings_wol },
	{ ETHTOOL_MSG_DEBUG_GET, ETHTOOL_A_DEBUG_HEADER, settings_messages },
	{ ETHTOOL_MSG_LINKSTATE_GET, ETHTOOL_A_LINKSTATE_HEADER, settings_link },
};

static int settings_get(struct lt *lt)
{
	struct settings s = {};
	struct nlmsghdr *msg;
	size_t i;

	out_begin(lt);
	lt->dump = !strcmp(lt->dev, "*");
	lt->quiet_unsupported = true;
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		msg = lt_request(lt, settings[i].cmd, settings[i].header,
				 ETHTOOL_FLAG_COMPACT_BITSETS);
		if (!msg)
			return 1;
		if (lt_send(lt, msg, settings[i].reply, &s) && !lt->refused)
			return 1;
	}
	if (s.said)
		return 0;
	out_text(lt, "No data available\n");
	return 75;
}

const struct lt_command lt_settings[] = {
	{ "", NULL, "Show the link and what it can do", settings_get, LT_SCHEMA_OWN },
	{}
};
