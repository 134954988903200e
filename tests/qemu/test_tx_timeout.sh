#!/bin/bash
# A transmitter that really hangs: the test switches it off behind the driver's back.
# The driver says what it knows, resets, and the port is as it was.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=120 append=iomem=relaxed

. "$FL_TOP/tests/qemu/driver.sh"

# register OFFSET [AND OR]: read a register, or change bits of it, through the BAR
register() {
	/usr/bin/python3 - "$(fl_pci 0)" "$@" <<'EOF'
import mmap, struct, sys
pci, offset, *change = sys.argv[1:]
with open(f"/sys/bus/pci/devices/{pci}/resource0", "r+b") as bar:
    memory = memoryview(mmap.mmap(bar.fileno(), 0x20000)).cast("I")
    index = int(offset, 0) // 4
    if change:
        memory[index] = memory[index] & int(change[0], 0) | int(change[1], 0)
    print(f"{memory[index]:#x}")
EOF
}

driver_up
# Everything a reset could lose.
must ip link add link "$dev" name v77 type vlan id 77
must ip link set v77 up
must in_peer ip link set "$peer_dev" mtu 2000
must ip link set "$dev" mtu 2000
must ethtool -L "$dev" combined 2
must ethtool -G "$dev" rx 256 tx 256
must ip link set "$dev" allmulticast on
must ip maddress add 01:00:5e:01:02:03 dev "$dev"
must ethtool -K "$dev" rx-vlan-filter on
must wait_until 20 ping -qc1 -W1 $peer4
configuration() {
	ethtool -l "$dev" | tail -n 4
	ethtool -g "$dev" | tail -n 12
	ethtool -k "$dev"
	ip -o link show "$dev" | sed 's/qdisc.*//'
}
before=$(configuration)
before_tx=$(cat "/sys/class/net/$dev/statistics/tx_packets")
is "no reset so far" 0 "$(counter resets)"
must x hold stream $peer4
# The stack looks at queues that are full only, and as many bytes as a limit that adapts
# lets in may never come from one connection.
queue_limit() {
	local limit
	for limit in "/sys/class/net/$dev"/queues/tx-*/byte_queue_limits/limit_max; do
		echo "$1" >"$limit"
	done
}
queue_limit 3000

log_mark
tctl=$(register 0x400)
must register 0x400 0xfffffffd 0
is "the transmitter is off" "$((tctl & ~2))" "$(($(register 0x400)))"
check "the driver notices" wait_until 30 sh -c "dmesg | grep -q '$dev: Tx timeout'"
queue_limit 100000000
said=$(log_since_mark | grep -m1 "$dev: Tx timeout")
note "$said"
check "it names the lane" grep -qE 'lane [01]:' <<<"$said"
check "and the indices" grep -qE 'next_to_use [0-9]+, next_to_clean [0-9]+.*head [0-9]+, tail [0-9]+' <<<"$said"
check "and the time since the last NAPI run" grep -qE '[0-9]+ usecs since last NAPI' <<<"$said"
# shellcheck disable=SC2016 # for eval
check "it resets the port" wait_until 10 eval '[ "$(counter resets)" -ge 1 ]'
check "the link comes back" wait_link "$dev"
is "the transmitter is on" "$((tctl))" "$(($(register 0x400)))"
is "one reset was enough" 1 "$(counter resets)"
reporter=(health show "pci/$(fl_pci 0)" reporter tx)
check "devlink counts it" grep -q 'state healthy error 1 recover 1 ' <<<"$(devlink "${reporter[@]}")" ||
	note "$(devlink "${reporter[@]}")"
dump=$(devlink -j health dump show "pci/$(fl_pci 0)" reporter tx)
check "its dump was taken before the reset" grep -q "\"TCTL\":\"$(printf '0x%08x' $((tctl & ~2)))\"" <<<"$dump"
check "while something was in the ring" grep -q '"packet_end":true' <<<"$dump"
try "a connection lives through it" progress stream 60
try "and saw nothing wrong" release stream
try "traffic" tcp $peer4 1000000 both
is "the configuration is as before" "$before" "$(configuration)"
own=$(cat "/sys/class/net/$dev/address")
counts_as "the VLAN gets in" 10 "$peer_dev" "$dev" "$own" 10 vid=77
counts_as "another does not" 0 "$peer_dev" "$dev" "$own" 10 vid=78
counts_as "multicast gets in" 10 "$peer_dev" "$dev" 01:00:5e:7f:7f:7f 10
counts_as "frames of the MTU's size get in" 10 "$peer_dev" "$dev" "$own" 10 len=2014
yes "counters went on" "$(cat "/sys/class/net/$dev/statistics/tx_packets") > $before_tx"

# The stack reports the hang, too.
kernel_log_clean "nothing else in the log" 'NETDEV WATCHDOG|transmit queue .* timed out|WARNING: .*dev_watchdog'
finish
