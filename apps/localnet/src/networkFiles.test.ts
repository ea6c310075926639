import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { KEY_MANAGER, PARATIMES } from '@wadi/compose/network-paratimes'
import { testNamespace } from '@wadi/primitives/namespace'
import { openNetworkFiles, readPlan } from './networkFiles.ts'
import { PLAN_NAME } from './networkPlaces.ts'
import { loadParatime } from './paratimeFolder.ts'

const place = mkdtempSync(join(tmpdir(), 'wadi-files-'))
after(() => rmSync(place, { recursive: true, force: true }))
const CHOICES = { validators: 1, blockMs: 250, epochBlocks: 60, computeNodes: 1 }
const PLAIN = { ...PARATIMES.accounts, wantsKeys: false }

/** By name, whether the genesis document gives a ParaTime the key manager. */
function keysIn(genesisPath: string): readonly (readonly [id: string, key: string | undefined])[] {
  const { registry } = JSON.parse(readFileSync(genesisPath, 'utf8'))
  return registry.runtimes.map((one: { id: string; key_manager?: string }) => [
    one.id,
    one.key_manager,
  ])
}

/** A ParaTime of somebody's, with what its folder says. */
async function ownParatime(name: string, said: Record<string, unknown>) {
  const folder = mkdtempSync(join(place, 'own-'))
  const id = toHex(testNamespace(new TextEncoder().encode(name)))
  writeFileSync(join(folder, 'paratime.json'), JSON.stringify({ name, id, ...said }))
  writeFileSync(join(folder, 'program.ts'), '')
  const version = { major: 0, minor: 1, patch: 0 }
  const module = `export const paratime = ${JSON.stringify({ version })}`
  writeFileSync(join(folder, 'paratime.ts'), module)
  return { id, load: () => loadParatime(folder) }
}

describe('the ParaTimes of a network with a key manager', () => {
  it('have it if they want it, with the next start, too', async () => {
    const folder = join(place, 'network')
    const notes = await ownParatime('notes', {})
    const votes = await ownParatime('votes', { keyManager: true })
    const paratimes = ['keyvalue', 'accounts', await notes.load(), await votes.load()] as const
    const choices = { ...CHOICES, paratimes, keyManagers: 1 }
    const made = await openNetworkFiles(folder, choices, 'any')
    const keyManager = toHex(KEY_MANAGER.id)
    assert.deepEqual(
      new Map(keysIn(made.genesisPath)),
      new Map([
        [keyManager, undefined],
        [toHex(PARATIMES.keyvalue.id), keyManager],
        [toHex(PARATIMES.accounts.id), keyManager],
        [notes.id, undefined],
        [votes.id, keyManager],
      ]),
    )
    const opened = await openNetworkFiles(folder, CHOICES, 'any')
    assert.equal(opened.chainContext, made.chainContext)
    assert.deepEqual(
      opened.paratimes.map(({ name, wantsKeys }) => [name, wantsKeys]),
      [
        ['keyvalue', true],
        ['accounts', true],
        ['notes', false],
        ['votes', true],
      ],
    )
  })

  it('are as they were in a folder that does not say who has it', async () => {
    const folder = join(place, 'older')
    const choices = { ...CHOICES, paratimes: ['keyvalue', PLAIN] as const, keyManagers: 1 }
    const { chainContext } = await openNetworkFiles(folder, choices, 'any')
    const path = join(folder, PLAN_NAME)
    const { withKeys, ...plan } = readPlan(path)
    assert.deepEqual(withKeys, ['keyvalue'])
    writeFileSync(path, JSON.stringify({ ...plan, paratimes: ['keyvalue', 'accounts'] }))
    const opened = await openNetworkFiles(folder, CHOICES, 'any')
    assert.equal(opened.chainContext, chainContext)
  })

  it('say of theirs true or false', async () => {
    const { load } = await ownParatime('odd', { keyManager: 'yes' })
    await assert.rejects(load(), /neither true nor false of keyManager; write one of them/)
  })
})
