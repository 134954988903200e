#!/bin/bash
# A port through its life under traffic: down and up, module out and in, unbind and bind,
# MTU, lanes and rings changed, link lost, device reset, in error and lost.  No counter
# ever falls, connections survive what the link survives.
#
# FL_LOOPS says how often the port goes down and up, and the module out and in.  Before a
# release that is to be 100 times on the debug kernel (45 minutes):
#
#   tests/qemu/vm --kernel debug --nic igb --nic igb --timeout 14400 --env FL_LOOPS=100 \
#     --append pcie_ports=native --env FL_MODULE=$(scripts/build-module debug) \
#     -- tests/qemu/test_lifecycle.sh
#
# Without power management of links (ASPM) a kernel leaves error recovery and hotplug to
# the platform, unless it is told.
#
# vm: kernel=debian cpus=4 nics=igb,igb timeout=240
# vm: kernel=debug cpus=2 nics=igb,igb timeout=600 append=pcie_ports=native long=1

. "$FL_TOP/tests/qemu/driver.sh"

rounds=$(scale 3 2)
loops=${FL_LOOPS:-$rounds}

traffic_on() {
	must x blast out $peer4 1400
	must x blast small $peer6 60
}

traffic_off() {
	try "$1: the senders have come through" end out
	try "$1: and the small one" end small
}

works() { try "$1: traffic" tcp $peer4 "$(scale 2000000 200000)" both; }

driver_up
must x watch counters "$dev"

# --- Reconfiguration: the link stays, connections live

must x hold four $peer4
must x hold six $peer6
carrier=$(link_changes)
most=$(ethtool -l "$dev" | awk '/^Combined:/ { print $2; exit }')

# sent_again: segments that either end of a connection has sent more than once
sent_again() {
	{ nstat -asz TcpRetransSegs; in_peer nstat -asz TcpRetransSegs; } |
		awk '/TcpRetransSegs/ { n += $2 } END { print n }'
}

# lives_through NAME FUNCTION: rounds of changes, after each of which both connections
# have to move on; says what they lost
lives_through() {
	local i output before
	before=$(sent_again)
	for ((i = 0; i < rounds; i++)); do
		output=$($2 2>&1 && x progress four && x progress six) || {
			not_ok "$1" "round $i: $output"
			return
		}
	done
	ok "$1"
	note "$(($(sent_again) - before)) segments were sent again"
}
new_lanes() {
	local n
	for n in 1 "$most" 2 3 "$(nproc)"; do
		ethtool -L "$dev" combined "$n" || return
	done
}
new_rings() {
	ethtool -G "$dev" rx 128 tx 128 && ethtool -G "$dev" rx 4096 &&
		ethtool -G "$dev" tx 4096 && ethtool -G "$dev" rx 512 tx 512
}
new_mtus() {
	local mtu
	for mtu in 1280 9000 1500; do
		ip link set "$dev" mtu "$mtu" || return
	done
}
lives_through "-L, $rounds rounds under traffic" new_lanes
is "lanes as asked for" "$(nproc)" "$(lanes)"
lives_through "-G, $rounds rounds under traffic" new_rings
lives_through "MTU, $rounds rounds under traffic" new_mtus
is "the link never went" "$carrier" "$(link_changes)"
is "and there was no reset" 0 "$(counter resets)"
refuse "a ring of 64 slots" ethtool -G "$dev" rx 64
refuse "a ring of 8192 slots" ethtool -G "$dev" tx 8192
refuse "no lane" ethtool -L "$dev" combined 0
refuse "more lanes than there are" ethtool -L "$dev" combined $((most + 1))
refuse "lanes of Rx only" ethtool -L "$dev" rx 1
try "v4 saw nothing wrong" release four
try "v6 saw nothing wrong" release six

# --- Down and up

