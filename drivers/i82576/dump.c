// SPDX-License-Identifier: GPL-2.0
/*
 * The dump of registers: a table, and who reads it.
 *
 * The table has what says how the port is set up and where it stands. Left out
 * is what a read would change, or take away from its reader:
 *
 *  - ICR and EICR, which a read clears; ICS and EICS show the same on silicon
 *    and are not cleared
 *  - all statistics (0x4000 to 0x41FF) and RQDPC of each queue, likewise
 *  - SWSM, which a read takes
 *  - SYSTIML, TXSTMPH and RXSATRH and what is read together with them: a read
 *    latches the clock, or lets the next time stamp in
 *  - the PCS, of which some status bits are cleared: copper does not use it
 *  - mailboxes and everything else of virtual functions
 */
#include "hw.h"

#define REG(name, offset)		{ name, offset, 1, 0 }
#define REGS(name, offset, count)	{ name, offset, count, 4 }
#define PAIRS(name, offset, count)	{ name, offset, count, 8 }
#define QUEUE(name, offset)		{ name, offset, I82576_QUEUES, 0x40 }

/* Numbers that no other file needs are here only. The layout of `ethtool -d`
 * follows: a change of the table is a new I82576_REGS_VERSION.
 */
static const struct fl_reg i82576_regs[] = {
	/* 8.2 General, PHY access, flow control */
	REG("CTRL", I82576_CTRL),
	REG("STATUS", I82576_STATUS),
	REG("EECD", I82576_EECD),
	REG("CTRL_EXT", I82576_CTRL_EXT),
	REG("MDIC", I82576_MDIC),
	REG("FCAL", I82576_FCAL),
	REG("FCAH", I82576_FCAH),
	REG("FCT", I82576_FCT),
	REG("VET", 0x00038),
	REG("FCTTV", I82576_FCTTV),
	REG("LEDCTL", I82576_LEDCTL),
	REG("FCRTL", I82576_FCRTL),
	REG("FCRTH", I82576_FCRTH),
	REG("FCRTV", I82576_FCRTV),
	/* 8.6 Firmware and the other port */
	REG("FACTPS", 0x05B30),
	REG("FWSM", 0x05B54),
	REG("SW_FW_SYNC", I82576_SW_FW_SYNC),
	/* 8.8 Interrupts */
	REG("ICS", I82576_ICS),
	REG("IMS", I82576_IMS),
	REG("IAM", 0x000E0),
	REG("GPIE", I82576_GPIE),
	REG("EICS", I82576_EICS),
	REG("EIMS", I82576_EIMS),
	REG("EIAC", I82576_EIAC),
	REG("EIAM", 0x01530),
	REGS("EITR", I82576_EITR(0), 25),
	REGS("IVAR", I82576_IVAR(0), 8),
	REG("IVAR_MISC", I82576_IVAR_MISC),
	REGS("IMIR", I82576_IMIR(0), 8),
	REGS("IMIREXT", I82576_IMIREXT(0), 8),
	REG("IMIRVP", 0x05AC0),
	/* 8.10 Receive unit and filters */
	REG("RCTL", I82576_RCTL),
	REG("RXPBS", 0x02404),
	REG("QDE", 0x02408),
	REG("RXCSUM", I82576_RXCSUM),
	REG("RLPML", I82576_RLPML),
	REG("RFCTL", 0x05008),
	REGS("MTA", I82576_MTA(0), MTA_COUNT),
	PAIRS("RAL", I82576_RAL(0), RAR_COUNT1),
	PAIRS("RAH", I82576_RAL(0) + 4, RAR_COUNT1),
	PAIRS("RAL2", I82576_RAL2(0), RAR_COUNT - RAR_COUNT1),
	PAIRS("RAH2", I82576_RAL2(0) + 4, RAR_COUNT - RAR_COUNT1),
	REGS("PSRTYPE", 0x05480, 8),
	REG("VLAPQF", 0x055B0),
	REGS("VFTA", I82576_VFTA(0), VFTA_COUNT),
	REG("MRQC", I82576_MRQC),
	REG("VT_CTL", 0x0581C),
	REGS("RETA", I82576_RETA(0), RETA_ENTRIES / 4),
	REGS("RSSRK", I82576_RSSRK(0), RSSRK_BYTES / 4),
	/* 8.11 Queue filters */
	REG("SYNQF", 0x055FC),
	REGS("SAQF", I82576_SAQF(0), QUEUE_FILTERS),
	REGS("DAQF", I82576_DAQF(0), QUEUE_FILTERS),
	REGS("SPQF", I82576_SPQF(0), QUEUE_FILTERS),
	REGS("FTQF", I82576_FTQF(0), QUEUE_FILTERS),
	REGS("ETQF", I82576_ETQF(0), QUEUE_FILTERS),
	/* 8.12 Transmit unit */
	REG("TCTL", I82576_TCTL),
	REG("TCTL_EXT", 0x00404),
	REG("TIPG", 0x00410),
	REG("TXPBS", 0x03404),
	REG("TDFH", 0x03410),
	REG("TDFT", 0x03418),
	REG("TDFHS", 0x03420),
	REG("TDFPC", 0x03430),
	REG("DTXSWC", 0x03500),
	REG("DTXCTL", 0x03590),
	/* 8.10, 8.12 Queues */
	QUEUE("RDBAL", I82576_RDBAL(0)),
	QUEUE("RDBAH", I82576_RDBAH(0)),
	QUEUE("RDLEN", I82576_RDLEN(0)),
	QUEUE("SRRCTL", I82576_SRRCTL(0)),
	QUEUE("RDH", I82576_RDH(0)),
	QUEUE("RXCTL", 0x0C014),
	QUEUE("RDT", I82576_RDT(0)),
	QUEUE("RXDCTL", I82576_RXDCTL(0)),
	QUEUE("TDBAL", I82576_TDBAL(0)),
	QUEUE("TDBAH", I82576_TDBAH(0)),
	QUEUE("TDLEN", I82576_TDLEN(0)),
	QUEUE("TDH", I82576_TDH(0)),
	QUEUE("TXCTL", I82576_TXCTL(0)),
	QUEUE("TDT", I82576_TDT(0)),
	QUEUE("TXDCTL", I82576_TXDCTL(0)),
	QUEUE("TDWBAL", I82576_TDWBAL(0)),
	QUEUE("TDWBAH", I82576_TDWBAH(0)),
	/* Time stamps */
	REG("TSYNCRXCFG", I82576_TSYNCRXCFG),
	REG("TIMINCA", I82576_TIMINCA),
	REG("TSYNCTXCTL", I82576_TSYNCTXCTL),
	REG("TSYNCRXCTL", I82576_TSYNCRXCTL),
	/* 8.20, 8.22 Wake-up, manageability */
	REG("WUC", I82576_WUC),
	REG("WUFC", 0x05808),
	REG("WUS", 0x05810),
	REG("MANC", I82576_MANC),
	REG("IPAV", 0x05838),
};

const struct fl_reg_table i82576_reg_table = {
	.reg = i82576_regs,
	.n = ARRAY_SIZE(i82576_regs),
	.version = I82576_REGS_VERSION,
};

/**
 * i82576_get_regs() - read the registers of the table
 * @fl: port, up or down
 * @data: filled in, in the table's order; all ones if the device is gone
 *
 * Context: process, RTNL. Some 800 reads take about a millisecond.
 */
void i82576_get_regs(struct fl_dev *fl, u32 *data)
{
	struct i82576 *hw = i82576_of(fl);
	bool gone = i82576_gone(hw);
	int i, j;

	for (i = 0; i < ARRAY_SIZE(i82576_regs); i++) {
		const struct fl_reg *reg = &i82576_regs[i];

		/* Each read from a slot that is empty may take its time. */
		for (j = 0; j < reg->count; j++)
			*data++ = gone ? U32_MAX :
				  i82576_rd(hw, reg->offset + j * reg->stride);
	}
}
