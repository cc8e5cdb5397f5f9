import { byId } from "./dom.js";

const NEAR = 48;

/** Keep the end of the conversation in view, unless the user has scrolled up to read. */
export function followTheEnd() {
  const scroller = byId("scroller");
  const latest = byId("latest");
  let following = true;

  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
  };
  scroller.addEventListener("scroll", () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
    latest.hidden = following;
  });
  latest.addEventListener("click", () => {
    toEnd();
    byId("message").focus();
  });
  const observer = new ResizeObserver(() => following && toEnd());
  observer.observe(byId("log"));
  observer.observe(scroller);
}
