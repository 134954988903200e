// SPDX-License-Identifier: GPL-2.0
/*
 * Features of a device: -k and -K.  ethtool's older names stand for one or several of the
 * kernel's; those of several are shown as a head over them.
 */
#include "shows.h"

static const struct feature_group {
	const char *brief;
	const char *name;
	const char *pattern;	/* of the kernel's names, with at most one '*' */
	bool gone;		/* from every kernel that has netlink: taken, never shown */
} groups[] = {
	{ "rx", "rx-checksumming", "rx-checksum" },
	{ "tx", "tx-checksumming", "tx-checksum-*" },
	{ "sg", "scatter-gather", "tx-scatter-gather*" },
	{ "tso", "tcp-segmentation-offload", "tx-tcp*-segmentation" },
	{ "ufo", "udp-fragmentation-offload", "tx-udp-fragmentation", true },
	{ "gso", "generic-segmentation-offload", "tx-generic-segmentation" },
	{ "gro", "generic-receive-offload", "rx-gro" },
	{ "lro", "large-receive-offload", "rx-lro" },
	{ "rxvlan", "rx-vlan-offload", "rx-vlan-hw-parse" },
	{ "txvlan", "tx-vlan-offload", "tx-vlan-hw-insert" },
	{ "ntuple", "ntuple-filters", "rx-ntuple-filter" },
	{ "rxhash", "receive-hashing", "rx-hashing" },
};

static const uint8_t feature_types[ETHTOOL_A_FEATURES_MAX + 1] = {
	[ETHTOOL_A_FEATURES_HEADER] = MNL_TYPE_NESTED,
	[ETHTOOL_A_FEATURES_HW] = MNL_TYPE_NESTED,
	[ETHTOOL_A_FEATURES_WANTED] = MNL_TYPE_NESTED,
	[ETHTOOL_A_FEATURES_ACTIVE] = MNL_TYPE_NESTED,
	[ETHTOOL_A_FEATURES_NOCHANGE] = MNL_TYPE_NESTED,
};

/* What a device says of its features */
struct features {
	const struct lt_strset *names;
	struct lt_bits hw, wanted, active, nochange;
};

static bool feature_matches(const char *name, const char *pattern)
{
	const char *star = strchr(pattern, '*');
	size_t head, tail, len = strlen(name);

	if (!star)
		return !strcmp(name, pattern);
	head = star - pattern;
	tail = strlen(star + 1);
	return len >= head + tail && !strncmp(name, pattern, head) &&
	       !strcmp(name + len - tail, star + 1);
}

/* The group a feature belongs to, or NULL */
static const struct feature_group *feature_group(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (feature_matches(name, groups[i].pattern))
			return &groups[i];
	return NULL;
}

static void feature_say(struct lt *lt, const struct features *f, uint32_t index, const char *name,
			const char *indent)
{
	bool active = lt_bit(&f->active, f->active.value, index);
	bool wanted = lt_bit(&f->wanted, f->wanted.value, index);
	bool fixed = !lt_bit(&f->hw, f->hw.value, index) ||
		     lt_bit(&f->nochange, f->nochange.value, index);

	out_text(lt, "%s%s: %s%s\n", indent, name, active ? "on" : "off",
		 fixed ? " [fixed]" :
		 active == wanted ? "" : wanted ? " [requested on]" : " [requested off]");
	out_object(lt, name);
	out_bool(lt, "active", NULL, active);
	out_bool(lt, "fixed", NULL, fixed);
	out_bool(lt, "requested", NULL, wanted);
	out_close(lt);
}

static void feature_say_group(struct lt *lt, const struct features *f,
			      const struct feature_group *group)
{
	uint32_t i, members = 0;
	bool active = false;

	for (i = 0; i < f->active.count; i++) {
		if (feature_group(lt_string(f->names, i)) != group)
			continue;
		members++;
		active |= lt_bit(&f->active, f->active.value, i);
	}
	if (members != 1) {
		out_text(lt, "%s: %s\n", group->name, active ? "on" : "off");
		out_object(lt, group->name);
		out_bool(lt, "active", NULL, active);
		out_null(lt, "fixed");
		out_null(lt, "requested");
		out_close(lt);
	}
	for (i = 0; i < f->active.count; i++)
		if (feature_group(lt_string(f->names, i)) == group)
			feature_say(lt, f, i, members == 1 ? group->name : lt_string(f->names, i),
				    members == 1 ? "" : "\t");
}

int features_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[ETHTOOL_A_FEATURES_MAX + 1];
	struct features f = {};
	uint32_t i;

	(void)data;
	f.names = lt_strset(lt, ETH_SS_FEATURES, NULL);
	if (!f.names ||
	    lt_parse(lt, msg, GENL_HDRLEN, tb, feature_types, ETHTOOL_A_FEATURES_MAX) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_HW], &f.hw) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_WANTED], &f.wanted) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_ACTIVE], &f.active) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_NOCHANGE], &f.nochange))
		return -EBADMSG;
	out_device(lt, "Features for %s:\n", lt_dev_name(lt, tb[ETHTOOL_A_FEATURES_HEADER]));
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (!groups[i].gone)
			feature_say_group(lt, &f, &groups[i]);
	for (i = 0; i < f.active.count; i++) {
		const char *name = lt_string(f.names, i);

		if (*name && !feature_group(name))
			feature_say(lt, &f, i, name, "");
	}
	out_close(lt);
	return 0;
}

