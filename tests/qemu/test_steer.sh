#!/bin/bash
# Flows arrive on the lane of the CPU that consumes them, and follow it: asked of the
# sockets (tools/bench/flows.c), of the lanes' counters and of /proc/interrupts, against
# the kernel's RFS on the same port.  And nothing of them stays behind.
#
# vm: kernel=debian cpus=4 nics=igb,igb timeout=180
# vm: kernel=newest cpus=4 nics=igb,igb timeout=400 long=1

. "$FL_TOP/tests/qemu/driver.sh"
. "$FL_TOP/tests/qemu/flows.sh"

driver_up
flows_up
n=$(nproc)
all_cpus=$(seq -s, 0 $((n - 1)))
slower=$(scale 1 4)

# visit MODE: the consumer of one flow goes to each CPU; the sums of hand-overs
visit() {
	rps_sum=0 ipi_sum=0 calls_sum=0
	mode "$1"
	for ((cpu = 0; cpu < n; cpu++)); do
		consume_on $cpu
		settle $((message * 300))
		measure $((message * 1000))
		rps_sum=$((rps_sum + rps)) ipi_sum=$((ipi_sum + ipi)) calls_sum=$((calls_sum + calls))
		note "$1, consumer on CPU $cpu: $home % at home; by CPU: packets ${packets[*]}," \
			"interrupts ${irqs[*]}; received_rps $rps, IPIs $ipi, calls $calls"
		[ "$1" = arfs ] || continue
		yes "consumer on CPU $cpu: what it reads arrived there" "$home >= 95" "$home %"
		yes "by the lanes' counters" "$(percent_of $cpu "${packets[@]}") >= 95" "${packets[*]}"
		yes "by /proc/interrupts" "$(percent_of $cpu "${irqs[@]}") >= 80" "${irqs[*]}"
	done
}

# --- One flow, and its consumer on each CPU in turn

connect 1 0
pace $((2000 / slower))
visit rfs
rfs_rps=$rps_sum rfs_ipi=$ipi_sum rfs_calls=$calls_sum
visit arfs
yes "RFS hands over" "$rfs_rps > 50" "$rfs_rps"
yes "hand-overs fall by 95 %" "$rps_sum * 20 <= $rfs_rps" "$rps_sum, with RFS $rfs_rps"
if [ -e $fl_calls/hist ]; then
	yes "so do the interrupts for them" "$rfs_ipi > 50 && $ipi_sum * 20 <= $rfs_ipi" "$ipi_sum, with RFS $rfs_ipi"
fi
# Here are also those that have nothing to do with packets, some 50 to 100 a visit.
yes "CPUs interrupt each other less" "$calls_sum * 2 <= $rfs_calls" "$calls_sum, with RFS $rfs_calls"
yes "the port has led the flow" "$(steer_counter added) > 0 && $(steer_counter moved) > 0" "$(steering)"

# --- A move makes it send nothing again

# moves STEP: eight times a CPU further by so much
moves() {
	for ((i = 0; i < 8; i++)); do
		consume_on $((i * $1 % n))
		settle $((message * 500))
	done
}
# sent_again STEP: by that; and what came before something earlier, because that was lost
# or overtaken
sent_again() {
	local fast_before order_before
	fast_before=$(fast_resent) order_before=$(field out_of_order "$(receiver snap)")
	moves "$1"
	echo "$(($(fast_resent) - fast_before))" \
		"$(($(field out_of_order "$(receiver snap)") - order_before))"
}
read -r still_fast still_order <<<"$(sent_again 0)"
read -r moved_fast moved_order <<<"$(sent_again 1)"
note "$(sender snap)"
yes "of a moved stream nothing is lost or overtaken" "$moved_order <= $still_order" "$moved_order, unmoved $still_order"
yes "and sends nothing again for a move" "$moved_fast <= $still_fast" "$moved_fast, unmoved $still_fast"
disconnect

# --- 64 flows, on consumers that have nothing to do with their hashes

# share_of_64 MODE
share_of_64() {
	mode "$1"
	settle $((message * 2000)) $((message * 8))
	measure $((message * 4000))
	note "64 connections, $1: $home % at home, received_rps $rps, calls $calls"
}
connect 64 "$all_cpus"
pace $((4000 / slower))
for one in rss rfs; do
	share_of_64 $one
	yes "$one brings home what chance does" "$home < 45" "$home %"
done
share_of_64 arfs
yes "steering brings home most of 64 flows" "$home >= 65" "$home %"
receiver move >/dev/null
share_of_64 arfs
yes "also when all consumers have moved" "$home >= 65" "$home %"

# --- Nothing is left behind, whatever happens under this load

table=$(ethtool -x "$dev" | sed 1d)
# goes_on NAME: the user's own table has not changed, and connections live
goes_on() {
	is "$1: the table is as it was" "$table" "$(ethtool -x "$dev" | sed 1d)"
	yes "$1: traffic goes on" "$(progress) > 0"
}
for ((i = 0; i < 3; i++)); do
	must ip link set "$dev" down
	must ip link set "$dev" up
done
must wait_link "$dev"
goes_on "down and up"
must ethtool -L "$dev" combined 2
yes "fewer lanes: traffic goes on" "$(progress) > 0"
must ethtool -L "$dev" combined "$n"
goes_on "fewer lanes and more"
find_lanes
yes "flows are steered now" "$(steered) > 0" "$(steering)"
must ethtool -K "$dev" ntuple off
is "ntuple off: no flow is steered" 0 "$(steered)"
goes_on "ntuple off"
mode arfs
settle $((message * 2000))
yes "ntuple on: flows are steered again" "$(steered) > 0" "$(steering)"
note "$(steering)"
disconnect
check "of flows that have ended none is steered" wait_until 60 none_steered

connect 64 "$all_cpus"
pace $((2000 / slower))
settle $((message * 1000))
check "the module goes under load" rmmod flowlane
kernel_log_clean
finish
