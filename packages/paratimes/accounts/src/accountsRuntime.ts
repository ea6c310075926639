/** A ParaTime of accounts, with deposits from the consensus layer. */

import { keyedMap } from '@wadi/cbor/collections'
import { keyManagerKeys } from '@wadi/paratime-sdk/frame/callKeys'
import { accounts } from '@wadi/paratime-sdk/modules/accounts'
import { Parameters as AccountsParameters } from '@wadi/paratime-sdk/modules/accounts/types'
import { consensus } from '@wadi/paratime-sdk/modules/consensus'
import { consensusAccounts } from '@wadi/paratime-sdk/modules/consensus-accounts'
import { core } from '@wadi/paratime-sdk/modules/core'
import { rewards } from '@wadi/paratime-sdk/modules/rewards'
import type { Paratime } from '@wadi/paratime-sdk/paratime'
import { runtimeOf } from '@wadi/paratime-sdk/runtime'
import { amountsOf, Denomination, NATIVE } from '@wadi/paratime-sdk/types/token'
import type { Runtime } from '@wadi/runtime-protocol/runtime'

const BATCH_GAS_MAX = 1_000_000_000n
const UNDELEGATE_GAS = 8_000_000n
/** A batch of so many messages is full: each takes its part of the gas. */
const MESSAGES_MAX = 32n

/** Fees are paid in what was deposited; gas costs what it costs in the reference's Cipher. */
export const accountsParatime: Paratime = {
  version: { major: 0, minor: 1, patch: 0 },
  stateVersion: 1,
  priceExemptMethods: new Set(['consensus.Deposit']),
  schedule: { initialBatchSize: 1_000, batchSize: 1_000, minRemainingGas: 30_000n },
  checkNonceFutureMax: 64n,
  callKeys: keyManagerKeys,
  // With a key manager whoever estimates is nobody, who has delegated nothing: what fails then is
  // without its message.
  estimateExtraOnFailure: new Map([
    ['consensus.Undelegate', BATCH_GAS_MAX / MESSAGES_MAX - UNDELEGATE_GAS],
  ]),
  modules: [
    core({
      parameters: {
        maxBatchGas: BATCH_GAS_MAX,
        maxTxSize: 32_768,
        maxTxSigners: 3,
        maxMultisigSigners: 8,
        gasCosts: {
          txByte: 20n,
          storageByte: 950n,
          authSignature: 100_000n,
          authMultisigSigner: 100_000n,
          callformatX25519Deoxysii: 50_000n,
        },
        minGasPrice: amountsOf([[NATIVE, 0n]]),
        dynamicMinGasPrice: {
          enabled: false,
          targetBlockGasUsagePercentage: 50,
          minPriceMaxChangeDenominator: 8,
        },
      },
    }),
    accounts({
      parameters: {
        ...AccountsParameters.zero,
        gasCosts: { txTransfer: 30_000n },
        denominationInfos: keyedMap(Denomination, [[NATIVE, { decimals: 9 }]]),
      },
    }),
    consensus({
      parameters: {
        gasCosts: { roundRoot: 300_000n },
        consensusDenomination: NATIVE,
        consensusScalingFactor: 1n,
        minDelegateAmount: 0n,
      },
    }),
    consensusAccounts({
      parameters: {
        gasCosts: {
          txDeposit: 4_000_000n,
          txWithdraw: 4_000_000n,
          txDelegate: 4_000_000n,
          txUndelegate: UNDELEGATE_GAS,
          storeReceipt: 1_300_000n,
          takeReceipt: 1_000_000n,
          delegation: 700_000n,
          sharesToTokens: 700_000n,
        },
        disableDelegate: false,
        disableUndelegate: false,
        disableDeposit: false,
        disableWithdraw: false,
      },
    }),
    rewards({
      parameters: {
        schedule: { steps: [] },
        participationThresholdNumerator: 3n,
        participationThresholdDenominator: 4n,
      },
    }),
  ],
}

/** See {@link accountsParatime}. */
export const accountsRuntime: Runtime = runtimeOf(accountsParatime)
