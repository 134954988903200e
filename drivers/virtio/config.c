// SPDX-License-Identifier: GPL-2.0
/* What the device says of itself (virtio 1.3, section 5.1.4): address, link, speed. */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "vio.h"

#define vio_at(vio, field) \
	((vio)->mdev.device + offsetof(struct virtio_net_config, field))

#define vio_end(field)	offsetofend(struct virtio_net_config, field)

/* Where in a device's configuration each feature has what it says. */
static const struct {
	u8 feature;
	u8 end;
} vio_fields[] = {
	{ VIRTIO_NET_F_MAC, vio_end(mac) },
	{ VIRTIO_NET_F_STATUS, vio_end(status) },
	{ VIRTIO_NET_F_MQ, vio_end(max_virtqueue_pairs) },
	{ VIRTIO_NET_F_MTU, vio_end(mtu) },
	{ VIRTIO_NET_F_SPEED_DUPLEX, vio_end(duplex) },
	{ VIRTIO_NET_F_RSS, vio_end(supported_hash_types) },
	{ VIRTIO_NET_F_HASH_REPORT, vio_end(supported_hash_types) },
};

/* How often an address may change while it is read. */
#define VIO_MAC_TRIES	10

#define VIO_PAIRS_OF	(BIT_ULL(VIRTIO_NET_F_MQ) | BIT_ULL(VIRTIO_NET_F_RSS))
#define VIO_HASH_OF	(BIT_ULL(VIRTIO_NET_F_RSS) | BIT_ULL(VIRTIO_NET_F_HASH_REPORT))

/* These read what features are about, and return those that it makes no sense of. */
static u64 vio_read_pairs(struct vio *vio)
{
	u16 pairs = ioread16(vio_at(vio, max_virtqueue_pairs));

	if (!pairs || pairs >= VIRTIO_NET_CTRL_MQ_VQ_PAIRS_MAX)
		return VIO_PAIRS_OF;
	vio->pairs = pairs;
	return 0;
}

static u64 vio_read_mtu(struct vio *vio)
{
	u16 mtu = ioread16(vio_at(vio, mtu));

	if (mtu < ETH_MIN_MTU)
		return BIT_ULL(VIRTIO_NET_F_MTU);
	vio->mtu = mtu;
	return 0;
}

static u64 vio_read_hash(struct vio *vio)
{
	struct fl_caps *caps = &vio->fl.caps;
	u16 table = ioread16(vio_at(vio, rss_max_indirection_table_length));

	caps->rss_types = vio_rss_known(ioread32(vio_at(vio, supported_hash_types)));
	if (ioread8(vio_at(vio, rss_max_key_size)) < FL_RSS_KEY_MAX ||
	    !caps->rss_types)
		return VIO_HASH_OF;
	caps->rss_table = min_t(u16, FL_RSS_TABLE_MAX, rounddown_pow_of_two(table | 1));
	return table ? 0 : BIT_ULL(VIRTIO_NET_F_RSS);
}

/**
 * vio_check_config() - leave out features that the device says nothing sensible of
 * @vio: port
 * @has: features
 *
 * Without such a feature the device works as one that never had it. What is said of the
 * others is kept: a second look might find something else.
 *
 * Context: process, probe, before features are agreed on.
 *
 * Return: the features that are left.
 */
u64 vio_check_config(struct vio *vio, u64 has)
{
	u64 not = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(vio_fields); i++)
		if (vio_fields[i].end > vio->mdev.device_len)
			not |= BIT_ULL(vio_fields[i].feature);
	if (has & ~not & VIO_PAIRS_OF)
		not |= vio_read_pairs(vio);
	if (has & ~not & BIT_ULL(VIRTIO_NET_F_MTU))
		not |= vio_read_mtu(vio);
	if (has & ~not & VIO_HASH_OF)
		not |= vio_read_hash(vio);
	if (has & not)
		dev_warn(&vio->pdev->dev, "what the device says of features %#llx cannot be, they are left out\n",
			 has & not);
	return has & ~not;
}

/* A link that is not told of is up. A device that is gone, or wants a reset, has none. */
static u16 vio_read_status(struct vio *vio)
{
	if (!vio_alive(vio))
		return 0;
	if (!vio_has(vio, VIRTIO_NET_F_STATUS))
		return VIRTIO_NET_S_LINK_UP;
	return ioread16(vio_at(vio, status));
}

/* The device has given up, and says so (section 2.1.2). */
static bool vio_needs_reset(struct vio *vio)
{
	u8 status = vp_modern_get_status(&vio->mdev);

	return status != U8_MAX && status & VIRTIO_CONFIG_S_NEEDS_RESET;
}

/* What a user has said counts until the device says something new. */
static void vio_read_speed(struct vio *vio)
{
	u32 speed;
	u8 duplex;

	if (!vio_has(vio, VIRTIO_NET_F_SPEED_DUPLEX))
		return;
	speed = ioread32(vio_at(vio, speed));
	duplex = ioread8(vio_at(vio, duplex));
	if (speed == vio->said_speed && duplex == vio->said_duplex)
		return;
	vio->said_speed = speed;
	vio->said_duplex = duplex;
	vio->speed = ethtool_validate_speed(speed) ? speed : SPEED_UNKNOWN;
	vio->duplex = ethtool_validate_duplex(duplex) ? duplex : DUPLEX_UNKNOWN;
}

