// SPDX-License-Identifier: GPL-2.0
/* What the doctor knows of TCP's sockets one by one: those that carry, and those that listen. */
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "doctor.h"

enum { STATE_ESTABLISHED = 1, STATE_LISTEN = 10 };	/* as the kernel numbers them */

static void tcp_info_of(struct doctor_tcp *tcp, const struct nlattr *attr)
{
	struct tcp_info info = {};
	size_t size = mnl_attr_get_payload_len(attr);

	/* An older kernel has less of it. */
	memcpy(&info, mnl_attr_get_payload(attr), size < sizeof(info) ? size : sizeof(info));
	tcp->in = info.tcpi_bytes_received;
	tcp->out = info.tcpi_bytes_acked;
	tcp->rtt = info.tcpi_min_rtt == UINT32_MAX ? 0 : info.tcpi_min_rtt;
}

static int tcp_take(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[INET_DIAG_SKMEMINFO + 1] = {};
	const struct inet_diag_msg *diag = mnl_nlmsg_get_payload(msg);
	const struct nlattr *tb[INET_DIAG_SKMEMINFO + 1], *memory;
	struct doctor_sample *sample = data;
	struct doctor_tcp *tcp;

	if (lt_parse(lt, msg, sizeof(*diag), tb, types, INET_DIAG_SKMEMINFO))
		return -EBADMSG;
	/* At each power of two there is room for as many again. */
	if (!(sample->tcps & (sample->tcps - 1))) {
		tcp = realloc(sample->tcp, (sample->tcps ? 2 * sample->tcps : 1) * sizeof(*tcp));
		if (!tcp)
			return -ENOMEM;
		sample->tcp = tcp;
	}
	tcp = &sample->tcp[sample->tcps++];
	*tcp = (struct doctor_tcp){
		.family = diag->idiag_family, .bound = diag->id.idiag_if,
		.port = ntohs(diag->id.idiag_sport),
		.cookie = (uint64_t)diag->id.idiag_cookie[1] << 32 | diag->id.idiag_cookie[0],
		.limit = diag->idiag_state == STATE_LISTEN ? diag->idiag_wqueue : 0,
	};
	memcpy(tcp->src, diag->id.idiag_src, sizeof(tcp->src));
	memcpy(tcp->dst, diag->id.idiag_dst, sizeof(tcp->dst));
	if (tb[INET_DIAG_INFO])
		tcp_info_of(tcp, tb[INET_DIAG_INFO]);
	memory = tb[INET_DIAG_SKMEMINFO];
	if (memory && mnl_attr_get_payload_len(memory) > SK_MEMINFO_DROPS * sizeof(uint32_t))
		tcp->drops = ((const uint32_t *)mnl_attr_get_payload(memory))[SK_MEMINFO_DROPS];
	return 0;
}

static int tcp_order(const void *a, const void *b)
{
	uint64_t x = ((const struct doctor_tcp *)a)->cookie;
	uint64_t y = ((const struct doctor_tcp *)b)->cookie;

	return x < y ? -1 : x > y;
}

int doctor_tcp_sample(struct doctor *d, struct doctor_sample *sample)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		struct nlmsghdr *msg = lt_diag(d->lt, sizeof(struct inet_diag_req_v2));
		struct inet_diag_req_v2 *ask = mnl_nlmsg_get_payload(msg);

		ask->sdiag_family = families[i];
		ask->sdiag_protocol = IPPROTO_TCP;
		ask->idiag_states = 1 << (d->port ? STATE_ESTABLISHED : STATE_LISTEN);
		ask->idiag_ext = 1 << ((d->port ? INET_DIAG_INFO : INET_DIAG_SKMEMINFO) - 1);
		ret = doctor_ask(d, msg, tcp_take, sample);
		if (ret < 0)
			return ret;
		sample->tcp_shown |= !ret;
	}
	if (sample->tcps)
		qsort(sample->tcp, sample->tcps, sizeof(*sample->tcp), tcp_order);
	return 0;
}

const struct doctor_tcp *doctor_tcp_before(const struct doctor *d, const struct doctor_tcp *tcp)
{
	if (!d->before.tcps)
		return NULL;
	return bsearch(tcp, d->before.tcp, d->before.tcps, sizeof(*tcp), tcp_order);
}

/* --- Where a connection goes */

static int tcp_route(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[RTA_OIF + 1] = { [RTA_OIF] = MNL_TYPE_U32 };
	const struct nlattr *tb[RTA_OIF + 1];
	struct doctor_tcp *tcp = data;

	if (lt_parse(lt, msg, sizeof(struct rtmsg), tb, types, RTA_OIF))
		return -EBADMSG;
	if (tb[RTA_OIF])
		tcp->leaves = mnl_attr_get_u32(tb[RTA_OIF]);
	return 0;
}

bool doctor_tcp_leaves(struct doctor *d, struct doctor_tcp *tcp)
{
	/* IPv4 by a socket of IPv6 is routed as IPv4. */
	bool mapped = tcp->family == AF_INET6 &&
		      IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)tcp->dst);
	bool six = tcp->family == AF_INET6 && !mapped;
	size_t at = mapped ? 3 : 0, size = six ? 16 : 4;
	struct nlmsghdr *msg;
	struct rtmsg *route;

	if (!tcp->leaves) {
		msg = lt_rtnl(d->lt, RTM_GETROUTE, NLM_F_ACK, sizeof(*route));
		route = mnl_nlmsg_get_payload(msg);
		route->rtm_family = six ? AF_INET6 : AF_INET;
		route->rtm_dst_len = 8 * size;
		route->rtm_src_len = 8 * size;
		lt_put(d->lt, msg, RTA_DST, tcp->dst + at, size);
		lt_put(d->lt, msg, RTA_SRC, tcp->src + at, size);
		if (tcp->bound)
			lt_put_u32(d->lt, msg, RTA_OIF, tcp->bound);
		doctor_ask(d, msg, tcp_route, tcp);
	}
	return tcp->leaves && links_over(d->links, tcp->leaves, d->port->ifindex);
}
