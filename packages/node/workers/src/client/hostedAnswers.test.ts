import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes, parseUtf8, toUtf8 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { createLogger, SILENT } from '@wadi/base/log'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { Namespace } from '@wadi/primitives/namespace'
import { RUNTIME_ID as runtimeId } from '@wadi/runtime-executor/testing/test-network'
import { toyTransaction } from '@wadi/runtime-executor/testing/toy-runtime'
import { hashOfTransaction } from '@wadi/runtime-protocol/transactions/ioTree'
import { LATEST_ROUND } from '../history/roundHistory.ts'
import { AWAITED_MAX, UNREAD_RETRY_MS } from '../limits.ts'
import { CommitteeWorld } from '../testing/committeeWorld.ts'
import { AwaitedTransactions } from './awaitedTransactions.ts'
import { hostedAnswers } from './hostedAnswers.ts'

const other = Namespace.check(new Uint8Array(32).fill(8, 8))

async function setUp({ isSynced = true } = {}) {
  const world = await CommitteeWorld.open({ workers: 3 })
  const node = world.nodes[0]!
  const find = (id: Namespace) => (equalBytes(id, runtimeId) ? node.hosted : undefined)
  const answers = hostedAnswers({ ask: world.ask, isSynced: () => isSynced, find })
  return { world, node, answers }
}

const NOBODY = {}

describe('answers about a runtime that runs here', () => {
  it('tell what became of a transaction when its round is here', async () => {
    const { world, answers, node } = await setUp()
    const data = toyTransaction({ key: 'a', value: '1' })
    const meta = answers['RuntimeClient/SubmitTxMeta']({ runtimeId, data }, NOBODY)
    const again = toyTransaction({ seq: 1, key: 'a', value: '2' })
    const output = answers['RuntimeClient/SubmitTx']({ runtimeId, data: again }, NOBODY)
    await world.run(20_000)
    const found = await meta
    assert.equal(found.checkTxError, undefined)
    assert.deepEqual(found.data, new Uint8Array(0))
    assert.ok(found.round > 0n)
    // The toy answers with what was there before.
    assert.equal(parseUtf8(await output), '1')
    assert.deepEqual(node.shell.unconfirmed(), [])
    const query = { runtimeId, component: undefined, round: LATEST_ROUND, method: 'get' }
    const asked = answers['RuntimeClient/Query']({ ...query, args: toUtf8('at/a') }, NOBODY)
    assert.equal(parseUtf8((await asked).data), '2')
  })

  it('say why a transaction is not taken', async () => {
    const { world, answers } = await setUp()
    await world.run(2_000)
    const data = toUtf8('nonsense')
    const refused = {
      module: 'runtime/client',
      code: 5,
      message: /runtime error: module: toy code: 1 message: malformed/,
    }
    const settled = async <T>(answer: Promise<T>) => {
      const all = Promise.allSettled([answer])
      await world.run(2_000)
      const [outcome] = await all
      return outcome
    }
    const request = { runtimeId, data }
    const meta = await settled(
      Promise.resolve(answers['RuntimeClient/SubmitTxMeta'](request, NOBODY)),
    )
    assert.equal(meta.status === 'fulfilled' && meta.value.checkTxError?.message, 'malformed')
    for (const name of ['SubmitTx', 'SubmitTxNoWait', 'CheckTx'] as const) {
      const answer = (async () => await answers[`RuntimeClient/${name}`](request, NOBODY))()
      const outcome = await settled<unknown>(answer)
      const failure = outcome.status === 'rejected' ? outcome.reason : undefined
      assert.throws(() => {
        throw failure
      }, refused)
    }
  })

  it('fail where a transaction is not even checked, which says nothing of it', async () => {
    const { world, answers } = await setUp()
    await world.run(1_000)
    const data = toyTransaction({ seq: 1 })
    const given = answers['RuntimeClient/SubmitTxNoWait']({ runtimeId, data }, NOBODY)
    await world.run(500)
    await given
    for (const name of ['SubmitTx', 'SubmitTxMeta', 'SubmitTxNoWait', 'CheckTx'] as const) {
      const again = async () => await answers[`RuntimeClient/${name}`]({ runtimeId, data }, NOBODY)
      await assert.rejects(again, { module: 'unknown', code: 1, reason: 'txpool.duplicate' })
    }
  })

  it('tell what waits, and take a transaction that nobody waits for', async () => {
    const { world, answers } = await setUp()
    await world.run(1_000)
    const data = toyTransaction({ seq: 1 })
    const given = answers['RuntimeClient/SubmitTxNoWait']({ runtimeId, data }, NOBODY)
    const good = answers['RuntimeClient/CheckTx']({ runtimeId, data: toyTransaction({}) }, NOBODY)
    await world.run(500)
    await given
    await good
    const unconfirmed = answers['RuntimeClient/GetUnconfirmedTransactions'](runtimeId, NOBODY)
    assert.deepEqual(unconfirmed, [data])
  })

  it('refuse what is not here, in the words of the reference', async () => {
    const { answers } = await setUp()
    const request = { runtimeId: other, data: toUtf8('x') }
    const notHosted = { module: 'runtime/client', code: 6 }
    for (const name of ['SubmitTx', 'SubmitTxMeta', 'SubmitTxNoWait', 'CheckTx'] as const) {
      const ask = async () => await answers[`RuntimeClient/${name}`](request, NOBODY)
      await assert.rejects(ask, notHosted)
    }
    const query = { runtimeId, round: 0n, method: '', args: new Uint8Array(0) }
    const ask = async (component: { kind: string; name: string } | undefined, id = runtimeId) =>
      await answers['RuntimeClient/Query']({ ...query, runtimeId: id, component }, NOBODY)
    await assert.rejects(ask(undefined, other), notHosted)
    await assert.rejects(ask({ kind: 'rofl', name: 'x' }), { reason: 'workers.noComponent' })
    const unconfirmed = () => answers['RuntimeClient/GetUnconfirmedTransactions'](other, NOBODY)
    assert.throws(unconfirmed, { module: 'runtime/client', code: 1 })
  })

  it('wait until the node is where the chain is', async () => {
    const { answers } = await setUp({ isSynced: false })
    const request = { runtimeId, data: toUtf8('x') }
    for (const name of ['SubmitTx', 'SubmitTxMeta', 'SubmitTxNoWait'] as const) {
      const ask = async () => await answers[`RuntimeClient/${name}`](request, NOBODY)
      await assert.rejects(ask, { module: 'runtime/client', code: 4 })
    }
  })
})

