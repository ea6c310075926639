import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { toHex } from '@wadi/base/bytes'
import { decodeRpc, encodeRust, make } from '@wadi/cbor/codec'
import { TransactionEvent } from '@wadi/consensus/consensus/api'
import { Header } from '@wadi/consensus/roothash/block'
import { Message } from '@wadi/consensus/roothash/messages'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import type { RuntimeContext } from '@wadi/runtime-protocol/runtime'
import type { CallKeys } from './frame/callKeys.ts'
import { accounts } from './modules/accounts/accounts.ts'
import { consensus } from './modules/consensus/consensus.ts'
import { consensusAccounts } from './modules/consensus-accounts/consensusAccounts.ts'
import { core } from './modules/core/core.ts'
import { rewards } from './modules/rewards/rewards.ts'
import type { Paratime } from './paratime.ts'
import {
  parseReferenceRounds,
  type ReferenceAnswer,
  type ReferenceGenesis,
  type ReferenceStep,
} from './testing/referenceRounds.ts'
import { chainContext, runtimeId, TestChain } from './testing/testParatime.ts'

interface Manifest {
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly count: number }>>
}
const folder = new URL('../vectors/rounds/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('MANIFEST.json', folder), 'utf8')) as Manifest

/** The keys of the rounds in which calls are encrypted. */
const keys: CallKeys = {
  ephemeralKey: (id, epoch) => (epoch < 2n ? undefined : id),
  publicEphemeralKey: () => undefined,
}

/** As the reference's ParaTime was put together. */
function paratimeOf(name: string, genesis: ReferenceGenesis): Paratime {
  return {
    ...(name.startsWith('confidential') && { callKeys: () => keys }),
    version: { major: 0, minor: 1, patch: 0 },
    stateVersion: 1,
    checkNonceFutureMax: 3n,
    schedule: { minRemainingGas: 100n, maxTxCount: 6 },
    priceExemptMethods: new Set(['consensus.Deposit']),
    estimateExtraOnFailure: new Map([['accounts.Transfer', 1_234n]]),
    modules: [
      core({ parameters: genesis.core }),
      accounts({
        parameters: genesis.accounts,
        balances: [...genesis.balances],
        totalSupplies: genesis.supplies,
      }),
      consensus({ parameters: genesis.consensus }),
      consensusAccounts({ parameters: genesis.consensusAccounts }),
      rewards({ parameters: genesis.rewards }),
    ],
  }
}

const arena = new Arena()

function contextOf(step: ReferenceStep): Partial<RuntimeContext> {
  const state = createTree(arena, { namespace: runtimeId, type: ROOT_TYPE_STATE })
  for (const { key, value } of step.consensus) state.insert(key, value)
  return {
    host: { chainContext, localConfig: step.config },
    header: make(Header, { namespace: runtimeId, round: step.round }),
    epoch: step.epoch as never,
    maxMessages: step.maxMessages,
    consensusHeight: step.consensusHeight,
    consensus: state,
    ask(request) {
      assert.equal(request.kind, 'HostFetchConsensusEventsRequest')
      const { height } = request.body as { readonly height: bigint }
      const events = step.events.get(height) ?? []
      return {
        body: { events: events.map((event) => decodeRpc(TransactionEvent, event)) },
      } as never
    },
  }
}

/** What came of a step, as text: all but the sentence that a reader would like to see is hex. */
function answerOf(chain: TestChain, step: ReferenceStep): unknown {
  const { kind, inputs, method, args, results: roundResults } = step
  try {
    if (kind === 'check') {
      return {
        checks: chain.check(inputs).map((result) => toHex(encodeRust(CheckTxResult, result))),
      }
    }
    if (kind === 'query') {
      const { runtime, context, state } = chain
      return { data: toHex(runtime.query(context, state, { method, args })) }
    }
    const mode = kind === 'schedule' ? 'schedule' : 'execute'
    const outcome = chain.execute(inputs, { mode, roundResults })
    return {
      outputs: outcome.transactions.map(({ output, tags }) => [toHex(output), tags.map(textOf)]),
      batch: outcome.transactions.map(({ input }) => toHex(input)),
      blockTags: outcome.blockTags.map(textOf),
      messages: outcome.messages.map((message) => toHex(encodeRust(Message, message))),
      rejected: outcome.rejected.map(toHex),
      root: toHex(chain.state.rootHash()),
    }
  } catch (error) {
    const { module, code, message } = error as ReferenceAnswer['error'] & object
    return { module, code, message }
  }
}

function expectedOf({ kind }: ReferenceStep, answer: ReferenceAnswer): unknown {
  if (answer.error !== undefined) return { ...answer.error }
  if (kind === 'check') return { checks: answer.checks.map(toHex) }
  if (kind === 'query') return { data: toHex(answer.data) }
  return {
    outputs: answer.outputs.map(({ output, tags }) => [toHex(output), tags.map(textOf)]),
    batch: answer.batch.map(toHex),
    blockTags: answer.blockTags.map(textOf),
    messages: answer.messages.map(toHex),
    rejected: answer.rejected.map(toHex),
    root: toHex(answer.root),
  }
}

function textOf({ key, value }: { readonly key: Uint8Array; readonly value: Uint8Array }): string {
  return `${toHex(key)} ${toHex(value)}`
}

describe('rounds of the reference', () => {
  for (const [name, { sha256, count }] of Object.entries(manifest.files)) {
    it(`come out the same: ${name}`, () => {
      const packed = readFileSync(new URL(name, folder))
      assert.equal(createHash('sha256').update(packed).digest('hex'), sha256)
      const { genesis, steps } = parseReferenceRounds(gunzipSync(packed).toString())
      const chain = new TestChain(paratimeOf(name, genesis))
      assert.equal(steps.length, count)
      for (const [i, [step, answer]] of steps.entries()) {
        chain.set(contextOf(step))
        assert.deepEqual(answerOf(chain, step), expectedOf(step, answer), `step ${i}`)
      }
    })
  }
})
