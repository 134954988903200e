#!/bin/bash
# A newcomer's tour with lanetool: a port that is set badly, what is wrong with it, put right
# with one command and back as it was, also when that is killed half-way; and moved between
# drivers.
#
# vm: kernel=debian cpus=4 nics=igb,igb,virtio:queues=4:rss=on lanetool=1 timeout=900

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
		ethtool -Q "$dev" --show-coalesce 2>&1
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

# A tunnel that had room until the port got less; a driver that does not lead flows
must ip link add vx0 type vxlan id 7 dstport 4789 remote 10.0.0.2 dev "$dev"
doctor
is "a tunnel that fits" "tunnel-mtu" "$(judged pass | grep -o tunnel-mtu)"
must ip link set "$dev" mtu 1400
doctor
is "a tunnel that does not" "ip link set vx0 mtu 1350" \
	"$(jq -r '.[].checks[] | select(.check == "tunnel-mtu" and .verdict == "fail") | .mend[0]' /tmp/doctor)"
must ip link set vx0 mtu 1350
doctor
is "mended" "tunnel-mtu" "$(judged pass | grep -o tunnel-mtu)"
must ip link del vx0
must ip link set "$dev" mtu 1500
must ethtool -L "$(fl_dev 2)" combined 2
leads() { "$lt" doctor "$(fl_dev 2)" --json | jq -r '.[].checks[] | select(.check == "arfs-driver") | .evidence'; }
is "nothing asks another port for it" "RFS is off, and nothing asks for it" "$(leads)"
echo 64 >"/sys/class/net/$(fl_dev 2)/queues/rx-0/rps_flow_cnt"
is "virtio_net does not" "virtio_net does not lead flows; RFS moves them in software" "$(leads)"
echo 0 >"/sys/class/net/$(fl_dev 2)/queues/rx-0/rps_flow_cnt"

# Ports that come and go end no view of all.
for ((i = 0; i < 40; i++)); do
	ip link add c0 type veth peer name c1
	ip link del c0
done &
come=$! failed=0
while kill -0 $come 2>/dev/null; do "$lt" show >/dev/null 2>/tmp/show.err || failed=1; done
is "show, while ports come and go" "0 " "$failed $(cat /tmp/show.err)"

# --- tune and undo

plant
for queue in /sys/class/net/"$dev"/queues/rx-*; do echo 0 >"$queue/rps_flow_cnt"; done
must ethtool -L "$dev" combined 2
# What -C and -L, which tune runs, would do away with
must ethtool -C "$dev" adaptive-rx off rx-usecs 30
must ethtool -Q "$dev" queue_mask 0x2 --coalesce rx-usecs 77
must ethtool -X "$dev" weight 1 3
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

# undo itself, killed
whole=0
for wait in 0.01 0.05 0.08 0.1 0.15 0.2 0.4; do
	must "$lt" tune throughput "$dev"
	"$lt" undo "$dev" >/dev/null 2>&1 &
	victim=$!
	sleep $wait
	kill -9 $victim 2>/dev/null
	if wait $victim 2>/dev/null; then whole=$((whole + 1)); fi
	[ ! -e "/var/lib/lanetool/$dev.json" ] || "$lt" undo "$dev" >/tmp/undo 2>&1 ||
		not_ok "undo, killed after $wait s, again" "$(cat /tmp/undo)"
	back "undo killed after $wait s"
done
yes "some undos were killed half-way" "whole < 7"

# A feature is what was asked for, also where it could not be had.
must ethtool -K "$dev" tx-scatter-gather off tx-tcp-segmentation off
everything /tmp/asked
is "segmentation is off, and not asked for" "tx-tcp-segmentation: off" \
	"$(ethtool -k "$dev" | grep -o 'tx-tcp-segmentation: .*')"
