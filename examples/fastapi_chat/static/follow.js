import { byId } from "./dom.js";

const NEAR = 48;

const scroller = byId("scroller");
const latest = byId("latest");
let following = true;
let before = 0;

/** Show the end of the conversation, and stay there while it grows until the user scrolls up. */
export function goToEnd() {
  following = true;
  latest.hidden = true;
  scroller.scrollTop = scroller.scrollHeight;
}

scroller.addEventListener("scroll", () => {
  const { scrollHeight, scrollTop, clientHeight } = scroller;
  const near = scrollHeight - scrollTop - clientHeight < NEAR;
  following = near || (following && scrollTop >= before);
  before = scrollTop;
  latest.hidden = following;
});

const observer = new ResizeObserver(() => following && goToEnd());
observer.observe(byId("log"));
observer.observe(scroller);
