/**
 * Who is elected has registered for the version that is due, and nobody is missing where enough
 * have whom the ParaTime wants.
 */

import { toHex } from '@wadi/base/bytes'
import { decode } from '@wadi/cbor/codec'
import * as registryKeys from '@wadi/consensus/registry/keys'
import type { RuntimeState } from '@wadi/consensus/roothash'
import { read } from '@wadi/consensus-services/kernel/state'
import { Node } from '@wadi/primitives/node'
import { activeDeployment, registeredRuntime } from '@wadi/runtime-protocol/deployments'
import { OPEN_TERMS, plainCrowd } from '../plan/paratimeTerms.ts'
import { isPoolEnough, poolSizeOf } from '../tables/admissionTables.ts'
import { membersOf } from '../tables/writtenRound.ts'
import type { ParatimeChecker, ParatimeWorld } from './paratimeChecker.ts'

type Nodes = ReadonlyMap<string, Node>

/** See the top of this file. It has nothing to say of committees that also freeze nodes. */
export function createVersions(world: ParatimeWorld): ParatimeChecker {
  const name = 'versions'
  const { chain, plan } = world
  const { ids, executors } = chain.genesis
  const crowd = plan.crowd ?? plainCrowd(plan.executors)
  const validating = new Set(crowd.validators.map((node) => crowd.entityOf[node]!))
  let epochBefore: bigint | undefined
  let [before, after]: readonly [Nodes, Nodes] = [new Map(), new Map()]
  const nodes = (): Nodes =>
    new Map(
      executors.flatMap(({ node: { publicKey } }) => {
        const signed = read(chain.state, registryKeys.nodes, publicKey)
        if (signed === undefined) return []
        return [[toHex(publicKey), decode(Node, signed.untrustedRawValue)] as const]
      }),
    )
  /** What is wrong with the committee of a ParaTime that begins with an epoch. */
  const whyWrong = (paratime: number, state: RuntimeState, epoch: bigint): string | undefined => {
    const id = ids[paratime]!
    const due = activeDeployment(state.runtime!, epoch)!.version
    const canRun = [...before].flatMap(([key, node]) =>
      registeredRuntime(node, id, due) === undefined ? [] : [key],
    )
    const members = membersOf(state).map(({ publicKey }) => toHex(publicKey))
    const stranger = members.find((key) => !canRun.includes(key))
    if (stranger !== undefined) return `${stranger} is elected without the version that is due`
    const { workers, backupWorkers, liveness, terms = OPEN_TERMS } = plan.paratimes[paratime]!
    const entities = executors.flatMap(({ node }, i) =>
      canRun.includes(toHex(node.publicKey)) ? [crowd.entityOf[i]!] : [],
    )
    const isEnough = (
      [
        [terms.worker, workers],
        [terms.backupWorker, backupWorkers],
      ] as const
    ).every(([rules, seats]) => isPoolEnough(rules, seats, poolSizeOf(rules, entities, validating)))
    if (isEnough && state.suspended && liveness === undefined)
      return `nobody is elected, although ${canRun.length} nodes have the version that is due`
    return undefined
  }
  return {
    name,
    onBlock({ height, epoch, states }) {
      ;[before, after] = [after, nodes()]
      const isNew = epochBefore !== undefined && epochBefore !== epoch
      epochBefore = epoch
      if (!isNew) return
      for (const [paratime, { after: state }] of states.entries()) {
        const why = whyWrong(paratime, state, epoch)
        if (why !== undefined) world.report(name, `paratime ${paratime}, height ${height}: ${why}`)
      }
    },
  }
}
