// SPDX-License-Identifier: GPL-2.0
/*
 * A device that there is none of here: preloaded, it answers the ethtool ioctls about RSS,
 * rules, queues and EEPROMs for any name, so that what needs contexts, VFs or rules of all
 * kinds can be recorded (tests/record) and compared (tests/fake/compare).
 *
 *   FAKE_LOG=FILE		gets what it was asked to do
 *   FAKE_FAIL="CMD:ERRNO ..."	commands (in hex) that fail
 *   FAKE_SPECIAL=1		the driver chooses where rules go
 *   FAKE_RULES=N FAKE_FROM=N	how many rules there are, and where
 *   FAKE_TABLE=N		how many there may be
 *   FAKE_HASH=BITS		what is hashed
 *   FAKE_INDIR=N FAKE_KEY=N FAKE_HFUNC=BITS FAKE_COMBINED=N
 *   FAKE_SHARED_KEY=1		contexts have none of their own
 *   FAKE_EEPROM=N		bytes of it, and of a module's
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDIR	16
#define KEY	40
#define QUEUES	4
#define TABLE	24	/* locations */

static long setting(const char *name, long value)
{
	const char *text = getenv(name);

	return text ? atol(text) : value;
}

static int failing(unsigned int cmd)
{
	const char *list = getenv("FAKE_FAIL");
	unsigned int which;
	int error, at;

	while (list && sscanf(list, "%x:%d %n", &which, &error, &at) == 2) {
		if (which == cmd)
			return error;
		list += at;
	}
	return 0;
}

static void told(const char *what, const void *data, size_t size)
{
	const char *name = getenv("FAKE_LOG");
	FILE *log = name ? fopen(name, "a") : NULL;
	size_t i;

	if (!log)
		return;
	fprintf(log, "%s ", what);
	for (i = 0; i < size; i++)
		fprintf(log, "%02x", ((const unsigned char *)data)[i]);
	fputc('\n', log);
	fclose(log);
}

