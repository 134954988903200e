// SPDX-License-Identifier: GPL-2.0
/*
 * The internal copper PHY and the link (datasheet 3.5, 8.25). What the PHY is
 * set to is kept in struct i82576, for a reset of the MAC may reset it too.
 */
#include <linux/delay.h>
#include <linux/ethtool.h>
#include <linux/iopoll.h>
#include <linux/linkmode.h>
#include <linux/mii.h>

#include "hw.h"

#define I82576_PHY_ADDR		1
#define I82576_MDIC_US		2000	/* an MDIO cycle takes 64 us */
#define I82576_SEM_US		20000
#define I82576_SW_FW_TRIES	100	/* of 5 ms: firmware may hold the PHY */

/* The PHY semaphore has two stages: a hardware one (SWSM) guards the register
 * (SW_FW_SYNC) that says who owns what (datasheet 4.7).
 */
static int i82576_swsm_get(struct i82576 *hw)
{
	int tries;
	u32 val;

	/* Reading sets the bit: whoever reads 0 has it. */
	if (read_poll_timeout(i82576_rd, val, !(val & SWSM_SMBI), 50,
			      I82576_SEM_US, false, hw, I82576_SWSM))
		return -ETIMEDOUT;
	/* The second bit latches only while firmware does not hold it. */
	for (tries = 0; tries < I82576_SEM_US / 50; tries++) {
		i82576_wr(hw, I82576_SWSM, SWSM_SMBI | SWSM_SWESMBI);
		if (i82576_rd(hw, I82576_SWSM) & SWSM_SWESMBI)
			return 0;
		usleep_range(50, 100);
	}
	i82576_wr(hw, I82576_SWSM, 0);
	return -ETIMEDOUT;
}

static void i82576_swsm_put(struct i82576 *hw)
{
	i82576_wr(hw, I82576_SWSM, i82576_rd(hw, I82576_SWSM) &
		  ~(SWSM_SMBI | SWSM_SWESMBI));
}

static u32 i82576_phy_owner(struct i82576 *hw)
{
	return FIELD_GET(STATUS_LAN_ID, i82576_rd(hw, I82576_STATUS)) ?
	       SW_FW_PHY1 : SW_FW_PHY0;
}

static int i82576_phy_get(struct i82576 *hw)
{
	u32 mine = i82576_phy_owner(hw);
	int tries, err;

	for (tries = 0; tries < I82576_SW_FW_TRIES; tries++) {
		u32 val;

		err = i82576_swsm_get(hw);
		if (err)
			return err;
		val = i82576_rd(hw, I82576_SW_FW_SYNC);
		if (!(val & (mine | mine << SW_FW_FW_SHIFT))) {
			i82576_wr(hw, I82576_SW_FW_SYNC, val | mine);
			i82576_swsm_put(hw);
			return 0;
		}
		i82576_swsm_put(hw);
		usleep_range(5000, 6000);
	}
	return -EBUSY;
}

static void i82576_phy_put(struct i82576 *hw)
{
	int err = i82576_swsm_get(hw);

	/* Keeping the PHY for ever would be worse than a race for a register. */
	if (err)
		netdev_warn(hw->fl.netdev, "semaphore of the PHY is stuck\n");
	i82576_wr(hw, I82576_SW_FW_SYNC, i82576_rd(hw, I82576_SW_FW_SYNC) &
		  ~i82576_phy_owner(hw));
	if (!err)
		i82576_swsm_put(hw);
}

/* One MDIO cycle. Returns the data read, or a negative error. */
static int i82576_mdic(struct i82576 *hw, u32 op, int reg, u16 data)
{
	u32 val;
	int err;

	lockdep_assert_held(&hw->phy_lock);
	err = i82576_phy_get(hw);
	if (err)
		return err;
	i82576_wr(hw, I82576_MDIC, op | data | FIELD_PREP(MDIC_REG, reg) |
		  FIELD_PREP(MDIC_PHY, I82576_PHY_ADDR));
	err = read_poll_timeout(i82576_rd, val, val & MDIC_READY, 50,
				I82576_MDIC_US, false, hw, I82576_MDIC);
	i82576_phy_put(hw);
	if (err)
		return err;
	if (val & MDIC_ERROR)
		return -EIO;
	return FIELD_GET(MDIC_DATA, val);
}

/* Write the settings that are kept to the PHY, which is on or off then. A
 * board controller that shares the port needs it on.
 */
static int i82576_phy_restore(struct i82576 *hw, bool up)
{
	u32 shared = MANC_RCV_TCO_EN | MANC_BLK_PHY_RST;
	u16 bmcr = hw->phy.bmcr;
	int ret;

	if (!up && !(i82576_rd(hw, I82576_MANC) & shared))
		bmcr |= BMCR_PDOWN;
	else if (bmcr & BMCR_ANENABLE)
		bmcr |= BMCR_ANRESTART;
	ret = i82576_mdic(hw, MDIC_OP_WRITE, MII_ADVERTISE, hw->phy.advertise);
	if (ret >= 0)
		ret = i82576_mdic(hw, MDIC_OP_WRITE, MII_CTRL1000,
				  hw->phy.ctrl1000);
	if (ret >= 0)
		ret = i82576_mdic(hw, MDIC_OP_WRITE, MII_BMCR, bmcr);
	return min(ret, 0);
}

