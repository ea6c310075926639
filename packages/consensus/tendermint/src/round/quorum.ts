/**
 * The least power that is more than two thirds of a total; exact, as powers are 64-bit integers.
 */
export function quorumOf(totalVotingPower: bigint): bigint {
  return (totalVotingPower * 2n) / 3n + 1n
}
