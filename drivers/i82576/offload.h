/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tx offloads of the 82576: what a packet asks for, in the words of its
 * context and data descriptors (datasheet 7.2.2, 7.2.4, 7.2.5).
 */
#ifndef I82576_OFFLOAD_H
#define I82576_OFFLOAD_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "desc.h"

/* The three lengths that every context has, and the VLAN tag to insert. */
static __always_inline u32 i82576_ctx_lens(const struct sk_buff *skb, u32 iplen)
{
	u32 lens = iplen | FIELD_PREP(I82576_CTX_MACLEN, skb_network_offset(skb));

	if (skb_vlan_tag_present(skb))
		lens |= FIELD_PREP(I82576_CTX_VLAN, skb_vlan_tag_get(skb));
	return lens;
}

/* Segmentation. The device wants the lengths that it will fill in to be zero
 * in the headers, and the pseudo header's sum without the length.
 */
static inline int i82576_tx_tso(struct sk_buff *skb, struct fl_tx_req *req)
{
	bool udp = skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4;
	u32 l4_offset = skb_checksum_start_offset(skb);
	u32 mss = skb_shinfo(skb)->gso_size;
	u32 olinfo = I82576_OLINFO_TXSM;
	u32 hdr_len, l4_len;
	int err;

	err = skb_cow_head(skb, 0);
	if (err)
		return err;

	req->ctx[1] = FIELD_PREP(I82576_CTX_L4T,
				 udp ? I82576_L4T_UDP : I82576_L4T_TCP);
	if (ip_hdr(skb)->version == 4) {
		ip_hdr(skb)->tot_len = 0;
		ip_hdr(skb)->check = 0;
		req->ctx[1] |= I82576_CTX_IPV4;
		olinfo |= I82576_OLINFO_IXSM;
	} else {
		ipv6_hdr(skb)->payload_len = 0;
	}

	if (udp) {
		l4_len = sizeof(struct udphdr);
		csum_replace_by_diff(&udp_hdr(skb)->check,
				     (__force __wsum)htonl(skb->len - l4_offset));
	} else {
		l4_len = tcp_hdrlen(skb);
		csum_replace_by_diff(&tcp_hdr(skb)->check,
				     (__force __wsum)htonl(skb->len - l4_offset));
	}
	hdr_len = l4_offset + l4_len;

	req->ctx[0] = i82576_ctx_lens(skb, l4_offset - skb_network_offset(skb));
	req->ctx[2] = FIELD_PREP(I82576_CTX_L4LEN, l4_len) |
		      FIELD_PREP(I82576_CTX_MSS, mss);
	*fl_tx_cb(skb) = (struct fl_tx_cb) {
		.segs = DIV_ROUND_UP(skb->len - hdr_len, mss),
		.hdr_len = hdr_len,
	};
	req->word[I82576_REQ_CMD] |= I82576_TXD_TSE;
	req->word[I82576_REQ_OLINFO] =
		olinfo | FIELD_PREP(I82576_OLINFO_PAYLEN, skb->len - hdr_len);
	return 0;
}

/* Checksum of one packet. Returns the L4 type, or a negative value for what
 * the device cannot sum.
 */
static __always_inline int i82576_tx_l4t(const struct sk_buff *skb)
{
	switch (skb->csum_offset) {
	case offsetof(struct tcphdr, check):
		return I82576_L4T_TCP;
	case offsetof(struct udphdr, check):
		return I82576_L4T_UDP;
	case offsetof(struct sctphdr, checksum):
		return skb_csum_is_sctp((struct sk_buff *)skb) ?
		       I82576_L4T_SCTP : -EOPNOTSUPP;
	default:
		return -EOPNOTSUPP;
	}
}

static __always_inline int i82576_tx_csum(struct sk_buff *skb,
					  struct fl_tx_req *req)
{
	int l4t = i82576_tx_l4t(skb);

	if (unlikely(l4t < 0))
		return skb_checksum_help(skb);
	req->word[I82576_REQ_OLINFO] |= I82576_OLINFO_TXSM;
	req->ctx[0] = i82576_ctx_lens(skb, skb_checksum_start_offset(skb) -
				      skb_network_offset(skb));
	req->ctx[1] = FIELD_PREP(I82576_CTX_L4T, l4t);
	return 0;
}

static __always_inline int i82576_tx_prepare(struct fl_tx_ring *tx,
					     struct sk_buff *skb,
					     struct fl_tx_req *req)
{
	int err = 0;

	*req = (struct fl_tx_req) {
		.word[I82576_REQ_CMD] = I82576_TXD_DTYP_DATA |
					I82576_TXD_DEXT | I82576_TXD_IFCS,
		.word[I82576_REQ_OLINFO] =
			FIELD_PREP(I82576_OLINFO_PAYLEN, skb->len),
	};

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		err = skb_is_gso(skb) ? i82576_tx_tso(skb, req) :
					i82576_tx_csum(skb, req);
	if (unlikely(err))
		return err;

	if (skb_vlan_tag_present(skb)) {
		req->word[I82576_REQ_CMD] |= I82576_TXD_VLE;
		if (!(req->word[I82576_REQ_OLINFO] & I82576_OLINFO_TXSM))
			req->ctx[0] = i82576_ctx_lens(skb, 0);
	} else if (!(req->word[I82576_REQ_OLINFO] & I82576_OLINFO_TXSM)) {
		return 0;	/* needs no context */
	}

	i82576_tx_find_ctx(tx, req);
	req->word[I82576_REQ_OLINFO] |=
		FIELD_PREP(I82576_OLINFO_IDX, req->ctx_slot);
	return 0;
}

/* The leaves, for whoever instantiates the templates: only masking an interrupt
 * and time stamps take more of the device than a ring.
 */
#define I82576_RX_LEAF(mask_irq, time_stamp) {	\
	.pull = i82576_pull,			\
	.len = i82576_rx_len,			\
	.describe = i82576_rx_describe,		\
	.post = i82576_post,			\
	.kick = i82576_rx_kick,			\
	.set_irq = (mask_irq),			\
	.stamp = (time_stamp),			\
	.eop = I82576_RXD_EOP,			\
	.error = I82576_RXD_RXE,		\
	.stamped = I82576_RXD_TS,		\
}

#define I82576_TX_LEAF(time_stamp) {		\
	.prepare = i82576_tx_prepare,		\
	.context = i82576_tx_context,		\
	.data = i82576_tx_data,			\
	.kick = i82576_tx_kick,			\
	.done = i82576_tx_done,			\
	.stamp = (time_stamp),			\
	.len_min = I82576_TX_LEN_MIN,		\
	.seg_max = I82576_TX_SEG_MAX,		\
}

#endif /* I82576_OFFLOAD_H */
