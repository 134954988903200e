// SPDX-License-Identifier: GPL-2.0
/* Interrupt moderation queue by queue: -Q.  By ioctl: netlink has no request for it. */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "lanetool.h"

#define QUEUES_FAILED		242	/* exit codes of ethtool's, which has -EFAULT */
#define QUEUES_UNSUPPORTED	161	/* and -EOPNOTSUPP for them */
#define QUEUES_BAD_MASK		255

struct queues {
	uint32_t mask[MAX_NUM_QUEUE / 32];
	uint32_t count;		/* bits in it */
};

#define QUEUES_AT(member) offsetof(struct ethtool_coalesce, member)

/* In the order shown, behind the switches; an empty row is a blank line. */
static const struct queues_param {
	const char *name;
	size_t offset;		/* of a u32 */
} params[] = {
	{ "adaptive-rx", QUEUES_AT(use_adaptive_rx_coalesce) },
	{ "adaptive-tx", QUEUES_AT(use_adaptive_tx_coalesce) },
	{ "stats-block-usecs", QUEUES_AT(stats_block_coalesce_usecs) },
	{ "sample-interval", QUEUES_AT(rate_sample_interval) },
	{ "pkt-rate-low", QUEUES_AT(pkt_rate_low) },
	{ "pkt-rate-high", QUEUES_AT(pkt_rate_high) },
	{},
	{ "rx-usecs", QUEUES_AT(rx_coalesce_usecs) },
	{ "rx-frames", QUEUES_AT(rx_max_coalesced_frames) },
	{ "rx-usecs-irq", QUEUES_AT(rx_coalesce_usecs_irq) },
	{ "rx-frames-irq", QUEUES_AT(rx_max_coalesced_frames_irq) },
	{},
	{ "tx-usecs", QUEUES_AT(tx_coalesce_usecs) },
	{ "tx-frames", QUEUES_AT(tx_max_coalesced_frames) },
	{ "tx-usecs-irq", QUEUES_AT(tx_coalesce_usecs_irq) },
	{ "tx-frames-irq", QUEUES_AT(tx_max_coalesced_frames_irq) },
	{},
	{ "rx-usecs-low", QUEUES_AT(rx_coalesce_usecs_low) },
	{ "rx-frames-low", QUEUES_AT(rx_max_coalesced_frames_low) },
	{ "tx-usecs-low", QUEUES_AT(tx_coalesce_usecs_low) },
	{ "tx-frames-low", QUEUES_AT(tx_max_coalesced_frames_low) },
	{},
	{ "rx-usecs-high", QUEUES_AT(rx_coalesce_usecs_high) },
	{ "rx-frames-high", QUEUES_AT(rx_max_coalesced_frames_high) },
	{ "tx-usecs-high", QUEUES_AT(tx_coalesce_usecs_high) },
	{ "tx-frames-high", QUEUES_AT(tx_max_coalesced_frames_high) },
	{},
};

#define QUEUES_PARAMS	ARRAY_SIZE(params)
#define QUEUES_SWITCHES	2	/* params[] begins with them */

static uint32_t *queues_param(struct ethtool_coalesce *coalesce, size_t param)
{
	return (uint32_t *)((char *)coalesce + params[param].offset);
}

/* --- Which queues */

static int queues_all(struct lt *lt, struct queues *queues)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	uint32_t more, i;

	if (lt_ioctl(lt, &channels, "Cannot get number of queues"))
		return QUEUES_FAILED;
	more = channels.rx_count > channels.tx_count ? channels.rx_count : channels.tx_count;
	queues->count = more + channels.combined_count;
	if (queues->count > INT_MAX) {
		fprintf(lt->err, "Cannot get number of queues: %s\n", strerror(0));
		return QUEUES_FAILED;
	}
	if (queues->count > MAX_NUM_QUEUE)
		queues->count = MAX_NUM_QUEUE;
	for (i = 0; i < queues->count; i++)
		queues->mask[i / 32] |= 1u << i % 32;
	out_text(lt, "The sub commands will be applied to all %u queues\n", queues->count);
	return 0;
}

