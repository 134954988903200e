#!/bin/bash
# The guest's part of the steering benchmark: NIC 0 under Flowlane and NIC 2 under igb, each
# with a peer of its own behind it, and both measured in this one boot.

. "$FL_TOP/tests/qemu/lib.sh"

load_flowlane
fl_bind 0
ours=$(fl_dev 0) ours_peer=$(fl_dev 1) theirs=$(fl_dev 2) theirs_peer=$(fl_dev 3)
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
python3 "$FL_TOP/tools/bench/steering_guest.py" "flowlane $ours $ours_peer 10.0.0.1" "igb $theirs $theirs_peer 10.0.2.1"
