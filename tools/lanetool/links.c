// SPDX-License-Identifier: GPL-2.0
/* All devices by one request to rtnetlink. */
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include "links.h"

#define LINKS_DEEP	16	/* of devices over devices */
#define DATA_MAX	IFLA_VXLAN_LOCAL6	/* of a tunnel's attributes those read */

/* Where a kind of tunnel has its lower device; the same kernels have IFLA_LINK for some. */
static const struct {
	const char *kind;
	uint16_t attr;
} tunnels[] = {
	{ "vxlan", IFLA_VXLAN_LINK },
	{ "gre", IFLA_GRE_LINK },
	{ "gretap", IFLA_GRE_LINK },
	{ "ip6gre", IFLA_GRE_LINK },
	{ "ip6gretap", IFLA_GRE_LINK },
	{ "ipip", IFLA_IPTUN_LINK },
	{ "sit", IFLA_IPTUN_LINK },
	{ "ip6tnl", IFLA_IPTUN_LINK },
};

static void links_text(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%s", attr ? mnl_attr_get_str(attr) : "");
}

static int links_info(struct lt *lt, const struct nlattr *nest, struct link_one *link)
{
	static const uint8_t types[IFLA_INFO_MAX + 1] = {
		[IFLA_INFO_KIND] = MNL_TYPE_NUL_STRING,
		[IFLA_INFO_DATA] = MNL_TYPE_NESTED,
	};
	uint8_t data_types[DATA_MAX + 1] = {};
	const struct nlattr *tb[IFLA_INFO_MAX + 1], *data[DATA_MAX + 1];
	size_t i;

	if (lt_parse_nest(lt, nest, tb, types, IFLA_INFO_MAX))
		return -EBADMSG;
	links_text(link->kind, sizeof(link->kind), tb[IFLA_INFO_KIND]);
	for (i = 0; i < ARRAY_SIZE(tunnels); i++) {
		if (strcmp(link->kind, tunnels[i].kind) || !tb[IFLA_INFO_DATA])
			continue;
		data_types[tunnels[i].attr] = MNL_TYPE_U32;
		if (lt_parse_nest(lt, tb[IFLA_INFO_DATA], data, data_types, DATA_MAX))
			return -EBADMSG;
		if (data[tunnels[i].attr])
			link->under = mnl_attr_get_u32(data[tunnels[i].attr]);
		link->six = !strcmp(link->kind, "vxlan") &&
			    (data[IFLA_VXLAN_GROUP6] || data[IFLA_VXLAN_LOCAL6]);
	}
	return 0;
}

static int links_take(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[IFLA_MAX + 1] = {
		[IFLA_IFNAME] = MNL_TYPE_NUL_STRING,
		[IFLA_MTU] = MNL_TYPE_U32,
		[IFLA_LINK] = MNL_TYPE_U32,
		[IFLA_MASTER] = MNL_TYPE_U32,
		[IFLA_QDISC] = MNL_TYPE_NUL_STRING,
		[IFLA_LINKINFO] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[IFLA_MAX + 1];
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(msg);
	struct links *links = data;
	struct link_one *link;

	if (msg->nlmsg_type != RTM_NEWLINK || links->count == LINKS_MAX)
		return 0;
	if (lt_parse(lt, msg, sizeof(*info), tb, types, IFLA_MAX))
		return -EBADMSG;
	link = &links->link[links->count++];
	memset(link, 0, sizeof(*link));
	link->ifindex = info->ifi_index;
	link->flags = info->ifi_flags;
	links_text(link->name, sizeof(link->name), tb[IFLA_IFNAME]);
	links_text(link->qdisc, sizeof(link->qdisc), tb[IFLA_QDISC]);
	if (tb[IFLA_MTU])
		link->mtu = mnl_attr_get_u32(tb[IFLA_MTU]);
	/* In another namespace it is another device's number. */
	if (tb[IFLA_LINK] && !tb[IFLA_LINK_NETNSID])
		link->under = mnl_attr_get_u32(tb[IFLA_LINK]);
	if (tb[IFLA_MASTER])
		link->master = mnl_attr_get_u32(tb[IFLA_MASTER]);
	return tb[IFLA_LINKINFO] ? links_info(lt, tb[IFLA_LINKINFO], link) : 0;
}

int links_load(struct lt *lt, struct links *links)
{
	struct nlmsghdr *msg = lt_rtnl(lt, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));

	links->count = 0;
	return lt_send(lt, msg, links_take, links);
}

const struct link_one *links_find(const struct links *links, uint32_t ifindex)
{
	unsigned int i;

	for (i = 0; i < links->count; i++)
		if (links->link[i].ifindex == ifindex)
			return &links->link[i];
	return NULL;
}

struct links_search {
	const struct links *links;
	struct lt *lt;		/* of one for hardware */
	uint32_t lower;		/* else for this device */
};

static bool links_ground(const struct links_search *search, const struct link_one *link)
{
	return search->lt &&
	       (link->flags & IFF_LOOPBACK ||
		sys_names(search->lt, NULL, NULL, "/sys/class/net/%s/device", link->name) >= 0);
}

/* Is there such a device at or below this one? */
static bool links_reach(const struct links_search *search, uint32_t upper, unsigned int deep)
{
	const struct links *links = search->links;
	const struct link_one *link = upper ? links_find(links, upper) : NULL;
	unsigned int i;

	/* Also where there was no room for it among the others */
	if (upper && upper == search->lower)
		return true;
	if (!link || deep == LINKS_DEEP)
		return false;
	if (links_ground(search, link) || links_reach(search, link->under, deep + 1))
		return true;
	for (i = 0; i < links->count; i++)
		if (links->link[i].master == upper &&
		    links_reach(search, links->link[i].ifindex, deep + 1))
			return true;
	return false;
}

bool links_over(const struct links *links, uint32_t upper, uint32_t lower)
{
	const struct links_search search = { .links = links, .lower = lower };

	return links_reach(&search, upper, 0);
}

bool links_grounded(struct lt *lt, const struct links *links, uint32_t upper)
{
	const struct links_search search = { .links = links, .lt = lt };

	return links_reach(&search, upper, 0);
}
