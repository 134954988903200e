// SPDX-License-Identifier: GPL-2.0
/*
 * The PCI driver of virtio-net: probe, remove. A lane's two queues have one
 * vector, which virtio's own bus would not give them, so this drives the function
 * itself, over the kernel's library for it.
 */
#include <linux/etherdevice.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_pci.h>

#include <flowlane/backends.h>
#include <flowlane/ethtool.h>

#include "vio.h"
#include "vring.h"

/* A modern device has its virtio ID in its PCI ID; below are transitional ones. */
#define VIO_ID_MODERN_MIN	0x1040
#define VIO_ID_MODERN	(VIO_ID_MODERN_MIN + VIRTIO_ID_NET)

/* More pairs than lanes are of use are left alone. */
#define VIO_PAIRS_MAX	64

/* Slots of rings in which each frame has room for 64 KB. */
#define VIO_WHOLE_RING_MAX	((u16)1024)
#define VIO_WHOLE_RING_DEFAULT	((u16)256)

/* A shared pin: reading the status acknowledges (virtio 1.3, section 4.1.4.5). */
static irqreturn_t vio_single_irq(int irq, void *data)
{
	struct fl_lane *lane = data;
	struct vio *vio = vio_of(lane->fl);
	u8 isr = ioread8(vio->mdev.isr);

	if (!isr || isr == U8_MAX)
		return IRQ_NONE;
	if (isr & VIRTIO_PCI_ISR_CONFIG)
		schedule_work(&vio->config_work);
	return fl_lane_irq(irq, lane);
}

static int vio_irq_request(struct fl_lane *lane)
{
	if (vio_of(lane->fl)->msix)
		return fl_lane_request_irq(lane, fl_lane_irq, 0);
	return fl_lane_request_irq(lane, vio_single_irq, IRQF_SHARED);
}

static void vio_irq_free(struct fl_lane *lane)
{
	free_irq(lane->irq, lane);
}

static irqreturn_t vio_config_irq(int irq, void *data)
{
	struct vio *vio = data;

	schedule_work(&vio->config_work);
	return IRQ_HANDLED;
}

static void vio_start(struct fl_dev *fl)
{
	schedule_work(&vio_of(fl)->config_work);
}

static const struct fl_hw_ops vio_ops = {
	.irq_request = vio_irq_request,
	.irq_free = vio_irq_free,
	.rx_init = vio_rx_init,
	.tx_init = vio_tx_init,
	.rx_fill = vio_rx_fill,
	.up = vio_up,
	.start = vio_start,
	.down = vio_down,
	.pause = vio_pause,
	.resume = vio_resume,
	.set_itr = vio_set_itr,
	.set_rss = vio_set_rss,
	.set_buckets = vio_set_buckets,
	.set_mac = vio_set_mac,
	.set_vlan = vio_set_vlan,
	.set_features = vio_set_features,
	.tx_regs = vio_queue_regs,
};

/* The kinds of rings have each a transmit function of its own. */
#define VIO_NETDEV_OPS(xmit)					\
	.ndo_open = fl_open,					\
	.ndo_stop = fl_stop,					\
	.ndo_start_xmit = xmit,					\
	.ndo_features_check = fl_features_check,		\
	.ndo_set_rx_mode = vio_set_rx_mode,			\
	.ndo_validate_addr = eth_validate_addr,			\
	.ndo_set_mac_address = vio_set_mac_address,		\
	.ndo_change_mtu = fl_change_mtu,			\
	.ndo_tx_timeout = fl_tx_timeout,			\
	.ndo_get_stats64 = fl_get_stats64,			\
	.ndo_vlan_rx_add_vid = fl_vlan_rx_add_vid,		\
	.ndo_vlan_rx_kill_vid = fl_vlan_rx_kill_vid,		\
	.ndo_fix_features = fl_fix_features,			\
	.ndo_set_features = fl_set_features,			\
	VIO_NETDEV_STEER

#ifdef CONFIG_RFS_ACCEL
#define VIO_NETDEV_STEER .ndo_rx_flow_steer = fl_rx_flow_steer,
#else
#define VIO_NETDEV_STEER
#endif

static const struct net_device_ops vio_split_ops = {
	VIO_NETDEV_OPS(vio_split_xmit)
};

static const struct net_device_ops vio_packed_ops = {
	VIO_NETDEV_OPS(vio_packed_xmit)
};

static const struct ethtool_ops vio_ethtool_ops = {
	FL_ETHTOOL_OPS,
	.get_link_ksettings = vio_get_link_ksettings,
	.set_link_ksettings = vio_set_link_ksettings,
	.get_ts_info = ethtool_op_get_ts_info,
};

