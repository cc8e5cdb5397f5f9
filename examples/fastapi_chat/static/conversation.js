import * as api from "./api.js";
import { byId } from "./dom.js";
import { goToEnd } from "./follow.js";
import { ReplyTurn, pastReply, userTurn } from "./turns.js";
import { showWidget } from "./widgets.js";

const NOTES = {
  background: "The formation goes on with this in the background.",
  failed: "The formation could not do this.",
};

/** The conversation on the page. `onBusy(busy)` is told when a reply begins and ends. */
export class Conversation {
  #log = byId("log");
  #stop = null;
  #session = null;

  constructor({ onBusy, onSession, onSignedOut }) {
    this.onBusy = onBusy;
    this.onSession = onSession;
    this.onSignedOut = onSignedOut;
  }

  /** Start again, with the messages of a session if one is given. */
  async open(session = null) {
    this.stop();
    this.#session = session;
    this.#log.replaceChildren();
    goToEnd();
    byId("welcome").hidden = session !== null;
    if (session === null) return;
    try {
      const found = await api.messages(session);
      if (this.#session === session) this.#restore(found);
    } catch (problem) {
      if (problem.status === 401) this.onSignedOut({ message: "", files: [] });
      this.#failed(this.#begin(), problem, () => this.open(session));
    }
  }

  /** Send a message and show the reply as it arrives. */
  async send(text, files = [], choice = null) {
    byId("welcome").hidden = true;
    for (const old of this.#log.querySelectorAll(".options button, .failure button")) {
      old.disabled = true;
    }
    this.#log.append(userTurn(text, files));
    goToEnd();
    await this.#answer({ message: text, files, ui_response: choice });
  }

  /** Stop the reply that is coming. The formation cancels the turn. */
  stop() {
    this.#stop?.abort();
  }

  async #answer(message) {
    const reply = this.#begin();
    const stop = new AbortController();
    this.#stop = stop;
    this.onBusy(true);
    announce("Waiting for the reply.");
    try {
      reply.end(await this.#read({ ...message, session_id: this.#session }, reply, stop.signal));
      announce(`Reply: ${reply.text}`);
    } catch (problem) {
      if (stop.signal.aborted) {
        reply.end("You stopped this reply.");
        announce("Stopped.");
      } else {
        if (problem.status === 401) this.onSignedOut(message);
        this.#failed(reply, problem, () => this.#answer(message));
      }
    } finally {
      if (this.#stop === stop) {
        this.#stop = null;
        this.onBusy(false);
      }
    }
  }

  async #read(message, reply, signal) {
    for await (const { event, data } of api.chat(message, signal)) {
      signal.throwIfAborted();
      if (event === "started") this.#continue(data.session_id);
      else if (event === "text") reply.write(data.text);
      else if (event === "progress" || event === "tool") reply.step(data);
      else if (event === "notice") reply.text = data.text;
      else if (event === "error") throw new api.RequestError(data.detail);
      else if (event === "completed") {
        reply.text = data.text;
        reply.artifacts(data.artifacts);
        reply.widgets(data.widgets.map((widget) => this.#widget(widget)));
        return NOTES[data.status];
      }
    }
    throw new api.RequestError("The connection broke before the reply was complete.");
  }

  #begin() {
    const reply = new ReplyTurn();
    this.#log.append(reply.element);
    return reply;
  }

  #continue(session) {
    if (session === this.#session) return;
    this.#session = session;
    this.onSession(session);
  }

  #widget(widget) {
    return showWidget(widget, (label, choice) => this.send(label, [], choice));
  }

  #failed(reply, problem, again) {
    reply.fail(problem.message, () => {
      reply.element.remove();
      again();
    });
  }

  #restore(messages) {
    if (!messages.length) {
      this.#continue(null);
      this.#log.append(pastReply("", "The formation doesn't have this conversation any more."));
      return;
    }
    const turns = messages.map(({ role, text }) =>
      role === "user" ? userTurn(text) : pastReply(text),
    );
    if (messages.at(-1)?.role === "user") turns.push(pastReply("", "This message has no reply."));
    this.#log.replaceChildren(...turns);
  }
}

function announce(text) {
  byId("announcer").textContent = text;
}
