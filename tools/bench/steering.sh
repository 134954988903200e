#!/bin/bash
# The guest's part of the steering benchmark: NIC 0 under Flowlane and NIC 2 under the
# in-tree driver, each with a peer of its own behind it, and both measured in this one boot.
#
#   BENCH_DRIVERS="igb flowlane"   what PCI calls the in-tree driver and Flowlane's
#   BENCH_IN_TREE=igb              what everyone calls the in-tree driver

. "$FL_TOP/tests/qemu/lib.sh"

load_flowlane
read -ra drivers <<<"$BENCH_DRIVERS"
fl_bind 0 "${drivers[1]}"
ours=$(fl_dev 0) ours_peer=$(fl_dev 1) theirs=$(fl_dev 2) theirs_peer=$(fl_dev 3)
ours_peer_irqs=$(fl_vectors "$ours_peer") theirs_peer_irqs=$(fl_vectors "$theirs_peer")
peer_up 0 1
must ip link set "$theirs_peer" netns peer
must ip address add 10.0.2.1/24 dev "$theirs"
must in_peer ip address add 10.0.2.2/24 dev "$theirs_peer"
must ip link set "$theirs" up
must in_peer ip link set "$theirs_peer" up
must wait_link "$theirs"
must ping -qc3 -i0.2 10.0.0.2
wait_until 15 ping -qc1 -W1 10.0.2.2 || bail "the second pair is not connected"
cp "$BENCH_FLOWS" /tmp/flows
python3 "$FL_TOP/tools/bench/steering_guest.py" \
	"flowlane $ours 10.0.0.1 $ours $ours_peer_irqs" \
	"$BENCH_IN_TREE $theirs 10.0.2.1 $(fl_vectors "$theirs") $theirs_peer_irqs"
