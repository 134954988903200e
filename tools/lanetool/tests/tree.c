// SPDX-License-Identifier: GPL-2.0
/* Files that stand for those of /proc and /sys, in a folder of a test's own. */
#define _GNU_SOURCE	/* nftw() */
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

static void tree_die(const char *what)
{
	perror(what);
	exit(2);
}

static void tree_folder(char *folder, size_t size)
{
	if (folder[0])
		return;
	snprintf(folder, size, "%s/lanetool-unit.XXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(folder))
		tree_die(folder);
}

/* One line more for a file.  The first one of "later" replaces what was there before. */
static void tree_add(const char *root, const char *path, const char *text, bool fresh)
{
	char full[PATH_MAX];
	char *slash;
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(full, 0777) && errno != EEXIST)
			tree_die(full);
		*slash = '/';
	}
	file = fopen(full, fresh ? "w" : "a");
	if (!file)
		tree_die(full);
	fprintf(file, "%s\n", text);
	fclose(file);
}

/* A file is replaced in "later" by the first of its lines there; "+" before TEXT adds. */
bool tree_line(struct tree *tree, const char *line)
{
	char kind[8], path[512];
	const char *text;
	int at = 0;

	if (sscanf(line, "%7s %511s %n", kind, path, &at) != 2 || path[0] != '/')
		return false;
	text = line + at;
	tree_folder(tree->root, sizeof(tree->root));
	tree_folder(tree->later, sizeof(tree->later));
	if (!strcmp(kind, "file")) {
		tree_add(tree->root, path, text, false);
		tree_add(tree->later, path, text, false);
	} else if (!strcmp(kind, "later")) {
		tree->slept = true;
		tree_add(tree->later, path, text + (*text == '+'), *text != '+');
	} else if (!strcmp(kind, "after") && tree->count < TREE_AFTER) {
		tree->after[tree->count++] = strdup(line + 6);
	} else {
		return false;
	}
	return true;
}

bool tree_file(struct tree *tree, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;
	bool good = file;

	while (good && getline(&line, &room, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		good = !*line || *line == '#' || tree_line(tree, line);
	}
	if (!good)
		fprintf(stderr, "%s: not a tree: %s\n", path, line ? line : strerror(errno));
	free(line);
	if (file)
		fclose(file);
	return good;
}

void tree_set(const struct tree *tree, struct replay *replay)
{
	const char *later = tree->slept ? tree->later : "";

	snprintf(replay->root, sizeof(replay->root), "%s", tree->root);
	snprintf(replay->later, sizeof(replay->later), "%s", later);
}

bool tree_compare(const struct tree *tree, const char **wanted, const char **got)
{
	static char full[PATH_MAX], text[512];
	char path[512];
	FILE *file;
	size_t i;
	int at;

	for (i = 0; i < tree->count; i++) {
		at = 0;
		if (sscanf(tree->after[i], "%511s %n", path, &at) != 1)
			path[0] = '\0';
		snprintf(full, sizeof(full), "%s%s", tree->slept ? tree->later : tree->root, path);
		snprintf(text, sizeof(text), "(no such file)");
		file = fopen(full, "r");
		if (file && !fgets(text, sizeof(text), file))
			text[0] = '\0';
		if (file)
			fclose(file);
		text[strcspn(text, "\n")] = '\0';
		*wanted = tree->after[i];
		*got = text;
		if (strcmp(text, tree->after[i] + at))
			return false;
	}
	return true;
}

static int tree_remove(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_free(struct tree *tree)
{
	if (tree->root[0]) {
		nftw(tree->root, tree_remove, 16, FTW_DEPTH | FTW_PHYS);
		nftw(tree->later, tree_remove, 16, FTW_DEPTH | FTW_PHYS);
	}
	while (tree->count)
		free(tree->after[--tree->count]);
}
