/** Seeds that have failed once; CI runs them first. Each with what was wrong. */

export const REGRESSIONS: readonly { readonly seed: bigint; readonly why: string }[] = []
