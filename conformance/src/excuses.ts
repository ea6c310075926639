/** Vector files that nothing reads yet, by name, each with its reason and the date of it. */

export interface Excuse {
  readonly matches: RegExp
  readonly why: string
  readonly since: string
}

export const excuses: readonly Excuse[] = [
  {
    matches: /^(README\.md|MANIFEST\.json|.*\/SOURCE\.md)$/,
    why: 'describes the vectors, is none; the manifest has a check of its own',
    since: '2026-11-21',
  },
  {
    matches: /^pcs\//,
    why: 'quotes and collateral of trusted hardware: there is no attestation verifier here',
    since: '2026-11-21',
  },
]
