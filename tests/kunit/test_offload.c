// SPDX-License-Identifier: GPL-2.0
/*
 * The 82576's transmit offloads: the words of context and data descriptors for
 * each kind of packet (datasheet 7.2.2), and what segmentation does to headers.
 * Expected values are written as the datasheet has them, not with the driver's
 * macros.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>

#include "../../drivers/i82576/offload.h"
#include "frame.h"

#define OFF_DATA	0x20300000U	/* DEXT, DTYP 3 */
#define OFF_IFCS	0x02000000U
#define OFF_VLE		0x40000000U
#define OFF_TSE		0x80000000U
#define OFF_IXSM	0x00000100U
#define OFF_TXSM	0x00000200U

#define OFF_CTX_IPV4	0x00000400U
#define OFF_CTX_UDP	0x00000000U
#define OFF_CTX_TCP	0x00000800U
#define OFF_CTX_SCTP	0x00001000U

struct off_case {
	const char *name;
	struct frame frame;
	bool new_ctx;
	u32 iplen;
	u32 ctx1;	/* type and L4 type */
	u32 l4len;	/* segmentation only */
	u32 cmd;	/* beside OFF_DATA and OFF_IFCS */
	u32 popts;
};

static const struct off_case off_cases[] = {
	{ "nothing", { .linear = 100 }, false },
	{ "TCP4, no offload", { .ip = 4, .l4 = FRAME_TCP, .linear = 100 } },
	{ "TCP4", { .ip = 4, .l4 = FRAME_TCP, .linear = 100, .csum = true },
	  true, 20, OFF_CTX_TCP, 0, 0, OFF_TXSM },
	{ "TCP6", { .ip = 6, .l4 = FRAME_TCP, .linear = 100, .csum = true },
	  true, 40, OFF_CTX_TCP, 0, 0, OFF_TXSM },
	{ "UDP4", { .ip = 4, .l4 = FRAME_UDP, .linear = 101, .csum = true },
	  true, 20, OFF_CTX_UDP, 0, 0, OFF_TXSM },
	{ "UDP6", { .ip = 6, .l4 = FRAME_UDP, .linear = 101, .csum = true },
	  true, 40, OFF_CTX_UDP, 0, 0, OFF_TXSM },
	{ "SCTP4", { .ip = 4, .l4 = FRAME_SCTP, .linear = 100, .csum = true },
	  true, 20, OFF_CTX_SCTP, 0, 0, OFF_TXSM },
	{ "SCTP6", { .ip = 6, .l4 = FRAME_SCTP, .linear = 100, .csum = true },
	  true, 40, OFF_CTX_SCTP, 0, 0, OFF_TXSM },
	{ "VLAN", { .linear = 100, .vlan = 0x6005 },
	  true, 0, 0, 0, OFF_VLE, 0 },
	{ "VLAN, TCP4", { .ip = 4, .l4 = FRAME_TCP, .linear = 100,
			  .csum = true, .vlan = 0x6005 },
	  true, 20, OFF_CTX_TCP, 0, OFF_VLE, OFF_TXSM },
	{ "TSO4", { .ip = 4, .l4 = FRAME_TCP, .linear = 3000, .csum = true,
		    .mss = 1448 },
	  true, 20, OFF_CTX_TCP | OFF_CTX_IPV4, 32, OFF_TSE,
	  OFF_TXSM | OFF_IXSM },
	{ "TSO6", { .ip = 6, .l4 = FRAME_TCP, .linear = 3000, .csum = true,
		    .mss = 1428 },
	  true, 40, OFF_CTX_TCP, 32, OFF_TSE, OFF_TXSM },
	{ "TSO4, VLAN", { .ip = 4, .l4 = FRAME_TCP, .linear = 3000,
			  .csum = true, .mss = 1448, .vlan = 1 },
	  true, 20, OFF_CTX_TCP | OFF_CTX_IPV4, 32, OFF_TSE | OFF_VLE,
	  OFF_TXSM | OFF_IXSM },
	{ "TSO4, fragments", { .ip = 4, .l4 = FRAME_TCP, .csum = true,
			       .mss = 1448, .nr_frags = 2,
			       .frag = { 30000, 33000 } },
	  true, 20, OFF_CTX_TCP | OFF_CTX_IPV4, 32, OFF_TSE,
	  OFF_TXSM | OFF_IXSM },
	{ "USO4", { .ip = 4, .l4 = FRAME_UDP, .linear = 3000, .csum = true,
		    .mss = 1000 },
	  true, 20, OFF_CTX_UDP | OFF_CTX_IPV4, 8, OFF_TSE,
	  OFF_TXSM | OFF_IXSM },
	{ "USO6", { .ip = 6, .l4 = FRAME_UDP, .linear = 3001, .csum = true,
		    .mss = 1000 },
	  true, 40, OFF_CTX_UDP, 8, OFF_TSE, OFF_TXSM },
};

