/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Advanced descriptors of the 82576 and the leaves that read and write them.
 * Static inline, so that both the driver and the KUnit suites instantiate the
 * templates over them.
 */
#ifndef I82576_DESC_H
#define I82576_DESC_H

#include <linux/bitfield.h>
#include <linux/io.h>

#include <flowlane/lane_rx.h>
#include <flowlane/lane_tx.h>

/* Receive descriptor, datasheet 7.1.5 */
union i82576_rx_desc {
	struct {
		__le64 pkt_addr;
		__le64 hdr_addr;
	} read;
	struct {
		__le16 pkt_info;	/* RSS type in 3:0 */
		__le16 hdr_info;
		__le32 rss;
		__le32 status;
		__le16 length;
		__le16 vlan;
	} wb;
};

#define I82576_RXD_DD		BIT(0)
#define I82576_RXD_EOP		BIT(1)
#define I82576_RXD_VP		BIT(3)
#define I82576_RXD_UDPCS	BIT(4)
#define I82576_RXD_L4CS		BIT(5)
#define I82576_RXD_TS		BIT(16)
#define I82576_RXD_L4E		BIT(29)
#define I82576_RXD_IPE		BIT(30)
#define I82576_RXD_RXE		BIT(31)
#define I82576_RXD_RSS_TYPE	GENMASK(3, 0)

/* RSS types that hash ports as well, datasheet table 7-15 */
#define I82576_RSS_L4_TYPES	(BIT(1) | BIT(3) | BIT(6) | BIT(7) | BIT(8) | \
				 BIT(9))

/* Transmit descriptors, datasheet 7.2.2.2 (context) and 7.2.2.3 (data) */
struct i82576_tx_ctx_desc {
	__le32 vlan_macip_lens;
	__le32 seqnum_seed;
	__le32 type_tucmd;
	__le32 mss_l4len_idx;
};

struct i82576_tx_data_desc {
	__le64 addr;
	__le32 cmd_type_len;
	__le32 olinfo;
};

union i82576_tx_desc {
	struct i82576_tx_ctx_desc ctx;
	struct i82576_tx_data_desc data;
};

#define I82576_CTX_IPLEN	GENMASK(8, 0)
#define I82576_CTX_MACLEN	GENMASK(15, 9)
#define I82576_CTX_VLAN		GENMASK(31, 16)
#define I82576_CTX_IPV4		BIT(10)
#define I82576_CTX_L4T		GENMASK(12, 11)
enum { I82576_L4T_UDP, I82576_L4T_TCP, I82576_L4T_SCTP };
#define I82576_CTX_IDX		BIT(4)
#define I82576_CTX_L4LEN	GENMASK(15, 8)
#define I82576_CTX_MSS		GENMASK(31, 16)

#define I82576_TXD_TSTAMP	BIT(19)
#define I82576_TXD_DTYP_CTX	(2U << 20)
#define I82576_TXD_DTYP_DATA	(3U << 20)
#define I82576_TXD_EOP		BIT(24)
#define I82576_TXD_IFCS		BIT(25)
#define I82576_TXD_RS		BIT(27)
#define I82576_TXD_DEXT		BIT(29)
#define I82576_TXD_VLE		BIT(30)
#define I82576_TXD_TSE		BIT(31)
#define I82576_OLINFO_IDX	BIT(4)
#define I82576_OLINFO_IXSM	BIT(8)
#define I82576_OLINFO_TXSM	BIT(9)
#define I82576_OLINFO_PAYLEN	GENMASK(31, 14)

/* Words of struct fl_tx_req that travel from prepare to data. */
enum { I82576_REQ_CMD, I82576_REQ_OLINFO };

/* A descriptor's DTALEN has 16 bits; half of it keeps boundaries even. */
#define I82576_TX_SEG_MAX	SZ_32K

/* The MAC pads to 64 bytes itself (TCTL.PSP), from 17 bytes on (7.2.1.1). */
#define I82576_TX_LEN_MIN	17

static __always_inline u32 i82576_pull(struct fl_rx_ring *rx, u32 i)
{
	const union i82576_rx_desc *desc = rx->desc;
	u32 status = le32_to_cpu(READ_ONCE(desc[i & rx->mask].wb.status));

	if (!(status & I82576_RXD_DD))
		return 0;
	/* The device writes the status last: the rest is read after it. */
	dma_rmb();
	return status;
}

static __always_inline u32 i82576_rx_len(const struct fl_rx_ring *rx, u32 slot)
{
	const union i82576_rx_desc *desc = rx->desc;

	/* A length past the buffer would be a device gone wrong. */
	return min(le16_to_cpu(desc[slot].wb.length), rx->room);
}

static __always_inline bool
i82576_rx_describe(const struct fl_rx_ring *rx, u32 slot, u32 status,
		   netdev_features_t features, struct sk_buff *skb,
		   struct fl_rx_count *count)
{
	const union i82576_rx_desc *desc = rx->desc;
	u32 rss_type;

	desc += slot;
	if (likely(features & NETIF_F_RXCSUM) &&
	    (status & (I82576_RXD_L4CS | I82576_RXD_UDPCS))) {
		if (likely(!(status & (I82576_RXD_L4E | I82576_RXD_IPE))))
			fl_rx_csum_ok(skb, count);
		else
			count->csum_bad++;
	}

