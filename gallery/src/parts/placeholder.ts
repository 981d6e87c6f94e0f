/** Colour or ThumbHash behind a picture, drawn only near the visible part of the page. */
import { thumbHashToRGBA } from 'thumbhash';

export interface Placeholder {
  colour: string | null;
  thumbhash: string | null;
}

const MARGIN = '400px';
const waiting = new WeakMap<Element, string>();
let observer: IntersectionObserver | undefined;

/** Shows the colour at once, and the ThumbHash when the element comes near. */
export function showPlaceholder(element: HTMLElement, { colour, thumbhash }: Placeholder): void {
  element.style.backgroundColor = colour ?? '';
  element.style.backgroundImage = '';
  if (thumbhash === null) return;
  waiting.set(element, thumbhash);
  observer ??= new IntersectionObserver(draw, { rootMargin: MARGIN });
  observer.observe(element);
}

/** Removes what would show through a transparent picture. */
export function hidePlaceholder(element: HTMLElement): void {
  observer?.unobserve(element);
  element.style.backgroundColor = '';
  element.style.backgroundImage = '';
}

function draw(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    const hash = waiting.get(target);
    if (!isIntersecting || hash === undefined || !(target instanceof HTMLElement)) continue;
    observer?.unobserve(target);
    waiting.delete(target);
    const url = decoded(hash);
    if (url === null) continue;
    target.style.backgroundColor = ''; // it would fill what is transparent
    target.style.backgroundImage = `url(${url})`;
  }
}

/** The ThumbHash as the address of a tiny picture; null if it is none. */
function decoded(hash: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(hash), (each) => each.charCodeAt(0));
    const { w, h, rgba } = thumbHashToRGBA(bytes);
    const canvas = document.createElement('canvas');
    canvas.width = w;
    canvas.height = h;
    const pixels = new ImageData(new Uint8ClampedArray(rgba), w, h);
    canvas.getContext('2d')?.putImageData(pixels, 0, 0);
    return canvas.toDataURL();
  } catch {
    return null;
  }
}
