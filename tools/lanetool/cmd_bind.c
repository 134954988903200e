// SPDX-License-Identifier: GPL-2.0
/*
 * bind and unbind: one port to another driver, and back.  A port by which the caller is logged
 * in moves only with a way back: a process that waits, and moves it back unless it is
 * confirmed that somebody can still reach the machine.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bind.h"
#include "tune.h"

#define PENDING_DIR	"/run/lanetool"	/* none outlives a boot, nor does a process */
#define PENDING		PENDING_DIR "/bind-%s.pending"

struct bind_args {
	const char *name;
	const char *driver;
	uint32_t revert;	/* seconds, 0: never */
	bool confirm;
	bool bare;		/* addresses and the like are not carried over */
};

/* The driver that the kernel brings, or one of Flowlane's, for a device of this kind */
static const char *bind_driver_for(struct lt *lt, const struct bind_port *port, bool in_tree)
{
	static const struct {
		const char *vendor, *device, *in_tree, *flowlane;
	} known[] = {
		{ "0x8086", "0x10c9", "igb", "flowlane" },
		{ "0x1af4", "0x1000", "virtio-pci", "flowlane-virtio" },
		{ "0x1af4", "0x1041", "virtio-pci", "flowlane-virtio" },
	};
	char vendor[BIND_TEXT], device[BIND_TEXT];
	size_t i;

	if (sys_read(lt, vendor, sizeof(vendor), "/sys/bus/pci/devices/%s/vendor", port->pci) ||
	    sys_read(lt, device, sizeof(device), "/sys/bus/pci/devices/%s/device", port->pci))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(vendor, known[i].vendor) && !strcmp(device, known[i].device))
			return in_tree ? known[i].in_tree : known[i].flowlane;
	return NULL;
}

/* --- The way back */

/* What the file of a pending move has to hold for a waiting process to act */
static void bind_token(char *text, size_t size)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(text, size, "%d %lld.%09ld\n", (int)getpid(), (long long)now.tv_sec, now.tv_nsec);
}

static int bind_forget(struct lt *lt, const char *pci)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s" PENDING, lt->kernel->root, pci);
	return unlink(path) ? -errno : 0;
}

/* Return: 0 or a negative error, said.  As with tune, one at a time; and what would end us
 * waits until the port has a driver, and its addresses.
 */
static int bind_locked(struct lt *lt, struct bind_port *port, const char *driver,
		       const struct bind_carry *carry, struct bind_carried *carried)
{
	int lock = tune_lock(lt), ret;
	sigset_t ends, before;

	if (lock < 0)
		return lock;
	sigemptyset(&ends);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, &before);
	ret = bind_move(lt, port, driver, carry, carried);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(lock);
	return ret;
}

/* In a process of its own: the terminal may go, and with it all that hangs on it.  What the port
 * was known by is that of before: there may be no network device by now.
 */
static void bind_wait(struct lt *lt, struct bind_port *port, const char *token,
		      const struct bind_args *args, const struct bind_carry *carry)
{
	char now[128], wanted[128], old[BIND_TEXT];
	struct bind_carried carried = {};
	int null = open("/dev/null", O_RDWR);

	signal(SIGHUP, SIG_IGN);
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	lt->err = fopen("/dev/kmsg", "we") ?: lt->err;
	setvbuf(lt->err, NULL, _IOLBF, BUFSIZ);
	/* They are the parent's as well. */
	lt_close(lt);
	memset(lt->sockets, 0, sizeof(lt->sockets));
	lt->kernel->sleep(lt, args->revert * 1000);
	snprintf(wanted, sizeof(wanted), "%.*s", (int)strcspn(token, "\n"), token);
	/* Who removes the file has won: this, or somebody who confirms. */
	if (sys_read(lt, now, sizeof(now), PENDING, port->pci) || strcmp(now, wanted) ||
	    bind_forget(lt, port->pci))
		_exit(0);
	snprintf(old, sizeof(old), "%s", port->driver);
	bind_read(lt, port);
	if (!strcmp(port->driver, old))
		_exit(0);
	lt_error(lt, "%s: nobody has confirmed %s; back to %s", port->pci,
		 *port->driver ? port->driver : "no driver", old);
	_exit(bind_locked(lt, port, old, carry, &carried) ? 1 : 0);
}

