/** What a peer can do wrong. The reference has no codes for these. */

import { definePlainErrors } from '@wadi/base/errors'

export const errors = definePlainErrors('p2p', {
  badAddress: 'malformed address of a peer',
  badLength: 'length of a message is out of bounds',
  badEphemeralKey: 'ephemeral key has the wrong size',
  lowOrderPoint: 'ephemeral key is a point of low order',
  badFrame: 'frame cannot be opened',
  usedUp: 'as many frames were sent as a key may seal',
  badFrameLength: 'frame says that it holds more than it does',
  badKeyType: 'peer shows a key that is not Ed25519',
  badChallengeSignature: 'peer does not hold the key that it shows',
  wrongPeer: 'peer is not the one that was dialed',
  badNodeInfo: 'peer describes itself wrongly',
  idMismatch: 'peer describes itself under another id',
  self: 'peer is this node itself',
  incompatible: 'peer is of another network or version',
  refused: 'peer is not taken in',
  silentHandshake: 'peer connects and says nothing',
  slowHandshake: 'peer does not say in time who it is',
  badPacket: 'packet cannot be decoded',
  unknownPacket: 'packet is of no kind',
  unknownChannel: 'packet is on a channel that nobody has',
  messageTooLong: 'message is longer than its channel allows',
  tooManyIdlePackets: 'packets that carry nothing come too fast',
  badPexMessage: 'message about addresses cannot be decoded',
  badBookFile: 'address book cannot be read',
})
