// SPDX-License-Identifier: GPL-2.0
/*
 * Moderation by the device (virtio 1.3, section 5.1.6.5.8). It delays an interrupt from
 * the first packet on, so that who waits for an answer feels any interval. A device that
 * cannot has core's timers, see drivers/core/coalesce.c.
 */
#include "vio.h"

/**
 * vio_itr_by() - who keeps the time between interrupts
 * @vio: port whose features are known
 *
 * Context: any.
 *
 * Return: as &fl_caps.itr_by.
 */
enum fl_itr_by vio_itr_by(const struct vio *vio)
{
	if (vio_has(vio, VIRTIO_NET_F_VQ_NOTF_COAL))
		return FL_ITR_LANE;
	return vio_has(vio, VIRTIO_NET_F_NOTF_COAL) ? FL_ITR_PORT : FL_ITR_TIMER;
}

/**
 * vio_put_coal() - an interval as the device is told it
 * @coal: filled in
 * @usecs: the interval; 0 for none
 * @ring: slots of the ring that it is for
 *
 * Both numbers have to be there for either of them to count. Half a ring of packets is
 * enough, whatever the time is.
 *
 * Context: any.
 */
void vio_put_coal(struct virtio_net_ctrl_coal *coal, u32 usecs, u32 ring)
{
	coal->max_usecs = cpu_to_le32(usecs);
	coal->max_packets = cpu_to_le32(usecs ? ring / 2 : 0);
}

/* One of a lane's two queues. */
static int vio_send_queue_itr(struct vio *vio, u16 queue, u32 ring, u16 itr)
{
	struct virtio_net_ctrl_coal_vq *cmd = vio_ctrl_room(vio);

	cmd->vqn = cpu_to_le16(queue);
	cmd->reserved = 0;
	vio_put_coal(&cmd->coal, itr, ring);
	return vio_command(vio, VIRTIO_NET_CTRL_NOTF_COAL,
			   VIRTIO_NET_CTRL_NOTF_COAL_VQ_SET, sizeof(*cmd));
}

/* One of a lane's two queues, or all queues of its direction. */
static int vio_send_itr(struct vio *vio, u16 lane, bool tx, u16 itr)
{
	u32 ring = tx ? vio->fl.cfg.tx_size : vio->fl.cfg.rx_size;

	if (vio->fl.caps.itr_by == FL_ITR_LANE)
		return vio_send_queue_itr(vio, 2 * lane + tx, ring, itr);
	vio_put_coal(vio_ctrl_room(vio), itr, ring);
	return vio_command(vio, VIRTIO_NET_CTRL_NOTF_COAL,
			   tx ? VIRTIO_NET_CTRL_NOTF_COAL_TX_SET :
				VIRTIO_NET_CTRL_NOTF_COAL_RX_SET,
			   sizeof(struct virtio_net_ctrl_coal));
}

/**
 * vio_set_itr() - as fl_hw_ops.set_itr
 * @lane: lane, in use or not
 * @itr: its interval, in usecs
 *
 * Context: process.
 *
 * Return: 0 or a negative error.
 */
int vio_set_itr(struct fl_lane *lane, u16 itr)
{
	struct vio *vio = vio_of(lane->fl);
	int err;

	/* Its queues are told when they are enabled; before, they refuse. */
	if (lane->idx >= lane->fl->cfg.lanes)
		return 0;
	mutex_lock(&vio->ctrl_lock);
	err = vio_send_itr(vio, lane->idx, false, itr);
	if (!err) {
		err = vio_send_itr(vio, lane->idx, true, itr);
		if (err)
			vio_send_itr(vio, lane->idx, false, lane->itr);
	}
	mutex_unlock(&vio->ctrl_lock);
	return vio_or_later(err);
}

/**
 * vio_itr_restore() - tell a device all intervals
 * @vio: port whose queues have just started
 *
 * After a reset, of the device or of a queue, there are none. A lane whose interval is
 * refused goes without, and can be given one again.
 *
 * Context: process, RTNL.
 *
 * Return: 0, or a negative error if it does not take one of them.
 */
int vio_itr_restore(struct vio *vio)
{
	u16 n = vio->fl.caps.itr_by == FL_ITR_LANE ? vio->fl.cfg.lanes : 1;
	int err = 0, refused = 0;
	u16 i;

	if (vio->fl.caps.itr_by == FL_ITR_TIMER)
		return 0;
	for (i = 0; i < n && (!err || err == -EINVAL); i++) {
		struct fl_lane *lane = &vio->fl.lane[i];

		err = lane->itr ? vio_set_itr(lane, lane->itr) : 0;
		if (err == -EINVAL) {
			refused = err;
			lane->itr = 0;
		}
	}
	return err ?: refused;
}
