import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ownOutcome, recordedOutcome } from '../src/api/compareCalls.ts'
import { type ServedArchive, serveArchive } from '../src/api/servedArchive.ts'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import type { RecordedCall } from '../src/records.ts'
import { unansweredCalls } from '../src/unansweredCalls.ts'
import { listFolder, readNdjson } from '../src/vectors.ts'

for (const file of listFolder('api')) {
  const chain = file.replace('.ndjson.gz', '')
  const calls = [...readNdjson<RecordedCall>(`api/${file}`)]
  const byMethod = Map.groupBy(calls, ({ method }) => method)

  describe(`an archive of ours with the chain ${chain}`, () => {
    let archive: ServedArchive | undefined
    before(async () => {
      archive = await serveArchive(readChain(chain))
    })
    after(() => archive?.close())

    for (const [method, asked] of byMethod) {
      const why = unansweredCalls.get(method)
      if (why === undefined)
        it(`answers ${method} on its socket as was recorded, ${asked.length} times`, async () => {
          for (const call of asked)
            assert.deepEqual(await ownOutcome(archive!.ask, call), recordedOutcome(call))
        })
      else
        it(`does not answer ${method}: it ${why}`, async () => {
          const { status } = await ownOutcome(archive!.ask, asked[0]!)
          assert.equal(status, 12, 'answered, and excused')
        })
    }
  })
}
