import * as api from "./api.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { goToEnd } from "./follow.js";

// The address names the conversation, after its "#". So a reload and a bookmark find it again.
const sessionInAddress = () => decodeURIComponent(location.hash.slice(1)) || null;
const addressOf = (session) =>
  session === null ? location.pathname : `#${encodeURIComponent(session)}`;

const conversation = new Conversation({
  onBusy: (busy) => {
    composer.busy = busy;
  },
  onSession: (session) => history.replaceState(null, "", addressOf(session)),
  onSignedOut: ({ message, files }) => {
    composer.fill(message, files);
    showSignIn("Please sign in again.");
  },
});
const composer = new Composer({
  onSend: (text, files) => conversation.send(text, files),
  onStop: () => conversation.stop(),
});

function showSignIn(problem = "") {
  byId("chat").hidden = true;
  byId("sign-in").hidden = false;
  byId("sign-in-error").textContent = problem;
  byId("name").focus();
}

async function showChat(name) {
  byId("sign-in").hidden = true;
  byId("chat").hidden = false;
  byId("who").textContent = name;
  byId("greeting").textContent = `Hello, ${name}.`;
  composer.focus();
  await conversation.open(sessionInAddress());
}

byId("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const name = byId("name").value;
    await api.signIn(name);
    await showChat(name);
  } catch (problem) {
    showSignIn(problem.message);
  }
});

byId("sign-out").addEventListener("click", async () => {
  conversation.stop();
  try {
    await api.signOut();
  } catch (problem) {
    composer.problem = problem.message;
    return;
  }
  history.replaceState(null, "", addressOf(null));
  composer.clear();
  showSignIn();
});

byId("new").addEventListener("click", () => {
  history.pushState(null, "", addressOf(null));
  composer.clear();
  composer.focus();
  conversation.open();
});

byId("latest").addEventListener("click", () => {
  goToEnd();
  composer.focus();
});

for (const idea of document.querySelectorAll(".idea")) {
  idea.addEventListener("click", () => {
    composer.focus();
    conversation.send(idea.querySelector("span").textContent);
  });
}

window.addEventListener("popstate", () => conversation.open(sessionInAddress()));

try {
  const name = await api.me();
  await (name === null ? showSignIn() : showChat(name));
} catch (problem) {
  showSignIn(problem.message);
}
