// SPDX-License-Identifier: GPL-2.0
/* Forward error correction: --show-fec and --set-fec */
#include <ctype.h>
#include <inttypes.h>

#include "shows.h"

/* ethtool's older names for two of them */
static void fec_say(struct lt *lt, const struct lt_strset *names, uint32_t bit)
{
	const char *name = lt_string(names, bit);
	char unnamed[16];

	if (bit == ETHTOOL_LINK_MODE_FEC_NONE_BIT)
		name = "Off";
	else if (bit == ETHTOOL_LINK_MODE_FEC_BASER_BIT)
		name = "BaseR";
	snprintf(unnamed, sizeof(unnamed), "BIT%u", bit);
	out_str(lt, "encoding", " %s", *name ? name : unnamed);
}

static void fec_lanes(struct lt *lt, const uint64_t *values, size_t count)
{
	size_t i;

	if (!count)
		return;
	out_text(lt, " [ per_lane:");
	out_array(lt, "lanes");
	for (i = 0; i < count; i++)
		out_uint(lt, "lane", i ? ", %" PRIu64 : " %" PRIu64, values[i]);
	out_close(lt);
	out_text(lt, " ]\n");
}

static int fec_statistics(struct lt *lt, const struct nlattr *nest)
{
	static const struct {
		uint16_t attr;
		const char *name;
	} shown[] = {
		{ ETHTOOL_A_FEC_STAT_CORRECTED, "corrected_blocks" },
		{ ETHTOOL_A_FEC_STAT_UNCORR, "uncorrectable_blocks" },
		{ ETHTOOL_A_FEC_STAT_CORR_BITS, "corrected_bits" },
	};
	static const uint8_t types[ETHTOOL_A_FEC_STAT_MAX + 1];
	const struct nlattr *tb[ETHTOOL_A_FEC_STAT_MAX + 1];
	bool begun = false;
	size_t i, len;

	if (lt_parse_nest(lt, nest, tb, types, ETHTOOL_A_FEC_STAT_MAX))
		return -EBADMSG;
	out_object(lt, "statistics");
	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		uint64_t values[64];

		len = tb[shown[i].attr] ? mnl_attr_get_payload_len(tb[shown[i].attr]) : 0;
		if (!len)
			continue;
		if (len % sizeof(*values) || len > sizeof(values))
			return lt_malformed(lt);
		memcpy(values, mnl_attr_get_payload(tb[shown[i].attr]), len);
		out_text(lt, "%s  %s: ", begun ? "" : "Statistics:\n", shown[i].name);
		begun = true;
		out_object(lt, shown[i].name);
		out_uint(lt, "total", "%" PRIu64, values[0]);
		fec_lanes(lt, values + 1, len / sizeof(*values) - 1);
		out_close(lt);
	}
	out_close(lt);
	return 0;
}

static int fec_modes(struct lt *lt, const struct nlattr **tb)
{
	const struct lt_strset *names = lt_strset(lt, ETH_SS_LINK_MODES, NULL);
	bool none = true;
	struct lt_bits bits;
	uint32_t i;

	if (!names || lt_bits(lt, tb[ETHTOOL_A_FEC_MODES], &bits))
		return -EBADMSG;
	out_text(lt, "Supported/Configured FEC encodings:");
	out_array(lt, "config");
	if (tb[ETHTOOL_A_FEC_AUTO] && mnl_attr_get_u8(tb[ETHTOOL_A_FEC_AUTO])) {
		out_str(lt, "encoding", " %s", "Auto");
		none = false;
	}
	for (i = 0; i < bits.count; i++) {
		if (!lt_bit(&bits, bits.value, i) || !*lt_string(names, i))
			continue;
		fec_say(lt, names, i);
		none = false;
	}
	if (none)
		out_str(lt, "encoding", " %s", "None");
	out_close(lt);
	out_text(lt, "\nActive FEC encoding:");
	out_array(lt, "active");
	if (tb[ETHTOOL_A_FEC_ACTIVE] && mnl_attr_get_u32(tb[ETHTOOL_A_FEC_ACTIVE]))
		fec_say(lt, names, mnl_attr_get_u32(tb[ETHTOOL_A_FEC_ACTIVE]));
	else
		out_str(lt, "encoding", " %s", "None");
	out_close(lt);
	out_text(lt, "\n");
	return 0;
}