/* Speed and duplex as the MAC resolved them. */
static void i82576_read_speed(struct i82576 *hw, u32 status, u32 *speed,
			      u8 *duplex)
{
	switch (FIELD_GET(STATUS_SPEED, status)) {
	case STATUS_SPEED_10:
		*speed = SPEED_10;
		break;
	case STATUS_SPEED_100:
		*speed = SPEED_100;
		break;
	default:
		*speed = SPEED_1000;
		break;
	}
	*duplex = status & STATUS_FD ? DUPLEX_FULL : DUPLEX_HALF;
}

static void i82576_link_work(struct work_struct *work)
{
	struct i82576 *hw = container_of(work, struct i82576, link_work);
	struct net_device *netdev = hw->fl.netdev;
	u32 status = i82576_rd(hw, I82576_STATUS);
	bool up = status != U32_MAX && (status & STATUS_LU);
	u32 speed;
	u8 duplex;

	if (up == netif_carrier_ok(netdev))
		return;
	if (!up) {
		netif_info(&hw->fl, link, netdev, "link down\n");
		fl_link_lost(&hw->fl);
		return;
	}
	i82576_read_speed(hw, status, &speed, &duplex);
	netif_info(&hw->fl, link, netdev, "link up, %u Mb/s, %s duplex\n",
		   speed, duplex == DUPLEX_FULL ? "full" : "half");
	netif_carrier_on(netdev);
}

/**
 * i82576_link_init() - prepare link handling, with all modes advertised
 * @hw: port
 *
 * Pause is not advertised: flow control is not driven yet.
 *
 * Context: process, probe.
 */
void i82576_link_init(struct i82576 *hw)
{
	INIT_WORK(&hw->link_work, i82576_link_work);
	mutex_init(&hw->phy_lock);
	hw->phy.bmcr = BMCR_ANENABLE;
	hw->phy.advertise = ADVERTISE_CSMA | ADVERTISE_ALL;
	hw->phy.ctrl1000 = ADVERTISE_1000FULL;
}

/**
 * i82576_link_start() - let the MAC follow the PHY and negotiate
 * @hw: port, just reset
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0 or a negative error if the PHY does not answer.
 */
int i82576_link_start(struct i82576 *hw)
{
	u32 ctrl = i82576_rd(hw, I82576_CTRL);
	int err;

	ctrl &= ~(CTRL_FRCSPD | CTRL_FRCDPX | CTRL_RFCE | CTRL_TFCE);
	i82576_wr(hw, I82576_CTRL, ctrl | CTRL_SLU);

	mutex_lock(&hw->phy_lock);
	err = i82576_phy_restore(hw, true);
	mutex_unlock(&hw->phy_lock);
	return err;
}

/**
 * i82576_link_stop() - no more carrier
 * @hw: port, with interrupts masked
 *
 * Context: process, RTNL, may sleep.
 */
void i82576_link_stop(struct i82576 *hw)
{
	cancel_work_sync(&hw->link_work);
	netif_carrier_off(hw->fl.netdev);
}

/**
 * i82576_link_park() - switch the PHY off and keep its settings readable
 * @hw: port, just reset
 *
 * Context: process, may sleep.
 */
void i82576_link_park(struct i82576 *hw)
{
	mutex_lock(&hw->phy_lock);
	i82576_phy_restore(hw, false);
	mutex_unlock(&hw->phy_lock);
}

/* All the modes that the port has: there is no half duplex at 1000 Mb/s. */
static void i82576_modes(unsigned long *modes)
{
	linkmode_zero(modes);
	mii_adv_to_linkmode_adv_t(modes, ADVERTISE_ALL);
	mii_ctrl1000_mod_linkmode_adv_t(modes, ADVERTISE_1000FULL);
	linkmode_set_bit(ETHTOOL_LINK_MODE_TP_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, modes);
}

/* What the other end advertised; nothing if the PHY cannot be asked. */
static void i82576_read_partner(struct i82576 *hw, unsigned long *modes)
{
	int lpa, stat1000;

	mutex_lock(&hw->phy_lock);
	lpa = i82576_mdic(hw, MDIC_OP_READ, MII_LPA, 0);
	stat1000 = i82576_mdic(hw, MDIC_OP_READ, MII_STAT1000, 0);
	mutex_unlock(&hw->phy_lock);
	if (lpa < 0 || stat1000 < 0)
		return;
	mii_lpa_to_linkmode_lpa_t(modes, lpa);
	mii_stat1000_mod_linkmode_lpa_t(modes, stat1000);
}

/**
 * i82576_get_link_ksettings() - ethtool: what the link is and could be
 * @fl: port
 * @cmd: to fill in
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0.
 */
