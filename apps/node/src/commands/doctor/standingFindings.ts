/** Why a node is not registered, or not elected. */

import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { quantity } from '@wadi/primitives/quantity'
import { amountText } from '../transaction/amounts.ts'
import type { ChainFacts, ElectionFacts, OwnerFacts, RegistrationFacts } from './facts.ts'
import type { Finding } from './finding.ts'

/**
 * What is wrong with how the network sees the node. `isHeldUp`: something else keeps its runtimes
 * from being ready, and it does not register before they are.
 */
export function standingFindings(chain: ChainFacts, isHeldUp: boolean): readonly Finding[] {
  const { registration, election, epoch } = chain
  if (registration === undefined) return []
  const found = [...registrationFindings(registration, epoch, isHeldUp), ...stakeFindings(chain)]
  if (election?.isWanted !== true || election.isElected || found.length > 0) return found
  return [electionFinding(chain, registration, election)]
}

function registrationFindings(
  { nodeId, owner, expiration, isKnown, lastError, ...standing }: RegistrationFacts,
  epoch: bigint,
  isHeldUp: boolean,
): readonly Finding[] {
  const found: Finding[] = []
  if (expiration === undefined || expiration < epoch) {
    const why = whyNotOwned(owner, nodeId)
    const { reason, next } = why ?? whyNotYet(lastError, isHeldUp)
    found.push({
      id: isKnown ? 'expired' : (why?.id ?? 'not-registered'),
      what: isKnown ? 'the registration of the node has expired' : 'the node is not registered',
      why: reason,
      next,
    })
  } else if (lastError !== '') {
    found.push({
      id: 'not-renewed',
      what: `the node is registered up to epoch ${expiration} only, and could not renew that`,
      why: `its last attempt failed with: ${lastError}`,
      next: `remove the cause; now it is epoch ${epoch}, and it tries again with the next one`,
    })
  }
  return [...found, ...freezeFindings(standing, { nodeId, epoch })]
}

function whyNotYet(
  lastError: string,
  isHeldUp: boolean,
): { readonly reason: string; readonly next: string } {
  if (lastError !== '')
    return {
      reason: `its last attempt failed with: ${lastError}`,
      next: 'ask again after the next epoch began; its log has every attempt',
    }
  return isHeldUp
    ? {
        reason: 'it registers when all of its runtimes are ready, and they are not',
        next: 'remove what else is told here',
      }
    : {
        reason: 'it has not tried yet',
        next: 'ask again after the next epoch began; its log has every attempt',
      }
}

function whyNotOwned(
  owner: OwnerFacts,
  nodeId: string,
): { readonly id: string; readonly reason: string; readonly next: string } | undefined {
  const again = `register the entity again with ${nodeId} among its nodes`
  const vouch = `${again} (registry entity gen_register)`
  if (owner.kind === 'not configured')
    return {
      id: 'no-owner',
      reason: 'its configuration names no owner',
      next: 'name it in registration.entity or registration.entity_id, and restart the node',
    }
  if (owner.kind === 'unknown')
    return {
      id: 'owner-does-not-vouch',
      reason: 'no entity in the registry has this node among its own',
      next: `${vouch}; with --config this can be said more exactly`,
    }
  if (!owner.isRegistered)
    return {
      id: 'owner-unknown',
      reason: `its owner ${owner.id} is no entity in the registry`,
      next: 'register the entity first (registry entity gen_register)',
    }
  if (owner.vouches) return undefined
  return {
    id: 'owner-does-not-vouch',
    reason: `its owner ${owner.id} does not have this node among its own`,
    next: vouch,
  }
}

function freezeFindings(
  { frozenUntil }: Pick<RegistrationFacts, 'frozenUntil'>,
  { nodeId, epoch }: { readonly nodeId: string; readonly epoch: bigint },
): readonly Finding[] {
  if (frozenUntil === 0n) return []
  const isForever = frozenUntil === EPOCH_INVALID
  const isOver = frozenUntil <= epoch
  const until = isForever ? 'forever' : `until epoch ${frozenUntil}`
  return [
    {
      id: 'frozen',
      what: isOver ? 'the node is still frozen, and need not be' : `the node is frozen ${until}`,
      why: isOver
        ? `its time was over with epoch ${frozenUntil}, but nobody has unfrozen it`
        : 'the network has proof of its misconduct: mostly, two validators with the same key',
      next: isForever
        ? 'begin with a node with new keys; these are not taken any more'
        : `have its owner submit registry.UnfreezeNode for ${nodeId}${isOver ? '' : ' then'}; ` +
          'see that no other process has its keys',
    },
  ]
}

function stakeFindings({ election, token }: ChainFacts): readonly Finding[] {
  if (election === undefined || election.stake >= election.needed) return []
  const { stake, needed } = election
  const text = (amount: bigint) => amountText(quantity(amount), token)
  return [
    {
      id: 'stake-too-low',
      what: `its owner's stake is ${text(needed - stake)} short`,
      why: `it has ${text(stake)} in escrow, and its entity and nodes take ${text(needed)}`,
      next: `put at least ${text(needed - stake)} more into its escrow (stake account gen_escrow)`,
    },
  ]
}

const WHAT = 'the node is registered, but no validator'

function electionFinding(
  { epoch, token }: ChainFacts,
  { eligibleAfter }: RegistrationFacts,
  election: ElectionFacts,
): Finding {
  const { rank, maxValidators, leastElected, stake, siblings, maxPerEntity } = election
  if (siblings > 0n && siblings >= maxPerEntity)
    return {
      id: 'too-many-of-owner',
      what: WHAT,
      why: `${siblings} other nodes of its owner are, and not more than ${maxPerEntity} may be`,
      next: 'stop the others for good, or give this node an owner of its own',
    }
  const text = (amount: bigint) => amountText(quantity(amount), token)
  if (BigInt(rank) > maxValidators) {
    const missing = leastElected === undefined ? undefined : leastElected - stake + 1n
    return {
      id: 'not-among-the-first',
      what: WHAT,
      why:
        `by its owner's stake (${text(stake)}) it is at place ${rank}, ` +
        `and ${maxValidators} are elected`,
      next:
        missing === undefined || missing <= 0n
          ? 'put more into its escrow'
          : `put at least ${text(missing)} more into its escrow: ` +
            `the last who is elected has ${text(leastElected ?? 0n)}`,
    }
  }
  const isNew = eligibleAfter >= epoch || eligibleAfter === 0n
  const proofs = election.usesProofs ? ' and has proved its randomness (its log says so)' : ''
  return {
    id: 'not-elected-yet',
    what: WHAT,
    why: isNew
      ? 'it was registered in this epoch, and elections are at the beginnings of epochs'
      : 'nothing keeps it from being elected that can be seen here',
    next: `wait for the next epoch; see that it was registered before that${proofs}`,
  }
}
