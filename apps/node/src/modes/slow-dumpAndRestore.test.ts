/** A network ends, and another one begins with its state, that of its runtime included. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { equalBytes } from '@wadi/base/bytes'
import { freePorts } from '@wadi/compose/free-ports'
import { makeNetworkFolders } from '@wadi/compose/network-folders'
import { createNetworkGenesis } from '@wadi/compose/network-genesis'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { parseGenesis } from '@wadi/consensus/genesis/document'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import { configCommands } from '@wadi/node-config/config-commands'
import { EMPTY_HASH } from '@wadi/primitives/hash'
import { debugCommands } from '../commands/debug/debugCommands.ts'
import { runWords } from '../commands/testing/runWords.ts'
import { unsafeReset } from '../commands/unsafeReset/unsafeReset.ts'
import { nodeOf, withClient } from '../testing/nodesHere.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-restore-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const { id: runtimeId } = PARATIMES.keyvalue

describe('a dump-and-restore upgrade', () => {
  it('is followed by a compute node that keeps the state of its runtime', async () => {
    const network = createNetworkGenesis({
      seed: 'restore',
      validators: 1,
      epochBlocks: 10n,
      timeoutCommitMs: 100n,
      paratimes: { paratimes: ['keyvalue'], computeNodes: 1 },
    })
    const [validatorPort = 0, consensus = 0, p2p = 0] = await freePorts(3)
    const places = makeNetworkFolders({
      folder,
      network,
      ports: [validatorPort],
      workerPorts: [{ consensus, p2p }],
    })
    const run = async (use: Parameters<typeof withClient<bigint>>[1]) => {
      const nodes = places.map(({ configPath, dataDir }) => nodeOf(configPath, dataDir))
      for (const node of nodes) await node.start()
      const answer = await withClient(places[1]!.dataDir, use)
      await Promise.all(nodes.map((node) => node.stop()))
      return answer
    }
    const untilNormal = (count: number) => (client: Parameters<Parameters<typeof run>[0]>[0]) =>
      (async () => {
        let rounds = 0
        for await (const { block } of client.runtimeClient.watchBlocks(runtimeId))
          if (++rounds >= count && block.header.headerType === HEADER_TYPES.normal)
            return block.header.round
        return 0n
      })()
    const before = await run(untilNormal(4))
    const genesis = join(folder, 'genesis.json')
    const forTests = '--debug.dont_blame_oasis'
    const dump = ['dumpdb', '--config', places[0]!.configPath, '-g', genesis, forTests]
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
    const after = await run(untilNormal(3))
    assert.ok(after > before, `${after} after ${before}`)
  })
})
