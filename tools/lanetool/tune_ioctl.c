// SPDX-License-Identifier: GPL-2.0
/*
 * Knobs that netlink has no request for: moderation queue by queue, and receive hashing.  A
 * profile turns neither; but -C and -L, which it does turn, bring them to where they began
 * with many drivers.
 */
#include <stdlib.h>

#include "rss.h"
#include "tune.h"

/* --- Moderation of a queue: all numbers of its struct, as drivers differ in what they read */

#define QUEUE_WORDS	(sizeof(struct ethtool_coalesce) / sizeof(uint32_t) - 1)
#define QUEUE_ROOM	(QUEUE_WORDS * 11 + 1)

struct queue_moderation {
	struct ethtool_per_queue_op op;
	struct ethtool_coalesce coalesce;
};

static uint32_t *queue_words(struct ethtool_coalesce *coalesce)
{
	return &coalesce->cmd + 1;
}

static bool queue_parse(const char *text, struct ethtool_coalesce *coalesce)
{
	uint32_t *words = queue_words(coalesce);
	unsigned long long word;
	size_t i;
	char *end;

	for (i = 0; i < QUEUE_WORDS; i++, text = end) {
		word = strtoull(text, &end, 10);
		if (end == text || word > UINT32_MAX)
			return false;
		words[i] = word;
	}
	return !*text;
}

static int queue_ask(struct lt *lt, const struct nic *port, const char *number, uint32_t command,
		     struct queue_moderation *queue)
{
	uint32_t index;

	if (lt_parse_u32(number, &index) || index >= MAX_NUM_QUEUE)
		return -EINVAL;
	queue->op.cmd = ETHTOOL_PERQUEUE;
	queue->op.sub_command = command;
	queue->op.queue_mask[index / 32] = 1u << index % 32;
	queue->coalesce.cmd = command;
	return lt_ioctl_of(lt, port->name, queue);
}

char *knob_queue_get(struct lt *lt, const struct nic *port, const char *number)
{
	struct queue_moderation queue = {};
	char text[QUEUE_ROOM];
	size_t i, len = 0;

	if (queue_ask(lt, port, number, ETHTOOL_GCOALESCE, &queue))
		return NULL;
	for (i = 0; i < QUEUE_WORDS; i++)
		len += snprintf(text + len, sizeof(text) - len, i ? " %u" : "%u",
				queue_words(&queue.coalesce)[i]);
	return strdup(text);
}

int knob_queue_set(struct lt *lt, const struct nic *port, const char *number, const char *value)
{
	struct queue_moderation queue = {};

	if (!queue_parse(value, &queue.coalesce))
		return -EINVAL;
	return queue_ask(lt, port, number, ETHTOOL_SCOALESCE, &queue);
}

/* Where it adapts, what it has come to is not a setting. */
static void queue_adapts(struct ethtool_coalesce *coalesce)
{
	if (coalesce->use_adaptive_rx_coalesce) {
		coalesce->rx_coalesce_usecs = 0;
		coalesce->rx_max_coalesced_frames = 0;
	}
	if (coalesce->use_adaptive_tx_coalesce) {
		coalesce->tx_coalesce_usecs = 0;
		coalesce->tx_max_coalesced_frames = 0;
	}
}

bool knob_queue_same(const char *one, const char *two)
{
	struct ethtool_coalesce a = {}, b = {};

	if (!queue_parse(one, &a) || !queue_parse(two, &b))
		return !strcmp(one, two);
	queue_adapts(&a);
	queue_adapts(&b);
	return !memcmp(&a, &b, sizeof(a));
}

/* --- Receive hashing: its table, "default" where it is the kernel's, and its key */

/* As a driver has it until somebody sets it (ethtool_rxfh_indir_default()) */
static bool rss_default(struct lt *lt, const struct nic *port, const struct rss *rss)
{
	struct ethtool_rxnfc rings = { .cmd = ETHTOOL_GRXRINGS };
	size_t i;

	if (lt_ioctl_of(lt, port->name, &rings) || !rings.data)
		return false;
	for (i = 0; i < rss->entries; i++)
		if (rss->table[i] != i % rings.data)
			return false;
	return true;
}

static char *rss_text(struct lt *lt, const struct nic *port, const struct rss *rss, bool key)
{
	char *text = NULL;
	size_t size, i;
	FILE *to;

	if (!(key ? rss->key_size : rss->entries))
		return NULL;
	if (!key && rss_default(lt, port, rss))
		return strdup("default");
	to = open_memstream(&text, &size);
	if (!to)
		return NULL;
	for (i = 0; key && i < rss->key_size; i++)
		fprintf(to, i ? " %02x" : "%02x", rss->key[i]);
	for (i = 0; !key && i < rss->entries; i++)
		fprintf(to, i ? " %u" : "%u", rss->table[i]);
	return fclose(to) ? NULL : text;
}

char *knob_rss_get(struct lt *lt, const struct nic *port, const char *part)
{
	struct rss rss = {};
	char *text = NULL;
	bool quiet = lt->quiet;
	int ret;

	lt->quiet = true;
	ret = rss_read(lt, port->name, &rss);
	lt->quiet = quiet;
	if (!ret)
		text = rss_text(lt, port, &rss, !strcmp(part, "key"));
	rss_free(&rss);
	return text;
}

/* Numbers, which have to be as many.  Return: are they? */
static bool rss_numbers(const char *text, int base, uint32_t *table, uint8_t *key, size_t count)
{
	unsigned long number;
	char *end;
	size_t i;

	for (i = 0; i < count; i++, text = end) {
		number = strtoul(text, &end, base);
		if (end == text || number > (key ? UINT8_MAX : UINT32_MAX))
			return false;
		if (key)
			key[i] = number;
		else
			table[i] = number;
	}
	return !*text;
}

int knob_rss_set(struct lt *lt, const struct nic *port, const char *part, const char *value)
{
	bool is_key = !strcmp(part, "key");
	struct ethtool_rxfh *set;
	struct rss rss = {};
	int ret = rss_read(lt, port->name, &rss);

	if (ret) {
		rss_free(&rss);
		return ret < 0 ? ret : -EOPNOTSUPP;
	}
	set = calloc(1, sizeof(*set) + rss.entries * sizeof(uint32_t) + rss.key_size);
	if (!set) {
		ret = -ENOMEM;
		goto out;
	}
	set->cmd = ETHTOOL_SRSSH;
	/* What kernels from 6.8 on call input_xfrm; those before have none, and want 0. */
	set->rsvd8[0] = rss.symmetric;
	set->key_size = is_key ? rss.key_size : 0;
	set->indir_size = is_key ? ETH_RXFH_INDIR_NO_CHANGE :
			  strcmp(value, "default") ? rss.entries : 0;
	if (is_key ? !rss_numbers(value, 16, NULL, (uint8_t *)set->rss_config, rss.key_size) :
	    set->indir_size && !rss_numbers(value, 10, set->rss_config, NULL, rss.entries))
		ret = -EINVAL;
	else
		ret = lt_ioctl_of(lt, port->name, set);
out:
	free(set);
	rss_free(&rss);
	return ret;
}
