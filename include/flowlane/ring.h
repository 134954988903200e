/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ring index arithmetic.
 *
 * Producer and consumer are free-running 32-bit counters over a ring whose
 * size is a power of two: their difference is the number of slots in use, and
 * neither "full" nor "empty" needs a special case. Nothing of netdevice is in
 * here, so that the arithmetic also compiles in a userspace test.
 */
#ifndef FLOWLANE_RING_H
#define FLOWLANE_RING_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
typedef unsigned int u32;
#endif

/**
 * fl_ring_used() - slots between consumer and producer
 * @prod: free-running producer index
 * @cons: free-running consumer index
 *
 * Return: the number of slots in use.
 */
static inline u32 fl_ring_used(u32 prod, u32 cons)
{
	return prod - cons;
}

/**
 * fl_ring_free() - slots that the producer may still fill
 * @mask: ring size - 1
 * @prod: free-running producer index
 * @cons: free-running consumer index
 *
 * One slot always stays empty: a device that is given tail == head takes the
 * ring to be empty, not full.
 *
 * Return: the number of free slots.
 */
static inline u32 fl_ring_free(u32 mask, u32 prod, u32 cons)
{
	return mask - (prod - cons);
}

/**
 * fl_ring_advanced() - how far the device's head has moved past the consumer
 * @mask: ring size - 1
 * @head: slot number as the device reports it, 0..@mask
 * @cons: free-running consumer index
 *
 * Return: the number of slots the device has finished.
 */
static inline u32 fl_ring_advanced(u32 mask, u32 head, u32 cons)
{
	return (head - cons) & mask;
}

/**
 * fl_ring_size_ok() - whether a ring of this size can be indexed
 * @size: number of slots
 *
 * Return: true for a power of two above one.
 */
static inline bool fl_ring_size_ok(u32 size)
{
	return size > 1 && !(size & (size - 1));
}

#endif /* FLOWLANE_RING_H */
