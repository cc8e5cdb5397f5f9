import { serverSentEvents } from "./sse.js";

/** A request that failed. The message is for people to read. */
export class RequestError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

const UNREACHABLE = "The server can't be reached. Check your connection, then try again.";

/** Return the name of the signed-in user, or null. */
export const me = async () => (await json("me"))?.name ?? null;

/** Sign in. */
export const signIn = (name) => json("sign-in", { method: "POST", body: { name } });

/** Sign out. */
export const signOut = () => json("sign-out", { method: "POST" });

/** Return the messages of a session, oldest first. */
export const messages = (session) => json(`sessions/${encodeURIComponent(session)}/messages`);

/** Send a message and yield the events of the reply. `signal` stops it. */
export async function* chat(message, signal) {
  const response = await ask("chat", { method: "POST", body: message, signal });
  try {
    for await (const { event, data } of serverSentEvents(response.body)) {
      yield { event, data: JSON.parse(data) };
    }
  } catch (problem) {
    throw explained(problem);
  }
}

async function json(path, request) {
  const response = await ask(path, request);
  return response.status === 204 ? null : response.json();
}

async function ask(path, { method = "GET", body, signal } = {}) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  let response;
  try {
    response = await fetch(`/api/${path}`, { method, headers, signal, body: JSON.stringify(body) });
  } catch (problem) {
    throw explained(problem);
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new RequestError(readable(said) ?? `The server answered ${response.status}.`, response.status);
}

/** The text of an error. FastAPI's own answer to an invalid request has a list of them. */
function readable(body) {
  if (Array.isArray(body.detail)) return body.detail.map(({ msg }) => msg).join(" ");
  return body.detail;
}

function explained(problem) {
  return problem.name === "AbortError" ? problem : new RequestError(UNREACHABLE);
}
