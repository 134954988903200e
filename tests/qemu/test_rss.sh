#!/bin/bash
# Receive hashing by ethtool: flows go where key, table and fields say, by another
# Toeplitz than the device's; what is refused and why; what stays.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=180

. "$FL_TOP/tests/qemu/driver.sh"

rss=$FL_TOP/tests/qemu/tools/rss.py
# The standard's own key, and one whose hash is the same for both directions
ms_key=6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c:6a:42:b7:3b:be:ac:01:fa
even_key=$(printf '6d:5a:%.0s' {1..20})
even_key=${even_key%:}

driver_up
must ethtool -L "$dev" combined 4

table() { ethtool -x "$dev" | awk '/^ +[0-9]+:/ { sub(/^ *[0-9]+: */, ""); printf "%s ", $0 }' | tr -s ' '; }
key() { ethtool -x "$dev" | awk '/^RSS hash key/ { getline; print }'; }
fields() {
	local type
	for type in tcp4 tcp6 udp4 udp6; do
		ethtool -n "$dev" rx-flow-hash $type | grep -c '^L4' || true
	done | tr '\n' ' '
}
settings_now() { ethtool -x "$dev" | sed 1d; fields; }

# hashed_by TYPE FIELDS: the exit code of ethtool -N itself says nothing
hashed_by() {
	local said
	said=$(ethtool -N "$dev" rx-flow-hash "$@" 2>&1)
	printf '%s\n' "$said"
	[[ $said != Cannot* ]]
}

# flows NAME [tcp] [udp]: do they arrive where they should, these hashed by ports?
flows() {
	local name=$1 output
	shift
	if output=$("$rss" "$dev" peer "$@" 2>&1); then
		ok "$name: flows arrive where they should"
	else
		not_ok "$name: flows arrive where they should" "$output"
	fi
}

# --- What it is

is "128 entries" 128 "$(table | wc -w)"
even=$(for ((i = 0; i < 128; i++)); do printf '%d ' $((i % 4)); done)
is "spread evenly" "$even" "$(table)"
is "TCP by ports, UDP without" "2 2 0 0 " "$(fields)"
check "toeplitz" grep -q "toeplitz: on" <<<"$(ethtool -x "$dev")"
flows "a key of chance" tcp

# --- What can be set

check "a key" ethtool -X "$dev" hkey $ms_key
is "it is there" $ms_key "$(key)"
is "the table is as it was" "$even" "$(table)"
flows "the standard's key" tcp
check "weights" ethtool -X "$dev" weight 0 3 0 1
is "as many entries for a lane" "96 32" "$(table | tr ' ' '\n' | sort | uniq -c | awk '$2 == 1 { a = $1 } $2 == 3 { b = $1 } END { print a, b }')"
check "another key and table at once" ethtool -X "$dev" hkey "$even_key" equal 3
flows "both" tcp
for type in udp4 udp6; do
	check "$type by ports" hashed_by $type sdfn
done
is "so it says" "2 2 2 2 " "$(fields)"
flows "all by ports" tcp udp
for type in tcp4 tcp6; do
	check "$type without" hashed_by $type sd
done
is "so it says" "0 0 2 2 " "$(fields)"
flows "only UDP by ports" udp

# --- What is refused

because "a lane that is not there" "" ethtool -X "$dev" equal 5
because "fields in part" "Invalid argument" hashed_by tcp4 s
because "ports of SCTP" "Invalid argument" hashed_by sctp4 sdfn
because "another hash" "" ethtool -X "$dev" hfunc xor
because "a key too short" "" ethtool -X "$dev" hkey 01:02
because "a second table" "" ethtool -X "$dev" context new
check "as it is, once more" ethtool -X "$dev" equal 3

# --- It stays

settings_keep
must ip link set "$dev" down
keeps "down"
must ip link set "$dev" up
port_back
keeps "up"
flows "down and up" udp
must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
port_back
keeps "a reset of the function"
must ethtool -G "$dev" rx 128
keeps "other rings"
must ethtool -L "$dev" combined 3
keeps "fewer lanes"
because "fewer than the table names" "" ethtool -L "$dev" combined 2
must ethtool -L "$dev" combined 4
keeps "more lanes"
flows "other lanes" udp

check "the default again" ethtool -X "$dev" default
is "it is even" "$even" "$(table)"
must ethtool -L "$dev" combined 2
is "over fewer lanes as well" "$(for ((i = 0; i < 128; i++)); do printf '%d ' $((i % 2)); done)" "$(table)"
must ethtool -L "$dev" combined 4
is "and over more" "$even" "$(table)"
must ip link set "$dev" down
check "set while down" ethtool -X "$dev" equal 2 hkey $ms_key
must ip link set "$dev" up
port_back
flows "set while down" udp

# --- Under traffic

must x hold live $peer4
must x blast out $peer4 1400
for ((i = 0; i < 12; i++)); do
	must ethtool -X "$dev" equal $((1 + i % 4))
	must hashed_by udp4 "$(if ((i % 2)); then echo sd; else echo sdfn; fi)"
	[ $((i % 4)) -ne 0 ] || must ethtool -X "$dev" hkey "$even_key"
done
try "a connection goes on" progress live 20
try "it was right to the last byte" release live
try "the sender has come through" end out
must ethtool -X "$dev" default
try "traffic" tcp $peer4 2000000 both conns=4

kernel_log_clean
finish
