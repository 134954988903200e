// SPDX-License-Identifier: GPL-2.0
/* A device's own rules for flows (ethtool -N), and which of them a flow matches. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdlib.h>

#include "tuple.h"

#define RULES_MAX	65536

/* Do the bits that count agree? */
static bool rule_same(const void *value, const void *mask, const void *field, size_t size)
{
	const uint8_t *v = value, *m = mask, *f = field;
	size_t i;

	for (i = 0; i < size; i++)
		if ((v[i] ^ f[i]) & m[i])
			return false;
	return true;
}

static bool rule_any(const void *mask, size_t size)
{
	const uint8_t *m = mask;
	size_t i;

	for (i = 0; i < size; i++)
		if (m[i])
			return true;
	return false;
}

static bool rule_ports(__be16 src, __be16 src_mask, __be16 dst, __be16 dst_mask,
		       const struct tuple *t)
{
	return !((src ^ t->src_port) & src_mask) && !((dst ^ t->dst_port) & dst_mask);
}

static enum rule_verdict rule_ip4(const struct ethtool_rx_flow_spec *fs, const struct tuple *t,
				  uint8_t proto)
{
	const struct ethtool_tcpip4_spec *v = &fs->h_u.tcp_ip4_spec, *m = &fs->m_u.tcp_ip4_spec;

	if (t->l3 != ETH_P_IP || t->proto != proto ||
	    !rule_same(&v->ip4src, &m->ip4src, t->src, 4) ||
	    !rule_same(&v->ip4dst, &m->ip4dst, t->dst, 4) ||
	    !rule_ports(v->psrc, m->psrc, v->pdst, m->pdst, t))
		return RULE_NO;
	return m->tos ? RULE_MAYBE : RULE_YES;
}

static enum rule_verdict rule_ip6(const struct ethtool_rx_flow_spec *fs, const struct tuple *t,
				  uint8_t proto)
{
	const struct ethtool_tcpip6_spec *v = &fs->h_u.tcp_ip6_spec, *m = &fs->m_u.tcp_ip6_spec;

	if (t->l3 != ETH_P_IPV6 || t->proto != proto ||
	    !rule_same(v->ip6src, m->ip6src, t->src, 16) ||
	    !rule_same(v->ip6dst, m->ip6dst, t->dst, 16) ||
	    !rule_ports(v->psrc, m->psrc, v->pdst, m->pdst, t))
		return RULE_NO;
	return m->tclass ? RULE_MAYBE : RULE_YES;
}

/* The first four bytes behind IP's header: of most protocols the ports */
static bool rule_l4(__be32 value, __be32 mask, const struct tuple *t)
{
	uint16_t ports[2] = { t->src_port, t->dst_port };

	return rule_same(&value, &mask, ports, sizeof(ports));
}

static enum rule_verdict rule_user4(const struct ethtool_rx_flow_spec *fs, const struct tuple *t)
{
	const struct ethtool_usrip4_spec *v = &fs->h_u.usr_ip4_spec, *m = &fs->m_u.usr_ip4_spec;

	if (t->l3 != ETH_P_IP || ((v->proto ^ t->proto) & m->proto) ||
	    !rule_same(&v->ip4src, &m->ip4src, t->src, 4) ||
	    !rule_same(&v->ip4dst, &m->ip4dst, t->dst, 4) ||
	    (t->ports && !rule_l4(v->l4_4_bytes, m->l4_4_bytes, t)))
		return RULE_NO;
	return m->tos || (m->l4_4_bytes && !t->ports) ? RULE_MAYBE : RULE_YES;
}

static enum rule_verdict rule_user6(const struct ethtool_rx_flow_spec *fs, const struct tuple *t)
{
	const struct ethtool_usrip6_spec *v = &fs->h_u.usr_ip6_spec, *m = &fs->m_u.usr_ip6_spec;

	if (t->l3 != ETH_P_IPV6 || ((v->l4_proto ^ t->proto) & m->l4_proto) ||
	    !rule_same(v->ip6src, m->ip6src, t->src, 16) ||
	    !rule_same(v->ip6dst, m->ip6dst, t->dst, 16) ||
	    (t->ports && !rule_l4(v->l4_4_bytes, m->l4_4_bytes, t)))
		return RULE_NO;
	return m->tclass || (m->l4_4_bytes && !t->ports) ? RULE_MAYBE : RULE_YES;
}

static enum rule_verdict rule_ether(const struct ethtool_rx_flow_spec *fs, const struct tuple *t)
{
	const struct ethhdr *v = &fs->h_u.ether_spec, *m = &fs->m_u.ether_spec;
	uint16_t type = htons(t->l3);

