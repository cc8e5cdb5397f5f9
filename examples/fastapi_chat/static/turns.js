import { copyOf, element } from "./dom.js";
import { artifact, chip } from "./files.js";

/** Show a message of the user. */
export function userTurn(text, files = []) {
  const shown = copyOf("user-turn");
  shown.querySelector(".text").textContent = text;
  shown.querySelector(".files").append(...files.map((file) => chip(file)));
  return shown;
}

/** A reply: its steps, its text as it arrives, its files and widgets, and how it ended. */
export class ReplyTurn {
  element = copyOf("reply-turn");
  #text = this.element.querySelector(".text");
  #steps = this.element.querySelector(".steps");
  #began = performance.now();
  #said = "";

  constructor() {
    this.element.setAttribute("aria-busy", "true");
    this.#now("One moment…");
  }

  get text() {
    return this.#said;
  }

  /** Show a text in paragraphs, in place of the one so far. */
  set text(text) {
    this.#said = text;
    const paragraphs = text ? text.split(/\n{2,}/) : [];
    this.#text.replaceChildren(...paragraphs.map((each) => element("p", each)));
  }

  /** Add a piece of text as it arrives. */
  write(piece) {
    if (this.#said && !piece.includes("\n")) {
      this.#said += piece;
      this.#text.lastElementChild.append(piece);
    } else {
      this.text += piece;
    }
  }

  /** Show what the formation is doing. The same step twice in a row shows once. */
  step({ text, tool }) {
    const item = element("li");
    const said = text.replace(/\.{3}$/, "…");
    if (tool) {
      const [before, ...after] = said.includes(tool) ? said.split(tool) : [`${said} `, ""];
      item.append(before, element("code", tool), after.join(tool));
    } else {
      item.append(said);
    }
    const list = this.#steps.querySelector("ol");
    if (["", list.lastElementChild?.textContent].includes(item.textContent)) return;
    list.append(item);
    this.#now(...item.cloneNode(true).childNodes);
  }

  /** Show the files that the reply brought. */
  artifacts(made) {
    this.element.querySelector(".files").append(...made.map(artifact));
  }

  /** Show the reply's widgets. */
  widgets(shown) {
    this.element.querySelector(".widgets").replaceChildren(...shown);
  }

  /** End the reply, with a note on how it ended unless that is plain to see. */
  end(note = "") {
    this.element.setAttribute("aria-busy", "false");
    const steps = this.#steps.querySelector("ol").childElementCount;
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    this.#now(`${steps === 1 ? "1 step" : `${steps} steps`}, ${seconds} s`);
    this.#steps.hidden = steps === 0;
    const line = this.element.querySelector(".note");
    line.textContent = note;
    line.hidden = !note;
  }

  /** Show why there is no (whole) reply. `again` is called if the user wants to try again. */
  fail(text, again) {
    const shown = copyOf("failure");
    shown.querySelector("p").textContent = text;
    shown.querySelector("button").addEventListener("click", again);
    this.element.append(shown);
    this.end();
  }

  #now(...said) {
    this.#steps.querySelector(".now").replaceChildren(...said);
  }
}

/** A reply of earlier, as the session keeps it. */
export function pastReply(text, note = "") {
  const reply = new ReplyTurn();
  reply.text = text;
  reply.end(note);
  return reply.element;
}
