import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CommandGroup, command } from './command.ts'
import { formatHelp } from './help.ts'

const send = command({
  name: 'send',
  summary: 'send something',
  details: ['<what> is anything.', 'It is sent at once.'],
  examples: ['program send letter', 'program send letter --slowly'],
  operands: '<what>',
  options: { slowly: { kind: 'boolean', doc: 'take time', fallback: false } },
  run: () => 0,
})
const root: CommandGroup = {
  name: 'program',
  summary: 'a program',
  details: ['It does things.'],
  examples: ['program send letter'],
  shared: { far: { kind: 'text', doc: 'far away', fallback: '', isHidden: true } },
  commands: [send],
}

describe('a page of help', () => {
  it('says what a command does, how it is called, and gives examples', () => {
    assert.equal(
      formatHelp([root], send),
      `send something

<what> is anything.
It is sent at once.

Usage:
  program send <what> [flags]

Examples:
  program send letter
  program send letter --slowly

Flags:
  -h, --help     help for send
      --slowly   take time
`,
    )
  })

  it('is there for a group, too', () => {
    assert.equal(
      formatHelp([root]),
      `a program

It does things.

Usage:
  program [command]

Examples:
  program send letter

Available Commands:
  send send something

Flags:
  -h, --help   help for program

Use "program [command] --help" for more information about a command.
`,
    )
  })
})
