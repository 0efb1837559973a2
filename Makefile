# Fitgate: everything is built from here.
#
#   make          the executables, into build/release/
#   make run      set up and serve on http://127.0.0.1:8080 (PORT=... moves it)
#   make check    set up and run every test
#   make fuzz     set up and run what tests/fuzz holds (SECONDS=... each, 60 by default; TARGET=... alone)
#   make fuzz-http  the same for a whole running Fitgate over HTTP (REQUESTS=200000, SEED=...)
#   make load     set up and use a running Fitgate in all ways, for its memory (SECONDS=1200, SEED=...)
#   make fault    set up and break everything about a running Fitgate (SECONDS=1800, SEED=...)
#   make static   set up and let clang-tidy, cppcheck and gcc's analyser read the C sources
#   make valgrind set up and run the tests of the API under valgrind (TESTS=... for some)
#   make bench    measure, as ratios in one run
#   make install  PREFIX=/usr/local SYSCONFDIR=$(PREFIX)/etc DESTDIR=; make uninstall
#   make shared-hosting  what is uploaded to a host without root, into build/shared-hosting/
#   make dist     a tarball of the source that builds, into build/
#   make deb      a Debian package, into build/
#
# BUILD=asan builds with the address and undefined-behaviour sanitizers into build/asan/.
# WERROR=1 turns warnings into errors.

BUILD ?= release
OUT := build/$(BUILD)

CC ?= gcc
PKG_CONFIG ?= pkg-config

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla
ifdef WERROR
WARNINGS += -Werror
endif

OPTIMISE_release := -O2 -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE -fstack-clash-protection
LINK_release := -pie -Wl,-z,relro,-z,now
OPTIMISE_asan := -O1 -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
LINK_asan := -fsanitize=address,undefined
# for hosts that have none of our libraries: static, or in lib/ beside the program, where they come first
OPTIMISE_hosting := $(OPTIMISE_release)
LINK_hosting := $(LINK_release) -s -Wl,--exclude-libs,ALL -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/lib'
# for the programs of tests/fuzz alone; with the counters of llvm-cov beside those of libFuzzer
OPTIMISE_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer \
	-fno-sanitize-recover=undefined -fprofile-instr-generate -fcoverage-mapping
LINK_fuzz := -fsanitize=fuzzer,address,undefined -fprofile-instr-generate
ifeq ($(BUILD),fuzz)
CC := clang
endif

MYSQL_CFLAGS := $(shell $(PKG_CONFIG) --cflags mysqlclient 2>/dev/null)
MYSQL_LIBS := $(shell $(PKG_CONFIG) --libs mysqlclient 2>/dev/null)

CFLAGS ?= -g
LANGUAGE := -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -Ilib $(MYSQL_CFLAGS)
ALL_CFLAGS := $(LANGUAGE) $(OPTIMISE_$(BUILD)) $(CFLAGS)
ALL_LDFLAGS := $(LINK_$(BUILD)) -Wl,--as-needed $(LDFLAGS)
LIBS := -lfcgi -lcjson $(MYSQL_LIBS) -lcrypto -lcrypt -lz -lm

SERVICES := register login profile picture export config
PROGRAMS := $(SERVICES) worker admin

LIB_SOURCES := $(wildcard lib/*/*.c)
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(OUT)/%.o) $(OUT)/generated/migrations.o $(OUT)/generated/templates.o \
	$(OUT)/generated/openapi.o
UNIT_SOURCES := $(wildcard tests/unit/test_*.c)
UNIT_PROGRAMS := $(UNIT_SOURCES:tests/unit/%.c=$(OUT)/tests/%)
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_PROGRAMS := $(FUZZ_SOURCES:tests/fuzz/%.c=$(OUT)/programs/%)
FUZZ_SHARED := $(filter-out $(FUZZ_SOURCES),$(wildcard tests/fuzz/*.c))
# the executables once more, with another name for main()
FUZZ_SERVICES := $(SERVICES:%=$(OUT)/tests/fuzz/service_%.o)

MIGRATIONS := $(sort $(wildcard sql/[0-9]*.sql))
TEMPLATES := $(sort $(wildcard lib/mail/templates/*/*.txt))

# Where `make install` puts things, each below DESTDIR.
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
MULTIWATCH ?= /usr/bin/multiwatch
INSTALL_FOLDERS = DESTDIR='$(DESTDIR)' $(foreach folder,PREFIX SYSCONFDIR BINDIR SBINDIR LIBEXECDIR \
	DATADIR DOCDIR MANDIR UNITDIR NGINXDIR UPLOADDIR SOCKETDIR ZSHDIR MULTIWATCH SERVICES,$(folder)='$($(folder))')

