#!/bin/bash
# A virtio port at work, towards the in-tree driver: what comes in large, and goes on; what
# the stack can believe of checksums; what is counted; steering; settings under traffic.
# (Other kinds of device: test_virtio_kinds.sh.)
#
# vm: kernel=debian cpus=4 nics=virtio:queues=4:rss=on:hash=on,virtio:queues=4:rss=on,virtio:queues=4:rss=on:hash=on:hub=2,virtio:queues=2:hub=2 timeout=150

. "$FL_TOP/tests/qemu/driver.sh"
. "$FL_TOP/tests/qemu/flows.sh"

wire=$FL_TOP/tests/qemu/tools/wire.py
# shellcheck disable=SC2119 # its argument is another driver for the peer
driver_up
own=$(cat "/sys/class/net/$dev/address")
is "the driver" "flowlane-virtio" "$(fl_driver 0)"
is "a lane for each CPU" 4 "$(lanes)"

# --- Large receive: the device's own, with nothing of GRO's

must ethtool -K "$dev" gro off
# The in-tree driver can, and by default does not.
must in_peer ethtool -K "$peer_dev" tx-udp-segmentation on
for kind in tcp4 tcp6 udp4 udp6; do
	check "$kind: large frames say how they are to be cut" "$wire" large "$dev" peer $kind
done
must ethtool -K "$dev" gro on

# --- Checksums that are wrong

check "wrong checksums that come in" "$wire" sums "$peer_dev" "$dev" peer -
check "wrong checksums that go out" "$wire" sums "$dev" "$peer_dev" - peer
if ethtool -K "$dev" rx off >/dev/null 2>&1; then
	check "wrong checksums, and the device is not asked" "$wire" sums "$peer_dev" "$dev" peer -
	must ethtool -K "$dev" rx on
else
	skip "wrong checksums, and the device is not asked" "it is always"
fi

known=$(csum_errors)

# --- What leaves: by the device, and by the stack

for offload in "tso on gso on" "tso off gso on" "tx off"; do
	# shellcheck disable=SC2086 # several words
	must ethtool -K "$dev" $offload
	try "$offload: TCP v4" tcp $peer4 "$(scale 3000000 300000)" both conns=2
	try "$offload: TCP v6" tcp $peer6 "$(scale 3000000 300000)" both
	try "$offload: UDP" udp $peer4 0,1,17,18,64,1471,1472,1473,65507
	try "$offload: segments of UDP, v4" udpgso $peer4 60000 1400
	try "$offload: segments of UDP, v6" udpgso $peer6 14001 1000
done
must ethtool -K "$dev" tx on sg on tso on gso on
gso_packets=$(counter tx_gso_packets)
try "segments again" udpgso $peer4 60000 1400
yes "by the device" "$(counter tx_gso_packets) > $gso_packets"
is "no wrong checksum was seen" "$known" "$(csum_errors)"

# --- Frames of the MTU's size are not copied

# calls FUNCTION...: how often each was called, since the probes were set
fl_probes=/sys/kernel/tracing/kprobe_events
if [ -e $fl_probes ]; then
	for function in napi_build_skb napi_alloc_skb; do
		echo "p:of_$function $function" >>$fl_probes
	done 2>/dev/null
fi
calls() { awk -v name="of_$1" '$1 == name { print $2 }' /sys/kernel/tracing/kprobe_profile 2>/dev/null; }
if [ -n "$(calls napi_build_skb)" ]; then
	echo 1 >/sys/kernel/tracing/events/kprobes/enable
	is "300 frames of full size" 300 "$(x probe "$peer_dev" "$dev" "$own" 300 len=1514)"
	echo 0 >/sys/kernel/tracing/events/kprobes/enable
	yes "are built from their buffers" "$(calls napi_build_skb) >= 300" "$(calls napi_build_skb)"
	yes "and not copied" "$(calls napi_alloc_skb) < 30" "$(calls napi_alloc_skb)"
	echo >$fl_probes
else
	skip "frames are built from their buffers" "this kernel does not let itself be asked"
fi

# --- Counters, against what the other end has counted