static int features_get(struct lt *lt)
{
	return lt_get(lt, ETHTOOL_MSG_FEATURES_GET, ETHTOOL_A_FEATURES_HEADER,
		      ETHTOOL_FLAG_COMPACT_BITSETS, features_show);
}

/* --- -K */

struct feature_request {
	const struct lt_strset *names;
	char **argv;
	int argc;
	bool nothing;	/* of what was asked for came */
};

/* The group an argument names, or NULL: then it is a feature of the kernel's */
static const struct feature_group *feature_argument(const char *arg)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		if (!strcmp(arg, groups[i].brief) || !strcmp(arg, groups[i].name))
			return &groups[i];
	return NULL;
}

static int feature_put(struct lt *lt, struct nlmsghdr *msg, const char *name, bool on)
{
	const struct lt_strset *names = &lt->strsets[ETH_SS_FEATURES];
	const struct feature_group *group = feature_argument(name);
	uint32_t i;

	if (!group)
		return 0;
	for (i = 0; i < names->count; i++)
		if (feature_matches(lt_string(names, i), group->pattern))
			lt_put_bit(lt, msg, lt_string(names, i), on);
	return 1;
}

static bool feature_requested(const struct feature_request *request, uint32_t index)
{
	const char *name = lt_string(request->names, index);
	int i;

	for (i = 0; i < request->argc && strcmp(request->argv[i], "--"); i += 2) {
		const struct feature_group *group = feature_argument(request->argv[i]);

		if (*name && (group ? feature_matches(name, group->pattern)
				    : !strcmp(name, request->argv[i])))
			return true;
	}
	return false;
}

static void features_say_change(struct lt *lt, const struct features *f,
				const struct feature_request *request, uint32_t index)
{
	bool refused = lt_bit(&f->wanted, f->wanted.mask, index);
	bool wanted = lt_bit(&f->wanted, f->wanted.value, index);
	bool active = lt_bit(&f->active, f->active.value, index);
	const char *name = lt_string(request->names, index);

	if (!refused && !lt_bit(&f->active, f->active.mask, index))
		return;
	/* Refused: it stays as it was, the opposite of what was wanted. */
	out_text(lt, "%s: %s%s\n", name, (refused ? !wanted : active) ? "on" : "off",
		 refused ? wanted ? " [requested on]" : " [requested off]" :
		 feature_requested(request, index) ? "" : " [not requested]");
	out_object(lt, name);
	out_bool(lt, "active", NULL, refused ? !wanted : active);
	out_bool(lt, "requested", NULL, refused || feature_requested(request, index));
	out_close(lt);
}

/* The answer to a change: in "wanted", what was refused; in "active", what has changed */
static int features_changed(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[ETHTOOL_A_FEATURES_MAX + 1];
	struct feature_request *request = data;
	struct features f = {};
	bool say = false;
	uint32_t i;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, feature_types, ETHTOOL_A_FEATURES_MAX) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_WANTED], &f.wanted) ||
	    lt_bits(lt, tb[ETHTOOL_A_FEATURES_ACTIVE], &f.active))
		return -EBADMSG;
	request->nothing = true;
	for (i = 0; i < request->names->count; i++) {
		bool refused = lt_bit(&f.wanted, f.wanted.mask, i);
		bool asked = feature_requested(request, i);

		request->nothing &= refused == asked;
		say |= refused || (lt_bit(&f.active, f.active.mask, i) && !asked);
	}
	if (!say)
		return 0;
	out_text(lt, "Actual changes:\n");
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	for (i = 0; i < request->names->count; i++)
		features_say_change(lt, &f, request, i);
	out_close(lt);
	return 0;
}

static int features_set(struct lt *lt)
{
	struct feature_request request = { .argv = lt->argv, .argc = lt->argc };
	struct nlmsghdr *msg;

	lt->cmd = "-K";
	request.names = lt_strset(lt, ETH_SS_FEATURES, NULL);
	if (!request.names)
		return 1;
	msg = lt_request(lt, ETHTOOL_MSG_FEATURES_SET, ETHTOOL_A_FEATURES_HEADER,
			 ETHTOOL_FLAG_COMPACT_BITSETS);
	if (!msg)
		return 92;
	/* In ethtool 6.1 a wrong flag has no parameter's name, and says so. */
	if (lt_bitset_names(lt, msg, ETHTOOL_A_FEATURES_WANTED, "(null)", feature_put))
		return 1;
	out_begin(lt);
	if (lt_send(lt, msg, features_changed, &request))
		return 92;
	if (request.nothing) {
		fprintf(lt->err, "Could not change any device features\n");
		return 1;
	}
	return 0;
}

const struct lt_command lt_features[] = {
	{ "-k|--show-features|--show-offload", NULL, "Show features and offloads", features_get },
	{ "-K|--features|--offload", "FEATURE on|off ...", "Switch features and offloads",
	  features_set, LT_SCHEMA_OWN | LT_ONE_DEV },
	{}
};
