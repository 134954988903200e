/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lanetool's files share.  A command is a row of a group's table (struct lt_command); it
 * asks the kernel through lt_get() or lt_request() and lt_send(), and says what came through
 * out_*(), which make text or JSON of it.
 */
#ifndef LANETOOL_H
#define LANETOOL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>

#define LT_VERSION	"0.1"
#define LT_SCHEMA	1	/* of JSON; raised when a key changes its meaning or goes */
#define LT_MSG_SIZE	65536
#define LT_FAMILIES	4
#define LT_STRSETS	32
#define LT_DEPTH	16	/* of nested JSON */
#define LT_NOTICES	(-1)	/* for a protocol: what groups are told, on a socket of its own */

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct lt;
struct ifreq;

/* --- The kernel's side (nl.c); tests have another one (tests/replay.c) */

struct lt_kernel {
	/* Both: bytes, or -1 and errno */
	ssize_t (*send)(struct lt *lt, int protocol, const void *buf, size_t size);
	ssize_t (*recv)(struct lt *lt, int protocol, void *buf, size_t size);
	int (*join)(struct lt *lt, uint32_t group);	/* 0, or -1 and errno */
	int (*ioctl)(struct lt *lt, unsigned long request, struct ifreq *ifr);
	void (*sleep)(struct lt *lt, unsigned int msecs);
	const char *root;	/* what comes before /proc and /sys */
	void *data;
};

struct lt_family {
	char name[GENL_NAMSIZ];
	uint16_t id;
};

struct lt_strset {
	uint32_t count;
	char **strings;
};

/* --- A run of a command */

struct lt_out {
	json_t *top;
	json_t *open[LT_DEPTH];
	unsigned int depth;
	bool begun;
};

struct lt {
	const char *program;	/* "lanetool", or what a link to it is called */
	const struct lt_command *command;
	const char *cmd;	/* how messages call the command: "-G" */
	const char *dev;	/* the device; "*": all of them */
	int argc;		/* the arguments after it */
	char **argv;
	bool json;
	bool statistics;	/* --include-statistics */
	bool schema_own;	/* LT_SCHEMA_OWN, for this run of the command */
	const char *notice;	/* what has changed, for JSON: "rings" */

	FILE *text;
	FILE *err;
	struct lt_out out;

	const struct lt_kernel *kernel;
	struct mnl_socket *sockets[4];
	struct lt_family families[LT_FAMILIES];
	struct lt_strset strsets[LT_STRSETS];
	uint32_t seq;
	int protocol;		/* NETLINK_*, of the request */
	bool quiet;		/* of errors that requests end with */
	bool quiet_unsupported;	/* of those that say that the device has no such thing */
	bool quiet_refused;	/* of those that are the kernel's */
	int refused;		/* the kernel's error that the last request ended with, or 0 */
	bool dump;		/* the request asks for all devices */
	bool full;		/* something had no room in it */
	uint64_t request[LT_MSG_SIZE / 8];	/* aligned */
};

/* --- Commands (commands.c, main.c) */

enum {
	LT_NO_DEV	= 1 << 0,	/* no device comes first */
	LT_SCHEMA_OWN	= 1 << 1,	/* objects say which schema they keep to */
	LT_ONE_DEV	= 1 << 2,	/* the device may not be "*" */
	LT_IOCTL	= 1 << 3,	/* likewise, nor a name that only netlink takes */
};

struct lt_command {
	const char *names;	/* "-g|--show-ring", or a word: "show" */
	const char *usage;	/* arguments after the device, a line each; or NULL */
	const char *help;	/* one line */
	int (*run)(struct lt *lt);	/* gives the exit code */
	unsigned int flags;	/* LT_* */
};

const struct lt_command *lt_find(const char *name);
/* lt_named - is name one of "-g|--show-ring"? */
bool lt_named(const char *names, const char *name);
void lt_usage(FILE *to, const char *program, const struct lt_command *one);
int lt_main(struct lt *lt, int argc, char **argv);
int lt_bad_args(struct lt *lt);
/* lt_ioctl_dev - refuse a device that an ioctl cannot name, and say why.  Return: 0 or 1. */
int lt_ioctl_dev(struct lt *lt, const char *why);
/* error - a line "PROGRAM: ..." for stderr.  Return: 1, the usual exit code. */
int lt_error(struct lt *lt, const char *format, ...) __printf(2, 3);

