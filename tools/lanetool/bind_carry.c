// SPDX-License-Identifier: GPL-2.0
/*
 * What a port's network device is known by to others, from the one that a driver takes with it
 * to the one that the next driver makes: MTU, bridge or bond, up, addresses, routes.  Messages
 * that the kernel gave of the one are given to it for the other.
 */
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>

#include "bind.h"
#include "links.h"
#include "port.h"

#define CARRY_MAX	1024	/* addresses and routes; a router's full table is its daemon's */
#define UDEV_MS		5000

/* In the order in which they are given */
enum carry_kind {
	CARRY_V4,		/* addresses */
	CARRY_V6,
	CARRY_ROUTE,
	CARRY_GATEWAY,		/* routes by gateways, which others have to lead to */
	CARRY_KINDS,
};

struct carry_one {
	struct nlmsghdr *msg;	/* as the kernel gave it */
	enum carry_kind kind;
};

struct bind_carry {
	uint32_t ifindex;	/* of the device that goes */
	bool up;
	uint32_t mtu, master;
	struct carry_one one[CARRY_MAX];
	unsigned int count, others;	/* that cannot be carried */
	struct links *links;	/* before */
};

/* --- What there is */

static int carry_keep(struct lt *lt, struct bind_carry *carry, const struct nlmsghdr *msg,
		      enum carry_kind kind)
{
	struct carry_one *one = &carry->one[carry->count];

	if (carry->count == CARRY_MAX) {
		carry->others++;
		return 0;
	}
	one->msg = malloc(msg->nlmsg_len);
	if (!one->msg)
		return lt_error(lt, "%s", strerror(ENOMEM)), -ENOMEM;
	memcpy(one->msg, msg, msg->nlmsg_len);
	one->kind = kind;
	carry->count++;
	return 0;
}

/* What the kernel or a router gives by itself it gives to the new device as well. */
static int carry_address(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[IFA_MAX + 1] = {
		[IFA_FLAGS] = MNL_TYPE_U32,
		[IFA_PROTO] = MNL_TYPE_U8,
	};
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[IFA_MAX + 1];
	struct bind_carry *carry = data;
	uint8_t from;

	if (msg->nlmsg_type != RTM_NEWADDR)
		return 0;
	if (lt_parse(lt, msg, sizeof(*head), tb, types, IFA_MAX))
		return -EBADMSG;
	from = tb[IFA_PROTO] ? mnl_attr_get_u8(tb[IFA_PROTO]) : IFAPROT_UNSPEC;
	if (head->ifa_index != carry->ifindex || from == IFAPROT_KERNEL_RA ||
	    from == IFAPROT_KERNEL_LL ||
	    (tb[IFA_FLAGS] && head->ifa_family == AF_INET6 &&
	     mnl_attr_get_u32(tb[IFA_FLAGS]) & IFA_F_TEMPORARY))
		return 0;
	return carry_keep(lt, carry, msg, head->ifa_family == AF_INET6 ? CARRY_V6 : CARRY_V4);
}

/* Does one of a route's several ways go by the device?  Those are lost. */
static bool carry_several(const struct nlattr *ways, uint32_t ifindex)
{
	const struct rtnexthop *way = ways ? mnl_attr_get_payload(ways) : NULL;
	size_t left = ways ? mnl_attr_get_payload_len(ways) : 0, len;

	while (left >= sizeof(*way) && way->rtnh_len >= sizeof(*way) && way->rtnh_len <= left) {
		if (way->rtnh_ifindex == (int)ifindex)
			return true;
		len = MNL_ALIGN((size_t)way->rtnh_len);
		left -= len < left ? len : left;
		way = (const void *)((const char *)way + len);
	}
	return false;
}

static int carry_route(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[RTA_MAX + 1] = { [RTA_OIF] = MNL_TYPE_U32 };
	const struct rtmsg *head = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[RTA_MAX + 1];
	struct bind_carry *carry = data;

	if (msg->nlmsg_type != RTM_NEWROUTE)
		return 0;
	if (lt_parse(lt, msg, sizeof(*head), tb, types, RTA_MAX))
		return -EBADMSG;
	carry->others += carry_several(tb[RTA_MULTIPATH], carry->ifindex);
	if (!tb[RTA_OIF] || mnl_attr_get_u32(tb[RTA_OIF]) != carry->ifindex ||
	    head->rtm_protocol == RTPROT_KERNEL || head->rtm_protocol == RTPROT_RA ||
	    head->rtm_flags & RTM_F_CLONED)
		return 0;
	return carry_keep(lt, carry, msg, tb[RTA_GATEWAY] || tb[RTA_VIA] ? CARRY_GATEWAY :
									   CARRY_ROUTE);
}