VERSION := $(shell cat scripts/deploy/version)

.PHONY: all unit fuzz-programs run check fuzz fuzz-http fault load static language valgrind bench clean install uninstall shared-hosting \
	dist deb
.SECONDARY:

all: $(PROGRAMS:%=$(OUT)/%)

unit: $(UNIT_PROGRAMS)

fuzz-programs: $(FUZZ_PROGRAMS)

run:
	@scripts/run

check:
	@scripts/check

fuzz:
	@scripts/fuzz $(or $(SECONDS),60) $(TARGET)

REQUESTS ?= 200000
fuzz-http:
	@scripts/fuzz-http $(REQUESTS) $(SEED)

fault:
	@scripts/fault $(or $(SECONDS),1800) $(SEED)

load:
	@scripts/load $(or $(SECONDS),1200) $(SEED)

static:
	@scripts/static

# the language that the sources are in, for scripts/static
language:
	@echo '$(LANGUAGE)'

valgrind:
	@scripts/valgrind $(TESTS)

bench:
	@scripts/bench

clean:
	rm -rf build

install: all
	@$(INSTALL_FOLDERS) scripts/deploy/install install

uninstall:
	@$(INSTALL_FOLDERS) scripts/deploy/install uninstall

shared-hosting:
	@scripts/setup hosting
	@$(MAKE) -s BUILD=hosting all
	@scripts/deploy/shared-hosting/pack build/hosting build/shared-hosting
	@echo build/shared-hosting/README says how to go on

dist:
	@scripts/deploy/dist $(VERSION)

deb:
	@scripts/deploy/deb $(VERSION)

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/generated/%.o: $(OUT)/generated/%.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(OUT)/generated/migrations.c: scripts/embed-sql $(MIGRATIONS)
	@mkdir -p $(@D)
	scripts/embed-sql $(MIGRATIONS) > $@.new
	@mv $@.new $@

$(OUT)/generated/templates.c: scripts/embed-templates $(TEMPLATES)
	@mkdir -p $(@D)
	scripts/embed-templates $(TEMPLATES) > $@.new
	@mv $@.new $@

$(OUT)/generated/openapi.c: scripts/embed-openapi cgi/openapi.json
	@mkdir -p $(@D)
	scripts/embed-openapi cgi/openapi.json > $@.new
	@mv $@.new $@

$(OUT)/libfitgate.a: $(LIB_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

$(OUT)/worker $(OUT)/admin: LIBS += -lcurl -lzip

# What has a static library in Debian is taken into the programs that a web server starts for every request:
# they start in half the time, also on a host that has an older OpenSSL or none. (The LGPL of the database's client
# and of libxcrypt is met by this source, with which anybody can link anew.) worker and admin stay dynamic for
# libcurl, which brings an OpenSSL of its own.
ifeq ($(BUILD),hosting)
STATIC := $(filter-out -ldl -lm -pthread -lpthread,$(shell $(PKG_CONFIG) --static --libs mysqlclient libssl libcrypto zlib))
$(SERVICES:%=$(OUT)/%): LIBS := -Wl,-Bstatic -lfcgi $(STATIC) -lcrypt -Wl,-Bdynamic -lcjson -lm
endif

$(OUT)/%: $(OUT)/cgi/%.o $(OUT)/libfitgate.a
	$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

$(OUT)/tests/%: $(OUT)/tests/unit/%.o $(OUT)/libfitgate.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -lcurl -lzip -lcmocka -o $@

$(OUT)/tests/fuzz/service_%.o: cgi/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Dmain=service_$* -MMD -MP -c $< -o $@

# an archive: what of it a target asks for stands in for what the library has of the same name
$(OUT)/libfuzz.a: $(FUZZ_SHARED:%.c=$(OUT)/%.o) $(FUZZ_SERVICES)
	rm -f $@
	$(AR) rcs $@ $^

$(OUT)/programs/%: $(OUT)/tests/fuzz/%.o $(OUT)/libfuzz.a $(OUT)/libfitgate.a
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) $^ $(LIBS) -lcurl -lz -o $@

-include $(LIB_OBJECTS:.o=.d) $(PROGRAMS:%=$(OUT)/cgi/%.d) $(UNIT_PROGRAMS:$(OUT)/tests/%=$(OUT)/tests/unit/%.d) \
	$(FUZZ_SOURCES:%.c=$(OUT)/%.d) $(FUZZ_SHARED:%.c=$(OUT)/%.d) $(FUZZ_SERVICES:.o=.d)
