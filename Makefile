# SPDX-License-Identifier: GPL-2.0
# Flowlane.  `make help` lists the targets; the module's own rules are in Kbuild.

KDIR ?= /lib/modules/$(shell uname -r)/build

.PHONY: modules lanetool clean demo test bench check check-deps check-hotpath setup help

# kbuild cannot work in a folder whose path has a space: then build a copy.
ifeq ($(words $(CURDIR)),1)
modules: kdir
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" modules
clean: clean-lanetool kdir
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" clean
else
modules: kdir
	module=$$(scripts/build-module "$(KDIR)" $(filter-out KDIR=%,$(MAKEOVERRIDES))) && cp "$$module" .
clean: clean-lanetool
	rm -f flowlane.ko
endif

.PHONY: kdir
kdir:
	@[ -e "$(KDIR)/Makefile" ] || { \
		echo "error: no kernel headers in $(KDIR)"; \
		echo "remedy: install this kernel's headers (linux-headers-$$(uname -r)), or name" \
		     "another kernel's build folder: make KDIR=..."; \
		exit 1; }

# Out of the checkout with O=DIR, into a system with DESTDIR, PREFIX and the target install.
lanetool:
	$(MAKE) -C tools/lanetool

.PHONY: clean-lanetool
clean-lanetool:
	$(MAKE) -C tools/lanetool clean

demo:
	@scripts/demo

test:
	@tests/run

# BENCH=--help lists the options.
bench:
	@tools/bench/bench $(BENCH)

check:
	@tests/run static

check-deps:
	@scripts/check-deps --self-check
	@scripts/check-deps

# MODULE=flowlane.ko looks at that one, else at one built for Debian's kernel.
check-hotpath:
	@scripts/check-hotpath --self-check
	@scripts/check-hotpath "$(or $(MODULE),$$(scripts/build-module debian))"

setup:
	@scripts/setup

help:
	@echo 'make [modules]      build flowlane.ko for the running kernel, or for KDIR=...'
	@echo 'make lanetool       build the tool, in tools/lanetool/build'
	@echo 'make clean          remove what these made'
	@echo 'make demo           show the driver at work in a virtual machine'
	@echo 'make test           all checks and tests (tests/run NAME... for some; --list)'
	@echo 'make bench          what a packet costs, side by side with the in-tree driver (BENCH=...: options)'
	@echo 'make check          the static ones: check-deps, check-hotpath, netlink, style'
	@echo 'make setup          get this machine ready for all tests (they do it themselves)'
