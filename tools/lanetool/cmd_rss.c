// SPDX-License-Identifier: GPL-2.0
/*
 * Receive side scaling: -x and -X, by netlink where the kernel has it (showing since 6.3, setting
 * since 6.17).  What that refuses with "not supported" goes by ioctl: older kernels, and drivers
 * with a table alone.  How many rings there are takes an ioctl: netlink only tells of channels.
 */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "rss.h"

#define RSS_MAX	65536	/* entries of a table, or bytes of a key; what is more is no answer */

/* --- Asking */

/* The size of all that the kernel writes or reads behind the fixed part */
static size_t rss_bytes(const struct ethtool_rxfh *rss)
{
	return rss->indir_size * sizeof(rss->rss_config[0]) + rss->key_size;
}

/* A request with room for what head, a request with the sizes in it, tells of */
static struct ethtool_rxfh *rss_alloc(struct lt *lt, uint32_t cmd, uint32_t context,
				      const struct ethtool_rxfh *head)
{
	struct ethtool_rxfh *rss = calloc(1, sizeof(*rss) + rss_bytes(head));

	if (!rss) {
		lt_error(lt, "out of memory");
		return NULL;
	}
	rss->cmd = cmd;
	rss->rss_context = context;
	rss->indir_size = head->indir_size;
	rss->key_size = head->key_size;
	return rss;
}

/* Which sizes there are.  Return: 0, -1 and errno, or 1 after a message. */
static int rss_head(struct lt *lt, struct ethtool_rxfh *head)
{
	int ret = lt_ioctl(lt, head, NULL);

	if (!ret && (head->indir_size > RSS_MAX || head->key_size > RSS_MAX))
		return lt_error(lt, "the kernel tells of %u table entries and %u bytes of key",
				head->indir_size, head->key_size);
	return ret;
}

/* Drivers that only have a table answer the older request. */
static struct ethtool_rxfh_indir *rss_old(struct lt *lt)
{
	struct ethtool_rxfh_indir head = { .cmd = ETHTOOL_GRXFHINDIR }, *indir;

	if (lt_ioctl(lt, &head, "Cannot get RX flow hash indirection table size"))
		return NULL;
	if (head.size > RSS_MAX) {
		lt_error(lt, "the kernel tells of %u table entries", head.size);
		return NULL;
	}
	indir = calloc(1, sizeof(*indir) + head.size * sizeof(indir->ring_index[0]));
	if (!indir) {
		lt_error(lt, "out of memory");
		return NULL;
	}
	indir->cmd = ETHTOOL_GRXFHINDIR;
	indir->size = head.size;
	return indir;
}

/* --- -x */

static void rss_show_table(struct lt *lt, const struct ethtool_rxnfc *rings, uint32_t context,
			   const uint32_t *table, uint32_t size)
{
	uint32_t i;

	out_object(lt, NULL);
	out_str(lt, "ifname", "RX flow hash indirection table for %s", lt->dev);
	out_uint(lt, "context", NULL, context);
	out_uint(lt, "rings", " with %" PRIu64 " RX ring(s):\n", rings->data);
	if (!size)
		out_text(lt, "Operation not supported\n");
	out_array(lt, "indirection");
	for (i = 0; i < size; i++) {
		if (i % 8 == 0)
			out_text(lt, "%5u: ", i);
		out_uint(lt, "", " %5" PRIu64, table[i]);
		if (i % 8 == 7 || i == size - 1)
			out_text(lt, "\n");
	}
	out_close(lt);
}

static int rss_show_old(struct lt *lt, const struct ethtool_rxnfc *rings)
{
	struct ethtool_rxfh_indir *indir = rss_old(lt);
	uint32_t size;

	if (!indir)
		return 1;
	size = indir->size;
	if (lt_ioctl(lt, indir, "Cannot get RX flow hash indirection table")) {
		free(indir);
		return 1;
	}
	rss_show_table(lt, rings, 0, indir->ring_index, indir->size < size ? indir->size : size);
	out_close(lt);
	free(indir);
	return 0;
}

