#!/bin/bash
# A port through its life under traffic: down and up, module out and in, unbind and bind,
# MTU, lanes and rings changed, link lost, device reset, in error and lost.  No counter
# ever falls, connections survive what the link survives.
#
# FL_LOOPS says how often the port goes down and up, and the module out and in.  Before a
# release that is to be 100 times on the debug kernel (45 minutes):
#
#   tests/qemu/vm --kernel debug --nic igb --nic igb --timeout 14400 --env FL_LOOPS=100 \
#     --append pcie_ports=native --env FL_MODULE=$(scripts/build-module debug) \
#     -- tests/qemu/test_lifecycle.sh
#
# Without power management of links (ASPM) a kernel leaves error recovery and hotplug to
# the platform, unless it is told.
#
# vm: kernel=debian cpus=4 nics=igb,igb timeout=240
# vm: kernel=debug cpus=2 nics=igb,igb timeout=600 append=pcie_ports=native long=1

. "$FL_TOP/tests/qemu/life.sh"

driver_up
must x watch counters "$dev"
life_reconfigure 512 4096
life_down_up 1024
try "no counter ever fell" end counters

# --- The link

must x watch counters "$dev"
log_mark
carrier=$(link_changes)
must fl_host 'set_link n0 off'
check "carrier goes with the link" wait_until 10 sh -c "! grep -q 1 /sys/class/net/$dev/carrier"
check "the log says so" wait_until 5 sh -c "dmesg | tail -n 20 | grep -q '$dev: link down'"
is "ethtool says so" "Link detected: no" "$(ethtool "$dev" | grep -o 'Link detected: no')"
must fl_host 'set_link n0 on'
check "carrier is back" wait_link "$dev"
is "two changes" $((carrier + 2)) "$(link_changes)"
works "link back"
check "the link comes up after ethtool -r" sh -c "ethtool -r $dev && sleep 0.1"
check "as it was" wait_link "$dev"
works "negotiated again"
try "no counter ever fell here" end counters

life_bind igb
life_fail
life_unplug igb

# 6.12's own pciehp takes its reset_lock and pci_rescan_remove_lock in either order.  Only a
# report of that is forgiven, not one of another lock that is taken while it holds these.
kernel_log_clean "the kernel's log is clean" 'trying to acquire lock:\n[^\n]*&ctrl->reset_lock'
finish