static int carry_read(struct lt *lt, const struct bind_port *port, struct bind_carry *carry)
{
	struct ports ports = {};
	const struct link_one *link;
	struct nlmsghdr *msg;
	int ret = ports_find(lt, port->ifname, &ports);

	if (!ret) {
		carry->up = ports.port->flags & IFF_UP;
		carry->mtu = ports.port->mtu;
	}
	ports_free(&ports);
	if (!ret)
		ret = links_load(lt, carry->links);
	if (ret)
		return ret;
	link = links_find(carry->links, carry->ifindex);
	carry->master = link ? link->master : 0;
	msg = lt_rtnl(lt, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	ret = lt_send(lt, msg, carry_address, carry);
	if (ret)
		return ret;
	msg = lt_rtnl(lt, RTM_GETROUTE, NLM_F_DUMP, sizeof(struct rtmsg));
	return lt_send(lt, msg, carry_route, carry);
}

int bind_carry_read(struct lt *lt, const struct bind_port *port, struct bind_carry **out)
{
	struct bind_carry *carry;
	int ret = -ENOMEM;

	*out = NULL;
	if (!port->ifindex)
		return 0;
	carry = calloc(1, sizeof(*carry));
	if (carry)
		carry->links = calloc(1, sizeof(*carry->links));
	if (carry && carry->links) {
		carry->ifindex = port->ifindex;
		ret = carry_read(lt, port, carry);
	}
	if (ret)
		bind_carry_free(carry);
	else
		*out = carry;
	return ret;
}

void bind_carry_free(struct bind_carry *carry)
{
	if (!carry)
		return;
	while (carry->count)
		free(carry->one[--carry->count].msg);
	free(carry->links);
	free(carry);
}

/* --- And is to be again */

/* Return: 0 or a negative error; nothing is said */
static int carry_send(struct lt *lt, struct nlmsghdr *msg)
{
	bool quiet = lt->quiet;
	int ret;

	lt->quiet = true;
	ret = lt_send(lt, msg, NULL, NULL);
	lt->quiet = quiet;
	return ret;
}

static int carry_link(struct lt *lt, uint32_t ifindex, uint16_t attr, uint32_t value)
{
	struct nlmsghdr *msg = lt_rtnl(lt, RTM_SETLINK, NLM_F_ACK, sizeof(struct ifinfomsg));
	struct ifinfomsg *head = mnl_nlmsg_get_payload(msg);

	head->ifi_index = ifindex;
	if (attr) {
		lt_put_u32(lt, msg, attr, value);
	} else {
		head->ifi_flags = IFF_UP;
		head->ifi_change = IFF_UP;
	}
	return carry_send(lt, msg);
}

/* One message, for another device; attributes but those that are not for us to set */
static int carry_again(struct lt *lt, const struct nlmsghdr *old, uint32_t ifindex)
{
	bool address = old->nlmsg_type == RTM_NEWADDR;
	size_t head = address ? sizeof(struct ifaddrmsg) : sizeof(struct rtmsg);
	struct nlmsghdr *msg = lt_rtnl(lt, old->nlmsg_type,
				       NLM_F_ACK | NLM_F_CREATE | (address ? NLM_F_REPLACE : 0),
				       head);
	const struct nlattr *attr;
	int ret;

	memcpy(mnl_nlmsg_get_payload(msg), mnl_nlmsg_get_payload(old), head);
	if (address)
		((struct ifaddrmsg *)mnl_nlmsg_get_payload(msg))->ifa_index = ifindex;
	else
		((struct rtmsg *)mnl_nlmsg_get_payload(msg))->rtm_flags &= RTNH_F_ONLINK;
	mnl_attr_for_each(attr, old, head) {
		uint16_t type = mnl_attr_get_type(attr);

		/* A label has the device's name in it. */
		if (address ? type == IFA_LABEL : type == RTA_OIF || type == RTA_CACHEINFO)
			continue;
		lt_put(lt, msg, attr->nla_type, mnl_attr_get_payload(attr),
		       mnl_attr_get_payload_len(attr));
	}
	if (!address)
		lt_put_u32(lt, msg, RTA_OIF, ifindex);
	ret = carry_send(lt, msg);
	return ret == -EEXIST ? 0 : ret;
}

/* "10.0.0.1/24", of an address or a route's destination */
static void carry_text(const struct nlmsghdr *msg, char *text, size_t size)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(msg);
	const struct rtmsg *route = mnl_nlmsg_get_payload(msg);
	bool is = msg->nlmsg_type == RTM_NEWADDR;
	uint8_t family = is ? address->ifa_family : route->rtm_family;
	char ip[INET6_ADDRSTRLEN] = "";
	const struct nlattr *attr;

	mnl_attr_for_each(attr, msg, is ? sizeof(*address) : sizeof(*route)) {
		uint16_t type = mnl_attr_get_type(attr);

		/* The own address is that in IFA_LOCAL, if there is one. */
		if (is ? type == IFA_LOCAL || (type == IFA_ADDRESS && !*ip) : type == RTA_DST)
			if (mnl_attr_get_payload_len(attr) == (family == AF_INET6 ? 16 : 4))
				inet_ntop(family, mnl_attr_get_payload(attr), ip, sizeof(ip));
	}
	if (*ip)
		snprintf(text, size, "%s/%u", ip, is ? address->ifa_prefixlen : route->rtm_dst_len);
	else
		snprintf(text, size, "default");
}

