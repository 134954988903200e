// SPDX-License-Identifier: GPL-2.0
/*
 * The 82576's receive descriptor: what its bits mean (datasheet 7.1.5), who
 * owns it, and what the driver writes to it.
 */
#include <kunit/test.h>

#include "../../drivers/i82576/desc.h"

#define DESC_SLOTS	4

struct desc_status {
	const char *name;
	u32 status;	/* beside DD and EOP */
	u32 flags;	/* expected beside FL_RX_EOP */
};

#define DESC_L4		I82576_RXD_L4CS
#define DESC_UDP	I82576_RXD_UDPCS
#define DESC_L4E	I82576_RXD_L4E
#define DESC_IPE	I82576_RXD_IPE

static const struct desc_status desc_statuses[] = {
	{ "nothing", 0, 0 },
	{ "TCP checked", DESC_L4, FL_RX_CSUM_OK },
	{ "UDP checked", DESC_UDP, FL_RX_CSUM_OK },
	{ "both checked", DESC_L4 | DESC_UDP, FL_RX_CSUM_OK },
	{ "TCP wrong", DESC_L4 | DESC_L4E, FL_RX_CSUM_BAD },
	{ "UDP wrong", DESC_UDP | DESC_L4E, FL_RX_CSUM_BAD },
	{ "IP header wrong", DESC_L4 | DESC_IPE, FL_RX_CSUM_BAD },
	{ "all wrong", DESC_L4 | DESC_L4E | DESC_IPE, FL_RX_CSUM_BAD },
	/* An error bit counts only for what was checked. */
	{ "not checked, L4E", DESC_L4E, 0 },
	{ "not checked, IPE", DESC_IPE, 0 },
	{ "VLAN", I82576_RXD_VP, FL_RX_VLAN },
	{ "VLAN and TCP", I82576_RXD_VP | DESC_L4, FL_RX_VLAN | FL_RX_CSUM_OK },
	{ "damaged", I82576_RXD_RXE, FL_RX_ERROR },
	{ "damaged TCP", I82576_RXD_RXE | DESC_L4,
	  FL_RX_ERROR | FL_RX_CSUM_OK },
	/* Bit 2 is reserved, bit 6 IPCS, bit 7 PIF: none of our business. */
	{ "other bits", BIT(2) | BIT(6) | BIT(7), 0 },
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

static void desc_rx_status(struct kunit *test)
{
	const struct desc_status *s = test->param_value;
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	struct fl_rx_meta meta;

	desc[1].wb.status = cpu_to_le32(I82576_RXD_DD | I82576_RXD_EOP |
					s->status);
	desc[1].wb.length = cpu_to_le16(60);
	desc[1].wb.vlan = cpu_to_le16(0x6005);	/* priority 3, VLAN 5 */
	KUNIT_ASSERT_TRUE(test, i82576_pull(rx, 1, &meta));
	KUNIT_EXPECT_EQ(test, meta.flags, s->flags | FL_RX_EOP);
	KUNIT_EXPECT_EQ(test, meta.len, 60);
	if (meta.flags & FL_RX_VLAN)
		KUNIT_EXPECT_EQ(test, meta.vlan_tci, 0x6005);
}

/* RSS types, datasheet table 7-15: 0 none; 1, 3, 6..9 hash ports as well. */
static void desc_rx_hash(struct kunit *test)
{
	static const u32 flags[16] = {
		0, FL_RX_HASH_L4, FL_RX_HASH_L3, FL_RX_HASH_L4,
		FL_RX_HASH_L3, FL_RX_HASH_L3, FL_RX_HASH_L4, FL_RX_HASH_L4,
		FL_RX_HASH_L4, FL_RX_HASH_L4, FL_RX_HASH_L3, FL_RX_HASH_L3,
		FL_RX_HASH_L3, FL_RX_HASH_L3, FL_RX_HASH_L3, FL_RX_HASH_L3,
	};
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	struct fl_rx_meta meta;
	int type;

	desc->wb.status = cpu_to_le32(I82576_RXD_DD | I82576_RXD_EOP);
	desc->wb.rss = cpu_to_le32(0x12345679);
	for (type = 0; type < ARRAY_SIZE(flags); type++) {
		/* Packet type and header length stand beside the RSS type. */
		desc->wb.pkt_info = cpu_to_le16(0xfff0 | type);
		KUNIT_ASSERT_TRUE(test, i82576_pull(rx, 0, &meta));
		KUNIT_EXPECT_EQ_MSG(test, meta.flags, flags[type] | FL_RX_EOP,
				    "type %d", type);
		if (type)
			KUNIT_EXPECT_EQ(test, meta.hash, 0x12345679);
	}
}

static void desc_rx_not_done(struct kunit *test)
{
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	struct fl_rx_meta meta;

	KUNIT_EXPECT_FALSE(test, i82576_pull(rx, 0, &meta));
	/* All bits but the one that counts, and the neighbours'. */
	desc[0].wb.status = cpu_to_le32(~I82576_RXD_DD);
	desc[1].wb.status = cpu_to_le32(U32_MAX);
	desc[3].wb.status = cpu_to_le32(U32_MAX);
	KUNIT_EXPECT_FALSE(test, i82576_pull(rx, 0, &meta));
}

/* Without EOP only the length is valid: the other bits must not count. */
static void desc_rx_continued(struct kunit *test)
{
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	struct fl_rx_meta meta = { .flags = U32_MAX };

	desc->wb.status = cpu_to_le32(~I82576_RXD_EOP);
	desc->wb.length = cpu_to_le16(1024);
	KUNIT_ASSERT_TRUE(test, i82576_pull(rx, 0, &meta));
	KUNIT_EXPECT_EQ(test, meta.flags, 0);
	KUNIT_EXPECT_EQ(test, meta.len, 1024);
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
	struct fl_rx_meta meta;
	int i;

	desc->wb.status = cpu_to_le32(I82576_RXD_DD | I82576_RXD_EOP);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		desc->wb.length = cpu_to_le16(lens[i].said);
		KUNIT_ASSERT_TRUE(test, i82576_pull(rx, 0, &meta));
		KUNIT_EXPECT_EQ(test, meta.len, lens[i].taken);
	}
}

/* A posted slot is the device's, whatever was in it. */
static void desc_rx_post(struct kunit *test)
{
	const dma_addr_t dma = (dma_addr_t)0x123456789abcdef0ULL;
	struct fl_rx_ring *rx = desc_ring(test);
	union i82576_rx_desc *desc = rx->desc;
	struct fl_rx_meta meta;

	memset(desc, 0xff, DESC_SLOTS * sizeof(*desc));
	KUNIT_EXPECT_TRUE(test, i82576_pull(rx, 2, &meta));
	i82576_post(rx, 2, dma);
	KUNIT_EXPECT_FALSE(test, i82576_pull(rx, 2, &meta));
	KUNIT_EXPECT_EQ(test, le64_to_cpu(desc[2].read.pkt_addr), dma);
	KUNIT_EXPECT_TRUE(test, i82576_pull(rx, 1, &meta));
	KUNIT_EXPECT_TRUE(test, i82576_pull(rx, 3, &meta));
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
