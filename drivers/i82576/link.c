// SPDX-License-Identifier: GPL-2.0
/*
 * The link (datasheet 3.5, 8.25). What the PHY is set to is kept in struct
 * i82576, for a reset of the MAC may reset it too.
 */
#include <linux/ethtool.h>
#include <linux/iopoll.h>
#include <linux/linkmode.h>
#include <linux/mii.h>

#include "hw.h"

/* What the Rx buffer may hold before the other end is told to wait: it has one
 * largest frame under way, and we may be sending one. Half of it is time enough
 * for it to start again. Both are multiples of 16.
 */
#define I82576_PAUSE_HIGH	round_down(I82576_RX_BUFFER - \
					   2 * (I82576_MTU_MAX + ETH_HLEN + \
						2 * VLAN_HLEN + ETH_FCS_LEN), 16)
#define I82576_PAUSE_LOW	round_down(I82576_PAUSE_HIGH / 2, 16)

/* A ring that is full drops its own frames, lest it hold up all others: unless
 * the other end is to wait for it.
 */
static void i82576_use_pause(struct i82576 *hw, u8 pause)
{
	u32 ctrl = i82576_rd(hw, I82576_CTRL) & ~(CTRL_RFCE | CTRL_TFCE);
	int i;

	lockdep_assert_held(&hw->phy_lock);
	if (pause & FLOW_CTRL_RX)
		ctrl |= CTRL_RFCE;
	if (pause & FLOW_CTRL_TX)
		ctrl |= CTRL_TFCE;
	i82576_wr(hw, I82576_CTRL, ctrl);
	hw->tx_pause = pause & FLOW_CTRL_TX;
	for (i = 0; i < hw->fl.caps.lanes_max; i++) {
		u32 val = i82576_rd(hw, I82576_SRRCTL(i)) & ~SRRCTL_DROP_EN;

		if (!hw->tx_pause)
			val |= SRRCTL_DROP_EN;
		i82576_wr(hw, I82576_SRRCTL(i), val);
	}
}

/* Two bits for two wishes: mii_advertise_flowctrl() the other way round. */
static u8 i82576_pause_wanted(u16 advertise)
{
	bool sym = advertise & ADVERTISE_PAUSE_CAP;
	bool asym = advertise & ADVERTISE_PAUSE_ASYM;

	return (sym ? FLOW_CTRL_RX : 0) | (sym != asym ? FLOW_CTRL_TX : 0);
}

static bool i82576_pause_negotiated(const struct i82576_phy *phy)
{
	return phy->pause_autoneg && (phy->bmcr & BMCR_ANENABLE);
}

/* The link is up: use of pause what both ends agreed on, or what we were told.
 * To receive only cannot be advertised: the other end may agree on more, but
 * nobody has to send pause frames.
 */
static u8 i82576_resolve_pause(struct i82576 *hw, u32 status)
{
	u8 pause = 0;
	int lpa;

	mutex_lock(&hw->phy_lock);
	if (status & STATUS_FD)
		pause = i82576_pause_wanted(hw->phy.advertise);
	if (pause && i82576_pause_negotiated(&hw->phy)) {
		lpa = i82576_phy_read(hw, MII_LPA);
		pause &= lpa < 0 ? 0 :
			 mii_resolve_flowctrl_fdx(hw->phy.advertise, lpa);
	}
	i82576_use_pause(hw, pause);
	mutex_unlock(&hw->phy_lock);
	return pause;
}

/* Write the settings that are kept to the PHY, which is on or off then. A
 * board controller that shares the port needs it on.
 */
