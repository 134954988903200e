#!/bin/bash
# A newcomer's tour with lanetool: a port that is set badly, what is wrong with it, put right
# with one command and back as it was, also when that is killed half-way; and moved between
# drivers.
#
# vm: kernel=debian cpus=4 nics=igb,igb,virtio:queues=4:rss=on lanetool=1 timeout=420

. "$FL_TOP/tests/qemu/driver.sh"

lt=$FL_LANETOOL

# plant: all vectors on CPU 0, RFS without tables, tiny rings
plant() {
	local lane
	must ethtool -G "$dev" rx 128 tx 128
	for ((lane = 0; lane < $(lanes); lane++)); do
		echo 0 >"/proc/irq/$(lane_irq $lane)/smp_affinity_list"
	done
	must sysctl -qw net.core.rps_sock_flow_entries=32768
}

# judged VERDICT: the checks that gave it
judged() { jq -r --arg v "$1" '[.[].checks[] | select(.verdict == $v) | .check] | join(" ")' /tmp/doctor; }

# doctor: asks it, beside some traffic
doctor() {
	local status=0
	ping -qi 0.01 -c 150 10.0.0.2 >/dev/null 2>&1 &
	"$lt" doctor "$dev" --json >/tmp/doctor 2>/tmp/doctor.err || status=$?
	wait $!
	doctor_status=$status
}

# everything FILE: all that tune could have touched, to the byte
everything() {
	local file
	{
		sysctl -a 2>/dev/null | grep -vE '^(fs\.(dentry|file-nr|inode)|kernel\.(random|ns_last|pty|hung|perf|sched|boot|usermode)|net\.netfilter\.nf_conntrack_count|kernel\.hostname|vm\.stat|debug|dev\.cdrom|fs\.quota)'
		for file in /sys/class/net/"$dev"/{mtu,tx_queue_len,gro_flush_timeout,napi_defer_hard_irqs,threaded,flags} \
			/sys/class/net/"$dev"/queues/*/{rps_cpus,rps_flow_cnt,xps_cpus,xps_rxqs}; do
			[ ! -e "$file" ] || echo "$file $(cat "$file" 2>&1)"
		done
		for file in /sys/class/net/"$dev"/device/msi_irqs/*; do
			echo "$file $(cat "/proc/irq/${file##*/}/smp_affinity" 2>&1)"
		done
		for file in -g -c -l -k -a -x; do ethtool "$file" "$dev" 2>&1; done
	} >"$1"
}

# back NAME: it is as it was
back() {
	everything /tmp/now
	check "$1: sysctl, sysfs and ethtool as before" cmp /tmp/was /tmp/now ||
		diff /tmp/was /tmp/now | sed 's/^/# /'
}

load_flowlane
fl_bind 0
dev=$(fl_dev 0)
peer_up 0 1

# --- What is wrong

doctor
is "before: no fault" "" "$(judged fail)"
plant
doctor
is "doctor ends with 2" 2 "$doctor_status"
is "doctor names the planted faults" "irq-affinity arfs-flow-tables" "$(judged fail)"
is "doctor warns of tiny rings, and of nothing else" "rx-ring tx-ring" "$(judged warn)"
note "$("$lt" doctor "$dev")"

# What it names, it mends: the commands that it gives are run as they are.
jq -r '.[].checks[].mend[]' /tmp/doctor | sed "s|^lanetool |$lt |" >/tmp/mend
check "the commands it gives are accepted" bash -e /tmp/mend
doctor
is "after them: no fault" "" "$(judged fail)$(judged warn)"
is "after them: doctor ends with 0" 0 "$doctor_status"
check "no change is advised" grep -q '^No change advised' <("$lt" doctor "$dev")

# --- tune and undo

plant
for queue in /sys/class/net/"$dev"/queues/rx-*; do echo 0 >"$queue/rps_flow_cnt"; done
must ethtool -L "$dev" combined 2
everything /tmp/was
for profile in throughput latency connections forwarding xdp; do
	check "$profile: --dry-run" "$lt" tune $profile "$dev" --dry-run
	back "$profile: --dry-run changes nothing"
	check "$profile" "$lt" tune $profile "$dev"
	is "$profile: a second time there is nothing to change" 0 \
		"$("$lt" tune $profile "$dev" --dry-run --json | jq '.[0].changes | length')"
	check "$profile: traffic" ping -qc3 -i0.1 -W3 10.0.0.2
	check "$profile: undo" "$lt" undo "$dev"
	back "$profile: undo"
	refuse_with "$profile: undone once" "nothing to undo" "$lt" undo "$dev"
done

check "two profiles, one after the other" "$lt" tune throughput "$dev"
check "the second one" "$lt" tune connections "$dev"
check "are undone at once" "$lt" undo
back "two profiles"

