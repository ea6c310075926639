/** A ParaTime for tests, on a state in memory. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { decodeRust, encodeRust, make, type Schema } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { runtimes, suspendedRuntimes } from '@wadi/consensus/registry/keys'
import { Runtime as RuntimeDescriptor } from '@wadi/consensus/registry/runtime'
import { RoundResults } from '@wadi/consensus/roothash'
import { Header } from '@wadi/consensus/roothash/block'
import { Arena } from '@wadi/mkvs/arena'
import { Overlay } from '@wadi/mkvs/overlay'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import type { Address } from '@wadi/primitives/address'
import { Namespace, namespace } from '@wadi/primitives/namespace'
import type { CheckTxResult } from '@wadi/runtime-protocol/host-protocol/batches'
import {
  type Batch,
  type BatchOutcome,
  MissingAnswerError,
  type Runtime,
  type RuntimeContext,
} from '@wadi/runtime-protocol/runtime'
import { transactionContext } from '../authentication/signatureContext.ts'
import { signTransaction, type TransactionSigner } from '../authentication/signTransaction.ts'
import { NULL_VALUE } from '../codec.ts'
import type { Module } from '../module.ts'
import { accounts } from '../modules/accounts/accounts.ts'
import * as accountTypes from '../modules/accounts/types.ts'
import { consensus } from '../modules/consensus/consensus.ts'
import { consensusAccounts } from '../modules/consensus-accounts/consensusAccounts.ts'
import * as bridgeTypes from '../modules/consensus-accounts/types.ts'
import { core } from '../modules/core/core.ts'
import type * as coreTypes from '../modules/core/types.ts'
import { rewards } from '../modules/rewards/rewards.ts'
import type { Paratime } from '../paratime.ts'
import { runtimeOf } from '../runtime.ts'
import { amountsOf, Denomination, denomination, NATIVE, native } from '../types/token.ts'
import {
  type AddressSpec,
  CALL_FORMATS,
  CallResult,
  type Fee,
  TRANSACTION_VERSION,
  type Transaction,
} from '../types/transaction.ts'
import { alice, bob, dave, frank, type TestKey, together } from './testKeys.ts'

export const runtimeId = namespace(new Uint8Array(24), { isTest: true })
export const chainContext = '643fb06848be7e970af3b5b2d772eb8cfb30499c8162bc18ac03df2f5e22520e'
export const signatureContext = transactionContext(runtimeId, chainContext)
const KEY_MANAGER_ID = Namespace.check(new Uint8Array(32).fill(0xc0, 0, 1))
/** What deposits are in. */
export const TEST = denomination('TEST')

export const coreParameters: coreTypes.Parameters = {
  maxBatchGas: 200_000n,
  maxTxSize: 4_096,
  maxTxSigners: 3,
  maxMultisigSigners: 4,
  gasCosts: {
    txByte: 1n,
    storageByte: 2n,
    authSignature: 100n,
    authMultisigSigner: 150n,
    callformatX25519Deoxysii: 500n,
  },
  minGasPrice: amountsOf([[NATIVE, 0n]]),
  dynamicMinGasPrice: {
    enabled: false,
    targetBlockGasUsagePercentage: 50,
    minPriceMaxChangeDenominator: 8,
  },
}

export const bridgeParameters: bridgeTypes.Parameters = {
  ...bridgeTypes.Parameters.zero,
  gasCosts: {
    txDeposit: 60n,
    txWithdraw: 60n,
    txDelegate: 60n,
    txUndelegate: 120n,
    storeReceipt: 20n,
    takeReceipt: 15n,
    delegation: 10n,
    sharesToTokens: 10n,
  },
}

const funds = amountsOf([
  [NATIVE, 1_000_000n],
  [TEST, 5_000_000n],
])
const funded = [alice, bob, dave, frank, together].map(({ address }) => [address, funds] as const)

/** All modules but those that are replaced. */
export function testModules(replaced: readonly Module[] = []): readonly Module[] {
  const usual = [
    core({ parameters: coreParameters }),
    accounts({
      parameters: {
        ...accountTypes.Parameters.zero,
        gasCosts: { txTransfer: 10n },
        denominationInfos: keyedMap(Denomination, [[NATIVE, { decimals: 9 }]]),
      },
      balances: funded,
      totalSupplies: amountsOf([
        [NATIVE, 5_000_000n],
        [TEST, 25_000_000n],
      ]),
    }),
    consensus({
      parameters: {
        gasCosts: { roundRoot: 10n },
        consensusDenomination: TEST,
        consensusScalingFactor: 1_000n,
        minDelegateAmount: 2n,
      },
    }),
    consensusAccounts({ parameters: bridgeParameters }),
    rewards({
      parameters: {
        schedule: { steps: [{ until: 1_000n, amount: native(100n) }] },
        participationThresholdNumerator: 3n,
        participationThresholdDenominator: 4n,
      },
    }),
  ]
  const names = new Set(usual.map(({ name }) => name))
  const more = replaced.filter(({ name }) => !names.has(name))
  return [
    ...usual.map((module) => replaced.find(({ name }) => name === module.name) ?? module),
    ...more,
  ]
}

