// SPDX-License-Identifier: GPL-2.0
/* Features, queues, and the device's start and end (virtio 1.3, sections 3.1 and 4.1). */
#include <linux/delay.h>
#include <linux/iopoll.h>
#include <uapi/linux/virtio_config.h>

#include "vio.h"
#include "vring.h"

/* A reset is over when the status reads 0. */
#define VIO_RESET_US		1000000
#define VIO_QUEUE_RESET_US	100000
/* What was sent is on its way after so long. */
#define VIO_DRAIN_US		20000

/* What the driver makes use of; each is a promise to work with it. */
#define VIO_FEATURES (				\
	BIT_ULL(VIRTIO_NET_F_CSUM) |		\
	BIT_ULL(VIRTIO_NET_F_GUEST_CSUM) |	\
	BIT_ULL(VIRTIO_NET_F_CTRL_GUEST_OFFLOADS) | \
	BIT_ULL(VIRTIO_NET_F_MTU) |		\
	BIT_ULL(VIRTIO_NET_F_MAC) |		\
	BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_TSO6) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_ECN) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_USO4) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_USO6) |	\
	BIT_ULL(VIRTIO_NET_F_HOST_TSO4) |	\
	BIT_ULL(VIRTIO_NET_F_HOST_TSO6) |	\
	BIT_ULL(VIRTIO_NET_F_HOST_ECN) |	\
	BIT_ULL(VIRTIO_NET_F_HOST_USO) |	\
	BIT_ULL(VIRTIO_NET_F_MRG_RXBUF) |	\
	BIT_ULL(VIRTIO_NET_F_STATUS) |		\
	BIT_ULL(VIRTIO_NET_F_CTRL_VQ) |		\
	BIT_ULL(VIRTIO_NET_F_CTRL_RX) |		\
	BIT_ULL(VIRTIO_NET_F_CTRL_VLAN) |	\
	BIT_ULL(VIRTIO_NET_F_CTRL_MAC_ADDR) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_ANNOUNCE) |	\
	BIT_ULL(VIRTIO_NET_F_MQ) |		\
	BIT_ULL(VIRTIO_NET_F_VQ_NOTF_COAL) |	\
	BIT_ULL(VIRTIO_NET_F_NOTF_COAL) |	\
	BIT_ULL(VIRTIO_NET_F_HASH_REPORT) |	\
	BIT_ULL(VIRTIO_NET_F_RSS) |		\
	BIT_ULL(VIRTIO_NET_F_SPEED_DUPLEX) |	\
	BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |	\
	BIT_ULL(VIRTIO_RING_F_EVENT_IDX) |	\
	BIT_ULL(VIRTIO_F_RING_PACKED) |		\
	BIT_ULL(VIRTIO_F_VERSION_1) |		\
	BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |	\
	BIT_ULL(VIRTIO_F_ORDER_PLATFORM) |	\
	BIT_ULL(VIRTIO_F_RING_RESET))

/* A feature, and the one without which it is none (section 5.1.3.1). */
static const struct {
	u8 feature;
	u8 needs;
} vio_needs[] = {
	{ VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_CSUM },
	{ VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_CSUM },
	{ VIRTIO_NET_F_HOST_USO, VIRTIO_NET_F_CSUM },
	{ VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_CSUM },
	{ VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_CSUM },
	{ VIRTIO_NET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_CSUM },
	{ VIRTIO_NET_F_GUEST_USO6, VIRTIO_NET_F_GUEST_CSUM },
	{ VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_STATUS },
	{ VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_VQ_NOTF_COAL, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_NOTF_COAL, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_RSS, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_HASH_REPORT, VIRTIO_NET_F_CTRL_VQ },
};

