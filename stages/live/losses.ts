/** Why a feed gives no pictures, or gives none any more. */
export type LossReason =
  | "authentication"
  | "notFound"
  | "noDevice"
  | "refused"
  | "unresolved"
  | "unreachable"
  | "inUse"
  | "timeout"
  | "security"
  | "codec"
  | "unsupported"
  | "protocol"
  | "stalled"
  | "ended"
  | "behind"
  | "jumped"
  | "changed";

/** Each reason in words that finish a sentence. */
const WORDS: Readonly<Record<LossReason, string>> = {
  authentication: "the server asks for another user or password",
  notFound: "the server knows no such path",
  noDevice: "there is no such camera, or it is in use, or not for this user",
  refused: "nobody listens there: the connection was refused",
  unresolved: "there is no host of that name",
  unreachable: "there is no way to that host",
  inUse: "something else listens at that port already",
  timeout: "no picture came in time",
  security: "no secure connection (TLS) could be made",
  codec: "it holds no pictures that can be decoded",
  unsupported: "this ffmpeg was built without that protocol",
  protocol: "what came is nothing of that protocol",
  stalled: "the pictures stopped coming",
  ended: "the sender ended it",
  behind: "the pictures came later and later",
  jumped: "the sender's clock jumped",
  changed: "the pictures changed their size",
};

/**
 * What ffmpeg complains of, and what that means; the first that fits. It says a lot besides, so
 * numbers count only where they are a status.
 */
const COMPLAINTS: readonly (readonly [RegExp, LossReason])[] = [
  [
    /(returned|failed:|error) 40[13]\b|authorization failed|authfailed|access denied|incorrect passphrase|password required/i,
    "authentication",
  ],
  [/(returned|failed:|error) 404\b|StreamNotFound/i, "notFound"],
  [/no such (file|device)|resource busy|permission denied/i, "noDevice"],
  [/failed to resolve|name or service not known|name resolution/i, "unresolved"],
  [/connection refused/i, "refused"],
  [/no route to host|network is unreachable|host is unreachable/i, "unreachable"],
  [/address already in use/i, "inUse"],
  [/^\[tls @|certificate|handshake failed|\bssl\b/im, "security"],
  [
    /decoder .*not found|unknown decoder|matches no streams|could not find codec|without an SDP/i,
    "codec",
  ],
  [/protocol not found/i, "unsupported"],
  [/timed out|srt:.* failed: input\/output error/i, "timeout"],
  [
    /invalid data found|not on whitelist|protocol error|(returned|failed:|error) [45]\d\d\b/i,
    "protocol",
  ],
];

/** How a connection ended, as far as it can be seen. */
export interface Ending {
  /** What ffmpeg complained of. */
  readonly complaint: string;
  /** Whether there were pictures before. */
  readonly hadPictures: boolean;
  /** Whether the sender had said nothing for as long as it is waited for. */
  readonly wasSilent: boolean;
}

/**
 * Why a connection ended by itself. After pictures the reason is not asked for: decoders complain
 * of much that a feed survives.
 */
export function lossReasonFrom({ complaint, hadPictures, wasSilent }: Ending): LossReason {
  if (hadPictures) return "ended";
  const reason = COMPLAINTS.find(([pattern]) => pattern.test(complaint))?.[1];
  // A server that says nothing ends in the same complaint as one that talks nonsense.
  if (wasSilent && (reason === undefined || reason === "protocol")) return "timeout";
  return reason ?? "ended";
}

/** Tells in one line what happened to a feed. */
export function lossMessage(name: string, reason: LossReason, hadPictures: boolean): string {
  return `${hadPictures ? "Lost" : "Cannot receive"} ${name}: ${WORDS[reason]}`;
}