# moved: packets and bytes in and out, by the port, by its lanes, by its queues, and the peer's
moved() {
	local d=/sys/class/net/$dev/statistics p=/sys/class/net/$peer_dev/statistics kind
	for kind in rx tx; do
		echo "$kind-port $(cat "$d/${kind}_packets") $(cat "$d/${kind}_bytes")"
		ethtool -S "$dev" | awk -v kind=$kind '$1 ~ "^lane[0-9]+_" kind "_packets:" { n += $2 }
			$1 ~ "^lane[0-9]+_" kind "_bytes:" { b += $2 } END { print kind "-lanes", n, b }'
		x qstats "$dev" | jq -r ".[] | select(.[\"queue-type\"] == null) |
			\"$kind-queues \\(.[\"$kind-packets\"]) \\(.[\"$kind-bytes\"])\""
	done
	in_peer sh -c "echo tx-peer \$(cat $p/tx_packets $p/tx_bytes); echo rx-peer \$(cat $p/rx_packets $p/rx_bytes)"
}
# moved_at_rest: what moved says when nothing moves: a router solicitation of either end, between
# one counter and the next, would be in some of them only
moved_at_rest() {
	local said="" last i
	for ((i = 0; i < 20; i++)); do
		last=$said said=$(moved)
		[ "$said" != "$last" ] || break
		sleep 0.2
	done
	echo "$said"
}
must ethtool -K "$dev" tso off gso off
must in_peer ethtool -K "$peer_dev" tso off gso off
moved_before=$(moved_at_rest)
try "datagrams" udp $peer4 100,1000,1472,5000
try "a stream cut by the stack" tcp $peer4 500000 both
grown=$(paste -d' ' <(echo "$moved_before") <(moved_at_rest) | awk '{ print $1, $5 - $2, $6 - $3 }')
note "$grown"
of() { awk -v name="$1" '$1 == name { print $2, $3 }' <<<"$grown"; }
for kind in rx tx; do
	is "$kind: lanes have counted what the port has" "$(of $kind-port)" "$(of $kind-lanes)"
	is "$kind: so have queues" "$(of $kind-port)" "$(of $kind-queues)"
done
is "all that was sent has arrived there" "$(of tx-port)" "$(of rx-peer)"
is "all that was sent there has arrived" "$(of tx-peer)" "$(of rx-port)"
must ethtool -K "$dev" tso on gso on
must in_peer ethtool -K "$peer_dev" tso on gso on

# --- VLANs and large MTUs

vlan 100
try "a VLAN: TCP" tcp 10.1.100.2 "$(scale 2000000 200000)" both
try "a VLAN: UDP" udp 10.1.100.2 1,1472,5000
vlan 300 802.1Q v100
try "a VLAN on a VLAN" tcp 10.1.50.2 500000 both
p() { counts_as "$1" "$2" "$peer_dev" "$dev" "$own" 10 "${@:3}"; }
p "VLAN 77 without a device is kept out" 0 vid=77
p "VLAN 100 gets in" 10 vid=100
must ip link delete v300
must ip link delete v100
for mtu in 9000 65521; do
	must ip link set "$dev" mtu $mtu
	must in_peer ip link set "$peer_dev" mtu $mtu
	must wait_until 20 ping -qc1 -W1 $peer4
	try "MTU $mtu: TCP" tcp $peer4 "$(scale 5000000 500000)" both
	try "MTU $mtu: UDP" udp $peer6 64,8952,8953,20000,60000
	check "MTU $mtu: ping" ping -qc2 -i0.05 -W5 -M "do" -s $((mtu - 28)) $peer4
done
must ip link set "$dev" mtu 1500
must in_peer ip link set "$peer_dev" mtu 1500

# --- Where flows arrive

check "flows arrive where key and table say" "$FL_TOP/tests/qemu/tools/rss.py" "$dev" peer tcp udp
must ethtool -X "$dev" hkey "$(printf '6d:5a:%.0s' {1..20} | sed 's/:$//')" weight 0 3 0 1
check "also by another key and table" "$FL_TOP/tests/qemu/tools/rss.py" "$dev" peer tcp udp
must ethtool -X "$dev" default

flows_up
connect 1 0
pace "$(scale 2000 500)"
mode arfs
for ((cpu = 0; cpu < 4; cpu++)); do
	consume_on $cpu
	settle $((message * 300))
	measure $((message * 1000))
	yes "consumer on CPU $cpu: what it reads arrived there" "$home >= 90" "$home %, ${packets[*]}"
	yes "by the lanes' counters" "$(percent_of $cpu "${packets[@]}") >= 90" "${packets[*]}"
done
yes "the port has led the flow" "$(steer_counter added) > 0 && $(steer_counter moved) > 0" "$(steering)"
disconnect
must ethtool -K "$dev" ntuple off
is "the user's table has not changed" "$(for ((i = 0; i < 128; i++)); do echo $((i % 4)); done | xargs)" \
	"$(ethtool -x "$dev" | sed -n 's/^ \+[0-9]\+: *//p' | xargs)"

# --- Settings under traffic

must x hold stream $peer4
must x blast out $peer4 1400
goes_on() { try "$1: the connection goes on" progress stream; }
for size in 128 256; do
	check "rings of $size" ethtool -G "$dev" rx $size tx $size
	goes_on "rings of $size"
done
for n in 1 3 2 4; do
	check "$n lanes" ethtool -L "$dev" combined $n
	goes_on "$n lanes"
done
for ((i = 0; i < 8; i++)); do
	must ethtool -X "$dev" equal $((1 + i % 4))
