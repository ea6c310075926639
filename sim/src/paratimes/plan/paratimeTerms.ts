/** Who may run a ParaTime, who is elected for it, and who may change it. */

/** Of nodes. */
export type NodeRole = 'compute' | 'observer' | 'validator'

/** An entity on a list for all roles: how many nodes it may have by role, or any number. */
export interface ListedEntity {
  readonly entity: number
  readonly maxNodes: Partial<Readonly<Record<NodeRole, number>>> | undefined
}

/** An entity on the list for a role: zero is any number of nodes. */
export interface RoleEntity {
  readonly entity: number
  readonly maxNodes: number
}

/** Whose nodes may register. Who has a role that has no list of its own is let in. */
export type Admission =
  | { readonly kind: 'anyone' }
  | { readonly kind: 'listed'; readonly entities: readonly ListedEntity[] }
  | {
      readonly kind: 'by-role'
      readonly lists: Partial<Readonly<Record<NodeRole, readonly RoleEntity[]>>>
    }

/** Who may be elected for a role of the committee, and out of how many. */
export interface PoolRules {
  /** Only nodes of entities that validate. */
  readonly isValidating: boolean
  /** So many nodes of each entity. */
  readonly perEntityMax: number | undefined
  readonly poolMin: number | undefined
}

/** How a ParaTime is closed, and to whom. */
export interface ParatimeTerms {
  readonly admission: Admission
  readonly worker: PoolRules
  readonly backupWorker: PoolRules
  /** What an entity stakes for each of its nodes here, beside what the network asks for. */
  readonly stakes: { readonly compute: number; readonly observer: number }
  readonly governance: 'entity' | 'runtime'
}

/** A node that wants to register, and never runs. */
export interface Applicant {
  /** An executor's entity, or one of its own: by its number. */
  readonly entity: number
  /** What an entity of its own has. */
  readonly stake: number
  readonly role: 'compute' | 'observer'
  readonly paratime: number
  readonly atMs: number
}

/** Who is there beside what runs; entities are numbered, and those of applicants come last. */
export interface Crowd {
  /** By executor: its entity, which has the number of its first executor. */
  readonly entityOf: readonly number[]
  /** Executors that validate, too. */
  readonly validators: readonly number[]
  readonly applicants: readonly Applicant[]
  /** Executors that try to register for what they may not. */
  readonly outsiders: readonly {
    readonly node: number
    readonly paratime: number
    readonly atMs: number
  }[]
  /** Entities that want to change what they do not govern. */
  readonly meddlers: readonly {
    readonly who: 'owner' | 'stranger'
    readonly paratime: number
    readonly atMs: number
  }[]
}

const FREE: PoolRules = { isValidating: false, perEntityMax: undefined, poolMin: undefined }

/** Everybody may do everything, but for changing it. */
export const OPEN_TERMS: ParatimeTerms = {
  admission: { kind: 'anyone' },
  worker: FREE,
  backupWorker: FREE,
  stakes: { compute: 0, observer: 0 },
  governance: 'entity',
}

/** Every executor has an entity of its own, and nobody else is there. */
export function plainCrowd(executors: number): Crowd {
  return {
    entityOf: Array.from({ length: executors }, (_, i) => i),
    validators: [],
    applicants: [],
    outsiders: [],
    meddlers: [],
  }
}
