#!/bin/bash
# What the port computes is right on the wire: checksums, segmentation, VLAN tags.  The
# peer verifies in software.  What the device would get wrong is left to the stack:
# tunnels, UDP segmentation.  Each feature is switched while traffic runs.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=240

. "$FL_TOP/tests/qemu/driver.sh"

driver_up
# The peer believes nothing that a device says.
must in_peer ethtool -K "$peer_dev" rx off tx off tso off gro off

gso_packets=$(counter tx_gso_packets) wire=$(counter tx_gso_wire_packets) csum=$(counter tx_csum)
try "TCP v4" tcp $peer4 5000000 both
yes "segmented by the device" "$(counter tx_gso_packets) > $gso_packets"
yes "into many packets" "$(counter tx_gso_wire_packets) - $wire > 3 * ($(counter tx_gso_packets) - $gso_packets)"
gso_packets=$(counter tx_gso_packets)
try "TCP v6" tcp $peer6 5000000 both
yes "segmented by the device, v6" "$(counter tx_gso_packets) > $gso_packets"
yes "checksums by the device" "$(counter tx_csum) > $csum"
must ethtool -K "$dev" tso off
gso_packets=$(counter tx_gso_packets)
try "TSO off: TCP" tcp $peer4 2000000 both
is "no segmentation by the device then" "$gso_packets" "$(counter tx_gso_packets)"
must ethtool -K "$dev" tso on

for mss in 88 536 1000 1440; do
	try "TCP with MSS $mss" tcp $peer4 500000 both mss=$mss
done
try "TCP v6 behind a destination options header" tcp $peer6 1000000 both dstopts=24
try "a long one" tcp $peer6 1000000 both dstopts=248
try "TCP v4 with IP options" tcp $peer4 1000000 both ipopts=40
try "UDP with segments cut by the stack, v4" udpgso $peer4 60000 1400
try "and v6" udpgso $peer6 60000 1400
try "with a short end" udpgso $peer4 14001 1000
try "of small segments" udpgso $peer4 6000 100
try "UDP" udp $peer4 0,1,2,64,1471,1472
try "UDP in fragments" udp $peer4 1473,2961,20000,65507
try "UDP v6 in fragments" udp $peer6 1453,2961,20000,60000
modprobe -q sctp && {
	stop_servers
	rm /tmp/talk.in /tmp/talk.out
	talk_start
	try "SCTP v4" sctp $peer4 1000000
	try "SCTP v6" sctp $peer6 1000000
}
is "the peer has seen no wrong checksum" 0 "$(csum_errors)"

# --- Every feature that can be switched

# switched FEATURE STATE: all kinds of traffic with a feature in the other state, and
# after it is back; switching one thing may switch what depends on it
switched() {
	local other=off name was
	[ "$2" = on ] || other=on
	# shellcheck disable=SC2086 # several words, or none
	ethtool -K "$dev" "$1" $other 2>&1
	x tcp "$peer4" 500000 both && x tcp "$peer6" 500000 both && x udp "$peer4" 1,1000,5000 || return
	ethtool -K "$dev" "$1" "$2" >/dev/null 2>&1
	while read -r name was; do
		ethtool -K "$dev" "$name" "$was" >/dev/null 2>&1
	done < <(diff <(echo "$before") <(features) | sed -n 's/^< //p')
	x progress stream
}
before=$(features)
must x hold stream $peer4
while read -r feature state; do
	check "$feature switched from $state and back" switched "$feature" "$state"
done <<<"$before"
try "which is intact" release stream
is "features are as they were" "$before" "$(features)"

must ethtool -K "$dev" sg off tx off rx off
try "all off: TCP" tcp $peer4 1000000 both
try "all off: UDP" udp $peer6 1,1000,20000
try "all off: UDP with segments" udpgso $peer4 14001 1000
must ethtool -K "$dev" sg on tx on rx on tso on gso on
is "the peer has seen no wrong checksum with any of them" 0 "$(csum_errors)"

