// SPDX-License-Identifier: GPL-2.0
/* The 82576 kind of mock: the templates over the driver's own leaves. */
#include "seam.h"

#include "../../drivers/i82576/desc.h"
#include "../../drivers/i82576/offload.h"
#include "mock.h"

static void mock_rx_stamp(const struct fl_rx_ring *rx, struct sk_buff *skb)
{
	skb_hwtstamps(skb)->hwtstamp = ++mock_of(rx->lane->fl)->rx_stamps;
}

static void mock_tx_stamp(struct fl_tx_ring *tx, u32 i, u32 n,
			  struct sk_buff *skb)
{
	mock_of(tx->lane->fl)->tx_stamps++;
	i82576_tx_mark(tx, i, n);
}

static const struct fl_rx_leaf i82576_rx_leaf =
	I82576_RX_LEAF(mock_set_irq, mock_rx_stamp);
static const struct fl_tx_leaf i82576_tx_leaf =
	I82576_TX_LEAF(mock_tx_stamp);

static int mock_i82576_rx_fill(struct fl_rx_ring *rx)
{
	return fl_rx_fill_idle(rx, i82576_rx_leaf);
}

static int mock_i82576_poll(struct napi_struct *napi, int budget)
{
	return fl_poll(napi, budget, i82576_rx_leaf, i82576_tx_leaf);
}

static netdev_tx_t mock_i82576_xmit(struct sk_buff *skb,
				    struct net_device *netdev)
{
	struct fl_dev *fl = netdev_priv(netdev);

	return fl_xmit(skb, fl->lane[skb_get_queue_mapping(skb)].tx,
		       i82576_tx_leaf);
}

static dma_addr_t mock_i82576_rx_addr(const struct fl_rx_ring *rx, u32 slot)
{
	const union i82576_rx_desc *desc = rx->desc;

	return le64_to_cpu(desc[slot].read.pkt_addr);
}

static u32 mock_i82576_status(u32 flags)
{
	u32 status = I82576_RXD_DD;

	if (flags & MOCK_RX_EOP)
		status |= I82576_RXD_EOP;
	if (flags & MOCK_RX_ERROR)
		status |= I82576_RXD_RXE;
	if (flags & MOCK_RX_VLAN)
		status |= I82576_RXD_VP;
	if (flags & (MOCK_RX_CSUM_OK | MOCK_RX_CSUM_BAD))
		status |= I82576_RXD_L4CS;
	if (flags & MOCK_RX_CSUM_BAD)
		status |= I82576_RXD_L4E;
	if (flags & MOCK_RX_STAMPED)
		status |= I82576_RXD_TS;
	return status;
}

static void mock_i82576_rx_done(struct fl_rx_ring *rx, u32 slot,
				const struct mock_rxd *d)
{
	union i82576_rx_desc *desc = rx->desc;
	u16 type = 0;

	/* RSS types 1: TCP over IPv4, 2: IPv4; datasheet table 7-15 */
	if (d->flags & MOCK_RX_HASH_L4)
		type = 1;
	else if (d->flags & MOCK_RX_HASH_L3)
		type = 2;

	desc += slot;
	desc->wb.pkt_info = cpu_to_le16(type);
	desc->wb.hdr_info = 0;
	desc->wb.rss = cpu_to_le32(d->hash);
	desc->wb.length = cpu_to_le16(d->len);
	desc->wb.vlan = cpu_to_le16(d->vlan_tci);
	dma_wmb();
	WRITE_ONCE(desc->wb.status, cpu_to_le32(mock_i82576_status(d->flags)));
}

static void mock_i82576_tx_read(const struct fl_tx_ring *tx, u32 slot,
				struct mock_txd *d)
{
	const union i82576_tx_desc *desc = tx->desc;
	u32 cmd;

	desc += slot;
	cmd = le32_to_cpu(desc->data.cmd_type_len);
	d->ctx = (cmd & (0xfU << 20)) == I82576_TXD_DTYP_CTX;
	d->eop = !d->ctx && (cmd & I82576_TXD_EOP);
	d->rs = !d->ctx && (cmd & I82576_TXD_RS);
	d->addr = le64_to_cpu(desc->data.addr);
	d->len = cmd & GENMASK(15, 0);
}

static const struct net_device_ops mock_i82576_ndo = MOCK_NDO(mock_i82576_xmit);

const struct mock_hw mock_i82576 = {
	.name = "i82576",
	.ndo = &mock_i82576_ndo,
	.poll = mock_i82576_poll,
	.rx_fill = mock_i82576_rx_fill,
	.rx_desc_bytes = sizeof(union i82576_rx_desc),
	.tx_desc_bytes = sizeof(union i82576_tx_desc),
	.rx_buf_unit = SZ_1K,
	.tx_len_min = I82576_TX_LEN_MIN,
	.tx_seg_max = I82576_TX_SEG_MAX,
	.rx_addr = mock_i82576_rx_addr,
	.rx_done = mock_i82576_rx_done,
	.tx_read = mock_i82576_tx_read,
};
