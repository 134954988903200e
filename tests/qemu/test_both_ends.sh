#!/bin/bash
# Flowlane on both ends of the wire: large files whole, datagrams of all sizes, each offload
# switched off and on at either end under traffic.
#
# vm: kernel=debian cpus=4 mem=3072 nics=igb,igb timeout=180 long=1
# vm: kernel=debug cpus=2 nics=igb,igb timeout=240 long=1

. "$FL_TOP/tests/qemu/driver.sh"

driver_up flowlane
is "the peer's driver" flowlane "$(in_peer ethtool -i "$peer_dev" | awk '/^driver:/ { print $2 }')"

# --- A large file, each way

size=$(scale 200000000 10000000)
head -c "$size" /dev/urandom >/tmp/sent
sum=$(sha256sum </tmp/sent)

# whole NAME SENDER RECEIVER PORT FAMILY ADDRESS: SENDER and RECEIVER run commands at their ends
whole() {
	local receiver
	"$3" timeout 150 socat -u "$5-LISTEN:$4,reuseaddr" CREATE:/tmp/got &
	receiver=$!
	wait_until 20 "$3" sh -c "ss -Hltn 'sport = :$4' | grep -q ."
	"$2" timeout 150 socat -u OPEN:/tmp/sent "$5:$6:$4"
	wait "$receiver"
	is "$1: $size bytes" "$sum" "$(sha256sum </tmp/got)"
	rm -f /tmp/got
}
here() { "$@"; }
whole "IPv4 out" here in_peer 9000 TCP4 $peer4
whole "IPv6 in" in_peer here 9001 TCP6 "[fd00::1]"
rm /tmp/sent

# --- Datagrams: around what the wire pads, what a buffer and a page hold, what is fragmented

sizes=0,1,17,18,19,26,63,64,65,128,511,512,1024,1471,1472,1473,2047,2048,4096,8192,16384,32768,65507
try "UDP over IPv4: $sizes" udp $peer4 $sizes
try "UDP over IPv6" udp $peer6 0,1,5,6,7,64,512,1451,1452,1453,2048,4096,16384,65487

# --- Offloads

must x hold stream $peer4
must x blast out $peer4 1400
for feature in rx tx sg tso gso gro rxhash rxvlan txvlan rx-vlan-filter; do
	for state in off on; do
		check "$feature $state here" ethtool -K "$dev" $feature $state
		check "$feature $state there" in_peer ethtool -K "$peer_dev" $feature $state
	done
	try "$feature: the connection goes on" progress stream
done
try "it saw nothing wrong" release stream
try "the sender has come through" end out

# --- Jumbo frames

must ip link set "$dev" mtu 9000
must in_peer ip link set "$peer_dev" mtu 9000
must wait_until 20 ping -qc1 -W1 $peer4
try "MTU 9000: TCP" tcp $peer4 "$(scale 30000000 1000000)" both conns=4
try "MTU 9000: UDP" udp $peer4 64,8972,8973,20000,65507

kernel_log_clean
finish
