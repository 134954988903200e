/* SPDX-License-Identifier: GPL-2.0 */
/* What a rule for received flows (-n, -N) can be about: nfc.c */
#ifndef NFC_H
#define NFC_H

#include "lanetool.h"

/* Kinds of flows: those of one kind have the same fields. */
enum {
	NFC_TCP4	= 1 << 0,	/* and UDP, SCTP */
	NFC_ESP4	= 1 << 1,	/* and AH */
	NFC_IP4		= 1 << 2,
	NFC_TCP6	= 1 << 3,
	NFC_ESP6	= 1 << 4,
	NFC_IP6		= 1 << 5,
	NFC_ETHER	= 1 << 6,
};

struct nfc_flow {
	const char *name;
	uint32_t type;		/* in rules */
	uint32_t hash;		/* in what is hashed; 0: nothing */
	uint8_t kind;		/* NFC_* */
	const char *title;	/* of a rule, in text */
	const char *hash_title;
};

extern const struct nfc_flow nfc_flows[];	/* ends with {} */

const struct nfc_flow *nfc_flow(const char *name);

struct nfc_rule {
	struct ethtool_rx_flow_spec spec;
	uint32_t context;	/* if spec.flow_type has FLOW_RSS */
};

/* nfc_read - a rule from the arguments left.  Return: 0 or 1 after a message. */
int nfc_read(struct lt *lt, struct nfc_rule *rule);
/* nfc_say - a rule, or a complaint about one of an unknown type */
void nfc_say(struct lt *lt, const struct nfc_rule *rule);

#endif
