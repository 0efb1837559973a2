# ---- reading the tables; the usage text -----------------------------------------------------------

# TABLE NAME: set $row to the rest of the row with this name. Fails if there is none.
find_row() {
	case $2 in *[!a-z\ -]*) return 1 ;; esac
	case $1 in
	*"$newline$2|"*) ;;
	*) return 1 ;;
	esac
	row=${1#*"$newline$2|"}
	row=${row%%"$newline"*}
}

# Move the first column of $row to $column.
next_column() {
	column=${row%%"|"*}
	row=${row#*"|"}
}

# NAME: set $synopsis (arguments and options) and $keys of a command. Fails if there is none.
find_command() {
	find_row "$_fitgate_commands" "$1" || return 1
	next_column
	synopsis=$column
	next_column
	keys=$column
}

# WORD: whether it is the first word of several commands.
is_group() {
	case $1 in *[!a-z]*) return 1 ;; esac
	case $_fitgate_commands in
	*"$newline$1 "*) ;;
	*) return 1 ;;
	esac
}

# NAME, long or short: set $option to the long name, and $placeholder to the name of its value, or ''.
find_option() {
	option=$1
	case $1$_fitgate_options in
	-?"$newline"*"|$1|"*)
		option=${_fitgate_options%%"|$1|"*}
		option=${option##*"$newline"}
		;;
	esac
	find_row "$_fitgate_options" "$option" || return 1
	next_column
	next_column
	placeholder=$column
}

print_usage() {
	printf 'usage: fitgate [OPTION...] COMMAND [ARGUMENT...]\n'
	print_rows "$_fitgate_commands" print_command
	printf '\noptions\n'
	print_rows "$_fitgate_options" print_option
	cat <<-'END'

		Passwords come from --password-stdin, from FITGATE_PASSWORD and
		FITGATE_NEW_PASSWORD, or from a prompt. Commands that read an e-mail take it, or
		only the link or token in it, from standard input.

		exit status: 0 success, 1 refused by the server, 2 wrong usage, 3 no connection,
		4 not logged in, 5 error on the server, 6 error on this machine
	END
}

# TABLE FUNCTION: call the function for each line of a table.
print_rows() {
	print_row=$2
	IFS=$newline
	# shellcheck disable=SC2086 # one word for each line
	set -- $1
	unset IFS
	for row; do
		"$print_row"
	done
}

print_command() {
	case $row in
	'# '*)
		printf '\n%s\n' "${row#??}"
		return
		;;
	esac
	next_column
	name=$column
	next_column
	print_entry "$name $column" "${row#*"|"}"
	case $column in
	*KEY=*) print_keys keys "${row%%"|"*}" ;;
	*SCOPE*) print_keys scopes "${row%%"|"*}" ;;
	esac
}

print_option() {
	next_column
	name=$column
	next_column
	[ -z "$column" ] || name="$column, $name"
	next_column
	print_entry "$name $column" "$row"
}

# TEXT HELP: print what the user types and what it does, in two columns, or on two lines if TEXT is long.
print_entry() {
	if [ ${#1} -le 24 ]; then
		printf '  %-26s%s\n' "${1% }" "$2"
	else
		printf '  %s\n%28s%s\n' "$1" '' "$2"
	fi
}

# TITLE KEYS: print the keys in lines of at most 80 characters.
print_keys() {
	keys_line=$1:
	for key in $2; do
		if [ $((${#keys_line} + ${#key})) -gt 50 ]; then
			printf '%28s%s\n' '' "$keys_line"
			keys_line='     '
		fi
		keys_line="$keys_line $key"
	done
	printf '%28s%s\n' '' "$keys_line"
}
