/** To whom ParaTimes are open: who is registered, who is elected, and who changes descriptors. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { decode, encode } from '@wadi/cbor/codec'
import { errors as registry } from '@wadi/consensus/registry/errors'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Runtime } from '@wadi/consensus/registry/runtime'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { hashOfMessages } from '@wadi/consensus/roothash/messages'
import { ThresholdKind } from '@wadi/consensus/staking'
import { errors as staking } from '@wadi/consensus/staking/errors'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { read, valuesOf } from '@wadi/consensus-services/kernel/state'
import { stakingAddress } from '@wadi/primitives/address'
import { Node } from '@wadi/primitives/node'
import { hasRole } from '@wadi/primitives/nodeRoles'
import type { DrivenChain, SeenBlock } from '../chain/drivenChain.ts'
import { type NodeRole, OPEN_TERMS, type ParatimeTerms, plainCrowd } from '../plan/paratimeTerms.ts'
import { isAdmitted, isPoolEnough, poolSizeOf, type Registrant } from '../tables/admissionTables.ts'
import { keysOf } from '../tables/writtenRound.ts'
import type { Applied, ParatimeChecker, ParatimeWorld, Refusal } from './paratimeChecker.ts'

const ROLES: readonly NodeRole[] = ['compute', 'observer', 'validator']

/** A node of the registry, by the numbers that plans know. */
interface Known extends Registrant {
  readonly node: Node
}

function termsOf({ plan }: ParatimeWorld, paratime: number): ParatimeTerms {
  return plan.paratimes[paratime]!.terms ?? OPEN_TERMS
}

function knownOf({ genesis }: DrivenChain, node: Node): Known {
  const entity = genesis.entities.findIndex((one) => equalBytes(one.publicKey, node.entityId))
  return { node, entity, roles: ROLES.filter((role) => hasRole(node.roles, role)) }
}

/** Who is registered after the last block. */
function registered(chain: DrivenChain): readonly Known[] {
  return Array.from(valuesOf(chain.state, registryKeys.nodes), ({ untrustedRawValue }) =>
    knownOf(chain, decode(Node, untrustedRawValue)),
  )
}

function runs({ genesis }: DrivenChain, node: Node, paratime: number): boolean {
  const id = genesis.ids[paratime]!
  return (node.runtimes ?? []).some((own) => own !== undefined && equalBytes(own.id, id))
}

/** Has an entity what all of these nodes take? */
function isStaked(world: ParatimeWorld, all: readonly Known[], entity: number): boolean {
  const { chain, plan } = world
  const { genesis } = chain
  const { thresholds } = genesis.network.document.staking.params
  const least = (kind: keyof typeof ThresholdKind.names) =>
    thresholds.get(ThresholdKind.names[kind]) ?? 0n
  let due: bigint = least('entity')
  for (const { node, roles } of all.filter((one) => one.entity === entity)) {
    if (roles.includes('validator')) due += least('node-validator')
    for (const paratime of plan.paratimes.keys()) {
      if (!runs(chain, node, paratime)) continue
      const { stakes } = termsOf(world, paratime)
      for (const role of ['compute', 'observer'] as const)
        if (roles.includes(role)) due += least(`node-${role}`) + BigInt(stakes[role])
    }
  }
  const address = stakingAddress(genesis.entities[entity]!.publicKey)
  return (read(chain.state, stakingKeys.accounts, address)?.escrow.active.balance ?? 0n) >= due
}

function isIt(refusal: Refusal, { module, code }: Refusal): boolean {
  return refusal.module === module && refusal.code === code
}

/** Who asks to be registered is let in by the table, or refused; nobody else is there. */
export function createAdmission(world: ParatimeWorld): ParatimeChecker {
  const name = 'admission'
  const { chain, plan } = world
  let epochBefore: bigint | undefined
  const isLetIn = (known: Known, all: readonly Known[], paratime: number) => {
    const others = all.filter(
      ({ node }) => !equalBytes(node.id, known.node.id) && runs(chain, node, paratime),
    )
    return isAdmitted(termsOf(world, paratime).admission, known, others)
  }
  /** Of those in the registry. */
  const strangers = (all: readonly Known[], paratime: number) =>
    all
      .filter(({ node }) => runs(chain, node, paratime))
      .filter((one) => !isLetIn(one, all, paratime))
  /** What is wrong with a refusal. */
  const whyWrong = ({ node, paratime }: Applied, refusal: Refusal): string | undefined => {
    const known = knownOf(chain, node)
    const others = registered(chain).filter((one) => !equalBytes(one.node.id, node.id))
    const all = [...others, known]
    const isFree = isLetIn(known, all, paratime)
    if (isIt(refusal, registry.forbidden())) return isFree ? 'is on the list' : undefined
    if (!isFree) return 'is not on the list'
    if (!isIt(refusal, staking.insufficientStake())) return 'has done nothing else'
    return isStaked(world, all, known.entity) ? 'has the stake' : undefined
  }
  return {
    name,
    onApplied(applied) {
      const { node, paratime, refusal } = applied
      const which = `paratime ${paratime}: node ${toHex(node.id)}`
      if (refusal === undefined) {
        const all = registered(chain)
        const known = all.find((one) => equalBytes(one.node.id, node.id))
        if (known === undefined) world.report(name, `${which} is let in, and not registered`)
        else if (!isLetIn(known, all, paratime))
          world.report(name, `${which} is registered, and not on the list`)
        else if (!isStaked(world, all, known.entity))
          world.report(name, `${which} is registered without the stake`)
        else world.count('new-observer')
        return
      }
      world.count('refused-node')
      const why = whyWrong(applied, refusal)
      if (why === undefined) return
      world.report(name, `${which} ${why}, and is refused: ${refusal.module}/${refusal.code}`)
    },
    onBlock({ height, epoch }) {
      const isNew = epochBefore !== epoch
      epochBefore = epoch
      if (!isNew) return
      const all = registered(chain)
      for (const paratime of plan.paratimes.keys())
        for (const { node } of strangers(all, paratime))
          world.report(
            name,
            `paratime ${paratime}, height ${height}: node ${toHex(node.id)} is registered, and not on the list`,
          )
    },
  }
}

