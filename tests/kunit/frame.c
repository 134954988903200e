// SPDX-License-Identifier: GPL-2.0
/*
 * Frames and packets for the suites. Packets look as the stack hands them to
 * ndo_start_xmit; their payload is a pattern, so that a byte that went missing
 * or was sent twice shows.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "frame.h"

/* Documentation addresses: 192.0.2.1 to 198.51.100.2, 2001:db8::1 to ::2. */
#define FRAME_SADDR	0xc0000201U
#define FRAME_DADDR	0xc6336402U

/* TCP header with a time stamp option. */
#define FRAME_TCP_LEN	32

static void frame_fill(u8 *data, u32 len, u8 seed)
{
	u32 i;

	/* 7 and 251 are odd: no period of the pattern is one of a buffer. */
	for (i = 0; i < len; i++)
		data[i] = seed + i * 7 + i / 251;
}

/**
 * frame_bytes() - an Ethernet frame as bytes
 * @test: owner of the memory
 * @len: bytes
 * @seed: different seeds, different payload
 *
 * Return: the frame.
 */
u8 *frame_bytes(struct kunit *test, u32 len, u8 seed)
{
	u8 *data = kunit_kzalloc(test, max_t(u32, len, ETH_HLEN), GFP_KERNEL);
	struct ethhdr *eth = (struct ethhdr *)data;

	KUNIT_ASSERT_NOT_NULL(test, data);
	frame_fill(data, max_t(u32, len, ETH_HLEN), seed);
	eth_broadcast_addr(eth->h_dest);
	eth->h_proto = htons(ETH_P_802_EX1);	/* nobody listens to it */
	return data;
}

static u32 frame_l4_len(enum frame_l4 l4)
{
	switch (l4) {
	case FRAME_TCP:
		return FRAME_TCP_LEN;
	case FRAME_UDP:
		return sizeof(struct udphdr);
	case FRAME_SCTP:
		return sizeof(struct sctphdr);
	default:
		return 0;
	}
}

static u8 frame_proto(enum frame_l4 l4)
{
	switch (l4) {
	case FRAME_TCP:
		return IPPROTO_TCP;
	case FRAME_UDP:
		return IPPROTO_UDP;
	case FRAME_SCTP:
		return IPPROTO_SCTP;
	default:
		return IPPROTO_RAW;
	}
}

static u32 frame_ip_len(const struct frame *frame)
{
	switch (frame->ip) {
	case 4:
		return sizeof(struct iphdr);
	case 6:
		return sizeof(struct ipv6hdr);
	default:
		return 0;
	}
}

/**
 * frame_header_len() - bytes of all headers of a packet
 * @frame: the packet
 *
 * Return: bytes.
 */
u32 frame_header_len(const struct frame *frame)
{
	return ETH_HLEN + frame_ip_len(frame) + frame_l4_len(frame->l4);
}

/**
 * frame_pseudo_sum() - the sum of a packet's pseudo header
 * @frame: the packet
 * @l4_len: length in the pseudo header
 *
 * Computed in the plain way of RFC 1071, not with the kernel's functions.
 *
 * Return: the sum, folded, not complemented, in host order.
 */
u16 frame_pseudo_sum(const struct frame *frame, u32 l4_len)
{
	u32 sum = frame_proto(frame->l4) + (l4_len >> 16) + (l4_len & 0xffff);

	if (frame->ip == 4)
		sum += (FRAME_SADDR >> 16) + (FRAME_SADDR & 0xffff) +
		       (FRAME_DADDR >> 16) + (FRAME_DADDR & 0xffff);
	else
		sum += 2 * (0x2001 + 0x0db8) + 1 + 2;
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return sum;
}

static void frame_ip(struct sk_buff *skb, const struct frame *frame, u32 total)
{
	struct ipv6hdr *ip6;
	struct iphdr *ip4;

	skb_set_network_header(skb, skb->len);
	if (frame->ip == 4) {
		ip4 = skb_put_zero(skb, sizeof(*ip4));
		ip4->version = 4;
		ip4->ihl = 5;
		ip4->ttl = 64;
		ip4->protocol = frame_proto(frame->l4);
		ip4->saddr = htonl(FRAME_SADDR);
		ip4->daddr = htonl(FRAME_DADDR);
		ip4->tot_len = htons(sizeof(*ip4) + total);
		ip4->check = (__force __sum16)htons(0xabcd);	/* TSO has to clear it */
		skb->protocol = htons(ETH_P_IP);
	} else if (frame->ip == 6) {
		ip6 = skb_put_zero(skb, sizeof(*ip6));
		ip6->version = 6;
		ip6->nexthdr = frame_proto(frame->l4);
		ip6->hop_limit = 64;
		ip6->payload_len = htons(total);
		ip6->saddr.s6_addr32[0] = htonl(0x20010db8);
		ip6->saddr.s6_addr32[3] = htonl(1);
		ip6->daddr.s6_addr32[0] = htonl(0x20010db8);
		ip6->daddr.s6_addr32[3] = htonl(2);
		skb->protocol = htons(ETH_P_IPV6);
	} else {
		skb->protocol = htons(ETH_P_802_EX1);
	}
}

