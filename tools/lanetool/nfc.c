// SPDX-License-Identifier: GPL-2.0
/*
 * Rules for received flows, as text and back.  One table of fields serves both: where each is
 * in the kernel's struct, which kinds of flows have it and how it is written.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "nfc.h"

#define FLOW_FLAGS	(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS)

const struct nfc_flow nfc_flows[] = {
	{ "tcp4", TCP_V4_FLOW, TCP_V4_FLOW, NFC_TCP4, "Rule Type: TCP over IPv4",
	  "TCP over IPV4 flows" },
	{ "udp4", UDP_V4_FLOW, UDP_V4_FLOW, NFC_TCP4, "Rule Type: UDP over IPv4",
	  "UDP over IPV4 flows" },
	{ "sctp4", SCTP_V4_FLOW, SCTP_V4_FLOW, NFC_TCP4, "Rule Type: SCTP over IPv4",
	  "SCTP over IPV4 flows" },
	{ "ah4", AH_V4_FLOW, AH_ESP_V4_FLOW, NFC_ESP4, "Rule Type: IPSEC AH over IPv4",
	  "IPSEC AH/ESP over IPV4 flows" },
	{ "esp4", ESP_V4_FLOW, AH_ESP_V4_FLOW, NFC_ESP4, "Rule Type: IPSEC ESP over IPv4",
	  "IPSEC AH/ESP over IPV4 flows" },
	{ "ip4", IPV4_USER_FLOW, 0, NFC_IP4, "Rule Type: Raw IPv4" },
	{ "tcp6", TCP_V6_FLOW, TCP_V6_FLOW, NFC_TCP6, "Rule Type: TCP over IPv6",
	  "TCP over IPV6 flows" },
	{ "udp6", UDP_V6_FLOW, UDP_V6_FLOW, NFC_TCP6, "Rule Type: UDP over IPv6",
	  "UDP over IPV6 flows" },
	{ "sctp6", SCTP_V6_FLOW, SCTP_V6_FLOW, NFC_TCP6, "Rule Type: SCTP over IPv6",
	  "SCTP over IPV6 flows" },
	{ "ah6", AH_V6_FLOW, AH_ESP_V6_FLOW, NFC_ESP6, "Rule Type: IPSEC AH over IPv6",
	  "IPSEC AH/ESP over IPV6 flows" },
	{ "esp6", ESP_V6_FLOW, AH_ESP_V6_FLOW, NFC_ESP6, "Rule Type: IPSEC ESP over IPv6",
	  "IPSEC AH/ESP over IPV6 flows" },
	{ "ip6", IPV6_USER_FLOW, 0, NFC_IP6, "Rule Type: Raw IPv6" },
	{ "ether", ETHER_FLOW, ETHER_FLOW, NFC_ETHER, "Flow Type: Raw Ethernet", "" },
	{}
};

/* --- Fields */

enum nfc_type {		/* big endian in the struct; so written in text */
	NFC_HEX,
	NFC_HEX_UPPER,
	NFC_DECIMAL,	/* the mask in hex */
	NFC_ADDR4,
	NFC_ADDR6,
	NFC_MAC,
};

/* What may be given once: fields that share bytes share bits. */
enum {
	NFC_ONCE_SRC	= 1 << 0,
	NFC_ONCE_DST	= 1 << 1,
	NFC_ONCE_SPORT	= 1 << 2,
	NFC_ONCE_DPORT	= 1 << 3,
	NFC_ONCE_L4	= NFC_ONCE_SPORT | NFC_ONCE_DPORT,
	NFC_ONCE_TOS	= 1 << 4,
	NFC_ONCE_PROTO	= 1 << 5,
	NFC_ONCE_VLAN	= 1 << 6,
	NFC_ONCE_ETYPE	= 1 << 7,
	NFC_ONCE_USER	= 1 << 8,
	NFC_ONCE_EXT	= NFC_ONCE_VLAN | NFC_ONCE_ETYPE | NFC_ONCE_USER,
	NFC_ONCE_MAC	= 1 << 9,
	NFC_ONCE_ACTION	= 1 << 10,
	NFC_ONCE_VF	= 1 << 11,
	NFC_ONCE_QUEUE	= 1 << 12,
	NFC_ONCE_LOC	= 1 << 13,
};

