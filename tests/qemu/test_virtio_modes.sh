#!/bin/bash
# Which virtio devices are taken, and on which interrupts they run: behind an IOMMU, with
# fewer vectors than lanes, with none. One that sees past the IOMMU is refused, and one
# without a modern interface, and another kind of device; the in-tree driver has them back.
#
# vm: kernel=debian cpus=4 nics=virtio:queues=4:vectors=3:iommu_platform=on,virtio:queues=4,virtio:queues=4:vectors=0:iommu_platform=on,virtio:queues=4:vectors=2:iommu_platform=on,virtio:queues=1:disable-modern=on:disable-legacy=off,virtio:queues=1 timeout=180 iommu=1 append=no_timer_check

. "$FL_TOP/tests/qemu/driver.sh"

# no_bind PCI: Flowlane is asked for a device, and does not take it; says what the log did
no_bind() {
	local device=/sys/bus/pci/devices/$1
	log_mark
	echo flowlane-virtio >"$device/driver_override"
	echo "$1" >"$device/driver/unbind"
	echo "$1" >/sys/bus/pci/drivers_probe
	[ ! -e "$device/driver" ] || bail "$1 has a driver: $(readlink "$device/driver")"
	echo virtio-pci >"$device/driver_override"
	echo "$1" >/sys/bus/pci/drivers_probe
	log_since_mark | grep "flowlane-virtio $1"
}

load_flowlane
for nic in 0 1 2 3 4 5; do
	is "NIC $nic is left to the driver that has it" virtio-pci "$(fl_driver $nic)"
done

check "a device past the IOMMU is refused with words" grep -q iommu_platform <<<"$(no_bind "$(fl_pci 5)")"
check "it works with the in-tree driver" wait_until 10 fl_dev 5
check "a legacy device is refused with words" grep -q "legacy device" <<<"$(no_bind "$(fl_pci 4)")"
check "it works with the in-tree driver" wait_until 10 fl_dev 4
# The runner's random numbers come from one.
rng=$(readlink -f /sys/bus/virtio/drivers/virtio_rng/virtio*)
rng=${rng%/*} rng=${rng##*/}
is "another kind of device is refused without a word" "" "$(no_bind "$rng" | grep -v enabling)"

fl_bind 0
dev=$(fl_dev 0)
peer_up 0 1
talk_start
is "three vectors: two lanes" 2 "$(lanes)"
is "no more to be had" 2 "$(ethtool -l "$dev" | awk '/^Combined:/ { print $2; exit }')"
try "behind the IOMMU: TCP v4" tcp $peer4 1000000 both
try "TCP v6, several connections" tcp $peer6 100000 both conns=6
yes "an interrupt for each" "$(lane_irq 1) > 0"

# turn_to NIC: it is $dev, the one before is down
turn_to() {
	ip link set "$dev" down
	ip address flush dev "$dev"
	log_mark
	fl_bind "$1"
	dev=$(fl_dev "$1")
	address_again
	must ip link set "$dev" up
	must wait_link "$dev"
}
turn_to 2
one_lane INTx IO-APIC 2
turn_to 3
is "two vectors: one lane" 1 "$(lanes)"
try "two vectors: TCP" tcp $peer4 1000000 both

kernel_log_clean
finish
