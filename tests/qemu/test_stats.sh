#!/bin/bash
# What the MAC counts, in the standard groups of ethtool: frames by size, octets, kinds.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=120

. "$FL_TOP/tests/qemu/driver.sh"

driver_up
own=$(cat "/sys/class/net/$dev/address") peer=$(in_peer cat "/sys/class/net/$peer_dev/address")

# group NAME: its counters, a name and a number a line
group() {
	ethtool -S "$dev" --groups "$1" | sed -n "s/^$1-//p; s/^\([rt]x-rmon-etherStatsPkts[0-9a-zA-Z]*\): /\1 /p" |
		sed 's/: / /'
}
value() { group "$1" | awk -v name="$2" '$1 == name { print $2; found = 1 } END { exit !found }'; }
# grows NAME GROUP COUNTER AT-LEAST AT-MOST PROBE...
grows() {
	local name=$1 what=$2 counter=$3 least=$4 most=$5 before got
	shift 5
	before=$(value "$what" "$counter") || bail "there is no $counter in $what: $(ethtool -S "$dev" --groups "$what")"
	must x probe "$@"
	got=$(($(value "$what" "$counter") - before))
	yes "$name" "$got >= $least && $got <= $most" "$counter grew by $got"
}

note "$(ethtool -S "$dev" --groups eth-mac eth-phy eth-ctrl rmon | head -60)"

# Sizes on the wire, with four bytes of FCS, around the limits of the histogram.  QEMU's
# model leaves the FCS out when it receives: what it counts there is not shown.
while read -r bucket least most; do
	for size in "$least" "$most"; do
		grows "sent, $size bytes" rmon "tx-rmon-etherStatsPkts$bucket" 40 50 \
			"$dev" "$peer_dev" "$peer" 40 "len=$((size - 4))" back=1
	done
done <<-END
	65to127Octets 65 127
	128to255Octets 128 255
	256to511Octets 256 511
	512to1023Octets 512 1023
	1024to9242Octets 1024 1518
END

refuse "no control frames, on this model" value eth-ctrl MACControlFramesReceived
refuse "no histogram of what is received, on this model" value rmon rx-rmon-etherStatsPkts65to127Octets

# --- Kinds and octets

mac() { grows "$1" eth-mac "$2" "$3" "$4" "${@:5}"; }
mac "frames received" FramesReceivedOK 100 120 "$peer_dev" "$dev" "$own" 100
mac "frames sent" FramesTransmittedOK 100 120 "$dev" "$peer_dev" "$peer" 100 back=1
mac "octets received, with headers and FCS" OctetsReceivedOK 101800 105000 "$peer_dev" "$dev" "$own" 100 len=1014
mac "octets sent" OctetsTransmittedOK 101800 105000 "$dev" "$peer_dev" "$peer" 100 len=1014 back=1
mac "broadcasts received" BroadcastFramesReceivedOK 41 45 "$peer_dev" "$dev" ff:ff:ff:ff:ff:ff 40
mac "broadcasts sent" BroadcastFramesXmittedOK 41 45 "$dev" "$peer_dev" ff:ff:ff:ff:ff:ff 40 back=1
mac "multicasts received" MulticastFramesReceivedOK 40 50 "$peer_dev" "$dev" 33:33:00:00:00:01 40
mac "multicasts sent" MulticastFramesXmittedOK 40 50 "$dev" "$peer_dev" 33:33:00:00:00:01 40 back=1
is "no damaged frame" 0 "$(value eth-mac FrameCheckSequenceErrors)"

# --- They stay

before=$(group eth-mac; group rmon)
none_falls() {
	is "$1: none has fallen" "" \
		"$(paste -d' ' <(echo "$before") <(group eth-mac; group rmon) | awk '$4 < $2')"
}
must ip link set "$dev" down
must ip link set "$dev" up
port_back
must wait_link "$dev"
none_falls "down and up"
must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
port_back
none_falls "a reset"
must ip link set "$dev" down
check "readable while down" value eth-mac FramesReceivedOK

kernel_log_clean
finish
