/** Comparing secrets. */

/**
 * Are the two byte strings the same? The time depends on their sizes only.
 * JavaScript promises nothing about time; without branches there is nothing to measure in practice.
 */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}
