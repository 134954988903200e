// SPDX-License-Identifier: GPL-2.0
/*
 * Which lane a frame comes to, as commands (virtio 1.3, sections 5.1.6.5.5 to 5.1.6.5.7):
 * the number of pairs, and where the device can, what of a flow is hashed, by which key,
 * and the table.
 */
#include <linux/rtnetlink.h>

#include "vio.h"

/* RSS_CONFIG; not all kernels' headers name its parts. */
struct vio_rss_head {
	__le32 types;
	__le16 mask;
	__le16 unclassified;
	__le16 table[];
};

struct vio_rss_tail {
	__le16 max_tx_vq;
	u8 key_length;
	u8 key[];
};

/* HASH_CONFIG */
struct vio_hash {
	__le32 types;
	__le16 reserved[4];
	u8 key_length;
	u8 key[];
};

static_assert(offsetof(struct vio_rss_head, table) == 8);
static_assert(offsetof(struct vio_rss_tail, key) == 3);
static_assert(offsetof(struct vio_hash, key) == 13);
static_assert(offsetof(struct vio_rss_head, table[FL_RSS_TABLE_MAX]) +
	      offsetof(struct vio_rss_tail, key[FL_RSS_KEY_MAX]) <= VIO_CTRL_DATA_MAX);

/* What the device calls each kind of flows. */
static const struct {
	u8 ours;
	u8 theirs;
} vio_rss_types[] = {
	{ FL_RSS_IP4, VIRTIO_NET_RSS_HASH_TYPE_IPv4 },
	{ FL_RSS_IP6, VIRTIO_NET_RSS_HASH_TYPE_IPv6 },
	{ FL_RSS_TCP4, VIRTIO_NET_RSS_HASH_TYPE_TCPv4 },
	{ FL_RSS_TCP6, VIRTIO_NET_RSS_HASH_TYPE_TCPv6 },
	{ FL_RSS_UDP4, VIRTIO_NET_RSS_HASH_TYPE_UDPv4 },
	{ FL_RSS_UDP6, VIRTIO_NET_RSS_HASH_TYPE_UDPv6 },
};

/**
 * vio_rss_known() - kinds of flows that can be hashed
 * @supported: types that the device says it has
 *
 * Context: any.
 *
 * Return: FL_RSS_x.
 */
u8 vio_rss_known(u32 supported)
{
	u8 known = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(vio_rss_types); i++)
		if (supported & vio_rss_types[i].theirs)
			known |= vio_rss_types[i].ours;
	return known;
}

static __le32 vio_hash_types(const struct fl_dev *fl)
{
	u8 wanted = (fl->rss.ports | FL_RSS_IP4 | FL_RSS_IP6) & fl->caps.rss_types;
	u32 types = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(vio_rss_types); i++)
		if (wanted & vio_rss_types[i].ours)
			types |= vio_rss_types[i].theirs;
	return cpu_to_le32(types);
}

/* Table, key and fields are one command, with the number of queues that transmit. @lanes
 * gets those that a bucket has left.
 */
static int vio_send_rss(struct vio *vio, unsigned long *lanes)
{
	struct vio_rss_head *head = vio_ctrl_room(vio);
	u16 i, n = vio->fl.caps.rss_table;
	struct fl_dev *fl = &vio->fl;
	u8 table[FL_RSS_TABLE_MAX];
	struct vio_rss_tail *tail;

	fl_steer_table(fl, table, lanes);
	head->types = vio_hash_types(fl);
	head->mask = cpu_to_le16(n - 1);
	head->unclassified = 0;
	for (i = 0; i < n; i++)
		head->table[i] = cpu_to_le16(table[i]);
	tail = (void *)&head->table[n];
	tail->max_tx_vq = cpu_to_le16(fl->cfg.lanes);
	tail->key_length = fl->caps.rss_key;
	memcpy(tail->key, fl->rss.key, fl->caps.rss_key);
	return vio_command(vio, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_RSS_CONFIG,
			   (void *)&tail->key[fl->caps.rss_key] - (void *)head);
}

/* The hash is reported, but picks no lane. */
static int vio_send_hash(struct vio *vio)
{
	struct vio_hash *hash = vio_ctrl_room(vio);
	struct fl_dev *fl = &vio->fl;

	*hash = (struct vio_hash) {
		.types = vio_hash_types(fl),
		.key_length = fl->caps.rss_key,
	};
	memcpy(hash->key, fl->rss.key, fl->caps.rss_key);
	return vio_command(vio, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_HASH_CONFIG,
			   offsetof(struct vio_hash, key) + fl->caps.rss_key);
}

static int vio_send_pairs(struct vio *vio)
{
	*(__le16 *)vio_ctrl_room(vio) = cpu_to_le16(vio->fl.cfg.lanes);
	return vio_command(vio, VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET,
			   sizeof(__le16));
}

/**
 * vio_set_rss() - as fl_hw_ops.set_rss
 * @fl: port
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int vio_set_rss(struct fl_dev *fl)
{
	struct vio *vio = vio_of(fl);
	DECLARE_BITMAP(lanes, U8_MAX);
	int err = 0;

	mutex_lock(&vio->ctrl_lock);
	if (vio_has(vio, VIRTIO_NET_F_RSS))
		err = vio_send_rss(vio, lanes);
	else if (vio_has(vio, VIRTIO_NET_F_HASH_REPORT))
		err = vio_send_hash(vio);
	mutex_unlock(&vio->ctrl_lock);
	return vio_or_later(err);
}

/**
 * vio_set_pairs() - have the device use the lanes in use
 * @vio: port, just started
 *
 * With RSS that is part of its command.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int vio_set_pairs(struct vio *vio)
{
	int err = 0;

	if (vio_has(vio, VIRTIO_NET_F_MQ) && !vio_has(vio, VIRTIO_NET_F_RSS)) {
		mutex_lock(&vio->ctrl_lock);
		err = vio_send_pairs(vio);
		mutex_unlock(&vio->ctrl_lock);
	}
	return err ?: vio_set_rss(&vio->fl);
}

/**
 * vio_table_work() - buckets have moved
 * @work: of a port
 *
 * Whatever has gathered meanwhile is one command.
 *
 * Context: process.
 */
void vio_table_work(struct work_struct *work)
{
	struct vio *vio = container_of(work, struct vio, table_work);
	DECLARE_BITMAP(lanes, U8_MAX);
	int err;

	mutex_lock(&vio->ctrl_lock);
	err = vio_send_rss(vio, lanes);
	mutex_unlock(&vio->ctrl_lock);
	if (!err)
		fl_steer_in_force(&vio->fl, lanes);
	else if (err == -EINVAL)
		fl_request_reset(&vio->fl);
}

/**
 * vio_set_buckets() - as fl_hw_ops.set_buckets
 * @fl: port
 * @buckets: bitmap of entries that have changed
 *
 * A command sleeps.
 *
 * Context: any, under the steering's lock.
 *
 * Return: false.
 */
bool vio_set_buckets(struct fl_dev *fl, const unsigned long *buckets)
{
	schedule_work(&vio_of(fl)->table_work);
	return false;
}
