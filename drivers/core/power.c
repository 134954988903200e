// SPDX-License-Identifier: GPL-2.0
/*
 * A port whose PCI function loses its state: suspend, shutdown, reset, errors. Backends
 * put these into their pci_driver, with &fl_dev as the first member of their drvdata.
 */
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/rtnetlink.h>

#include <flowlane/dev.h>

static int fl_pci_suspend(struct device *dev)
{
	struct fl_dev *fl = dev_get_drvdata(dev);

	rtnl_lock();
	fl_suspend_locked(fl);
	if (fl->ops->hold)
		fl->ops->hold(fl);
	rtnl_unlock();
	return 0;
}

static int fl_pci_resume(struct device *dev)
{
	struct fl_dev *fl = dev_get_drvdata(dev);
	int err;

	pci_save_state(to_pci_dev(dev));	/* for a slot reset: it was used up */
	rtnl_lock();
	err = fl_resume_locked(fl);
	if (fl->ops->release)
		fl->ops->release(fl);
	rtnl_unlock();
	return err;
}

DEFINE_SIMPLE_DEV_PM_OPS(fl_pci_pm_ops, fl_pci_suspend, fl_pci_resume);

/**
 * fl_pci_shutdown() - as pci_driver.shutdown: no DMA after it
 * @pdev: a port's function
 *
 * Context: process.
 */
void fl_pci_shutdown(struct pci_dev *pdev)
{
	fl_pci_suspend(&pdev->dev);
	pci_disable_device(pdev);
}

static pci_ers_result_t fl_pci_error_detected(struct pci_dev *pdev,
					      pci_channel_state_t state)
{
	fl_pci_suspend(&pdev->dev);
	if (state == pci_channel_io_perm_failure)
		return PCI_ERS_RESULT_DISCONNECT;
	pci_clear_master(pdev);
	return PCI_ERS_RESULT_NEED_RESET;
}

/* What it goes back to was saved in probe. */
static pci_ers_result_t fl_pci_slot_reset(struct pci_dev *pdev)
{
	pci_restore_state(pdev);
	pci_save_state(pdev);
	pci_set_master(pdev);
	return PCI_ERS_RESULT_RECOVERED;
}

static void fl_pci_error_resume(struct pci_dev *pdev)
{
	if (fl_pci_resume(&pdev->dev))
		dev_err(&pdev->dev, "port does not come back after a reset\n");
}

/* Someone resets the function, through sysfs for instance. */
static void fl_pci_reset_prepare(struct pci_dev *pdev)
{
	fl_pci_suspend(&pdev->dev);
}

const struct pci_error_handlers fl_pci_err_handlers = {
	.reset_prepare = fl_pci_reset_prepare,
	.reset_done = fl_pci_error_resume,
	.error_detected = fl_pci_error_detected,
	.slot_reset = fl_pci_slot_reset,
	.resume = fl_pci_error_resume,
};
