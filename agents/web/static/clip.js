// One clip on the screen: its video, or its stored pictures at their times; and what can be done with it.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  like: "M12 20s-7.5-4.6-7.5-10A4.3 4.3 0 0 1 12 7.3 4.3 4.3 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10z",
  not_interested: "M5.6 5.6l12.8 12.8M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  skip: "M6 5l8 7-8 7zM18 5v14",
  next: "M12 4v15M5 12l7 7 7-7",
  play: "M7 4l13 8-13 8z",
  pause: "M8 4v16M16 4v16",
  sound: "M4 9v6h4l6 5V4L8 9zM17 9a4 4 0 0 1 0 6",
  mute: "M4 9v6h4l6 5V4L8 9zM17 9l5 6M22 9l-5 6",
  comment: "M4 5h16v11H11l-5 4v-4H4z",
  share: "M14 4l6 6-6 6M20 10H9a5 5 0 0 0-5 5v4",
  save: "M6 4h12v16l-6-4.5L6 20z",
  follow: "M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM3 20a7 7 0 0 1 14 0M19 7v6M16 10h6",
};
const ACTS = { comment: "Comment", share: "Share", save: "Save", follow: "Follow" };

/** An element with properties, attributes (names with a dash, "role", "for"...) and children; texts stay texts. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function tool(name, label, onclick, pressed = null) {
  const button = make("button", { type: "button", className: "tool", onclick }, icon(name), label);
  if (pressed !== null) button.setAttribute("aria-pressed", String(pressed));
  button.rename = (drawn, words) => button.replaceChildren(icon(drawn), words);
  return button;
}

function once(element, event) {
  return new Promise((done) => element.addEventListener(event, done, { once: true }));
}

function nextFrames() {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}

/** Milliseconds within which a browser that has found a picture decodes it; where it stood there, nothing comes. */
const LONGEST_DECODING = 3000;
/** Seconds between a time and the picture that belongs to it, at two pictures a second. */
const NEAR = 0.5;

const wait = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

