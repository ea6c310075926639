import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { parseUtf8, toHex, toUtf8 } from '@wadi/base/bytes'
import { createLogger, SILENT } from '@wadi/base/log'
import { encode, make } from '@wadi/cbor/codec'
import { nodeTimers } from '@wadi/comet-p2p/node-timers'
import { processClock, processRandom } from '@wadi/compose/process-world'
import { Header } from '@wadi/consensus/roothash/block'
import type { RuntimeEvent } from '@wadi/contracts/runtime-host'
import type { RuntimeServices, StateReader } from '@wadi/contracts/runtime-services'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet, proveIterate, provePrefixes } from '@wadi/mkvs/syncer'
import { createTree } from '@wadi/mkvs/tree'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { PublicKey } from '@wadi/primitives/publicKey'
import { lightBlockOf } from '@wadi/runtime-guest/testing/light-block'
import { answerRequest } from '@wadi/runtime-host/answer-request'
import { HostedProgram } from '@wadi/runtime-host/hosted-program'
import { processLauncher } from '@wadi/runtime-host/process-launcher'
import { QueryRequest } from '@wadi/runtime-protocol/host-protocol/batches'
import { type Body, Body as BodySchema } from '@wadi/runtime-protocol/host-protocol/message'
import { buildProgram } from '../cbor/oracle.ts'

