/** What the vault answers. */

import { calls } from '@wadi/consensus/vault/api'
import { errors } from '@wadi/consensus/vault/errors'
import { Event } from '@wadi/consensus/vault/events'
import { type ApiMethods, answering } from '../kernel/api.ts'
import { eventReader, eventsOfBlock } from '../kernel/apiEvents.ts'
import { exportGenesis } from './genesis.ts'
import { addressStateOf, parametersOf, pendingActionsOf, vaultOf, vaultsOf } from './queries.ts'

const readEvents = eventReader('oasis_event_400_vault', Event, {
  action_submitted: (actionSubmitted) => ({ actionSubmitted }),
  action_canceled: (actionCanceled) => ({ actionCanceled }),
  action_executed: (actionExecuted) => ({ actionExecuted }),
  state_changed: (stateChanged) => ({ stateChanged }),
  policy_updated: (policyUpdated) => ({ policyUpdated }),
  authority_updated: (authorityUpdated) => ({ authorityUpdated }),
})

export const methods: ApiMethods = answering(calls, {
  'Vault/Vaults': ({ state }) => vaultsOf(state),
  'Vault/Vault': ({ state }, { address }) => {
    const vault = vaultOf(state, address)
    if (vault === undefined) throw errors.noSuchVault()
    return vault
  },
  'Vault/AddressState': ({ state }, { vault, address }) => {
    const addressState = addressStateOf(state, vault, address)
    if (addressState === undefined) throw errors.noSuchState()
    return addressState
  },
  'Vault/PendingActions': ({ state }, { address }) => pendingActionsOf(state, address),
  'Vault/StateToGenesis': ({ state }) => exportGenesis(state),
  'Vault/ConsensusParameters': ({ state }) => parametersOf(state),
  'Vault/GetEvents': ({ block, height }) => eventsOfBlock(readEvents, block, height),
})
