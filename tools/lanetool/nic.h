/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A port as `doctor` and `tune` see it: its settings by name, its features, its vectors.
 * A setting that the device does not have is not "there".
 */
#ifndef LT_NIC_H
#define LT_NIC_H

#include <limits.h>

#include "lanetool.h"

#define NIC_IRQS	512
#define NIC_CPUS	1024
#define NIC_BITS	(8 * 32)	/* features */

enum nic_setting {
	NIC_COMBINED,
	NIC_RX_QUEUES,
	NIC_TX_QUEUES,
	NIC_RING_RX,
	NIC_RING_TX,
	NIC_ADAPTIVE_RX,
	NIC_ADAPTIVE_TX,
	NIC_RX_USECS,
	NIC_RX_FRAMES,
	NIC_TX_USECS,
	NIC_TX_FRAMES,
	NIC_SETTINGS,
};

struct nic_value {
	bool there;
	uint32_t value;
	uint32_t max;		/* 0: not known */
};

struct nic_irq {
	unsigned int number;
	char name[64];		/* as /proc/interrupts has it */
	int queue;		/* whose it is, or -1; vectors of Tx alone have none */
	uint64_t count;		/* interrupts so far */
};

struct nic {
	const char *name;
	char driver[33];
	char bus[33];		/* "" for a device without one */
	uint32_t ifindex;
	struct nic_value values[NIC_SETTINGS];
	const struct lt_strset *features;
	uint32_t hw[NIC_BITS / 32], wanted[NIC_BITS / 32], active[NIC_BITS / 32];
	uint32_t fixed[NIC_BITS / 32];
	struct nic_irq irqs[NIC_IRQS];
	unsigned int irq_count;
	unsigned int rx_queues;	/* folders in /sys */
	unsigned int tx_queues;
};

/* nic_load - Return: 0 or a negative error, which has been said */
int nic_load(struct lt *lt, struct nic *port, const char *name);
/* nic_values - the settings and features again */
int nic_values(struct lt *lt, struct nic *port);
/* nic_counts - the interrupts again */
void nic_counts(struct lt *lt, struct nic *port);
/* nic_name - a setting as tune's state and text call it: "ring:rx" */
const char *nic_setting_name(enum nic_setting setting);
int nic_set(struct lt *lt, enum nic_setting setting, uint32_t value);
int nic_set_feature(struct lt *lt, const char *name, bool on);
/* nic_feature - Return: is it on?  there: can it be switched?  Either may be NULL. */
bool nic_feature(const struct nic *port, const char *name, bool *there);
/* nic_wants - likewise: was it asked for?  It may be off all the same, for what others want. */
bool nic_wants(const struct nic *port, const char *name, bool *there);

/* A list of CPUs: "0-3,8".  Return: how many are in it */
unsigned int cpus_parse(const char *text, bool map[NIC_CPUS]);
/* cpus_mask - as a mask of /sys: "4", "1,00000000" */
const char *cpus_mask(const bool map[NIC_CPUS], char *buf, size_t size);
/* nic_cpus - the CPUs that may serve a port: those online on its node and not isolated
 * Return: how many
 */
unsigned int nic_cpus(struct lt *lt, const struct nic *port, unsigned int cpus[NIC_CPUS]);
/* nic_sends - which of these CPUs send by a queue, those whose lane it is, as a mask of /sys */
const char *nic_sends(const unsigned int *cpus, unsigned int count, unsigned int queue,
		      unsigned int queues, char *buf, size_t size);
/* nic_steers - does its driver lead flows to the CPUs that want them? (nic_steers.c) */
bool nic_steers(struct lt *lt, const struct nic *port);

#endif