const program = buildProgram(import.meta.dirname)
const folder = mkdtempSync(join(tmpdir(), 'wadi-live-host-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const START_MS = 60_000
const ROUND = 5n
const state = createTree(new Arena(), { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
for (let i = 0; i < 9; i++) state.insert(toUtf8(`key ${i}`), toUtf8('value'))
const { root } = state.commit({ version: ROUND, baseAddress: 1 })
const header = make(Header, { round: ROUND, stateRoot: Hash.check(root.hash) })
const consensusBlock = lightBlockOf(9, Hash.zero)

const reader: StateReader = {
  get: (request) => proveGet(state, request),
  getPrefixes: (request) => provePrefixes(state, request),
  iterate: (request) => proveIterate(state, request),
}

function services(): RuntimeServices {
  const stored = new Map<string, Uint8Array>()
  const notHere = () => assert.fail('nobody asks for this')
  return {
    consensus: {
      state: reader,
      lightBlock: () => consensusBlock,
      validators: notHere,
      events: notHere,
      transactions: notHere,
      genesisHeight: notHere,
    },
    runtimeState: reader,
    localStorage: {
      get: (key) => stored.get(toHex(key)),
      set: (key, value) => void stored.set(toHex(key), value),
    },
    identity: { nodeId: PublicKey.check(new Uint8Array(32).fill(9)), proveFreshness: notHere },
  }
}

class GoRuntime {
  readonly hosted: HostedProgram
  readonly bugs: unknown[] = []

  constructor(version = { major: 1, minor: 2, patch: 3 }) {
    const asked = services()
    this.hosted = new HostedProgram({
      host: { runtimeId: Namespace.zero, consensusChainContext: '00', localConfig: new Map() },
      version,
      checksVersion: 'yes',
      launcher: processLauncher(
        { path: program.path },
        { timers: nodeTimers, connectMs: START_MS },
      ),
      serve: (request, signal) => answerRequest(asked, request, signal),
      world: {
        clock: processClock,
        timers: nodeTimers,
        random: processRandom,
        log: createLogger('runtime', SILENT),
        onBug: (error) => this.bugs.push(error),
      },
    })
    this.hosted.start()
  }

  async query(method: string, args: Uint8Array = new Uint8Array()): Promise<string> {
    const body = make(QueryRequest, { consensusBlock, header, method, args })
    const request = { kind: 'RuntimeQueryRequest', body } as const
    return parseUtf8((await this.hosted.call(request, { deadlineMs: START_MS })).body.data)
  }
}

const encoded = (body: Body) => toHex(encode(BodySchema, body))

/** The next event of a kind. */
function next({ hosted }: GoRuntime, kind: RuntimeEvent['kind']): Promise<RuntimeEvent> {
  return new Promise((resolve) => hosted.watch((event) => event.kind === kind && resolve(event)))
}

describe("a runtime with Go's side of the protocol, hosted by us", {
  skip: program.missing,
}, () => {
  it('announces what it can do, and asks while it works', async () => {
    const go = new GoRuntime()
    const key = toUtf8('key 7')
    const value = (each: Uint8Array | undefined) =>
      encoded({ kind: 'HostLocalStorageGetResponse', body: { value: each } })
    assert.equal(await go.query('get', key), value(undefined))
    assert.equal(go.hosted.info?.features.scheduleControl?.initialBatchSize, 7)
    const set = encoded({ kind: 'HostLocalStorageSetResponse', body: {} })
    assert.equal(await go.query('set', key), set)
    assert.equal(await go.query('get', key), value(key))
    const nodeId = PublicKey.check(new Uint8Array(32).fill(9))
    const identity = encoded({ kind: 'HostIdentityResponse', body: { nodeId } })
    assert.equal(await go.query('identity'), identity)
    const block = encoded({
      kind: 'HostFetchConsensusBlockResponse',
      body: { block: consensusBlock },
    })
    assert.equal(await go.query('block'), block)
    const tree = {
      root: { ...root, namespace: Namespace.zero, hash: header.stateRoot },
      position: header.stateRoot,
    }
    const proof = proveGet(state, { tree, key, includeSiblings: false, proofVersion: 0 })
    const proved = encoded({ kind: 'HostStorageSyncResponse', body: { proofResponse: { proof } } })
    assert.equal(await go.query('state', key), proved)
    assert.equal(await go.query('submit', key), 'refused: method not supported')
    await assert.rejects(go.query('nothing'), {
      module: 'unknown',
      code: 1,
      message: 'unknown query',
    })
    await go.hosted.abort('give-up')
    assert.equal((await go.hosted.call({ kind: 'RuntimePingRequest', body: {} })).kind, 'Empty')
    await go.hosted.stop()
    assert.deepEqual(go.bugs, [])
  })

  it('is ended by name if it dies or is another version', async () => {
    const go = new GoRuntime()
    const stopped = next(go, 'stopped')
    await assert.rejects(go.query('die'), /runtime host: (gone|died)/)
    const died = (await stopped) as { fault: unknown }
    assert.deepEqual(died.fault, { kind: 'died', detail: 'exit code 5' })
    await go.hosted.stop()
    const other = new GoRuntime({ major: 1, minor: 2, patch: 4 })
    const failed = (await next(other, 'failed-to-start')) as { fault: { kind: string } }
    assert.equal(failed.fault.kind, 'incompatible')
    await other.hosted.stop()
  })
})

describe('a runtime of ours, hosted by Go', { skip: program.missing }, () => {
  it('is started, asked and ended as any other', async () => {
    const guest = join(folder, 'keyvalue.mjs')
    const module = import.meta.resolve('@wadi/runtime-guest/programs/keyvalue')
    writeFileSync(guest, `#!${process.execPath}\nawait import('${module}')\n`)
    chmodSync(guest, 0o700)
    const block = toHex(lightBlockOf(9, Hash.zero).meta)
    const args = ['host', folder, 'keyvalue.mjs', block]
    const { stdout } = await promisify(execFile)(program.path, args)
    const lines = stdout.split('\n').filter((line) => /^[a-z]+( |$)/.test(line))
    // In whose words a guest tells what its host refused is its own.
    const told = lines.map((line) => line.replace(/^sync .*: /, 'sync '))
    assert.deepEqual(told, [
      'started 0.0.0',
      'info 5.1.0 100',
      'ping <nil>',
      'shutdown method not supported',
      'query f6 <nil>',
      'check 0 runtime: internal error: malformed transaction',
      'check 1 true',
      'sync method not supported',
      'abort <nil>',
      'stopped',
    ])
  })
})