static int rss_show_key(struct lt *lt, const uint8_t *key, uint32_t size)
{
	char *text = malloc(3 * size + 1);
	uint32_t i;

	if (!text)
		return lt_error(lt, "out of memory");
	for (i = 0; i < size; i++)
		sprintf(text + 3 * i, "%02x:", key[i]);
	/* Without the last colon */
	text[size ? 3 * size - 1 : 0] = '\0';
	out_text(lt, "RSS hash key:\n");
	out_str(lt, size ? "hkey" : NULL, "%s\n", size ? text : "Operation not supported");
	free(text);
	return 0;
}

static int rss_show_functions(struct lt *lt, uint32_t functions)
{
	const struct lt_strset *names;
	uint32_t i;

	out_text(lt, "RSS hash function:\n");
	if (!functions) {
		out_text(lt, "    Operation not supported\n");
		return 0;
	}
	names = lt_strset(lt, ETH_SS_RSS_HASH_FUNCS, NULL);
	if (!names)
		return 1;
	for (i = 0; i < names->count; i++) {
		bool on = i < 32 && functions >> i & 1;

		out_text(lt, "    %s: %s\n", lt_string(names, i), on ? "on" : "off");
		out_str(lt, on ? "hfunc" : NULL, NULL, lt_string(names, i));
	}
	return 0;
}

static int rss_show(struct lt *lt, const struct ethtool_rxnfc *rings, uint32_t context,
		    const struct rss *rss)
{
	int ret;

	rss_show_table(lt, rings, context, rss->table, rss->entries);
	ret = rss_show_key(lt, rss->key, rss->key_size) ?: rss_show_functions(lt, rss->functions);
	out_close(lt);
	return ret;
}

static int rss_show_ioctl(struct lt *lt, const struct ethtool_rxnfc *rings, uint32_t context,
			  const struct ethtool_rxfh *head)
{
	struct ethtool_rxfh *answer = rss_alloc(lt, ETHTOOL_GRSSH, context, head);
	struct rss rss;
	int ret = 1;

	if (!answer)
		return 1;
	rss = (struct rss){
		.table = answer->rss_config,
		.entries = head->indir_size,
		.key = (uint8_t *)(answer->rss_config + head->indir_size),
		.key_size = head->key_size,
	};
	if (lt_ioctl(lt, answer, "Cannot get RX flow hash configuration"))
		goto free;
	/* A context without a key of its own has none in the answer. */
	if (answer->key_size < rss.key_size)
		rss.key_size = answer->key_size;
	if (answer->indir_size != head->indir_size || answer->key_size > head->key_size) {
		lt_error(lt, "the sizes of the table and the key changed meanwhile");
		goto free;
	}
	rss.functions = answer->hfunc;
	ret = rss_show(lt, rings, context, &rss);
free:
	free(answer);
	return ret;
}

/* Without netlink.  Return: the exit code. */
static int rss_get_ioctl(struct lt *lt, const struct ethtool_rxnfc *rings, uint32_t context)
{
	struct ethtool_rxfh head = { .cmd = ETHTOOL_GRSSH, .rss_context = context };
	int ret = rss_head(lt, &head);

	if (ret < 0 && errno == EOPNOTSUPP && !context)
		return rss_show_old(lt, rings);
	if (ret < 0)
		fprintf(lt->err, "Cannot get RX flow hash indir size and/or key size: %s\n",
			strerror(errno));
	return ret ? 1 : rss_show_ioctl(lt, rings, context, &head);
}

