/* SPDX-License-Identifier: GPL-2.0 */
/* One line for each group of commands (cmd_*.c): commands.c includes this, twice. */
LT_GROUP(settings)
LT_GROUP(change)
LT_GROUP(stats)
LT_GROUP(timestamps)
LT_GROUP(actions)
LT_GROUP(address)
LT_GROUP(rings)
LT_GROUP(features)
LT_GROUP(info)
LT_GROUP(coalesce)
LT_GROUP(channels)
LT_GROUP(pause)
