/** REST: same origin, the session's cookie, CSRF header, ETags, and problem details as errors. */

/** The server refused, or could not be reached (status 0). `detail` may be shown to the user. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly fields: readonly FieldFault[] = [],
    /** The problem's whole body: what it says beside `detail`. */
    readonly problem: unknown = null,
  ) {
    super(detail);
  }
}

export interface FieldFault {
  field: string;
  message: string;
}

export interface Fresh {
  kind: "fresh";
  body: unknown;
  etag: string | null;
  asOf: string | null;
}

/**
 * Why a dashboard reads a feature by REST: by its stage's polling timer, because the socket cannot be relied on, for a panel's
 * first figures, or for what is older than what is pushed. The server counts them apart.
 */
export type Reads = "timer" | "fallback" | "first" | "history";

export interface ReadOptions {
  /** The ETag of what is held: a 304 answers "unchanged". */
  etag?: string | null;
  /** Nobody waits any longer. */
  signal?: AbortSignal | null;
  /** None where what is read is no feature that is cut over. */
  reads?: Reads;
}

/** `nothing`: it is yours to read, and nothing was recorded yet. */
export type Answer = Fresh | { kind: "unchanged" } | { kind: "nothing" };

export async function read(path: string, { etag = null, signal = null, reads }: ReadOptions = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (etag) headers["If-None-Match"] = etag;
  if (reads) headers["X-Thor-Client"] = `dashboard; reads=${reads}`;
  const response = await send(path, { headers, signal });
  if (response.status === 304) return { kind: "unchanged" };
  await refuseFault(response);
  if (response.status === 204) return { kind: "nothing" };
  return {
    kind: "fresh",
    body: await bodyOf(response),
    etag: response.headers.get("ETag"),
    asOf: response.headers.get("X-As-Of"),
  };
}

export async function get(path: string, reads?: Reads): Promise<unknown> {
  const answer = await read(path, reads ? { reads } : {});
  return answer.kind === "fresh" ? answer.body : null;
}

export async function post(path: string, body: object): Promise<unknown> {
  return change("POST", path, body);
}

export async function remove(path: string): Promise<void> {
  await change("DELETE", path);
}

async function change(method: string, path: string, body?: object): Promise<unknown> {
  const headers: Record<string, string> = { Accept: "application/json", "X-CSRFToken": csrfToken(document.cookie) };
  if (body) headers["Content-Type"] = "application/json";
  const response = await send(path, { method, headers, body: body ? JSON.stringify(body) : null });
  await refuseFault(response);
  return response.status === 204 ? null : bodyOf(response);
}

export function csrfToken(cookies: string): string {
  const pair = cookies.split("; ").find((cookie) => cookie.startsWith("csrftoken="));
  return pair ? decodeURIComponent(pair.slice("csrftoken=".length)) : "";
}

let underWay = new AbortController();

/** Gives up whatever is under way: after signing out it would only be told that nobody is signed in. */
export function giveUpReads(): void {
  underWay.abort();
  underWay = new AbortController();
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const signal = init.signal ? AbortSignal.any([init.signal, underWay.signal]) : underWay.signal;
  try {
    return await fetch(path, { ...init, signal, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new ApiError(0, "The server cannot be reached.");
  }
}

async function refuseFault(response: Response): Promise<void> {
  if (response.ok) return;
  const body: unknown = await response.json().catch(() => null);
  const { detail, errors } = problemOf(body);
  throw new ApiError(response.status, detail ?? `The server answered ${response.status}.`, errors, body);
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return (await response.json()) as unknown;
  } catch {
    throw new ApiError(response.status, "The server's answer could not be read.");
  }
}

function problemOf(body: unknown): { detail: string | null; errors: FieldFault[] } {
  if (typeof body !== "object" || body === null) return { detail: null, errors: [] };
  const { detail, title, errors } = body as Record<string, unknown>;
  const text = [detail, title].find((part) => typeof part === "string" && part !== "");
  return { detail: typeof text === "string" ? text : null, errors: Array.isArray(errors) ? errors.flatMap(fieldOf) : [] };
}

function fieldOf(value: unknown): FieldFault[] {
  if (typeof value !== "object" || value === null) return [];
  const { field, message } = value as Record<string, unknown>;
  return typeof field === "string" && typeof message === "string" ? [{ field, message }] : [];
}
