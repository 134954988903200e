#!/bin/bash
# On the debug kernel, with a silent log and no leak: traffic, a port's life, and no
# memory.  Whatever allocation fails, the port keeps what it had, or fails cleanly and
# works at the next try; one that has run out of buffers recovers by itself; without
# memory for MSI-X vectors it runs on one.
#
# FL_STEP is the step from one failing allocation to the next, beyond the first 20;
# FL_LOOPS the rounds of down and up and of module out and in.
#
# vm: kernel=debug cpus=2 nics=igb,igb timeout=500 append=dma_debug=off long=1

. "$FL_TOP/tests/qemu/driver.sh"

faults=/sys/kernel/debug
if [ ! -e $faults/failslab ] || [ ! -e $faults/fail_page_alloc ]; then
	skip "failing allocations" "this kernel cannot inject them"
	finish
fi
for what in failslab fail_page_alloc; do
	echo N >"$faults/$what/ignore-gfp-wait"
	echo 0 >"$faults/$what/verbose"
	echo -1 >"$faults/$what/times"
done
echo N >$faults/fail_page_alloc/ignore-gfp-highmem
echo 0 >$faults/fail_page_alloc/min-order

# What fails below these functions only: the driver's own
driver_only() {
	local what=$1 start end
	start=$(cat /sys/module/flowlane/sections/.text)
	end=$(printf '0x%x' $((start + 0x40000)))
	echo 32 >"$faults/$what/stacktrace-depth"
	echo "$start" >"$faults/$what/require-start"
	echo "$end" >"$faults/$what/require-end"
}
# range FUNCTION: the addresses of one of the kernel's
range() {
	awk -v name="$1" 'found { print "0x" $1; exit } $3 == name { print "0x" $1; found = 1 }' /proc/kallsyms
}
# never_below FUNCTION: no allocation that it makes fails
never_below() {
	local what start end
	read -rd '' start end < <(range "$1")
	for what in failslab fail_page_alloc; do
		echo 32 >"$faults/$what/stacktrace-depth"
		echo "$start" >"$faults/$what/reject-start"
		echo "$end" >"$faults/$what/reject-end"
	done
}
fail_percent() { echo "$2" >"$faults/$1/probability"; }
# When this has no memory at once, 6.12 sleeps with softirqs off.  (And the kernel's check
# of DMA mappings would give up for good: that is for the other tests, dma_debug=off here.)
never_below page_pool_dma_map

step=${FL_STEP:-97} loops=${FL_LOOPS:-3}
sweep() { check "$1" "$FL_TOP/tests/qemu/tools/fault.py" "$2" "$3" "$step"; }

driver_up
try "TCP" tcp $peer4 2000000 both
try "TCP v6, several connections" tcp $peer6 100000 both conns=6
try "UDP" udp $peer4 0,1,64,1472,1473,20000,65507
own=$(cat "/sys/class/net/$dev/address")
must in_peer ip link set "$peer_dev" mtu 9216
must wait_until 20 ping -qc1 -W1 $peer4
for length in 1515 1518 1526 1537 2049 9000; do
	# With MTU 1500 they are to be dropped, and not to overrun a buffer.
	check "frames of $length bytes" x probe "$peer_dev" "$dev" "$own" 10 len=$length
done
must in_peer ip link set "$peer_dev" mtu 1500
must wait_until 20 ping -qc1 -W1 $peer4
must x hold stream $peer4
must x watch counters "$dev"
must ethtool -L "$dev" combined 2
must ethtool -G "$dev" rx 128 tx 128
export FLT_CHECK=$peer4

carrier=$(link_changes)
sweep "no memory for new rings" rings "$dev"
must ethtool -G "$dev" rx 128 tx 128
sweep "no memory for new lanes" lanes "$dev"
must ethtool -L "$dev" combined 2
sweep "no memory for new MTU" mtu "$dev"
must ip link set "$dev" mtu 1500
is "the link never went" "$carrier" "$(link_changes)"
is "no reset" 0 "$(counter resets)"
sweep "no memory for ethtool -t" diag "$dev"
try "a connection lives through it" progress stream
try "and saw nothing wrong" release stream
export FLT_CHECK=
sweep "no memory to go up" up "$dev"
must ip link set "$dev" up
address_again
must wait_link "$dev"
try "up: traffic" tcp $peer4 200000 both

# --- The hot path

for what in failslab fail_page_alloc; do
	driver_only $what
done
fail_percent fail_page_alloc 50
try "half of all page allocations fail: TCP" tcp $peer4 500000 both
fail_percent fail_page_alloc 0
fail_percent failslab 30
try "a third of all small allocations fail: TCP" tcp $peer4 500000 both
fail_percent failslab 0

# A socket that nobody reads holds the buffers, until a lane has none left.
failed=$(counter rx_alloc_fail)
fail_percent fail_page_alloc 100
must x hoard full 10.0.0.1 2000
yes "no buffer left: failures are counted" "$(counter rx_alloc_fail) > $failed"
fail_percent fail_page_alloc 0
try "once there is memory, all lanes go on" tcp $peer4 100000 both conns=8
must x end full

try "no counter ever fell" end counters

# --- Down and up, probe, out and in

up_again() {
	port_back
	wait_link "$dev"
}
must x blast out $peer4 1400
for ((i = 0; i < loops; i++)); do
	must ip link set "$dev" down
	must up_again
done
try "down and up under traffic" tcp $peer4 200000 both
pci=$(fl_pci 0)
fl_unbind 0
# The kernel's ACPI interpreter, which enables the device, does not bear this itself.
never_below pci_enable_device_flags
sweep "no memory for probe" bind "$pci"
must up_again
is "probe: nothing of those that failed is left in devlink" "pci/$pci" "$(devlink dev show)"
try "probe: traffic" tcp $peer4 200000 both
for ((i = 0; i < loops; i++)); do
	must rmmod flowlane
	must insmod "$FL_MODULE"
	must wait_until 20 fl_dev 0
	must up_again
done
try "out and in under traffic" tcp $peer4 200000 both
try "the sender has come through" end out

# --- One vector

fl_unbind 0
read -rd '' start end < <(range __pci_enable_msix_range)
echo "$start" >$faults/failslab/require-start
echo "$end" >$faults/failslab/require-end
log_mark
fail_percent failslab 100
echo "$pci" >/sys/bus/pci/drivers_probe
fail_percent failslab 0
must up_again
one_vector MSI 'PCI-MSI-'
fl_unbind 0
fl_bind 0
must up_again
yes "MSI-X again: more lanes" "$(lanes) > 1"

# Two faults of 6.12's own: its MSI-X code unmaps what it could not map, and page_pool
# wonders at a page that comes home just while its pool is taken down (netmem_clear_pp_magic).
kernel_log_clean "the kernel's log is clean" 'WARNING: .* at (iounmap|page_pool_return_page)[+]'
finish
