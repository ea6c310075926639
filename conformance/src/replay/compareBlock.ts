/** What a block did here, beside what it did when it was recorded. */

import { cometValueOf } from '@wadi/consensus-services/application/blockAnswers'
import type { EndBlockResult, TxResult } from '@wadi/consensus-services/application/results'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import type { ValidatorUpdate } from '@wadi/consensus-services/kernel/service'
import { COMET_APP_VERSION } from '@wadi/primitives/version'
import { bytesField, integerField } from '../protobuf.ts'
import {
  bytesOfBase64,
  type RecordedBlock,
  type RecordedEvent,
  type RecordedTxResult,
  type RecordedValidatorUpdate,
} from '../records.ts'
import { type Contrast, contrastValues, decodeEvent } from './words.ts'

/** A difference, and where in the block it is. */
export interface Difference extends Contrast {
  /** `begin`, `end`, `state`, or the number of a transaction. */
  readonly where: string
}

/** Everything that a block did here, but for the state. */
export interface OwnBlock {
  readonly beginEvents: readonly BlockEvent[]
  readonly txResults: readonly TxResult[]
  readonly endResult: EndBlockResult
}

function located(where: string, contrasts: readonly Contrast[]): readonly Difference[] {
  return contrasts.map((contrast) => ({ where, ...contrast }))
}

/** An event as the recording has it. */
function toRecordedForm({ type, attributes }: BlockEvent): RecordedEvent {
  return {
    type,
    attrs: attributes.map((attribute) => [attribute.key, cometValueOf(attribute)]),
  }
}

function titleOf({ type, attrs }: RecordedEvent): string {
  return `${type} ${attrs.map(([key]) => key).join(' ')}`
}

function contrastEvent(i: number, recorded: RecordedEvent, ours: RecordedEvent): Contrast[] {
  if (titleOf(recorded) !== titleOf(ours))
    return [{ what: `event ${i}`, recorded: titleOf(recorded), ours: titleOf(ours) }]
  return recorded.attrs.flatMap(([key, value], j) => {
    const other = ours.attrs[j]![1]
    if (value === other) return []
    const read = (text: string) => decodeEvent(recorded.type, key, bytesOfBase64(text))
    const parts = contrastValues(read(value), read(other))
    const whole = [{ what: '', recorded: value, ours: other }]
    return (parts.length > 0 ? parts : whole).map((part) => ({
      ...part,
      what: `event ${i} ${titleOf(recorded)}${part.what}`,
    }))
  })
}

/** COMPAT(cometbft): the events of one list are compared one by one, in order. */
function contrastEvents(
  recorded: readonly RecordedEvent[] | null | undefined,
  ours: readonly BlockEvent[],
): readonly Contrast[] {
  const theirs = recorded ?? []
  const own = ours.map(toRecordedForm)
  const contrasts: Contrast[] = []
  for (let i = 0; i < Math.max(theirs.length, own.length); i++) {
    const [a, b] = [theirs[i], own[i]]
    if (a !== undefined && b !== undefined) contrasts.push(...contrastEvent(i, a, b))
    else {
      const print = (event: RecordedEvent | undefined) => (event ? titleOf(event) : 'no event')
      contrasts.push({ what: `event ${i}`, recorded: print(a), ours: print(b) })
    }
  }
  return contrasts
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
  const why = ours.log === '' ? [] : [{ what: ' (our log)', recorded: '', ours: ours.log }]
  return contrasts.length === 0 ? contrasts : [...contrasts, ...why]
}

/** Updates by key; their order is CometBFT's own. */
function contrastUpdates(
  recorded: readonly RecordedValidatorUpdate[] | null | undefined,
  ours: readonly ValidatorUpdate[],
): readonly Contrast[] {
  const theirs = (recorded ?? []).map(({ pub_key: key, power }) => [key, power ?? 0] as const)
  const own = ours.map(({ publicKey, power }) => {
    return [Buffer.from(publicKey).toString('base64'), Number(power)] as const
  })
  const contrasts = contrastValues(Object.fromEntries(theirs), Object.fromEntries(own))
  return contrasts.map((contrast) => ({ ...contrast, what: `validator ${contrast.what}` }))
}

const PARAM_UPDATES = { version: 4 } as const
const VERSION = { app: 1 } as const

/** The only update of CometBFT's parameters is the version that is running. */
function contrastAppVersion(recorded: string | undefined): readonly Contrast[] {
  const version = bytesField(bytesOfBase64(recorded ?? ''), PARAM_UPDATES.version)
  return contrastValues(
    { appVersion: integerField(version, VERSION.app) },
    {
      appVersion: COMET_APP_VERSION,
    },
  )
}

/** Compares everything but the state. */
export function compareBlock(record: RecordedBlock, ours: OwnBlock): readonly Difference[] {
  const results = record.tx_results ?? []
  const { txResults, endResult } = ours
  const counts = contrastValues({ count: results.length }, { count: txResults.length })
  return [
    ...located('begin', contrastEvents(record.begin_events, ours.beginEvents)),
    ...located('transactions', counts),
    ...txResults.flatMap((own, i) => {
      const recorded = results[i] ?? {}
      const contrasts = [
        ...contrastResult(recorded, own),
        ...contrastEvents(recorded.events, own.events),
      ]
      return located(`transaction ${i}`, contrasts)
    }),
    ...located('end', contrastEvents(record.end_events, endResult.events)),
    ...located('end', contrastUpdates(record.validator_updates, endResult.validatorUpdates)),
    ...located('end', contrastAppVersion(record.consensus_param_updates)),
  ]
}
