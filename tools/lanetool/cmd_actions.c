// SPDX-License-Identifier: GPL-2.0
/* What a device is told to do: -t, -r, -p and --reset, by ioctls */
#include <limits.h>
#include <stdlib.h>

#include "lanetool.h"

#define TESTS_MAX	4096	/* the kernel writes what there is, not what there is room for */

/* --- -t */

static int action_test_say(struct lt *lt, const struct lt_strset *names,
			   const struct ethtool_test *test)
{
	bool failed = test->flags & ETH_TEST_FL_FAILED;
	bool done = test->flags & ETH_TEST_FL_EXTERNAL_LB_DONE;
	uint32_t i;

	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	out_str(lt, "result", "The test result is %s\n", failed ? "FAIL" : "PASS");
	if (test->flags & ETH_TEST_FL_EXTERNAL_LB) {
		out_text(lt, "External loopback test was %sexecuted\n", done ? "" : "not ");
		out_bool(lt, "external-loopback", NULL, done);
	}
	if (names->count)
		out_text(lt, "The test extra info:\n");
	out_object(lt, "tests");
	for (i = 0; i < names->count && i < TESTS_MAX; i++) {
		out_text(lt, "%s\t %d\n", lt_string(names, i), (int)test->data[i]);
		out_int(lt, lt_string(names, i), NULL, (int64_t)test->data[i]);
	}
	out_close(lt);
	out_text(lt, "\n");
	out_close(lt);
	return failed ? ETH_TEST_FL_FAILED : 0;
}

static int action_test(struct lt *lt)
{
	static const struct lt_choice modes[] = {
		{ "online", 0 },
		{ "offline", ETH_TEST_FL_OFFLINE },
		{ "external_lb", ETH_TEST_FL_OFFLINE | ETH_TEST_FL_EXTERNAL_LB },
		{}
	};
	const struct lt_choice *mode = &modes[1];
	const struct lt_strset *names;
	struct ethtool_test *test;
	int ret = 74;

	if (lt->argc == 1)
		for (mode = modes; mode->name && strcmp(mode->name, lt->argv[0]);)
			mode++;
	if (lt->argc > 1 || !mode->name)
		return lt_bad_args(lt);
	out_begin(lt);
	names = lt_ioctl_strings(lt, ETH_SS_TEST, "Cannot get strings");
	if (!names)
		return 74;
	test = calloc(1, sizeof(*test) + TESTS_MAX * sizeof(*test->data));
	if (!test) {
		fprintf(lt->err, "Cannot allocate memory for test info: %s\n", strerror(errno));
		return 73;
	}
	test->cmd = ETHTOOL_TEST;
	test->len = names->count;
	test->flags = mode->value;
	if (!lt_ioctl(lt, test, "Cannot test"))
		ret = action_test_say(lt, names, test);
	free(test);
	return ret;
}

/* --- -r, -p */

/* ethtool returns the ioctl's -1. */
static int action_value(struct lt *lt, uint32_t cmd, uint32_t value, const char *what)
{
	struct ethtool_value command = { .cmd = cmd, .data = value };

	out_begin(lt);
	return lt_ioctl(lt, &command, what) ? 255 : 0;
}

static int action_negotiate(struct lt *lt)
{
	if (lt->argc)
		return lt_bad_args(lt);
	return action_value(lt, ETHTOOL_NWAY_RST, 0, "Cannot restart autonegotiation");
}

static int action_identify(struct lt *lt)
{
	long seconds = 0;
	char *end;

	if (lt->argc > 1)
		return lt_bad_args(lt);
	if (lt->argc) {
		errno = 0;
		seconds = strtol(lt->argv[0], &end, 0);
		if (errno || *end || seconds < INT_MIN || seconds > INT_MAX)
			return lt_bad_args(lt);
	}
	return action_value(lt, ETHTOOL_PHYS_ID, seconds, "Cannot identify NIC");
}

/* --- --reset */

static const struct lt_choice parts[] = {
	{ "mgmt", ETH_RESET_MGMT }, { "irq", ETH_RESET_IRQ }, { "dma", ETH_RESET_DMA },
	{ "filter", ETH_RESET_FILTER }, { "offload", ETH_RESET_OFFLOAD }, { "mac", ETH_RESET_MAC },
	{ "phy", ETH_RESET_PHY }, { "ram", ETH_RESET_RAM }, { "ap", ETH_RESET_AP }, {}
};

/* One argument, or two, as bits.  Return: 0 if it is none. */
static uint32_t action_reset_part(struct lt *lt)
{
	const struct lt_choice *part;
	const char *arg = *lt->argv;
	size_t len;

	lt->argv++;
	lt->argc--;
	if (!strcmp(arg, "flags") && lt->argc) {
		lt->argc--;
		return strtoul(*lt->argv++, NULL, 0);
	}
	if (!strcmp(arg, "dedicated"))
		return ETH_RESET_DEDICATED;
	if (!strcmp(arg, "all"))
		return ETH_RESET_ALL;
	for (part = parts; part->name; part++) {
		len = strlen(part->name);
		if (strncmp(arg, part->name, len))
			continue;
		if (!arg[len])
			return part->value;
		if (!strcmp(arg + len, "-shared"))
			return part->value << ETH_RESET_SHARED_SHIFT;
	}
	return 0;
}

static int action_reset(struct lt *lt)
{
	struct ethtool_value command = { .cmd = ETHTOOL_RESET };
	uint32_t wanted = 0, part;

	if (!lt->argc)
		return lt_bad_args(lt);
	while (lt->argc) {
		part = action_reset_part(lt);
		if (!part)
			return lt_bad_args(lt);
		wanted |= part;
	}
	command.data = wanted;
	out_begin(lt);
	out_text(lt, "ETHTOOL_RESET 0x%x\n", wanted);
	if (lt_ioctl(lt, &command, "Cannot issue ETHTOOL_RESET"))
		return 1;
	out_text(lt, "Components reset:     0x%x\n", wanted & ~command.data);
	if (command.data)
		out_text(lt, "Components not reset: 0x%x\n", command.data);
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	out_uint(lt, "reset", NULL, wanted & ~command.data);
	out_uint(lt, "not-reset", NULL, command.data);
	out_close(lt);
	return 0;
}

const struct lt_command lt_actions[] = {
	{ "-t|--test", "[online | offline | external_lb]", "Run the device's self-test",
	  action_test, LT_SCHEMA_OWN | LT_IOCTL },
	{ "-r|--negotiate", NULL, "Negotiate the link anew", action_negotiate,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "-p|--identify", "[SECONDS]", "Blink, so that the port is found", action_identify,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "--reset",
	  "[flags HEX] [mgmt] [mgmt-shared] [irq] [irq-shared] [dma] [dma-shared]\n"
	  "[filter] [filter-shared] [offload] [offload-shared] [mac] [mac-shared]\n"
	  "[phy] [phy-shared] [ram] [ram-shared] [ap] [ap-shared] [dedicated] [all]",
	  "Reset parts of the device", action_reset, LT_SCHEMA_OWN | LT_IOCTL },
	{}
};
