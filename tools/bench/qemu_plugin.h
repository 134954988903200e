/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What count.c uses of QEMU's interface for plugins (version 7, QEMU 11).
 * Debian has no package with QEMU's own header.
 */
#ifndef BENCH_QEMU_PLUGIN_H
#define BENCH_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))
#define PLUGIN_API 7

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;

/* Passed by value: a counter is a place in every vCPU's copy of a scoreboard. */
struct counter {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
};

enum inline_op { INLINE_ADD };
enum cb_flags { CB_NO_REGS };

typedef void (*trans_cb)(struct qemu_plugin_tb *tb, void *data);
typedef void (*exec_cb)(unsigned int vcpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, trans_cb cb, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb,
					    enum cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
							 enum inline_op op,
							 struct counter entry, uint64_t imm);
void qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(struct qemu_plugin_tb *tb,
						       enum inline_op op,
						       struct counter entry, uint64_t imm);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest, size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
uint64_t qemu_plugin_u64_sum(struct counter entry);

#endif /* BENCH_QEMU_PLUGIN_H */
