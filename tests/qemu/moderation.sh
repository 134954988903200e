# shellcheck shell=bash
# shellcheck disable=SC2154 # $dev is driver.sh's
# Sourced after driver.sh: interrupt moderation as ethtool has it, and the interrupts.

# settings [QUEUE]: adaptive-rx, adaptive-tx, rx-usecs, tx-usecs
settings() {
	if [ $# -gt 0 ]; then
		ethtool -Q "$dev" queue_mask $((1 << $1)) --show-coalesce
	else
		ethtool -c "$dev"
	fi | awk '/^Adaptive/ { a = $3 " " $5 } /^rx-usecs:/ { r = $2 } /^tx-usecs:/ { t = $2 } END { print a, r, t }'
}

# queue N SETTING...: of this queue alone
queue() {
	local mask=$((1 << $1))
	shift
	ethtool -Q "$dev" queue_mask "$mask" --coalesce "$@"
}

# shellcheck disable=SC2317 # called by settings_keep
settings_now() { settings; settings 0; settings 1; }

# interrupts: of all lanes, so far
interrupts() { awk -v lane="$dev-lane" '$NF ~ lane { for (i = 2; i <= NF; i++) if ($i ~ /^[0-9]+$/) n += $i } END { print n }' /proc/interrupts; }