	if (!rule_same(&v->h_proto, &m->h_proto, &type, sizeof(type)))
		return RULE_NO;
	return rule_any(m->h_source, ETH_ALEN) || rule_any(m->h_dest, ETH_ALEN) ? RULE_MAYBE :
										  RULE_YES;
}

/* rule_match - does a flow match a rule? */
enum rule_verdict rule_match(const struct ethtool_rx_flow_spec *fs, const struct tuple *t)
{
	enum rule_verdict verdict = RULE_MAYBE;

	switch (fs->flow_type & ~(FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS)) {
	case TCP_V4_FLOW:
		verdict = rule_ip4(fs, t, IPPROTO_TCP);
		break;
	case UDP_V4_FLOW:
		verdict = rule_ip4(fs, t, IPPROTO_UDP);
		break;
	case SCTP_V4_FLOW:
		verdict = rule_ip4(fs, t, IPPROTO_SCTP);
		break;
	case TCP_V6_FLOW:
		verdict = rule_ip6(fs, t, IPPROTO_TCP);
		break;
	case UDP_V6_FLOW:
		verdict = rule_ip6(fs, t, IPPROTO_UDP);
		break;
	case SCTP_V6_FLOW:
		verdict = rule_ip6(fs, t, IPPROTO_SCTP);
		break;
	case IPV4_USER_FLOW:
		verdict = rule_user4(fs, t);
		break;
	case IPV6_USER_FLOW:
		verdict = rule_user6(fs, t);
		break;
	case ETHER_FLOW:
		verdict = rule_ether(fs, t);
		break;
	}
	if (verdict == RULE_YES && fs->flow_type & FLOW_EXT &&
	    (fs->m_ext.vlan_etype || fs->m_ext.vlan_tci || rule_any(fs->m_ext.data,
								    sizeof(fs->m_ext.data))))
		return RULE_MAYBE;
	if (verdict == RULE_YES && fs->flow_type & FLOW_MAC_EXT &&
	    rule_any(fs->m_ext.h_dest, sizeof(fs->m_ext.h_dest)))
		return RULE_MAYBE;
	return verdict;
}

/* --- The device's */

static int rules_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int rule_try(struct lt *lt, const char *dev, const struct tuple *tuple, uint32_t location,
		    struct rule_found *found)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_GRXCLSRULE, .fs.location = location };
	enum rule_verdict verdict;
	int ret = lt_ioctl_of(lt, dev, &nfc);

	if (ret == -ENOENT)
		return 0;	/* removed meanwhile */
	if (ret)
		return ret;
	verdict = rule_match(&nfc.fs, tuple);
	found->maybe += verdict == RULE_MAYBE;
	if (verdict != RULE_YES)
		return 0;
	found->matches = true;
	found->location = location;
	found->drop = nfc.fs.ring_cookie == RX_CLS_FLOW_DISC;
	found->elsewhere = nfc.fs.flow_type & FLOW_RSS ||
			   ethtool_get_flow_spec_ring_vf(nfc.fs.ring_cookie);
	found->lane = ethtool_get_flow_spec_ring(nfc.fs.ring_cookie);
	return 0;
}

int rules_find(struct lt *lt, const char *dev, const struct tuple *tuple, struct rule_found *found)
{
	struct ethtool_rxnfc count = { .cmd = ETHTOOL_GRXCLSRLCNT }, *list;
	int ret = lt_ioctl_of(lt, dev, &count);
	uint32_t i;

	*found = (struct rule_found){};
	if (ret == -EOPNOTSUPP || ret == -EINVAL || (!ret && !count.rule_cnt))
		return 0;
	if (!ret && count.rule_cnt > RULES_MAX)
		ret = -EOVERFLOW;
	list = ret ? NULL : calloc(1, sizeof(*list) + count.rule_cnt * sizeof(uint32_t));
	if (!ret && !list)
		ret = -ENOMEM;
	if (!ret) {
		list->cmd = ETHTOOL_GRXCLSRLALL;
		list->rule_cnt = count.rule_cnt;
		ret = lt_ioctl_of(lt, dev, list);
	}
	if (!ret && list->rule_cnt <= count.rule_cnt) {
		found->rules = list->rule_cnt;
		qsort(list->rule_locs, list->rule_cnt, sizeof(uint32_t), rules_order);
		for (i = 0; i < found->rules && !ret && !found->matches; i++)
			ret = rule_try(lt, dev, tuple, list->rule_locs[i], found);
	}
	free(list);
	if (ret)
		lt_error(lt, "%s: the rules cannot be read: %s", dev, strerror(-ret));
	return ret;
}