/* The network has to learn where the port is now, after a migration say, and the device
 * that this was done (section 5.1.6.5.4).
 */
static void vio_announce(struct vio *vio)
{
	__netdev_notify_peers(vio->fl.netdev);
	mutex_lock(&vio->ctrl_lock);
	vio_command(vio, VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK, 0);
	mutex_unlock(&vio->ctrl_lock);
}

/**
 * vio_config_work() - the device has something to say, or a port has started
 * @work: of a port
 *
 * Context: process.
 */
void vio_config_work(struct work_struct *work)
{
	struct vio *vio = container_of(work, struct vio, config_work);
	u16 status;

	rtnl_lock();
	if (vio->fl.running) {
		if (vio_needs_reset(vio)) {
			netdev_err(vio->fl.netdev, "the device asks for a reset\n");
			fl_request_reset(&vio->fl);
		}
		status = vio_read_status(vio);
		vio_read_speed(vio);
		if (status & VIRTIO_NET_S_LINK_UP)
			netif_carrier_on(vio->fl.netdev);
		else
			fl_link_lost(&vio->fl);
		if (status & VIRTIO_NET_S_ANNOUNCE &&
		    vio_has(vio, VIRTIO_NET_F_GUEST_ANNOUNCE))
			vio_announce(vio);
	}
	rtnl_unlock();
}

/* An address may be read in the middle of a change: the generation tells. */
static void vio_read_mac(struct vio *vio)
{
	int i, tries = VIO_MAC_TRIES;
	u8 mac[ETH_ALEN];
	u32 before;

	do {
		before = vp_modern_generation(&vio->mdev);
		for (i = 0; i < ETH_ALEN; i++)
			mac[i] = ioread8(vio_at(vio, mac) + i);
	} while (vp_modern_generation(&vio->mdev) != before && --tries);
	if (tries && is_valid_ether_addr(mac)) {
		eth_hw_addr_set(vio->fl.netdev, mac);
		return;
	}
	dev_warn(&vio->pdev->dev, "no valid address, one of chance is taken\n");
	eth_hw_addr_random(vio->fl.netdev);
}

/* The device's limit is also what its other end is set up for. */
static void vio_use_mtu(struct vio *vio)
{
	struct net_device *netdev = vio->fl.netdev;

	/* A frame that cannot be spread has to fit into a buffer. */
	if (!vio_has(vio, VIRTIO_NET_F_MRG_RXBUF) && !vio_whole(vio))
		netdev->max_mtu = FL_RX_MTU_ONE;
	if (!vio_has(vio, VIRTIO_NET_F_MTU))
		return;
	netdev->max_mtu = min_t(u32, netdev->max_mtu, vio->mtu);
	netdev->mtu = netdev->max_mtu;
}

/**
 * vio_read_config() - what is known before the device runs
 * @vio: port whose features are known
 *
 * It is read once: what a device says later changes nothing but link and speed.
 *
 * Context: process, probe.
 */
void vio_read_config(struct vio *vio)
{
	struct fl_caps *caps = &vio->fl.caps;

	if (vio_has(vio, VIRTIO_NET_F_MAC))
		vio_read_mac(vio);
	else
		eth_hw_addr_random(vio->fl.netdev);
	vio_use_mtu(vio);
	vio->speed = SPEED_UNKNOWN;
	vio->duplex = DUPLEX_UNKNOWN;
	vio->said_speed = SPEED_UNKNOWN;
	vio->said_duplex = DUPLEX_UNKNOWN;
	vio_read_speed(vio);
	if (!(vio->has & VIO_PAIRS_OF))
		vio->pairs = 1;
	if (vio->has & VIO_HASH_OF)
		caps->rss_key = FL_RSS_KEY_MAX;
	else
		caps->rss_types = 0;
	if (!vio_has(vio, VIRTIO_NET_F_RSS))
		caps->rss_table = 0;
}

/**
 * vio_get_link_ksettings() - ethtool_ops.get_link_ksettings
 * @netdev: port
 * @cmd: filled in
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int vio_get_link_ksettings(struct net_device *netdev,
			   struct ethtool_link_ksettings *cmd)
{
	const struct vio *vio = vio_of(netdev_priv(netdev));

	cmd->base.port = PORT_OTHER;
	cmd->base.speed = vio->speed;
	cmd->base.duplex = vio->duplex;
	return 0;
}

/**
 * vio_set_link_ksettings() - ethtool_ops.set_link_ksettings
 * @netdev: port
 * @cmd: speed and duplex
 *
 * A note for those who go by them, as bonding does: the device is not told. It stays until
 * the device says something else.
 *
 * Context: process, RTNL.
 *
 * Return: 0, or -EINVAL for what the link has not.
 */
int vio_set_link_ksettings(struct net_device *netdev,
			   const struct ethtool_link_ksettings *cmd)
{
	struct vio *vio = vio_of(netdev_priv(netdev));

	return ethtool_virtdev_set_link_ksettings(netdev, cmd, &vio->speed,
						  &vio->duplex);
}