static void off_desc(const struct off_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(off, off_cases, off_desc);

static struct fl_tx_ring *off_ring(struct kunit *test)
{
	struct fl_tx_ring *tx = kunit_kzalloc(test, sizeof(*tx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, tx);
	tx->desc = kunit_kzalloc(test, 4 * sizeof(union i82576_tx_desc),
				 GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tx->desc);
	tx->mask = 3;
	return tx;
}

static void off_words(struct kunit *test)
{
	const struct off_case *c = test->param_value;
	struct fl_tx_ring *tx = off_ring(test);
	struct sk_buff *skb = frame_build(test, &c->frame);
	u32 hdr = frame_header_len(&c->frame);
	u32 payload = skb->len - hdr;
	u32 segs = c->frame.mss ? DIV_ROUND_UP(payload, c->frame.mss) : 0;
	u32 paylen = c->frame.mss ? payload : skb->len;
	struct fl_tx_req req;
	u32 was = skb->len, len;
	struct fl_tx_cb cb;
	int err;

	err = i82576_tx_prepare(tx, skb, &req);
	cb = *fl_tx_cb(skb);
	len = skb->len;
	kfree_skb(skb);
	KUNIT_ASSERT_EQ(test, err, 0);
	/* Byte queue limits count it, later. */
	KUNIT_EXPECT_EQ(test, len, was);
	KUNIT_EXPECT_EQ(test, req.new_ctx, c->new_ctx);
	KUNIT_EXPECT_EQ(test, req.word[0], OFF_DATA | OFF_IFCS | c->cmd);
	KUNIT_EXPECT_EQ(test, req.word[1], paylen << 14 | c->popts);
	if (c->frame.mss) {
		KUNIT_EXPECT_EQ(test, cb.segs, segs);
		KUNIT_EXPECT_EQ(test, cb.hdr_len, hdr);
	}
	if (!c->new_ctx)
		return;
	KUNIT_EXPECT_EQ(test, req.ctx[0],
			(u32)c->frame.vlan << 16 | ETH_HLEN << 9 | c->iplen);
	KUNIT_EXPECT_EQ(test, req.ctx[1], c->ctx1);
	KUNIT_EXPECT_EQ(test, req.ctx[2],
			(u32)c->frame.mss << 16 | c->l4len << 8);
}

static u16 off_l4_check(const struct sk_buff *skb, enum frame_l4 l4)
{
	__sum16 check = l4 == FRAME_TCP ? tcp_hdr(skb)->check :
					  udp_hdr(skb)->check;

	return ntohs((__force __be16)check);
}

static void off_check_tso(struct kunit *test, const struct frame *frame)
{
	struct fl_tx_ring *tx = off_ring(test);
	struct sk_buff *skb = frame_build(test, frame);
	struct fl_tx_req req;
	int err;

	err = i82576_tx_prepare(tx, skb, &req);
	KUNIT_EXPECT_EQ(test, err, 0);
	if (frame->ip == 4) {
		KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(skb)->tot_len), 0);
		KUNIT_EXPECT_TRUE(test, !ip_hdr(skb)->check);
	} else {
		KUNIT_EXPECT_EQ(test, ntohs(ipv6_hdr(skb)->payload_len), 0);
	}
	KUNIT_EXPECT_EQ(test, off_l4_check(skb, frame->l4),
			frame_pseudo_sum(frame, 0));
	kfree_skb(skb);
}

