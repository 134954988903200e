// SPDX-License-Identifier: GPL-2.0
/*
 * The 82576's receive descriptor: what its bits mean (datasheet 7.1.5), who
 * owns it, and what the driver writes to it.
 */
#include <kunit/test.h>
#include <linux/if_vlan.h>

#include "../../drivers/i82576/desc.h"

#define DESC_SLOTS	4

/* Features that decide what of a descriptor is of interest. */
#define DESC_FEATURES	(NETIF_F_RXCSUM | NETIF_F_RXHASH | \
			 NETIF_F_HW_VLAN_CTAG_RX)

#define DESC_HASH	0x12345679
#define DESC_TCI	0x6005	/* priority 3, VLAN 5 */

struct desc_status {
	const char *name;
	u32 status;	/* beside DD and EOP */
	u8 ok;		/* the sum was verified, */
	u8 bad;		/* was found wrong */
	bool tagged;
};

#define DESC_L4		I82576_RXD_L4CS
#define DESC_UDP	I82576_RXD_UDPCS
#define DESC_L4E	I82576_RXD_L4E
#define DESC_IPE	I82576_RXD_IPE

static const struct desc_status desc_statuses[] = {
	{ "nothing", 0 },
	{ "TCP checked", DESC_L4, 1 },
	{ "UDP checked", DESC_UDP, 1 },
	{ "both checked", DESC_L4 | DESC_UDP, 1 },
	{ "TCP wrong", DESC_L4 | DESC_L4E, 0, 1 },
	{ "UDP wrong", DESC_UDP | DESC_L4E, 0, 1 },
	{ "IP header wrong", DESC_L4 | DESC_IPE, 0, 1 },
	{ "all wrong", DESC_L4 | DESC_L4E | DESC_IPE, 0, 1 },
	/* An error bit counts only for what was checked. */
	{ "not checked, L4E", DESC_L4E },
	{ "not checked, IPE", DESC_IPE },
	{ "VLAN", I82576_RXD_VP, 0, 0, true },
	{ "VLAN and TCP", I82576_RXD_VP | DESC_L4, 1, 0, true },
	/* Damage is the template's to act on. */
	{ "damaged", I82576_RXD_RXE },
	{ "damaged TCP", I82576_RXD_RXE | DESC_L4, 1 },
	/* Bit 2 is reserved, bit 6 IPCS, bit 7 PIF: none of our business. */
	{ "other bits", BIT(2) | BIT(6) | BIT(7) },
};