check "tune asks for it" "$lt" tune throughput "$dev"
is "which is not enough to have it" "tx-tcp-segmentation: off [requested on]" \
	"$(ethtool -k "$dev" | grep -o 'tx-tcp-segmentation: .*')"
is "a second time there is nothing to change" 0 \
	"$("$lt" tune throughput "$dev" --dry-run --json | jq '.[0].changes | length')"
check "undo" "$lt" undo "$dev"
everything /tmp/now
check "it is not asked for any more" cmp /tmp/asked /tmp/now || diff /tmp/asked /tmp/now | sed 's/^/# /'
must ethtool -K "$dev" tx-scatter-gather on tx-tcp-segmentation on
back "with all features again"
must modprobe tun
must ip tuntap add tap0 mode tap
must ethtool -K tap0 tso off
ethtool -k tap0 >/tmp/asked
is "offloads and queues of a tap are let alone" "" \
	"$("$lt" tune throughput tap0 --dry-run --json | jq -r '.[0].changes[].setting' | grep -E '^(feature|channels):')"
check "tune of a tap" "$lt" tune xdp tap0
check "undo" "$lt" undo tap0
check "its features are as before" cmp /tmp/asked <(ethtool -k tap0)
must ip link del tap0

# What a NAPI has been set to by itself (since Linux 6.13), the device's files do away with.
# napis: the values that each has, the oldest one first; none where the kernel tells of none
napis() {
	"$fl_tool" napis "$dev" | sed 's/^ok //' | jq -r 'sort_by(.id)[] | select(has("defer-hard-irqs")) |
		"\(.["defer-hard-irqs"]) \(.["gro-flush-timeout"]) \(.["irq-suspend-timeout"])"'
}
# napi_set DEFER FLUSH SUSPEND: of the oldest one
napi_set() {
	local id
	id=$("$fl_tool" napis "$dev" | sed 's/^ok //' | jq 'map(.id) | min')
	must "$fl_tool" napiset "$dev" defer-hard-irqs "$1" "$id"
	must "$fl_tool" napiset "$dev" gro-flush-timeout "$2" "$id"
	must "$fl_tool" napiset "$dev" irq-suspend-timeout "$3" "$id"
}
if [ -n "$(napis)" ]; then
	napi_set 7 3333 99
	napis >/tmp/napis
	check "one NAPI is set apart" grep -qx "7 3333 99" /tmp/napis
	check "tune" "$lt" tune xdp "$dev"
	refuse "it is like all others" cmp /tmp/napis <(napis)
	check "undo" "$lt" undo "$dev"
	check "it is apart again" cmp /tmp/napis <(napis)
	napi_set 0 0 0
	back "with NAPIs"
else
	skip "a NAPI that is set apart" "the kernel has no settings of NAPIs"
fi

# A state that cannot be read is neither undone nor written over.
must "$lt" tune latency "$dev"
state=/var/lib/lanetool/$dev.json
must cp "$state" /tmp/state
echo '{ "changes": [' >"$state"
refuse_with "undo by half a state" "$dev.json" "$lt" undo "$dev"
refuse_with "tune over half a state" "$dev.json" "$lt" tune throughput "$dev"
is "it is as it was" '{ "changes": [' "$(cat "$state")"
must cp /tmp/state "$state"
check "undo by all of it" "$lt" undo "$dev"
back "after half a state"

# A device made anew by its driver has nothing of what was set on the one before it.
must "$lt" tune throughput "$dev"
must "$lt" unbind "$dev"
must "$lt" bind "$(fl_pci 0)"
dev=$(fl_dev 0)
everything /tmp/anew
must ethtool -G "$dev" rx 512
check "undo, where the device was made anew" "$lt" undo "$dev"
is "its own settings stay" 512 "$(ethtool -g "$dev" | awk '/^RX:/ { n = $2 } END { print n }')"