export const testParatime: Paratime = {
  version: { major: 0, minor: 1, patch: 0 },
  stateVersion: 1,
  checkNonceFutureMax: 3n,
  schedule: { minRemainingGas: 100n, maxTxCount: 6 },
  priceExemptMethods: new Set(['consensus.Deposit']),
  estimateExtraOnFailure: new Map([['accounts.Transfer', 1_234n]]),
  modules: testModules(),
}

/** A call in a test. */
export interface TestCall {
  readonly method: string
  readonly body: Uint8Array
  readonly fee?: Partial<Fee>
  readonly nonce?: bigint
  readonly readOnly?: true
  readonly notBefore?: bigint
  readonly notAfter?: bigint
}

/** What is usual in tests. */
export const testFee: Fee = {
  amount: native(0n),
  gas: 10_000n,
  consensusMessages: 0,
  proxy: undefined,
}

/** The transaction that makes a call. */
export function transactionOf(addressSpec: AddressSpec, call: TestCall): Transaction {
  const { method, body, fee, nonce = 0n, readOnly = false, notBefore, notAfter } = call
  return {
    version: TRANSACTION_VERSION,
    call: { format: CALL_FORMATS.plain, method, body, readOnly },
    authInfo: {
      signerInfo: [{ addressSpec, nonce }],
      fee: { ...testFee, ...fee },
      notBefore,
      notAfter,
    },
  }
}

/** The transaction, signed. */
export function signed(key: TestKey, call: TestCall): Uint8Array {
  return signTransaction(signatureContext, transactionOf(key.addressSpec, call), [key.signer])
}

/** The transaction of those who hold an account together, signed by some. */
export function signedTogether(call: TestCall, signers: readonly TransactionSigner[]): Uint8Array {
  return signTransaction(signatureContext, transactionOf(together.addressSpec, call), signers)
}

/** accounts.Transfer of the native denomination. */
export function transferTo(to: Address, amount: bigint, more: Partial<TestCall> = {}): TestCall {
  const body = encodeRust(accountTypes.Transfer, { to, amount: native(amount) })
  return { method: 'accounts.Transfer', body, ...more }
}

/** A consensus layer that knows the ParaTime; usually with the name of a key manager. */
export function withKeyManager(
  stand: 'named' | 'unnamed' | 'suspended' = 'named',
): Pick<RuntimeContext, 'consensus'> {
  const arena = new Arena()
  const consensus = createTree(arena, { namespace: Namespace.zero, type: ROOT_TYPE_STATE })
  const table = stand === 'suspended' ? suspendedRuntimes : runtimes
  const keyManager = stand === 'unnamed' ? undefined : KEY_MANAGER_ID
  const descriptor = make(RuntimeDescriptor, { id: runtimeId, keyManager })
  consensus.insert(table.keys.encode(runtimeId), table.value.encode(descriptor))
  return { consensus }
}

/** A state, and the rounds upon it. */
export class TestChain {
  readonly runtime: Runtime
  readonly state: Tree
  readonly #arena = new Arena()
  #context: RuntimeContext

  constructor(paratime: Paratime = testParatime) {
    this.runtime = runtimeOf(paratime)
    const namespaceOf = { namespace: runtimeId, type: ROOT_TYPE_STATE } as const
    this.state = createTree(this.#arena, namespaceOf)
    this.#context = {
      runtimeId,
      host: { chainContext, localConfig: keyedMap(text, []) },
      header: make(Header, { namespace: runtimeId, round: 1n }),
      epoch: 1n,
      maxMessages: 64,
      consensusHeight: 10n,
      consensus: createTree(this.#arena, namespaceOf),
      ask: (request) => {
        throw new MissingAnswerError(request as never)
      },
    }
  }

  get context(): RuntimeContext {
    return this.#context
  }

  /** Changes what is around the next rounds. */
  set(changes: Partial<RuntimeContext>): this {
    this.#context = { ...this.#context, ...changes }
    return this
  }

  setRound(round: bigint): this {
    return this.set({ header: make(Header, { namespace: runtimeId, round }) })
  }

  /** Executes a batch; one that fails leaves the state as it was. */
  execute(inputs: readonly Uint8Array[], more: Partial<Batch> = {}): BatchOutcome {
    const batch: Batch = {
      mode: 'execute',
      inputs,
      inMessages: [],
      roundResults: make(RoundResults, {}),
      ...more,
    }
    const overlay = new Overlay(this.#arena, this.state)
    try {
      const outcome = this.runtime.execute(this.context, overlay, batch)
      overlay.commit()
      return outcome
    } finally {
      overlay.dispose()
    }
  }

  check(inputs: readonly Uint8Array[]): readonly CheckTxResult[] {
    return this.runtime.check(this.context, this.state, inputs)
  }

  query<T>(method: string, args: Uint8Array, result: Schema<T>): T {
    return decodeRust(result, this.runtime.query(this.context, this.state, { method, args }))
  }

  balanceOf(address: Address, of: typeof NATIVE = NATIVE): bigint {
    const args = encodeRust(accountTypes.BalancesQuery, { address })
    return (
      this.query('accounts.Balances', args, accountTypes.AccountBalances).balances.get(of) ?? 0n
    )
  }
}

/** What the transaction of a batch came to. */
export function resultAt({ transactions }: BatchOutcome, index = 0): CallResult {
  return decodeRust(CallResult, transactions[index]?.output ?? EMPTY_BYTES)
}

/** The result of calls that have none. */
export const DONE: CallResult = { kind: 'ok', body: NULL_VALUE }
