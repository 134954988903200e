#!/bin/bash
# Rules by ethtool on QEMU's model, which has no filters: the feature is there for flows of
# the stack; each rule is refused, the log says why, and nothing changes.  (What rules do
# where there are filters: tests/kunit/test_nfc.c.)
#
# vm: kernel=debian cpus=2 nics=igb,igb timeout=90

. "$FL_TOP/tests/qemu/driver.sh"

load_flowlane
fl_bind 0
dev=$(fl_dev 0)
peer_up 0 1

rules() { ethtool -n "$dev" 2>&1 | tr -s '\n' ' '; }
feature() { ethtool -k "$dev" | awk '$1 == "ntuple-filters:" { $1 = ""; print substr($0, 2) }'; }
settings_now() { rules; ethtool -k "$dev"; ethtool -x "$dev"; }
none="$(lanes) RX rings available Total 0 rules "

# rule FORM...: insert one; what it says, and the reason from the log.  The exit code of
# ethtool -N itself says nothing.
rule() {
	local said
	log_mark
	said=$(ethtool -N "$dev" flow-type "$@" 2>&1)
	printf '%s\n' "$said"
	log_since_mark | grep -o "$dev: rule refused: .*"
	[[ $said == *Added* ]]
}

# --- The feature

is "ntuple-filters are on" "on" "$(feature)"
is "there are no rules" "$none" "$(rules)"
check "off" ethtool -K "$dev" ntuple off
is "they are" "off" "$(feature)"
is "off: there are none" "$none" "$(rules)"
because "off: a rule" "the device has no filters" rule tcp4 dst-port 80 action 1
check "on again" ethtool -K "$dev" ntuple on
is "they are" "on" "$(feature)"
check "a VLAN on top" ip link add link "$dev" name v77 type vlan id 77
is "has no rules of its own" "off [fixed]" "$(ethtool -k v77 | awk '$1 == "ntuple-filters:" { print $2, $3 }')"

# --- Rules

for form in "tcp4 src-ip 10.0.0.2 dst-ip 10.0.0.1 src-port 1 dst-port 80 action 1" \
	"udp4 dst-port 53 action 0 loc 3" "sctp4 src-port 9 action 1" "ip4 l4proto 1 action 1" \
	"tcp6 dst-port 80 action 1" "ether proto 0x88cc action 1" "tcp4 dst-port 80 action -1"; do
	# shellcheck disable=SC2086 # words of a command
	because "$form" "the device has no filters" rule $form
done
refuse_with "it is not a fault of the request" "not supported" rule tcp4 dst-port 80 action 1
refuse "a rule that is not there cannot be removed" ethtool -N "$dev" delete 0
refuse "nor looked at" ethtool -n "$dev" rule 0
check "lanes come and go" ethtool -L "$dev" combined 1
check "as without rules" ethtool -L "$dev" combined 2

check "ping" ping -qc3 -i0.05 -W5 $peer4
kernel_log_clean
finish
