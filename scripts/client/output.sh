# ---- what a command prints ------------------------------------------------------------------------

# Print the reply unchanged if --json asks for it; otherwise fail.
show_raw() {
	[ "$raw" = yes ] || return 1
	[ -z "$reply" ] || show "$reply"
}

# DEFAULT: print the message of the reply, or DEFAULT if it has none.
show_message() {
	show_raw && return
	field message || value=$1
	printf '%s\n' "$value"
}

# PATH [KEY]: print the values of the reply below a path, as lines "key: value", or only one value.
show_values() {
	show_raw && return
	if [ $# -lt 2 ]; then
		print_fields "$1"
	elif field "$1\.$2"; then
		unescape "$value"
		show "$value"
	else
		[ -n "$(print_fields "$1\.$2")" ] || usage_error "no value with the key '$2' in the reply"
		print_fields "$1\.$2"
	fi
}

print_fields() {
	printf '%s\n' "$reply_fields" | sed -n "s/^. $1\.//p"
}

# KEY...: print these members of the data in the reply.
print_data() {
	for key; do
		field "data\.$key" || report_failure
		printf '%s: %s\n' "$key" "$value"
	done
}

# LIST KEY...: print these members of each object in a list of the data, a line for each object, with tabs between.
print_table() {
	list=$1
	shift
	printf '%s\n' "$reply_fields" | awk -v list="data.$list." -v names="$*" '
		index($2, list) == 1 && substr($2, length(list) + 1) ~ /^[0-9]/ {
			path = substr($2, length(list) + 1, length($2) - length(list) - 1)
			number = path + 0
			sub(/^[0-9]*\./, "", path)
			value[number, path] = substr($0, length($2) + 4)
			if (number >= count) count = number + 1
		}
		END {
			columns = split(names, column, " ")
			for (i = 0; i < count; i++)
				for (j = 1; j <= columns; j++)
					printf "%s%s", value[i, column[j]], j < columns ? "\t" : "\n"
		}'
}
