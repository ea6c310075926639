/** `commission`: amends a commission schedule, and tries what no schedule can be. */

import { equalBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import {
  type CommissionRateBoundStep,
  type CommissionRateStep,
  CommissionSchedule,
  type CommissionScheduleRules,
  ThresholdKind,
} from '@wadi/consensus/staking'
import type { Signer } from '@wadi/crypto/signature/signer'
import { quantity } from '@wadi/primitives/quantity'
import { methodCall } from '@wadi/sdk/method-call'
import { check, errors } from '../errors.ts'
import { drawChance, drawSigner } from '../randomChoice.ts'
import { addressOf } from '../transactionSender.ts'
import { doneBefore, mustFail, type Workload, type WorkloadWorld } from '../workload.ts'
import { drawAmendment, drawWrongAmendment, EPOCHS_TO_SPARE } from './amendment.ts'

const LAST = 0n
const PAUSE_MS = 1_000
/** So often of a hundred times something wrong is tried. */
const WRONG_PERCENT = 25

interface Amender extends WorkloadWorld {
  readonly signer: Signer
  readonly rules: CommissionScheduleRules
}

/** The steps that begin where the amendment begins, or later. */
function stepsFrom<S extends CommissionRateStep | CommissionRateBoundStep>(
  steps: readonly S[],
  amendment: readonly S[],
): readonly S[] {
  const first = amendment[0]?.start ?? 0n
  return steps.filter(({ start }) => start >= first)
}

async function amend(world: Amender): Promise<void> {
  const { client, sender, funds, random, signer, rules } = world
  const owner = addressOf(signer)
  const height = await sender.caughtUp()
  const epoch = await client.beacon.getEpoch(height)
  const scheduleAt = async (at: bigint) =>
    (await client.staking.account({ height: at, owner })).escrow.commissionSchedule
  const terms = { schedule: await scheduleAt(height), rules, epoch }
  if (drawChance(random, WRONG_PERCENT)) {
    const wrong = { amendment: drawWrongAmendment(random, terms) }
    const call = methodCall('staking.AmendCommissionSchedule', wrong)
    await mustFail('an amendment outside the rules', () => sender.send(signer, call, funds))
    const same = encode(CommissionSchedule, await scheduleAt(await sender.caughtUp()))
    const isSame = equalBytes(same, encode(CommissionSchedule, terms.schedule))
    check(isSame, () => 'a refused amendment changed the schedule')
    return
  }
  const amendment = drawAmendment(random, terms)
  if (amendment === undefined) return
  const call = methodCall('staking.AmendCommissionSchedule', { amendment })
  const inTime = epoch + EPOCHS_TO_SPARE - 1n
  if (!(await doneBefore(world, inTime, () => sender.send(signer, call, funds)))) return
  const { rates, bounds } = await scheduleAt(await sender.caughtUp())
  const result = {
    rates: stepsFrom(rates, amendment.rates),
    bounds: stepsFrom(bounds, amendment.bounds),
  }
  const isThere = equalBytes(
    encode(CommissionSchedule, result),
    encode(CommissionSchedule, amendment),
  )
  check(isThere, () => 'the schedule does not end with what was amended')
}

/** An account that stakes what a validator has to: others may have no schedule. */
async function openAmender(world: WorkloadWorld): Promise<Amender> {
  const { client, sender, funds, random } = world
  const signer = drawSigner(random)
  const params = await client.staking.consensusParameters(LAST)
  const { commissionScheduleRules: rules, thresholds } = params
  if (rules.maxBoundSteps === 0 || rules.maxRateSteps === 0 || rules.rateChangeInterval === 0n)
    throw errors.notPossible('its rules allow no commission schedules')
  const { entity, 'node-validator': validator } = ThresholdKind.names
  const stake = (thresholds.get(entity) ?? 0n) + (thresholds.get(validator) ?? 0n)
  const account = addressOf(signer)
  const least = stake > params.minDelegation ? stake : params.minDelegation
  if (least > 0n) {
    const call = methodCall('staking.AddEscrow', { account, amount: quantity(least) })
    await sender.send(funds, call)
  }
  return { ...world, signer, rules }
}

/** See the top of this file. */
export const commissionWorkload: Workload = {
  needsFunds: true,
  async run(world) {
    const amender = await openAmender(world)
    do await amend(amender)
    while (await world.goesOn(PAUSE_MS))
  },
}
