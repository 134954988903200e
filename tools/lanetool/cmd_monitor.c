// SPDX-License-Identifier: GPL-2.0
/* What changes, as the kernel tells it to all who listen: --monitor */
#include <stdlib.h>

#include "shows.h"

static const struct monitor_kind {
	const char *options;	/* it is asked for by one of these, or with all */
	uint8_t notice;
	const char *key;	/* for JSON */
	lt_reply show;
} kinds[] = {
	{ "-s|--change", ETHTOOL_MSG_LINKMODES_NTF, "link-modes", settings_modes },
	{ "-s|--change", ETHTOOL_MSG_LINKINFO_NTF, "link-info", settings_port },
	{ "-s|--change", ETHTOOL_MSG_WOL_NTF, "wol", settings_wol },
	{ "-s|--change", ETHTOOL_MSG_DEBUG_NTF, "msglvl", settings_messages },
	{ "-k|--show-features|--show-offload|-K|--features|--offload", ETHTOOL_MSG_FEATURES_NTF,
	  "features", features_show },
	{ "--show-priv-flags|--set-priv-flags", ETHTOOL_MSG_PRIVFLAGS_NTF, "priv-flags",
	  private_show },
	{ "-g|--show-ring|-G|--set-ring", ETHTOOL_MSG_RINGS_NTF, "rings", rings_show },
	{ "-l|--show-channels|-L|--set-channels", ETHTOOL_MSG_CHANNELS_NTF, "channels",
	  channels_show },
	{ "-c|--show-coalesce|-C|--coalesce", ETHTOOL_MSG_COALESCE_NTF, "coalesce",
	  coalesce_show },
	{ "-a|--show-pause|-A|--pause", ETHTOOL_MSG_PAUSE_NTF, "pause", pause_show },
	{ "--show-eee|--set-eee", ETHTOOL_MSG_EEE_NTF, "eee", eee_show },
	{ "--show-module|--set-module", ETHTOOL_MSG_MODULE_NTF, "module", module_show },
	/* ethtool 6.1 shows it, but has no option for it alone. */
	{ "", ETHTOOL_MSG_FEC_NTF, "fec", fec_show },
};

struct monitor {
	int family;
	const char *option;	/* NULL: all */
	const char *dev;	/* likewise */
};

/* Return: which it is and is wanted, or NULL */
static const struct monitor_kind *monitor_kind(const struct monitor *monitor, uint8_t notice)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].notice == notice &&
		    (!monitor->option || lt_named(kinds[i].options, monitor->option)))
			return &kinds[i];
	return NULL;
}

static int monitor_notice(struct lt *lt, const struct monitor *monitor, const struct nlmsghdr *msg)
{
	/* All of them have their header in the same attribute. */
	static const uint8_t types[ETHTOOL_A_LINKMODES_HEADER + 1] = {
		[ETHTOOL_A_LINKMODES_HEADER] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[ETHTOOL_A_LINKMODES_HEADER + 1];
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(msg);
	const struct monitor_kind *kind;
	struct settings settings = {};
	int ret;

	if (msg->nlmsg_type != monitor->family)
		return 0;
	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, ETHTOOL_A_LINKMODES_HEADER))
		return -EBADMSG;
	kind = monitor_kind(monitor, genl->cmd);
	if (!kind || (monitor->dev && strcmp(lt_dev_name(lt, tb[ETHTOOL_A_LINKMODES_HEADER]),
					     monitor->dev)))
		return 0;
	lt->notice = kind->key;
	ret = kind->show(lt, msg, &settings);
	out_finish(lt);
	fflush(lt->text);
	return ret;
}

static int monitor_listen(struct lt *lt, const struct monitor *monitor, void *buf)
{
	const struct nlmsghdr *msg;
	int ret = 0, len;
	ssize_t got;

	while (!ret) {
		got = lt->kernel->recv(lt, LT_NOTICES, buf, LT_MSG_SIZE);
		if (got < 0 && errno == ENOBUFS) {
			fprintf(lt->err, "netlink error: too many at a time, some are lost\n");
			continue;
		}
		if (got < 0) {
			fprintf(lt->err, "netlink error: %s\n", strerror(errno));
			return -errno;
		}
		msg = buf;
		len = got;
		for (; !ret && lt_msg_ok(msg, len); msg = mnl_nlmsg_next(msg, &len))
			ret = monitor_notice(lt, monitor, msg);
		if (!ret && len > 0)
			ret = lt_malformed(lt);
	}
	return ret;
}

/* "[OPTION] [DEVNAME]"; ethtool passes over what comes then.  Return: 0 or 1 after a message. */
static int monitor_args(struct lt *lt, struct monitor *monitor)
{
	bool known = true;
	size_t i;

	if (lt->argc && lt->argv[0][0] == '-') {
		known = !strcmp(lt->argv[0], "--all");
		if (!known)
			monitor->option = lt->argv[0];
		for (i = 0; i < ARRAY_SIZE(kinds) && !known; i++)
			known = lt_named(kinds[i].options, monitor->option);
		lt->argv++;
		lt->argc--;
	}
	if (!known) {
		/* It names what comes behind the option. */
		fprintf(lt->err, "monitoring for option '%s' not supported\n",
			lt->argc ? lt->argv[0] : "(null)");
		return 1;
	}
	if (lt->argc && strcmp(lt->argv[0], "*"))
		monitor->dev = lt->argv[0];
	return 0;
}

static int monitor_run(struct lt *lt)
{
	struct monitor monitor = { .family = lt_family(lt, ETHTOOL_GENL_NAME) };
	uint32_t group;
	void *buf;
	int ret;

	if (lt_group(lt, ETHTOOL_GENL_NAME, ETHTOOL_MCGRP_MONITOR_NAME, &group))
		return 1;
	if (!group)
		return lt_error(lt, "the kernel tells nobody of changes");
	if (monitor_args(lt, &monitor))
		return 1;
	if (lt->kernel->join(lt, group) < 0)
		return lt_error(lt, "cannot listen: %s", strerror(errno));
	/* As ethtool does: a device that is not there is said, and may come. */
	if (monitor.dev)
		lt_strset(lt, ETH_SS_PRIV_FLAGS, monitor.dev);
	buf = malloc(LT_MSG_SIZE);
	if (!buf)
		return lt_error(lt, "out of memory");
	out_text(lt, "listening...\n");
	fflush(lt->text);
	lt->dump = true;	/* devices follow each other */
	ret = monitor_listen(lt, &monitor, buf);
	free(buf);
	return ret ? 1 : 0;
}

const struct lt_command lt_monitor[] = {
	{ "--monitor",
	  "[--all | -s|--change\n"
	  "  | -k|--show-features|--show-offload|-K|--features|--offload\n"
	  "  | --show-priv-flags|--set-priv-flags | -g|--show-ring|-G|--set-ring\n"
	  "  | -l|--show-channels|-L|--set-channels | -c|--show-coalesce|-C|--coalesce\n"
	  "  | -a|--show-pause|-A|--pause | --show-eee|--set-eee\n"
	  "  | --show-module|--set-module] [DEVNAME]",
	  "Show changes when they happen", monitor_run, LT_NO_DEV | LT_SCHEMA_OWN },
	{}
};