static int i82576_phy_restore(struct i82576 *hw, bool up)
{
	u32 shared = MANC_RCV_TCO_EN | MANC_BLK_PHY_RST;
	u16 bmcr = hw->phy.bmcr;

	if (!up && !(i82576_rd(hw, I82576_MANC) & shared))
		bmcr |= BMCR_PDOWN;
	else if (bmcr & BMCR_ANENABLE)
		bmcr |= BMCR_ANRESTART;
	return i82576_phy_write(hw, MII_ADVERTISE, hw->phy.advertise) ?:
	       i82576_phy_write(hw, MII_CTRL1000, hw->phy.ctrl1000) ?:
	       i82576_phy_write(hw, MII_BMCR, bmcr);
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

static const char *const i82576_pause_names[] = {
	[0] = "off",
	[FLOW_CTRL_RX] = "rx",
	[FLOW_CTRL_TX] = "tx",
	[FLOW_CTRL_RX | FLOW_CTRL_TX] = "rx and tx",
};

static void i82576_link_work(struct work_struct *work)
{
	struct i82576 *hw = container_of(work, struct i82576, link_work);
	struct net_device *netdev = hw->fl.netdev;
	u32 status = i82576_rd(hw, I82576_STATUS);
	bool up = status != U32_MAX && (status & STATUS_LU) &&
		  READ_ONCE(hw->fl.running);
	u8 duplex, pause;
	u32 speed;

	/* A port that is out of use has no carrier, whatever its PHY does. */
	if (!up) {
		if (!netif_carrier_ok(netdev))
			return;
		netif_info(&hw->fl, link, netdev, "link down\n");
		fl_link_lost(&hw->fl);
		return;
	}
	/* It may have been away between two looks, and be another one now. */
	i82576_read_speed(hw, status, &speed, &duplex);
	pause = i82576_resolve_pause(hw, status);
	if (netif_carrier_ok(netdev))
		return;
	netif_info(&hw->fl, link, netdev,
		   "link up, %u Mb/s, %s duplex, pause: %s\n", speed,
		   duplex == DUPLEX_FULL ? "full" : "half",
		   i82576_pause_names[pause]);
	netif_carrier_on(netdev);
}

/**
 * i82576_link_init() - prepare link handling, with all modes advertised
 * @hw: port
 *
 * We honour the other end's pause frames and send none: each lane answers for
 * itself.
 *
 * Context: process, probe.
 */
void i82576_link_init(struct i82576 *hw)
{
	INIT_WORK(&hw->link_work, i82576_link_work);
	mutex_init(&hw->phy_lock);
	hw->phy.bmcr = BMCR_ANENABLE;
	hw->phy.advertise = ADVERTISE_CSMA | ADVERTISE_ALL |
			    mii_advertise_flowctrl(FLOW_CTRL_RX);
	hw->phy.pause_autoneg = true;
	hw->phy.ctrl1000 = ADVERTISE_1000FULL;
}

/* The frames are those of IEEE 802.3 annex 31B; the sender is to wait as long as
 * it can be told, or until we say otherwise (datasheet 3.5.5).
 */
static void i82576_init_pause(struct i82576 *hw)
{
	i82576_wr(hw, I82576_FCAL, 0x00c28001);
	i82576_wr(hw, I82576_FCAH, 0x0100);
	i82576_wr(hw, I82576_FCT, ETH_P_PAUSE);
	i82576_wr(hw, I82576_FCTTV, U16_MAX);
	i82576_wr(hw, I82576_FCRTV, U16_MAX / 2);
	i82576_wr(hw, I82576_FCRTL, I82576_PAUSE_LOW | FCRTL_XONE);
	i82576_wr(hw, I82576_FCRTH, I82576_PAUSE_HIGH);
	i82576_use_pause(hw, 0);
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
	u32 ctrl;
	int err;

	mutex_lock(&hw->phy_lock);
	ctrl = i82576_rd(hw, I82576_CTRL) & ~(CTRL_FRCSPD | CTRL_FRCDPX);
	i82576_wr(hw, I82576_CTRL, ctrl | CTRL_SLU);
	i82576_init_pause(hw);
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
 * i82576_link_up() - whether the MAC has a link, waiting for it
 * @hw: port
 * @ms: time to wait at most; a signal ends it
 *
 * Context: process, may sleep.
 *
 * Return: 0, -ENOLINK, -ENODEV without a device, or -EINTR.
 */
int i82576_link_up(struct i82576 *hw, unsigned int ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(ms);

	for (;;) {
		bool late = time_after(jiffies, end);
		u32 status = i82576_rd(hw, I82576_STATUS);

		if (status == U32_MAX)
			return -ENODEV;
		if (status & STATUS_LU)
			return 0;
		if (late)
			return -ENOLINK;
		if (msleep_interruptible(20))
			return -EINTR;
	}
}

/**
 * i82576_link_loopback() - have the PHY send back what the MAC sends
 * @hw: port; a reset and i82576_link_start() or _park() end it
 *
 * MAC and PHY are both forced to 1000 Mb/s: nobody is there to negotiate with.
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0 or a negative error if the PHY does not answer.
 */
int i82576_link_loopback(struct i82576 *hw)
{
	u32 ctrl;
	int err;

	mutex_lock(&hw->phy_lock);
	err = i82576_phy_write(hw, MII_BMCR, BMCR_LOOPBACK | BMCR_SPEED1000 |
			       BMCR_FULLDPLX);
	ctrl = i82576_rd(hw, I82576_CTRL) & ~CTRL_SPEED;
	i82576_wr(hw, I82576_CTRL, ctrl | CTRL_SLU | CTRL_FRCSPD |
		  CTRL_FRCDPX | CTRL_FD |
		  FIELD_PREP(CTRL_SPEED, STATUS_SPEED_1000));
	mutex_unlock(&hw->phy_lock);
	return err;
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
	linkmode_set_bit(ETHTOOL_LINK_MODE_Pause_BIT, modes);
	linkmode_set_bit(ETHTOOL_LINK_MODE_Asym_Pause_BIT, modes);
}

/* What the other end advertised; nothing if the PHY cannot be asked. */
static void i82576_read_partner(struct i82576 *hw, unsigned long *modes)
{
	int lpa, stat1000;

	mutex_lock(&hw->phy_lock);
	lpa = i82576_phy_read(hw, MII_LPA);
	stat1000 = i82576_phy_read(hw, MII_STAT1000);
	mutex_unlock(&hw->phy_lock);
	if (lpa < 0 || stat1000 < 0)
		return;
	mii_lpa_to_linkmode_lpa_t(modes, lpa);
	mii_stat1000_mod_linkmode_lpa_t(modes, stat1000);
}

/**
 * i82576_get_link_ksettings() - ethtool: what the link is and could be
 * @netdev: port
 * @cmd: to fill in
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0.
 */
int i82576_get_link_ksettings(struct net_device *netdev,
			      struct ethtool_link_ksettings *cmd)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	unsigned long *adv = cmd->link_modes.advertising;

	cmd->base.port = PORT_TP;
	cmd->base.phy_address = I82576_PHY_ADDR;
	i82576_modes(cmd->link_modes.supported);
	linkmode_set_bit(ETHTOOL_LINK_MODE_TP_BIT, adv);
	/* Without negotiation: what would be, lest it be lost on the way back. */
	mii_adv_mod_linkmode_adv_t(adv, hw->phy.advertise);
	mii_ctrl1000_mod_linkmode_adv_t(adv, hw->phy.ctrl1000);
	if (hw->phy.bmcr & BMCR_ANENABLE) {
		cmd->base.autoneg = AUTONEG_ENABLE;
		linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, adv);
	}

	if (!(hw->phy.bmcr & BMCR_ANENABLE)) {
		cmd->base.speed = hw->phy.bmcr & BMCR_SPEED100 ? SPEED_100 :
							     SPEED_10;
		cmd->base.duplex = hw->phy.bmcr & BMCR_FULLDPLX ? DUPLEX_FULL :
							      DUPLEX_HALF;
	} else if (netif_carrier_ok(netdev)) {
		i82576_read_speed(hw, i82576_rd(hw, I82576_STATUS),
				  &cmd->base.speed, &cmd->base.duplex);
		i82576_read_partner(hw, cmd->link_modes.lp_advertising);
	} else {
		cmd->base.speed = SPEED_UNKNOWN;
		cmd->base.duplex = DUPLEX_UNKNOWN;
	}
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
 * @netdev: port
 * @cmd: what is wanted
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0, -EINVAL for what the port cannot do, or an error of the PHY.
 */
int i82576_set_link_ksettings(struct net_device *netdev,
			      const struct ethtool_link_ksettings *cmd)
{
	const unsigned long *adv = cmd->link_modes.advertising;
	__ETHTOOL_DECLARE_LINK_MODE_MASK(modes);
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	struct i82576_phy new = hw->phy;
	int err;

	if (cmd->base.autoneg == AUTONEG_ENABLE) {
		i82576_modes(modes);
		if (!linkmode_subset(adv, modes) ||
		    !(linkmode_adv_to_mii_adv_t(adv) & ADVERTISE_ALL ||
		      linkmode_adv_to_mii_ctrl1000_t(adv))) {
			netdev_err(netdev, "cannot advertise these modes\n");
			return -EINVAL;
		}
		new.bmcr = BMCR_ANENABLE;
		new.advertise = ADVERTISE_CSMA | linkmode_adv_to_mii_adv_t(adv);
		new.ctrl1000 = linkmode_adv_to_mii_ctrl1000_t(adv);
	} else {
		err = i82576_forced_bmcr(&hw->fl, cmd->base.speed, cmd->base.duplex);
		if (err < 0)
			return err;
		new.bmcr = err;
	}

	mutex_lock(&hw->phy_lock);
	swap(hw->phy, new);
	err = i82576_phy_restore(hw, hw->fl.running);
	if (err)
		hw->phy = new;
	mutex_unlock(&hw->phy_lock);
	return err;
}

/**
 * i82576_nway_reset() - ethtool -r: negotiate again
 * @netdev: port
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0, -EINVAL if autonegotiation is off, -ENETDOWN if the port is, or
 * an error of the PHY.
 */
int i82576_nway_reset(struct net_device *netdev)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	int err;

	if (!(hw->phy.bmcr & BMCR_ANENABLE))
		return -EINVAL;
	if (!hw->fl.running)
		return -ENETDOWN;
	mutex_lock(&hw->phy_lock);
	err = i82576_phy_restore(hw, true);
	mutex_unlock(&hw->phy_lock);
	return err;
}

