import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { CodedError, isTold } from '@wadi/base/errors'
import { VirtualTime } from '@wadi/base/testing/virtual-time'
import { arbitrary } from '@wadi/cbor/arbitrary'
import { encode, encodeRust, make, zero } from '@wadi/cbor/codec'
import { mapOf } from '@wadi/cbor/collections'
import { frameOf } from '@wadi/cbor/framing'
import { raw, text, u8, u64 } from '@wadi/cbor/scalars'
import { struct } from '@wadi/cbor/struct'
import type { RuntimeFault } from '@wadi/contracts/runtime-host'
import { verifyAnswer } from '@wadi/mkvs/syncer'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import {
  hostileBytes,
  misspelled,
  tryHostileLater,
} from '@wadi/runtime-protocol/arbitrary/hostile-bytes'
import { readBundle, withDigests, writeBundle } from '@wadi/runtime-protocol/bundle'
import { zlibCompression as zlib } from '@wadi/runtime-protocol/bundle/compliance/zlib-compression'
import { Component, Manifest } from '@wadi/runtime-protocol/bundle/manifest'
import { ExecuteTxBatchResponse, QueryRequest } from '@wadi/runtime-protocol/host-protocol/batches'
import {
  Body as AnyBody,
  type Body,
  decodeMessage,
  encodeForHost,
  MESSAGE_TYPES,
} from '@wadi/runtime-protocol/host-protocol/message'
import { StorageSyncRequest } from '@wadi/runtime-protocol/host-protocol/services'
import {
  FILE_NAME_SIZE_MAX,
  MESSAGE_ITEM_COUNT_MAX,
  MESSAGE_SIZE_MAX,
} from '@wadi/runtime-protocol/limits'
import fc from 'fast-check'
import { explodeBundle } from './bundles/explodeBundle.ts'
import { RuntimeConnection, type Serve } from './connection/runtimeConnection.ts'
import { sandboxLauncher } from './sandbox/sandboxLauncher.ts'
import { answerRequest } from './services/answerRequest.ts'
import { bubblewrap, HOUSE, missingBubblewrap as skip } from './testing/bubblewrap.ts'
import { behaveSilently, FakeProgram } from './testing/fakeProgram.ts'
import { keyvalueState } from './testing/keyvalueCalls.ts'
import { memoryServices } from './testing/memoryChain.ts'
import { HostedProbe, PROBE_PATH, START_MS } from './testing/probe.ts'
import { settle } from './testing/settle.ts'
import { processTimers } from './testing/testWorld.ts'

const identity: Body = { kind: 'HostIdentityRequest', body: {} }
const query = { kind: 'RuntimeQueryRequest', body: make(QueryRequest, { method: 'm' }) } as const
const serve: Serve = (request) => {
  if (request?.kind === 'HostIdentityRequest')
    return { kind: 'HostIdentityResponse', body: { nodeId: new Uint8Array(32) } } as Body
  return { kind: 'Error', body: { module: 'unknown', code: 1, message: 'method not supported' } }
}

function connect() {
  const time = new VirtualTime()
  const program = new FakeProgram(behaveSilently)
  const bugs: unknown[] = []
  const onBug = (error: unknown) => bugs.push(error)
  const { stream } = program
  const connection = new RuntimeConnection({ stream, serve, timers: time, onBug })
  const ended: Promise<RuntimeFault> = connection.run()
  connection.makeReady()
  return { program, connection, ended, bugs }
}

const request = encodeForHost({ id: 1n, messageType: MESSAGE_TYPES.request, body: identity })
const answer = encodeForHost({
  id: 0n,
  messageType: MESSAGE_TYPES.response,
  body: { kind: 'RuntimeExecuteTxBatchResponse', body: zero(ExecuteTxBatchResponse) },
})