struct nfc_field {
	const char *name;
	const char *label;	/* in text; NULL: another field shows these bytes */
	enum nfc_type type;
	uint8_t kinds;		/* NFC_* */
	uint16_t once;
	uint16_t offset;	/* in the struct */
	uint8_t size;
};

#define NFC_OF(member)	offsetof(struct ethtool_rx_flow_spec, h_u.member)
#define NFC_EXT(member)	offsetof(struct ethtool_rx_flow_spec, h_ext.member)

#define NFC_ANY4	(NFC_TCP4 | NFC_ESP4 | NFC_IP4)
#define NFC_ANY6	(NFC_TCP6 | NFC_ESP6 | NFC_IP6)
#define NFC_ANY		(NFC_ANY4 | NFC_ANY6)

/* In the order shown */
static const struct nfc_field fields[] = {
	{ "src-ip", "Src IP addr", NFC_ADDR4, NFC_ANY4, NFC_ONCE_SRC,
	  NFC_OF(tcp_ip4_spec.ip4src), 4 },
	{ "dst-ip", "Dest IP addr", NFC_ADDR4, NFC_ANY4, NFC_ONCE_DST,
	  NFC_OF(tcp_ip4_spec.ip4dst), 4 },
	{ "tos", "TOS", NFC_HEX, NFC_ANY4, NFC_ONCE_TOS, NFC_OF(tcp_ip4_spec.tos), 1 },
	{ "src-port", "Src port", NFC_DECIMAL, NFC_TCP4, NFC_ONCE_SPORT,
	  NFC_OF(tcp_ip4_spec.psrc), 2 },
	{ "dst-port", "Dest port", NFC_DECIMAL, NFC_TCP4, NFC_ONCE_DPORT,
	  NFC_OF(tcp_ip4_spec.pdst), 2 },
	{ "spi", "SPI", NFC_DECIMAL, NFC_ESP4, NFC_ONCE_L4, NFC_OF(esp_ip4_spec.spi), 4 },
	{ "l4proto", "Protocol", NFC_DECIMAL, NFC_IP4, NFC_ONCE_PROTO,
	  NFC_OF(usr_ip4_spec.proto), 1 },
	{ "l4data", "L4 bytes", NFC_HEX, NFC_IP4, NFC_ONCE_L4, NFC_OF(usr_ip4_spec.l4_4_bytes), 4 },
	{ "spi", NULL, NFC_DECIMAL, NFC_IP4, NFC_ONCE_L4, NFC_OF(usr_ip4_spec.l4_4_bytes), 4 },
	{ "src-port", NULL, NFC_DECIMAL, NFC_IP4, NFC_ONCE_SPORT,
	  NFC_OF(usr_ip4_spec.l4_4_bytes), 2 },
	{ "dst-port", NULL, NFC_DECIMAL, NFC_IP4, NFC_ONCE_DPORT,
	  NFC_OF(usr_ip4_spec.l4_4_bytes) + 2, 2 },
	{ "src-ip", "Src IP addr", NFC_ADDR6, NFC_ANY6, NFC_ONCE_SRC,
	  NFC_OF(tcp_ip6_spec.ip6src), 16 },
	{ "dst-ip", "Dest IP addr", NFC_ADDR6, NFC_ANY6, NFC_ONCE_DST,
	  NFC_OF(tcp_ip6_spec.ip6dst), 16 },
	{ "tclass", "Traffic Class", NFC_HEX, NFC_ANY6, NFC_ONCE_TOS,
	  NFC_OF(tcp_ip6_spec.tclass), 1 },
	{ "src-port", "Src port", NFC_DECIMAL, NFC_TCP6, NFC_ONCE_SPORT,
	  NFC_OF(tcp_ip6_spec.psrc), 2 },
	{ "dst-port", "Dest port", NFC_DECIMAL, NFC_TCP6, NFC_ONCE_DPORT,
	  NFC_OF(tcp_ip6_spec.pdst), 2 },
	{ "spi", "SPI", NFC_DECIMAL, NFC_ESP6, NFC_ONCE_L4, NFC_OF(esp_ip6_spec.spi), 4 },
	{ "l4proto", "Protocol", NFC_DECIMAL, NFC_IP6, NFC_ONCE_PROTO,
	  NFC_OF(usr_ip6_spec.l4_proto), 1 },
	{ "l4data", "L4 bytes", NFC_HEX, NFC_IP6, NFC_ONCE_L4, NFC_OF(usr_ip6_spec.l4_4_bytes), 4 },
	{ "spi", NULL, NFC_DECIMAL, NFC_IP6, NFC_ONCE_L4, NFC_OF(usr_ip6_spec.l4_4_bytes), 4 },
	{ "src-port", NULL, NFC_DECIMAL, NFC_IP6, NFC_ONCE_SPORT,
	  NFC_OF(usr_ip6_spec.l4_4_bytes), 2 },
	{ "dst-port", NULL, NFC_DECIMAL, NFC_IP6, NFC_ONCE_DPORT,
	  NFC_OF(usr_ip6_spec.l4_4_bytes) + 2, 2 },
	{ "src", "Src MAC addr", NFC_MAC, NFC_ETHER, NFC_ONCE_SRC, NFC_OF(ether_spec.h_source), 6 },
	{ "dst", "Dest MAC addr", NFC_MAC, NFC_ETHER, NFC_ONCE_DST, NFC_OF(ether_spec.h_dest), 6 },
	{ "proto", "Ethertype", NFC_HEX_UPPER, NFC_ETHER, NFC_ONCE_PROTO,
	  NFC_OF(ether_spec.h_proto), 2 },
	{ "vlan-etype", "VLAN EtherType", NFC_HEX, NFC_ANY | NFC_ETHER, NFC_ONCE_ETYPE,
	  NFC_EXT(vlan_etype), 2 },
	{ "vlan", "VLAN", NFC_HEX, NFC_ANY | NFC_ETHER, NFC_ONCE_VLAN, NFC_EXT(vlan_tci), 2 },
	{ "user-def", "User-defined", NFC_HEX, NFC_ANY | NFC_ETHER, NFC_ONCE_USER,
	  NFC_EXT(data), 8 },
	{ "dst-mac", "Dest MAC addr", NFC_MAC, NFC_ANY, NFC_ONCE_MAC, NFC_EXT(h_dest), 6 },
};

