# Fitgate: everything is built from here. Targets that need packages install them first (scripts/setup).
#
#   make             the programs, into build/release/
#   make run         serve on http://127.0.0.1:8080 (PORT=... for another port)
#   make check       run every test (PART=... for some of them)
#   make check-fast  run the lints, the unit tests and some tests of the API, in two minutes
#   make check-mysql      run the tests of the API with MySQL
#   make check-databases  run them with MySQL, other versions of MariaDB, and their client libraries (PART=...)
#   make check-hosts      run them with the programs of shared hosting on an older Debian
#   make check-browser    run the browser tests with and without JavaScript, on a narrow screen, in every language
#   make test        run the tests of one name: T=test_login, T=tests/unit/core/test_url.c, T=some_test
#   make fuzz        run the programs of tests/fuzz (SECONDS=... each, 60 by default; TARGET=... for one)
#   make fuzz-http   fuzz a running Fitgate over HTTP (REQUESTS=200000, SEED=...)
#   make load        use a running Fitgate in every way, and watch its memory (SECONDS=1200, SEED=...)
#   make fault       inject faults into a running Fitgate (SECONDS=1800, SEED=...)
#   make cluster     run several hosts, and break their databases (SECONDS=600, SEED=...)
#   make bench       measure, as ratios in one run
#   make screenshots make the pictures of the account pages in README.md
#   make format      format every source (tests/lint/format checks it)
#   make static      run clang-tidy, cppcheck and gcc's analyzer on the C sources
#   make valgrind    run the tests of the API under valgrind (TESTS=... for some)
#   make compile_commands.json  how each C file is compiled, for editors and analyzers
#   make install     PREFIX=/usr/local SYSCONFDIR=$(PREFIX)/etc DESTDIR=; make uninstall
#   make shared-hosting  the files to upload to a host without root, into build/shared-hosting/
#   make dist        a tarball of the source, into build/
#   make deb         a Debian package, into build/
#
# BUILD=asan builds with the address and undefined-behavior sanitizers into build/asan/.
# SYSROOT=build/databases/NAME builds against the libraries that scripts/databases has unpacked there.
# WERROR=1 turns warnings into errors.

# No built-in rules: make would try them all for each file that it includes.
MAKEFLAGS += --no-builtin-rules

BUILD ?= release
OUT := build/$(BUILD)

CC ?= gcc
PKG_CONFIG ?= pkg-config

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
ifdef WERROR
WARNINGS += -Werror
endif

# Options that some compilers and processors do not have.
supported = $(foreach flag,$(1),$(shell $(CC) $(flag) -Werror -x c -c /dev/null -o /dev/null 2>/dev/null && echo $(flag)))
HARDENING := $(call supported,-fcf-protection=full -ftrivial-auto-var-init=zero)

# tests/lint/binaries checks their effect.
OPTIMIZE_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fstack-clash-protection $(HARDENING)
LINK_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# Undefined behavior is an illegal instruction, which the address sanitizer reports (ASAN_OPTIONS=handle_sigill=2): with the
# library of the other sanitizer, each start of a program takes a third longer, for its tables are searched for leaks.
OPTIMIZE_asan := -O1 -fsanitize=address,undefined -fsanitize-undefined-trap-on-error -fno-omit-frame-pointer
LINK_asan := -fsanitize=address
# for hosts without our libraries: static, or in the directory of the program, which is searched first
OPTIMIZE_hosting := $(OPTIMIZE_release)
LINK_hosting := $(LINK_release) -s -Wl,--exclude-libs,ALL -Wl,--disable-new-dtags,-rpath,'$$ORIGIN'
MUSL_CC ?= musl-gcc
# for the programs of tests/fuzz only; with the counters of llvm-cov in addition to those of libFuzzer
OPTIMIZE_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer \
	-fno-sanitize-recover=undefined -fprofile-instr-generate -fcoverage-mapping
LINK_fuzz := -fsanitize=fuzzer,address,undefined -fprofile-instr-generate
ifeq ($(BUILD),fuzz)
CC := clang
endif

# with SYSROOT: the headers, the libraries and the loader of that directory, for the programs of the tests
ifdef SYSROOT
ROOT := $(abspath $(SYSROOT))
OUT := $(OUT)-$(notdir $(ROOT))
MULTIARCH := $(shell $(CC) -print-multiarch)
CC += --sysroot=$(ROOT) -B$(ROOT)/usr/lib/$(MULTIARCH)
PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(ROOT) PKG_CONFIG_LIBDIR=$(ROOT)/usr/lib/$(MULTIARCH)/pkgconfig $(PKG_CONFIG)
LINK_$(BUILD) += -Wl,--disable-new-dtags,-rpath,$(ROOT)/usr/lib/$(MULTIARCH) \
	-Wl,--dynamic-linker,$(firstword $(wildcard $(ROOT)/usr/lib64/ld-linux*.so.* $(ROOT)/usr/lib/ld-linux*.so.*))
