import { lossReasonFrom } from "./losses.ts";

/** Why nothing can be sent, or nothing any more. */
export type SendingLoss =
  | "authentication"
  | "notFound"
  | "refused"
  | "unresolved"
  | "unreachable"
  | "inUse"
  | "timeout"
  | "security"
  | "unsupported"
  | "protocol"
  | "stalled"
  | "encoder"
  | "full"
  | "ended";

/** Each reason in words that finish a sentence. */
const WORDS: Readonly<Record<SendingLoss, string>> = {
  authentication: "the server asks for another user or password",
  notFound: "there is no such place",
  refused: "nobody listens there: the connection was refused",
  unresolved: "there is no host of that name",
  unreachable: "there is no way to that host",
  inUse: "something else listens at that port already",
  timeout: "the server did not answer in time",
  security: "no secure connection (TLS) could be made",
  unsupported: "this ffmpeg was built without that protocol",
  protocol: "the server does not take what it is sent",
  stalled: "the server takes nothing any more",
  encoder: "this ffmpeg has no encoder for it",
  full: "no space is left on the device",
  ended: "the server has hung up",
};

/** How the connection to a server ended. */
export interface SendingEnd {
  /** What ffmpeg complained of. */
  readonly complaint: string;
  /** Whether there was a connection. */
  readonly wasConnected: boolean;
}

/** Why a connection ended by itself. */
export function sendingLossFrom({ complaint, wasConnected }: SendingEnd): SendingLoss {
  if (/no space left/i.test(complaint)) return "full";
  if (/unknown encoder|unrecognized option/i.test(complaint)) return "encoder";
  if (/no such file/i.test(complaint)) return "notFound";
  if (/timed out/i.test(complaint)) return wasConnected ? "stalled" : "timeout";
  if (wasConnected) return "ended";
  const reason = lossReasonFrom({ complaint, hadPictures: false, wasSilent: false });
  return reason in WORDS ? reason as SendingLoss : "protocol";
}

/** Tells in one line what happened to an output. */
export function sendingLossMessage(
  name: string,
  reason: SendingLoss,
  wasConnected: boolean,
): string {
  return `${wasConnected ? "Lost the output" : "Cannot send to"} ${name}: ${WORDS[reason]}`;
}
