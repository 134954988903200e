// SPDX-License-Identifier: GPL-2.0
/*
 * The control queue (virtio 1.3, section 5.1.6.5). One command at a time, and waited for:
 * the device answers in its own time, but within a second or never.
 */
#include <linux/iopoll.h>

#include "vio.h"
#include "vring_packed.h"
#include "vring_split.h"

#define VIO_CTRL_US	1000000
/* Where in its memory a command has its data, which are aligned, and its answer. */
#define VIO_CTRL_DATA	8
#define VIO_CTRL_HDR	(VIO_CTRL_DATA - sizeof(struct virtio_net_ctrl_hdr))
#define VIO_CTRL_ACK	(VIO_CTRL_BYTES - 1)

static_assert(VIO_CTRL_DATA + VIO_CTRL_DATA_MAX <= VIO_CTRL_ACK);

/**
 * vio_ctrl_alloc() - memory for the control queue
 * @vio: port
 *
 * Context: process, probe.
 *
 * Return: 0 or -ENOMEM.
 */
int vio_ctrl_alloc(struct vio *vio)
{
	vio->ctrl = dma_alloc_coherent(vio->fl.dev, VRING_HDRS(VIO_CTRL_SLOTS),
				       &vio->ctrl_dma, GFP_KERNEL);
	vio->ctrl_data = dma_alloc_coherent(vio->fl.dev, VIO_CTRL_BYTES,
					    &vio->ctrl_data_dma, GFP_KERNEL);
	if (vio->ctrl && vio->ctrl_data)
		return 0;
	vio_ctrl_free(vio);
	return -ENOMEM;
}

/**
 * vio_ctrl_free() - undo vio_ctrl_alloc()
 * @vio: port whose device is at rest
 *
 * Context: process.
 */
void vio_ctrl_free(struct vio *vio)
{
	if (vio->ctrl)
		dma_free_coherent(vio->fl.dev, VRING_HDRS(VIO_CTRL_SLOTS),
				  vio->ctrl, vio->ctrl_dma);
	if (vio->ctrl_data)
		dma_free_coherent(vio->fl.dev, VIO_CTRL_BYTES, vio->ctrl_data,
				  vio->ctrl_data_dma);
	vio->ctrl = NULL;
	vio->ctrl_data = NULL;
}

/**
 * vio_ctrl_room() - where the data of a command go
 * @vio: port
 *
 * Context: under @vio->ctrl_lock until the command is given.
 *
 * Return: memory for up to VIO_CTRL_DATA_MAX bytes.
 */
void *vio_ctrl_room(struct vio *vio)
{
	return vio->ctrl_data + VIO_CTRL_DATA;
}

/* A command is two descriptors: what it says, and room for the answer. In a split ring
 * these are the first two each time.
 */
static void vio_ctrl_give_split(struct vio *vio, u32 len)
{
	const u32 mask = VIO_CTRL_SLOTS - 1;
	struct vring_slot *d = vio->ctrl;

	d[0] = (struct vring_slot) {
		.addr = cpu_to_le64(vio->ctrl_data_dma + VIO_CTRL_HDR),
		.len = cpu_to_le32(len),
		.flags = cpu_to_le16(VRING_DESC_F_NEXT),
		.next = cpu_to_le16(1),
	};
	d[1] = (struct vring_slot) {
		.addr = cpu_to_le64(vio->ctrl_data_dma + VIO_CTRL_ACK),
		.len = cpu_to_le32(1),
		.flags = cpu_to_le16(VRING_DESC_F_WRITE),
	};
	vring_avail(vio->ctrl, mask)[VRING_FIRST + (vio->ctrl_idx++ & mask)] = 0;
	vring_split_give(vio->ctrl, mask, vio->ctrl_idx);
}

