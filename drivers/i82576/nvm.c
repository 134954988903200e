// SPDX-License-Identifier: GPL-2.0
/* Reading the NVM, an EEPROM beside the device (datasheet 3.3, 8.4). */
#include <linux/iopoll.h>

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

	if (i82576_rd(hw, I82576_STATUS) == U32_MAX)
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