/* --- "name value" arguments (args.c) */

enum lt_arg_type {
	LT_ARG_U8,
	LT_ARG_U32,
	LT_ARG_ONOFF,		/* u8 */
	LT_ARG_STRING,
	LT_ARG_LOOKUP8,		/* u8, one of choices */
	LT_ARG_LOOKUP32,	/* u32, one of choices */
	LT_ARG_BITSET,		/* 0x1/0x3, 3, or "name on|off ... [--]"; to a message only */
	LT_ARG_BITSET_HEX,	/* likewise, but 10 is 0x10 */
	LT_ARG_BITSET_NAMES,	/* 0x1, 3, or "name ... [--]": these on and no others */
	LT_ARG_BITSET_ALL,	/* the name alone: all of a set of strings, which was asked for */
	LT_ARG_BITSET_CHARS,	/* 0x1/0x3, 3, or characters: "pu", "+p-u", "d" for none */
	LT_ARG_BYTES,		/* 6, as in 1:22:3:4:5:6; to a message only */
	LT_ARG_FLAG,		/* the name alone */
	LT_ARG_GONE,		/* always refused */
};

struct lt_choice {
	const char *name;
	uint32_t value;
};

struct lt_arg {
	const char *name;
	enum lt_arg_type type;
	uint16_t attr;		/* where it goes in a message; 0: to dest */
	size_t offset;		/* in dest: uint8_t, uint32_t, const char * or bool */
	const struct lt_choice *choices;
	const char *chars;	/* the bits' */
	uint32_t strset;	/* ETH_SS_*, of LT_ARG_BITSET_ALL */
	uint8_t group;		/* see lt_args_group() */
};

/*
 * lt_args - read all arguments left by a table that ends with {}; what has an attribute goes to
 * the message, in the order given.  Return: 0, or the exit code after a message.
 */
int lt_args(struct lt *lt, const struct lt_arg *table, struct nlmsghdr *msg, void *dest);
/* lt_args_group - likewise, for one of several messages: all are read and checked, but only
 * those of this group go to it.
 */
int lt_args_group(struct lt *lt, const struct lt_arg *table, struct nlmsghdr *msg, uint8_t group);
/* lt_arg_error - a line "PROGRAM (-X): ..." for stderr.  Return: 1. */
int lt_arg_error(struct lt *lt, const char *format, ...) __printf(2, 3);
/* lt_no_args - refuse arguments.  Return: 0 or the exit code. */
int lt_no_args(struct lt *lt);
/* lt_bitset - 0x1/0x3, 3, or "name on|off ...", as LT_ARG_BITSET.  Return: 0 or the exit code. */
int lt_bitset(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const char *param);
/* lt_bitset_names - "name on|off ..." as a bitset; see args.c */
int lt_bitset_names(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const char *param,
		    int (*one)(struct lt *lt, struct nlmsghdr *msg, const char *name, bool on));
void lt_put_bit(struct lt *lt, struct nlmsghdr *msg, const char *name, bool on);
int lt_parse_u32(const char *text, uint32_t *value);
/* lt_parse_c - a number as ioctl commands take it: decimal, 0x or octal, up to max.
 * Return: 0 or -EINVAL.
 */
int lt_parse_c(const char *text, uint64_t max, uint64_t *value);

/* --- Netlink (nl.c) */

typedef int (*lt_reply)(struct lt *lt, const struct nlmsghdr *msg, void *data);

/* lt_family - Return: the number of a generic family, or a negative error; nothing is said. */
int lt_family(struct lt *lt, const char *name);	/* family.c */
/* lt_group - the number of a family's group, 0 if it has none.  Return: 0 or an error, said */
int lt_group(struct lt *lt, const char *family, const char *name, uint32_t *id);

/*
 * lt_request - begin a request to the ethtool family, with its header.
 * lt_genl - to any generic family, with nothing in it; flags: NLM_F_ACK or NLM_F_DUMP.
 * lt_genl_id - likewise, by its number; never NULL
 * lt_rtnl - to rtnetlink, with size bytes of its own header, zeroed, to be filled.
 * lt_diag - a dump of sockets, likewise
 * Return: the message, or NULL after a message.
 */
