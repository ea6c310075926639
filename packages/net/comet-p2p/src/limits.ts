/**
 * Every bound of this package, and what a peer can cost.
 *
 * Memory per peer, at worst:
 *
 *   what has come and is not yet a whole message   sum of the channels' `messageBytesMax`
 *   frames, a packet and a chunk of the socket     about 200 kB
 *   messages that wait to be sent                  sum of `sendQueueMax` × their sizes; peers share
 *                                                  the bytes of a message that all of them get
 *   sealed bytes that the socket has not taken     {@link WIRE_WAITING_BYTES_MAX} and one batch
 *
 * With the channels of the reference the first line is about 127 MB (a block of 100 MiB is the
 * largest message). For all peers together it is {@link REASSEMBLY_BYTES_MAX}: beyond, whoever
 * holds the most is dropped. Before a peer is known by its key it costs about 12 kB: a frame and
 * its description.
 */

/** Bytes that a frame of the secret connection carries. */
export const FRAME_DATA_BYTES_MAX = 1024

/** The first message of either side: 32 bytes in two bytes of wrapping, and room for fields. */
export const EPHEMERAL_BYTES_MAX = 64

/** The message that proves a key: 104 bytes, and room for fields. */
export const AUTH_BYTES_MAX = 256

/** What a node says of itself, as in the reference. */
export const NODE_INFO_BYTES_MAX = 10_240

/** Channels that a node may name, as in the reference. */
export const NODE_INFO_CHANNELS_MAX = 16

/** Bytes of a message in one packet, as in the reference. */
export const PACKET_DATA_BYTES_MAX = 1024

/** Room that is made for a message before more than its first piece is there. */
export const EXPECTED_BYTES_MAX = 131_072

/** A packet that is full, on a channel below 128: what the reference takes at most. */
export const PACKET_BYTES_MAX = 1034

/** The last channel whose full packets are no longer than that. */
export const CHANNEL_ID_MAX = 127

/** Packets are sealed together up to so many bytes. */
export const BATCH_BYTES_MAX = 65_536

/** From so many bytes that a socket has not taken on, nothing more is sealed. */
export const WIRE_WAITING_BYTES_MAX = 262_144

/** Parts of messages that all peers together may make us keep. */
export const REASSEMBLY_BYTES_MAX = 512 * 1024 * 1024

/**
 * After so many things of use a peer is taken to be good. COMPAT(cometbft): 10,000; fewer would let
 * strangers buy their way into what this node holds for certain with votes of others.
 */
export const USEFUL_DEEDS = 10_000

/** Bytes a second, either way: the reference's setting. */
export const RATE_BYTES_PER_SECOND = 5_120_000

/** Peers that dialed us, and that we dialed: the reference's settings. */
export const INBOUND_PEERS_MAX = 100
export const OUTBOUND_PEERS_MAX = 20

/** Connections of others that have not yet shown who they are: of all, and of one address. */
export const HANDSHAKES_MAX = 64
export const HANDSHAKES_PER_IP_MAX = 8

/**
 * When all those places are taken, somebody who comes takes the place of whoever has said nothing
 * yet, or has not shown who it is after this time.
 */
export const HANDSHAKE_GRACE_MS = 5000

/** How often strangers of one address are let in, and of how many addresses that is known. */
export const ARRIVALS_PER_IP_PER_SECOND_MAX = 50
export const ARRIVAL_RECORDS_MAX = 1024

/** Sockets that a listener accepts if it is told no other bound. */
export const ACCEPTED_SOCKETS_MAX = 256

/**
 * Sockets that were closed and still send their last bytes: of all, of one address, for how long,
 * and how many bytes may still come on one.
 */
export const LINGERING_MAX = 64
export const LINGERING_PER_IP_MAX = 16
export const LINGERING_MS_MAX = 2000
export const LINGERING_BYTES_MAX = 1024 * 1024

/**
 * Descriptors that are kept for the disk, the node's own ports and the runtime: peers and strangers
 * never get them.
 */
export const OPEN_FILES_RESERVED = 256

/** How long an honest peer may take to be dialed and to say who it is: the reference's settings. */
export const DIAL_MS_MAX = 3000
export const HANDSHAKE_MS_MAX = 20_000

/** How often we ask whether a peer is there, and how long it may take to answer. */
export const PING_INTERVAL_MS = 60_000
export const PONG_MS_MAX = 45_000

/**
 * Packets a second, and at once, that carry nothing or next to nothing: pings, pongs, and pieces
 * that are short and not the last. The reference sends a ping a minute, answers ours, and fills
 * pieces up to what is configured there: 1024 bytes.
 */
export const IDLE_PACKETS_PER_SECOND_MAX = 50
export const SMALL_PIECE_BYTES = 64

/** Peers of whose conduct a record is kept; the oldest makes room. */
export const CONDUCT_RECORDS_MAX = 4096

/** Ids and addresses that are kept away at a time; the one that ends first makes room. */
export const BANS_MAX = 4096

/**
 * The reference's bounds of address books (`p2p/pex/params.go`).
 * COMPAT(cometbft): a bucket takes one more than its constant says.
 */
export const NEW_BUCKET_COUNT = 256
export const OLD_BUCKET_COUNT = 64
export const BUCKET_ADDRESSES_MAX = 65
export const NEW_BUCKETS_PER_ADDRESS_MAX = 4
export const SELECTION_ADDRESSES_MAX = 250

/** Bytes of a message about addresses: 256 for each, as in the reference. */
export const PEX_BYTES_MAX = 256 * SELECTION_ADDRESSES_MAX

/** Peers that an address book keeps away; the reference's list has no end. */
export const BAD_ADDRESSES_MAX = 4096

/** Addresses whose failed dials are remembered. */
export const DIAL_RECORDS_MAX = 16_384

/** A file with a full address book has about 11 MB. */
export const BOOK_FILE_BYTES_MAX = 32 * 1024 * 1024
