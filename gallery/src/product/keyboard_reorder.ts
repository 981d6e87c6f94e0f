import { signal } from '@preact/signals';
import type { ImageId } from '../api/types';
import { say } from '../text/announcer';
import { text } from '../text/text';
import { same } from './order';
import type { ProductGallery } from './product_gallery';

/** The image that is lifted by keyboard, with the order before that. */
const lifted = signal<{ id: ImageId; before: readonly ImageId[]; wasDirty: boolean } | null>(null);

export function isLifted(id: ImageId): boolean {
  return lifted.value?.id === id;
}

/**
 * Handles a key on an image's move button: Space or Enter lifts and drops, arrow keys, Home and
 * End move, Escape puts back.
 *
 * @param name of the image, for announcements.
 */
export function onMoveKey(
  event: KeyboardEvent,
  gallery: ProductGallery,
  id: ImageId,
  name: string,
): void {
  const button = event.currentTarget as HTMLElement;
  const list = button.closest('ol');
  const { key } = event;
  if (key === ' ' || key === 'Enter') {
    event.preventDefault();
    if (isLifted(id)) drop(gallery);
    else lift(gallery, id, name);
  } else if (isLifted(id)) {
    if (key === 'Escape') putBack(gallery);
    else if (key === 'Tab') return drop(gallery);
    else if (list === null || !step(gallery, id, key, list)) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function lift(gallery: ProductGallery, id: ImageId, name: string): void {
  if (lifted.peek() !== null) drop(gallery);
  const { saver } = gallery;
  lifted.value = { id, before: shownIds(gallery), wasDirty: saver.dirty };
  saver.hold();
  const pointed = (): void => {
    if (isLifted(id)) drop(gallery);
  };
  document.addEventListener('pointerdown', pointed, { once: true });
  say(text('lifted', { name, ...place(gallery, id) }));
}

function drop(gallery: ProductGallery): void {
  const { id, before, wasDirty } = lifted.peek()!;
  lifted.value = null;
  if (wasDirty || !same(before, shownIds(gallery))) gallery.saver.schedule();
  else gallery.saver.release();
  say(text('dropped', place(gallery, id)));
}

function putBack(gallery: ProductGallery): void {
  const { id, before, wasDirty } = lifted.peek()!;
  lifted.value = null;
  gallery.arrange(before);
  if (wasDirty) gallery.saver.schedule();
  else gallery.saver.release();
  say(text('put_back', place(gallery, id)));
}

/** Moves the lifted image as the key says; false if the key moves nothing. */
function step(gallery: ProductGallery, id: ImageId, key: string, list: HTMLElement): boolean {
  const at = shownIds(gallery).indexOf(id);
  const row = columnsOf(list);
  const forward = getComputedStyle(list).direction === 'rtl' ? -1 : 1;
  const targets: Record<string, number> = {
    ArrowLeft: at - forward,
    ArrowRight: at + forward,
    ArrowUp: at - row,
    ArrowDown: at + row,
    Home: 0,
    End: Infinity,
  };
  const target = targets[key];
  if (target === undefined) return false;
  gallery.move(id, target);
  say(text('moved', place(gallery, id)));
  return true;
}

/** How many cards stand in the first row. */
function columnsOf(list: HTMLElement): number {
  const cards = [...list.children] as HTMLElement[];
  const second = cards.findIndex((each) => each.offsetTop > cards[0]!.offsetTop);
  return second === -1 ? cards.length : second;
}

function place(gallery: ProductGallery, id: ImageId): { position: number; total: number } {
  const ids = shownIds(gallery);
  return { position: ids.indexOf(id) + 1, total: ids.length };
}

function shownIds(gallery: ProductGallery): ImageId[] {
  return gallery.shown.peek().map((each) => each.id);
}
