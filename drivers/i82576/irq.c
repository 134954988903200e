// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts (datasheet 7.3). With MSI-X, vector i belongs to lane i and the
 * last one to all other causes; else one vector serves lane 0 and the rest.
 *
 * Causes clear themselves when their message is sent (EIAC) and are not masked
 * by it: see fl_poll().
 */
#include <linux/interrupt.h>

#include "hw.h"

/* Other causes come once in this time at most, in units; the first comes at
 * once.
 */
#define I82576_ITR_OTHER	2000
/* What QEMU's model counts the interval's upper 14 bits in. */
#define I82576_QEMU_ITR_NS	2048

static u32 i82576_other_bit(const struct i82576 *hw)
{
	return BIT(hw->fl.caps.lanes_max);
}

static u32 i82576_vectors(const struct i82576 *hw)
{
	return i82576_other_bit(hw) | (i82576_other_bit(hw) - 1);
}

static void i82576_other_causes(struct i82576 *hw, u32 icr)
{
	if (icr & ICR_RXO)
		atomic64_inc(&hw->overruns);
	if (icr & ICR_LSC)
		schedule_work(&hw->link_work);
	if (icr & ICR_DRSTA)
		fl_request_reset(&hw->fl);
}

static irqreturn_t i82576_other_irq(int irq, void *data)
{
	struct i82576 *hw = data;
	u32 icr = i82576_rd(hw, I82576_ICR);

	WRITE_ONCE(hw->other_irqs, hw->other_irqs + 1);
	if (icr != U32_MAX)
		i82576_other_causes(hw, icr);
	return IRQ_HANDLED;
}

/* MSI or a shared pin: reading ICR acknowledges. */
static irqreturn_t i82576_single_irq(int irq, void *data)
{
	struct fl_lane *lane = data;
	struct i82576 *hw = i82576_of(lane->fl);
	u32 icr = i82576_rd(hw, I82576_ICR);

	if (!icr || icr == U32_MAX)
		return IRQ_NONE;
	/* ICR tells of masked causes as well: on a shared pin, see whose. */
	if (!hw->pdev->msi_enabled && !(icr & ICR_INTA))
		return IRQ_NONE;
	i82576_other_causes(hw, icr);
	return fl_lane_irq(irq, lane);
}

/* The interval is in microseconds (datasheet 8.8.14). QEMU's model takes one
 * bit more of the register for it, and counts in 1.024 us: as it leaves the
 * lowest bit out, a unit is two of them.
 */
static u32 i82576_eitr(const struct i82576 *hw, u16 itr)
{
	if (hw->queue_filters)
		return FIELD_PREP(EITR_INTERVAL, itr);
	return FIELD_PREP(EITR_QEMU_INTERVAL, itr);
}

/**
 * i82576_set_itr() - tell the device a lane's moderation interval
 * @lane: lane
 * @itr: interval
 *
 * One that is running is not cut short.
 *
 * Context: process.
 *
 * Return: 0.
 */
int i82576_set_itr(struct fl_lane *lane, u16 itr)
{
	struct i82576 *hw = i82576_of(lane->fl);

	i82576_wr(hw, I82576_EITR(lane->idx),
		  i82576_eitr(hw, itr) | EITR_CNT_IGNR);
	return 0;
}

/**
 * i82576_irq_init() - allocate vectors; sets how many lanes there can be
 * @hw: port; its lanes exist after this
 *
 * Context: process, probe.
 *
 * Return: 0 or a negative error.
 */
int i82576_irq_init(struct i82576 *hw)
{
	struct pci_dev *pdev = hw->pdev;
	int i, n, err;

	n = pci_alloc_irq_vectors(pdev, 2, I82576_QUEUES + 1, PCI_IRQ_MSIX);
	hw->msix = n > 0;
	if (!hw->msix) {
		n = pci_alloc_irq_vectors(pdev, 1, 1,
					  PCI_IRQ_MSI | PCI_IRQ_INTX);
		if (n < 0)
			return dev_err_probe(&pdev->dev, n,
					     "no interrupt vector\n");
		dev_info(&pdev->dev, "no MSI-X: one lane on one %s vector\n",
			 pdev->msi_enabled ? "MSI" : "INTx");
	}
	hw->fl.caps.lanes_max = hw->msix ? n - 1 : 1;
	hw->fl.caps.itr_max = FIELD_MAX(EITR_INTERVAL);
	hw->fl.caps.itr_unit_ns = hw->queue_filters ? NSEC_PER_USEC :
						      I82576_QEMU_ITR_NS;

	err = fl_dev_init(&hw->fl);
	if (err)
		goto err_vectors;
	for (i = 0; i < hw->fl.caps.lanes_max; i++)
		hw->fl.lane[i].irq = pci_irq_vector(pdev, i);
	fl_home_spread(&hw->fl);
	if (hw->msix) {
		err = request_irq(pci_irq_vector(pdev, n - 1), i82576_other_irq,
				  0, pci_name(pdev), hw);
		if (err)
			goto err_dev;
	}
	return 0;

err_dev:
	fl_dev_cleanup(&hw->fl);
err_vectors:
	pci_free_irq_vectors(pdev);
	return err;
}