/* These rows serve more than one of the kernel's structs. */
#define NFC_SAME(a, b) \
	_Static_assert(offsetof(struct ethtool_rx_flow_spec, h_u.a) == \
		       offsetof(struct ethtool_rx_flow_spec, h_u.b), #a)

NFC_SAME(tcp_ip4_spec.ip4dst, ah_ip4_spec.ip4dst);
NFC_SAME(tcp_ip4_spec.ip4dst, usr_ip4_spec.ip4dst);
NFC_SAME(tcp_ip4_spec.tos, ah_ip4_spec.tos);
NFC_SAME(tcp_ip4_spec.tos, usr_ip4_spec.tos);
NFC_SAME(tcp_ip6_spec.ip6dst, ah_ip6_spec.ip6dst);
NFC_SAME(tcp_ip6_spec.ip6dst, usr_ip6_spec.ip6dst);
NFC_SAME(tcp_ip6_spec.tclass, ah_ip6_spec.tclass);
NFC_SAME(tcp_ip6_spec.tclass, usr_ip6_spec.tclass);

_Static_assert(offsetof(struct ethtool_rx_flow_spec, m_u) -
	       offsetof(struct ethtool_rx_flow_spec, h_u) ==
	       offsetof(struct ethtool_rx_flow_spec, m_ext) -
	       offsetof(struct ethtool_rx_flow_spec, h_ext), "masks lie as values do");

/* Of a field whose value is at offset */
static size_t nfc_mask_offset(size_t offset)
{
	return offset + offsetof(struct ethtool_rx_flow_spec, m_u) -
	       offsetof(struct ethtool_rx_flow_spec, h_u);
}

const struct nfc_flow *nfc_flow(const char *name)
{
	const struct nfc_flow *flow;

	for (flow = nfc_flows; flow->name; flow++)
		if (!strcmp(flow->name, name))
			return flow;
	return NULL;
}

/* --- Reading */

/* Bytes as they are in the struct.  Return: 0 or -EINVAL. */
static int nfc_parse(const struct nfc_field *field, const char *text, uint8_t *bytes)
{
	uint64_t number;
	uint8_t i;

	switch (field->type) {
	case NFC_ADDR4:
		return inet_pton(AF_INET, text, bytes) == 1 ? 0 : -EINVAL;
	case NFC_ADDR6:
		return inet_pton(AF_INET6, text, bytes) == 1 ? 0 : -EINVAL;
	case NFC_MAC:
		return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &bytes[0], &bytes[1],
			      &bytes[2], &bytes[3], &bytes[4], &bytes[5]) == 6 ? 0 : -EINVAL;
	default:
		if (lt_parse_c(text, UINT64_MAX >> (64 - 8 * field->size), &number))
			return -EINVAL;
		for (i = 0; i < field->size; i++)
			bytes[i] = number >> 8 * (field->size - 1 - i);
		return 0;
	}
}

