// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool -N: rules of a user, by which a flow or a type of frame is led to a lane.
 * A rule's place is the number of its filter: flows first, then types. Of several
 * rules for a flow that match a frame the one of the lowest number counts.
 *
 * Rules change under RTNL. Filters that no rule has, flows take and leave in softirq
 * (see steer.c), so the table itself is under the steering's lock.
 */
#include <linux/ethtool.h>
#include <linux/in.h>

#include <flowlane/dev.h>

#include "nfc.h"

/* There is no extack to say it in. */
static __printf(3, 4) int fl_nfc_refuse(const struct fl_dev *fl, int err,
					const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	netdev_err(fl->netdev, "rule refused: %pV\n", &vaf);
	va_end(args);
	return err;
}

static int fl_nfc_filters(const struct fl_dev *fl)
{
	return fl->caps.flow_filters + fl->caps.ether_filters;
}

/* The filters of a rule's kind: from the first to behind the last. */
static int fl_nfc_first(const struct fl_dev *fl, const struct fl_filter *f)
{
	return f->match ? 0 : fl->caps.flow_filters;
}

static int fl_nfc_end(const struct fl_dev *fl, const struct fl_filter *f)
{
	return f->match ? fl->caps.flow_filters : fl_nfc_filters(fl);
}

/* A field counts as a whole or not at all: false if its mask is neither. */
static bool fl_nfc_take_addr(struct fl_filter *f, u8 bit,
			     struct in6_addr *field, __be32 val, __be32 mask)
{
	if (!mask)
		return true;
	f->match |= bit;
	field->s6_addr32[0] = val;
	return mask == htonl(U32_MAX);
}

static bool fl_nfc_take_port(struct fl_filter *f, u8 bit, __be16 *field,
			     __be16 val, __be16 mask)
{
	if (!mask)
		return true;
	f->match |= bit;
	*field = val;
	return mask == htons(U16_MAX);
}

/* The functions that read a user's rule return what is wrong with it, or NULL. */

static const char fl_nfc_partial[] =
	"a field counts as a whole or not at all: masks in part cannot be had";

static const char *fl_nfc_read_ports(const struct ethtool_rx_flow_spec *fs,
				     u16 proto, struct fl_filter *f)
{
	const struct ethtool_tcpip4_spec *val = &fs->h_u.tcp_ip4_spec;
	const struct ethtool_tcpip4_spec *mask = &fs->m_u.tcp_ip4_spec;
	struct fl_flow_key *key = &f->key;

	if (mask->tos)
		return "filters do not look at TOS";
	f->match = FL_MATCH_PROTO;
	key->proto = proto;
	if (!fl_nfc_take_addr(f, FL_MATCH_SRC, &key->src, val->ip4src,
			      mask->ip4src) ||
	    !fl_nfc_take_addr(f, FL_MATCH_DST, &key->dst, val->ip4dst,
			      mask->ip4dst) ||
	    !fl_nfc_take_port(f, FL_MATCH_SRC_PORT, &key->src_port, val->psrc,
			      mask->psrc) ||
	    !fl_nfc_take_port(f, FL_MATCH_DST_PORT, &key->dst_port, val->pdst,
			      mask->pdst))
		return fl_nfc_partial;
	return NULL;
}

static const char *fl_nfc_read_ip(const struct ethtool_rx_flow_spec *fs,
				  struct fl_filter *f)
{
	const struct ethtool_usrip4_spec *val = &fs->h_u.usr_ip4_spec;
	const struct ethtool_usrip4_spec *mask = &fs->m_u.usr_ip4_spec;
	struct fl_flow_key *key = &f->key;

