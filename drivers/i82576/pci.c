// SPDX-License-Identifier: GPL-2.0
/* The PCI driver of the 82576: probe, remove. */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/util_macros.h>

#include <flowlane/backends.h>
#include <flowlane/ethtool.h>

#include "hw.h"

#define I82576_BAR		0
#define I82576_BAR_LEN		SZ_128K

static int i82576_up(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	int err;

	err = i82576_reset(hw);
	if (err)
		return err;
	i82576_set_drv_load(hw, true);
	i82576_irq_setup(hw);
	i82576_init_filters(hw);
	i82576_init_rx(hw);
	i82576_init_steering(hw);
	i82576_init_stamps(hw);
	i82576_queues_start(hw);
	i82576_init_tx(hw);
	i82576_set_rx_enable(hw, true);
	err = i82576_link_start(hw);
	if (err)
		i82576_reset(hw);
	else
		i82576_stats_start(hw);
	return err;
}

static void i82576_start(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);

	i82576_irq_enable(hw);
	schedule_work(&hw->link_work);
}

static void i82576_down(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);

	i82576_irq_disable(hw);
	i82576_link_stop(hw);
	i82576_stats_stop(hw);
	/* Nothing else ends all DMA for certain. */
	if (!i82576_reset(hw)) {
		i82576_link_park(hw);
		i82576_set_drv_load(hw, false);
	}
}

static int i82576_pause(struct fl_dev *fl)
{
	return i82576_queues_stop(i82576_of(fl));
}

static void i82576_resume_queues(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);

	i82576_init_rx(hw);
	i82576_init_steering(hw);
	i82576_queues_start(hw);
	i82576_set_rx_enable(hw, true);
}

static void i82576_hold(struct fl_dev *fl)
{
	i82576_ptp_hold(i82576_of(fl));
}

/* A port that is not open was not reset. */
static void i82576_release(struct fl_dev *fl)
{
	i82576_ptp_run(i82576_of(fl));
}

static const struct fl_hw_ops i82576_ops = {
	.irq_request = i82576_irq_request,
	.irq_free = i82576_irq_free,
	.rx_fill = i82576_rx_fill,
	.up = i82576_up,
	.start = i82576_start,
	.down = i82576_down,
	.pause = i82576_pause,
	.resume = i82576_resume_queues,
	.hold = i82576_hold,
	.release = i82576_release,
	.set_itr = i82576_set_itr,
	.set_rss = i82576_set_rss,
	.set_buckets = i82576_set_buckets,
	.set_filter = i82576_set_filter,
	.set_mac = i82576_set_mac,
	.set_vlan = i82576_set_vlan,
	.set_features = i82576_set_features,
	.get_stats = i82576_get_stats,
	.tx_regs = i82576_tx_regs,
	.reg_table = &i82576_reg_table,
	.get_regs = i82576_get_regs,
	.get_info = PTR_IF(IS_ENABLED(CONFIG_NET_DEVLINK), i82576_get_info),
	.tests = i82576_tests,
	.n_tests = I82576_TESTS,
};

static const struct net_device_ops i82576_netdev_ops = {
	.ndo_open = fl_open,
	.ndo_stop = fl_stop,
	.ndo_start_xmit = i82576_xmit,
	.ndo_features_check = fl_features_check,
	.ndo_set_rx_mode = i82576_set_rx_mode,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = fl_set_mac_address,
	.ndo_change_mtu = fl_change_mtu,
	.ndo_tx_timeout = fl_tx_timeout,
	.ndo_get_stats64 = fl_get_stats64,
	.ndo_vlan_rx_add_vid = fl_vlan_rx_add_vid,
	.ndo_vlan_rx_kill_vid = fl_vlan_rx_kill_vid,
	.ndo_fix_features = fl_fix_features,
	.ndo_set_features = fl_set_features,
	.ndo_hwtstamp_get = i82576_hwtstamp_get,
	.ndo_hwtstamp_set = i82576_hwtstamp_set,
#ifdef CONFIG_RFS_ACCEL
	.ndo_rx_flow_steer = fl_rx_flow_steer,
#endif
};

/* None of the kinds: the device is not armed for it. */
static void i82576_get_wol(struct net_device *netdev,
			   struct ethtool_wolinfo *wol)
{
}

