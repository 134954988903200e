// SPDX-License-Identifier: GPL-2.0
/*
 * Rules for received flows, and which of their fields are hashed: -n and -N.  The latter by
 * netlink, where the kernel has it (since 6.17); for rules it has no request.
 */
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "nfc.h"
#include "rss.h"

#define NFC_RULES_MAX	0x100000	/* what is more is no answer */
#define NFC_DISCARD	0x80000000u	/* RXH_DISCARD shifts a signed number that far */

/* --- What is hashed */

static const struct {
	char letter;
	uint32_t bit;
	const char *text;
} hashed[] = {
	{ 'm', RXH_L2DA, "L2DA" },
	{ 'v', RXH_VLAN, "VLAN tag" },
	{ 't', RXH_L3_PROTO, "L3 proto" },
	{ 's', RXH_IP_SRC, "IP SA" },
	{ 'd', RXH_IP_DST, "IP DA" },
	{ 'f', RXH_L4_B_0_1, "L4 bytes 0 & 1 [TCP/UDP src port]" },
	{ 'n', RXH_L4_B_2_3, "L4 bytes 2 & 3 [TCP/UDP dst port]" },
	{ 'r', NFC_DISCARD, NULL },
};

static int nfc_letters(const char *letters, uint64_t *bits)
{
	size_t i;

	for (*bits = 0; *letters; letters++) {
		for (i = 0; i < ARRAY_SIZE(hashed) && hashed[i].letter != *letters;)
			i++;
		if (i == ARRAY_SIZE(hashed))
			return -EINVAL;
		*bits |= hashed[i].bit;
	}
	return 0;
}

static void nfc_say_hash(struct lt *lt, const struct nfc_flow *flow,
			 const struct ethtool_rxnfc *nfc, bool context)
{
	char letters[ARRAY_SIZE(hashed) + 1] = "";
	size_t i, count = 0;

	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	out_str(lt, "flow-type", NULL, flow->name);
	if (context)
		out_uint(lt, "context", "For RSS context %" PRIu64 ":\n", nfc->rss_context);
	out_text(lt, "%s%s\n", flow->hash_title, nfc->data & NFC_DISCARD ?
		 " - All matching flows discarded on RX" :
		 " use these fields for computing Hash flow key:");
	for (i = 0; i < ARRAY_SIZE(hashed); i++) {
		if (!(nfc->data & hashed[i].bit))
			continue;
		letters[count++] = hashed[i].letter;
		if (!(nfc->data & NFC_DISCARD))
			out_text(lt, "%s\n", hashed[i].text);
	}
	if (!(nfc->data & NFC_DISCARD))
		out_text(lt, "%s\n", nfc->data ? "" : "None");
	out_str(lt, "rx-flow-hash", NULL, letters);
	out_close(lt);
}

/* "rx-flow-hash TYPE", then what args more say, then maybe "context N".
 * Return: the type, or NULL.
 */
static const struct nfc_flow *nfc_hash_args(struct lt *lt, int args, struct ethtool_rxnfc *nfc)
{
	const struct nfc_flow *flow;
	uint64_t context = 0;

	if (lt->argc != 2 + args && lt->argc != 4 + args)
		return NULL;
	flow = nfc_flow(lt->argv[1]);
	if (!flow || !flow->hash)
		return NULL;
	nfc->flow_type = flow->hash;
	if (lt->argc == 4 + args) {
		if (strcmp(lt->argv[2 + args], "context") ||
		    lt_parse_c(lt->argv[3 + args], UINT32_MAX, &context))
			return NULL;
		nfc->flow_type |= FLOW_RSS;
		nfc->rss_context = context;
	}
	return flow;
}

static int nfc_get_hash(struct lt *lt)
{
	struct ethtool_rxnfc nfc = {};
	const struct nfc_flow *flow = nfc_hash_args(lt, 0, &nfc);
	bool context = nfc.flow_type & FLOW_RSS;
	uint64_t fields;
	int ret;

	if (!flow)
		return lt_bad_args(lt);
	out_begin(lt);
	ret = rss_fields(lt, lt->dev, nfc.flow_type, nfc.rss_context, &fields);
	if (ret) {
		fprintf(lt->err, "Cannot get RX network flow hashing options: %s\n",
			strerror(-ret));
		return 1;
	}
	nfc.data = fields;
	nfc_say_hash(lt, flow, &nfc, context);
	return 0;
}