# Where -L makes hashing's table anew, undo has it back: the in-tree drivers.
for port in 0 2; do
	[ "$port" = 2 ] || must "$lt" unbind "$(fl_pci "$port")"
	dev=$(fl_dev "$port") driver=$(fl_driver "$port")
	must ip link set "$dev" up
	must ethtool -L "$dev" combined 2
	must ethtool -X "$dev" weight 1 3
	everything /tmp/was
	table=$(ethtool -x "$dev")
	must "$lt" tune throughput "$dev"
	note "$driver: tune $([ "$(ethtool -x "$dev")" = "$table" ] && echo keeps || echo loses) the table"
	check "$driver: undo" "$lt" undo "$dev"
	back "$driver"
	[ "$port" = 2 ] || must "$lt" bind "$(fl_pci "$port")"
done
dev=$(fl_dev 0)
must ip link set "$dev" up

# --- persist

files=("/etc/udev/rules.d/90-lanetool-$dev.rules" "/etc/sysctl.d/90-lanetool-$dev.conf"
	"/etc/systemd/system/lanetool-$dev@.service")
everything /tmp/was
refuse_with "what others could write is not for root to run" "install lanetool first" \
	sh -c "cp $lt /tmp/lanetool && chmod 777 /tmp/lanetool && /tmp/lanetool tune connections $dev --persist"
back "not persisted"
must install -D "$lt" /usr/local/sbin/lanetool
mkdir -p /etc/sysctl.d
echo "kernel.printk = 4" >"${files[1]}"
refuse_with "a file of somebody else's stays" "not of lanetool's making" \
	lanetool tune connections "$dev" --persist
is "as it was" "kernel.printk = 4" "$(cat "${files[1]}")"
must rm "${files[1]}"
back "not persisted over it"
check "tune --persist" lanetool tune connections "$dev" --persist
check "a rule of udev's" grep -q "KERNELS==\"$(fl_pci 0)\".*WANTS}+=\"lanetool-$dev@" "${files[0]}"
check "a unit of systemd's" grep -qx "ExecStart=/usr/local/sbin/lanetool tune connections %i" "${files[2]}"
check "a file of sysctl.d's" grep -q '^net/core/somaxconn = 65535' "${files[1]}"
must sysctl -qw net.core.somaxconn=100
check "which sysctl takes" sysctl -qp "${files[1]}"
is "and sets" 65535 "$(sysctl -n net.core.somaxconn)"
if command -v udevadm >/dev/null; then
	is "udev would start the unit" 1 \
		"$(udevadm test "/sys/class/net/$dev" 2>/dev/null | grep -c "^SYSTEMD_WANTS=.*lanetool-$dev@$dev.service")"
fi
check "what the unit runs, runs" bash -c "$(sed -n "s/%i/$dev/; s/^ExecStart=//p" "${files[2]}")"
check "undo" lanetool undo "$dev"
for file in "${files[@]}"; do refuse "$file is gone" test -e "$file"; done
back "persist"

# A port is the same one by another name, and another one by the same name elsewhere.
name=$dev
must "$lt" tune xdp "$dev"
must ip link set "$dev" down
must ip link set "$dev" name lan0
must ip link set lan0 up
check "undo, of a port that was renamed" "$lt" undo
is "nothing is left to undo" "" "$(ls /var/lib/lanetool)"
must ip link set lan0 down
must ip link set lan0 name "$name"
must ip link set "$name" up
back "renamed"
must ip netns add other
must ip link add v0 index 900 type veth peer name v1
must "$lt" tune xdp v0
must ip -n other link add v0 index 900 type veth peer name v1
must ip netns exec other sh -c "echo 7 >/sys/class/net/v0/napi_defer_hard_irqs"
refuse_with "undo, in another namespace" "another network namespace" ip netns exec other "$lt" undo v0
refuse_with "tune likewise" "another network namespace" ip netns exec other "$lt" tune xdp v0
is "nothing was set there" 7 "$(ip netns exec other cat /sys/class/net/v0/napi_defer_hard_irqs)"
check "undo, where it was tuned" "$lt" undo v0
is "it is as it was" 0 "$(cat /sys/class/net/v0/napi_defer_hard_irqs)"
must ip link del v0
must ip netns del other

