// SPDX-License-Identifier: GPL-2.0
/* What is stored with the device, for devlink: not built in kernels without. */
#include <linux/pci.h>
#include <linux/unaligned.h>
#include <net/devlink.h>

#include "hw.h"

/* Words of the NVM (datasheet 6.2), and the format of those with a version */
#define NVM_VERSION		0x05
#define  NVM_VERSION_MAJOR	GENMASK(15, 12)
#define  NVM_VERSION_MINOR	GENMASK(11, 4)
#define  NVM_VERSION_IMAGE	GENMASK(3, 0)
#define NVM_PBA0		0x08
#define  NVM_PBA_IS_STRING	0xFAFA	/* and the next word points to it */
#define NVM_PBA1		0x09
#define NVM_ETRACK_LOW		0x42
#define NVM_ETRACK_HIGH		0x43
#define  NVM_ETRACK_VALID	BIT(15)
#define NVM_BLANK		0xFFFF

#define NVM_PBA_WORDS_MAX	12
#define NVM_PBA_BYTES		(2 * NVM_PBA_WORDS_MAX + 1)

/* A word that says something. */
static bool i82576_nvm_word(struct i82576 *hw, u16 word, u16 *data)
{
	return !i82576_nvm_read(hw, word, data) && *data != NVM_BLANK;
}

/* Two characters a word, preceded by the number of words, itself included. */
static bool i82576_nvm_string(struct i82576 *hw, u16 at, char *text)
{
	u16 words, data;
	int i;

	if (!i82576_nvm_word(hw, at, &words) || words < 2 ||
	    words - 1 > NVM_PBA_WORDS_MAX)
		return false;
	for (i = 1; i < words; i++) {
		if (!i82576_nvm_word(hw, at + i, &data))
			return false;
		put_unaligned_be16(data, text);
		text += 2;
	}
	*text = '\0';
	return true;
}

/* The number of the board's "printed board assembly": a string on newer boards,
 * on older ones six digits and three of a revision (datasheet 6.2).
 */
static bool i82576_nvm_pba(struct i82576 *hw, char *text)
{
	u16 high, low;

	if (!i82576_nvm_word(hw, NVM_PBA0, &high) ||
	    !i82576_nvm_word(hw, NVM_PBA1, &low))
		return false;
	if (high == NVM_PBA_IS_STRING)
		return i82576_nvm_string(hw, low, text);
	snprintf(text, NVM_PBA_BYTES, "%04X%02X-0%02X", high, low >> 8,
		 low & 0xFF);
	return true;
}

/* The image that the NVM holds; its number has the tool's name for it. */
static int i82576_put_nvm(struct i82576 *hw, struct devlink_info_req *req)
{
	u16 version, low, high;
	char text[16];
	int err = 0;

	if (i82576_nvm_word(hw, NVM_VERSION, &version)) {
		snprintf(text, sizeof(text), "%lu.%lu.%lu",
			 FIELD_GET(NVM_VERSION_MAJOR, version),
			 FIELD_GET(NVM_VERSION_MINOR, version),
			 FIELD_GET(NVM_VERSION_IMAGE, version));
		err = devlink_info_version_running_put(req,
						       DEVLINK_INFO_VERSION_GENERIC_FW,
						       text);
	}
	if (err || !i82576_nvm_word(hw, NVM_ETRACK_HIGH, &high) ||
	    !(high & NVM_ETRACK_VALID) ||
	    !i82576_nvm_word(hw, NVM_ETRACK_LOW, &low))
		return err;
	snprintf(text, sizeof(text), "0x%04x%04x", high, low);
	return devlink_info_version_running_put(req,
						DEVLINK_INFO_VERSION_GENERIC_FW_BUNDLE_ID,
						text);
}

/**
 * i82576_get_info() - what is stored with the device, as devlink has it
 * @fl: port
 * @req: to be filled
 * @extack: not needed
 *
 * Only what is there: blank words of the NVM and a missing capability are not
 * reported.
 *
 * Context: process, RTNL, may sleep.
 *
 * Return: 0 or a negative error.
 */
int i82576_get_info(struct fl_dev *fl, struct devlink_info_req *req,
		    struct netlink_ext_ack *extack)
{
	struct i82576 *hw = i82576_of(fl);
	u64 dsn = pci_get_dsn(hw->pdev);
	char pba[NVM_PBA_BYTES];
	char serial[24];
	u8 bytes[8];
	int err = 0;

	if (dsn) {
		put_unaligned_be64(dsn, bytes);
		snprintf(serial, sizeof(serial), "%8phD", bytes);
		err = devlink_info_serial_number_put(req, serial);
	}
	if (!err && i82576_nvm_pba(hw, pba))
		err = devlink_info_version_fixed_put(req,
						     DEVLINK_INFO_VERSION_GENERIC_BOARD_ID,
						     pba);
	return err ?: i82576_put_nvm(hw, req);
}