# What is on or off while the port goes down stays so.
must ethtool -K "$dev" rx-vlan-filter off tso off
must ip link set "$dev" down
must ip link set "$dev" up
address_again
must wait_link "$dev"
is "features stay over down and up" "off off" \
	"$(features | awk '/^rx-vlan-filter/ { f = $2 } /^tx-tcp-segmentation/ { t = $2 } END { print f, t }')"
must ethtool -K "$dev" rx-vlan-filter on tso on

# --- VLAN

vlan 100
vlan 4094
for modes in "on on on" "on on off" "on off on" "off off on" "off on off"; do
	read -r strip insert filter <<<"$modes"
	ethtool -K "$dev" rx-vlan-hw-parse "$strip" >/dev/null
	ethtool -K "$dev" tx-vlan-hw-insert "$insert" rx-vlan-filter "$filter" >/dev/null
	name="VLAN, strip $strip, insert $insert, filter $filter"
	try "$name: TCP" tcp 10.1.100.2 500000 both
	try "$name: the last VLAN" tcp 10.1.94.2 100000 both
	try "$name: UDP" udp 10.1.100.2 1,1472,5000
	try "$name: untagged" tcp $peer4 100000 both
done
must ethtool -K "$dev" rx-vlan-hw-parse on tx-vlan-hw-insert on rx-vlan-filter on
gso_packets=$(counter tx_gso_packets)
try "TCP on a VLAN" tcp 10.1.100.2 2000000 out
yes "is segmented by the device" "$(counter tx_gso_packets) > $gso_packets"
vlan 300 802.1Q v100
try "a VLAN on a VLAN" tcp 10.1.50.2 500000 both
vlan 200 802.1ad
try "802.1ad" tcp 10.1.200.2 500000 both
vlan 301 802.1Q v200
try "802.1Q in 802.1ad" tcp 10.1.51.2 500000 both
try "UDP in fragments there" udp 10.1.51.2 1,1472,5000
is "no wrong checksum on any VLAN" 0 "$(csum_errors)"

# --- Tunnels: the inner packet is segmented and summed before the device sees it

# tunnel NAME NUMBER HERE THERE: two link specifications
tunnel() {
	local name=$1 net=$2
	shift 2
	# shellcheck disable=SC2086 # a type and its options
	if ! ip link add "t$net" type $1 2>/tmp/said; then
		skip "$name" "this kernel has none: $(cat /tmp/said)"
		return
	fi
	# shellcheck disable=SC2086
	must in_peer ip link add "t$net" type $2
	must ip address add "10.2.$net.1/24" dev "t$net"
	must in_peer ip address add "10.2.$net.2/24" dev "t$net"
	must ip address add "fd02:$net::1/64" dev "t$net" nodad
	must in_peer ip address add "fd02:$net::2/64" dev "t$net" nodad
	must ip link set "t$net" up
	must in_peer ip link set "t$net" up
	try "$name: TCP v4" tcp "10.2.$net.2" 1000000 both
	try "$name: TCP v6" tcp "fd02:$net::2" 1000000 both
	try "$name: UDP" udp "10.2.$net.2" 1,1400,5000
	try "$name: UDP with segments" udpgso "10.2.$net.2" 14001 1000
	must ip link delete "t$net"
	must in_peer ip link delete "t$net"
}
for module in vxlan geneve ip_gre ip6_gre ipip; do
	modprobe -q $module
done
tunnel VXLAN 1 "vxlan id 7 remote $peer4 local 10.0.0.1 dstport 4789" "vxlan id 7 remote 10.0.0.1 local $peer4 dstport 4789"
tunnel "VXLAN over v6" 2 "vxlan id 8 remote $peer6 local fd00::1 dstport 4789" "vxlan id 8 remote fd00::1 local $peer6 dstport 4789"
tunnel Geneve 3 "geneve id 7 remote $peer4" "geneve id 7 remote 10.0.0.1"
tunnel GRE 4 "gretap remote $peer4 local 10.0.0.1" "gretap remote 10.0.0.1 local $peer4"
tunnel "GRE over v6" 5 "ip6gretap remote $peer6 local fd00::1" "ip6gretap remote fd00::1 local $peer6"
is "no wrong checksum in any tunnel" 0 "$(csum_errors)"

kernel_log_clean
finish