static const struct {
	unsigned int type;
	unsigned long long cookie;
} rules[] = {
	{ TCP_V4_FLOW, 1 },
	{ UDP_V4_FLOW | FLOW_EXT, RX_CLS_FLOW_DISC },
	{ SCTP_V4_FLOW | FLOW_MAC_EXT, 2 },
	{ AH_V4_FLOW, 3 },
	{ ESP_V4_FLOW | FLOW_RSS, 0 },
	{ IPV4_USER_FLOW, (3ull << 32) | 5 },
	{ TCP_V6_FLOW | FLOW_EXT | FLOW_MAC_EXT | FLOW_RSS, 1 },
	{ UDP_V6_FLOW, 1 },
	{ SCTP_V6_FLOW, RX_CLS_FLOW_WAKE },
	{ AH_V6_FLOW, 1 },
	{ ESP_V6_FLOW, 1 },
	{ IPV6_USER_FLOW, 7 },
	{ ETHER_FLOW | FLOW_EXT, 1 },
	{ 0x49, 1 },	/* no such type */
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define KINDS		ARRAY_SIZE(rules)

/* All bytes differ, so that it is seen which are shown. */
static void rule(struct ethtool_rxnfc *nfc)
{
	unsigned int at = nfc->fs.location, i;
	unsigned char *byte = (unsigned char *)&nfc->fs.h_u;

	memset(&nfc->fs, 0, sizeof(nfc->fs));
	nfc->fs.location = at;
	nfc->fs.flow_type = rules[at % KINDS].type;
	nfc->fs.ring_cookie = rules[at % KINDS].cookie;
	for (i = 0; i < sizeof(nfc->fs.h_u); i++)
		byte[i] = 0x8f + 7 * i + at;
	byte = (unsigned char *)&nfc->fs.m_u;
	for (i = 0; i < sizeof(nfc->fs.m_u); i++)
		byte[i] = i % 6 < 4 ? 0xff : i;
	byte = (unsigned char *)&nfc->fs.h_ext;
	for (i = 0; i < sizeof(nfc->fs.h_ext); i++)
		byte[i] = 0x91 + i;
	byte = (unsigned char *)&nfc->fs.m_ext;
	for (i = 0; i < sizeof(nfc->fs.m_ext); i++)
		byte[i] = 0xff << i % 7;
	if ((nfc->fs.flow_type & 0xff) == IPV4_USER_FLOW)
		nfc->fs.h_u.usr_ip4_spec.ip_ver = ETH_RX_NFC_IP4;
	nfc->rss_context = 6;
}

static void locations(struct ethtool_rxnfc *nfc)
{
	unsigned int i;

	told("locations", &nfc->rule_cnt, sizeof(nfc->rule_cnt));
	nfc->data = setting("FAKE_TABLE", TABLE);
	for (i = 0; i < nfc->rule_cnt; i++)
		nfc->rule_locs[i] = setting("FAKE_FROM", 0) + i;
}

static void told_rxnfc(const char *what, const struct ethtool_rxnfc *nfc, const void *data,
		       size_t size, unsigned int type)
{
	told(what, data, size);
	if (type & FLOW_RSS)
		told("context", &nfc->rss_context, sizeof(nfc->rss_context));
}

static int rxnfc(struct ethtool_rxnfc *nfc)
{
	switch (nfc->cmd) {
	case ETHTOOL_GRXRINGS:
		nfc->data = QUEUES;
		break;
	case ETHTOOL_GRXCLSRLCNT:
		nfc->rule_cnt = setting("FAKE_RULES", KINDS);
		nfc->data = TABLE | (setting("FAKE_SPECIAL", 0) ? RX_CLS_LOC_SPECIAL : 0);
		break;
	case ETHTOOL_GRXCLSRLALL:
		locations(nfc);
		break;
	case ETHTOOL_GRXCLSRULE:
		rule(nfc);
		break;
	case ETHTOOL_SRXCLSRLINS:
		told_rxnfc("insert", nfc, &nfc->fs, sizeof(nfc->fs), nfc->fs.flow_type);
		if (nfc->fs.location & RX_CLS_LOC_SPECIAL)
			nfc->fs.location = 9;
		break;
	case ETHTOOL_SRXCLSRLDEL:
		told("delete", &nfc->fs.location, sizeof(nfc->fs.location));
		break;
	case ETHTOOL_GRXFH:
		told_rxnfc("hash", nfc, &nfc->flow_type, sizeof(nfc->flow_type), nfc->flow_type);
		nfc->data = setting("FAKE_HASH", 0xfe);
		break;
	case ETHTOOL_SRXFH:
		told_rxnfc("hash", nfc, &nfc->flow_type, sizeof(nfc->flow_type), nfc->flow_type);
		told("fields", &nfc->data, sizeof(nfc->data));
		break;
	default:
		return -1;
	}
	return 0;
}

static void rxfh(struct ethtool_rxfh *rss)
{
	unsigned int i, indir = setting("FAKE_INDIR", INDIR), key = setting("FAKE_KEY", KEY);
	unsigned char *hkey = (unsigned char *)(rss->rss_config + indir);
	unsigned int asked = rss->key_size;

	if (rss->cmd == ETHTOOL_GRSSH) {
		told("get", rss, sizeof(*rss));
		if (rss->indir_size == indir)
			for (i = 0; i < indir; i++)
				rss->rss_config[i] = i % QUEUES + rss->rss_context;
		if (rss->key_size == key)
			for (i = 0; i < key; i++)
				hkey[i] = 3 + 7 * i;
		rss->indir_size = indir;
		rss->key_size = key;
		rss->hfunc = setting("FAKE_HFUNC", 1);
		if (asked && rss->rss_context && setting("FAKE_SHARED_KEY", 0)) {
			rss->key_size = 0;
			rss->hfunc = 0;
		}
		return;
	}
	told("set", rss, sizeof(*rss) + rss->key_size +
	     (rss->indir_size == ETH_RXFH_INDIR_NO_CHANGE ? 0 : rss->indir_size * 4));
	if (rss->rss_context == ETH_RXFH_CONTEXT_ALLOC)
		rss->rss_context = 11;
}

static void indirection(struct ethtool_rxfh_indir *indir)
{
	unsigned int i;

	told("table", indir, sizeof(*indir) + (indir->cmd == ETHTOOL_SRXFHINDIR) * 4 * indir->size);
	if (indir->cmd != ETHTOOL_GRXFHINDIR)
		return;
	if (indir->size == INDIR)
		for (i = 0; i < INDIR; i++)
			indir->ring_index[i] = i % 3;
	indir->size = INDIR;
}

/* As the kernel names them: lanetool asks that one. */
static void strings(struct ethtool_gstrings *set)
{
	static const char names[][ETH_GSTRING_LEN] = { "toeplitz", "xor", "crc32" };

	set->len = sizeof(names) / ETH_GSTRING_LEN;
	memcpy(set->data, names, sizeof(names));
}

static void perqueue(struct ethtool_per_queue_op *op)
{
	struct ethtool_coalesce *coalesce = (struct ethtool_coalesce *)op->data;
	unsigned int i, j, n = 0;

	for (i = 0; i < MAX_NUM_QUEUE; i++)
		n += op->queue_mask[i / 32] >> i % 32 & 1;
	if (op->sub_command == ETHTOOL_SCOALESCE) {
		told("mask", op->queue_mask, sizeof(op->queue_mask));
		told("set", op->data, n * sizeof(*coalesce));
		return;
	}
	for (i = 0; i < n; i++) {
		for (j = 0; j < sizeof(*coalesce) / 4; j++)
			((unsigned int *)&coalesce[i])[j] = 10 * i + j;
		coalesce[i].cmd = ETHTOOL_GCOALESCE;
		coalesce[i].use_adaptive_rx_coalesce = i & 1;
		coalesce[i].use_adaptive_tx_coalesce = !(i & 1);
	}
}

static void channels(struct ethtool_channels *channels)
{
	memset(channels, 0, sizeof(*channels));
	channels->combined_count = setting("FAKE_COMBINED", QUEUES - 1);
	channels->rx_count = 1;
}

static void eeprom(struct ethtool_eeprom *eeprom)
{
	unsigned int i;

	if (eeprom->cmd == ETHTOOL_SEEPROM) {
		told("write", eeprom, sizeof(*eeprom) + eeprom->len);
		return;
	}
	told("read", eeprom, sizeof(*eeprom));
	for (i = 0; i < eeprom->len; i++)
		eeprom->data[i] = eeprom->offset + i;
}

static int answer(void *data)
{
	unsigned int cmd = *(unsigned int *)data;
	unsigned int bytes = setting("FAKE_EEPROM", 20);
	char text[32];

	switch (cmd) {
	case ETHTOOL_GRSSH:
	case ETHTOOL_SRSSH:
		rxfh(data);
		return 0;
	case ETHTOOL_GRXFHINDIR:
	case ETHTOOL_SRXFHINDIR:
		indirection(data);
		return 0;
	case ETHTOOL_GFLAGS:
		((struct ethtool_value *)data)->data = 0;
		return 0;
	case ETHTOOL_GSSET_INFO:
		((struct ethtool_sset_info *)data)->data[0] = 3;
		return 0;
	case ETHTOOL_GSTRINGS:
		strings(data);
		return 0;
	case ETHTOOL_GCHANNELS:
		channels(data);
		return 0;
	case ETHTOOL_PERQUEUE:
		perqueue(data);
		return 0;
	case ETHTOOL_GDRVINFO:
		((struct ethtool_drvinfo *)data)->eedump_len = bytes;
		return 0;
	case ETHTOOL_GMODULEINFO:
		/* Of no type that ethtool would spell out */
		((struct ethtool_modinfo *)data)->eeprom_len = bytes;
		return 0;
	case ETHTOOL_GEEPROM:
	case ETHTOOL_SEEPROM:
	case ETHTOOL_GMODULEEEPROM:
		eeprom(data);
		return 0;
	}
	if (!rxnfc(data))
		return 0;
	snprintf(text, sizeof(text), "other %x", cmd);
	told(text, NULL, 0);
	errno = EOPNOTSUPP;
	return -1;
}

int ioctl(int fd, unsigned long request, ...)
{
	int (*real)(int file, unsigned long what, void *data) = dlsym(RTLD_NEXT, "ioctl");
	struct ifreq *ifr;
	char text[32];
	va_list args;
	int error;

	va_start(args, request);
	ifr = va_arg(args, void *);
	va_end(args);
	if (request != SIOCETHTOOL)
		return real(fd, request, ifr);
	error = failing(*(unsigned int *)ifr->ifr_data);
	if (!error)
		return answer(ifr->ifr_data);
	snprintf(text, sizeof(text), "fails %x", *(unsigned int *)ifr->ifr_data);
	told(text, NULL, 0);
	errno = error;
	return -1;
}
