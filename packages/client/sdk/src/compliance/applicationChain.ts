/**
 * The consensus layer in this process, block by block, as a source of answers: its rules run, its
 * blocks are signed, and its headers name the states that there are.
 */

import { refuseAttestations } from '@wadi/attestation/contract'
import { EMPTY_BYTES, toHex } from '@wadi/base/bytes'
import { make, zero } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { VrfParameters } from '@wadi/consensus/beacon'
import { errors as consensusErrors } from '@wadi/consensus/consensus/errors'
import {
  chainContextOf,
  cometChainId,
  type GenesisDocument,
} from '@wadi/consensus/genesis/document'
import { Account, GeneralAccount } from '@wadi/consensus/staking'
import { Application } from '@wadi/consensus-services/application'
import { cometValueOf } from '@wadi/consensus-services/application/blockAnswers'
import type { TxResult as OwnResult } from '@wadi/consensus-services/application/results'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import { services } from '@wadi/consensus-services/services'
import { testDocument } from '@wadi/consensus-services/testing/document'
import type { Event, TxResult } from '@wadi/contracts/application'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import type { Signer } from '@wadi/crypto/signature/signer'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { pairsWithPrefix } from '@wadi/mkvs/state'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import type {
  ChainSource,
  LiveChain,
  StoredResponses,
  SubmittedFate,
} from '@wadi/node-api/chain-source'
import { Address, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'
import { size } from '@wadi/protobuf/codec'
import { genesisState, initialState } from '@wadi/tendermint/chainState/genesisState'
import { NO_COMMIT } from '@wadi/tendermint/chainState/makeBlock'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { addBlock, type SignedChain, testKey, testTime } from '@wadi/tendermint/testing/signedChain'
import { Block, type BlockMeta } from '@wadi/tendermint/types/block'
import type { Commit } from '@wadi/tendermint/types/commit'
import type { ConsensusParams } from '@wadi/tendermint/types/consensusParams'
import type { ValidatorSet } from '@wadi/tendermint/types/validatorSet'

const NAMESPACE = new Uint8Array(32)
const RULES = signatureRules(forbidKeys())
const POWERS = [10n, 20n, 30n, 40n]

/** Somebody who has a million base units. */
export const rich: Signer = createTestSigner('entity', 'somebody rich of the tests of the sdk')
export const richAddress: Address = stakingAddress(PublicKey.check(rich.publicKey))
export const RICH_BALANCE = 1_000_000n

/** Nobody registers anew, so it had better not end. */
const ONE_EPOCH = { interval: 1_000_000n, proofDelay: 999_999n }

const COSTS = keyedMap<string, bigint>(text, [
  ['transfer', 10n],
  ['add_escrow', 20n],
])
const COST_OF_BYTES = keyedMap<string, bigint>(text, [['tx_byte', 1n]])

function document(changes: Partial<GenesisDocument>): GenesisDocument {
  const { staking, beacon, consensus, ...rest } = testDocument(changes)
  const vrfParameters = { ...zero(VrfParameters), ...beacon.params.vrfParameters, ...ONE_EPOCH }
  const account = make(Account, {
    general: make(GeneralAccount, { balance: quantity(RICH_BALANCE) }),
  })
  const ledger = keyedMap<Address, Account | undefined>(Address, [
    ...staking.ledger,
    [richAddress, account],
  ])
  const totalSupply = quantity(staking.totalSupply + RICH_BALANCE)
  return {
    ...rest,
    staking: { ...staking, ledger, totalSupply, params: { ...staking.params, gasCosts: COSTS } },
    consensus: { ...consensus, params: { ...consensus.params, gasCosts: COST_OF_BYTES } },
    beacon: { ...beacon, params: { ...beacon.params, vrfParameters } },
  }
}

function eventOf({ type, attributes }: BlockEvent): Event {
  const pairs = attributes.map((one) => ({ key: one.key, value: cometValueOf(one), index: false }))
  return { type, attributes: pairs }
}

function resultOf({ data = EMPTY_BYTES, events, ...result }: OwnResult): TxResult {
  return { ...result, data, events: events.map(eventOf) }
}

/** Blocks by height. */
interface Stored {
  readonly block: Block
  readonly meta: BlockMeta
  readonly seen: Commit
  readonly responses: StoredResponses
  readonly tree: Tree
}

/** See the top of this file. */
export class ApplicationChain implements ChainSource {
  readonly document: GenesisDocument
  readonly chainContext: string
  readonly #arena = new Arena()
  readonly #tree = this.#newTree()
  readonly #application: Application
  readonly #proposer = createTestSigner('consensus', 'proposer of the tests of the sdk')
  readonly #stored = new Map<bigint, Stored>()
  readonly #validators = new Map<bigint, ValidatorSet>()
  readonly #params = new Map<bigint, ConsensusParams>()
  #signed: SignedChain
  /** What waits for a block, and who waits for what becomes of it. */
  #mempool: {
    readonly raw: Uint8Array
    readonly onFate: ((fate: SubmittedFate) => void) | undefined
  }[] = []

  constructor(changes: Partial<GenesisDocument> = {}) {
    this.document = document(changes)
    this.chainContext = chainContextOf(this.document)
    const tree = this.#tree
    this.#application = new Application({
      chain: {
        context: this.chainContext,
        initialHeight: 1n,
        baseEpoch: this.document.beacon.base,
        isDebug: true,
        signatures: RULES,
        verifyAttestation: refuseAttestations,
      },
      services,
      store: { tree, commit: (version) => tree.commit({ version, baseAddress: 1 }).root },
    })
    const keys = POWERS.map((_, i) => testKey(i))
    const validators = keys.map(({ publicKey }, i) => ({ publicKey, power: POWERS[i]! }))
    const genesis = genesisState({
      chainId: cometChainId(this.chainContext),
      time: testTime(0),
      initialHeight: 1n,
      consensusParams: {
        block: undefined,
        evidence: undefined,
        pubKeyTypes: undefined,
        appVersion: undefined,
      },
      validators,
    })
    const appHash = this.#application.initChain({
      document: this.document,
      validators: genesisValidators(this.document, RULES),
    })
    const state = initialState(genesis, { consensusParams: undefined, validators: [], appHash })
    this.#signed = { keys, dialect: oasisDialect, state, lastCommit: NO_COMMIT }
    this.#note()
  }

  get lastHeight(): bigint {
    return this.#signed.state.lastBlockHeight
  }

  readonly blocks = ((chain: ApplicationChain) => ({
    base: 1n,
    get height() {
      return chain.lastHeight
    },
    loadBlock: (height: bigint) => chain.#stored.get(height)?.block,
    loadMeta: (height: bigint) => chain.#stored.get(height)?.meta,
    loadCommit: (height: bigint) => chain.#stored.get(height + 1n)?.block.lastCommit,
    loadSeenCommit: (height: bigint) => chain.#stored.get(height)?.seen,
  }))(this)

  readonly states = {
    loadValidators: (height: bigint) => this.#validators.get(height),
    loadConsensusParams: (height: bigint) => this.#params.get(height),
    loadResponses: (height: bigint) => this.#stored.get(height)?.responses,
  }

  readonly live: LiveChain = {
    isSynced: true,
    rounds: undefined,
    checkTx: (raw, { onFate }) => {
      const response = { ...this.#application.checkTx(raw), data: EMPTY_BYTES, sender: '' }
      if (response.code === 0) this.#mempool.push({ raw, onFate })
      return { response, notAdded: undefined }
    },
    unconfirmed: () => this.#mempool.map(({ raw }) => raw),
    estimateGas: (signer, transaction) => this.#application.estimateGas(signer, transaction),
    addEvidence: () => undefined,
  }

  stateAt(height: bigint): Tree {
    const stored = this.#stored.get(height)
    if (stored === undefined) throw consensusErrors.versionNotFound()
    return stored.tree
  }

  /** The hash of a block, for who has to trust one. */
  hashAt(height: bigint): Uint8Array {
    return this.#stored.get(height)!.meta.blockId.hash
  }

  /** Makes a block of what waits, and of what is given; gives its height. */
  add(given: readonly Uint8Array[] = []): bigint {
    const waiting = this.#mempool
    this.#mempool = []
    const height = this.lastHeight + 1n
    const block = {
      height,
      time: testTime(Number(height)),
      nextValidatorsHash: NAMESPACE,
      proposer: testKey(0).address,
      lastCommit: [],
      misbehaviour: [],
    }
    const application = this.#application
    const offered = [...waiting.map(({ raw }) => raw), ...given]
    const asked = { ...block, hash: EMPTY_BYTES, transactions: offered, bytesMax: 1_000_000n }
    const transactions = application.prepareProposal(asked, this.#proposer)
    const decided = { ...block, hash: Uint8Array.of(Number(height)) }
    application.processProposal(decided, transactions)
    const beginBlockEvents = application.beginBlock(decided).map(eventOf)
    const results = transactions.map((raw) => resultOf(application.deliverTx(raw)))
    const events = application.endBlock().events.map(eventOf)
    application.commit()
    this.#store(transactions, { beginBlockEvents, results, endBlock: { events } })
    for (const [i, { onFate }] of waiting.entries())
      onFate?.({ kind: 'committed', height, result: results[i]! })
    return height
  }

  #store(transactions: readonly Uint8Array[], responses: StoredResponses): void {
    const { hash: appHash } = this.#tree.root
    const { results } = responses
    const added = addBlock(this.#signed, {
      content: { transactions },
      result: { results, appHash },
    })
    const { block, blockId, chain } = added
    this.#signed = chain
    const blockSize = BigInt(size(Block, block))
    const txCount = BigInt(transactions.length)
    const meta = { blockId, blockSize, header: block.header, txCount }
    const tree = this.#copy(block.header.height)
    this.#stored.set(block.header.height, { block, meta, seen: chain.lastCommit, responses, tree })
    this.#note()
  }

  #newTree(): Tree {
    return createTree(this.#arena, {
      namespace: NAMESPACE,
      type: ROOT_TYPE_STATE,
      writeLog: 'dropped',
    })
  }

  #copy(version: bigint): Tree {
    const copy = this.#newTree()
    for (const [key, value] of pairsWithPrefix(this.#tree, EMPTY_BYTES)) copy.insert(key, value)
    const { root } = copy.commit({ version, baseAddress: 1 })
    if (toHex(root.hash) !== toHex(this.#tree.root.hash)) throw consensusErrors.versionNotFound()
    return copy
  }

  #note(): void {
    const { lastBlockHeight, validators, nextValidators, consensusParams } = this.#signed.state
    this.#validators.set(lastBlockHeight + 1n, validators)
    this.#validators.set(lastBlockHeight + 2n, nextValidators)
    this.#params.set(lastBlockHeight + 1n, consensusParams)
  }
}
