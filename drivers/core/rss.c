// SPDX-License-Identifier: GPL-2.0
/*
 * Which lane receives a flow: a hash of its addresses, and of its ports where
 * they are to count, picks an entry of a table, and that names the lane. Key,
 * table and fields are here; the backend programs them as a whole.
 */
#include <linux/ethtool.h>

#include <flowlane/dev.h>
#include <flowlane/ethtool.h>

#define FL_RXH_ADDRESSES	(RXH_IP_SRC | RXH_IP_DST)
#define FL_RXH_PORTS		(RXH_L4_B_0_1 | RXH_L4_B_2_3)

/**
 * fl_rss_fit() - spread the table over the lanes in use, unless a user made one
 * @fl: port, its new number of lanes in @fl->cfg
 *
 * ethtool's core lets nobody take away a lane that a user's table names.
 *
 * Context: process, RTNL or probe. The device is not told.
 */
void fl_rss_fit(struct fl_dev *fl)
{
	int i;

	if (!netif_is_rxfh_configured(fl->netdev))
		for (i = 0; i < fl->caps.rss_table; i++)
			fl->rss.table[i] =
				ethtool_rxfh_indir_default(i, fl->cfg.lanes);
	fl_steer_fit(fl);
}

/**
 * fl_rss_init() - a key of chance and an even table
 * @fl: port, capabilities filled in, number of lanes known
 *
 * Whether ports of UDP count is as the device's in-tree driver has it: a port that is
 * moved spreads the same flows. Of a datagram in fragments no device hashes the ports,
 * so where they count it may be overtaken by one in a piece.
 *
 * Context: process, probe.
 */
void fl_rss_init(struct fl_dev *fl)
{
	netdev_rss_key_fill(fl->rss.key, fl->caps.rss_key);
	fl->rss.ports = fl->caps.rss_ports & fl->caps.rss_types;
	fl_rss_fit(fl);
}

/* Table, key or fields have changed, and steering was halted for it. A device that
 * refuses them gets the old ones back, for flows are not steered as they were.
 */
static int fl_rss_apply(struct fl_dev *fl, const struct fl_rss *old,
			struct netlink_ext_ack *extack)
{
	int err;

	fl_steer_fit(fl);
	if (!fl->running)
		return 0;
	err = fl->ops->set_rss(fl);
	if (err) {
		NL_SET_ERR_MSG(extack, "the device refuses it");
		memcpy(fl->rss.key, old->key, sizeof(old->key));
		memcpy(fl->rss.table, old->table, sizeof(old->table));
		fl->rss.ports = old->ports;
		fl_steer_fit(fl);
		fl->ops->set_rss(fl);
	}
	fl_steer_run(fl);
	return err;
}

/* Flows are about to get another hash, and so another bucket: whoever steers begins
 * anew.
 */
static void fl_rss_rehash(struct fl_dev *fl)
{
	fl_steer_halt(fl);
	fl_steer_forget(fl);
}

/* The bit that says whether ports count for a type of flow; 0 without ports. */
static u8 fl_rss_ports(u32 flow_type)
{
	switch (flow_type) {
	case TCP_V4_FLOW:
		return FL_RSS_TCP4;
	case TCP_V6_FLOW:
		return FL_RSS_TCP6;
	case UDP_V4_FLOW:
		return FL_RSS_UDP4;
	case UDP_V6_FLOW:
		return FL_RSS_UDP6;
	default:
		return 0;
	}
}

/* The bit that says whether a type of flow can be hashed by addresses; 0 for what is
 * not IP.
 */
static u8 fl_rss_addresses(u32 flow_type)
{
	switch (flow_type) {
	case TCP_V4_FLOW:
	case UDP_V4_FLOW:
	case SCTP_V4_FLOW:
	case AH_ESP_V4_FLOW:
	case AH_V4_FLOW:
	case ESP_V4_FLOW:
	case IPV4_FLOW:
		return FL_RSS_IP4;
	case TCP_V6_FLOW:
	case UDP_V6_FLOW:
	case SCTP_V6_FLOW:
	case AH_ESP_V6_FLOW:
	case AH_V6_FLOW:
	case ESP_V6_FLOW:
	case IPV6_FLOW:
		return FL_RSS_IP6;
	default:
		return 0;
	}
}

/* Types that the device can hash, one way or the other. */
static bool fl_rss_hashed(const struct fl_dev *fl, u32 flow_type)
{
	return fl->caps.rss_types & (fl_rss_addresses(flow_type) |
				     fl_rss_ports(flow_type));
}

/**
 * fl_get_rxfh_fields() - ethtool_ops.get_rxfh_fields
 * @netdev: port
 * @fields: the type of flow; its fields are filled in
 *
 * Context: process, RTNL.
 *
 * Return: 0, -EINVAL for a type that is not hashed, or -EOPNOTSUPP if none is.
 */
int fl_get_rxfh_fields(struct net_device *netdev,
		       struct ethtool_rxfh_fields *fields)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (!fl->caps.rss_key)
		return -EOPNOTSUPP;
	if (!fl_rss_hashed(fl, fields->flow_type))
		return -EINVAL;
	fields->data = 0;
	if (fl->rss.ports & fl_rss_ports(fields->flow_type))
		fields->data = FL_RXH_ADDRESSES | FL_RXH_PORTS;
	else if (fl->caps.rss_types & fl_rss_addresses(fields->flow_type))
		fields->data = FL_RXH_ADDRESSES;
	return 0;
}

/* What FL_RSS_x of those whose ports count are to be; a negative error if that cannot be
 * had.
 */
static int fl_rss_wanted(const struct fl_dev *fl,
			 const struct ethtool_rxfh_fields *fields,
			 struct netlink_ext_ack *extack)
{
	u8 ports = fl_rss_ports(fields->flow_type);

