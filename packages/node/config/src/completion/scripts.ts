/**
 * Scripts that complete command lines, one for each shell. Which words there are stands in the
 * script: nothing is started while somebody types.
 */

import type { Completion, Place } from './completions.ts'

/** A text as POSIX shells take it literally. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

const wordsOf = ({ commands, flags }: Place) => [...commands, ...flags].map(({ word }) => word)

/** Flags of which the next word is the value. */
function valueFlags(places: readonly Place[]): readonly string[] {
  const flags = places.flatMap((place) => place.flags).filter(({ takesNext }) => takesNext)
  const words = flags.flatMap(({ word, short }) => (short === undefined ? [word] : [word, short]))
  return [...new Set(words)].sort((a, b) => (a < b ? -1 : 1))
}

/** The words before the one that is typed, without flags and their values: they name a place. */
function pathOfWords(places: readonly Place[]): string {
  return `  local path="" word isValue=""
  for word in "\${before[@]}"; do
    if [[ -n "$isValue" ]]; then isValue=""; continue; fi
    case "$word" in
      ${valueFlags(places).join('|')}) isValue=1 ;;
      -*) ;;
      *) path="$path $word" ;;
    esac
  done
  path="\${path# }"`
}

function placeCases(places: readonly Place[], body: (place: Place) => string): string {
  // The longer path first: operands behind a command change nothing.
  const sorted = places.toSorted((a, b) => b.path.length - a.path.length)
  const lines = sorted.map((place) => {
    const pattern = place.path === '' ? '*' : `${quoted(place.path)}|${quoted(`${place.path} `)}*`
    return `    ${pattern}) ${body(place)} ;;`
  })
  return ['  case "$path" in', ...lines, '  esac'].join('\n')
}

/** For bash. */
export function bashScript(name: string, places: readonly Place[]): string {
  const cases = placeCases(places, (place) => `words=${quoted(wordsOf(place).join(' '))}`)
  return `# Completion of ${name} for bash: eval "$(${name} completion bash)"
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  local before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${pathOfWords(places)}
${cases}
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ \${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _${name} ${name}
`
}

function described({ word, doc }: Completion): string {
  const name = word.replaceAll(':', '\\:')
  return quoted(doc === '' ? name : `${name}:${doc}`)
}

/** For zsh. */
export function zshScript(name: string, places: readonly Place[]): string {
  const cases = placeCases(places, ({ commands, flags }) => {
    return `found=(${[...commands, ...flags].map(described).join(' ')})`
  })
  return `#compdef ${name}
# Completion of ${name} for zsh: eval "$(${name} completion zsh)"
_${name}() {
  local -a found
  local before=("\${(@)words[2,CURRENT-1]}")
${pathOfWords(places)}
${cases}
  _describe ${quoted(name)} found || _files
}
compdef _${name} ${name}
`
}

function meaning(doc: string): string {
  return doc === '' ? '' : ` -d ${quoted(doc)}`
}

/** For fish. */
export function fishScript(name: string, places: readonly Place[]): string {
  const lines = places.flatMap(({ path, commands, flags }) => {
    // Behind the name of a command operands may stand, and change nothing.
    const test = commands.length === 0 ? 'in' : 'at'
    const at = `-n ${quoted(`__${name}_${test} ${path}`.trim())}`
    return [
      ...commands.map(({ word, doc }) => `complete -c ${name} -f ${at} -a ${word}${meaning(doc)}`),
      ...flags.map(
        ({ word, doc }) => `complete -c ${name} ${at} -l ${word.slice(2)}${meaning(doc)}`,
      ),
    ]
  })
  return `# Completion of ${name} for fish: ${name} completion fish | source
function __${name}_words
    set -l isValue 0
    for word in (commandline -opc)[2..-1]
        if test $isValue = 1
            set isValue 0
        else if contains -- $word ${valueFlags(places).join(' ')}
            set isValue 1
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end
function __${name}_at
    set -l words (__${name}_words)
    test "$words" = "$argv"
end
function __${name}_in
    set -l words (__${name}_words)
    test "$words[1..$(count $argv)]" = "$argv"
end
${lines.join('\n')}
`
}
