// SPDX-License-Identifier: GPL-2.0
/* Generic netlink families and their groups, which have numbers for names. */
#include "lanetool.h"

static struct nlmsghdr *family_request(struct lt *lt, const char *name)
{
	struct nlmsghdr *msg = lt_genl_id(lt, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);

	lt_put_str(lt, msg, CTRL_ATTR_FAMILY_NAME, name);
	return msg;
}

static int family_reply(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_FAMILY_ID] = MNL_TYPE_U16,
	};
	const struct nlattr *tb[CTRL_ATTR_MAX + 1];
	int ret = lt_parse(lt, msg, GENL_HDRLEN, tb, types, CTRL_ATTR_MAX);

	if (!ret && tb[CTRL_ATTR_FAMILY_ID])
		*(uint16_t *)data = mnl_attr_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
	return ret;
}

int lt_family(struct lt *lt, const char *name)
{
	struct lt_family *family = NULL;
	bool quiet = lt->quiet;
	uint16_t id = 0;
	int ret;
	size_t i;

	for (i = 0; i < LT_FAMILIES && !family; i++) {
		if (!strcmp(lt->families[i].name, name))
			return lt->families[i].id;
		if (!lt->families[i].name[0])
			family = &lt->families[i];
	}
	lt->quiet = true;
	ret = lt_send(lt, family_request(lt, name), family_reply, &id);
	lt->quiet = quiet;
	if (ret)
		return ret;
	if (id < NLMSG_MIN_TYPE)
		return -EBADMSG;
	if (family && strlen(name) < sizeof(family->name)) {
		memcpy(family->name, name, strlen(name) + 1);
		family->id = id;
	}
	return id;
}

/* --- Groups */

struct family_group {
	const char *name;
	uint32_t id;
};

static int family_group(struct lt *lt, const struct nlattr *nest, struct family_group *group)
{
	static const uint8_t types[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
		[CTRL_ATTR_MCAST_GRP_NAME] = MNL_TYPE_NUL_STRING,
		[CTRL_ATTR_MCAST_GRP_ID] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];

	if (mnl_attr_validate(nest, MNL_TYPE_NESTED) < 0)
		return lt_malformed(lt);
	if (lt_parse_nest(lt, nest, tb, types, CTRL_ATTR_MCAST_GRP_MAX))
		return -EBADMSG;
	if (tb[CTRL_ATTR_MCAST_GRP_NAME] && tb[CTRL_ATTR_MCAST_GRP_ID] &&
	    !strcmp(mnl_attr_get_str(tb[CTRL_ATTR_MCAST_GRP_NAME]), group->name))
		group->id = mnl_attr_get_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	return 0;
}

static int family_groups(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[CTRL_ATTR_MAX + 1] = {
		[CTRL_ATTR_MCAST_GROUPS] = MNL_TYPE_NESTED,
	};
	const struct nlattr *tb[CTRL_ATTR_MAX + 1], *nest;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, CTRL_ATTR_MAX))
		return -EBADMSG;
	if (!tb[CTRL_ATTR_MCAST_GROUPS])
		return 0;
	mnl_attr_for_each_nested(nest, tb[CTRL_ATTR_MCAST_GROUPS])
		if (family_group(lt, nest, data))
			return -EBADMSG;
	return 0;
}

int lt_group(struct lt *lt, const char *family, const char *name, uint32_t *id)
{
	struct family_group group = { name };
	int ret = lt_send(lt, family_request(lt, family), family_groups, &group);

	*id = group.id;
	return ret;
}
