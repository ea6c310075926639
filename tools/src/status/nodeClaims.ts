/** What a node and what is around it claim to do; see `claims.ts`. */

import type { Claim } from './claim.ts'

export const nodeClaims: readonly Claim[] = [
  {
    area: 'gRPC',
    does: 'server and client over HTTP/2, gRPC-web for browsers, errors with module and code',
    against: "Go's client and server, where a Go toolchain is present",
    shownBy: [
      'conformance/live/grpc/slow-go.test.ts',
      'packages/net/grpc/src/server/badInput.test.ts',
      'packages/net/grpc/src/server/web.test.ts',
    ],
  },
  {
    area: 'A node that is called',
    does: 'every call and stream of the consensus layer and of the node, at its socket and at a public port',
    against:
      'recorded calls, to the byte; clients of the reference: in Go, and @oasisprotocol/client',
    shownBy: [
      'conformance/runners/apiAnswers.test.ts',
      'conformance/runners/streams.test.ts',
      'conformance/src/api/runningNode.test.ts',
      'apps/node/src/slow-main.test.ts',
      'conformance/live/oasis-client/slow-client.test.ts',
      'conformance/live/oasis-cli/slow-go.test.ts',
    ],
  },
  {
    area: 'Configuration of a node',
    does: "every key of the reference's file, flags and variables; what keeps a node from starting",
    against: "the reference's keys, defaults, files and command lines",
    shownBy: [
      'packages/node/config/src/referenceConfig.test.ts',
      'packages/node/config/src/checks/obstacles.test.ts',
      'apps/node/src/nodeOptions.test.ts',
      'apps/node/src/slow-everyOption.test.ts',
    ],
  },
  {
    area: 'Commands of a node',
    does: 'identity, genesis, registry, stake, consensus, governance, keymanager, control, debug',
    against: 'recorded command lines and help of the reference',
    shownBy: [
      'apps/node/src/commands/registry/recordedInvocations.test.ts',
      'apps/node/src/commands/registry/slow-provisionedNetwork.test.ts',
      'apps/node/src/commands/genesis/recordedGenesis.test.ts',
      'apps/node/src/commands/stake/stakeCommands.test.ts',
      'apps/node/src/commands/control/controlCommands.test.ts',
      'apps/node/src/commands/debug/byzantine/slow-vrfBeacon.test.ts',
    ],
  },
  {
    area: 'In place of oasis-node',
    does: 'a seed, four validators, two clients, a key manager and compute nodes as its tooling makes and starts them; a switch there and back',
    against: 'recorded command lines; the program itself, where it was built',
    shownBy: [
      'conformance/live/oasis-node/slow-provisioned.test.ts',
      'conformance/live/oasis-node/slow-switching.test.ts',
      'conformance/live/recorded-network/long-recorded.test.ts',
    ],
  },
  {
    area: 'Runtimes on nodes',
    does: 'compute nodes, key managers and clients: bundles, threads, registration, status; two ParaTimes on a local network',
    against:
      'networks of ours: plain and encrypted transactions, nodes killed (any minority of 3 to 7, at random: soak-killExecutors.ts), the whole network begun again',
    shownBy: [
      'apps/node/src/modes/slow-computeNode.test.ts',
      'apps/localnet/src/slow-paratimes.test.ts',
      'packages/node/compose/src/runtimes/programs.test.ts',
      'packages/node/compose/src/runtimes/planRuntimes.test.ts',
    ],
  },
  {
    area: 'Local network',
    does: "`npm start`: validators, ours or CometBFT's; accounts, a faucet; goes on and back",
    against: 'networks that are used, stopped, hung up, killed and begun again, on other ports',
    shownBy: [
      'apps/localnet/src/slow-localnet.test.ts',
      'apps/localnet/src/slow-hangUp.test.ts',
      'apps/localnet/src/slow-movePorts.test.ts',
      'apps/localnet/src/slow-cometNetwork.test.ts',
      'apps/localnet/src/view/frame.test.ts',
    ],
  },
  {
    area: 'Command line',
    does: '`wadi`: accounts, payments, stake, votes, blocks and transactions in words or JSON',
    against: 'a local network, wallets made by other programs, published accounts of ADR 8',
    shownBy: [
      'apps/cli/src/slow-wadi.test.ts',
      'apps/cli/src/accounts/wallet.test.ts',
      'apps/cli/src/slow-main.test.ts',
    ],
  },
  {
    area: 'Installed programs',
    does: '`npm run pack`: programs, client, local network as packages, in JavaScript with types',
    against: 'an empty folder, no registry, the Node of the machine, a compiler',
    shownBy: ['tools/src/packing/long-pack.test.ts'],
  },
  {
    area: 'Operations',
    does: 'registration, VRF proofs, sentries, metrics, health, profiles, rotation of logs, a doctor',
    against: 'the rules of the registry and the beacon; a validator that runs',
    shownBy: [
      'packages/node/registration/src/registration.test.ts',
      'packages/node/compose/src/nodeRegistration.test.ts',
      'packages/node/compose/src/vrfProofs.test.ts',
      'packages/node/registration/src/sentry/sentry.test.ts',
      'apps/node/src/slow-sentryUpstream.test.ts',
      'apps/node/src/operations/health.test.ts',
      'apps/node/src/commands/doctor/slow-doctor.test.ts',
      'apps/node/src/commands/doctor/slow-runtimeDoctor.test.ts',
    ],
  },
  {
    area: 'Client',
    does: 'typed calls over gRPC and gRPC-web, transactions, events; a light client that verifies every answer',
    against: 'recorded calls, answered again from proofs; nodes that answer, and nodes that lie',
    shownBy: [
      'conformance/runners/lightClient.test.ts',
      'packages/client/sdk/src/nodeClient.test.ts',
      'packages/client/sdk/src/light/lightNode.test.ts',
      'packages/client/sdk/src/light/lyingNode.test.ts',
      'packages/client/sdk/src/transactions/sendTransaction.test.ts',
    ],
  },
]
