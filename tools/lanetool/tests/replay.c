// SPDX-License-Identifier: GPL-2.0
/* The kernel's side of a run, from a recording or into one. */
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>

#include "replay.h"

static struct replay *replay_of(struct lt *lt)
{
	return lt->kernel->data;
}

static struct replay_step *replay_next(struct replay *replay, char kind)
{
	struct replay_step *step = &replay->steps[replay->next];

	if (replay->next >= replay->count || step->kind != kind) {
		replay->differs = true;
		errno = EIO;
		return NULL;
	}
	replay->next++;
	return step;
}

static ssize_t replay_send(struct lt *lt, int protocol, const void *buf, size_t size)
{
	struct replay *replay = replay_of(lt);
	const struct replay_step *step = replay_next(replay, '>');

	(void)protocol;
	if (!step)
		return -1;
	if (!replay->lenient && (step->size != size || memcmp(step->data, buf, size)))
		replay->differs = true;
	return size;
}

static ssize_t replay_recv(struct lt *lt, int protocol, void *buf, size_t size)
{
	const struct replay_step *step = replay_next(replay_of(lt), '<');

	(void)protocol;
	if (!step)
		return -1;
	if (step->result < 0) {
		errno = -step->result;
		return -1;
	}
	if (step->size > size) {
		errno = ENOSPC;
		return -1;
	}
	memcpy(buf, step->data, step->size);
	return step->size;
}

/* --- How much a request says there is of it, for the kernel to read or to write */

static size_t rss_size(const struct ethtool_rxfh *rss)
{
	uint32_t entries = rss->indir_size == ETH_RXFH_INDIR_NO_CHANGE ? 0 : rss->indir_size;

	return sizeof(*rss) + entries * sizeof(rss->rss_config[0]) + rss->key_size;
}

static size_t queues_size(const struct ethtool_per_queue_op *op)
{
	size_t size = sizeof(*op), i;

	for (i = 0; i < ARRAY_SIZE(op->queue_mask); i++)
		size += __builtin_popcount(op->queue_mask[i]) * sizeof(struct ethtool_coalesce);
	return size;
}

/* How much the kernel may write: a command with another ioctl adds its own. */
static size_t ioctl_size(const void *data)
{
	switch (*(const uint32_t *)data) {
	case ETHTOOL_GDRVINFO:
		return sizeof(struct ethtool_drvinfo);
	case ETHTOOL_NWAY_RST:
	case ETHTOOL_PHYS_ID:
	case ETHTOOL_RESET:
		return sizeof(struct ethtool_value);
	case ETHTOOL_GSTATS:
	case ETHTOOL_GPHYSTATS:
		return sizeof(struct ethtool_stats) +
		       ((const struct ethtool_stats *)data)->n_stats * sizeof(uint64_t);
	case ETHTOOL_TEST:
		return sizeof(struct ethtool_test) +
		       ((const struct ethtool_test *)data)->len * sizeof(uint64_t);
	case ETHTOOL_GREGS:
		return sizeof(struct ethtool_regs) + ((const struct ethtool_regs *)data)->len;
	case ETHTOOL_GMODULEINFO:
		return sizeof(struct ethtool_modinfo);
	case ETHTOOL_GEEPROM:
	case ETHTOOL_SEEPROM:
	case ETHTOOL_GMODULEEEPROM:
		return sizeof(struct ethtool_eeprom) + ((const struct ethtool_eeprom *)data)->len;
	case ETHTOOL_GCHANNELS:
		return sizeof(struct ethtool_channels);
	case ETHTOOL_GRXRINGS:
	case ETHTOOL_GRXFH:
	case ETHTOOL_SRXFH:
	case ETHTOOL_GRXCLSRLCNT:
	case ETHTOOL_GRXCLSRULE:
	case ETHTOOL_SRXCLSRLINS:
	case ETHTOOL_SRXCLSRLDEL:
		return sizeof(struct ethtool_rxnfc);
	case ETHTOOL_GRXCLSRLALL:
		return sizeof(struct ethtool_rxnfc) +
		       ((const struct ethtool_rxnfc *)data)->rule_cnt * sizeof(uint32_t);
	case ETHTOOL_GRXFHINDIR:
	case ETHTOOL_SRXFHINDIR:
		return sizeof(struct ethtool_rxfh_indir) +
		       ((const struct ethtool_rxfh_indir *)data)->size * sizeof(uint32_t);
	case ETHTOOL_GRSSH:
	case ETHTOOL_SRSSH:
		return rss_size(data);
	case ETHTOOL_PERQUEUE:
		return queues_size(data);
	default:
		fprintf(stderr, "nobody said how much ioctl %#x writes\n", *(const uint32_t *)data);
		exit(2);
	}
}

static int replay_join(struct lt *lt, uint32_t group)
{
	(void)lt;
	(void)group;
	return 0;
}

