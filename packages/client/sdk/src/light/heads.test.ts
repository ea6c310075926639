import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Clock } from '@wadi/base/clock'
import { UnavailableError } from '@wadi/base/errors'
import type { Timers } from '@wadi/base/timers'
import type { CallTransport } from '@wadi/grpc/call-transport'
import { apiTransport } from '../compliance/apiTransport.ts'
import { RICH_BALANCE, richAddress } from '../compliance/applicationChain.ts'
import { hastyTimers, lightNodeOf, testClock } from '../compliance/lightNodes.ts'
import { claiming, endingAt } from '../compliance/oddTransports.ts'
import { createTestNode } from '../compliance/servedNode.ts'
import type { LightNodeOptions } from './lightNode.ts'
import { HEAD_LAG_MAX, UNSHOWN_MS } from './limits.ts'

const node = createTestNode()
for (let i = 0; i < 40; i++) node.advance()
const last = node.chain.lastHeight
const honest = apiTransport(node.api)
const stalled = endingAt(honest, 3n)

/** A light client, who was reported to whom it belongs, and how often it waited. */
function scene(transports: readonly CallTransport[], options: Partial<LightNodeOptions> = {}) {
  const bad: string[] = []
  const waits: number[] = []
  const timers: Timers = {
    after: (ms, run) => {
      waits.push(ms)
      return hastyTimers.after(ms, run)
    },
  }
  const onBad = (number: number, why: string) => bad.push(`${number} ${why}`)
  const light = lightNodeOf(node.chain, transports, { onBad, timers, ...options })
  const { consensus, staking } = light.client
  const heights = async (count: number) => {
    const all: bigint[] = []
    for (let i = 0; i < count; i++) all.push(await consensus.getLatestHeight())
    return all
  }
  const account = (height: bigint) => staking.account({ height, owner: richAddress })
  return { bad, waits, heights, account }
}

describe('the last block, as nodes say it', () => {
  it('is not an old one because one node stands still, whichever that is', async () => {
    for (const where of [0, 1, 2]) {
      const transports = [honest, honest].toSpliced(where, 0, stalled)
      const { bad, waits, heights, account } = scene(transports)
      assert.deepEqual(await heights(3), [last, last, last])
      assert.equal((await account(0n)).general.balance, RICH_BALANCE)
      assert.deepEqual(bad, [`${where} stands at height 3, and the chain at ${last} or higher`])
      assert.deepEqual(waits, [], 'nobody waits for who stands still')
    }
  })

  it('does not stay unknown because one node says that it is far away', async () => {
    for (const where of [0, 1, 2]) {
      const liar = claiming(honest, () => 1n << 40n)
      const { bad, heights, account } = scene([honest, honest].toSpliced(where, 0, liar))
      assert.equal((await account(0n)).general.balance, RICH_BALANCE)
      assert.deepEqual(await heights(2), [last, last])
      assert.deepEqual(bad, [
        `${where} says that there is height ${1n << 40n}, and does not show it`,
      ])
      const asked = scene([honest, honest].toSpliced(where, 0, liar))
      assert.equal((await asked.account(5n)).general.balance, RICH_BALANCE)
    }
  })

  it('is not asked of who could not show what he said, until a while has passed', async () => {
    const now = { ms: 0 }
    const clock: Clock = { ...testClock, monotonicMs: () => now.ms }
    let fetched = 0
    const liar = claiming(
      {
        ...honest,
        unary: (path, request, options) => {
          if (path.endsWith('/GetLightBlock')) fetched++
          return honest.unary(path, request, options)
        },
      },
      () => last + HEAD_LAG_MAX + 1n,
    )
    const { bad, heights } = scene([honest, honest, liar], { clock })
    await heights(1)
    const before = fetched
    now.ms = UNSHOWN_MS - 1
    await heights(5)
    assert.equal(fetched, before)
    now.ms = UNSHOWN_MS
    await heights(1)
    assert.ok(fetched > before)
    assert.equal(bad.length, 1, 'it is said once')
  })

  it('is what witnesses have, too, if the others are a little ahead', async () => {
    const near = scene([honest, endingAt(honest, last - HEAD_LAG_MAX), honest])
    assert.deepEqual(await near.heights(1), [last - HEAD_LAG_MAX])
    assert.deepEqual(near.bad, [])
    const far = scene([honest, endingAt(honest, last - HEAD_LAG_MAX - 1n), honest])
    assert.deepEqual(await far.heights(1), [last])
    assert.equal(far.bad.length, 1)
  })

  it('is not an older one if somebody has shown a newer one that nobody else has', async () => {
    const { bad, heights } = scene([stalled, honest, stalled])
    for (let i = 0; i < 2; i++) await assert.rejects(heights(1), { reason: 'light.notConfirmed' })
    assert.deepEqual(
      bad.map((line) => line.slice(0, 1)),
      ['0', '2'],
    )
  })

  it('is waited for at who is a little behind a block that is asked for, and not at others', async () => {
    for (const [lag, count] of [
      [HEAD_LAG_MAX, 1],
      [HEAD_LAG_MAX + 1n, 0],
    ] as const) {
      const { waits, account } = scene([honest, honest, endingAt(honest, last - lag)])
      await account(last)
      assert.equal(waits.length, count)
    }
  })

  it('does not become older when all nodes fall back', async () => {
    const at = { height: last }
    const falling = {
      ...honest,
      unary: (...asked) => endingAt(honest, at.height).unary(...asked),
    } satisfies CallTransport
    const { heights } = scene([falling, falling])
    assert.deepEqual(await heights(1), [last])
    at.height = 3n
    assert.deepEqual(await heights(1), [last])
  })

  it('is asked of all again when nobody else says anything', async () => {
    const at = { height: last }
    const first = claiming(honest, () => at.height)
    const away = { isAway: false }
    const second: CallTransport = {
      ...honest,
      unary: (...asked) =>
        away.isAway ? Promise.reject(new UnavailableError('test', 'away')) : honest.unary(...asked),
    }
    const { bad, heights } = scene([first, second, second])
    at.height = last + 100n
    assert.deepEqual(await heights(1), [last])
    assert.equal(bad.length, 1)
    away.isAway = true
    at.height = last
    assert.deepEqual(await heights(1), [last])
  })
})