struct nlmsghdr *lt_request(struct lt *lt, uint8_t cmd, uint16_t header, uint32_t flags);
struct nlmsghdr *lt_genl(struct lt *lt, const char *family, uint8_t cmd, uint8_t version,
			 uint16_t flags);
struct nlmsghdr *lt_genl_id(struct lt *lt, uint16_t id, uint8_t cmd, uint8_t version,
			    uint16_t flags);
struct nlmsghdr *lt_rtnl(struct lt *lt, uint16_t type, uint16_t flags, size_t size);
struct nlmsghdr *lt_diag(struct lt *lt, size_t size);

/* These put an attribute; when there is no room, lt_send() fails. */
void lt_put(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const void *data, size_t size);
void lt_put_u8(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, uint8_t value);
void lt_put_u32(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, uint32_t value);
void lt_put_str(struct lt *lt, struct nlmsghdr *msg, uint16_t attr, const char *value);
struct nlattr *lt_nest(struct lt *lt, struct nlmsghdr *msg, uint16_t attr);
void lt_nest_end(struct nlmsghdr *msg, struct nlattr *nest);

/*
 * lt_send - send a request and hand each message that answers it to reply (may be NULL), which
 * returns 0 or a negative error that ends it.  reply may send requests of its own.
 * Return: 0 or a negative error, which has been said on stderr.
 */
int lt_send(struct lt *lt, struct nlmsghdr *msg, lt_reply reply, void *data);

/*
 * lt_try - as lt_send, where the device or the kernel may have no such thing (or keep it from us).
 * lt_ask - as lt_send, but what the kernel refuses with is only in lt->refused.
 * lt_try_genl - begin a dump of a family that may not be there.
 * Return (or *ret): 0, 1 if there is none, or a negative error that has been said.
 */
int lt_try(struct lt *lt, struct nlmsghdr *msg, lt_reply reply, void *data);
int lt_ask(struct lt *lt, struct nlmsghdr *msg, lt_reply reply, void *data);
struct nlmsghdr *lt_try_genl(struct lt *lt, const char *family, uint8_t cmd, int *ret);

/* lt_get - what most commands that show do: ask for lt->dev, or for all if that is "*".
 * Return: the exit code.
 */
int lt_get(struct lt *lt, uint8_t cmd, uint16_t header, uint32_t flags, lt_reply reply);

/* lt_set - what most commands that set do: arguments by a table into a request to lt->dev.
 * Return: 0, 1 for wrong arguments, or failed when the kernel refuses.
 */
int lt_set(struct lt *lt, uint8_t cmd, uint16_t header, const struct lt_arg *table, int failed);

/*
 * lt_parse - the attributes of a message (behind head bytes of its own header) or of a nest,
 * into tb[0..max]; unknown ones are passed over.  types[attr] says what an attribute has to
 * be: MNL_TYPE_UNSPEC (0) anything.
 * Return: 0 or -EBADMSG, said on stderr.
 */
int lt_parse(struct lt *lt, const struct nlmsghdr *msg, size_t head, const struct nlattr **tb,
	     const uint8_t *types, uint16_t max);
int lt_parse_nest(struct lt *lt, const struct nlattr *nest, const struct nlattr **tb,
		  const uint8_t *types, uint16_t max);
int lt_malformed(struct lt *lt);	/* says so; Return: -EBADMSG */
/* lt_msg_ok - is there a whole message in the len bytes at msg? */
bool lt_msg_ok(const struct nlmsghdr *msg, int len);

uint64_t lt_uint(const struct nlattr *attr);	/* of 4 or 8 bytes; 0 if it is not there */

/* lt_dev_name - of a header of the ethtool family, "" if it has none */
const char *lt_dev_name(struct lt *lt, const struct nlattr *header);

/* A compact bitset; mask is NULL if it has none.  Bits beyond count are off. */
struct lt_bits {
	uint32_t count;
	const uint32_t *value;
	const uint32_t *mask;
};

int lt_bits(struct lt *lt, const struct nlattr *nest, struct lt_bits *bits);
bool lt_bit(const struct lt_bits *bits, const uint32_t *map, uint32_t index);

