#!/bin/bash
# The port in devlink: what it is, its health reporter, and the dump of registers that
# ethtool has as well.  A real hang is test_tx_timeout.sh's.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=120

. "$FL_TOP/tests/qemu/driver.sh"

load_in_tree
name=$(fl_dev 0)
version=$(ethtool -i "$name" | awk '/^firmware-version:/ { print $2 }')
driver_up
handle=pci/$(fl_pci 0)
is "the name is as it was" "$name" "$dev"
refuse "nothing is to be added to it" cat "/sys/class/net/$dev/phys_port_name"

# of EXPRESSION COMMAND...: what devlink's JSON says, d being all that belongs to the port
of() {
	local expression=$1
	shift
	devlink -j "$@" | python3 -c '
import json, sys
d = json.load(sys.stdin)
for key in ("info", "port", "health"):
    if len(d) == 1 and key in d:
        (d,) = d[key].values()
print(eval(sys.argv[1]))' "$expression"
}
health() { devlink health show "$handle" reporter tx | sed -n 's/.*state \([a-z]*\) error \([0-9]*\) recover \([0-9]*\).*/\1 \2 \3/p'; }
diagnosis() { of "$1" health diagnose "$handle" reporter tx; }
# dump EXPRESSION: of a new one; devlink keeps the one it has until it is cleared
dump() {
	devlink health dump clear "$handle" reporter tx
	of "$1" health dump show "$handle" reporter tx
}
# What a dump has of registers, as words:
all='" ".join(sum(([v] if isinstance(v, str) else v for v in d["registers"].values()), []))'
# registers: those that ethtool -d prints, likewise
registers() { ethtool -d "$dev" raw on | od -An -v -tx4 -w4 | sed 's/ */0x/' | paste -sd' '; }
hangs() { devlink health test "$handle" reporter tx; }
recover() { devlink health recover "$handle" reporter tx; }
resets() { is "$1" "$2" "$(counter resets)"; }
# health_is NAME WANTED: soon
# shellcheck disable=SC2016 # for eval
health_is() { check "$1" wait_until 10 eval '[ "$(health)" = "'"$2"'" ]' || note "$(health)"; }

# --- What there is

note "$(devlink dev info "$handle")"
is "the NVM's version, as the in-tree driver has it, and nothing that the device has not" \
	"{'driver': 'flowlane', 'versions': {'running': {'fw': '$version'}}}" "$(of d dev info "$handle")"
is "ethtool has it too" "$version" "$(ethtool -i "$dev" | awk '/^firmware-version:/ { print $2 }')"
is "one port, with its name" "$dev" "$(of 'd["netdev"]' port show "$handle/0")"
is "healthy at first" "healthy 0 0" "$(health)"
check "a hang is going to be recovered" grep -q "grace_period 0 auto_recover true" <<<"$(devlink health show "$handle" reporter tx)"

# --- While it works

received() { ethtool -S "$dev" --groups eth-mac | awk -F': ' '/eth-mac-FramesReceivedOK/ { print $2 }'; }
before=$(received)
must x probe "$peer_dev" "$dev" "$(cat "/sys/class/net/$dev/address")" 100
must registers
yes "the dump takes nothing from the counters" "$(received) >= $before + 100"
must x hold stream $peer4
must x blast out $peer4 1400
looks() {
	local i
	for ((i = 0; i < 5; i++)); do
		ethtool -d "$dev" && devlink health diagnose "$handle" reporter tx &&
			devlink health dump clear "$handle" reporter tx &&
			devlink health dump show "$handle" reporter tx || return
	done
}
looks >/tmp/looks 2>&1 &
looker=$!
wait $looker
is "dumps and diagnoses under traffic" 0 $?
is "all lanes are diagnosed, with indices of their rings" "up $(lanes) True" \
	"$(diagnosis 'd["port"] + " " + str(len(d["lanes"])) + " " + str(all(l[i] < l["slots"] for l in d["lanes"] for i in ("next_to_use", "next_to_clean", "doorbell", "written_back", "device_head", "device_tail")))')"