static int queues_masked(struct lt *lt, struct queues *queues, const char *text)
{
	size_t len, i;

	if (text[0] == '0' && tolower(text[1]) == 'x')
		text += 2;
	len = strlen(text);
	if (len > MAX_NUM_QUEUE / 4 || strspn(text, "0123456789abcdefABCDEF") < len) {
		/* On stdout, as ethtool has it */
		fprintf(lt->json ? lt->err : lt->text, "Invalid queue mask\n");
		return QUEUES_BAD_MASK;
	}
	for (i = 0; i < len; i++) {
		int c = tolower((unsigned char)text[len - 1 - i]);
		uint32_t digit = isdigit(c) ? c - '0' : c - 'a' + 10;

		queues->mask[i / 8] |= digit << i % 8 * 4;
		queues->count += __builtin_popcount(digit);
	}
	return 0;
}

/* --- What they have */

/* Return: the kernel's answer, or NULL after a message */
static struct ethtool_per_queue_op *queues_ask(struct lt *lt, const struct queues *queues)
{
	static const char what[] = "Cannot get device per queue parameters";
	struct ethtool_per_queue_op *op;

	op = calloc(1, sizeof(*op) + queues->count * sizeof(struct ethtool_coalesce));
	if (!op) {
		lt_error(lt, "out of memory");
		return NULL;
	}
	op->cmd = ETHTOOL_PERQUEUE;
	op->sub_command = ETHTOOL_GCOALESCE;
	memcpy(op->queue_mask, queues->mask, sizeof(queues->mask));
	if (lt_ioctl(lt, op, what)) {
		/* ethtool says it twice, with another reason. */
		fprintf(lt->err, "%s: %s\n", what, strerror(EINVAL));
		free(op);
		return NULL;
	}
	return op;
}

static void queues_say(struct lt *lt, uint32_t queue, struct ethtool_coalesce *coalesce)
{
	size_t i;

	out_object(lt, "");
	out_uint(lt, "queue", "Queue: %" PRIu64 "\n", queue);
	out_bool(lt, params[0].name, "Adaptive RX: %s  ", *queues_param(coalesce, 0));
	out_bool(lt, params[1].name, "TX: %s\n", *queues_param(coalesce, 1));
	for (i = QUEUES_SWITCHES; i < QUEUES_PARAMS; i++) {
		if (params[i].name)
			out_text(lt, "%s: ", params[i].name);
		else
			out_text(lt, "\n");
		if (params[i].name)
			out_uint(lt, params[i].name, "%" PRIu64 "\n", *queues_param(coalesce, i));
	}
	out_close(lt);
}

/* Call one() for each queue of the mask with its part of the answer. */
static void queues_each(struct lt *lt, const struct queues *queues, struct ethtool_per_queue_op *op,
			void (*one)(struct lt *lt, uint32_t queue,
				    struct ethtool_coalesce *coalesce, const int64_t *wanted),
			const int64_t *wanted)
{
	struct ethtool_coalesce *coalesce = (struct ethtool_coalesce *)op->data;
	uint32_t i;

	for (i = 0; i < MAX_NUM_QUEUE; i++)
		if (queues->mask[i / 32] >> i % 32 & 1)
			one(lt, i, coalesce++, wanted);
}

static void queues_show_one(struct lt *lt, uint32_t queue, struct ethtool_coalesce *coalesce,
			    const int64_t *wanted)
{
	(void)wanted;
	queues_say(lt, queue, coalesce);
}

static int queues_show(struct lt *lt, const struct queues *queues)
{
	struct ethtool_per_queue_op *op = queues_ask(lt, queues);

	if (!op)
		return QUEUES_FAILED;
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	out_array(lt, "queues");
	queues_each(lt, queues, op, queues_show_one, NULL);
	out_close(lt);
	out_close(lt);
	free(op);
	return 0;
}

/* --- Setting */

