// The page of a person: forms, then clips, one a screen; what is done with each goes to the server they came from.

import { ClipView, make } from "/static/clip.js";
import { formView } from "/static/forms.js";
import { Watch } from "/static/watch.js";

const main = document.getElementById("main");
const status = document.getElementById("status");
const alertBox = document.getElementById("alert");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
// Milliseconds.
const INERTIA = 300;
const KEYS = [
  ["↓ or j", "next clip"], ["l", "like"], ["s", "skip"], ["n", "not for me"], ["1 to 5", "stars"],
  ["Space or k", "play or pause"], ["m", "sound"], ["?", "this list"],
];
const ACT_KEYS = { c: "comment", r: "share", b: "save", f: "follow" };
const LONGEST_COMMENT = 280;
let feed = null;
let keysOn = true;

// The secret need not stay where it can be read over a shoulder.
if (location.search) history.replaceState(null, "", location.pathname);

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  // What stands before the page refuses in plain words, as after a new start, which has another secret.
  const told = isJson ? await answer.json() : { error: await answer.text() };
  if (!answer.ok) throw Object.assign(new Error(told.error), { status: answer.status });
  return told;
}

function warn(text, again = null) {
  const retry = again ? [make("button", { type: "button", className: "plain", onclick: () => { hush(); again(); } }, "Try again")] : [];
  alertBox.replaceChildren(make("span", {}, text), ...retry);
  alertBox.hidden = false;
}

function hush() { alertBox.hidden = true; }

/** Ask the server for something and show what is next; where it takes nothing, trying again does what `again` does. */
async function go(path, body, again = () => go(path, body)) {
  try {
    const state = await ask(path, body);
    hush();
    show(state);
    return true;
  } catch (error) {
    // Asked for again, a state that is refused would be asked for without end.
    if (error.status === 409 && path !== "/api/state") await go("/api/state");
    warn(error.status ? error.message : "The server does not answer.", error.status === 409 ? null : again);
    return false;
  }
}

function show(state) {
  if (state.form) showForm(state.form);
  else {
    if (!feed) feed = new Feed();
    feed.show(state);
  }
}

function showForm(form) {
  feed?.close();
  feed = null;
  const view = formView(form, (answers, problem) => {
    if (problem) warn(problem);
    // Trying again sends what is chosen by then.
    else go("/api/answer", { kind: form.kind, answers }, () => view.element.requestSubmit());
  });
  main.replaceChildren(view.element);
  main.scrollTop = 0;
  scrollTo(0, 0);
  view.focus();
}

/** Two screens: the clip that is shown, and below it the place where the next one will be. */
class Feed {
  constructor() {
    this.element = make("div", { className: "feed", role: "feed", tabIndex: 0, "aria-label": "Clips", "aria-busy": "false" });
    this.slide = null;
    this.busy = false;
    this.help = helpDialog();
    main.replaceChildren(make("h1", { className: "unseen" }, "Feed"), this.element, this.help);
    this.settled = () => {
      if (this.element.scrollTop <= 0.5 * this.element.clientHeight) return;
      // What a wheel still had in it when the last clip left is no wish to skip this one.
      if (performance.now() - this.shownAt < INERTIA) this.element.scrollTop = 0;
      else this.go();
    };
    let timer;
    this.element.addEventListener("scroll", () => { clearTimeout(timer); timer = setTimeout(this.settled, 150); });
    this.element.addEventListener("scrollend", this.settled);
    this.seen = () => this.watch?.inFront(this.slideInFront && document.visibilityState === "visible");
    document.addEventListener("visibilitychange", this.seen);
    this.observer = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.target === this.slide) this.slideInFront = entry.intersectionRatio >= 0.5;
      this.seen();
    }, { root: this.element, threshold: [0, 0.5, 1] });
  }
  show({ person, step, of, clip }) {
    const place = `Clip ${step + 1} of ${of}`;
    const view = new ClipView(clip, place, {
      like: () => view.like(!view.liked), skip: () => this.go("skip"), next: () => this.next(),
      notInterested: () => this.go("not_interested"), changed: () => this.watch?.keep(), head: this.head(),
      act: (name) => this.act(name),
    });
    const slide = make("article", { className: "slide", tabIndex: -1, "aria-label": place, "aria-posinset": step + 1, "aria-setsize": of }, view.element);
    const waiting = make("div", { className: "slide waiting", "aria-hidden": "true" }, "The next clip comes here");
    const focused = this.element.contains(document.activeElement) || document.activeElement === document.body;
    this.watch?.stop();
    this.view?.pause();
    this.observer.disconnect();
    // Without the smooth scrolling that a person's own scrolling has.
    this.element.style.scrollBehavior = "auto";
    this.element.replaceChildren(slide, waiting);
    this.element.scrollTop = 0;
    this.element.style.scrollBehavior = "";
    Object.assign(this, { step, view, slide, slideInFront: true, shownAt: performance.now() });
    this.watch = new Watch(`${person} ${step} ${clip.id}`, view);
    this.observer.observe(slide);
    this.seen();
    if (focused) slide.focus({ preventScroll: true });
    status.textContent = place;
    if (!calm.matches) view.play();
  }
  head() {
    return [
      make("button", { type: "button", className: "plain", onclick: () => this.help.showModal() }, "Help"),
      make("button", { type: "button", className: "plain", onclick: () => this.leave() }, "Leave"),
    ];
  }
  act(name) {
    if (name === "comment") {
      this.comments ??= commentDialog((words) => this.view.write(words));
      this.comments.open(this.view.comment);
    } else this.view.mark(name, !this.view.further.has(name));
  }
  next() {
    if (calm.matches) this.go();
    else this.element.scrollTo({ top: this.element.clientHeight });
  }
  /** What was done with the clip in front, as the server takes it. */
  told(action = null) {
    this.watch.stop();
    // Skip is a way to go on, and takes back nothing that is lit; "Not for me" is the last word.
    const done = this.view.liked ? "like" : this.view.further.size ? "watch" : action ?? "watch";
    const chosen = action === "not_interested" ? action : done;
    return {
      step: this.step, action: chosen, ...this.watch.told(), rating: this.view.rating,
      further: [...this.view.further], comment: this.view.comment, shown_as: this.view.player.kind,
    };
  }
  /** Tell the server what was done, and show what comes next. */
  go(action = null) { return this.send("/api/react", () => this.told(action)); }
  leave() {
    if (this.busy || !confirm("Leave the study? What you did until now is kept.")) return;
    this.send("/api/leave", () => {
      const { liked, rating, further } = this.view;
      // What was pressed is kept; a clip that was only in front is one that nobody came to.
      return liked || rating || further.size ? { last: this.told() } : {};
    });
  }
  /** What is told is made when it is sent: trying again sends what was done meanwhile, too. */
  async send(path, what) {
    if (this.busy) return;
    this.busy = true;
    this.element.setAttribute("aria-busy", "true");
    const sent = await go(path, what(), () => this.send(path, what));
    if (!sent && feed === this) {
      this.element.scrollTop = 0;
      this.watch.start();
      this.seen();
    }
    this.busy = false;
    this.element.setAttribute("aria-busy", "false");
  }
  close() {
    this.watch?.stop();
    this.view?.pause();
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.seen);
  }
}