/** A message with a body of any kind and content. */
function messageOf(kind: string, body: Uint8Array, messageType: number, id = 0n): Uint8Array {
  const Anything = struct({ id: u64, messageType: u8, body: mapOf(text, raw) })
  return encode(Anything, { id, messageType, body: new Map([[kind, body]]) as never })
}

describe('Bad input: runtime messages', () => {
  it('of any bytes are answered by the protocol, or end the connection by name', async () => {
    const frames = fc.array(hostileBytes(request, answer), { maxLength: 4 })
    const check = async (all: readonly Uint8Array[]) => {
      const { program, connection, ended, bugs } = connect()
      const call = connection.ask(query, { deadlineMs: 1_000 }).catch((error: unknown) => error)
      await settle()
      for (const bytes of all) program.write(frameOf(bytes))
      program.hangUp()
      const { kind } = await ended
      assert.ok(['gone', 'malformed', 'oversized'].includes(kind), kind)
      assert.deepEqual(bugs, [])
      const outcome = await call
      assert.ok(outcome instanceof Error, 'nothing of that is an answer to a question')
      assert.equal(connection.calls, 0)
    }
    await fc.assert(fc.asyncProperty(frames, check), { numRuns: 150 })
  })

  it('that are misspelled end the connection as malformed, whatever is wrong', async () => {
    const wrong = misspelled(request)
    for (const name of ['empty', 'tagged', 'without a definite length', 'one byte short']) {
      const { program, ended } = connect()
      program.write(frameOf(wrong.get(name)!))
      assert.equal((await ended).kind, 'malformed', name)
    }
  })

  it('that ask for what there is not are refused in words, and the runtime goes on', async () => {
    const { program, connection, bugs } = connect()
    program.write(frameOf(messageOf('HostUnheardOfRequest', Uint8Array.of(0xa0), 1, 1n)))
    const empty = Uint8Array.of(0xa0)
    program.write(frameOf(messageOf('RuntimeQueryResponse', empty, MESSAGE_TYPES.request, 2n)))
    program.ask(3n, identity)
    await settle()
    assert.deepEqual(
      program.heard.map(({ body }) => body?.kind),
      ['Error', 'Error', 'HostIdentityResponse'],
    )
    assert.deepEqual(bugs, [])
    connection.close({ kind: 'stopped', detail: '' })
  })

  it('that answer a question otherwise than it was asked are no answers', async () => {
    const { program, connection } = connect()
    const call = connection.ask(query, { deadlineMs: 1_000 })
    await settle()
    program.write(frameOf(answer))
    await assert.rejects(call, { reason: 'runtimeHost.otherAnswer' })
    connection.close({ kind: 'stopped', detail: '' })
  })

  it('as large as allowed, of nothing but small things, are refused before they fill the memory', async () => {
    // A batch that was never asked for, and an answer: a list of ever so many empty maps.
    const count = MESSAGE_SIZE_MAX - 200
    const body = new Uint8Array(count + 15).fill(0xa0)
    const lists = [
      { kind: 'RuntimeExecuteTxBatchRequest', name: 'in_msgs', type: MESSAGE_TYPES.request },
      { kind: 'HostFetchConsensusEventsResponse', name: 'events', type: MESSAGE_TYPES.response },
    ]
    assert.ok(count > MESSAGE_ITEM_COUNT_MAX)
    for (const { kind, name, type } of lists) {
      const key = encodeRust(text, name)
      const list = new Uint8Array(5)
      list[0] = 0x9a
      new DataView(list.buffer).setUint32(1, 10_000_000)
      const items = body.subarray(0, 10_000_000)
      const head = Uint8Array.of(0xa1)
      const whole = Buffer.concat([head, key, list, items])
      const { program, ended } = connect()
      const before = process.memoryUsage().heapUsed
      program.write(frameOf(messageOf(kind, new Uint8Array(whole), type)))
      assert.equal((await ended).kind, 'malformed')
      const used = process.memoryUsage().heapUsed - before
      assert.ok(used < 100_000_000, `${kind}: ${used} bytes`)
    }
  })
})

