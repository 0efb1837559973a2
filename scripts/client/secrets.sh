# ---- passwords ------------------------------------------------------------------------------------

# NAME: read a line of standard input into $secret. Removes a carriage return at the end, and the byte order mark that
# PowerShell adds to the first line.
read_line() {
	IFS= read -r secret || [ -n "$secret" ] || die "$EXIT_USAGE" "no line with the $1 on standard input"
	secret=${secret%"$carriage_return"}
	secret=${secret#"$byte_order_mark"}
	byte_order_mark=''
}
byte_order_mark=$(printf '\357\273\277')

# PROMPT: read a line from the terminal into $secret, without echo. Some shells continue a read that Ctrl-C has
# interrupted; in a subshell, all shells end it.
prompt() {
	{ terminal_settings=$(stty -g </dev/tty); } 2>/dev/null ||
		usage_error "no terminal to ask for a password: use --password-stdin or the environment"
	printf '%s: ' "$1" >/dev/tty
	stty -echo </dev/tty
	secret=$(IFS= read -r line </dev/tty && printf '%s.' "$line")
	clean_up
	[ -n "$secret" ] || die "$EXIT_USAGE" "no input"
	secret=${secret%.}
}

# [PROMPT]: get the password into $password.
need_password() {
	secret=$password
	if [ "$from_stdin" = yes ]; then
		read_line password
	elif [ -z "$secret" ]; then
		prompt "${1:-Password}"
	fi
	[ -n "$secret" ] || die "$EXIT_USAGE" "the password is empty"
	password=$secret
}

# Get the new password into $new_password.
need_new_password() {
	secret=$new_password
	if [ "$from_stdin" = yes ]; then
		read_line 'new password'
	elif [ -z "$secret" ]; then
		prompt_twice 'New password'
	fi
	[ -n "$secret" ] || die "$EXIT_USAGE" "the new password is empty"
	new_password=$secret
}

# PROMPT: read a line into $secret, and read it again to detect typing errors.
prompt_twice() {
	prompt "$1"
	new_password=$secret
	prompt 'Repeat password'
	[ "$secret" = "$new_password" ] || die "$EXIT_USAGE" "the two passwords differ"
}
