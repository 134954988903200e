// SPDX-License-Identifier: GPL-2.0
/* The address that the hardware was made with: -P, from rtnetlink */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "lanetool.h"

static int address_show(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[IFLA_MAX + 1] = {
		[IFLA_IFNAME] = MNL_TYPE_NUL_STRING,
	};
	const struct nlattr *tb[IFLA_MAX + 1];
	const uint8_t *bytes;
	char address[3 * 32];
	size_t i, len;

	(void)data;
	if (msg->nlmsg_type != RTM_NEWLINK)
		return lt_malformed(lt);
	if (lt_parse(lt, msg, sizeof(struct ifinfomsg), tb, types, IFLA_MAX))
		return -EBADMSG;
	if (!tb[IFLA_IFNAME])
		return lt_malformed(lt);
	if (lt->dump && !tb[IFLA_PERM_ADDRESS])
		return 0;
	out_object(lt, NULL);
	out_str(lt, "ifname", lt->dump ? "Permanent address of %s:" : NULL,
		mnl_attr_get_str(tb[IFLA_IFNAME]));
	out_text(lt, lt->dump ? "" : "Permanent address:");
	if (tb[IFLA_PERM_ADDRESS]) {
		bytes = mnl_attr_get_payload(tb[IFLA_PERM_ADDRESS]);
		len = mnl_attr_get_payload_len(tb[IFLA_PERM_ADDRESS]);
		address[0] = '\0';
		for (i = 0; i < len && i < sizeof(address) / 3; i++)
			snprintf(address + 3 * i, sizeof(address) - 3 * i, "%02x%s", bytes[i],
				 i + 1 < len ? ":" : "");
		out_str(lt, "permanent-address", " %s\n", address);
	} else {
		out_text(lt, " not set\n");
	}
	out_close(lt);
	return 0;
}

static int address_get(struct lt *lt)
{
	struct nlmsghdr *msg;

	lt->dump = !strcmp(lt->dev, "*");
	msg = lt_rtnl(lt, RTM_GETLINK, lt->dump ? NLM_F_DUMP : NLM_F_ACK, sizeof(struct ifinfomsg));
	if (!lt->dump)
		lt_put_str(lt, msg, strlen(lt->dev) < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME,
			   lt->dev);
	lt_put_u32(lt, msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	out_begin(lt);
	return lt_send(lt, msg, address_show, NULL) ? 1 : 0;
}

const struct lt_command lt_address[] = {
	{ "-P|--show-permaddr", NULL, "Show the permanent address", address_get, LT_SCHEMA_OWN },
	{}
};
