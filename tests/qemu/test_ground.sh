#!/bin/bash
# The ground itself: two in-tree NICs on a hub carry traffic, the peer and the monitor
# work, and trouble in the kernel's log is seen.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=120 module=no
# vm: kernel=debug cpus=2 nics=igb,igb timeout=240 module=no long=1
# vm: kernel=newest cpus=2 nics=igb,igb timeout=240 module=no long=1

. "$FL_TOP/tests/qemu/lib.sh"

load_in_tree
check "NIC 0 is an igb's" test "$(fl_driver 0)" = igb
check "the NICs have the runner's addresses" \
	grep -qx 52:54:00:f1:00:01 "/sys/class/net/$(fl_dev 1)/address"
dev=$(fl_dev 0)
peer_up 0 1
check "IPv4 ping" ping -qc3 -i0.2 -W3 10.0.0.2
check "IPv6 ping" ping -qc3 -i0.2 -W3 fd00::2

serve 60 ip netns exec peer iperf3 -s
wait_until 10 peer_listens 5201
check "TCP" iperf3 -c 10.0.0.2 -t 2
check "TCP, reverse" iperf3 -c fd00::2 -t 2 -R
stop_servers
refuse "a server that was stopped" peer_listens 5201

check "the monitor takes the link away" fl_host 'set_link n0 off'
check "carrier is lost" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
check "the monitor brings it back" fl_host 'set_link n0 on'
check "carrier is back" wait_link "$dev"
refuse "a wrong monitor command" fl_host 'no_such_command'
check "the monitor replies" grep -q 'n1' <<<"$(fl_host 'info network')"

echo data >"$FL_OUT/file"
check "the share takes files" grep -q data "$FL_OUT/file"
refuse "the host's own files stay as they are" touch "/run/flowlane/host$FL_TOP/written"

kernel_log_clean
# A check that cannot fail is worthless: say something terrible, see it found.
echo "WARNING: CPU: 0 PID: 1 at nothing: this is a test" >/dev/kmsg
refuse "trouble in the log is seen" kernel_log_clean
log_mark
refuse "a mark alone does not forgive" kernel_log_clean
log_forgive
kernel_log_clean "what was is forgiven"
finish
