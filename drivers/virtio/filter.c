// SPDX-License-Identifier: GPL-2.0
/*
 * What the device lets in, and in what shape, as commands: addresses, VLANs, promiscuity
 * (virtio 1.3, sections 5.1.6.5.1 to 5.1.6.5.3), and which offloads of receive are on
 * (section 5.1.6.5.6). A reset forgets all of it.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_byteorder.h>

#include "vio.h"

static int vio_send_flag(struct vio *vio, u8 cmd, bool on)
{
	*(u8 *)vio_ctrl_room(vio) = on;
	return vio_command(vio, VIRTIO_NET_CTRL_RX, cmd, 1);
}

/* The addresses of one kind as the command has them: their number, then all of them. If
 * they are too many none is given, and @all says so. Returns where the next begins.
 */
static void *vio_put_addresses(struct vio *vio, void *to, const u8 *own,
			       struct netdev_hw_addr_list *list, bool *all)
{
	/* The second kind needs at least a number. */
	const void *end = vio_ctrl_room(vio) + VIO_CTRL_DATA_MAX - sizeof(__le32);
	struct virtio_net_ctrl_mac *mac = to;
	struct netdev_hw_addr *ha;
	u32 n = 0;

	if (own)
		ether_addr_copy(mac->macs[n++], own);
	netdev_hw_addr_list_for_each(ha, list) {
		*all = *all || (void *)mac->macs[n + 1] > end;
		if (!*all)
			ether_addr_copy(mac->macs[n++], ha->addr);
	}
	if (*all)
		n = 0;
	mac->entries = __cpu_to_virtio32(true, n);
	return mac->macs[n];
}

/* Which frames the device is to let in. With a command of its own for it, which the device
 * has not refused, the port's own address needs no place among the others.
 */
static int vio_send_rx_mode(struct vio *vio, const u8 *own)
{
	struct net_device *netdev = vio->fl.netdev;
	bool promisc, allmulti;
	int err;
	void *at;

	lockdep_assert_held(&vio->ctrl_lock);
	if (vio_has(vio, VIRTIO_NET_F_CTRL_MAC_ADDR) && !vio->mac_refused)
		own = NULL;
	netif_addr_lock_bh(netdev);
	promisc = netdev->flags & IFF_PROMISC;
	allmulti = netdev->flags & IFF_ALLMULTI;
	at = vio_put_addresses(vio, vio_ctrl_room(vio), own, &netdev->uc, &promisc);
	at = vio_put_addresses(vio, at, NULL, &netdev->mc, &allmulti);
	netif_addr_unlock_bh(netdev);
	err = vio_command(vio, VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET,
			  at - vio_ctrl_room(vio));
	/* A table that is too large for the device: everything, then. */
	if (err == -EINVAL)
		promisc = true;
	return vio_send_flag(vio, VIRTIO_NET_CTRL_RX_PROMISC, promisc) ?:
	       vio_send_flag(vio, VIRTIO_NET_CTRL_RX_ALLMULTI, allmulti || promisc);
}

/**
 * vio_rx_mode_work() - the frames that are wanted have changed
 * @work: of a port
 *
 * Context: process.
 */
void vio_rx_mode_work(struct work_struct *work)
{
	struct vio *vio = container_of(work, struct vio, rx_mode_work);
	struct net_device *netdev = vio->fl.netdev;
	int err;

	rtnl_lock();
	mutex_lock(&vio->ctrl_lock);
	err = vio_send_rx_mode(vio, netdev->dev_addr);
	mutex_unlock(&vio->ctrl_lock);
	rtnl_unlock();
	if (err == -EINVAL)
		netdev_warn(netdev, "the device does not let in all that is wanted\n");
}

/**
 * vio_set_rx_mode() - ndo_set_rx_mode
 * @netdev: port
 *
 * Context: atomic, under the address lock.
 */
void vio_set_rx_mode(struct net_device *netdev)
{
	struct vio *vio = vio_of(netdev_priv(netdev));

	if (vio_has(vio, VIRTIO_NET_F_CTRL_RX))
		schedule_work(&vio->rx_mode_work);
}

/**
 * vio_set_mac() - as fl_hw_ops.set_mac
 * @fl: port
 * @addr: address
 *
 * A device that takes no address of its own may take it as one of several. One that has
 * none and filters nothing is content with any.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int vio_set_mac(struct fl_dev *fl, const u8 *addr)
{
	struct vio *vio = vio_of(fl);
	int err = 0;

	mutex_lock(&vio->ctrl_lock);
	if (vio_has(vio, VIRTIO_NET_F_CTRL_MAC_ADDR)) {
		ether_addr_copy(vio_ctrl_room(vio), addr);
		err = vio_command(vio, VIRTIO_NET_CTRL_MAC,
				  VIRTIO_NET_CTRL_MAC_ADDR_SET, ETH_ALEN);
		if (!err)
			vio->mac_refused = false;
	} else if (vio_has(vio, VIRTIO_NET_F_CTRL_RX)) {
		err = vio_send_rx_mode(vio, addr);
	}
	mutex_unlock(&vio->ctrl_lock);
	return vio_or_later(err);
}

/**
 * vio_set_mac_address() - ndo_set_mac_address
 * @netdev: port
 * @addr: struct sockaddr
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error; then nothing has changed.
 */
