// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's TCG that counts the guest's instructions between two marks which a
 * guest program makes (see load.c), by address: kernel code by block, modules by
 * instruction, all user programs in one sum.
 *
 *   qemu-system-x86_64 -plugin file=count.so,out=FILE ...
 *
 * FILE gets, for each pair of marks, "segment N", then "ADDRESS INSTRUCTIONS" lines in
 * hex and decimal; address 0 stands for user programs.
 *
 * A block is counted as a whole when it begins. One that touches a device is left at that
 * instruction and entered again (with -icount), so that its end would count twice: in
 * modules, where this matters, each instruction counts for itself.
 *
 * Inline counters are only right with one vCPU, or with a thread for each of them.
 */

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "qemu_plugin.h"

EXPORT int qemu_plugin_version = PLUGIN_API;

/* Where x86-64 Linux keeps its code (without KASLR). */
#define KERNEL_BEGIN	0xffff800000000000ULL
#define MODULES_BEGIN	0xffffffffc0000000ULL
#define MODULES_END	0xffffffffff000000ULL

/* A multi-byte NOP, nopl disp32(%rax), with a displacement of our own. */
#define MARK_SIZE	7
static const uint8_t mark_begin[MARK_SIZE] = { 0x0f, 0x1f, 0x80, 0x01, 0x4c, 0x46, 0x5a };
static const uint8_t mark_end[MARK_SIZE] = { 0x0f, 0x1f, 0x80, 0x02, 0x4c, 0x46, 0x5a };

/* Slot 0 is user programs'. Other slots are found by their address in an open hash. */
#define SLOTS		0x100000
#define HASH		(SLOTS * 2)

static struct qemu_plugin_scoreboard *score;
static uint64_t address[SLOTS];
static uint64_t before[SLOTS];
static uint32_t hash[HASH];
static uint32_t slots = 1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *out;
static unsigned int segment;

static struct counter counter_of(uint32_t slot)
{
	return (struct counter){ score, slot * sizeof(uint64_t) };
}

/* Slot 0 too when there are no more, so that the sum stays visible. Holds the lock. */
static uint32_t slot_of(uint64_t vaddr)
{
	uint32_t i = (vaddr * 0x9e3779b97f4a7c15ULL) >> 43;

	for (i %= HASH; hash[i]; i = (i + 1) % HASH)
		if (address[hash[i]] == vaddr)
			return hash[i];
	if (slots == SLOTS)
		return 0;
	address[slots] = vaddr;
	hash[i] = slots;
	return slots++;
}

static void on_begin(unsigned int vcpu, void *data)
{
	pthread_mutex_lock(&lock);
	for (uint32_t i = 0; i < slots; i++)
		before[i] = qemu_plugin_u64_sum(counter_of(i));
	/* What appears from here on begins at 0. */
	memset(before + slots, 0, (SLOTS - slots) * sizeof(*before));
	pthread_mutex_unlock(&lock);
}

static void on_end(unsigned int vcpu, void *data)
{
	pthread_mutex_lock(&lock);
	fprintf(out, "segment %u\n", segment++);
	for (uint32_t i = 0; i < slots; i++) {
		uint64_t n = qemu_plugin_u64_sum(counter_of(i)) - before[i];

		if (n)
			fprintf(out, "%llx %llu\n", (unsigned long long)address[i],
				(unsigned long long)n);
	}
	fflush(out);
	pthread_mutex_unlock(&lock);
}

static void count_insns(struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct counter counter = counter_of(slot_of(qemu_plugin_insn_vaddr(insn)));

		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, INLINE_ADD, counter, 1);
	}
}

static void find_marks(struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint8_t bytes[MARK_SIZE];

		if (qemu_plugin_insn_data(insn, bytes, MARK_SIZE) != MARK_SIZE)
			continue;
		if (!memcmp(bytes, mark_begin, MARK_SIZE))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin, CB_NO_REGS, NULL);
		else if (!memcmp(bytes, mark_end, MARK_SIZE))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, CB_NO_REGS, NULL);
	}
}

static void on_translation(struct qemu_plugin_tb *tb, void *data)
{
	uint64_t vaddr = qemu_plugin_tb_vaddr(tb);
	uint32_t slot = 0;

	pthread_mutex_lock(&lock);
	if (vaddr >= MODULES_BEGIN && vaddr < MODULES_END) {
		count_insns(tb);
		pthread_mutex_unlock(&lock);
		return;
	}
	if (vaddr >= KERNEL_BEGIN)
		slot = slot_of(vaddr);
	pthread_mutex_unlock(&lock);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, INLINE_ADD, counter_of(slot),
							  qemu_plugin_tb_n_insns(tb));
	if (vaddr < KERNEL_BEGIN)
		find_marks(tb);
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	if (!out) {
		fprintf(stderr, "count: cannot write; give out=FILE\n");
		return -1;
	}
	score = qemu_plugin_scoreboard_new(SLOTS * sizeof(uint64_t));
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation, NULL);
	return 0;
}