	if (val->ip_ver != ETH_RX_NFC_IP4 || mask->ip_ver)
		return "the version of IP can only be 4";
	if (mask->tos)
		return "filters do not look at TOS";
	if (mask->l4_4_bytes)
		return "only rules for TCP, UDP or SCTP can name ports";
	if (mask->proto) {
		f->match = FL_MATCH_PROTO;
		key->proto = val->proto;
	}
	if ((mask->proto && mask->proto != U8_MAX) ||
	    !fl_nfc_take_addr(f, FL_MATCH_SRC, &key->src, val->ip4src,
			      mask->ip4src) ||
	    !fl_nfc_take_addr(f, FL_MATCH_DST, &key->dst, val->ip4dst,
			      mask->ip4dst))
		return fl_nfc_partial;
	return f->match ? NULL : "it has to name an address or a protocol";
}

static const char *fl_nfc_read_ether(const struct ethtool_rx_flow_spec *fs,
				     struct fl_filter *f)
{
	const struct ethhdr *val = &fs->h_u.ether_spec;
	const struct ethhdr *mask = &fs->m_u.ether_spec;

	if (!is_zero_ether_addr(mask->h_dest) ||
	    !is_zero_ether_addr(mask->h_source))
		return "filters do not look at Ethernet addresses";
	if (mask->h_proto != htons(U16_MAX))
		return "it has to name a type of frame, without a mask";
	switch (val->h_proto) {
	case htons(ETH_P_IP):
	case htons(ETH_P_IPV6):
		return "a type cannot be that of IP";
	case htons(ETH_P_1588):
		return "this type is kept for time stamps";
	}
	f->key.l3 = val->h_proto;
	return NULL;
}

static const char *fl_nfc_read(const struct ethtool_rx_flow_spec *fs,
			       struct fl_filter *f)
{
	if (fs->flow_type & FLOW_RSS)
		return "there is one RSS context only";
	if (fs->flow_type & FLOW_EXT)
		return "filters do not look at VLAN tags or user data";
	if (fs->flow_type & FLOW_MAC_EXT)
		return "filters do not look at Ethernet addresses";
	f->key.l3 = htons(ETH_P_IP);
	switch (fs->flow_type) {
	case TCP_V4_FLOW:
		return fl_nfc_read_ports(fs, IPPROTO_TCP, f);
	case UDP_V4_FLOW:
		return fl_nfc_read_ports(fs, IPPROTO_UDP, f);
	case SCTP_V4_FLOW:
		return fl_nfc_read_ports(fs, IPPROTO_SCTP, f);
	case IPV4_USER_FLOW:
		return fl_nfc_read_ip(fs, f);
	case ETHER_FLOW:
		return fl_nfc_read_ether(fs, f);
	case TCP_V6_FLOW:
	case UDP_V6_FLOW:
	case SCTP_V6_FLOW:
	case IPV6_USER_FLOW:
		return "filters do not know IPv6";
	default:
		return "flows of this type have no filters";
	}
}

/* Where it leads. */
static int fl_nfc_read_lane(const struct fl_dev *fl, u64 cookie,
			    struct fl_filter *f)
{
	if (cookie == RX_CLS_FLOW_DISC)
		return fl_nfc_refuse(fl, -EOPNOTSUPP, "filters do not drop");
	if (cookie == RX_CLS_FLOW_WAKE)
		return fl_nfc_refuse(fl, -EOPNOTSUPP, "filters do not wake");
	if (ethtool_get_flow_spec_ring_vf(cookie))
		return fl_nfc_refuse(fl, -EOPNOTSUPP,
				     "there are no virtual functions");
	if (cookie >= fl->cfg.lanes)
		return fl_nfc_refuse(fl, -EINVAL,
				     "there is no lane %llu, the last is %u",
				     cookie, fl->cfg.lanes - 1);
	if (!f->match && cookie >= fl->caps.ether_lanes)
		return fl_nfc_refuse(fl, -EINVAL,
				     "a type can be led to lane %u at most",
				     fl->caps.ether_lanes - 1);
	f->lane = cookie;
	return 0;
}

