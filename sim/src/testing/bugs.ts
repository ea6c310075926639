/** What programs have done wrong before, for tests of the checkers: each must be caught. */

import { assert, UnavailableError } from '@wadi/base/errors'
import type { FileLock, FileSystem, OpenFile } from '@wadi/node-storage/file-system'
import type { RoundState } from '@wadi/tendermint/round/roundState'
import { step } from '@wadi/tendermint/round/step'
import type { Bug } from '../nodes/bug.ts'

/** A third of all votes, and one more, are taken for two thirds. */
export const flippedThreshold: Bug = {
  name: 'flipped threshold',
  step: (state, input, now) => step(withQuorum(state), input, now),
}

function withQuorum(state: RoundState): RoundState {
  const quorum = state.validators.totalVotingPower / 3n + 1n
  const rounds = state.votes.rounds.map((sets) => ({
    ...sets,
    prevote: { ...sets.prevote, quorum },
    precommit: { ...sets.precommit, quorum },
  }))
  return { ...state, votes: { ...state.votes, rounds } }
}

/** What was precommitted is forgotten at once. */
export const forgottenLock: Bug = {
  name: 'forgotten lock',
  step: (state, input, now) => step({ ...state, locked: undefined }, input, now),
}

/** Nobody hears of those who vote twice. */
export const lostEvidence: Bug = {
  name: 'lost evidence',
  step(state, input, now) {
    const stepped = step(state, input, now)
    const effects = stepped.effects.filter(({ kind }) => kind !== 'report-equivocation')
    return { ...stepped, effects }
  },
}

/** A program that takes it for granted that a height is decided in its first round. */
export const firstRoundOnly: Bug = {
  name: 'first round only',
  step(state, input, now) {
    assert(state.round === 0, 'a height is decided in its first round')
    return step(state, input, now)
  },
}

const RUNNING = 'running'

/** A file says that the process runs; after a crash it still does, and no other begins. */
export const leftOverMark: Bug = {
  name: 'left-over mark',
  signingFiles(files) {
    if (files.exists(RUNNING)) throw new UnavailableError('storage.held', 'another process runs')
    files.openWrite(RUNNING).sync()
    files.syncFolder('.')
    return files
  },
}

/** Votes have the time of the machine, and not that of the simulated node. */
export const realTime: Bug = {
  name: 'real time',
  step: (state, input, now) =>
    step(state, input, {
      ...now,
      nanoseconds: Math.trunc(performance.now() * 1000) % 1_000_000_000,
    }),
}

/**
 * What was signed last is written and never synced: when the process ends, the file is as it was
 * when it began.
 */
export const unsyncedLastSign: Bug = {
  name: 'unsynced last-sign state',
  signingFiles: (files) => new Unsynced(files),
}

/** A disk whose changes are seen by the process that made them, and by nobody after it. */
class Unsynced implements FileSystem {
  readonly #files: FileSystem
  readonly #changed = new Map<string, Uint8Array>()

  constructor(files: FileSystem) {
    this.#files = files
  }

  openRead(path: string): OpenFile {
    return this.#changed.has(path) ? this.#fileAt(path) : this.#files.openRead(path)
  }

  openWrite(path: string): OpenFile {
    if (!this.#changed.has(path)) this.#changed.set(path, new Uint8Array(0))
    return this.#fileAt(path)
  }

  list(folder: string): readonly string[] {
    return this.#files.list(folder)
  }

  exists(path: string): boolean {
    return this.#changed.has(path) || this.#files.exists(path)
  }

  makeFolder(path: string): void {
    this.#files.makeFolder(path)
  }

  rename(from: string, to: string): void {
    this.#changed.set(to, this.#changed.get(from)!)
    this.#changed.delete(from)
  }

  remove(path: string): void {
    this.#changed.delete(path)
  }

  removeFolder(path: string): void {
    this.#files.removeFolder(path)
  }

  syncFolder(): void {}

  lock(path: string): FileLock | undefined {
    return this.#files.lock(path)
  }

  isLocked(path: string): boolean {
    return this.#files.isLocked(path)
  }

  /** Good enough for a small file that is written once, from its beginning. */
  #fileAt(path: string): OpenFile {
    const changed = this.#changed
    return {
      read: (target, position) => {
        const found = changed.get(path)!.subarray(position, position + target.length)
        target.set(found)
        return found.length
      },
      write: (parts) => {
        changed.set(path, new Uint8Array(parts.flatMap((part) => [...part])))
      },
      sync: () => undefined,
      truncate: (size) => void changed.set(path, changed.get(path)!.slice(0, size)),
      size: () => changed.get(path)!.length,
      close: () => undefined,
    }
  }
}
