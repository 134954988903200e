// SPDX-License-Identifier: GPL-2.0
/*
 * A port as a net_device: registration, and the ndo functions that do not
 * depend on the device. Backends put them into their net_device_ops.
 */
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/rtnetlink.h>
#include <net/netdev_queues.h>

#include <flowlane/coalesce.h>
#include <flowlane/dev.h>

#include "devlink.h"
#include "home.h"
#include "nfc.h"

#define FL_MSG_DEFAULT	(NETIF_MSG_DRV | NETIF_MSG_PROBE | NETIF_MSG_LINK | \
			 NETIF_MSG_HW)

/**
 * fl_lane_irq() - interrupt handler of a lane
 * @irq: unused
 * @data: the lane
 *
 * Context: hardirq.
 *
 * Return: IRQ_HANDLED.
 */
irqreturn_t fl_lane_irq(int irq, void *data)
{
	struct fl_lane *lane = data;

	WRITE_ONCE(lane->irqs, lane->irqs + 1);
	napi_schedule_irqoff(&lane->napi);
	return IRQ_HANDLED;
}

/**
 * fl_lane_request_irq() - request a lane's interrupt, under the name users know
 * @lane: lane, whose &fl_lane.irq is set
 * @handler: gets the lane
 * @flags: IRQF_x
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int fl_lane_request_irq(struct fl_lane *lane, irq_handler_t handler,
			unsigned long flags)
{
	snprintf(lane->irq_name, sizeof(lane->irq_name), "%s-lane-%u",
		 lane->fl->netdev->name, lane->idx);
	return request_irq(lane->irq, handler, flags, lane->irq_name, lane);
}

static void fl_lane_retry(struct timer_list *t)
{
	struct fl_lane *lane = timer_container_of(lane, t, retry);

	napi_schedule(&lane->napi);
}

static void fl_lane_init(struct fl_dev *fl, int idx)
{
	struct fl_lane *lane = &fl->lane[idx];

	lane->fl = fl;
	lane->idx = idx;
	timer_setup(&lane->retry, fl_lane_retry, 0);
	u64_stats_init(&lane->rx_stats.sync);
	u64_stats_init(&lane->tx_stats.sync);
	u64_stats_init(&lane->xmit_stats.sync);
}

/**
 * fl_dev_init() - set up what core needs of a port
 * @fl: port, with netdev, dev, ops, poll and caps filled in
 *
 * Context: process, probe.
 *
 * Return: 0 or a negative error.
 */
int fl_dev_init(struct fl_dev *fl)
{
	int i, err;

	fl->lane = kvzalloc_objs(*fl->lane, fl->caps.lanes_max);
	if (!fl->lane)
		return -ENOMEM;
	for (i = 0; i < fl->caps.lanes_max; i++)
		fl_lane_init(fl, i);
	err = fl_home_init(fl);
	if (err)
		goto err_lanes;
	err = fl_steer_init(fl);
	if (err)
		goto err_home;
	fl_coalesce_init(fl);
	fl->msg_enable = FL_MSG_DEFAULT;
	fl->cfg.lanes = min3(num_online_cpus(), (u32)fl->caps.lanes_max,
			     (u32)FL_LANES_DEFAULT);
	fl->cfg.rx_size = FL_RX_SIZE_DEFAULT;
	fl->cfg.tx_size = FL_TX_SIZE_DEFAULT;
	fl->cfg.mtu = fl->netdev->mtu;
	fl_rss_init(fl);
	/* A tag with VLAN 0 is a priority without a VLAN: always let in. */
	set_bit(0, fl->vlans);
	fl->netdev->stat_ops = &fl_stat_ops;
	fl_port_init(fl);
	fl_health_init(fl);
	return 0;

err_home:
	fl_home_cleanup(fl);
err_lanes:
	kvfree(fl->lane);
	return err;
}

/**
 * fl_dev_cleanup() - undo fl_dev_init()
 * @fl: port, not registered, with no interrupt left that could request a reset
 *
 * Context: process.
 */
