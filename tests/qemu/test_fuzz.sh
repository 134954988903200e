#!/bin/bash
# Settings that make no sense, under traffic: what is refused changes nothing, what is
# accepted can be read and set again.  FL_SEED repeats a run.
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=200
# vm: kernel=debug cpus=2 nics=igb,igb timeout=600 long=1

. "$FL_TOP/tests/qemu/driver.sh"

driver_up
must x hold live $peer4
must x blast out $peer4 1400
read -ra seed <<<"${FL_SEED:-}"
if said=$("$FL_TOP/tests/qemu/tools/fuzz.py" "$dev" "${FL_ROUNDS:-$(scale 200 200)}" "${seed[@]}" 2>&1); then
	ok "values of chance"
	note "$said"
else
	not_ok "values of chance" "$said"
fi

# Some of them stop all traffic, but nothing is broken for good.
must ip link set "$dev" mtu 1500
must ethtool -s "$dev" autoneg on advertise 0x02f
must ethtool -X "$dev" default
check "the link comes back" wait_link "$dev"
try "the connection goes on" progress live 60
try "it was right to the last byte" release live
try "the sender has come through" end out
try "traffic" tcp $peer4 "$(scale 2000000 200000)" both

kernel_log_clean
finish
