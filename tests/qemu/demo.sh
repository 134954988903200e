#!/bin/bash
# The guest's part of `make demo`: port 0 under Flowlane, port 1 under its in-tree driver
# in a network namespace as the other end of the wire.

. "$FL_TOP/tests/qemu/lib.sh"

fail() {
	echo
	echo "demo: FAILED: $*"
	dmesg | tail -n 30
	exit 1
}

bail() { fail "$@"; }

# step TITLE COMMAND...: show a command and what it says; it must succeed
step() {
	local title=$1
	shift
	echo
	echo "== $title"
	echo "\$ $*"
	"$@" 2>&1 || fail "$title: '$*' ended with $?"
}

# What each lane has counted, as NAME VALUE; interrupts summed over the CPUs
counters() {
	ethtool -S "$dev" 2>/dev/null | sed -n 's/^ *\(.*\): \([0-9]\+\)$/\1 \2/p' | tr -d '"'
	awk -v dev="$dev" -v pci="$(fl_pci 0)" '
		index($0, dev) || index($0, pci) {
			sum = 0
			for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i
			print "interrupts:" $NF, sum
		}' /proc/interrupts
}

# moved BEFORE AFTER: the counters that differ
moved() {
	awk 'NR == FNR { before[$1] = $2; next }
		$2 != before[$1] { printf "  %-40s %12d -> %12d\n", $1, before[$1], $2 }' "$1" "$2"
}

echo "== Linux $(uname -r), $(nproc) CPUs"
load_flowlane
fl_bind 0
dev=$(fl_dev 0)
echo "port 0 ($(fl_pci 0)) is $dev under $(fl_driver 0); port 1 ($(fl_pci 1)) stays with $(fl_driver 1)"
peer_up 0 1

step "the port" ethtool -i "$dev"
[ "$(ethtool -i "$dev" | sed -n 's/^driver: //p')" = flowlane ] || fail "$dev is not driven by flowlane"
step "the link" ethtool "$dev"
ethtool "$dev" | grep -q 'Link detected: yes' || fail "no link"
counters >/tmp/before

step "IPv4" ping -c 3 -i 0.3 -W 3 10.0.0.2
step "IPv6" ping -c 3 -i 0.3 -W 3 fd00::2
serve 120 ip netns exec peer iperf3 -s
wait_until 10 peer_listens 5201 || fail "the iperf3 server did not start"
step "TCP, Flowlane sends" iperf3 -f m -c 10.0.0.2 -t 4
step "TCP, Flowlane receives" iperf3 -f m -c 10.0.0.2 -t 4 -R
step "TCP over IPv6" iperf3 -f m -c fd00::2 -t 3
step "UDP" iperf3 -f m -u -b 100M -l 1400 -c 10.0.0.2 -t 3
stop_servers

counters >/tmp/after
echo
echo "== what the lanes counted meanwhile"
moved /tmp/before /tmp/after | tee /tmp/moved
grep -q '^  interrupts:' /tmp/moved || fail "no interrupt counter of $dev moved"
grep -vq '^  interrupts:' /tmp/moved || fail "no counter of ethtool -S $dev moved"

# Flow steering, as Documentation/steering.rst has it
echo 32768 >/proc/sys/net/core/rps_sock_flow_entries
for queue in /sys/class/net/"$dev"/queues/rx-*; do
	echo 4096 >"$queue/rps_flow_cnt"
done
# lane_packets: received by each lane, as LANE PACKETS
lane_packets() { counters | sed -n 's/^lane\([0-9]*\)_rx_packets/\1/p'; }
for ((cpu = 0; cpu < $(nproc); cpu++)); do
	serve 60 taskset -c $cpu iperf3 -s -p $((5210 + cpu))
	wait_until 10 listens $((5210 + cpu)) || fail "the iperf3 server did not start"
	lane_packets >/tmp/before
	step "a receiver on CPU $cpu" ip netns exec peer iperf3 -f m -c 10.0.0.1 -p $((5210 + cpu)) -t 2
	lane_packets >/tmp/after
	echo "  where it arrived:"
	# Lane i is at home on CPU i: nobody has moved an interrupt.
	awk -v cpu=$cpu 'NR == FNR { before[$1] = $2; next }
		{ n = $2 - before[$1]; sum += n; if (n) printf "  lane %d %33d packets\n", $1, n }
		$1 == cpu { home = n }
		END { exit home < sum * 0.9 }' /tmp/before /tmp/after || fail "not on the lane of CPU $cpu"
done
stop_servers

step "giving the port back to its in-tree driver" fl_bind 0 in-tree
step "unloading" rmmod flowlane
kernel_log_clean "the kernel's log" >/tmp/log || fail "the kernel complained: $(cat /tmp/log)"