static u64 vio_choose(struct vio *vio, u64 offered)
{
	u64 has = vio_check_config(vio, offered & VIO_FEATURES);
	int i;

	for (i = 0; i < ARRAY_SIZE(vio_needs); i++)
		if (!(has & BIT_ULL(vio_needs[i].needs)))
			has &= ~BIT_ULL(vio_needs[i].feature);
	if (!(has & (BIT_ULL(VIRTIO_NET_F_HOST_TSO4) | BIT_ULL(VIRTIO_NET_F_HOST_TSO6))))
		has &= ~BIT_ULL(VIRTIO_NET_F_HOST_ECN);
	if (!(has & (BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) | BIT_ULL(VIRTIO_NET_F_GUEST_TSO6))))
		has &= ~BIT_ULL(VIRTIO_NET_F_GUEST_ECN);
	/* Tables serve long frames that do not come in pieces. Without either there are
	 * none, and who agrees on the device's MTU has to have room for it (section 5.1.4.2).
	 */
	if (has & BIT_ULL(VIRTIO_NET_F_MRG_RXBUF)) {
		has &= ~BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC);
	} else if (!(has & BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC))) {
		has &= ~VIO_GUEST_GSO;
		if (vio->mtu > FL_RX_MTU_ONE)
			has &= ~BIT_ULL(VIRTIO_NET_F_MTU);
	}
	if (vio->mdev.common_len <
	    offsetofend(struct virtio_pci_modern_common_cfg, queue_reset))
		has &= ~BIT_ULL(VIRTIO_F_RING_RESET);
	return has;
}

/**
 * vio_alive() - whether the device is still the one that was started
 * @vio: port
 *
 * A device that is gone reads all ones.
 *
 * Context: any.
 *
 * Return: false if only a reset can help, if anything.
 */
bool vio_alive(struct vio *vio)
{
	return (vp_modern_get_status(&vio->mdev) &
		(VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_NEEDS_RESET)) ==
	       VIRTIO_CONFIG_S_DRIVER_OK;
}

/**
 * vio_reset() - have the device forget everything
 * @vio: port
 *
 * Context: process, may sleep.
 *
 * Return: 0, -ETIMEDOUT if it does not say that it has, or -ENODEV if it is gone.
 */
int vio_reset(struct vio *vio)
{
	u8 status;
	int err;

	vp_modern_set_status(&vio->mdev, 0);
	err = read_poll_timeout(vp_modern_get_status, status,
				!status || status == U8_MAX, 50, VIO_RESET_US,
				false, &vio->mdev);
	return status == U8_MAX ? -ENODEV : err;
}

/**
 * vio_negotiate() - reset the device and agree on features
 * @vio: port
 *
 * Rings and offloads are made for what was chosen at first: nothing less will do.
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative error.
 */