static int rss_get(struct lt *lt)
{
	struct ethtool_rxnfc rings = { .cmd = ETHTOOL_GRXRINGS };
	struct rss rss = {};
	uint64_t context = 0;
	int ret;

	for (; lt->argc; lt->argc -= 2, lt->argv += 2)
		if (strcmp(lt->argv[0], "context") || lt->argc < 2 ||
		    lt_parse_c(lt->argv[1], ETH_RXFH_CONTEXT_ALLOC - 1, &context) || !context)
			return lt_bad_args(lt);
	out_begin(lt);
	if (lt_ioctl(lt, &rings, "Cannot get RX ring count"))
		return 1;
	ret = rss_ask(lt, lt->dev, context, &rss);
	if (!ret)
		ret = rss_show(lt, &rings, context, &rss);
	else
		ret = lt->refused ? rss_get_ioctl(lt, &rings, context) : 1;
	rss_free(&rss);
	return ret;
}

/* --- -X: what is asked for */

struct rss_wish {
	uint64_t equal;		/* 0: not asked for */
	uint64_t start;
	char **weights;
	unsigned int weight_count;
	bool reset;		/* "default" */
	bool remove;		/* "delete" */
	const char *key;
	const char *function;
	uint32_t context;
};

static int rss_option_weights(struct lt *lt, struct rss_wish *wish)
{
	if (wish->weights)
		return -EINVAL;
	wish->weights = lt->argv;
	for (; lt->argc && isdigit((unsigned char)lt->argv[0][0]); lt->argc--, lt->argv++)
		wish->weight_count++;
	return wish->weight_count ? 0 : -EINVAL;
}

static int rss_option_context(const char *text, uint32_t *context)
{
	uint64_t number;

	if (!strcmp(text, "new")) {
		*context = ETH_RXFH_CONTEXT_ALLOC;
		return 0;
	}
	if (lt_parse_c(text, ETH_RXFH_CONTEXT_ALLOC - 1, &number) || !number)
		return -EINVAL;
	*context = number;
	return 0;
}

/* One option with what follows it */
static int rss_option(struct lt *lt, struct rss_wish *wish)
{
	const char *name = lt->argv[0], *value;

	lt->argc--;
	lt->argv++;
	if (!strcmp(name, "weight"))
		return rss_option_weights(lt, wish);
	if (!strcmp(name, "default")) {
		wish->reset = true;
		return 0;
	}
	if (!strcmp(name, "delete")) {
		wish->remove = true;
		return 0;
	}
	if (!lt->argc)
		return -EINVAL;
	value = *lt->argv++;
	lt->argc--;
	if (!strcmp(name, "equal"))
		return lt_parse_c(value, INT_MAX, &wish->equal) ?: wish->equal ? 0 : -EINVAL;
	if (!strcmp(name, "start"))
		return lt_parse_c(value, INT_MAX, &wish->start);
	if (!strcmp(name, "context"))
		return rss_option_context(value, &wish->context);
	if (!strcmp(name, "hkey"))
		wish->key = value;
	else if (!strcmp(name, "hfunc"))
		wish->function = value;
	else
		return -EINVAL;
	return 0;
}

/* Return: why it cannot be, or NULL */
static const char *rss_clash(const struct rss_wish *wish)
{
	const struct {
		bool clashes;
		const char *why;
	} rules[] = {
		{ wish->equal && wish->weights, "Equal and weight options are mutually exclusive" },
		{ wish->equal && wish->reset, "Equal and default options are mutually exclusive" },
		{ wish->weights && wish->reset,
		  "Weight and default options are mutually exclusive" },
		{ wish->start && wish->reset, "Start and default options are mutually exclusive" },
		{ wish->start && !wish->equal && !wish->weights,
		  "Start must be used with equal or weight options" },
		{ wish->reset && wish->context,
		  "Default and context options are mutually exclusive" },
		{ wish->remove && !wish->context, "Delete option requires context option" },
		{ wish->remove && wish->weights,
		  "Delete and weight options are mutually exclusive" },
		{ wish->remove && wish->equal, "Delete and equal options are mutually exclusive" },
		{ wish->remove && wish->key, "Delete and hkey options are mutually exclusive" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].clashes)
			return rules[i].why;
	return NULL;
}

/* --- -X: doing it */

