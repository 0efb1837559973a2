# ---- JSON -----------------------------------------------------------------------------------------

# NAME TEXT: add a string to $request_body. Characters outside ASCII are escaped.
add_text() {
	member=$(printf '%s' "$2" | od -An -v -tu1 | awk "$awk_functions"'
		END {
			while (at < count) {
				code = next_character()
				if (code < 0) fail()
				if (code == 34 || code == 92) text = text "\\" sprintf("%c", code)
				else if (code >= 32 && code < 127) text = text sprintf("%c", code)
				else text = text json_escape(code)
			}
			print "\"" text "\""
		}') || die "$EXIT_USAGE" "the value for $1 is not UTF-8 text"
	add_json "$1" "$member"
}

# NAME JSON: add a member to $request_body.
add_json() {
	request_body=${request_body:+$request_body,}\"$1\":$2
}

# Read a JSON object from standard input and print one line "T PATH: VALUE" for each of its leaves. T is
# s for a string, n for a number or a boolean, z for null, e for an empty list or object. PATH is the
# member names and list indexes, joined by dots. Backslashes and control characters are written as
# escapes that %b of printf reads. Fails if the input is anything else (RFC 8259), or nested too deep.
#
# awk writes each backslash twice and other bytes as octal escapes, for the %b of the last line.
read_json() {
	value=$(od -An -v -tu1 | awk "$awk_functions"'
		function escaped(code) {
			if (code == 92) return "\\\\\\\\"
			if (code == 10) return "\\\\n"
			if (code == 9) return "\\\\t"
			if (code == 13) return "\\\\r"
			if (is_control(code)) return bytes("\\", code)
			return code < 127 ? sprintf("%c", code) : bytes("", code)
		}
		function skip_space() {
			while (byte[at] == 32 || byte[at] == 9 || byte[at] == 10 || byte[at] == 13) at++
		}
		function expect(code) { if (byte[at++] != code) fail() }
		function hex4(   i, code, digit) {
			for (i = 0; i < 4; i++) {
				digit = byte[at++]
				if (digit >= 48 && digit <= 57) digit -= 48
				else if (digit >= 65 && digit <= 70) digit -= 55
				else if (digit >= 97 && digit <= 102) digit -= 87
				else fail()
				code = code * 16 + digit
			}
			return code
		}
		# What follows \u. Half of a surrogate pair becomes U+FFFD.
		function unicode_escape(   code, low, back) {
			code = hex4()
			if (code < 55296 || code >= 57344) return code
			if (code < 56320 && byte[at] == 92 && byte[at + 1] == 117) {
				back = at
				at += 2
				low = hex4()
				if (low >= 56320 && low < 57344)
					return 65536 + (code - 55296) * 1024 + low - 56320
				at = back
			}
			return 65533
		}
		# What follows a backslash.
		function escape_sequence(   code) {
			code = byte[at++]
			if (code == 34 || code == 47 || code == 92) return code
			if (code == 98) return 8
			if (code == 102) return 12
			if (code == 110) return 10
			if (code == 114) return 13
			if (code == 116) return 9
			if (code == 117) return unicode_escape()
			fail()
		}
		function string(   text, code) {
			expect(34)
			while (byte[at] != 34) {
				code = next_character()
				if (at > count || code < 32) fail()
				if (code == 92) code = escape_sequence()
				text = text escaped(code)
			}
			at++
			return text
		}
		function leaf(type, path, text) { leaves[leaf_count++] = type " " path ": " text }
		# A number, true, false or null. Trailing zeros of a fraction are dropped: 10.0 becomes 10.
		function literal(path,   text) {
			while (at < count && byte[at] > 32 && byte[at] < 127 && byte[at] != 44 &&
				byte[at] != 93 && byte[at] != 125)
				text = text sprintf("%c", byte[at++])
			if (text == "null") return leaf("z", path, "")
			if (text != "true" && text != "false" &&
				text !~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$/) fail()
			if (text ~ /^[-0-9]+\.[0-9]+$/) sub(/\.?0+$/, "", text)
			leaf("n", path, text)
		}
		# Read the members of a list or an object that ends with the byte "end".
		function members(path, end, depth,   i, name) {
			if (depth > 50) fail()
			at++
			skip_space()
			if (byte[at] == end) {
				at++
				return leaf("e", path, end == 93 ? "[]" : "{}")
			}
			for (i = 0; ; i++) {
				name = i
				if (end == 125) {
					skip_space()
					name = string()
					skip_space()
					expect(58)
				}
				json_value(path == "" ? name : path "." name, depth)
				if (byte[at] == end) break
				expect(44)
			}
			at++
		}
		function json_value(path, depth) {
			skip_space()
			if (at >= count) fail()
			if (byte[at] == 123) members(path, 125, depth + 1)
			else if (byte[at] == 91) members(path, 93, depth + 1)
			else if (byte[at] == 34) leaf("s", path, string())
			else literal(path)
			skip_space()
		}
		END {
			if (failed) exit 1
			at = 0
			skip_space()
			if (byte[at] != 123) fail()
			json_value("", 0)
			if (at != count) fail()
			for (i = 0; i < leaf_count; i++) if (leaves[i] != "e : {}") print leaves[i]
		}') || return 1
	printf '%b\n' "$value"
}

# PATH: find a leaf in $reply_fields, and set $type and, in escaped form, $value. Fails if there is none.
field() {
	line=$(printf '%s\n' "$reply_fields" | sed -n "/^. $1: /{s/^\(.\) $1: /\1/p;q;}")
	value=${line#?}
	type=${line%"$value"}
	[ -n "$line" ]
}

# Decode an escaped value, into $value. The final dot keeps line feeds at the end.
unescape() {
	value=$(printf '%b.' "$1")
	value=${value%.}
}