static void desc_status_desc(const struct desc_status *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(desc_status, desc_statuses, desc_status_desc);

/* A ring without a port: as much as the leaves look at. */
static struct fl_rx_ring *desc_ring(struct kunit *test)
{
	struct fl_rx_ring *rx = kunit_kzalloc(test, sizeof(*rx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, rx);
	rx->desc = kunit_kzalloc(test, DESC_SLOTS *
				 sizeof(union i82576_rx_desc), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rx->desc);
	rx->mask = DESC_SLOTS - 1;
	rx->buf_len = 2048;
	rx->room = 1536;
	return rx;
}

/* What an skb is told of a slot, and what is counted. The skb is freed: this is
 * of it what the stack looks at.
 */
struct desc_said {
	struct fl_rx_count count;
	u32 hash;
	u16 vlan_tci;
	__be16 vlan_proto;
	u8 ip_summed;
	bool l4_hash;
	bool sw_hash;
	bool tagged;
};

static struct desc_said desc_describe(struct kunit *test,
				      struct fl_rx_ring *rx, u32 slot,
				      netdev_features_t features)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct desc_said said = {};

	KUNIT_ASSERT_NOT_NULL(test, skb);
	i82576_rx_describe(rx, slot, i82576_pull(rx, slot), features, skb,
			   &said.count);
	said.hash = skb->hash;
	said.vlan_tci = skb->vlan_tci;
	said.vlan_proto = skb->vlan_proto;
	said.ip_summed = skb->ip_summed;
	said.l4_hash = skb->l4_hash;
	said.sw_hash = skb->sw_hash;
	said.tagged = skb_vlan_tag_present(skb);
	kfree_skb(skb);
	return said;
}

static void desc_expect_status(struct kunit *test, struct fl_rx_ring *rx,
			       const struct desc_status *s, bool rxcsum)
{
	const struct fl_rx_count want = {
		.csum_unnecessary = rxcsum ? s->ok : 0,
		.csum_bad = rxcsum ? s->bad : 0,
	};
	struct desc_said said;

	said = desc_describe(test, rx, 1, DESC_FEATURES &
			     ~(rxcsum ? 0 : NETIF_F_RXCSUM));
	KUNIT_EXPECT_MEMEQ(test, &said.count, &want, sizeof(want));
	KUNIT_EXPECT_EQ(test, said.ip_summed, rxcsum && s->ok ?
			CHECKSUM_UNNECESSARY : CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, said.tagged, s->tagged);
	KUNIT_EXPECT_EQ(test, said.vlan_tci, s->tagged ? DESC_TCI : 0);
	if (s->tagged)
		KUNIT_EXPECT_EQ(test, ntohs(said.vlan_proto), ETH_P_8021Q);
	KUNIT_EXPECT_EQ(test, said.hash, 0);
}

static void desc_rx_status(struct kunit *test)
{
	const struct desc_status *s = test->param_value;
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	const u32 status = I82576_RXD_DD | I82576_RXD_EOP | s->status;

	/* The neighbours say all of it, and the hash is there for no type. */
	memset(desc, 0xff, DESC_SLOTS * sizeof(*desc));
	desc[1].wb.pkt_info = 0;
	desc[1].wb.rss = cpu_to_le32(DESC_HASH);
	desc[1].wb.status = cpu_to_le32(status);
	desc[1].wb.length = cpu_to_le16(60);
	desc[1].wb.vlan = cpu_to_le16(DESC_TCI);
	KUNIT_EXPECT_EQ(test, i82576_pull(rx, 1), status);
	KUNIT_EXPECT_EQ(test, i82576_rx_len(rx, 1), 60);
	desc_expect_status(test, rx, s, true);
	desc_expect_status(test, rx, s, false);
}

/* RSS types, datasheet table 7-15: 0 none; 1, 3, 6..9 hash ports as well. */
static void desc_rx_hash(struct kunit *test)
{
	static const bool l4[16] = {
		[1] = true, [3] = true, [6] = true, [7] = true, [8] = true,
		[9] = true,
	};
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	struct desc_said said;
	int type;

	desc->wb.status = cpu_to_le32(I82576_RXD_DD | I82576_RXD_EOP);
	desc->wb.rss = cpu_to_le32(DESC_HASH);
	for (type = 0; type < ARRAY_SIZE(l4); type++) {
		/* Packet type and header length stand beside the RSS type. */
		desc->wb.pkt_info = cpu_to_le16(0xfff0 | type);
		said = desc_describe(test, rx, 0, DESC_FEATURES);
		KUNIT_EXPECT_EQ_MSG(test, said.hash, type ? DESC_HASH : 0,
				    "type %d", type);
		KUNIT_EXPECT_EQ_MSG(test, said.l4_hash, l4[type], "type %d",
				    type);
		KUNIT_EXPECT_FALSE(test, said.sw_hash);

		said = desc_describe(test, rx, 0,
				     DESC_FEATURES & ~NETIF_F_RXHASH);
		KUNIT_EXPECT_EQ_MSG(test, said.hash, 0, "type %d", type);
		KUNIT_EXPECT_FALSE(test, said.l4_hash);
		KUNIT_EXPECT_FALSE(test, said.sw_hash);
	}
}

/* The bits that the template acts on, as the datasheet has them; no other bit
 * may be mistaken for one of them, nor for DD.
 */
static void desc_rx_bits(struct kunit *test)
{
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	int bit;

	for (bit = 1; bit < 32; bit++) {
		u32 status;

		desc->wb.status = cpu_to_le32(1 | 1U << bit);
		status = i82576_pull(rx, 0);
		KUNIT_EXPECT_NE(test, status, 0);
		KUNIT_EXPECT_EQ_MSG(test, !!(status & I82576_RXD_EOP), bit == 1,
				    "bit %d", bit);
		KUNIT_EXPECT_EQ_MSG(test, !!(status & I82576_RXD_RXE),
				    bit == 31, "bit %d", bit);
	}
}

static void desc_rx_not_done(struct kunit *test)
{
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;

	KUNIT_EXPECT_EQ(test, i82576_pull(rx, 0), 0);
	/* All bits but the one that counts, and the neighbours'. */
	desc[0].wb.status = cpu_to_le32(~I82576_RXD_DD);
	desc[1].wb.status = cpu_to_le32(U32_MAX);
	desc[3].wb.status = cpu_to_le32(U32_MAX);
	KUNIT_EXPECT_EQ(test, i82576_pull(rx, 0), 0);
}

/* A descriptor in the middle of a frame: done, with a length, no end. */
static void desc_rx_continued(struct kunit *test)
{
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	u32 status;

	desc->wb.status = cpu_to_le32(~I82576_RXD_EOP);
	desc->wb.length = cpu_to_le16(1024);
	status = i82576_pull(rx, 0);
	KUNIT_EXPECT_NE(test, status, 0);
	KUNIT_EXPECT_FALSE(test, status & I82576_RXD_EOP);
	KUNIT_EXPECT_EQ(test, i82576_rx_len(rx, 0), 1024);
}

static void desc_rx_length(struct kunit *test)
{
	static const struct { u16 said, taken; } lens[] = {
		{ 0, 0 }, { 1, 1 }, { 1535, 1535 }, { 1536, 1536 },
		/* No more than there is room for, whatever the device says. */
		{ 1537, 1536 }, { 2048, 1536 }, { 0xffff, 1536 },
	};
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	int i;

	desc->wb.status = cpu_to_le32(I82576_RXD_DD | I82576_RXD_EOP);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		desc->wb.length = cpu_to_le16(lens[i].said);
		KUNIT_EXPECT_NE(test, i82576_pull(rx, 0), 0);
		KUNIT_EXPECT_EQ(test, i82576_rx_len(rx, 0), lens[i].taken);
	}
}

