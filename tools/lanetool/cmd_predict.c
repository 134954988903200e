// SPDX-License-Identifier: GPL-2.0
/*
 * By which lane a flow comes, and why: a rule, a filter of its own, a bucket that steering
 * has moved, or the entry of the table that its hash picks.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <stdlib.h>

#include <linux/flowlane.h>

#include "rss.h"
#include "tuple.h"

#define FIELD_ADDRESSES	(RXH_IP_SRC | RXH_IP_DST)
#define FIELD_PORTS	(RXH_L4_B_0_1 | RXH_L4_B_2_3)

struct predict {
	struct tuple tuple;
	bool steps;
	char src[64], dst[64];
	struct rule_found rule;
	struct flows flows;
	const struct flow *flow;	/* it is in Flowlane's table */
	struct rss rss;
	uint64_t fields;
	uint8_t input[RSS_INPUT_MAX];
	size_t size;
	uint32_t hash;
	uint32_t entry;
	const struct flow *owner;	/* somebody whose bucket this is, and where it is now */
	uint32_t lane;
	const char *by;
};

/* --- The question */

/* "10.0.0.1:80", "[fd00::1]:80", or without a port */
static bool predict_address(const char *text, struct tuple *t, uint8_t *address, uint16_t *port,
			    bool *has_port)
{
	char ip[64], *colon, *end;
	unsigned long number;

	if (strlen(text) >= sizeof(ip))
		return false;
	snprintf(ip, sizeof(ip), "%s", text + (*text == '['));
	colon = *text == '[' ? strchr(ip, ']') :
		strchr(ip, ':') == strrchr(ip, ':') ? strchr(ip, ':') : NULL;
	if (*text == '[') {
		if (!colon)
			return false;
		*colon++ = '\0';
	}
	*has_port = colon && *colon == ':';
	if (colon && *colon && !*has_port)
		return false;
	if (*has_port) {
		*colon++ = '\0';
		number = strtoul(colon, &end, 10);
		if (*colon < '0' || *colon > '9' || *end || number > UINT16_MAX)
			return false;
		*port = htons(number);
	}
	if (inet_pton(AF_INET, ip, address) == 1)
		t->l3 = ETH_P_IP;
	else if (inet_pton(AF_INET6, ip, address) == 1)
		t->l3 = ETH_P_IPV6;
	else
		return false;
	return true;
}

static bool predict_proto(const char *text, uint8_t *proto)
{
	static const struct lt_choice known[] = {
		{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "sctp", IPPROTO_SCTP },
		{ "icmp", IPPROTO_ICMP }, { "icmp6", IPPROTO_ICMPV6 },
	};
	uint32_t number;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(text, known[i].name)) {
			*proto = known[i].value;
			return true;
		}
	if (lt_parse_u32(text, &number) || number > UINT8_MAX)
		return false;
	*proto = number;
	return true;
}

static int predict_question(struct lt *lt, struct predict *p)
{
	struct tuple *t = &p->tuple;
	bool src_has, dst_has;
	uint16_t l3;

	if (lt->argc == 4 && !strcmp(lt->argv[3], "--steps")) {
		p->steps = true;
		lt->argc--;
	}
	if (lt->argc != 3)
		return lt_bad_args(lt);
	if (!predict_proto(lt->argv[0], &t->proto))
		return lt_error(lt, "'%s' is no protocol: tcp, udp, sctp, icmp, icmp6 or a number",
				lt->argv[0]);
	if (!predict_address(lt->argv[1], t, t->src, &t->src_port, &src_has))
		return lt_error(lt, "'%s' is no address, as 10.0.0.1:80 or [fd00::1]:80",
				lt->argv[1]);
	l3 = t->l3;
	if (!predict_address(lt->argv[2], t, t->dst, &t->dst_port, &dst_has))
		return lt_error(lt, "'%s' is no address, as 10.0.0.1:80 or [fd00::1]:80",
				lt->argv[2]);
	if (l3 != t->l3)
		return lt_error(lt, "one address is of IPv4, the other of IPv6");
	t->ports = t->proto == IPPROTO_TCP || t->proto == IPPROTO_UDP || t->proto == IPPROTO_SCTP;
	if (src_has != t->ports || dst_has != t->ports)
		return lt_error(lt, t->ports ? "flows of %s have ports: 10.0.0.1:80" :
				"flows of %s have no ports", proto_name(t->proto));
	flow_address(p->src, sizeof(p->src), l3, t->src, ntohs(t->src_port));
	flow_address(p->dst, sizeof(p->dst), l3, t->dst, ntohs(t->dst_port));
	return 0;
}

