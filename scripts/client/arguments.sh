# ---- checking the arguments -----------------------------------------------------------------------

# ARGUMENT...: their number must match the $synopsis of the command: NAME, [NAME] or NAME...
check_count() {
	given=$#
	for placeholder in $synopsis; do
		case $placeholder in
		-* | \[-*) break ;;
		\[*) ;;
		*) [ "$given" -gt 0 ] || usage_error "$command: missing argument $placeholder" ;;
		esac
		case $placeholder in
		*...) return ;;
		esac
		[ "$given" -eq 0 ] || given=$((given - 1))
	done
	[ "$given" -eq 0 ] || {
		shift $(($# - given))
		usage_error "$command: unexpected argument '$1'"
	}
}

# ARGUMENT...: arguments for KEY=VALUE in the synopsis must be pairs with one of $keys.
check_pairs() {
	case $synopsis in
	'KEY='*) ;;
	*' KEY='*) shift ;;
	*) return ;;
	esac
	for pair; do
		case $pair in
		*=*) check_known_key "${pair%%=*}" ;;
		*) usage_error "$command: expected KEY=VALUE, not '$pair'" ;;
		esac
	done
}

check_known_key() {
	case " $keys " in
	*" $1 "*) ;;
	*) usage_error "$command: unknown key '$1'; the keys are: $keys" ;;
	esac
}

# KEY KEY=VALUE...: find the last pair with the key, and set $value. Fails if there is none.
value_of() {
	searched=$1
	shift
	found=no
	for pair; do
		if [ "${pair%%=*}" = "$searched" ]; then
			value=${pair#*=}
			found=yes
		fi
	done
	[ "$found" = yes ]
}

# [KEY]: check that the key can be used in a regular expression.
check_key() {
	case ${1-x} in
	'' | *[!A-Za-z0-9_.]*)
		usage_error "invalid key '$1': a key has only letters, digits, underscores and dots"
		;;
	esac
}

# ID COMMAND: the ID must be a number, which the command lists.
check_id() {
	case $1 in
	'' | *[!0-9]*) usage_error "invalid ID '$1': it must be a number from 'fitgate $2'" ;;
	esac
}

# KEY TEXT: add a boolean member.
add_boolean() {
	case $2 in
	true | yes | on | 1) add_json "$1" true ;;
	false | no | off | 0) add_json "$1" false ;;
	*) usage_error "invalid value '$2' for $1: it must be true or false" ;;
	esac
}

# KEY TEXT: add a numeric member.
add_number() {
	printf '%s\n' "$2" | awk '!/^(0|[1-9][0-9]*)(\.[0-9]+)?$/ { invalid = 1 } END { exit invalid || NR != 1 }' ||
		usage_error "invalid value '$2' for $1: it must be a number, such as 0.5"
	add_json "$1" "$2"
}
