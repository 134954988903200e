/* SPDX-License-Identifier: GPL-2.0 */
/* Which driver has a port, and whether one may take it away from those who log in by it. */
#ifndef LT_BIND_H
#define LT_BIND_H

#include <limits.h>

#include "lanetool.h"

#define BIND_TEXT	64

struct bind_port {
	char pci[BIND_TEXT];		/* its address */
	char driver[BIND_TEXT];		/* that has it, or "" */
	char ifname[BIND_TEXT];		/* what it is called, or "" */
	uint32_t ifindex;
};

struct bind_carried {
	unsigned int addresses, routes;
};

struct bind_carry;	/* see bind_carry.c */

/* bind_carry_read - what the port's network device has, NULL if there is none; to be freed.
 * Return: 0 or an error, said
 */
int bind_carry_read(struct lt *lt, const struct bind_port *port, struct bind_carry **carry);
/* bind_carry_write - to the device that it has now; what is lost is said */
void bind_carry_write(struct lt *lt, const struct bind_carry *carry, struct bind_port *port,
		      struct bind_carried *carried);
void bind_carry_free(struct bind_carry *carry);

/* bind_find - by its address or by the name of its network device.  Return: 0 or an error, said */
int bind_find(struct lt *lt, const char *name, struct bind_port *port);
/* bind_read - driver and device again */
void bind_read(struct lt *lt, struct bind_port *port);
/* bind_move - to a driver, or back if that does not take it.  The network device that comes gets
 * what carry (may be NULL) has, and carried says how much.  Return: 0 or an error, said
 */
int bind_move(struct lt *lt, struct bind_port *port, const char *driver,
	      const struct bind_carry *carry, struct bind_carried *carried);
/* bind_session - does the caller's SSH session go by this port, or may it, as one cannot tell?
 * Then text says how.
 * Return: 1, 0, or a negative error, said
 */
int bind_session(struct lt *lt, const struct bind_port *port, char *text, size_t size);

#endif
