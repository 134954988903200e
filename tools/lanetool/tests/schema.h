/* SPDX-License-Identifier: GPL-2.0 */
/* JSON against the document of its schema: schema.c */
#ifndef SCHEMA_H
#define SCHEMA_H

#include "../lanetool.h"

/* schema_load - Return: NULL, or what is wrong with the document itself */
const char *schema_load(const char *path);
/* schema_check - all that a command wrote: arrays, one behind the other; command NULL: any.
 * Return: NULL, or what is wrong
 */
const char *schema_check(const struct lt_command *command, const char *text);

#endif
