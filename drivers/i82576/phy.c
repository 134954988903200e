// SPDX-License-Identifier: GPL-2.0
/*
 * The registers of the internal copper PHY, and the semaphores for what the port
 * shares with firmware and with the other port (datasheet 3.5.2, 4.7).
 */
#include <linux/delay.h>
#include <linux/iopoll.h>

#include "hw.h"

#define I82576_MDIC_US		2000	/* an MDIO cycle takes 64 us */
#define I82576_SEM_US		20000
#define I82576_SW_FW_TRIES	100	/* of 5 ms: firmware may hold the PHY */

/* What is shared with firmware has a semaphore of two stages: a hardware one
 * (SWSM) guards the register (SW_FW_SYNC) that says who owns what (datasheet 4.7).
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

/**
 * i82576_swfw_get() - own something that firmware and the other port use as well
 * @hw: port
 * @mine: SW_FW_x; nobody of this driver has it, or it is waited for
 *
 * Context: process, may sleep, for half a second if firmware has it.
 *
 * Return: 0, -EBUSY, or -ETIMEDOUT if the semaphore is stuck.
 */
int i82576_swfw_get(struct i82576 *hw, u32 mine)
{
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

/**
 * i82576_swfw_put() - undo i82576_swfw_get()
 * @hw: port
 * @mine: SW_FW_x
 *
 * Context: process, may sleep.
 */
void i82576_swfw_put(struct i82576 *hw, u32 mine)
{
	int err = i82576_swsm_get(hw);

	/* Keeping it for ever would be worse than a race for a register. */
	if (err)
		netdev_warn(hw->fl.netdev,
			    "semaphore shared with firmware is stuck\n");
	i82576_wr(hw, I82576_SW_FW_SYNC,
		  i82576_rd(hw, I82576_SW_FW_SYNC) & ~mine);
	if (!err)
		i82576_swsm_put(hw);
}

/* One MDIO cycle. Returns the data read, or a negative error. */
static int i82576_mdic(struct i82576 *hw, u32 op, int reg, u16 data)
{
	u32 mine = i82576_phy_owner(hw);
	u32 val;
	int err;

	lockdep_assert_held(&hw->phy_lock);
	err = i82576_swfw_get(hw, mine);
	if (err)
		return err;
	i82576_wr(hw, I82576_MDIC, op | data | FIELD_PREP(MDIC_REG, reg) |
		  FIELD_PREP(MDIC_PHY, I82576_PHY_ADDR));
	err = read_poll_timeout(i82576_rd, val, val & MDIC_READY, 50,
				I82576_MDIC_US, false, hw, I82576_MDIC);
	i82576_swfw_put(hw, mine);
	if (err)
		return err;
	if (val & MDIC_ERROR)
		return -EIO;
	return FIELD_GET(MDIC_DATA, val);
}

/**
 * i82576_phy_read() - read a register of the PHY
 * @hw: port
 * @reg: its number
 *
 * Context: process, &struct i82576.phy_lock, may sleep.
 *
 * Return: what it holds, or a negative error.
 */
int i82576_phy_read(struct i82576 *hw, int reg)
{
	return i82576_mdic(hw, MDIC_OP_READ, reg, 0);
}

/**
 * i82576_phy_write() - write a register of the PHY
 * @hw: port
 * @reg: its number
 * @data: what it is to hold
 *
 * Context: process, &struct i82576.phy_lock, may sleep.
 *
 * Return: 0 or a negative error.
 */
int i82576_phy_write(struct i82576 *hw, int reg, u16 data)
{
	return min(i82576_mdic(hw, MDIC_OP_WRITE, reg, data), 0);
}