endif

MYSQL_CFLAGS := $(shell $(PKG_CONFIG) --cflags mysqlclient 2>/dev/null)
MYSQL_LIBS := $(shell $(PKG_CONFIG) --libs mysqlclient 2>/dev/null)

CFLAGS ?= -g
LANGUAGE := -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -Ilib $(MYSQL_CFLAGS)
ALL_CFLAGS := $(LANGUAGE) $(OPTIMIZE_$(BUILD)) $(CFLAGS)
ALL_LDFLAGS := $(LINK_$(BUILD)) -Wl,--as-needed $(LDFLAGS)
LIBS := -lfcgi -lcjson $(MYSQL_LIBS) -lcrypto -lcrypt -lutf8proc -lz -lm

SERVICES := register login profile upload picture export users oauth workouts config pages gate
# those that sign or verify tokens, and so get the key
KEY_SERVICES := $(filter-out picture,$(SERVICES))
PROGRAMS := $(SERVICES) worker idle_worker admin
# the program that reads pictures in a sandbox: linked statically, and never with sanitizers, which need more system calls
FILTER := picture_filter
FILTER_SOURCES := cgi/picture_filter.c $(filter-out lib/picture/isolation/sandbox.c,$(wildcard lib/picture/*.c lib/picture/*/*.c)) \
	lib/core/stream.c lib/core/text.c
FILTER_OBJECTS := $(FILTER_SOURCES:%.c=$(OUT)/filter/%.o)

LIB_SOURCES := $(wildcard lib/*/*.c lib/*/*/*.c)
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(OUT)/%.o) $(OUT)/generated/migrations.o $(OUT)/generated/templates.o \
	$(OUT)/generated/languages.o \
	$(OUT)/generated/openapi.o \
	$(OUT)/generated/translations.o \
	$(OUT)/generated/style.o
UNIT_SOURCES := $(wildcard tests/unit/*/test_*.c)
UNIT_PROGRAMS := $(UNIT_SOURCES:tests/unit/%.c=$(OUT)/tests/%)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_PROGRAMS := $(FUZZ_SOURCES:tests/fuzz/%.c=$(OUT)/programs/%)
FUZZ_SHARED := $(wildcard tests/fuzz/shared/*.c)
# the programs a second time, with another name for main()
FUZZ_SERVICES := $(SERVICES:%=$(OUT)/tests/fuzz/service_%.o)

MIGRATIONS := $(sort $(wildcard sql/[0-9]*.sql))
TEMPLATES := $(sort $(wildcard lib/mail/templates/*/*.txt))
OPENAPI := $(sort $(wildcard cgi/openapi*.json))
TRANSLATIONS := $(sort $(wildcard lib/pages/translations/*.po))
# handlers that a program has in files of their own: cgi/<program>/
handlers = $(patsubst %.c,$(OUT)/%.o,$(wildcard cgi/$(1)/*.c))
HANDLER_OBJECTS := $(foreach program,$(SERVICES),$(call handlers,$(program)))
LANGUAGE_UNITS := $(sort $(wildcard lib/mail/templates/*/units))

# The directories of `make install`, each below DESTDIR.
PREFIX ?= /usr/local
SYSCONFDIR ?= $(PREFIX)/etc
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec
DATADIR ?= $(PREFIX)/share
DOCDIR ?= $(DATADIR)/doc/fitgate
MANDIR ?= $(DATADIR)/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
NGINXDIR ?= $(SYSCONFDIR)/nginx
UPLOADDIR ?= /var/lib/fitgate
SOCKETDIR ?= /run/fitgate
ZSHDIR ?= $(DATADIR)/zsh/site-functions
INSTALL_DIRECTORIES = DESTDIR='$(DESTDIR)' $(foreach directory,PREFIX SYSCONFDIR BINDIR SBINDIR LIBEXECDIR \
	DATADIR DOCDIR MANDIR UNITDIR NGINXDIR UPLOADDIR SOCKETDIR ZSHDIR SERVICES KEY_SERVICES,$(directory)='$($(directory))')

# The version is only in the Debian changelog.
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' scripts/deploy/debian/changelog)

.PHONY: all version print-services print-programs print-compiler unit fuzz-programs run check check-fast check-mysql check-hosts check-databases check-browser screenshots test fuzz fuzz-http fault cluster load static language valgrind bench format clean install uninstall shared-hosting \
	dist deb
.SECONDARY:

CLIENT := $(addprefix $(OUT)/client/,fitgate fitgate.bash _fitgate)

