// SPDX-License-Identifier: GPL-2.0
/* The 82576 kind of mock: the templates over the driver's own leaves. */
#include "seam.h"

#include "../../drivers/i82576/desc.h"
#include "../../drivers/i82576/offload.h"
#include "mock.h"

static const struct fl_rx_leaf i82576_rx_leaf = {
	.pull = i82576_pull,
	.len = i82576_rx_len,
	.describe = i82576_rx_describe,
	.post = i82576_post,
	.kick = i82576_rx_kick,
	.set_irq = mock_set_irq,
	.eop = I82576_RXD_EOP,
	.error = I82576_RXD_RXE,
};

static const struct fl_tx_leaf i82576_tx_leaf = {
	.prepare = i82576_tx_prepare,
	.context = i82576_tx_context,
	.data = i82576_tx_data,
	.kick = i82576_tx_kick,
	.done = i82576_tx_done,
	.len_min = I82576_TX_LEN_MIN,
	.seg_max = I82576_TX_SEG_MAX,
};

static int mock_i82576_rx_fill(struct fl_rx_ring *rx)
{
	fl_rx_fill(rx, GFP_KERNEL, i82576_rx_leaf);
	return fl_rx_short(rx) ? -ENOMEM : 0;
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

static const struct net_device_ops mock_i82576_ndo = {
	.ndo_open = fl_open,
	.ndo_stop = fl_stop,
	.ndo_start_xmit = mock_i82576_xmit,
	.ndo_features_check = fl_features_check,
	.ndo_fix_features = fl_fix_features,
	.ndo_set_features = fl_set_features,
	.ndo_change_mtu = fl_change_mtu,
	.ndo_set_mac_address = fl_set_mac_address,
	.ndo_vlan_rx_add_vid = fl_vlan_rx_add_vid,
	.ndo_vlan_rx_kill_vid = fl_vlan_rx_kill_vid,
	.ndo_get_stats64 = fl_get_stats64,
	.ndo_tx_timeout = fl_tx_timeout,
};

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
