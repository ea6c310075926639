/** Core: limits, gas, expiry, and questions about the ParaTime itself. */

import { keyedMap } from '@wadi/cbor/collections'
import { text, u64 } from '@wadi/cbor/scalars'
import { unit } from '../../codec.ts'
import { callKeyPairId } from '../../frame/callKeys.ts'
import type { Frame } from '../../frame/frame.ts'
import { call, query } from '../../method.ts'
import { defineModule, type Module } from '../../module.ts'
import { Amounts, amountsOf } from '../../types/token.ts'
import { errors } from './errors.ts'
import { estimateGas } from './estimateGas.ts'
import { executeReadOnly } from './executeReadOnly.ts'
import { useGas } from './gas.ts'
import { hooks } from './hooks.ts'
import { localMinGasPrice, minGasPrices } from './minGasPrice.ts'
import { MODULE, parameters } from './state.ts'
import {
  CallDataPublicKey,
  EstimateGasQuery,
  ExecuteReadOnlyQuery,
  ExecuteReadOnlyResult,
  type ModuleInfo,
  type Parameters,
  RuntimeInfo,
} from './types.ts'

/** What calls from within cost. */
export interface CoreOptions {
  readonly gasCallDataPublicKey?: bigint
  readonly gasCurrentEpoch?: bigint
}

/** The first state of core. */
export interface CoreGenesis {
  readonly parameters: Parameters
}

/** Core, with its first parameters. */
export function core(genesis: CoreGenesis, options: CoreOptions = {}): Module {
  const { gasCallDataPublicKey = 20n, gasCurrentEpoch = 10n } = options
  return defineModule({
    name: MODULE,
    parameters,
    coreTitle: undefined,
    hooks,
    init: (frame) => parameters.set(frame, genesis.parameters),
    methods: [
      query({ name: 'core.EstimateGas', args: EstimateGasQuery, result: u64, run: estimateGas }),
      query({
        name: 'core.CheckInvariants',
        args: unit,
        result: unit,
        isExpensive: true,
        run: checkInvariants,
      }),
      query({
        name: 'core.CallDataPublicKey',
        args: unit,
        result: CallDataPublicKey,
        run: callDataPublicKey,
      }),
      call({
        name: 'core.CallDataPublicKey',
        args: unit,
        result: CallDataPublicKey,
        isInternal: true,
        run(frame) {
          useGas(frame, gasCallDataPublicKey)
          return callDataPublicKey(frame)
        },
      }),
      call({
        name: 'core.CurrentEpoch',
        args: unit,
        result: u64,
        isInternal: true,
        run(frame) {
          useGas(frame, gasCurrentEpoch)
          return frame.context.epoch
        },
      }),
      query({ name: 'core.MinGasPrice', args: unit, result: Amounts, run: shownMinGasPrices }),
      query({ name: 'core.RuntimeInfo', args: unit, result: RuntimeInfo, run: runtimeInfo }),
      query({
        name: 'core.ExecuteReadOnlyTx',
        args: ExecuteReadOnlyQuery,
        result: ExecuteReadOnlyResult,
        isExpensive: true,
        run: executeReadOnly,
      }),
    ],
  })
}

function checkInvariants(frame: Frame): undefined {
  for (const { hooks } of frame.paratime.modules) hooks.checkInvariants?.(frame)
}

function callDataPublicKey(frame: Frame): CallDataPublicKey {
  const { callKeys, context } = frame
  if (callKeys === undefined) throw errors.invalidArgument('key manager not available')
  const { epoch } = context
  const publicKey = callKeys.publicEphemeralKey(callKeyPairId(frame.callDataContext, epoch), epoch)
  if (publicKey === undefined) throw errors.invalidCallFormat('invalid epoch')
  return { publicKey, epoch }
}

/** Of the lowest prices of chain and operator the larger one. */
function shownMinGasPrices(frame: Frame): Amounts {
  const prices = [...minGasPrices(frame)].map(([denomination, price]) => {
    const local = localMinGasPrice(frame, denomination)
    return [denomination, local > price ? local : price] as const
  })
  return amountsOf(prices)
}

function runtimeInfo(frame: Frame): RuntimeInfo {
  const { version, stateVersion, modules } = frame.paratime
  const infos = modules.map((module) => {
    const info: ModuleInfo = {
      version: module.version,
      params: module.encodedParameters(frame),
      methods: module.methods.map(({ kind, name }) => ({
        kind: { kind, body: undefined },
        name,
      })),
    }
    return [module.name, info] as const
  })
  return { runtimeVersion: version, stateVersion, modules: keyedMap(text, infos) }
}
