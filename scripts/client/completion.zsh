# ---- completion for zsh ---------------------------------------------------------------------------

# TYPED, the words before the current one, each with a space after it: offer the next word of a command.
_fitgate_next_word() {
	local -a single group
	local row name word
	for row in ${(f)_fitgate_commands}; do
		name="${row%%|*} "
		[[ $name == [a-z]* && $name == "$1"?* ]] || continue
		word=${${name#"$1"}%% *}
		if [[ $name == "$1$word " ]]; then
			single+=("$word:${row##*|}")
		elif [[ ${group[-1]} != "$word:"* ]]; then
			group+=("$word:${row##*|}, ...")
		fi
	done
	_describe -V command single -- group
}

# TYPED: offer the next argument of the command at its beginning.
_fitgate_next_argument() {
	local -a columns placeholders keys given
	local row last
	for row in ${(f)_fitgate_commands}; do
		columns=("${(@s:|:)row}")
		[[ $1 == "$columns[1] "* ]] || continue
		placeholders=(${=columns[2]}) keys=(${=columns[3]}) given=(${=1#$columns[1]})
		# the last argument can be repeated; options follow it
		last=${placeholders[(i)*...]}
		if (($#given >= last)); then
			given=(${placeholders[1,last - 1]})
		fi
		case ${placeholders[$#given + 1]} in
		KEY=*) compadd -S '' -- ${^keys}= ;;
		'[KEY]' | SCOPE...) compadd -- $keys ;;
		FILE) _files ;;
		esac
	done
}

_fitgate() {
	local curcontext=$curcontext state typed row name
	local -a line options columns
	for row in ${(f)_fitgate_options}; do
		columns=("${(@s:|:)row}")
		name="[${columns[4]//:/\\:}]${columns[3]:+:$columns[3]:}"
		[[ $columns[3] != FILE ]] || name+=_files
		options+=("($columns[1] $columns[2])$columns[1]$name")
		[[ -z $columns[2] ]] || options+=("($columns[1] $columns[2])$columns[2]$name")
	done
	_arguments -C -S "$options[@]" '*:word:->word'
	if [[ $state == word ]]; then
		typed=${line[1,-2]:+"$line[1,-2] "}
		_fitgate_next_word "$typed"
		_fitgate_next_argument "$typed"
	fi
}

_fitgate "$@"
