// SPDX-License-Identifier: GPL-2.0
/* The NVM, read a word at a time (datasheet 3.3, 8.4). */
#include <linux/iopoll.h>

#include "hw.h"

#define I82576_EERD_US		10000

/**
 * i82576_nvm_read() - read one word of the NVM
 * @hw: port
 * @word: number of the word
 * @data: filled in; all ones if the device is gone
 *
 * The device arbitrates between the ports and firmware for this register.
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0, or -ETIMEDOUT if there is no such word, or no NVM.
 */
int i82576_nvm_read(struct i82576 *hw, u16 word, u16 *data)
{
	u32 val;
	int err;

	i82576_wr(hw, I82576_EERD, EERD_START | FIELD_PREP(EERD_ADDR, word));
	err = read_poll_timeout(i82576_rd, val, val & EERD_DONE, 20,
				I82576_EERD_US, false, hw, I82576_EERD);
	if (!err)
		*data = FIELD_GET(EERD_DATA, val);
	return err;
}
