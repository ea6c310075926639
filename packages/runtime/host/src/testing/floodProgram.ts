/** A thread that asks without end, and heeds nothing that its host says. */

import { workerData } from 'node:worker_threads'
import { concatBytes } from '@wadi/base/bytes'
import { frameOf } from '@wadi/cbor/framing'
import { encodeForHost, MESSAGE_TYPES } from '@wadi/runtime-protocol/host-protocol/message'

const PIECE_COUNT = 100
const REQUESTS_PER_PIECE = 1_000

const body = { kind: 'HostIdentityRequest', body: {} } as const
const request = encodeForHost({ id: 0n, messageType: MESSAGE_TYPES.request, body })
const piece = concatBytes(...Array.from({ length: REQUESTS_PER_PIECE }, () => frameOf(request)))

workerData.hostPort.postMessage('open')
for (let i = 0; i < PIECE_COUNT; i++) workerData.hostPort.postMessage(piece)
// It goes on living, so that it does not die before anybody says what it did.
workerData.hostPort.on('message', () => undefined)