check "tuned" "$lt" tune throughput "$dev"
doctor
is "a tuned port has no fault" "" "$(judged fail)$(judged warn)"
must "$lt" undo "$dev"

# Killed after some time, which is another one each time: longer than it takes, in the end
whole=0 half=0
for wait in 0.01 0.05 0.08 0.1 0.12 0.15 0.2 0.3 0.4 0.6; do
	"$lt" tune throughput "$dev" >/dev/null 2>&1 &
	victim=$!
	sleep $wait
	kill -9 $victim 2>/dev/null
	if wait $victim 2>/dev/null; then whole=$((whole + 1)); fi
	everything /tmp/now
	cmp -s /tmp/was /tmp/now || half=$((half + 1))
	[ ! -e "/var/lib/lanetool/$dev.json" ] || "$lt" undo "$dev" >/tmp/undo 2>&1 ||
		not_ok "undo after $wait s" "$(cat /tmp/undo)"
	back "killed after $wait s"
done
note "of 10 kills, $half came when something had changed, $whole after the end"
yes "some kills came half-way" "half > whole"

# --- persist

check "tune --persist" "$lt" tune connections "$dev" --persist
check "a rule of udev's" grep -q "KERNELS==\"$(fl_pci 0)\".*tune connections" "/etc/udev/rules.d/90-lanetool-$dev.rules"
check "a file of sysctl.d's" grep -q '^net/core/somaxconn = 65535' "/etc/sysctl.d/90-lanetool-$dev.conf"
check "which sysctl takes" sysctl -qp "/etc/sysctl.d/90-lanetool-$dev.conf"
check "undo" "$lt" undo "$dev"
refuse "the rule is gone" test -e "/etc/udev/rules.d/90-lanetool-$dev.rules"
refuse "the file is gone" test -e "/etc/sysctl.d/90-lanetool-$dev.conf"
back "persist"

refuse_with "no such profile" "there is no profile" "$lt" tune speed "$dev"
refuse_with "no such device" "nodev" "$lt" tune latency nodev

# --- bind and unbind

moves() {
	local pci
	pci=$(fl_pci "$1")
	check "$2: bind by address" "$lt" bind "$pci"
	is "$2: driver" "$3" "$(fl_driver "$1")"
	check "$2: bound already" "$lt" bind "$pci"
	must ip link set "$(fl_dev "$1")" up
	check "$2: link" wait_link "$(fl_dev "$1")"
	check "$2: unbind by name" "$lt" unbind "$(fl_dev "$1")"
	is "$2: the kernel's driver" "$4" "$(fl_driver "$1")"
	is "$2: nothing is left of it" "(null)" "$(cat "/sys/bus/pci/devices/$pci/driver_override")"
	check "$2: back by bind in-tree, which it is" "$lt" bind "$pci" in-tree
}

must "$lt" unbind "$(fl_pci 0)"
moves 0 82576 flowlane igb
moves 2 virtio flowlane-virtio virtio-pci
refuse_with "a driver that is not there" "load its module" "$lt" bind "$(fl_pci 0)" no-such
refuse_with "a driver for other devices" "did not take it" "$lt" bind "$(fl_pci 0)" flowlane-virtio
is "it is back" igb "$(fl_driver 0)"
refuse_with "what is no NIC" "not a network device" "$lt" bind 0000:00:00.0
refuse_with "what has no address" "not a PCI device" "$lt" bind lo

# The way home of an SSH session, which may go over a VLAN
dev=$(fl_dev 0)
must ip link set "$dev" up
must ip link add link "$dev" name v5 type vlan id 5
must ip address add 10.9.0.1/24 dev v5
must ip link set v5 up
session() { env SSH_CONNECTION="10.9.0.7 40000 10.9.0.1 22" "$@"; }
refuse_with "the port of the session stays" "SSH session came in" session "$lt" bind "$dev" flowlane
refuse_with "also where sudo hides it" "SSH session came in" \
	session sh -c "env -u SSH_CONNECTION $lt bind $dev flowlane; exit \$?"
is "it stays" igb "$(fl_driver 0)"
check "another port moves" session "$lt" bind "$(fl_pci 2)"
check "and back" session "$lt" unbind "$(fl_pci 2)"
check "with a way back it moves" session "$lt" bind "$dev" flowlane --revert-after 5
is "it has moved" flowlane "$(fl_driver 0)"
reverted() { [ "$(fl_driver 0)" = igb ]; }
check "nobody confirms: it comes back" wait_until 25 reverted
check "again" session "$lt" bind "$(fl_pci 0)" flowlane --revert-after 5
check "confirmed" "$lt" bind --confirm
sleep 8
is "it stays where it is" flowlane "$(fl_driver 0)"

kernel_log_clean
finish
