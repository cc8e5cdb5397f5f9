import { copyOf } from "./dom.js";

const LIMIT = 10 * 1024 * 1024;

/** Read a file as the formation takes it: media in base64, everything else as text. */
export async function read(file) {
  if (file.size > LIMIT) throw new Error(`${file.name} is larger than 10 MB.`);
  const media = /^(image|audio|video)\//.test(file.type);
  return {
    filename: file.name,
    content: media ? await base64(file) : await text(file),
    content_type: file.type || "text/plain",
  };
}

async function text(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} can't be attached: choose text, images, audio or video.`);
  }
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(`${file.name} can't be read.`));
    reader.readAsDataURL(file);
  });
}

/** Show an attached file. With `remove`, it has a button that calls it. */
export function chip(file, remove) {
  const shown = copyOf("file");
  shown.querySelector(".name").textContent = file.filename;
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.content_type)) {
    const picture = shown.querySelector("img");
    picture.src = `data:${file.content_type};base64,${file.content}`;
    picture.hidden = false;
    shown.querySelector("svg").remove();
  }
  const button = shown.querySelector("button");
  if (remove) {
    button.setAttribute("aria-label", `Remove ${file.filename}`);
    button.addEventListener("click", remove);
  } else {
    button.remove();
  }
  return shown;
}

/** Show a file that the reply brought, as a link that saves it. */
export function artifact(made) {
  const shown = chip(made);
  const anchor = document.createElement("a");
  anchor.className = "name";
  anchor.textContent = made.filename;
  anchor.download = made.filename;
  anchor.href = made.data_url?.startsWith("data:")
    ? made.data_url
    : URL.createObjectURL(new Blob([made.content ?? ""], { type: "text/plain" }));
  shown.querySelector(".name").replaceWith(anchor);
  return shown;
}
