import { SourceError } from "../../pipeline/errors.ts";

/** For each kind of URL, the protocols that ffmpeg may use to open it and what it refers to. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  http: "http,https,tcp,tls,crypto,data",
  https: "http,https,tcp,tls,crypto,data",
  rtsp: "rtsp,rtp,udp,tcp,tls,srtp",
  rtsps: "rtsp,rtp,udp,tcp,tls,srtp",
  rtmp: "rtmp,rtmps,tcp,tls",
  rtmps: "rtmp,rtmps,tcp,tls",
  srt: "srt,udp",
  udp: "udp",
  rtp: "rtp,udp",
  tcp: "tcp",
  ftp: "ftp,tcp",
};

/** After how long a server that says nothing is given up, in microseconds. */
const TIMEOUT_US = "15000000";

/** The option by which a protocol is given that time; the others have none. */
const TIMEOUT_OPTIONS: Readonly<Record<string, string>> = {
  http: "-rw_timeout",
  https: "-rw_timeout",
  ftp: "-rw_timeout",
  tcp: "-rw_timeout",
  rtmp: "-rw_timeout",
  rtmps: "-rw_timeout",
  udp: "-rw_timeout",
  rtsp: "-timeout",
  rtsps: "-timeout",
};

/** What a URL begins with; two letters at least, since one may be a drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):\/\//i;

/** Whether the source is a URL and not a path. */
export function isUrl(source: string): boolean {
  return SCHEME.test(source);
}

/**
 * The arguments that make ffmpeg open a path or a URL, and nothing else: a path is never taken for
 * an option or a protocol, and what is opened cannot make ffmpeg open what its kind may not.
 *
 * @throws {SourceError} If it is a URL of a kind that is not on the list.
 */
export function inputArguments(source: string): string[] {
  const scheme = SCHEME.exec(source)?.[1]?.toLowerCase();
  const timeoutOption = scheme && TIMEOUT_OPTIONS[scheme];
  return [
    ...["-protocol_whitelist", protocolsFor(source)],
    ...(timeoutOption ? [timeoutOption, TIMEOUT_US] : []),
    ...nameOptions(source),
    ...["-i", isUrl(source) ? withPlainScheme(source) : `file:${source}`],
  ];
}

/**
 * The protocols that ffmpeg may use to open a path or a URL and what it refers to, with commas.
 *
 * @throws {SourceError} If it is a URL of a kind that is not on the list.
 */
export function protocolsFor(source: string): string {
  const scheme = SCHEME.exec(source)?.[1]?.toLowerCase();
  if (!scheme) return "file";
  const protocols = PROTOCOLS[scheme];
  if (!protocols) {
    throw new SourceError(
      `Cannot open ${withoutCredentials(source)}: "${scheme}" is none of ${
        Object.keys(PROTOCOLS).join(", ")
      }`,
    );
  }
  return protocols;
}

/** In the name of a picture, ffmpeg would take `%d` for the numbers of a sequence. */
function nameOptions(source: string): string[] {
  if (isUrl(source) || !/%\d*d.*\.(jpe?g|png|webp|bmp|tiff?)$/i.test(source)) return [];
  return ["-f", "image2", "-pattern_type", "none"];
}

/** The port of a URL, behind user, password and host. */
const PORT = /^\w+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/;

/** A URL that has nothing where its host would stand. */
const HOSTLESS = /^\w+:\/\/(?:[^/?#]*@)?(?:[:/?#]|$)/;

/**
 * What is wrong with the address of a URL, in words that finish a sentence; nothing, if it may be one.
 * Without a usual port ffmpeg would send to any, and without a host to this machine.
 */
export function addressFlawIn(url: string): string | undefined {
  const isPortless = !/^(srt|udp|rtp|tcp):/i.test(url);
  const [, port] = PORT.exec(url) ?? [];
  if (port === undefined && !isPortless) return "it names no port";
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
    return "its port is none from 1 to 65535";
  }
  return isPortless && HOSTLESS.test(url) ? "it names no host" : undefined;
}

/** A URL as ffmpeg knows it, to which the case of a protocol matters. */
export function withPlainScheme(url: string): string {
  return url.replace(SCHEME, (scheme) => scheme.toLowerCase());
}

/** Whether the source can be opened a second time and is the same then, as a feed is not. */
export function isRereadable(source: string): boolean {
  return !isUrl(source) || /^(https?|ftp):/i.test(source);
}

/** User and password: what stands before the `@` of a host. */
const CREDENTIALS = /^(\w[\w+.-]+:\/\/)[^/?#]*@/;

/**
 * The same of which a password holds a character that should have been escaped, such as `/`: what
 * then stands where a port would is none.
 */
const BROKEN_CREDENTIALS = /^(\w[\w+.-]+:\/\/)(?!\[)[^/?#:]*:(?!\d*(?:[/?#]|$)).*@/s;

/**
 * A source's name as it may be shown: without user and password, and without a query, which may hold
 * such or a token.
 */
export function withoutCredentials(source: string): string {
  if (!isUrl(source)) return source;
  const isWhole = CREDENTIALS.test(source);
  return source.replace(isWhole ? CREDENTIALS : BROKEN_CREDENTIALS, "$1")
    .replace(/[?#].*$/s, "?…");
}

/** A complaint of ffmpeg's about a source, in which the source has its name and no credentials. */
export function complaintAbout(source: string, complaint: string): string {
  const name = withoutCredentials(source);
  return complaint.replaceAll(`file:${source}`, source).replaceAll(source, name)
    .replaceAll(withPlainScheme(source), name)
    .replace(new RegExp(`^${RegExp.escape(name)}: `), "");
}
