#!/bin/bash
# A virtio port through its life under traffic: as test_lifecycle.sh has it for another
# device; and a transmitter that hangs, a device that goes without a warning.
#
# FL_LOOPS says how often the port goes down and up, and the module out and in; FL_UNPLUGS
# how often the device goes, each second time without a warning.  Before a release these
# are to be 50 on the debug kernel:
#
#   tests/qemu/vm --kernel debug --nic virtio,queues=4,rss=on --nic virtio,queues=4,rss=on \
#     --timeout 14400 --env FL_LOOPS=50 --env FL_UNPLUGS=50 \
#     --append 'pcie_ports=native iomem=relaxed' --env FL_MODULE=$(scripts/build-module debug) \
#     -- tests/qemu/test_virtio_life.sh
#
# vm: kernel=debian cpus=4 nics=virtio:queues=4:rss=on,virtio:queues=4:rss=on timeout=240 append=iomem=relaxed
# vm: kernel=debug cpus=2 nics=virtio:queues=4:rss=on,virtio:queues=4:rss=on timeout=900 append=pcie_ports=native,iomem=relaxed long=1

# Other rounds are much the same.
: "${FL_ROUNDS:=1}"
. "$FL_TOP/tests/qemu/life.sh"

unplugs=${FL_UNPLUGS:-2}
model=virtio-net-pci,mq=on,vectors=10,rss=on

driver_up
must x watch counters "$dev"
life_reconfigure 256 256
life_down_up 128
must ethtool -G "$dev" tx 256
try "no counter ever fell" end counters
life_bind virtio-pci
life_fail

# --- A transmitter that hangs: the test resets the device's Tx queues behind the driver's
# back, through the registers at the begin of BAR 4 (virtio 1.3, section 4.1.4.3).

reset_tx_queues() {
	/usr/bin/python3 - "$(fl_pci 0)" "$(lanes)" <<'END'
import mmap, sys
pci, lanes = sys.argv[1:]
QUEUE_SELECT, QUEUE_ENABLE, QUEUE_RESET = 22, 28, 58
with open(f"/sys/bus/pci/devices/{pci}/resource4", "r+b") as bar:
    word = memoryview(mmap.mmap(bar.fileno(), 4096)).cast("H")
    for lane in range(int(lanes)):
        word[QUEUE_SELECT // 2] = 2 * lane + 1
        word[QUEUE_RESET // 2] = 1
        if word[QUEUE_ENABLE // 2]:
            sys.exit(f"queue {2 * lane + 1} goes on")
END
}
# The stack looks at queues that are full only, and as many bytes as a limit that adapts
# lets in may never come from one connection.
queue_limit() {
	local limit
	for limit in "/sys/class/net/$dev"/queues/tx-*/byte_queue_limits/limit_max; do
		echo "$1" >"$limit"
	done
}
must x hold stream $peer4
resets=$(counter resets)
queue_limit 3000
log_mark
check "the Tx queues are off" reset_tx_queues
# shellcheck disable=SC2016 # for eval
check "the driver notices" wait_until 30 eval 'log_since_mark | grep -q "$dev: Tx timeout"'
queue_limit 100000000
note "$(log_since_mark | grep -m1 "$dev: Tx timeout")"
# shellcheck disable=SC2016 # for eval
check "it resets the port" wait_until 10 eval '[ "$(counter resets)" -gt "$resets" ]'
recovers "Tx hang"
is "one reset was enough" $((resets + 1)) "$(counter resets)"
try "the connection saw nothing wrong" release stream

# --- The device goes

traffic_on
for ((i = 0; i < unplugs; i++)); do
	if [ $((i % 2)) -eq 0 ]; then
		check "a device that is unplugged goes" fl_unplug 0
	else
		check "a device that is snatched goes" fl_snatch 0
	fi
	plug_back $model
done
traffic_off "unplugged and plugged"
works "unplugged and plugged"

# The stack reports the hang, too.  6.12's own pciehp takes its reset_lock and
# pci_rescan_remove_lock in either order: see test_lifecycle.sh.
kernel_log_clean "the kernel's log is clean" \
	'NETDEV WATCHDOG|transmit queue .* timed out|WARNING: .*dev_watchdog|trying to acquire lock:\n[^\n]*&ctrl->reset_lock'
finish