/** Resolves once a picture of about a time has come; never where a browser does not tell. */
const pictureAt = (video, time) => new Promise((resolve) => {
  const look = (_, { mediaTime }) => {
    if (Math.abs(mediaTime - time) < NEAR) resolve(); else video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback?.(look);
});

/** Plays the video of a clip. */
class Film {
  constructor(clip, label) {
    this.element = make("video", {
      src: clip.video, muted: true, loop: true, playsInline: true, preload: "auto", "aria-label": label,
      disablePictureInPicture: true, disableRemotePlayback: true,
    });
    this.kind = "video";
    this.still = make("canvas", { ariaHidden: "true" });
  }
  get time() { return this.element.currentTime; }
  get playing() { return !this.element.paused && this.element.readyState > 2; }
  play() { this.still.remove(); return this.element.play(); }
  pause() { this.element.pause(); }
  mute(on) { this.element.muted = on; }
  get seconds() { return this.element.duration; }
  broken() { return this.element.error ? Promise.resolve() : once(this.element, "error"); }
  /** Stand still at a time; resolves once that picture is on the screen. */
  async seek(time) {
    const video = this.element;
    video.pause();
    const failed = this.broken().then(() => { throw new Error("the browser cannot play this video"); });
    if (video.readyState < 2) await Promise.race([failed, once(video, "loadeddata")]);
    // Also where it stands there already: a picture that was never sought may not have been decoded.
    const sought = once(video, "seeked"), come = pictureAt(video, time);
    video.currentTime = time;
    await Promise.race([failed, sought]);
    // A video that has been sought may still show the picture of before.
    await Promise.race([failed, come, wait(LONGEST_DECODING)]);
    this.hold();
    await nextFrames();
    return video.currentTime;
  }
  /** Lay the sought picture over the video, which goes on showing the one of before for as long as it likes. */
  hold() {
    const { still, element: video } = this;
    [still.width, still.height] = [video.videoWidth, video.videoHeight];
    still.getContext("2d").drawImage(video, 0, 0);
    video.after(still);
  }
}

/** Shows the stored pictures of a clip, each from its time on. */
class Pictures {
  constructor(clip, label) {
    this.clip = clip;
    this.label = label;
    this.kind = "pictures";
    this.element = make("img", { alt: "", decoding: "sync" });
    this.pictures = clip.pictures.map(({ src }) => { const image = new Image(); image.src = src; return image; });
    this.at = 0;
    this.begun = null;
    this.draw();
  }
  get time() {
    const run = this.begun === null ? 0 : (performance.now() - this.begun) / 1000;
    return (this.at + run) % this.clip.seconds;
  }
  get playing() { return this.begun !== null; }
  get seconds() { return this.clip.seconds; }
  place(time) { return Math.max(0, this.clip.pictures.findLastIndex((each) => each.time <= time + 1e-6)); }
  draw() {
    const place = this.place(this.time);
    const { src } = this.clip.pictures[place];
    if (this.element.getAttribute("src") !== src) this.element.src = src;
    this.element.alt = `${this.label}, picture ${place + 1} of ${this.clip.pictures.length}`;
  }
  play() {
    if (this.begun === null) this.begun = performance.now();
    this.timer ??= setInterval(() => this.draw(), 50);
    return Promise.resolve();
  }
  pause() {
    this.at = this.time;
    this.begun = null;
    clearInterval(this.timer);
    this.timer = undefined;
  }
  mute() {}
  broken() { return new Promise(() => {}); }
  async seek(time) {
    this.pause();
    this.at = time;
    this.draw();
    await this.element.decode();
    await nextFrames();
    return time;
  }
}

/** A clip with everything around it; `deeds` are called when somebody does something. */
export class ClipView {
  constructor(clip, place, deeds = {}) {
    this.clip = clip;
    this.deeds = deeds;
    this.label = place;
    this.liked = false;
    this.rating = null;
    this.further = new Set();
    this.comment = "";
    this.bar = make("progress", { className: "bar", max: clip.seconds, value: 0, "aria-label": "How far the clip is" });
    this.words = make("div", { className: "words" });
    this.screen = make("div", { className: "screen" });
    this.element = make(
      "div", { className: "clip" },
      make("div", { className: "head" }, make("span", { className: "place" }, place), ...(deeds.head ?? [])),
      this.screen, this.words, ...(clip.ratings ? [this.stars()] : []),
      ...(clip.acts?.length ? [this.acts()] : []), this.tools(),
    );
    this.show(clip.video ? new Film(clip, place) : new Pictures(clip, place));
  }
  show(player) {
    this.player = player;
    const note = player.kind === "pictures" ? "Pictures of the clip, one after another: its video is not at hand." : "";
    const told = [this.clip.caption, note].filter(Boolean);
    this.words.replaceChildren(...told.map((text) => make("p", { className: text === note ? "note" : "caption" }, text)));
    this.words.hidden = !told.length;
    this.soundButton.hidden = player.kind === "pictures";
    this.screen.replaceChildren(player.element, this.bar);
    player.broken().then(() => this.fallBack());
  }
  fallBack() {
    const played = this.running;
    this.show(new Pictures(this.clip, this.label));
    if (played) this.play();
  }
  tools() {
    const { like, skip, next, notInterested } = this.deeds;
    this.likeButton = tool("like", "Like", () => like?.(), false);
    this.playButton = tool("play", "Play", () => this.toggle());
    this.soundButton = tool("mute", "Sound", () => this.toggleSound(), false);
    return make(
      "div", { className: "tools", role: "group", "aria-label": "What you can do with this clip" },
      this.likeButton, this.playButton, this.soundButton,
      tool("skip", "Skip", () => skip?.()), tool("next", "Next", () => next?.()),
      tool("not_interested", "Not for me", () => notInterested?.()),
    );
  }
  /** Further acts, each on or off; a comment is on where there are words. */
  acts() {
    const { act } = this.deeds;
    this.actButtons = Object.fromEntries(this.clip.acts.map((name) => [name, tool(name, ACTS[name], () => act?.(name), false)]));
    this.actButtons.comment?.setAttribute("aria-haspopup", "dialog");
    return make(
      "div", { className: "tools acts", role: "group", "aria-label": "What else you can do with this clip" },
      ...Object.values(this.actButtons),
    );
  }
  mark(name, on) {
    if (on) this.further.add(name); else this.further.delete(name);
    this.actButtons[name]?.setAttribute("aria-pressed", String(on));
    this.deeds.changed?.();
  }
  write(words) {
    this.comment = words.trim();
    this.mark("comment", Boolean(this.comment));
  }
  stars() {
    this.starLabels = [1, 2, 3, 4, 5].map((number) => make(
      "label", {},
      make("input", {
        type: "radio", name: "rating", value: number, onchange: () => this.rate(number),
        "aria-label": number === 1 ? "1 star" : `${number} stars`,
      }),
      make("span", { "aria-hidden": "true" }, "★"),
    ));
    return make("fieldset", { className: "stars" }, make("legend", {}, "Your rating"), ...this.starLabels);
  }
  rate(number) {
    this.rating = number;
    this.starLabels?.forEach((label, place) => {
      label.classList.toggle("lit", place < number);
      label.firstChild.checked = place + 1 === number;
    });
    this.deeds.changed?.();
  }
  like(on) {
    this.liked = on;
    this.likeButton.setAttribute("aria-pressed", String(on));
    this.deeds.changed?.();
  }
  async play() {
    this.running = true;
    this.playButton.rename("pause", "Pause");
    this.ticking ??= setInterval(() => { this.bar.value = this.player.time; }, 100);
    const { player } = this;
    // A browser may forbid it until somebody touches the page. What it cannot play has pictures in its place, which go on.
    await player.play().catch(({ name }) => { if (player === this.player && name !== "NotSupportedError") this.pause(); });
  }
  pause() {
    this.running = false;
    this.player.pause();
    this.playButton.rename("play", "Play");
    clearInterval(this.ticking);
    this.ticking = undefined;
  }
  toggle() { if (this.running) this.pause(); else this.play(); }
  toggleSound() {
    const on = this.soundButton.getAttribute("aria-pressed") !== "true";
    this.player.mute(!on);
    this.soundButton.setAttribute("aria-pressed", String(on));
    this.soundButton.rename(on ? "sound" : "mute", "Sound");
  }
  async seek(time) {
    const reached = await this.player.seek(time);
    this.bar.value = reached;
    return reached;
  }
  /** Lay a picture (PNG in base64) over the clip, in its place and below the bar. */
  async cover(over) {
    const content = new Blob([Uint8Array.from(atob(over), (each) => each.charCodeAt(0))], { type: "image/png" });
    const picture = await createImageBitmap(content);
    const canvas = make("canvas", { width: picture.width, height: picture.height, ariaHidden: "true" });
    canvas.getContext("2d").drawImage(picture, 0, 0);
    this.bar.before(canvas);
    await nextFrames();
  }
}
