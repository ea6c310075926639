/**
 * Every bound of this package, and what a peer can cost.
 *
 * Memory per peer, at worst:
 *
 *   its connection: Noise and yamux               about 1 MiB, yamux's windows
 *   gossip that has come and is not whole         {@link GOSSIP_BYTES_MAX}
 *   gossip that waits to be sent                  {@link GOSSIP_WAITING_BYTES_MAX} and a message
 *   topics that it subscribes to                  1 MiB, gossipsub's own bound
 *   requests that have come and are not whole     {@link REQUEST_BYTES_MAX} each,
 *                                                 of all peers {@link REQUESTS_BYTES_MAX}
 *   answers that it has not read                  {@link ANSWERS_PER_PEER_BYTES_MAX},
 *                                                 of all peers {@link ANSWERS_BYTES_MAX}
 */

/** A gossip frame: the library's default in the reference. */
export const GOSSIP_BYTES_MAX = 1024 * 1024

/** A message of gossip: a frame, less what surrounds it. */
export const MESSAGE_BYTES_MAX = GOSSIP_BYTES_MAX - 1024

/** From so many bytes that a peer has not taken on, gossip for it is dropped. */
export const GOSSIP_WAITING_BYTES_MAX = 4 * 1024 * 1024

/** How long a message is known to have been seen, and when it may be published again. */
export const SEEN_MS = 120_000
export const REPUBLISH_MS_MIN = SEEN_MS + 5_000

/** Messages of one topic, of all, and their bytes, that are judged; one more is not taken. */
export const JUDGED_PER_TOPIC_MAX = 1024
export const JUDGED_MAX = 8192
export const JUDGED_BYTES_MAX = 64 * 1024 * 1024

/** How long a listener may think; then the message is passed on and heard again. */
export const LISTENER_MS_MAX = 10_000

/** Messages of one topic that are heard again, how often, and the first pause. */
export const RETRIED_MAX = 10
export const RETRIES_MAX = 5
export const RETRY_MS_FIRST = 500
export const RETRY_MS_MAX = 60_000

/** Messages of one topic that wait for listeners, and how often those are looked for. */
export const UNSENT_MAX = 50
export const UNSENT_MS = 200

/** Topics that this node listens to. */
export const TOPICS_MAX = 1024

/** A request that we take. COMPAT(oasis-core): 64 MiB, which nobody needs. */
export const REQUEST_BYTES_MAX = 4 * 1024 * 1024

/** Requests that are not whole, of all peers together. */
export const REQUESTS_BYTES_MAX = 64 * 1024 * 1024

/** A response, as in the reference. */
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024

/**
 * Answers that are on their way to one peer, and to all: a peer that asks and does not read costs
 * no more. Twelve pieces of a checkpoint, which is what a node asks for at once, are 96 MiB.
 */
export const ANSWERS_PER_PEER_BYTES_MAX = 128 * 1024 * 1024
export const ANSWERS_BYTES_MAX = 512 * 1024 * 1024

/** Requests of one peer in one protocol, and of all, that are being answered. */
export const REQUESTS_PER_PROTOCOL_MAX = 32
export const REQUESTS_MAX = 1024

/** Streams that a peer may have open with us; one more is refused. */
export const STREAMS_PER_PEER_MAX = 512

/**
 * Streams that a peer may open before our side of the connection is ready. With more, the
 * connection ends: nodes of the reference may ask a dozen things at once, more than the library's
 * own bound.
 */
export const EARLY_STREAMS_MAX = 64

/** Characters of a method's name. */
export const METHOD_SIZE_MAX = 128

/** Characters of the message of an error, in a response; the rest is cut off. */
export const ERROR_TEXT_SIZE_MAX = 1024

/** The reference's deadlines of a request. */
export const REQUEST_WRITE_MS_MAX = 5_000
export const REQUEST_READ_MS_MAX = 5_000
export const REQUEST_ANSWER_MS_MAX = 60_000
export const RESPONSE_WRITE_MS_MAX = 60_000
export const RESPONSE_READ_MS_DEFAULT = 5_000

/** How long it may take to reach a peer and to agree on the protocol. */
export const OPEN_MS_MAX = 10_000