/* A posted slot is the device's, whatever was in it. */
static void desc_rx_post(struct kunit *test)
{
	const dma_addr_t dma = (dma_addr_t)0x123456789abcdef0ULL;
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;

	memset(desc, 0xff, DESC_SLOTS * sizeof(*desc));
	KUNIT_EXPECT_EQ(test, i82576_pull(rx, 2), U32_MAX);
	i82576_post(rx, rx->desc, 2, dma);
	KUNIT_EXPECT_EQ(test, i82576_pull(rx, 2), 0);
	KUNIT_EXPECT_EQ(test, le64_to_cpu(desc[2].read.pkt_addr), dma);
	KUNIT_EXPECT_EQ(test, i82576_pull(rx, 1), U32_MAX);
	KUNIT_EXPECT_EQ(test, i82576_pull(rx, 3), U32_MAX);
}

/* The doorbell takes a slot, not a free-running index. */
static void desc_rx_doorbell(struct kunit *test)
{
	struct fl_rx_ring *rx = desc_ring(test);
	u32 tail = 0xdead;

	rx->tail = (__force void __iomem *)&tail;
	rx->next_to_use = 0xfffffffeU;
	i82576_rx_kick(rx);
	KUNIT_EXPECT_EQ(test, tail, 2);
	rx->next_to_use = 5;
	i82576_rx_kick(rx);
	KUNIT_EXPECT_EQ(test, tail, 1);
}

static void desc_sizes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(union i82576_rx_desc), 16);
	KUNIT_EXPECT_EQ(test, sizeof(union i82576_tx_desc), 16);
	KUNIT_EXPECT_EQ(test, offsetof(union i82576_rx_desc, wb.status), 8);
	KUNIT_EXPECT_EQ(test, offsetof(union i82576_rx_desc, wb.length), 12);
	KUNIT_EXPECT_EQ(test, offsetof(union i82576_rx_desc, wb.vlan), 14);
}

static struct kunit_case desc_cases[] = {
	KUNIT_CASE_PARAM(desc_rx_status, desc_status_gen_params),
	KUNIT_CASE(desc_rx_hash),
	KUNIT_CASE(desc_rx_bits),
	KUNIT_CASE(desc_rx_not_done),
	KUNIT_CASE(desc_rx_continued),
	KUNIT_CASE(desc_rx_length),
	KUNIT_CASE(desc_rx_post),
	KUNIT_CASE(desc_rx_doorbell),
	KUNIT_CASE(desc_sizes),
	{}
};

static struct kunit_suite desc_suite = {
	.name = "flowlane_i82576_desc",
	.test_cases = desc_cases,
};

kunit_test_suite(desc_suite);