	switch (fields->data) {
	case FL_RXH_ADDRESSES:
		if (fl->caps.rss_types & fl_rss_addresses(fields->flow_type))
			return fl->rss.ports & ~ports;
		NL_SET_ERR_MSG(extack, "the device hashes this type only by ports as well");
		return -EINVAL;
	case FL_RXH_ADDRESSES | FL_RXH_PORTS:
		if (fl->caps.rss_types & ports)
			return fl->rss.ports | ports;
		if (ports)
			NL_SET_ERR_MSG(extack, "the device does not hash this type by ports");
		else
			NL_SET_ERR_MSG(extack, "only TCP and UDP are hashed by ports");
		return -EINVAL;
	default:
		NL_SET_ERR_MSG(extack,
			       "hashed are both addresses, alone or with both ports");
		return -EINVAL;
	}
}

/**
 * fl_set_rxfh_fields() - ethtool_ops.set_rxfh_fields
 * @netdev: port
 * @fields: a type of flow and its fields
 * @extack: says what is wrong
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int fl_set_rxfh_fields(struct net_device *netdev,
		       const struct ethtool_rxfh_fields *fields,
		       struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);
	const struct fl_rss old = fl->rss;
	int wanted;

	if (!fl_rss_hashed(fl, fields->flow_type)) {
		NL_SET_ERR_MSG(extack, "flows of this type are not hashed");
		return -EINVAL;
	}
	wanted = fl_rss_wanted(fl, fields, extack);
	if (wanted < 0 || wanted == fl->rss.ports)
		return min(wanted, 0);
	fl_rss_rehash(fl);
	fl->rss.ports = wanted;
	return fl_rss_apply(fl, &old, extack);
}

/**
 * fl_get_rxfh_indir_size() - ethtool_ops.get_rxfh_indir_size
 * @netdev: port
 *
 * Return: entries of the table.
 */
u32 fl_get_rxfh_indir_size(struct net_device *netdev)
{
	return ((struct fl_dev *)netdev_priv(netdev))->caps.rss_table;
}

/**
 * fl_get_rxfh_key_size() - ethtool_ops.get_rxfh_key_size
 * @netdev: port
 *
 * Return: bytes of the key.
 */
u32 fl_get_rxfh_key_size(struct net_device *netdev)
{
	return ((struct fl_dev *)netdev_priv(netdev))->caps.rss_key;
}

/**
 * fl_get_rx_ring_count() - ethtool_ops.get_rx_ring_count
 * @netdev: port
 *
 * Return: lanes that a table can name.
 */
u32 fl_get_rx_ring_count(struct net_device *netdev)
{
	return ((struct fl_dev *)netdev_priv(netdev))->cfg.lanes;
}

/**
 * fl_get_rxfh() - ethtool_ops.get_rxfh
 * @netdev: port
 * @rxfh: filled in
 *
 * Context: process, RTNL.
 *
 * Return: 0, or -EOPNOTSUPP if flows are not hashed.
 */
int fl_get_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh)
{
	struct fl_dev *fl = netdev_priv(netdev);
	int i;

	if (!fl->caps.rss_key)
		return -EOPNOTSUPP;
	rxfh->hfunc = ETH_RSS_HASH_TOP;
	if (rxfh->indir)
		for (i = 0; i < fl->caps.rss_table; i++)
			rxfh->indir[i] = fl->rss.table[i];
	if (rxfh->key)
		memcpy(rxfh->key, fl->rss.key, fl->caps.rss_key);
	return 0;
}

static int fl_rss_check(struct fl_dev *fl,
			const struct ethtool_rxfh_param *rxfh,
			struct netlink_ext_ack *extack)
{
	int i;

	if (!fl->caps.rss_key) {
		NL_SET_ERR_MSG(extack, "flows are not hashed");
		return -EOPNOTSUPP;
	}
	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE &&
	    rxfh->hfunc != ETH_RSS_HASH_TOP) {
		NL_SET_ERR_MSG(extack, "the only hash function is toeplitz");
		return -EOPNOTSUPP;
	}
	if (!rxfh->indir)
		return 0;
	if (!fl->caps.rss_table) {
		NL_SET_ERR_MSG(extack, "the hash picks no lane here: there is no table");
		return -EOPNOTSUPP;
	}
	for (i = 0; i < fl->caps.rss_table; i++) {
		if (rxfh->indir[i] >= fl->cfg.lanes) {
			NL_SET_ERR_MSG_FMT(extack,
					   "entry %d: there is no lane %u, the last is %u",
					   i, rxfh->indir[i],
					   fl->cfg.lanes - 1);
			return -EINVAL;
		}
	}
	return 0;
}

/**
 * fl_set_rxfh() - ethtool_ops.set_rxfh
 * @netdev: port
 * @rxfh: what to change
 * @extack: says what is wrong
 *
 * Traffic goes on; packets of a flow that changes lanes can overtake each other
 * once.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int fl_set_rxfh(struct net_device *netdev, struct ethtool_rxfh_param *rxfh,
		struct netlink_ext_ack *extack)
{
	struct fl_dev *fl = netdev_priv(netdev);
	const struct fl_rss old = fl->rss;
	int err, i;

	err = fl_rss_check(fl, rxfh, extack);
	if (err)
		return err;
	if (rxfh->key)
		fl_rss_rehash(fl);
	else
		fl_steer_halt(fl);
	if (rxfh->indir)
		for (i = 0; i < fl->caps.rss_table; i++)
			fl->rss.table[i] = rxfh->indir[i];
	if (rxfh->key)
		memcpy(fl->rss.key, rxfh->key, fl->caps.rss_key);
	return fl_rss_apply(fl, &old, extack);
}
