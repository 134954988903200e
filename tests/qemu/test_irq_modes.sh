#!/bin/bash
# A device that cannot have MSI-X: one lane on a shared pin.  (On one MSI vector:
# test_faults.sh, for only a kernel that can fail allocations lets MSI-X fail alone.)
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=180

. "$FL_TOP/tests/qemu/driver.sh"

again() {
	log_mark
	fl_bind 0
	port_back
	check "link" wait_link "$dev"
}

driver_up
pci=$(fl_pci 0)

# The kernel lets a user forbid message-signalled interrupts of a device.
fl_unbind 0
echo 0 >"/sys/bus/pci/devices/$pci/msi_bus"
again
one_vector INTx IO-APIC
echo 1 >"/sys/bus/pci/devices/$pci/msi_bus"

fl_unbind 0
again
yes "MSI-X again: more lanes" "$(lanes) > 1"
try "MSI-X again: TCP" tcp $peer4 1000000 both

kernel_log_clean
finish