all: $(PROGRAMS:%=$(OUT)/%) $(OUT)/$(FILTER) $(CLIENT)

unit: $(UNIT_PROGRAMS)

fuzz-programs: $(FUZZ_PROGRAMS)

run:
	@scripts/run

check:
	@scripts/check

check-fast:
	@scripts/check --fast

check-mysql:
	@PART='$(or $(PART),$(foreach name,mysql mysql-connector mysql-hosting,$(name) $(name)-tls))' scripts/check --databases

check-hosts:
	@PART='$(or $(PART),debian-11 debian-11-tls)' scripts/check --databases

check-databases:
	@scripts/check --databases

screenshots:
	@scripts/screenshots

check-browser:
	@FITGATE_BROWSER=all scripts/check browser

test:
	@scripts/test

fuzz:
	@scripts/fuzz $(or $(SECONDS),60) $(TARGET)

REQUESTS ?= 200000
fuzz-http:
	@scripts/fuzz-http $(REQUESTS) $(SEED)

fault:
	@scripts/fault $(or $(SECONDS),1800) $(SEED)

cluster:
	@scripts/cluster $(or $(SECONDS),600) $(SEED)

load:
	@scripts/load $(or $(SECONDS),1200) $(SEED)

static:
	@scripts/static

format:
	@scripts/setup format
	@scripts/format

# One entry for each C source; clangd and other tools look for this file at the top of the tree.
compile_commands.json: Makefile
	@scripts/compile-commands '$(CC) $(ALL_CFLAGS)' $(sort $(wildcard cgi/*.c cgi/*/*.c) $(LIB_SOURCES) $(UNIT_SOURCES)) > $@.new
	@mv $@.new $@

version:
	@echo $(VERSION)

# For tests/harness/tree.py, packaging and lints.
print-services:
	@echo $(SERVICES)

print-programs:
	@echo $(PROGRAMS)

print-compiler:
	@echo $(firstword $(CC))

# the language options of the sources, for scripts/static
language:
	@echo '$(LANGUAGE)'

valgrind:
	@scripts/valgrind $(TESTS)

bench:
	@scripts/bench

clean:
	rm -rf build

install: all $(OUT)/generated/fitgate.conf $(OUT)/generated/fitgate.conf.5 $(OUT)/generated/fitgate-admin.8
	@$(INSTALL_DIRECTORIES) scripts/deploy/install install

uninstall:
	@$(INSTALL_DIRECTORIES) scripts/deploy/install uninstall

shared-hosting:
	@scripts/setup hosting
	@$(MAKE) -s BUILD=hosting all
	@scripts/deploy/shared-hosting/pack build/hosting build/shared-hosting
	@echo build/shared-hosting/README has the next steps

dist:
	@scripts/deploy/dist $(VERSION)

deb:
	@scripts/deploy/deb $(VERSION)

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/generated/%.o: $(OUT)/generated/%.c Makefile
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The directories too: their time changes when a file is removed.
$(OUT)/generated/migrations.c: scripts/embed-sql $(MIGRATIONS) sql
	@mkdir -p $(@D)
	scripts/embed-sql $(MIGRATIONS) > $@.new
	@mv $@.new $@

$(OUT)/generated/templates.c: scripts/embed-templates $(TEMPLATES) $(dir $(TEMPLATES)) lib/mail/templates
	@mkdir -p $(@D)
	scripts/embed-templates $(TEMPLATES) > $@.new
	@mv $@.new $@

$(OUT)/generated/languages.c: scripts/embed-languages $(LANGUAGE_UNITS) $(dir $(LANGUAGE_UNITS)) lib/mail/templates
	@mkdir -p $(@D)
	scripts/embed-languages $(LANGUAGE_UNITS) > $@.new
	@mv $@.new $@

$(OUT)/generated/openapi.c: scripts/embed-openapi $(OPENAPI)
	@mkdir -p $(@D)
	scripts/embed-openapi $(OPENAPI) > $@.new
	@mv $@.new $@

$(OUT)/generated/translations.c: scripts/embed-translations $(TRANSLATIONS) lib/pages/translations
	@mkdir -p $(@D)
	scripts/embed-translations $(TRANSLATIONS) > $@.new
	@mv $@.new $@

$(OUT)/generated/style.c: scripts/embed-style lib/pages/style.css
	@mkdir -p $(@D)
	scripts/embed-style lib/pages/style.css > $@.new
	@mv $@.new $@

# generated from the table of settings
$(OUT)/print-settings: $(OUT)/scripts/print-settings.o $(OUT)/libfitgate.a
	$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

