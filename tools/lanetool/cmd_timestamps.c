// SPDX-License-Identifier: GPL-2.0
/* What a device can take the time of: -T */
#include <inttypes.h>

#include "lanetool.h"

static int timestamps_list(struct lt *lt, const struct nlattr *nest, uint32_t strset,
			   const char *label, const char *none, const char *key)
{
	const struct lt_strset *names = lt_strset(lt, strset, NULL);
	struct lt_bits bits = {};
	bool empty = true;
	char unnamed[16];
	uint32_t i;

	if (!names || (nest && lt_bits(lt, nest, &bits)))
		return -EBADMSG;
	out_text(lt, "%s:", label);
	out_array(lt, key);
	for (i = 0; i < bits.count; i++) {
		if (!lt_bit(&bits, bits.value, i))
			continue;
		snprintf(unnamed, sizeof(unnamed), "bit%u", i);
		out_text(lt, empty ? "\n" : "");
		out_str(lt, key, "\t%s\n", *lt_string(names, i) ? lt_string(names, i) : unnamed);
		empty = false;
	}
	if (empty)
		out_text(lt, "%s\n", none);
	out_close(lt);
	return 0;
}

static int timestamps_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_TSINFO_MAX + 1] = {
		[ETHTOOL_A_TSINFO_HEADER] = MNL_TYPE_NESTED,
		[ETHTOOL_A_TSINFO_TIMESTAMPING] = MNL_TYPE_NESTED,
		[ETHTOOL_A_TSINFO_TX_TYPES] = MNL_TYPE_NESTED,
		[ETHTOOL_A_TSINFO_RX_FILTERS] = MNL_TYPE_NESTED,
		[ETHTOOL_A_TSINFO_PHC_INDEX] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[ETHTOOL_A_TSINFO_MAX + 1];

	(void)data;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_TSINFO_MAX))
		return -EBADMSG;
	out_device(lt, "Time stamping parameters for %s:\n",
		   lt_dev_name(lt, tb[ETHTOOL_A_TSINFO_HEADER]));
	if (timestamps_list(lt, tb[ETHTOOL_A_TSINFO_TIMESTAMPING], ETH_SS_SOF_TIMESTAMPING,
			    "Capabilities", "", "capabilities"))
		return -EBADMSG;
	if (tb[ETHTOOL_A_TSINFO_PHC_INDEX])
		out_uint(lt, "ptp-hardware-clock", "PTP Hardware Clock: %" PRIu64 "\n",
			 mnl_attr_get_u32(tb[ETHTOOL_A_TSINFO_PHC_INDEX]));
	else
		out_text(lt, "PTP Hardware Clock: none\n");
	if (timestamps_list(lt, tb[ETHTOOL_A_TSINFO_TX_TYPES], ETH_SS_TS_TX_TYPES,
			    "Hardware Transmit Timestamp Modes", " none", "tx-types") ||
	    timestamps_list(lt, tb[ETHTOOL_A_TSINFO_RX_FILTERS], ETH_SS_TS_RX_FILTERS,
			    "Hardware Receive Filter Modes", " none", "rx-filters"))
		return -EBADMSG;
	out_close(lt);
	return 0;
}

static int timestamps_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_TSINFO_GET, ETHTOOL_A_TSINFO_HEADER,
		      ETHTOOL_FLAG_COMPACT_BITSETS, timestamps_show);
}

const struct lt_command lt_timestamps[] = {
	{ "-T|--show-time-stamping", NULL, "Show what times can be taken", timestamps_get,
	  LT_SCHEMA_OWN },
	{}
};
