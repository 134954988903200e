#!/bin/bash
# Load flowlane.ko built with FLOWLANE_KUNIT=1: its suites run as it loads.  Each KUnit
# case becomes a result here.  Run by tests/run on kernels with KUnit.

. "$FL_TOP/tests/qemu/lib.sh"

results=/sys/kernel/debug/kunit
[ -d "$results" ] || bail "this kernel has no KUnit"
declare -A before
for suite in "$results"/*; do before[$suite]=1; done
# The module's own suites only: no NIC is there to be taken.
must insmod "$FL_MODULE"

said=
for folder in "$results"/*; do
	[ -z "${before[$folder]:-}" ] || continue
	suite=${folder##*/} cases=0
	while IFS= read -r line; do
		case $line in
		"    ok "*)
			name=${line#*ok * } reason=${line##*# SKIP }
			if [ "$reason" != "$line" ]; then
				skip "$suite: ${name%% # SKIP*}" "${reason:-no reason given}"
			else
				ok "$suite: $name"
			fi
			cases=$((cases + 1))
			;;
		"    not ok "*)
			# What KUnit says about a failure comes before its verdict.
			not_ok "$suite: ${line#*not ok * }" "$said"
			cases=$((cases + 1))
			;;
		*)
			said+=$line$'\n'
			continue
			;;
		esac
		said=
	done <"$folder/results"
	[ "$cases" -gt 0 ] || not_ok "$suite" "the suite has no result: $(cat "$folder/results")"
done
[ "$fl_count" -gt 0 ] || not_ok "the module has KUnit suites" "none appeared in $results"

check "the module unloads" rmmod flowlane
kernel_log_clean
finish