int fec_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_FEC_MAX + 1] = {
		[ETHTOOL_A_FEC_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_FEC_MODES] = MNL_TYPE_NESTED,
		[ETHTOOL_A_FEC_AUTO] = MNL_TYPE_U8,
		[ETHTOOL_A_FEC_ACTIVE] = MNL_TYPE_U32,
		[ETHTOOL_A_FEC_STATS] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_FEC_MAX + 1];
	int ret;

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_FEC_MAX))
		return -EBADMSG;
	out_device(lt, "FEC parameters for %s:\n", lt_dev_name(lt, tb[ETHTOOL_A_FEC_HEADER]));
	ret = fec_modes(lt, tb);
	if (!ret && tb[ETHTOOL_A_FEC_STATS])
		ret = fec_statistics(lt, tb[ETHTOOL_A_FEC_STATS]);
	out_close(lt);
	return ret;
}

static int fec_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_FEC_GET, ETHTOOL_A_FEC_HEADER,
		      ETHTOOL_FLAG_COMPACT_BITSETS | (lt->statistics ? ETHTOOL_FLAG_STATS : 0),
		      fec_show);
}

/* --- --set-fec */

/* Encodings as ethtool takes them, up to the end or "--"; "auto" is none of the kernel's modes. */
static int fec_encodings(struct lt *lt, struct nlmsghdr *msg)
{
	struct nlattr *set = lt_nest(lt, msg, ETHTOOL_A_FEC_MODES), *bits;
	char name[ETH_GSTRING_LEN];
	bool automatic = false;
	size_t i;

	lt_put(lt, msg, ETHTOOL_A_BITSET_NOMASK, NULL, 0);
	bits = lt_nest(lt, msg, ETHTOOL_A_BITSET_BITS);
	for (; lt->argc && strcmp(lt->argv[0], "--"); lt->argc--, lt->argv++) {
		if (!strcasecmp(lt->argv[0], "auto")) {
			automatic = true;
			continue;
		}
		snprintf(name, sizeof(name), "%s",
			 strcasecmp(lt->argv[0], "off") ? lt->argv[0] : "None");
		for (i = 0; strcmp(name, "None") && name[i]; i++)
			name[i] = toupper((unsigned char)name[i]);
		lt_put_bit(lt, msg, name, false);
	}
	lt_nest_end(msg, bits);
	lt_nest_end(msg, set);
	lt_put_u8(lt, msg, ETHTOOL_A_FEC_AUTO, automatic);
	return lt->argc > 1 ? lt_arg_error(lt, "unknown parameter '%s'", lt->argv[1]) : 0;
}

static int fec_set(struct lt *lt)
{
	struct nlmsghdr *msg;

	lt->cmd = "--set-fec";
	if (!lt->argc)
		return lt_arg_error(lt, "parameters missing");
	if (strcmp(lt->argv[0], "encoding"))
		return lt_arg_error(lt, "unknown parameter '%s'", lt->argv[0]);
	lt->argc--;
	lt->argv++;
	if (!lt->argc)
		return lt_arg_error(lt, "no value for parameter '%s'", "encoding");
	msg = lt_request(lt, ETHTOOL_MSG_FEC_SET, ETHTOOL_A_FEC_HEADER, 0);
	if (!msg)
		return 83;
	if (fec_encodings(lt, msg))
		return 1;
	return lt_send(lt, msg, NULL, NULL) ? 83 : 0;
}

const struct lt_command lt_fec[] = {
	{ "--show-fec", NULL, "Show forward error correction", fec_get },
	{ "--set-fec", "encoding auto|off|rs|baser|llrs ...", "Set forward error correction",
	  fec_set, LT_ONE_DEV },
	{}
};