/* --- The hash */

static uint32_t predict_type(const struct tuple *t)
{
	bool six = t->l3 == ETH_P_IPV6;

	switch (t->proto) {
	case IPPROTO_TCP:
		return six ? TCP_V6_FLOW : TCP_V4_FLOW;
	case IPPROTO_UDP:
		return six ? UDP_V6_FLOW : UDP_V4_FLOW;
	case IPPROTO_SCTP:
		return six ? SCTP_V6_FLOW : SCTP_V4_FLOW;
	default:
		return six ? IPV6_FLOW : IPV4_FLOW;
	}
}

static void predict_put(struct predict *p, bool counts, const void *field, size_t size)
{
	if (!counts)
		return;
	memcpy(p->input + p->size, field, size);
	p->size += size;
}

/* What is hashed.  Return: 0 or the exit code after a message */
static int predict_input(struct lt *lt, struct predict *p)
{
	const struct tuple *t = &p->tuple;
	size_t size = t->l3 == ETH_P_IPV6 ? 16 : 4;
	int ret = rss_fields(lt, lt->dev, predict_type(t), 0, &p->fields);

	if (ret == -EOPNOTSUPP || ret == -EINVAL) {
		/* It does not say: as RSS's specification has it */
		p->fields = FIELD_ADDRESSES | (t->proto == IPPROTO_TCP ? FIELD_PORTS : 0);
	} else if (ret) {
		return lt_error(lt, "%s: what is hashed cannot be read: %s", lt->dev,
				strerror(-ret));
	}
	if (p->fields & ~(uint64_t)(FIELD_ADDRESSES | FIELD_PORTS))
		return lt_error(lt, "%s hashes more than addresses and ports (fields %#" PRIx64 ")",
				lt->dev, p->fields);
	if (!t->ports)
		p->fields &= ~FIELD_PORTS;
	predict_put(p, p->fields & RXH_IP_SRC, t->src, size);
	predict_put(p, p->fields & RXH_IP_DST, t->dst, size);
	predict_put(p, p->fields & RXH_L4_B_0_1, &t->src_port, 2);
	predict_put(p, p->fields & RXH_L4_B_2_3, &t->dst_port, 2);
	return 0;
}

static int predict_hash(struct lt *lt, struct predict *p, const struct port *port)
{
	int ret = rss_read(lt, lt->dev, &p->rss);

	if (ret < 0)
		return 1;
	if (!p->rss.entries && port->lanes == 1) {
		p->by = "only-lane";
		return 0;
	}
	if (ret || !p->rss.entries)
		return lt_error(lt, "%s: driver %s shows no table of receive hashing", lt->dev,
				port->driver[0] ? port->driver : "(none)");
	if (p->rss.functions != RSS_TOEPLITZ)
		return lt_error(lt, "%s: its hash is not toeplitz but %#x", lt->dev,
				p->rss.functions);
	if (p->rss.symmetric)
		return lt_error(lt, "%s: its hash is symmetric, which is not known here", lt->dev);
	if (!p->rss.key_size)
		return lt_error(lt, "%s: driver %s does not show the hash's key", lt->dev,
				port->driver);
	if (predict_input(lt, p))
		return 1;
	p->by = "table";
	/* Where nothing is hashed that is 0. */
	p->hash = rss_toeplitz(p->rss.key, p->rss.key_size, p->input, p->size);
	p->entry = p->hash % p->rss.entries;
	p->lane = p->rss.table[p->entry];
	return 0;
}

/* --- Who comes before the table */

static bool predict_is(const struct flow *f, const struct tuple *t)
{
	size_t size = t->l3 == ETH_P_IPV6 ? 16 : 4;

	return f->l3 == t->l3 && f->proto == t->proto && f->src_port == ntohs(t->src_port) &&
	       f->dst_port == ntohs(t->dst_port) && !memcmp(f->src, t->src, size) &&
	       !memcmp(f->dst, t->dst, size);
}