/* All of a kind.  Return: how many are there again */
static unsigned int carry_kind(struct lt *lt, const struct bind_carry *carry,
			       const struct bind_port *port, enum carry_kind kind)
{
	const char *what = kind <= CARRY_V6 ? "address" : "route";
	unsigned int i, done = 0;
	char text[64];
	int ret;

	for (i = 0; i < carry->count; i++) {
		/* Of IPv6's, the kernel gives the newest first. */
		const struct carry_one *one =
			&carry->one[kind == CARRY_V6 ? carry->count - 1 - i : i];

		if (one->kind != kind)
			continue;
		ret = carry_again(lt, one->msg, port->ifindex);
		done += !ret;
		carry_text(one->msg, text, sizeof(text));
		if (ret)
			lt_error(lt, "%s: lost: %s %s: %s; ip %s add %s dev %s%s", port->ifname,
				 what, text, strerror(-ret), what, text, port->ifname,
				 kind == CARRY_GATEWAY ? " via ..." : "");
	}
	return done;
}

/* Where udev runs it may give the device another name, which it cannot while that is up. */
static void carry_settle(struct lt *lt, struct bind_port *port)
{
	unsigned int waited;
	char line[16];

	for (waited = 0; waited < UDEV_MS; waited += 100) {
		if (sys_read(lt, line, sizeof(line), "/run/udev/control") == -ENOENT ||
		    sys_read(lt, line, sizeof(line), "/run/udev/data/n%u",
			     port->ifindex) != -ENOENT)
			break;
		lt->kernel->sleep(lt, 100);
	}
	bind_read(lt, port);
}

static void carry_settings(struct lt *lt, const struct bind_carry *carry,
			   const struct bind_port *port)
{
	const struct link_one *master = links_find(carry->links, carry->master);
	const struct {
		bool wanted;
		uint16_t attr;
		uint32_t value;
		char again[64];
	} settings[] = {
		{ carry->mtu, IFLA_MTU, carry->mtu, "mtu" },
		/* A bond takes what is down. */
		{ master, IFLA_MASTER, carry->master, "master" },
		{ carry->up, 0, 0, "up" },
	};
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		ret = settings[i].wanted ? carry_link(lt, port->ifindex, settings[i].attr,
						      settings[i].value) : 0;
		if (ret)
			lt_error(lt, "%s: lost: %s %s: %s", port->ifname, settings[i].again,
				 settings[i].attr == IFLA_MASTER ? master->name : "",
				 strerror(-ret));
	}
}

/* VLANs and the like go with the device below them. */
static void carry_uppers(struct lt *lt, const struct bind_carry *carry,
			 const struct bind_port *port)
{
	struct links *now = calloc(1, sizeof(*now));
	unsigned int i;

	if (!now || links_load(lt, now)) {
		free(now);
		return;
	}
	for (i = 0; i < carry->links->count; i++) {
		const struct link_one *link = &carry->links->link[i];

		if (link->under == carry->ifindex && !links_find(now, link->ifindex))
			lt_error(lt, "%s: lost: %s, a %s over it", port->ifname, link->name,
				 *link->kind ? link->kind : "device");
	}
	free(now);
}

void bind_carry_write(struct lt *lt, const struct bind_carry *carry, struct bind_port *port,
		      struct bind_carried *carried)
{
	enum carry_kind kind;

	if (!carry)
		return;
	if (!port->ifindex) {
		lt_error(lt, "%s: lost: %u addresses and routes: there is no network device yet",
			 port->pci, carry->count);
		return;
	}
	carry_settle(lt, port);
	carry_settings(lt, carry, port);
	for (kind = 0; kind < CARRY_KINDS; kind++)
		*(kind <= CARRY_V6 ? &carried->addresses : &carried->routes) +=
			carry_kind(lt, carry, port, kind);
	if (carry->others)
		lt_error(lt, "%s: lost: %u routes by several ways, or more than %d", port->ifname,
			 carry->others, CARRY_MAX);
	carry_uppers(lt, carry, port);
}