/* Whether the filter that a user names is one for his rule. */
static int fl_nfc_check_loc(const struct fl_dev *fl, u32 loc,
			    const struct fl_filter *f)
{
	if (loc == RX_CLS_LOC_ANY)
		return 0;
	if (loc & RX_CLS_LOC_SPECIAL)
		return fl_nfc_refuse(fl, -EINVAL,
				     "a place is a number, or any");
	if (loc >= fl_nfc_first(fl, f) && loc < fl_nfc_end(fl, f))
		return 0;
	return fl_nfc_refuse(fl, -EINVAL, "rules for %s have places %d to %d",
			     f->match ? "flows" : "types of frames",
			     fl_nfc_first(fl, f), fl_nfc_end(fl, f) - 1);
}

/* No frame would ever come to the second of two rules that are equal. */
static int fl_nfc_check_equal(struct fl_dev *fl, u32 loc,
			      const struct fl_filter *f)
{
	int i;

	for (i = 0; i < fl_nfc_filters(fl); i++) {
		const struct fl_filter *other = &fl->filter[i];

		/* Only rules stay as they are without the lock. */
		if (i != loc && READ_ONCE(other->owner) == FL_FILTER_RULE &&
		    other->match == f->match &&
		    !memcmp(&other->key, &f->key, sizeof(f->key)))
			return fl_nfc_refuse(fl, -EEXIST,
					     "rule %d is for the same frames",
					     i);
	}
	return 0;
}

/* A filter for a rule that may be in any: better a free one than a flow's. */
static int fl_nfc_find_locked(const struct fl_dev *fl,
			      const struct fl_filter *f)
{
	int end = fl_nfc_end(fl, f);
	int i;

	for (i = fl_nfc_first(fl, f); i < end; i++)
		if (fl->filter[i].owner == FL_FILTER_FREE)
			return i;
	for (i = fl_nfc_first(fl, f); i < end; i++)
		if (fl->filter[i].owner == FL_FILTER_FLOW)
			return i;
	return -ENOSPC;
}

static void fl_nfc_put_locked(struct fl_dev *fl, int i,
			      const struct fl_filter *f)
{
	if (fl->filter[i].owner == FL_FILTER_FLOW)
		fl_steer_evict_locked(fl, i);
	fl->filter[i] = *f;
	if (fl->running)
		fl->ops->set_filter(fl, i);
}

static int fl_nfc_insert(struct fl_dev *fl, struct ethtool_rx_flow_spec *fs)
{
	struct fl_filter f = { .owner = FL_FILTER_RULE };
	const char *wrong;
	int i, err;

	if (!fl_nfc_filters(fl))
		return fl_nfc_refuse(fl, -EOPNOTSUPP,
				     "the device has no filters");
	if (!(fl->netdev->features & NETIF_F_NTUPLE))
		return fl_nfc_refuse(fl, -EOPNOTSUPP,
				     "ntuple-filters are off (ethtool -K)");
	wrong = fl_nfc_read(fs, &f);
	if (wrong)
		return fl_nfc_refuse(fl, -EOPNOTSUPP, "%s", wrong);
	err = fl_nfc_read_lane(fl, fs->ring_cookie, &f) ?:
	      fl_nfc_check_loc(fl, fs->location, &f) ?:
	      fl_nfc_check_equal(fl, fs->location, &f);
	if (err)
		return err;

	spin_lock_bh(&fl->steer_lock);
	i = fs->location == RX_CLS_LOC_ANY ? fl_nfc_find_locked(fl, &f) :
					     fs->location;
	if (i >= 0)
		fl_nfc_put_locked(fl, i, &f);
	spin_unlock_bh(&fl->steer_lock);
	if (i < 0)
		return fl_nfc_refuse(fl, i, "all %d filters of its kind have rules",
				     fl_nfc_end(fl, &f) - fl_nfc_first(fl, &f));
	fs->location = i;
	return 0;
}