try "the sender has come through" end out
is "a dump has the ring around what is to be completed" True \
	"$(dump 'all(len(l["descriptors"]) == 16 and l["next_to_clean"] in (e["slot"] for e in l["descriptors"]) for l in d["lanes"])')"
yes "up: the link is up, receiver and transmitter are on" \
	"$(dump '" & 2 && ".join(d["registers"][r] for r in ("STATUS", "RCTL", "TCTL")) + " & 2"')"
try "the connection lives" progress stream
resets "nothing of it was a reset" 0

# --- Down

must ip link set "$dev" down
is "down: the diagnosis says so" "down []" "$(diagnosis 'd["port"] + " " + str(d["lanes"])')"
read -r state receiver listed <<<"$(dump 'd["port"] + " " + d["registers"]["RCTL"] + " " + '"$all")"
is "down: so does the dump" down "$state"
yes "down: the receiver is off" "!($receiver & 2)"
is "down: ethtool has the same registers" "$listed" "$(registers)"
refuse "down: nothing can hang" hangs
check "down: recover does no harm" recover
resets "down: it is no reset" 0
port_back

# --- A hang is reported

must devlink health dump clear "$handle" reporter tx
check "a hang for a test" hangs
health_is "it is counted and recovered" "healthy 1 1"
resets "that was a reset" 1
is "its dump is kept, of the lane that hung" "[0]" "$(of '[l["lane"] for l in d["lanes"]]' health dump show "$handle" reporter tx)"
check "nothing to recover" recover
resets "so it is no reset" 1

must devlink health set "$handle" reporter tx auto_recover false
must hangs
health_is "without auto_recover it is only counted" "error 2 1"
resets "and the port is left" 1
check "until the user wants it" recover
is "which is counted" "healthy 2 2" "$(health)"
resets "and is the reset" 2

must devlink health set "$handle" reporter tx auto_recover true
must devlink health set "$handle" reporter tx grace_period 600000
log_mark
must hangs
health_is "in the grace period it is only counted" "error 3 2"
# shellcheck disable=SC2016 # for eval
check "and the log says so" wait_until 5 eval 'log_since_mark | grep -q "$dev: Tx timeout on lane 0: not recovered"'
must devlink health set "$handle" reporter tx grace_period 0
must ip link set "$dev" down
port_back
is "down and up is healthy" "healthy 3 2" "$(health)"
must hangs
health_is "and the next hang is recovered" "healthy 4 3"
try "the connection saw nothing wrong" release stream

# --- All at once

churn() {
	local i
	for i in 256 512 256; do
		ethtool -G "$dev" rx $i && hangs && recover &&
			devlink health diagnose "$handle" reporter tx || return
	done >/dev/null
}
churn &
churner=$!
for size in 1024 512; do
	must ethtool -G "$dev" tx $size
	must ip link set "$dev" mtu $((size * 2))
	must registers
done
wait $churner
is "with reconfigurations" 0 $?
must ip link set "$dev" mtu 1500
# shellcheck disable=SC2016 # for eval
check "healthy in the end" wait_until 10 eval '[[ $(health) == healthy* ]]'
must wait_link "$dev"
try "traffic" tcp $peer4 1000000 both

# --- Away and back

for round in 1 2; do
	fl_unbind 0
	is "unbind $round: nothing is left" "" "$(devlink dev show; devlink port show)"
	fl_bind 0
	port_back
	is "bind $round: there it is" "$handle $dev" "$(devlink dev show) $(of 'd["netdev"]' port show "$handle/0")"
	is "bind $round: counted from the start" "healthy 0 0" "$(health)"
done
check "the other driver gets the port back" fl_bind 0 igb
is "the other driver: nothing is left" "" "$(devlink dev show)"

kernel_log_clean
finish
