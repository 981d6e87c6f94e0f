import { computed, signal } from '@preact/signals';
import { isProblem } from '../api/problem';
import type { ImageId } from '../api/types';
import { whenOnline } from '../session/network';
import type { ProductGallery } from './product_gallery';

/** How long Undo is offered before anything is sent. */
export const UNDO_SECONDS = 20;
const TICK_MILLISECONDS = 250;

/** A deletion that is not sent yet, or that failed. */
export interface Deletion {
  gallery: ProductGallery;
  image: ImageId;
  /** Position before the deletion, from 1. */
  position: number;
  /** Milliseconds until it is sent. */
  left: number;
  error: unknown;
}

const pending = signal<readonly Deletion[]>([]);

/** Deletions that can be undone or sent again, the oldest first. */
export const deletions = computed(() => pending.value);

let paused = false;
let timer: ReturnType<typeof setInterval> | undefined;

/** Takes the image off the screen. It is deleted after `UNDO_SECONDS`, unless it is put back. */
export function deleteLater(gallery: ProductGallery, image: ImageId): void {
  const position = gallery.shown.peek().findIndex((each) => each.id === image) + 1;
  gallery.setLeaving(image, true);
  const left = UNDO_SECONDS * 1000;
  pending.value = [...pending.peek(), { gallery, image, position, left, error: null }];
  timer ??= setInterval(tick, TICK_MILLISECONDS);
}

/** Puts an image back, the latest one if none is named. */
export function undo(deletion = pending.peek().at(-1)): Deletion | null {
  if (!deletion) return null;
  forget(deletion);
  deletion.gallery.setLeaving(deletion.image, false);
  return deletion;
}

/** Stops the time while the user reads or uses the notice. */
export function pauseDeletions(stop: boolean): void {
  paused = stop;
}

/** Sends what waits at once, in a way that outlives the page. */
export function sendDeletionsNow(): void {
  for (const deletion of pending.peek()) {
    if (deletion.error !== null) continue;
    forget(deletion);
    void send(deletion, true);
  }
}

/** Sends a deletion that failed once more. */
export function retryDeletion(deletion: Deletion): void {
  forget(deletion);
  deletion.gallery.setLeaving(deletion.image, true);
  void send(deletion, false);
}

function tick(): void {
  if (paused) return;
  for (const deletion of pending.peek()) {
    if (deletion.error !== null) continue;
    deletion.left -= TICK_MILLISECONDS;
    if (deletion.left > 0) continue;
    forget(deletion);
    void send(deletion, false);
  }
}

async function send(deletion: Deletion, keepalive: boolean): Promise<void> {
  const { gallery, image } = deletion;
  try {
    if (!keepalive) await whenOnline();
    await gallery.api.deleteImage(gallery.product, image, keepalive);
  } catch (error) {
    if (!isProblem(error, 'not_found')) {
      gallery.setLeaving(image, false);
      pending.value = [...pending.peek(), { ...deletion, error }];
      return;
    }
  }
  gallery.remove(image);
  await gallery.refresh();
}

function forget(deletion: Deletion): void {
  pending.value = pending.peek().filter((each) => each !== deletion);
  if (pending.peek().length > 0) return;
  clearInterval(timer);
  timer = undefined;
  paused = false;
}
