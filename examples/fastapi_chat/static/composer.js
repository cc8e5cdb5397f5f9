import { byId } from "./dom.js";
import { chip, read } from "./files.js";

/** Where the user writes. Calls `onSend(text, files)` and `onStop()`. */
export class Composer {
  #form = byId("composer");
  #box = byId("composer").querySelector(".box");
  #input = byId("message");
  #picker = byId("picker");
  #shown = byId("files");
  #problem = byId("composer-error");
  #files = [];
  #busy = false;

  constructor({ onSend, onStop }) {
    this.onSend = onSend;
    this.onStop = onStop;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#send();
      }
    });
    this.#input.addEventListener("input", () => this.#update());
    this.#input.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) event.preventDefault();
      this.#attach(event.clipboardData.files);
    });
    byId("attach").addEventListener("click", () => this.#picker.click());
    byId("stop").addEventListener("click", () => this.#stop());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.#busy) this.#stop();
    });
    this.#picker.addEventListener("change", async () => {
      await this.#attach(this.#picker.files);
      this.#picker.value = "";
    });
    this.#takeDrops();
    this.#update();
  }

  /** Show the stop button instead of the send button while a reply is coming. */
  set busy(busy) {
    // The button that was pressed is hidden, disabled or removed: the focus would be lost.
    const pressed = document.activeElement;
    const gone = busy
      ? pressed === byId("send") || pressed === document.body || pressed.disabled
      : pressed === byId("stop");
    this.#busy = busy;
    byId("stop").hidden = !busy;
    byId("send").hidden = busy;
    if (gone) this.focus();
  }

  /** Show a problem below the text. */
  set problem(text) {
    this.#problem.textContent = text;
  }

  /** Put the cursor into the text, except where that would open a keyboard on the screen. */
  focus() {
    if (matchMedia("(hover: hover)").matches) this.#input.focus();
  }

  clear() {
    this.fill("", []);
  }

  /** Replace what is written and attached. */
  fill(text, files) {
    this.#input.value = text;
    this.#files = files;
    this.problem = "";
    this.#update();
  }

  #send() {
    const text = this.#input.value.trim();
    if (this.#busy || (!text && !this.#files.length)) return;
    const files = this.#files;
    this.clear();
    this.onSend(text || "See the attached files.", files);
  }

  #stop() {
    this.onStop();
    this.focus();
  }

  async #attach(files) {
    this.problem = "";
    for (const file of [...files]) {
      try {
        this.#files.push(await read(file));
      } catch (problem) {
        this.problem = problem.message;
      }
    }
    this.#update();
  }

  #update() {
    this.#shown.replaceChildren(
      ...this.#files.map((file) =>
        chip(file, () => {
          this.#files = this.#files.filter((other) => other !== file);
          this.#update();
          this.focus();
        }),
      ),
    );
    byId("send").disabled = !this.#input.value.trim() && !this.#files.length;
    if (!CSS.supports("field-sizing", "content")) {
      this.#input.style.height = "auto";
      this.#input.style.height = `${this.#input.scrollHeight}px`;
    }
  }

  #takeDrops() {
    const marked = (on) => this.#box.classList.toggle("drop", on);
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      marked(true);
    });
    document.addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) marked(false);
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      marked(false);
      this.#attach(event.dataTransfer.files);
    });
  }
}