/* ethtool's core has refused all but none. */
static int i82576_set_wol(struct net_device *netdev,
			  struct ethtool_wolinfo *wol)
{
	return 0;
}

static const struct ethtool_ops i82576_ethtool_ops = {
	FL_ETHTOOL_OPS,
	.get_regs_len = fl_get_regs_len,
	.get_regs = fl_get_regs,
	.self_test = fl_self_test,
	.get_eth_mac_stats = i82576_get_mac_stats,
	.get_eth_phy_stats = i82576_get_phy_stats,
	.get_eth_ctrl_stats = i82576_get_ctrl_stats,
	.get_rmon_stats = i82576_get_rmon_stats,
	.get_pause_stats = i82576_get_pause_stats,
	.get_pauseparam = i82576_get_pauseparam,
	.set_pauseparam = i82576_set_pauseparam,
	.get_link_ksettings = i82576_get_link_ksettings,
	.set_link_ksettings = i82576_set_link_ksettings,
	.nway_reset = i82576_nway_reset,
	.set_phys_id = i82576_set_phys_id,
	.get_eeprom_len = i82576_get_eeprom_len,
	.get_eeprom = i82576_get_eeprom,
	.get_ts_info = i82576_get_ts_info,
	.get_ts_stats = i82576_get_ts_stats,
	.get_wol = i82576_get_wol,
	.set_wol = i82576_set_wol,
};

static void i82576_init_features(struct i82576 *hw)
{
	struct net_device *netdev = hw->fl.netdev;

	netdev->hw_features = NETIF_F_SG | NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM |
			      NETIF_F_SCTP_CRC | NETIF_F_TSO | NETIF_F_TSO6 |
			      NETIF_F_RXCSUM | NETIF_F_RXHASH;
	if (hw->queue_filters)
		netdev->hw_features |= NETIF_F_GSO_UDP_L4;
	else
		dev_info(&hw->pdev->dev,
			 "device model without queue filters: UDP and tunnel segmentation left to software, this device gets them wrong\n");
	netdev->vlan_features = netdev->hw_features | NETIF_F_HIGHDMA;
	netdev->hw_features |= NETIF_F_HW_VLAN_CTAG_RX |
			       NETIF_F_HW_VLAN_CTAG_TX |
			       NETIF_F_HW_VLAN_CTAG_FILTER;
	/* The stack's own flows need no filters: buckets will do. */
	if (IS_ENABLED(CONFIG_RFS_ACCEL) || hw->fl.caps.flow_filters)
		netdev->hw_features |= NETIF_F_NTUPLE;
	netdev->features = netdev->hw_features | NETIF_F_HIGHDMA;
	netdev->priv_flags |= IFF_UNICAST_FLT | IFF_LIVE_ADDR_CHANGE;
}

static void i82576_init_netdev(struct i82576 *hw)
{
	struct net_device *netdev = hw->fl.netdev;

	netdev->netdev_ops = &i82576_netdev_ops;
	netdev->ethtool_ops = &i82576_ethtool_ops;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = I82576_MTU_MAX;
	i82576_init_features(hw);
	i82576_read_mac(hw);
}

static const struct fl_caps i82576_caps = {
	.rx_ring_max = I82576_RING_MAX,
	.tx_ring_max = I82576_RING_MAX,
	.rx_desc_bytes = 16,
	.tx_desc_bytes = 16,
	.tx_desc_step = 16,
	.rx_buf_unit = SZ_1K,
	.rx_refill = 32,
	.rss_table = RETA_ENTRIES,
	.rss_key = RSSRK_BYTES,
	.rss_types = FL_RSS_ALL,
	.rss_ports = FL_RSS_TCP,
	.tx_frags_max = 32,	/* 40 descriptors a packet, datasheet 7.2.1 */
	.tx_hdr_l2_max = 127,
	.tx_hdr_l3_max = 511,
	.features = NETIF_F_HW_VLAN_CTAG_RX | NETIF_F_HW_VLAN_CTAG_FILTER,
	.vlan_strip_is_insert = true,
};

static struct i82576 *i82576_alloc(struct pci_dev *pdev)
{
	struct net_device *netdev;
	struct i82576 *hw;