static const struct fl_caps vio_caps = {
	.rx_desc_bytes = VRING_RX_BYTES,
	.tx_desc_bytes = VRING_TX_BYTES,
	.tx_desc_step = VRING_SLOT_BYTES,
	.rx_aux_bytes = sizeof(struct vring_rx),
	.rx_aux_slot = sizeof(struct vring_rx_slot),
	.tx_aux_bytes = sizeof(struct vring_tx),
	.tx_aux_slot = sizeof(struct vring_packet),
	.rx_sparse = true,
	.rx_buf_unit = 1,
	.rx_refill = 32,
	.tx_frags_max = MAX_SKB_FRAGS,
	.tx_hdr_l2_max = U16_MAX,
	.tx_hdr_l3_max = U16_MAX,
	.rss_ports = FL_RSS_TCP | FL_RSS_UDP,
	.itr_costly = true,
	.itr_max = VIO_ITR_MAX,
	.itr_unit_ns = NSEC_PER_USEC,
	.features = NETIF_F_RXCSUM | NETIF_F_GRO_HW,
};

/* What of sending the device can do. */
static netdev_features_t vio_tx_features(const struct vio *vio)
{
	netdev_features_t f = 0;

	if (!vio_has(vio, VIRTIO_NET_F_CSUM))
		return 0;
	f = NETIF_F_HW_CSUM | NETIF_F_SG;
	if (vio_has(vio, VIRTIO_NET_F_HOST_TSO4))
		f |= NETIF_F_TSO;
	if (vio_has(vio, VIRTIO_NET_F_HOST_TSO6))
		f |= NETIF_F_TSO6;
	if (vio_has(vio, VIRTIO_NET_F_HOST_ECN))
		f |= NETIF_F_TSO_ECN;
	if (vio_has(vio, VIRTIO_NET_F_HOST_USO))
		f |= NETIF_F_GSO_UDP_L4;
	return f;
}

/* What it may do to frames that come: fixed, unless there is a command. */
static netdev_features_t vio_rx_features(const struct vio *vio)
{
	netdev_features_t f = 0;

	if (vio_has(vio, VIRTIO_NET_F_GUEST_CSUM))
		f |= NETIF_F_RXCSUM;
	if (vio_gso(vio))
		f |= NETIF_F_GRO_HW;
	return f;
}

static void vio_init_features(struct vio *vio)
{
	bool hash = vio_has(vio, VIRTIO_NET_F_HASH_REPORT);
	netdev_features_t tx = vio_tx_features(vio), rx = vio_rx_features(vio);
	struct net_device *netdev = vio->fl.netdev;

	netdev->vlan_features = tx | NETIF_F_HIGHDMA;
	netdev->hw_features = tx;
	if (hash)
		netdev->hw_features |= NETIF_F_RXHASH;
	/* Buckets need a table, and the device's own hash. */
	if (hash && vio_has(vio, VIRTIO_NET_F_RSS) && IS_ENABLED(CONFIG_RFS_ACCEL))
		netdev->hw_features |= NETIF_F_NTUPLE;
	netdev->features = netdev->hw_features | rx | NETIF_F_HIGHDMA;
	if (vio_has(vio, VIRTIO_NET_F_CTRL_GUEST_OFFLOADS))
		netdev->hw_features |= rx;
	/* The device has no command to let in all VLANs: this one is fixed. */
	if (vio_has(vio, VIRTIO_NET_F_CTRL_VLAN))
		netdev->features |= NETIF_F_HW_VLAN_CTAG_FILTER;
	if (vio_has(vio, VIRTIO_NET_F_CTRL_RX))
		netdev->priv_flags |= IFF_UNICAST_FLT;
	netdev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
	netdev->needed_headroom = vio->front;
}

/* The largest ring that a queue can have; a packed one may have any number of slots. */
static u16 vio_ring_max(struct vio *vio, u16 queue)
{
	u16 size = vp_modern_get_queue_size(&vio->mdev, queue);

	return size ? rounddown_pow_of_two(size) : 0;
}

