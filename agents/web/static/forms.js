// Consent, questions and the end of the session, as the server tells them.

import { make } from "/static/clip.js";

/** Draws a form; `send` takes {statement: number of the answer}. */
export function formView(form, send) {
  const element = make("form", { className: "form", noValidate: true });
  const heading = make("h1", { tabIndex: -1 }, form.title);
  element.append(heading, ...form.paragraphs.map((text) => make("p", {}, text)));
  const fields = form.statements.map(([id, text]) => question(id, text, form.labels));
  element.append(...fields.map(({ field }) => field));
  if (form.button) element.append(make("button", { type: "submit", className: "main-button" }, form.button));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const open = fields.filter(({ chosen }) => chosen() === null);
    fields.forEach(({ field }) => field.classList.remove("open"));
    if (open.length) {
      open.forEach(({ field }) => field.classList.add("open"));
      open[0].field.querySelector("input").focus();
      send(null, `${open.length} of ${fields.length} questions have no answer yet.`);
      return;
    }
    send(Object.fromEntries(fields.map(({ id, chosen }) => [id, chosen()])), "");
  });
  return { element, focus: () => heading.focus() };
}

function question(id, text, labels) {
  const choices = labels.map((label, place) => make(
    "label", { className: "choice" }, make("input", { type: "radio", name: id, value: String(place + 1) }), label,
  ));
  const field = make("fieldset", {}, make("legend", {}, text), ...choices);
  const chosen = () => {
    const input = field.querySelector("input:checked");
    return input ? Number(input.value) : null;
  };
  return { id, field, chosen };
}