static void frame_l4(struct sk_buff *skb, const struct frame *frame, u32 total)
{
	__sum16 sum = (__force __sum16)htons(frame_pseudo_sum(frame, total));
	struct sctphdr *sctp;
	struct tcphdr *tcp;
	struct udphdr *udp;

	skb_set_transport_header(skb, skb->len);
	switch (frame->l4) {
	case FRAME_TCP:
		tcp = skb_put_zero(skb, FRAME_TCP_LEN);
		tcp->doff = FRAME_TCP_LEN / 4;
		tcp->check = sum;
		skb->csum_offset = offsetof(struct tcphdr, check);
		break;
	case FRAME_UDP:
		udp = skb_put_zero(skb, sizeof(*udp));
		udp->check = sum;
		skb->csum_offset = offsetof(struct udphdr, check);
		break;
	case FRAME_SCTP:
		sctp = skb_put_zero(skb, sizeof(*sctp));
		sctp->checksum = 0;
		skb->csum_offset = offsetof(struct sctphdr, checksum);
		skb->csum_not_inet = frame->csum;
		break;
	default:
		break;
	}
	if (!frame->csum)
		return;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_transport_header(skb) - skb->head;
}

static void frame_frags(struct kunit *test, struct sk_buff *skb,
			const struct frame *frame)
{
	int i;

	for (i = 0; i < frame->nr_frags; i++) {
		u32 len = frame->frag[i];
		int order = get_order(max_t(u32, len, 1));
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, order);

		if (!page) {
			kfree_skb(skb);
			KUNIT_ASSERT_NOT_NULL(test, page);
		}
		frame_fill(page_address(page), len, i + 1);
		skb_add_rx_frag(skb, i, page, 0, len, PAGE_SIZE << order);
	}
}

static void frame_gso(struct sk_buff *skb, const struct frame *frame)
{
	struct skb_shared_info *si = skb_shinfo(skb);

	if (!frame->mss)
		return;
	si->gso_size = frame->mss;
	si->gso_segs = DIV_ROUND_UP(skb->len - frame_header_len(frame),
				    frame->mss);
	if (frame->l4 == FRAME_UDP)
		si->gso_type = SKB_GSO_UDP_L4;
	else
		si->gso_type = frame->ip == 4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6;
}

/**
 * frame_build() - a packet as the stack hands it to a driver
 * @test: test
 * @frame: what it is to be
 *
 * Return: the packet; the test has failed without one.
 */
struct sk_buff *frame_build(struct kunit *test, const struct frame *frame)
{
	u32 payload = frame->linear;
	struct ethhdr *eth;
	struct sk_buff *skb;
	int i;

	for (i = 0; i < frame->nr_frags; i++)
		payload += frame->frag[i];
	skb = alloc_skb(NET_SKB_PAD + frame_header_len(frame) + frame->linear +
			64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, NET_SKB_PAD);
	/* What the stack leaves there is nothing that a driver may go by. */
	memset(skb->cb, 0xa5, sizeof(skb->cb));

	skb_reset_mac_header(skb);
	eth = skb_put_zero(skb, ETH_HLEN);
	eth_broadcast_addr(eth->h_dest);
	frame_ip(skb, frame, frame_l4_len(frame->l4) + payload);
	frame_l4(skb, frame, frame_l4_len(frame->l4) + payload);
	eth->h_proto = skb->protocol;
	frame_fill(skb_put(skb, frame->linear), frame->linear, 0);
	frame_frags(test, skb, frame);
	frame_gso(skb, frame);
	if (frame->vlan)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), frame->vlan);
	return skb;
}

/**
 * frame_short() - a packet of no protocol, in one piece
 * @test: test
 * @len: bytes, Ethernet header included
 *
 * Return: the packet; the test has failed without one.
 */
struct sk_buff *frame_short(struct kunit *test, u32 len)
{
	const struct frame frame = { .linear = len - ETH_HLEN };

	return frame_build(test, &frame);
}