done
must ethtool -X "$dev" default
goes_on "other tables"
features_before=$(features)
while read -r feature state; do
	other=$([ "$state" = on ] && echo off || echo on)
	ethtool -K "$dev" "$feature" "$other" >/dev/null 2>&1 || continue
	must ethtool -K "$dev" "$feature" "$state"
done <<<"$features_before"
goes_on "features off and on"
# One that goes off may take others along.
must ethtool -K "$dev" tx on sg on tso on gso on gro on
must ip link set "$dev" mtu 4000
must ip link set "$dev" mtu 1500
goes_on "another MTU and back"
for ((i = 0; i < 3; i++)); do
	must ip link set "$dev" down
	must ip link set "$dev" up
	address_again
	must wait_link "$dev"
done
goes_on "down and up"
must fl_host 'set_link n0 off'
check "no carrier" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
must fl_host 'set_link n0 on'
check "carrier" wait_link "$dev"
goes_on "the link goes and comes"
try "which was right to the last byte" release stream
try "the sender has come through" end out

# --- Rings change while they are full: more streams than lanes, with pages of the old
# rings still in the stack

serve 120 ip netns exec peer iperf3 -s
check "iperf3 listens" wait_until 10 peer_listens 5201
timeout 90 iperf3 -c $peer4 -P 8 -R -t 30 >/tmp/streams 2>&1 &
streams=$!
received() { cat "/sys/class/net/$dev/statistics/rx_packets"; }
# more_than COUNT: have so many packets come?
# shellcheck disable=SC2317 # called by wait_until
more_than() { [ "$(received)" -gt "$1" ]; }
begin=$(received)
check "many streams" wait_until 10 more_than $((begin + 1000))
for ((i = 0; i < 6; i++)); do
	must ethtool -G "$dev" rx $((i % 2 ? 256 : 128))
	must ethtool -L "$dev" combined $((1 + (i + 2) % 4))
	check "they go on in other rings, $i" wait_until 10 more_than $(($(received) + 500))
done
ended=0
wait $streams || ended=$?
is "all come to their end" 0 $ended
note "$(grep SUM /tmp/streams | tail -2)"
must ethtool -L "$dev" combined 4

# --- What comes in large goes on, bridged and routed: to NIC 3 by NIC 2, Flowlane's as well

fl_bind 2
out_dev=$(fl_dev 2) far_dev=$(fl_dev 3)
must ip netns add far
must ip link set "$far_dev" netns far
must ip netns exec far sh -c "ip link set lo up; ip link set $far_dev up
	ip address add 10.0.0.3/24 dev $far_dev; ip address add fd00::3/64 dev $far_dev nodad
	ip address add 10.9.0.3/24 dev $far_dev"
serve 200 ip netns exec far "$fl_tool" serve $fl_port_no
must ip link set "$out_dev" up
must wait_link "$out_dev"
# near COMMAND...: one command of flt.py in the peer, to the far end
# shellcheck disable=SC2317 # called by check
near() { FLT_PORT=$fl_port_no in_peer "$fl_tool" "$@"; }
must ip link add bridge type bridge
must ip link set "$dev" master bridge
must ip link set "$out_dev" master bridge
must ip link set bridge up
check "a way over the bridge" wait_until 20 in_peer ping -qc1 -W1 10.0.0.3
must wait_until 60 near rr 10.0.0.3 1
in_gso=$(counter tx_gso_packets "$out_dev")
check "bridged: TCP v4" near tcp 10.0.0.3 "$(scale 10000000 500000)" both
check "bridged: TCP v6" near tcp fd00::3 "$(scale 3000000 300000)" both
check "bridged: segments of UDP" near udpgso 10.0.0.3 60000 1400
yes "large as they came" "$(counter tx_gso_packets "$out_dev") > $in_gso"
must ethtool -K "$out_dev" tso off tx off
check "bridged, cut by the stack: TCP v4" near tcp 10.0.0.3 "$(scale 3000000 300000)" both
check "bridged, cut by the stack: segments of UDP" near udpgso fd00::3 60000 1400
must ethtool -K "$out_dev" tx on sg on tso on gso on
must ip link delete bridge
address_again
must ip address add 10.9.0.1/24 dev "$out_dev"
must sysctl -qw net.ipv4.ip_forward=1
must in_peer ip route add 10.9.0.0/24 via 10.0.0.1
must ip netns exec far ip route add 10.0.0.2/32 via 10.9.0.1
check "a way by the router" wait_until 20 in_peer ping -qc1 -W1 10.9.0.3
check "routed: TCP" near tcp 10.9.0.3 "$(scale 5000000 300000)" both conns=4
check "routed: segments of UDP" near udpgso 10.9.0.3 60000 1400

check "the port goes back to the in-tree driver" fl_bind 0 in-tree
is "which has it" virtio-pci "$(fl_driver 0)"
fl_bind 0
check "the module goes with ports in use" unload_flowlane
kernel_log_clean
finish
