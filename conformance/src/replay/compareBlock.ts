/** What a block did here, beside what it did when it was recorded. */

import { cometValueOf } from '@wadi/consensus-services/application/blockAnswers'
import type { EndBlockResult, TxResult } from '@wadi/consensus-services/application/results'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import type { ValidatorUpdate } from '@wadi/consensus-services/kernel/service'
import { COMET_APP_VERSION } from '@wadi/primitives/version'
import { decode } from '@wadi/protobuf/codec'
import { ConsensusParamUpdates } from '@wadi/tendermint/types/consensusParams'
import {
  bytesOfBase64,
  type RecordedBlock,
  type RecordedEvent,
  type RecordedTxResult,
  type RecordedValidatorUpdate,
} from '../records.ts'
import { contrastEvents } from './compareEvents.ts'
import { type Contrast, contrastValues } from './words.ts'

/** A difference, and where in the block it is. */
export interface Difference extends Contrast {
  /** `begin`, `transaction 0`, `transactions`, `end`, `state`, or `invariants`. */
  readonly where: string
  /** Whose it is, if that is known. */
  readonly service?: string
  /** What differs is under this key of the state. */
  readonly entry?: EntryDifference
}

/** An entry of the state that differs; undefined is a value that is not there. */
export interface EntryDifference {
  readonly key: Uint8Array
  readonly recorded: Uint8Array | undefined
  readonly ours: Uint8Array | undefined
  /** Has the recorded block changed it? */
  readonly isRecorded: boolean
}

/** Everything that a block did here, but for the state. */
export interface OwnBlock {
  readonly beginEvents: readonly BlockEvent[]
  readonly txResults: readonly TxResult[]
  readonly endResult: EndBlockResult
}

function located(
  where: string,
  contrasts: readonly Omit<Difference, 'where'>[],
): readonly Difference[] {
  return contrasts.map((contrast) => ({ where, ...contrast }))
}

function contrastResult(recorded: RecordedTxResult, ours: TxResult): readonly Contrast[] {
  const theirs = {
    code: recorded.code ?? 0,
    codespace: recorded.codespace ?? '',
    data: recorded.data ?? '',
    gasWanted: recorded.gas_wanted ?? 0,
    gasUsed: recorded.gas_used ?? 0,
  }
  const own = {
    code: ours.code,
    codespace: ours.codespace,
    data: Buffer.from(ours.data ?? []).toString('base64'),
    gasWanted: Number(ours.gasWanted),
    gasUsed: Number(ours.gasUsed),
  }
  const contrasts = contrastValues(theirs, own)
  if (contrasts.length === 0) return contrasts
  // No part of the comparison, but it says why.
  const logs = { recorded: print(recorded.log), ours: print(ours.log) }
  return logs.recorded === logs.ours ? contrasts : [...contrasts, { what: 'log', ...logs }]
}

function print(log: string | undefined): string {
  return log === undefined || log === '' ? 'nothing' : log
}

/** Updates by key; their order is CometBFT's own. */
function contrastUpdates(
  recorded: readonly RecordedValidatorUpdate[] | null | undefined,
  ours: readonly ValidatorUpdate[],
): readonly Omit<Difference, 'where'>[] {
  const theirs = (recorded ?? []).map(({ pub_key: key, power }) => [key, power ?? 0] as const)
  const own = ours.map(({ publicKey, power }) => {
    return [Buffer.from(publicKey).toString('base64'), Number(power)] as const
  })
  const contrasts = contrastValues(Object.fromEntries(theirs), Object.fromEntries(own))
  // That one of the lists is empty says nothing more.
  const named = contrasts.filter(({ what }) => what !== '')
  return named.map(({ what, ...contrast }) => {
    return { ...contrast, what: `power of validator ${what.slice(1)}`, service: 'scheduler' }
  })
}

/** The only update of CometBFT's parameters is the version that is running. */
function contrastAppVersion(recorded: string | undefined): readonly Contrast[] {
  const { appVersion = 0n } = decode(ConsensusParamUpdates, bytesOfBase64(recorded ?? ''))
  return contrastValues({ appVersion }, { appVersion: COMET_APP_VERSION })
}

/** An event as the recording has it. */
function toRecordedForm({ type, attributes }: BlockEvent): RecordedEvent {
  return {
    type,
    attrs: attributes.map((attribute) => [attribute.key, cometValueOf(attribute)]),
  }
}

/** Compares everything but the state. */
export function compareBlock(record: RecordedBlock, ours: OwnBlock): readonly Difference[] {
  const results = record.tx_results ?? []
  const { txResults, endResult } = ours
  const counts = contrastValues({ results: results.length }, { results: txResults.length })
  return [
    ...located('begin', contrastEvents(record.begin_events, ours.beginEvents.map(toRecordedForm))),
    ...located('transactions', counts),
    ...txResults.flatMap((own, i) => {
      const recorded = results[i] ?? {}
      const contrasts = [
        ...contrastResult(recorded, own),
        ...contrastEvents(recorded.events, own.events.map(toRecordedForm)),
      ]
      return located(`transaction ${i}`, contrasts)
    }),
    ...located('end', contrastEvents(record.end_events, endResult.events.map(toRecordedForm))),
    ...located('end', contrastUpdates(record.validator_updates, endResult.validatorUpdates)),
    ...located('end', contrastAppVersion(record.consensus_param_updates)),
  ]
}