int vio_negotiate(struct vio *vio)
{
	struct virtio_pci_modern_device *mdev = &vio->mdev;
	u64 offered;
	int err;

	err = vio_reset(vio);
	if (err)
		return err;
	vp_modern_set_status(mdev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	vp_modern_set_status(mdev, VIRTIO_CONFIG_S_ACKNOWLEDGE |
			     VIRTIO_CONFIG_S_DRIVER);
	offered = vp_modern_get_features(mdev);
	if (!vio->has)
		vio->has = vio_choose(vio, offered);
	if (!vio_has(vio, VIRTIO_F_VERSION_1) || vio->has & ~offered)
		return -ENODEV;
	vp_modern_set_features(mdev, vio->has);
	vp_modern_set_status(mdev, VIRTIO_CONFIG_S_ACKNOWLEDGE |
			     VIRTIO_CONFIG_S_DRIVER |
			     VIRTIO_CONFIG_S_FEATURES_OK);
	if (!(vp_modern_get_status(mdev) & VIRTIO_CONFIG_S_FEATURES_OK))
		return -EINVAL;
	return 0;
}

/**
 * vio_map_bells() - find the doorbells of all queues
 * @vio: port whose features are known
 *
 * Context: process, probe.
 *
 * Return: 0 or a negative error.
 */
int vio_map_bells(struct vio *vio)
{
	u16 n = vio_ctrl_queue(vio) + vio_has(vio, VIRTIO_NET_F_CTRL_VQ);
	u16 i;

	if (n > vp_modern_get_num_queues(&vio->mdev))
		return -EINVAL;
	vio->bell = kzalloc_objs(*vio->bell, n);
	if (!vio->bell)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		vio->bell[i] = vp_modern_map_vq_notify(&vio->mdev, i, NULL);
		if (!vio->bell[i]) {
			vio_unmap_bells(vio);
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * vio_unmap_bells() - undo vio_map_bells()
 * @vio: port
 *
 * Context: process.
 */
void vio_unmap_bells(struct vio *vio)
{
	u16 n = vio_ctrl_queue(vio) + vio_has(vio, VIRTIO_NET_F_CTRL_VQ);
	u16 i;

	/* Else they are all in one mapping. */
	if (vio->mdev.notify_map_cap)
		for (i = 0; i < n; i++)
			if (vio->bell[i])
				pci_iounmap(vio->pdev, vio->bell[i]);
	kfree(vio->bell);
}

static int vio_queue_start(struct vio *vio, u16 queue, u16 vector, dma_addr_t dma,
			   u32 size)
{
	struct virtio_pci_modern_device *mdev = &vio->mdev;

	if (size > vp_modern_get_queue_size(mdev, queue))
		return -EINVAL;
	vp_modern_set_queue_size(mdev, queue, size);
	vp_modern_queue_address(mdev, queue, dma, dma + VRING_DRIVER(size),
				dma + VRING_DEVICE(size));
	if (vp_modern_queue_vector(mdev, queue, vector) != vector)
		return -EBUSY;
	vp_modern_set_queue_enable(mdev, queue, true);
	return 0;
}

static int vio_queues_start(struct vio *vio)
{
	int i, err;

	for (i = 0; i < vio->fl.cfg.lanes; i++) {
		u16 vector = vio->msix ? i : VIRTIO_MSI_NO_VECTOR;
		struct fl_lane *lane = &vio->fl.lane[i];

		err = vio_queue_start(vio, 2 * i, vector, lane->rx->desc_dma,
				      lane->rx->mask + 1) ?:
		      vio_queue_start(vio, 2 * i + 1, vector,
				      lane->tx->desc_dma, lane->tx->mask + 1);
		if (err)
			return err;
	}
	return 0;
}

static int vio_ctrl_queue_start(struct vio *vio)
{
	if (!vio_has(vio, VIRTIO_NET_F_CTRL_VQ))
		return 0;
	memset(vio->ctrl, 0, VRING_HDRS(VIO_CTRL_SLOTS));
	vio->ctrl_idx = 0;
	return vio_queue_start(vio, vio_ctrl_queue(vio), VIRTIO_MSI_NO_VECTOR,
			       vio->ctrl_dma, VIO_CTRL_SLOTS);
}

/* Rings have their doorbells even where the start fails: a lane may run before the
 * reset that follows.
 */
static void vio_set_bells(struct vio *vio)
{
	int i;

	for (i = 0; i < vio->fl.cfg.lanes; i++) {
		vio->fl.lane[i].rx->tail = vio->bell[2 * i];
		vio->fl.lane[i].tx->tail = vio->bell[2 * i + 1];
	}
}

/* The device gets its buffers, then the table. QEMU redirects a frame to the ring that
 * the table names; one that waits there for a first buffer is looked at again when
 * a table comes.
 */
static int vio_lanes_start(struct vio *vio)
{
	int i;

	for (i = 0; i < vio->fl.cfg.lanes; i++)
		vio_rx_offer(vio->fl.lane[i].rx);
	return vio_set_pairs(vio);
}

static int vio_start_device(struct vio *vio)
{
	struct virtio_pci_modern_device *mdev = &vio->mdev;
	u16 vector;
	int err;

	vio_set_bells(vio);
	err = vio_negotiate(vio);
	if (err)
		return err;
	/* Not before the reset in it: a device that did not stop when the port went down
	 * was cut off, as its memory has gone.
	 */
	pci_set_master(vio->pdev);
	err = vio_queues_start(vio) ?: vio_ctrl_queue_start(vio);
	if (err)
		return err;
	vector = vio->msix ? vio_config_irq_nr(vio) : VIRTIO_MSI_NO_VECTOR;
	if (vp_modern_config_vector(mdev, vector) != vector)
		return -EBUSY;
	vp_modern_set_status(mdev, vp_modern_get_status(mdev) |
			     VIRTIO_CONFIG_S_DRIVER_OK);
	if (vio_has(vio, VIRTIO_NET_F_CTRL_VQ))
		vio_ctrl_start(vio, vio->bell[vio_ctrl_queue(vio)]);
	/* Nothing is let in by a filter that is not ours. */
	return vio_ctrl_restore(vio) ?: vio_lanes_start(vio);
}

/**
 * vio_up() - as fl_hw_ops.up
 * @fl: port
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int vio_up(struct fl_dev *fl)
{
	struct vio *vio = vio_of(fl);
	int err;

	err = vio_start_device(vio);
	if (err)
		vio_down(fl);
	return err;
}

/**
 * vio_down() - as fl_hw_ops.down
 * @fl: port
 *
 * Context: process, RTNL.
 */
void vio_down(struct fl_dev *fl)
{
	struct vio *vio = vio_of(fl);

	vio_ctrl_start(vio, NULL);
	/* Memory is about to go: what does not stop is cut off. */
	if (vio_reset(vio))
		pci_clear_master(vio->pdev);
	synchronize_irq(pci_irq_vector(vio->pdev, vio_config_irq_nr(vio)));
	netif_carrier_off(fl->netdev);
}

/* Packets that the device has not given back. */
static bool vio_tx_pending(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl->cfg.lanes; i++)
		if (!vio_tx_sent(fl->lane[i].tx))
			return true;
	return false;
}

static bool vio_queue_is_reset(struct virtio_pci_modern_common_cfg __iomem *cfg)
{
	return !vp_ioread16(&cfg->queue_reset) &&
	       !vp_ioread16(&cfg->cfg.queue_enable);
}

/* Section 4.1.4.3.2. The kernel's library waits for ever. */
static int vio_queue_reset(struct vio *vio, u16 queue)
{
	struct virtio_pci_modern_common_cfg __iomem *cfg;
	bool done;

	cfg = (void __iomem *)vio->mdev.common;
	vp_iowrite16(queue, &cfg->cfg.queue_select);
	vp_iowrite16(1, &cfg->queue_reset);
	return read_poll_timeout(vio_queue_is_reset, done, done, 50,
				 VIO_QUEUE_RESET_US, false, cfg);
}

/**
 * vio_pause() - as fl_hw_ops.pause
 * @fl: port
 *
 * Without reset of single queues (section 2.6.1), the device has to forget all.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int vio_pause(struct fl_dev *fl)
{
	struct vio *vio = vio_of(fl);
	bool pending;
	int i, err;

	/* A table of the old lanes is not to come among the new ones. */
	cancel_work_sync(&vio->table_work);
	read_poll_timeout(vio_tx_pending, pending, !pending, 50, VIO_DRAIN_US,
			  false, fl);
	if (!vio_has(vio, VIRTIO_F_RING_RESET)) {
		vio_ctrl_start(vio, NULL);
		return vio_reset(vio);
	}
	for (i = 0; i < 2 * fl->cfg.lanes; i++) {
		err = vio_queue_reset(vio, i);
		if (err)
			return err;
	}
	return 0;
}

/**
 * vio_resume() - as fl_hw_ops.resume
 * @fl: port
 *
 * Context: process, RTNL.
 */
void vio_resume(struct fl_dev *fl)
{
	struct vio *vio = vio_of(fl);
	int err;

	if (vio_has(vio, VIRTIO_F_RING_RESET)) {
		vio_set_bells(vio);
		/* A queue forgets its interval as well (section 5.1.6.5.8). */
		err = vio_queues_start(vio) ?: vio_lanes_start(vio) ?:
		      vio_itr_restore(vio);
	} else {
		err = vio_start_device(vio);
		/* The link may have changed meanwhile. */
		schedule_work(&vio->config_work);
	}
	if (err)
		fl_request_reset(fl);
}

/**
 * vio_queue_regs() - as fl_hw_ops.tx_regs
 * @lane: lane
 * @head: packets, or slots of a packed ring, that the device is known to have used
 * @tail: packets or slots that it was given
 *
 * Context: any.
 */
void vio_queue_regs(struct fl_lane *lane, u32 *head, u32 *tail)
{
	const struct vring_tx *v = lane->tx->aux;

	*head = v->used;
	*tail = v->avail;
}