/* What the features say of sizes and numbers. The first pair stands for all of them. */
static int vio_init_caps(struct vio *vio)
{
	u16 rx = vio_ring_max(vio, 0), tx = vio_ring_max(vio, 1);
	struct fl_caps *caps = &vio->fl.caps;
	bool packed = vio_has(vio, VIRTIO_F_RING_PACKED);

	vio->fl.netdev->netdev_ops = packed ? &vio_packed_ops : &vio_split_ops;
	vio->fl.poll = packed ? vio_packed_poll : vio_split_poll;
	if (min(rx, tx) < FL_RING_SIZE_MIN)
		return dev_err_probe(&vio->pdev->dev, -EINVAL,
				     "rings of %u slots, at least %u are needed\n",
				     min(rx, tx), FL_RING_SIZE_MIN);
	caps->rx_ring_max = rx;
	caps->tx_ring_max = tx;
	if (vio_whole(vio)) {
		caps->rx_ring_max = min(rx, VIO_WHOLE_RING_MAX);
		caps->rx_rests = VRING_RESTS_MAX;
		caps->rx_desc_bytes += VRING_TABLE_BYTES;
	}
	caps->itr_by = vio_itr_by(vio);
	caps->rx_long = vio_gso(vio);
	vio->front = vio_has(vio, VIRTIO_NET_F_HASH_REPORT) ?
		     VRING_FRONT_HASH : VRING_FRONT_PLAIN;
	return 0;
}

/* With fewer vectors than there could be lanes, there are fewer lanes. */
static int vio_irq_init(struct vio *vio)
{
	struct pci_dev *pdev = vio->pdev;
	int n;

	n = pci_alloc_irq_vectors(pdev, 2, min_t(u16, vio->pairs, VIO_PAIRS_MAX) + 1,
				  PCI_IRQ_MSIX);
	vio->msix = n > 0;
	if (!vio->msix) {
		n = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_INTX);
		if (n < 0)
			return dev_err_probe(&pdev->dev, n,
					     "no interrupt vector\n");
		dev_info(&pdev->dev, "no MSI-X: one lane on one INTx vector\n");
	}
	vio->fl.caps.lanes_max = vio->msix ? n - 1 : 1;
	return 0;
}

/* A device that was not told to go by the platform's rules sees physical memory,
 * whatever an IOMMU has been set up for (section 6.1).
 */
static int vio_check_dma(struct vio *vio)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(vio->fl.dev);

	if (vio_has(vio, VIRTIO_F_ACCESS_PLATFORM) || !domain ||
	    !(domain->type & __IOMMU_DOMAIN_PAGING))
		return 0;
	return dev_err_probe(vio->fl.dev, -EINVAL,
			     "the device goes past the IOMMU that it is behind: it needs VIRTIO_F_ACCESS_PLATFORM (QEMU's iommu_platform=on), or the kernel iommu=pt\n");
}

static int vio_init_port(struct vio *vio)
{
	struct fl_dev *fl = &vio->fl;
	int i, err;

	err = fl_dev_init(fl);
	if (err)
		return err;
	for (i = 0; i < fl->caps.lanes_max; i++)
		fl->lane[i].irq = pci_irq_vector(vio->pdev, i);
	fl_home_spread(fl);
	fl->cfg.rx_size = min(fl->cfg.rx_size, fl->caps.rx_ring_max);
	if (fl->caps.rx_rests)
		fl->cfg.rx_size = min(fl->cfg.rx_size, VIO_WHOLE_RING_DEFAULT);
	fl->cfg.tx_size = min(fl->cfg.tx_size, fl->caps.tx_ring_max);
	if (!vio->msix)
		return 0;
	err = request_irq(pci_irq_vector(vio->pdev, vio_config_irq_nr(vio)),
			  vio_config_irq, 0, pci_name(vio->pdev), vio);
	if (err)
		fl_dev_cleanup(fl);
	return err;
}

static void vio_exit_port(struct vio *vio)
{
	if (vio->msix)
		free_irq(pci_irq_vector(vio->pdev, vio_config_irq_nr(vio)), vio);
	cancel_work_sync(&vio->config_work);
	cancel_work_sync(&vio->rx_mode_work);
	cancel_work_sync(&vio->table_work);
	fl_dev_cleanup(&vio->fl);
}

static int vio_init(struct vio *vio)
{
	int err;

	err = vio_negotiate(vio);
	if (err)
		return dev_err_probe(&vio->pdev->dev, err,
				     "no agreement on features\n");
	vio_read_config(vio);
	err = vio_init_caps(vio) ?: vio_check_dma(vio) ?: vio_irq_init(vio);
	if (err)
		return err;
	err = vio_map_bells(vio);
	if (err)
		goto err_vectors;
	err = vio_ctrl_alloc(vio);
	if (err)
		goto err_bells;
	vio_init_features(vio);
	err = vio_init_port(vio);
	if (err)
		goto err_ctrl;
	err = fl_dev_register(&vio->fl);
	if (err)
		goto err_port;
	return 0;

err_port:
	vio_exit_port(vio);
err_ctrl:
	vio_ctrl_free(vio);
err_bells:
	vio_unmap_bells(vio);
err_vectors:
	pci_free_irq_vectors(vio->pdev);
	return err;
}

