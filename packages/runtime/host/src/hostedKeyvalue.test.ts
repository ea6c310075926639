import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { decodeRust } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { keyvalueRuntime } from '@wadi/paratime-keyvalue/runtime'
import type { Launcher } from './launcher.ts'
import { processLauncher } from './process/processLauncher.ts'
import { sandboxLauncher } from './sandbox/sandboxLauncher.ts'
import { answerRequest } from './services/answerRequest.ts'
import { HostedProgram } from './supervision/hostedProgram.ts'
import { bubblewrap, HOUSE } from './testing/bubblewrap.ts'
import {
  checkRequest,
  insertion,
  keyvalueState,
  queryRequest,
  scheduleRequest,
} from './testing/keyvalueCalls.ts'
import { memoryServices } from './testing/memoryChain.ts'
import { processTimers, testHost, testWorld } from './testing/testWorld.ts'
import { workerLauncher } from './worker/workerLauncher.ts'

const PROGRAM = new URL(import.meta.resolve('@wadi/runtime-guest/programs/keyvalue'))
/** A busy machine takes its time to load a program. */
const START_MS = 60_000
const world = { timers: processTimers, connectMs: START_MS }
const program = { path: process.execPath, args: [fileURLToPath(PROGRAM)] }
const sandboxed = { ...program, readable: { [HOUSE]: HOUSE } }
const launchers: readonly Launcher[] = [
  processLauncher(program, world),
  workerLauncher(PROGRAM, world),
  ...(bubblewrap === undefined ? [] : [sandboxLauncher(sandboxed, { ...world, bubblewrap })]),
]

describe('a hosted keyvalue', () => {
  for (const launcher of launchers) {
    it(`in a ${launcher.kind} answers calls, and asks for what it misses`, async () => {
      const state = keyvalueState()
      const asked: string[] = []
      const services = memoryServices(state)
      const { bugs, ...rest } = testWorld()
      const hosted = new HostedProgram({
        host: testHost,
        version: keyvalueRuntime.version,
        checksVersion: 'yes',
        launcher,
        world: rest,
        serve: (request, signal) => {
          asked.push(request?.kind ?? 'unknown')
          return answerRequest(services, request, signal)
        },
      })
      hosted.start()
      const patient = { deadlineMs: START_MS }
      await hosted.call({ kind: 'RuntimePingRequest', body: {} }, patient)
      assert.equal(hosted.info?.features.scheduleControl?.initialBatchSize, 100)

      const found = await hosted.call(queryRequest(state, 'get', 'key 7'), patient)
      assert.equal(decodeRust(text, found.body.data), 'value 7')
      assert.ok(asked.length > 0 && asked.every((kind) => kind === 'HostStorageSyncRequest'))

      const input = insertion('key 40', 'value 40')
      const checked = await hosted.call(checkRequest(state, [input]), patient)
      assert.deepEqual(
        checked.body.results.map(({ error }) => error.code),
        [0],
      )
      const executed = await hosted.call(scheduleRequest(state, [input]), patient)
      const { batch, txHashes } = executed.body
      assert.equal(txHashes.length, 1)
      for (const [key, value] of batch.stateWriteLog) state.insert(key, value!)
      assert.equal(toHex(state.rootHash()), toHex(batch.header.stateRoot!))
      assert.equal(toHex(state.get(toUtf8('key 40'))!), toHex(toUtf8('value 40')))

      await hosted.call({ kind: 'RuntimeConsensusSyncRequest', body: { height: 9n } }, patient)
      assert.equal(asked.at(-1), 'HostFetchConsensusBlockRequest')
      await hosted.stop()
      assert.deepEqual(bugs, [])
      assert.deepEqual(hosted.logs(0), [])
    })
  }
})
