/**
 * A node that keeps secrets, as a machine: when its enclave is made ready, which secrets it makes
 * and takes, and with what the node registers.
 */

import { equalBytes } from '@wadi/base/bytes'
import { unreachable } from '@wadi/base/errors'
import { encode, type Schema } from '@wadi/cbor/codec'
import {
  SignedEncryptedEphemeralSecret,
  SignedEncryptedMasterSecret,
  Status,
} from '@wadi/consensus/keymanager'
import { LOAD_TRIES_MAX } from '../limits.ts'
import type { SecretsEffect } from './effect.ts'
import { chooseHeight, generateSecrets } from './generateSecrets.ts'
import type {
  EnclaveInput,
  GeneratedInput,
  InitializedInput,
  LoadedInput,
  SecretsInput,
  SeenInput,
} from './input.ts'
import { emit, type SecretsRun, type SecretsState, type SecretWork } from './secretsState.ts'

/** What comes of an input. */
export interface SecretsStepped {
  readonly state: SecretsState
  /** In the order in which they are to be carried out. */
  readonly effects: readonly SecretsEffect[]
}

/** What comes of an input. The given state stays as it is. */
export function stepSecrets(state: SecretsState, input: SecretsInput): SecretsStepped {
  const run: SecretsRun = { state: { ...state }, effects: [] }
  take(run, input)
  return { state: run.state, effects: run.effects }
}

function take(run: SecretsRun, input: SecretsInput): void {
  switch (input.kind) {
    case 'seen':
      takeSeen(run, input)
      break
    case 'enclave':
      takeEnclave(run, input)
      break
    case 'initialized':
      takeInitialized(run, input)
      break
    case 'loaded':
      takeLoaded(run, input)
      break
    case 'generated':
      takeGenerated(run, input)
      break
    case 'registered':
      run.state.isReady = true
      break
    case 'timeout':
      if (run.state.isInitRetryDue) initialize(run)
      break
    default:
      unreachable(input, 'an input of secrets')
  }
}

function takeSeen(run: SecretsRun, { height, epoch, ...seen }: SeenInput): void {
  const { state } = run
  if (state.epoch?.number !== epoch.number) {
    state.epoch = epoch
    state.generateHeight = chooseHeight(epoch)
    state.master = { ...state.master, generateTries: 0 }
    state.ephemeral = { ...state.ephemeral, generateTries: 0 }
  }
  state.master = published(SignedEncryptedMasterSecret, state.master, seen.masterSecret)
  state.ephemeral = published(SignedEncryptedEphemeralSecret, state.ephemeral, seen.ephemeralSecret)
  if (!isSame(Status, state.status, seen.status)) {
    state.status = seen.status
    // There may be a new generation, or another policy.
    initialize(run)
  }
  generateSecrets(run, height)
  loadSecrets(run)
}

/** Another one was published: it is taken from the beginning. */
function published<T>(schema: Schema<T>, work: SecretWork<T>, secret: T | undefined) {
  if (isSame(schema, work.published, secret)) return work
  return { ...work, published: secret, loadTries: 0 }
}

function isSame<T>(schema: Schema<T>, a: T | undefined, b: T | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a === b || equalBytes(encode(schema, a), encode(schema, b))
}

/** An enclave that begins anew has other keys: what it said before counts for nothing. */
function takeEnclave(run: SecretsRun, { isUp }: EnclaveInput): void {
  const { state } = run
  state.isEnclaveUp = isUp
  if (!isUp) return
  // It has forgotten what was published for the next epoch.
  state.master = { ...state.master, loadTries: 0 }
  state.ephemeral = { ...state.ephemeral, loadTries: 0 }
  initialize(run)
}

/** One at a time; who wants it meanwhile has it done once more. */
function initialize(run: SecretsRun): void {
  const { state } = run
  const { status } = state
  if (status === undefined || !state.isEnclaveUp) return
  state.isInitRetryDue = false
  if (state.isInitializing) {
    state.isInitWanted = true
    return
  }
  state.isInitializing = true
  state.isInitWanted = false
  emit(run, { kind: 'init', status })
}

function takeInitialized(run: SecretsRun, { response }: InitializedInput): void {
  const { state } = run
  state.isInitializing = false
  if (state.isInitWanted) {
    initialize(run)
    return
  }
  if (response !== undefined && state.isEnclaveUp) {
    state.initFailures = 0
    emit(run, { kind: 'register', response })
    return
  }
  // When the enclave is up again it is done again anyway.
  if (!state.isEnclaveUp) return
  state.isInitRetryDue = true
  emit(run, { kind: 'retry-init', failures: state.initFailures })
  state.initFailures++
}

/** Gives the enclave what was published, a few times with each height. */
function loadSecrets(run: SecretsRun): void {
  const { state } = run
  if (state.status === undefined || !state.isEnclaveUp) return
  const { published: master } = state.master
  if (master !== undefined && mayLoad(state.master)) {
    const id = ++state.lastId
    state.master = loading(state.master, id)
    emit(run, { kind: 'load-master', id, secret: master })
  }
  const { published: ephemeral } = state.ephemeral
  if (ephemeral !== undefined && mayLoad(state.ephemeral)) {
    const id = ++state.lastId
    state.ephemeral = loading(state.ephemeral, id)
    emit(run, { kind: 'load-ephemeral', id, secret: ephemeral })
  }
}

function mayLoad({ loading: id, loadTries }: SecretWork<unknown>): boolean {
  return id === undefined && loadTries !== 'done' && loadTries < LOAD_TRIES_MAX
}

function loading<T>(work: SecretWork<T>, id: number): SecretWork<T> {
  const { loadTries: tries } = work
  return { ...work, loading: id, loadTries: tries === 'done' ? tries : tries + 1 }
}

function takeLoaded(run: SecretsRun, { what, id, outcome }: LoadedInput): void {
  const { state } = run
  if (state[what].loading !== id) return
  // Zero tries: another one was published, or the enclave is another one by now.
  const isDone = outcome === 'loaded' && state[what].loadTries !== 0
  const { loadTries } = state[what]
  const change = { loading: undefined, loadTries: isDone ? ('done' as const) : loadTries }
  if (what === 'ephemeral') state.ephemeral = { ...state.ephemeral, ...change }
  else {
    state.master = { ...state.master, ...change }
    // Others are to know that it has the next one.
    if (isDone) initialize(run)
  }
}

function takeGenerated(run: SecretsRun, { what, epoch, outcome }: GeneratedInput): void {
  const { state } = run
  const isDone = outcome === 'published' && state.epoch?.number === epoch - 1n
  const { generateTries } = state[what]
  const change = { isGenerating: false, generateTries: isDone ? ('done' as const) : generateTries }
  if (what === 'ephemeral') state.ephemeral = { ...state.ephemeral, ...change }
  else state.master = { ...state.master, ...change }
}