static int queues_value(const char *text, bool onoff, int64_t *value)
{
	char *end;

	if (onoff) {
		*value = !strcmp(text, "on");
		return *value || !strcmp(text, "off") ? 0 : -EINVAL;
	}
	errno = 0;
	*value = strtoll(text, &end, 0);
	return *end || errno || *value < INT_MIN || *value > INT_MAX ? -EINVAL : 0;
}

/* "name value ...": the last one counts.  Less than 0: not given */
static int queues_args(struct lt *lt, int64_t *wanted)
{
	size_t i;

	for (i = 0; i < QUEUES_PARAMS; i++)
		wanted[i] = -1;
	for (; lt->argc; lt->argc -= 2, lt->argv += 2) {
		for (i = 0; i < QUEUES_PARAMS; i++)
			if (params[i].name && !strcmp(params[i].name, lt->argv[0]))
				break;
		if (i == QUEUES_PARAMS || lt->argc < 2 ||
		    queues_value(lt->argv[1], i < QUEUES_SWITCHES, &wanted[i]))
			return lt_bad_args(lt);
	}
	return 0;
}

static void queues_change_one(struct lt *lt, uint32_t queue, struct ethtool_coalesce *coalesce,
			      const int64_t *wanted)
{
	bool changed = false;
	size_t i;

	for (i = 0; i < QUEUES_PARAMS; i++) {
		if (wanted[i] < 0)
			continue;
		if (*queues_param(coalesce, i) == wanted[i]) {
			fprintf(lt->err, "%s unmodified, ignoring\n", params[i].name);
			continue;
		}
		*queues_param(coalesce, i) = wanted[i];
		changed = true;
	}
	if (!changed)
		fprintf(lt->err, "Queue %u, no coalesce parameters changed\n", queue);
}

static int queues_set(struct lt *lt, const struct queues *queues)
{
	struct ethtool_per_queue_op *op = queues_ask(lt, queues);
	int64_t wanted[QUEUES_PARAMS];

	if (!op)
		return QUEUES_FAILED;
	if (queues_args(lt, wanted)) {
		free(op);
		return 1;
	}
	queues_each(lt, queues, op, queues_change_one, wanted);
	op->cmd = ETHTOOL_PERQUEUE;
	op->sub_command = ETHTOOL_SCOALESCE;
	memcpy(op->queue_mask, queues->mask, sizeof(queues->mask));
	/* ethtool 6.1 ends well nevertheless; scripts may rely on it. */
	lt_ioctl(lt, op, "Cannot set device per queue parameters");
	free(op);
	return 0;
}

static int queues_run(struct lt *lt)
{
	bool masked = lt->argc && !strcmp(lt->argv[0], "queue_mask");
	const struct lt_command *sub;
	struct queues queues = {};
	int ret;

	if (!lt->argc || (masked && lt->argc < 3))
		return lt_bad_args(lt);
	out_begin(lt);
	ret = masked ? queues_masked(lt, &queues, lt->argv[1]) : queues_all(lt, &queues);
	if (ret)
		return ret;
	lt->argc -= 2 * masked;
	lt->argv += 2 * masked;
	sub = lt->argv[0][0] == '-' ? lt_find(lt->argv[0]) : NULL;
	if (!sub)
		return lt_bad_args(lt);
	lt->argc--;
	lt->argv++;
	if (sub == lt_find("--show-coalesce"))
		return queues_show(lt, &queues);
	if (sub == lt_find("--coalesce"))
		return queues_set(lt, &queues);
	fprintf(lt->err, "The subcommand is not supported yet: %s\n", strerror(0));
	return QUEUES_UNSUPPORTED;
}

const struct lt_command lt_queues[] = {
	{ "-Q|--per-queue",
	  "[queue_mask MASK] --show-coalesce\n"
	  "[queue_mask MASK] --coalesce [adaptive-rx on|off] [rx-usecs N] ...",
	  "Show or set interrupt moderation queue by queue", queues_run,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{}
};
