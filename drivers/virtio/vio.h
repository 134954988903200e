/* SPDX-License-Identifier: GPL-2.0 */
/* The virtio-net port: what its files share. */
#ifndef FLOWLANE_VIO_H
#define FLOWLANE_VIO_H

#include <linux/mutex.h>
#include <linux/virtio_pci_modern.h>
#include <uapi/linux/virtio_net.h>
#include <uapi/linux/virtio_ring.h>

#include <flowlane/dev.h>

/* Slots of the control queue: one command at a time takes two, and some devices have few. */
#define VIO_CTRL_SLOTS		4
/* Memory for a command and its answer, and most that a command may say. */
#define VIO_CTRL_BYTES		4096
#define VIO_CTRL_DATA_MAX	4080

/* Usecs between interrupts at most: after more, rings would have overflown. */
#define VIO_ITR_MAX		10000

/* Frames of many segments, any of these lets come. */
#define VIO_GUEST_GSO (				\
	BIT_ULL(VIRTIO_NET_F_GUEST_TSO4) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_TSO6) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_ECN) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_USO4) |	\
	BIT_ULL(VIRTIO_NET_F_GUEST_USO6))

/**
 * struct vio - a port
 * @fl: core's part; first
 * @pdev: the PCI function
 * @mdev: its registers, as the kernel's virtio library has them
 * @has: features negotiated
 * @front: bytes of the header before a frame
 * @pairs: pairs of queues that the device has
 * @mtu: the largest that it takes, if it says so
 * @speed: of the link, as the device or a user says; RTNL, as the next
 * @duplex: likewise
 * @said_speed: what the device has said last, whether it makes sense or not
 * @said_duplex: likewise
 * @msix: a vector a lane and one more; else all is on one pin
 * @ctrl_lock: one command at a time; inside RTNL
 * @ctrl: the control queue's memory; @ctrl_lock, as the next five
 * @ctrl_dma: its bus address
 * @ctrl_data: a command and its answer
 * @ctrl_data_dma: their bus address
 * @ctrl_bell: its doorbell; NULL while it is not in use
 * @ctrl_idx: commands given, or slots of a packed ring
 * @mac_refused: the device does not take the port's address as its own; RTNL
 * @bell: doorbells, by number of the queue
 * @config_work: follows what the device says of itself
 * @rx_mode_work: tells the device which frames are wanted
 * @table_work: tells the device where buckets are now
 */
struct vio {
	struct fl_dev fl;
	struct pci_dev *pdev;
	struct virtio_pci_modern_device mdev;
	u64 has;
	u8 front;
	u16 pairs;
	u16 mtu;
	u32 speed;
	u8 duplex;
	u32 said_speed;
	u8 said_duplex;
	bool msix;

	struct mutex ctrl_lock;		/* the control queue and its memory */
	void *ctrl;
	dma_addr_t ctrl_dma;
	void *ctrl_data;
	dma_addr_t ctrl_data_dma;
	void __iomem *ctrl_bell;
	u16 ctrl_idx;
	bool mac_refused;

	void __iomem **bell;
	struct work_struct config_work;
	struct work_struct rx_mode_work;
	struct work_struct table_work;
};

static inline struct vio *vio_of(const struct fl_dev *fl)
{
	return container_of(fl, struct vio, fl);
}

static inline bool vio_has(const struct vio *vio, unsigned int feature)
{
	return vio->has & BIT_ULL(feature);
}

/* Whether frames of many segments may come. */
static inline bool vio_gso(const struct vio *vio)
{
	return vio->has & VIO_GUEST_GSO;
}

/* Whether a frame is of one slot, however long it is (section 5.1.6.3.1). */
static inline bool vio_whole(const struct vio *vio)
{
	return !vio_has(vio, VIRTIO_NET_F_MRG_RXBUF) &&
	       vio_has(vio, VIRTIO_RING_F_INDIRECT_DESC);
}

/* Of a setting's command: who is not up is told when he comes up, see vio_ctrl_restore(). */
static inline int vio_or_later(int err)
{
	return err == -ENETDOWN ? 0 : err;
}

static inline u16 vio_ctrl_queue(const struct vio *vio)
{
	return 2 * vio->pairs;
}

/* The number of the vector that tells of changes, or of the pin. */
static inline int vio_config_irq_nr(const struct vio *vio)
{
	return vio->msix ? vio->fl.caps.lanes_max : 0;
}

/* txrx.c */
int vio_rx_fill(struct fl_rx_ring *rx);
void vio_rx_init(struct fl_rx_ring *rx);
void vio_tx_init(struct fl_tx_ring *tx);
void vio_rx_offer(struct fl_rx_ring *rx);
bool vio_tx_sent(struct fl_tx_ring *tx);
int vio_split_poll(struct napi_struct *napi, int budget);
int vio_packed_poll(struct napi_struct *napi, int budget);
netdev_tx_t vio_split_xmit(struct sk_buff *skb, struct net_device *netdev);
netdev_tx_t vio_packed_xmit(struct sk_buff *skb, struct net_device *netdev);

/* queue.c */
int vio_negotiate(struct vio *vio);
bool vio_alive(struct vio *vio);
int vio_reset(struct vio *vio);
int vio_map_bells(struct vio *vio);
void vio_unmap_bells(struct vio *vio);
int vio_up(struct fl_dev *fl);
void vio_down(struct fl_dev *fl);
int vio_pause(struct fl_dev *fl);
void vio_resume(struct fl_dev *fl);
void vio_queue_regs(struct fl_lane *lane, u32 *head, u32 *tail);

/* ctrl.c */
int vio_ctrl_alloc(struct vio *vio);
void vio_ctrl_free(struct vio *vio);
void vio_ctrl_start(struct vio *vio, void __iomem *bell);
void *vio_ctrl_room(struct vio *vio);
int vio_command(struct vio *vio, u8 class, u8 cmd, u32 len);

/* rss.c */
u8 vio_rss_known(u32 supported);
int vio_set_pairs(struct vio *vio);
int vio_set_rss(struct fl_dev *fl);
bool vio_set_buckets(struct fl_dev *fl, const unsigned long *buckets);
void vio_table_work(struct work_struct *work);

/* filter.c */
int vio_set_mac(struct fl_dev *fl, const u8 *addr);
int vio_set_mac_address(struct net_device *netdev, void *addr);
int vio_set_vlan(struct fl_dev *fl, u16 vid, bool on);
int vio_set_features(struct fl_dev *fl, netdev_features_t features);
void vio_set_rx_mode(struct net_device *netdev);
void vio_rx_mode_work(struct work_struct *work);
int vio_ctrl_restore(struct vio *vio);

/* coalesce.c */
enum fl_itr_by vio_itr_by(const struct vio *vio);
void vio_put_coal(struct virtio_net_ctrl_coal *coal, u32 usecs, u32 ring);
int vio_set_itr(struct fl_lane *lane, u16 itr);
int vio_itr_restore(struct vio *vio);

/* config.c */
void vio_config_work(struct work_struct *work);
u64 vio_check_config(struct vio *vio, u64 has);
void vio_read_config(struct vio *vio);
int vio_get_link_ksettings(struct net_device *netdev,
			   struct ethtool_link_ksettings *cmd);
int vio_set_link_ksettings(struct net_device *netdev,
			   const struct ethtool_link_ksettings *cmd);

#endif /* FLOWLANE_VIO_H */
