// The page for pictures of its screen: shows one clip at one time, standing still. Nothing is sent anywhere.

import { ClipView } from "/static/clip.js";

function within(seconds, deed) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`not within ${seconds} s`)), 1000 * seconds); });
  return Promise.race([deed, late]).finally(() => clearTimeout(timer));
}

globalThis.showClip = (clipId, time, patience, over) => within(patience, shown(clipId, time, over));

async function shown(clipId, time, over) {
  const answer = await fetch(`/api/clip/${encodeURIComponent(clipId)}`);
  const clip = await answer.json();
  if (!answer.ok) throw new Error(clip.error);
  const view = new ClipView(clip, "A clip");
  // What cannot be played is said, not shown otherwise.
  view.fallBack = () => {};
  const slide = document.createElement("div");
  slide.className = "slide";
  slide.append(view.element);
  document.getElementById("main").replaceChildren(slide);
  const reached = await view.seek(time);
  if (over) await view.cover(over);
  return { reached, seconds: view.player.seconds, kind: view.player.kind };
}
