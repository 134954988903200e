// SPDX-License-Identifier: GPL-2.0
/* Link modes by name, in the lines that ethtool puts them in. */
#include "lanetool.h"

enum lt_mode_class lt_mode_class(uint32_t bit)
{
	switch (bit) {
	case ETHTOOL_LINK_MODE_TP_BIT:
	case ETHTOOL_LINK_MODE_AUI_BIT:
	case ETHTOOL_LINK_MODE_MII_BIT:
	case ETHTOOL_LINK_MODE_FIBRE_BIT:
	case ETHTOOL_LINK_MODE_BNC_BIT:
	case ETHTOOL_LINK_MODE_Backplane_BIT:
		return LT_MODE_PORT;
	case ETHTOOL_LINK_MODE_FEC_NONE_BIT:
	case ETHTOOL_LINK_MODE_FEC_RS_BIT:
	case ETHTOOL_LINK_MODE_FEC_BASER_BIT:
	case ETHTOOL_LINK_MODE_FEC_LLRS_BIT:
		return LT_MODE_FEC;
	case ETHTOOL_LINK_MODE_Autoneg_BIT:
	case ETHTOOL_LINK_MODE_Pause_BIT:
	case ETHTOOL_LINK_MODE_Asym_Pause_BIT:
		return LT_MODE_OTHER;
	default:
		return LT_MODE_LINK;
	}
}

/* Half duplex, with which full duplex shares a line.  Newer modes ethtool 6.1 does not know. */
static bool mode_is_half(uint32_t bit)
{
	return bit == ETHTOOL_LINK_MODE_10baseT_Half_BIT ||
	       bit == ETHTOOL_LINK_MODE_100baseT_Half_BIT ||
	       bit == ETHTOOL_LINK_MODE_1000baseT_Half_BIT ||
	       bit == ETHTOOL_LINK_MODE_100baseFX_Half_BIT;
}

/**
 * lt_say_modes() - link modes of one class
 * @lt: the run
 * @bits: all of them
 * @map: the value or the mask of @bits
 * @class: which are said
 * @label: what comes before them
 * @key: for JSON, where they are an array
 *
 * Return: 0, or -EBADMSG after a message.
 */
int lt_say_modes(struct lt *lt, const struct lt_bits *bits, const uint32_t *map,
		 enum lt_mode_class class, const char *label, const char *key)
{
	const struct lt_strset *names = lt_strset(lt, ETH_SS_LINK_MODES, NULL);
	uint32_t i, last = UINT32_MAX;
	char unnamed[16];

	if (!names)
		return -EBADMSG;
	out_text(lt, "\t%s", label);
	out_array(lt, key);
	for (i = 0; i < bits->count; i++) {
		const char *name = lt_string(names, i);

		if (!lt_bit(bits, map, i) || lt_mode_class(i) != class)
			continue;
		if (last != UINT32_MAX && class != LT_MODE_LINK)
			out_text(lt, "\t ");
		else if (last != UINT32_MAX && last + 1 == i && mode_is_half(last))
			out_text(lt, " ");
		else if (last != UINT32_MAX)
			out_text(lt, "\n\t%*s", (int)strlen(label), "");
		snprintf(unnamed, sizeof(unnamed), "BIT%u", i);
		out_str(lt, key, "%s", *name ? name : unnamed);
		last = i;
	}
	if (last == UINT32_MAX && class != LT_MODE_PORT)
		out_text(lt, "Not reported");
	out_text(lt, class == LT_MODE_PORT ? " ]\n" : "\n");
	out_close(lt);
	return 0;
}
