#!/bin/bash
# Traffic of all kinds through a port is intact, spread over lanes and CPUs, towards the
# in-tree driver and with Flowlane on both ends.
#
# vm: kernel=debian cpus=4 nics=igb,igb timeout=150

. "$FL_TOP/tests/qemu/driver.sh"

datagrams=0,1,17,18,22,23,64,100,511,512,1000,1459,1460,1471,1472,1473,2000,2960,2961,4000,8192,16000,32767,40000,65507

driver_up

check "ethtool -i names the driver" grep -qx "driver: $(fl_driver 0)" <<<"$(ethtool -i "$dev")"
check "and its version" grep -qx "version: $(modinfo -F version "$FL_MODULE")" <<<"$(ethtool -i "$dev")"
check "and the bus" grep -qx "bus-info: $(fl_pci 0)" <<<"$(ethtool -i "$dev")"
on_virtio || check "the link has speed and duplex" sh -c "ethtool $dev | grep -A1 'Speed: 1000Mb/s' | grep -q 'Duplex: Full'"

for size in 0 56 1472 1473 8000 65000; do
	check "ping $size v4" ping -qc2 -i0.05 -W5 -s $size $peer4
	check "ping $size v6" ping -qc2 -i0.05 -W5 -s $size $peer6
done

bytes=$(scale 200000000 8000000)
try "TCP v4 out, $bytes bytes" tcp $peer4 "$bytes" out
try "TCP v6 in, $bytes bytes" tcp $peer6 "$bytes" in
try "TCP v4 in" tcp $peer4 $((bytes / 10)) in
try "TCP v6 out" tcp $peer6 $((bytes / 10)) out
try "TCP both ways at once" tcp $peer4 $((bytes / 10)) both
try "TCP with a small MSS" tcp $peer4 $((bytes / 100)) both mss=100
try "UDP v4" udp $peer4 $datagrams
try "UDP v6" udp $peer6 ${datagrams//65507/65487}
try "small rounds" rr $peer4 "$(scale 1000 100)"
if modprobe -q sctp; then
	stop_servers
	rm /tmp/talk.in /tmp/talk.out
	talk_start
	try "SCTP v4" sctp $peer4 $((bytes / 100))
	try "SCTP v6" sctp $peer6 $((bytes / 100))
else
	skip "SCTP" "this kernel has none"
fi

# --- Lanes

n=$(lanes)
is "a lane for each CPU" "$(nproc)" "$n"
declare -A rx
for ((i = 0; i < n; i++)); do
	rx[$i]=$(counter "lane${i}_rx_packets")
done
try "40 connections at once" tcp $peer4 100000 both conns=40
for ((i = 0; i < n; i++)); do
	yes "lane $i received some of them" "$(counter lane${i}_rx_packets) > ${rx[$i]}"
done

cpus_seen=
for ((i = 0; i < n; i++)); do
	irq=$(lane_irq $i)
	cpu=$(irq_cpu "$irq")
	yes "lane $i has an interrupt, and it has come" \
		"$(awk -v irq="$irq:" -v column=$((cpu + 2)) '$1 == irq { print $column }' /proc/interrupts) > 0"
	cpus_seen+="$cpu "
done
is "each on a CPU of its own" "$n" "$(tr ' ' '\n' <<<"$cpus_seen" | grep . | sort -u | wc -l)"
for ((cpu = 0; cpu < $(nproc); cpu++)); do
	lane=
	for ((i = 0; i < n; i++)); do
		mask=$((16#$(tr -d , <"/sys/class/net/$dev/queues/tx-$i/xps_cpus")))
		[ $((mask >> cpu & 1)) -eq 0 ] || lane+=$i
	done
	before=$(counter "lane${lane}_tx_packets")
	must x udpcpu $peer4 $cpu 200
	check "CPU $cpu transmits on lane $lane" wait_until 10 \
		eval "[ \$(counter lane${lane}_tx_packets) -ge $((before + 200)) ]"
	is "CPU $cpu takes lane $lane's interrupt" $cpu "$(irq_cpu "$(lane_irq "$lane")")"
done

# --- Counters agree with each other

yes "the port's counters are the lanes' sums" \
	"$(ethtool -S "$dev" | awk '/lane[0-9]*_tx_packets/ { n += $2 } END { print n }') <= $(cat "/sys/class/net/$dev/statistics/tx_packets")"
# A frame that arrives large is counted as it arrives.
! on_virtio || must ethtool -K "$dev" tso off gso off
# What the far end's ring had no room for was sent twice.
sent_again() { nstat -asz TcpRetransSegs | awk '/TcpRetransSegs/ { print $2 * 1514 }'; }
sent=$(cat "/sys/class/net/$dev/statistics/tx_bytes") again=$(sent_again)
there=$(in_peer cat "/sys/class/net/$peer_dev/statistics/rx_bytes")
try "a large transfer" tcp $peer4 $((bytes / 10)) out
again=$(($(sent_again) - again))
sent=$(($(cat "/sys/class/net/$dev/statistics/tx_bytes") - sent))
there=$(($(in_peer cat "/sys/class/net/$peer_dev/statistics/rx_bytes") - there))
yes "both ends count the bytes alike: $sent $there, up to $again twice" \
	"100 * ($sent - $there - $again) < 3 * $sent && 100 * ($there - $sent) < 3 * $sent"
is "no wrong checksum was seen" 0 "$(csum_errors)"
is "no receive errors" 0 "$(cat "/sys/class/net/$dev/statistics/rx_errors")"

# --- Flowlane on both ends

fl_bind 1
peer_dev=$(fl_dev 1)
peer_up 0 1
is "Flowlane has both ends" "$(fl_driver 0)" "$(fl_driver 1)"
check "ping" ping -qc2 -i0.05 -W5 -s 20000 $peer4
try "TCP v4, Flowlane on both ends" tcp $peer4 $((bytes / 4)) both
try "TCP v6, Flowlane on both ends" tcp $peer6 $((bytes / 10)) both conns=4
try "UDP, Flowlane on both ends" udp $peer6 64,1472,1473,40000
is "no wrong checksum was seen there" 0 "$(csum_errors)"

kernel_log_clean
finish
