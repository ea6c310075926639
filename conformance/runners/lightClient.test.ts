import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type AskNode, ownOutcome, recordedOutcome } from '../src/api/compareCalls.ts'
import { lightAsk } from '../src/api/lightArchive.ts'
import { type ServedArchive, serveArchive } from '../src/api/servedArchive.ts'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import type { RecordedCall } from '../src/records.ts'
import { listFolder, readNdjson } from '../src/vectors.ts'

/** What the protocol has no proof for. */
const UNPROVABLE: ReadonlySet<string> = new Set([
  'Consensus/GetBlockResults',
  'Consensus/GetLastRetainedHeight',
  'Consensus/GetLightBlock',
  'Consensus/GetNextBlockState',
  'Consensus/GetParameters',
  'Consensus/GetStatus',
  'Consensus/GetTransactionsWithResults',
  'Consensus/GetUnconfirmedTransactions',
  'Consensus/GetValidators',
  'Governance/GetEvents',
  'NodeController/GetStatus',
  'NodeController/IsReady',
  'NodeController/IsSynced',
  'Registry/GetEvents',
  'RootHash/GetEvents',
  'Staking/GetEvents',
  'Vault/GetEvents',
])

for (const file of listFolder('api')) {
  const name = file.replace('.ndjson.gz', '')
  const recorded = [...readNdjson<RecordedCall>(`api/${file}`)]
  // A light client has no calls about what runtimes did.
  const calls = recorded.filter(({ method }) => !method.startsWith('RuntimeClient/'))
  const byMethod = Map.groupBy(calls, ({ method }) => method)

  describe(`a light client of the chain ${name}, which knows its first block`, () => {
    let archive: ServedArchive | undefined
    let ask: AskNode | undefined
    before(async () => {
      const chain = readChain(name)
      archive = await serveArchive(chain)
      ask = await lightAsk(chain, archive.ask)
    })
    after(() => archive?.close())

    for (const [method, asked] of byMethod) {
      if (UNPROVABLE.has(method))
        it(`refuses ${method}, of which there is no proof`, async () => {
          for (const call of asked) {
            const { message = '' } = await ownOutcome(ask!, call)
            assert.ok(message.startsWith('lightNode: there is no proof'), message)
            assert.ok(message.includes(method), message)
          }
        })
      else
        it(`has for ${method} what was recorded, from proofs, ${asked.length} times`, async () => {
          for (const call of asked)
            assert.deepEqual(await ownOutcome(ask!, call), recordedOutcome(call))
        })
    }
  })
}
