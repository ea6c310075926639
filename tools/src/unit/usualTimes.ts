/**
 * What takes longest where nobody has measured it yet, as in a fresh clone: it has to begin first,
 * or everybody waits for it in the end. Milliseconds on two free processors.
 */
export const usualTimes: Readonly<Record<string, number>> = {
  'conformance/live/fellow-validator/slow-cometbft.test.ts': 68_000,
  'conformance/live/oasis-node/slow-provisioned.test.ts': 65_000,
  'apps/cli/src/commands/paratime/slow-paratimeAccounts.test.ts': 50_000,
  'apps/localnet/src/slow-paratimes.test.ts': 40_000,
  'conformance/live/external-engine/slow-cometbft.test.ts': 32_000,
}
