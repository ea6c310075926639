/**
 * Is a node of use now? For machines that ask again and again: what restarts nodes, or sends calls
 * to those that can answer. Why, and what to do, is what the doctor says.
 */

import type { ServerResponse } from 'node:http'
import { toHex } from '@wadi/base/bytes'
import { isTold } from '@wadi/base/errors'
import { StatusState } from '@wadi/consensus/consensus/status'
import type { Status } from '@wadi/consensus/control'
import { KeymanagerState } from '@wadi/consensus/control/keymanagerStatus'
import { CommitteeState, type RuntimeStatus } from '@wadi/consensus/control/runtimeStatus'
import type { NodeApi } from '@wadi/node-api/node-api'
import { BLOCK_AGE_SECONDS_MAX, ROUNDS_BEHIND_MAX } from './limits.ts'

/** Something that keeps a node from being of use. */
export interface HealthReason {
  /** For programs: does not change when the words do. */
  readonly id: string
  readonly why: string
  /** Which runtime it is about, if it is. */
  readonly runtime?: string
}

/** See the top of this file. */
export interface Health {
  readonly healthy: boolean
  /** Undefined before the node says what it is. */
  readonly mode?: string
  readonly height?: number
  readonly reasons: readonly HealthReason[]
}

/** Asks a node for it; never fails for what the node says. */
export type AskHealth = () => Promise<Health>

/** Where it is asked for, on every listener for operators. */
export const HEALTH_PATH = '/health'

const OK = 200
const NOT_OK = 503
const MS_PER_SECOND = 1000
const WITHOUT_NEW_BLOCKS = 'archive'

function unwell(id: string, why: string): Health {
  return { healthy: false, reasons: [{ id, why }] }
}

/** What a node's calls say; none before it has begun. */
export async function askHealth(
  methods: NodeApi['methods'] | undefined,
  unixMs: number,
): Promise<Health> {
  const call = methods?.['NodeController/GetStatus']
  if (call === undefined) return unwell('starting', 'the node is being opened')
  try {
    return healthOf(await call.answer(undefined, {}), unixMs)
  } catch (error) {
    // Who asks for health must not be able to end a node, whatever is wrong with its status.
    return unwell('no-status', isTold(error) ? error.message : 'its status cannot be made')
  }
}

/** What is between a node that says this of itself and being of use. */
export function healthOf(status: Status, unixMs: number): Health {
  const { mode, seed, consensus, runtimes, keymanager } = status
  // It has no chain.
  if (seed !== undefined) return { healthy: true, mode, reasons: [] }
  const reasons = [
    ...consensusReasons(status, BigInt(Math.floor(unixMs / MS_PER_SECOND))),
    ...Array.from(runtimes, ([id, runtime]) => runtimeReasons(toHex(id), runtime)).flat(),
    ...keyManagerReasons(keymanager),
  ]
  const height = Number(consensus?.latestHeight ?? 0n)
  return { healthy: reasons.length === 0, mode, height, reasons }
}

function consensusReasons({ mode, consensus }: Status, now: bigint): readonly HealthReason[] {
  if (consensus === undefined) return [{ id: 'no-chain', why: 'it says nothing of its chain' }]
  if (consensus.status !== StatusState.names.ready)
    return [{ id: 'syncing', why: 'it has not caught up with its chain' }]
  const age = now - consensus.latestTime
  if (mode === WITHOUT_NEW_BLOCKS || age <= BLOCK_AGE_SECONDS_MAX) return []
  return [{ id: 'no-blocks', why: `its last block is ${age} seconds old` }]
}

function runtimeReasons(
  runtime: string,
  { committee, latestRound, storage }: RuntimeStatus,
): readonly HealthReason[] {
  const state = committee?.status ?? CommitteeState.names.ready
  if (state !== CommitteeState.names.ready)
    return [{ id: 'runtime-not-ready', why: nameIn(CommitteeState.names, state), runtime }]
  const behind = storage === undefined ? 0n : latestRound - storage.lastFinalizedRound
  if (behind <= ROUNDS_BEHIND_MAX) return []
  return [{ id: 'runtime-behind', why: `its state is ${behind} rounds behind`, runtime }]
}

function keyManagerReasons(keeper: Status['keymanager']): readonly HealthReason[] {
  const { ready, disabled } = KeymanagerState.names
  if (keeper === undefined || keeper.status === ready || keeper.status === disabled) return []
  const runtime = keeper.runtimeId && toHex(keeper.runtimeId)
  const why = `the key manager is ${nameIn(KeymanagerState.names, keeper.status)}`
  return [{ id: 'key-manager-not-ready', why, ...(runtime && { runtime }) }]
}

function nameIn(names: Readonly<Record<string, number>>, state: number): string {
  return Object.entries(names).find(([, value]) => value === state)?.[0] ?? `in state ${state}`
}

/** Answers a request for it. */
export async function sendHealth(ask: AskHealth, response: ServerResponse): Promise<void> {
  const health = await ask()
  response.writeHead(health.healthy ? OK : NOT_OK, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
  })
  response.end(`${JSON.stringify(health)}\n`)
}
