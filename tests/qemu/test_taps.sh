#!/bin/bash
# The ground of virtio: NICs on taps have queue pairs, offloads, RSS, hash report and
# packed rings, and carry jumbo frames.
#
# vm: kernel=debian cpus=2 nics=virtio:queues=4:rss=on,virtio:queues=4:hash=on:packed=on timeout=60 module=no
# vm: kernel=newest cpus=2 nics=virtio:queues=4:rss=on,virtio:queues=4:hash=on:packed=on timeout=90 module=no long=1

. "$FL_TOP/tests/qemu/lib.sh"

# has NIC BIT...: device and driver have agreed on these features
has() {
	local bits bit
	bits=$(cat "/sys/class/net/$(fl_dev "$1")/device/features")
	shift
	for bit; do
		[ "${bits:bit:1}" = 1 ] || return 1
	done
}

# arrivals: NIC 0's interrupts so far, queue by queue
arrivals() {
	awk -v name="$(basename "$(readlink "/sys/class/net/$dev/device")")-input." \
		'index($NF, name) { printf "%d ", $2 + $3 }' /proc/interrupts
}

# all_by QUEUE: where the table names one queue, all flows come by that
all_by() {
	local before after queue weights=(0 0 0 0) busy=
	weights[$1]=1
	must ethtool -X "$dev" weight "${weights[@]}"
	read -ra before <<<"$(arrivals)"
	check "TCP to queue $1" iperf3 -c 10.0.0.2 -t 1 -P 4 -R
	read -ra after <<<"$(arrivals)"
	for queue in 0 1 2 3; do
		[ $((after[queue] - before[queue])) -lt 10 ] || busy+=$queue
	done
	if [ "$busy" = "$1" ]; then
		ok "queue $1 gets all"
	else
		not_ok "queue $1 gets all" "interrupts before: ${before[*]}, after: ${after[*]}"
	fi
}

load_in_tree
dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
for nic in 0 1; do
	check "NIC $nic has four queue pairs" ethtool -L "$(fl_dev $nic)" combined 4
	check "NIC $nic has checksum offload both ways" has $nic 0 1
	check "NIC $nic sends and receives long TCP packets" has $nic 7 8 11 12
done
check "NIC 0 has RSS" has 0 60
check "NIC 1 has hash report" has 1 57
check "NIC 1 has packed rings" has 1 34

peer_up 0 1
serve 60 ip netns exec peer iperf3 -s
wait_until 10 peer_listens 5201
check "TCP" iperf3 -c fd00::2 -t 1 -P 4
all_by 2
all_by 1
stop_servers

# Not before: the host takes the TCP header that steers a frame longer than a page only
# from a driver that says how long the headers are, and the in-tree one does not.
must ip link set "$dev" mtu 9000
must in_peer ip link set "$peer_dev" mtu 9000
check "jumbo frames, IPv4" ping -qc3 -i0.1 -W3 -M "do" -s 8972 10.0.0.2
check "jumbo frames, IPv6" ping -qc3 -i0.1 -W3 -M "do" -s 8952 fd00::2

check "the monitor takes the link away" fl_host 'set_link n1 off'
check "carrier is lost" wait_until 10 in_peer sh -c "! grep -q 1 /sys/class/net/$peer_dev/carrier"
check "the monitor brings it back" fl_host 'set_link n1 on'
check "traffic is back" wait_until 10 ping -qc1 -W1 10.0.0.2
kernel_log_clean
finish
