#!/bin/bash
# All that a user can set stays: over down and up, resets, other lanes and rings, suspend,
# and commands that fail.  What can be read can be set again.  It runs in memory, for the
# suspend.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=150
# vm: kernel=debug cpus=2 nics=igb,igb timeout=800 long=1

. "$FL_TOP/tests/qemu/driver.sh"

[ -n "${FL_IN_MEMORY:-}" ] || load_flowlane
fl_in_memory basename devlink diff hwstamp_ctl nproc od

fl_bind 0
dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
peer_up 0 1

settings_now() { every_setting; }

# lives NAME: it is up, and lets through what it should
lives() {
	check "$1: the link" wait_link "$dev" 20
	check "$1: ping" ping -qc3 -i0.05 -W5 10.0.0.2
	check "$1: ping in a VLAN" ping -qc3 -i0.05 -W5 10.0.77.2
}

# keeps_all NAME: nothing is lost, and it works
keeps_all() {
	lives "$1"
	keeps "$1"
}

# --- Pause

is "pause: negotiated, frames honoured, none sent" "on on off " "$(pauses)"
for set in "off on" "on on" "off off" "on off"; do
	check "pause: rx and tx $set" ethtool -A "$dev" rx "${set% *}" tx "${set#* }"
	is "pause: it is so" "on $set " "$(pauses)"
done
check "pause: advertised" grep -q "Advertised pause frame use: Symmetric Receive-only" <<<"$(ethtool "$dev")"
check "pause: wait for the link" wait_link "$dev"
# QEMU's other end can do symmetric pause.
check "pause: the log says what came of it" grep -q "$dev: link up, 1000 Mb/s, full duplex, pause: rx$" <<<"$(dmesg)"
carrier=$(link_changes)
check "pause: once more the same" ethtool -A "$dev" rx on tx off
check "pause: not negotiated" ethtool -A "$dev" autoneg off
is "pause: the link did not go for that" "$carrier" "$(link_changes)"
is "pause: the rest stays" "off on off " "$(pauses)"
check "pause: a forced link" ethtool -s "$dev" autoneg off speed 100 duplex full
because "pause: cannot be negotiated alone" "" ethtool -A "$dev" autoneg on
check "pause: sent, by force" ethtool -A "$dev" tx on
is "pause: it is so" "off on on " "$(pauses)"
check "pause: a negotiated link again" ethtool -s "$dev" autoneg on
check "pause: negotiated again" ethtool -A "$dev" autoneg on
is "pause: all on" "on on on " "$(pauses)"
check "pause: the link is back" wait_link "$dev"
check "pause: counted" grep -q "tx_pause_frames: 0" <<<"$(ethtool -I -a "$dev")"

# --- Everything is set

sets() { must "$@"; }
sets ip link add link "$dev" name v77 type vlan id 77
sets ip address add 10.0.77.1/24 dev v77
sets ip link set v77 up
sets in_peer ip link add link "$peer_dev" name v77 type vlan id 77
sets in_peer ip address add 10.0.77.2/24 dev v77
sets in_peer ip link set v77 up
sets ethtool -s "$dev" autoneg on advertise 100baseT/Full on 1000baseT/Full on 10baseT/Half off
sets ethtool -A "$dev" autoneg on rx on tx on
sets ethtool -s "$dev" msglvl drv on rx_err on link on tx_done on
sets ethtool -L "$dev" combined 3
sets ethtool -G "$dev" rx 256 tx 1024
sets ethtool -C "$dev" adaptive-rx off rx-usecs 37
sets ethtool -Q "$dev" queue_mask 2 --coalesce rx-usecs 201
sets ethtool -Q "$dev" queue_mask 4 --coalesce adaptive-rx on
sets ethtool -X "$dev" weight 1 0 3 hkey "$(printf '6d:5a:%.0s' {1..19})6d:5a"
sets ethtool -N "$dev" rx-flow-hash udp4 sdfn
sets ethtool -N "$dev" rx-flow-hash tcp6 sd
# 10: Sync of PTP version 2 over Ethernet
sets hwstamp_ctl -i "$dev" -t 1 -r 10
sets ethtool -K "$dev" tso off rxvlan off txvlan off gro off rx off ntuple off
sets ip link set "$dev" mtu 2000 txqueuelen 77 address 02:00:00:00:00:77
sets ip link set "$dev" promisc on
sets ip link set "$dev" allmulticast on
sets ip maddress add $fl_group dev "$dev"
sets sh -c "echo 30000 >/sys/class/net/$dev/gro_flush_timeout"
sets sh -c "echo 3 >/sys/class/net/$dev/napi_defer_hard_irqs"
sets sh -c "echo 2 >/proc/irq/$(lane_irq 1)/smp_affinity"
check "everything is set" wait_link "$dev"
settings_keep
note "$(settings_now | head -40)"
lives "as set"

# --- What can be read can be set, and changes nothing