must x hold four $peer4
traffic_on
for ((i = 0; i < loops; i++)); do
	must ip link set "$dev" down
	must ip link set "$dev" up
	[ $((i % 3)) -ne 0 ] || wait_link "$dev"
done
address_again
check "the link comes back" wait_link "$dev"
traffic_off "down and up"
works "down and up"
try "a connection lives through it" progress four 120
try "and saw nothing wrong" release four

# Changes while it is down come into force.
must ip link set "$dev" down
must ethtool -L "$dev" combined 1
must ethtool -G "$dev" rx 256 tx 1024
must ip link set "$dev" mtu 4000
must ip link set "$dev" up
address_again
must wait_link "$dev"
is "lanes set while down" 1 "$(lanes)"
is "rings set while down" "256 1024" "$(ethtool -g "$dev" | awk '/^RX:/ { r = $2 } /^TX:/ { t = $2 } END { print r, t }')"
works "one lane"
must ethtool -L "$dev" combined "$(nproc)"
must ip link set "$dev" mtu 1500
try "no counter ever fell" end counters

# --- The link

must x watch counters "$dev"
log_mark
carrier=$(link_changes)
must fl_host 'set_link n0 off'
check "carrier goes with the link" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
check "the log says so" wait_until 5 sh -c "dmesg | tail -n 20 | grep -q '$dev: link down'"
is "ethtool says so" "Link detected: no" "$(ethtool "$dev" | grep -o 'Link detected: no')"
must fl_host 'set_link n0 on'
check "carrier is back" wait_link "$dev"
is "two changes" $((carrier + 2)) "$(link_changes)"
works "link back"
check "the link comes up after ethtool -r" sh -c "ethtool -r $dev && sleep 0.1"
check "as it was" wait_link "$dev"
works "negotiated again"
try "no counter ever fell here" end counters

# --- Unbind and bind, module out and in

traffic_on
for ((i = 0; i < loops; i++)); do
	fl_unbind 0
	fl_bind 0
	port_back
	[ $((i % 3)) -ne 0 ] || wait_link "$dev"
done
check "the link comes up after bind" wait_link "$dev"
traffic_off "unbind and bind"
works "unbind and bind"

traffic_on
for ((i = 0; i < loops; i++)); do
	must rmmod flowlane
	must insmod "$FL_MODULE"
	must wait_until 10 fl_dev 0
	port_back
	[ $((i % 3)) -ne 0 ] || wait_link "$dev"
done
check "the link comes up after insmod" wait_link "$dev"
traffic_off "rmmod and insmod"
works "rmmod and insmod"
check "the other driver gets the port back" fl_bind 0 igb
port_back
must wait_link "$dev"
works "under the in-tree driver"
fl_bind 0
port_back
must wait_link "$dev"

# --- The device fails

# recovers NAME: after something bad
recovers() {
	check "$1: the link comes back" wait_until 30 has_link "$dev"
	try "$1: a connection lives through it" progress stream 90
	works "$1"
}
must x hold stream $peer4
for error in COMP_ABORT DLP; do
	log_mark
	must fl_host "pcie_aer_inject_error r0 $error"
	check "PCIe error $error: recovery" wait_until 20 eval 'log_since_mark | grep -q "device recovery successful"'
	recovers "PCIe error $error"
done
must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
recovers "a function level reset by the user"
try "the connection saw nothing wrong" release stream

# --- The device goes

traffic_on
check "a device that is unplugged goes" fl_unplug 0
check "and comes back" fl_plug 0 igb
wait_until 10 fl_driver 0
fl_bind 0
port_back
check "with its link" wait_link "$dev"
traffic_off "unplugged and plugged"
works "unplugged and plugged"

# 6.12's own pciehp takes its reset_lock and pci_rescan_remove_lock in either order.  Only a
# report of that is forgiven, not one of another lock that is taken while it holds these.
kernel_log_clean "the kernel's log is clean" 'trying to acquire lock:\n[^\n]*&ctrl->reset_lock'
finish
