/** Draws to whom ParaTimes are open, so that everybody who is needed may still be elected. */

import type { Dice } from '../../plan/dice.ts'
import { isAdmitted, isPoolEnough, poolSizeOf } from '../tables/admissionTables.ts'
import type { ParatimePlan, ParatimeShape } from './paratimePlan.ts'
import {
  type Admission,
  type Applicant,
  type Crowd,
  type NodeRole,
  OPEN_TERMS,
  type ParatimeTerms,
  type PoolRules,
} from './paratimeTerms.ts'

/** What an entity of an applicant has: enough for any of the stakes, or for none. */
export const APPLICANT_STAKES = [1_000_000_000, 500] as const
/** All nodes of an entity together stake less than it has, whatever its executors lose. */
const STAKES = [0, 1000, 100_000_000] as const
/** Time to be answered in. */
const LAST_MS = 10_000

/** Those who stand, without what they stand for. */
type People = Pick<Crowd, 'entityOf' | 'validators'>

/** In half of the plans some ParaTimes are not open to everybody. */
export function withTerms(dice: Dice, plan: ParatimePlan, honest: readonly number[]): ParatimePlan {
  if (!dice.percent(50)) return plan
  const people = peopleOf(dice, plan, honest)
  const paratimes = plan.paratimes.map((shape, number) => {
    const isUpgraded = plan.upgrade?.paratimes.includes(number) === true
    return { ...shape, terms: termsOf(dice, shape, { people, isUpgraded }) }
  })
  const closed = { ...plan, paratimes }
  const crowd: Crowd = {
    ...people,
    applicants: applicantsOf(dice, closed, people),
    outsiders: outsidersOf(dice, closed, people),
    meddlers: meddlersOf(dice, closed),
  }
  return { ...closed, crowd }
}

/** Who is honest may share an entity with another one: both are slashed for what neither does. */
function peopleOf(dice: Dice, { executors }: ParatimePlan, honest: readonly number[]): People {
  const all = Array.from({ length: executors }, (_, i) => i)
  const [one, other] = dice.shuffled(honest)
  const isShared = dice.percent(50) && one !== undefined && other !== undefined
  const pair = isShared ? [Math.min(one, other), Math.max(one, other)] : []
  return {
    entityOf: all.map((node) => (node === pair[1] ? pair[0]! : node)),
    validators: dice.percent(50) ? dice.shuffled(all).slice(0, dice.between(1, executors)) : [],
  }
}

/** The roles of an executor. */
export function rolesOf({ validators }: People, executor: number): readonly NodeRole[] {
  return validators.includes(executor) ? ['compute', 'validator'] : ['compute']
}

/** Is the executor let in from the beginning? */
export function isServed({ terms = OPEN_TERMS }: ParatimeShape, people: People, node: number) {
  const entity = people.entityOf[node]!
  return isAdmitted(terms.admission, { entity, roles: rolesOf(people, node) }, [])
}

/** Can both roles be elected when every executor is there? */
export function canElect(shape: ParatimeShape, people: People): boolean {
  const { terms = OPEN_TERMS, workers, backupWorkers } = shape
  const { entityOf, validators } = people
  const entities = entityOf.filter((_, node) => isServed(shape, people, node))
  const validating = new Set(validators.map((node) => entityOf[node]!))
  return (
    isPoolEnough(terms.worker, workers, poolSizeOf(terms.worker, entities, validating)) &&
    isPoolEnough(
      terms.backupWorker,
      backupWorkers,
      poolSizeOf(terms.backupWorker, entities, validating),
    )
  )
}

interface Surroundings {
  readonly people: People
  readonly isUpgraded: boolean
}

/** One demand after the other is made, if all can still be elected with it. */
function termsOf(
  dice: Dice,
  shape: ParatimeShape,
  { people, isUpgraded }: Surroundings,
): ParatimeTerms {
  let terms: ParatimeTerms = {
    ...OPEN_TERMS,
    stakes: { compute: dice.one(STAKES), observer: dice.one(STAKES) },
    // A ParaTime of accounts cannot ask for another version.
    governance:
      dice.percent(40) && !(isUpgraded && shape.kind === 'accounts') ? 'runtime' : 'entity',
  }
  const demand = (change: Partial<ParatimeTerms>) => {
    const changed = { ...terms, ...change }
    if (canElect({ ...shape, terms: changed }, people)) terms = changed
  }
  for (const admission of admissionsOf(dice, people)) demand({ admission })
  for (const role of ['worker', 'backupWorker'] as const)
    for (const rules of rulesOf(dice, people)) demand({ [role]: { ...terms[role], ...rules } })
  return terms
}

