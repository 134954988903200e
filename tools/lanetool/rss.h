/* SPDX-License-Identifier: GPL-2.0 */
/* Receive hashing: what a device says of it, and the hash itself. */
#ifndef RSS_H
#define RSS_H

#include "port.h"

#define RSS_TOEPLITZ	1	/* the first of the hash functions that ethtool names */
#define RSS_INPUT_MAX	36	/* IPv6 addresses and ports */

struct rss {
	uint32_t context;	/* which one: 0 is the device's own */
	uint32_t functions;	/* a bit each; 0 if it does not say */
	uint32_t symmetric;	/* what is done to the input first: RXH_XFRM_* */
	uint32_t *table;
	size_t entries;
	uint8_t *key;
	size_t key_size;
};

/* rss_read - key and table, in memory of its own.
 * Return: 0, 1 if the device has none, or a negative error, said
 */
int rss_read(struct lt *lt, const char *dev, struct rss *rss);
/* rss_ask - likewise, of a context; what the kernel refuses with is not said.
 * Return: 0 or a negative error; lt->refused if it is the kernel's
 */
int rss_ask(struct lt *lt, const char *dev, uint32_t context, struct rss *rss);
/* rss_change - what an ioctl (SRSSH) would be asked for; a new context comes back in it.
 * Return: 0, or a negative error, said unless it is -EOPNOTSUPP
 */
int rss_change(struct lt *lt, bool remove, struct ethtool_rxfh *rss);
/* rss_or_ioctl - what a change by netlink has come to, or the ioctl that is asked for the same
 * where that is not supported; what the kernel refuses with is said, after what.
 * Return: 0 or a negative error
 */
int rss_or_ioctl(struct lt *lt, int ret, void *command, const char *what);
void rss_free(struct rss *rss);
/* rss_fields - RXH_* that count for a type of flow (TCP_V4_FLOW, in a context with FLOW_RSS), by
 * netlink or else by ioctl.
 * Return: 0 or a negative error, not said if it is the kernel's
 */
int rss_fields(struct lt *lt, const char *dev, uint32_t type, uint32_t context, uint64_t *fields);
/* rss_set_fields - by netlink.  Return: as rss_change() */
int rss_set_fields(struct lt *lt, uint32_t type, uint32_t context, uint64_t fields);
/* rss_key_bits - the 32 bits of the key from a bit on; beyond its end they are 0 */
uint32_t rss_key_bits(const uint8_t *key, size_t size, size_t bit);
uint32_t rss_toeplitz(const uint8_t *key, size_t key_size, const uint8_t *input, size_t size);

#endif