/** Where a comment is written; it is kept with what was done, and shown to nobody. */
function commentDialog(onWritten) {
  const box = make("textarea", { id: "comment", rows: 3, maxLength: LONGEST_COMMENT, "aria-describedby": "comment-told" });
  const dialog = make("dialog", { "aria-labelledby": "comment-title" });
  const done = () => { onWritten(box.value.replace(/\s+/g, " ")); dialog.close(); };
  dialog.append(
    make("h2", { id: "comment-title" }, "Your comment"),
    make("label", { for: "comment" }, "What would you write under this clip?"), box,
    make("p", { id: "comment-told", className: "note" }, "It is written down with what you do here, and shown to nobody. Leave it empty to write none."),
    make("div", { className: "row" },
      make("button", { type: "button", className: "main-button", onclick: done }, "Keep"),
      make("button", { type: "button", className: "plain", onclick: () => dialog.close() }, "Cancel")),
  );
  main.append(dialog);
  return { open: (words) => { box.value = words; dialog.showModal(); box.focus(); } };
}

function helpDialog() {
  const box = make("input", { type: "checkbox", checked: keysOn, onchange: () => { keysOn = box.checked; } });
  const dialog = make("dialog", { "aria-labelledby": "help-title" });
  dialog.append(
    make("h2", { id: "help-title" }, "Help"),
    make("p", {}, "Scroll, swipe or press Next to see another clip. A clip that you left does not come back."),
    make("p", { className: "note" }, "Where you can comment, share, save (c, r, b) or follow (f), it is written down and sent to nobody."),
    make("dl", {}, ...KEYS.flatMap(([key, deed]) => [make("dt", {}, key), make("dd", {}, deed)])),
    make("label", { className: "choice" }, box, "Use these keys"),
    make("div", { className: "row" }, make("button", { type: "button", className: "main-button", onclick: () => dialog.close() }, "Close")),
  );
  return dialog;
}

function pressed(event) {
  if (!feed || document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const deed = deedOf(event);
  if (!deed) return;
  event.preventDefault();
  // A key that is held down was pressed once: what it repeats would leave clip after clip.
  if (!event.repeat) deed();
}

/** What a key does; null for one that does nothing here. */
function deedOf(event) {
  const { view } = feed, onControl = event.target.closest("button, input");
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "?") return () => feed.help.showModal();
  if (!keysOn) return null;
  if ((key === "ArrowDown" && !event.target.matches("input")) || key === "PageDown" || key === "j") return () => feed.next();
  if (key === "l") return () => view.like(!view.liked);
  if (key === "s") return () => feed.go("skip");
  if (key === "n") return () => feed.go("not_interested");
  if (key === "k" || (key === " " && !onControl)) return () => view.toggle();
  if (key === "m" && view.player.kind === "video") return () => view.toggleSound();
  if (/^[1-5]$/.test(key) && view.clip.ratings) return () => view.rate(Number(key));
  if (view.clip.acts.includes(ACT_KEYS[key])) return () => feed.act(ACT_KEYS[key]);
  return null;
}

addEventListener("keydown", pressed);
go("/api/state");
