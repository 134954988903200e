/* SPDX-License-Identifier: GPL-2.0 */
/* A flow as predict is asked about it, and a device's rules for flows (rules.c). */
#ifndef TUPLE_H
#define TUPLE_H

#include "port.h"

/* As on the wire: network byte order */
struct tuple {
	uint16_t l3;		/* ETH_P_IP, ETH_P_IPV6; not in network order */
	uint8_t proto;
	bool ports;		/* its protocol has them */
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port;
};

enum rule_verdict {
	RULE_NO,
	RULE_YES,
	RULE_MAYBE,		/* it looks at what is not in a tuple */
};

struct rule_found {
	uint32_t rules;		/* that the device has */
	uint32_t maybe;		/* of these, come before the one that matches and may match */
	bool matches;
	uint32_t location;
	bool drop;
	bool elsewhere;		/* by a table of its own, or to a virtual function */
	uint32_t lane;
};

/* rules_find - the first rule that a flow matches.  Return: 0 or a negative error, said */
int rules_find(struct lt *lt, const char *dev, const struct tuple *tuple, struct rule_found *found);
enum rule_verdict rule_match(const struct ethtool_rx_flow_spec *fs, const struct tuple *tuple);

#endif