/* Entries in proportion to weights.  Return: 0 or 1 after a message. */
static int rss_fill_weights(struct lt *lt, const struct rss_wish *wish, uint32_t *table,
			    uint32_t size)
{
	uint64_t sum = 0, until = 0, weight;
	uint32_t i, ring;

	for (ring = 0; ring < wish->weight_count; ring++) {
		if (lt_parse_c(wish->weights[ring], UINT32_MAX, &weight))
			return lt_bad_args(lt);
		sum += weight;
	}
	if (!sum || sum > size) {
		fprintf(lt->err, "%s\n", sum ?
			"Total weight exceeds the size of the indirection table" :
			"At least one weight must be non-zero");
		return 1;
	}
	for (i = 0, ring = 0; ring < wish->weight_count; ring++) {
		lt_parse_c(wish->weights[ring], UINT32_MAX, &weight);
		until += weight;
		for (; i < size && i < size * until / sum; i++)
			table[i] = wish->start + ring;
	}
	return 0;
}

/* The table, or what stands for none: *size changes.  Return: 0 or 1 after a message. */
static int rss_fill(struct lt *lt, const struct rss_wish *wish, uint32_t *table, uint32_t *size)
{
	uint32_t i;

	if (wish->equal) {
		for (i = 0; i < *size; i++)
			table[i] = wish->start + i % wish->equal;
		return 0;
	}
	if (wish->weights)
		return rss_fill_weights(lt, wish, table, *size);
	*size = wish->reset ? 0 : ETH_RXFH_INDIR_NO_CHANGE;
	return 0;
}

/* Two digits a byte.  Return: 0, or the exit code after a message. */
static int rss_key(struct lt *lt, const char *text, uint8_t *key, uint32_t size)
{
	uint32_t i;

	if (!size) {
		fprintf(lt->err, "Cannot set RX flow hash configuration:\n"
				 " Hash key setting not supported\n");
		return 1;
	}
	for (i = 0; i < size && (*text || !i); i++) {
		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
		    (text[2] && text[2] != ':')) {
			fprintf(lt->err, "Invalid RSS hash key format\n");
			return 2;
		}
		sscanf(text, "%2hhx", &key[i]);
		text += text[2] ? 3 : 2;
	}
	if (*text)
		fprintf(lt->err, "Key is too long for device (%u > %u)\n", i + 1, size);
	else if (i < size)
		fprintf(lt->err, "Key is too short for device (%u < %u)\n", i, size);
	return *text || i < size ? 2 : 0;
}

static int rss_function(struct lt *lt, const char *name, uint8_t *function)
{
	const struct lt_strset *names = lt_strset(lt, ETH_SS_RSS_HASH_FUNCS, NULL);
	uint32_t i;

	if (!names)
		return 1;
	for (i = 0; i < names->count && i < 8; i++)
		if (!strcmp(lt_string(names, i), name))
			break;
	if (i == names->count || i == 8) {
		fprintf(lt->err, "Unknown hash function: %s\n", name);
		return 1;
	}
	*function = 1 << i;
	return 0;
}

static int rss_set_old(struct lt *lt, const struct rss_wish *wish)
{
	struct ethtool_rxfh_indir *indir = rss_old(lt);
	int ret;

	if (!indir)
		return 1;
	indir->cmd = ETHTOOL_SRXFHINDIR;
	ret = rss_fill(lt, wish, indir->ring_index, &indir->size);
	if (!ret && lt_ioctl(lt, indir, "Cannot set RX flow hash indirection table"))
		ret = 1;
	free(indir);
	return ret;
}

/* What is asked for, into a request with room for all; chooses: the device has functions.
 * Return: 0 or the exit code.
 */
static int rss_fill_all(struct lt *lt, const struct rss_wish *wish, bool chooses,
			struct ethtool_rxfh *rss)
{
	uint32_t table = wish->equal || wish->weights ? rss->indir_size : 0;
	uint8_t *key = (uint8_t *)(rss->rss_config + table);
	int ret = 0;