/** Committees are elected of those of whom the ParaTime wants them. */
export function createPools(world: ParatimeWorld): ParatimeChecker {
  const name = 'pools'
  const { chain, plan } = world
  const crowd = plan.crowd ?? plainCrowd(plan.executors)
  const validating = new Set(crowd.validators.map((node) => crowd.entityOf[node]!))
  let epochBefore: bigint | undefined
  function* whyWrong(paratime: number, state: RuntimeState): Generator<string> {
    const terms = termsOf(world, paratime)
    const { workers, backupWorkers } = plan.paratimes[paratime]!
    const all = registered(chain).filter(({ node }) => runs(chain, node, paratime))
    const computing = all.filter(({ roles }) => roles.includes('compute'))
    for (const [role, rules, seats] of [
      ['worker', terms.worker, workers],
      ['backup-worker', terms.backupWorker, backupWorkers],
    ] as const) {
      const keys = keysOf(state, role)
      const members = computing.filter(({ node }) => keys.includes(toHex(node.id)))
      if (keys.length !== seats) yield `${keys.length} are elected as ${role}, and not ${seats}`
      if (members.length !== keys.length) yield `a ${role} is not registered`
      const entities = members.map(({ entity }) => entity)
      if (poolSizeOf(rules, entities, validating) < members.length)
        yield `of ${role}s elected, some do not validate, or too many are of one entity`
      const pool = poolSizeOf(
        rules,
        computing.map(({ entity }) => entity),
        validating,
      )
      if (!isPoolEnough(rules, seats, pool)) yield `${pool} are too few to elect any ${role} of`
    }
  }
  return {
    name,
    onBlock({ height, epoch, states }: SeenBlock) {
      const isNew = epochBefore !== undefined && epochBefore !== epoch
      epochBefore = epoch
      if (!isNew) return
      for (const [paratime, { after }] of states.entries()) {
        if (after.suspended || after.committee === undefined) continue
        for (const why of whyWrong(paratime, after))
          world.report(name, `paratime ${paratime}, height ${height}: ${why}`)
      }
    },
  }
}

/** Nobody changes the descriptor of what he does not govern. */
export function createGovernance(world: ParatimeWorld): ParatimeChecker {
  const name = 'governance'
  const { ids } = world.chain.genesis
  const noMessages = toHex(hashOfMessages([]))
  const known = new Map<number, string>()
  return {
    name,
    onBlock({ height, states }) {
      for (const [paratime, { before, after }] of states.entries()) {
        if (termsOf(world, paratime).governance !== 'runtime') continue
        const descriptor = read(world.chain.state, registryKeys.runtimes, ids[paratime]!)
        if (descriptor === undefined) continue
        const [was, is] = [known.get(paratime), toHex(encode(Runtime, descriptor))]
        known.set(paratime, is)
        if (was === undefined || was === is) continue
        const { round, messagesHash } = after.lastBlock!.header
        const hasAsked =
          round > before.lastBlock!.header.round && toHex(messagesHash) !== noMessages
        if (hasAsked) world.count('own-change')
        else
          world.report(
            name,
            `paratime ${paratime}, height ${height}: another descriptor without a message`,
          )
      }
    },
    onMeddled({ paratime, who, refusal }) {
      const isOwn = termsOf(world, paratime).governance === 'runtime'
      const due = isOwn ? registry.forbidden() : registry.incorrectTxSigner()
      if (refusal === undefined)
        world.report(name, `paratime ${paratime}: its ${who} has changed its descriptor`)
      else if (!isIt(refusal, due))
        world.report(
          name,
          `paratime ${paratime}: its ${who} is refused by ${refusal.module}/${refusal.code}`,
        )
      else world.count('refused-change')
    },
  }
}
