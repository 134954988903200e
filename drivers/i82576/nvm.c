// SPDX-License-Identifier: GPL-2.0
/* Reading the NVM, an EEPROM beside the device (datasheet 3.3, 8.4). */
#include <linux/ethtool.h>
#include <linux/iopoll.h>
#include <linux/pci.h>

#include "hw.h"

#define I82576_EERD_US		10000	/* a word takes some 20 us */

/**
 * i82576_nvm_read() - read a word of the NVM (datasheet 8.4)
 * @hw: port, running or not
 * @word: its number
 * @data: filled in
 *
 * Context: process, may sleep.
 *
 * Return: 0, -ENODEV without a device, or a negative error.
 */
int i82576_nvm_read(struct i82576 *hw, u16 word, u16 *data)
{
	u32 val;
	int err;

	if (i82576_gone(hw))
		return -ENODEV;
	err = i82576_swfw_get(hw, SW_FW_EEP);
	if (err)
		return err;
	i82576_wr(hw, I82576_EERD, EERD_START | FIELD_PREP(EERD_ADDR, word));
	err = read_poll_timeout(i82576_rd, val, val & EERD_DONE, 20,
				I82576_EERD_US, false, hw, I82576_EERD);
	i82576_swfw_put(hw, SW_FW_EEP);
	if (err)
		return err;
	/* No word has that address. */
	if (val == U32_MAX)
		return -ENODEV;
	*data = FIELD_GET(EERD_DATA, val);
	return 0;
}

/**
 * i82576_get_eeprom_len() - ethtool -e: size of the NVM
 * @netdev: port
 *
 * Context: process, RTNL.
 *
 * Return: bytes; 0 without a device.
 */
int i82576_get_eeprom_len(struct net_device *netdev)
{
	u32 eecd = i82576_rd(i82576_of(netdev_priv(netdev)), I82576_EECD);

	return eecd == U32_MAX ? 0 : 2 * 64 << FIELD_GET(EECD_SIZE, eecd);
}

/**
 * i82576_get_eeprom() - ethtool -e: bytes of the NVM, the lower of a word first
 * @netdev: port
 * @eeprom: which; @eeprom->magic is filled in
 * @data: filled in
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0 or a negative error.
 */
int i82576_get_eeprom(struct net_device *netdev, struct ethtool_eeprom *eeprom,
		      u8 *data)
{
	struct i82576 *hw = i82576_of(netdev_priv(netdev));
	u32 end = eeprom->offset + eeprom->len;
	u16 word = 0;
	u32 at;
	int err;

	eeprom->magic = hw->pdev->vendor | hw->pdev->device << 16;
	for (at = eeprom->offset; at < end; at++) {
		if (at == eeprom->offset || !(at & 1)) {
			err = i82576_nvm_read(hw, at / 2, &word);
			if (err)
				return err;
		}
		*data++ = at & 1 ? word >> 8 : word;
	}
	return 0;
}
