#!/bin/bash
# The netlink family flowlane: what it shows, to whom, what it refuses and why, beside
# ports and a module that come and go.  (Flows, and dumps of many: tests/kunit/test_nl.c.)
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=120

. "$FL_TOP/tests/qemu/driver.sh"

source=$FL_CACHE/sources/7
[ -e "$source/tools/net/ynl/pyynl/cli.py" ] || bail "there are no kernel sources in $source"
load_flowlane
fl_bind 0
fl_bind 1
dev=$(fl_dev 0) peer_dev=$(fl_dev 1)
must ip link set "$dev" up
must ip link set "$peer_dev" up

begin=$(date +%s%N)
"$FL_TOP/tests/qemu/tools/netlink.py" "$source" "$FL_TOP/Documentation/netlink/specs/flowlane.yaml" \
	"$dev" "$peer_dev" >/tmp/results 2>/tmp/trouble
status=$?
while IFS= read -r line; do
	case $line in
	'ok '*) ok "${line#ok }" ;;
	'not ok '*)
		line=${line#not ok }
		not_ok "${line%%$'\t'*}" "${line#*$'\t'}"
		;;
	*) note "$line" ;;
	esac
done </tmp/results
is "all of it was run" "0 " "$status $(tail -n 20 /tmp/trouble)"
note "it took $((($(date +%s%N) - begin) / 1000000)) ms"
kernel_log_clean
finish
