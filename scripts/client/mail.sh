# ---- the token from an e-mail ---------------------------------------------------------------------

# Read the token into $mail_token. Standard input has the token, the link that contains it, or the whole e-mail, which
# ends with the input.
need_mail_token() {
	[ ! -t 0 ] || printf 'Link from the e-mail: ' >&2
	read_line 'link from the e-mail'
	case $secret in
	*[!A-Za-z0-9_.-]*) ;;
	?*)
		mail_token=$secret
		return
		;;
	esac
	case $secret in
	*[[:blank:]]* | *=) ;;
	*token=?*)
		mail_token=${secret##*token=}
		mail_token=${mail_token%%[!A-Za-z0-9_.-]*}
		return
		;;
	esac
	read_mail_token
}

# The first line of the e-mail has been read, into $secret.
read_mail_token() {
	[ "$from_stdin" = no ] ||
		die "$EXIT_USAGE" "with --password-stdin, give the link from the e-mail, not the whole e-mail"
	[ ! -t 0 ] || printf 'Reading the e-mail; end it with Ctrl-D on an empty line.\n' >&2
	mail_token=$({
		printf '%s\n' "$secret"
		cat
	} | find_mail_token) || die "$EXIT_USAGE" "no link with a token in the e-mail"
}

# Print the first token in the text of an e-mail (RFC 5322, RFC 2045): a saved message, or its source copied from a
# mail program. Header fields are skipped: those that relays add may have tokens too.
find_mail_token() {
	awk '
		# A byte as a character; "?" if it is not printable ASCII. No token contains "?".
		function character(code) { return code >= 32 && code < 127 ? sprintf("%c", code) : "?" }
		function decode_quoted_printable(text,   decoded, code) {
			while (match(text, /=[0-9A-Fa-f][0-9A-Fa-f]/)) {
				code = index(hex, toupper(substr(text, RSTART + 1, 1))) - 1
				code = code * 16 + index(hex, toupper(substr(text, RSTART + 2, 1))) - 1
				decoded = decoded substr(text, 1, RSTART - 1) character(code)
				text = substr(text, RSTART + 3)
			}
			return decoded text
		}
		# Four digits are three bytes. Padding, the last of the 65 digits, counts as zeros.
		function decode_base64(text,   decoded, group, digits, i, digit) {
			for (i = 1; i <= length(text); i++) {
				digit = index(base64, substr(text, i, 1)) - 1
				if (digit < 0) continue
				group = group * 64 + digit % 64
				if (++digits % 4 > 0) continue
				decoded = decoded character(int(group / 65536)) \
					character(int(group / 256) % 256) character(group % 256)
				group = 0
			}
			return decoded
		}
		function search(text) {
			if (!match(text, /[?&]token=[A-Za-z0-9_.-]+/)) return
			text = substr(text, RSTART + 7, RLENGTH - 7)
			sub(/\.+$/, "", text)
			print text
			exit 0
		}
		# The header of a part begins: search the part before it, and reset the encoding.
		function begin_part() {
			if (part_text != "") search(decode_base64(part_text))
			in_header = 1
			encoding = part_text = joined = ""
		}
		function header_line(text) {
			if (text == "") in_header = 0
			else if (tolower(text) ~ /^content-transfer-encoding:/) encoding = tolower(text)
			else if (match(text, /[Bb][Oo][Uu][Nn][Dd][Aa][Rr][Yy]="?[^";]+/)) {
				text = substr(text, RSTART + 9, RLENGTH - 9)
				sub(/^"/, "", text)
				boundary["--" text]
			}
		}
		function body_line(text) {
			if (text in boundary) {
				begin_part()
			} else if (encoding ~ /quoted-printable/) {
				sub(/[ \t]+$/, "", text)
				joined = joined text
				if (sub(/=$/, "", joined)) return
				search(decode_quoted_printable(joined))
				joined = ""
			} else if (encoding ~ /base64/) {
				part_text = part_text text
			} else {
				search(text)
			}
		}
		BEGIN {
			hex = "0123456789ABCDEF"
			base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
		}
		{
			sub(/\r$/, "")
			if (count > 0 || $0 != "") line[count++] = $0
			if ($0 ~ /=$/) has_soft_break = 1
		}
		END {
			# If the source was copied from the middle, it begins with a boundary. If there is no
			# header, lines that end in "=" show that it is quoted-printable.
			if (line[0] ~ /^--/) boundary[line[0]]
			else if (line[0] ~ /^[!-9;-~]+:([ \t]|$)/ || line[0] ~ /^From /) in_header = 1
			else if (has_soft_break) encoding = "quoted-printable"
			for (i = 0; i < count; i++) {
				if (in_header) header_line(line[i])
				else body_line(line[i])
			}
			begin_part()
			exit 1
		}'
}