static struct vio *vio_alloc(struct pci_dev *pdev)
{
	struct net_device *netdev;
	struct vio *vio;

	netdev = alloc_etherdev_mqs(sizeof(*vio), VIO_PAIRS_MAX, VIO_PAIRS_MAX);
	if (!netdev)
		return NULL;
	SET_NETDEV_DEV(netdev, &pdev->dev);
	netdev->ethtool_ops = &vio_ethtool_ops;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = ETH_MAX_MTU;
	vio = netdev_priv(netdev);
	vio->pdev = pdev;
	vio->mdev.pci_dev = pdev;
	vio->fl.netdev = netdev;
	vio->fl.dev = &pdev->dev;
	vio->fl.ops = &vio_ops;
	vio->fl.caps = vio_caps;
	INIT_WORK(&vio->config_work, vio_config_work);
	INIT_WORK(&vio->rx_mode_work, vio_rx_mode_work);
	INIT_WORK(&vio->table_work, vio_table_work);
	mutex_init(&vio->ctrl_lock);
	pci_set_drvdata(pdev, vio);
	return vio;
}

/* What is looked at only because a user named this driver for it. */
static bool vio_is_net(const struct pci_dev *pdev)
{
	if (pdev->vendor != PCI_VENDOR_ID_REDHAT_QUMRANET)
		return false;
	/* What it is, a transitional device says elsewhere (section 4.1.2.1). */
	return pdev->device == VIO_ID_MODERN ||
	       (pdev->device < VIO_ID_MODERN_MIN &&
		pdev->subsystem_device == VIRTIO_ID_NET);
}

static int vio_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vio *vio;
	int err;

	if (!vio_is_net(pdev))
		return -ENODEV;
	vio = vio_alloc(pdev);
	if (!vio)
		return -ENOMEM;
	err = pci_enable_device(pdev);
	if (err)
		goto err_free;
	err = vp_modern_probe(&vio->mdev);
	if (err) {
		dev_err_probe(&pdev->dev, err, "not to be had: %s\n",
			      err == -ENODEV ? "a legacy device" : "registers");
		goto err_disable;
	}
	err = -EINVAL;
	if (!vio->mdev.device)
		goto err_modern;
	pci_set_master(pdev);
	pci_save_state(pdev);	/* what a slot reset starts from */
	err = vio_init(vio);
	if (err)
		goto err_reset;
	netdev_info(vio->fl.netdev, "virtio-net, %u of %u lanes, %pM\n",
		    vio->fl.cfg.lanes, vio->fl.caps.lanes_max,
		    vio->fl.netdev->dev_addr);
	return 0;

err_reset:
	vio_reset(vio);
err_modern:
	vp_modern_remove(&vio->mdev);
err_disable:
	pci_disable_device(pdev);
err_free:
	free_netdev(vio->fl.netdev);
	return err;
}

static void vio_remove(struct pci_dev *pdev)
{
	struct vio *vio = pci_get_drvdata(pdev);

	fl_dev_unregister(&vio->fl);
	vio_reset(vio);
	vio_exit_port(vio);
	vio_ctrl_free(vio);
	vio_unmap_bells(vio);
	pci_free_irq_vectors(pdev);
	vp_modern_remove(&vio->mdev);
	pci_disable_device(pdev);
	free_netdev(vio->fl.netdev);
}

static const struct pci_device_id vio_ids[] = {
	{ PCI_DEVICE_SUB(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1000, PCI_ANY_ID, VIRTIO_ID_NET) },
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, VIO_ID_MODERN) },
	{ }
};
MODULE_DEVICE_TABLE(pci, vio_ids);

static struct pci_driver vio_driver = {
	.name = FL_NAME "-virtio",
	.id_table = vio_ids,
	.probe = vio_probe,
	.remove = vio_remove,
	.shutdown = fl_pci_shutdown,
	.driver.pm = pm_sleep_ptr(&fl_pci_pm_ops),
	.err_handler = &fl_pci_err_handlers,
};

static int vio_register(void)
{
	return pci_register_driver(&vio_driver);
}

static void vio_unregister(void)
{
	pci_unregister_driver(&vio_driver);
}

const struct fl_backend virtio_backend = {
	.name = "virtio",
	.init = vio_register,
	.exit = vio_unregister,
};