int i82576_get_link_ksettings(struct fl_dev *fl,
			      struct ethtool_link_ksettings *cmd)
{
	struct i82576 *hw = i82576_of(fl);
	unsigned long *adv = cmd->link_modes.advertising;

	cmd->base.port = PORT_TP;
	cmd->base.phy_address = I82576_PHY_ADDR;
	i82576_modes(cmd->link_modes.supported);
	linkmode_set_bit(ETHTOOL_LINK_MODE_TP_BIT, adv);
	if (hw->phy.bmcr & BMCR_ANENABLE) {
		cmd->base.autoneg = AUTONEG_ENABLE;
		mii_adv_mod_linkmode_adv_t(adv, hw->phy.advertise);
		mii_ctrl1000_mod_linkmode_adv_t(adv, hw->phy.ctrl1000);
		linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, adv);
	}

	if (hw->phy.bmcr & BMCR_ANENABLE) {
		cmd->base.speed = SPEED_UNKNOWN;
		cmd->base.duplex = DUPLEX_UNKNOWN;
	} else {
		cmd->base.speed = hw->phy.bmcr & BMCR_SPEED100 ? SPEED_100 :
							     SPEED_10;
		cmd->base.duplex = hw->phy.bmcr & BMCR_FULLDPLX ? DUPLEX_FULL :
							      DUPLEX_HALF;
	}
	if (!netif_carrier_ok(fl->netdev))
		return 0;
	i82576_read_speed(hw, i82576_rd(hw, I82576_STATUS), &cmd->base.speed,
			  &cmd->base.duplex);
	if (hw->phy.bmcr & BMCR_ANENABLE)
		i82576_read_partner(hw, cmd->link_modes.lp_advertising);
	return 0;
}

/* The PHY control word for a forced mode, or a negative error. */
static int i82576_forced_bmcr(struct fl_dev *fl, u32 speed, u8 duplex)
{
	int bmcr = duplex == DUPLEX_FULL ? BMCR_FULLDPLX : 0;

	if (duplex == DUPLEX_UNKNOWN) {
		netdev_err(fl->netdev, "a forced speed needs a duplex mode\n");
		return -EINVAL;
	}
	switch (speed) {
	case SPEED_10:
		return bmcr;
	case SPEED_100:
		return bmcr | BMCR_SPEED100;
	case SPEED_1000:
		netdev_err(fl->netdev,
			   "1000 Mb/s over copper needs autonegotiation\n");
		return -EINVAL;
	default:
		netdev_err(fl->netdev, "no speed of %u Mb/s\n", speed);
		return -EINVAL;
	}
}

/**
 * i82576_set_link_ksettings() - ethtool: negotiate, or force a mode
 * @fl: port
 * @cmd: what is wanted
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0, -EINVAL for what the port cannot do, or an error of the PHY.
 */
int i82576_set_link_ksettings(struct fl_dev *fl,
			      const struct ethtool_link_ksettings *cmd)
{
	const unsigned long *adv = cmd->link_modes.advertising;
	__ETHTOOL_DECLARE_LINK_MODE_MASK(modes);
	struct i82576 *hw = i82576_of(fl);
	struct i82576_phy new = hw->phy;
	int err;

	if (cmd->base.autoneg == AUTONEG_ENABLE) {
		i82576_modes(modes);
		if (!linkmode_subset(adv, modes) ||
		    !(linkmode_adv_to_mii_adv_t(adv) & ADVERTISE_ALL ||
		      linkmode_adv_to_mii_ctrl1000_t(adv))) {
			netdev_err(fl->netdev, "cannot advertise these modes\n");
			return -EINVAL;
		}
		new.bmcr = BMCR_ANENABLE;
		new.advertise = ADVERTISE_CSMA | linkmode_adv_to_mii_adv_t(adv);
		new.ctrl1000 = linkmode_adv_to_mii_ctrl1000_t(adv);
	} else {
		err = i82576_forced_bmcr(fl, cmd->base.speed, cmd->base.duplex);
		if (err < 0)
			return err;
		new.bmcr = err;
	}

	mutex_lock(&hw->phy_lock);
	swap(hw->phy, new);
	err = i82576_phy_restore(hw, fl->running);
	if (err)
		hw->phy = new;
	mutex_unlock(&hw->phy_lock);
	return err;
}

/**
 * i82576_nway_reset() - ethtool -r: negotiate again
 * @fl: port
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0, -EINVAL if autonegotiation is off, -ENETDOWN if the port is, or
 * an error of the PHY.
 */
int i82576_nway_reset(struct fl_dev *fl)
{
	struct i82576 *hw = i82576_of(fl);
	int err;

	if (!(hw->phy.bmcr & BMCR_ANENABLE))
		return -EINVAL;
	if (!fl->running)
		return -ENETDOWN;
	mutex_lock(&hw->phy_lock);
	err = i82576_phy_restore(hw, true);
	mutex_unlock(&hw->phy_lock);
	return err;
}