static int nfc_set_hash(struct lt *lt)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_SRXFH };
	uint64_t bits;
	int ret;

	if (!nfc_hash_args(lt, 1, &nfc) || nfc_letters(lt->argv[2], &bits))
		return lt_bad_args(lt);
	nfc.data = bits;
	out_begin(lt);
	ret = rss_set_fields(lt, nfc.flow_type, nfc.rss_context, bits);
	ret = rss_or_ioctl(lt, ret, &nfc, "Cannot change RX network flow hashing options");
	/* Refused, ethtool 6.1 ends well nevertheless; scripts may rely on it. */
	return ret && !lt->refused ? 1 : 0;
}

/* --- Rules there are */

static int nfc_get_rule(struct lt *lt, uint32_t location)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_GRXCLSRULE, .fs.location = location };
	struct nfc_rule rule;

	if (lt_ioctl(lt, &nfc, "rxclass: Cannot get RX class rule"))
		return 1;
	rule = (struct nfc_rule){ nfc.fs, nfc.rss_context };
	nfc_say(lt, &rule);
	return 0;
}

/* nfc_locations - of all rules that head, an answer to GRXCLSRLCNT, tells of.
 * Return: the answer, with no more rule_locs[] than there is room for, or NULL after a message
 * that begins with what.
 */
static struct ethtool_rxnfc *nfc_locations(struct lt *lt, const struct ethtool_rxnfc *head,
					   const char *what)
{
	uint32_t count = head->rule_cnt;
	struct ethtool_rxnfc *nfc;

	if (count > NFC_RULES_MAX) {
		lt_error(lt, "the kernel tells of %u rules", count);
		return NULL;
	}
	nfc = calloc(1, sizeof(*nfc) + count * sizeof(nfc->rule_locs[0]));
	if (!nfc) {
		lt_error(lt, "out of memory");
		return NULL;
	}
	nfc->cmd = ETHTOOL_GRXCLSRLALL;
	nfc->rule_cnt = count;
	if (lt_ioctl(lt, nfc, what)) {
		free(nfc);
		return NULL;
	}
	/* Fewer if some went meanwhile */
	if (nfc->rule_cnt > count)
		nfc->rule_cnt = count;
	return nfc;
}

static int nfc_get_rules(struct lt *lt)
{
	struct ethtool_rxnfc head = { .cmd = ETHTOOL_GRXCLSRLCNT }, *all;
	int ret = 0;
	uint32_t i;

	if (lt_ioctl(lt, &head, "rxclass: Cannot get RX class rule count"))
		return 1;
	out_text(lt, "Total %d rules\n\n", head.rule_cnt);
	all = nfc_locations(lt, &head, "rxclass: Cannot get RX class rules");
	if (!all)
		return 1;
	for (i = 0; i < all->rule_cnt && !ret; i++)
		ret = nfc_get_rule(lt, all->rule_locs[i]);
	free(all);
	return ret;
}

/* Either one rule or all */
static int nfc_show_rules(struct lt *lt, bool one, uint32_t location)
{
	struct ethtool_rxnfc rings = { .cmd = ETHTOOL_GRXRINGS };
	int ret;

	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	if (!one && !lt_ioctl(lt, &rings, "Cannot get RX rings"))
		out_uint(lt, "rings", "%" PRIu64 " RX rings available\n", (uint32_t)rings.data);
	out_array(lt, "rules");
	ret = one ? nfc_get_rule(lt, location) : nfc_get_rules(lt);
	out_close(lt);
	out_close(lt);
	if (ret)
		fprintf(lt->err, "%s\n", one ? "Cannot get RX classification rule" :
			"RX classification rule retrieval failed");
	return ret;
}

static int nfc_get(struct lt *lt)
{
	uint64_t location = 0;

	if (lt->argc && !strcmp(lt->argv[0], "rx-flow-hash"))
		return nfc_get_hash(lt);
	if (lt->argc && (lt->argc != 2 || strcmp(lt->argv[0], "rule") ||
			 lt_parse_c(lt->argv[1], INT_MAX, &location)))
		return lt_bad_args(lt);
	return nfc_show_rules(lt, lt->argc, location);
}

/* --- A new rule */

static int nfc_downwards(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (y > x) - (y < x);
}

/* The highest location that is free: the first ones come first.  Return: 0 or 1 after a message. */
static int nfc_free_location(struct lt *lt, struct ethtool_rxnfc *all, uint32_t *location)
{
	uint32_t size = all->data, i;

	if (!size || size < all->rule_cnt) {
		fprintf(lt->err, "rmgr: Invalid RX class rules table size: %s\n", strerror(0));
		return 1;
	}
	qsort(all->rule_locs, all->rule_cnt, sizeof(all->rule_locs[0]), nfc_downwards);
	if (all->rule_cnt && all->rule_locs[0] >= size) {
		fprintf(lt->err, "rmgr: Location out of range\n");
		return 1;
	}
	for (i = 0; i < all->rule_cnt && all->rule_locs[i] == size - 1 - i;)
		i++;
	if (i == size) {
		fprintf(lt->err, "rmgr: Cannot find appropriate slot to insert rule\n");
		return 1;
	}
	*location = size - 1 - i;
	return 0;
}