again() {
	local name=$1 output
	shift
	output=$("$@" 2>&1)
	if grep -qiE "invalid|error|cannot|not supported|bad" <<<"$output"; then
		not_ok "set again: $name" "$* said: $output"
	else
		as_before "set again: $name" "$fl_settings" "$(settings_now)"
	fi
}
read -r autoneg rx tx <<<"$(pauses)"
again "pause" ethtool -A "$dev" autoneg "$autoneg" rx "$rx" tx "$tx"
again "moderation" ethtool -C "$dev" adaptive-rx off adaptive-tx off rx-usecs 37 tx-usecs 37
# That set it for each queue alike.
must ethtool -Q "$dev" queue_mask 2 --coalesce rx-usecs 201
must ethtool -Q "$dev" queue_mask 4 --coalesce adaptive-rx on
settings_keep
again "rings" ethtool -G "$dev" rx 256 tx 1024
again "lanes" ethtool -L "$dev" combined 3
again "hash" ethtool -X "$dev" weight 1 0 3 hkey "$(printf '6d:5a:%.0s' {1..19})6d:5a"
again "fields" ethtool -N "$dev" rx-flow-hash udp4 sdfn
again "features" ethtool -K "$dev" tso off rxvlan off txvlan off gro off rx off
again "modes" ethtool -s "$dev" autoneg on advertise 100baseT/Full on 1000baseT/Full on

# --- What fails

# fails NAME WORDS COMMAND...: it says why, and has changed nothing
fails() {
	refuse_with "$@"
	keeps "$1"
}

fails "a ring too large" "" ethtool -G "$dev" rx 8192
fails "a ring too small" "at least" ethtool -G "$dev" rx 256 tx 1
fails "too many lanes" "" ethtool -L "$dev" combined 100
fails "lanes of one kind" "" ethtool -L "$dev" rx 1
fails "fewer lanes than the table names" "" ethtool -L "$dev" combined 2
fails "usecs" "at most" ethtool -C "$dev" rx-usecs 100000
fails "frames" "" ethtool -C "$dev" rx-frames 3
fails "a lane that is not there" "" ethtool -X "$dev" weight 1 1 1 1
fails "a short key" "" ethtool -X "$dev" hkey 01:02:03
fails "1000 Mb/s without negotiation" "" ethtool -s "$dev" autoneg off speed 1000 duplex full
fails "a speed that is none" "" ethtool -s "$dev" autoneg off speed 2500 duplex full
fails "nothing to advertise" "" ethtool -s "$dev" autoneg on advertise 0
fails "what nobody has" "" ethtool -s "$dev" autoneg on advertise 0x1000000000000
fails "a feature that is fixed" "" ethtool -K "$dev" loopback on
fails "stamps of all packets" "" hwstamp_ctl -i "$dev" -t 1 -r 1
fails "waking by LAN" "" ethtool -s "$dev" wol g
fails "FEC" "" ethtool --set-fec "$dev" encoding rs
fails "energy efficiency" "" ethtool --set-eee "$dev" eee on
fails "an MTU too large" "maximum" ip link set "$dev" mtu 9300
fails "an MTU too small" "minimum" ip link set "$dev" mtu 60
fails "a group for an address" "" ip link set "$dev" address 01:00:00:00:00:01
fails "private flags" "" ethtool --set-priv-flags "$dev" legacy on
lives "after all that failed"

# --- What only looks changes nothing

check "a dump of registers" ethtool -d "$dev"
is "the EEPROM begins with the port's first address" 525400f10000 \
	"$(ethtool -e "$dev" offset 0 length 6 raw on | od -An -tx1 | tr -d ' ')"
is "bytes of it, from an odd one on" 5400f1 "$(ethtool -e "$dev" offset 1 length 3 raw on | od -An -tx1 | tr -d ' ')"
refuse "bytes behind its end" ethtool -e "$dev" offset 100000 length 4
check "it shows itself" ethtool -p "$dev" 1
check "tests, beside traffic" ethtool -t "$dev" online
keeps "dumps and tests"

# --- What a port goes through

# keeps_but_irqs NAME
keeps_but_irqs() {
	as_before "$1: all but the interrupts" "$(sed '/^[0-9a-f]$/d' <<<"$fl_settings")" \
		"$(settings_now | sed '/^[0-9a-f]$/d')"
}

must ip link set "$dev" down
keeps_but_irqs "down"
must ip link set "$dev" up
keeps_all "down and up"
must sh -c "echo 1 >/sys/bus/pci/devices/$(fl_pci 0)/reset"
keeps_all "a reset of the function"
must ethtool -r "$dev"
keeps_all "negotiated again"
check "tests, out of use" ethtool -t "$dev" offline
keeps_all "tests, out of use"
check "recovered by devlink" devlink health recover "pci/$(basename "$(readlink "/sys/class/net/$dev/device")")" reporter tx
keeps_all "recovered by devlink"
must ethtool -L "$dev" combined 4
must ethtool -L "$dev" combined 3
keeps_all "other lanes"
must ethtool -G "$dev" rx 4096 tx 128
must ethtool -G "$dev" rx 256 tx 1024
keeps_all "other rings"
must ip link set "$dev" mtu 9000
must ip link set "$dev" mtu 2000
keeps_all "another MTU"
must ip link set "$dev" down
must ethtool -G "$dev" rx 512 tx 512
must ethtool -G "$dev" rx 256 tx 1024
must ip link set "$dev" up
keeps_all "set while down"
fl_host 'set_link n0 off'
check "the link goes" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
fl_host 'set_link n0 on'
keeps_all "a link that was away"

# suspends NAME: to memory and back, in which the device loses all it knew
suspends() {
	must fl_host 'later 4 system_wakeup'
	check "$1" sh -c 'echo mem >/sys/power/state'
}
suspends "suspend"
keeps_all "suspend"
must ip link set "$dev" down
suspends "suspend while down"
must ip link set "$dev" up
lives "suspend while down"
# Without interrupt remapping a new CPU counts from the next interrupt on: the kernel forgets
# it when a port goes down before that.
keeps_but_irqs "suspend while down"

kernel_log_clean
finish