static int predict_steering(struct lt *lt, struct predict *p, struct port *port)
{
	int ret = port->flowlane ? flows_read(lt, port->ifindex, &p->flows) : 1;
	size_t i;

	if (ret < 0)
		return 1;
	port->flows_known = !ret;
	for (i = 0; i < p->flows.count; i++) {
		const struct flow *f = &p->flows.flow[i];

		if (predict_is(f, &p->tuple))
			p->flow = f;
		if (f->tier == FLOWLANE_TIER_BUCKET && f->bucket == p->entry && p->rss.entries)
			p->owner = f;
	}
	if (p->flow && p->flow->tier == FLOWLANE_TIER_EXACT) {
		p->by = "filter";
		p->lane = p->flow->lane;
	} else if (p->owner && p->size && p->owner->lane != p->lane) {
		p->by = "bucket";
		p->lane = p->owner->lane;
	}
	return 0;
}

/* --- The answer */

static void predict_steps(struct lt *lt, const struct predict *p)
{
	uint32_t hash = 0, bits;
	char text[16];
	size_t bit;

	out_text(lt, "\n  input      ");
	for (bit = 0; bit < p->size; bit++)
		out_text(lt, " %02x", p->input[bit]);
	out_text(lt, "\n  key        ");
	for (bit = 0; bit < p->rss.key_size; bit++)
		out_text(lt, " %02x%s", p->rss.key[bit], bit % 20 == 19 &&
			 bit + 1 < p->rss.key_size ? "\n             " : "");
	out_text(lt, "\n\n  bit set   key from there     hash\n");
	out_array(lt, "steps");
	for (bit = 0; bit < 8 * p->size; bit++) {
		if (!(p->input[bit / 8] & 0x80 >> bit % 8))
			continue;
		bits = rss_key_bits(p->rss.key, p->rss.key_size, bit);
		hash ^= bits;
		out_object(lt, "");
		out_uint(lt, "bit", "  %7" PRIu64, bit);
		snprintf(text, sizeof(text), "%08x", bits);
		out_str(lt, "key", "      %s", text);
		snprintf(text, sizeof(text), "%08x", hash);
		out_str(lt, "hash", "   %s\n", text);
		out_close(lt);
	}
	out_close(lt);
}

static void predict_say_hash(struct lt *lt, const struct predict *p)
{
	static const struct {
		uint64_t bit;
		const char *name;
	} fields[] = {
		{ RXH_IP_SRC, "source" }, { RXH_IP_DST, "destination" },
		{ RXH_L4_B_0_1, "source port" }, { RXH_L4_B_2_3, "destination port" },
	};
	bool any = false;
	char text[16];
	size_t i;

	if (!p->rss.entries)
		return;
	snprintf(text, sizeof(text), "0x%08x", p->hash);
	out_str(lt, "hash", "  hash        %s, toeplitz of ", text);
	out_array(lt, "fields");
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (p->fields & fields[i].bit) {
			out_text(lt, "%s", any ? ", " : "");
			out_str(lt, "", "%s", fields[i].name);
			any = true;
		}
	out_close(lt);
	out_uint(lt, "entry", any ? "\n  table       entry %" PRIu64 :
		 "nothing\n  table       entry %" PRIu64, p->entry);
	out_uint(lt, "entries", " of %" PRIu64, p->rss.entries);
	out_uint(lt, "table-lane", ": lane %" PRIu64 "\n", p->rss.table[p->entry]);
	if (p->flow && p->flow->hash != p->hash) {
		out_text(lt, "  but         the device says that its hash is 0x%08x\n",
			 p->flow->hash);
		snprintf(text, sizeof(text), "0x%08x", p->flow->hash);
		out_str(lt, "device-hash", NULL, text);
	}
}