/* Twice: nobody waits for it, and no terminal is its own.  Return: 0 or a negative error */
static int bind_fork(struct lt *lt, struct bind_port *port, const char *token,
		     const struct bind_args *args, const struct bind_carry *carry)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		return -errno;
	if (!child) {
		setsid();
		child = fork();
		if (!child)
			bind_wait(lt, port, token, args, carry);
		_exit(child < 0 ? errno : 0);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/* Return: 0 when a process waits, or a negative error, said */
static int bind_guard(struct lt *lt, const struct bind_port *port, const struct bind_args *args,
		      const struct bind_carry *carry)
{
	char token[128], path[PATH_MAX];
	struct bind_port copy = *port;
	int ret;

	bind_token(token, sizeof(token));
	snprintf(path, sizeof(path), PENDING, port->pci);
	ret = files_write(lt, path, token);
	if (ret) {
		lt_error(lt, "%s: %s", path, strerror(-ret));
		return ret;
	}
	fflush(lt->text);
	ret = bind_fork(lt, &copy, token, args, carry);
	if (ret) {
		lt_error(lt, "cannot start the process that waits: %s", strerror(-ret));
		bind_forget(lt, port->pci);
	}
	return ret;
}

struct bind_confirmed {
	struct lt *lt;
	unsigned int count;
};

static int bind_confirm_one(const char *file, void *data)
{
	struct bind_confirmed *confirmed = data;
	struct lt *lt = confirmed->lt;
	char pci[BIND_TEXT];

	if (sscanf(file, "bind-%12[0-9a-f:.].pending", pci) != 1 || bind_forget(lt, pci))
		return 0;
	confirmed->count++;
	out_object(lt, NULL);
	out_str(lt, "address", "%s: confirmed\n", pci);
	out_bool(lt, "confirmed", NULL, true);
	out_close(lt);
	return 0;
}

static int bind_confirm(struct lt *lt, const struct bind_args *args)
{
	struct bind_confirmed confirmed = { .lt = lt };
	struct bind_port port = {};
	char file[PATH_MAX];

	out_begin(lt);
	if (!args->name) {
		sys_names(lt, bind_confirm_one, &confirmed, PENDING_DIR);
	} else {
		if (bind_find(lt, args->name, &port))
			return 1;
		snprintf(file, sizeof(file), PENDING, port.pci);
		bind_confirm_one(strrchr(file, '/') + 1, &confirmed);
	}
	/* Who comes too late is not to believe that he came in time. */
	if (!confirmed.count)
		return lt_error(lt, "%s%sthere is nothing to confirm", port.pci,
				*port.pci ? ": " : "");
	return 0;
}

/* --- The commands */

static int bind_parse(struct lt *lt, struct bind_args *args, bool takes_driver)
{
	int i;

	memset(args, 0, sizeof(*args));
	for (i = 0; i < lt->argc; i++) {
		const char *arg = lt->argv[i];

		if (!strcmp(arg, "--confirm") && takes_driver)
			args->confirm = true;
		else if (!strcmp(arg, "--no-addresses"))
			args->bare = true;
		else if (!strcmp(arg, "--revert-after") && i + 1 < lt->argc &&
			 !lt_parse_u32(lt->argv[i + 1], &args->revert) && args->revert &&
			 args->revert <= 86400)
			i++;
		else if (*arg == '-' || (args->name && (args->driver || !takes_driver)))
			return lt_bad_args(lt);
		else if (args->name)
			args->driver = arg;
		else
			args->name = arg;
	}
	if (args->confirm ? args->driver || args->revert || args->bare : !args->name)
		return lt_bad_args(lt);
	return 0;
}

/* May it be moved?  Return: 0, or 1 after a message */
static int bind_check(struct lt *lt, const struct bind_port *port, const struct bind_args *args,
		      const char *driver)
{
	char how[256];
	int ret;

	if (sys_names(lt, NULL, NULL, "/sys/bus/pci/drivers/%s", driver) < 0)
		return lt_error(lt, "there is no driver '%s'; load its module first", driver);
	if (args->revert && !*port->driver)
		return lt_error(lt, "%s has no driver that it could be given back to", port->pci);
	ret = args->revert ? 0 : bind_session(lt, port, how, sizeof(how));
	if (ret > 0)
		return lt_error(lt,
				"%s stays with %s: %s.  With --revert-after SECONDS it moves, and moves back unless 'lanetool bind --confirm' is given in time",
				*port->ifname ? port->ifname : port->pci, port->driver, how);
	return ret ? 1 : 0;
}

static void bind_say(struct lt *lt, const struct bind_port *port, const char *old,
		     const char *driver, const struct bind_args *args,
		     const struct bind_carried *carried)
{
	if (!strcmp(old, driver)) {
		out_text(lt, "%s: %s has it already\n", port->pci, driver);
	} else {
		out_text(lt, "%s: %s -> %s, %s\n", port->pci, *old ? old : "no driver", driver,
			 *port->ifname ? port->ifname : "without a network device yet");
		if (carried->addresses || carried->routes)
			out_text(lt, "carried over: %u addresses, %u routes\n",
				 carried->addresses, carried->routes);
		if (args->revert)
			out_text(lt, "Back in %u s, unless: lanetool bind --confirm\n",
				 args->revert);
	}
	out_object(lt, NULL);
	out_str(lt, "ifname", NULL, port->ifname);
	out_str(lt, "address", NULL, port->pci);
	out_str(lt, "old-driver", NULL, old);
	out_str(lt, "driver", NULL, driver);
	out_uint(lt, "addresses", NULL, carried->addresses);
	out_uint(lt, "routes", NULL, carried->routes);
	out_uint(lt, "revert-after", NULL, args->revert);
	out_close(lt);
}

/* Return: 0, or 1 after a message */
static int bind_go(struct lt *lt, struct bind_port *port, const char *driver,
		   const struct bind_args *args, struct bind_carried *carried)
{
	struct bind_carry *carry = NULL;
	int ret = !args->bare || args->revert ? bind_carry_read(lt, port, &carry) : 0;

	if (!ret && args->revert)
		ret = bind_guard(lt, port, args, carry);
	if (!ret) {
		ret = bind_locked(lt, port, driver, args->bare ? NULL : carry, carried);
		/* A port that nobody took waits for its way back, if it has one, and one that was
		 * moved again has none any more.  One that stays where it was keeps that of before.
		 */
		if (ret ? args->revert && *port->driver : !args->revert)
			bind_forget(lt, port->pci);
	}
	bind_carry_free(carry);
	return ret ? 1 : 0;
}

static int bind_to(struct lt *lt, const struct bind_args *args, bool in_tree)
{
	const char *driver = args->driver;
	struct bind_carried carried = {};
	struct bind_port port;
	char old[BIND_TEXT];

	out_begin(lt);
	if (bind_find(lt, args->name, &port))
		return 1;
	if (!driver || !strcmp(driver, "in-tree") || !strcmp(driver, "flowlane"))
		driver = bind_driver_for(lt, &port, in_tree || (driver && *driver == 'i'));
	if (!driver)
		return lt_error(lt, "%s is not a device that Flowlane knows; name the driver",
				port.pci);
	snprintf(old, sizeof(old), "%s", port.driver);
	if (strcmp(old, driver) && (bind_check(lt, &port, args, driver) ||
				    bind_go(lt, &port, driver, args, &carried)))
		return 1;
	bind_say(lt, &port, old, driver, args, &carried);
	return 0;
}

static int bind_run(struct lt *lt)
{
	struct bind_args args;

	if (bind_parse(lt, &args, true))
		return 1;
	return args.confirm ? bind_confirm(lt, &args) : bind_to(lt, &args, false);
}

static int unbind_run(struct lt *lt)
{
	struct bind_args args;

	return bind_parse(lt, &args, false) ? 1 : bind_to(lt, &args, true);
}

const struct lt_command lt_bind[] = {
	{ "bind",
	  "DEVNAME|PCI-ADDRESS [DRIVER|flowlane|in-tree] [--revert-after SECONDS]\n[--no-addresses] [--json]\n--confirm [DEVNAME|PCI-ADDRESS] [--json]",
	  "Move one port to Flowlane or another driver", bind_run, LT_NO_DEV | LT_SCHEMA_OWN },
	{ "unbind", "DEVNAME|PCI-ADDRESS [--revert-after SECONDS] [--no-addresses] [--json]",
	  "Move one port back to the kernel's own driver", unbind_run, LT_NO_DEV | LT_SCHEMA_OWN },
	{}
};
