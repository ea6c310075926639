/** Where core has its say. */

import type { Frame } from '../../frame/frame.ts'
import type { Slot } from '../../frame/level.ts'
import type { Hooks } from '../../module.ts'
import { U64_MAX } from '../../types/token.ts'
import {
  CALL_FORMATS,
  type Call,
  type Caller,
  type Transaction,
  type UnverifiedTransaction,
} from '../../types/transaction.ts'
import { errors } from './errors.ts'
import { usedTransactionGas, useGas } from './gas.ts'
import { checkGasPrice, moveGasPrices } from './minGasPrice.ts'
import { lastEpoch, parameters } from './state.ts'
import { GasUsed, type Parameters } from './types.ts'

const epochChanged: Slot<boolean> = { name: 'core.epochChanged', initial: () => false }

/** Is this the first block of an epoch? */
export function hasEpochChanged(frame: Frame): boolean {
  return frame.blockValue(epochChanged)
}

function approveInput(frame: Frame, input: Uint8Array): void {
  if (input.length > parameters.get(frame).maxTxSize) throw errors.oversizedTransaction()
}

function approveUnverified(frame: Frame, { authProofs }: UnverifiedTransaction): void {
  const { maxTxSigners, maxMultisigSigners } = parameters.get(frame)
  if (authProofs.length > maxTxSigners) throw errors.tooManyAuth()
  for (const proof of authProofs) {
    if (proof.kind === 'multisig' && proof.body.length > maxMultisigSigners) {
      throw errors.multisigTooManySigners()
    }
  }
}

function checkExpiry(frame: Frame, { authInfo }: Transaction): void {
  const { round } = frame.context.header
  const { notBefore, notAfter } = authInfo
  const isEarly = notBefore !== undefined && round < notBefore
  const isLate = notAfter !== undefined && round > notAfter
  if (isEarly || isLate) throw errors.expiredTransaction()
}

/** What checking the signatures costs; undefined if that is beyond all measure. */
export function signatureGas(
  { gasCosts }: Parameters,
  signers: readonly Caller[],
): bigint | undefined {
  let sum = 0n
  for (const { addressSpec } of signers) {
    if (addressSpec.kind === 'signature') sum += gasCosts.authSignature
    if (addressSpec.kind === 'multisig') {
      sum += gasCosts.authMultisigSigner * BigInt(addressSpec.body.signers.length)
    }
  }
  return sum > U64_MAX ? undefined : sum
}

function chargeBefore(frame: Frame, call: Call): void {
  const params = parameters.get(frame)
  const { gasCosts } = params
  const { authInfo, size } = frame.transaction
  if (authInfo.fee.gas > params.maxBatchGas) throw errors.gasOverflow()
  if (authInfo.fee.consensusMessages > frame.context.maxMessages) throw errors.outOfMessageSlots()
  if (frame.environment.isInternal) return
  checkGasPrice(frame, call)
  const sizeGas = gasCosts.txByte * BigInt(size)
  if (sizeGas > U64_MAX) throw errors.gasOverflow()
  useGas(frame, sizeGas)
  const authGas = signatureGas(params, authInfo.signerInfo)
  if (authGas === undefined) throw errors.gasOverflow()
  useGas(frame, authGas)
  if (call.format === CALL_FORMATS.encryptedX25519DeoxysII) {
    useGas(frame, gasCosts.callformatX25519Deoxysii)
  }
}

/** The largest of what was computed, what was stored and what was sent. */
function chargeAfter(frame: Frame): void {
  if (frame.environment.isInternal) return
  const { gasCosts, maxBatchGas } = parameters.get(frame)
  const storageGas = saturated(gasCosts.storageByte * BigInt(frame.changedBytes))
  const { maxMessages } = frame.context
  const gasOfMessage = maxMessages === 0 ? U64_MAX : maxBatchGas / BigInt(maxMessages)
  const messageGas = saturated(gasOfMessage * BigInt(frame.ownMessages.length))
  const used = usedTransactionGas(frame)
  const wanted = [storageGas, messageGas].reduce((a, b) => (a > b ? a : b), used)
  try {
    useGas(frame, wanted - used)
  } finally {
    if (frame.paratime.gasUse !== 'hidden') {
      frame.emitUnconditionally(GasUsed, { amount: usedTransactionGas(frame) })
    }
  }
}

function saturated(gas: bigint): bigint {
  return gas > U64_MAX ? U64_MAX : gas
}

function noteEpoch(frame: Frame): void {
  const { epoch } = frame.context
  const previous = lastEpoch.get(frame.store) ?? 0n
  if (epoch !== previous) lastEpoch.set(frame.store, epoch)
  frame.setBlockValue(epochChanged, epoch !== previous)
}

/** See {@link Hooks}. */
export const hooks: Hooks = {
  approveInput,
  approveUnverified,
  authenticate: checkExpiry,
  beforeCall: chargeBefore,
  afterCall: chargeAfter,
  beginBlock: noteEpoch,
  endBlock: moveGasPrices,
}
