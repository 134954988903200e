#!/bin/bash
# Kinds of virtio device: each does all that it can under Flowlane, says what it cannot, and
# goes back to the in-tree driver; and no other device moves.
#
# vm: kernel=debian cpus=2 nics=virtio:queues=2,virtio:hub=9,virtio:hub=9,virtio:queues=4:rss=on,virtio:queues=2:rss=on:hash=on:packed=on,virtio:queues=1:event_idx=off:indirect_desc=off,virtio:queues=2:mrg_rxbuf=off,virtio:queues=2:disable-legacy=off timeout=120
# vm: kernel=debian cpus=2 nics=virtio:queues=2,virtio:hub=9,virtio:hub=9,virtio:queues=4:hash=on,virtio:queues=4,virtio:queues=2:csum=off:guest_csum=off,virtio:queues=2:rx_queue_size=1024:host_mtu=2000,virtio:queues=1:ctrl_vq=off:ctrl_rx=off:ctrl_vlan=off:ctrl_mac_addr=off:ctrl_rx_extra=off:guest_announce=off:ctrl_guest_offloads=off timeout=120 long=1
# vm: kernel=debian cpus=2 nics=virtio:queues=2,virtio:hub=9,virtio:hub=9:packed=on:event_idx=off,virtio:queues=2:packed=on:mrg_rxbuf=off,virtio:queues=2:guest_tso4=off:guest_tso6=off:host_tso4=off:host_tso6=off,virtio:queues=2:mrg_rxbuf=off:guest_tso4=off:guest_tso6=off:guest_ecn=off:guest_uso4=off:guest_uso6=off,virtio:queues=2:mrg_rxbuf=off:indirect_desc=off,virtio:queues=2:iommu_platform=on,virtio:queues=2:in_order=on,virtio:queues=2:queue_reset=off,virtio:queues=2:status=off,virtio:queues=1:rx_queue_size=1024:packed=on:event_idx=off,virtio:queues=2:speed=25000:duplex=full timeout=150 long=1

. "$FL_TOP/tests/qemu/driver.sh"

wire=$FL_TOP/tests/qemu/tools/wire.py

# NIC 0 is the other end of all that are on taps, NIC 1 of all that are on the hub.
peers=()

# drivers: of each PCI function, and of each virtio device
drivers() {
	local path
	for path in /sys/bus/{pci,virtio}/devices/*; do
		echo "${path##*/} $(basename "$(readlink "$path/driver")" 2>/dev/null)"
	done
}

load_in_tree
before=$(drivers)
load_flowlane
is "loading the module moves no device" "$before" "$(drivers)"

ip netns add peer
for nic in 0 1; do
	peer_dev=$(fl_dev $nic)
	peers+=("$peer_dev")
	must ip link set "$peer_dev" netns peer
	must in_peer ip address add "10.$nic.0.2/24" dev "$peer_dev"
done
must in_peer ip link set lo up
talk_start

# agreed BIT: the in-tree driver and the device that NIC $nic is have agreed on it
agreed() { [ "${bits:$1:1}" = 1 ]; }
# fixed NAME: the port never has that feature
fixed() { ethtool -k "$dev" | grep -q "^\s*$1: off \[fixed\]"; }
# like can|cannot NAME...: the port has these features, or has not
like() {
	local name can=$1
	shift
	for name; do
		if [ "$can" = can ]; then
			refuse "$kind: has $name" fixed "$name"
		else
			check "$kind: has no $name" fixed "$name"
		fi
	done
}
can() { if agreed "$1"; then echo can; else echo cannot; fi; }

# rings: rx and tx, the most and now
rings() { ethtool -g "$dev" | awk '/^(RX|TX):/ { printf "%s ", $2 }'; }

# entries: of the table of receive hashing
entries() { ethtool -x "$dev" 2>/dev/null | sed -n 's/^ \+[0-9]\+:\( *[0-9]*\)/\1/p' | wc -w; }

# traffic NAME NET: of all kinds; NET is 0 on a tap
traffic() {
	try "$kind: $1: TCP v4" tcp "10.$2.0.2" "$(scale 1000000 200000)" both conns=2
	try "$kind: $1: TCP v6" tcp "fd0$2::2" "$(scale 500000 100000)" both
	try "$kind: $1: UDP" udp "10.$2.0.2" 0,1,64,1472,1473,20000
	try "$kind: $1: segments of UDP" udpgso "10.$2.0.2" 14001 1400
}

# addresses NET: of the port that is tried now, and of its other end: not before, for a hub
# waits for all who listen
addresses() {
	must ip address replace "10.$1.0.1/24" dev "$dev"
	must ip address replace "fd0$1::1/64" dev "$dev" nodad
	must ip link set "$dev" up
	wait_link "$dev" || bail "$dev has no link"
	must in_peer ip link set "${peers[$1]}" up
	must in_peer ip address replace "fd0$1::2/64" dev "${peers[$1]}" nodad
}

