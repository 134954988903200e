/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of the Intel 82576. Names and offsets are those of the "Intel
 * 82576EB Gigabit Ethernet Controller Datasheet", chapter 8 (section numbers
 * beside the groups). Per-queue registers have a stride of 0x40 from 0xC000
 * (Rx) and 0xE000 (Tx) on, for all 16 queues.
 */
#ifndef I82576_REGS_H
#define I82576_REGS_H

#include <linux/bits.h>

/* 8.2 General */
#define I82576_CTRL		0x00000
#define  CTRL_FD		BIT(0)
#define  CTRL_GIO_MASTER_DIS	BIT(2)
#define  CTRL_SLU		BIT(6)
#define  CTRL_SPEED		GENMASK(9, 8)	/* as STATUS_SPEED */
#define  CTRL_FRCSPD		BIT(11)
#define  CTRL_FRCDPX		BIT(12)
#define  CTRL_RST		BIT(26)
#define  CTRL_RFCE		BIT(27)
#define  CTRL_TFCE		BIT(28)
#define  CTRL_VME		BIT(30)
#define I82576_STATUS		0x00008
#define  STATUS_FD		BIT(0)
#define  STATUS_LU		BIT(1)
#define  STATUS_LAN_ID		GENMASK(3, 2)
#define  STATUS_SPEED		GENMASK(7, 6)
#define   STATUS_SPEED_10	0
#define   STATUS_SPEED_100	1
#define   STATUS_SPEED_1000	2
#define  STATUS_GIO_MASTER_EN	BIT(19)
#define I82576_EECD		0x00010
#define  EECD_AUTO_RD		BIT(9)
#define  EECD_SIZE		GENMASK(14, 11)	/* 64 words, doubled so often */
#define I82576_EERD		0x00014
#define  EERD_START		BIT(0)
#define  EERD_DONE		BIT(1)
#define  EERD_ADDR		GENMASK(15, 2)	/* in words */
#define  EERD_DATA		GENMASK(31, 16)
#define I82576_CTRL_EXT		0x00018
#define  CTRL_EXT_DRV_LOAD	BIT(28)
#define I82576_MDIC		0x00020
#define  MDIC_DATA		GENMASK(15, 0)
#define  MDIC_REG		GENMASK(20, 16)
#define  MDIC_PHY		GENMASK(25, 21)
#define  MDIC_OP_WRITE		BIT(26)
#define  MDIC_OP_READ		BIT(27)
#define  MDIC_READY		BIT(28)
#define  MDIC_ERROR		BIT(30)

#define I82576_LEDCTL		0x00E00
#define  LEDCTL_MODES		0x0F0F0F0F	/* a byte an LED */
#define  LEDCTL_MODES_ON	0x0E0E0E0E
#define  LEDCTL_BLINK		0x80808080

/* 8.6 Semaphores shared with firmware and the other port */
#define I82576_SWSM		0x05B50
#define  SWSM_SMBI		BIT(0)
#define  SWSM_SWESMBI		BIT(1)
#define I82576_SW_FW_SYNC	0x05B5C
#define  SW_FW_EEP		BIT(0)
#define  SW_FW_PHY0		BIT(1)
#define  SW_FW_PHY1		BIT(2)
#define  SW_FW_FW_SHIFT		16

/* 8.8 Interrupts */
#define I82576_ICR		0x000C0
#define I82576_ICS		0x000C8
#define I82576_IMS		0x000D0
#define I82576_IMC		0x000D8
#define  ICR_TXDW		BIT(0)
#define  ICR_LSC		BIT(2)
#define  ICR_RXDMT0		BIT(4)
#define  ICR_RXO		BIT(6)
#define  ICR_RXDW		BIT(7)
#define  ICR_DRSTA		BIT(30)
#define  ICR_INTA		BIT(31)
#define  ICR_LANE		(ICR_TXDW | ICR_RXDMT0 | ICR_RXDW)
#define I82576_GPIE		0x01514
#define  GPIE_NSICR		BIT(0)
#define  GPIE_MULTIPLE_MSIX	BIT(4)
#define  GPIE_PBA_SUPPORT	BIT(31)
#define I82576_EICS		0x01520
#define I82576_EIMS		0x01524
#define I82576_EIMC		0x01528
#define I82576_EIAC		0x0152C
#define I82576_EITR(v)		(0x01680 + 4 * (v))
#define  EITR_INTERVAL		GENMASK(14, 2)	/* in usecs */
#define  EITR_QEMU_INTERVAL	GENMASK(14, 1)	/* as QEMU has it */
#define  EITR_CNT_IGNR		BIT(31)		/* let a running one end */
#define I82576_IVAR(i)		(0x01700 + 4 * (i))
#define I82576_IVAR_MISC	0x01740
#define  IVAR_VALID		BIT(7)

