import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { runCommandLine } from '@wadi/node-config/run-command-line'
import { localnetCommands } from './localnetCommands.ts'
import { type NetworkChoices, openNetworkFiles } from './networkFiles.ts'
import { requireChoices } from './requireChoices.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-choices-'))
after(() => rmSync(folder, { recursive: true }))
const paratimes = ['accounts', 'keyvalue'] as const
const begun = { validators: 2, blockMs: 250, epochBlocks: 60, paratimes, keyManagers: 1 }

describe('what is chosen for a network that is there', () => {
  const open = () => openNetworkFiles(folder, begun, 'any')

  it('is refused on the command line with what there is and what can be done', async () => {
    await open()
    let err = ''
    const words = '--validators 3 --block-time 1s --paratimes keyvalue --folder'.split(' ')
    const world = {
      environment: {},
      out: { write: () => true },
      err: { write: (text: string) => (err += text) },
    }
    assert.equal(await runCommandLine(localnetCommands, [...words, folder], world), 1)
    assert.equal(
      err,
      `Error: the network in ${folder} began with --validators 2 --block-time 250ms ` +
        '--paratimes accounts,keyvalue, and --validators 3 --block-time 1000ms ' +
        '--paratimes keyvalue is asked for; leave that away, forget the network with ' +
        '--fresh, or begin another one in another --folder\n',
    )
  })

  it('may be what there is, said in another order, or nothing', async () => {
    const files = await open()
    requireChoices(files, {})
    requireChoices(files, begun)
    requireChoices(files, { paratimes: ['keyvalue', PARATIMES.accounts] })
    requireChoices(files, { engine: 'wadi', computeNodes: 3, clients: 0 })
  })

  it('is refused if any of it differs', async () => {
    const files = await open()
    const others: readonly (readonly [Partial<NetworkChoices>, string])[] = [
      [{ engine: 'cometbft' }, '--engine cometbft'],
      [{ validators: 1 }, '--validators 1'],
      [{ blockMs: 251 }, '--block-time 251ms'],
      [{ epochBlocks: 61 }, '--epoch-blocks 61'],
      [{ paratimes: [] }, '--paratimes none'],
      [{ computeNodes: 4 }, '--compute-nodes 4'],
      [{ keyManagers: 0 }, '--key-managers 0'],
      [{ clients: 1 }, '--clients 1'],
    ]
    for (const [asked, said] of others)
      assert.throws(() => requireChoices(files, asked), {
        reason: 'localnet.choices',
        message: new RegExp(`, and ${said} is asked for; leave that away`),
      })
  })
})
