// SPDX-License-Identifier: GPL-2.0
/* Sets of strings that the ethtool family names bits and statistics by. */
#include <stdlib.h>

#include "lanetool.h"

#define LT_STRINGS_MAX	65536	/* in a set; the kernel's largest has hundreds */

void lt_strset_free(struct lt_strset *set)
{
	uint32_t i;

	for (i = 0; set->strings && i < set->count; i++)
		free(set->strings[i]);
	free(set->strings);
	set->strings = NULL;
	set->count = 0;
}

const char *lt_string(const struct lt_strset *set, uint32_t index)
{
	return index < set->count && set->strings[index] ? set->strings[index] : "";
}

static int lt_strset_add(struct lt *lt, struct lt_strset *set, const struct nlattr *nest)
{
	static const uint8_t types[ETHTOOL_A_STRING_MAX + 1] = {
		[ETHTOOL_A_STRING_INDEX] = MNL_TYPE_U32,
		[ETHTOOL_A_STRING_VALUE] = MNL_TYPE_NUL_STRING,
	};
	const struct nlattr *tb[ETHTOOL_A_STRING_MAX + 1];
	uint32_t index;

	if (mnl_attr_validate(nest, MNL_TYPE_NESTED) < 0 ||
	    lt_parse_nest(lt, nest, tb, types, ETHTOOL_A_STRING_MAX))
		return -EBADMSG;
	if (!tb[ETHTOOL_A_STRING_INDEX] || !tb[ETHTOOL_A_STRING_VALUE])
		return lt_malformed(lt);
	index = mnl_attr_get_u32(tb[ETHTOOL_A_STRING_INDEX]);
	if (index >= set->count || set->strings[index])
		return lt_malformed(lt);
	set->strings[index] = strdup(mnl_attr_get_str(tb[ETHTOOL_A_STRING_VALUE]));
	return set->strings[index] ? 0 : -ENOMEM;
}

/* The first set of an answer: no more were asked for. */
static int lt_strset_fill(struct lt *lt, struct lt_strset *set, const struct nlattr *nest)
{
	static const uint8_t types[ETHTOOL_A_STRINGSET_MAX + 1] = {
		[ETHTOOL_A_STRINGSET_COUNT] = MNL_TYPE_U32,
		[ETHTOOL_A_STRINGSET_STRINGS] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_STRINGSET_MAX + 1];
	const struct nlattr *string;
	int ret = 0;

	if (lt_parse_nest(lt, nest, tb, types, ETHTOOL_A_STRINGSET_MAX))
		return -EBADMSG;
	if (!tb[ETHTOOL_A_STRINGSET_COUNT] || set->strings ||
	    mnl_attr_get_u32(tb[ETHTOOL_A_STRINGSET_COUNT]) > LT_STRINGS_MAX)
		return lt_malformed(lt);
	set->count = mnl_attr_get_u32(tb[ETHTOOL_A_STRINGSET_COUNT]);
	set->strings = calloc(set->count + 1, sizeof(*set->strings));
	if (!set->strings)
		return -ENOMEM;
	if (!tb[ETHTOOL_A_STRINGSET_STRINGS])
		return 0;
	mnl_attr_for_each_nested(string, tb[ETHTOOL_A_STRINGSET_STRINGS]) {
		ret = lt_strset_add(lt, set, string);
		if (ret)
			break;
	}
	return ret;
}

static int lt_strset_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[ETHTOOL_A_STRSET_MAX + 1] = {
		[ETHTOOL_A_STRSET_STRINGSETS] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_STRSET_MAX + 1];
	static const uint8_t set_types[ETHTOOL_A_STRINGSETS_MAX + 1] = {
		[ETHTOOL_A_STRINGSETS_STRINGSET] = MNL_TYPE_NESTED,
	};
	const struct nlattr *sets[ETHTOOL_A_STRINGSETS_MAX + 1];
	int ret = lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_STRSET_MAX);

	if (ret)
		return ret;
	/* A device that has none of them does not name the set. */
	if (!tb[ETHTOOL_A_STRSET_STRINGSETS])
		return 0;
	ret = lt_parse_nest(lt, tb[ETHTOOL_A_STRSET_STRINGSETS], sets, set_types,
			    ETHTOOL_A_STRINGSETS_MAX);
	if (ret || !sets[ETHTOOL_A_STRINGSETS_STRINGSET])
		return ret;
	return lt_strset_fill(lt, data, sets[ETHTOOL_A_STRINGSETS_STRINGSET]);
}

static struct nlmsghdr *lt_strset_request(struct lt *lt, uint32_t id, const char *dev)
{
	struct nlmsghdr *msg = lt_genl(lt, ETHTOOL_GENL_NAME, ETHTOOL_MSG_STRSET_GET,
				       ETHTOOL_GENL_VERSION, NLM_F_ACK);
	struct nlattr *header, *sets, *set;

	if (!msg)
		return NULL;
	header = lt_nest(lt, msg, ETHTOOL_A_STRSET_HEADER);
	if (dev)
		lt_put_str(lt, msg, ETHTOOL_A_HEADER_DEV_NAME, dev);
	lt_nest_end(msg, header);
	sets = lt_nest(lt, msg, ETHTOOL_A_STRSET_STRINGSETS);
	set = lt_nest(lt, msg, ETHTOOL_A_STRINGSETS_STRINGSET);
	lt_put_u32(lt, msg, ETHTOOL_A_STRINGSET_ID, id);
	lt_nest_end(msg, set);
	lt_nest_end(msg, sets);
	return msg;
}

const struct lt_strset *lt_strset(struct lt *lt, uint32_t id, const char *dev)
{
	struct nlmsghdr *msg;
	struct lt_strset *set;
	int ret;

	if (id >= LT_STRSETS) {
		lt_malformed(lt);	/* Only an answer can name such a one. */
		return NULL;
	}
	set = &lt->strsets[id];
	if (set->strings && !dev)
		return set;
	/* That of a device is asked for again: a dump has a set for each. */
	lt_strset_free(set);
	msg = lt_strset_request(lt, id, dev);
	if (!msg)
		return NULL;
	ret = lt_send(lt, msg, lt_strset_reply, set);
	if (!ret && !set->strings) {
		set->strings = calloc(1, sizeof(*set->strings));
		ret = set->strings ? 0 : -ENOMEM;
	}
	return ret ? NULL : set;
}

const struct lt_strset *lt_ioctl_strings(struct lt *lt, uint32_t id, const char *what)
{
	const struct lt_strset *set;

	lt->quiet_refused = true;
	set = lt_strset(lt, id, lt->dev);
	lt->quiet_refused = false;
	/* What was wrong otherwise has been said. */
	if (!set && lt->refused)
		fprintf(lt->err, "%s: %s\n", what, strerror(-lt->refused));
	return set;
}