describe('Bad input: questions of a runtime', () => {
  const state = keyvalueState()
  const root = { ...state.root, namespace: Namespace.zero, hash: Hash.check(state.root.hash) }
  const tree = { root, position: root.hash }
  const asked = { tree, key: toUtf8('key 7'), includeSiblings: true, proofVersion: 1 }
  const prefixes = { tree, prefixes: [toUtf8('key')], limit: 9, proofVersion: 0 }
  const steps = { tree, key: toUtf8('key 7'), prefetch: 5, proofVersion: 0 }
  const good = [
    make(StorageSyncRequest, { syncGet: asked }),
    make(StorageSyncRequest, { syncGetPrefixes: prefixes }),
    make(StorageSyncRequest, { syncIterate: steps }),
  ].map((body) => messageOfBody({ kind: 'HostStorageSyncRequest', body }))

  /** What the host says to a message of its runtime; undefined if it is none. */
  async function answerTo(bytes: Uint8Array): Promise<Body | undefined> {
    let body: Body | undefined
    try {
      body = decodeMessage(bytes).body
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      return undefined
    }
    const { signal } = new AbortController()
    return await answerRequest(memoryServices(state), body, signal).catch((error: unknown) => {
      if (!isTold(error)) throw error
      return undefined
    })
  }

  it('of any content are answered, or refused with a code', async () => {
    const { shape } = AnyBody
    assert.ok(shape.kind === 'rustEnum')
    const kinds = Object.entries(shape.variants).filter(([kind]) => /^Host.*Request$/.test(kind))
    assert.ok(kinds.length > 10)
    const requests = fc.oneof(
      ...kinds.map(([kind, schema]) =>
        arbitrary(schema as never).map((body) => messageOfBody({ kind, body } as unknown as Body)),
      ),
    )
    await fc.assert(
      fc.asyncProperty(requests, (bytes) => answerTo(bytes).then(() => undefined)),
      {
        numRuns: 200,
      },
    )
  })

  it('about a state, of any bytes, are answered with what is so, or refused with a code', async () => {
    const check = async (bytes: Uint8Array) => {
      const answered = await answerTo(bytes)
      if (answered?.kind !== 'HostStorageSyncResponse') return
      const { proofResponse } = answered.body
      assert.ok(proofResponse !== undefined)
      verifyAnswer(proofResponse.proof, { root, position: proofResponse.proof.untrustedRoot })
    }
    for (const bytes of good) assert.equal((await answerTo(bytes))?.kind, 'HostStorageSyncResponse')
    await tryHostileLater(good, check, 200)
    assert.deepEqual(state.rootHash(), state.root.hash)
  })
})

/** A request as a runtime writes it. */
function messageOfBody(body: Body): Uint8Array {
  return encodeForHost({ id: 1n, messageType: MESSAGE_TYPES.request, body })
}

describe('Bad input: path tricks in bundles that are put on a disk', () => {
  const parent = mkdtempSync(join(tmpdir(), 'wadi-bad-bundles-'))
  after(() => rmSync(parent, { recursive: true, force: true }))
  const onChain = make(Component, { kind: 'ronl', elf: { executable: 'runtime' } })

  /** The files of a bundle as they came, and as they are on the disk. */
  function exploded(names: readonly string[]) {
    const all = [...names, 'runtime'].map((name, i) => [name, toUtf8(`file ${i}`)] as const)
    const files = new Map(all)
    const manifest = withDigests(make(Manifest, { components: [onChain] }), files)
    const bundle = readBundle(writeBundle(manifest, files, zlib), zlib)
    const folder = explodeBundle(bundle, parent)
    for (const [name, bytes] of files)
      assert.deepEqual(new Uint8Array(readFileSync(join(folder, name))), bytes, name)
    assert.deepEqual(readdirSync(join(folder, 'META-INF')), ['MANIFEST.MF'])
    return readdirSync(folder).toSorted()
  }

  it('have each file where it belongs, however long its name', () => {
    const longest = 'x'.repeat(FILE_NAME_SIZE_MAX)
    assert.deepEqual(exploded([longest]), ['META-INF', 'runtime', longest])
  })

  it('have no file in the place of another one that is being written', () => {
    const names = ['runtime.new', 'runtime.new.new', 'unfinished', 'MANIFEST.MF']
    assert.deepEqual(exploded(names), [
      'MANIFEST.MF',
      'META-INF',
      'runtime',
      'runtime.new',
      'runtime.new.new',
      'unfinished',
    ])
    assert.deepEqual(exploded(names.toReversed()).length, 6)
  })

  it('never take the place of their own manifest', () => {
    for (const name of ['META-INF', 'META-INF/MANIFEST.MF', '../runtime', '/runtime', '..'])
      assert.throws(() => exploded([name]), { code: 1, reason: /^bundle\./ }, name)
  })
})