static int nfc_choose_location(struct lt *lt, uint32_t *location)
{
	struct ethtool_rxnfc head = { .cmd = ETHTOOL_GRXCLSRLCNT }, *all;
	int ret;

	if (lt_ioctl(lt, &head, "rxclass: Cannot get RX class rule count"))
		return 1;
	if (head.data & RX_CLS_LOC_SPECIAL)
		return 0;	/* the driver will choose */
	all = nfc_locations(lt, &head, "rmgr: Cannot get RX class rules");
	if (!all)
		return 1;
	ret = nfc_free_location(lt, all, location);
	free(all);
	return ret;
}

static int nfc_insert(struct lt *lt)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_SRXCLSRLINS };
	struct nfc_rule rule;
	bool choose;

	if (nfc_read(lt, &rule))
		return lt_bad_args(lt);
	out_begin(lt);
	choose = rule.spec.location & RX_CLS_LOC_SPECIAL;
	if (choose && nfc_choose_location(lt, &rule.spec.location)) {
		fprintf(lt->err, "Cannot insert classification rule\n");
		return 1;
	}
	nfc.fs = rule.spec;
	nfc.rss_context = rule.context;
	/* ethtool 6.1 ends well nevertheless; scripts may rely on it. */
	if (lt_ioctl(lt, &nfc, "rmgr: Cannot insert RX class rule") || !choose)
		return 0;
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, lt->dev);
	out_uint(lt, "loc", "Added rule with ID %" PRIu64 "\n", nfc.fs.location);
	out_close(lt);
	return 0;
}

static int nfc_delete(struct lt *lt)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_SRXCLSRLDEL };
	uint64_t location;

	if (lt_parse_c(lt->argv[1], INT_MAX, &location))
		return lt_bad_args(lt);
	out_begin(lt);
	nfc.fs.location = location;
	if (lt_ioctl(lt, &nfc, "rmgr: Cannot delete RX class rule")) {
		fprintf(lt->err, "Cannot delete classification rule\n");
		return 1;
	}
	return 0;
}

static int nfc_set(struct lt *lt)
{
	if (lt->argc < 2)
		return lt_bad_args(lt);
	if (!strcmp(lt->argv[0], "rx-flow-hash"))
		return nfc_set_hash(lt);
	if (!strcmp(lt->argv[0], "delete"))
		return nfc_delete(lt);
	if (strcmp(lt->argv[0], "flow-type"))
		return lt_bad_args(lt);
	lt->argc--;
	lt->argv++;
	return nfc_insert(lt);
}

#define HASH_TYPES	"tcp4|udp4|ah4|esp4|sctp4|tcp6|udp6|ah6|esp6|sctp6|ether"

const struct lt_command lt_nfc[] = {
	{ "-n|-u|--show-nfc|--show-ntuple",
	  "[rule N]\n"
	  "rx-flow-hash " HASH_TYPES " [context N]",
	  "Show the rules for received flows, or which of their fields are hashed", nfc_get,
	  LT_SCHEMA_OWN | LT_IOCTL },
	{ "-N|-U|--config-nfc|--config-ntuple",
	  "rx-flow-hash " HASH_TYPES " m|v|t|s|d|f|n|r... [context N]\n"
	  "flow-type ether [src MAC [m MAC]] [dst MAC [m MAC]] [proto N [m N]]\n"
	  "flow-type tcp4|udp4|sctp4|ah4|esp4|ip4|tcp6|udp6|sctp6|ah6|esp6|ip6\n"
	  "  [src-ip IP [m IP]] [dst-ip IP [m IP]] [tos N [m N]] [tclass N [m N]]\n"
	  "  [src-port N [m N]] [dst-port N [m N]] [spi N [m N]] [l4proto N [m N]]\n"
	  "  [l4data N [m N]] [dst-mac MAC [m MAC]]\n"
	  "flow-type ... [vlan-etype N [m N]] [vlan N [m N]] [user-def N [m N]]\n"
	  "  [action N | vf N queue N] [context N] [loc N]\n"
	  "delete N",
	  "Add or remove a rule for received flows, or set which of their fields are hashed",
	  nfc_set, LT_SCHEMA_OWN | LT_IOCTL },
	{}
};
