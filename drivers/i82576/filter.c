// SPDX-License-Identifier: GPL-2.0
/* What the port lets in: addresses, multicast hash, VLANs (datasheet 7.1.1). */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/unaligned.h>

#include "hw.h"

/**
 * i82576_write_rar() - receive for a unicast address, or no more
 * @hw: port
 * @i: number of the entry
 * @addr: the address or NULL
 *
 * Context: any; entries beside the first are the address lock's.
 */
void i82576_write_rar(struct i82576 *hw, int i, const u8 *addr)
{
	u32 low = i < RAR_COUNT1 ? I82576_RAL(i) : I82576_RAL2(i - RAR_COUNT1);
	u32 high = low + 4;

	/* Half an address must never match: invalid while it changes. */
	i82576_wr(hw, high, 0);
	if (!addr)
		return;
	i82576_wr(hw, low, get_unaligned_le32(addr));
	i82576_wr(hw, high, get_unaligned_le16(addr + 4) | RAH_AV);
}

/**
 * i82576_read_mac() - take over the address that the NVM holds
 * @hw: port, just reset: the device has loaded the address to RAR 0
 *
 * Context: process. A random address replaces an invalid one.
 */
void i82576_read_mac(struct i82576 *hw)
{
	struct net_device *netdev = hw->fl.netdev;
	u8 addr[ETH_ALEN];

	put_unaligned_le32(i82576_rd(hw, I82576_RAL(0)), addr);
	put_unaligned_le16(i82576_rd(hw, I82576_RAL(0) + 4), addr + 4);
	if (is_valid_ether_addr(addr)) {
		eth_hw_addr_set(netdev, addr);
		return;
	}
	eth_hw_addr_random(netdev);
	dev_warn(&hw->pdev->dev,
		 "no valid MAC address in the NVM (%pM), using random %pM\n",
		 addr, netdev->dev_addr);
}

/**
 * i82576_set_mac() - as fl_hw_ops.set_mac
 * @fl: port
 * @addr: address
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int i82576_set_mac(struct fl_dev *fl, const u8 *addr)
{
	i82576_write_rar(i82576_of(fl), 0, addr);
	return 0;
}

/* The 12 bits of an address that index the table with RCTL.MO = 0. */
static u32 i82576_mta_hash(const u8 *addr)
{
	return (addr[4] >> 4) | (addr[5] << 4);
}

static void i82576_write_mta(struct i82576 *hw)
{
	struct netdev_hw_addr *ha;
	u32 mta[MTA_COUNT] = {};
	int i;

	netdev_for_each_mc_addr(ha, hw->fl.netdev) {
		u32 hash = i82576_mta_hash(ha->addr);

		mta[hash / 32] |= BIT(hash % 32);
	}
	for (i = 0; i < MTA_COUNT; i++) {
		if (mta[i] == hw->mta[i])
			continue;
		hw->mta[i] = mta[i];
		i82576_wr(hw, I82576_MTA(i), mta[i]);
	}
}

/* Unicast addresses beside the port's own; false if they do not fit. */
static bool i82576_write_uc(struct i82576 *hw)
{
	struct netdev_hw_addr *ha;
	int i = 1;

	if (netdev_uc_count(hw->fl.netdev) > RAR_COUNT - 1)
		return false;
	netdev_for_each_uc_addr(ha, hw->fl.netdev)
		i82576_write_rar(hw, i++, ha->addr);
	for (; i < RAR_COUNT; i++)
		i82576_write_rar(hw, i, NULL);
	return true;
}

/* Under the address lock, which RCTL needs as well as the lists. */
static void i82576_write_rx_mode(struct i82576 *hw, netdev_features_t features)
{
	struct net_device *netdev = hw->fl.netdev;
	u32 rctl = i82576_rd(hw, I82576_RCTL);

	rctl &= ~(RCTL_UPE | RCTL_MPE | RCTL_VFE);
	rctl |= RCTL_BAM | RCTL_LPE | RCTL_SECRC;
	if (netdev->flags & IFF_PROMISC)
		rctl |= RCTL_UPE | RCTL_MPE;
	else if (features & NETIF_F_HW_VLAN_CTAG_FILTER)
		rctl |= RCTL_VFE;
	if (netdev->flags & IFF_ALLMULTI)
		rctl |= RCTL_MPE;
	if (!i82576_write_uc(hw))
		rctl |= RCTL_UPE;
	i82576_write_mta(hw);
	i82576_wr(hw, I82576_RCTL, rctl);
}

/**
 * i82576_set_rx_mode() - ndo_set_rx_mode: follow flags and address lists
 * @netdev: port
 *
 * Context: atomic, under the address lock.
 */
void i82576_set_rx_mode(struct net_device *netdev)
{
	i82576_write_rx_mode(i82576_of(netdev_priv(netdev)), netdev->features);
}

static void i82576_write_vfta(struct i82576 *hw, int i)
{
	i82576_wr(hw, I82576_VFTA(i), bitmap_read(hw->fl.vlans, i * 32, 32));
}

/**
 * i82576_set_vlan() - ndo_vlan_rx_add_vid and _kill_vid
 * @fl: port, with its set of VLANs already changed
 * @vid: the VLAN that did
 * @on: whether it was added
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int i82576_set_vlan(struct fl_dev *fl, u16 vid, bool on)
{
	i82576_write_vfta(i82576_of(fl), vid / 32);
	return 0;
}

/**
 * i82576_set_features() - switch tag stripping and VLAN filter
 * @fl: port
 * @features: as they are to be
 *
 * CTRL.VME serves stripping and insertion at once (datasheet 7.4).
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int i82576_set_features(struct fl_dev *fl, netdev_features_t features)
{
	struct i82576 *hw = i82576_of(fl);
	u32 ctrl;

	mutex_lock(&hw->phy_lock);
	ctrl = i82576_rd(hw, I82576_CTRL) & ~CTRL_VME;
	if (features & NETIF_F_HW_VLAN_CTAG_RX)
		ctrl |= CTRL_VME;
	i82576_wr(hw, I82576_CTRL, ctrl);
	mutex_unlock(&hw->phy_lock);

	netif_addr_lock_bh(fl->netdev);
	i82576_write_rx_mode(hw, features);
	netif_addr_unlock_bh(fl->netdev);
	return 0;
}

/**
 * i82576_init_filters() - program all filters after a reset
 * @hw: port
 *
 * Context: process, RTNL.
 */
void i82576_init_filters(struct i82576 *hw)
{
	int i;

	/* Joining a group takes no RTNL. */
	netif_addr_lock_bh(hw->fl.netdev);
	memset(hw->mta, 0, sizeof(hw->mta));
	for (i = 0; i < MTA_COUNT; i++)
		i82576_wr(hw, I82576_MTA(i), 0);
	netif_addr_unlock_bh(hw->fl.netdev);
	for (i = 0; i < VFTA_COUNT; i++)
		i82576_write_vfta(hw, i);
	i82576_set_mac(&hw->fl, hw->fl.netdev->dev_addr);
	i82576_set_features(&hw->fl, hw->fl.netdev->features);
}