static int nfc_invalid(struct lt *lt, const char *name, const char *what, const char *text)
{
	fprintf(lt->err, "Invalid %s %s[%s]\n", name, what, text);
	return 1;
}

/* A value just read may be followed by "m MASK" or "NAME-mask MASK".
 * Return: 1 if it is, with lt at the mask, 0, or -EINVAL after a message.
 */
static int nfc_has_mask(struct lt *lt, const char *name)
{
	size_t len = strlen(name);
	const char *arg = lt->argc ? lt->argv[0] : "";

	if (strcmp(arg, "m") && (strncmp(arg, name, len) || strcmp(arg + len, "-mask")))
		return 0;
	lt->argc--;
	lt->argv++;
	if (lt->argc)
		return 1;
	fprintf(lt->err, "Add rule, invalid syntax\n");
	return -EINVAL;
}

static int nfc_read_field(struct lt *lt, const struct nfc_field *field, uint32_t *seen,
			  struct ethtool_rx_flow_spec *spec)
{
	uint8_t *value = (uint8_t *)spec + field->offset;
	uint8_t *mask = (uint8_t *)spec + nfc_mask_offset(field->offset);
	const char *text = *lt->argv++;
	uint8_t bytes[16];
	int more, i;

	lt->argc--;
	if (*seen & field->once || nfc_parse(field, text, bytes))
		return nfc_invalid(lt, field->name, "value", text);
	*seen |= field->once;
	memcpy(value, bytes, field->size);
	memset(mask, 0xff, field->size);
	more = nfc_has_mask(lt, field->name);
	if (more <= 0)
		return more;
	/* What is set in the argument does not count; in the struct it is what does. */
	text = *lt->argv++;
	lt->argc--;
	if (nfc_parse(field, text, bytes))
		return nfc_invalid(lt, field->name, "mask", text);
	for (i = 0; i < field->size; i++)
		mask[i] = ~bytes[i];
	return 0;
}

/* Where flows go, and where the rule does: numbers of this host, without masks */
static const struct nfc_target {
	const char *name;
	uint32_t once;
	uint64_t max;
} targets[] = {
	{ "action", NFC_ONCE_ACTION, UINT64_MAX },
	{ "vf", NFC_ONCE_VF, UINT8_MAX },
	{ "queue", NFC_ONCE_QUEUE, UINT32_MAX },
	{ "loc", NFC_ONCE_LOC, UINT32_MAX },
};

static int nfc_read_target(struct lt *lt, const struct nfc_target *target, uint32_t *seen,
			   struct ethtool_rx_flow_spec *spec)
{
	const char *text = *lt->argv++;
	uint64_t number;
	int more;

	lt->argc--;
	if (*seen & target->once || lt_parse_c(text, target->max, &number))
		return nfc_invalid(lt, target->name, "value", text);
	*seen |= target->once;
	if (target->once == NFC_ONCE_LOC)
		spec->location = number;
	else if (target->once == NFC_ONCE_ACTION)
		spec->ring_cookie = number;
	else if (target->once == NFC_ONCE_QUEUE)
		spec->ring_cookie = (spec->ring_cookie & ~ETHTOOL_RX_FLOW_SPEC_RING) | number;
	else	/* 0 is the port itself */
		spec->ring_cookie = (spec->ring_cookie & ~ETHTOOL_RX_FLOW_SPEC_RING_VF) |
				    (number + 1) << ETHTOOL_RX_FLOW_SPEC_RING_VF_OFF;
	more = nfc_has_mask(lt, target->name);
	return more > 0 ? nfc_invalid(lt, target->name, "mask", lt->argv[0]) : more;
}

