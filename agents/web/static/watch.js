// How long a clip was in front of somebody, and how much of that it was playing; kept over a reload.

const KEY = "watch";
// Seconds: a longer gap between two looks at the clock means that the machine slept.
const LONGEST_GAP = 2;

export class Watch {
  /** The mark tells whose watching of which clip it is: a tab may go on with another person. */
  constructor(mark, view) {
    this.mark = mark;
    this.view = view;
    this.watched = 0;
    this.lookedAt = 0;
    this.front = false;
    this.restore();
    this.start();
  }
  start() {
    if (this.timer !== undefined) return;
    this.last = performance.now();
    this.timer = setInterval(() => { this.count(); this.keep(); }, 200);
    addEventListener("pagehide", this.hide = () => { this.count(); this.keep(); });
  }
  stop() {
    if (this.timer === undefined) return;
    this.count();
    clearInterval(this.timer);
    this.timer = undefined;
    removeEventListener("pagehide", this.hide);
  }
  /** Whether the clip is in front of somebody from now on. */
  inFront(front) {
    this.count();
    this.front = front;
  }
  count() {
    const now = performance.now();
    const passed = (now - this.last) / 1000;
    this.last = now;
    if (!this.front || this.timer === undefined || passed > LONGEST_GAP) return;
    this.lookedAt += passed;
    if (this.view.player.playing) this.watched += passed;
  }
  told() { return { watched: this.watched, in_front: this.lookedAt }; }
  keep() {
    const { liked, rating, comment } = this.view;
    const further = [...this.view.further];
    sessionStorage.setItem(KEY, JSON.stringify({ mark: this.mark, watched: this.watched, lookedAt: this.lookedAt, liked, rating, further, comment }));
  }
  restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (kept?.mark !== this.mark) return;
    this.watched = kept.watched;
    this.lookedAt = kept.lookedAt;
    if (kept.liked) this.view.like(true);
    if (kept.rating) this.view.rate(kept.rating);
    if (kept.comment) this.view.write(kept.comment);
    for (const act of kept.further ?? []) this.view.mark(act, true);
  }
}