describe('waiting for transactions', () => {
  it('ends when nobody wants to know any more, and costs nothing then', async () => {
    const { node } = await setUp()
    const ended = new AbortController()
    const hash = hashOfTransaction(toUtf8('never'))
    const waiting = node.hosted.awaited.wait(hash, ended.signal)
    ended.abort()
    await assert.rejects(waiting, { reason: 'asked.aborted' })
    await assert.rejects(node.hosted.awaited.wait(hash, AbortSignal.abort()), {
      reason: 'asked.aborted',
    })
  })

  it(`is for ${AWAITED_MAX} callers, and not for one more`, async () => {
    const { node } = await setUp()
    const ended = new AbortController()
    const hash = hashOfTransaction(toUtf8('never'))
    const all = Array.from({ length: AWAITED_MAX }, () =>
      node.hosted.awaited.wait(hash, ended.signal),
    )
    assert.throws(() => node.hosted.awaited.wait(hash, undefined), {
      reason: 'workers.tooManyWaiting',
    })
    ended.abort()
    for (const { status } of await Promise.allSettled(all)) assert.equal(status, 'rejected')
    node.hosted.awaited.wait(hash, undefined).catch(() => {})
  })

  it('looks again at rounds that could not be read', async () => {
    const { world, node } = await setUp()
    const { history, store } = node
    const log = createLogger('test', SILENT)
    let isBroken = true
    const readable: Pick<typeof store, 'ioOf'> = {
      ioOf: (header) => {
        if (isBroken) throw new UnavailableError('disk.broken', 'the disk is broken')
        return store.ioOf(header)
      },
    }
    const found: unknown[] = []
    const awaited = new AwaitedTransactions({
      history,
      store: readable,
      timers: world.time,
      log,
      wantsAll: () => false,
      onFound: (hashes) => found.push(...hashes),
    })
    const data = toyTransaction({ key: 'a', value: '1' })
    const waiting = awaited.wait(hashOfTransaction(data), undefined)
    void node.shell.submit(data, { origin: 'local' })
    await world.run(15_000)
    assert.deepEqual(found, [])
    isBroken = false
    await world.run(UNREAD_RETRY_MS)
    assert.ok((await waiting).round > 0n)
    assert.equal(found.length, 1)
    awaited.stop()
  })

  it('passes over a round that nobody can read', async () => {
    const { world, node } = await setUp()
    const { history, store } = node
    const malformed = createTree(new Arena(), { namespace: Namespace.zero, type: ROOT_TYPE_IO })
    malformed.insert(toUtf8('T is no transaction'), new Uint8Array(0))
    const seen: bigint[] = []
    const odd: Pick<typeof store, 'ioOf'> = {
      ioOf: (header) => {
        seen.push(header.round)
        return header.round === seen[0] ? malformed : store.ioOf(header)
      },
    }
    const awaited = new AwaitedTransactions({
      history,
      store: odd,
      timers: world.time,
      log: createLogger('test', SILENT),
      wantsAll: () => true,
      onFound: () => undefined,
    })
    const submit = (seq: number) => {
      const data = toyTransaction({ seq, key: `k${seq}` })
      void node.shell.submit(data, { origin: 'local' })
      return data
    }
    submit(0)
    await world.run(15_000)
    const waiting = awaited.wait(hashOfTransaction(submit(1)), undefined)
    await world.run(15_000)
    assert.ok((await waiting).round > seen[0]!)
    awaited.stop()
  })
})