/* lt_ioctl - what netlink has no request for: a command of SIOCETHTOOL's to lt->dev.
 * Return: 0, or -1 after a message that begins with what; NULL: none, errno says it.
 */
int lt_ioctl(struct lt *lt, void *command, const char *what);
/* lt_ioctl_of - to any device.  Return: 0 or a negative error; nothing is said. */
int lt_ioctl_of(struct lt *lt, const char *dev, void *command);

/* --- Link modes (modes.c): a bitset that also holds ports, pause and FEC */

enum lt_mode_class { LT_MODE_LINK, LT_MODE_PORT, LT_MODE_FEC, LT_MODE_OTHER };

enum lt_mode_class lt_mode_class(uint32_t bit);
/* lt_say_modes - those of a class in map, of bits; Return: 0 or -EBADMSG after a message */
int lt_say_modes(struct lt *lt, const struct lt_bits *bits, const uint32_t *map,
		 enum lt_mode_class class, const char *label, const char *key);

extern const struct lt_kernel lt_kernel_real;
void lt_close(struct lt *lt);	/* all that a run holds */

/* --- String sets (strset.c) */

/* lt_strset - a set of ETH_SS_*, of all devices or (dev) of one; kept until the end.
 * Return: the set, or NULL after a message.
 */
const struct lt_strset *lt_strset(struct lt *lt, uint32_t id, const char *dev);
/* lt_string - Return: one of them, "" if there is none */
const char *lt_string(const struct lt_strset *set, uint32_t index);
/* lt_ioctl_strings - a set of lt->dev, for what ioctls say; a message on why there is none
 * begins with what.  Return: the set, or NULL after it.
 */
const struct lt_strset *lt_ioctl_strings(struct lt *lt, uint32_t id, const char *what);
void lt_strset_free(struct lt_strset *set);

/* --- What a command says (out.c): format is for text (NULL: nothing), key for JSON (likewise).
 * In an array the key does not count but has to be there.
 */

void out_begin(struct lt *lt);				/* the top array; lt_get() does it */
void out_object(struct lt *lt, const char *key);	/* in the top array: key NULL */
void out_array(struct lt *lt, const char *key);
void out_close(struct lt *lt);
void out_text(struct lt *lt, const char *format, ...) __printf(2, 3);	/* text only */
void out_str(struct lt *lt, const char *key, const char *format, const char *value);
void out_uint(struct lt *lt, const char *key, const char *format, uint64_t value);
void out_int(struct lt *lt, const char *key, const char *format, int64_t value);
void out_real(struct lt *lt, const char *key, const char *format, double value);
void out_bool(struct lt *lt, const char *key, const char *format, bool value);	/* on, off */
void out_null(struct lt *lt, const char *key);
/* Of an attribute, after a label; one that is not there: "n/a", and nothing in JSON */
void out_attr_u32(struct lt *lt, const char *key, const char *label, const struct nlattr *attr);
void out_attr_bool(struct lt *lt, const char *key, const char *format, const struct nlattr *attr);
/* out_device - begin the object of a device.  In a dump, a blank line comes before it. */
void out_device(struct lt *lt, const char *format, const char *name);
/* out_device_again - JSON only: go on in the object a device already has, or begin it */
void out_device_again(struct lt *lt, const char *name);
void out_finish(struct lt *lt);

/* --- Files of /proc and /sys (sys.c).  Return: 0 or a negative error; nothing is said. */

int sys_read(struct lt *lt, char *buf, size_t size, const char *path, ...) __printf(4, 5);
int sys_u64(struct lt *lt, uint64_t *value, const char *path, ...) __printf(3, 4);
int sys_write(struct lt *lt, const char *text, const char *path, ...) __printf(3, 4);
/* Each name in a folder, in order; "." and what begins with it are left out */
int sys_names(struct lt *lt, int (*name)(const char *name, void *data), void *data,
	      const char *path, ...) __printf(4, 5);
/* Each line without its end; a positive result of one stops it, and is the result. */
int sys_lines(struct lt *lt, int (*line)(char *text, void *data), void *data, const char *path,
	      ...) __printf(4, 5);

/* sys_hex - the numbers that a line begins with, up to count.  Return: how many */
unsigned int sys_hex(const char *text, uint64_t *words, unsigned int count);

#endif
