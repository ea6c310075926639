import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ownOutcome, recordedOutcome } from '../src/api/compareCalls.ts'
import { type ServedArchive, serveArchive } from '../src/api/servedArchive.ts'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import type { RecordedCall, RecordedRound } from '../src/records.ts'
import { hasVector, listFolder, readNdjson } from '../src/vectors.ts'

for (const file of listFolder('api')) {
  const chain = file.replace('.ndjson.gz', '')
  const calls = [...readNdjson<RecordedCall>(`api/${file}`)]
  const byMethod = Map.groupBy(calls, ({ method }) => method)

  describe(`an archive of ours with the chain ${chain}`, () => {
    const rounds = `chains/${chain}/rounds.ndjson.gz`
    let archive: ServedArchive | undefined
    before(async () => {
      const recorded = hasVector(rounds) ? readNdjson<RecordedRound>(rounds) : []
      archive = await serveArchive(readChain(chain), recorded)
    })
    after(() => archive?.close())

    for (const [method, asked] of byMethod)
      it(`answers ${method} on its socket as was recorded, ${asked.length} times`, async () => {
        for (const call of asked)
          assert.deepEqual(await ownOutcome(archive!.ask, call), recordedOutcome(call))
      })
  })
}
