import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import * as consensusKeys from '@wadi/consensus/consensus/keys'
import * as registryKeys from '@wadi/consensus/registry/keys'
import { Account, EscrowAccount } from '@wadi/consensus/staking'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { createTestSigner } from '@wadi/crypto/signature/memorySigner'
import { stakingAddress } from '@wadi/primitives/address'
import { ENTITY_VERSION, Entity } from '@wadi/primitives/entity'
import { signValue } from '@wadi/primitives/envelope'
import { PublicKey } from '@wadi/primitives/publicKey'
import { erase, readExisting, type State, write } from '../../kernel/state.ts'
import { CLAIM_OF_ENTITY, ENTITY_THRESHOLDS } from '../../registry/stakeClaims.ts'
import { changeParameters, type UpgradeHandler } from '../handler.ts'

const SIGNER_NAME = '__e2e-test-migration-entity'

/** For tests of the reference: leaves something to be seen in both parts of the block. */
export const e2eTestValid: UpgradeHandler = {
  needsRestart: true,
  beginBlock: ({ state }) => registerEntity(state),
  endBlock: ({ state }) => {
    const { maxTxSize } = readExisting(state, consensusKeys.parameters)
    changeParameters(state, consensusKeys.parameters, { maxTxSize: maxTxSize + 1n })
  },
}

function registerEntity(state: State): void {
  const signer = createTestSigner('entity', SIGNER_NAME)
  const id = PublicKey.check(signer.publicKey)
  const entity = { v: ENTITY_VERSION, id, nodes: [] }
  const signed = signValue(signer, contextOf(contexts.registerEntity), Entity, entity)
  write(state, registryKeys.entities, [id], signed)

  // COMPAT(oasis-core): whatever the account had is gone.
  const claims = keyedMap(text, [[CLAIM_OF_ENTITY, ENTITY_THRESHOLDS]])
  const escrow = make(EscrowAccount, { stakeAccumulator: { claims } })
  const address = stakingAddress(id)
  write(state, stakingKeys.accounts, [address], make(Account, { escrow }))
  erase(state, stakingKeys.commissionScheduleAddresses, address)
}
