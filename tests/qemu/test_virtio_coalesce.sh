#!/bin/bash
# Interrupt moderation of virtio-net, by timers of the lanes where the device has none: what
# is refused and why, what stays, and fewer interrupts.
#
# vm: kernel=debian cpus=2 nics=virtio:queues=2:rss=on,virtio:queues=2:rss=on timeout=120

. "$FL_TOP/tests/qemu/driver.sh"
. "$FL_TOP/tests/qemu/moderation.sh"

load_flowlane
fl_bind 0 flowlane-virtio
dev=$(fl_dev 0)
peer_up 0 1
talk_start

is "adaptive by default" "on on 20 20" "$(settings)"
is "each queue is" "on on 20 20" "$(settings 1)"

# --- Values

check "rx-usecs" ethtool -C "$dev" adaptive-rx off rx-usecs 101
is "is tx-usecs too, to the microsecond" "off off 101 101" "$(settings)"
check "the most" ethtool -C "$dev" rx-usecs 10000
because "more" "at most 10000 usecs" ethtool -C "$dev" rx-usecs 10001
because "one for each direction" "both directions" ethtool -C "$dev" rx-usecs 50 tx-usecs 60
because "frames, which nobody counts" "" ethtool -C "$dev" rx-frames 10
check "one queue alone" queue 1 rx-usecs 201
is "it has it" "off off 201 201" "$(settings 1)"
is "the other has not" "off off 10000 10000" "$(settings 0)"
check "one queue adaptive" queue 1 adaptive-rx on

# --- It stays

settings_keep
must ip link set "$dev" down
must ip link set "$dev" up
must wait_link "$dev"
keeps "down and up"
must ethtool -L "$dev" combined 1
must ethtool -L "$dev" combined 2
keeps "fewer lanes and more"
must ethtool -G "$dev" rx 128
keeps "other rings"

# --- Fewer interrupts: of what comes every 2 ms, each one interrupts, or with an interval
# of 10 ms a timer takes them all

# under USECS: interrupts in a second of pings, and the average time of one in usecs
under() {
	local before trip
	must ethtool -C "$dev" adaptive-rx off rx-usecs "$1"
	before=$(interrupts)
	trip=$(in_peer ping -q -i 0.002 -c 500 -W 3 10.0.0.1 |
		awk -F/ '/^rtt/ { printf "%d", $5 * 1000 }')
	echo "$(($(interrupts) - before)) ${trip:-0}"
}
address_again
check "the peer is there" ping -qc1 -W3 $peer4
read -r without trip_without <<<"$(under 0)"
read -r with trip_with <<<"$(under 10000)"
read -r after trip_after <<<"$(under 0)"
note "interrupts (and usecs of a trip): $without ($trip_without), with an interval $with ($trip_with), without again $after ($trip_after)"
yes "an interval takes interrupts away" "$with * 4 < $without"
yes "none gives them back" "$after * 2 > $without"
yes "what waits does not wait for longer than the interval" "$trip_with < $trip_without + 30000"

# --- Traffic

for usecs in 0 10000; do
	must ethtool -C "$dev" rx-usecs $usecs
	try "TCP with $usecs usecs" tcp $peer4 "$(scale 1000000 200000)" both
done
must ethtool -C "$dev" adaptive-rx on rx-usecs 20
is "the default again" "on on 20 20" "$(settings)"
try "adaptive, TCP" tcp $peer4 "$(scale 3000000 500000)" both
must x blast out $peer4 1400
for ((i = 0; i < 6; i++)); do
	if ((i % 2)); then adaptive=on; else adaptive=off; fi
	must ethtool -C "$dev" adaptive-rx $adaptive rx-usecs $((i * 200))
	must queue $((i % 2)) adaptive-rx on
	[ $((i % 3)) -ne 0 ] || must ethtool -G "$dev" rx $((i < 3 ? 128 : 256))
done
try "changes under traffic" end out
must ip link set "$dev" down
must ip link set "$dev" up
must wait_link "$dev"
check "the port works" wait_until 10 ping -qc1 -W1 $peer4

kernel_log_clean
finish