$(OUT)/generated/fitgate.conf: $(OUT)/print-settings Makefile
	$< example DATABASE_URL= UPLOAD_FOLDER='$(UPLOADDIR)' EMAIL_URL= SENDER_EMAIL= UI_URL= > $@.new
	@mv $@.new $@

$(OUT)/generated/hosting.conf: $(OUT)/print-settings Makefile
	$< example APP_SECRET_KEY= DATABASE_URL= UPLOAD_FOLDER=uploads LOG=fitgate.log EMAIL_URL= SENDER_EMAIL= UI_URL= > $@.new
	@mv $@.new $@

$(OUT)/generated/fitgate.conf.5: $(OUT)/print-settings
	$< manual > $@.new
	@mv $@.new $@

# The shell client and its completions.
$(OUT)/client/fitgate: CLIENT_PART := client
$(OUT)/client/fitgate.bash: CLIENT_PART := bash
$(OUT)/client/_fitgate: CLIENT_PART := zsh
$(CLIENT): $(wildcard scripts/client/*)
	@mkdir -p $(@D)
	scripts/client/assemble $(CLIENT_PART) > $@.new
	@chmod $(if $(filter client,$(CLIENT_PART)),755,644) $@.new
	@mv $@.new $@

# the manual page and the completions of fitgate-admin
$(OUT)/generated/fitgate-admin.8: $(OUT)/admin scripts/deploy/admin-documents scripts/deploy/man/fitgate-admin.8.in
	scripts/deploy/admin-documents $(OUT)/admin $(@D)

$(OUT)/libfitgate.a: $(LIB_OBJECTS)
	rm -f $@
	$(AR) qcs $@ $^

$(OUT)/worker $(OUT)/admin: LIBS += -lcurl -lzip
$(OUT)/pages: $(call handlers,pages)
$(OUT)/users: $(call handlers,users)
$(OUT)/workouts: $(call handlers,workouts)

# Link libraries statically, if Debian has a static version, into the programs that a web server starts for each
# request: they start in half the time. (The LGPL of the database
# client and of libxcrypt is met by this source, which allows linking with other versions.) worker and admin remain
# dynamic for libcurl, which depends on its own OpenSSL. -lc comes before -lm, because what most of them need of libm is in
# libc, too, and a library less takes less time to load.
ifeq ($(BUILD),hosting)
all: $(OUT)/generated/hosting.conf $(OUT)/launcher
STATIC := $(filter-out -ldl -lm -pthread -lpthread,$(shell $(PKG_CONFIG) --static --libs mysqlclient libssl libcrypto zlib))
$(SERVICES:%=$(OUT)/%): LIBS := -Wl,-Bstatic -lfcgi $(STATIC) -lcrypt -lutf8proc -Wl,-Bdynamic -lcjson -lc -lm
endif

$(OUT)/launcher: scripts/deploy/shared-hosting/launcher.c Makefile
	@mkdir -p $(@D)
	$(MUSL_CC) -std=gnu11 $(WARNINGS) -O2 -static -s $(LDFLAGS) $< -o $@

$(OUT)/filter/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(LANGUAGE) $(OPTIMIZE_release) $(CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/$(FILTER): $(FILTER_OBJECTS)
	$(CC) -static-pie -Wl,-z,relro,-z,now $(LDFLAGS) $^ -lseccomp -lz -o $@

$(OUT)/%: $(OUT)/cgi/%.o $(OUT)/libfitgate.a
	$(CC) $(ALL_LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -o $@

$(OUT)/tests/%: $(OUT)/tests/unit/%.o $(OUT)/libfitgate.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -lcurl -lzip -lseccomp -lcmocka -o $@

$(OUT)/tests/fuzz/service_%.o: cgi/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Dmain=service_$* -MMD -MP -c $< -o $@

# an archive: the linker takes the functions that a target needs from it before those of the library
$(OUT)/libfuzz.a: $(FUZZ_SHARED:%.c=$(OUT)/%.o) $(FUZZ_SERVICES) $(HANDLER_OBJECTS)
	rm -f $@
	$(AR) qcs $@ $^

$(OUT)/programs/%: $(OUT)/tests/fuzz/%.o $(OUT)/libfuzz.a $(OUT)/libfitgate.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -lcurl -lz -o $@

-include $(LIB_OBJECTS:.o=.d) $(FILTER_OBJECTS:.o=.d) $(PROGRAMS:%=$(OUT)/cgi/%.d) $(HANDLER_OBJECTS:.o=.d) $(OUT)/scripts/print-settings.d $(UNIT_PROGRAMS:$(OUT)/tests/%=$(OUT)/tests/unit/%.d) \
	$(FUZZ_SOURCES:%.c=$(OUT)/%.d) $(FUZZ_SHARED:%.c=$(OUT)/%.d) $(FUZZ_SERVICES:.o=.d)