static void predict_say_steering(struct lt *lt, const struct predict *p, const struct port *port)
{
	char src[64], dst[64];

	if (!port->flowlane)
		return;
	out_bool(lt, "steering-known", NULL, port->flows_known);
	if (!port->flows_known) {
		out_text(lt, "  steering    is shown to administrators only\n");
	} else if (!strcmp(p->by, "filter")) {
		out_text(lt, "  steering    a filter of its own leads to lane %u\n", p->lane);
	} else if (p->owner) {
		flow_address(src, sizeof(src), p->owner->l3, p->owner->src, p->owner->src_port);
		flow_address(dst, sizeof(dst), p->owner->l3, p->owner->dst, p->owner->dst_port);
		out_text(lt, "  steering    entry %u is on lane %u for %s\n", p->entry,
			 p->owner->lane, p->owner == p->flow ? "this flow" : "another:");
		if (p->owner != p->flow)
			out_text(lt, "              %s %s > %s\n", proto_name(p->owner->proto), src,
				 dst);
	} else {
		out_text(lt, "  steering    leaves it alone\n");
	}
}

static void predict_say_rule(struct lt *lt, const struct predict *p)
{
	const struct rule_found *r = &p->rule;

	if (r->maybe) {
		out_uint(lt, "rules-maybe", "  rules       %" PRIu64
			 " may match: they look at more than addresses and ports\n", r->maybe);
	}
	if (!r->matches)
		return;
	out_uint(lt, "rule", "  rules       rule %" PRIu64 " matches", r->location);
	out_bool(lt, "drop", NULL, r->drop);
	out_text(lt, r->drop ? ": drop\n" : r->elsewhere ? ": to a table or function of its own\n" :
		 ": lane %u\n", r->lane);
}

static int predict_say(struct lt *lt, const struct predict *p, const struct port *port)
{
	const struct lane *lane = lane_of(port, p->lane);
	bool nowhere = p->rule.matches && (p->rule.drop || p->rule.elsewhere);

	out_object(lt, NULL);
	out_str(lt, "ifname", "%s: ", lt->dev);
	out_str(lt, "proto", "%s ", proto_name(p->tuple.proto));
	out_str(lt, "src", "%s > ", p->src);
	out_str(lt, "dst", "%s", p->dst);
	if (!nowhere)
		out_uint(lt, "lane", " comes by lane %" PRIu64, p->lane);
	else
		out_text(lt, p->rule.drop ? " is dropped" : " goes elsewhere");
	if (!nowhere && lane && lane->cpu >= 0)
		out_uint(lt, "cpu", ", on CPU %" PRIu64, lane->cpu);
	out_str(lt, "by", NULL, p->by);
	out_text(lt, "\n");
	predict_say_rule(lt, p);
	if (!p->rule.matches) {
		if (!p->rss.entries)
			out_text(lt, "  there is no other lane\n");
		predict_say_hash(lt, p);
		predict_say_steering(lt, p, port);
		if (p->steps && p->size)
			predict_steps(lt, p);
	}
	out_close(lt);
	return 0;
}

static int predict_answer(struct lt *lt, struct predict *p, struct port *port)
{
	port_driver(lt, port);
	if (port_lanes(lt, port) || rules_find(lt, lt->dev, &p->tuple, &p->rule))
		return 1;
	if (p->rule.matches) {
		p->by = "rule";
		p->lane = p->rule.lane;
	} else if (predict_hash(lt, p, port) || predict_steering(lt, p, port)) {
		return 1;
	}
	return predict_say(lt, p, port);
}

static int predict_run(struct lt *lt)
{
	struct ports ports = {};
	struct predict p = {};
	const char *dev = lt->dev;
	int ret = predict_question(lt, &p);

	if (ret)
		return ret;
	out_begin(lt);
	ret = ports_find(lt, dev, &ports) ? 1 : 0;
	if (!ret) {
		lt->dev = ports.port->name;	/* ioctls know no alternative ones */
		ret = predict_answer(lt, &p, ports.port);
		lt->dev = dev;
	}
	flows_free(&p.flows);
	rss_free(&p.rss);
	ports_free(&ports);
	return ret;
}

const struct lt_command lt_predict[] = {
	{ "predict", "tcp|udp|sctp|icmp|icmp6|NUMBER SOURCE[:PORT] DESTINATION[:PORT] [--steps]",
	  "Say by which lane a flow comes, and why", predict_run, LT_SCHEMA_OWN },
	{}
};
