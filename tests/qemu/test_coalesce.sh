#!/bin/bash
# Interrupt moderation by ethtool: what is refused and why, what stays, and that a
# microsecond is one.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=120

. "$FL_TOP/tests/qemu/driver.sh"
. "$FL_TOP/tests/qemu/moderation.sh"

driver_up

is "adaptive by default" "on on" "$(settings | cut -d' ' -f1,2)"
default=$(settings | cut -d' ' -f3,4)

# --- Values

check "rx-usecs" ethtool -C "$dev" adaptive-rx off rx-usecs 100
is "is tx-usecs too, and adaptive-tx goes with adaptive-rx" "off off 100 100" "$(settings)"
check "tx-usecs" ethtool -C "$dev" tx-usecs 401
is "is rx-usecs too" "off off 401 401" "$(settings)"
check "what it is can be set" ethtool -C "$dev" rx-usecs 401 tx-usecs 401 adaptive-rx off adaptive-tx off
because "one for each direction" "both directions" ethtool -C "$dev" rx-usecs 50 tx-usecs 60
because "too long" "at most" ethtool -C "$dev" rx-usecs 40000
because "frames, which the device does not count" "" ethtool -C "$dev" rx-frames 10
because "CQE mode" "" ethtool -C "$dev" cqe-mode-rx on
check "none" ethtool -C "$dev" rx-usecs 0
is "is none" "off off 0 0" "$(settings)"

# --- One queue

must ethtool -C "$dev" rx-usecs 100
check "one queue alone" queue 1 rx-usecs 201
is "it has it" "off off 201 201" "$(settings 1)"
is "the other has not" "off off 100 100" "$(settings 0)"
is "nor has the port" "off off 100 100" "$(settings)"
because "a queue that is not there" "" queue 5 rx-usecs 100
check "one queue adaptive" queue 1 adaptive-rx on
is "it is" "on on 201 201" "$(settings 1)"

# --- It stays

settings_keep
must ip link set "$dev" down
must ip link set "$dev" up
port_back
keeps "down and up"
must ethtool -L "$dev" combined 1
must ethtool -L "$dev" combined 2
keeps "fewer lanes and more"
must ethtool -G "$dev" rx 512
keeps "other rings"
must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
port_back
keeps "a reset of the function"
must ip link set "$dev" down
must ethtool -C "$dev" adaptive-rx off rx-usecs 100
must ip link set "$dev" up
port_back
is "set while down" "off off 100 100" "$(settings)"

# --- A microsecond is one: traffic without a pause makes an interrupt an interval, and
# QEMU's model another one at its end

must ethtool -L "$dev" combined 1
must ethtool -C "$dev" rx-usecs 8000
must x blast out $peer4 1400
sleep 1
begin=$(interrupts) from=$(date +%s%N)
sleep 4
n=$(($(interrupts) - begin)) wanted=$((($(date +%s%N) - from) / 8000000))
note "$n interrupts in the time of $wanted intervals"
yes "an interrupt in 8 ms" "$n * 10 > $wanted * 6 && $n * 10 < $wanted * 22"
try "the sender has come through" end out

# --- Under traffic, from all sides

must ethtool -L "$dev" combined 2
must ethtool -C "$dev" adaptive-rx on
must x blast out $peer4 1400
for ((i = 0; i < 10; i++)); do
	if ((i % 2)); then adaptive=on; else adaptive=off; fi
	must ethtool -C "$dev" adaptive-rx $adaptive rx-usecs $((i * 20))
	must queue $((i % 2)) adaptive-rx on
	[ $((i % 5)) -ne 0 ] || must ethtool -L "$dev" combined 1
	[ $((i % 5)) -ne 0 ] || must ethtool -L "$dev" combined 2
done
try "changes under traffic" end out
try "traffic" tcp $peer4 2000000 both
must ethtool -C "$dev" adaptive-rx on rx-usecs "${default% *}"
is "the default again" "on on $default" "$(settings)"

kernel_log_clean
finish
