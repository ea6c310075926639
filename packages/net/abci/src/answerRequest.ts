/** One question, put to the application, and its answer. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { unreachable } from '@wadi/base/errors'
import type {
  Application,
  BlockContext,
  ConsensusParamUpdates,
  InitChainRequest,
  Misbehavior,
  Snapshot,
  VoteInfo,
} from '@wadi/contracts/application'
import type { QueryRequest, Request, RequestBody } from './messages/request.ts'
import type { Response } from './messages/response.ts'

/** What is answered to a query of the state. */
export interface QueryAnswer {
  readonly code: number
  readonly codespace: string
  readonly log: string
  readonly value: Uint8Array
  readonly height: bigint
}

/** Answers queries of the state; an engine asks none of its own. */
export type AnswerQuery = (request: QueryRequest) => QueryAnswer

/** Says that there is nothing to ask. */
export const NO_QUERIES: AnswerQuery = () => {
  const log = 'consensus: method not supported'
  return { code: 4, codespace: 'consensus', log, value: EMPTY_BYTES, height: 0n }
}

/** The numbers of `MisbehaviorType`. */
const MISBEHAVIOR_KINDS: readonly Misbehavior['kind'][] = [
  'unknown',
  'duplicate-vote',
  'light-client-attack',
]
const RECHECK = 1
const NO_SNAPSHOT: Snapshot = {
  height: 0n,
  format: 0,
  chunks: 0,
  hash: EMPTY_BYTES,
  metadata: EMPTY_BYTES,
}

type CommitInfo = RequestBody<'beginBlock'>['lastCommit']
type WireMisbehavior = RequestBody<'beginBlock'>['misbehavior']

function votesOf({ votes }: CommitInfo): readonly VoteInfo[] {
  return votes.map(({ validator, signedLastBlock }) => ({
    ...validator,
    hasSigned: signedLastBlock,
  }))
}

function misbehaviorOf(list: WireMisbehavior): readonly Misbehavior[] {
  return list.map(({ type, validator, ...rest }) => {
    return { kind: MISBEHAVIOR_KINDS[type] ?? 'unknown', ...validator, ...rest }
  })
}

/** What a question about a proposal says of its block. */
function proposedContext(
  body: Omit<RequestBody<'processProposal'>, 'transactions' | 'hash'>,
  hash: Uint8Array,
): BlockContext {
  const { height, time, proposerAddress, nextValidatorsHash, lastCommit, misbehavior } = body
  return {
    height,
    time,
    hash,
    proposerAddress,
    nextValidatorsHash,
    lastCommitRound: lastCommit.round,
    lastCommit: votesOf(lastCommit),
    misbehavior: misbehaviorOf(misbehavior),
  }
}

function decidedContext(body: RequestBody<'beginBlock'>): BlockContext {
  const { height, time, proposerAddress, nextValidatorsHash } = body.header.header
  const header = { height, time, proposerAddress, nextValidatorsHash }
  return proposedContext({ ...body, ...header }, body.hash)
}

/** An engine that says nothing of its parameters. */
const NO_PARAMS: ConsensusParamUpdates = {
  block: undefined,
  evidence: undefined,
  pubKeyTypes: undefined,
  appVersion: undefined,
}

function chainOf(body: RequestBody<'initChain'>): InitChainRequest {
  return { ...body, consensusParams: body.consensusParams ?? NO_PARAMS }
}

function answerPrepare(application: Application, body: RequestBody<'prepareProposal'>): Response {
  const { transactions, bytesMax } = body
  const request = { ...proposedContext(body, EMPTY_BYTES), transactions, bytesMax }
  return {
    kind: 'prepareProposal',
    body: { transactions: application.prepareProposal(request) },
  }
}

function answerProcess(application: Application, body: RequestBody<'processProposal'>): Response {
  const context = proposedContext(body, body.hash)
  const isGood = application.processProposal(context, body.transactions)
  return { kind: 'processProposal', body: { status: isGood ? 'accept' : 'reject' } }
}

function answerQuery(answer: QueryAnswer): Response {
  return { kind: 'query', body: { ...answer, info: '', index: 0n, key: EMPTY_BYTES } }
}

/** Puts a question to the application. What is thrown is not answered here. */
export function answerRequest(
  application: Application,
  { kind, body }: Request,
  query: AnswerQuery,
): Response {
  switch (kind) {
    case 'echo':
    case 'flush':
      return { kind, body } as Response
    case 'info':
      return { kind, body: { data: '', ...application.info() } }
    case 'initChain':
      return { kind, body: application.initChain(chainOf(body)) }
    case 'query':
      return answerQuery(query(body))
    case 'checkTx': {
      const check = body.type === RECHECK ? 'recheck' : 'new'
      return { kind, body: application.checkTx(body.transaction, check) }
    }
    case 'prepareProposal':
      return answerPrepare(application, body)
    case 'processProposal':
      return answerProcess(application, body)
    case 'beginBlock': {
      const context = { ...decidedContext(body), header: body.header.raw, transactions: [] }
      return { kind, body: { events: application.beginBlock(context) } }
    }
    case 'deliverTx':
      return { kind, body: application.deliverTx(body.transaction) }
    case 'endBlock':
      return { kind, body: application.endBlock(body.height) }
    case 'commit':
      return { kind, body: application.commit() }
    case 'listSnapshots':
      return { kind, body: { snapshots: application.listSnapshots() } }
    case 'offerSnapshot': {
      const { snapshot = NO_SNAPSHOT, appHash } = body
      return { kind, body: { result: application.offerSnapshot(snapshot, appHash) } }
    }
    case 'loadSnapshotChunk': {
      const { height, format, chunk } = body
      return { kind, body: { chunk: application.loadSnapshotChunk(height, format, chunk) } }
    }
    case 'applySnapshotChunk': {
      const { index, chunk, sender } = body
      return { kind, body: application.applySnapshotChunk(index, chunk, sender) }
    }
    default:
      return unreachable(kind, 'abci: kind of a question')
  }
}