static void vio_ctrl_give_packed(struct vio *vio, u32 len)
{
	const u32 mask = VIO_CTRL_SLOTS - 1;
	u16 i = vio->ctrl_idx, other = vring_packed_avail(mask, i) ^ VRING_PACKED_AVAIL;
	struct vring_packed *d = vio->ctrl;

	/* Their number is even: both are in one turn. */
	d += i & mask;
	d[0] = (struct vring_packed) {
		.addr = cpu_to_le64(vio->ctrl_data_dma + VIO_CTRL_HDR),
		.len = cpu_to_le32(len),
		.flags = cpu_to_le16(VRING_DESC_F_NEXT | other),
	};
	d[1] = (struct vring_packed) {
		.addr = cpu_to_le64(vio->ctrl_data_dma + VIO_CTRL_ACK),
		.len = cpu_to_le32(1),
		.flags = cpu_to_le16(VRING_DESC_F_WRITE | other),
	};
	vio->ctrl_idx += 2;
	vring_packed_give(vio->ctrl, mask, vio->ctrl_idx, i);
}

static void vio_ctrl_give(struct vio *vio, u32 len)
{
	if (vio_has(vio, VIRTIO_F_RING_PACKED))
		vio_ctrl_give_packed(vio, len);
	else
		vio_ctrl_give_split(vio, len);
	/* Whether the device wants to be told or not: a command is rare, and waited for. */
	iowrite16(vio_ctrl_queue(vio), vio->ctrl_bell);
}

static bool vio_ctrl_answered(struct vio *vio)
{
	const u32 mask = VIO_CTRL_SLOTS - 1;

	if (vio_has(vio, VIRTIO_F_RING_PACKED))
		return vring_packed_used(vio->ctrl, mask, (u16)(vio->ctrl_idx - 2));
	return vring_used_idx(vio->ctrl, mask) == vio->ctrl_idx;
}

/* What the device says of the descriptors does not matter: there is one command, and what
 * it has come to is in a byte of ours.
 */
static int vio_ctrl_wait(struct vio *vio)
{
	const u8 *ack = vio->ctrl_data + VIO_CTRL_ACK;
	bool answered;
	int err;

	err = read_poll_timeout(vio_ctrl_answered, answered,
				answered || !vio_alive(vio), 20, VIO_CTRL_US,
				false, vio);
	if (!answered)
		return err ?: -ENODEV;
	dma_rmb();
	switch (READ_ONCE(*ack)) {
	case VIRTIO_NET_OK:
		return 0;
	case VIRTIO_NET_ERR:
		return -EINVAL;
	default:
		return -EIO;
	}
}

/**
 * vio_command() - give a command and wait for the answer
 * @vio: port
 * @class: of the command
 * @cmd: the command
 * @len: bytes of its data, which are in vio_ctrl_room()
 *
 * A device that is not up is told what it has to know when it comes up. One that does
 * not answer is given no more commands before it is reset.
 *
 * Context: process, under @vio->ctrl_lock, may sleep.
 *
 * Return: 0, -EINVAL if the device refuses, -ENETDOWN if it is not up, or another negative
 * error if it is out of order.
 */
int vio_command(struct vio *vio, u8 class, u8 cmd, u32 len)
{
	struct virtio_net_ctrl_hdr *hdr = vio->ctrl_data + VIO_CTRL_HDR;
	int err;

	lockdep_assert_held(&vio->ctrl_lock);
	if (!vio->ctrl_bell)
		return -ENETDOWN;
	if (WARN_ON_ONCE(len > VIO_CTRL_DATA_MAX))
		return -EMSGSIZE;
	hdr->class = class;
	hdr->cmd = cmd;
	*(u8 *)(vio->ctrl_data + VIO_CTRL_ACK) = VIRTIO_NET_ERR;
	vio_ctrl_give(vio, sizeof(*hdr) + len);
	err = vio_ctrl_wait(vio);
	if (!err || err == -EINVAL)
		return err;
	netdev_err(vio->fl.netdev, "command %u.%u has no answer: %d\n", class,
		   cmd, err);
	/* There may be one yet, over the memory of another. */
	vio->ctrl_bell = NULL;
	/* Who brings the port up sees it by itself, and does not try for ever. */
	if (READ_ONCE(vio->fl.running))
		fl_request_reset(&vio->fl);
	return err;
}

/**
 * vio_ctrl_start() - commands can be given, or cannot any more
 * @vio: port
 * @bell: the control queue's doorbell, NULL for the end
 *
 * Context: process.
 */
void vio_ctrl_start(struct vio *vio, void __iomem *bell)
{
	mutex_lock(&vio->ctrl_lock);
	vio->ctrl_bell = bell;
	mutex_unlock(&vio->ctrl_lock);
}