/**
 * i82576_irq_cleanup() - undo i82576_irq_init()
 * @hw: port; no lane holds its interrupt any more
 *
 * Context: process.
 */
void i82576_irq_cleanup(struct i82576 *hw)
{
	if (hw->msix)
		free_irq(pci_irq_vector(hw->pdev, hw->fl.caps.lanes_max), hw);
	cancel_work_sync(&hw->link_work);
	fl_dev_cleanup(&hw->fl);
	pci_free_irq_vectors(hw->pdev);
}

/**
 * i82576_irq_request() - request a lane's interrupt
 * @lane: lane
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error.
 */
int i82576_irq_request(struct fl_lane *lane)
{
	struct i82576 *hw = i82576_of(lane->fl);

	if (hw->msix)
		return fl_lane_request_irq(lane, fl_lane_irq, 0);
	return fl_lane_request_irq(lane, i82576_single_irq, IRQF_SHARED);
}

/**
 * i82576_irq_free() - undo i82576_irq_request()
 * @lane: lane
 *
 * Context: process, RTNL.
 */
void i82576_irq_free(struct fl_lane *lane)
{
	free_irq(lane->irq, lane);
}

/* Queues 0-7 have the lower half of IVAR 0-7, queues 8-15 the upper; in each
 * half first Rx, then Tx (datasheet 7.3.1.2, 8.8.13).
 */
static void i82576_write_ivar(struct i82576 *hw)
{
	u32 half = IVAR_VALID | IVAR_VALID << 8;
	int i;

	for (i = 0; i < 8; i++) {
		u32 val = 0;

		if (i < hw->fl.caps.lanes_max)
			val |= half | i | i << 8;
		if (i + 8 < hw->fl.caps.lanes_max)
			val |= (half | (i + 8) | (i + 8) << 8) << 16;
		i82576_wr(hw, I82576_IVAR(i), val);
	}
}

/**
 * i82576_irq_setup() - route causes to vectors and set moderation
 * @hw: port, just reset
 *
 * Context: process, RTNL. Leaves all interrupts masked.
 */
void i82576_irq_setup(struct i82576 *hw)
{
	int i;

	/* The mode first: EIAC does not take a value without it. NSICR makes
	 * reading ICR clear it whatever IMS says.
	 */
	i82576_wr(hw, I82576_GPIE, GPIE_NSICR |
		  (hw->msix ? GPIE_MULTIPLE_MSIX | GPIE_PBA_SUPPORT : 0));
	i82576_write_ivar(hw);
	for (i = 0; i < hw->fl.caps.lanes_max; i++)
		i82576_wr(hw, I82576_EITR(i),
			  i82576_eitr(hw, hw->fl.lane[i].itr));
	if (!hw->msix)
		return;
	i82576_wr(hw, I82576_IVAR_MISC,
		  (hw->fl.caps.lanes_max | IVAR_VALID) << 8);
	i82576_wr(hw, I82576_EIAC, i82576_vectors(hw));
	i82576_wr(hw, I82576_EITR(hw->fl.caps.lanes_max),
		  i82576_eitr(hw, I82576_ITR_OTHER));
}

/**
 * i82576_irq_enable() - unmask the port's interrupts
 * @hw: port
 *
 * Context: process, RTNL.
 */
void i82576_irq_enable(struct i82576 *hw)
{
	u32 ims = ICR_LSC | ICR_RXO | ICR_DRSTA;

	i82576_rd(hw, I82576_ICR);
	if (hw->msix)
		i82576_wr(hw, I82576_EIMS, i82576_vectors(hw));
	else
		ims |= ICR_LANE;
	i82576_wr(hw, I82576_IMS, ims);
	i82576_flush(hw);
}

/**
 * i82576_irq_disable() - mask the port's interrupts
 * @hw: port
 *
 * Context: process. No handler started by an earlier interrupt runs any more
 * when it returns.
 */
void i82576_irq_disable(struct i82576 *hw)
{
	i82576_irq_mask(hw);
	synchronize_irq(pci_irq_vector(hw->pdev, hw->msix ?
				       hw->fl.caps.lanes_max : 0));
}
