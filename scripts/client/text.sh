# ---- text: UTF-8, and which characters are sent to a terminal -------------------------------------

# Functions of awk programs that read text as byte numbers from od. They use numbers and write ASCII, because
# implementations of awk differ in what they treat as a character.
# shellcheck disable=SC2016 # the dollars are awk's
awk_functions='
	function fail() { failed = 1; exit 1 }
	{ for (i = 1; i <= NF; i++) byte[count++] = $i + 0 }
	# Decode the code point at byte number "at", and advance "at" past it; -1: not UTF-8 (RFC 3629).
	function next_character(   code, more, least) {
		code = byte[at++]
		if (code < 128) return code
		more = code < 194 ? 0 : code < 224 ? 1 : code < 240 ? 2 : code < 245 ? 3 : 0
		if (more == 0) return -1
		least = more == 1 ? 128 : more == 2 ? 2048 : 65536
		code -= more == 1 ? 192 : more == 2 ? 224 : 240
		for (; more > 0; more--) {
			if (at >= count || byte[at] < 128 || byte[at] > 191) return -1
			code = code * 64 + byte[at++] - 128
		}
		return code < least || code > 1114111 || (code >= 55296 && code < 57344) ? -1 : code
	}
	# Whether a terminal interprets a character instead of showing it: control characters (C0, DEL, C1),
	# line and paragraph separators, and characters that change the direction of text (UAX 9).
	function is_control(code) {
		return code < 32 || (code >= 127 && code < 160) || code == 1564 || code == 8206 ||
			code == 8207 || (code >= 8232 && code <= 8238) || (code >= 8294 && code <= 8303)
	}
	# The bytes of a character for %b of printf, each as \0ooo after a prefix.
	function octal(prefix, code) {
		return sprintf("%s\\0%d%d%d", prefix, int(code / 64), int(code / 8) % 8, code % 8)
	}
	function bytes(prefix, code) {
		if (code < 128) return octal(prefix, code)
		if (code < 2048) return octal(prefix, 192 + int(code / 64)) octal(prefix, 128 + code % 64)
		if (code < 65536) return octal(prefix, 224 + int(code / 4096)) \
			octal(prefix, 128 + int(code / 64) % 64) octal(prefix, 128 + code % 64)
		return octal(prefix, 240 + int(code / 262144)) octal(prefix, 128 + int(code / 4096) % 64) \
			octal(prefix, 128 + int(code / 64) % 64) octal(prefix, 128 + code % 64)
	}
	function json_escape(code) {
		if (code < 65536) return sprintf("\\u%04x", code)
		code -= 65536
		return sprintf("\\u%04x\\u%04x", 55296 + int(code / 1024), 56320 + code % 1024)
	}
'

# Copy standard input, but escape what a terminal would interpret: a control character other than a line feed or a
# tab as in JSON (\u001b), and a byte that is not UTF-8 as \x9b.
printable() {
	shown=$(od -An -v -tu1 | awk "$awk_functions"'
		END {
			while (at < count) {
				start = at
				code = next_character()
				if (code < 0) {
					at = start + 1
					printf "\\\\x%02x", byte[start]
				} else if (is_control(code) && code != 9 && code != 10) {
					printf "\\%s", json_escape(code)
				} else {
					printf "%s", bytes("", code)
				}
			}
		}')
	printf '%b' "$shown"
}

# TEXT: print a text from the server and a line feed; if standard output is a terminal, escape control characters.
show() {
	if [ -t 1 ]; then
		printf '%s\n' "$1" | printable
	else
		printf '%s\n' "$1"
	fi
}
