#!/bin/bash
# A virtio port whose machine sleeps, or goes on in another QEMU: it comes back with all
# that it had.  It runs in memory, for what its root comes from does not.
#
# vm: kernel=debian cpus=2 mem=1024 nics=virtio:queues=2:rss=on,virtio:queues=2:rss=on:packed=on timeout=120 append=iomem=relaxed
# vm: kernel=debug cpus=2 mem=1024 nics=virtio:queues=2:rss=on,virtio:queues=2:rss=on:packed=on timeout=400 append=iomem=relaxed long=1

. "$FL_TOP/tests/qemu/driver.sh"

[ -n "${FL_IN_MEMORY:-}" ] || load_flowlane
fl_in_memory basename busybox diff nproc

# Both ends are Flowlane's: rings of either kind.
fl_bind 0
fl_bind 1
dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
peer_up 0 1
must ethtool -G "$dev" rx 128 tx 128
vlan 77

settings_now() {
	ethtool -g "$dev"
	ethtool -l "$dev"
	ethtool -x "$dev"
	ethtool -k "$dev"
}
settings_keep

# lives NAME: as before
lives() {
	check "$1: the link" wait_link "$dev" 20
	check "$1: ping" ping -qc3 -i0.05 -W5 $peer4
	check "$1: long ping" ping -qc3 -i0.05 -W5 -s 20000 $peer6
	check "$1: ping in a VLAN" ping -qc3 -i0.05 -W5 10.1.77.2
	keeps "$1"
}
lives "at first"

suspends() {
	must fl_host 'later 3 system_wakeup'
	check "$1" sh -c 'echo mem >/sys/power/state'
}
suspends "suspend"
lives "suspend"
must ip link set "$dev" down
suspends "suspend while down"
must ip link set "$dev" up
address_again
lives "suspend while down"

# As far as an image would be written
if [ -e /sys/power/pm_test ] && grep -q disk /sys/power/state; then
	echo devices >/sys/power/pm_test
	check "hibernation: devices freeze and thaw" sh -c 'echo disk >/sys/power/state'
	echo none >/sys/power/pm_test
	lives "hibernation"
fi

# --- Another QEMU

ping -qi0.02 $peer4 >/dev/null &
pinger=$!
check "migration" fl_migrate
lives "migration"
kill $pinger

# And once more, with a peer that takes us for another, and hears of us unasked only
mac=$(cat "/sys/class/net/$dev/address")
must ip neighbour replace $peer4 lladdr "$(in_peer cat "/sys/class/net/$peer_dev/address")" nud permanent dev "$dev"
must in_peer ip neighbour replace 10.0.0.1 lladdr 02:00:00:00:00:01 nud stale dev "$peer_dev"
check "migration back" fl_migrate
# shellcheck disable=SC2016 # for eval
check "migration back: the port announces itself" wait_until 10 eval \
	'grep -q "$mac" <<<"$(in_peer ip neighbour show 10.0.0.1 dev "$peer_dev")"'
lives "migration back"
is "no reset" 0 "$(counter resets)"

kernel_log_clean
finish
