// Small helpers. Text reaches the page only through `textContent`, never as HTML.

export const byId = (id) => document.getElementById(id);

/** Return a copy of the one element inside `<template id="...">`. */
export const copyOf = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** Create an element with a text. */
export function element(tag, text = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
