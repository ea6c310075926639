/** An application with staking's ledger and one service that a test knows everything about. */

import { toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { encode, make, zero } from '@wadi/cbor/codec'
import { text } from '@wadi/cbor/scalars'
import { Parameters as ConsensusParameters } from '@wadi/consensus/consensus'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { Account, GeneralAccount, Parameters } from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import {
  SignedTransaction,
  signTransaction,
  Transaction,
  transactionContext,
} from '@wadi/primitives/transaction'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import { Application, type ApplicationOptions } from '../application/application.ts'
import type { ProposedBlock } from '../application/proposal.ts'
import { method, useGas } from '../kernel/method.ts'
import type { Service } from '../kernel/service.ts'
import { write } from '../kernel/state.ts'
import { setAccount } from '../staking/state.ts'
import { testContext, testTree } from './testContext.ts'

const errors = definePlainErrors('testService', {
  asked: 'the transaction asked for it',
  malformed: 'malformed',
})

/** Where the service writes what it was told. */
const WRITTEN = toUtf8('written')
/** What a call of the service costs. */
const COSTS = new Map([['call', 10n]]) as unknown as ConsensusParameters['gasCosts']

/** What is told to `test.Write`: the text is written; `fail` fails afterwards. */
export const testService: Service = {
  name: '900_test',
  priority: () => 7n,
  *violations() {},
  methods: {
    'test.Write': method(text, errors.malformed, (ctx, body) => {
      useGas(ctx, COSTS, 'call')
      if (ctx.mode === 'checkTx') return
      ctx.state.insert(WRITTEN, toUtf8(body))
      if (body === 'fail') throw errors.asked()
    }),
  },
}

/** What `test.Write` wrote last. */
export function writtenIn(application: Application): Uint8Array | undefined {
  return application.committed?.state.get(WRITTEN)
}

/** Whose transactions, and whose blocks, a test signs. */
export const alice = createTestSigner('entity', 'alice of the test service')
export const proposer = createTestSigner('consensus', 'proposer of the test service')
const address = stakingAddress(PublicKey.check(alice.publicKey))

/** Alice has a thousand base units. */
const ledger: Service = {
  name: '800_ledger',
  priority: () => 0n,
  *violations() {},
  methods: {},
  initChain: ({ state }) => {
    write(state, stakingKeys.parameters, [], zero(Parameters))
    const general = make(GeneralAccount, { balance: quantity(1_000n) })
    setAccount(state, address, make(Account, { general }))
  },
}

/** An application over whatever there is. */
export function openTestApplication(options: Partial<ApplicationOptions> = {}): Application {
  const tree = testTree()
  const { chain } = testContext()
  const store = {
    tree,
    commit: (version: bigint) => tree.commit({ version, baseAddress: 1 }).root,
  }
  return new Application({ chain, services: [ledger, testService], store, ...options })
}

/** A chain that begins at height 1, without any block. */
export function testApplication(
  parameters: Partial<ConsensusParameters> = {},
  options: Partial<ApplicationOptions> = {},
): Application {
  const application = openTestApplication(options)
  const document: GenesisDocument = {
    ...zero(GenesisDocument),
    height: 1n,
    consensus: { backend: 'tendermint', params: make(ConsensusParameters, parameters) },
  }
  application.initChain({ document, validators: [] })
  return application
}

/** What a block says of itself. */
export function testBlock(height: bigint, fields: Partial<ProposedBlock> = {}): ProposedBlock {
  return {
    hash: toUtf8(`block ${height}`),
    height,
    time: { seconds: 1_000n + height, nanoseconds: 0 },
    nextValidatorsHash: new Uint8Array(32),
    proposer: validatorAddress(proposer.publicKey),
    lastCommit: [],
    misbehaviour: [],
    ...fields,
  }
}

/** A transaction of alice's, who pays a fee of 5 for so much gas. */
export function testTransaction(
  fields: Partial<Transaction> & { readonly text?: string },
  signer = alice,
): Uint8Array {
  const { text: body = 'hello', ...rest } = fields
  const transaction = make(Transaction, {
    method: 'test.Write',
    fee: { amount: quantity(5n), gas: 1_000n },
    body: encode(text, body),
    ...rest,
  })
  const context = transactionContext(testContext().chain.context)
  return encode(SignedTransaction, signTransaction(signer, context, transaction))
}

/** Lets the application propose a block, accept it, run it and commit it. */
export function runTestBlock(
  application: Application,
  height: bigint,
  transactions: readonly Uint8Array[],
) {
  const block = testBlock(height)
  const asked = { ...block, transactions, bytesMax: 1_000_000n }
  const proposed = application.prepareProposal(asked, proposer)
  const isAccepted = application.processProposal(block, proposed)
  application.beginBlock(block)
  const results = proposed.map((raw) => application.deliverTx(raw))
  application.endBlock()
  return { proposed, isAccepted, results, committed: application.commit() }
}
