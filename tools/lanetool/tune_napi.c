// SPDX-License-Identifier: GPL-2.0
/*
 * Knobs of a port's NAPIs, which Linux has since 6.13.  A profile turns none; but what it writes
 * to the device's files goes to each NAPI, and new rings may come without what the old had.
 *
 * A NAPI that is made anew may have another number, but drivers make them in the same order.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "netdev_nl.h"
#include "tune.h"

struct napi {
	uint32_t id;
	uint64_t defer, flush, suspend;
};

struct napis {
	struct napi *napi;
	size_t count;
};

static int napi_take(struct lt *lt, const struct nlmsghdr *msg, void *data)
{
	static const uint8_t types[NETDEV_NL_NAPI_MAX + 1] = {
		[NETDEV_NL_NAPI_ID] = MNL_TYPE_U32,
		[NETDEV_NL_NAPI_DEFER_HARD_IRQS] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[NETDEV_NL_NAPI_MAX + 1];
	struct napis *napis = data;
	struct napi *more;

	if (lt_parse(lt, msg, GENL_HDRLEN, tb, types, NETDEV_NL_NAPI_MAX))
		return -EBADMSG;
	/* An older kernel tells nothing but who it is. */
	if (!tb[NETDEV_NL_NAPI_ID] || !tb[NETDEV_NL_NAPI_DEFER_HARD_IRQS])
		return 0;
	more = realloc(napis->napi, (napis->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	napis->napi = more;
	more[napis->count++] = (struct napi){
		.id = mnl_attr_get_u32(tb[NETDEV_NL_NAPI_ID]),
		.defer = mnl_attr_get_u32(tb[NETDEV_NL_NAPI_DEFER_HARD_IRQS]),
		.flush = lt_uint(tb[NETDEV_NL_NAPI_GRO_FLUSH]),
		.suspend = lt_uint(tb[NETDEV_NL_NAPI_IRQ_SUSPEND]),
	};
	return 0;
}

static int napi_order(const void *a, const void *b)
{
	const struct napi *one = a, *two = b;

	return one->id < two->id ? -1 : one->id > two->id;
}

/* All of a port; none where the kernel or the port, while it is down, tells of none */
static struct napis napi_all(struct lt *lt, const struct nic *port)
{
	struct napis napis = {};
	bool quiet = lt->quiet;
	struct nlmsghdr *msg;

	if (lt_family(lt, NETDEV_NL_FAMILY) < 0)
		return napis;
	msg = lt_genl(lt, NETDEV_NL_FAMILY, NETDEV_NL_NAPI_GET, 1, NLM_F_DUMP);
	lt_put_u32(lt, msg, NETDEV_NL_NAPI_IFINDEX, port->ifindex);
	lt->quiet = true;
	if (lt_send(lt, msg, napi_take, &napis))
		napis.count = 0;
	lt->quiet = quiet;
	if (napis.count)
		qsort(napis.napi, napis.count, sizeof(*napis.napi), napi_order);
	return napis;
}

/* Return: is there one of this number? */
static bool napi_one(struct lt *lt, const struct nic *port, const char *number, struct napi *one)
{
	struct napis napis = napi_all(lt, port);
	uint32_t index;
	bool there = !lt_parse_u32(number, &index) && index < napis.count;

	if (there)
		*one = napis.napi[index];
	free(napis.napi);
	return there;
}

unsigned int knob_napis(struct lt *lt, const struct nic *port)
{
	struct napis napis = napi_all(lt, port);

	free(napis.napi);
	return napis.count;
}

char *knob_napi_get(struct lt *lt, const struct nic *port, const char *number)
{
	struct napi napi;
	char text[64];

	if (!napi_one(lt, port, number, &napi))
		return NULL;
	snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 " %" PRIu64, napi.defer, napi.flush,
		 napi.suspend);
	return strdup(text);
}

int knob_napi_set(struct lt *lt, const struct nic *port, const char *number, const char *value)
{
	struct nlmsghdr *msg;
	struct napi napi;

	if (!napi_one(lt, port, number, &napi))
		return -ENOENT;
	if (sscanf(value, "%" SCNu64 " %" SCNu64 " %" SCNu64, &napi.defer, &napi.flush,
		   &napi.suspend) != 3 || napi.defer > UINT32_MAX)
		return -EINVAL;
	msg = lt_genl(lt, NETDEV_NL_FAMILY, NETDEV_NL_NAPI_SET, 1, NLM_F_ACK);
	lt_put_u32(lt, msg, NETDEV_NL_NAPI_ID, napi.id);
	lt_put_u32(lt, msg, NETDEV_NL_NAPI_DEFER_HARD_IRQS, napi.defer);
	lt_put(lt, msg, NETDEV_NL_NAPI_GRO_FLUSH, &napi.flush, sizeof(napi.flush));
	lt_put(lt, msg, NETDEV_NL_NAPI_IRQ_SUSPEND, &napi.suspend, sizeof(napi.suspend));
	return lt_send(lt, msg, NULL, NULL);
}