/* Packets on the wire, at the edges of what their number depends on. */
static void off_tso_segments(struct kunit *test)
{
	static const struct { u16 mss; u32 len; u16 segs; } of[] = {
		{ 1448, 1, 1 }, { 1448, 1447, 1 }, { 1448, 1448, 1 },
		{ 1448, 1449, 2 }, { 1448, 2896, 2 }, { 1448, 2897, 3 },
		{ 1448, 65483, 46 }, { 1, 3000, 3000 }, { 1, 65483, 65483 },
	};
	struct fl_tx_ring *tx = off_ring(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		const struct frame frame = {
			.ip = 4, .l4 = FRAME_TCP, .csum = true,
			.mss = of[i].mss, .nr_frags = 1, .frag = { of[i].len },
		};
		struct sk_buff *skb = frame_build(test, &frame);
		struct fl_tx_req req;

		KUNIT_EXPECT_EQ(test, i82576_tx_prepare(tx, skb, &req), 0);
		KUNIT_EXPECT_EQ(test, fl_tx_cb(skb)->segs, of[i].segs);
		/* Ethernet, IP, TCP with a time stamp */
		KUNIT_EXPECT_EQ(test, fl_tx_cb(skb)->hdr_len, 14 + 20 + 32);
		kfree_skb(skb);
	}
}

/* For segmentation the device fills in the lengths: they have to be zero, and
 * missing in the pseudo header's sum. 65483 is the longest payload of IPv4.
 */
static void off_tso_headers(struct kunit *test)
{
	static const u32 lens[] = { 1449, 3000, 3001, 65483 };
	int i;

	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		struct frame frame = {
			.csum = true, .mss = 1448, .nr_frags = 1,
		};

		frame.frag[0] = lens[i];
		frame.ip = 4;
		frame.l4 = FRAME_TCP;
		off_check_tso(test, &frame);
		frame.l4 = FRAME_UDP;
		off_check_tso(test, &frame);
		frame.ip = 6;
		off_check_tso(test, &frame);
		frame.l4 = FRAME_TCP;
		off_check_tso(test, &frame);
	}
}

/* Segmentation writes to the headers: not to those that a clone shares. */
static void off_tso_of_clone(struct kunit *test)
{
	const struct frame frame = {
		.ip = 4, .l4 = FRAME_TCP, .csum = true, .mss = 1000,
		.nr_frags = 1, .frag = { 3000 },
	};
	struct fl_tx_ring *tx = off_ring(test);
	struct sk_buff *skb = frame_build(test, &frame);
	struct sk_buff *clone = skb_clone(skb, GFP_KERNEL);
	struct fl_tx_req req;
	int err;

	if (!clone)
		kfree_skb(skb);
	KUNIT_ASSERT_NOT_NULL(test, clone);
	err = i82576_tx_prepare(tx, clone, &req);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(clone)->tot_len), 0);
	/* 20 and 32 bytes of headers */
	KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(skb)->tot_len), 3052);
	kfree_skb(clone);
	kfree_skb(skb);
}

/* What the device cannot sum is summed in software. */
static void off_unknown_checksum(struct kunit *test)
{
	const struct frame frame = { .ip = 4, .l4 = FRAME_UDP, .linear = 200,
				     .csum = true };
	struct fl_tx_ring *tx = off_ring(test);
	struct sk_buff *skb = frame_build(test, &frame);
	struct fl_tx_req req;
	int err;

	skb->csum_offset = 2;	/* no protocol that the device knows */
	err = i82576_tx_prepare(tx, skb, &req);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_FALSE(test, req.new_ctx);
	KUNIT_EXPECT_EQ(test, req.word[1], skb->len << 14);
	kfree_skb(skb);
}