/* 8.5, 8.10 Receive */
#define I82576_RCTL		0x00100
#define  RCTL_RXEN		BIT(1)
#define  RCTL_UPE		BIT(3)
#define  RCTL_MPE		BIT(4)
#define  RCTL_LPE		BIT(5)
#define  RCTL_BAM		BIT(15)
#define  RCTL_VFE		BIT(18)
#define  RCTL_SECRC		BIT(26)
#define I82576_RXCSUM		0x05000
#define  RXCSUM_IPOFLD		BIT(8)
#define  RXCSUM_TUOFLD		BIT(9)
#define  RXCSUM_CRCOFLD		BIT(11)
#define  RXCSUM_PCSD		BIT(13)
#define I82576_RLPML		0x05004
#define I82576_MTA(i)		(0x05200 + 4 * (i))
#define  MTA_COUNT		128
#define I82576_RAL(i)		(0x05400 + 8 * (i))	/* entries 0-15 */
#define I82576_RAL2(i)		(0x054E0 + 8 * (i))	/* entries 16-23 */
#define  RAH_AV			BIT(31)
#define  RAR_COUNT1		16
#define  RAR_COUNT		24
#define I82576_VFTA(i)		(0x05600 + 4 * (i))
#define  VFTA_COUNT		128
#define I82576_MRQC		0x05818
#define  MRQC_ENABLE_RSS	2
#define  MRQC_TCP_IPV4		BIT(16)
#define  MRQC_IPV4		BIT(17)
#define  MRQC_TCP_IPV6_EX	BIT(18)
#define  MRQC_IPV6		BIT(20)
#define  MRQC_TCP_IPV6		BIT(21)
#define  MRQC_UDP_IPV4		BIT(22)
#define  MRQC_UDP_IPV6		BIT(23)
#define  MRQC_UDP_IPV6_EX	BIT(24)
#define I82576_RETA(i)		(0x05C00 + 4 * (i))
#define  RETA_ENTRIES		128
#define I82576_RSSRK(i)		(0x05C80 + 4 * (i))
#define  RSSRK_BYTES		40
#define I82576_RDBAL(q)		(0x0C000 + 0x40 * (q))
#define I82576_RDBAH(q)		(0x0C004 + 0x40 * (q))
#define I82576_RDLEN(q)		(0x0C008 + 0x40 * (q))
#define I82576_SRRCTL(q)	(0x0C00C + 0x40 * (q))
#define  SRRCTL_BSIZEPACKET	GENMASK(6, 0)	/* in KiB */
#define  SRRCTL_DESCTYPE	GENMASK(27, 25)
#define   SRRCTL_DESCTYPE_ADV	1
#define  SRRCTL_DROP_EN		BIT(31)
#define I82576_RDH(q)		(0x0C010 + 0x40 * (q))
#define I82576_RDT(q)		(0x0C018 + 0x40 * (q))
#define I82576_RXDCTL(q)	(0x0C028 + 0x40 * (q))
#define  RXDCTL_PTHRESH		GENMASK(4, 0)
#define  RXDCTL_HTHRESH		GENMASK(12, 8)
#define  RXDCTL_WTHRESH		GENMASK(20, 16)
#define  RXDCTL_ENABLE		BIT(25)

#define I82576_RQDPC(q)		(0x0C030 + 0x40 * (q))

/* 8.11 Queue filters, by addresses and ports, and by type of frame */
#define QUEUE_FILTERS		8		/* of each kind */
#define I82576_SAQF(i)		(0x05980 + 4 * (i))
#define I82576_DAQF(i)		(0x059A0 + 4 * (i))
#define I82576_SPQF(i)		(0x059C0 + 4 * (i))
#define I82576_FTQF(i)		(0x059E0 + 4 * (i))
#define  FTQF_PROTOCOL		GENMASK(7, 0)
#define  FTQF_QUEUE_EN		BIT(8)
#define  FTQF_VF_BP		BIT(15)
#define  FTQF_QUEUE		GENMASK(25, 16)
#define  FTQF_1588		BIT(27)
#define  FTQF_PROTOCOL_BP	BIT(28)
#define  FTQF_SRC_BP		BIT(29)
#define  FTQF_DST_BP		BIT(30)
#define  FTQF_SRC_PORT_BP	BIT(31)
#define  FTQF_BYPASS		GENMASK(31, 28)
#define  FTQF_PTP		7		/* the one that is PTP's */
#define I82576_IMIR(i)		(0x05A80 + 4 * (i))
#define  IMIR_DST_PORT_BP	BIT(17)
#define I82576_IMIREXT(i)	(0x05AA0 + 4 * (i))
#define  IMIREXT_SIZE_BP	BIT(12)
#define  IMIREXT_CTRL_BP	BIT(19)
#define I82576_ETQF(i)		(0x05CB0 + 4 * (i))
#define  ETQF_TYPE		GENMASK(15, 0)
#define  ETQF_QUEUE		GENMASK(18, 16)
#define  ETQF_ENABLE		BIT(26)
#define  ETQF_1588		BIT(30)
#define  ETQF_QUEUE_EN		BIT(31)
#define  ETQF_PTP		3		/* as is customary */

