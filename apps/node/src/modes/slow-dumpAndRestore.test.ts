/** A network ends, and another one begins with its state, that of its runtime included. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { configCommands } from '@wadi/node-config/config-commands'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { debugCommands } from '../commands/debug/debugCommands.ts'
import { runWords } from '../commands/testing/runWords.ts'
import { unsafeReset } from '../commands/unsafeReset/unsafeReset.ts'
import { makeComputeNetwork, startNodes, untilRounds } from '../testing/computeNetwork.ts'
import { withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-restore-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const { id: runtimeId } = PARATIMES.keyvalue

describe('a dump-and-restore upgrade', () => {
  it('is followed by a compute node that keeps the state of its runtime', async () => {
    const { folders: places } = await makeComputeNetwork({
      folder,
      seed: 'restore',
      blockMs: 100n,
      epochBlocks: 10n,
    })
    const [validator, compute] = places
    const runUntilRounds = async (count: number) => {
      const stop = await startNodes(places)
      const round = await withClient(compute.dataDir, (client) => untilRounds(client, count))
      await stop()
      return round
    }
    const before = await runUntilRounds(4)
    const genesis = join(folder, 'genesis.json')
    const forTests = '--debug.dont_blame_oasis'
    const dump = ['dumpdb', '--config', validator.configPath, '-g', genesis, forTests]
    const dumped = await runWords(debugCommands, ...dump, '--dump.output', genesis)
    assert.equal(dumped.code, 0, dumped.err)
    const { roothash } = parseGenesis(readFileSync(genesis, 'utf8'))
    const kept = roothash.runtimeStates?.get(runtimeId)
    assert.ok(kept !== undefined && !equalBytes(kept.stateRoot, EMPTY_HASH), 'there is a state')
    const group = { name: 'none', summary: '', shared: {}, commands: [unsafeReset] }
    for (const { dataDir, configPath } of places) {
      const { code, err } = await runWords(group, 'unsafe-reset', '--datadir', dataDir)
      assert.equal(code, 0, err)
      const check = ['check', '--config', configPath, forTests]
      const checked = await runWords(configCommands, ...check)
      assert.equal(checked.code, 0, checked.err)
    }
    const after = await runUntilRounds(3)
    assert.ok(after > before, `${after} after ${before}`)
  })
})