static int nfc_read_context(struct lt *lt, struct nfc_rule *rule)
{
	uint64_t number;

	if (!lt->argc) {
		fprintf(lt->err, "'context' missing value\n");
		return 1;
	}
	if (lt_parse_c(lt->argv[0], UINT32_MAX, &number)) {
		fprintf(lt->err, "Invalid context value[%s]\n", lt->argv[0]);
		return 1;
	}
	if (number == ETH_RXFH_CONTEXT_ALLOC) {
		fprintf(lt->err, "Bad context value %x\n", ETH_RXFH_CONTEXT_ALLOC);
		return 1;
	}
	lt->argc--;
	lt->argv++;
	rule->context = number;
	rule->spec.flow_type |= FLOW_RSS;
	return 0;
}

/* One option with what follows it */
static int nfc_read_option(struct lt *lt, uint8_t kind, uint32_t *seen, struct nfc_rule *rule)
{
	const char *name = *lt->argv++;
	size_t i;

	lt->argc--;
	if (!strcmp(name, "context"))
		return nfc_read_context(lt, rule);
	/* A last name without its value is passed over, as ethtool does. */
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].kinds & kind && !strcmp(fields[i].name, name))
			return lt->argc ? nfc_read_field(lt, &fields[i], seen, &rule->spec) : 0;
	for (i = 0; i < ARRAY_SIZE(targets); i++)
		if (!strcmp(targets[i].name, name))
			return lt->argc ? nfc_read_target(lt, &targets[i], seen, &rule->spec) : 0;
	/* On stdout, as ethtool has it */
	fprintf(lt->json ? lt->err : lt->text, "Add rule, unrecognized option[%s]\n", name);
	return 1;
}

int nfc_read(struct lt *lt, struct nfc_rule *rule)
{
	const struct nfc_flow *flow = lt->argc ? nfc_flow(lt->argv[0]) : NULL;
	uint32_t seen = 0;

	*rule = (struct nfc_rule){ .spec.location = RX_CLS_LOC_ANY };
	if (!flow) {
		fprintf(lt->err, "Add rule, invalid syntax\n");
		return 1;
	}
	rule->spec.flow_type = flow->type;
	lt->argc--;
	lt->argv++;
	while (lt->argc)
		if (nfc_read_option(lt, flow->kind, &seen, rule))
			return 1;
	if (seen & NFC_ONCE_ACTION && seen & (NFC_ONCE_QUEUE | NFC_ONCE_VF)) {
		fprintf(lt->err, "action and %s are not compatible\n",
			seen & NFC_ONCE_QUEUE ? "queue" : "vf");
		return 1;
	}
	if (flow->kind == NFC_IP4)
		rule->spec.h_u.usr_ip4_spec.ip_ver = ETH_RX_NFC_IP4;
	if (seen & NFC_ONCE_EXT)
		rule->spec.flow_type |= FLOW_EXT;
	if (seen & NFC_ONCE_MAC)
		rule->spec.flow_type |= FLOW_MAC_EXT;
	return 0;
}

/* --- Showing */

static uint64_t nfc_number(const struct nfc_field *field, const uint8_t *bytes)
{
	uint64_t number = 0;
	uint8_t i;

	for (i = 0; i < field->size; i++)
		number = number << 8 | bytes[i];
	return number;
}

static void nfc_text(const struct nfc_field *field, enum nfc_type type, const uint8_t *bytes,
		     char *text, size_t size)
{
	switch (type) {
	case NFC_ADDR4:
		inet_ntop(AF_INET, bytes, text, size);
		break;
	case NFC_ADDR6:
		inet_ntop(AF_INET6, bytes, text, size);
		break;
	case NFC_MAC:
		snprintf(text, size, "%02X:%02X:%02X:%02X:%02X:%02X", bytes[0], bytes[1], bytes[2],
			 bytes[3], bytes[4], bytes[5]);
		break;
	case NFC_DECIMAL:
		/* An SPI of 2^31 and more comes out negative: so ethtool has it. */
		snprintf(text, size, "%d", (int32_t)nfc_number(field, bytes));
		break;
	default:
		snprintf(text, size, type == NFC_HEX ? "0x%" PRIx64 : "0x%" PRIX64,
			 nfc_number(field, bytes));
	}
}