describe('Bad input: a runtime cannot read what the sandbox hides from it', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-hidden-'))
  const secret = join(folder, 'entity.pem')
  let probe: HostedProbe | undefined
  const ask = (method: string, argument?: string) => probe!.ask(method, argument)
  const HIDDEN = 'refused: ENOENT'

  before(async () => {
    writeFileSync(secret, 'secret')
    process.env['WADI_HIDDEN'] = 'secret'
    const program = { path: process.execPath, args: [PROBE_PATH], readable: { [HOUSE]: HOUSE } }
    const options = { timers: processTimers, connectMs: START_MS, bubblewrap: bubblewrap! }
    probe = new HostedProbe(sandboxLauncher(program, options))
    assert.match(await ask('read', PROBE_PATH), /A runtime/)
  })

  after(async () => {
    await probe?.hosted.stop()
    assert.deepEqual(probe?.world.bugs ?? [], [])
    rmSync(folder, { recursive: true, force: true })
    delete process.env['WADI_HIDDEN']
  })

  it('files of its node: keys, passwords, other programs', async () => {
    const paths = [secret, '/etc/passwd', '/etc/hosts', '/usr/bin/env', join(homedir(), '.ssh')]
    for (const path of paths) assert.equal(await ask('read', path), HIDDEN, path)
  })

  it('by another way to the same file', async () => {
    const up = '/..'.repeat(30)
    for (const path of [`${up}${secret}`, `/tmp/../${secret}`, `//${secret}`, `/dev/..${secret}`])
      assert.equal(await ask('read', path), HIDDEN, path)
    for (const path of [secret, `${up}${secret}`, '/etc/shadow', '/proc/self/environ'])
      assert.equal(await ask('follow', path), HIDDEN, path)
    assert.match(await ask('follow', PROBE_PATH), /A runtime/)
  })

  it('what the kernel tells of its node: processes, memory, descriptors, devices', async () => {
    const paths = ['self/environ', `${process.pid}/mem`, '1/cmdline', 'self/fd/3', 'mounts']
    for (const path of paths) assert.equal(await ask('read', `/proc/${path}`), HIDDEN, path)
    for (const path of ['/dev/mem', '/dev/kmsg', '/dev/sda', '/sys/class'])
      assert.match(await ask('read', path), /^refused: (ENOENT|EISDIR)$/, path)
    assert.equal(await ask('descriptors'), '')
  })

  it('the environment of its node', async () => {
    const names = (await ask('environment')).split(' ')
    assert.deepEqual(
      names.filter((name) => name !== 'PWD'),
      ['OASIS_WORKER_HOST'],
    )
  })

  it('what it would put there itself: nothing that it writes is outside', async () => {
    assert.equal(await ask('write', '/tmp/wadi-badInput'), 'written')
    assert.equal(readdirSync(tmpdir()).includes('wadi-badInput'), false)
    assert.match(await ask('write', secret), /^refused: ENOENT$/)
    assert.equal(readFileSync(secret, 'utf8'), 'secret')
  })
})