void fl_dev_cleanup(struct fl_dev *fl)
{
	cancel_delayed_work_sync(&fl->flush_work);
	fl_health_cleanup(fl);
	cancel_delayed_work_sync(&fl->reset_work);
	fl_steer_cleanup(fl);
	fl_home_cleanup(fl);
	kvfree(fl->lane);
	fl->lane = NULL;
}

/**
 * fl_dev_register() - make a port visible
 * @fl: port
 *
 * Context: process, may sleep.
 *
 * Return: 0 or a negative error.
 */
int fl_dev_register(struct fl_dev *fl)
{
	int err;

	err = fl_devlink_init(fl);
	if (err)
		return err;
	/* The link is found out after open. */
	netif_carrier_off(fl->netdev);
	rtnl_lock();
	err = netif_set_real_num_queues(fl->netdev, fl->cfg.lanes,
					fl->cfg.lanes);
	if (!err)
		err = register_netdevice(fl->netdev);
	if (!err) {
		fl_steer_enable(fl, fl->netdev->features & NETIF_F_NTUPLE);
		fl_home_update(fl, fl->cfg.lanes);
	}
	rtnl_unlock();
	if (err)
		fl_devlink_cleanup(fl);
	else
		fl_devlink_show(fl);
	return err;
}

/**
 * fl_dev_unregister() - undo fl_dev_register(); the port is stopped after it
 * @fl: port
 *
 * Context: process, may sleep.
 */
void fl_dev_unregister(struct fl_dev *fl)
{
	fl_devlink_hide(fl);
	unregister_netdev(fl->netdev);
	fl_devlink_cleanup(fl);
}

/**
 * fl_change_mtu() - ndo_change_mtu
 * @netdev: port
 * @mtu: in bytes, within the port's limits
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int fl_change_mtu(struct net_device *netdev, int mtu)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_config cfg = fl->cfg;
	int err;

	cfg.mtu = mtu;
	/* What is let in depends on it only from the standard MTU on. */
	if (fl_frame_max(&cfg) == fl_frame_max(&fl->cfg)) {
		fl->cfg.mtu = mtu;
		err = 0;
	} else {
		err = fl_reconfigure(fl, &cfg, NULL);
	}
	if (err) {
		netdev_err(netdev, "MTU stays at %u: %d\n", netdev->mtu, err);
		return err;
	}
	WRITE_ONCE(netdev->mtu, mtu);
	return 0;
}

/**
 * fl_set_mac_address() - ndo_set_mac_address
 * @netdev: port
 * @addr: struct sockaddr
 *
 * Context: process, RTNL.
 *
 * Return: 0, -EADDRNOTAVAIL for what is no address, or the device's error.
 */
int fl_set_mac_address(struct net_device *netdev, void *addr)
{
	const struct sockaddr *sa = addr;
	struct fl_dev *fl = netdev_priv(netdev);
	int err;

	err = eth_prepare_mac_addr_change(netdev, addr);
	if (!err && fl->running)
		err = fl->ops->set_mac(fl, sa->sa_data);
	if (!err)
		eth_commit_mac_addr_change(netdev, addr);
	return err;
}

/**
 * fl_vlan_rx_add_vid() - ndo_vlan_rx_add_vid
 * @netdev: port
 * @proto: always 802.1Q
 * @vid: VLAN to let through
 *
 * Context: process, RTNL.
 *
 * Return: 0 or the device's error.
 */
int fl_vlan_rx_add_vid(struct net_device *netdev, __be16 proto, u16 vid)
{
	struct fl_dev *fl = netdev_priv(netdev);
	int err = 0;

	set_bit(vid, fl->vlans);
	if (fl->running)
		err = fl->ops->set_vlan(fl, vid, true);
	if (err && vid)
		clear_bit(vid, fl->vlans);
	return err;
}

/**
 * fl_vlan_rx_kill_vid() - ndo_vlan_rx_kill_vid
 * @netdev: port
 * @proto: always 802.1Q
 * @vid: VLAN not to let through any more; VLAN 0 always is
 *
 * Context: process, RTNL.
 *
 * Return: 0.
 */
int fl_vlan_rx_kill_vid(struct net_device *netdev, __be16 proto, u16 vid)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (!vid)
		return 0;
	clear_bit(vid, fl->vlans);
	if (fl->running)
		fl->ops->set_vlan(fl, vid, false);
	return 0;
}

