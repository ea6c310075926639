/** What headers prove once somebody has shown it: transactions, results, commits, roots. */

import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { BlockMetadata } from '@wadi/consensus/consensus/methods'
import { chainContextOf, type GenesisDocument } from '@wadi/consensus/genesis/document'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { decode as decodeProtobuf } from '@wadi/protobuf/codec'
import { NO_COMMIT } from '@wadi/tendermint/chainState/makeBlock'
import { verifyCommitLight } from '@wadi/tendermint/commits/verifyCommit'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { commitHash, type HashedResult, resultsHash } from '@wadi/tendermint/hashing/contentHashes'
import { dataHashOf } from '@wadi/tendermint/transactionProof'
import { Commit } from '@wadi/tendermint/types/commit'
import type { Header } from '@wadi/tendermint/types/header'
import type { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { errors } from './errors.ts'
import type { HeaderChain } from './headerChain.ts'
import { FACTS_MAX } from './limits.ts'
import type { Providers } from './providers.ts'
import { MissingFactError, Remembered } from './remembered.ts'

/** The method of the transaction with which proposers tell the state after their block. */
const METADATA_METHOD = 'consensus.Meta'

/** What facts are made of. */
export interface FactsOptions {
  readonly providers: Providers
  readonly headers: HeaderChain
  readonly chainContext: string
}

/** See the top of this file. */
export class VerifiedFacts {
  readonly headers: HeaderChain
  readonly chainContext: string
  readonly #providers: Providers
  #genesis: GenesisDocument | undefined

  constructor({ providers, headers, chainContext }: FactsOptions) {
    this.#providers = providers
    this.headers = headers
    this.chainContext = chainContext
  }

  /** Blocks with their validators; of these, the priorities are proved by nothing. */
  readonly blocks: Remembered<LightBlock> = this.#remember('the block', (height) =>
    this.headers.at(height),
  )

  /** The encoded transactions of a block. */
  readonly transactions: Remembered<readonly Uint8Array[]> = this.#remember(
    'the transactions',
    async (height) => {
      const { dataHash } = await this.#header(height)
      return await this.#providers.ask(async (provider, options) => {
        const transactions = await provider.getTransactions(height, options)
        if (!equalBytes(dataHashOf(transactions), dataHash)) throw errors.otherTransactions()
        return transactions
      })
    },
  )

  /** What the network agreed on of each transaction's result. The next block names them. */
  readonly results: Remembered<readonly HashedResult[]> = this.#remember(
    'the results',
    async (height) => {
      const { lastResultsHash } = await this.#header(height + 1n)
      return await this.#providers.ask(async (provider, options) => {
        const { meta } = await provider.getBlockResults(height, options)
        const results = meta.txsResults.map(({ code, data, gasWanted, gasUsed }) => {
          return { code, data, gasWanted, gasUsed }
        })
        if (!equalBytes(resultsHash(results), lastResultsHash)) throw errors.otherResults()
        return results
      })
    },
  )

  /** The hash of the state after a block. The next block names it, or the proposer of this one. */
  readonly stateRoots: Remembered<Uint8Array> = this.#remember('the state', async (height) => {
    if (height < this.headers.height) return (await this.#header(height + 1n)).appHash
    return await this.#rootByProposer(height)
  })

  /** The commit of the block before, as a block has it. */
  readonly lastCommits: Remembered<Commit> = this.#remember('the last commit', async (height) => {
    const header = await this.#header(height)
    if (header.lastBlockId === undefined) return NO_COMMIT
    const { validatorSet } = await this.blocks.load(height - 1n)
    return await this.#providers.ask(async (provider, options) => {
      const { meta } = await provider.getBlock(height, options)
      const commit = decodeProtobuf(Commit, meta.lastCommit)
      if (!equalBytes(commitHash(commit), header.lastCommitHash)) throw errors.otherCommit()
      // The hash is over the signatures alone; those are over height, round and block.
      verifyCommitLight(
        oasisDialect,
        {
          chainId: header.chainId,
          validators: validatorSet,
          blockId: header.lastBlockId!,
          height: height - 1n,
        },
        commit,
      )
      return commit
    })
  })

  /** The genesis document. */
  get genesis(): GenesisDocument {
    if (this.#genesis === undefined)
      throw new MissingFactError('the genesis document', () => this.loadGenesis())
    return this.#genesis
  }

  async loadGenesis(): Promise<GenesisDocument> {
    this.#genesis ??= await this.#providers.ask(async (provider, options) => {
      const document = await provider.getGenesisDocument(undefined, options)
      if (chainContextOf(document) !== this.chainContext) throw errors.otherGenesis()
      return document
    })
    return this.#genesis
  }

  async #header(height: bigint): Promise<Header> {
    return (await this.blocks.load(height)).signedHeader.header
  }

  /** Validators sign no block whose proposer tells another state. */
  async #rootByProposer(height: bigint): Promise<Uint8Array> {
    const last = (await this.transactions.load(height)).at(-1)
    const root = last && rootIn(last)
    if (root === undefined) throw errors.notProvable(`the state after the last block, ${height}`)
    return root
  }

  #remember<T>(name: string, load: (height: bigint) => Promise<T>): Remembered<T> {
    return new Remembered({ name, countMax: FACTS_MAX, load })
  }
}

function rootIn(raw: Uint8Array): Uint8Array | undefined {
  try {
    const { untrustedRawValue } = decode(SignedTransaction, raw)
    const { method, body } = decode(Transaction, untrustedRawValue)
    return method === METADATA_METHOD ? decode(BlockMetadata, body).stateRoot : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
