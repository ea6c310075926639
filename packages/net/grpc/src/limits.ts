/**
 * Every bound of this package, and what a client can cost.
 *
 * An idle connection costs about 25 kB, a call about 10 kB. Beyond that there is only what
 * {@link HELD_BYTES_MAX} counts for all calls together: requests that have not come whole, answers
 * and events that nobody takes.
 */

/** Bytes of a message, either way: the reference's bound. */
export const MESSAGE_BYTES_MAX = 104_857_600

/** Flag and length before a message. */
export const FRAME_HEAD_BYTES = 5

/** Requests and answers that a server holds at a time, of all connections. */
export const HELD_BYTES_MAX = 536_870_912

/** Memory for a message is taken in pieces from this size on, as its bytes arrive. */
export const PIECE_BYTES_MIN = 4096

/** Connections of a server. Beyond, the one that is idle for longest makes room. */
export const CONNECTIONS_MAX = 4096

/** Calls of a connection at a time. Beyond, HTTP/2 makes the client wait. */
export const CALLS_PER_CONNECTION_MAX = 256

/** Calls of all connections at a time. */
export const CALLS_MAX = 16_384

/** Header fields of a request, and their bytes (65,535 until a client knows the bound). */
export const HEADER_COUNT_MAX = 64
export const HEADER_BYTES_MAX = 16_384

/** What HTTP/2 itself may keep of a connection besides messages: states, headers, frames. */
export const SESSION_MEGABYTES_MAX = 4

/** What may be under way of a call, and of a connection, before it is acknowledged. */
export const STREAM_WINDOW_BYTES = 1_048_576
export const SESSION_WINDOW_BYTES = 8_388_608

/** How long a new connection may take to say what it speaks. */
export const OPENING_MS_MAX = 20_000

/** How long a connection may be without a call: the reference's setting. */
export const IDLE_MS_MAX = 600_000

/**
 * How long a connection with calls may say nothing before it is asked whether somebody is there,
 * and how often in vain. Clients that vanish are let go after three minutes: the systems on which
 * the reference relies take two and a half.
 */
export const QUIET_MS_MAX = 60_000
export const PINGS_IN_VAIN_MAX = 2

/** How long a path of bytes may be quiet before the system asks whether its other end is there. */
export const KEEPALIVE_MS = 60_000

/** How long a request may take to arrive, from its headers to its last byte. */
export const RECEIVING_MS_MAX = 60_000

/** How long the last of an answer may take to be taken. */
export const LINGERING_MS_MAX = 120_000

/** What may wait for the client of a stream: beyond, the stream ends with an error. */
export const STREAM_QUEUE_COUNT_MAX = 1024
export const STREAM_QUEUE_BYTES_MAX = 16_777_216

/** Bytes of an error's text; the rest is cut off. */
export const STATUS_TEXT_BYTES_MAX = 4096

/** Calls of a client at a time. */
export const CALLS_IN_FLIGHT_MAX = 1024

/** Messages of a stream that wait for the program: beyond, no more are read from the server. */
export const UNREAD_BYTES_MAX = 1_048_576

/** How long a client waits before it tries to connect anew: at first, and at most. */
export const RECONNECT_MS_MIN = 100
export const RECONNECT_MS_MAX = 20_000

/** How long it may take to connect. */
export const CONNECT_MS_MAX = 20_000

/** Bytes of a socket's path, as systems have it. */
export const SOCKET_PATH_BYTES_MAX = 107
export const SOCKET_PATH_BYTES_MAX_DARWIN = 103

/** The longest time that a timer of the process takes. */
export const TIMER_MS_MAX = 2_147_483_647

/** For how long a browser may remember what is allowed to whom, in seconds. */
export const PREFLIGHT_SECONDS = 7200
