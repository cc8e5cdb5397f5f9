import { copyOf, element } from "./dom.js";

/**
 * Show a widget of a reply.
 *
 * `choose(label, { id, value })` is called when the user picks an option.
 */
export function showWidget(widget, choose) {
  if (widget.type === "options") return options(widget, choose);
  if (widget.type === "action_link") return link(widget);
  return element("p", "The reply has a part that this page can't show.");
}

function options(widget, choose) {
  const group = copyOf("options");
  group.querySelector("legend").textContent = widget.prompt;
  for (const { value, label } of widget.options) {
    const button = element("button", label);
    button.type = "button";
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", "true");
      choose(label, { id: widget.id, value });
    });
    group.querySelector("div").append(button);
  }
  return group;
}

function link(widget) {
  if (!/^https?:\/\//i.test(widget.url)) return element("p", widget.label);
  const shown = copyOf("link");
  const anchor = shown.querySelector("a");
  anchor.href = widget.url;
  anchor.querySelector("span").textContent = widget.label;
  shown.querySelector("small").textContent = widget.hint ?? new URL(widget.url).host;
  return shown;
}
