#!/bin/bash
# What a virtio port can be told, and what it says of itself: offloads of receive, link,
# announcements, address, filters, MTU, receive hashing; on devices that have all of it,
# and on some that do not. All of it is kept.
#
# vm: kernel=debian cpus=2 nics=virtio:queues=2:rss=on:speed=2500:duplex=full,virtio:queues=2,virtio:queues=2:hash=on:mrg_rxbuf=off:indirect_desc=off:ctrl_mac_addr=off:ctrl_guest_offloads=off:host_mtu=9000,virtio:queues=2:ctrl_vq=off:status=off:host_mtu=1400,virtio:queues=2:rss=on:hash=on:host_mtu=3000:speed=77 timeout=200

. "$FL_TOP/tests/qemu/driver.sh"

# feature NAME on|off [DEVICE]: as it is now
feature() { is "${3:-$dev}: $1" "$2" "$(ethtool -k "${3:-$dev}" | awk -v f="$1:" '$1 == f { sub(/^[^:]*: /, ""); print }')"; }

stat() { cat "/sys/class/net/$dev/statistics/$1"; }

# long_frames: bytes a packet, as the peer sends a stream
long_frames() {
	local bytes packets
	bytes=$(stat rx_bytes) packets=$(stat rx_packets)
	must iperf3 -c $peer4 -R -n "$(scale 20M 2M)"
	echo $((($(stat rx_bytes) - bytes) / ($(stat rx_packets) - packets)))
}

# hears COMMAND...: gratuitous ARP of ours that the peer hears within two seconds
hears() {
	in_peer timeout 2 tcpdump -lni "$peer_dev" 'arp[14:4] = 0x0a000001 and arp[24:4] = 0x0a000001' \
		>/tmp/arp 2>/tmp/arp.log &
	wait_until 10 grep -q listening /tmp/arp.log
	"$@" >/dev/null
	wait $! || true
	grep -c 'ARP' /tmp/arp || true
}

p() { counts_as "$1" "$2" "$peer_dev" "$dev" "$3" 10 "${@:4}"; }

again() {
	must wait_link "$dev"
	address_again
}

down_up() {
	must ip link set "$dev" down
	must ip link set "$dev" up
	again
}

more_resets() { [ "$(counter resets)" -gt "$1" ]; }

reset_port() {
	local was
	was=$(counter resets)
	must devlink health test "pci/$(fl_pci 0)" reporter tx
	must wait_until 10 more_resets "$was"
	again
}

load_flowlane
for nic in 0 2 3 4; do
	fl_bind $nic flowlane-virtio
done
dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
peer_up 0 1
serve 150 ip netns exec peer iperf3 -s
talk_start
must wait_until 10 peer_listens 5201
must ethtool -L "$dev" combined 2
try "TCP" tcp $peer4 200000 both

# --- Receive offloads

feature rx-checksumming on
feature rx-gro-hw on
yes "long frames come whole" "$(long_frames) > 3000"
must x hold stream $peer4
for onoff in off on off on off; do
	must ethtool -K "$dev" rx-gro-hw $onoff
	try "under traffic: rx-gro-hw $onoff" progress stream
done
must x release stream
yes "rx-gro-hw off: no long frames" "$(long_frames) <= 1514"
down_up
yes "nor after down and up" "$(long_frames) <= 1514"
must ethtool -K "$dev" rx-gro-hw on
must ethtool -K "$dev" rx off
feature rx-gro-hw "off [requested on]"
verified=$(counter rx_csum_unnecessary)
try "rx off: traffic" tcp $peer4 200000 both
is "rx off: the device verifies nothing" "$verified" "$(counter rx_csum_unnecessary)"
reset_port
feature rx-checksumming off
try "rx off: traffic after a reset" tcp $peer4 200000 both
is "nor after a reset" "$verified" "$(counter rx_csum_unnecessary)"
must ethtool -K "$dev" rx on
feature rx-gro-hw on
yes "rx on: long frames again" "$(long_frames) > 3000"

# --- Link, and what is said of it

is "speed and duplex" "2500Mb/s Full" "$(ethtool "$dev" | awk '/Speed|Duplex/ { printf "%s%s", s, $2; s = " " }')"
must ethtool -s "$dev" speed 10000 duplex full
is "as a user has it" 10000 "$(cat "/sys/class/net/$dev/speed")"
must fl_host 'set_link n0 off'
check "the link goes" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
must fl_host 'set_link n0 on'
check "the link comes" wait_link "$dev"
down_up
is "the speed is still the user's" 10000 "$(cat "/sys/class/net/$dev/speed")"
# One more for each that is acknowledged
yes "announcements" "$(hears fl_host 'announce_self') >= 2"
for option in -r -a -d -e; do
	refuse "ethtool $option" ethtool $option "$dev"
done
refuse "ethtool -t" ethtool -t "$dev"
refuse "ethtool -p" timeout 2 ethtool -p "$dev" 1
check "software timestamps" grep -q 'software-transmit' <<<"$(ethtool -T "$dev")"

# --- Addresses and VLANs