	netdev = alloc_etherdev_mqs(sizeof(*hw), I82576_QUEUES, I82576_QUEUES);
	if (!netdev)
		return NULL;
	SET_NETDEV_DEV(netdev, &pdev->dev);
	hw = netdev_priv(netdev);
	hw->pdev = pdev;
	hw->fl.netdev = netdev;
	hw->fl.dev = &pdev->dev;
	hw->fl.ops = &i82576_ops;
	hw->fl.poll = i82576_poll;
	hw->fl.caps = i82576_caps;
	i82576_stats_init(hw);
	i82576_link_init(hw);
	i82576_ptp_init(hw);
	pci_set_drvdata(pdev, hw);
	return hw;
}

static int i82576_map(struct i82576 *hw)
{
	struct pci_dev *pdev = hw->pdev;
	int err;

	if (pci_resource_len(pdev, I82576_BAR) < I82576_BAR_LEN)
		return dev_err_probe(&pdev->dev, -ENODEV,
				     "BAR %d is missing or too small\n",
				     I82576_BAR);
	err = pci_request_mem_regions(pdev, FL_NAME);
	if (err)
		return dev_err_probe(&pdev->dev, err, "BARs are in use\n");
	hw->io = pci_ioremap_bar(pdev, I82576_BAR);
	if (!hw->io) {
		pci_release_mem_regions(pdev);
		return -ENOMEM;
	}
	return 0;
}

static void i82576_unmap(struct i82576 *hw)
{
	iounmap(hw->io);
	pci_release_mem_regions(hw->pdev);
}

static int i82576_init(struct i82576 *hw)
{
	int err;

	err = i82576_reset(hw);
	if (err)
		return dev_err_probe(&hw->pdev->dev, err,
				     "the device does not come out of reset\n");
	i82576_probe_quirks(hw);
	i82576_init_netdev(hw);
	i82576_link_park(hw);

	err = i82576_irq_init(hw);
	if (err)
		return err;
	i82576_ptp_register(hw);
	err = fl_dev_register(&hw->fl);
	if (err) {
		i82576_ptp_unregister(hw);
		i82576_irq_cleanup(hw);
	}
	return err;
}

static int i82576_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct i82576 *hw;
	int err;

	err = pci_enable_device_mem(pdev);
	if (err)
		return err;
	err = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (err) {
		dev_err_probe(&pdev->dev, err, "no usable DMA mask\n");
		goto err_disable;
	}
	hw = i82576_alloc(pdev);
	if (!hw) {
		err = -ENOMEM;
		goto err_disable;
	}
	err = i82576_map(hw);
	if (err)
		goto err_free;
	pci_set_master(pdev);
	pci_save_state(pdev);	/* what a slot reset starts from */
	err = i82576_init(hw);
	if (err)
		goto err_unmap;
	netdev_info(hw->fl.netdev, "Intel 82576, %u of %u lanes, %pM\n",
		    hw->fl.cfg.lanes, hw->fl.caps.lanes_max,
		    hw->fl.netdev->dev_addr);
	return 0;

err_unmap:
	i82576_unmap(hw);
err_free:
	free_netdev(hw->fl.netdev);
err_disable:
	pci_disable_device(pdev);
	return err;
}

static void i82576_remove(struct pci_dev *pdev)
{
	struct i82576 *hw = pci_get_drvdata(pdev);

	fl_dev_unregister(&hw->fl);
	i82576_ptp_unregister(hw);
	i82576_irq_cleanup(hw);
	i82576_unmap(hw);
	free_netdev(hw->fl.netdev);
	pci_disable_device(pdev);
}

static const struct pci_device_id i82576_ids[] = {
	{ PCI_VDEVICE(INTEL, 0x10C9) },	/* 82576, copper */
	{ }
};
MODULE_DEVICE_TABLE(pci, i82576_ids);

static struct pci_driver i82576_driver = {
	.name = FL_NAME,
	.id_table = i82576_ids,
	.probe = i82576_probe,
	.remove = i82576_remove,
	.shutdown = fl_pci_shutdown,
	.driver.pm = pm_sleep_ptr(&fl_pci_pm_ops),
	.err_handler = &fl_pci_err_handlers,
};

static int i82576_register(void)
{
	return pci_register_driver(&i82576_driver);
}

static void i82576_unregister(void)
{
	pci_unregister_driver(&i82576_driver);
}

const struct fl_backend i82576_backend = {
	.name = "i82576",
	.init = i82576_register,
	.exit = i82576_unregister,
};