/* The rule at a place; NULL if there is none. */
static const struct fl_filter *fl_nfc_rule(const struct fl_dev *fl, u32 loc)
{
	if (loc >= fl_nfc_filters(fl) ||
	    READ_ONCE(fl->filter[loc].owner) != FL_FILTER_RULE)
		return NULL;
	return &fl->filter[loc];
}

static void fl_nfc_remove(struct fl_dev *fl, int i)
{
	static const struct fl_filter none = { .owner = FL_FILTER_FREE };

	spin_lock_bh(&fl->steer_lock);
	fl_nfc_put_locked(fl, i, &none);
	spin_unlock_bh(&fl->steer_lock);
}

/**
 * fl_nfc_clear() - remove all rules
 * @fl: port
 *
 * Context: process, RTNL.
 */
void fl_nfc_clear(struct fl_dev *fl)
{
	int i;

	for (i = 0; i < fl_nfc_filters(fl); i++)
		if (fl_nfc_rule(fl, i))
			fl_nfc_remove(fl, i);
}

/**
 * fl_nfc_check_lanes() - whether all rules could do with fewer lanes
 * @fl: port
 * @lanes: that would be left
 *
 * ethtool's core asks this as well, but takes it for granted where memory is short.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or -EINVAL.
 */
int fl_nfc_check_lanes(struct fl_dev *fl, u32 lanes)
{
	int i;

	for (i = 0; i < fl_nfc_filters(fl); i++) {
		const struct fl_filter *f = fl_nfc_rule(fl, i);

		if (!f || f->lane < lanes)
			continue;
		netdev_err(fl->netdev,
			   "lanes stay at %u: rule %d leads to lane %u\n",
			   fl->cfg.lanes, i, f->lane);
		return -EINVAL;
	}
	return 0;
}

static void fl_nfc_show_ports(const struct fl_filter *f,
			      struct ethtool_rx_flow_spec *fs)
{
	struct ethtool_tcpip4_spec *val = &fs->h_u.tcp_ip4_spec;
	struct ethtool_tcpip4_spec *mask = &fs->m_u.tcp_ip4_spec;

	val->ip4src = f->key.src.s6_addr32[0];
	val->ip4dst = f->key.dst.s6_addr32[0];
	val->psrc = f->key.src_port;
	val->pdst = f->key.dst_port;
	mask->ip4src = htonl(f->match & FL_MATCH_SRC ? U32_MAX : 0);
	mask->ip4dst = htonl(f->match & FL_MATCH_DST ? U32_MAX : 0);
	mask->psrc = htons(f->match & FL_MATCH_SRC_PORT ? U16_MAX : 0);
	mask->pdst = htons(f->match & FL_MATCH_DST_PORT ? U16_MAX : 0);
}

static void fl_nfc_show_ip(const struct fl_filter *f,
			   struct ethtool_rx_flow_spec *fs)
{
	struct ethtool_usrip4_spec *val = &fs->h_u.usr_ip4_spec;
	struct ethtool_usrip4_spec *mask = &fs->m_u.usr_ip4_spec;

	val->ip4src = f->key.src.s6_addr32[0];
	val->ip4dst = f->key.dst.s6_addr32[0];
	val->ip_ver = ETH_RX_NFC_IP4;
	val->proto = f->key.proto;
	mask->ip4src = htonl(f->match & FL_MATCH_SRC ? U32_MAX : 0);
	mask->ip4dst = htonl(f->match & FL_MATCH_DST ? U32_MAX : 0);
	mask->proto = f->match & FL_MATCH_PROTO ? U8_MAX : 0;
}

/* A rule may have been made with another type: IPv4 with the protocol UDP is UDP
 * without ports.
 */