int vio_set_mac_address(struct net_device *netdev, void *addr)
{
	struct vio *vio = vio_of(netdev_priv(netdev));
	int err;

	/* With a modern device, what it says of its address is not for us to write. */
	if (vio_has(vio, VIRTIO_NET_F_MAC) &&
	    !vio_has(vio, VIRTIO_NET_F_CTRL_MAC_ADDR) &&
	    !vio_has(vio, VIRTIO_NET_F_CTRL_RX)) {
		netdev_err(netdev, "the device cannot be given another address\n");
		return -EOPNOTSUPP;
	}
	err = fl_set_mac_address(netdev, addr);
	if (err == -EINVAL)
		netdev_err(netdev, "the device refuses this address\n");
	return err;
}

/**
 * vio_set_vlan() - as fl_hw_ops.set_vlan
 * @fl: port
 * @vid: VLAN id
 * @on: let it through
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int vio_set_vlan(struct fl_dev *fl, u16 vid, bool on)
{
	struct vio *vio = vio_of(fl);
	int err;

	mutex_lock(&vio->ctrl_lock);
	*(__le16 *)vio_ctrl_room(vio) = cpu_to_le16(vid);
	err = vio_command(vio, VIRTIO_NET_CTRL_VLAN, on ? VIRTIO_NET_CTRL_VLAN_ADD :
			  VIRTIO_NET_CTRL_VLAN_DEL, sizeof(__le16));
	mutex_unlock(&vio->ctrl_lock);
	return vio_or_later(err);
}

/* What the device may do to frames before it hands them over. */
static u64 vio_guest_offloads(const struct vio *vio, netdev_features_t features)
{
	u64 offloads = 0;

	if (features & NETIF_F_RXCSUM)
		offloads |= BIT_ULL(VIRTIO_NET_F_GUEST_CSUM);
	if (features & NETIF_F_GRO_HW)
		offloads |= VIO_GUEST_GSO;
	return offloads & vio->has;
}

/**
 * vio_set_features() - as fl_hw_ops.set_features
 * @fl: port
 * @features: as they are to be
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int vio_set_features(struct fl_dev *fl, netdev_features_t features)
{
	struct vio *vio = vio_of(fl);
	int err;

	mutex_lock(&vio->ctrl_lock);
	*(__le64 *)vio_ctrl_room(vio) = cpu_to_le64(vio_guest_offloads(vio, features));
	err = vio_command(vio, VIRTIO_NET_CTRL_GUEST_OFFLOADS,
			  VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, sizeof(__le64));
	mutex_unlock(&vio->ctrl_lock);
	return vio_or_later(err);
}

/**
 * vio_ctrl_restore() - tell a device that was reset what it knew before
 * @vio: port, just started
 *
 * Context: process, RTNL.
 *
 * Return: 0, or a negative error if the device takes no commands.
 */
int vio_ctrl_restore(struct vio *vio)
{
	struct net_device *netdev = vio->fl.netdev;
	bool refused = false;
	u16 vid;

	if (!vio_has(vio, VIRTIO_NET_F_CTRL_VQ))
		return 0;
	/* A port that was down has been given it unasked: it is one of several, then. */
	vio->mac_refused = !ether_addr_equal(netdev->dev_addr, netdev->perm_addr) &&
			   vio_set_mac(&vio->fl, netdev->dev_addr);
	refused |= vio->mac_refused;
	if (vio_has(vio, VIRTIO_NET_F_CTRL_RX)) {
		mutex_lock(&vio->ctrl_lock);
		refused |= vio_send_rx_mode(vio, netdev->dev_addr);
		mutex_unlock(&vio->ctrl_lock);
	}
	if (vio_has(vio, VIRTIO_NET_F_CTRL_VLAN))
		for_each_set_bit(vid, vio->fl.vlans, VLAN_N_VID)
			refused |= vio_set_vlan(&vio->fl, vid, true);
	refused |= vio_itr_restore(vio);
	/* It begins with all that was agreed on. */
	if (vio_has(vio, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) &&
	    vio_guest_offloads(vio, netdev->features) !=
	    (vio->has & (VIO_GUEST_GSO | BIT_ULL(VIRTIO_NET_F_GUEST_CSUM))))
		refused |= vio_set_features(&vio->fl, netdev->features);
	if (refused)
		netdev_warn(netdev, "the device does not take back all that it had\n");
	return vio->ctrl_bell ? 0 : -EIO;
}