	if (wish->key)
		ret = rss_key(lt, wish->key, key, rss->key_size);
	else
		rss->key_size = 0;
	if (!ret && chooses && wish->function)
		ret = rss_function(lt, wish->function, &rss->hfunc);
	if (ret)
		return ret;
	if (!wish->remove)
		return rss_fill(lt, wish, rss->rss_config, &rss->indir_size);
	rss->indir_size = 0;
	return 0;
}

/* By netlink if that knew the device.  Return: 0 or the exit code. */
static int rss_set_now(struct lt *lt, bool netlink, bool remove, struct ethtool_rxfh *rss)
{
	int ret = netlink ? rss_change(lt, remove, rss) : -EOPNOTSUPP;

	return rss_or_ioctl(lt, ret, rss, "Cannot set RX flow hash configuration") ? 1 : 0;
}

static int rss_set_all(struct lt *lt, const struct rss_wish *wish, bool netlink,
		       const struct ethtool_rxfh *head)
{
	struct ethtool_rxfh *rss = rss_alloc(lt, ETHTOOL_SRSSH, wish->context, head);
	int ret;

	if (!rss)
		return 1;
	ret = rss_fill_all(lt, wish, head->hfunc, rss) ?:
	      rss_set_now(lt, netlink, wish->remove, rss);
	if (!ret && wish->context == ETH_RXFH_CONTEXT_ALLOC) {
		out_object(lt, NULL);
		out_str(lt, "ifname", NULL, lt->dev);
		out_uint(lt, "context", "New RSS context is %" PRIu64 "\n", rss->rss_context);
		out_close(lt);
	}
	free(rss);
	return ret;
}

/* Which sizes there are, by netlink or else by ioctl.  Return: as rss_head() */
static int rss_sizes(struct lt *lt, struct ethtool_rxfh *head, bool *netlink)
{
	struct rss rss = {};
	int ret = rss_ask(lt, lt->dev, 0, &rss);

	*netlink = !ret;
	head->indir_size = rss.entries;
	head->key_size = rss.key_size;
	head->hfunc = !!rss.functions;
	rss_free(&rss);
	return !ret ? 0 : lt->refused ? rss_head(lt, head) : 1;
}

/* All that is asked for, and whether it goes together.  Return: 0 or 1 after a message. */
static int rss_options(struct lt *lt, struct rss_wish *wish)
{
	const char *clash;

	if (!lt->argc)
		return lt_bad_args(lt);
	while (lt->argc)
		if (rss_option(lt, wish))
			return lt_bad_args(lt);
	clash = rss_clash(wish);
	if (clash)
		fprintf(lt->err, "%s\n", clash);
	return clash ? 1 : 0;
}

static int rss_set(struct lt *lt)
{
	struct ethtool_rxnfc rings = { .cmd = ETHTOOL_GRXRINGS };
	struct ethtool_rxfh head = { .cmd = ETHTOOL_GRSSH };
	struct rss_wish wish = {};
	bool netlink;
	int ret;

	if (rss_options(lt, &wish))
		return 1;
	out_begin(lt);
	if (lt_ioctl(lt, &rings, "Cannot get RX ring count"))
		return 1;
	ret = rss_sizes(lt, &head, &netlink);
	if (ret < 0 && errno == EOPNOTSUPP && !wish.key && !wish.function && !wish.context)
		return rss_set_old(lt, &wish);
	if (ret < 0)
		fprintf(lt->err, "Cannot get RX flow hash indir size and key size: %s\n",
			strerror(errno));
	return ret ? 1 : rss_set_all(lt, &wish, netlink, &head);
}

const struct lt_command lt_rss[] = {
	{ "-x|--show-rxfh-indir|--show-rxfh", "[context N]",
	  "Show which ring each hash goes to, and the hash's key and function", rss_get,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "-X|--set-rxfh-indir|--rxfh",
	  "[context N|new] [equal N | weight W0 W1 ... | default] [start N]\n"
	  "[hkey XX:XX:...] [hfunc FUNCTION]\n"
	  "context N delete",
	  "Set which ring each hash goes to, and the hash's key and function", rss_set,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{}
};