static int fl_nfc_get(const struct fl_dev *fl, struct ethtool_rx_flow_spec *fs)
{
	const struct fl_filter *f = fl_nfc_rule(fl, fs->location);
	u32 loc = fs->location;

	if (!f)
		return -ENOENT;
	memset(fs, 0, sizeof(*fs));
	fs->location = loc;
	fs->ring_cookie = f->lane;
	if (!f->match) {
		fs->flow_type = ETHER_FLOW;
		fs->h_u.ether_spec.h_proto = f->key.l3;
		fs->m_u.ether_spec.h_proto = htons(U16_MAX);
		return 0;
	}
	switch (f->key.proto) {
	case IPPROTO_TCP:
		fs->flow_type = TCP_V4_FLOW;
		break;
	case IPPROTO_UDP:
		fs->flow_type = UDP_V4_FLOW;
		break;
	case IPPROTO_SCTP:
		fs->flow_type = SCTP_V4_FLOW;
		break;
	default:
		fs->flow_type = IPV4_USER_FLOW;
		fl_nfc_show_ip(f, fs);
		return 0;
	}
	fl_nfc_show_ports(f, fs);
	return 0;
}

static u32 fl_nfc_count(const struct fl_dev *fl)
{
	u32 n = 0;
	int i;

	for (i = 0; i < fl_nfc_filters(fl); i++)
		n += !!fl_nfc_rule(fl, i);
	return n;
}

static int fl_nfc_list(const struct fl_dev *fl, struct ethtool_rxnfc *nfc,
		       u32 *rules)
{
	int i;

	if (nfc->rule_cnt < fl_nfc_count(fl))
		return -EMSGSIZE;
	nfc->data = fl_nfc_filters(fl);
	nfc->rule_cnt = 0;
	for (i = 0; i < fl_nfc_filters(fl); i++)
		if (fl_nfc_rule(fl, i))
			rules[nfc->rule_cnt++] = i;
	return 0;
}

/**
 * fl_get_rxnfc() - ethtool_ops.get_rxnfc, of rules
 * @netdev: port
 * @nfc: what is asked for; filled in
 * @rules: filled with the places of all rules, of which @nfc has the number
 *
 * Context: process, RTNL.
 *
 * Return: 0, -ENOENT if there is no such rule, -EMSGSIZE if they are more, or
 * -EOPNOTSUPP if it is not about rules.
 */
int fl_get_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *nfc,
		 u32 *rules)
{
	struct fl_dev *fl = netdev_priv(netdev);

	switch (nfc->cmd) {
	case ETHTOOL_GRXCLSRLCNT:
		nfc->rule_cnt = fl_nfc_count(fl);
		/* Special places even where there are no others: else ethtool
		 * asks for no rule, and nobody is told why there is none.
		 */
		nfc->data = fl_nfc_filters(fl) | RX_CLS_LOC_SPECIAL;
		return 0;
	case ETHTOOL_GRXCLSRULE:
		return fl_nfc_get(fl, &nfc->fs);
	case ETHTOOL_GRXCLSRLALL:
		return fl_nfc_list(fl, nfc, rules);
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * fl_set_rxnfc() - ethtool_ops.set_rxnfc, of rules
 * @netdev: port
 * @nfc: a rule to be put in place, or its place, where it is to go; the place of a
 *	new rule is filled in
 *
 * A rule replaces the one of its place. It stays until it is removed, or the feature
 * is switched off.
 *
 * Context: process, RTNL.
 *
 * Return: 0 or a negative error; the log says why.
 */
int fl_set_rxnfc(struct net_device *netdev, struct ethtool_rxnfc *nfc)
{
	struct fl_dev *fl = netdev_priv(netdev);

	switch (nfc->cmd) {
	case ETHTOOL_SRXCLSRLINS:
		return fl_nfc_insert(fl, &nfc->fs);
	case ETHTOOL_SRXCLSRLDEL:
		if (!fl_nfc_rule(fl, nfc->fs.location))
			return -ENOENT;
		fl_nfc_remove(fl, nfc->fs.location);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}