/**
 * i82576_get_pauseparam() - ethtool -a: what of pause is wanted
 * @netdev: port
 * @p: to fill in
 *
 * Context: process, RTNL.
 */
void i82576_get_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *p)
{
	const struct i82576_phy *phy = &i82576_of(netdev_priv(netdev))->phy;
	u8 wanted = i82576_pause_wanted(phy->advertise);

	p->autoneg = i82576_pause_negotiated(phy);
	p->rx_pause = !!(wanted & FLOW_CTRL_RX);
	p->tx_pause = !!(wanted & FLOW_CTRL_TX);
}

/**
 * i82576_set_pauseparam() - ethtool -A
 * @netdev: port
 * @p: what is wanted
 *
 * It is advertised in any case. If that is new, the link is negotiated again.
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0, -EINVAL for pause to be negotiated without the link, or an error
 * of the PHY.
 */
int i82576_set_pauseparam(struct net_device *netdev, struct ethtool_pauseparam *p)
{
	u8 wanted = (p->rx_pause ? FLOW_CTRL_RX : 0) |
		    (p->tx_pause ? FLOW_CTRL_TX : 0);
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	struct i82576_phy new = hw->phy;
	int err = 0;

	if (new.bmcr & BMCR_ANENABLE) {
		new.pause_autoneg = p->autoneg;
	} else if (p->autoneg) {
		netdev_err(netdev, "pause is negotiated along with the link, which is not\n");
		return -EINVAL;
	}
	new.advertise &= ~(ADVERTISE_PAUSE_CAP | ADVERTISE_PAUSE_ASYM);
	new.advertise |= mii_advertise_flowctrl(wanted);

	mutex_lock(&hw->phy_lock);
	swap(hw->phy, new);
	if ((new.bmcr & BMCR_ANENABLE) && new.advertise != hw->phy.advertise)
		err = i82576_phy_restore(hw, hw->fl.running);
	if (err)
		hw->phy = new;
	mutex_unlock(&hw->phy_lock);
	if (!err && netif_carrier_ok(netdev))
		i82576_resolve_pause(hw, i82576_rd(hw, I82576_STATUS));
	return err;
}

/**
 * i82576_set_phys_id() - ethtool -p: blink with all LEDs (datasheet 8.2.9)
 * @netdev: port
 * @state: begin or end
 *
 * Context: process, RTNL; not held from begin to end.
 *
 * Return: 0, for the device blinks by itself, or -EOPNOTSUPP.
 */
int i82576_set_phys_id(struct net_device *netdev, enum ethtool_phys_id_state state)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));

	switch (state) {
	case ETHTOOL_ID_ACTIVE:
		hw->ledctl = i82576_rd(hw, I82576_LEDCTL);
		i82576_wr(hw, I82576_LEDCTL, (hw->ledctl & ~LEDCTL_MODES) |
			  LEDCTL_MODES_ON | LEDCTL_BLINK);
		return 0;
	case ETHTOOL_ID_INACTIVE:
		i82576_wr(hw, I82576_LEDCTL, hw->ledctl);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}