static int replay_ioctl(struct lt *lt, unsigned long request, struct ifreq *ifr)
{
	struct replay *replay = replay_of(lt);
	size_t size = ioctl_size(ifr->ifr_data);
	const struct replay_step *step;

	(void)request;
	/* What is asked, if that was recorded */
	if (replay->next < replay->count && replay->steps[replay->next].kind == 'I') {
		step = replay_next(replay, 'I');
		if (!replay->lenient &&
		    (step->size != size || memcmp(step->data, ifr->ifr_data, size)))
			replay->differs = true;
	}
	step = replay_next(replay, 'i');
	if (!step)
		return -1;
	/* A kernel does not write beyond what the request has room for. */
	memcpy(ifr->ifr_data, step->data, step->size < size ? step->size : size);
	if (step->result >= 0)
		return step->result;
	errno = -step->result;
	return -1;
}

/* No time passes; what has changed meanwhile is in another folder. */
static void replay_sleep(struct lt *lt, unsigned int msecs)
{
	struct replay *replay = replay_of(lt);

	(void)msecs;
	if (replay->later[0])
		((struct lt_kernel *)lt->kernel)->root = replay->later;
}

struct lt_kernel replay_kernel(struct replay *replay)
{
	return (struct lt_kernel){ replay_send, replay_recv, replay_join, replay_ioctl,
				   replay_sleep, replay->root, replay };
}

/* --- Recording */

static void replay_add(struct replay *replay, char kind, int result, const void *data, size_t size)
{
	struct replay_step *step = &replay->steps[replay->count];

	if (replay->count == REPLAY_STEPS) {
		fprintf(stderr, "the recording is too long\n");
		exit(2);
	}
	replay->count++;
	step->kind = kind;
	step->result = result;
	step->size = size;
	step->data = malloc(size + 1);
	if (!step->data)
		abort();
	memcpy(step->data, data, size);
}

static ssize_t record_send(struct lt *lt, int protocol, const void *buf, size_t size)
{
	replay_add(replay_of(lt), '>', 0, buf, size);
	return lt_kernel_real.send(lt, protocol, buf, size);
}

/* Whose socket it was is nothing to compare. */
static void record_anonymous(void *buf, int len)
{
	struct nlmsghdr *msg;

	for (msg = buf; mnl_nlmsg_ok(msg, len); msg = mnl_nlmsg_next(msg, &len))
		msg->nlmsg_pid = 0;
}

static ssize_t record_recv(struct lt *lt, int protocol, void *buf, size_t size)
{
	ssize_t got = lt_kernel_real.recv(lt, protocol, buf, size);

	if (got > 0)
		record_anonymous(buf, got);
	replay_add(replay_of(lt), '<', got < 0 ? -errno : 0, buf, got < 0 ? 0 : got);
	return got;
}

static int record_join(struct lt *lt, uint32_t group)
{
	return lt_kernel_real.join(lt, group);
}

static int record_ioctl(struct lt *lt, unsigned long request, struct ifreq *ifr)
{
	/* Before the answer says something else */
	size_t size = ioctl_size(ifr->ifr_data);
	int ret, error;

	replay_add(replay_of(lt), 'I', 0, ifr->ifr_data, size);
	ret = lt_kernel_real.ioctl(lt, request, ifr);
	error = errno;
	replay_add(replay_of(lt), 'i', ret < 0 ? -error : ret, ifr->ifr_data, size);
	errno = error;
	return ret;
}

struct lt_kernel record_kernel(struct replay *replay)
{
	return (struct lt_kernel){ record_send, record_recv, record_join, record_ioctl,
				   replay_sleep, replay->root, replay };
}

/* --- Files: "< 0 1c00...", kind, result, bytes */

bool replay_read(struct replay *replay, const char *line)
{
	unsigned char data[LT_MSG_SIZE];
	unsigned int byte;
	size_t size = 0;
	int result, at;
	char kind;

	if (sscanf(line, "%c %d %n", &kind, &result, &at) != 2 || !strchr("<>Ii", kind))
		return false;
	for (line += at; size < sizeof(data) && sscanf(line, "%2x", &byte) == 1; line += 2)
		data[size++] = byte;
	replay_add(replay, kind, result, data, size);
	return true;
}

void replay_write(const struct replay *replay, FILE *to)
{
	size_t i, j;

	for (i = 0; i < replay->count; i++) {
		const struct replay_step *step = &replay->steps[i];

		fprintf(to, "%c %d ", step->kind, step->result);
		for (j = 0; j < step->size; j++)
			fprintf(to, "%02x", step->data[j]);
		fputc('\n', to);
	}
}

void replay_free(struct replay *replay)
{
	while (replay->count)
		free(replay->steps[--replay->count].data);
}