# What was set for the system goes with a boot, unless it persists.
must "$lt" tune connections "$dev"
must sed -i 's/"boot": "[^"]*"/"boot": "another"/' "/var/lib/lanetool/$dev.json"
must sysctl -qw net.core.somaxconn=1234
check "undo, after a boot" "$lt" undo "$dev"
is "what is set since stays" 1234 "$(sysctl -n net.core.somaxconn)"
# Undone in truth, not by a boot
must sysctl -qw net.core.somaxconn=4096

# Of two tuned ports each has the system's settings until it is undone.
must ip link add v0 type veth peer name v1
must "$lt" tune connections v0
check "tune of a port where nothing is left to change" lanetool tune connections v1 --persist
check "its file of sysctl.d's has the settings" \
	grep -q '^net/core/somaxconn = 65535' /etc/sysctl.d/90-lanetool-v1.conf
check "undo of the one" "$lt" undo v0
is "the other has the settings" 65535 "$(sysctl -n net.core.somaxconn)"
check "undo of the other" "$lt" undo v1
is "which were the last one's" 4096 "$(sysctl -n net.core.somaxconn)"
must ip link del v0

# The kernel takes no local ports that not anybody may bind to.
ports=$(sysctl -n net.ipv4.ip_local_port_range)
must sysctl -qw net.ipv4.ip_local_port_range="32768 60999"
must sysctl -qw net.ipv4.ip_unprivileged_port_start=2000
check "tune connections, where more ports are reserved" "$lt" tune connections "$dev"
is "these are left out" "2000 65535" "$(sysctl -n net.ipv4.ip_local_port_range | tr '\t' ' ')"
check "undo" "$lt" undo "$dev"
is "as it was" "32768 60999" "$(sysctl -n net.ipv4.ip_local_port_range | tr '\t' ' ')"
must sysctl -qw net.ipv4.ip_unprivileged_port_start=1024
must sysctl -qw net.ipv4.ip_local_port_range="$ports"

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
must ip link add abcdefghijklmno type veth peer name v1
refuse_with "what begins like another one's name" "No such device" "$lt" bind abcdefghijklmnopq
must ip link del abcdefghijklmno
refuse_with "nothing to confirm" "nothing to confirm" "$lt" bind --confirm

# What others know a port by goes with it.
known() {
	ip -j address show dev "$1" | jq -c '.[0] | .mtu, .master, (.flags | contains(["UP"])),
		(.addr_info[] | select(.scope == "global") | [.local, .prefixlen])'
	ip route show dev "$1"
	ip -6 route show dev "$1" proto static
}
dev=$(fl_dev 0)
must ip link add br0 type bridge
must ip link set "$dev" mtu 1400 master br0 up
must ip address add 10.7.0.1/24 dev "$dev"
must ip address add 10.7.0.9/24 dev "$dev"
must ip address add fd07::1/64 dev "$dev" nodad
must ip route add 10.8.0.0/16 via 10.7.0.2 dev "$dev"
must ip route add 10.6.0.1 dev "$dev" proto static metric 7
must ip -6 route add fd08::/64 via fd07::2 dev "$dev" proto static
must ip link add link "$dev" name v9 type vlan id 9
must wait_link "$dev" 20
was=$(known "$dev")
check "a port with addresses moves" "$lt" bind "$dev" --json
is "with all by which others know it" "$was" "$(known "$(fl_dev 0)")"
check "and back, with a way back" "$lt" unbind "$(fl_dev 0)" --revert-after 4
is "likewise" "$was" "$(known "$(fl_dev 0)")"
moved() { [ "$(fl_driver 0)" = flowlane ] && [ "$(known "$(fl_dev 0)" 2>&1)" = "$was" ]; }
check "and likewise when nobody confirms" wait_until 25 moved
must ip link add link "$(fl_dev 0)" name v9 type vlan id 9
"$lt" unbind "$(fl_dev 0)" >/tmp/lost 2>&1
check "what is lost is said" grep -q "lost: v9, a vlan" /tmp/lost
must "$lt" bind "$(fl_dev 0)"
check "without all that, if so wished" "$lt" unbind "$(fl_dev 0)" --no-addresses
is "it has none" "" "$(ip -4 address show dev "$(fl_dev 0)")"
must ip link del br0

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

