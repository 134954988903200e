// SPDX-License-Identifier: GPL-2.0
/* lanetool's entry: the kernel as it is, and the terminal. */
#include <stdlib.h>

#include "lanetool.h"

int main(int argc, char **argv)
{
	struct lt *lt = calloc(1, sizeof(*lt));
	int ret;

	if (!lt) {
		perror("lanetool");
		return 1;
	}
	lt->kernel = &lt_kernel_real;
	lt->text = stdout;
	lt->err = stderr;
	ret = lt_main(lt, argc, argv);
	free(lt);
	/* What did not reach the disk or the pipe was not said. */
	if (fflush(stdout) || ferror(stdout)) {
		perror("lanetool: output");
		return 1;
	}
	return ret;
}