/**
 * fl_fix_features() - ndo_fix_features: what can only change together
 * @netdev: port
 * @features: wanted
 *
 * Context: process, RTNL.
 *
 * Return: what can be had.
 */
netdev_features_t fl_fix_features(struct net_device *netdev,
				  netdev_features_t features)
{
	struct fl_dev *fl = netdev_priv(netdev);

	if (fl->caps.vlan_strip_is_insert &&
	    !(features & NETIF_F_HW_VLAN_CTAG_RX))
		features &= ~NETIF_F_HW_VLAN_CTAG_TX;
	return features;
}

/**
 * fl_set_features() - ndo_set_features
 * @netdev: port
 * @features: as they are to be
 *
 * Receive checksum and hash are looked at by each poll; what the device does with
 * VLAN tags and segments needs to be programmed. Rules and steered flows go with their
 * feature.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or the device's error.
 */
int fl_set_features(struct net_device *netdev, netdev_features_t features)
{
	struct fl_dev *fl = netdev_priv(netdev);
	netdev_features_t changed = netdev->features ^ features;
	int err;

	if (fl->running && (changed & fl->caps.features)) {
		err = fl->ops->set_features(fl, features);
		if (err)
			return err;
	}
	if (changed & NETIF_F_NTUPLE)
		fl_steer_enable(fl, features & NETIF_F_NTUPLE);
	if (changed & ~features & NETIF_F_NTUPLE)
		fl_nfc_clear(fl);
	return 0;
}

/**
 * fl_features_check() - ndo_features_check: packets beyond the device's reach
 * @skb: packet about to be sent
 * @netdev: port
 * @features: what the port can do
 *
 * Encapsulated packets lose their offloads in the stack already: the port has
 * no hw_enc_features. A packet that came in whole and verified may be forwarded
 * without a sum to fill in; the stack would let it pass, but the device segments
 * only what it sums.
 *
 * Context: softirq disabled.
 *
 * Return: what the port can do for this packet.
 */
netdev_features_t fl_features_check(struct sk_buff *skb,
				    struct net_device *netdev,
				    netdev_features_t features)
{
	const struct fl_caps *caps = &((struct fl_dev *)netdev_priv(netdev))->caps;

	if (unlikely(skb_network_offset(skb) > caps->tx_hdr_l2_max ||
		     (skb->ip_summed == CHECKSUM_PARTIAL &&
		      skb_checksum_start_offset(skb) -
		      skb_network_offset(skb) > caps->tx_hdr_l3_max)))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_SCTP_CRC |
			      NETIF_F_GSO_MASK | NETIF_F_HW_VLAN_CTAG_TX);
	if (unlikely(skb_shinfo(skb)->nr_frags > caps->tx_frags_max))
		features &= ~(NETIF_F_SG | NETIF_F_GSO_MASK);
	if (unlikely(skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL))
		features &= ~NETIF_F_GSO_MASK;
	return vlan_features_check(skb, features);
}

/**
 * fl_tx_timeout() - ndo_tx_timeout: say what is known, and have it recovered
 * @netdev: port
 * @txqueue: the queue that hangs
 *
 * Context: timer, under the port's Tx lock.
 */
void fl_tx_timeout(struct net_device *netdev, unsigned int txqueue)
{
	struct fl_dev *fl = netdev_priv(netdev);
	struct fl_lane *lane = &fl->lane[txqueue];
	struct fl_tx_ring *tx = lane->tx;
	u32 head, tail;

	fl->ops->tx_regs(lane, &head, &tail);
	netdev_err(netdev,
		   "Tx timeout on lane %u: next_to_use %u, next_to_clean %u, written back %u, device head %u, tail %u, %u usecs since last NAPI run\n",
		   txqueue, tx->next_to_use & tx->mask,
		   tx->next_to_clean & tx->mask, le32_to_cpu(*tx->head), head,
		   tail, jiffies_to_usecs(jiffies - READ_ONCE(lane->last_poll)));
	fl_health_tx_hangs(lane);
}