static void nfc_json(struct lt *lt, const struct nfc_field *field, const char *key,
		     const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN];

	/* Numbers of 64 bits are text: JSON has none. */
	if (field->type != NFC_ADDR4 && field->type != NFC_ADDR6 && field->type != NFC_MAC &&
	    field->size < 8) {
		out_uint(lt, key, NULL, nfc_number(field, bytes));
	} else {
		nfc_text(field, field->type, bytes, text, sizeof(text));
		out_str(lt, key, NULL, text);
	}
}

static void nfc_say_field(struct lt *lt, const struct nfc_field *field,
			  const struct ethtool_rx_flow_spec *spec)
{
	const uint8_t *value = (const uint8_t *)spec + field->offset;
	const uint8_t *mask = (const uint8_t *)spec + nfc_mask_offset(field->offset);
	enum nfc_type type = field->type == NFC_DECIMAL ? NFC_HEX : field->type;
	char text[INET6_ADDRSTRLEN], key[32];
	uint8_t loose[16], any = 0, all = 0xff;	/* bits that do not count */
	uint8_t i;

	for (i = 0; i < field->size; i++) {
		loose[i] = ~mask[i];
		any |= loose[i];
		all &= loose[i];
	}
	nfc_text(field, field->type, value, text, sizeof(text));
	out_text(lt, "\t%s: %s", field->label, text);
	/* ethtool forgets to turn this one around. */
	nfc_text(field, type, field->once == NFC_ONCE_MAC ? mask : loose, text, sizeof(text));
	out_text(lt, " mask: %s\n", text);
	if (all == 0xff)
		return;		/* nothing of it counts */
	nfc_json(lt, field, field->name, value);
	if (any) {
		snprintf(key, sizeof(key), "%s-mask", field->name);
		nfc_json(lt, field, key, loose);
	}
}

static void nfc_say_action(struct lt *lt, uint64_t cookie)
{
	uint64_t vf = ethtool_get_flow_spec_ring_vf(cookie);

	if (cookie == RX_CLS_FLOW_DISC || cookie == RX_CLS_FLOW_WAKE) {
		out_str(lt, "action", "\tAction: %s\n",
			lt->json ? (cookie == RX_CLS_FLOW_DISC ? "drop" : "wake") :
			cookie == RX_CLS_FLOW_DISC ? "Drop" : "Wake-on-LAN");
		return;
	}
	out_text(lt, "\tAction: Direct to ");
	if (vf)
		out_uint(lt, "vf", "VF %" PRIu64 " ", vf - 1);
	out_uint(lt, "queue", "queue %" PRIu64 "\n", ethtool_get_flow_spec_ring(cookie));
}

void nfc_say(struct lt *lt, const struct nfc_rule *rule)
{
	const struct ethtool_rx_flow_spec *spec = &rule->spec;
	const struct nfc_flow *flow = nfc_flows;
	const struct nfc_field *field;

	while (flow->name && flow->type != (spec->flow_type & ~FLOW_FLAGS))
		flow++;
	if (!flow->name || (flow->kind == NFC_IP4 &&
			    spec->h_u.usr_ip4_spec.ip_ver != ETH_RX_NFC_IP4)) {
		fprintf(lt->err, "%s\n", flow->name ? "IPV4_USER_FLOW with wrong ip_ver" :
			"rxclass: Unknown flow type");
		return;
	}
	out_object(lt, "");
	out_uint(lt, "loc", "Filter: %" PRIu64 "\n", spec->location);
	out_text(lt, "\t%s\n", flow->title);
	out_str(lt, "flow-type", NULL, flow->name);
	for (field = fields; field < fields + ARRAY_SIZE(fields); field++)
		if (field->kinds & flow->kind && field->label &&
		    (!(field->once & NFC_ONCE_EXT) || spec->flow_type & FLOW_EXT) &&
		    (field->once != NFC_ONCE_MAC || spec->flow_type & FLOW_MAC_EXT))
			nfc_say_field(lt, field, spec);
	if (spec->flow_type & FLOW_RSS)
		out_uint(lt, "context", "\tRSS Context ID: %" PRIu64 "\n", rule->context);
	nfc_say_action(lt, spec->ring_cookie);
	out_text(lt, "\n");
	out_close(lt);
}