/* 8.5 Flow control */
#define I82576_FCAL		0x00028
#define I82576_FCAH		0x0002C
#define I82576_FCT		0x00030
#define I82576_FCTTV		0x00170
#define I82576_FCRTL		0x02160
#define  FCRTL_XONE		BIT(31)
#define I82576_FCRTH		0x02168
#define I82576_FCRTV		0x02460
#define I82576_RX_BUFFER	SZ_64K		/* RXPBS after a reset */

/* 8.12 Transmit */
#define I82576_TCTL		0x00400
#define  TCTL_EN		BIT(1)
#define  TCTL_PSP		BIT(3)
#define  TCTL_CT		GENMASK(11, 4)
#define  TCTL_RTLC		BIT(24)
#define I82576_TDBAL(q)		(0x0E000 + 0x40 * (q))
#define I82576_TDBAH(q)		(0x0E004 + 0x40 * (q))
#define I82576_TDLEN(q)		(0x0E008 + 0x40 * (q))
#define I82576_TDH(q)		(0x0E010 + 0x40 * (q))
#define I82576_TDT(q)		(0x0E018 + 0x40 * (q))
#define I82576_TXCTL(q)		(0x0E014 + 0x40 * (q))
#define  TXCTL_WB_RO_EN		BIT(11)
#define I82576_TXDCTL(q)	(0x0E028 + 0x40 * (q))
#define  TXDCTL_PTHRESH		GENMASK(4, 0)
#define  TXDCTL_HTHRESH		GENMASK(12, 8)
#define  TXDCTL_ENABLE		BIT(25)
#define I82576_TDWBAL(q)	(0x0E038 + 0x40 * (q))
#define  TDWBAL_HEAD_WB_EN	BIT(0)
#define I82576_TDWBAH(q)	(0x0E03C + 0x40 * (q))

/* 8.16 Time sync */
#define I82576_TSYNCRXCFG	0x05F50
#define  TSYNCRXCFG_V1_CTRL	GENMASK(7, 0)
#define  TSYNCRXCFG_V2_TYPE	GENMASK(15, 8)
#define I82576_SYSTIML		0x0B600
#define I82576_SYSTIMH		0x0B604
#define I82576_TIMINCA		0x0B608
#define  TIMINCA_VALUE		GENMASK(23, 0)
#define  TIMINCA_PERIOD		GENMASK(31, 24)	/* in 16 ns */
#define I82576_TSYNCTXCTL	0x0B614
#define  TSYNCTXCTL_VALID	BIT(0)
#define  TSYNCTXCTL_EN		BIT(4)
#define I82576_TXSTMPL		0x0B618
#define I82576_TXSTMPH		0x0B61C
#define I82576_TSYNCRXCTL	0x0B620
#define  TSYNCRXCTL_VALID	BIT(0)
#define  TSYNCRXCTL_TYPE	GENMASK(3, 1)
#define   TSYNCRXCTL_L2_V2	0
#define   TSYNCRXCTL_L4_V1	1
#define   TSYNCRXCTL_L2_L4_V2	2
#define   TSYNCRXCTL_EVENT_V2	5
#define  TSYNCRXCTL_EN		BIT(4)
#define I82576_RXSTMPL		0x0B624
#define I82576_RXSTMPH		0x0B628
#define I82576_RXSATRH		0x0B630

/* 8.20, 8.22 Wake-up, manageability */
#define I82576_WUC		0x05800
#define I82576_MANC		0x05820
#define  MANC_RCV_TCO_EN	BIT(17)
#define  MANC_BLK_PHY_RST	BIT(18)

/* 8.19 Statistics, all cleared by reading; the others are in stats.c */
#define I82576_GORCL		0x04088
#define I82576_GOTCL		0x04090

/* Of the dump that ethtool gets */
#define I82576_REGS_VERSION	1

/* Limits */
#define I82576_QUEUES		16
#define I82576_RING_MAX		4096
#define I82576_MTU_MAX		9216

#endif /* I82576_REGS_H */
