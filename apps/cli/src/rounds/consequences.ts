/** What a round cost, and whom. */

import { equalBytes } from '@wadi/base/bytes'
import type { NodeStatus } from '@wadi/consensus/registry'
import { HEADER_TYPES } from '@wadi/consensus/roothash/block'
import type { Event } from '@wadi/consensus/staking/events'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import type { Namespace } from '@wadi/primitives/namespace'
import { COMMON_POOL_ADDRESS } from '@wadi/primitives/reservedAddresses'
import type { RoundDesk, RoundSpan } from './findRound.ts'
import type { Member, Payment, Penalty, Step } from './roundFacts.ts'

interface Sum {
  readonly account: Address
  readonly amount: bigint
}

const isCommonPool = (address: Address) => equalBytes(address, COMMON_POOL_ADDRESS)

/** Who got something out of the common pool. */
function rewardOf({ transfer, escrow }: Event) {
  if (transfer !== undefined && isCommonPool(transfer.from))
    return { account: transfer.to, amount: transfer.amount }
  const add = escrow?.add
  if (add !== undefined && isCommonPool(add.owner))
    return { account: add.escrow, amount: add.amount }
  return undefined
}

function payment(kind: Payment['kind'], height: bigint, { account, amount }: Sum): Payment {
  return { kind, height, account, amount }
}

/** The same with one entry for each account: commission is paid apart from the rest. */
function summed(all: readonly Sum[]): readonly Sum[] {
  const sums: { account: Address; amount: bigint }[] = []
  for (const { account, amount } of all) {
    const known = sums.find((each) => equalBytes(each.account, account))
    if (known === undefined) sums.push({ account, amount })
    else known.amount += amount
  }
  return sums.filter(({ amount }) => amount > 0n)
}

/** What was taken at once, and who was given of it. */
interface Settlement {
  readonly takes: Sum[]
  readonly gives: Sum[]
}

/** Whoever settles takes first: what is taken after something was given is another's. */
function settlementsIn(events: readonly Event[]): readonly Settlement[] {
  const found: Settlement[] = []
  for (const event of events) {
    const last = found.at(-1)
    const take = event.escrow?.take
    const gives = rewardOf(event)
    if (take !== undefined) {
      const sum = { account: take.owner, amount: take.amount + take.debondingAmount }
      if (last === undefined || last.gives.length > 0) found.push({ takes: [sum], gives: [] })
      else last.takes.push(sum)
    } else if (gives !== undefined) last?.gives.push(gives)
  }
  return found
}

/** What was taken from the entities of members at a height, and who was given of it. */
export function paymentsIn(
  events: readonly Event[],
  height: bigint,
  members: readonly Pick<Member, 'entity'>[],
): readonly Payment[] {
  const accounts = members.flatMap(({ entity }) => (entity ? [stakingAddress(entity)] : []))
  const isMembers = (sum: Sum) => accounts.some((account) => equalBytes(account, sum.account))
  const own = settlementsIn(events).filter(({ takes }) => takes.some(isMembers))
  const takes = own.flatMap((each) => each.takes.filter(isMembers))
  const gives = own.flatMap((each) => each.gives)
  return [
    ...summed(takes).map((sum) => payment('slashed', height, sum)),
    ...summed(gives).map((sum) => payment('rewarded', height, sum)),
  ]
}

/** Stake that moved because of the round. */
export async function roundPayments(
  desk: RoundDesk,
  { after }: Pick<RoundSpan, 'after'>,
  { members, steps }: { readonly members: readonly Member[]; readonly steps: readonly Step[] },
): Promise<readonly Payment[]> {
  const evident = steps.flatMap(({ kind, height }) => (kind === 'evidence' ? [height] : []))
  const heights = [...new Set([...evident, ...(after ? [after.height] : [])])]
  const type = after?.state.lastBlock?.header.headerType
  const all = await Promise.all(
    heights.map(async (height) => {
      const found = paymentsIn(await desk.staking.getEvents(height), height, members)
      // Whoever is rewarded when an epoch begins is so for other things.
      const isReward = type === HEADER_TYPES.normal || height !== after?.height
      return found.filter(({ kind }) => kind === 'slashed' || isReward)
    }),
  )
  return all.flat()
}

function penaltyIn(id: Namespace, { node }: Member, was: NodeStatus, is: NodeStatus): Penalty[] {
  const frozenUntil = is.freezeEndTime > was.freezeEndTime ? is.freezeEndTime : undefined
  const [before, fault] = [was.faults.get(id), is.faults.get(id)]
  const isWorse = (fault?.failures ?? 0) > (before?.failures ?? 0)
  const suspended =
    fault && isWorse ? { until: fault.suspendedUntil, failures: fault.failures } : undefined
  return frozenUntil === undefined && suspended === undefined
    ? []
    : [{ node, frozenUntil, suspended }]
}

/** What the network holds against members since the round ended. */
export async function roundPenalties(
  { registry }: RoundDesk,
  { during, after }: Pick<RoundSpan, 'during' | 'after'>,
  { members, id }: { readonly members: readonly Member[]; readonly id: Namespace },
): Promise<readonly Penalty[]> {
  if (after === undefined) return []
  const present = members.filter(({ entity }) => entity !== undefined)
  const all = await Promise.all(
    present.map(async (member) => {
      const statusAt = (height: bigint) => registry.getNodeStatus({ height, id: member.node })
      const [was, is] = await Promise.all([statusAt(during.height), statusAt(after.height)])
      return penaltyIn(id, member, was, is)
    }),
  )
  return all.flat()
}
