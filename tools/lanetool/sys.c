// SPDX-License-Identifier: GPL-2.0
/* Files of /proc and /sys: short ones as a line, long ones line by line. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "lanetool.h"

static int sys_open(struct lt *lt, int flags, const char *path, va_list args)
{
	char full[PATH_MAX];
	int root, rest, fd;

	root = snprintf(full, sizeof(full), "%s", lt->kernel->root);
	if (root < 0 || (size_t)root >= sizeof(full))
		return -ENAMETOOLONG;
	rest = vsnprintf(full + root, sizeof(full) - root, path, args);
	if (rest < 0 || (size_t)rest >= sizeof(full) - root)
		return -ENAMETOOLONG;
	/* A device's name is part of paths; none may lead elsewhere. */
	if (strstr(full + root, "/../"))
		return -EINVAL;
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/**
 * sys_read() - the first line of a file
 * @lt: the run
 * @buf: gets it, without its end
 * @size: room there; a longer line is -EFBIG
 * @path: a format
 *
 * Return: 0 or a negative error.
 */
int sys_read(struct lt *lt, char *buf, size_t size, const char *path, ...)
{
	size_t len = 0;
	ssize_t got = 0;
	va_list args;
	int fd;

	va_start(args, path);
	fd = sys_open(lt, O_RDONLY, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	while (len < size && ((got = read(fd, buf + len, size - len)) > 0 ||
			      (got < 0 && errno == EINTR)))
		len += got > 0 ? got : 0;
	got = got < 0 ? -errno : 0;
	close(fd);
	if (got)
		return got;
	if (len < size)
		buf[len] = '\0';
	else if (!memchr(buf, '\n', size))
		return -EFBIG;
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

/**
 * sys_u64() - a file that holds a number
 * @lt: the run
 * @value: gets it
 * @path: a format
 *
 * Return: 0, -EBADMSG when it holds something else, or another negative error.
 */
int sys_u64(struct lt *lt, uint64_t *value, const char *path, ...)
{
	char full[PATH_MAX], buf[64], *end;
	va_list args;
	int ret;

	va_start(args, path);
	ret = vsnprintf(full, sizeof(full), path, args);
	va_end(args);
	if (ret < 0 || (size_t)ret >= sizeof(full))
		return -ENAMETOOLONG;
	ret = sys_read(lt, buf, sizeof(buf), "%s", full);
	if (ret)
		return ret;
	errno = 0;
	*value = strtoull(buf, &end, 0);
	return errno || end == buf || *end || strchr(buf, '-') ? -EBADMSG : 0;
}

/**
 * sys_write() - write to a file that is there, at once
 * @lt: the run
 * @text: what
 * @path: a format
 *
 * Return: 0 or a negative error.
 */
int sys_write(struct lt *lt, const char *text, const char *path, ...)
{
	size_t len = strlen(text);
	va_list args;
	ssize_t put;
	int fd, ret;

	va_start(args, path);
	fd = sys_open(lt, O_WRONLY | O_TRUNC, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	put = write(fd, text, len);
	ret = put < 0 ? -errno : (size_t)put < len ? -EIO : 0;
	close(fd);
	return ret;
}

/**
 * sys_lines() - each line of a file
 * @lt: the run
 * @line: gets it without its end; a positive result stops
 * @data: for it
 * @path: a format
 *
 * Return: what @line returned last, or a negative error.
 */
int sys_lines(struct lt *lt, int (*line)(char *text, void *data), void *data, const char *path, ...)
{
	char *text = NULL;
	size_t room = 0;
	va_list args;
	int fd, ret = 0;
	FILE *file;

	va_start(args, path);
	fd = sys_open(lt, O_RDONLY, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	while (!ret && getline(&text, &room, file) >= 0) {
		text[strcspn(text, "\n")] = '\0';
		ret = line(text, data);
	}
	if (!ret && ferror(file))
		ret = -EIO;
	free(text);
	fclose(file);
	return ret;
}

/**
 * sys_names() - each name in a folder, in order
 * @lt: the run
 * @name: gets it; a positive result stops; NULL: only see whether there is one
 * @data: for it
 * @path: a format
 *
 * Return: what @name returned last, or a negative error.
 */
int sys_names(struct lt *lt, int (*name)(const char *name, void *data), void *data,
	      const char *path, ...)
{
	struct dirent **names;
	char full[PATH_MAX];
	va_list args;
	int i, count, ret = 0, root;

	root = snprintf(full, sizeof(full), "%s", lt->kernel->root);
	if (root < 0 || (size_t)root >= sizeof(full))
		return -ENAMETOOLONG;
	va_start(args, path);
	count = vsnprintf(full + root, sizeof(full) - root, path, args);
	va_end(args);
	if (count < 0 || (size_t)count >= sizeof(full) - root)
		return -ENAMETOOLONG;
	if (strstr(full + root, "/../"))
		return -EINVAL;
	count = scandir(full, &names, NULL, alphasort);
	if (count < 0)
		return -errno;
	for (i = 0; i < count; i++) {
		if (name && !ret && names[i]->d_name[0] != '.')
			ret = name(names[i]->d_name, data);
		free(names[i]);
	}
	free(names);
	return ret;
}

unsigned int sys_hex(const char *text, uint64_t *words, unsigned int count)
{
	unsigned int got;
	char *end;

	for (got = 0; got < count; got++, text = end) {
		words[got] = strtoull(text, &end, 16);
		if (end == text)
			break;
	}
	return got;
}
