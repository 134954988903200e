// SPDX-License-Identifier: GPL-2.0
/* Flowlane's table of steered flows, as its netlink family tells it. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdlib.h>

#include <linux/flowlane.h>

#include "port.h"

static const uint8_t flow_types[FLOWLANE_A_FLOW_MAX + 1] = {
	[FLOWLANE_A_FLOW_IFINDEX] = MNL_TYPE_U32,
	[FLOWLANE_A_FLOW_ID] = MNL_TYPE_U32,
	[FLOWLANE_A_FLOW_L3_PROTO] = MNL_TYPE_U16,
	[FLOWLANE_A_FLOW_PROTO] = MNL_TYPE_U8,
	[FLOWLANE_A_FLOW_SRC_PORT] = MNL_TYPE_U16,
	[FLOWLANE_A_FLOW_DST_PORT] = MNL_TYPE_U16,
	[FLOWLANE_A_FLOW_HASH] = MNL_TYPE_U32,
	[FLOWLANE_A_FLOW_BUCKET] = MNL_TYPE_U32,
	[FLOWLANE_A_FLOW_TIER] = MNL_TYPE_U32,
	[FLOWLANE_A_FLOW_LANE] = MNL_TYPE_U32,
	[FLOWLANE_A_FLOW_CPU] = MNL_TYPE_U32,
	[FLOWLANE_A_FLOW_AGE] = MNL_TYPE_U32,
};

static uint32_t flow_u32(const struct nlattr *const *tb, uint16_t attr)
{
	return tb[attr] ? mnl_attr_get_u32(tb[attr]) : 0;
}

static uint16_t flow_u16(const struct nlattr *const *tb, uint16_t attr)
{
	return tb[attr] ? mnl_attr_get_u16(tb[attr]) : 0;
}

/* Return: false if there is none of the length that its protocol has */
static bool flow_take_address(uint8_t *address, const struct nlattr *attr, uint16_t l3)
{
	size_t size = l3 == ETH_P_IPV6 ? 16 : 4;

	if (!attr || mnl_attr_get_payload_len(attr) != size)
		return false;
	memcpy(address, mnl_attr_get_payload(attr), size);
	return true;
}

static int flow_add(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	const struct nlattr *tb[FLOWLANE_A_FLOW_MAX + 1];
	struct flows *flows = data;
	struct flow *flow;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, flow_types, FLOWLANE_A_FLOW_MAX))
		return -EBADMSG;
	if (flows->count == flows->room) {
		flow = realloc(flows->flow, (2 * flows->room + 64) * sizeof(*flow));
		if (!flow)
			return -ENOMEM;
		flows->flow = flow;
		flows->room = 2 * flows->room + 64;
	}
	flow = &flows->flow[flows->count];
	*flow = (struct flow){
		.ifindex = flow_u32(tb, FLOWLANE_A_FLOW_IFINDEX),
		.id = flow_u32(tb, FLOWLANE_A_FLOW_ID),
		.l3 = flow_u16(tb, FLOWLANE_A_FLOW_L3_PROTO),
		.proto = tb[FLOWLANE_A_FLOW_PROTO] ? mnl_attr_get_u8(tb[FLOWLANE_A_FLOW_PROTO]) : 0,
		.src_port = ntohs(flow_u16(tb, FLOWLANE_A_FLOW_SRC_PORT)),
		.dst_port = ntohs(flow_u16(tb, FLOWLANE_A_FLOW_DST_PORT)),
		.hash = flow_u32(tb, FLOWLANE_A_FLOW_HASH),
		.bucket = flow_u32(tb, FLOWLANE_A_FLOW_BUCKET),
		.tier = flow_u32(tb, FLOWLANE_A_FLOW_TIER),
		.lane = flow_u32(tb, FLOWLANE_A_FLOW_LANE),
		.cpu = flow_u32(tb, FLOWLANE_A_FLOW_CPU),
		.has_cpu = tb[FLOWLANE_A_FLOW_CPU],
		.age_ms = flow_u32(tb, FLOWLANE_A_FLOW_AGE),
		.packets = lt_uint(tb[FLOWLANE_A_FLOW_PACKETS]),
	};
	if (!flow_take_address(flow->src, tb[FLOWLANE_A_FLOW_SRC], flow->l3) ||
	    !flow_take_address(flow->dst, tb[FLOWLANE_A_FLOW_DST], flow->l3))
		return lt_malformed(lt);
	flows->count++;
	return 0;
}

int flows_read(struct lt *lt, uint32_t ifindex, struct flows *flows)
{
	struct nlmsghdr *msg;
	int ret;

	flows->count = 0;
	msg = lt_try_genl(lt, FLOWLANE_FAMILY_NAME, FLOWLANE_CMD_FLOW_GET, &ret);
	if (!msg) {
		errno = ENOENT;
		return ret;
	}
	if (ifindex)
		lt_put_u32(lt, msg, FLOWLANE_A_FLOW_IFINDEX, ifindex);
	ret = lt_try(lt, msg, flow_add, flows);
	errno = EPERM;
	return ret;
}

void flows_free(struct flows *flows)
{
	free(flows->flow);
	*flows = (struct flows){};
}

void flow_address(char *text, size_t size, uint16_t l3, const uint8_t *address, uint16_t port)
{
	int family = l3 == ETH_P_IPV6 ? AF_INET6 : AF_INET;
	char ip[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, address, ip, sizeof(ip));
	if (!port)
		snprintf(text, size, "%s", ip);
	else
		snprintf(text, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u", ip, port);
}

const char *proto_name(uint8_t proto)
{
	static char number[8];

	switch (proto) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_SCTP:
		return "sctp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmp6";
	}
	snprintf(number, sizeof(number), "%u", proto);
	return number;
}