# A driver that makes no network device (the kernel's pci-stub, which holds a device and does
# nothing): what the port was known by comes back with it.
dev=$(fl_dev 0)
must modprobe pci-stub
must ip link set "$dev" mtu 1400 up
must ip address flush dev "$dev"
must ip address add 10.7.0.1/24 dev "$dev"
must ip route add 10.8.0.0/16 via 10.7.0.2 dev "$dev"
must wait_link "$dev" 20
was=$(known "$dev")
"$lt" bind "$dev" pci-stub --no-addresses --revert-after 12 >/tmp/held 2>&1
is "it has gone to another driver" pci-stub "$(fl_driver 0)"
check "it comes back as it was" wait_until 60 moved
check "which the kernel's log says" eval 'dmesg | grep -q "nobody has confirmed pci-stub; back to flowlane"'
"$lt" bind "$(fl_dev 0)" pci-stub >/tmp/held 2>&1
check "what is lost meanwhile is said" grep -q "lost: .* there is no network device" /tmp/held
must "$lt" bind "$(fl_pci 0)" flowlane

# Moved by hand, it does not go where somebody wanted it to go back to.
check "with a way back" "$lt" bind "$(fl_pci 0)" in-tree --revert-after 5
check "and back by hand" "$lt" bind "$(fl_pci 0)" flowlane
resets=$(dmesg | grep -c "Intel 82576, ")
sleep 8
is "it stays there, untouched" "flowlane $resets" \
	"$(fl_driver 0) $(dmesg | grep -c "Intel 82576, ")"

# Sessions that may come by any port: over what leads nowhere, or anybody's in tmux
dev=$(fl_dev 0)
must ip link set "$dev" up
must ip netns add far
must ip link add t0 type veth peer name t1 netns far
must ip address add 10.98.0.1/24 dev t0
must ip link set t0 up
must ip -n far address add 10.98.0.7/24 dev t1
must ip -n far link set t1 up
refuse_with "who came by a tunnel" "one cannot tell by which port your SSH session" \
	env SSH_CONNECTION="10.98.0.7 40000 10.98.0.1 22" "$lt" bind "$dev" in-tree
must ip link set "$dev" down
check "a port that is down moves" \
	env SSH_CONNECTION="10.98.0.7 40000 10.98.0.1 22" "$lt" bind "$dev" in-tree
must "$lt" bind "$(fl_pci 0)" flowlane
dev=$(fl_dev 0)
must ip link set "$dev" up
serve 120 python3 -c 'import socket, time
s = socket.create_server(("10.98.0.1", 22)); c = s.accept(); time.sleep(110)'
check "somebody listens" wait_until 10 eval 'ss -Hltn "sport = 22" | grep -q 22'
serve 120 ip netns exec far python3 -c 'import socket, time
s = socket.create_connection(("10.98.0.1", 22)); time.sleep(110)'
check "somebody is there" wait_until 10 eval 'ss -Htn "sport = 22" | grep -q ESTAB'
refuse_with "whose session it is, in tmux" "an SSH session from 10.98.0.7 to 10.98.0.1" \
	env TMUX=/tmp/tmux-0/default,1,0 "$lt" bind "$dev" in-tree
check "it is not ours elsewhere" "$lt" bind "$dev" in-tree
must ip netns del far

kernel_log_clean
finish
