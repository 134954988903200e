#!/bin/bash
# A device that cannot have MSI-X: one lane on a shared pin.  (On one MSI vector:
# test_faults.sh, for only a kernel that can fail allocations lets MSI-X fail alone.)
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=180

. "$FL_TOP/tests/qemu/driver.sh"

# mode NAME KIND: what has to hold with one vector
mode() {
	is "$1: one lane" 1 "$(lanes)"
	is "$1: no more to be had" 1 "$(ethtool -l "$dev" | awk '/^Combined:/ { print $2; exit }')"
	check "$1: the kind of interrupt" grep -qE "$2.*$dev-lane-0" /proc/interrupts
	check "$1: the log says so" grep -q "one lane on one $1 vector" <<<"$(log_since_mark)"
	try "$1: TCP v4" tcp $peer4 "$(scale 5000000 500000)" both
	try "$1: TCP v6" tcp $peer6 1000000 both conns=4
	try "$1: UDP" udp $peer4 1,1472,20000
	must fl_host 'set_link n0 off'
	check "$1: carrier goes" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
	must fl_host 'set_link n0 on'
	check "$1: carrier comes" wait_link "$dev"
	must ip link set "$dev" down
	must ip link set "$dev" up
	address_again
	must wait_link "$dev"
	must ethtool -G "$dev" rx 1024
	try "$1: TCP after down and up" tcp $peer4 1000000 both
	check "$1: ping" ping -qc3 -i0.05 -W3 $peer6
}

again() {
	log_mark
	fl_bind 0
	dev=$(fl_dev 0)
	address_again
	must ip link set "$dev" up
	check "link" wait_link "$dev"
}

driver_up
pci=$(fl_pci 0)

# The kernel lets a user forbid message-signalled interrupts of a device.
fl_unbind 0
echo 0 >"/sys/bus/pci/devices/$pci/msi_bus"
again
mode INTx IO-APIC
echo 1 >"/sys/bus/pci/devices/$pci/msi_bus"

fl_unbind 0
again
yes "MSI-X again: more lanes" "$(lanes) > 1"
try "MSI-X again: TCP" tcp $peer4 1000000 both

kernel_log_clean
finish