/** How long a stream is kept for the other side to end it, after an answer to it, and of it. */
export const SERVER_LINGER_MS_MAX = 60_000
export const CLIENT_LINGER_MS_MAX = 10_000

/** Between two rounds of asking all. */
export const ASK_AGAIN_MS = 1_000

/** Peers that are asked at once. */
export const ASKED_AT_ONCE_MAX = 5

/** Of so many best peers the order is random. */
export const SHUFFLED_PEERS = 5

/**
 * Connected peers: above the sum of both as many leave as are above the first, but none that has
 * just come. COMPAT(oasis-core): 100, 30 and 20 s. Twice the sum is the end: then nobody is let in.
 */
export const PEERS_MAX = 100
export const PEERS_DELTA = 30
export const GRACE_MS = 20_000

/**
 * How often we ask whether a peer is there, and how long it may take to say so: longer than any
 * program is busy with one thing. Else the connection ends.
 */
export const PING_MS = 30_000
export const PONG_MS_MAX = 25_000

/** Connections of one peer: two nodes that dial each other at once have two. */
export const CONNECTIONS_PER_PEER_MAX = 4

/**
 * Connections of others that have not shown who they are: of all, and of one address. And new ones
 * of an address a second.
 */
export const HANDSHAKES_MAX = 64
export const HANDSHAKES_PER_IP_MAX = 16
export const ARRIVALS_PER_IP_PER_SECOND_MAX = 50

/** Peers that left and are still remembered, beside those of the registry; the oldest is not. */
export const LEFT_PEERS_MAX = 1024

/** Peers that are known again after a restart, and how often they are written down. */
export const BOOK_PEERS_MAX = 100
export const BOOK_SAVE_MS = 15 * 60_000

/** Dials at once. */
export const DIALS_MAX = 16

/** The reference's pauses after failed dials. */
export const DIAL_AGAIN_MS_FIRST = 60_000
export const DIAL_AGAIN_MS_MAX = 4 * 3600_000

/** How often is looked whether somebody is missing. */
export const MONITOR_MS = 1_000

/** How often metrics are set. */
export const COUNT_MS = 15_000

/** Nodes of the registry that are known, and addresses of each. */
export const NODES_MAX = 65_536
export const ADDRESSES_PER_PEER_MAX = 16

/** Topic peers that are wanted. */
export const TOPIC_PEERS_REGISTERED = 10
export const TOPIC_PEERS_TOTAL = 20

/** Peers that are blocked; the oldest makes room. */
export const BLOCKED_MAX = 4096

/** A seed's memory: the reference's numbers. */
export const REGISTRATION_MS = 3600_000
export const REGISTERED_PEERS_MAX = 10_000
export const PEERS_PER_NAMESPACE_MAX = 1_000
export const NAMESPACES_PER_PEER_MAX = 20
export const REGISTRATIONS_CLEAN_MS = 60_000

/** How long a seed waits for a peer to say where it listens. */
export const IDENTIFY_MS_MAX = 3_000

/** Characters of a namespace: the longest of the reference has 163. */
export const NAMESPACE_SIZE_MAX = 256

/** Peers in an answer of a seed, and bytes of each. */
export const DISCOVERED_MAX = 100
export const PEER_INFO_BYTES_MAX = 4096

/**
 * How long a node believes what a seed answered, if it was nobody, and if it made no sense. Nobody
 * is believed for an hour by the reference, so that a young network stays apart for so long.
 */
export const DISCOVERED_MS = 3600_000
export const NOBODY_FOUND_MS = 60_000
export const MALICIOUS_SEED_MS = 24 * 3600_000

/**
 * So long after a connection with a seed was opened it is told nothing. COMPAT(oasis-core): it
 * takes where a node listens from what that node has said of itself by then, and forgets who is
 * faster, for an hour.
 */
export const SEED_LEARNS_MS = 1_000

/** A connection with a seed ends when nothing was said for so long. */
export const SEED_IDLE_MS = 4_000

/** Pauses after seeds that do not answer. */
export const SEED_AGAIN_MS_FIRST = 60_000
export const SEED_AGAIN_MS_MAX = 3600_000

/** Protocols that a peer may say it speaks; what follows is not heard. */
export const PROTOCOLS_PER_PEER_MAX = 1024
