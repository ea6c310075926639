import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { type RandomSource, randomBelow, SeededRandom } from '@wadi/base/random'
import { decode, encode } from '@wadi/cbor/codec'
import type { Application, ApplicationOptions } from '@wadi/consensus-services/application'
import type { CheckResult, TxResult } from '@wadi/consensus-services/application/results'
import { stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import '../src/coverage.ts'
import { readChain } from '../src/recordedChain.ts'
import { type ReplayedBlock, replayedBlock } from '../src/replay/recordedHeader.ts'
import { chainOf } from '../src/replay/replayChain.ts'
import { hasVector } from '../src/vectors.ts'
import { believing, signatureOf } from '../src/workload/belief.ts'
import { decide, isAcceptable, propose, run } from '../src/workload/blocks.ts'
import { type Call, recordedCalls } from '../src/workload/calls.ts'
import { junkBodies, junkTransactions } from '../src/workload/junk.ts'
import { openApplication } from '../src/workload/openApplication.ts'

/** Chains with transactions of many kinds, as far as they are looked at. */
const CHAINS = ['gas-fees', 'keymanager-churp-txs', 'random-workload', 'runtime-messages'].filter(
  (name) => hasVector(`chains/${name}/genesis.json`),
)
const BLOCKS_MAX = 30
const NO_CODE = 'unknown/1'
const OVERSIZED = 'consensus/2'

function codeOf({ codespace, code }: TxResult | CheckResult): string {
  return `${codespace}/${code}`
}

/** Puts each of some items somewhere among others, whose order stays. */
function mingled<T>(items: readonly T[], others: Iterable<T>, random: RandomSource): T[] {
  const all = [...items]
  for (const other of others) all.splice(randomBelow(random, all.length + 1), 0, other)
  return all
}

/** Refused in the reference's form, and for nothing. */
function checkRefused({ gasUsed, events, data, ...result }: TxResult, expected: string): void {
  assert.equal(codeOf(result as TxResult), expected, result.log)
  assert.deepEqual([gasUsed, events, data], [0n, [], undefined])
}

function checkJunk(
  application: Application,
  { good, maxTxSize }: { readonly good: ReplayedBlock; readonly maxTxSize: bigint },
  junk: readonly Uint8Array[],
  random: RandomSource,
): Uint8Array {
  const expected = (raw: Uint8Array) =>
    maxTxSize > 0n && BigInt(raw.length) > maxTxSize ? OVERSIZED : NO_CODE
  for (const raw of junk) assert.equal(codeOf(application.checkTx(raw)), expected(raw))
  const transactions = mingled(good.transactions, junk, random)
  const block = { ...good, transactions }
  assert.ok(isAcceptable(application, block), `block ${good.height}`)
  const { txResults, rootHash } = decide(application, block)
  const isJunk = new Set(junk)
  for (const [i, result] of txResults.entries()) {
    const raw = transactions[i]!
    if (isJunk.has(raw)) checkRefused(result, expected(raw))
  }
  return rootHash
}

describe("Any bytes as a transaction, genesis document or block: the reference's error, the reference's code, and no change beyond what the reference changes", () => {
  for (const name of CHAINS)
    it(`${name}: a transaction that cannot be decoded, is badly signed or too large changes nothing`, () => {
      const { document, blocks } = readChain(name)
      const chain = chainOf(document)
      const { maxTxSize } = document.consensus.params
      const { application } = openApplication(document, chain)
      const random = new SeededRandom(11n)
      let count = 0
      for (const record of blocks) {
        if (BigInt(record.height) >= document.height + BigInt(BLOCKS_MAX)) break
        const good = replayedBlock(record)
        const junk = [
          random.bytes(Number(maxTxSize) + 1),
          ...junkTransactions(good.transactions.slice(-2), chain, random),
        ]
        const rootHash = checkJunk(application, { good, maxTxSize }, junk, random)
        assert.equal(toHex(rootHash), record.state_root.toLowerCase(), `block ${good.height}`)
        count += junk.length
      }
      assert.ok(count > 100)
    })
})

type Watch = NonNullable<ApplicationOptions['watch']>
type Changes = Parameters<Watch>[1]

/** Somebody whom no chain knows, and who can pay for nothing. */
const stranger = PublicKey.check(new Uint8Array(32).fill(0x5a))

function strangersTransaction(nonce: bigint, method: string, body: Uint8Array): Uint8Array {
  const transaction: Transaction = { nonce, fee: undefined, method, body }
  const untrustedRawValue = encode(Transaction, transaction)
  return encode(SignedTransaction, { untrustedRawValue, signature: signatureOf(stranger) })
}

/** What a block changes, but for what is kept under the stranger's address, as text. */
function othersChanges(changes: Changes): readonly string[] {
  const own = toHex(stakingAddress(stranger))
  return changes
    .map(([key, value]) => [toHex(key), value === undefined ? 'removed' : toHex(value)] as const)
    .filter(([key]) => !key.includes(own))
    .map(([key, value]) => `${key} ${value}`)
}

function methodOf(raw: Uint8Array): string {
  return decode(Transaction, decode(SignedTransaction, raw).untrustedRawValue).method
}

/** The stranger's calls of the methods of a block, with bodies that are none. */
function malformedCalls(calls: readonly Call[], random: RandomSource): readonly Uint8Array[] {
  const malformed = calls.flatMap(({ method, body }) =>
    [...junkBodies(method, body, random)].map((junk) => ({ method, junk })),
  )
  return malformed.map(({ method, junk }, i) => strangersTransaction(BigInt(i), method, junk))
}

describe("Any bytes as a transaction, genesis document or block: the reference's error, the reference's code, and no change beyond what the reference changes", () => {
  for (const name of CHAINS)
    it(`${name}: a transaction whose body is none changes nothing but the account of its signer`, () => {
      const { document, blocks } = readChain(name)
      const chain = chainOf(document)
      const credulous = { ...chain, signatures: believing(chain.signatures) }
      let changes: Changes = []
      const watch: Watch = (_, seen) => {
        changes = seen
      }
      const { application } = openApplication(document, credulous, { watch })
      const random = new SeededRandom(13n)
      let count = 0
      for (const record of blocks) {
        if (BigInt(record.height) >= document.height + BigInt(BLOCKS_MAX)) break
        const good = replayedBlock(record)
        const { calls, proposer } = recordedCalls(good.transactions)
        const malformed = malformedCalls(calls, random)
        const offered = { ...good, transactions: [...good.transactions.slice(0, -1), ...malformed] }
        const transactions = propose(application, offered, proposer!)
        const { txResults } = run(application, { ...good, transactions })
        for (const [i, raw] of transactions.entries())
          if (malformed.includes(raw)) assert.notEqual(txResults[i]!.code, 0, methodOf(raw))
        const disturbed = othersChanges(changes)
        const { rootHash } = decide(application, good)
        assert.equal(toHex(rootHash), record.state_root.toLowerCase(), `block ${good.height}`)
        assert.deepEqual(disturbed, othersChanges(changes), `block ${good.height}`)
        count += malformed.length
      }
      assert.ok(count > 10)
    })
})
