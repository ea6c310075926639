import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CommandGroup } from '@wadi/node-config/command'
import { isReferenceAbsent, readReference } from '@wadi/node-config/testing/reference-files'
import { registryCommands } from './registryCommands.ts'
import { provisioningRoot, runWords } from './testing/commandLine.ts'

/** What the help says of a flag, but for the sentence: `-v, --verbose`, `--entity strings`. */
const FLAG = /^ {2,}((?:-\w, )?--\S+(?: (?:string|strings|uint8|uint32|uint|int|duration))?) {2,}/
const DEFAULT = / \(default (.*)\)$/

/** The flags of a page of help with their values and defaults, its own and those from above. */
function flagsOf(help: string): ReadonlySet<string> {
  const flags = help.split('\n').flatMap((line) => {
    const [, flag] = FLAG.exec(line) ?? []
    if (flag === undefined) return []
    const [, fallback] = DEFAULT.exec(line) ?? []
    return [fallback === undefined ? flag : `${flag} = ${fallback}`]
  })
  return new Set(flags)
}

/** The commands that a page of help lists. */
function commandsOf(help: string): readonly string[] {
  const [, list = ''] = /Available Commands:\n([\s\S]*?)\n\n/.exec(help) ?? []
  return list.split('\n').flatMap((line) => line.trim().split(' ', 1))
}

/** The recorded pages of help, by command. */
function recordedPages(): ReadonlyMap<string, string> {
  if (isReferenceAbsent) return new Map()
  const pages = readReference('cli-help.txt')
    .split(/^### oasis-node /m)
    .slice(1)
  return new Map(pages.map((page) => [page.slice(0, page.indexOf('\n')).trim(), page]))
}

const groups = provisioningRoot.commands.map(({ name }) => name)
const own = [...recordedPages()].filter(([name]) => groups.includes(name.split(' ', 1)[0]!))

describe('the help of the registry', () => {
  it('says of every group and command what a newcomer has to know, with an example', () => {
    const bare = (group: CommandGroup): readonly string[] =>
      [group, ...group.commands].flatMap((one) => {
        if (one !== group && 'commands' in one) return bare(one)
        const { name, details = [], examples = [] } = one
        return details.length === 0 || (one !== group && examples.length === 0) ? [name] : []
      })
    assert.deepEqual(bare(registryCommands), [])
  })
})

describe('the help of the commands that provision', { skip: isReferenceAbsent }, () => {
  it('was recorded for all of them', () => {
    assert.equal(own.length, 24)
  })

  for (const [name, page] of own)
    it(`has the flags and commands of the reference for ${name}`, async () => {
      const { code, out } = await runWords(...name.split(' '), '--help')
      assert.equal(code, 0)
      assert.deepEqual(flagsOf(out), flagsOf(page))
      // The reference lists no commands that it calls deprecated.
      if (name !== 'registry') assert.deepEqual(commandsOf(out), commandsOf(page))
    })
})