/** Lists of the same kind, each with one entity less. */
function* admissionsOf(dice: Dice, people: People): Generator<Admission> {
  const kind = dice.one(['anyone', 'listed', 'limited', 'by-role'] as const)
  if (kind === 'anyone') return
  const entities = dice.shuffled([...new Set(people.entityOf)])
  const observers = dice.percent(50) ? [] : undefined
  const isCounted = dice.percent(70)
  const shortest = dice.between(1, entities.length)
  for (let count = entities.length; count >= shortest; count--) {
    const left = entities.slice(0, count)
    const nodesOf = (entity: number, role: NodeRole) =>
      people.entityOf.filter((one, node) => one === entity && rolesOf(people, node).includes(role))
        .length
    if (kind === 'by-role') {
      const compute = left.map((entity) => {
        return { entity, maxNodes: isCounted ? nodesOf(entity, 'compute') : 0 }
      })
      const lists = observers === undefined ? { compute } : { compute, observer: observers }
      yield { kind, lists }
    } else
      yield {
        kind: 'listed',
        entities: left.map((entity) => {
          if (kind === 'listed') return { entity, maxNodes: undefined }
          const validator = nodesOf(entity, 'validator')
          const maxNodes = { compute: nodesOf(entity, 'compute'), observer: 1 }
          return { entity, maxNodes: validator === 0 ? maxNodes : { ...maxNodes, validator } }
        }),
      }
  }
}

function* rulesOf(dice: Dice, { entityOf }: People): Generator<Partial<PoolRules>> {
  if (dice.percent(50)) yield { isValidating: true }
  if (dice.percent(50)) yield { perEntityMax: dice.between(1, 2) }
  if (dice.percent(60)) {
    const first = dice.between(1, entityOf.length)
    for (let poolMin = 1; poolMin <= first; poolMin++) yield { poolMin }
  }
}

/** Nobody is let into a committee who never runs. */
function applicantsOf(dice: Dice, plan: ParatimePlan, people: People): readonly Applicant[] {
  const { executors, paratimes, endMs } = plan
  return Array.from({ length: dice.between(1, 3) }, (_, i) => {
    const isOwn = dice.percent(50)
    const entity = isOwn ? executors + i : dice.one(people.entityOf)
    const stake = dice.one(APPLICANT_STAKES)
    const paratime = dice.below(paratimes.length)
    const atMs = dice.between(1000, endMs - LAST_MS)
    const { admission, stakes } = paratimes[paratime]!.terms ?? OPEN_TERMS
    const others = people.entityOf.flatMap((owner, node) => {
      const isIn = isServed(paratimes[paratime]!, people, node)
      return isIn ? [{ entity: owner, roles: rolesOf(people, node) }] : []
    })
    const isRefused =
      !isAdmitted(admission, { entity, roles: ['compute'] }, others) ||
      (isOwn && stake <= stakes.compute)
    const role = isRefused && dice.percent(70) ? 'compute' : 'observer'
    return { entity, stake, role, paratime, atMs }
  })
}

/** Executors that are not on a list are as insistent. */
function outsidersOf(dice: Dice, plan: ParatimePlan, people: People): Crowd['outsiders'] {
  return plan.paratimes.flatMap((shape, paratime) =>
    people.entityOf.flatMap((_, node) => {
      const atMs = dice.between(1000, plan.endMs - LAST_MS)
      return isServed(shape, people, node) ? [] : [{ node, paratime, atMs }]
    }),
  )
}

/** An owner that announces versions has no time for others. */
function meddlersOf(dice: Dice, { paratimes, upgrade, endMs }: ParatimePlan): Crowd['meddlers'] {
  return paratimes.flatMap(({ terms = OPEN_TERMS }, paratime) => {
    const atMs = dice.between(1000, endMs - LAST_MS)
    const isOwner = terms.governance === 'runtime' && dice.percent(70)
    if (dice.percent(40) || (isOwner && upgrade !== undefined)) return []
    return [{ who: isOwner ? ('owner' as const) : ('stranger' as const), paratime, atMs }]
  })
}