/* SCTP's CRC stands where another protocol might have a 16-bit sum. */
static void off_not_sctp(struct kunit *test)
{
	const struct frame frame = { .ip = 4, .l4 = FRAME_SCTP, .linear = 200,
				     .csum = true };
	struct fl_tx_ring *tx = off_ring(test);
	struct sk_buff *skb = frame_build(test, &frame);
	struct fl_tx_req req;
	int err;

	skb->csum_not_inet = 0;
	err = i82576_tx_prepare(tx, skb, &req);
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_FALSE(test, req.new_ctx);
	kfree_skb(skb);
}

/* The descriptors themselves: words, first and last, index of the context. */
static void off_descriptors(struct kunit *test)
{
	struct fl_tx_ring *tx = off_ring(test);
	union i82576_tx_desc *desc = tx->desc;
	const struct fl_tx_req req = {
		.word = { 0x20300000, 0x12344010 },
		.ctx = { 0x00051c14, 0x800, 0x05a82000 },
		.ctx_slot = 1,
	};
	u32 tail = 0xdead;

	i82576_tx_context(tx, 0, &req);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[0].ctx.vlan_macip_lens),
			0x00051c14);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[0].ctx.seqnum_seed), 0);
	/* DEXT, DTYP 2 */
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[0].ctx.type_tucmd), 0x20200800);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[0].ctx.mss_l4len_idx),
			0x05a82010);

	i82576_tx_data(tx, 1, 0x123456780ULL, 0x8000, &req, true, false);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(desc[1].data.addr), 0x123456780ULL);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[1].data.cmd_type_len),
			0x20308000);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[1].data.olinfo), 0x12344010);
	i82576_tx_data(tx, 2, 0x1000, 7, &req, false, true);
	/* EOP is bit 24; only the first has PAYLEN and options */
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[2].data.cmd_type_len),
			0x21300007);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[2].data.olinfo), 0);

	tx->tail = (__force void __iomem *)&tail;
	tx->next_to_use = 0xffffffff;
	i82576_tx_kick(tx);
	/* RS is bit 27, in the last descriptor of the last packet only */
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[2].data.cmd_type_len),
			0x29300007);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[1].data.cmd_type_len),
			0x20308000);
	KUNIT_EXPECT_EQ(test, tail, 3);

	/* The last descriptor before the ring's end, and before the counter's. */
	i82576_tx_data(tx, 3, 0x1000, 7, &req, false, true);
	tx->next_to_use = 0;
	i82576_tx_kick(tx);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(desc[3].data.cmd_type_len),
			0x29300007);
	KUNIT_EXPECT_EQ(test, tail, 0);
}

static void off_head(struct kunit *test)
{
	struct fl_tx_ring *tx = off_ring(test);
	__le32 head = 0;

	tx->head = &head;
	KUNIT_EXPECT_EQ(test, i82576_tx_done(tx), 0);
	head = cpu_to_le32(3);
	KUNIT_EXPECT_EQ(test, i82576_tx_done(tx), 3);
	/* Over the ring's end, and over that of the counter. */
	tx->next_to_clean = 3;
	head = cpu_to_le32(1);
	KUNIT_EXPECT_EQ(test, i82576_tx_done(tx), 2);
	tx->next_to_clean = 0xffffffff;
	KUNIT_EXPECT_EQ(test, i82576_tx_done(tx), 2);
	head = cpu_to_le32(3);
	KUNIT_EXPECT_EQ(test, i82576_tx_done(tx), 0);
}

static struct kunit_case off_kunit_cases[] = {
	KUNIT_CASE_PARAM(off_words, off_gen_params),
	KUNIT_CASE(off_tso_segments),
	KUNIT_CASE(off_tso_headers),
	KUNIT_CASE(off_tso_of_clone),
	KUNIT_CASE(off_unknown_checksum),
	KUNIT_CASE(off_not_sctp),
	KUNIT_CASE(off_descriptors),
	KUNIT_CASE(off_head),
	{}
};

static struct kunit_suite off_suite = {
	.name = "flowlane_i82576_offload",
	.test_cases = off_kunit_cases,
};

kunit_test_suite(off_suite);