	rss_type = le16_to_cpu(desc->wb.pkt_info) & I82576_RXD_RSS_TYPE;
	if (likely(features & NETIF_F_RXHASH) && rss_type) {
		/* All three fields of the hash are clear in a new skb. */
		skb->hash = le32_to_cpu(desc->wb.rss);
		if (BIT(rss_type) & I82576_RSS_L4_TYPES)
			skb->l4_hash = 1;
	}

	if (status & I82576_RXD_VP)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q),
				       le16_to_cpu(desc->wb.vlan));
	return true;
}

static __always_inline u32 i82576_post(const struct fl_rx_ring *rx, void *desc,
				       unsigned long slot, dma_addr_t dma)
{
	union i82576_rx_desc *rxd = desc;

	rxd += slot;
	rxd->read.pkt_addr = cpu_to_le64(dma);
	rxd->read.hdr_addr = 0;		/* also clears the done bit */
	return slot;
}

static __always_inline void i82576_rx_kick(struct fl_rx_ring *rx)
{
	/* writel() orders the descriptors before the doorbell. */
	writel(rx->next_to_use & rx->mask, rx->tail);
}

/* Choose the context that fits, or the one to replace: not the one used last,
 * so that two streams that take turns keep theirs.
 */
static __always_inline void i82576_tx_find_ctx(struct fl_tx_ring *tx,
					       struct fl_tx_req *req)
{
	u8 i;

	for (i = 0; i < FL_TX_CTX; i++) {
		const struct fl_tx_ctx *c = &tx->ctx[i];

		if (c->valid && c->word[0] == req->ctx[0] &&
		    c->word[1] == req->ctx[1] && c->word[2] == req->ctx[2]) {
			req->ctx_slot = i;
			tx->ctx_victim = !i;
			return;
		}
	}
	req->ctx_slot = tx->ctx_victim;
	req->new_ctx = true;
}

static __always_inline void
i82576_tx_context(struct fl_tx_ring *tx, u32 slot, const struct fl_tx_req *req)
{
	union i82576_tx_desc *desc = tx->desc;
	struct fl_tx_ctx *c = &tx->ctx[req->ctx_slot];

	c->word[0] = req->ctx[0];
	c->word[1] = req->ctx[1];
	c->word[2] = req->ctx[2];
	c->valid = true;
	tx->ctx_victim = !req->ctx_slot;

	desc += slot;
	desc->ctx.vlan_macip_lens = cpu_to_le32(req->ctx[0]);
	desc->ctx.seqnum_seed = 0;
	desc->ctx.type_tucmd = cpu_to_le32(req->ctx[1] | I82576_TXD_DEXT |
					   I82576_TXD_DTYP_CTX);
	desc->ctx.mss_l4len_idx =
		cpu_to_le32(req->ctx[2] |
			    FIELD_PREP(I82576_CTX_IDX, req->ctx_slot));
}

static __always_inline void
i82576_tx_data(struct fl_tx_ring *tx, u32 slot, dma_addr_t dma, u32 len,
	       const struct fl_tx_req *req, bool first, bool last)
{
	struct i82576_tx_data_desc *desc =
		&((union i82576_tx_desc *)tx->desc)[slot].data;

	desc->addr = cpu_to_le64(dma);
	desc->cmd_type_len = cpu_to_le32(req->word[I82576_REQ_CMD] | len |
					 (last ? I82576_TXD_EOP : 0));
	desc->olinfo = first ? cpu_to_le32(req->word[I82576_REQ_OLINFO]) : 0;
}

/* Have the device take a time stamp of the packet in @n descriptors from @i on,
 * which it does not know of yet.
 */
static inline void i82576_tx_mark(struct fl_tx_ring *tx, u32 i, u32 n)
{
	union i82576_tx_desc *desc = tx->desc;

	while (n--)
		desc[i++ & tx->mask].data.cmd_type_len |=
			cpu_to_le32(I82576_TXD_TSTAMP);
}

/* Only the last descriptor before a doorbell asks for a report, so a batch
 * costs one write-back and one interrupt. The device does not know of that
 * descriptor before the doorbell, whichever path rings it.
 */
static __always_inline void i82576_tx_kick(struct fl_tx_ring *tx)
{
	union i82576_tx_desc *desc = tx->desc;

	desc += (tx->next_to_use - 1) & tx->mask;
	desc->data.cmd_type_len |= cpu_to_le32(I82576_TXD_RS);
	writel(tx->next_to_use & tx->mask, tx->tail);
}

static __always_inline u32 i82576_tx_done(struct fl_tx_ring *tx)
{
	u32 head = le32_to_cpu(READ_ONCE(*tx->head));
	u32 done = fl_ring_advanced(tx->mask, head, tx->next_to_clean);

	if (!done)
		return 0;
	/* Pairs with nothing of ours: the device writes its head after it has
	 * read the descriptors and data that are about to be reused.
	 */
	dma_rmb();
	return done;
}

#endif /* I82576_DESC_H */
