#!/bin/bash
# Short connections and consumers that wander, for long: nothing is said, nothing is left.
#
# FL_SECONDS says for how long; an hour:
#
#   tests/qemu/vm --kernel debug --cpus 4 --nic igb --nic igb --timeout 5000 --env FL_SECONDS=3600 \
#     --env FL_MODULE="$(scripts/build-module debug W=1 C=1)" -- tests/qemu/test_churn.sh
#
# vm: kernel=debug cpus=4 nics=igb,igb timeout=500 long=1

. "$FL_TOP/tests/qemu/driver.sh"
. "$FL_TOP/tests/qemu/flows.sh"

seconds=${FL_SECONDS:-180}

driver_up
flows_up
all_cpus=$(seq -s, 0 $(($(nproc) - 1)))
mode arfs

# Beside the short ones, some that stay; all on consumers that go to a CPU of chance
connect 16 "$all_cpus"
receiver shuffle 300 >/dev/null
pace "$(scale 500 100)"
# Ports that have just been used are to be used again.
must in_peer sysctl -qw net.ipv4.tcp_tw_reuse=1
in_peer /tmp/flows churn 10.0.0.1 $fl_flows_port "$seconds" 8 >/tmp/churn.said 2>&1 &
churn=$!
# It ends by itself after these seconds, and the guest has its limit; until then say how far
# it has come.
while sleep 10 && kill -0 $churn 2>/dev/null; do
	[ $((SECONDS % 60)) -ge 10 ] || note "$SECONDS s: $(steering)"
done
if wait $churn; then
	ok "every short connection had all its data"
else
	not_ok "every short connection had all its data" "$(cat /tmp/churn.said)"
fi
note "$(cat /tmp/churn.said)"
note "$(receiver snap)"
yes "those that stay are alive" "$(progress) > 0"
yes "flows were led" "$(steer_counter added) > 0" "$(steering)"
disconnect
check "of flows that have ended none is known" wait_until 120 none_steered
note "$(steering)"
is "nothing failed" 0 "$(steer_counter failed)"
check "the module goes" rmmod flowlane
kernel_log_clean
finish