own=$(cat "/sys/class/net/$dev/address")
stranger=02:00:00:00:12:34
p "its own address" 10 "$own"
p "a stranger's" 0 $stranger
must ip link set "$dev" promisc on
p "promiscuous" 10 $stranger
must ip link set "$dev" promisc off
p "not any more" 0 $stranger
must ip link set "$dev" address 02:00:00:00:00:77
p "a new address" 10 02:00:00:00:00:77
p "not the old one" 0 "$own"
p "a group nobody joined" 0 $fl_group
must ip maddress add $fl_group dev "$dev"
p "a group" 10 $fl_group
must ip link set "$dev" allmulticast on
p "all groups" 10 01:00:5e:04:05:06
must ip link set "$dev" allmulticast off
must ip link add link "$dev" name v5 type vlan id 5
must ip link set v5 up
p "a VLAN" 10 02:00:00:00:00:77 vid=5
p "another VLAN" 0 02:00:00:00:00:77 vid=6
for again_by in down_up reset_port; do
	$again_by
	p "$again_by: address" 10 02:00:00:00:00:77
	p "$again_by: not the old one" 0 "$own"
	p "$again_by: group" 10 $fl_group
	p "$again_by: no other group" 0 01:00:5e:04:05:06
	p "$again_by: VLAN" 10 02:00:00:00:00:77 vid=5
	p "$again_by: another VLAN" 0 02:00:00:00:00:77 vid=6
	p "$again_by: a stranger" 0 $stranger
done
must ip link delete v5
p "a VLAN that is gone" 0 02:00:00:00:00:77 vid=5
must ip link set "$dev" address "$own"
for ((i = 1; i <= 100; i++)); do
	printf 'link add link %s name mv%d address 02:00:00:00:01:%02x up type macvlan\n' "$dev" $i $i
done | must ip -batch -
p "the first of 100 addresses" 10 02:00:00:00:01:01
p "the last of them" 10 02:00:00:00:01:64
for ((i = 1; i <= 100; i++)); do echo "link delete mv$i"; done | must ip -batch -
p "a stranger when they are gone" 0 $stranger

# --- Receive hashing

settings_now() {
	ethtool -x "$dev" | sed 1d
	for type in tcp4 tcp6 udp4 udp6; do ethtool -n "$dev" rx-flow-hash $type; done
}
for type in tcp4 tcp6 udp4 udp6; do
	is "$type by ports from the start" 4 "$(ethtool -n "$dev" rx-flow-hash $type | grep -cE '^(IP|L4)')"
done
must ethtool -X "$dev" equal 1
must ethtool -N "$dev" rx-flow-hash udp4 sd
must ethtool -N "$dev" rx-flow-hash tcp6 sd
is "UDP over IPv4 not" 2 "$(ethtool -n "$dev" rx-flow-hash udp4 | grep -cE '^(IP|L4)')"
is "TCP over IPv6 not" 2 "$(ethtool -n "$dev" rx-flow-hash tcp6 | grep -cE '^(IP|L4)')"
settings_keep
before=$(counter lane1_rx_packets)
down_up
reset_port
keeps "down, up and a reset"
try "TCP on one lane" tcp $peer4 500000 both conns=8
is "and only that" "$before" "$(counter lane1_rx_packets)"
check "SCTP by ports is refused" grep -q Cannot <<<"$(ethtool -N "$dev" rx-flow-hash sctp4 sdfn 2>&1)"
keeps "that, too"
must ethtool -X "$dev" default
try "on all of them" tcp $peer4 500000 both conns=8
yes "where it is on the other, too" "$(counter lane1_rx_packets) > $before"
feature receive-hashing "off [fixed]"
feature ntuple-filters "off [fixed]"

# --- Devices that lack some of it

hash=$(fl_dev 2) plain=$(fl_dev 3) both=$(fl_dev 4)
feature receive-hashing on "$hash"
feature ntuple-filters "off [fixed]" "$hash"
feature rx-gro-hw "off [fixed]" "$hash"
feature rx-checksumming "on [fixed]" "$hash"
must ip link set "$hash" up
check "hash alone: a key" grep -q 'hash key' <<<"$(ethtool -x "$hash")"
refuse "but no table" ethtool -X "$hash" equal 1
must ethtool -N "$hash" rx-flow-hash udp4 sd
is "and fields" 2 "$(ethtool -n "$hash" rx-flow-hash udp4 | grep -cE '^(IP|L4)')"
is "the device's MTU is not agreed on where one buffer has to take it" 1500 \
	"$(cat "/sys/class/net/$hash/mtu")"
check "what it does take" ip link set "$hash" mtu 3498
refuse_with "and no more" "maximum" ip link set "$hash" mtu 3499
check "a new address, as one of several" ip link set "$hash" address 02:00:00:00:00:78
counts_as "its frames come" 10 "$peer_dev" "$hash" 02:00:00:00:00:78 10

must ip link set "$plain" up
check "no status: the link is up" wait_link "$plain"
is "one lane without commands" 1 "$(ethtool -l "$plain" | awk '/^Combined:/ { print $2; exit }')"
refuse "no receive hashing" ethtool -x "$plain"
refuse_with "no other address" "" ip link set "$plain" address 02:00:00:00:00:79
is "the device's MTU" 1400 "$(cat "/sys/class/net/$plain/mtu")"
refuse "no larger one" ip link set "$plain" mtu 1401
feature rx-vlan-filter "off [fixed]" "$plain"

feature ntuple-filters on "$both"
feature receive-hashing on "$both"
check "a speed is shown" grep -q 'Speed: 77Mb/s' <<<"$(ethtool "$both")"

kernel_log_clean
unload_flowlane
finish
