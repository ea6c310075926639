import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AnyCommand, CommandGroup } from '@wadi/node-config/command'
import { formatHelp } from '@wadi/node-config/help'
import { isReferenceAbsent, readReference } from '@wadi/node-config/testing/reference-files'
import { consensusCommands } from './consensus/consensusCommands.ts'
import { controlCommands } from './control/controlCommands.ts'
import { debugCommands } from './debug/debugCommands.ts'
import { governanceCommands } from './governance/governanceCommands.ts'
import { iasCommands } from './ias/iasCommands.ts'
import { keymanagerCommands } from './keymanager/keymanagerCommands.ts'
import { signerCommands } from './signer/signerCommands.ts'
import { stakeCommands } from './stake/stakeCommands.ts'
import { storageCommands } from './storage/storageCommands.ts'
import { unsafeReset } from './unsafeReset/unsafeReset.ts'

const root: CommandGroup = {
  name: 'oasis-node',
  summary: '',
  shared: {},
  commands: [
    consensusCommands,
    controlCommands,
    debugCommands,
    governanceCommands,
    iasCommands,
    keymanagerCommands,
    signerCommands,
    stakeCommands,
    storageCommands,
    unsafeReset,
  ],
}

const FLAG = /^ {2}(-\w,| {3}) --(\S+)( [\w]+)? {2,}.*?(?: \(default (.+)\))?$/

/** `-a --address string "unix:internal.sock"` for each flag of a page of help. */
function flagsIn(help: string): readonly string[] {
  const flags = help.split('\n').flatMap((line) => {
    const [, letter, name, word = '', fallback = ''] = FLAG.exec(line) ?? []
    const isTold = name === undefined || name === 'help' || name === 'config'
    return isTold ? [] : [`${letter?.trim()} --${name}${word} ${fallback}`]
  })
  return flags.toSorted((a, b) => (a < b ? -1 : 1))
}

/** Pages by the words that they are about. */
function recordedPages(): ReadonlyMap<string, string> {
  const [, ...pages] = readReference('cli-help.txt').split(/^### /m)
  return new Map(
    pages.map((page) => {
      const end = page.indexOf('\n')
      return [page.slice(0, end).trim(), page.slice(end)]
    }),
  )
}

type Found = readonly [path: readonly CommandGroup[], command: AnyCommand | undefined]

function find(words: readonly string[]): Found | undefined {
  const path = [root]
  for (const word of words) {
    const next = path.at(-1)!.commands.find(({ name }) => name === word)
    if (next === undefined) return undefined
    if (!('commands' in next)) return [path, next]
    path.push(next)
  }
  return [path, undefined]
}

/** Flags that the reference's help does not show, in its sources; those of all commands apart. */
const HIDDEN: readonly (readonly [command: string, ...flags: readonly string[]])[] = [
  ['control status', 'grpc.log.debug'],
  ['debug byzantine executor', 'debug.test_entity', 'grpc.log.debug'],
  ['debug byzantine vrfbeacon', 'debug.test_entity', 'grpc.log.debug'],
  ['debug storage benchmark', 'worker.storage.crash.enabled'],
  ['debug storage export', 'worker.storage.crash.enabled'],
  ['ias proxy', 'ias.debug.mock', 'ias.debug.skip_auth'],
  ['keymanager sign_policy', 'keymanager.policy.testkey'],
  ['storage check', 'runtime.debug.mock_ids'],
  ['storage migrate', 'runtime.debug.mock_ids'],
]

describe('commands of the node', () => {
  it('take flags that no help shows, as tools for tests give them', () => {
    for (const [name, ...flags] of HIDDEN) {
      const [, found] = find(name.split(' ')) ?? []
      assert.ok(found !== undefined, name)
      for (const flag of flags) assert.equal(found.options[flag]?.isHidden, true, flag)
    }
  })

  const skip = isReferenceAbsent && 'nothing is recorded of the reference here'

  it('have the flags, letters, words and defaults of the reference', { skip }, () => {
    const groups = new Set(root.commands.map(({ name }) => name))
    let compared = 0
    for (const [name, page] of recordedPages()) {
      const [, group = '', ...words] = name.split(' ')
      if (!groups.has(group)) continue
      const found = find([group, ...words])
      assert.ok(found !== undefined, `${name} is missing`)
      assert.deepEqual(flagsIn(formatHelp(...found)), flagsIn(page), name)
      compared++
    }
    assert.ok(compared > 40, `${compared} pages`)
  })
})
