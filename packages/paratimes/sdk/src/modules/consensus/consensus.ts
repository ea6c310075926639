/** The bridge to the consensus layer: what other modules use, and what calls from within ask. */

import { definePlainErrors } from '@wadi/base/errors'
import { pastRoundRoots } from '@wadi/consensus/roothash/keys'
import { Account } from '@wadi/consensus/staking'
import { accounts, delegations } from '@wadi/consensus/staking/keys'
import type { Address } from '@wadi/primitives/address'
import type { Hash } from '@wadi/primitives/hash'
import { via } from '../../errors.ts'
import type { Frame } from '../../frame/frame.ts'
import { call } from '../../method.ts'
import { defineModule, type Module } from '../../module.ts'
import { useGas } from '../core/gas.ts'
import { MODULE, parameters } from './state.ts'
import { type Parameters, RoundRoot, RoundRootQuery } from './types.ts'

const genesisErrors = definePlainErrors('paratimeConsensus', {
  badScalingFactor: 'the scaling factor is no power of ten',
})

/** The first state of the bridge. */
export interface ConsensusGenesis {
  readonly parameters: Parameters
}

/** The bridge, with its first parameters. */
export function consensus(genesis: ConsensusGenesis): Module {
  const { consensusScalingFactor: factor } = genesis.parameters
  if (!/^10*$/.test(factor.toString())) throw genesisErrors.badScalingFactor(`${factor}`)
  return defineModule({
    name: MODULE,
    parameters,
    init: (frame) => parameters.set(frame, genesis.parameters),
    methods: [
      call({
        name: 'consensus.RoundRoot',
        args: RoundRootQuery,
        result: RoundRoot,
        isInternal: true,
        run: roundRoot,
      }),
    ],
  })
}

/** consensus.RoundRoot: a root of an earlier round of any ParaTime. */
function roundRoot(frame: Frame, { runtimeId, round, kind }: RoundRootQuery): Hash | undefined {
  via('core', () => useGas(frame, parameters.get(frame).gasCosts.roundRoot))
  const encoded = frame.context.consensus.get(pastRoundRoots.keys.encode(runtimeId, round))
  if (encoded === undefined) return undefined
  const { stateRoot, ioRoot } = pastRoundRoots.value.decode(encoded)
  return kind.kind === 'io' ? ioRoot : stateRoot
}

/** An account of the consensus layer. */
export function consensusAccount({ context }: Frame, address: Address): Account {
  const encoded = context.consensus.get(accounts.keys.encode(address))
  return encoded === undefined ? Account.zero : accounts.value.decode(encoded)
}

/** How many shares of an escrow account somebody has on the consensus layer. */
export function consensusShares({ context }: Frame, escrow: Address, owner: Address): bigint {
  const encoded = context.consensus.get(delegations.keys.encode(escrow, owner))
  return encoded === undefined ? 0n : delegations.value.decode(encoded).shares
}
