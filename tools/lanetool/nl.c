// SPDX-License-Identifier: GPL-2.0
/*
 * Requests over netlink and their answers.  An answer is taken in whole before anybody reads
 * it: so a reader may ask for more on the same socket, and an answer that ends in an error is
 * known to do so.  Nothing that comes in is trusted: lengths are checked, types validated.
 */
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lanetool.h"

#define LT_ANSWER_MAX	(256u << 20)	/* bytes; what is longer is no answer */

struct lt_answer {
	char *data;
	size_t size;
	size_t room;
};

/* --- The real kernel */

static struct mnl_socket *lt_socket(struct lt *lt, int protocol)
{
	struct mnl_socket **socket = &lt->sockets[protocol == LT_NOTICES ? 3 :
						  protocol == NETLINK_SOCK_DIAG ? 2 :
						  protocol == NETLINK_ROUTE];
	int on = 1;

	if (*socket)
		return *socket;
	*socket = mnl_socket_open(protocol == LT_NOTICES ? NETLINK_GENERIC : protocol);
	if (!*socket)
		return NULL;
	if (mnl_socket_bind(*socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(*socket);
		*socket = NULL;
		return NULL;
	}
	/* An older kernel says less, which is no error. */
	mnl_socket_setsockopt(*socket, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(*socket, NETLINK_CAP_ACK, &on, sizeof(on));
	if (protocol == NETLINK_ROUTE)
		mnl_socket_setsockopt(*socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return *socket;
}

static ssize_t lt_real_send(struct lt *lt, int protocol, const void *buf, size_t size)
{
	struct mnl_socket *socket = lt_socket(lt, protocol);

	return socket ? mnl_socket_sendto(socket, buf, size) : -1;
}

static ssize_t lt_real_recv(struct lt *lt, int protocol, void *buf, size_t size)
{
	ssize_t got;

	do {
		got = mnl_socket_recvfrom(lt_socket(lt, protocol), buf, size);
	} while (got < 0 && errno == EINTR);
	return got;
}

static int lt_real_join(struct lt *lt, uint32_t group)
{
	struct mnl_socket *socket = lt_socket(lt, LT_NOTICES);

	return socket ? mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group,
					      sizeof(group)) : -1;
}

static int lt_real_ioctl(struct lt *lt, unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret, error;

	(void)lt;
	if (fd < 0)
		return -1;
	ret = ioctl(fd, request, ifr);
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

int lt_ioctl_of(struct lt *lt, const char *dev, void *command)
{
	struct ifreq ifr = { .ifr_data = command };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	return lt->kernel->ioctl(lt, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

int lt_ioctl(struct lt *lt, void *command, const char *what)
{
	int error;

	if (!lt_ioctl_of(lt, lt->dev, command))
		return 0;
	error = errno;
	if (what)
		fprintf(lt->err, "%s: %s\n", what, strerror(error));
	errno = error;
	return -1;
}

static void lt_real_sleep(struct lt *lt, unsigned int msecs)
{
	struct timespec left = { msecs / 1000, msecs % 1000 * 1000000L };

	(void)lt;
	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

const struct lt_kernel lt_kernel_real = {
	.send = lt_real_send,
	.recv = lt_real_recv,
	.join = lt_real_join,
	.ioctl = lt_real_ioctl,
	.sleep = lt_real_sleep,
	.root = "",
};

void lt_close(struct lt *lt)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lt->sockets); i++)
		if (lt->sockets[i])
			mnl_socket_close(lt->sockets[i]);
	for (i = 0; i < LT_STRSETS; i++)
		lt_strset_free(&lt->strsets[i]);
}

/* --- Making requests */

static struct nlmsghdr *lt_begin(struct lt *lt, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(lt->request);

	msg->nlmsg_type = type;
	msg->nlmsg_flags = NLM_F_REQUEST | flags;
	msg->nlmsg_seq = ++lt->seq;
	lt->full = false;
	return msg;
}

struct nlmsghdr *lt_rtnl(struct lt *lt, uint16_t type, uint16_t flags, size_t size)
{
	struct nlmsghdr *msg = lt_begin(lt, type, flags);

	lt->protocol = NETLINK_ROUTE;
	mnl_nlmsg_put_extra_header(msg, size);
	return msg;
}

struct nlmsghdr *lt_diag(struct lt *lt, size_t size)
{
	struct nlmsghdr *msg = lt_begin(lt, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

	lt->protocol = NETLINK_SOCK_DIAG;
	mnl_nlmsg_put_extra_header(msg, size);
	return msg;
}

struct nlmsghdr *lt_genl_id(struct lt *lt, uint16_t id, uint8_t cmd, uint8_t version,
			    uint16_t flags)
{
	struct nlmsghdr *msg = lt_begin(lt, id, flags);
	struct genlmsghdr *genl;

	lt->protocol = NETLINK_GENERIC;
	genl = mnl_nlmsg_put_extra_header(msg, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return msg;
}

struct nlmsghdr *lt_genl(struct lt *lt, const char *family, uint8_t cmd, uint8_t version,
			 uint16_t flags)
{
	int id = lt_family(lt, family);

	if (id >= 0)
		return lt_genl_id(lt, id, cmd, version, flags);
	fprintf(lt->err, "netlink error: family %s: %s\n", family, strerror(-id));
	return NULL;
}

struct nlmsghdr *lt_request(struct lt *lt, uint8_t cmd, uint16_t header, uint32_t flags)
{
	struct nlmsghdr *msg = lt_genl(lt, ETHTOOL_GENL_NAME, cmd, ETHTOOL_GENL_VERSION,
				       lt->dump ? NLM_F_DUMP : NLM_F_ACK);
	struct nlattr *nest;

	if (!msg)
		return NULL;
	nest = lt_nest(lt, msg, header);
	if (lt->dev && !lt->dump)
		lt_put_str(lt, msg, ETHTOOL_A_HEADER_DEV_NAME, lt->dev);
	if (flags)
		lt_put_u32(lt, msg, ETHTOOL_A_HEADER_FLAGS, flags);
	lt_nest_end(msg, nest);
	return msg;
}

void lt_put(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const void *data, size_t size)
{
	if (size > UINT16_MAX - MNL_ATTR_HDRLEN ||
	    !mnl_attr_put_check(msg, sizeof(lt->request), attr, size, data))
		lt->full = true;
}

void lt_put_u8(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, uint8_t value)
{
	lt_put(lt, msg, attr, &value, sizeof(value));
}

void lt_put_u32(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, uint32_t value)
{
	lt_put(lt, msg, attr, &value, sizeof(value));
}

void lt_put_str(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const char *value)
{
	lt_put(lt, msg, attr, value, strlen(value) + 1);
}

/* lt_nest - where it has no room, what is put into it has none either. */
struct nlattr *lt_nest(struct lt *lt, struct nlmsghdr *msg, uint16_t attr)
{
	struct nlattr *nest = mnl_attr_nest_start_check(msg, sizeof(lt->request), attr);

	if (!nest)
		lt->full = true;
	return nest;
}

void lt_nest_end(struct nlmsghdr *msg, struct nlattr *nest)
{
	if (nest)
		mnl_attr_nest_end(msg, nest);
}

/* --- Answers */

int lt_malformed(struct lt *lt)
{
	fprintf(lt->err, "netlink error: malformed answer\n");
	return -EBADMSG;
}

static bool lt_silent(const struct lt *lt, int error)
{
	return lt->quiet || (lt->quiet_unsupported && error == -EOPNOTSUPP);
}

static int lt_fail(struct lt *lt, int error)
{
	if (!lt_silent(lt, error))
		fprintf(lt->err, "netlink error: %s\n", strerror(-error));
	return error;
}

/* What the kernel said about an error, or a warning about what went well */
static void lt_say_extack(struct lt *lt, const struct nlmsghdr *msg, size_t head, int error)
{
	static const uint8_t types[NLMSGERR_ATTR_MAX + 1] = {
		[NLMSGERR_ATTR_MSG] = MNL_TYPE_NUL_STRING,
		[NLMSGERR_ATTR_OFFS] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (lt_silent(lt, error) || lt->quiet_refused || !(msg->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    lt_parse(lt, msg, head, tb, types, NLMSGERR_ATTR_MAX) || !tb[NLMSGERR_ATTR_MSG])
		return;
	fprintf(lt->err, "netlink %s: %s", error ? "error" : "warning",
		mnl_attr_get_str(tb[NLMSGERR_ATTR_MSG]));
	if (tb[NLMSGERR_ATTR_OFFS])
		fprintf(lt->err, " (offset %u)", mnl_attr_get_u32(tb[NLMSGERR_ATTR_OFFS]));
	fputc('\n', lt->err);
}

/* The message that ends an answer.  Return: 0 or a negative error, which was said. */
static int lt_end(struct lt *lt, const struct nlmsghdr *msg)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(msg);
	size_t size = mnl_nlmsg_get_payload_len(msg);
	size_t head = msg->nlmsg_type == NLMSG_DONE ? sizeof(int) : sizeof(*error);
	int code;

	/* A dump may end without a word. */
	if (msg->nlmsg_type == NLMSG_DONE && size < sizeof(int))
		return 0;
	if (size < head)
		return lt_malformed(lt);
	code = error->error;
	if (msg->nlmsg_type == NLMSG_ERROR && !(msg->nlmsg_flags & NLM_F_CAPPED) && code) {
		if (error->msg.nlmsg_len < sizeof(error->msg) ||
		    error->msg.nlmsg_len > size - sizeof(int))
			return lt_malformed(lt);
		head = sizeof(int) + MNL_ALIGN(error->msg.nlmsg_len);
	}
	if (code > 0 || code < -4095)
		return lt_malformed(lt);
	/* At the end of a dump a warning is about one of many devices, which it does not name. */
	if (code || msg->nlmsg_type == NLMSG_ERROR)
		lt_say_extack(lt, msg, head, code);
	lt->refused = code;
	return code && !lt->quiet_refused ? lt_fail(lt, code) : code;
}

/* libmnl's mnl_nlmsg_ok() takes a length of 2 GB and more for a negative one, that fits. */
bool lt_msg_ok(const struct nlmsghdr *msg, int len)
{
	return len >= (int)sizeof(*msg) && msg->nlmsg_len >= sizeof(*msg) &&
	       msg->nlmsg_len <= (unsigned int)len;
}

static int lt_keep(struct lt *lt, struct lt_answer *answer, const struct nlmsghdr *msg)
{
	size_t size = MNL_ALIGN(msg->nlmsg_len);
	size_t room = answer->room;
	char *data;

	if (answer->size + size > LT_ANSWER_MAX)
		return lt_fail(lt, -EMSGSIZE);
	while (answer->size + size > room)
		room = room ? 2 * room : LT_MSG_SIZE;
	if (room > answer->room) {
		data = realloc(answer->data, room);
		if (!data)
			return lt_fail(lt, -ENOMEM);
		answer->data = data;
		answer->room = room;
	}
	memcpy(answer->data + answer->size, msg, msg->nlmsg_len);
	memset(answer->data + answer->size + msg->nlmsg_len, 0, size - msg->nlmsg_len);
	answer->size += size;
	return 0;
}

/* One datagram.  Return: 1 when it ends the answer well, 0 to go on, a negative error. */
static int lt_take(struct lt *lt, struct lt_answer *answer, const void *buf, int len)
{
	const struct nlmsghdr *msg = buf;
	int ret = 0;

	if (!lt_msg_ok(msg, len))
		return lt_malformed(lt);
	for (; !ret && lt_msg_ok(msg, len); msg = mnl_nlmsg_next(msg, &len)) {
		if (msg->nlmsg_seq != lt->seq || msg->nlmsg_type == NLMSG_NOOP)
			continue;	/* of an earlier request that was given up, or a notice */
		if (msg->nlmsg_type == NLMSG_ERROR || msg->nlmsg_type == NLMSG_DONE)
			ret = lt_end(lt, msg) ?: 1;
		else if (msg->nlmsg_type < NLMSG_MIN_TYPE)
			ret = lt_malformed(lt);
		else
			ret = lt_keep(lt, answer, msg);
	}
	return !ret && len > 0 ? lt_malformed(lt) : ret;
}

static int lt_collect(struct lt *lt, int protocol, struct lt_answer *answer)
{
	char *buf = malloc(LT_MSG_SIZE);
	ssize_t got;
	int ret = 0;

	if (!buf)
		return lt_fail(lt, -ENOMEM);
	while (!ret) {
		got = lt->kernel->recv(lt, protocol, buf, LT_MSG_SIZE);
		ret = got < 0 ? lt_fail(lt, -errno) : lt_take(lt, answer, buf, got);
	}
	free(buf);
	return ret < 0 ? ret : 0;
}

int lt_send(struct lt *lt, struct nlmsghdr *msg, lt_reply reply, void *data)
{
	struct lt_answer answer = {};
	const struct nlmsghdr *next;
	int protocol = lt->protocol;
	int ret, said = 0, left;

	lt->refused = 0;
	if (lt->full)
		return lt_fail(lt, -EMSGSIZE);
	if (lt->kernel->send(lt, protocol, msg, msg->nlmsg_len) < 0)
		return lt_fail(lt, -errno);
	ret = lt_collect(lt, protocol, &answer);
	/* What came before an error is as good as without one. */
	next = (const struct nlmsghdr *)answer.data;
	left = answer.size;
	while (!said && reply && next && lt_msg_ok(next, left)) {
		said = reply(lt, next, data);
		next = mnl_nlmsg_next(next, &left);
	}
	free(answer.data);
	return ret ? ret : said;
}

int lt_try(struct lt *lt, struct nlmsghdr *msg, lt_reply reply, void *data)
{
	bool quiet = lt->quiet;
	int ret;

	lt->quiet = true;
	ret = lt_send(lt, msg, reply, data);
	lt->quiet = quiet;
	if (ret == -EOPNOTSUPP || ret == -ENOENT || ret == -EPERM || ret == -ENODEV)
		return 1;
	return ret ? lt_fail(lt, ret) : 0;
}

int lt_ask(struct lt *lt, struct nlmsghdr *msg, lt_reply reply, void *data)
{
	int ret;

	lt->quiet_refused = true;
	ret = lt_send(lt, msg, reply, data);
	lt->quiet_refused = false;
	return ret;
}

struct nlmsghdr *lt_try_genl(struct lt *lt, const char *family, uint8_t cmd, int *ret)
{
	int id = lt_family(lt, family);

	*ret = id == -ENOENT ? 1 : id < 0 ? lt_fail(lt, id) : 0;
	return *ret ? NULL : lt_genl(lt, family, cmd, 1, NLM_F_DUMP);
}

int lt_get(struct lt *lt, uint8_t cmd, uint16_t header, uint32_t flags, lt_reply reply)
{
	struct nlmsghdr *msg;

	if (lt_no_args(lt))
		return 1;
	lt->dump = !strcmp(lt->dev, "*");
	msg = lt_request(lt, cmd, header, flags);
	if (!msg)
		return 1;
	out_begin(lt);
	return lt_send(lt, msg, reply, NULL) ? 1 : 0;
}

int lt_set(struct lt *lt, uint8_t cmd, uint16_t header, const struct lt_arg *table, int failed)
{
	struct nlmsghdr *msg = lt_request(lt, cmd, header, 0);

	if (!msg)
		return failed;
	if (lt_args(lt, table, msg, NULL))
		return 1;
	return lt_send(lt, msg, NULL, NULL) ? failed : 0;
}

/* --- Attributes */

struct lt_into {
	const struct nlattr **tb;
	const uint8_t *types;
	uint16_t max;
};

static int lt_into(const struct nlattr *attr, void *data)
{
	const struct lt_into *into = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type > into->max)
		return MNL_CB_OK;	/* of a newer kernel */
	if (into->types[type] && mnl_attr_validate(attr, into->types[type]) < 0)
		return MNL_CB_ERROR;
	into->tb[type] = attr;
	return MNL_CB_OK;
}

int lt_parse(struct lt *lt, const struct nlmsghdr *msg, size_t head, const struct nlattr **tb,
	     const uint8_t *types, uint16_t max)
{
	struct lt_into into = { tb, types, max };

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (mnl_nlmsg_get_payload_len(msg) < head ||
	    mnl_attr_parse(msg, head, lt_into, &into) < 0)
		return lt_malformed(lt);
	return 0;
}

int lt_parse_nest(struct lt *lt, const struct nlattr *nest, const struct nlattr **tb,
		  const uint8_t *types, uint16_t max)
{
	struct lt_into into = { tb, types, max };

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (mnl_attr_parse_nested(nest, lt_into, &into) < 0)
		return lt_malformed(lt);
	return 0;
}

/* Specifications of families call it "uint": of 4 or of 8 bytes, as its value takes. */
uint64_t lt_uint(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	return mnl_attr_get_payload_len(attr) >= sizeof(uint64_t) ? mnl_attr_get_u64(attr) :
	       mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

const char *lt_dev_name(struct lt *lt, const struct nlattr *header)
{
	static const uint8_t types[ETHTOOL_A_HEADER_MAX + 1] = {
		[ETHTOOL_A_HEADER_DEV_NAME] = MNL_TYPE_NUL_STRING,
	};
	const struct nlattr *tb[ETHTOOL_A_HEADER_MAX + 1];

	if (!header || lt_parse_nest(lt, header, tb, types, ETHTOOL_A_HEADER_MAX) ||
	    !tb[ETHTOOL_A_HEADER_DEV_NAME])
		return "";
	return mnl_attr_get_str(tb[ETHTOOL_A_HEADER_DEV_NAME]);
}

int lt_bits(struct lt *lt, const struct nlattr *nest, struct lt_bits *bits)
{
	static const uint8_t types[ETHTOOL_A_BITSET_MAX + 1] = {
		[ETHTOOL_A_BITSET_SIZE] = MNL_TYPE_U32,
	};
	const struct nlattr *tb[ETHTOOL_A_BITSET_MAX + 1];
	size_t size;

	memset(bits, 0, sizeof(*bits));
	if (!nest || lt_parse_nest(lt, nest, tb, types, ETHTOOL_A_BITSET_MAX) ||
	    !tb[ETHTOOL_A_BITSET_SIZE] || !tb[ETHTOOL_A_BITSET_VALUE])
		return lt_malformed(lt);
	size = ((size_t)mnl_attr_get_u32(tb[ETHTOOL_A_BITSET_SIZE]) + 31) / 32 * sizeof(uint32_t);
	if (mnl_attr_get_payload_len(tb[ETHTOOL_A_BITSET_VALUE]) < size ||
	    (tb[ETHTOOL_A_BITSET_MASK] &&
	     mnl_attr_get_payload_len(tb[ETHTOOL_A_BITSET_MASK]) < size))
		return lt_malformed(lt);
	bits->count = mnl_attr_get_u32(tb[ETHTOOL_A_BITSET_SIZE]);
	bits->value = mnl_attr_get_payload(tb[ETHTOOL_A_BITSET_VALUE]);
	if (tb[ETHTOOL_A_BITSET_MASK])
		bits->mask = mnl_attr_get_payload(tb[ETHTOOL_A_BITSET_MASK]);
	return 0;
}

bool lt_bit(const struct lt_bits *bits, const uint32_t *map, uint32_t index)
{
	return index < bits->count && map && map[index / 32] >> index % 32 & 1;
}