for ((nic = 2; nic < FL_NICS; nic++)); do
	bits=$(cat "/sys/class/net/$(fl_dev $nic)/device/features")
	others=$(drivers | grep -vw "$(fl_pci $nic)\|$(basename "$(readlink "/sys/class/net/$(fl_dev $nic)/device")")")
	fl_bind $nic
	dev=$(fl_dev $nic)
	net=$((nic == 2))
	kind="NIC $nic"
	is "$kind: no other device moves" "$others" "$(drivers | grep -vw "$(fl_pci $nic)")"
	note "$kind: agreed on $(for ((b = 0; b < 64; b++)); do agreed $b && echo -n "$b "; done); rings $(rings); lanes $(ethtool -l "$dev" | awk '/^Combined:/ { printf "%s ", $2 }')"
	like "$(can 0)" tx-checksum-ip-generic
	# What cannot sum cannot cut, whatever the device says.
	if agreed 0; then
		like "$(can 11)" tx-tcp-segmentation
		like "$(can 12)" tx-tcp6-segmentation
		like "$(can 56)" tx-udp-segmentation
	else
		like cannot tx-tcp-segmentation tx-tcp6-segmentation tx-udp-segmentation
	fi
	[ "$(can 19)" = can ] || like cannot rx-vlan-filter
	if agreed 60; then
		is "$kind: has a table" 128 "$(entries)"
	else
		is "$kind: has no table" 0 "$(entries)"
		like cannot ntuple-filters
	fi
	like "$(can 57)" receive-hashing
	if ! agreed 22 && ! agreed 60; then
		is "$kind: one lane" 1 "$(lanes)"
	fi
	addresses $net
	traffic "at first" $net
	must ethtool -G "$dev" rx 128 tx 128
	is "$kind: rings as asked" "128 128 " "$(rings | cut -d' ' -f3-)"
	must ip link set "$dev" mtu 1900
	must in_peer ip link set "${peers[net]}" mtu 1900
	try "$kind: other rings and MTU: TCP" tcp "10.$net.0.2" 500000 both
	try "$kind: other rings and MTU: UDP" udp "10.$net.0.2" 1472,1473,1872,1873
	# Long frames come in pieces; without that, in tables; without those, not at all.
	if ! agreed 15 && agreed 28; then
		must ip link set "$dev" mtu 9000
		must in_peer ip link set "${peers[net]}" mtu 9000
		try "$kind: jumbo frames: TCP" tcp "10.$net.0.2" "$(scale 3000000 500000)" both
		try "$kind: jumbo frames: UDP" udp "10.$net.0.2" 1500,3498,3499,8972,8973,30000
	elif ! agreed 15; then
		refuse "$kind: no jumbo frames" ip link set "$dev" mtu 3499
		like cannot rx-gro-hw
	fi
	must ip link set "$dev" mtu 1500
	must in_peer ip link set "${peers[net]}" mtu 1500
	if ! agreed 15 && agreed 28 && agreed 7 && agreed 8; then
		like can rx-gro-hw
		must ethtool -K "$dev" gro off
		for version in 4 6; do
			check "$kind: large frames, v$version" "$wire" large "$dev" peer tcp$version
		done
		must ethtool -K "$dev" gro on
	fi
	if agreed 3; then
		most=$(ip -d link show dev "$dev" | grep -o 'maxmtu [0-9]*')
		is "$kind: the largest MTU is the device's" "maxmtu 2000" "$most"
		refuse "$kind: none beyond" ip link set "$dev" mtu 2001
		is "$kind: each direction has rings as large as the device's" \
			"1024 256" "$(rings | cut -d' ' -f-2)"
	fi
	must ip link set "$dev" down
	must ip link set "$dev" up
	addresses $net
	if [ "$(lanes)" -gt 1 ]; then
		check "$kind: one lane" ethtool -L "$dev" combined 1
		try "$kind: one lane: TCP" tcp "10.$net.0.2" 200000 both
		check "$kind: two" ethtool -L "$dev" combined 2
	fi
	try "$kind: at last" tcp "fd0$net::2" 200000 both
	must in_peer ip link set "${peers[net]}" down
	fl_bind $nic in-tree
	dev=$(fl_dev $nic)
	is "$kind: the in-tree driver has it back, and all it had" "$bits" "$(cat "/sys/class/net/$dev/device/features")"
	must ip link set "$dev" down
done
is "no wrong checksum was seen" 0 "$(csum_errors)"
# A virtio device that comes back has another number.
numberless() { sed 's/virtio[0-9]*//' | sort; }
is "all is where it was" "$(echo "$before" | numberless)" "$(drivers | numberless)"
check "the module goes" unload_flowlane
kernel_log_clean
finish
