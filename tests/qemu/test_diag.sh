#!/bin/bash
# ethtool -t, the tests that the driver has for its device: up and down, beside traffic,
# without link, interrupted, of a device that does not answer or goes.  The port is as
# before, and comes back.  (On one vector: one_vector in driver.sh; without memory:
# test_faults.sh.)
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=180 long=1
# vm: kernel=debug cpus=2 nics=igb,igb timeout=400 append=pcie_ports=native long=1

. "$FL_TOP/tests/qemu/driver.sh"

unlinked="FAIL 67 0 0 0 0 0 0"

driver_up
pci=$(fl_pci 0)

# All that could be lost
must ip link add link "$dev" name v77 type vlan id 77
must ip link set v77 up
must ip link set "$dev" address 52:54:00:aa:bb:cc
must ip address add 10.7.7.1/24 dev "$dev"
must ip maddress add $fl_group dev "$dev"
must ethtool -L "$dev" combined 2
must ethtool -G "$dev" rx 256 tx 128
must ethtool -C "$dev" adaptive-rx off rx-usecs 50
must ethtool -Q "$dev" queue_mask 2 --coalesce adaptive-rx on
must ethtool -X "$dev" weight 3 1
must ethtool -K "$dev" tso off rxhash off
must ethtool -s "$dev" advertise 0x20
# The new address takes another one of IPv6 with it.
must ip link set "$dev" down
port_back
must wait_until 20 ping -qc1 -W1 $peer4
settings_now() { every_setting; }
settings_keep

traffic() { check "$1: link" wait_link "$dev" && try "$1: traffic" tcp $peer4 200000 both; }

# --- Up, beside traffic

note "$(ethtool -t "$dev" online)"
is "online" "$diag_good" "$(diag online)"
must x watch counters "$dev"
must x hold stream $peer4
must x blast out $peer4 1400
changes=$(link_changes)
is "online, under traffic" "$diag_good" "$(diag online)"
try "goes on" progress stream
is "and the link never went" "$changes" "$(link_changes)"
begin=$(date +%s%N)
is "offline, under traffic" "$diag_good" "$(diag offline)"
note "it took $((($(date +%s%N) - begin) / 1000000)) ms"
check "the link comes back" wait_link "$dev" 5
is "once gone, once back" $((changes + 2)) "$(link_changes)"
keeps "offline"
try "a connection lives through it" progress stream
diag offline >/tmp/second &
first=$(diag offline)
wait $!
is "two at a time" "$diag_good, $diag_good" "$first, $(cat /tmp/second)"
keeps "two at a time"
traffic "two at a time"
check "VLAN 77 comes in" x probe "$peer_dev" "$dev" 52:54:00:aa:bb:cc 10 vid=77
try "the connection saw nothing wrong" release stream
try "the sender has come through" end out
is "no reset is counted" 0 "$(counter resets)"

# --- Without link

must fl_host 'set_link n0 off'
must wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
is "online without link" "$unlinked" "$(diag online)"
is "offline without link" "$unlinked" "$(diag offline)"
is "there is no carrier" 0 "$(cat "/sys/class/net/$dev/carrier")"
begin=$(date +%s)
timeout -s INT 1 ethtool -t "$dev" online >/dev/null
yes "a signal ends the wait" "$(date +%s) - begin <= $(scale 2 4)"
must fl_host 'set_link n0 on'
traffic "with link again"
keeps "with link again"
try "no counter ever fell" end counters

# --- Down

must ip link set "$dev" down
is "online, down" "$diag_good" "$(diag online)"
is "offline, down" "$diag_good" "$(diag offline)"
is "it is down" "" "$(ip -o link show "$dev" | grep -o '[<,]UP')"
is "and holds no interrupt" "" "$(lane_irq 0)"
port_back
traffic "up again"
keeps "up again"

# --- A device that does not answer: QEMU has all reads give 0

# decode 0|2: whether the function answers to memory accesses
decode() {
	/usr/bin/python3 - "$pci" "$1" <<-'END'
		import sys
		with open(f"/sys/bus/pci/devices/{sys.argv[1]}/config", "r+b", 0) as config:
		    config.seek(4)
		    command = config.read(1)[0]
		    config.seek(4)
		    config.write(bytes([command & ~2 | int(sys.argv[2])]))
	END
}
for mode in online offline; do
	must decode 0
	begin=$(date +%s)
	is "$mode, no answer: no link" "FAIL 67" "$(diag $mode | cut -d' ' -f1,2)"
	yes "$mode, no answer: bounded" "$(date +%s) - begin <= $(scale 8 16)"
	must decode 2
done
is "what does not come back is closed" "" "$(ip -o link show "$dev" | grep -o '[<,]UP')"
must decode 0
is "offline, down, no answer" "FAIL 110 110 0 5 110 110 110" "$(diag offline)"
must decode 2
port_back
traffic "answers again"
keeps "answers again"

# --- The driver and the device go

# tests_on: one test after the other in the background, until there is no port
tests_on() {
	local end=$((SECONDS + 60))
	while [ -e "/sys/class/net/$dev" ] && [ "$SECONDS" -lt "$end" ]; do
		ethtool -t "$dev" offline >/dev/null 2>&1
	done
}
tests_on &
must sleep 0.5
check "rmmod" rmmod flowlane
wait $!
must insmod "$FL_MODULE"
must wait_until 20 fl_dev 0
port_back
traffic "module out and in"
tests_on &
check "unplugged" fl_unplug 0
wait $!
check "plugged" fl_plug 0 igb
wait_until 10 fl_driver 0
fl_bind 0
port_back
traffic "unplugged and plugged"
is "passes" "$diag_good" "$(diag offline)"

kernel_log_clean "the kernel's log is clean" 'trying to acquire lock:\n[^\n]*&ctrl->reset_lock'
finish
